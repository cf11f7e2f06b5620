//! Why a digest does not match: the bytes that were hashed here, and where the other side's differ.

use alloc::vec::Vec;
use core::{fmt, ops::Range};

use ring::digest::digest;

use super::structure::{Form, Structure, fail};
use super::{Error, ErrorKind, Policy, signature_of};
use crate::xml::{Node, c14n::Method, parse};

/// What most likely makes two sides hash different bytes.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Cause {
    /// One side kept comments; a reference to an `ID` leaves them out (XML-DSig 4.4.3.3).
    Comments,
    /// White space between elements was added or taken away after signing, by a pretty-printer for example.
    WhiteSpace,
    /// Line ends: a CR LF or `&#xD;` on one side is a LF on the other.
    LineEnds,
    /// Namespace declarations: another `PrefixList`, or inclusive against exclusive canonicalization.
    Namespaces,
    /// Characters in another encoding than UTF-8, or a byte order mark.
    Encoding,
    /// The element was hashed as it stands in the document, without canonicalization.
    NotCanonical,
    /// The content itself: an attribute, a text or an element is not the same.
    Content,
}

impl Cause {
    /// Those that are a way of writing, in the order in which they are tried.
    const WRITING: [Self; 5] =
        [Self::LineEnds, Self::Comments, Self::WhiteSpace, Self::Namespaces, Self::Encoding];
}

impl fmt::Display for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Comments => "one side keeps comments; both must leave them out",
            Self::WhiteSpace => {
                "white space between elements differs; send the document exactly as it was signed"
            }
            Self::LineEnds => "line ends differ; send the document exactly as it was signed",
            Self::Namespaces => {
                "namespace declarations differ; compare the canonicalization methods and PrefixList"
            }
            Self::Encoding => {
                "the bytes of characters differ; both must hash UTF-8 without a byte order mark"
            }
            Self::NotCanonical => "one side hashes without canonicalization",
            Self::Content => "the content differs; the element was changed after it was signed",
        })
    }
}

/// Where two canonical forms part.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Difference {
    offset: usize,
    cause: Cause,
}

impl Difference {
    /// The first byte that differs: up to here both are the same.
    pub const fn offset(&self) -> usize {
        self.offset
    }

    /// The likely cause.
    pub const fn cause(&self) -> Cause {
        self.cause
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the canonical forms differ from byte {} on: {}", self.offset, self.cause)
    }
}

/// What was hashed for the signature of an element. It is not a verdict and opens no content: [`verify`](super::verify) does.
///
/// The bytes are the sender's document: they may hold personal data, and are not printed.
#[derive(Clone)]
pub struct Explanation {
    canonical: Vec<u8>,
    matches: bool,
    suspicion: Option<Cause>,
}

impl Explanation {
    /// The canonical bytes that are hashed here.
    pub fn canonical(&self) -> &[u8] {
        &self.canonical
    }

    /// Whether their digest is the one in the signature.
    pub const fn matches(&self) -> bool {
        self.matches
    }

    /// When it is not: how the other side must have written the same element, found by its digest. `None` when no
    /// common mistake gives that digest, so that the content was changed.
    pub const fn suspicion(&self) -> Option<Cause> {
        self.suspicion
    }

    /// The first difference from the bytes that the other side hashed; `None` when they are the same.
    ///
    /// ```
    /// # use heap_identity::{dsig, pki, xml};
    /// # let key = pki::SigningKey::from_pem(
    /// #     include_str!("../../tests/vectors/keys/p256.key.pem"),
    /// #     include_str!("../../tests/vectors/keys/p256.cert.pem"),
    /// # ).unwrap();
    /// let signed = dsig::sign("<a ID='i'><b>1</b></a>", "i", &key).unwrap();
    /// let tree = xml::parse(signed.as_bytes()).unwrap();
    /// let explanation = dsig::explain(tree.root(), &dsig::Policy::strict()).unwrap();
    /// assert_eq!(explanation.canonical(), br#"<a ID="i"><b>1</b></a>"#);
    /// let difference = explanation.compare(b"<a ID=\"i\">\n  <b>1</b>\n</a>").unwrap();
    /// assert_eq!((difference.offset(), difference.cause()), (10, dsig::Cause::WhiteSpace));
    /// ```
    pub fn compare(&self, theirs: &[u8]) -> Option<Difference> {
        let ours = self.canonical.as_slice();
        if ours == theirs {
            return None;
        }
        let common = ours.iter().zip(theirs).take_while(|(one, other)| one == other).count();
        let is_same = |cause: &Cause| without(ours, *cause) == without(theirs, *cause);
        let cause = Cause::WRITING.into_iter().find(is_same).unwrap_or_else(|| self.canonical_cause(theirs));
        Some(Difference { offset: common, cause })
    }

    /// Whether theirs would be ours, if it had been canonicalized.
    fn canonical_cause(&self, theirs: &[u8]) -> Cause {
        let form = Form::plain(Method::Exclusive, true);
        let canonical = |bytes: &[u8]| {
            let tree = parse(bytes).ok()?;
            let mut output = Vec::new();
            form.canonicalization().element(tree.root(), None, &mut output).ok()?;
            Some(output)
        };
        match (canonical(&self.canonical), canonical(theirs)) {
            (Some(ours), Some(theirs)) if ours == theirs => Cause::NotCanonical,
            _ => Cause::Content,
        }
    }
}

