//! Known attacks on service providers, by their numbers in the list of attacks.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use super::{
    ACS, ANSWER, EMAIL, Expected, IDP, Policy, RESPONSE, Received, ReplayCache, SP, Trust, assertion_of,
    certificate, edit, edit_assertion, heap, key, now, other_key, refused, signature_of, signed, solicited,
    to_form_value, verify, verify_at,
};
use crate::{
    dsig,
    entropy::Seeded,
    saml::{
        Attribute, Check, IdentityProvider, Login, NameId, PendingRequests, ServiceProvider, SignScope,
        Status,
    },
};

const ADMIN: &str = "admin@example.com";

/// A forged Assertion for the administrator: the genuine one, without its signature, with another ID.
fn forged() -> String {
    let unsigned = assertion_of(RESPONSE);
    edit(&edit(unsigned, "_assertion1", "_forged"), EMAIL, ADMIN)
}

/// The genuine Assertion, signed.
fn genuine() -> String {
    assertion_of(&signed(RESPONSE)).to_string()
}

/// The genuine Response around other content.
fn around(content: &str) -> String {
    RESPONSE.replace(assertion_of(RESPONSE), content)
}

#[test]
fn a01_a02_a_signature_covers_the_element_it_stands_in_and_no_other() {
    // The signature of the Assertion, moved up to the Response, which is forged.
    let message = signed(RESPONSE);
    let signature = signature_of(&message);
    let detached = edit(&message, signature, "").replace(EMAIL, ADMIN);
    let moved = edit(&detached, "</saml:Issuer>", &format!("</saml:Issuer>{signature}"));
    assert_eq!(refused(&moved), Check::SignatureReference);
    // The signed Response, wrapped by a forged one that carries its signature.
    let message = dsig::sign(RESPONSE, "_response1", &key()).unwrap();
    let forged = edit(&message, "ID=\"_response1\"", "ID=\"_evil\"").replace(EMAIL, ADMIN);
    let forged = edit(&forged, "ID=\"_assertion1\"", "ID=\"_evil1\"");
    assert_eq!(refused(&forged), Check::SignatureReference);
    let extension = format!("</ds:Signature><samlp:Extensions>{message}</samlp:Extensions>");
    assert_eq!(refused(&edit(&forged, "</ds:Signature>", &extension)), Check::ForeignContent);
}

#[test]
fn a03_a05_a31_a32_a_forged_assertion_beside_the_signed_one_is_refused_in_either_order() {
    for content in [forged() + &genuine(), genuine() + &forged(), genuine() + &genuine()] {
        let check = refused(&around(&content));
        assert!(matches!(check, Check::OneAssertion | Check::UniqueIds), "{check:?}");
    }
}

#[test]
fn a04_the_signed_assertion_inside_the_forged_one_is_refused() {
    let nested = edit(&forged(), "</saml:Assertion>", &format!("{}</saml:Assertion>", genuine()));
    assert_eq!(refused(&around(&nested)), Check::Schema);
    let nested = edit(&forged(), "</saml:Issuer>", &format!("</saml:Issuer>{}", genuine()));
    assert_eq!(refused(&around(&nested)), Check::Schema);
}

#[test]
fn a06_a08_the_signed_assertion_inside_the_signature_of_the_forged_one_is_refused() {
    let genuine = genuine();
    let signature = signature_of(&genuine);
    let bare = edit(&genuine, signature, "");
    for hiding in [
        format!("<ds:Object>{bare}</ds:Object></ds:Signature>"),
        format!("{bare}</ds:Signature>"),
        format!("<ds:KeyInfo>{bare}</ds:KeyInfo></ds:Signature>"),
    ] {
        let signature = edit(signature, "</ds:Signature>", &hiding);
        let wrapped = edit(&forged(), "</saml:Issuer>", &format!("</saml:Issuer>{signature}"));
        assert_eq!(refused(&around(&wrapped)), Check::ForeignContent);
    }
    let empty = edit(&genuine, "</ds:Signature>", "<ds:Object>x</ds:Object></ds:Signature>");
    assert_eq!(refused(&around(&empty)), Check::SignatureShape);
}

