use alloc::{format, string::String, vec::Vec};

use super::ErrorKind::{self, *};
use super::{decrypt, encrypt};
use crate::pki::Certificate;
use crate::xml::parse;

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../../../tests/vectors/", $name))
    };
}

#[cfg(feature = "aws-lc-rs")]
mod with_keys;

fn certificate() -> Certificate {
    Certificate::from_pem(vector!("keys/rsa2048-other.cert.pem")).unwrap()
}

/// The EncryptedAssertion of a vector.
fn encrypted_of(response: &str) -> &str {
    let end = "</saml:EncryptedAssertion>";
    let from = response.find("<saml:EncryptedAssertion>").unwrap();
    &response[from..response.find(end).unwrap() + end.len()]
}

/// What can be said of an encrypted element without any key.
fn without_key(content: &str) -> ErrorKind {
    let document = format!("<h xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion'>{content}</h>");
    let tree = parse(document.as_bytes()).unwrap();
    decrypt(tree.root().elements().next().unwrap(), &[]).unwrap_err().kind()
}

const GENUINE: &str = vector!("xmlenc/gcm256-oaep-sha256.xml");

/// The verdict on the encrypted element with something replaced, which must be there.
fn changed(from: &str, to: &str) -> ErrorKind {
    let genuine = encrypted_of(GENUINE);
    assert!(genuine.contains(from), "{from}");
    without_key(&genuine.replacen(from, to, 1))
}

#[test]
fn a_structure_that_is_right_fails_only_for_want_of_a_key() {
    for vector in [
        GENUINE,
        vector!("xmlenc/gcm128-mgf1p.xml"),
        vector!("xmlenc/gcm256-mgf1p.xml"),
        vector!("xmlenc/gcm256-oaep-sha512.xml"),
        vector!("xmlenc/key-beside.xml"),
    ] {
        assert_eq!(without_key(encrypted_of(vector)), Decryption);
    }
}

#[test]
fn a59_ciphers_without_proof_and_rsa_1_5_are_refused_by_name() {
    assert_eq!(without_key(encrypted_of(vector!("xmlenc/cbc.xml"))), Cbc);
    assert_eq!(without_key(encrypted_of(vector!("xmlenc/rsa-1_5.xml"))), Rsa15);
    let gcm = "2009/xmlenc11#aes256-gcm";
    for (uri, expected) in [
        ("2001/04/xmlenc#aes128-cbc", Cbc),
        ("2001/04/xmlenc#aes192-cbc", Cbc),
        ("2001/04/xmlenc#tripledes-cbc", Cbc),
        ("2001/04/xmlenc#aes256-gcm", UnsupportedAlgorithm),
        ("2009/xmlenc11#aes192-gcm", UnsupportedAlgorithm),
        ("2009/xmlenc11#aes256-gcm ", UnsupportedAlgorithm),
    ] {
        assert_eq!(changed(gcm, uri), expected, "{uri}");
    }
    for uri in ["2001/04/xmlenc#kw-aes256", "2009/xmlenc11#ECDH-ES", "2001/04/xmlenc#dh", ""] {
        assert_eq!(changed("2009/xmlenc11#rsa-oaep", uri), UnsupportedAlgorithm, "{uri}");
    }
}

#[test]
fn the_two_hashes_of_oaep_are_one() {
    assert_eq!(without_key(encrypted_of(vector!("xmlenc/gcm256-oaep-mixed.xml"))), UnsupportedAlgorithm);
    // xmlenc-core1 5.5.2: the older one has SHA-1 in MGF1, whatever its digest; and names no MGF.
    let older = "2001/04/xmlenc#rsa-oaep-mgf1p";
    assert_eq!(changed("2009/xmlenc11#rsa-oaep", older), UnsupportedAlgorithm);
    assert_eq!(changed("mgf1sha256", "mgf1md5"), UnsupportedAlgorithm);
    assert_eq!(changed("xmlenc#sha256", "xmlenc#md5"), UnsupportedAlgorithm);
}

