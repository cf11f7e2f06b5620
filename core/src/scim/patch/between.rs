//! The smallest PATCH from one resource to another. What is proposed is applied before it is chosen: a PATCH that
//! would not arrive is never given.

use alloc::{
    borrow::ToOwned,
    collections::{BTreeMap, BTreeSet},
    format,
    string::String,
    vec::Vec,
};

use serde_json::Value;

use super::{
    Dialect, Operation, Patch, Tolerance,
    propose::{self, Proposal},
    value::{is_unassigned, refers},
};
use crate::scim::{
    AttributePath, Document, Error, ErrorKind, Path, document,
    filter::Filter,
    schema::{Attribute, Mutability, ResourceType},
};

impl Patch {
    /// The smallest PATCH that makes `after` of `before`, for a receiver that takes `dialect`.
    ///
    /// Applied to `before` it gives `after`. Null, no values and no attribute are the same (RFC 7643 2.5), members of
    /// a group have no order, and read-only attributes are the service provider's own: they are left as they are.
    /// Members join and leave by their ids (F22, F23); [`Patch::chunks`] splits a long PATCH. Between equal resources
    /// there is no operation, and nothing to be sent.
    ///
    /// ```
    /// use heap_identity::scim::{Document, Patch, patch::Dialect, schema::ResourceType};
    /// let before = Document::from_slice(br#"{"displayName": "Sales", "members": [{"value": "1"}, {"value": "2"}]}"#)?;
    /// let after = Document::from_slice(br#"{"displayName": "Sales", "members": [{"value": "2"}]}"#)?;
    /// let patch = Patch::between(&before, &after, &ResourceType::group(), &Dialect::STRICT)?;
    /// assert_eq!(patch.operations[0].path.as_ref().unwrap().to_string(), r#"members[value eq "1"]"#);
    /// # Ok::<_, heap_identity::scim::Error>(())
    /// ```
    ///
    /// # Errors
    /// Where no PATCH leads there: `mutability` for what is immutable or required, `invalidPath` for an attribute that
    /// is new and unknown to the schema, `invalidValue` for a value of another type or two that count as one.
    pub fn between(
        before: &Document,
        after: &Document,
        kind: &ResourceType,
        dialect: &Dialect,
    ) -> Result<Self, Error> {
        let mut search = Search { kind, dialect, reached: before.clone(), patch: Self::new() };
        for name in names(before.as_map().keys().chain(after.as_map().keys())) {
            search.attribute_or_extension(name, after)?;
        }
        // Extensions come and go in `schemas` by themselves: what is left is compared at the end.
        search.attribute(None, "schemas", after)?;
        Ok(search.patch)
    }
}

/// Names, once each without regard to their case, but for `schemas`.
fn names<'n>(all: impl Iterator<Item = &'n String>) -> Vec<&'n str> {
    let mut seen = BTreeSet::from(["schemas".to_owned()]);
    all.filter(|name| seen.insert(name.to_ascii_lowercase())).map(String::as_str).collect()
}

/// Where the operations so far lead.
struct Search<'s> {
    kind: &'s ResourceType,
    dialect: &'s Dialect,
    reached: Document,
    patch: Patch,
}

