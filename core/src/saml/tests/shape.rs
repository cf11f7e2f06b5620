//! The gate by the schemas: order, number, attributes, values (D18, D20).

use super::{Check, RESPONSE, edit, edit_assertion, refused, signed};

#[test]
fn an_element_out_of_order_missing_repeated_or_unknown_is_refused() {
    let status = "<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>";
    for message in [
        edit(RESPONSE, status, ""),
        edit(RESPONSE, status, &[status, status].concat()),
        edit(&edit(RESPONSE, status, ""), "</samlp:Response>", &[status, "</samlp:Response>"].concat()),
        edit(RESPONSE, "<samlp:Status>", "<x xmlns=\"urn:x\"/><samlp:Status>"),
        edit_assertion(RESPONSE, "<saml:Issuer>https://sso.jumpcloud.com/saml2/heap</saml:Issuer>", ""),
        edit_assertion(RESPONSE, "<saml:Subject>", "<saml:Conditions/><saml:Subject>"),
        edit_assertion(RESPONSE, "</saml:Conditions>", "</saml:Conditions><saml:Conditions/>"),
        edit_assertion(
            RESPONSE,
            "</saml:NameID>",
            "</saml:NameID><saml:NameID>admin@example.com</saml:NameID>",
        ),
        edit_assertion(
            RESPONSE,
            "<saml:Audience>",
            "<saml:Audience/><saml:Issuer>x</saml:Issuer><saml:Audience>",
        ),
        edit_assertion(RESPONSE, "</saml:Subject>", "</saml:Subject>text"),
        edit_assertion(RESPONSE, "<saml:AuthnContext>", "<saml:AuthnContext/><saml:AuthnContext>"),
        edit_assertion(
            RESPONSE,
            "<saml:AttributeStatement>",
            "<saml:AttributeStatement/><saml:AttributeStatement>",
        ),
        edit_assertion(RESPONSE, "</saml:Assertion>", "<saml:Unknown/></saml:Assertion>"),
    ] {
        assert_eq!(refused(&signed(&message)), Check::Schema, "{message}");
    }
}

#[test]
fn an_attribute_that_is_missing_unknown_or_foreign_is_refused() {
    for (from, to) in [
        (" IssueInstant=\"2026-03-01T10:00:00Z\"", ""),
        ("<saml:Subject>", "<saml:Subject x=\"y\">"),
        ("<saml:Subject>", "<saml:Subject xmlns:x=\"urn:x\" x:y=\"z\">"),
        ("<saml:Subject>", "<saml:Subject xml:lang=\"en\">"),
        ("<saml:Attribute Name=\"groups\">", "<saml:Attribute>"),
        (" Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"", ""),
    ] {
        assert_eq!(refused(&signed(&edit_assertion(RESPONSE, from, to))), Check::Schema, "{to}");
    }
}

#[test]
fn a_time_that_is_none_is_refused_wherever_it_stands() {
    for (from, to) in [
        ("IssueInstant=\"2026-03-01T10:00:00Z\"", "IssueInstant=\"2026-03-01T10:00:00\""),
        ("NotBefore=\"2026-03-01T09:59:00Z\"", "NotBefore=\"yesterday\""),
        ("NotOnOrAfter=\"2026-03-01T10:05:00Z\"", "NotOnOrAfter=\"\""),
        ("AuthnInstant=\"2026-03-01T09:58:00Z\"", "AuthnInstant=\"1772359200\""),
        (" SessionIndex=", " SessionNotOnOrAfter=\"never\" SessionIndex="),
    ] {
        assert_eq!(refused(&signed(&edit_assertion(RESPONSE, from, to))), Check::Schema, "{to}");
    }
}

#[test]
fn d18_processing_instructions_are_refused_anywhere_inside_the_message() {
    for (from, to) in [
        ("<saml:Subject>", "<?x?><saml:Subject>"),
        ("Analysts", "<x xmlns=\"urn:x\"><?x?></x>"),
        ("</saml:Conditions>", "</saml:Conditions><saml:Advice><x xmlns=\"urn:x\"><?x?></x></saml:Advice>"),
        ("<saml:SubjectConfirmationData ", "<?x?><saml:SubjectConfirmationData "),
    ] {
        assert_eq!(refused(&signed(&edit_assertion(RESPONSE, from, to))), Check::Schema, "{to}");
    }
}

#[test]
fn status_codes_nest_as_far_as_anybody_needs_and_not_deeper() {
    let success = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>";
    for (depth, check) in [(20, Check::Status), (40, Check::Schema), (450, Check::Schema)] {
        let deep = "<samlp:StatusCode Value=\"x\">".repeat(depth) + &"</samlp:StatusCode>".repeat(depth);
        assert_eq!(refused(&edit(RESPONSE, success, &deep)), check, "{depth}");
    }
}
