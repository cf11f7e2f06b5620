//! Signing: an enveloped signature over one element, written so that it need not be parsed again.

use alloc::{format, string::String};

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::digest::Context;

use super::algorithm::{Digest, ENVELOPED, EXCLUSIVE, uri_of_scheme};
use super::structure::{fail, is_identifier};
use super::verify::Hasher;
use super::{DS, Error, ErrorKind};
use crate::pki::{Scheme, SigningKey};
use crate::xml::c14n::{Canonicalization, Method};
use crate::xml::{self, Node};

/// Signs the element whose unprefixed `ID` is `id`, with the key's default scheme.
///
/// `xml` is a complete document. The signature covers the element in exclusive canonical form and goes right
/// behind its `Issuer`, if that is its first child (saml-core 2.3.3, 3.2.1), else in front of all (saml-metadata 2.3.2); the
/// rest of the document stays byte by byte. `ds:KeyInfo` carries the certificate.
///
/// # Errors
/// [`Error`]: the document is not well-formed, has no such element, uses an identifier twice, or the element is
/// empty or signed already.
pub fn sign(xml: &str, id: &str, key: &SigningKey) -> Result<String, Error> {
    sign_with(xml, id, key, key.default_scheme())
}

/// As [`sign`], with a scheme of the caller's choice.
///
/// # Errors
/// As [`sign`], and [`pki::Error::SchemeMismatch`](crate::pki::Error::SchemeMismatch) when the scheme does not fit the key.
pub fn sign_with(xml: &str, id: &str, key: &SigningKey, scheme: Scheme) -> Result<String, Error> {
    let tree = xml::parse(xml.as_bytes())?;
    let root = tree.root();
    if let Some(other) = tree.ambiguous_identifier() {
        return Err(fail(ErrorKind::AmbiguousIdentifier, other));
    }
    let named = |node: &Node<'_>| node.attribute("ID") == Some(id);
    let element = root.descendants().find(named).ok_or_else(|| fail(ErrorKind::UnknownIdentifier, root))?;
    if !is_identifier(id) {
        return Err(fail(ErrorKind::InvalidIdentifier, element));
    }
    let insertion = insertion(element).ok_or_else(|| fail(ErrorKind::NotSignable, element))?;

    let digest = Digest::beside(scheme);
    let mut hasher = Hasher(Context::new(digest.algorithm()));
    Canonicalization::new(Method::Exclusive).element(element, None, &mut hasher)?;
    let digest_value = BASE64_STANDARD.encode(hasher.0.finish());
    let content = signed_info(id, scheme, digest, &digest_value);
    // In canonical form SignedInfo declares its prefix; in the document Signature does.
    let message = format!(r#"<ds:SignedInfo xmlns:ds="{DS}">{content}</ds:SignedInfo>"#);
    let value = key.sign(scheme, message.as_bytes()).map_err(|error| fail(ErrorKind::Pki(error), element))?;

    let (before, after) = tree.root().source().split_at_checked(insertion).unwrap_or_default();
    let (value, certificate) = (BASE64_STANDARD.encode(value), key.certificate().to_base64());
    Ok(format!(
        "{before}<ds:Signature xmlns:ds=\"{DS}\"><ds:SignedInfo>{content}</ds:SignedInfo>\
         <ds:SignatureValue>{value}</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>{certificate}\
         </ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>{after}"
    ))
}

/// The content of `ds:SignedInfo`, which is its own exclusive canonical form.
fn signed_info(id: &str, scheme: Scheme, digest: Digest, digest_value: &str) -> String {
    let (signature_method, digest_method) = (uri_of_scheme(scheme), digest.uri());
    format!(
        "<ds:CanonicalizationMethod Algorithm=\"{EXCLUSIVE}\"></ds:CanonicalizationMethod>\
         <ds:SignatureMethod Algorithm=\"{signature_method}\"></ds:SignatureMethod>\
         <ds:Reference URI=\"#{id}\"><ds:Transforms><ds:Transform Algorithm=\"{ENVELOPED}\"></ds:Transform>\
         <ds:Transform Algorithm=\"{EXCLUSIVE}\"></ds:Transform></ds:Transforms>\
         <ds:DigestMethod Algorithm=\"{digest_method}\"></ds:DigestMethod>\
         <ds:DigestValue>{digest_value}</ds:DigestValue></ds:Reference>"
    )
}

/// Where the signature goes; `None` when the element is empty or signed.
fn insertion(element: Node<'_>) -> Option<usize> {
    if element.elements().any(|child| child.is(DS, "Signature")) {
        return None;
    }
    match element.elements().next() {
        Some(issuer) if issuer.local_name() == "Issuer" => Some(issuer.range().end),
        _ => element.content_start(),
    }
}