impl Search<'_> {
    fn attribute_or_extension(&mut self, name: &str, after: &Document) -> Result<(), Error> {
        let (old, new) = (self.reached.get(name), after.get(name));
        let is_extension = name.contains(':') && [old, new].iter().flatten().any(|value| value.is_object());
        if !is_extension {
            return self.attribute(None, name, after);
        }
        if new.is_none_or(is_unassigned) {
            if old.is_some_and(|old| !is_unassigned(old)) {
                let remove = Patch::new().remove(name.parse::<AttributePath>()?);
                self.take([remove], |reached| reached.get(name).is_none(), name)?;
            }
            return Ok(());
        }
        let inner = |value: Option<&Value>| value.and_then(Value::as_object).cloned().unwrap_or_default();
        let (old, new) = (inner(old), inner(new));
        for inner in names(old.keys().chain(new.keys())) {
            self.attribute(Some(name), inner, after)?;
        }
        Ok(())
    }

    fn attribute(&mut self, urn: Option<&str>, name: &str, after: &Document) -> Result<(), Error> {
        let kind = self.kind;
        let attribute = match urn {
            None => kind.attribute(name),
            Some(urn) => kind.extension(urn).and_then(|extension| extension.attribute(name)),
        };
        let get = |document: &Document| -> Option<Value> { found(document, urn, name).cloned() };
        let (old, mut new) = (get(&self.reached), get(after));
        if let (Some(attribute), Some(new)) = (attribute, &mut new) {
            leave_read_only(attribute, old.as_ref(), new);
        }
        let is_read_only = attribute.is_some_and(|attribute| attribute.mutability == Mutability::ReadOnly);
        if is_read_only || same(old.as_ref(), new.as_ref()) {
            return Ok(());
        }
        let path: AttributePath = match urn {
            None => name.parse()?,
            Some(urn) => format!("{urn}:{name}").parse()?,
        };
        if attribute.is_some_and(|attribute| attribute.multi_valued && refers(attribute)) {
            if let Some((leaving, joining)) = moved(old.as_ref(), new.as_ref()) {
                self.members(&path, &leaving, joining);
                return Ok(());
            }
        }
        let proposal = Proposal { path: &path, old: old.as_ref(), new: new.as_ref() };
        let arrived = |reached: &Document| same(found(reached, urn, name), new.as_ref());
        self.take(propose::all(&proposal, attribute), arrived, urn.unwrap_or(name))
    }

    /// Who leaves goes by id, who joins comes with all that is said.
    fn members(&mut self, path: &AttributePath, leaving: &[String], joining: Vec<Value>) {
        let mut patch = Patch::new();
        if !leaving.is_empty() && self.dialect.tolerances.contains(&Tolerance::RemovalByValue) {
            let listed: Vec<Value> = leaving.iter().map(|id| serde_json::json!({ "value": id })).collect();
            let remove = Operation { value: Some(listed.into()), ..propose::remove(path.clone().into()) };
            patch.operations.push(remove);
        } else {
            patch.operations.extend(leaving.iter().map(|id| {
                let is_this = Filter::equals(AttributePath::of("value"), id.as_str());
                propose::remove(Path::filtered(path.clone(), is_this))
            }));
        }
        if !joining.is_empty() {
            patch = patch.add(path.clone(), joining);
        }
        self.patch.operations.extend(patch.operations);
    }

    /// Takes the shortest of the proposals that arrive. `name` is that of the attribute or of its extension.
    fn take(
        &mut self,
        proposals: impl IntoIterator<Item = Patch>,
        arrived: impl Fn(&Document) -> bool,
        name: &str,
    ) -> Result<(), Error> {
        // Proposals are about one attribute or extension: the rest of the resource is not copied for each.
        let parts = [Some(name), name.contains(':').then_some("schemas")];
        let mut before = Document::new();
        for part in parts.into_iter().flatten() {
            if let Some(value) = self.reached.get(part) {
                before.set(part, value.clone());
            }
        }
        let mut best: Option<(usize, Document, Patch)> = None;
        let mut refused = None;
        for proposal in proposals {
            let mut reached = before.clone();
            match proposal.apply(&mut reached, self.kind, self.dialect) {
                Err(error) => refused = refused.or(Some(error)),
                Ok(_) if !arrived(&reached) => {}
                Ok(_) => {
                    let bytes = proposal.to_vec().len();
                    if best.as_ref().is_none_or(|(least, _, _)| bytes < *least) {
                        best = Some((bytes, reached, proposal));
                    }
                }
            }
        }
        let Some((_, mut reached, patch)) = best else {
            let detail = format!("no operation gives `{name}` the value that it is to have");
            return Err(refused.unwrap_or_else(|| Error::new(ErrorKind::InvalidValue, detail)));
        };
        for part in parts.into_iter().flatten() {
            match reached.remove(part) {
                Some(value) => drop(self.reached.set(part, value)),
                None => drop(self.reached.remove(part)),
            }
        }
        self.patch.operations.extend(patch.operations);
        Ok(())
    }
}

/// Read-only sub-attributes are to be what they are.
fn leave_read_only(attribute: &Attribute, old: Option<&Value>, new: &mut Value) {
    let Value::Object(new) = new else { return };
    let read_only = attribute.sub_attributes.iter().filter(|sub| sub.mutability == Mutability::ReadOnly);
    for sub in read_only {
        document::remove(new, &sub.name);
        let there = old.and_then(Value::as_object).and_then(|old| document::get(old, &sub.name));
        if let Some(there) = there {
            document::set(new, &sub.name, there.clone());
        }
    }
}

fn found<'d>(document: &'d Document, urn: Option<&str>, name: &str) -> Option<&'d Value> {
    match urn {
        None => document.get(name),
        Some(urn) => document::get(document.get(urn)?.as_object()?, name),
    }
}

/// The ids that leave and the values that join. `None` where values cannot be told apart by their ids.
fn moved(old: Option<&Value>, new: Option<&Value>) -> Option<(Vec<String>, Vec<Value>)> {
    let (old, mut new) = (by_id(old)?, by_id(new)?);
    let mut leaving = Vec::new();
    for (id, value) in old {
        if new.get(id).is_some_and(|new| same(Some(value), Some(*new))) {
            new.remove(id);
        } else {
            leaving.push(id.to_owned());
        }
    }
    Some((leaving, new.into_values().cloned().collect()))
}

fn by_id(values: Option<&Value>) -> Option<BTreeMap<&str, &Value>> {
    let mut ids = BTreeMap::new();
    let values = match values {
        None | Some(Value::Null) => return Some(ids),
        Some(values) => values.as_array()?,
    };
    for value in values {
        let id = document::get(value.as_object()?, "value")?.as_str()?;
        if ids.insert(id, value).is_some() {
            return None;
        }
    }
    Some(ids)
}

/// Whether two values say the same: names without regard to case, and null, nothing and no values are one
/// (RFC 7643 2.1, 2.5).
pub(super) fn same(a: Option<&Value>, b: Option<&Value>) -> bool {
    let says = |value: Option<&Value>| value.is_some_and(|value| !is_unassigned(value));
    match (a, b) {
        _ if !says(a) || !says(b) => says(a) == says(b),
        (Some(Value::Object(a)), Some(Value::Object(b))) => {
            a.iter().all(|(name, value)| same(Some(value), document::get(b, name)))
                && b.iter().all(|(name, value)| document::get(a, name).is_some() || is_unassigned(value))
        }
        (Some(Value::Array(a)), Some(Value::Array(b))) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(Some(a), Some(b)))
        }
        (a, b) => a == b,
    }
}
