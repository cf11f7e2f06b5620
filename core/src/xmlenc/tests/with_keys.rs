//! What needs the feature `aws-lc-rs`.

use super::*;
use crate::pki::{ContentCipher, DecryptionKey, KeyTransport};
use crate::xmlenc::{Decrypted, Error, encrypt_with};

fn key() -> DecryptionKey {
    DecryptionKey::from_pem(vector!("keys/rsa2048-other.key.pem"), vector!("keys/rsa2048-other.cert.pem"))
        .unwrap()
}

fn other_key() -> DecryptionKey {
    DecryptionKey::from_pem(vector!("keys/rsa2048.key.pem"), vector!("keys/rsa2048.cert.pem")).unwrap()
}

/// Decrypts the first element below the root.
fn opened(document: &str, keys: &[DecryptionKey]) -> Result<Decrypted, Error> {
    let tree = parse(document.as_bytes()).unwrap();
    decrypt(tree.root().elements().next().unwrap(), keys)
}

fn sealed(data: &str) -> String {
    format!("<r xmlns:p='urn:p'><h>{data}</h></r>")
}

const ELEMENT: &str = "<p:a xmlns:p='urn:p' b = \"1\"><!-- as it stands -->&#x31;<c/>\r\n</p:a>";

#[test]
fn what_is_encrypted_is_decrypted_byte_by_byte_whatever_the_algorithms() {
    for cipher in [ContentCipher::Aes128Gcm, ContentCipher::Aes256Gcm] {
        for transport in [
            KeyTransport::OaepSha1,
            KeyTransport::OaepSha256,
            KeyTransport::OaepSha384,
            KeyTransport::OaepSha512,
        ] {
            let document = format!("<?xml version='1.0'?>\n{ELEMENT}\n");
            let data = encrypt_with(&document, &certificate(), cipher, transport).unwrap();
            let decrypted = opened(&sealed(&data), &[other_key(), key()]).unwrap();
            assert_eq!((decrypted.document(), decrypted.is_self_contained()), (ELEMENT, true));
        }
    }
}

#[test]
fn two_encryptions_of_the_same_have_nothing_in_common() {
    let (one, other) = (encrypt(ELEMENT, &certificate()).unwrap(), encrypt(ELEMENT, &certificate()).unwrap());
    let values = |data: &str| data.split("CipherValue>").map(String::from).collect::<Vec<_>>();
    for (one, other) in values(&one).iter().zip(&values(&other)).skip(1).step_by(2) {
        assert_ne!(one[..16], other[..16]);
    }
}

#[test]
fn what_xmlsec_encrypted_is_decrypted() {
    for vector in [
        vector!("xmlenc/gcm256-mgf1p.xml"),
        vector!("xmlenc/gcm128-mgf1p.xml"),
        vector!("xmlenc/gcm256-oaep-sha256.xml"),
        vector!("xmlenc/gcm256-oaep-sha512.xml"),
        vector!("xmlenc/key-beside.xml"),
    ] {
        let document =
            format!("<h xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion'>{}</h>", encrypted_of(vector));
        let decrypted = opened(&document, &[key()]).unwrap();
        assert!(decrypted.document().starts_with("<saml:Assertion "));
        assert!(decrypted.document().ends_with("</saml:Assertion>"));
    }
}

#[test]
fn every_key_format_decrypts() {
    let pkcs1 = DecryptionKey::from_pem(vector!("keys/rsa2048.pkcs1.pem"), vector!("keys/rsa2048.cert.pem"));
    let recipient = Certificate::from_pem(vector!("keys/rsa2048.cert.pem")).unwrap();
    let data = encrypt(ELEMENT, &recipient).unwrap();
    assert_eq!(opened(&sealed(&data), &[pkcs1.unwrap()]).unwrap().document(), ELEMENT);
}

#[test]
fn a_decryption_key_is_read_with_its_own_certificate_only() {
    use crate::pki::Error;
    let read =
        |key: &str, certificate: &str| DecryptionKey::from_pem(key, certificate).map(drop).unwrap_err();
    assert_eq!(
        read(vector!("keys/rsa2048.key.pem"), vector!("keys/rsa2048-other.cert.pem")),
        Error::KeyMismatch
    );
    assert_eq!(read(vector!("keys/p256.sec1.pem"), vector!("keys/rsa2048.cert.pem")), Error::KeyMismatch);
    assert_eq!(read(vector!("keys/p256.key.pem"), vector!("keys/p256.cert.pem")), Error::UnsupportedKey);
    assert_eq!(read("", vector!("keys/rsa2048.cert.pem")), Error::KeyPem);
    assert_eq!(read(vector!("keys/p256.key.pem"), vector!("keys/rsa2048.cert.pem")), Error::Key);
    assert!(!format!("{:?}", key()).contains("PRIVATE"));
}

