//! What a trusted identity provider signed, and what must be refused all the same: one row, one rule (D17-D20).

use alloc::{format, string::String};

use super::{
    ANSWER, Check, Expected, RESPONSE, edit, edit_assertion, key, refused, signed, solicited, verify,
};
use crate::dsig;

/// A change of the Assertion, and the check that it fails.
const IN_ASSERTION: &[(&str, &str, Check)] = &[
    (" Version=\"2.0\"", "", Check::Version),
    ("Version=\"2.0\"", "Version=\"2.0 \"", Check::Version),
    ("Version=\"2.0\"", "Version=\"2.1\"", Check::Version),
    (
        "<saml:Issuer>",
        "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\">",
        Check::Issuer,
    ),
    ("saml2/heap</saml:Issuer>", "saml2/heap/</saml:Issuer>", Check::IdentityProvider),
    ("saml2/heap</saml:Issuer>", "saml2/Heap</saml:Issuer>", Check::IdentityProvider),
    (
        "<saml:Issuer>https://sso.jumpcloud.com/saml2/heap</saml:Issuer>",
        "<saml:Issuer/>",
        Check::IdentityProvider,
    ),
    (">alice@example.com<", "><", Check::NameId),
    (">alice@example.com<", ">\u{a0}\u{2003}<", Check::NameId),
    (">alice@example.com<", "> &#9; <", Check::NameId),
    (
        "<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">alice@example.com</saml:NameID>",
        "",
        Check::NameId,
    ),
    (
        "<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">alice@example.com</saml:NameID>",
        "<saml:BaseID NameQualifier=\"x\"/>",
        Check::NameId,
    ),
    (
        "<saml:NameID Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">alice@example.com</saml:NameID>",
        "<saml:EncryptedID/>",
        Check::NotEncrypted,
    ),
    ("cm:bearer", "cm:sender-vouches", Check::Bearer),
    ("cm:bearer", "cm:Bearer", Check::Bearer),
    (
        "<saml:SubjectConfirmationData Recipient=\"https://heapanalytics.com/saml/finalize/1234567/\" NotOnOrAfter=\"2026-03-01T10:05:00Z\"/>",
        "",
        Check::Bearer,
    ),
    (" Recipient=\"https://heapanalytics.com/saml/finalize/1234567/\"", "", Check::Recipient),
    ("Recipient=\"https://heapanalytics.com/", "Recipient=\"https://heapanalytics.com//", Check::Recipient),
    ("/1234567/\" NotOnOrAfter", "/1234567/?a\" NotOnOrAfter", Check::Recipient),
    (
        "<saml:SubjectConfirmationData ",
        "<saml:SubjectConfirmationData NotBefore=\"2026-03-01T09:00:00Z\" ",
        Check::ConfirmationNotBefore,
    ),
    (" NotOnOrAfter=\"2026-03-01T10:05:00Z\"/>", "/>", Check::ConfirmationNotOnOrAfter),
    (
        " NotOnOrAfter=\"2026-03-01T10:05:00Z\"/>",
        " NotOnOrAfter=\"2026-03-01T09:59:30Z\"/>",
        Check::ConfirmationNotOnOrAfter,
    ),
    (
        " NotOnOrAfter=\"2026-03-01T10:05:00Z\"/>",
        " NotOnOrAfter=\"2026-03-01T11:59:30+02:00\"/>",
        Check::ConfirmationNotOnOrAfter,
    ),
    (
        "<saml:SubjectConfirmationData ",
        "<saml:SubjectConfirmationData InResponseTo=\"\" ",
        Check::InResponseTo,
    ),
    (
        "<saml:SubjectConfirmationData ",
        "<saml:SubjectConfirmationData InResponseTo=\"_other\" ",
        Check::InResponseTo,
    ),
    (
        "<saml:AudienceRestriction>",
        "<saml:Condition xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xmlns:x=\"urn:x\" xsi:type=\"x:Weekdays\"/><saml:AudienceRestriction>",
        Check::Conditions,
    ),
    (
        "<saml:AudienceRestriction>",
        "<x:Weekdays xmlns:x=\"urn:x\"/><saml:AudienceRestriction>",
        Check::Schema,
    ),
    ("<saml:AudienceRestriction>", "<saml:AudienceRestriction/><saml:AudienceRestriction>", Check::Schema),
    (
        "<saml:AudienceRestriction>",
        "<saml:AudienceRestriction><saml:Audience/></saml:AudienceRestriction><saml:AudienceRestriction>",
        Check::Audience,
    ),
    (
        "<saml:Audience>https://heapanalytics.com<",
        "<saml:Audience>https://heapanalytics.com https://other.example<",
        Check::Audience,
    ),
    ("NotBefore=\"2026-03-01T09:59:00Z\"", "NotBefore=\"2026-03-01T10:01:30.001Z\"", Check::NotBefore),
    (
        "NotBefore=\"2026-03-01T09:59:00Z\" NotOnOrAfter=\"2026-03-01T10:05:00Z\"",
        "NotOnOrAfter=\"2026-03-01T09:59:30Z\"",
        Check::NotOnOrAfter,
    ),
    (
        "NotBefore=\"2026-03-01T09:59:00Z\" NotOnOrAfter=\"2026-03-01T10:05:00Z\"",
        "NotBefore=\"2026-03-01T10:00:40Z\" NotOnOrAfter=\"2026-03-01T10:00:20Z\"",
        Check::NotOnOrAfter,
    ),
    ("SessionIndex=", "SessionNotOnOrAfter=\"2026-03-01T09:59:30Z\" SessionIndex=", Check::Session),
    ("T09:58:00Z\" SessionIndex", "T10:01:30.5Z\" SessionIndex", Check::AuthnStatement),
    (
        "<saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef>",
        "",
        Check::Schema,
    ),
    (
        "<saml:AuthnContextClassRef>",
        "<saml:AuthnContextClassRef>x</saml:AuthnContextClassRef><saml:AuthnContextClassRef>",
        Check::Schema,
    ),
    ("AuthnInstant=\"2026-03-01T09:58:00Z\" ", "", Check::Schema),
    ("IssueInstant=\"2026-03-01T10:00:00Z\"", "IssueInstant=\"2026-03-01T10:01:30.5Z\"", Check::IssueInstant),
    ("IssueInstant=\"2026-03-01T10:00:00Z\"", "IssueInstant=\"2026-03-01T10:00:00z\"", Check::Schema),
    ("NotBefore=\"2026-03-01T09:59:00Z\"", "NotBefore=\"2026-03-01T09:59:00\"", Check::Schema),
    ("<saml:AttributeStatement>", "<saml:AttributeStatement>text", Check::Schema),
    ("<saml:Attribute Name=\"groups\">", "<saml:Attribute Name=\"groups\" Value=\"x\">", Check::Schema),
    ("<saml:Attribute Name=\"groups\">", "<saml:Attribute name=\"groups\">", Check::Schema),
    ("<saml:Conditions ", "<saml:Conditions NotAfter=\"x\" ", Check::Schema),
    ("</saml:Conditions>", "<saml:OneTimeUse/><saml:OneTimeUse/></saml:Conditions>", Check::Conditions),
    ("</saml:Conditions>", "<saml:OneTimeUse>x</saml:OneTimeUse></saml:Conditions>", Check::Schema),
    (
        "</saml:Conditions>",
        "</saml:Conditions><saml:Advice><saml:EncryptedAssertion/></saml:Advice>",
        Check::ForeignContent,
    ),
];

