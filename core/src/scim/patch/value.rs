//! Values against their attribute: types, names in the schema's case, and what a dialect tolerates.

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use serde_json::{Map, Value};

use super::dialect::{Leniency, Tolerance};
use crate::scim::{
    Error, ErrorKind, document,
    filter::date,
    schema::{Attribute, Mutability, Type},
};

pub(crate) fn invalid(attribute: &str, why: &str) -> Error {
    Error::new(ErrorKind::InvalidValue, format!("`{attribute}` {why}"))
}

pub(crate) fn mutability(attribute: &str, why: &str) -> Error {
    Error::new(ErrorKind::Mutability, format!("`{attribute}` {why}"))
}

/// One value of the attribute, its type checked and its names in the schema's case. Null stays null: unassigned.
pub(crate) fn one(attribute: &Attribute, value: Value, leniency: &mut Leniency<'_>) -> Result<Value, Error> {
    let expected =
        |kind: &str| Err(invalid(&attribute.name, &format!("is {kind}; the value is of another type")));
    match (attribute.kind, value) {
        (_, Value::Null) => Ok(Value::Null),
        (Type::Complex, Value::Object(map)) => object(attribute, map, leniency),
        (Type::Complex, Value::String(text))
            if !attribute.multi_valued
                && attribute.sub_attribute("value").is_some()
                && leniency.allows(Tolerance::BareValue) =>
        {
            Ok(Value::Object(Map::from_iter([("value".into(), Value::String(text))])))
        }
        (Type::Complex, _) => expected("an object"),
        (Type::Boolean, value @ Value::Bool(_)) => Ok(value),
        (Type::Boolean, Value::String(text)) => match text.to_ascii_lowercase().as_str() {
            "true" if leniency.allows(Tolerance::TextBoolean) => Ok(Value::Bool(true)),
            "false" if leniency.allows(Tolerance::TextBoolean) => Ok(Value::Bool(false)),
            _ => expected("true or false"),
        },
        (Type::Boolean, _) => expected("true or false"),
        (Type::Integer, Value::Number(number)) if !number.is_f64() => Ok(Value::Number(number)),
        (Type::Integer, _) => expected("a whole number"),
        (Type::Decimal, value @ Value::Number(_)) => Ok(value),
        (Type::Decimal, _) => expected("a number"),
        (Type::DateTime, Value::String(text)) if date(&text).is_none() => expected("a date with a time"),
        (Type::String | Type::Reference | Type::Binary | Type::DateTime, value @ Value::String(_)) => {
            Ok(value)
        }
        (Type::String | Type::Reference | Type::Binary | Type::DateTime, _) => expected("a text"),
    }
}

/// Sub-attributes that the schema does not have are kept as they are; read-only ones are the service provider's.
fn object(
    attribute: &Attribute,
    map: Map<String, Value>,
    leniency: &mut Leniency<'_>,
) -> Result<Value, Error> {
    let mut out = Map::new();
    for (name, value) in map {
        match attribute.sub_attribute(&name) {
            None => out.insert(name, value),
            Some(sub) if sub.mutability == Mutability::ReadOnly => {
                if leniency.allows(Tolerance::ReadOnlyIgnored) {
                    continue;
                }
                return Err(mutability(&sub.name, "is read-only"));
            }
            Some(sub) => out.insert(sub.name.clone().into_owned(), whole(sub, value, leniency)?),
        };
    }
    Ok(Value::Object(out))
}

/// The whole value of an attribute: an array where it has several values.
pub(crate) fn whole(
    attribute: &Attribute,
    value: Value,
    leniency: &mut Leniency<'_>,
) -> Result<Value, Error> {
    if attribute.multi_valued && !value.is_null() {
        Ok(Value::Array(many(attribute, value, leniency)?))
    } else {
        one(attribute, value, leniency)
    }
}

