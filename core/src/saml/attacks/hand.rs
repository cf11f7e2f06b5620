//! Signatures by hand, as no honest signer makes them: every part is free.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::{digest, hmac};

use super::document::Document;
use crate::{
    dsig,
    pki::SigningKey,
    saml::names::SIGNATURE,
    xml::{
        self, Node,
        c14n::{Canonicalization, Method},
    },
};

pub(super) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";
pub(super) const SHA256: &str = "http://www.w3.org/2001/04/xmlenc#sha256";
pub(super) const SHA1: &str = "http://www.w3.org/2000/09/xmldsig#sha1";
pub(super) const HMAC_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";

/// What a signature says; where it says nothing else, what an honest one would.
pub(super) struct Recipe {
    pub(super) canonicalization: &'static str,
    pub(super) references: Vec<Reference>,
    /// Another algorithm than the key's, by name only.
    pub(super) method: Option<&'static str>,
    /// Signed instead of SignedInfo.
    pub(super) message: Option<&'static str>,
    /// The secret of an HMAC, instead of the key.
    pub(super) secret: Option<Vec<u8>>,
    /// Declared on the Signature.
    pub(super) declaration: &'static str,
}

pub(super) struct Reference {
    pub(super) uri: String,
    pub(super) transforms: String,
    pub(super) digest_method: &'static str,
    pub(super) digest_value: String,
}

impl Reference {
    pub(super) fn to(id: &str, digest_value: String) -> Self {
        Self {
            uri: format!("#{id}"),
            transforms: format!("{}{}", transform(ENVELOPED, ""), transform(EXCLUSIVE, "")),
            digest_method: SHA256,
            digest_value,
        }
    }
}

pub(super) fn transform(algorithm: &str, content: &str) -> String {
    format!("<ds:Transform Algorithm=\"{algorithm}\">{content}</ds:Transform>")
}

pub(super) fn transforms_with(content_of_exclusive: &str) -> String {
    format!("{}{}", transform(ENVELOPED, ""), transform(EXCLUSIVE, content_of_exclusive))
}

impl Recipe {
    pub(super) fn of(reference: Reference) -> Self {
        Self {
            canonicalization: EXCLUSIVE,
            references: vec![reference],
            method: None,
            message: None,
            secret: None,
            declaration: "",
        }
    }

    /// The element `ds:Signature`, which brings its key's certificate along.
    pub(super) fn signature(&self, key: &SigningKey) -> String {
        let references: String = self.references.iter().map(Reference::element).collect();
        let own = algorithm_of(key);
        let content = format!(
            "<ds:CanonicalizationMethod Algorithm=\"{}\"></ds:CanonicalizationMethod>\
             <ds:SignatureMethod Algorithm=\"{}\"></ds:SignatureMethod>{references}",
            self.canonicalization,
            self.method.unwrap_or(&own)
        );
        let canonical = format!("<ds:SignedInfo xmlns:ds=\"{SIGNATURE}\">{content}</ds:SignedInfo>");
        let message = self.message.unwrap_or(&canonical).as_bytes();
        let value = match &self.secret {
            Some(secret) => hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), message).as_ref().to_vec(),
            None => key.sign(key.default_scheme(), message).unwrap_or_default(),
        };
        format!(
            "<ds:Signature xmlns:ds=\"{SIGNATURE}\"{}><ds:SignedInfo>{content}</ds:SignedInfo><ds:SignatureValue>{}\
             </ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>\
             </ds:KeyInfo></ds:Signature>",
            self.declaration,
            BASE64_STANDARD.encode(value),
            key.certificate().to_base64()
        )
    }
}

impl Reference {
    fn element(&self) -> String {
        format!(
            "<ds:Reference URI=\"{}\"><ds:Transforms>{}</ds:Transforms><ds:DigestMethod Algorithm=\"{}\"></ds:DigestMethod>\
             <ds:DigestValue>{}</ds:DigestValue></ds:Reference>",
            self.uri, self.transforms, self.digest_method, self.digest_value
        )
    }
}

/// The name of the key's own algorithm, as the honest signer writes it.
fn algorithm_of(key: &SigningKey) -> String {
    let signed = dsig::sign("<a ID=\"a\"><b/></a>", "a", key).unwrap_or_default();
    let method =
        signed.split_once("<ds:SignatureMethod Algorithm=\"").and_then(|(_, rest)| rest.split_once('"'));
    method.map_or_else(String::new, |(uri, _)| uri.to_string())
}

/// The digest of an element, by its ID, without the signature in it; the document need not be genuine.
pub(super) fn digest_of(xml: &str, id: &str, algorithm: &'static digest::Algorithm) -> Option<String> {
    let tree = xml::parse(xml.as_bytes()).ok()?;
    let element = tree.root().descendants().find(|node| node.attribute("ID") == Some(id))?;
    let mut canonical = Vec::new();
    let signature: Option<Node<'_>> = dsig::signature_of(element);
    Canonicalization::new(Method::Exclusive).element(element, signature, &mut canonical).ok()?;
    Some(digest_of_bytes(&canonical, algorithm))
}

pub(super) fn digest_of_bytes(bytes: &[u8], algorithm: &'static digest::Algorithm) -> String {
    BASE64_STANDARD.encode(digest::digest(algorithm, bytes))
}

/// An unsigned document with what `recipe` makes of the digest of its Assertion, put where its signature belongs.
pub(super) fn signed_by_hand(
    unsigned: &Document,
    key: &SigningKey,
    recipe: impl FnOnce(Reference) -> Recipe,
) -> Option<String> {
    let id = &unsigned.assertion.id;
    let digest_value = digest_of(&unsigned.source, id, &digest::SHA256)?;
    let signature = recipe(Reference::to(id, digest_value)).signature(key);
    let head = unsigned.assertion.head;
    Some(unsigned.edited(vec![(head..head, &signature)]))
}
