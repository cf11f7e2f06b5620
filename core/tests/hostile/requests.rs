//! AuthnRequests, as an identity provider takes them that knows one service provider (saml-profiles 4.1.4.1).

use base64::{Engine, prelude::BASE64_STANDARD};
use heap_identity::{
    pki::SigningKey,
    saml::names::{DEFLATE, HTTP_POST},
};
use serde_json::{Value, json};

use super::{CERTIFICATE, saml};
use crate::message::{ACS, IDP, NOW, SP, Scope, Style, idp_key, other_key, replace};

const RSA_SHA1: &str = "http://www.w3.org/2000/09/xmldsig#rsa-sha1";
const HMAC: &str = "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256";
const RSA_SHA256: &str = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";

/// A genuine request; `[_a]` stands where a signature goes.
fn request() -> String {
    format!(
        "<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" ID=\"_a\" Version=\"2.0\" IssueInstant=\"2026-03-01T10:00:00Z\" Destination=\"{IDP}\" AssertionConsumerServiceURL=\"{ACS}\" ProtocolBinding=\"{HTTP_POST}\"><saml:Issuer xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">{SP}</saml:Issuer>[_a]<samlp:NameIDPolicy AllowCreate=\"true\"/></samlp:AuthnRequest>"
    )
}

fn with(edits: &[(&str, &str)]) -> String {
    let mut xml = request();
    edits.iter().for_each(|(from, to)| replace(&mut xml, from, to));
    xml
}

fn encoded(text: &str) -> String {
    form_urlencoded::byte_serialize(text.as_bytes()).collect()
}

fn query(xml: &str) -> String {
    let compressed = miniz_oxide::deflate::compress_to_vec(xml.replace("[_a]", "").as_bytes(), 6);
    format!("SAMLRequest={}", encoded(&BASE64_STANDARD.encode(compressed)))
}

/// The query, signed over its letters as they are (saml-bindings 3.4.4.1).
fn signed_query(query: &str, algorithm: &str, key: &SigningKey) -> String {
    let query = format!("{query}&SigAlg={}", encoded(algorithm));
    let signature = BASE64_STANDARD.encode(key.sign(key.default_scheme(), query.as_bytes()).unwrap());
    format!("{query}&Signature={}", encoded(&signature))
}

fn form(xml: &str) -> String {
    format!("SAMLRequest={}&RelayState=x", encoded(&BASE64_STANDARD.encode(xml.replace("[_a]", ""))))
}

fn signed_form(xml: &str, key: SigningKey) -> String {
    form(&Style::of(key).sign(xml, Scope::Assertion))
}

fn line(how: &str, signed: bool, query: &str) -> Value {
    json!({
        "kind": "authn_request", "query": query, "request_binding": how, "signed": signed, "cert": CERTIFICATE,
        "idp_entity_id": IDP, "sp_entity_id": SP, "acs": ACS, "sso_url": IDP, "now": NOW,
    })
}

fn judged(line: &Value) -> Value {
    saml::Judge::default().answer(line.to_string().as_bytes()).unwrap()
}

#[track_caller]
fn taken(name: &str, line: &Value) {
    let expected = json!({ "ok": true, "issuer": SP, "acs": ACS, "id": "_a", "reject": null });
    assert_eq!(judged(line), expected, "{name}");
}

#[test]
fn a_genuine_request_is_taken_however_it_is_carried() {
    let (key, plain) = (idp_key(), query(&request()));
    let lower = plain.replace("%2B", "%2b").replace("%2F", "%2f").replace("%3D", "%3d");
    let signed = signed_query(&format!("{plain}&RelayState="), RSA_SHA256, &key);
    let reversed: Vec<_> = signed.split('&').rev().collect();
    let named = format!("{plain}&SAMLEncoding={}", encoded(DEFLATE));
    taken("escapes in small letters", &line("redirect", true, &signed_query(&lower, RSA_SHA256, &key)));
    taken("an empty RelayState, in another order", &line("redirect", true, &reversed.join("&")));
    taken("a named encoding", &line("redirect", false, &named));
    taken("a question mark in front", &line("redirect", false, &format!("?{plain}")));
    taken("signed in a form", &line("post", true, &signed_form(&request(), idp_key())));
}