/// A change of the Response, and the check that it fails.
const IN_RESPONSE: &[(&str, &str, Check)] = &[
    (" Version=\"2.0\"", "", Check::Version),
    ("Version=\"2.0\"", "Version=\"2\"", Check::Version),
    (
        "status:Success\"/>",
        "status:Responder\"><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:StatusCode>",
        Check::Status,
    ),
    ("status:Success\"", "status:success\"", Check::Status),
    ("urn:oasis:names:tc:SAML:2.0:status:Success", "Success", Check::Status),
    (" Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"", "", Check::Schema),
    ("IssueInstant=\"2026-03-01T10:00:00Z\"", "IssueInstant=\"2026-03-01T10:01:31Z\"", Check::IssueInstant),
    (
        "Destination=\"https://heapanalytics.com/saml/finalize/1234567/\"",
        "Destination=\"\"",
        Check::Destination,
    ),
    ("/1234567/\"", "/1234567/ \"", Check::Destination),
    ("Destination=\"https:", "Destination=\"http:", Check::Destination),
    ("Version=", "InResponseTo=\"\" Version=", Check::ResponseInResponseTo),
    ("Version=", "InResponseTo=\"_other\" Version=", Check::ResponseInResponseTo),
    ("saml2/heap</saml:Issuer>", "saml2/other</saml:Issuer>", Check::ResponseIssuer),
    (
        "<saml:Issuer>",
        "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">",
        Check::ResponseIssuer,
    ),
    ("<samlp:Response ", "<samlp:Response xml:lang=\"en\" ", Check::Schema),
    (
        "<samlp:Status>",
        "<samlp:Extensions><samlp:Status/></samlp:Extensions><samlp:Status>",
        Check::ForeignContent,
    ),
    ("</samlp:Response>", "<samlp:Extensions/></samlp:Response>", Check::Schema),
    ("</samlp:Response>", "text</samlp:Response>", Check::Schema),
];

#[test]
fn d17_d20_each_rule_of_the_profile_refuses_what_breaks_it_alone() {
    for (from, to, check) in IN_ASSERTION {
        assert_eq!(refused(&signed(&edit_assertion(RESPONSE, from, to))), *check, "{to}");
    }
    for (from, to, check) in IN_RESPONSE {
        let changed = edit(RESPONSE, from, to);
        // Whether the Assertion alone is signed or the Response, and with it everything.
        assert_eq!(refused(&signed(&changed)), *check, "{to}");
        assert_eq!(refused(&dsig::sign(&changed, "_response1", &key()).unwrap()), *check, "signed: {to}");
    }
}

#[test]
fn d17_what_was_asked_for_is_answered_in_the_assertion() {
    let code = |xml: &str| verify(&signed(xml), ANSWER).unwrap_err().failed();
    let data = "<saml:SubjectConfirmationData InResponseTo=\"_request1\" ";
    assert_eq!(code(&edit(&solicited(), data, "<saml:SubjectConfirmationData ")), Check::InResponseTo);
    for wrong in ["", "_Request1", "_request1 ", "_request", "#_request1"] {
        let data_with = format!("<saml:SubjectConfirmationData InResponseTo=\"{wrong}\" ");
        assert_eq!(code(&edit(&solicited(), data, &data_with)), Check::InResponseTo, "{wrong}");
        let outer =
            edit(&solicited(), "InResponseTo=\"_request1\" V", &format!("InResponseTo=\"{wrong}\" V"));
        assert_eq!(code(&outer), Check::ResponseInResponseTo, "{wrong}");
    }
}

#[test]
fn d17_sub_seconds_count_at_the_edges_of_the_skew() {
    let ends = |end: &str| {
        edit_assertion(
            RESPONSE,
            "NotOnOrAfter=\"2026-03-01T10:05:00Z\"/>",
            &format!("NotOnOrAfter=\"{end}\"/>"),
        )
    };
    let accepted = |xml: String| verify(&signed(&xml), Expected::Unsolicited).is_ok();
    assert!(accepted(ends("2026-03-01T09:59:30.001Z")) && !accepted(ends("2026-03-01T09:59:30.000Z")));
    let begins = |start: &str| {
        edit_assertion(RESPONSE, "NotBefore=\"2026-03-01T09:59:00Z\"", &format!("NotBefore=\"{start}\""))
    };
    assert!(accepted(begins("2026-03-01T10:01:30.000Z")) && !accepted(begins("2026-03-01T10:01:30.001Z")));
    assert!(accepted(begins("2026-03-01T12:01:30+02:00")));
}
