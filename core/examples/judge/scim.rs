//! Filters and PATCHes against one resource (D24): the schema is that of the resource's `schemas`, else User.

use heap_identity::scim::{
    Document, Error, Filter, Patch,
    patch::{Dialect, Tolerance},
    schema::{GROUP, ResourceType},
};
use serde::Deserialize;
use serde_json::{Value, json, value::RawValue};

use crate::lines::Failure;

/// `{"id", "resource", "filter"}`
#[derive(Deserialize)]
struct FilterLine {
    id: Value,
    resource: Box<RawValue>,
    filter: String,
}

/// `{"id", "before", "patch"}`; `patch` is the operations, or the whole message.
#[derive(Deserialize)]
struct PatchLine {
    id: Value,
    before: Box<RawValue>,
    patch: Box<RawValue>,
}

/// Whether the filter matches: `true`, `false`, or `error:` with the `scimType`.
pub fn filter(line: &[u8]) -> Result<Value, Failure> {
    let FilterLine { id, resource, filter } = serde_json::from_slice(line)?;
    let got = matches(resource.get().as_bytes(), &filter).map_or_else(|error| named(&error), Value::Bool);
    Ok(json!({ "id": id, "got": got }))
}

/// The resource after the PATCH, or `error:` with the `scimType`.
pub fn patch(line: &[u8]) -> Result<Value, Failure> {
    let PatchLine { id, before, patch } = serde_json::from_slice(line)?;
    let message = match patch.get() {
        operations if operations.starts_with('[') => format!("{{\"Operations\":{operations}}}"),
        message => message.to_owned(),
    };
    let got = match patched(before.get().as_bytes(), message.as_bytes()) {
        Ok((after, _)) => Value::Object(after.into_map()),
        Err(error) => named(&error),
    };
    Ok(json!({ "id": id, "got": got }))
}

fn named(error: &Error) -> Value {
    format!("error:{}", error.kind.scim_type().unwrap_or(error.code())).into()
}

fn matches(resource: &[u8], filter: &str) -> Result<bool, Error> {
    let resource = Document::from_slice(resource)?;
    let filter = filter.parse::<Filter>()?.check(&kind(&resource))?;
    Ok(filter.matches(&resource))
}

/// As a service provider meets it, in whatever dialect.
pub fn patched(before: &[u8], message: &[u8]) -> Result<(Document, Vec<Tolerance>), Error> {
    let before = Document::from_slice(before)?;
    let kind = kind(&before);
    Patch::in_any_dialect(message, |patch: &Patch, dialect: &Dialect| {
        let mut after = before.clone();
        let applied = patch.apply(&mut after, &kind, dialect)?;
        Ok((after, applied.tolerated))
    })
}

fn kind(resource: &Document) -> ResourceType {
    let schemas = resource.get("schemas").and_then(Value::as_array);
    let is_group = |urn: &Value| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(GROUP));
    if schemas.is_some_and(|schemas| schemas.iter().any(is_group)) {
        ResourceType::group()
    } else {
        ResourceType::user()
    }
}