#[test]
fn a07_a09_no_open_place_of_the_schemas_hosts_an_assertion() {
    let genuine = genuine();
    let hosts = [
        ("<samlp:Status>", "<samlp:Extensions>{}</samlp:Extensions><samlp:Status>"),
        ("</samlp:Status>", "<samlp:StatusDetail>{}</samlp:StatusDetail></samlp:Status>"),
        ("</saml:Conditions>", "</saml:Conditions><saml:Advice>{}</saml:Advice>"),
        ("</saml:AudienceRestriction>", "</saml:AudienceRestriction><saml:Condition>{}</saml:Condition>"),
        ("<saml:AuthnStatement ", "<saml:Statement>{}</saml:Statement><saml:AuthnStatement "),
        ("Analysts", "<x xmlns=\"urn:x\">{}</x>"),
        (
            "NotOnOrAfter=\"2026-03-01T10:05:00Z\"/>",
            "NotOnOrAfter=\"2026-03-01T10:05:00Z\"><ds:KeyInfo xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\">{}</ds:KeyInfo></saml:SubjectConfirmationData>",
        ),
        (
            "</saml:AuthnContextClassRef>",
            "</saml:AuthnContextClassRef><saml:AuthnContextDecl>{}</saml:AuthnContextDecl>",
        ),
    ];
    for (at, host) in hosts {
        for hidden in
            [genuine.as_str(), signature_of(&genuine), "<samlp:Response/>", "<saml:EncryptedAssertion/>"]
        {
            // Inside the forged Assertion, and inside a signed one that would verify.
            let in_forged = edit(&around(&forged()), at, &host.replace("{}", hidden));
            assert_eq!(refused(&in_forged), Check::ForeignContent, "{at}");
        }
        let in_signed = edit(RESPONSE, at, &host.replace("{}", "<samlp:Response/>"));
        assert_eq!(refused(&signed(&in_signed)), Check::ForeignContent, "{at}");
    }
}

#[test]
fn a17_an_id_of_another_namespace_or_on_a_foreign_element_is_refused() {
    for (from, to) in [
        ("<saml:Assertion ", "<saml:Assertion samlp:ID=\"_assertion2\" "),
        ("<saml:Attribute ", "<saml:Attribute xmlns:x=\"urn:x\" x:ID=\"_x\" "),
        ("<saml:AttributeValue>", "<saml:AttributeValue ID=\"_x\">"),
        ("Analysts", "<x xmlns=\"urn:x\" Id=\"_x\"/>"),
        ("<saml:Assertion ", "<saml:Assertion xml:id=\"_x\" "),
    ] {
        assert_eq!(refused(&signed(&edit(RESPONSE, from, to))), Check::ForeignContent, "{to}");
    }
}

#[test]
fn a20_a21_a_value_that_is_split_by_a_comment_is_refused() {
    for (from, to) in [
        ("alice@example.com", "alice@example.com<!-- -->.evil.example"),
        ("<saml:Audience>https://", "<saml:Audience><!-- -->https://"),
        ("Analysts", "Ana<!-- -->lysts"),
        ("Analysts", "<saml:NameID>opa<!-- -->que</saml:NameID>"),
        ("alice@example.com", "alice@example.com<?x?>.evil.example"),
        ("alice@example.com", "alice@example.com<b/>"),
    ] {
        let split = edit_assertion(RESPONSE, from, to);
        // Whether it was signed so, or split later under a canonicalization that drops comments.
        assert_eq!(refused(&signed(&split)), Check::Schema, "{to}");
        if !to.starts_with("<saml:") && !to.contains("<b/>") {
            // Nothing was added but what a canonicalization drops: the digest would still be right.
            assert_eq!(refused(&edit(&signed(RESPONSE), from, to)), Check::Schema, "{to}");
        }
    }
}

#[test]
fn a22_cdata_and_references_are_text() {
    for spelled in ["<![CDATA[alice@example.com]]>", "al<![CDATA[ice@]]>example.com", "&#97;lice@example.com"]
    {
        let login = verify(&edit(&signed(RESPONSE), EMAIL, spelled), Expected::Unsolicited).unwrap();
        assert_eq!(login.subject(), EMAIL);
    }
}

