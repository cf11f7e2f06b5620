//! Ways to give an attribute another value, to be tried: as a whole, by sub-attributes, value by value.

use alloc::{borrow::ToOwned, collections::BTreeMap, string::String, vec::Vec};

use serde_json::{Map, Value};

use super::{Op, Operation, Patch, between::same, value::is_unassigned};
use crate::{
    limits::SCIM_BETWEEN_OPERATIONS_MAX,
    scim::{AttributePath, Path, document, filter::Filter, schema::Attribute},
};

/// What an attribute is, and what it is to be.
pub(super) struct Proposal<'p> {
    pub(super) path: &'p AttributePath,
    pub(super) old: Option<&'p Value>,
    pub(super) new: Option<&'p Value>,
}

/// Every way, the likeliest first.
pub(super) fn all(proposal: &Proposal<'_>, attribute: Option<&Attribute>) -> Vec<Patch> {
    let path = || Path::from(proposal.path.clone());
    let Some(new) = proposal.new.filter(|new| !is_unassigned(new)) else {
        return Vec::from([Patch::new().remove(path())]);
    };
    let whole = Patch::new().replace(path(), new.clone());
    let again = Patch::new().remove(path()).add(path(), new.clone());
    let mut all = Vec::new();
    match (attribute, proposal.old, new) {
        (Some(_), Some(Value::Object(old)), Value::Object(new)) => {
            all.push(by_parts(&|name| part(proposal.path, name).map(Path::from), old, new));
            all.push(Some(merged(proposal.path, old, new)));
        }
        (_, Some(Value::Array(old)), Value::Array(new)) => {
            if let Some(added) = new.strip_prefix(old.as_slice()) {
                all.push(Some(Patch::new().add(path(), added.to_vec())));
            }
            all.push(by_values(proposal.path, old, new));
        }
        _ => {}
    }
    all.into_iter().flatten().chain([whole, again]).collect()
}

pub(super) fn remove(path: Path) -> Operation {
    Operation { op: Op::Remove, path: Some(path), value: None }
}

fn part(path: &AttributePath, name: &str) -> Option<AttributePath> {
    // The name goes into a path: it must be one.
    let name: AttributePath = name.parse().ok().filter(|name: &AttributePath| name.schema().is_none())?;
    Some(AttributePath { sub: Some(name.name), ..path.clone() })
}

/// The names whose values are to be others, each with its new value.
fn changed<'m>(
    old: &'m Map<String, Value>,
    new: &'m Map<String, Value>,
) -> impl Iterator<Item = (&'m str, Option<&'m Value>)> {
    let gone = old.keys().filter(|name| document::get(new, name).is_none());
    let all = new.keys().chain(gone).map(String::as_str);
    all.filter(|name| !same(document::get(old, name), document::get(new, name)))
        .map(|name| (name, document::get(new, name).filter(|value| !is_unassigned(value))))
}

/// Each sub-attribute by an operation of its own.
fn by_parts(
    path: &dyn Fn(&str) -> Option<Path>,
    old: &Map<String, Value>,
    new: &Map<String, Value>,
) -> Option<Patch> {
    changed(old, new).try_fold(Patch::new(), |patch, (name, value)| {
        let path = path(name)?;
        Some(match value {
            Some(value) => patch.replace(path, value.clone()),
            None => patch.remove(path),
        })
    })
}

/// What changes in one operation: other sub-attributes stay (RFC 7644 3.5.2.3).
fn merged(path: &AttributePath, old: &Map<String, Value>, new: &Map<String, Value>) -> Patch {
    let mut patch = Patch::new();
    let mut map = Map::new();
    for (name, value) in changed(old, new) {
        match (value, part(path, name)) {
            (Some(value), _) => drop(map.insert(name.to_owned(), value.clone())),
            (None, Some(part)) => patch = patch.remove(part),
            (None, None) => {}
        }
    }
    if map.is_empty() { patch } else { patch.replace(path.clone(), map) }
}

/// Values that are the same one by their `value`, else by their `type`, are changed; the others leave or join.
fn by_values(path: &AttributePath, old: &[Value], new: &[Value]) -> Option<Patch> {
    let mut patch = Patch::new();
    let mut joining: Vec<Option<&Value>> = new.iter().map(Some).collect();
    let mut left: Vec<&Map<String, Value>> = Vec::new();
    let mut pairs = Vec::new();
    for key in ["value", "type"] {
        let places: BTreeMap<&str, usize> = new
            .iter()
            .enumerate()
            .filter_map(|(place, value)| Some((text(value.as_object()?, key)?, place)))
            .collect();
        let candidates = match key {
            "value" => old.iter().map(Value::as_object).collect::<Option<Vec<_>>>()?,
            _ => core::mem::take(&mut left),
        };
        for candidate in candidates {
            let place = text(candidate, key).and_then(|text| places.get(text));
            match place.and_then(|place| joining.get_mut(*place)).and_then(Option::take) {
                Some(partner) => pairs.push((key, candidate, partner)),
                None => left.push(candidate),
            }
        }
    }
    for (key, old, new) in pairs {
        let selected = filtered(path, key, text(old, key)?);
        let path = |name: &str| {
            let AttributePath { sub, .. } = part(path, name)?;
            Some(selected.clone().with_sub(sub))
        };
        patch.operations.extend(by_parts(&path, old, new.as_object()?)?.operations);
    }
    for value in left {
        let key = ["value", "type"].into_iter().find(|key| text(value, key).is_some())?;
        patch = patch.remove(filtered(path, key, text(value, key)?));
    }
    let joining: Vec<Value> = joining.into_iter().flatten().cloned().collect();
    if !joining.is_empty() {
        patch = patch.add(path.clone(), joining);
    }
    // Each operation looks at every value.
    (patch.operations.len() <= SCIM_BETWEEN_OPERATIONS_MAX).then_some(patch)
}

fn text<'v>(value: &'v Map<String, Value>, key: &str) -> Option<&'v str> {
    document::get(value, key)?.as_str()
}

fn filtered(path: &AttributePath, key: &'static str, text: &str) -> Path {
    Path::filtered(path.clone(), Filter::equals(AttributePath::of(key), text))
}
