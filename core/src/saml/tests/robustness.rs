//! Whatever the bytes are, the outcome is a verdict: no panic, and never a login that says something else.

use alloc::{format, string::String, vec::Vec};

use base64::{Engine, engine::general_purpose::STANDARD};
use proptest::prelude::*;

use super::{ACS, EMAIL, Expected, IDP, RESPONSE, SP, edit, heap, key, now, refused, signed, verify};
use crate::{
    entropy::Seeded,
    saml::{
        Attribute, Check, IdentityProvider, Login, NameId, Received, Rejection, ReplayCache,
        VerifiedAssertion, from_form_value, from_query,
    },
};

fn verify_bytes(bytes: &[u8]) -> Result<VerifiedAssertion, Rejection> {
    let received = Received { saml_response: &STANDARD.encode(bytes), expected: Expected::Unsolicited };
    heap().verify(&received, now(), &mut ReplayCache::with_capacity(1))
}

/// Everything that a login tells.
fn told(login: &VerifiedAssertion) -> String {
    let attributes: Vec<_> = login.attributes().iter().map(|it| (&it.name, &it.values)).collect();
    format!(
        "{} {} {} {:?} {:?} {} {attributes:?}",
        login.id(),
        login.issuer(),
        login.subject(),
        login.name_id_format(),
        login.session_index(),
        login.not_on_or_after()
    )
}

#[test]
fn a29_a_changed_byte_never_changes_what_a_login_says() {
    let message = signed(RESPONSE);
    let genuine = told(&verify(&message, Expected::Unsolicited).unwrap());
    let mut refusals = 0;
    for (index, flip) in (0..message.len()).step_by(5).zip([1_u8, 2, 4, 16, 32].into_iter().cycle()) {
        let mut bytes = message.clone().into_bytes();
        bytes[index] ^= flip;
        match verify_bytes(&bytes) {
            Ok(login) => assert_eq!(told(&login), genuine, "at byte {index}"),
            Err(_) => refusals += 1,
        }
    }
    assert!(refusals > message.len() / 5 / 2, "most changes are refused: {refusals}");
}

#[test]
fn a40_a_message_that_is_cut_off_anywhere_is_refused() {
    let message = signed(RESPONSE);
    for end in (0..message.len()).step_by(11) {
        assert!(verify_bytes(&message.as_bytes()[..end]).is_err(), "at byte {end}");
    }
}

#[test]
fn many_confirmations_statements_and_values_are_read_in_one_go() {
    let confirmation = "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData Recipient=\"https://other.example/\"/></saml:SubjectConfirmation>";
    let many = edit(
        RESPONSE,
        "<saml:SubjectConfirmation ",
        &(confirmation.repeat(5_000) + "<saml:SubjectConfirmation "),
    );
    assert!(verify(&signed(&many), Expected::Unsolicited).is_ok());
    let none = edit(&many, ACS, "https://other.example/").replace(ACS, "https://other.example/");
    assert_eq!(refused(&signed(&none)), Check::Destination);
    let values =
        "<saml:AttributeValue>0b2f5d0e-7d5e-4c55-8d0a-0e2f1c3b4a59</saml:AttributeValue>".repeat(20_000);
    let large = edit(RESPONSE, "<saml:AttributeValue>Analysts</saml:AttributeValue>", &values);
    assert_eq!(verify(&signed(&large), Expected::Unsolicited).unwrap().attribute("groups").len(), 20_001);
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, cases: 64, ..ProptestConfig::default() })]

    #[test]
    fn what_one_end_says_the_other_understands(
        name in "[^\\p{C}\\s]{1,40}",
        values in prop::collection::vec("[^\\p{C}]{0,40}", 0..5),
        session in prop::option::of("[^\\p{C}\\s]{1,20}"),
    ) {
        let values: Vec<&str> = values.iter().map(String::as_str).collect();
        let attributes = [Attribute::new(&name, &values)];
        let mut login = Login::new(NameId::email(name.clone()), SP, ACS, now());
        login.attributes = &attributes;
        login.session_index = session.as_deref();
        let idp = IdentityProvider::builder(IDP).sign_with(key()).build();
        let response = idp.respond(&login, now(), &mut Seeded::new(5)).unwrap();
        let verified = verify(response.xml(), Expected::Unsolicited).unwrap();
        prop_assert_eq!(verified.subject(), &name);
        prop_assert_eq!(verified.attribute(&name), &values);
        prop_assert_eq!(verified.session_index(), session.as_deref());
    }

    #[test]
    fn any_text_is_a_verdict(text in "\\PC{0,200}") {
        prop_assert!(verify(&text, Expected::Unsolicited).is_err());
        let _ = from_form_value(&text);
        let _ = from_query(&text);
        let spliced = edit(RESPONSE, EMAIL, &text);
        prop_assert!(verify(&spliced, Expected::Unsolicited).is_err(), "nothing here is signed");
    }
}
