//! The lines by which other programs judge SAML: `cargo run --example judge -- saml`, and `issue`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test panics where its world is not as it should be"
)]
#![expect(unreachable_pub, reason = "the modules of an example are private")]

#[path = "../examples/judge/lines.rs"]
mod lines;
#[path = "../examples/judge/saml.rs"]
mod saml;

use heap_identity::{
    entropy::Seeded,
    pki::SigningKey,
    saml::{Policy, ServiceProvider, from_form_value},
};
use serde_json::{Value, json};

const KEY: &str = include_str!("vectors/keys/rsa2048.key.pem");
const CERTIFICATE: &str = include_str!("vectors/keys/rsa2048.cert.pem");
const OTHER_CERTIFICATE: &str = include_str!("vectors/keys/rsa2048-other.cert.pem");
const IDP: &str = "https://sso.jumpcloud.com/saml2/heap";
const SP: &str = "https://heapanalytics.com";
const ACS: &str = "https://heapanalytics.com/saml/finalize/1234567/";
const NOW: &str = "2026-03-01T10:00:00Z";

/// The answers to these lines, by one judge.
fn judged(lines: &[Value]) -> Vec<Value> {
    let mut judge = saml::Judge::default();
    let input: String = lines.iter().map(|line| format!("{line}\n")).collect();
    served(input.as_bytes(), |line| judge.answer(line))
}

fn served(mut input: &[u8], answer: impl FnMut(&[u8]) -> Result<Value, lines::Failure>) -> Vec<Value> {
    let mut output = Vec::new();
    lines::serve(&mut input, &mut output, answer).unwrap();
    output.split(|byte| *byte == b'\n').filter_map(|line| serde_json::from_slice(line).ok()).collect()
}

fn issued(in_response_to: Option<&str>, sign: &str) -> String {
    let line = json!({
        "key": KEY, "cert": CERTIFICATE, "idp_entity_id": IDP, "sp_entity_id": SP, "acs": ACS, "now": NOW,
        "in_response_to": in_response_to, "name_id": "ann@example.com",
        "attributes": { "groups": ["a", "b & c"], "role": ["Analyst"] }, "sign": sign,
    });
    let answer = served(line.to_string().as_bytes(), saml::issue).remove(0);
    answer["response"].as_str().unwrap().to_owned()
}

fn question(response: &str, in_response_to: Option<&str>) -> Value {
    json!({
        "session": "s", "kind": "response", "response": response, "binding": "post", "cert": CERTIFICATE,
        "idp_entity_id": IDP, "sp_entity_id": SP, "acs": ACS, "now": NOW, "in_response_to": in_response_to,
    })
}

fn with(mut line: Value, name: &str, value: Value) -> Value {
    line[name] = value;
    line
}

#[test]
fn what_is_issued_is_accepted_whatever_is_signed() {
    for (request, sign) in [(None, "assertion"), (Some("_r"), "response"), (None, "both")] {
        let answer = judged(&[question(&issued(request, sign), request)]).remove(0);
        assert_eq!(answer["ok"], true, "{answer}");
        assert_eq!(answer["name_id"], "ann@example.com");
        assert_eq!(answer["attributes"], json!({ "groups": ["a", "b & c"], "role": ["Analyst"] }));
        assert_eq!(answer["reject"], Value::Null);
        assert!(answer["report"]["checks"].as_array().unwrap().len() > 30);
    }
}

#[test]
fn each_response_is_issued_with_ids_of_its_own() {
    let id = |form_value: &str| {
        let xml = String::from_utf8(from_form_value(form_value).unwrap()).unwrap();
        xml.split(" ID=\"").nth(1).unwrap().split('"').next().unwrap().to_owned()
    };
    assert_ne!(id(&issued(None, "assertion")), id(&issued(None, "assertion")));
}

#[test]
fn d23_unsolicited_is_allowed_exactly_where_no_request_is_named() {
    let (asked, unasked) = (issued(Some("_r"), "assertion"), issued(None, "assertion"));
    let answers = judged(&[
        question(&asked, None),
        question(&unasked, Some("_r")),
        question(&asked, Some("_other")),
        question(&asked, Some("_r")),
        question(&unasked, None),
    ]);
    let codes: Vec<_> = answers.iter().map(|answer| answer["reject"].clone()).collect();
    let answered = "saml.response_in_response_to";
    assert_eq!(
        codes,
        [json!(answered), json!("saml.in_response_to"), json!(answered), json!(null), json!(null)]
    );
}

#[test]
fn lines_of_one_session_share_a_replay_guard_and_others_do_not() {
    let line = question(&issued(None, "assertion"), None);
    let other = with(line.clone(), "session", json!(7));
    let answers = judged(&[line.clone(), line, other.clone(), other]);
    let codes: Vec<_> = answers.iter().map(|answer| answer["reject"].clone()).collect();
    assert_eq!(codes, [json!(null), json!("saml.replay"), json!(null), json!("saml.replay")]);
}

