//! Every SCIM vector of `tests/vectors/scim`.

#![allow(clippy::unwrap_used, reason = "helpers of a test: a vector that cannot be read fails it")]

use heap_identity::scim::{
    Document, Error, Filter, Patch,
    patch::{Dialect, Tolerance},
    schema::ResourceType,
};
use serde_json::Value;

/// Vectors that are not met, each with its reason.
const OPEN: &[(&str, &str)] = &[];

fn read(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

/// The type of a resource by its `schemas`, else User (D24).
fn kind(resource: &Value) -> ResourceType {
    let group = resource["schemas"].as_array().is_some_and(|schemas| {
        schemas.iter().any(|urn| urn.as_str().is_some_and(|urn| urn.ends_with(":Group")))
    });
    if group { ResourceType::group() } else { ResourceType::user() }
}

/// Fails with all vectors that give another answer than they should, unless they are in the table.
fn report(failures: &[(String, String)]) {
    let unexpected: Vec<_> =
        failures.iter().filter(|(id, _)| !OPEN.iter().any(|(open, _)| open == id)).collect();
    assert!(unexpected.is_empty(), "{unexpected:#?}");
}

#[test]
fn every_filter_vector_gives_its_answer() {
    let file = read(include_str!("vectors/scim/filters.json"));
    let mut failures = Vec::new();
    let vectors = file["vectors"].as_array().unwrap();
    for vector in vectors {
        let resource = &file["resources"][vector["resource"].as_str().unwrap()];
        let text = vector["filter"].as_str().unwrap();
        let document = Document::try_from(resource.clone()).unwrap();
        let got = text
            .parse::<Filter>()
            .and_then(|filter| filter.check(&kind(resource)))
            .map(|filter| filter.matches(&document));
        let expected = vector["expect"].as_bool().unwrap();
        if !got.as_ref().is_ok_and(|got| *got == expected) {
            failures.push((
                vector["id"].as_str().unwrap().to_string(),
                format!("{text}: {got:?}, not {expected}"),
            ));
        }
    }
    assert_eq!(vectors.len(), 299);
    report(&failures);
}

#[test]
fn every_invalid_filter_is_refused() {
    let file = read(include_str!("vectors/scim/filters.json"));
    let mut failures = Vec::new();
    for vector in file["invalid"].as_array().unwrap() {
        let text = vector["filter"].as_str().unwrap();
        let got = text.parse::<Filter>().and_then(|filter| filter.check(&ResourceType::user()));
        let kind = got.as_ref().err().and_then(|error| error.kind.scim_type());
        if kind != vector["expect"].as_str() {
            failures.push((vector["id"].as_str().unwrap().to_string(), format!("{text}: {kind:?}")));
        }
    }
    report(&failures);
}

/// Strictly first, then with every dialect (D24).
fn patched(
    before: &Value,
    operations: &Value,
    kind: &ResourceType,
) -> Result<(Value, Vec<Tolerance>), Error> {
    let body = serde_json::to_vec(&serde_json::json!({ "Operations": operations })).unwrap();
    let apply = |dialect: &Dialect| {
        let mut document = Document::try_from(before.clone()).unwrap();
        let (patch, mut tolerated) = Patch::read(&body, dialect)?;
        match patch.apply(&mut document, kind, dialect) {
            Ok(applied) => {
                tolerated.extend(applied.tolerated);
                Ok((Value::Object(document.into_map()), tolerated))
            }
            Err(error) => {
                assert_eq!(Value::Object(document.into_map()), *before, "a PATCH that fails changes nothing");
                Err(error)
            }
        }
    };
    apply(&Dialect::STRICT).or_else(|error| apply(&Dialect::TOLERANT).map_err(|_| error))
}

#[test]
fn every_patch_vector_gives_its_answer() {
    let file = read(include_str!("vectors/scim/patches.json"));
    let mut failures = Vec::new();
    let vectors = file["vectors"].as_array().unwrap();
    for vector in vectors {
        let before = &vector["before"];
        let got = patched(before, &vector["patch"], &kind(before));
        let right = match (&got, &vector["error"]) {
            (Ok((after, tolerated)), Value::Null) => {
                *after == vector["after"] && (vector["level"] == "VENDOR" || tolerated.is_empty())
            }
            (Err(error), Value::Array(kinds)) => {
                kinds.iter().any(|kind| kind.as_str() == error.kind.scim_type())
            }
            _ => false,
        };
        if !right {
            let id = vector["id"].as_str().unwrap().to_string();
            failures.push((
                id,
                format!("{}: {got:?}, not {} {}", vector["name"], vector["after"], vector["error"]),
            ));
        }
    }
    assert_eq!(vectors.len(), 56);
    report(&failures);
}
