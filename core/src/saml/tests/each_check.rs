//! Each check refuses what it is there for, and is the one that refuses it.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::time::Duration;

use super::{
    ANSWER, Expected, IDP, Policy, RESPONSE, Received, ReplayCache, Trust, certificate, edit, edit_assertion,
    heap, heap_with, key, now, other_key, signature_of, signed, solicited, to_form_value, verify, verify_at,
};
use crate::{
    dsig,
    pki::Certificate,
    saml::{Check, Rejection, ReplayError, Report, Required, ServiceProvider, Status, Use},
};

/// A message that must fail this check, and how it is refused.
fn refusal(check: Check) -> Rejection {
    match check {
        Check::FormValue => {
            let received = Received { saml_response: "not base64!", expected: Expected::Unsolicited };
            heap().verify(&received, now(), &mut ReplayCache::with_capacity(1)).unwrap_err()
        }
        Check::Unsolicited => {
            let mut policy = Policy::strict();
            policy.unsolicited = false;
            verify_at(&heap_with(policy), &signed(RESPONSE), Expected::Unsolicited, now()).unwrap_err()
        }
        Check::Certificate => {
            let mut policy = Policy::strict();
            policy.expired_certificates = false;
            let heap = trusting(vec![expired()], policy);
            verify_at(&heap, &signed(RESPONSE), Expected::Unsolicited, now()).unwrap_err()
        }
        Check::ResponseInResponseTo => {
            verify(&signed(&edit(&solicited(), "_request1", "_request2")), ANSWER).unwrap_err()
        }
        Check::InResponseTo => {
            let other = edit_assertion(&solicited(), "_request1", "_request2");
            verify(&signed(&other), ANSWER).unwrap_err()
        }
        Check::Replay => {
            let form_value = to_form_value(&signed(RESPONSE));
            let received = Received { saml_response: &form_value, expected: Expected::Unsolicited };
            let mut replay = ReplayCache::with_capacity(8);
            heap().verify(&received, now(), &mut replay).unwrap();
            heap().verify(&received, now(), &mut replay).unwrap_err()
        }
        Check::ReplayGuard => {
            let form_value = to_form_value(&signed(RESPONSE));
            let received = Received { saml_response: &form_value, expected: Expected::Unsolicited };
            heap().verify(&received, now(), &mut ReplayCache::with_capacity(0)).unwrap_err()
        }
        _ => verify(&message(check), Expected::Unsolicited).unwrap_err(),
    }
}

fn message(check: Check) -> String {
    match check {
        Check::Doctype => format!("<!DOCTYPE r [<!ENTITY e \"x\">]>{}", signed(RESPONSE)),
        Check::Limits => "<a>".repeat(1_000) + &"</a>".repeat(1_000),
        Check::WellFormed => signed(RESPONSE).replace("</samlp:Response>", ""),
        Check::UniqueIds => edit(&signed(RESPONSE), "_response1", "_assertion1"),
        Check::Response => signed(&RESPONSE.replace("samlp:Response", "samlp:LogoutResponse")),
        Check::Version => signed(&edit_assertion(RESPONSE, "\"2.0\"", "\"1.1\"")),
        Check::ForeignContent => {
            let advice = "</saml:Conditions><saml:Advice><saml:Assertion/></saml:Advice>";
            signed(&edit(RESPONSE, "</saml:Conditions>", advice))
        }
        Check::Schema => signed(&edit(RESPONSE, "</saml:Subject>", "</saml:Subject><saml:Subject/>")),
        Check::Status => edit(&signed(RESPONSE), "status:Success", "status:Requester"),
        Check::NotEncrypted => {
            let both = "<saml:EncryptedAssertion/></samlp:Response>";
            edit(&signed(RESPONSE), "</samlp:Response>", both)
        }
        Check::DecryptionKey => include_str!("../../../tests/vectors/xmlenc/gcm256-mgf1p.xml").to_string(),
        Check::OneAssertion => {
            let second = "<saml:Assertion ID=\"_2\" Version=\"2.0\" IssueInstant=\"2026-03-01T10:00:00Z\"><saml:Issuer>x</saml:Issuer></saml:Assertion></samlp:Response>";
            edit(&signed(RESPONSE), "</samlp:Response>", second)
        }
        Check::IdentityProvider => signed(&edit_assertion(RESPONSE, "saml2/heap", "saml2/other")),
        _ => message_with_wrong_signature(check),
    }
}

