//! The strict reading of `ds:Signature`: a fixed path, one of everything, nothing unknown. No search (A10).

use alloc::{string::String, vec::Vec};

use base64::{Engine, prelude::BASE64_STANDARD};

use super::algorithm::{Digest, ENVELOPED, EXCLUSIVE, canonicalization_from_uri, refusal, scheme_from_uri};
use super::{DS, Error, ErrorKind, Policy};
use crate::limits::DSIG_PREFIXES_MAX;
use crate::pki::Scheme;
use crate::xml::c14n::{Canonicalization, Method};
use crate::xml::{Node, is_name_char};

/// What a description of keys may consist of, in the namespaces of XML-DSig 1.0 and 1.1 (A09, A36).
const KEY_INFO: [&str; 23] = [
    "KeyName",
    "KeyValue",
    "RSAKeyValue",
    "Modulus",
    "Exponent",
    "DSAKeyValue",
    "P",
    "Q",
    "G",
    "Y",
    "X509Data",
    "X509Certificate",
    "X509SubjectName",
    "X509IssuerSerial",
    "X509IssuerName",
    "X509SerialNumber",
    "X509SKI",
    "X509CRL",
    "X509Digest",
    "DEREncodedKeyValue",
    "ECKeyValue",
    "NamedCurve",
    "PublicKey",
];
const DS11: &str = "http://www.w3.org/2009/xmldsig11#";

/// A canonicalization as the document asks for it.
pub(super) struct Form<'t> {
    method: Method,
    comments: bool,
    prefixes: Vec<&'t str>,
}

impl<'t> Form<'t> {
    pub(super) const fn plain(method: Method, comments: bool) -> Self {
        Self { method, comments, prefixes: Vec::new() }
    }

    pub(super) fn with_comments(&self) -> Self {
        Self { comments: true, prefixes: self.prefixes.clone(), ..*self }
    }

    pub(super) fn canonicalization(&self) -> Canonicalization<'_> {
        let form = Canonicalization::new(self.method).with_prefixes(&self.prefixes);
        if self.comments { form.with_comments() } else { form }
    }
}

/// A signature that is what XML-DSig and D19 allow. Nothing in it is verified yet.
pub(super) struct Structure<'t> {
    pub(super) signed_info: Node<'t>,
    pub(super) form: Form<'t>,
    pub(super) scheme: Scheme,
    pub(super) content: Form<'t>,
    pub(super) digest: Digest,
    pub(super) digest_value: Vec<u8>,
    pub(super) digest_position: Node<'t>,
    pub(super) value: Vec<u8>,
}

impl<'t> Structure<'t> {
    /// Reads the signature that `parent` holds.
    pub(super) fn read(signature: Node<'t>, parent: Node<'t>, policy: &Policy) -> Result<Self, Error> {
        if let Some(other) = parent.ambiguous_identifier() {
            return Err(fail(ErrorKind::AmbiguousIdentifier, other));
        }
        if signature.has_comment_or_instruction() {
            return Err(fail(ErrorKind::CommentInSignature, signature));
        }
        let mut children = Children::of(signature, &["Id"])?;
        let signed_info = children.next("SignedInfo")?;
        let value = children.next("SignatureValue")?;
        if let Some(key_info) = children.optional("KeyInfo") {
            check_key_info(key_info)?;
        }
        children.end()?;
        allow_attributes(value, &["Id"])?;

        let mut children = Children::of(signed_info, &["Id"])?;
        let canonicalization = children.next("CanonicalizationMethod")?;
        let method = children.next("SignatureMethod")?;
        let reference = children.next("Reference")?;
        children.end()?;
        let scheme = scheme_from_uri(algorithm_of(method)?, policy).map_err(|kind| fail(kind, method))?;
        Children::of(method, &["Algorithm"])?.end()?;
        check_reference(reference, parent)?;

        let mut children = Children::of(reference, &["Id", "URI", "Type"])?;
        let transforms = children.next("Transforms")?;
        let digest_method = children.next("DigestMethod")?;
        let digest_position = children.next("DigestValue")?;
        children.end()?;
        let digest = Digest::from_uri(algorithm_of(digest_method)?, policy)
            .map_err(|kind| fail(kind, digest_method))?;
        Children::of(digest_method, &["Algorithm"])?.end()?;
        allow_attributes(digest_position, &[])?;
        let digest_value = base64(digest_position)?;
        if digest_value.len() != digest.algorithm().output_len() {
            return Err(fail(ErrorKind::DigestLength, digest_position));
        }
        Ok(Self {
            signed_info,
            form: read_form(canonicalization, policy)?,
            scheme,
            content: read_transforms(transforms, policy)?,
            digest,
            digest_value,
            digest_position,
            value: base64(value)?,
        })
    }
}

