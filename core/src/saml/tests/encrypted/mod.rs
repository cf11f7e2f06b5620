//! Encrypted Assertions: the same gate, whoever encrypted them. What decrypts needs the feature `aws-lc-rs`.

use alloc::{format, string::ToString};

use super::{Check, Expected, RESPONSE, edit, refused, signed, verify};

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../../../../tests/vectors/", $name))
    };
}

#[cfg(feature = "aws-lc-rs")]
mod with_keys;

const GENUINE: &str = vector!("xmlenc/gcm256-mgf1p.xml");

fn encrypted_of(response: &str) -> &str {
    let end = "</saml:EncryptedAssertion>";
    let from = response.find("<saml:EncryptedAssertion>").unwrap();
    &response[from..response.find(end).unwrap() + end.len()]
}

#[test]
fn d23_without_a_key_there_is_a_code_of_its_own() {
    let rejection = verify(GENUINE, Expected::Unsolicited).unwrap_err();
    assert_eq!(rejection.code(), "saml.decryption_key");
    let feature = cfg!(feature = "aws-lc-rs");
    assert_eq!(rejection.report().to_string().contains("build with the feature `aws-lc-rs`"), !feature);
}

#[test]
fn a34_encrypted_and_plain_are_never_mixed() {
    let encrypted = encrypted_of(GENUINE);
    for place in ["<saml:Assertion ", "</samlp:Response>"] {
        let both = edit(&signed(RESPONSE), place, &format!("{encrypted}{place}"));
        assert_eq!(refused(&both), Check::NotEncrypted, "{place}");
    }
    let twice = edit(GENUINE, encrypted, &format!("{encrypted}{encrypted}"));
    assert_eq!(refused(&twice), Check::OneAssertion);
}

#[test]
fn a36_no_signature_and_nothing_of_saml_stands_beside_what_is_encrypted() {
    for hidden in [
        "<ds:Signature xmlns:ds='http://www.w3.org/2000/09/xmldsig#'/>",
        "<saml:Assertion/>",
        "<samlp:Response/>",
        "<saml:NameID/>",
    ] {
        for place in ["<xenc:EncryptedKey>", "</saml:EncryptedAssertion>", "<xenc:EncryptedData "] {
            let message = edit(GENUINE, place, &format!("{hidden}{place}"));
            assert_eq!(refused(&message), Check::ForeignContent, "{hidden} {place}");
        }
    }
}