#[test]
fn a24_a25_a26_a27_what_is_read_is_what_was_signed() {
    // Everything of the Assertion that the login tells comes from the signed element: changing any of it refuses.
    let message = signed(RESPONSE);
    for (from, to) in [
        (EMAIL, ADMIN),
        ("Analysts", "Admins"),
        ("_session1", "_session2"),
        ("PasswordProtectedTransport", "TimeSyncToken"),
        ("nameid-format:emailAddress", "nameid-format:persistent"),
        ("<saml:AttributeStatement>", "<saml:AttributeStatement><saml:Attribute Name=\"role\"/>"),
    ] {
        assert_eq!(refused(&edit_assertion(&message, from, to)), Check::SignatureDigest, "{from}");
    }
}

#[test]
fn a33_a_signature_of_the_assertion_does_not_speak_for_the_response_and_the_other_way_round() {
    let login = verify(&signed(RESPONSE), Expected::Unsolicited).unwrap();
    assert_eq!(login.subject(), EMAIL);
    // The Response's signature lies where the Assertion's belongs, and names the Response.
    let message = dsig::sign(RESPONSE, "_response1", &key()).unwrap();
    let signature = signature_of(&message);
    let moved = edit_assertion(
        &edit(&message, signature, ""),
        "</saml:Issuer>",
        &format!("</saml:Issuer>{signature}"),
    );
    assert_eq!(refused(&moved), Check::SignatureReference);
}

#[test]
fn a34_a35_encrypted_beside_plain_is_refused() {
    let encrypted =
        "<saml:EncryptedAssertion><x xmlns=\"http://www.w3.org/2001/04/xmlenc#\"/></saml:EncryptedAssertion>";
    for content in [encrypted.to_string() + &genuine(), genuine() + encrypted] {
        assert_eq!(refused(&around(&content)), Check::NotEncrypted);
    }
    assert_eq!(refused(&around(encrypted)), Check::DecryptionKey);
    for (from, to) in [
        (
            "<saml:SubjectConfirmation ",
            "<saml:SubjectConfirmation Method=\"x\"><saml:EncryptedID/></saml:SubjectConfirmation><saml:SubjectConfirmation ",
        ),
        ("<saml:AttributeStatement>", "<saml:AttributeStatement><saml:EncryptedAttribute/>"),
    ] {
        assert_eq!(refused(&signed(&edit(RESPONSE, from, to))), Check::NotEncrypted);
    }
}

#[test]
fn a46_a_key_that_the_message_brings_along_does_not_count() {
    let message = dsig::sign(RESPONSE, "_assertion1", &other_key()).unwrap();
    let certificate = format!(
        "<ds:KeyInfo><ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>",
        other_key().certificate().to_base64()
    );
    let message = if message.contains("X509Certificate") {
        message
    } else {
        edit(&message, "</ds:Signature>", &certificate)
    };
    let rejection = verify(&message, Expected::Unsolicited).unwrap_err();
    assert_eq!(rejection.failed(), Check::SignatureValue);
    let said = rejection.to_string();
    assert!(said.contains(&other_key().certificate().sha256_fingerprint()), "says which key it was: {said}");
    assert!(said.contains(&certificate_fingerprint()), "says which key is trusted: {said}");
}

fn certificate_fingerprint() -> String {
    certificate().sha256_fingerprint()
}

#[test]
fn d17_a_certificate_that_the_message_brings_along_is_passed_over_while_a_configured_key_verifies() {
    let message = signed(RESPONSE);
    let swapped = edit(&message, &certificate().to_base64(), &other_key().certificate().to_base64());
    assert_eq!(verify(&swapped, Expected::Unsolicited).unwrap().subject(), EMAIL);
}

#[test]
fn a44_every_signature_that_is_there_must_hold() {
    // A good signature of the Assertion does not save a bad one of the Response, nor the other way round.
    let both = dsig::sign(&signed(RESPONSE), "_response1", &other_key()).unwrap();
    assert_eq!(refused(&both), Check::SignatureValue);
    let inner = dsig::sign(RESPONSE, "_assertion1", &other_key()).unwrap();
    let both = dsig::sign(&inner, "_response1", &key()).unwrap();
    let rejection = verify(&both, Expected::Unsolicited).unwrap_err();
    assert_eq!(rejection.failed(), Check::SignatureValue);
    assert_eq!(rejection.report().status(Check::SignatureDigest), &Status::NotReached);
}