fn message_with_wrong_signature(check: Check) -> String {
    match check {
        Check::Signed => RESPONSE.to_string(),
        Check::SignatureShape => edit(&signed(RESPONSE), "</ds:Signature>", "<ds:Object/></ds:Signature>"),
        Check::SignatureAlgorithm => edit(
            &signed(RESPONSE),
            "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256",
            "http://www.w3.org/2000/09/xmldsig#rsa-sha1",
        ),
        Check::SignatureReference => edit(&signed(RESPONSE), "URI=\"#_assertion1\"", "URI=\"#_response1\""),
        Check::SignatureDigest => edit(&signed(RESPONSE), ">alice@", ">admin@"),
        Check::SignatureValue => dsig::sign(RESPONSE, "_assertion1", &other_key()).unwrap(),
        _ => signed(&message_against_profile(check)),
    }
}

/// What a trusted identity provider signed, and what the profile refuses all the same.
fn message_against_profile(check: Check) -> String {
    let assertion = |from, to| edit_assertion(RESPONSE, from, to);
    match check {
        Check::Destination => edit(RESPONSE, "/1234567/", "/7654321/"),
        Check::ResponseIssuer => edit(RESPONSE, "saml2/heap", "saml2/other"),
        Check::IssueInstant => assertion("2026-03-01T10:00:00Z", "2026-03-01T10:01:31Z"),
        Check::Issuer => assertion(
            "<saml:Issuer>",
            "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\">",
        ),
        Check::Subject => cut(RESPONSE, "<saml:Subject>", "</saml:Subject>"),
        Check::NameId => assertion(">alice@example.com<", "> \n <"),
        Check::Bearer => assertion("cm:bearer", "cm:holder-of-key"),
        Check::Recipient => assertion("/1234567/", "/1234567"),
        Check::ConfirmationNotBefore => {
            assertion(" Recipient=", " NotBefore=\"2026-03-01T09:00:00Z\" Recipient=")
        }
        Check::ConfirmationNotOnOrAfter => assertion("10:05:00Z", "09:59:30Z"),
        Check::Conditions => {
            assertion("<saml:AudienceRestriction>", "<saml:Condition/><saml:AudienceRestriction>")
        }
        Check::NotBefore => {
            assertion("NotBefore=\"2026-03-01T09:59:00Z\"", "NotBefore=\"2026-03-01T10:01:31Z\"")
        }
        Check::NotOnOrAfter => assertion(
            "09:59:00Z\" NotOnOrAfter=\"2026-03-01T10:05:00Z",
            "09:58:00Z\" NotOnOrAfter=\"2026-03-01T09:59:30Z",
        ),
        Check::Audience => {
            assertion("<saml:Audience>https://heapanalytics.com", "<saml:Audience>https://other.example")
        }
        Check::AuthnStatement => cut(RESPONSE, "<saml:AuthnStatement ", "</saml:AuthnStatement>"),
        Check::Session => {
            assertion("SessionIndex=", "SessionNotOnOrAfter=\"2026-03-01T09:59:30Z\" SessionIndex=")
        }
        other => panic!("{other:?} has no message that fails it"),
    }
}

fn cut(text: &str, from: &str, to: &str) -> String {
    let start = text.find(from).unwrap();
    let end = text.find(to).unwrap() + to.len();
    text[..start].to_string() + &text[end..]
}

