//! Evaluating a checked filter: no copies, no allocation for a resource.
//!
//! An attribute that is absent counts as `null` (RFC 7643 2.5): `eq null` and `ne "x"` hold for it, everything else
//! does not. Of several values one has to meet the comparison (RFC 7644 3.4.2.2).

use alloc::{boxed::Box, string::String, vec::Vec};
use core::cmp::Ordering;

use jiff::Timestamp;
use serde_json::{Map, Number, Value};

use super::{Operator, check::date};
use crate::scim::{Document, document, text::Needle};

/// A filter that fits its schema.
#[derive(Clone, Debug)]
pub struct CheckedFilter(pub(super) Condition);

/// The recursion of every evaluation is as deep as the parser allows.
#[derive(Clone, Debug)]
pub(super) enum Condition {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Present(Target),
    Compare(Target, Operator, Test),
    Values(Target, Box<Self>),
}

/// Where values stand.
#[derive(Clone, Debug)]
pub(super) struct Target {
    pub(super) extension: Option<String>,
    pub(super) name: String,
    pub(super) sub: Option<String>,
}

/// What a value is held against, in the attribute's type.
#[derive(Clone, Debug)]
pub(super) enum Test {
    Null,
    Boolean(bool),
    Number(Number),
    Text(Needle),
    Date(Timestamp),
}

impl CheckedFilter {
    /// Whether a resource meets the filter.
    pub fn matches(&self, resource: &Document) -> bool {
        self.0.holds(Scope::Object(resource.as_map()))
    }

    /// Whether one value of a multi-valued attribute does, for a filter that stands in brackets.
    pub(crate) fn matches_value(&self, value: &Value) -> bool {
        self.0.holds(Scope::of(value))
    }
}

/// What names are looked up in: an object, or a value of a simple attribute, whose name is `value`.
#[derive(Clone, Copy)]
enum Scope<'v> {
    Object(&'v Map<String, Value>),
    Simple(&'v Value),
}

impl<'v> Scope<'v> {
    const fn of(value: &'v Value) -> Self {
        match value {
            Value::Object(map) => Self::Object(map),
            simple => Self::Simple(simple),
        }
    }
}

impl Condition {
    fn holds(&self, scope: Scope<'_>) -> bool {
        match self {
            Self::And(parts) => parts.iter().all(|part| part.holds(scope)),
            Self::Or(parts) => parts.iter().any(|part| part.holds(scope)),
            Self::Not(part) => !part.holds(scope),
            Self::Present(target) => target.any(scope, &mut is_present),
            Self::Compare(target, operator, test) => {
                let mut unassigned = true;
                let met = target.any(scope, &mut |value| {
                    unassigned &= value.is_null();
                    !value.is_null() && test.meets(*operator, value)
                });
                met || unassigned && test.meets_nothing(*operator)
            }
            Self::Values(target, condition) => {
                target.any(scope, &mut |value| condition.holds(Scope::of(value)))
            }
        }
    }
}

impl Target {
    /// Whether one of the values meets `test`; an array is its elements.
    fn any(&self, scope: Scope<'_>, test: &mut dyn FnMut(&Value) -> bool) -> bool {
        let attribute = match scope {
            Scope::Simple(value) => return self.name.eq_ignore_ascii_case("value") && test(value),
            Scope::Object(map) => match &self.extension {
                None => document::get(map, &self.name),
                Some(urn) => document::get(map, urn)
                    .and_then(Value::as_object)
                    .and_then(|map| document::get(map, &self.name)),
            },
        };
        let Some(attribute) = attribute else { return false };
        elements(attribute).iter().any(|value| match &self.sub {
            None => test(value),
            Some(sub) => match value {
                Value::Object(map) => {
                    document::get(map, sub).is_some_and(|value| elements(value).iter().any(&mut *test))
                }
                // A bare text where an object should be is its `value`.
                _ => sub == "value" && test(value),
            },
        })
    }
}

fn elements(value: &Value) -> &[Value] {
    match value {
        Value::Array(values) => values,
        single => core::slice::from_ref(single),
    }
}

/// Neither null nor empty; of a complex value one part is (RFC 7644 3.4.2.2, `pr`).
fn is_present(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::String(text) => !text.is_empty(),
        // Its depth is that of JSON, which the reader bounds.
        Value::Array(values) => values.iter().any(is_present),
        Value::Object(map) => map.values().any(is_present),
        Value::Bool(_) | Value::Number(_) => true,
    }
}

impl Test {
    /// Whether an attribute without a value meets the comparison.
    const fn meets_nothing(&self, operator: Operator) -> bool {
        match operator {
            Operator::Equal => matches!(self, Self::Null),
            Operator::NotEqual => !matches!(self, Self::Null),
            _ => false,
        }
    }

    fn meets(&self, operator: Operator, value: &Value) -> bool {
        match (self, value) {
            (Self::Null, _) => operator == Operator::NotEqual,
            (Self::Boolean(own), Value::Bool(value)) => ordered(operator, value.cmp(own)),
            (Self::Number(own), Value::Number(value)) => {
                order(value, own).is_some_and(|order| ordered(operator, order))
            }
            (Self::Date(own), Value::String(text)) => {
                date(text).is_some_and(|date| ordered(operator, date.cmp(own)))
            }
            (Self::Text(own), Value::String(text)) => match operator {
                Operator::Equal => own.equals(text),
                Operator::NotEqual => !own.equals(text),
                Operator::Contains => own.is_in(text),
                Operator::StartsWith => own.starts(text),
                Operator::EndsWith => own.ends(text),
                _ => ordered(operator, own.order(text)),
            },
            // A value of another type than the schema's is not equal.
            _ => operator == Operator::NotEqual,
        }
    }
}

const fn ordered(operator: Operator, order: Ordering) -> bool {
    match operator {
        Operator::Equal => order.is_eq(),
        Operator::NotEqual => order.is_ne(),
        Operator::GreaterOrEqual => order.is_ge(),
        Operator::Greater => order.is_gt(),
        Operator::LessOrEqual => order.is_le(),
        Operator::Less => order.is_lt(),
        Operator::Contains | Operator::StartsWith | Operator::EndsWith => false,
    }
}

/// Whole numbers are compared exactly, others as `f64` (D25).
fn order(a: &Number, b: &Number) -> Option<Ordering> {
    let whole = |number: &Number| number.as_i64().map(i128::from).or(number.as_u64().map(i128::from));
    match (whole(a), whole(b)) {
        (Some(a), Some(b)) => Some(a.cmp(&b)),
        _ => a.as_f64()?.partial_cmp(&b.as_f64()?),
    }
}