#[test]
fn a_genuine_request_is_taken_whatever_it_asks_for() {
    let address = format!("AssertionConsumerServiceURL=\"{ACS}\"");
    let destination = format!(" Destination=\"{IDP}\"");
    let asked = "<samlp:NameIDPolicy Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\" SPNameQualifier=\"x\" AllowCreate=\"1\"/><samlp:RequestedAuthnContext Comparison=\"minimum\"><saml:AuthnContextClassRef xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\">urn:x</saml:AuthnContextClassRef></samlp:RequestedAuthnContext><samlp:Scoping ProxyCount=\"2\"><samlp:IDPList><samlp:IDPEntry ProviderID=\"urn:x\"/></samlp:IDPList><samlp:RequesterID>urn:y</samlp:RequesterID></samlp:Scoping>";
    let rows: [(&str, &[(&str, &str)]); 5] = [
        ("an address by number", &[(&address, "AssertionConsumerServiceIndex=\"0\"")]),
        ("no address", &[(&address, "")]),
        ("no Destination, unsigned", &[(&destination, "")]),
        ("Extensions", &[("[_a]", "<samlp:Extensions><x xmlns=\"urn:x\"/></samlp:Extensions>")]),
        (
            "all that can be asked for",
            &[
                ("<samlp:NameIDPolicy AllowCreate=\"true\"/>", asked),
                (
                    "Version",
                    "ForceAuthn=\"1\" IsPassive=\"false\" ProviderName=\"x\" Consent=\"urn:x\" Version",
                ),
            ],
        ),
    ];
    for (name, edits) in rows {
        taken(name, &line("redirect", false, &query(&with(edits))));
        taken(name, &line("post", false, &form(&with(edits))));
    }
}

/// A request, unsigned, with one thing written otherwise.
const WRONG: &[(&str, &str, &str, &str)] = &[
    ("another version", "Version=\"2.0\"", "Version=\"2.1\"", "saml.request.version"),
    ("another issuer", ">https://heapanalytics.com<", ">https://heapanalytics.com/<", "saml.request.issuer"),
    (
        "an issuer that is no entity",
        "<saml:Issuer ",
        "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\" ",
        "saml.request.issuer",
    ),
    ("another address", "finalize/1234567", "finalize/7654321", "saml.request.assertion_consumer_service"),
    (
        "an address that begins with ours",
        "1234567/\"",
        "1234567/.evil.example\"",
        "saml.request.assertion_consumer_service",
    ),
    (
        "a number that nobody has",
        "AssertionConsumerServiceURL=\"https://heapanalytics.com/saml/finalize/1234567/\"",
        "AssertionConsumerServiceIndex=\"7\"",
        "saml.request.assertion_consumer_service",
    ),
    (
        "an answer by artifact",
        "bindings:HTTP-POST",
        "bindings:HTTP-Artifact",
        "saml.request.protocol_binding",
    ),
    ("another Destination", "saml2/heap\"", "saml2/other\"", "saml.request.destination"),
    (
        "an empty Destination",
        "Destination=\"https://sso.jumpcloud.com/saml2/heap\"",
        "Destination=\"\"",
        "saml.request.destination",
    ),
    ("a request of an hour ago", "T10:00:00Z", "T09:00:00Z", "saml.request.issue_instant"),
    ("a request of tomorrow", "2026-03-01", "2026-03-02", "saml.request.issue_instant"),
    ("no ID", " ID=\"_a\"", "", "saml.request.schema"),
    (
        "a confirmation in the Subject",
        "[_a]",
        "<saml:Subject xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\"><saml:NameID>x</saml:NameID><saml:SubjectConfirmation Method=\"urn:x\"/></saml:Subject>",
        "saml.request.subject",
    ),
    ("a document type", "<samlp:AuthnRequest ", "<!DOCTYPE x><samlp:AuthnRequest ", "xml.doctype"),
    ("another message", "samlp:AuthnRequest xmlns", "samlp:LogoutRequest xmlns", "xml.mismatched_end_tag"),
];

