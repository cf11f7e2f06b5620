//! Resources on their way in: types checked, names in the schema's case, read-only attributes passed over, memberships
//! taken out.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use serde_json::{Map, Value};

use super::store::{Kind, MemberChange, Store};
use crate::scim::{
    Document, Error, ErrorKind, document,
    patch::{Leniency, value},
    schema::{Attribute, Mutability, ResourceType, Returned},
};

/// Members by id, with the name for display that came with each.
pub(super) type Members = BTreeMap<String, Option<String>>;

/// What a request says about the members of a group.
pub(super) enum Membership {
    /// Nothing: they stay as they are (F20).
    Unsaid,
    /// All of them.
    Whole(Members),
    /// Who joins and who leaves.
    Delta(MemberChange),
}

/// A resource as it is to be stored, and what was said about members.
pub(super) struct Incoming {
    pub(super) document: Document,
    pub(super) members: Membership,
}

impl Incoming {
    /// Reads a resource for POST or PUT (RFC 7644 3.3, 3.5.1).
    ///
    /// # Errors
    /// `invalidSyntax` without the schema of the type, `invalidValue` for a value of another type or a required one
    /// that is missing.
    pub(super) fn read(
        body: Document,
        kind: Kind,
        described: &ResourceType,
        leniency: &mut Leniency<'_>,
    ) -> Result<Self, Error> {
        let named = body.get("schemas").and_then(Value::as_array).is_some_and(|schemas| {
            schemas.iter().filter_map(Value::as_str).any(|urn| urn.eq_ignore_ascii_case(&described.schema.id))
        });
        if !named {
            return Err(Error::new(
                ErrorKind::InvalidSyntax,
                format!("`schemas` does not name {}", described.schema.id),
            ));
        }
        let mut document = Document::new();
        let mut used = Vec::new();
        for (name, value) in body.into_map() {
            if let Some(extension) = described.extension(&name) {
                let Value::Object(map) = value else {
                    return Err(Error::new(
                        ErrorKind::InvalidValue,
                        format!("`{}` is not an object", extension.id),
                    ));
                };
                let map = attributes(map, |name| extension.attribute(name), leniency)?;
                if !map.is_empty() {
                    document.set(&extension.id, map);
                    used.push(extension.id.clone().into_owned());
                }
            } else {
                let read =
                    attributes(Map::from_iter([(name, value)]), |name| described.attribute(name), leniency)?;
                document.as_map_mut().extend(read);
            }
        }
        if let Some(Value::Array(schemas)) = document.get_mut("schemas") {
            used.retain(|urn| {
                !schemas.iter().filter_map(Value::as_str).any(|named| named.eq_ignore_ascii_case(urn))
            });
            schemas.extend(used.into_iter().map(Value::String));
        }
        Self::stored(document, kind, described)
    }

    /// Takes out what is not stored with the resource, and checks what must be there.
    ///
    /// # Errors
    /// `invalidValue` for a required attribute that is missing or empty, and for a member without an id.
    pub(super) fn stored(
        mut document: Document,
        kind: Kind,
        described: &ResourceType,
    ) -> Result<Self, Error> {
        // A password is not taken at all (F38).
        for secret in described.schema.attributes.iter().filter(|own| own.returned == Returned::Never) {
            document.remove(&secret.name);
        }
        let given = if kind == Kind::Group { document.remove("members") } else { None };
        let members = match given {
            Some(given) => Membership::Whole(members(given)?),
            None => Membership::Unsaid,
        };
        let required = described.schema.attributes.iter().filter(|attribute| attribute.required);
        for attribute in required {
            if document.text(&attribute.name).is_none_or(|text| text.trim().is_empty()) {
                return Err(Error::new(ErrorKind::InvalidValue, format!("`{}` is required", attribute.name)));
            }
        }
        Ok(Self { document, members })
    }
}

/// Attributes as the schema describes them; those that it does not know are kept as they are.
fn attributes<'s>(
    map: Map<String, Value>,
    described: impl Fn(&str) -> Option<&'s Attribute>,
    leniency: &mut Leniency<'_>,
) -> Result<Map<String, Value>, Error> {
    let mut out = Map::new();
    for (name, value) in map {
        let Some(attribute) = described(&name) else {
            out.insert(name, value);
            continue;
        };
        // Read-only attributes are passed over (RFC 7644 3.3).
        if attribute.mutability == Mutability::ReadOnly {
            continue;
        }
        let mut value = value::whole(attribute, value, leniency)?;
        if let Value::Array(values) = &mut value {
            let mut united = Vec::with_capacity(values.len());
            let touched = value::union(attribute, &mut united, core::mem::take(values))?;
            value::settle_primary(attribute, &mut united, &touched)?;
            // No members are something else than none named.
            if !united.is_empty() || attribute.name == "members" {
                out.insert(attribute.name.clone().into_owned(), Value::Array(united));
            }
        } else if !value::is_unassigned(&value) {
            out.insert(attribute.name.clone().into_owned(), value);
        }
    }
    Ok(out)
}

/// The members of an array.
fn members(value: Value) -> Result<Members, Error> {
    let values = match value {
        Value::Array(values) => values,
        Value::Null => Vec::new(),
        _ => return Err(Error::new(ErrorKind::InvalidValue, "`members` is not an array")),
    };
    values.iter().map(|value| member(value).ok_or_else(without_id)).collect()
}

/// A member's id and its name for display.
pub(super) fn member(value: &Value) -> Option<(String, Option<String>)> {
    let map = value.as_object()?;
    let id = document::get(map, "value")?.as_str()?;
    let display = document::get(map, "display").and_then(Value::as_str);
    Some((id.into(), display.map(Into::into)))
}

fn without_id() -> Error {
    Error::new(ErrorKind::InvalidValue, "a member has no textual `value`")
}

/// What brings the members of a group from what they are to what they should be (F21).
pub(super) fn difference<S: Store>(
    store: &S,
    group: &str,
    mut wanted: Members,
) -> Result<MemberChange, Error> {
    let mut change = MemberChange::default();
    for there in store.members(group) {
        match wanted.get(there.id.as_ref()) {
            None => change.remove.push(there.id.into_owned()),
            Some(display) if display.as_deref() == there.display.as_deref() => {
                drop(wanted.remove(there.id.as_ref()));
            }
            Some(_) => {}
        }
    }
    change.add = wanted.into_iter().collect();
    check(store, group, &change)?;
    Ok(change)
}

/// # Errors
/// `invalidValue` when somebody who is to join is not there, or is the group itself.
pub(super) fn check<S: Store>(store: &S, group: &str, change: &MemberChange) -> Result<(), Error> {
    let there = |id: &str| {
        id != group && (store.get(Kind::User, id).is_some() || store.get(Kind::Group, id).is_some())
    };
    match change.add.iter().position(|(id, _)| !there(id)) {
        None => Ok(()),
        Some(place) => Err(Error::new(
            ErrorKind::InvalidValue,
            format!("member {} to be added is no user or other group of this tenant", place + 1),
        )),
    }
}