#[test]
fn the_structure_is_read_strictly() {
    for (from, to, expected) in [
        ("<saml:EncryptedAssertion>", "<saml:EncryptedAssertion>text", UnexpectedContent),
        ("<saml:EncryptedAssertion>", "<saml:EncryptedAssertion><x/>", UnexpectedContent),
        ("</saml:EncryptedAssertion>", "<x/></saml:EncryptedAssertion>", UnexpectedContent),
        ("#Element\"", "#Content\"", Type),
        ("#Element\"", "#Element\" Algorithm=\"x\"", UnexpectedAttribute),
        ("#Element\"", "#Element\" xml:lang=\"x\"", UnexpectedAttribute),
        (" Algorithm=", " Alg=", UnexpectedAttribute),
        ("<ds:KeyInfo ", "<ds:KeyValue ", Xml(crate::xml::ErrorKind::MismatchedEndTag)),
        ("<xenc:CipherData><xenc:CipherValue>", "<xenc:CipherData><xenc:CipherValue>!", Base64),
        ("<xenc:CipherValue>", "<xenc:CipherValue><!-- c -->", Xml(crate::xml::ErrorKind::NotPlainText)),
        ("<xenc:CipherData>", "<xenc:CipherData><xenc:CipherReference URI='#x'/>", UnexpectedContent),
        ("<xenc:EncryptedKey>", "<xenc:AgreementMethod/><xenc:EncryptedKey>", UnexpectedContent),
        ("<xenc:EncryptedKey>", "<ds:RetrievalMethod/><xenc:EncryptedKey>", MissingAttribute),
        ("<xenc:EncryptedKey>", "<ds:RetrievalMethod URI='#x'/><xenc:EncryptedKey>", ExternalReference),
        ("<xenc:EncryptedKey>", "<ds:RetrievalMethod URI='#'/><xenc:EncryptedKey>", ExternalReference),
        (
            "<xenc:EncryptedKey>",
            "<ds:RetrievalMethod URI='http://x/'/><xenc:EncryptedKey>",
            ExternalReference,
        ),
    ] {
        let genuine = encrypted_of(GENUINE);
        assert!(genuine.contains(from), "{from}");
        let document = genuine.replacen(from, to, 1);
        let wrapped = format!("<h xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion'>{document}</h>");
        let verdict = match parse(wrapped.as_bytes()) {
            Ok(tree) => decrypt(tree.root().elements().next().unwrap(), &[]).unwrap_err().kind(),
            Err(error) => Xml(error.kind()),
        };
        assert_eq!(verdict, expected, "{to}");
    }
    let reference = "<xenc:CipherReference URI='http://x/'/>";
    let from = encrypted_of(GENUINE).rfind("<xenc:CipherValue>").unwrap();
    let to = encrypted_of(GENUINE).rfind("</xenc:CipherData>").unwrap();
    let mut elsewhere = String::from(encrypted_of(GENUINE));
    elsewhere.replace_range(from..to, reference);
    assert_eq!(without_key(&elsewhere), ExternalReference);
}

#[test]
fn a_description_of_the_key_is_not_read() {
    let described =
        "<ds:KeyName>a</ds:KeyName><ds:X509Data><ds:X509SKI>!</ds:X509SKI></ds:X509Data><xenc:EncryptedKey>";
    assert_eq!(changed("<xenc:EncryptedKey>", described), Decryption);
}

#[test]
fn a52_the_number_of_keys_is_bounded() {
    let genuine = encrypted_of(GENUINE);
    let from = genuine.find("<xenc:EncryptedKey>").unwrap();
    let to = genuine.find("</ds:KeyInfo>").unwrap();
    let key = &genuine[from..to];
    let with = |count: usize| without_key(&genuine.replacen(key, &key.repeat(count), 1));
    assert_eq!(
        (with(0), with(4), with(5), with(1000)),
        (NoEncryptedKey, Decryption, TooManyKeys, TooManyKeys)
    );
}

#[cfg(not(feature = "aws-lc-rs"))]
#[test]
fn d23_without_the_feature_there_is_a_code_of_its_own() {
    use crate::pki::{self, DecryptionKey};
    let error = encrypt("<a>1</a>", &certificate()).unwrap_err();
    assert_eq!(error.code(), "pki.needs_aws_lc_rs");
    let key = DecryptionKey::from_pem(
        vector!("keys/rsa2048-other.key.pem"),
        vector!("keys/rsa2048-other.cert.pem"),
    );
    assert_eq!(key.unwrap_err(), pki::Error::NeedsAwsLc);
}

#[test]
fn only_an_element_is_encrypted_and_only_for_an_rsa_key() {
    assert_eq!(encrypt("", &certificate()).unwrap_err().code(), "xml.empty");
    assert_eq!(encrypt("<a>", &certificate()).unwrap_err().code(), "xml.missing_end_tag");
    let p256 = Certificate::from_pem(vector!("keys/p256.cert.pem")).unwrap();
    assert_eq!(encrypt("<a/>", &p256).unwrap_err().code(), "pki.unsupported_key");
}

#[test]
fn every_kind_has_a_code_of_its_own() {
    let mut codes: Vec<_> = ErrorKind::ALL.iter().map(ErrorKind::code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), ErrorKind::ALL.len());
    assert!(codes.iter().all(|code| code.starts_with("xmlenc.")));
}