#[test]
fn a_hostile_request_is_refused_with_its_code() {
    for (name, from, to, code) in WRONG {
        let xml = with(&[(from, to)]);
        for line in [line("redirect", false, &query(&xml)), line("post", false, &form(&xml))] {
            assert_eq!(judged(&line)["reject"], *code, "{name}");
        }
    }
}

#[track_caller]
fn refused(name: &str, line: &Value, code: &str) {
    assert_eq!(judged(line)["reject"], code, "{name}");
}

#[test]
fn a_query_whose_signature_does_not_prove_it_is_refused() {
    let (key, plain) = (idp_key(), query(&request()));
    let signed = signed_query(&format!("{plain}&RelayState=a"), RSA_SHA256, &key);
    let other = query(&with(&[("_a\"", "_b\"")]));
    for (name, query, code) in [
        ("unsigned", plain.clone(), "saml.request.not_signed"),
        ("another request", signed.replace(&plain, &other), "saml.binding.signature"),
        ("another RelayState", signed.replace("State=a", "State=b"), "saml.binding.signature"),
        ("no RelayState", signed.replace("&RelayState=a", ""), "saml.binding.signature"),
        ("a RelayState more", format!("{signed}&RelayState=b"), "saml.binding.duplicate"),
        ("a request more", format!("{signed}&SAMLRequest=x"), "saml.binding.duplicate"),
        ("a response more", format!("{signed}&SAMLResponse=x"), "saml.binding.not_one_message"),
        ("a parameter more", format!("{signed}&next=x"), "saml.binding.foreign_parameter"),
        ("SHA-1", signed_query(&plain, RSA_SHA1, &key), "saml.binding.signature_algorithm"),
        ("an HMAC", signed_query(&plain, HMAC, &key), "saml.binding.signature_algorithm"),
        ("another key", signed_query(&plain, RSA_SHA256, &other_key()), "saml.binding.signature"),
        ("cut off", signed.split("&Signature").next().unwrap().to_owned(), "saml.binding.unsigned"),
    ] {
        refused(name, &line("redirect", true, &query), code);
    }
    let no_destination = query(&with(&[(&format!(" Destination=\"{IDP}\""), "")]));
    let no_destination = signed_query(&no_destination, RSA_SHA256, &key);
    refused("no Destination, signed", &line("redirect", true, &no_destination), "saml.request.destination");
}

#[test]
fn a_request_by_another_binding_than_it_says_or_by_another_key_is_refused() {
    let signed = signed_query(&query(&request()), RSA_SHA256, &idp_key());
    let in_form = signed_form(&request(), idp_key()).replace("&RelayState=x", "");
    let bomb = query(&format!("{}{}", request(), " ".repeat(1 << 20)));
    let other = signed_form(&request(), other_key());
    refused("unsigned in a form", &line("post", true, &form(&request())), "saml.request.not_signed");
    refused("another key in a form", &line("post", true, &other), "saml.request.signature");
    refused("a form sent as a query", &line("redirect", true, &in_form), "saml.binding.deflate");
    // Nothing inflates it there, and what is compressed is no text.
    refused("a query sent as a form", &line("post", true, &signed), "xml.not_utf8");
    refused("by SimpleSign", &line("simple_sign", true, &signed), "saml.binding.unsupported");
    refused("a bomb", &line("redirect", false, &bomb), "saml.binding.bomb");
}