#[test]
fn the_fixture_passes_every_check_that_applies() {
    let login = verify(&signed(RESPONSE), Expected::Unsolicited).unwrap();
    let unusual = login.report().outcomes().iter().filter(|it| it.status != Status::Passed);
    let unusual: Vec<_> = unusual.map(|it| (it.check, it.status.word())).collect();
    let expected = [
        Check::DecryptionKey,
        Check::EncryptionShape,
        Check::EncryptionAlgorithm,
        Check::Decryption,
        Check::ResponseInResponseTo,
    ];
    assert_eq!(unusual, expected.map(|check| (check, "not_applicable")));
    let answer = verify(&signed(&solicited()), ANSWER).unwrap();
    assert_eq!(answer.report().status(Check::ResponseInResponseTo), &Status::Passed);
    assert_eq!(answer.report().status(Check::Unsolicited), &Status::NotApplicable);
}

#[test]
fn every_check_refuses_what_it_is_there_for() {
    // Those of decryption need a key: see `encrypted`.
    let with_key = Check::EncryptionShape..=Check::Decryption;
    for check in Check::ALL.iter().filter(|check| !with_key.contains(check)) {
        let rejection = refusal(*check);
        assert_eq!(rejection.failed(), *check, "{}", rejection.report());
        assert_eq!(rejection.code(), check.code());
        lists_each_check_once(rejection.report(), *check);
    }
}

/// What was checked before has passed, what comes after was not reached.
#[track_caller]
fn lists_each_check_once(report: &Report, failed: Check) {
    let listed: Vec<_> = report.outcomes().iter().map(|outcome| outcome.check).collect();
    assert_eq!(listed, Check::ALL);
    // Parsing, the shape and the signature each are one pass: of the other checks of that pass nothing is known.
    let one_pass = [
        Check::Doctype..=Check::WellFormed,
        Check::ForeignContent..=Check::Schema,
        Check::SignatureShape..=Check::SignatureReference,
        Check::Replay..=Check::ReplayGuard,
    ];
    for outcome in report.outcomes() {
        let in_pass = one_pass.iter().any(|pass| pass.contains(&failed) && pass.contains(&outcome.check));
        match &outcome.status {
            Status::Failed(_) => assert_eq!(outcome.check, failed),
            Status::NotReached => assert!(outcome.check > failed || in_pass, "{report}"),
            _ => assert!(outcome.check < failed, "{report}"),
        }
    }
}

#[test]
fn a_report_never_shows_the_name_of_the_person_nor_markup() {
    // Those of decryption need a key: see `encrypted`.
    let with_key = Check::EncryptionShape..=Check::Decryption;
    for check in Check::ALL.iter().filter(|check| !with_key.contains(check)) {
        let rejection = refusal(*check);
        let shown = format!("{rejection} {} {}", rejection.report(), rejection.report().to_json());
        assert!(!shown.contains("alice"), "{shown}");
        assert!(!shown.contains('<'), "{shown}");
    }
}

fn trusting(certificates: Vec<Certificate>, policy: Policy) -> ServiceProvider {
    ServiceProvider::new(super::SP, super::ACS, vec![Trust::new(IDP, certificates)], policy)
}

/// Of the same key as [`certificate`], but only valid until the end of 2025.
fn expired() -> Certificate {
    Certificate::from_pem(include_str!("../../../tests/vectors/keys/rsa2048-expired.cert.pem")).unwrap()
}

#[test]
fn d17_a_certificate_that_has_expired_verifies_with_a_warning() {
    let heap = trusting(vec![expired()], Policy::strict());
    let login = verify_at(&heap, &signed(RESPONSE), Expected::Unsolicited, now()).unwrap();
    let Status::Warned { hint } = login.report().status(Check::Certificate) else {
        panic!("{}", login.report());
    };
    assert!(hint.contains(&expired().sha256_fingerprint()) && hint.contains("2025-12-31"), "{hint}");
}

#[test]
fn a_certificate_that_was_renewed_for_the_same_key_is_not_warned_of() {
    let heap = trusting(vec![expired(), certificate()], Policy::strict());
    let login = verify_at(&heap, &signed(RESPONSE), Expected::Unsolicited, now()).unwrap();
    assert_eq!(login.report().status(Check::Certificate), &Status::Passed);
}

