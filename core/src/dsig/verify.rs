//! Verification: from an element to [`Covered`], the only door to signed content.

use alloc::vec::Vec;

use ring::digest::Context;

use super::algorithm::Digest;
use super::structure::{Form, Structure, fail};
use super::{DS, Error, ErrorKind};
use crate::pki::{Scheme, VerifyingKey};
use crate::xml::{self, Node, c14n::Sink};

/// What a verifier allows beyond the strict reading.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Policy {
    /// Canonicalizations that keep comments are tolerated. Never in SAML (D19). What a reference covers is hashed
    /// without comments all the same (XML-DSig 4.4.3.3, A23).
    pub comments: bool,
    /// Signatures by RSA with SHA-1, and SHA-1 digests, are verified: for an identity provider that can do nothing
    /// else. Who can make two documents of one SHA-1 can have one signed and show the other.
    pub legacy_sha1: bool,
}

impl Policy {
    /// What SAML takes: no comments, no SHA-1.
    pub const fn strict() -> Self {
        Self { comments: false, legacy_sha1: false }
    }

    /// The same, with canonicalizations that keep comments.
    #[must_use]
    pub const fn with_comments(self) -> Self {
        Self { comments: true, ..self }
    }

    /// The same, with SHA-1 (see [`legacy_sha1`](Self::legacy_sha1)). There is no such choice for signing.
    #[must_use]
    pub const fn with_legacy_sha1(self) -> Self {
        Self { legacy_sha1: true, ..self }
    }
}

/// An element whose whole content a valid signature by a configured key covers.
///
/// Only [`verify`] makes one. What is read from [`node`](Self::node) downwards is what was hashed: the same tree, no
/// second look-up (A24, A25). The one exception is the signature itself, which the enveloped-signature transform
/// leaves out: [`elements`](Self::elements) leaves it out too. What is above or beside the node is not covered.
#[derive(Clone, Copy, Debug)]
pub struct Covered<'t> {
    node: Node<'t>,
    signature: Node<'t>,
    key_index: usize,
    scheme: Scheme,
}

impl<'t> Covered<'t> {
    /// The covered element.
    pub const fn node(&self) -> Node<'t> {
        self.node
    }

    /// The covered child elements: all but the signature.
    pub fn elements(&self) -> impl Iterator<Item = Node<'t>> {
        let signature = self.signature;
        self.node.elements().filter(move |child| *child != signature)
    }

    /// The `ds:Signature`, which does not cover itself.
    pub const fn signature(&self) -> Node<'t> {
        self.signature
    }

    /// Which of the keys given to [`verify`] made the signature.
    pub const fn key_index(&self) -> usize {
        self.key_index
    }

    /// The signature scheme.
    pub const fn algorithm(&self) -> Scheme {
        self.scheme
    }
}

/// The `ds:Signature` among an element's children, if there is exactly one.
pub fn signature_of(element: Node<'_>) -> Option<Node<'_>> {
    element.only_element(DS, "Signature")
}

/// Verifies the enveloped signature that `element` holds as a direct child, under one of `keys`.
///
/// The keys are the configured ones of the expected signer; `ds:KeyInfo` is not read (A46). The signature has one
/// reference, which names the unprefixed `ID` of `element`, unique in the document; its transforms are
/// enveloped-signature and at most one canonicalization (D19).
///
/// # Errors
/// [`Error`]: the first reason why `element` is not covered. The signature value is checked before the digest: a
/// [`ErrorKind::DigestMismatch`] means that a configured key did sign, but something else.
pub fn verify<'t>(element: Node<'t>, keys: &[VerifyingKey], policy: &Policy) -> Result<Covered<'t>, Error> {
    let mut signatures = element.elements().filter(|child| child.is(DS, "Signature"));
    let signature = signatures.next().ok_or_else(|| fail(ErrorKind::NotSigned, element))?;
    if let Some(second) = signatures.next() {
        return Err(fail(ErrorKind::SeveralSignatures, second));
    }
    let structure = Structure::read(signature, element, policy)?;
    let (key_index, scheme) = signing_key(&structure, keys)?;
    let digest = digest_of(element, Some(signature), &structure.content, structure.digest)?;
    if digest != structure.digest_value {
        return Err(fail(ErrorKind::DigestMismatch, structure.digest_position));
    }
    Ok(Covered { node: element, signature, key_index, scheme })
}

/// The first key under which the signature value holds, and the scheme with it.
fn signing_key(structure: &Structure<'_>, keys: &[VerifyingKey]) -> Result<(usize, Scheme), Error> {
    let mut message = Vec::new();
    structure.form.canonicalization().element(structure.signed_info, None, &mut message)?;
    let mut kind = ErrorKind::NoKey;
    for (index, key) in keys.iter().enumerate() {
        let Some(scheme) = structure.scheme.with_key(key.key_type()) else { continue };
        if key.verify(scheme, &message, &structure.value).is_ok() {
            return Ok((index, scheme));
        }
        kind = ErrorKind::SignatureMismatch;
    }
    Err(fail(kind, structure.signed_info))
}

fn digest_of(
    element: Node<'_>,
    without: Option<Node<'_>>,
    form: &Form<'_>,
    digest: Digest,
) -> Result<Vec<u8>, xml::Error> {
    let mut hasher = Hasher(Context::new(digest.algorithm()));
    form.canonicalization().element(element, without, &mut hasher)?;
    Ok(hasher.0.finish().as_ref().into())
}

/// A digest as a sink: canonical bytes are hashed on their way and never stored.
pub(super) struct Hasher(pub(super) Context);

impl Sink for Hasher {
    fn write(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }
}