#[test]
fn several_certificates_are_trusted_and_those_that_cannot_be_used_are_passed_over() {
    let response = issued(None, "assertion");
    let line = |cert: Value| with(with(question(&response, None), "session", json!(null)), "cert", cert);
    let answers = judged(&[
        line(json!([OTHER_CERTIFICATE, CERTIFICATE])),
        line(json!([include_str!("vectors/keys/rsa1024.cert.pem"), CERTIFICATE])),
        line(json!(OTHER_CERTIFICATE)),
        line(json!("no certificate")),
    ]);
    let codes: Vec<_> = answers.iter().map(|answer| answer["reject"].clone()).collect();
    assert_eq!(
        codes,
        [json!(null), json!(null), json!("saml.signature_value"), json!("pki.certificate_pem")]
    );
}

#[test]
fn a_line_that_is_no_question_is_answered_with_its_error_and_the_next_is_served() {
    let good = question(&issued(None, "assertion"), None);
    let lines = format!(
        "{{\n\n[]\nnull\n{{\"kind\":\"other\"}}\n{{\"kind\":\"response\"}}\n\u{FF}{{}}\n{{\"kind\":\"warm-up\"}}\n{good}\n"
    );
    let mut judge = saml::Judge::default();
    let answers = served(lines.as_bytes(), |line| judge.answer(line));
    assert_eq!(answers.len(), 8);
    assert!(answers[..6].iter().all(|answer| answer["error"].is_string()), "{answers:?}");
    assert!(answers[6].get("error").is_none());
    assert_eq!(answers[7]["ok"], true);
}

fn request_line(query: &str, how: &str, signed: bool) -> Value {
    json!({
        "kind": "authn_request", "query": query, "request_binding": how, "signed": signed, "cert": CERTIFICATE,
        "idp_entity_id": IDP, "sp_entity_id": SP, "acs": ACS, "sso_url": IDP, "now": NOW,
    })
}

/// The query and the form of a request, signed or not.
fn request(signed: bool) -> (String, String, String) {
    let mut heap = ServiceProvider::new(SP, ACS, Vec::new(), Policy::strict());
    if signed {
        heap = heap.sign_requests_with(SigningKey::from_pem(KEY, CERTIFICATE).unwrap());
    }
    let request = heap.authn_request(IDP, NOW.parse().unwrap(), &mut Seeded::new(3)).unwrap();
    let url = request.redirect_url(Some("a b")).unwrap();
    let fields = request.form_fields(Some("a b")).unwrap();
    let form: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    (url.split_once('?').unwrap().1.to_owned(), form, request.id)
}

#[test]
fn requests_are_taken_over_both_bindings_signed_and_unsigned() {
    for signed in [false, true] {
        let (query, form, id) = request(signed);
        for (message, how) in [(&query, "redirect"), (&form, "post")] {
            let answer = judged(&[request_line(message, how, signed)]).remove(0);
            let expected = json!({ "ok": true, "issuer": SP, "acs": ACS, "id": id, "reject": null });
            assert_eq!(answer, expected, "{how} {signed}");
        }
    }
    let (query, _, _) = request(false);
    let without = with(request_line(&query, "redirect", false), "sso_url", json!(null));
    assert_eq!(judged(&[without])[0]["ok"], true);
}

#[test]
fn a_request_that_must_be_signed_is_refused_unsigned_changed_or_by_another_key() {
    let (unsigned, unsigned_form, _) = request(false);
    let (query, form, _) = request(true);
    let other = |line: Value| with(line, "cert", json!(OTHER_CERTIFICATE));
    for (line, code) in [
        (request_line(&unsigned, "redirect", true), "saml.request.not_signed"),
        (request_line(&unsigned_form, "post", true), "saml.request.not_signed"),
        (request_line(&query.replace("a%20b", "c"), "redirect", true), "saml.binding.signature"),
        (other(request_line(&query, "redirect", true)), "saml.binding.signature"),
        (other(request_line(&form, "post", true)), "saml.request.signature"),
        (other(request_line(&query, "redirect", false)), "saml.binding.signature"),
        (request_line(&format!("{query}&x=y"), "redirect", true), "saml.binding.foreign_parameter"),
        (
            with(request_line(&query, "redirect", true), "acs", json!("https://x.example/")),
            "saml.request.assertion_consumer_service",
        ),
        (
            with(request_line(&query, "redirect", true), "sso_url", json!("https://x.example/")),
            "saml.request.destination",
        ),
    ] {
        assert_eq!(judged(&[line])[0]["reject"], code);
    }
}