#[test]
fn d17_one_confirmation_that_holds_is_enough_and_else_the_furthest_is_reported() {
    let confirmation = |acs: &str, until: &str| {
        format!(
            "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData Recipient=\"{acs}\" NotOnOrAfter=\"{until}\"/></saml:SubjectConfirmation></saml:Subject>"
        )
    };
    let other = edit_assertion(RESPONSE, "/1234567/", "/7654321/");
    let holds = edit(&other, "</saml:Subject>", &confirmation(super::ACS, "2026-03-01T10:05:00Z"));
    assert!(verify(&signed(&holds), Expected::Unsolicited).is_ok());
    let late = edit(&other, "</saml:Subject>", &confirmation(super::ACS, "2026-03-01T09:00:00Z"));
    assert_eq!(super::refused(&signed(&late)), Check::ConfirmationNotOnOrAfter);
}

#[test]
fn d17_times_are_allowed_sixty_seconds_and_not_more() {
    let until = |second: i64| now().as_second() + second;
    let at = |second: i64| jiff::Timestamp::from_second(until(second)).unwrap();
    let (message, end) = (signed(RESPONSE), 270);
    assert!(verify_at(&heap(), &message, Expected::Unsolicited, at(end + 59)).is_ok());
    assert!(verify_at(&heap(), &message, Expected::Unsolicited, at(end + 60)).is_err());
    // Ten o'clock is the IssueInstant; the clock here may be behind by a minute.
    assert!(verify_at(&heap(), &message, Expected::Unsolicited, at(-90)).is_ok());
    assert!(verify_at(&heap(), &message, Expected::Unsolicited, at(-91)).is_err());
}

#[test]
fn an_interval_that_is_empty_is_refused_however_large_the_skew() {
    let empty = edit_assertion(
        RESPONSE,
        "09:59:00Z\" NotOnOrAfter=\"2026-03-01T10:05:00Z",
        "10:00:20Z\" NotOnOrAfter=\"2026-03-01T10:00:20Z",
    );
    assert_eq!(super::refused(&signed(&empty)), Check::NotOnOrAfter);
}

#[test]
fn a54_a_confirmation_must_say_until_when() {
    let endless = edit_assertion(RESPONSE, "/\" NotOnOrAfter=\"2026-03-01T10:05:00Z\"", "/\"");
    assert_eq!(super::refused(&signed(&endless)), Check::ConfirmationNotOnOrAfter);
}

#[test]
fn a_response_from_the_future_is_refused_even_around_an_assertion_of_today() {
    let ahead = edit(RESPONSE, "2026-03-01T10:00:00Z", "2026-03-01T10:01:31Z");
    assert_eq!(super::refused(&signed(&ahead)), Check::IssueInstant);
}

#[test]
fn a_condition_that_saml_allows_once_is_refused_twice() {
    for twice in ["<saml:OneTimeUse/><saml:OneTimeUse/>", "<saml:ProxyRestriction/><saml:ProxyRestriction/>"]
    {
        let message = edit(RESPONSE, "</saml:Conditions>", &format!("{twice}</saml:Conditions>"));
        assert_eq!(super::refused(&signed(&message)), Check::Conditions);
    }
}

#[test]
fn a54_a_login_is_remembered_as_long_as_it_could_be_used() {
    for (conditions, confirmation, until) in
        [("10:05:00Z", "10:04:00Z", "10:05:00Z"), ("10:03:00Z", "10:04:00Z", "10:04:00Z")]
    {
        let message = RESPONSE.replace("10:05:00Z", confirmation);
        let message = edit(
            &message,
            &format!("09:59:00Z\" NotOnOrAfter=\"2026-03-01T{confirmation}"),
            &format!("09:59:00Z\" NotOnOrAfter=\"2026-03-01T{conditions}"),
        );
        let received =
            Received { saml_response: &to_form_value(&signed(&message)), expected: Expected::Unsolicited };
        let unspent = heap().verify_unspent(&received, now()).unwrap();
        // The earlier of the two ends, and a minute of skew.
        assert_eq!(unspent.recorded().until.to_string(), format!("2026-03-01T{until}"));
    }
}