pub(super) fn fail(kind: ErrorKind, node: Node<'_>) -> Error {
    Error::new(kind, node.position())
}

/// `#ID` of the signature's parent, letter by letter (A01-A05, A48).
fn check_reference(reference: Node<'_>, parent: Node<'_>) -> Result<(), Error> {
    let id = parent.attribute("ID").ok_or_else(|| fail(ErrorKind::MissingIdentifier, parent))?;
    if !is_identifier(id) {
        return Err(fail(ErrorKind::InvalidIdentifier, parent));
    }
    let uri = reference.attribute("URI").ok_or_else(|| fail(ErrorKind::MissingAttribute, reference))?;
    match uri.strip_prefix('#') {
        Some(name) if name == id => Ok(()),
        Some(name) if is_identifier(name) => Err(fail(ErrorKind::ForeignReference, reference)),
        _ => Err(fail(ErrorKind::ExternalReference, reference)),
    }
}

/// An `xs:ID`; a digit in front is tolerated, since identity providers make such.
pub(super) fn is_identifier(text: &str) -> bool {
    !text.is_empty() && text.chars().all(is_name_char)
}

/// Enveloped-signature, then at most one canonicalization (D19). Without one, it is Canonical XML 1.0 (XML-DSig 4.4.3.2).
fn read_transforms<'t>(transforms: Node<'t>, policy: &Policy) -> Result<Form<'t>, Error> {
    let mut children = Children::of(transforms, &[])?;
    let enveloped = children.next("Transform")?;
    Children::of(enveloped, &["Algorithm"])?.end()?;
    if algorithm_of(enveloped)? != ENVELOPED {
        return Err(fail(ErrorKind::Transforms, enveloped));
    }
    let Some(second) = children.optional("Transform") else {
        children.end()?;
        return Ok(Form { method: Method::Inclusive10, comments: false, prefixes: Vec::new() });
    };
    if canonicalization_from_uri(algorithm_of(second)?).is_none() {
        return Err(fail(ErrorKind::Transforms, second));
    }
    if let Some(third) = children.optional("Transform") {
        return Err(fail(ErrorKind::Transforms, third));
    }
    children.end()?;
    // A reference `#ID` leaves comments out before any transform (XML-DSig 4.4.3.3): none is ever hashed (A23).
    read_form(second, policy).map(|form| Form { comments: false, ..form })
}

/// A canonicalization with its `InclusiveNamespaces`, which only the exclusive ones have.
fn read_form<'t>(node: Node<'t>, policy: &Policy) -> Result<Form<'t>, Error> {
    let uri = algorithm_of(node)?;
    let (method, comments) = canonicalization_from_uri(uri).ok_or_else(|| fail(refusal(uri), node))?;
    if comments && !policy.comments {
        return Err(fail(ErrorKind::WithComments, node));
    }
    let mut children = Children::of(node, &["Algorithm"])?;
    let inclusive = children.one_of(EXCLUSIVE, "InclusiveNamespaces").filter(|_| method == Method::Exclusive);
    children.end()?;
    let Some(inclusive) = inclusive else {
        // An InclusiveNamespaces inside another method means nothing, and nothing here is without meaning.
        return match node.elements().next() {
            Some(stray) => Err(fail(ErrorKind::UnexpectedContent, stray)),
            None => Ok(Form { method, comments, prefixes: Vec::new() }),
        };
    };
    Children::of(inclusive, &["PrefixList"])?.end()?;
    let list =
        inclusive.attribute("PrefixList").ok_or_else(|| fail(ErrorKind::MissingAttribute, inclusive))?;
    let is_prefix = |token: &str| token == "#default" || token.chars().all(is_name_char);
    let prefixes: Vec<_> = list.split_ascii_whitespace().take(DSIG_PREFIXES_MAX + 1).collect();
    if prefixes.len() > DSIG_PREFIXES_MAX || !prefixes.iter().all(|token| is_prefix(token)) {
        return Err(fail(ErrorKind::PrefixList, inclusive));
    }
    Ok(Form { method, comments, prefixes })
}

