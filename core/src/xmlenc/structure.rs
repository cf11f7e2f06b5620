//! The strict reading of what holds an `xenc:EncryptedData` and the keys for it: a fixed path, nothing unknown.

use alloc::vec::Vec;

use base64::{Engine, prelude::BASE64_STANDARD};

use super::algorithm::{cipher_from_uri, transport_from_uris};
use super::{DS, DS11, ELEMENT, Error, ErrorKind, XENC, XENC11};
use crate::limits::XMLENC_KEYS_MAX;
use crate::pki::{ContentCipher, KeyTransport};
use crate::xml::Node;

/// What is encrypted, and the keys that it is encrypted with. Nothing in it is decrypted yet.
pub(super) struct Structure {
    pub(super) cipher: ContentCipher,
    pub(super) value: Vec<u8>,
    pub(super) keys: Vec<WrappedKey>,
}

/// The content key, for one recipient.
pub(super) struct WrappedKey {
    pub(super) transport: KeyTransport,
    pub(super) label: Vec<u8>,
    pub(super) value: Vec<u8>,
}

impl Structure {
    /// Reads the content of `host`: one `EncryptedData`, and behind it any number of `EncryptedKey` (saml-core 2.2.4).
    pub(super) fn read(host: Node<'_>) -> Result<Self, Error> {
        if !host.has_only_elements() {
            return Err(fail(ErrorKind::UnexpectedContent, host));
        }
        let mut children = host.elements();
        let data = children.next().filter(|data| data.is(XENC, "EncryptedData"));
        let data = data.ok_or_else(|| fail(ErrorKind::UnexpectedContent, host))?;
        let beside: Vec<_> = children.take(XMLENC_KEYS_MAX + 1).collect();
        if let Some(stray) = beside.iter().find(|node| !node.is(XENC, "EncryptedKey")) {
            return Err(fail(ErrorKind::UnexpectedContent, *stray));
        }

        let [method, key_info, cipher_data, _] = sequence(
            data,
            &["Id", "Type", "MimeType", "Encoding"],
            [
                (XENC, "EncryptionMethod"),
                (DS, "KeyInfo"),
                (XENC, "CipherData"),
                (XENC, "EncryptionProperties"),
            ],
        )?;
        if data.attribute("Type").is_some_and(|kind| kind != ELEMENT) {
            return Err(fail(ErrorKind::Type, data));
        }
        let method = required(method, data)?;
        sequence(method, &["Algorithm"], [(XENC, "KeySize")])?;
        let cipher = cipher_from_uri(algorithm_of(method)?).map_err(|kind| fail(kind, method))?;

        let mut keys = Vec::new();
        if let Some(key_info) = key_info {
            keys = inside(key_info, &beside)?;
        }
        keys.extend(beside);
        if keys.len() > XMLENC_KEYS_MAX {
            return Err(fail(ErrorKind::TooManyKeys, data));
        }
        if keys.is_empty() {
            return Err(fail(ErrorKind::NoEncryptedKey, data));
        }
        let keys = keys.into_iter().map(WrappedKey::read).collect::<Result<_, _>>()?;
        Ok(Self { cipher, value: cipher_value(cipher_data, data)?, keys })
    }
}