#[test]
fn a54_a_login_with_two_confirmations_is_remembered_until_the_later_ends() {
    let earlier = "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\"><saml:SubjectConfirmationData Recipient=\"https://heapanalytics.com/saml/finalize/1234567/\" NotOnOrAfter=\"2026-03-01T10:01:00Z\"/></saml:SubjectConfirmation><saml:SubjectConfirmation ";
    let both = edit(RESPONSE, "<saml:SubjectConfirmation ", earlier);
    let received =
        Received { saml_response: &to_form_value(&signed(&both)), expected: Expected::Unsolicited };
    let unspent = heap().verify_unspent(&received, now()).unwrap();
    assert_eq!(unspent.recorded().until.to_string(), "2026-03-01T10:06:00Z");
}

#[test]
fn d17_a_destination_must_be_there_where_the_response_is_signed_and_need_not_elsewhere() {
    let without = edit(RESPONSE, " Destination=\"https://heapanalytics.com/saml/finalize/1234567/\"", "");
    let login = verify(&signed(&without), Expected::Unsolicited).unwrap();
    assert_eq!(login.report().status(Check::Destination), &Status::NotApplicable);
    let response_signed = dsig::sign(&without, "_response1", &key()).unwrap();
    assert_eq!(super::refused(&response_signed), Check::Destination);
}

#[test]
fn a_policy_can_ask_for_each_signature() {
    let assertion = signed(RESPONSE);
    let response = dsig::sign(RESPONSE, "_response1", &key()).unwrap();
    let both = dsig::sign(&assertion, "_response1", &key()).unwrap();
    for (required, messages) in [
        (Required::AssertionOrResponse, [true, true, true]),
        (Required::Assertion, [true, false, true]),
        (Required::Response, [false, true, true]),
        (Required::Both, [false, false, true]),
    ] {
        let mut policy = Policy::strict();
        policy.signed = required;
        for (message, accepted) in [&assertion, &response, &both].into_iter().zip(messages) {
            let outcome = verify_at(&heap_with(policy.clone()), message, Expected::Unsolicited, now());
            assert_eq!(outcome.as_ref().err().map(Rejection::failed), (!accepted).then_some(Check::Signed));
        }
    }
}