impl fmt::Debug for Explanation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Explanation")
            .field("bytes", &self.canonical.len())
            .field("matches", &self.matches)
            .field("suspicion", &self.suspicion)
            .finish_non_exhaustive()
    }
}

/// Shows what is hashed for the signature that `element` holds, and compares its digest: for the message that a
/// [`ErrorKind::DigestMismatch`] is worth. Whether the signature is by a configured key does not matter here.
///
/// # Errors
/// As [`verify`](super::verify), for a signature that cannot be read.
pub fn explain(element: Node<'_>, policy: &Policy) -> Result<Explanation, Error> {
    let signature = signature_of(element).ok_or_else(|| fail(ErrorKind::NotSigned, element))?;
    let structure = Structure::read(signature, element, policy)?;
    let write = |form: &Form<'_>| {
        let mut output = Vec::new();
        form.canonicalization().element(element, Some(signature), &mut output).map(|()| output)
    };
    let canonical = write(&structure.content)?;
    let has_digest =
        |bytes: &[u8]| digest(structure.digest.algorithm(), bytes).as_ref() == structure.digest_value;
    let matches = has_digest(&canonical);
    let others = [
        (Cause::Comments, structure.content.with_comments()),
        (Cause::Namespaces, Form::plain(Method::Exclusive, false)),
        (Cause::Namespaces, Form::plain(Method::Inclusive10, false)),
        (Cause::Namespaces, Form::plain(Method::Inclusive11, false)),
    ];
    let by_form = || {
        let found = others.iter().find(|(_, form)| write(form).is_ok_and(|bytes| has_digest(&bytes)));
        found.map(|(cause, _)| *cause)
    };
    let by_writing = || {
        let source = element.source().as_bytes();
        let (around, cut) = (element.range(), signature.range());
        let as_it_stands = [source.get(around.start..cut.start), source.get(cut.end..around.end)];
        let carriage_returns = replace(&canonical, b"\n", b"\r\n");
        let written = replace(&canonical, b"\n", b"&#xD;\n");
        [
            (Cause::LineEnds, carriage_returns),
            (Cause::LineEnds, written),
            (Cause::LineEnds, without(&canonical, Cause::LineEnds)),
            (Cause::WhiteSpace, without(&canonical, Cause::WhiteSpace)),
            (Cause::Encoding, [b"\xEF\xBB\xBF", canonical.as_slice()].concat()),
            (Cause::NotCanonical, as_it_stands.map(Option::unwrap_or_default).concat()),
        ]
        .into_iter()
        .find_map(|(cause, bytes)| has_digest(&bytes).then_some(cause))
    };
    let suspicion = if matches { None } else { by_form().or_else(by_writing) };
    Ok(Explanation { canonical, matches, suspicion })
}

/// The bytes without what this way of writing adds.
fn without(bytes: &[u8], cause: Cause) -> Vec<u8> {
    match cause {
        Cause::LineEnds => replace(&replace(bytes, b"\r", b""), b"&#xD;", b""),
        Cause::Comments => cut(bytes, b"<!--", |rest| Some(0..memchr::memmem::find(rest, b"-->")? + 3)),
        Cause::WhiteSpace => cut(bytes, b">", |rest| {
            let spaces = rest.iter().skip(1).take_while(|byte| byte.is_ascii_whitespace()).count();
            rest.get(spaces + 1).is_none_or(|next| *next == b'<').then_some(1..spaces + 1)
        }),
        Cause::Namespaces => cut(bytes, b" xmlns", |rest| {
            let opening = memchr::memchr(b'"', rest)?;
            let name = rest.get(6..opening)?;
            let is_declaration = matches!(name.first(), Some(b':' | b'=')) && name.ends_with(b"=");
            let value = rest.get(opening + 1..).filter(|_| is_declaration && !name.contains(&b'>'))?;
            Some(0..opening + 1 + memchr::memchr(b'"', value)? + 1)
        }),
        Cause::Encoding => bytes.iter().copied().filter(u8::is_ascii).collect(),
        Cause::NotCanonical | Cause::Content => bytes.into(),
    }
}

fn replace(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let mut output = Vec::with_capacity(bytes.len());
    let mut behind = 0;
    for at in memchr::memmem::find_iter(bytes, from) {
        output.extend_from_slice(bytes.get(behind..at).unwrap_or_default());
        output.extend_from_slice(to);
        behind = at + from.len();
    }
    output.extend_from_slice(bytes.get(behind..).unwrap_or_default());
    output
}

/// Leaves out, of what begins at each place where `start` stands, the range that `left_out` says.
fn cut(bytes: &[u8], start: &[u8], left_out: impl Fn(&[u8]) -> Option<Range<usize>>) -> Vec<u8> {
    let mut output = Vec::with_capacity(bytes.len());
    let mut behind = 0;
    for at in memchr::memmem::find_iter(bytes, start).collect::<Vec<_>>() {
        let Some(rest) = bytes.get(at..).filter(|_| at >= behind) else { continue };
        if let Some(range) = left_out(rest) {
            output.extend_from_slice(bytes.get(behind..at + range.start).unwrap_or_default());
            behind = at + range.end;
        }
    }
    output.extend_from_slice(bytes.get(behind..).unwrap_or_default());
    output
}
