//! What both ends promise, tested through the door that everybody uses. Hostile messages are written by hand, as
//! text, and signed with a test key where the attacker could have had that signature.

mod attacks;
mod each_check;
mod encrypted;
mod failures;
mod genuine;
mod policy;
mod requests;
mod responses;
mod robustness;
mod round_trip;
mod shape;
mod vendors;

use alloc::{
    string::{String, ToString},
    vec,
};

use jiff::Timestamp;

use super::{
    Check, Expected, Policy, Received, Rejection, ReplayCache, ServiceProvider, Trust, VerifiedAssertion,
    to_form_value,
};
use crate::{
    dsig,
    pki::{Certificate, SigningKey},
};

const IDP: &str = "https://sso.jumpcloud.com/saml2/heap";
const SP: &str = "https://heapanalytics.com";
const ACS: &str = "https://heapanalytics.com/saml/finalize/1234567/";
const REQUEST: &str = "_request1";
const EMAIL: &str = "alice@example.com";

const ANSWER: Expected<'_> = Expected::AnswerTo { request_id: REQUEST, idp_entity_id: IDP };

/// An unsolicited Response, unsigned, that is right in everything else at [`now`].
const RESPONSE: &str = r#"<samlp:Response xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_response1" Version="2.0" IssueInstant="2026-03-01T10:00:00Z" Destination="https://heapanalytics.com/saml/finalize/1234567/">
<saml:Issuer>https://sso.jumpcloud.com/saml2/heap</saml:Issuer>
<samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status>
<saml:Assertion ID="_assertion1" Version="2.0" IssueInstant="2026-03-01T10:00:00Z">
<saml:Issuer>https://sso.jumpcloud.com/saml2/heap</saml:Issuer>
<saml:Subject><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">alice@example.com</saml:NameID><saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer"><saml:SubjectConfirmationData Recipient="https://heapanalytics.com/saml/finalize/1234567/" NotOnOrAfter="2026-03-01T10:05:00Z"/></saml:SubjectConfirmation></saml:Subject>
<saml:Conditions NotBefore="2026-03-01T09:59:00Z" NotOnOrAfter="2026-03-01T10:05:00Z"><saml:AudienceRestriction><saml:Audience>https://heapanalytics.com</saml:Audience></saml:AudienceRestriction></saml:Conditions>
<saml:AuthnStatement AuthnInstant="2026-03-01T09:58:00Z" SessionIndex="_session1"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>
<saml:AttributeStatement><saml:Attribute Name="groups"><saml:AttributeValue>Analysts</saml:AttributeValue><saml:AttributeValue>Growth</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>
</saml:Assertion>
</samlp:Response>"#;

fn now() -> Timestamp {
    "2026-03-01T10:00:30Z".parse().unwrap()
}

fn key() -> SigningKey {
    SigningKey::from_pem(
        include_str!("../../../tests/vectors/keys/rsa2048.key.pem"),
        include_str!("../../../tests/vectors/keys/rsa2048.cert.pem"),
    )
    .unwrap()
}

/// A key of somebody else.
fn other_key() -> SigningKey {
    SigningKey::from_pem(
        include_str!("../../../tests/vectors/keys/rsa2048-other.key.pem"),
        include_str!("../../../tests/vectors/keys/rsa2048-other.cert.pem"),
    )
    .unwrap()
}

fn certificate() -> Certificate {
    key().certificate().clone()
}

/// Heap, for one tenant.
fn heap() -> ServiceProvider {
    heap_with(Policy::strict())
}

fn heap_with(policy: Policy) -> ServiceProvider {
    ServiceProvider::new(SP, ACS, vec![Trust::new(IDP, vec![certificate()])], policy)
}

/// Replaces the first occurrence, which must be there.
fn edit(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the fixture has no {from}");
    text.replacen(from, to, 1)
}

/// Replaces what the Assertion says, leaving the Response around it.
fn edit_assertion(text: &str, from: &str, to: &str) -> String {
    let start = text.find("<saml:Assertion ").unwrap();
    let (before, rest) = text.split_at(start);
    before.to_string() + &edit(rest, from, to)
}

/// The fixture as an answer to [`REQUEST`].
fn solicited() -> String {
    let response = edit(RESPONSE, "Version=", "InResponseTo=\"_request1\" Version=");
    edit(
        &response,
        "<saml:SubjectConfirmationData ",
        "<saml:SubjectConfirmationData InResponseTo=\"_request1\" ",
    )
}

/// Signs the Assertion of the fixture.
fn signed(xml: &str) -> String {
    dsig::sign(xml, "_assertion1", &key()).unwrap()
}

/// The Assertion of a message, as text.
fn assertion_of(xml: &str) -> &str {
    let start = xml.find("<saml:Assertion ").unwrap();
    let end = xml.rfind("</saml:Assertion>").unwrap() + "</saml:Assertion>".len();
    &xml[start..end]
}

/// The signature of a message, as text.
fn signature_of(xml: &str) -> &str {
    let start = xml.find("<ds:Signature ").unwrap();
    let end = xml.find("</ds:Signature>").unwrap() + "</ds:Signature>".len();
    &xml[start..end]
}

fn verify(xml: &str, expected: Expected<'_>) -> Result<VerifiedAssertion, Rejection> {
    verify_at(&heap(), xml, expected, now())
}

fn verify_at(
    heap: &ServiceProvider,
    xml: &str,
    expected: Expected<'_>,
    now: Timestamp,
) -> Result<VerifiedAssertion, Rejection> {
    let received = Received { saml_response: &to_form_value(xml), expected };
    heap.verify(&received, now, &mut ReplayCache::with_capacity(8))
}

/// The check that refuses a message that nobody asked for.
#[track_caller]
fn refused(xml: &str) -> Check {
    verify(xml, Expected::Unsolicited).unwrap_err().failed()
}
