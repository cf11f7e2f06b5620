//! From bytes to a [`Tree`]: quick-xml cuts the document into tokens, everything that makes it XML is checked
//! here and in `start_tag`. One pass, without recursion.

use alloc::{string::String, vec::Vec};

use quick_xml::events::Event;

use super::chars::{first_forbidden, is_ncname, is_space, referenced};
use super::declaration::check_declaration;
use super::error::{Error, ErrorKind, Position};
use super::names::Names;
use super::start_tag::StartTag;
use super::tree::{Data, Kind, Span, Tree};
use crate::limits::{XML_BYTES_MAX, XML_DEPTH_MAX, XML_NODES_MAX, XML_TEXT_BYTES_MAX};

/// A failure at a byte of the source.
pub(super) type Failure = (ErrorKind, usize);

/// Reads a document: UTF-8, well-formed by XML 1.0 (fifth edition) and Namespaces in XML 1.0, without a document
/// type declaration, with absolute namespace names, within the bounds of [`limits`](crate::limits).
///
/// A byte order mark of UTF-8 is allowed. The tree borrows from `bytes` what needs no decoding.
///
/// ```
/// let tree = heap_identity::xml::parse(b"<a xmlns='urn:x'><b c='1'>t &amp; u</b></a>")?;
/// let b = tree.root().elements().next().unwrap();
/// assert!(b.is("urn:x", "b"));
/// assert_eq!((b.attribute("c"), b.text()?), (Some("1"), "t & u"));
/// # Ok::<(), heap_identity::xml::Error>(())
/// ```
///
/// # Errors
/// [`Error`]: the first thing that is wrong, and where.
pub fn parse(bytes: &[u8]) -> Result<Tree<'_>, Error> {
    let before = if bytes.starts_with(BYTE_ORDER_MARK) { BYTE_ORDER_MARK.len() } else { 0 };
    let bytes = bytes.get(before..).unwrap_or_default();
    if bytes.len() > XML_BYTES_MAX {
        return Err(Error::new(ErrorKind::TooLarge, Position::default()));
    }
    let source = core::str::from_utf8(bytes).map_err(|error| {
        let valid = bytes.get(..error.valid_up_to()).map(core::str::from_utf8);
        let valid = valid.and_then(Result::ok).unwrap_or_default();
        Error::new(ErrorKind::NotUtf8, Position::within(valid, valid.len(), before))
    })?;
    let at = |(kind, offset)| Error::new(kind, Position::within(source, offset, before));
    if let Some(offset) = first_forbidden(source) {
        return Err(at((ErrorKind::ForbiddenCharacter, offset)));
    }
    // quick-xml skips a byte order mark, silently; one is already gone.
    if bytes.starts_with(BYTE_ORDER_MARK) {
        return Err(at((ErrorKind::TextOutsideRoot, 0)));
    }
    let mut reader = Reader::new(source, before);
    reader.read().map_err(at)?;
    reader.finish().map_err(at)
}

const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// An element whose end tag has not come yet.
pub(super) struct Open {
    pub(super) node: u32,
    /// See [`Names::mark`].
    pub(super) mark: usize,
}

/// A document while it is read.
pub(super) struct Reader<'a> {
    pub(super) tree: Tree<'a>,
    pub(super) names: Names<'a>,
    pub(super) open: Vec<Open>,
    /// Character data since the last markup, of which several tokens make one text; and where it began.
    text: Option<(Span, usize)>,
    /// Attributes that identify their element: the attribute and its element.
    pub(super) identifiers: Vec<(u32, u32)>,
}

