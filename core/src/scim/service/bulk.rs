//! Several operations in one request (RFC 7644 3.7). Each is atomic by itself; those that name each other by `bulkId`
//! are carried out in an order in which that works, and a circle is closed by a second write (3.7.1).

use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

use http::{HeaderValue, Method, header};
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::{Service, route::Route, rules::Rules, store::Store};
use crate::{
    limits::SCIM_BULK_OPERATIONS_MAX,
    scim::{Document, Error, ErrorKind, document, json as text, schema},
    wire::{Request, Response},
};

const REFERENCE: &str = "bulkId:";

/// An operation of the request.
struct Operation {
    method: String,
    path: String,
    bulk_id: Option<String>,
    version: Option<String>,
    data: Option<Value>,
    /// The operations that it names.
    names: BTreeSet<String>,
}

/// What became of the operations so far.
#[derive(Default)]
struct Progress {
    /// Every `bulkId` of the request.
    declared: BTreeSet<String>,
    /// The ids that were given, by `bulkId`; `None` where the operation failed.
    ids: BTreeMap<String, Option<String>>,
    answers: BTreeMap<usize, Value>,
    errors: u64,
    /// Made without what was not there yet: to be written again.
    incomplete: Vec<(usize, String)>,
}

/// Which operation is next: in the order of the request, but after those that it names.
struct Queue<'o> {
    left: BTreeSet<usize>,
    ready: BTreeSet<usize>,
    /// How many operations are waited for, by place.
    missing: Vec<usize>,
    /// Who waits for a `bulkId`.
    waiting: BTreeMap<&'o str, Vec<usize>>,
}

impl<'o> Queue<'o> {
    fn new(operations: &'o [Operation]) -> Self {
        let missing: Vec<usize> = operations.iter().map(|operation| operation.names.len()).collect();
        let ready = missing.iter().enumerate().filter(|(_, missing)| **missing == 0);
        let ready = ready.map(|(place, _)| place).collect();
        let mut waiting: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for (place, operation) in operations.iter().enumerate() {
            for name in &operation.names {
                waiting.entry(name).or_default().push(place);
            }
        }
        Self { left: (0..operations.len()).collect(), ready, missing, waiting }
    }

    fn next(&mut self, operations: &'o [Operation]) -> Option<(usize, &'o Operation)> {
        // Where nobody is ready, the rest names itself in a circle, or what is not there: a POST can begin.
        let can_begin = |place: &usize| {
            operations.get(*place).is_some_and(|it| it.method == "POST" && !it.path.contains(REFERENCE))
        };
        let first = || self.left.iter().copied().find(can_begin).or_else(|| self.left.first().copied());
        let place = self.ready.first().copied().or_else(first)?;
        self.ready.remove(&place);
        self.left.remove(&place);
        Some((place, operations.get(place)?))
    }

    /// The operation with this `bulkId` is done, well or not.
    fn settled(&mut self, bulk_id: &str) {
        for place in self.waiting.remove(bulk_id).unwrap_or_default() {
            let Some(missing) = self.missing.get_mut(place) else { continue };
            *missing -= 1;
            if *missing == 0 && self.left.contains(&place) {
                self.ready.insert(place);
            }
        }
    }
}

impl<S: Store, R: Rules> Service<S, R> {
    /// Carries the operations out and gives the body of the answer.
    ///
    /// # Errors
    /// Of the request as a whole: `invalidSyntax`, `invalidValue` where two operations have one `bulkId`, 413 for too
    /// many, 501 where bulk requests are not taken. What befalls an operation stands in its answer.
    pub(super) fn bulk(&mut self, body: &[u8], now: Timestamp) -> Result<Vec<u8>, Error> {
        if !self.config.capabilities.bulk {
            return Err(Error::new(ErrorKind::NotImplemented, "bulk requests are not supported"));
        }
        let mut body = Document::from_slice(body)?;
        let errors_max = match body.get("failOnErrors") {
            None | Some(Value::Null) => u64::MAX,
            Some(number) => number.as_u64().filter(|number| *number > 0).ok_or_else(|| {
                Error::new(ErrorKind::InvalidValue, "`failOnErrors` is not a number of errors")
            })?,
        };
        let operations = read(body.remove("Operations"))?;
        let progress = self.carry_out(&operations, errors_max, now);
        let answers: Vec<Value> = progress.answers.into_values().collect();
        Ok(text::to_vec(&json!({ "schemas": [schema::BULK_RESPONSE], "Operations": answers })))
    }

    fn carry_out(&mut self, operations: &[Operation], errors_max: u64, now: Timestamp) -> Progress {
        let declared = operations.iter().filter_map(|operation| operation.bulk_id.clone()).collect();
        let mut progress = Progress { declared, ..Progress::default() };
        let mut queue = Queue::new(operations);
        while progress.errors < errors_max {
            let Some((place, operation)) = queue.next(operations) else { break };
            self.carry_out_one(place, operation, &mut progress, now);
            if let Some(bulk_id) = &operation.bulk_id {
                queue.settled(bulk_id);
            }
        }
        for (place, id) in core::mem::take(&mut progress.incomplete) {
            if let Some(operation) = operations.get(place) {
                self.complete(place, &id, operation, &mut progress, now);
            }
        }
        progress
    }

