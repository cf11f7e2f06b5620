//! Genuine Responses in the shapes of many identity providers: all of them are accepted.

use alloc::{
    format,
    string::{String, ToString},
};

use super::{
    ANSWER, EMAIL, Expected, RESPONSE, VerifiedAssertion, edit, edit_assertion, key, signed, solicited,
    verify,
};
use crate::{dsig, saml::NameIdFormat};

#[track_caller]
fn accepted(xml: &str) -> VerifiedAssertion {
    match verify(xml, Expected::Unsolicited) {
        Ok(login) => login,
        Err(rejection) => panic!("{}", rejection.report()),
    }
}

#[test]
fn prefixes_are_free() {
    let other = RESPONSE
        .replace("samlp:", "saml2p:")
        .replace("saml:", "saml2:")
        .replace(":samlp=", ":saml2p=")
        .replace(":saml=", ":saml2=");
    assert_eq!(accepted(&signed(&other)).subject(), EMAIL);
}

#[test]
fn default_namespaces_are_as_good_as_prefixes() {
    let assertion = "urn:oasis:names:tc:SAML:2.0:assertion";
    let defaults = RESPONSE
        .replace("<saml:Assertion ", &format!("<saml:Assertion xmlns=\"{assertion}\" "))
        .replacen("<saml:Issuer>", &format!("<Issuer xmlns=\"{assertion}\">"), 1)
        .replace("xmlns:samlp=", "xmlns=")
        .replace(&format!(" xmlns:saml=\"{assertion}\""), "")
        .replace("samlp:", "")
        .replace("saml:", "");
    assert_eq!(accepted(&signed(&defaults)).attribute("groups"), ["Analysts", "Growth"]);
}

#[test]
fn namespaces_may_be_declared_outside_of_the_assertion_or_in_it() {
    let inside = edit(
        RESPONSE,
        "<saml:Assertion ",
        "<saml:Assertion xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" xmlns:unused=\"urn:unused\" ",
    );
    accepted(&signed(&inside));
}

#[test]
fn the_assertion_the_response_or_both_are_signed() {
    let assertion = signed(RESPONSE);
    let response = dsig::sign(RESPONSE, "_response1", &key()).unwrap();
    let both = dsig::sign(&assertion, "_response1", &key()).unwrap();
    for message in [assertion, response, both] {
        assert_eq!(accepted(&message).subject(), EMAIL);
    }
}

#[test]
fn an_xml_declaration_comments_between_elements_and_blank_lines_do_no_harm() {
    let commented = edit(RESPONSE, "<saml:Subject>", "<!-- made by hand -->\n\t<saml:Subject>");
    accepted(&format!("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<!-- x -->{}\n", signed(&commented)));
}

#[test]
fn times_with_sub_seconds_and_offsets_are_times() {
    let times = RESPONSE
        .replace("10:00:00Z", "10:00:00.1234567Z")
        .replace("10:05:00Z", "12:05:00.000+02:00")
        .replace("09:59:00Z", "09:59:00.9Z");
    assert_eq!(accepted(&signed(&times)).not_on_or_after().to_string(), "2026-03-01T10:05:00Z");
}

#[test]
fn one_audience_of_several_is_us() {
    let several = edit(
        RESPONSE,
        "<saml:Audience>",
        "<saml:Audience>https://other.example</saml:Audience><saml:Audience>",
    );
    accepted(&signed(&several));
    let spaced = edit(RESPONSE, "<saml:Audience>", "<saml:Audience>\n  ");
    accepted(&signed(&spaced));
}

#[test]
fn conditions_that_saml_defines_are_understood() {
    let known = edit(
        RESPONSE,
        "</saml:Conditions>",
        "<saml:OneTimeUse/><saml:ProxyRestriction Count=\"0\"/></saml:Conditions>",
    );
    accepted(&signed(&known));
}

#[test]
fn attributes_repeat_carry_types_names_for_people_and_name_ids() {
    let statement = r#"<saml:AttributeStatement>
        <saml:Attribute Name="groups" NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:basic" FriendlyName="Groups"><saml:AttributeValue xmlns:xs="http://www.w3.org/2001/XMLSchema" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:type="xs:string">A &amp; B</saml:AttributeValue></saml:Attribute>
        <saml:Attribute Name="eppn" xmlns:x500="urn:oasis:names:tc:SAML:2.0:profiles:attribute:X500" x500:Encoding="LDAP" xmlns:a="http://schemas.xmlsoap.org/ws/2009/09/identity/claims" a:OriginalIssuer="https://x"><saml:AttributeValue><saml:NameID>opaque</saml:NameID></saml:AttributeValue></saml:Attribute>
        <saml:Attribute Name="empty"/><saml:Attribute Name="blank"><saml:AttributeValue/></saml:Attribute>
        <saml:Attribute Name="groups"><saml:AttributeValue>C</saml:AttributeValue></saml:Attribute></saml:AttributeStatement><saml:AttributeStatement>"#;
    let login = accepted(&signed(&edit(RESPONSE, "<saml:AttributeStatement>", statement)));
    assert_eq!(login.attribute("groups"), ["A & B", "C", "Analysts", "Growth"]);
    assert_eq!(login.attribute("eppn"), ["opaque"]);
    assert_eq!(login.attribute("empty"), [""; 0]);
    assert_eq!(login.attribute("blank"), [""]);
    assert_eq!(login.attributes()[0].friendly_name.as_deref(), Some("Groups"));
}

