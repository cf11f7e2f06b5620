//! Encryption: an `xenc:EncryptedData` for the holder of a certificate.

use alloc::string::String;

use base64::{Engine, prelude::BASE64_STANDARD};

use super::algorithm::{uri_of_cipher, uris_of_transport};
use super::{DS, ELEMENT, Error, XENC, XENC11};
use crate::pki::{Certificate, ContentCipher, ContentKey, KeyTransport};
use crate::xml::{Writer, parse};

/// Encrypts an element for the holder of `recipient`, with AES-256-GCM and RSA-OAEP as every implementation has it.
///
/// `xml` is a complete document; its root element is encrypted as it stands, byte by byte, so that a signature in it still
/// verifies. It declares its own namespaces. What comes is an `xenc:EncryptedData` that declares its own as well.
///
/// # Errors
/// [`Error`]: `xml` is not well-formed, the certificate is not of an RSA key, or
/// [`pki::Error::NeedsAwsLc`](crate::pki::Error::NeedsAwsLc) without the feature `aws-lc-rs`.
pub fn encrypt(xml: &str, recipient: &Certificate) -> Result<String, Error> {
    encrypt_with(xml, recipient, ContentCipher::Aes256Gcm, KeyTransport::OaepSha1)
}

/// As [`encrypt`], with algorithms of the caller's choice.
///
/// # Errors
/// As [`encrypt`].
pub fn encrypt_with(
    xml: &str,
    recipient: &Certificate,
    cipher: ContentCipher,
    transport: KeyTransport,
) -> Result<String, Error> {
    let tree = parse(xml.as_bytes())?;
    let root = tree.root();
    let key = ContentKey::generate(cipher)?;
    let wrapped = BASE64_STANDARD.encode(recipient.wrap_key(transport, key.bytes())?);
    let element = root.source().get(root.range()).unwrap_or_default();
    let sealed = BASE64_STANDARD.encode(key.seal(element.as_bytes())?);

    let (transport, digest, mgf) = uris_of_transport(transport);
    let mut writer = Writer::new();
    writer
        .start("xenc:EncryptedData", &[("xmlns:xenc", XENC), ("Type", ELEMENT)])
        .element("xenc:EncryptionMethod", &[("Algorithm", uri_of_cipher(cipher))], "")
        .start("ds:KeyInfo", &[("xmlns:ds", DS)])
        .start("xenc:EncryptedKey", &[])
        .start("xenc:EncryptionMethod", &[("Algorithm", transport)])
        .element("ds:DigestMethod", &[("Algorithm", digest)], "");
    if let Some(mgf) = mgf {
        writer.element("xenc11:MGF", &[("xmlns:xenc11", XENC11), ("Algorithm", mgf)], "");
    }
    writer.end();
    cipher_data(&mut writer, &wrapped);
    writer.end().end();
    cipher_data(&mut writer, &sealed);
    writer.end();
    Ok(writer.finish()?)
}

fn cipher_data(writer: &mut Writer, value: &str) {
    writer.start("xenc:CipherData", &[]).element("xenc:CipherValue", &[], value).end();
}