    fn carry_out_one(
        &mut self,
        place: usize,
        operation: &Operation,
        progress: &mut Progress,
        now: Timestamp,
    ) {
        let is_whole = operation.names.iter().all(|name| matches!(progress.ids.get(name), Some(Some(_))));
        let has_failed = operation.names.iter().any(|name| matches!(progress.ids.get(name), Some(None)));
        let is_known = operation.names.is_subset(&progress.declared);
        let breaks_circle = operation.method == "POST" && is_known && !has_failed && !is_whole;
        let mut data = operation.data.clone();
        if let Some(data) = &mut data {
            resolve(data, &progress.ids);
            if breaks_circle {
                leave_out(data);
            }
        }
        let response = if is_whole || breaks_circle {
            self.answer_one(operation, data, progress, now)
        } else {
            let detail = if is_known {
                "an operation that this one names by its `bulkId` failed"
            } else {
                "no operation has the `bulkId` that this one names"
            };
            super::refuse(&Error::new(ErrorKind::Conflict, detail))
        };
        let location = location_of(&response).or_else(|| self.location_in(&operation.path, &progress.ids));
        let id = location.as_deref().and_then(|location| location.rsplit('/').next()).map(ToOwned::to_owned);
        let succeeded = response.status().is_success();
        progress.errors += u64::from(!succeeded);
        if breaks_circle && succeeded {
            progress.incomplete.extend(id.clone().map(|id| (place, id)));
        }
        if let Some(bulk_id) = &operation.bulk_id {
            progress.ids.insert(bulk_id.clone(), id.filter(|_| succeeded));
        }
        progress.answers.insert(place, reported(operation, &response, location));
    }

    /// Writes a resource again, now that everything it names is there; without that it is taken back.
    fn complete(
        &mut self,
        place: usize,
        id: &str,
        operation: &Operation,
        progress: &mut Progress,
        now: Timestamp,
    ) {
        let mut data = operation.data.clone();
        data.iter_mut().for_each(|data| resolve(data, &progress.ids));
        let again = Operation {
            method: "PUT".into(),
            path: format!("{}/{id}", operation.path),
            bulk_id: None,
            version: None,
            data: None,
            names: BTreeSet::new(),
        };
        let is_whole = operation.names.iter().all(|name| matches!(progress.ids.get(name), Some(Some(_))));
        let response = if is_whole {
            self.answer_one(&again, data, progress, now)
        } else {
            let detail = "an operation that this one names by its `bulkId` failed";
            super::refuse(&Error::new(ErrorKind::Conflict, detail))
        };
        if response.status().is_success() {
            // It is reported as what was asked for: made, in the version that it has now.
            if let (Some(Value::Object(answer)), Some(version)) =
                (progress.answers.get_mut(&place), version_of(&response))
            {
                answer.insert("version".into(), version.into());
            }
            return;
        }
        let undo = Operation { method: "DELETE".into(), ..again };
        self.answer_one(&undo, None, progress, now);
        progress.errors += 1;
        progress.answers.insert(place, reported(operation, &response, None));
        progress.ids.extend(operation.bulk_id.clone().map(|name| (name, None)));
    }

    /// The answer to an operation, as if it had come alone.
    fn answer_one(
        &mut self,
        operation: &Operation,
        data: Option<Value>,
        progress: &Progress,
        now: Timestamp,
    ) -> Response {
        let mut answer = || {
            let method = Method::from_bytes(operation.method.as_bytes())
                .map_err(|_| Error::new(ErrorKind::InvalidSyntax, "`method` is none"))?;
            let path = path(&operation.path, &progress.ids);
            let route = Route::of(&method, &path).map_err(|refused| refused.error)?;
            let is_write = matches!(
                route,
                Route::Create(_) | Route::Replace(..) | Route::Modify(..) | Route::Delete(..)
            );
            if !is_write {
                return Err(Error::new(
                    ErrorKind::InvalidSyntax,
                    "an operation is POST, PUT, PATCH or DELETE",
                ));
            }
            if matches!(route, Route::Create(_)) && operation.bulk_id.is_none() {
                return Err(Error::new(ErrorKind::InvalidSyntax, "a POST has a `bulkId` (RFC 7644 3.7)"));
            }
            let mut request = Request::new(data.as_ref().map(text::to_vec).unwrap_or_default());
            *request.method_mut() = method;
            let headers = request.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
            if let Some(version) = &operation.version {
                let version = HeaderValue::from_str(version)
                    .map_err(|_| Error::new(ErrorKind::InvalidValue, "`version` is no ETag"))?;
                headers.insert(header::IF_MATCH, version);
            }
            self.answer(route, &request, now)
        };
        answer().unwrap_or_else(|error| super::refuse(&error))
    }