/// `ds:KeyInfo` is never a source of keys (A46); it may describe them, and hold nothing else (A09).
fn check_key_info(key_info: Node<'_>) -> Result<(), Error> {
    allow_attributes(key_info, &["Id"])?;
    let is_known =
        |node: &Node<'_>| matches!(node.namespace(), DS | DS11) && KEY_INFO.contains(&node.local_name());
    key_info
        .descendants()
        .skip(1)
        .find(|node| !is_known(node))
        .map_or(Ok(()), |node| Err(fail(ErrorKind::KeyInfo, node)))
}

fn algorithm_of<'t>(node: Node<'t>) -> Result<&'t str, Error> {
    node.attribute("Algorithm").ok_or_else(|| fail(ErrorKind::MissingAttribute, node))
}

/// Base64 with white space anywhere (RFC 4648 4; XML Schema `base64Binary`).
fn base64(node: Node<'_>) -> Result<Vec<u8>, Error> {
    let text = node.text()?;
    let mut letters = String::with_capacity(text.len());
    letters.extend(text.split_ascii_whitespace());
    let decoded = BASE64_STANDARD.decode(letters).ok().filter(|bytes| !bytes.is_empty());
    decoded.ok_or_else(|| fail(ErrorKind::Base64, node))
}

fn allow_attributes(node: Node<'_>, allowed: &[&str]) -> Result<(), Error> {
    let is_allowed =
        node.attributes().all(|found| found.namespace().is_empty() && allowed.contains(&found.local_name()));
    if is_allowed { Ok(()) } else { Err(fail(ErrorKind::UnexpectedAttribute, node)) }
}

/// The child elements of an element that holds nothing but those and white space, taken in order.
struct Children<'t> {
    parent: Node<'t>,
    all: [Option<Node<'t>>; CHILDREN_MAX + 1],
    taken: usize,
}

/// No element of XML-DSig that is read here has more child elements; one more shows the fault.
const CHILDREN_MAX: usize = 5;

impl<'t> Children<'t> {
    fn of(parent: Node<'t>, attributes: &[&str]) -> Result<Self, Error> {
        allow_attributes(parent, attributes)?;
        if !parent.has_only_elements() {
            return Err(fail(ErrorKind::UnexpectedContent, parent));
        }
        let mut elements = parent.elements();
        Ok(Self { parent, all: core::array::from_fn(|_| elements.next()), taken: 0 })
    }

    /// The next child that is not taken.
    fn upcoming(&self) -> Option<Node<'t>> {
        self.all.get(self.taken).copied().flatten()
    }

    fn next(&mut self, local_name: &str) -> Result<Node<'t>, Error> {
        match self.optional(local_name) {
            Some(found) => Ok(found),
            None => Err(self.unexpected()),
        }
    }

    fn optional(&mut self, local_name: &str) -> Option<Node<'t>> {
        self.one_of(DS, local_name)
    }

    fn one_of(&mut self, namespace: &str, local_name: &str) -> Option<Node<'t>> {
        let found = self.upcoming().filter(|node| node.is(namespace, local_name));
        self.taken += usize::from(found.is_some());
        found
    }

    fn end(self) -> Result<(), Error> {
        if self.upcoming().is_none() { Ok(()) } else { Err(self.unexpected()) }
    }

    fn unexpected(&self) -> Error {
        let Some(node) = self.upcoming() else {
            return fail(ErrorKind::UnexpectedContent, self.parent);
        };
        let kind = match node.local_name() {
            "Object" => ErrorKind::Object,
            "Reference" if self.taken > 0 => ErrorKind::SeveralReferences,
            "Transform" => ErrorKind::Transforms,
            _ => ErrorKind::UnexpectedContent,
        };
        fail(kind, node)
    }
}
