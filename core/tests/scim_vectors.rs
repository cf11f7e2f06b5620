//! Every SCIM vector of `tests/vectors/scim`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    unreachable_pub,
    reason = "helpers of a test: a vector that cannot be read fails it"
)]

// The very code that answers other programs.
#[path = "../examples/judge/lines.rs"]
mod lines;
#[path = "../examples/judge/scim.rs"]
mod scim;

use serde_json::{Value, json};

/// Vectors that are not met, each with its reason.
const OPEN: &[(&str, &str)] = &[];

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// What is answered to one question after the other, in the order of the questions.
fn answers(questions: &[Value], answer: fn(&[u8]) -> Result<Value, lines::Failure>) -> Vec<Value> {
    let input: String = questions.iter().map(|question| format!("{question}\n")).collect();
    let mut output = Vec::new();
    lines::serve(&mut input.as_bytes(), &mut output, answer).unwrap();
    let answers: Vec<Value> = String::from_utf8(output).unwrap().lines().map(read).collect();
    let ids = |lines: &[Value]| lines.iter().map(|line| line["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids(&answers), ids(questions));
    answers
}

/// Fails with all vectors that give another answer than they should, unless they are in the table.
fn report(failures: &[(String, String)]) {
    let unexpected: Vec<_> =
        failures.iter().filter(|(id, _)| !OPEN.iter().any(|(open, _)| open == id)).collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
}

#[test]
fn d24_every_filter_vector_gives_its_answer() {
    let file = read(include_str!("vectors/scim/filters.json"));
    let vectors = file["vectors"].as_array().unwrap();
    let question = |vector: &Value| {
        let resource = &file["resources"][vector["resource"].as_str().unwrap()];
        json!({ "id": vector["id"], "resource": resource, "filter": vector["filter"] })
    };
    let questions: Vec<Value> = vectors.iter().map(question).collect();
    assert_eq!(questions.len(), 299);
    let mut failures = Vec::new();
    for (vector, answer) in vectors.iter().zip(answers(&questions, scim::filter)) {
        if answer["got"] != vector["expect"] {
            failures.push((vector["id"].to_string(), format!("{}: {answer}", vector["filter"])));
        }
    }
    report(&failures);
}

#[test]
fn d24_every_invalid_filter_is_refused() {
    let file = read(include_str!("vectors/scim/filters.json"));
    let vectors = file["invalid"].as_array().unwrap();
    let question = |vector: &Value| json!({ "id": vector["id"], "resource": { "userName": "ann" }, "filter": vector["filter"] });
    let questions: Vec<Value> = vectors.iter().map(question).collect();
    let mut failures = Vec::new();
    for (vector, answer) in vectors.iter().zip(answers(&questions, scim::filter)) {
        if answer["got"] != format!("error:{}", vector["expect"].as_str().unwrap()) {
            failures.push((vector["id"].to_string(), format!("{}: {answer}", vector["filter"])));
        }
    }
    report(&failures);
}

#[test]
fn d24_every_patch_vector_gives_its_answer() {
    let file = read(include_str!("vectors/scim/patches.json"));
    let vectors = file["vectors"].as_array().unwrap();
    let question =
        |vector: &Value| json!({ "id": vector["id"], "before": vector["before"], "patch": vector["patch"] });
    let questions: Vec<Value> = vectors.iter().map(question).collect();
    assert_eq!(questions.len(), 56);
    let mut failures = Vec::new();
    for (vector, answer) in vectors.iter().zip(answers(&questions, scim::patch)) {
        let got = &answer["got"];
        let right = match &vector["error"] {
            Value::Array(kinds) => {
                kinds.iter().any(|kind| *got == format!("error:{}", kind.as_str().unwrap()))
            }
            _ => *got == vector["after"],
        };
        if !right {
            failures.push((vector["id"].to_string(), format!("{}: {answer}", vector["name"])));
        }
    }
    report(&failures);
}

#[test]
fn what_the_rfc_asks_for_needs_no_tolerance() {
    let file = read(include_str!("vectors/scim/patches.json"));
    let vectors = file["vectors"].as_array().unwrap();
    let standard = vectors.iter().filter(|vector| vector["level"] != "VENDOR" && vector["error"].is_null());
    for vector in standard {
        let message = json!({ "Operations": vector["patch"] }).to_string();
        let (_, tolerated) =
            scim::patched(vector["before"].to_string().as_bytes(), message.as_bytes()).unwrap();
        assert!(tolerated.is_empty(), "{}: {tolerated:?}", vector["id"]);
    }
}

#[test]
fn a_line_that_is_no_question_is_answered_and_the_next_is_served() {
    let lines =
        b"{\n\n\xff\n[]\n{\"id\":1}\n{\"id\":2,\"resource\":{\"userName\":\"a\"},\"filter\":\"userName pr\"}";
    let mut output = Vec::new();
    lines::serve(&mut lines.as_slice(), &mut output, scim::filter).unwrap();
    let answers: Vec<Value> = String::from_utf8(output).unwrap().lines().map(read).collect();
    assert_eq!(answers.len(), 5);
    assert!(answers[..4].iter().all(|answer| answer["error"].is_string()));
    assert_eq!(answers[4], json!({ "id": 2, "got": true }));
}

#[test]
fn d25_a_resource_that_names_an_attribute_twice_is_refused() {
    let line =
        br#"{"id":1,"before":{"userName":"a","USERNAME":"b"},"patch":[{"op":"remove","path":"title"}]}"#;
    assert_eq!(scim::patch(line).unwrap()["got"], "error:invalidSyntax");
}