#[test]
fn a59_whatever_goes_wrong_inside_is_one_error() {
    use base64::{Engine, prelude::BASE64_STANDARD};
    let document = sealed(&encrypt(ELEMENT, &certificate()).unwrap());
    let failure = |document: &str, keys: &[DecryptionKey]| opened(document, keys).unwrap_err();
    let expected = failure(&document, &[other_key()]);
    assert_eq!(expected.kind(), Decryption);
    assert_eq!(failure(&document, &[]), expected);
    // Bytes of the wrapped key, of the initialisation vector, of the ciphertext and of the tag; cut, and made longer.
    let places: Vec<_> =
        document.match_indices("<xenc:CipherValue>").map(|(at, tag)| at + tag.len()).collect();
    for start in places {
        let end = document[start..].find('<').unwrap() + start;
        let value = BASE64_STANDARD.decode(&document[start..end]).unwrap();
        let mut variants: Vec<Vec<u8>> = (0..value.len())
            .step_by(9)
            .map(|at| {
                let mut changed = value.clone();
                changed[at] ^= 1;
                changed
            })
            .collect();
        variants.extend(
            [0, 1, 11, 12, 27, 28, value.len() - 1]
                .map(|length| value[..length.min(value.len() - 1)].to_vec()),
        );
        variants.push([value.as_slice(), &[0]].concat());
        for variant in variants {
            let mut changed = document.clone();
            changed.replace_range(start..end, &BASE64_STANDARD.encode(variant));
            assert_eq!(failure(&changed, &[key()]), expected);
        }
    }
    // A content key of the other length, and what is no text.
    let shorter = document.replace("aes256-gcm", "aes128-gcm");
    assert_eq!(failure(&shorter, &[key()]), expected);
    let older = document.replace("2000/09/xmldsig#sha1", "2001/04/xmlenc#sha256").replace(
        "2001/04/xmlenc#rsa-oaep-mgf1p\"><",
        "2009/xmlenc11#rsa-oaep\"><x:MGF xmlns:x=\"http://www.w3.org/2009/xmlenc11#\" Algorithm=\"http://www.w3.org/2009/xmlenc11#mgf1sha256\"/><",
    );
    assert_eq!(failure(&older, &[key()]), expected);
}

#[test]
fn namespaces_that_are_declared_around_are_lent() {
    for (inside, around) in [
        ("<p:a>1</p:a>", "xmlns:p='urn:p'"),
        ("<a>1</a>", "xmlns='urn:p'"),
        ("<a xmlns='urn:p' p:b='2'>1</a>", "xmlns:p='urn:p'"),
    ] {
        let document =
            format!("<r {around} xmlns:q='urn:q?a&amp;b'><h>{}</h></r>", by_hand(inside.as_bytes()));
        let decrypted = opened(&document, &[key()]).unwrap();
        assert!(!decrypted.is_self_contained());
        let tree = parse(decrypted.document().as_bytes()).unwrap();
        let element = decrypted.element(&tree).unwrap();
        assert!(element.is("urn:p", "a"), "{}", decrypted.document());
    }
}

#[test]
fn what_is_not_one_element_is_not_made_one_by_its_context() {
    for inside in
        ["<p:a/><p:b/>", "<p:a/>text", "</context><context><p:a/>", "<p:a/></context><context>", "<p:a>"]
    {
        let document = format!("<r xmlns:p='urn:p'><h>{}</h></r>", by_hand(inside.as_bytes()));
        let decrypted = opened(&document, &[key()]).unwrap();
        let is_one =
            parse(decrypted.document().as_bytes()).is_ok_and(|tree| decrypted.element(&tree).is_some());
        assert!(!is_one, "{inside}");
    }
    let document = format!("<r><h>{}</h></r>", by_hand(b"<a>\xFF</a>"));
    assert_eq!(opened(&document, &[key()]).unwrap_err().kind(), Decryption);
}

/// An `EncryptedData` of any octets, as an attacker who has the certificate can make it.
fn by_hand(content: &[u8]) -> String {
    use crate::pki::ContentKey;
    use base64::{Engine, prelude::BASE64_STANDARD};
    let key = ContentKey::generate(ContentCipher::Aes256Gcm).unwrap();
    let wrapped = certificate().wrap_key(KeyTransport::OaepSha1, key.bytes()).unwrap();
    let template = encrypt("<a/>", &certificate()).unwrap();
    let values: Vec<_> = template.split("CipherValue>").collect();
    let value = |bytes: &[u8]| format!("{}</xenc:", BASE64_STANDARD.encode(bytes));
    let sealed = key.seal(content).unwrap();
    [values[0], &value(&wrapped), values[2], &value(&sealed), values[4]].join("CipherValue>")
}
