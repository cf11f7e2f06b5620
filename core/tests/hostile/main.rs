//! Documents for the judge (`cargo run --example judge -- saml`): hostile ones that are refused, each by the check that is
//! there for it, and odd but genuine ones that are accepted. What `core/src/saml/tests` tries one by one through the
//! library stands here as other programs would send it.
#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test panics where its world is not as it should be"
)]
#![expect(unreachable_pub, reason = "the modules of an example are private")]

#[path = "../../examples/judge/lines.rs"]
#[expect(dead_code, reason = "documents are handed in one by one")]
mod lines;
#[path = "../../examples/judge/saml.rs"]
#[expect(dead_code, reason = "what it issues is tried by the test `judge`")]
mod saml;

mod forged;
mod genuine;
mod markup;
mod message;
mod misdirected;
mod requests;
mod wrapped;

use std::collections::BTreeSet;

use base64::{Engine, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

use message::{ACS, EMAIL, IDP, NOW, SP};

const CERTIFICATE: &str = include_str!("../vectors/keys/rsa2048.cert.pem");

/// A document, and how it is asked about.
struct Case {
    name: String,
    line: Value,
}

impl Case {
    fn new(name: &str, xml: &str) -> Self {
        Self::of_bytes(name, xml.as_bytes())
    }

    fn of_bytes(name: &str, xml: &[u8]) -> Self {
        let line = json!({
            "session": name, "kind": "response", "response": BASE64_STANDARD.encode(xml), "binding": "post",
            "cert": CERTIFICATE, "idp_entity_id": IDP, "sp_entity_id": SP, "acs": ACS, "now": NOW, "in_response_to": null,
        });
        Self { name: name.to_owned(), line }
    }

    fn with(mut self, field: &str, value: impl Into<Value>) -> Self {
        self.line[field] = value.into();
        self
    }

    fn judged(&self) -> Value {
        saml::Judge::default().answer(self.line.to_string().as_bytes()).unwrap()
    }
}

/// A hostile document, and the code by which it is refused.
type Hostile = (Case, &'static str);

fn hostile() -> Vec<Hostile> {
    [misdirected::cases(), forged::cases(), wrapped::cases(), markup::cases()].into_iter().flatten().collect()
}

#[test]
fn a_hostile_document_is_refused_by_the_check_that_is_there_for_it() {
    let mut wrong = Vec::new();
    for (case, code) in hostile() {
        let answer = case.judged();
        if answer["reject"] != code || answer["ok"] != false || !answer["name_id"].is_null() {
            wrong.push(format!("{}: {} in place of {code}", case.name, answer["reject"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn an_odd_but_genuine_document_is_accepted() {
    let mut wrong = Vec::new();
    for case in genuine::cases() {
        let answer = case.judged();
        if answer["ok"] != true || answer["name_id"] != EMAIL || !answer["reject"].is_null() {
            let checks = answer["report"]["checks"].as_array().unwrap();
            let failed = checks.iter().find(|check| check["status"] == "failed");
            wrong.push(format!("{}: {} {failed:?}", case.name, answer["name_id"]));
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn there_are_as_many_documents_as_are_promised_and_no_two_have_one_name() {
    let (hostile, genuine) = (hostile(), genuine::cases());
    let names: BTreeSet<_> =
        hostile.iter().map(|(case, _)| case).chain(&genuine).map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), hostile.len() + genuine.len());
    let codes: BTreeSet<_> = hostile.iter().map(|(_, code)| *code).collect();
    assert!(
        hostile.len() >= 100 && genuine.len() >= 40 && codes.len() >= 35,
        "{hostile_count} {genuine_count} {codes:?}",
        hostile_count = hostile.len(),
        genuine_count = genuine.len()
    );
}

/// What is hostile differs from what is genuine by what its name says, and by nothing else.
#[test]
fn the_frame_of_the_hostile_documents_is_genuine() {
    for scope in [message::Scope::Assertion, message::Scope::Response, message::Scope::Both] {
        for (message, request) in [(message::Message::default(), None), (misdirected::answer(), Some("_q"))] {
            let case = Case::new("frame", &message::signed(&message, scope)).with("in_response_to", request);
            assert_eq!(case.judged()["ok"], true, "{scope:?}");
        }
    }
}
