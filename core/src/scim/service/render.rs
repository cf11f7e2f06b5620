//! Resources on their way out: the stored document, its memberships, and what was asked for (RFC 7644 3.9).

use alloc::{
    borrow::ToOwned,
    format,
    string::{String, ToString},
    vec::Vec,
};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::store::{Kind, Record, Store, StoredMember};
use crate::scim::{AttributePath, Error, ErrorKind, schema::ResourceType};

/// Which attributes an answer has.
#[derive(Clone, Debug, Default)]
pub(super) enum Projection {
    /// Those that are returned by default.
    #[default]
    Default,
    /// These alone, and those that are always returned.
    Only(Vec<Selected>),
    /// All but these, but for those that are always returned.
    Without(Vec<Selected>),
}

/// A name in `attributes` or `excludedAttributes`: a top-level attribute or an extension, and a part of it.
#[derive(Clone, Debug)]
pub(super) struct Selected {
    name: String,
    part: Option<String>,
}

impl Projection {
    /// # Errors
    /// `invalidValue` when both are given (RFC 7644 3.9: they exclude each other).
    pub(super) fn of(only: Option<Vec<String>>, without: Option<Vec<String>>) -> Result<Self, Error> {
        let selected = |names: Vec<String>| names.iter().filter_map(|name| Selected::of(name)).collect();
        match (only, without) {
            (Some(_), Some(_)) => Err(Error::new(
                ErrorKind::InvalidValue,
                "`attributes` and `excludedAttributes` exclude each other",
            )),
            (Some(names), None) => Ok(Self::Only(selected(names))),
            (None, Some(names)) => Ok(Self::Without(selected(names))),
            (None, None) => Ok(Self::Default),
        }
    }

    /// Whether any of an attribute is shown.
    fn shows(&self, name: &str) -> bool {
        if name.eq_ignore_ascii_case("id") || name.eq_ignore_ascii_case("schemas") {
            return true;
        }
        match self {
            Self::Default => true,
            Self::Only(names) => names.iter().any(|selected| selected.is(name)),
            Self::Without(names) => {
                !names.iter().any(|selected| selected.is(name) && selected.part.is_none())
            }
        }
    }

    /// The parts of an attribute that are shown; `None` for all.
    fn shown(&self, name: &str, value: &Value) -> Option<Value> {
        let parts = |names: &[Selected]| -> Vec<String> {
            names
                .iter()
                .filter(|selected| selected.is(name))
                .filter_map(|selected| selected.part.clone())
                .collect()
        };
        match self {
            Self::Default => None,
            Self::Only(names)
                if names.iter().any(|selected| selected.is(name) && selected.part.is_none()) =>
            {
                None
            }
            Self::Only(names) => {
                let parts = parts(names);
                (!parts.is_empty())
                    .then(|| picked(value, &|part| parts.iter().any(|own| own.eq_ignore_ascii_case(part))))
            }
            Self::Without(names) => {
                let parts = parts(names);
                (!parts.is_empty())
                    .then(|| picked(value, &|part| !parts.iter().any(|own| own.eq_ignore_ascii_case(part))))
            }
        }
    }
}

impl Selected {
    fn of(name: &str) -> Option<Self> {
        let path: AttributePath = name.parse().ok()?;
        let core = [ResourceType::user(), ResourceType::group()];
        Some(match path.schema() {
            None => Self { name: path.name().to_owned(), part: path.sub_attribute().map(ToOwned::to_owned) },
            Some(urn) if core.iter().any(|kind| kind.schema.id.eq_ignore_ascii_case(urn)) => {
                Self { name: path.name().to_owned(), part: path.sub_attribute().map(ToOwned::to_owned) }
            }
            // An extension as a whole reads like an attribute of a shorter URN.
            Some(urn) if !core.iter().any(|kind| kind.extension(urn).is_some()) => {
                Self { name: path.to_string(), part: None }
            }
            Some(urn) => Self { name: urn.to_owned(), part: Some(path.name().to_owned()) },
        })
    }

    fn is(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
    }
}

/// Some parts of an object, or of each object of an array.
fn picked(value: &Value, wanted: &dyn Fn(&str) -> bool) -> Value {
    let part = |map: &Map<String, Value>| -> Value {
        Value::Object(
            map.iter()
                .filter(|(name, _)| wanted(name))
                .map(|(name, value)| (name.clone(), value.clone()))
                .collect(),
        )
    };
    match value {
        Value::Object(map) => part(map),
        Value::Array(values) => {
            values.iter().map(|value| value.as_object().map_or_else(|| value.clone(), part)).collect()
        }
        simple => simple.clone(),
    }
}

/// A resource as it goes out. Memberships are read from the store while it is written.
pub(super) struct Rendered<'r, S> {
    pub(super) store: &'r S,
    pub(super) kind: Kind,
    pub(super) record: &'r Record,
    pub(super) projection: &'r Projection,
    pub(super) base_url: &'r str,
    /// Whether a group's members are part of answers at all.
    pub(super) members: bool,
}

impl<S: Store> Rendered<'_, S> {
    fn members(&self) -> Vec<Value> {
        let part = |name: &str, text: &str| (name.to_owned(), Value::String(text.to_owned()));
        let member = |member: StoredMember<'_>| {
            let address = format!("{}{}/{}", self.base_url, member.kind.endpoint(), member.id);
            let mut map = Map::from_iter([
                part("value", &member.id),
                part("$ref", &address),
                part("type", member.kind.name()),
            ]);
            map.extend(member.display.map(|display| part("display", &display)));
            Value::Object(map)
        };
        self.store.members(self.record.id()).map(member).collect()
    }

    fn groups(&self) -> Vec<Value> {
        let group = |group: &Record| {
            let id = group.id();
            let name = group.document.text("displayName").unwrap_or_default();
            let address = format!("{}{}/{id}", self.base_url, Kind::Group.endpoint());
            serde_json::json!({ "value": id, "$ref": address, "display": name, "type": "direct" })
        };
        self.store.groups_of(self.record.id()).map(|record| group(&record)).collect()
    }
}

impl<S: Store> Serialize for Rendered<'_, S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let mut map = serializer.serialize_map(None)?;
        for (name, value) in self.record.document.as_map() {
            if self.projection.shows(name) {
                match self.projection.shown(name, value) {
                    None => map.serialize_entry(name, value)?,
                    Some(parts) => map.serialize_entry(name, &parts)?,
                }
            }
        }
        let (name, memberships) = match self.kind {
            Kind::User => ("groups", true),
            Kind::Group => ("members", self.members),
        };
        if memberships && self.projection.shows(name) {
            let values = if self.kind == Kind::User { self.groups() } else { self.members() };
            // An empty group says so: a client must tell it from one whose members are left out (F13).
            if !values.is_empty() || self.kind == Kind::Group {
                let values = Value::Array(values);
                map.serialize_entry(name, self.projection.shown(name, &values).as_ref().unwrap_or(&values))?;
            }
        }
        map.end()
    }
}
