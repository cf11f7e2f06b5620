//! The algorithms that are accepted, by their URIs: a list of what is allowed. All else is refused by name.

use super::ErrorKind;
use crate::pki::{ContentCipher, KeyTransport};

const CIPHERS: [(ContentCipher, &str); 2] = [
    (ContentCipher::Aes128Gcm, "http://www.w3.org/2009/xmlenc11#aes128-gcm"),
    (ContentCipher::Aes256Gcm, "http://www.w3.org/2009/xmlenc11#aes256-gcm"),
];

/// RSA-OAEP of XML Encryption 1.0: MGF1 is with SHA-1, whatever the digest (xmlenc-core1 5.5.2).
pub(super) const OAEP_MGF1P: &str = "http://www.w3.org/2001/04/xmlenc#rsa-oaep-mgf1p";
/// RSA-OAEP of XML Encryption 1.1, which names the mask generation function.
pub(super) const OAEP: &str = "http://www.w3.org/2009/xmlenc11#rsa-oaep";

/// A hash with its URIs as the digest and as MGF1.
struct Hash {
    transport: KeyTransport,
    digest: &'static str,
    mgf: &'static str,
}

/// The first is what is meant where none is named (xmlenc-core1 5.5.2).
const HASHES: [Hash; 4] = [
    Hash {
        transport: KeyTransport::OaepSha1,
        digest: "http://www.w3.org/2000/09/xmldsig#sha1",
        mgf: "http://www.w3.org/2009/xmlenc11#mgf1sha1",
    },
    Hash {
        transport: KeyTransport::OaepSha256,
        digest: "http://www.w3.org/2001/04/xmlenc#sha256",
        mgf: "http://www.w3.org/2009/xmlenc11#mgf1sha256",
    },
    Hash {
        transport: KeyTransport::OaepSha384,
        digest: "http://www.w3.org/2001/04/xmldsig-more#sha384",
        mgf: "http://www.w3.org/2009/xmlenc11#mgf1sha384",
    },
    Hash {
        transport: KeyTransport::OaepSha512,
        digest: "http://www.w3.org/2001/04/xmlenc#sha512",
        mgf: "http://www.w3.org/2009/xmlenc11#mgf1sha512",
    },
];

pub(super) fn cipher_from_uri(uri: &str) -> Result<ContentCipher, ErrorKind> {
    let found = CIPHERS.iter().find(|(_, known)| *known == uri);
    found.map(|(cipher, _)| *cipher).ok_or_else(|| refusal(uri))
}

pub(super) fn uri_of_cipher(cipher: ContentCipher) -> &'static str {
    CIPHERS.iter().find(|(known, _)| *known == cipher).map_or("", |(_, uri)| uri)
}

/// The key transport of an `EncryptionMethod` with this digest and mask generation function. The two hashes must be one:
/// the backend has no other.
pub(super) fn transport_from_uris(
    uri: &str,
    digest: Option<&str>,
    mgf: Option<&str>,
) -> Result<KeyTransport, ErrorKind> {
    match uri {
        OAEP_MGF1P if mgf.is_some() => return Err(ErrorKind::UnsupportedAlgorithm),
        OAEP_MGF1P | OAEP => {}
        _ => return Err(refusal(uri)),
    }
    let [default, ..] = &HASHES;
    let (digest, mgf) = (digest.unwrap_or(default.digest), mgf.unwrap_or(default.mgf));
    let found = HASHES.iter().find(|hash| hash.digest == digest && hash.mgf == mgf);
    found.map(|hash| hash.transport).ok_or(ErrorKind::UnsupportedAlgorithm)
}

/// The URIs of a key transport: its own, of the digest, and of the mask generation function where it is named.
pub(super) fn uris_of_transport(
    transport: KeyTransport,
) -> (&'static str, &'static str, Option<&'static str>) {
    let hash = HASHES.iter().find(|hash| hash.transport == transport);
    match (transport, hash) {
        (KeyTransport::OaepSha1, Some(hash)) => (OAEP_MGF1P, hash.digest, None),
        (_, hash) => (OAEP, hash.map_or("", |hash| hash.digest), hash.map(|hash| hash.mgf)),
    }
}

/// Why an algorithm that is not on a list is refused.
fn refusal(uri: &str) -> ErrorKind {
    match uri.rsplit('#').next().unwrap_or_default() {
        "rsa-1_5" => ErrorKind::Rsa15,
        name if name.ends_with("-cbc") => ErrorKind::Cbc,
        _ => ErrorKind::UnsupportedAlgorithm,
    }
}