#[test]
fn a47_a_message_whose_signature_was_taken_out_is_refused() {
    let message = signed(RESPONSE);
    assert_eq!(refused(&edit(&message, signature_of(&message), "")), Check::Signed);
}

#[test]
fn a54_a_login_is_used_once_in_any_wrapping() {
    let mut replay = ReplayCache::with_capacity(8);
    let both = dsig::sign(&signed(RESPONSE), "_response1", &key()).unwrap();
    let again = edit(&signed(RESPONSE), "\"_response1\"", "\"_response2\"");
    let mut verify = |xml: &str| {
        let received = Received { saml_response: &to_form_value(xml), expected: Expected::Unsolicited };
        heap().verify(&received, now(), &mut replay).map_err(|rejection| rejection.failed())
    };
    assert!(verify(&both).is_ok());
    assert_eq!(verify(&signed(RESPONSE)).unwrap_err(), Check::Replay);
    assert_eq!(verify(&again).unwrap_err(), Check::Replay);
}

#[test]
fn a55_another_identity_provider_does_not_answer_and_an_unsigned_in_response_to_binds_nothing() {
    let other_idp = "https://other.example/idp";
    let trusted = vec![
        Trust::new(IDP, vec![certificate()]),
        Trust::new(other_idp, vec![other_key().certificate().clone()]),
    ];
    let heap = ServiceProvider::new(SP, ACS, trusted, Policy::strict());
    let answer = dsig::sign(&solicited().replace(IDP, other_idp), "_assertion1", &other_key()).unwrap();
    let rejection = verify_at(&heap, &answer, ANSWER, now()).unwrap_err();
    assert_eq!(rejection.failed(), Check::IdentityProvider);
    // An unsolicited Assertion, put into a Response that claims to answer.
    let bound = edit(&signed(RESPONSE), "Version=", "InResponseTo=\"_request1\" Version=");
    assert_eq!(verify(&bound, ANSWER).unwrap_err().failed(), Check::InResponseTo);
    // An answer to some other browser's request, presented as unsolicited.
    assert_eq!(refused(&signed(&solicited())), Check::ResponseInResponseTo);
    let hidden = edit(&signed(&solicited()), " InResponseTo=\"_request1\"", "");
    assert_eq!(refused(&hidden), Check::InResponseTo);
}

#[test]
fn a55_an_answer_is_awaited_once() {
    let mut pending = PendingRequests::new(4, jiff::SignedDuration::from_mins(5));
    pending.open(super::REQUEST, IDP, None, now()).unwrap();
    let message = signed(&solicited());
    let claimed = ServiceProvider::claimed_request(&to_form_value(&message)).unwrap();
    let request = pending.find(&claimed, now()).unwrap().clone();
    assert_eq!(verify(&message, request.expected()).unwrap().subject(), EMAIL);
    pending.take(&claimed, now()).unwrap();
    assert!(pending.find(&claimed, now()).is_err());
}

#[test]
fn a56_every_way_out_is_a_value_with_the_proof() {
    // What verification gives is either a login whose report has no failure, or a rejection that names one.
    let login = verify(&signed(RESPONSE), Expected::Unsolicited).unwrap();
    assert_eq!(login.report().to_json()["failed"], serde_json::Value::Null);
    let rejection = verify(RESPONSE, Expected::Unsolicited).unwrap_err();
    assert_eq!(rejection.report().to_json()["failed"], "saml.signed");
}

