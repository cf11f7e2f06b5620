//! What the identity provider makes, and what it refuses to make.

use alloc::{format, string::String};

use super::{ACS, EMAIL, IDP, SP, key, now};
use crate::{
    entropy::Seeded,
    saml::{
        Attribute, BuildError, IdentityProvider, Login, NameId, SignedResponse, content_security_policy,
        names::{ASSERTION, BEARER, PROTOCOL},
    },
    xml,
};

fn respond(login: &Login<'_>) -> Result<SignedResponse, BuildError> {
    let idp = IdentityProvider::builder(IDP).service_provider(SP, &[ACS]).sign_with(key()).build();
    idp.respond(login, now(), &mut Seeded::new(7))
}

fn login() -> Login<'static> {
    Login::new(NameId::email(EMAIL), SP, ACS, now())
}

fn code(login: &Login<'_>) -> &'static str {
    respond(login).unwrap_err().code()
}

#[test]
fn r13_the_response_has_what_the_profile_asks_for() {
    let mut login = login();
    login.in_response_to = Some("_request1");
    let response = respond(&login).unwrap();
    let tree = xml::parse(response.xml().as_bytes()).unwrap();
    let root = tree.root();
    assert_eq!(root.attribute("Destination"), Some(ACS));
    assert_eq!(root.attribute("InResponseTo"), Some("_request1"));
    let assertion = root.only_element(ASSERTION, "Assertion").unwrap();
    let subject = assertion.only_element(ASSERTION, "Subject").unwrap();
    let name_id = subject.only_element(ASSERTION, "NameID").unwrap();
    assert_eq!(name_id.attribute("Format"), Some("urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"));
    assert_eq!(name_id.text().unwrap(), EMAIL);
    let confirmation = subject.only_element(ASSERTION, "SubjectConfirmation").unwrap();
    assert_eq!(confirmation.attribute("Method"), Some(BEARER));
    let data = confirmation.only_element(ASSERTION, "SubjectConfirmationData").unwrap();
    assert_eq!(data.attribute("Recipient"), Some(ACS));
    assert_eq!(data.attribute("NotOnOrAfter"), Some("2026-03-01T10:05:30Z"));
    assert_eq!(data.attribute("InResponseTo"), Some("_request1"));
    assert_eq!(data.attribute("NotBefore"), None);
    let status = root.only_element(PROTOCOL, "Status").unwrap();
    assert!(status.elements().next().unwrap().attribute("Value").unwrap().ends_with(":Success"));
    assert!(assertion.only_element(ASSERTION, "AttributeStatement").is_none(), "no empty statement");
}

#[test]
fn every_response_has_ids_of_its_own() {
    let idp = IdentityProvider::builder(IDP).sign_with(key()).build();
    let mut entropy = Seeded::new(7);
    let ids = |xml: &str| {
        let tree = xml::parse(xml.as_bytes()).unwrap();
        tree.root()
            .descendants()
            .filter_map(|node| node.attribute("ID").map(String::from))
            .collect::<alloc::vec::Vec<_>>()
    };
    let first = ids(idp.respond(&login(), now(), &mut entropy).unwrap().xml());
    let second = ids(idp.respond(&login(), now(), &mut entropy).unwrap().xml());
    assert_eq!((first.len(), second.len()), (2, 2));
    assert!(first.iter().all(|id| id.len() == 41 && !second.contains(id)));
    assert_ne!(first[0], first[1]);
}

#[test]
fn a58_no_response_is_made_for_a_script_nor_for_an_address_that_is_not_registered() {
    for (acs, expected) in [
        ("javascript:alert(1)", "saml.endpoint.malformed"),
        ("http://heapanalytics.com/saml/finalize/1234567/", "saml.endpoint.scheme"),
        ("https://evil.example/acs", "saml.unregistered"),
        ("https://heapanalytics.com/saml/finalize/1234567", "saml.unregistered"),
    ] {
        let login = Login::new(NameId::email(EMAIL), SP, acs, now());
        assert_eq!(code(&login), expected, "{acs}");
    }
    let elsewhere = Login::new(NameId::email(EMAIL), "https://other.example", ACS, now());
    assert_eq!(code(&elsewhere), "saml.unregistered");
}

#[test]
fn a_login_of_nobody_is_not_made() {
    assert_eq!(code(&Login::new(NameId::email(" "), SP, ACS, now())), "saml.blank");
    let mut blank = login();
    let nameless = [Attribute::new("", &["x"])];
    blank.attributes = &nameless;
    assert_eq!(code(&blank), "saml.blank");
    let mut blank = login();
    blank.in_response_to = Some("");
    assert_eq!(code(&blank), "saml.blank");
}

#[test]
fn a59_a_character_that_xml_cannot_carry_is_an_error_not_a_hole() {
    let evil = Login::new(NameId::email("a\u{0}b@example.com"), SP, ACS, now());
    assert_eq!(code(&evil), "xml.forbidden_character");
}

#[test]
fn a58_the_page_carries_a_hostile_relay_state_as_text() {
    let page = respond(&login()).unwrap().auto_post_page(Some("\"><script>alert(1)</script>"), "bm9uY2U=");
    assert_eq!(page.matches("<script").count(), 1);
    assert!(page.contains(&format!("action=\"{ACS}\"")));
    assert!(page.contains("name=\"SAMLResponse\"") && page.contains("name=\"RelayState\""));
    assert!(content_security_policy("bm9uY2U=").contains("'nonce-bm9uY2U='"));
}

#[test]
fn a_login_is_not_printed_by_accident() {
    let response = respond(&login()).unwrap();
    assert!(!format!("{response:?} {:?}", login()).contains("alice"));
}