#[test]
fn d22_a_guard_that_fails_refuses_with_a_code_of_its_own() {
    let received =
        Received { saml_response: &to_form_value(&signed(RESPONSE)), expected: Expected::Unsolicited };
    let unspent = heap().verify_unspent(&received, now()).unwrap();
    assert_eq!(unspent.recorded().assertion_id, "_assertion1");
    // Valid until 10:05:00, a minute of skew.
    assert_eq!(unspent.recorded().until.to_string(), "2026-03-01T10:06:00Z");
    let rejection = unspent.spend(&mut |_: &Use<'_>| Err(ReplayError::Failed)).unwrap_err();
    assert_eq!(rejection.code(), "saml.replay_guard");
}

#[test]
fn d21_several_identity_providers_each_with_several_certificates_are_trusted() {
    let other = Trust::new("https://other.example/idp", vec![other_key().certificate().clone()]);
    let rolling = Trust::new(IDP, vec![other_key().certificate().clone(), certificate()]);
    let heap = ServiceProvider::new(super::SP, super::ACS, vec![other, rolling], Policy::strict());
    assert!(verify_at(&heap, &signed(RESPONSE), Expected::Unsolicited, now()).is_ok());
    let by_other = RESPONSE.replace(IDP, "https://other.example/idp");
    assert_eq!(
        verify_at(&heap, &signed(&by_other), Expected::Unsolicited, now()).unwrap_err().failed(),
        Check::SignatureValue,
        "a key of one identity provider does not speak for another"
    );
}

#[test]
fn an_identity_provider_that_is_listed_twice_is_trusted_with_both_certificates() {
    let trust = |certificate| Trust::new(IDP, vec![certificate]);
    let listed = vec![trust(other_key().certificate().clone()), trust(certificate())];
    let heap = ServiceProvider::new(super::SP, super::ACS, listed, Policy::strict());
    assert!(verify_at(&heap, &signed(RESPONSE), Expected::Unsolicited, now()).is_ok());
}

#[test]
fn an_identity_provider_that_was_asked_but_is_not_trusted_does_not_answer() {
    let heap = ServiceProvider::new(super::SP, super::ACS, Vec::new(), Policy::strict());
    let rejection = verify_at(&heap, &signed(&solicited()), ANSWER, now()).unwrap_err();
    assert_eq!(rejection.failed(), Check::IdentityProvider);
    assert!(rejection.to_string().contains("an identity provider that is trusted"), "{rejection}");
}

#[test]
fn a_skew_of_nothing_is_a_policy_too() {
    let mut policy = Policy::strict();
    policy.clock_skew = Duration::ZERO;
    let late = "2026-03-01T10:05:00Z".parse().unwrap();
    let rejection =
        verify_at(&heap_with(policy), &signed(RESPONSE), Expected::Unsolicited, late).unwrap_err();
    assert_eq!(rejection.failed(), Check::ConfirmationNotOnOrAfter);
}

#[test]
fn a_signature_is_where_the_fixture_says() {
    assert!(signature_of(&signed(RESPONSE)).contains("#_assertion1"));
}

/// The hint of a refusal of the fixture as it was changed.
#[track_caller]
fn hint_of(xml: &str) -> String {
    let rejection = verify(xml, Expected::Unsolicited).unwrap_err();
    let Status::Failed(finding) = rejection.report().status(rejection.failed()) else {
        panic!("{rejection}")
    };
    finding.hint.clone().unwrap_or_default().into_owned()
}

#[test]
fn a_refusal_says_what_a_person_can_do_about_it() {
    let acs = "https://heapanalytics.com/saml/finalize/1234567";
    let recipient = |to: &str| hint_of(&signed(&edit_assertion(RESPONSE, &format!("{acs}/"), to)));
    let audience = |to: &str| {
        hint_of(&signed(&edit_assertion(RESPONSE, "<saml:Audience>https://heapanalytics.com", to)))
    };
    let sha1 = message_with_wrong_signature(Check::SignatureAlgorithm);
    for (hint, said) in [
        (recipient(acs), "slash at the end, which is missing"),
        (
            recipient("https://heapanalytics.com/saml/finalize/7654321/"),
            "another tenant, `7654321` in place of `1234567`",
        ),
        (recipient("http://heapanalytics.com/saml/finalize/1234567/"), "http in place of https"),
        (audience("<saml:Audience>https://heapanalytics.com/"), "one too many"),
        (audience("<saml:Audience>urn:other"), "another service provider"),
        (hint_of(&signed(&edit_assertion(RESPONSE, "T10:00:00Z", "T10:07:30Z"))), "clock is 7 minutes ahead"),
        (hint_of(&signed(&edit_assertion(RESPONSE, "10:05:00Z", "07:00:30Z"))), "3 hours too late"),
        (hint_of(&dsig::sign(RESPONSE, "_assertion1", &other_key()).unwrap()), "rolled its key over"),
        (hint_of(&sha1), "RSA-SHA256"),
        (hint_of(RESPONSE), "tell the identity provider what to sign"),
        (hint_of(&signed(&edit_assertion(RESPONSE, "saml2/heap<", "saml2/heap/<"))), "one too many"),
    ] {
        assert!(hint.contains(said), "{said}: {hint}");
    }
    let other = edit_assertion(&solicited(), "_request1", "_request2");
    let rejection = verify(&signed(&other), ANSWER).unwrap_err();
    assert!(rejection.to_string().contains("another tab"), "{rejection}");
}