impl<'a> Reader<'a> {
    fn new(source: &'a str, before: usize) -> Self {
        // About what a signed Response has: few documents need more, and growing is most of the memory's work. A list of
        // short values has four times as many nodes; room for those that is not needed is never touched.
        let expected = source.len() / 64;
        let tree = Tree {
            source,
            decoded: String::new(),
            nodes: Vec::with_capacity(4 * expected),
            attributes: Vec::with_capacity(expected),
            declarations: Vec::with_capacity(expected),
            prefixes: Vec::new(),
            namespaces: Vec::new(),
            root: 0,
            ambiguous: None,
            instructions: false,
            before,
        };
        let (open, identifiers) = (Vec::with_capacity(16), Vec::with_capacity(8));
        Self { tree, names: Names::new(), open, text: None, identifiers }
    }

    fn read(&mut self) -> Result<(), Failure> {
        self.add(Kind::Document, 0)?;
        let source = self.tree.source;
        let mut tokens = quick_xml::Reader::from_str(source);
        // End tags are compared here, against the source itself.
        tokens.config_mut().check_end_names = false;
        tokens.config_mut().allow_unmatched_ends = true;
        tokens.config_mut().trim_markup_names_in_closing_tags = false;
        let mut start = 0;
        loop {
            let event = tokens.read_event();
            let end = usize::try_from(tokens.buffer_position()).unwrap_or(usize::MAX);
            let token = source.get(start..end).unwrap_or_default();
            match event {
                Ok(Event::Text(_)) => self.character_data(token, start)?,
                Ok(Event::GeneralRef(_)) => self.reference(token, start)?,
                Ok(Event::CData(_)) => self.cdata(token, start)?,
                Ok(Event::Start(tag) | Event::Empty(tag)) => {
                    self.end_text()?;
                    self.start_tag(&StartTag::new(token, &tag, start))?;
                }
                Ok(Event::End(_)) => {
                    self.end_text()?;
                    self.end_tag(token, start)?;
                }
                Ok(Event::Comment(_)) => self.comment(token, start)?,
                Ok(Event::PI(_) | Event::Decl(_)) => self.instruction(token, start)?,
                Ok(Event::DocType(_)) => return Err((ErrorKind::Doctype, start)),
                Ok(Event::Eof) => return self.end_text(),
                Err(error) => return Err((kind_of(&error, source, start), start)),
            }
            start = end;
        }
    }