/// The keys that `ds:KeyInfo` holds. A `RetrievalMethod` must name one beside the data; what only describes a key is not
/// read, since the configured keys are tried one after the other.
fn inside<'t>(key_info: Node<'t>, beside: &[Node<'t>]) -> Result<Vec<Node<'t>>, Error> {
    allow_attributes(key_info, &["Id"])?;
    if !key_info.has_only_elements() {
        return Err(fail(ErrorKind::UnexpectedContent, key_info));
    }
    let mut keys = Vec::new();
    for child in key_info.elements() {
        match (child.namespace(), child.local_name()) {
            (XENC, "EncryptedKey") if keys.len() <= XMLENC_KEYS_MAX => keys.push(child),
            (XENC, "EncryptedKey") => {}
            (DS, "RetrievalMethod") => {
                sequence(child, &["URI", "Type"], [])?;
                let uri = child.attribute("URI").ok_or_else(|| fail(ErrorKind::MissingAttribute, child))?;
                let name = uri.strip_prefix('#').filter(|name| !name.is_empty());
                if !beside.iter().any(|key| name.is_some() && key.attribute("Id") == name) {
                    return Err(fail(ErrorKind::ExternalReference, child));
                }
            }
            (DS | DS11, _) => {}
            _ => return Err(fail(ErrorKind::UnexpectedContent, child)),
        }
    }
    Ok(keys)
}

impl WrappedKey {
    fn read(key: Node<'_>) -> Result<Self, Error> {
        let [method, _, cipher_data, ..] = sequence(
            key,
            &["Id", "Type", "MimeType", "Encoding", "Recipient"],
            [
                (XENC, "EncryptionMethod"),
                (DS, "KeyInfo"),
                (XENC, "CipherData"),
                (XENC, "EncryptionProperties"),
                (XENC, "ReferenceList"),
                (XENC, "CarriedKeyName"),
            ],
        )?;
        let method = required(method, key)?;
        // The schema has the last three in any order: MGF stands before the digest, or behind it.
        let [_, label, before, digest, behind] = sequence(
            method,
            &["Algorithm"],
            [(XENC, "KeySize"), (XENC, "OAEPparams"), (XENC11, "MGF"), (DS, "DigestMethod"), (XENC11, "MGF")],
        )?;
        if let (Some(_), Some(second)) = (before, behind) {
            return Err(fail(ErrorKind::UnexpectedContent, second));
        }
        let digest = digest.map(hash_of).transpose()?;
        let mgf = before.or(behind).map(hash_of).transpose()?;
        let transport = transport_from_uris(algorithm_of(method)?, digest, mgf);
        Ok(Self {
            transport: transport.map_err(|kind| fail(kind, method))?,
            label: label.map_or(Ok(Vec::new()), base64)?,
            value: cipher_value(cipher_data, key)?,
        })
    }
}

pub(super) fn fail(kind: ErrorKind, node: Node<'_>) -> Error {
    Error::new(kind, node.position())
}

fn cipher_value(cipher_data: Option<Node<'_>>, parent: Node<'_>) -> Result<Vec<u8>, Error> {
    let data = required(cipher_data, parent)?;
    let [value, reference] = sequence(data, &[], [(XENC, "CipherValue"), (XENC, "CipherReference")])?;
    if let Some(reference) = reference {
        return Err(fail(ErrorKind::ExternalReference, reference));
    }
    let value = required(value, data)?;
    allow_attributes(value, &[])?;
    base64(value)
}

/// The child elements of an element that holds nothing else: each at most once, in this order.
fn sequence<'t, const N: usize>(
    parent: Node<'t>,
    attributes: &[&str],
    names: [(&str, &str); N],
) -> Result<[Option<Node<'t>>; N], Error> {
    allow_attributes(parent, attributes)?;
    if !parent.has_only_elements() {
        return Err(fail(ErrorKind::UnexpectedContent, parent));
    }
    let mut children = parent.elements().peekable();
    let found =
        names.map(|(namespace, local_name)| children.next_if(|child| child.is(namespace, local_name)));
    children.next().map_or(Ok(found), |stray| Err(fail(ErrorKind::UnexpectedContent, stray)))
}

fn required<'t>(found: Option<Node<'t>>, parent: Node<'t>) -> Result<Node<'t>, Error> {
    found.ok_or_else(|| fail(ErrorKind::UnexpectedContent, parent))
}

/// The algorithm of a `DigestMethod` or an `MGF`, which hold nothing else.
fn hash_of<'t>(node: Node<'t>) -> Result<&'t str, Error> {
    sequence(node, &["Algorithm"], []).and_then(|[]| algorithm_of(node))
}

fn algorithm_of<'t>(node: Node<'t>) -> Result<&'t str, Error> {
    node.attribute("Algorithm").ok_or_else(|| fail(ErrorKind::MissingAttribute, node))
}

fn allow_attributes(node: Node<'_>, allowed: &[&str]) -> Result<(), Error> {
    let is_allowed =
        node.attributes().all(|found| found.namespace().is_empty() && allowed.contains(&found.local_name()));
    if is_allowed { Ok(()) } else { Err(fail(ErrorKind::UnexpectedAttribute, node)) }
}

/// Base64 with white space anywhere (XML Schema `base64Binary`).
fn base64(node: Node<'_>) -> Result<Vec<u8>, Error> {
    let mut text = Vec::from(node.text()?);
    text.retain(|byte| !matches!(byte, b' ' | b'\t' | b'\n' | b'\r'));
    BASE64_STANDARD.decode(text).map_err(|_| fail(ErrorKind::Base64, node))
}
