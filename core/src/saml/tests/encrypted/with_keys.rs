use alloc::{string::String, vec, vec::Vec};

use super::super::{
    ACS, EMAIL, IDP, Policy, SP, assertion_of, certificate, edit_assertion, key, now, other_key,
    to_form_value,
};
use super::*;
use crate::{
    dsig,
    entropy::Seeded,
    pki::DecryptionKey,
    saml::{
        IdentityProvider, Login, NameId, Received, Rejection, ReplayCache, Required, ServiceProvider,
        SignScope, Status, Trust, VerifiedAssertion,
    },
    xmlenc,
};

fn decryption_key() -> DecryptionKey {
    DecryptionKey::from_pem(vector!("keys/rsa2048-other.key.pem"), vector!("keys/rsa2048-other.cert.pem"))
        .unwrap()
}

fn heap_with(policy: Policy) -> ServiceProvider {
    ServiceProvider::new(SP, ACS, vec![Trust::new(IDP, vec![certificate()])], policy)
        .with_decryption_keys(vec![decryption_key()])
}

fn verify_with(policy: Policy, xml: &str) -> Result<VerifiedAssertion, Rejection> {
    let received = Received { saml_response: &to_form_value(xml), expected: Expected::Unsolicited };
    heap_with(policy).verify(&received, now(), &mut ReplayCache::with_capacity(8))
}

fn verify(xml: &str) -> Result<VerifiedAssertion, Rejection> {
    verify_with(Policy::strict(), xml)
}

#[track_caller]
fn refused(xml: &str) -> Check {
    verify(xml).unwrap_err().failed()
}

/// The Assertion of the fixture, declaring its own namespaces, signed by `key` if there is one.
fn assertion(response: &str, key: Option<&crate::pki::SigningKey>) -> String {
    let own = "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" ";
    let response = edit(response, "<saml:Assertion ", own);
    let assertion = assertion_of(&response).to_string();
    key.map_or(assertion.clone(), |key| dsig::sign(&assertion, "_assertion1", key).unwrap())
}

/// The fixture with this element, encrypted, in place of its Assertion.
fn sealing(element: &str) -> String {
    let data = xmlenc::encrypt(element, other_key().certificate()).unwrap();
    let encrypted = format!("<saml:EncryptedAssertion>{data}</saml:EncryptedAssertion>");
    edit(RESPONSE, assertion_of(RESPONSE), &encrypted)
}

#[test]
fn a_login_that_xmlsec_signed_and_encrypted_is_accepted() {
    for vector in [
        GENUINE,
        vector!("xmlenc/gcm128-mgf1p.xml"),
        vector!("xmlenc/gcm256-oaep-sha256.xml"),
        vector!("xmlenc/gcm256-oaep-sha512.xml"),
        vector!("xmlenc/key-beside.xml"),
        vector!("xmlenc/response-signed.xml"),
        vector!("xmlenc/both-signed.xml"),
        vector!("xmlenc/borrowed-namespaces.xml"),
    ] {
        let login = verify(vector).unwrap();
        assert_eq!(
            (login.subject(), login.attribute("groups")),
            (EMAIL, ["Analysts", "Growth"].map(String::from).as_slice())
        );
        let encryption =
            [Check::DecryptionKey, Check::EncryptionShape, Check::EncryptionAlgorithm, Check::Decryption];
        assert!(encryption.iter().all(|check| *login.report().status(*check) == Status::Passed));
    }
}

#[test]
fn what_the_identity_provider_encrypts_is_accepted_whatever_is_signed() {
    for (scope, required) in [
        (SignScope::Assertion, Required::Assertion),
        (SignScope::Response, Required::Response),
        (SignScope::Both, Required::Both),
    ] {
        let idp = IdentityProvider::builder(IDP)
            .sign_with(key())
            .sign_scope(scope)
            .encrypt_for(SP, other_key().certificate().clone())
            .build();
        let login = Login::new(NameId::email(EMAIL), SP, ACS, now());
        let response = idp.respond(&login, now(), &mut Seeded::new(1)).unwrap();
        assert!(!response.xml().contains(EMAIL) && !response.xml().contains("<saml:Assertion"));
        let mut policy = Policy::strict();
        policy.signed = required;
        assert_eq!(verify_with(policy, response.xml()).unwrap().subject(), EMAIL);
    }
}

#[test]
fn only_the_service_provider_that_was_named_gets_encrypted_assertions() {
    let idp = IdentityProvider::builder(IDP)
        .sign_with(key())
        .encrypt_for("https://another.example", other_key().certificate().clone())
        .build();
    let login = Login::new(NameId::email(EMAIL), SP, ACS, now());
    let response = idp.respond(&login, now(), &mut Seeded::new(1)).unwrap();
    let login = verify(response.xml()).unwrap();
    assert_eq!(login.report().status(Check::Decryption), &Status::NotApplicable);
}

#[test]
fn a35_encryption_is_never_a_signature() {
    assert_eq!(refused(vector!("xmlenc/unsigned.xml")), Check::Signed);
    assert_eq!(refused(&sealing(&assertion(RESPONSE, None))), Check::Signed);
    // Whoever has the certificate can encrypt; the signature inside is still judged.
    assert_eq!(refused(&sealing(&assertion(RESPONSE, Some(&other_key())))), Check::SignatureValue);
    let forged = assertion(RESPONSE, Some(&key())).replace("alice@", "bob@");
    assert_eq!(refused(&sealing(&forged)), Check::SignatureDigest);
    let mut policy = Policy::strict();
    policy.signed = Required::Response;
    assert_eq!(verify_with(policy, GENUINE).unwrap_err().failed(), Check::Signed);
}

