//! Both ends over both bindings, and each check.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use jiff::Timestamp;

use super::*;
use crate::{
    dsig,
    entropy::Seeded,
    pki::{Certificate, SigningKey},
    saml::{
        NameId, ReplayCache, ReplayError, Status, Use,
        binding::{self, RedirectKind, to_form_value},
        metadata::{Binding, Endpoint, IdentityProviderMetadata, ServiceProviderMetadata},
        names::LOGOUT_BY_USER,
    },
};

const HEAP: &str = "https://heapanalytics.com";
const HEAP_URL: &str = "https://heapanalytics.com/saml/logout/12345/";
const IDP: &str = "https://sso.jumpcloud.com/saml2/heap";
const IDP_URL: &str = "https://sso.jumpcloud.com/saml2/heap/logout";

/// A LogoutRequest of Heap that is right at [`now`], not signed.
const REQUEST: &str = r#"<samlp:LogoutRequest xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_m1" Version="2.0" IssueInstant="2026-03-01T10:00:00Z" Destination="https://sso.jumpcloud.com/saml2/heap/logout" NotOnOrAfter="2026-03-01T10:05:00Z"><saml:Issuer>https://heapanalytics.com</saml:Issuer><saml:NameID Format="urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress">ann@example.com</saml:NameID><samlp:SessionIndex>_s1</samlp:SessionIndex></samlp:LogoutRequest>"#;
/// A LogoutResponse of Heap to `_r1` that is right at [`now`], not signed.
const RESPONSE: &str = r#"<samlp:LogoutResponse xmlns:samlp="urn:oasis:names:tc:SAML:2.0:protocol" xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" ID="_m1" Version="2.0" InResponseTo="_r1" IssueInstant="2026-03-01T10:00:00Z" Destination="https://sso.jumpcloud.com/saml2/heap/logout"><saml:Issuer>https://heapanalytics.com</saml:Issuer><samlp:Status><samlp:StatusCode Value="urn:oasis:names:tc:SAML:2.0:status:Success"/></samlp:Status></samlp:LogoutResponse>"#;
const AWAITED: AwaitedLogout<'_> = AwaitedLogout { request_id: "_r1", partner: HEAP };

fn now() -> Timestamp {
    "2026-03-01T10:00:30Z".parse().unwrap()
}

macro_rules! key {
    ($name:literal) => {
        SigningKey::from_pem(
            include_str!(concat!("../../../tests/vectors/keys/", $name, ".key.pem")),
            include_str!(concat!("../../../tests/vectors/keys/", $name, ".cert.pem")),
        )
        .unwrap()
    };
}

fn heap_key() -> SigningKey {
    key!("rsa2048")
}

fn idp_key() -> SigningKey {
    key!("p256")
}

fn certificates(key: &SigningKey) -> Vec<Certificate> {
    vec![key.certificate().clone()]
}

fn idp_over(binding: Binding) -> SingleLogout {
    let heap = LogoutPartner::new(HEAP, certificates(&heap_key()), Endpoint::new(binding, HEAP_URL));
    SingleLogout::new(IDP, IDP_URL, idp_key(), vec![heap])
}

fn idp() -> SingleLogout {
    idp_over(Binding::Redirect)
}

fn heap_over(binding: Binding) -> SingleLogout {
    let idp = LogoutPartner::new(IDP, certificates(&idp_key()), Endpoint::new(binding, IDP_URL));
    SingleLogout::new(HEAP, HEAP_URL, heap_key(), vec![idp])
}

fn ann() -> NameId {
    NameId::email("ann@example.com")
}