    /// The address of the resource that a path names.
    fn location_in(&self, of: &str, ids: &BTreeMap<String, Option<String>>) -> Option<String> {
        let path = path(of, ids);
        (path.matches('/').count() == 2).then(|| format!("{}{path}", self.config.base_url))
    }
}

fn read(operations: Option<Value>) -> Result<Vec<Operation>, Error> {
    let Some(Value::Array(operations)) = operations else {
        return Err(Error::new(
            ErrorKind::InvalidSyntax,
            "the message has no array `Operations` (RFC 7644 3.7)",
        ));
    };
    if operations.len() > SCIM_BULK_OPERATIONS_MAX {
        let detail = format!("a bulk request has {SCIM_BULK_OPERATIONS_MAX} operations at most");
        return Err(Error::new(ErrorKind::PayloadTooLarge, detail));
    }
    let mut taken = BTreeSet::new();
    let mut read = Vec::with_capacity(operations.len());
    for operation in operations {
        let Value::Object(mut map) = operation else {
            return Err(Error::new(ErrorKind::InvalidSyntax, "an operation is not an object"));
        };
        let mut text = |name: &str| match document::remove(&mut map, name) {
            Some(Value::String(text)) => Some(text),
            _ => None,
        };
        let (method, path) = (text("method").unwrap_or_default(), text("path").unwrap_or_default());
        let (bulk_id, version) = (text("bulkId"), text("version"));
        if bulk_id.as_ref().is_some_and(|id| !taken.insert(id.clone())) {
            return Err(Error::new(ErrorKind::InvalidValue, "two operations have the same `bulkId`"));
        }
        let data = document::remove(&mut map, "data");
        let mut names = BTreeSet::new();
        if let Some(data) = &data {
            named(data, &mut names);
        }
        names.extend(path.split('/').filter_map(|part| part.strip_prefix(REFERENCE)).map(ToOwned::to_owned));
        read.push(Operation { method: method.to_ascii_uppercase(), path, bulk_id, version, data, names });
    }
    Ok(read)
}

fn reference(value: &Value) -> Option<&str> {
    value.as_str()?.strip_prefix(REFERENCE)
}

/// The `bulkId`s that a value names. The depth is that of the body, which is bounded.
fn named(value: &Value, names: &mut BTreeSet<String>) {
    match value {
        Value::Array(values) => values.iter().for_each(|value| named(value, names)),
        Value::Object(map) => map.values().for_each(|value| named(value, names)),
        simple => names.extend(reference(simple).map(ToOwned::to_owned)),
    }
}

/// Puts ids in the place of the `bulkId`s that have one.
fn resolve(value: &mut Value, ids: &BTreeMap<String, Option<String>>) {
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| resolve(value, ids)),
        Value::Object(map) => map.values_mut().for_each(|value| resolve(value, ids)),
        simple => {
            if let Some(Some(id)) = reference(simple).and_then(|name| ids.get(name)) {
                *simple = Value::String(id.clone());
            }
        }
    }
}

/// Leaves out what names a resource that is not there yet: the attribute, or the value among several.
fn leave_out(value: &mut Value) {
    let is_open = |value: &Value| {
        let direct = |map: &Map<String, Value>| map.values().any(|value| reference(value).is_some());
        reference(value).is_some() || value.as_object().is_some_and(direct)
    };
    match value {
        Value::Array(values) => {
            values.retain(|value| !is_open(value));
            values.iter_mut().for_each(leave_out);
        }
        Value::Object(map) => {
            map.retain(|_, value| !is_open(value));
            map.values_mut().for_each(leave_out);
        }
        _ => {}
    }
}

/// The path with ids in the place of the `bulkId`s that have one.
fn path(path: &str, ids: &BTreeMap<String, Option<String>>) -> String {
    let part = |part: &str| match part.strip_prefix(REFERENCE).and_then(|name| ids.get(name)) {
        Some(Some(id)) => id.clone(),
        _ => part.to_owned(),
    };
    path.split('/').map(part).collect::<Vec<_>>().join("/")
}

fn location_of(response: &Response) -> Option<String> {
    response.headers().get(header::LOCATION)?.to_str().ok().map(ToOwned::to_owned)
}

fn version_of(response: &Response) -> Option<&str> {
    response.headers().get(header::ETAG)?.to_str().ok()
}

/// The answer to an operation, as it stands in the answer to all.
fn reported(operation: &Operation, response: &Response, location: Option<String>) -> Value {
    let status = format!("{}", response.status().as_u16());
    let mut answer = Map::from_iter([
        ("method".into(), operation.method.clone().into()),
        ("status".into(), status.into()),
    ]);
    let parts = [
        ("bulkId", operation.bulk_id.clone()),
        ("location", location),
        ("version", version_of(response).map(ToOwned::to_owned)),
    ];
    answer.extend(parts.into_iter().filter_map(|(name, part)| Some((name.into(), part?.into()))));
    if !response.status().is_success() {
        let body = serde_json::from_slice(response.body()).ok();
        answer.insert("response".into(), body.unwrap_or_else(|| json!({ "schemas": [schema::ERROR] })));
    }
    Value::Object(answer)
}