    fn finish(mut self) -> Result<Tree<'a>, Failure> {
        let end = self.tree.source.len();
        if !self.open.is_empty() {
            return Err((ErrorKind::MissingEndTag, end));
        }
        if self.tree.root == 0 {
            return Err((ErrorKind::Empty, end));
        }
        let nodes = narrow(self.tree.nodes.len());
        if let Some(document) = self.tree.nodes.first_mut() {
            document.end = nodes;
        }
        self.tree.ambiguous = self.ambiguous();
        self.tree.prefixes = self.names.prefixes;
        self.tree.namespaces = self.names.namespaces;
        Ok(self.tree)
    }

    /// A node behind the ones before, under the innermost open element; its index.
    pub(super) fn add(&mut self, kind: Kind, offset: usize) -> Result<u32, Failure> {
        let index = self.tree.nodes.len();
        if index >= XML_NODES_MAX {
            return Err((ErrorKind::TooManyNodes, offset));
        }
        let parent = self.open.last().map_or(0, |open| open.node);
        self.tree.nodes.push(Data { parent, end: narrow(index + 1), offset: narrow(offset), kind });
        Ok(narrow(index))
    }

    fn character_data(&mut self, token: &'a str, start: usize) -> Result<(), Failure> {
        if self.open.is_empty() {
            let foreign = token.bytes().position(|byte| !is_space(byte));
            return foreign.map_or(Ok(()), |at| Err((ErrorKind::TextOutsideRoot, start + at)));
        }
        let bytes = token.as_bytes();
        let special = memchr::memchr2(b'>', b'\r', bytes);
        if let Some(first) = special {
            for at in memchr::memchr_iter(b'>', bytes.get(first..).unwrap_or_default()).map(|at| first + at) {
                if bytes.get(..at).is_some_and(|ahead| ahead.ends_with(b"]]")) {
                    return Err((ErrorKind::CdataEndInText, start + at - 2));
                }
            }
        }
        if self.text.is_none() && special.is_none_or(|_| memchr::memchr(b'\r', bytes).is_none()) {
            let (start, end, plain) = (narrow(start), narrow(start + token.len()), special.is_none());
            self.text = Some((Span { start, end, decoded: false, plain }, start as usize));
        } else {
            push_lines(self.decode(start), token);
        }
        Ok(())
    }

    fn cdata(&mut self, token: &'a str, start: usize) -> Result<(), Failure> {
        let content = token.strip_prefix("<![CDATA[").and_then(|rest| rest.strip_suffix("]]>"));
        let content = content.ok_or((ErrorKind::Unclosed, start))?;
        if self.open.is_empty() {
            return Err((ErrorKind::TextOutsideRoot, start));
        }
        push_lines(self.decode(start), content);
        Ok(())
    }

    fn reference(&mut self, token: &'a str, start: usize) -> Result<(), Failure> {
        if self.open.is_empty() {
            return Err((ErrorKind::TextOutsideRoot, start));
        }
        let name = token.strip_prefix('&').and_then(|rest| rest.strip_suffix(';'));
        let character =
            name.ok_or(ErrorKind::InvalidReference).and_then(referenced).map_err(|kind| (kind, start))?;
        self.decode(start).push(character);
        Ok(())
    }

    /// The buffer into which the current text goes on.
    fn decode(&mut self, start: usize) -> &mut String {
        let tree = &mut self.tree;
        let (span, _) = self.text.get_or_insert_with(|| {
            let here = narrow(tree.decoded.len());
            (Span { start: here, end: here, decoded: true, plain: false }, start)
        });
        if !span.decoded {
            let begun = tree.source.get(span.start as usize..span.end as usize).unwrap_or_default();
            *span = Span { start: narrow(tree.decoded.len()), end: 0, decoded: true, plain: false };
            tree.decoded.push_str(begun);
        }
        &mut tree.decoded
    }

    /// Markup comes: the text before it is complete.
    fn end_text(&mut self) -> Result<(), Failure> {
        let Some((mut span, offset)) = self.text.take() else { return Ok(()) };
        if span.decoded {
            span.end = narrow(self.tree.decoded.len());
        }
        check_length(span, offset)?;
        // An empty CDATA section is no text.
        if span.start < span.end {
            self.add(Kind::Text(span), offset)?;
        }
        Ok(())
    }

    fn comment(&mut self, token: &'a str, start: usize) -> Result<(), Failure> {
        self.end_text()?;
        let content = token.strip_prefix("<!--").and_then(|rest| rest.strip_suffix("-->"));
        let content = content.ok_or((ErrorKind::Unclosed, start))?;
        if content.ends_with('-') || memchr::memmem::find(content.as_bytes(), b"--").is_some() {
            return Err((ErrorKind::DoubleHyphen, start));
        }
        let span = self.lines(content, start + 4);
        check_length(span, start)?;
        self.add(Kind::Comment(span), start).map(|_| ())
    }

    fn instruction(&mut self, token: &'a str, start: usize) -> Result<(), Failure> {
        self.end_text()?;
        let content = token.strip_prefix("<?").and_then(|rest| rest.strip_suffix("?>"));
        let content = content.ok_or((ErrorKind::Unclosed, start))?;
        let target = content.split(|c: char| c.is_ascii() && is_space(c as u8)).next().unwrap_or_default();
        if target == "xml" {
            if start != 0 {
                return Err((ErrorKind::InvalidDeclaration, start));
            }
            return check_declaration(content).map_err(|kind| (kind, start));
        }
        if !is_ncname(target) || target.eq_ignore_ascii_case("xml") {
            return Err((ErrorKind::InvalidTarget, start));
        }
        let span = self.lines(content, start + 2);
        check_length(span, start)?;
        self.tree.instructions = true;
        self.add(Kind::Instruction(span), start).map(|_| ())
    }

    /// Content with its line ends normalised: the source itself where there is nothing to do.
    fn lines(&mut self, content: &str, start: usize) -> Span {
        if memchr::memchr(b'\r', content.as_bytes()).is_none() {
            return Span {
                start: narrow(start),
                end: narrow(start + content.len()),
                decoded: false,
                plain: true,
            };
        }
        let from = narrow(self.tree.decoded.len());
        push_lines(&mut self.tree.decoded, content);
        Span { start: from, end: narrow(self.tree.decoded.len()), decoded: true, plain: true }
    }

    fn end_tag(&mut self, token: &'a str, start: usize) -> Result<(), Failure> {
        let mismatch = (ErrorKind::MismatchedEndTag, start);
        let open = self.open.pop().ok_or(mismatch)?;
        let until = narrow(start + token.len());
        let nodes = narrow(self.tree.nodes.len());
        let Some(Data { end, offset, kind: Kind::Element(element), .. }) =
            self.tree.nodes.get_mut(open.node as usize)
        else {
            return Err(mismatch);
        };
        let name_start = *offset as usize + 1;
        let name = self
            .tree
            .source
            .get(name_start..name_start + usize::from(element.name_bytes))
            .unwrap_or_default();
        let rest = token
            .strip_prefix("</")
            .and_then(|rest| rest.strip_prefix(name))
            .and_then(|rest| rest.strip_suffix('>'));
        if !rest.ok_or(mismatch)?.bytes().all(is_space) {
            return Err(mismatch);
        }
        *end = nodes;
        element.until = until;
        self.names.release(open.mark);
        Ok(())
    }

    /// An element is open from here on.
    pub(super) fn enter(&mut self, open: Open, offset: usize) -> Result<(), Failure> {
        if self.open.len() >= XML_DEPTH_MAX {
            return Err((ErrorKind::TooDeep, offset));
        }
        self.open.push(open);
        Ok(())
    }

    /// An element whose identifier is also another's.
    fn ambiguous(&self) -> Option<u32> {
        let value = |attribute: u32| {
            let data = self.tree.attributes.get(attribute as usize);
            data.map_or("", |data| self.tree.value(data.value)).trim_ascii()
        };
        let mut found: Vec<_> =
            self.identifiers.iter().map(|(attribute, node)| (value(*attribute), *node)).collect();
        found.sort_unstable();
        // The same value twice on one element (`ID` and `xml:id`) is as ambiguous as on two.
        found.windows(2).find_map(|pair| match pair {
            [(one, _), (other, node)] if one == other => Some(*node),
            _ => None,
        })
    }
}

/// Appends character data with line ends normalised (XML 1.0 2.11).
fn push_lines(to: &mut String, content: &str) {
    let mut rest = content;
    while let Some((line, behind)) = rest.split_once('\r') {
        to.push_str(line);
        to.push('\n');
        rest = behind.strip_prefix('\n').unwrap_or(behind);
    }
    to.push_str(rest);
}

const fn check_length(span: Span, offset: usize) -> Result<(), Failure> {
    if (span.end - span.start) as usize > XML_TEXT_BYTES_MAX {
        return Err((ErrorKind::TextTooLong, offset));
    }
    Ok(())
}

/// Why the tokenizer found no token: it only ever complains about markup that does not end.
fn kind_of(error: &quick_xml::Error, source: &str, start: usize) -> ErrorKind {
    match error {
        quick_xml::Error::IllFormed(quick_xml::errors::IllFormedError::UnclosedReference) => {
            ErrorKind::InvalidReference
        }
        _ if source.get(start..).is_some_and(|rest| rest.starts_with("<!DOCTYPE")) => ErrorKind::Doctype,
        _ => ErrorKind::Unclosed,
    }
}

/// Bounded by `XML_BYTES_MAX`, which fits.
pub(super) fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}