/// What a browser carries, as the other end gets it.
fn carried(outgoing: &Outgoing, to: &str) -> (Vec<(&'static str, String)>, Option<String>) {
    match &outgoing.delivery {
        Delivery::Redirect(url) => {
            let (address, query) = url.split_once('?').unwrap();
            assert_eq!(address, to);
            (Vec::new(), Some(query.into()))
        }
        Delivery::Post(form) => {
            assert_eq!(form.action(), to);
            assert!(form.auto_post_page("n0nce").contains(&form.fields()[0].1));
            (form.fields().to_vec(), None)
        }
    }
}

fn delivered<'a>(carried: &'a (Vec<(&'static str, String)>, Option<String>), field: &str) -> Delivered<'a> {
    match carried {
        (_, Some(query)) => Delivered::Redirect(query),
        (fields, None) => {
            assert_eq!(fields[0].0, field);
            let relay_state = fields.get(1).map(|(_, value)| value.as_str());
            Delivered::Post { value: &fields[0].1, relay_state }
        }
    }
}

#[test]
fn a_logout_goes_there_and_back_over_each_binding_whoever_begins_it() {
    for there in [Binding::Redirect, Binding::Post] {
        for back in [Binding::Redirect, Binding::Post] {
            round((&heap_over(there.clone()), HEAP, HEAP_URL), (&idp_over(back.clone()), IDP, IDP_URL));
            round((&idp_over(there.clone()), IDP, IDP_URL), (&heap_over(back), HEAP, HEAP_URL));
        }
    }
}

type End<'a> = (&'a SingleLogout, &'a str, &'a str);

fn round((first, _, first_url): End<'_>, (second, second_id, second_url): End<'_>) {
    let logout = Logout::new(ann(), vec!["_s1".into(), "_s2".into()]);
    let request = first.request(second_id, &logout, Some("x=1&y"), now(), &mut Seeded::new(1)).unwrap();
    let carried_there = carried(&request, second_url);
    let mut replay = ReplayCache::with_capacity(8);
    let there = delivered(&carried_there, "SAMLRequest");
    let verified = second.verify_request(&there, now(), &mut replay).unwrap();
    assert_eq!((&verified.id, &verified.name_id), (&request.id, &ann()));
    assert_eq!(verified.reason.as_deref(), Some(LOGOUT_BY_USER));
    assert_eq!(verified.relay_state.as_deref(), Some("x=1&y"));
    assert!(
        verified
            .report
            .outcomes()
            .iter()
            .all(|it| it.status == Status::Passed || it.check == LogoutCheck::InResponseTo)
    );

    let answer = second.answer(&verified, &LogoutStatus::Partial, now(), &mut Seeded::new(2)).unwrap();
    let carried_back = carried(&answer, first_url);
    let awaited = AwaitedLogout { request_id: &request.id, partner: second_id };
    let outcome = first.verify_response(&delivered(&carried_back, "SAMLResponse"), &awaited, now()).unwrap();
    assert_eq!((outcome.status, outcome.relay_state.as_deref()), (LogoutStatus::Partial, Some("x=1&y")));
}

#[test]
fn the_sessions_that_end_are_those_that_were_named() {
    let verified = verify(&signed(REQUEST)).unwrap();
    assert!(verified.ends(&ann(), Some("_s1")));
    assert!(!verified.ends(&ann(), Some("_s2")) && !verified.ends(&ann(), None));
    assert!(!verified.ends(&NameId::email("ann@example.org"), Some("_s1")));
    assert!(
        !verified.ends(&NameId::new("ann@example.com", crate::saml::NameIdFormat::Persistent), Some("_s1"))
    );
    let all = REQUEST.replace("<samlp:SessionIndex>_s1</samlp:SessionIndex>", "");
    let verified = verify(&signed(&all)).unwrap();
    assert!(
        verified.ends(&ann(), Some("_s9")) && verified.ends(&ann(), None),
        "no index: all of the person's"
    );
}

fn signed(xml: &str) -> String {
    dsig::sign(xml, "_m1", &heap_key()).unwrap()
}

fn query(xml: &str, kind: RedirectKind, key: &SigningKey) -> String {
    let url = binding::signed_redirect_url("https://a", kind, xml, None, key).unwrap();
    url.split_once('?').unwrap().1.into()
}

fn verify(xml: &str) -> Result<VerifiedLogout, LogoutRejection> {
    let value = to_form_value(xml);
    idp().verify_request(
        &Delivered::Post { value: &value, relay_state: None },
        now(),
        &mut ReplayCache::with_capacity(8),
    )
}

fn edit(text: &str, from: &str, to: &str) -> String {
    assert!(text.contains(from), "the fixture has no {from}");
    text.replacen(from, to, 1)
}

/// A request that must fail this check, and how it is refused.
fn refusal(check: LogoutCheck) -> LogoutRejection {
    let changed = |from, to| verify(&signed(&edit(REQUEST, from, to))).unwrap_err();
    match check {
        LogoutCheck::Binding => {
            let post = Delivered::Post { value: "no base64!", relay_state: None };
            idp().verify_request(&post, now(), &mut ReplayCache::with_capacity(1)).unwrap_err()
        }
        LogoutCheck::Xml => verify(&edit(&signed(REQUEST), "</samlp:LogoutRequest>", "")).unwrap_err(),
        LogoutCheck::Message => verify(&signed(RESPONSE)).unwrap_err(),
        LogoutCheck::Version => changed("Version=\"2.0\"", "Version=\"1.1\""),
        LogoutCheck::Schema => changed("<samlp:SessionIndex>", "<samlp:Session/><samlp:SessionIndex>"),
        LogoutCheck::Issuer => changed(">https://heapanalytics.com<", ">https://other.example<"),
        LogoutCheck::Signed => verify(REQUEST).unwrap_err(),
        LogoutCheck::Signature => verify(&edit(&signed(REQUEST), "ann@", "bob@")).unwrap_err(),
        LogoutCheck::Destination => changed("heap/logout", "heap/logout/"),
        LogoutCheck::IssueInstant => changed("T10:00:00Z", "T09:54:29Z"),
        LogoutCheck::NotOnOrAfter => changed("T10:05:00Z", "T09:59:00Z"),
        LogoutCheck::NameId => changed(">ann@example.com<", "> <"),
        LogoutCheck::InResponseTo => verify_response(&signed(&edit(RESPONSE, "_r1", "_r2"))).unwrap_err(),
        LogoutCheck::Replay => {
            let (mut replay, value) = (ReplayCache::with_capacity(8), to_form_value(&signed(REQUEST)));
            let post = Delivered::Post { value: &value, relay_state: None };
            idp().verify_request(&post, now(), &mut replay).unwrap();
            idp().verify_request(&post, now(), &mut replay).unwrap_err()
        }
        LogoutCheck::ReplayGuard => {
            let value = to_form_value(&signed(REQUEST));
            let post = Delivered::Post { value: &value, relay_state: None };
            idp().verify_request(&post, now(), &mut |_: &Use<'_>| Err(ReplayError::Failed)).unwrap_err()
        }
    }
}

fn verify_response(xml: &str) -> Result<LogoutOutcome, LogoutRejection> {
    let value = to_form_value(xml);
    idp().verify_response(&Delivered::Post { value: &value, relay_state: None }, &AWAITED, now())
}

#[test]
fn every_check_refuses_what_it_is_there_for_and_is_listed_once() {
    for check in LogoutCheck::ALL {
        let rejection = refusal(*check);
        assert_eq!(rejection.failed(), *check, "{}", rejection.report());
        let report = rejection.report();
        let listed: Vec<_> = report.outcomes().iter().map(|outcome| outcome.check).collect();
        assert_eq!(listed, LogoutCheck::ALL);
        for outcome in report.outcomes() {
            match &outcome.status {
                Status::Failed(_) => assert_eq!(outcome.check, *check),
                Status::Passed | Status::NotApplicable => assert!(outcome.check < *check),
                _ => assert!(outcome.check > *check || *check == LogoutCheck::ReplayGuard),
            }
        }
        let shown = format!("{rejection} {report} {}", report.to_json());
        assert!(!shown.contains("ann@") && !shown.contains('<'), "{shown}");
    }
}

#[test]
fn a_response_is_believed_from_who_was_asked_and_for_what_was_asked() {
    assert_eq!(verify_response(&signed(RESPONSE)).unwrap().status, LogoutStatus::Complete);
    let other = AwaitedLogout { partner: "https://other.example", ..AWAITED };
    let value = to_form_value(&signed(RESPONSE));
    let refused = idp().verify_response(&Delivered::Post { value: &value, relay_state: None }, &other, now());
    assert_eq!(refused.unwrap_err().failed(), LogoutCheck::Issuer);
    for (xml, check) in [
        (RESPONSE.into(), LogoutCheck::Signed),
        (signed(&edit(RESPONSE, " InResponseTo=\"_r1\"", "")), LogoutCheck::InResponseTo),
        (edit(&signed(RESPONSE), "status:Success", "status:Requester"), LogoutCheck::Signature),
        (dsig::sign(RESPONSE, "_m1", &idp_key()).unwrap(), LogoutCheck::Signature),
    ] {
        assert_eq!(verify_response(&xml).unwrap_err().failed(), check);
    }
}

#[test]
fn a_partial_or_failed_logout_is_told_apart_from_a_complete_one() {
    // SimpleSAMLphp puts the partial logout beneath Success, others beneath Responder.
    let success = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>";
    let within = |outer: &str, inner: &str| {
        let xml = format!(
            "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:{outer}\"><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:{inner}\"/></samlp:StatusCode>"
        );
        verify_response(&signed(&edit(RESPONSE, success, &xml))).unwrap().status
    };
    assert_eq!(within("Success", "PartialLogout"), LogoutStatus::Partial);
    assert_eq!(within("Responder", "PartialLogout"), LogoutStatus::Partial);
    assert!(
        matches!(within("Requester", "UnknownPrincipal"), LogoutStatus::Failed(codes) if codes.contains("UnknownPrincipal"))
    );
    assert!(matches!(within("Success", "RequestDenied"), LogoutStatus::Failed(_)));

    let (complete, failed) = (LogoutStatus::Complete, LogoutStatus::Failed(String::new()));
    assert_eq!(LogoutStatus::of_all([Some(&complete), Some(&complete)]), LogoutStatus::Complete);
    assert_eq!(LogoutStatus::of_all([Some(&complete), Some(&failed)]), LogoutStatus::Partial);
    assert_eq!(LogoutStatus::of_all([Some(&complete), None]), LogoutStatus::Partial);
}

#[test]
fn a41_a47_a_query_is_signed_as_a_whole_or_refused() {
    let good = query(REQUEST, RedirectKind::Request, &heap_key());
    let refused = |query: &str| {
        let mut replay = ReplayCache::with_capacity(8);
        idp().verify_request(&Delivered::Redirect(query), now(), &mut replay).map_err(|it| it.failed())
    };
    assert!(refused(&good).is_ok());
    let unsigned = good.split("&SigAlg").next().unwrap();
    for (query, check) in [
        (unsigned.to_string(), LogoutCheck::Signed),
        (good.replace("&Signature=", "&Other="), LogoutCheck::Signature),
        (format!("{good}&RelayState=https%3A%2F%2Fevil.example"), LogoutCheck::Signature),
        (format!("{good}&SAMLRequest=x"), LogoutCheck::Binding),
        (query(REQUEST, RedirectKind::Request, &idp_key()), LogoutCheck::Signature),
        (query(RESPONSE, RedirectKind::Response, &heap_key()), LogoutCheck::Binding),
        // A message that was signed for a form, stripped of the signature over the query.
        (query(&signed(REQUEST), RedirectKind::Request, &idp_key()), LogoutCheck::Signed),
    ] {
        assert_eq!(refused(&query).unwrap_err(), check, "{query}");
    }
}

#[test]
fn a54_a_request_that_was_received_is_remembered_as_long_as_it_could_be_acted_upon() {
    let value = to_form_value(&signed(REQUEST));
    let post = Delivered::Post { value: &value, relay_state: None };
    let mut until = None;
    let mut guard = |receipt: &Use<'_>| {
        until = Some(receipt.until);
        Ok(())
    };
    idp().verify_request(&post, now(), &mut guard).unwrap();
    // Five minutes and the clock skew of one after it was made.
    assert_eq!(until, Some("2026-03-01T10:06:00Z".parse().unwrap()));
    let last = "2026-03-01T10:05:59Z".parse().unwrap();
    assert!(idp().verify_request(&post, last, &mut ReplayCache::with_capacity(1)).is_ok());
    let end = "2026-03-01T10:06:00Z".parse().unwrap();
    assert!(idp().verify_request(&post, end, &mut ReplayCache::with_capacity(1)).is_err());
}

#[test]
fn a58_no_message_decides_where_its_answer_goes() {
    let with_address = edit(
        REQUEST,
        "<saml:NameID",
        "<samlp:Extensions><a xmlns=\"urn:a\" ResponseLocation=\"https://evil.example\"/></samlp:Extensions><saml:NameID",
    );
    let mut verified = verify(&signed(&with_address)).unwrap();
    verified.relay_state = Some("https://evil.example/".into());
    let answer = idp().answer(&verified, &LogoutStatus::Complete, now(), &mut Seeded::new(1)).unwrap();
    let Delivery::Redirect(url) = &answer.delivery else { panic!("a redirect") };
    assert!(url.starts_with(&format!("{HEAP_URL}?SAMLResponse=")), "{url}");
    assert!(url.contains("&RelayState=https%3A%2F%2Fevil.example%2F&"), "it is carried, not followed");

    let script = Endpoint::new(Binding::Redirect, "javascript:alert(1)");
    let partner = LogoutPartner::new(HEAP, certificates(&heap_key()), script);
    let idp = SingleLogout::new(IDP, IDP_URL, idp_key(), vec![partner]);
    let refused = idp.answer(&verified, &LogoutStatus::Complete, now(), &mut Seeded::new(1)).unwrap_err();
    assert_eq!(refused.code(), "saml.endpoint.malformed");
}

#[test]
fn answers_go_to_the_address_for_responses_where_there_is_one() {
    let mut endpoint = Endpoint::new(Binding::Post, HEAP_URL);
    endpoint.response_location = Some("https://heapanalytics.com/done".into());
    let partner = LogoutPartner::new(HEAP, certificates(&heap_key()), endpoint);
    let idp = SingleLogout::new(IDP, IDP_URL, idp_key(), vec![partner]);
    let verified = verify(&signed(REQUEST)).unwrap();
    let answer = idp.answer(&verified, &LogoutStatus::Complete, now(), &mut Seeded::new(1)).unwrap();
    carried(&answer, "https://heapanalytics.com/done");
    let request =
        idp.request(HEAP, &Logout::new(ann(), Vec::new()), None, now(), &mut Seeded::new(1)).unwrap();
    carried(&request, HEAP_URL);
}

#[test]
fn what_cannot_be_sent_is_an_error_before_it_is_sent() {
    let (idp, mut entropy) = (idp(), Seeded::new(1));
    let mut code = |idp: &SingleLogout, partner: &str, logout: &Logout, relay_state: Option<&str>| {
        idp.request(partner, logout, relay_state, now(), &mut entropy).unwrap_err().code()
    };
    let logout = Logout::new(ann(), Vec::new());
    assert_eq!(code(&idp, "https://other.example", &logout, None), "saml.logout.unknown_partner");
    assert_eq!(code(&idp, HEAP, &Logout::new(NameId::email(" "), Vec::new()), None), "saml.blank");
    assert_eq!(code(&idp, HEAP, &Logout::new(ann(), vec![String::new()]), None), "saml.blank");
    assert_eq!(
        code(&idp, HEAP, &Logout::new(NameId::email("\u{0}"), Vec::new()), None),
        "xml.forbidden_character"
    );
    assert_eq!(code(&idp, HEAP, &logout, Some(&"x".repeat(3_000))), "saml.binding.relay_state");
    assert_eq!(
        code(&idp_over(Binding::Other("urn:soap".into())), HEAP, &logout, None),
        "saml.logout.unsupported_binding"
    );
}

#[test]
fn partners_come_from_their_metadata() {
    let mut idp = IdentityProviderMetadata::new(IDP);
    idp.signing_certificates = certificates(&idp_key());
    assert_eq!(LogoutPartner::of_identity_provider(&idp).unwrap_err().code(), "saml.metadata.no_endpoint");
    idp.single_logout =
        vec![Endpoint::new(Binding::Post, IDP_URL), Endpoint::new(Binding::Redirect, IDP_URL)];
    assert_eq!(LogoutPartner::of_identity_provider(&idp).unwrap().endpoint.binding, Binding::Redirect);
    let mut sp = ServiceProviderMetadata::new(HEAP, "https://heapanalytics.com/acs");
    sp.single_logout = vec![Endpoint::new(Binding::Post, HEAP_URL)];
    assert_eq!(
        LogoutPartner::of_service_provider(&sp).unwrap_err().code(),
        "saml.metadata.no_signing_certificate"
    );
    sp.signing_certificates = certificates(&heap_key());
    assert_eq!(LogoutPartner::of_service_provider(&sp).unwrap().certificates, certificates(&heap_key()));
}
