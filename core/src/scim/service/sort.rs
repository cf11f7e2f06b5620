//! Sorting (RFC 7644 3.4.2.3).

use alloc::string::String;
use core::cmp::Ordering;

use jiff::Timestamp;
use serde_json::Value;

use crate::scim::{
    AttributePath, Document, Error, ErrorKind, document,
    filter::date,
    schema::{Attribute, Resolved, ResourceType, Type},
    text::fold,
};

/// By what a list is sorted, and in which direction.
#[derive(Clone, Debug)]
pub(super) struct Sort {
    by: AttributePath,
    descending: bool,
}

/// The attribute that a type of resource is sorted by.
#[derive(Debug)]
pub(super) struct Order<'t> {
    extension: Option<&'t str>,
    attribute: &'t Attribute,
    sub: Option<&'t Attribute>,
}

/// What is compared: of one attribute, so mostly of one sort.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum SortKey {
    Boolean(bool),
    Number(f64),
    Time(Timestamp),
    Text(String),
    /// No value: at the end of an ascending list.
    Absent,
}

impl Sort {
    /// # Errors
    /// `invalidPath` for a malformed name, `invalidValue` for a direction that is none.
    pub(super) fn of(by: Option<&str>, order: Option<&str>) -> Result<Option<Self>, Error> {
        let descending = match order {
            None => false,
            Some(order) if order.eq_ignore_ascii_case("ascending") => false,
            Some(order) if order.eq_ignore_ascii_case("descending") => true,
            Some(_) => {
                let detail = "`sortOrder` is neither ascending nor descending";
                return Err(Error::new(ErrorKind::InvalidValue, detail));
            }
        };
        by.map(|by| Ok(Self { by: by.parse()?, descending })).transpose()
    }

    /// # Errors
    /// `invalidPath` when the type has no such attribute, or it has parts and none is named.
    pub(super) fn order<'t>(&self, kind: &'t ResourceType) -> Result<Order<'t>, Error> {
        let none = || Error::new(ErrorKind::InvalidPath, "`sortBy` names no attribute that can be sorted by");
        let Some(Resolved::Attribute { extension, attribute, sub }) = kind.resolve(&self.by) else {
            return Err(none());
        };
        let sub = match sub {
            None if attribute.kind == Type::Complex => {
                Some(attribute.sub_attribute("value").ok_or_else(none)?)
            }
            sub => sub,
        };
        Ok(Order { extension, attribute, sub })
    }

    pub(super) fn compare(&self, a: &SortKey, b: &SortKey) -> Ordering {
        let ascending = a.order(b);
        if self.descending { ascending.reverse() } else { ascending }
    }
}

impl Order<'_> {
    pub(super) fn key(&self, resource: &Document) -> SortKey {
        let described = self.sub.unwrap_or(self.attribute);
        match self.value(resource) {
            Some(Value::Bool(value)) => SortKey::Boolean(*value),
            Some(Value::Number(number)) => number.as_f64().map_or(SortKey::Absent, SortKey::Number),
            Some(Value::String(text)) if described.kind == Type::DateTime => {
                date(text).map_or(SortKey::Absent, SortKey::Time)
            }
            Some(Value::String(text)) if described.case_exact => SortKey::Text(text.clone()),
            Some(Value::String(text)) => SortKey::Text(fold(text)),
            _ => SortKey::Absent,
        }
    }

    /// Of several values the primary one counts, else the first.
    fn value<'d>(&self, resource: &'d Document) -> Option<&'d Value> {
        let whole = match self.extension {
            None => resource.get(&self.attribute.name)?,
            Some(urn) => document::get(resource.get(urn)?.as_object()?, &self.attribute.name)?,
        };
        let primary = |value: &&Value| value.get("primary").and_then(Value::as_bool) == Some(true);
        let one = match whole {
            Value::Array(values) => values.iter().find(primary).or(values.first())?,
            one => one,
        };
        match self.sub {
            None => Some(one),
            Some(sub) => document::get(one.as_object()?, &sub.name),
        }
    }
}

impl SortKey {
    fn order(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Boolean(a), Self::Boolean(b)) => a.cmp(b),
            (Self::Number(a), Self::Number(b)) => a.total_cmp(b),
            (Self::Time(a), Self::Time(b)) => a.cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.rank().cmp(&other.rank()),
        }
    }

    const fn rank(&self) -> u8 {
        match self {
            Self::Boolean(_) => 0,
            Self::Number(_) => 1,
            Self::Time(_) => 2,
            Self::Text(_) => 3,
            Self::Absent => 4,
        }
    }
}