/// The values of an attribute that has several.
pub(crate) fn many(
    attribute: &Attribute,
    value: Value,
    leniency: &mut Leniency<'_>,
) -> Result<Vec<Value>, Error> {
    let values = match value {
        Value::Array(values) => values,
        single if leniency.allows(Tolerance::SingleValue) => Vec::from([single]),
        _ => return Err(invalid(&attribute.name, "has several values; they stand in an array")),
    };
    let mut fitting = Vec::with_capacity(values.len());
    for value in values {
        match one(attribute, value, leniency)? {
            Value::Null => {}
            Value::Object(mut map) => {
                map.retain(|_, value| !value.is_null());
                fitting.push(Value::Object(map));
            }
            value => fitting.push(value),
        }
    }
    Ok(fitting)
}

/// Whether a value says nothing (RFC 7643 2.5).
pub(crate) fn is_unassigned(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Array(values) => values.is_empty(),
        Value::Object(map) => map.values().all(is_unassigned),
        _ => false,
    }
}

/// Merges sub-attributes into an object; null removes one. What is immutable and there stays as it is.
///
/// # Errors
/// `mutability` when an immutable sub-attribute would get another value and `strict` is set.
pub(crate) fn merge(
    attribute: Option<&Attribute>,
    into: &mut Map<String, Value>,
    from: Map<String, Value>,
    strict: bool,
) -> Result<(), Error> {
    for (name, value) in from {
        let immutable = attribute
            .and_then(|attribute| attribute.sub_attribute(&name))
            .is_some_and(|sub| matches!(sub.mutability, Mutability::Immutable | Mutability::ReadOnly));
        if immutable && document::get(into, &name).is_some_and(|there| *there != value) {
            if strict {
                return Err(mutability(&name, "cannot be changed once it is set"));
            }
        } else if value.is_null() {
            document::remove(into, &name);
        } else {
            document::set(into, &name, value);
        }
    }
    Ok(())
}

/// Adds values to those that are there, and gives the places that were added or touched (RFC 7644 3.5.2.1: what is
/// there already is not added again).
pub(crate) fn union(
    attribute: &Attribute,
    there: &mut Vec<Value>,
    new: Vec<Value>,
) -> Result<Vec<usize>, Error> {
    let mut places: BTreeMap<String, usize> =
        there.iter().enumerate().map(|(place, value)| (identity(attribute, value), place)).collect();
    let mut touched = Vec::with_capacity(new.len());
    for value in new {
        let place = *places.entry(identity(attribute, &value)).or_insert(there.len());
        touched.push(place);
        match (there.get_mut(place), value) {
            (Some(Value::Object(old)), Value::Object(new)) => merge(Some(attribute), old, new, false)?,
            (Some(_), _) => {}
            (None, value) => there.push(value),
        }
    }
    Ok(touched)
}

/// What makes a value the same as another: the id of what it refers to, else `value` and `type` (RFC 7643 2.4), else
/// all of it.
fn identity(attribute: &Attribute, value: &Value) -> String {
    let part =
        |name: &str| value.as_object().and_then(|map| document::get(map, name)).and_then(Value::as_str);
    match part("value") {
        Some(id) if refers(attribute) => id.into(),
        Some(text) => format!("{text}\n{}", part("type").unwrap_or_default()),
        None => format!("{value}"),
    }
}

/// Whether the values are references to other resources by their ids, as members are.
pub(crate) fn refers(attribute: &Attribute) -> bool {
    attribute.sub_attribute("value").is_some_and(|sub| sub.mutability == Mutability::Immutable)
}

/// At most one value is primary: one that was just made so takes it from the others (RFC 7644 3.5.2).
pub(crate) fn settle_primary(
    attribute: &Attribute,
    values: &mut [Value],
    touched: &[usize],
) -> Result<(), Error> {
    let is_primary = |value: &Value| {
        value.as_object().and_then(|map| document::get(map, "primary")).and_then(Value::as_bool) == Some(true)
    };
    let mut new = touched.iter().copied().filter(|place| values.get(*place).is_some_and(is_primary));
    let Some(primary) = new.next() else { return Ok(()) };
    if new.any(|other| other != primary) {
        return Err(invalid(&attribute.name, "has more than one primary value"));
    }
    for (place, value) in values.iter_mut().enumerate() {
        if place != primary && is_primary(value) {
            value.as_object_mut().and_then(|map| document::remove(map, "primary"));
        }
    }
    Ok(())
}