#[test]
fn a34_what_is_decrypted_passes_the_same_gate() {
    let sealed = |from: &str, to: &str| {
        refused(&sealing(&assertion(&edit_assertion(RESPONSE, from, to), Some(&key()))))
    };
    for (from, to, expected) in [
        ("\"2.0\"", "\"1.1\"", Check::Version),
        ("</saml:Subject>", "</saml:Subject><saml:Subject/>", Check::Schema),
        (
            "</saml:Conditions>",
            "</saml:Conditions><saml:Advice><saml:Assertion/></saml:Advice>",
            Check::ForeignContent,
        ),
        (
            "<saml:AttributeStatement>",
            "<saml:AttributeStatement><saml:EncryptedAttribute/>",
            Check::NotEncrypted,
        ),
        ("<saml:Audience>https://heap", "<saml:Audience>https://hoop", Check::Audience),
        ("Recipient=\"https://heap", "Recipient=\"https://hoop", Check::Recipient),
        (">https://sso.", ">https://other.", Check::IdentityProvider),
        ("ID=\"_assertion1\"", "ID=\"_assertion1\" xml:id=\"_assertion1\"", Check::UniqueIds),
    ] {
        // An ambiguous identifier cannot even be signed: then the plain text is encrypted.
        let edited = edit_assertion(RESPONSE, from, to);
        let verdict = match expected {
            Check::UniqueIds => refused(&sealing(&assertion(&edited, None))),
            _ => sealed(from, to),
        };
        assert_eq!(verdict, expected, "{to}");
    }
    assert_eq!(
        refused(&sealing("<saml:NameID xmlns:saml='urn:oasis:names:tc:SAML:2.0:assertion'/>")),
        Check::OneAssertion
    );
    assert_eq!(refused(&sealing("<Assertion>1</Assertion>")), Check::OneAssertion);
}

#[test]
fn a18_an_id_inside_what_is_encrypted_is_none_of_those_outside() {
    let inner = assertion(RESPONSE, Some(&key()));
    for id in ["_assertion1", " _assertion1 "] {
        let message =
            edit(&sealing(&inner), "<xenc:EncryptedKey>", &format!("<xenc:EncryptedKey Id=\"{id}\">"));
        assert_eq!(refused(&message), Check::UniqueIds);
    }
    let message = edit(&sealing(&inner), "<xenc:EncryptedKey>", "<xenc:EncryptedKey Id=\"_key1\">");
    assert!(verify(&message).is_ok());
}

#[test]
fn borrowed_namespaces_need_a_signature_of_the_assertion_itself() {
    assert_eq!(refused(vector!("xmlenc/borrowed-namespaces-response-signed.xml")), Check::Signed);
    assert!(verify(vector!("xmlenc/borrowed-namespaces.xml")).is_ok());
}

#[test]
fn a_signature_of_the_response_covers_the_ciphertext() {
    let another = sealing(&assertion(RESPONSE, None));
    let message = edit(
        vector!("xmlenc/response-signed.xml"),
        encrypted_of(vector!("xmlenc/response-signed.xml")),
        encrypted_of(&another),
    );
    assert_eq!(refused(&message), Check::SignatureDigest);
}

#[test]
fn a59_algorithms_and_failures_of_decryption_have_their_checks() {
    assert_eq!(refused(vector!("xmlenc/cbc.xml")), Check::EncryptionAlgorithm);
    assert_eq!(refused(vector!("xmlenc/rsa-1_5.xml")), Check::EncryptionAlgorithm);
    assert_eq!(refused(vector!("xmlenc/gcm256-oaep-mixed.xml")), Check::EncryptionAlgorithm);
    assert_eq!(refused(&edit(GENUINE, "#Element\"", "#Content\"")), Check::EncryptionShape);
    let said: Vec<String> = [
        edit(GENUINE, "aes256-gcm", "aes128-gcm"),
        edit(GENUINE, "<xenc:CipherValue>", "<xenc:CipherValue>AAAA"),
        edit(vector!("xmlenc/key-beside.xml"), "<xenc:CipherValue>", "<xenc:CipherValue>AAAA"),
    ]
    .iter()
    .map(|message| {
        let rejection = verify(message).unwrap_err();
        assert_eq!(rejection.failed(), Check::Decryption);
        let said = rejection.to_string();
        said.split(" at ").next().unwrap().to_string()
    })
    .collect();
    assert!(said.windows(2).all(|pair| pair[0] == pair[1]), "{said:?}");
}

#[test]
fn a54_an_encrypted_login_is_used_once_however_often_it_is_encrypted() {
    let inner = assertion(RESPONSE, Some(&key()));
    let heap = heap_with(Policy::strict());
    let mut replay = ReplayCache::with_capacity(8);
    let mut again = |xml: &str| {
        let received = Received { saml_response: &to_form_value(xml), expected: Expected::Unsolicited };
        heap.verify(&received, now(), &mut replay).map(drop).map_err(|rejection| rejection.failed())
    };
    assert_eq!(again(&sealing(&inner)), Ok(()));
    assert_eq!(again(&sealing(&inner)), Err(Check::Replay));
}