#[test]
fn foreign_content_stands_where_the_schemas_let_it() {
    let extended = edit(
        RESPONSE,
        "<samlp:Status>",
        "<samlp:Extensions><x xmlns=\"urn:x\" y=\"z\">text</x></samlp:Extensions><samlp:Status>",
    );
    let extended =
        edit(&extended, "</samlp:Status>", "<samlp:StatusMessage>fine</samlp:StatusMessage></samlp:Status>");
    let extended = edit(
        &extended,
        "</saml:Conditions>",
        "</saml:Conditions><saml:Advice><x xmlns=\"urn:x\"/></saml:Advice>",
    );
    accepted(&signed(&extended));
}

#[test]
fn schema_locations_and_consent_are_allowed() {
    let located = edit(
        RESPONSE,
        "Version=",
        "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:schemaLocation=\"urn:x x.xsd\" Consent=\"urn:oasis:names:tc:SAML:2.0:consent:unspecified\" Version=",
    );
    accepted(&signed(&located));
}

#[test]
fn a_response_need_not_name_its_issuer_nor_a_destination() {
    let bare = edit(RESPONSE, "<saml:Issuer>https://sso.jumpcloud.com/saml2/heap</saml:Issuer>", "");
    let bare = edit(&bare, " Destination=\"https://heapanalytics.com/saml/finalize/1234567/\"", "");
    accepted(&signed(&bare));
}

#[test]
fn an_issuer_may_say_that_it_is_an_entity() {
    let format = "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">";
    accepted(&signed(&RESPONSE.replace("<saml:Issuer>", format)));
}

#[test]
fn a_name_id_keeps_its_format_and_qualifiers() {
    let persistent = edit(
        RESPONSE,
        "Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\"",
        "Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\" NameQualifier=\"q\" SPNameQualifier=\"s\"",
    );
    let login = accepted(&signed(&persistent));
    assert_eq!(login.name_id_format(), &NameIdFormat::Persistent);
    assert_eq!(login.name_id().name_qualifier.as_deref(), Some("q"));
    let plain = edit(RESPONSE, " Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\"", "");
    assert_eq!(accepted(&signed(&plain)).name_id_format(), &NameIdFormat::Unspecified);
}

#[test]
fn an_answer_need_not_repeat_the_request_on_the_unsigned_response() {
    let message = edit(&signed(&solicited()), " InResponseTo=\"_request1\"", "");
    assert!(verify(&message, ANSWER).is_ok());
}

#[test]
fn other_confirmations_beside_the_bearer_do_no_harm() {
    let more = edit(
        RESPONSE,
        "<saml:SubjectConfirmation ",
        "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:sender-vouches\"/><saml:SubjectConfirmation ",
    );
    accepted(&signed(&more));
}

#[test]
fn an_address_of_the_browser_and_a_locality_are_passed_over() {
    let located = edit_assertion(RESPONSE, " Recipient=", " Address=\"192.0.2.1\" Recipient=");
    let located = edit(
        &located,
        "<saml:AuthnContext>",
        "<saml:SubjectLocality Address=\"192.0.2.1\"/><saml:AuthnContext>",
    );
    accepted(&signed(&located));
}

#[test]
fn one_session_that_lasts_is_enough() {
    let ended: String = RESPONSE.replacen(
        "<saml:AuthnStatement ",
        "<saml:AuthnStatement AuthnInstant=\"2026-02-01T00:00:00Z\" SessionNotOnOrAfter=\"2026-02-02T00:00:00Z\"><saml:AuthnContext><saml:AuthnContextClassRef>x</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement><saml:AuthnStatement ",
        1,
    );
    assert_eq!(accepted(&signed(&ended)).session_index(), Some("_session1"));
}

#[test]
fn a_session_for_ever_ends_at_the_end_of_time() {
    let ever =
        edit(RESPONSE, "SessionIndex=", "SessionNotOnOrAfter=\"9999-12-31T23:59:59.9999999Z\" SessionIndex=");
    assert_eq!(accepted(&signed(&ever)).session_not_on_or_after(), Some(jiff::Timestamp::MAX));
}

#[test]
fn a_name_outside_of_ascii_is_a_name() {
    let name = "zoë@例え.example";
    assert_eq!(accepted(&signed(&edit(RESPONSE, EMAIL, name))).subject(), name.to_string());
}