#[test]
fn a57_tenants_of_one_entity_id_are_kept_apart_by_their_address() {
    let ours = heap();
    let theirs = ServiceProvider::new(
        SP,
        "https://heapanalytics.com/saml/finalize/7654321/",
        vec![Trust::new(IDP, vec![certificate()])],
        Policy::strict(),
    );
    for scope in [SignScope::Assertion, SignScope::Response, SignScope::Both] {
        let idp = IdentityProvider::builder(IDP).sign_with(key()).sign_scope(scope).build();
        let login = Login::new(NameId::email(EMAIL), SP, theirs.acs_url(), now());
        let response = idp.respond(&login, now(), &mut Seeded::new(9)).unwrap();
        assert!(verify_at(&theirs, response.xml(), Expected::Unsolicited, now()).is_ok());
        let rejection = verify_at(&ours, response.xml(), Expected::Unsolicited, now()).unwrap_err();
        assert_eq!(rejection.failed(), Check::Destination);
        if scope == SignScope::Assertion {
            // The Response is not signed: an attacker takes its Destination away, or writes ours.
            for destination in ["", &format!(" Destination=\"{ACS}\"")] {
                let wanted = " Destination=\"https://heapanalytics.com/saml/finalize/7654321/\"";
                let redirected = edit(response.xml(), wanted, destination);
                assert_eq!(refused(&redirected), Check::Recipient);
            }
        }
    }
}

#[test]
fn a57_addresses_are_compared_character_by_character() {
    for acs in [
        "https://heapanalytics.com/saml/finalize/1234567",
        "https://heapanalytics.com/saml/finalize/1234567/x",
        "https://heapanalytics.com/saml/finalize/12345678/",
        "https://HEAPANALYTICS.com/saml/finalize/1234567/",
        "https://heapanalytics.com:443/saml/finalize/1234567/",
        "http://heapanalytics.com/saml/finalize/1234567/",
        "https://heapanalytics.com/saml/finalize/%31234567/",
        "",
    ] {
        assert_eq!(refused(&signed(&edit_assertion(RESPONSE, ACS, acs))), Check::Recipient, "{acs}");
        assert_eq!(refused(&signed(&edit(RESPONSE, ACS, acs))), Check::Destination, "{acs}");
    }
    let without = edit_assertion(RESPONSE, &format!(" Recipient=\"{ACS}\""), "");
    assert_eq!(refused(&signed(&without)), Check::Recipient);
}

#[test]
fn a57_every_audience_restriction_must_name_us() {
    let second = "</saml:AudienceRestriction><saml:AudienceRestriction><saml:Audience>https://other.example</saml:Audience></saml:AudienceRestriction>";
    let both = edit(RESPONSE, "</saml:AudienceRestriction>", second);
    assert_eq!(refused(&signed(&both)), Check::Audience);
    for audience in
        ["https://heapanalytics.com/", "https://heapanalytics.com.evil.example", "HTTPS://heapanalytics.com"]
    {
        let other = edit(
            RESPONSE,
            "<saml:Audience>https://heapanalytics.com<",
            &format!("<saml:Audience>{audience}<"),
        );
        assert_eq!(refused(&signed(&other)), Check::Audience, "{audience}");
    }
    let none = edit(
        RESPONSE,
        "<saml:AudienceRestriction><saml:Audience>https://heapanalytics.com</saml:Audience></saml:AudienceRestriction>",
        "",
    );
    assert_eq!(refused(&signed(&none)), Check::Audience);
}

#[test]
fn a59_values_of_a_login_cannot_become_markup() {
    let evil = "x</saml:NameID><saml:NameID>admin@example.com</saml:NameID><!--]]>&\"'";
    let idp = IdentityProvider::builder(IDP).sign_with(key()).build();
    let values = [evil];
    let attributes = [Attribute::new("\"><saml:Attribute Name=\"role", &values)];
    let mut login = Login::new(NameId::email(evil), SP, ACS, now());
    login.attributes = &attributes;
    login.session_index = Some(evil);
    let response = idp.respond(&login, now(), &mut Seeded::new(9)).unwrap();
    let verified = verify(response.xml(), Expected::Unsolicited).unwrap();
    assert_eq!(verified.subject(), evil);
    assert_eq!(verified.session_index(), Some(evil));
    let names: Vec<_> = verified.attributes().iter().map(|attribute| attribute.name.as_str()).collect();
    assert_eq!(names, [attributes[0].name]);
    assert_eq!(verified.attribute(attributes[0].name), [evil]);
}
