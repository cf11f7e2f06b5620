//! Resources on their way out: the stored document, its memberships, and what was asked for (RFC 7644 3.9).

use alloc::{
    borrow::{Cow, ToOwned},
    string::{String, ToString},
    vec::Vec,
};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::store::{Kind, Record, Store};
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

    /// Whether parts of an attribute are named.
    fn names_parts(&self, name: &str) -> bool {
        match self {
            Self::Default => false,
            Self::Only(names) | Self::Without(names) => {
                names.iter().any(|selected| selected.is(name) && selected.part.is_some())
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

/// The memberships of a resource, read from the store while they are written.
struct Memberships<'m, S>(&'m Rendered<'m, S>);

impl<S: Store> Serialize for Memberships<'_, S> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let Rendered { store, record, base_url, .. } = *self.0;
        match self.0.kind {
            Kind::User => serializer.collect_seq(store.groups_of(record.id()).map(|group| Membership {
                base_url,
                of: Kind::Group,
                kind: "direct",
                display: group.document.text("displayName").map(|name| Cow::Owned(name.to_owned())),
                id: Cow::Owned(group.id().to_owned()),
            })),
            Kind::Group => serializer.collect_seq(store.members(record.id()).map(|member| Membership {
                base_url,
                of: member.kind,
                kind: member.kind.name(),
                display: member.display,
                id: member.id,
            })),
        }
    }
}

/// A member of a group, or a group of a user.
struct Membership<'m> {
    base_url: &'m str,
    of: Kind,
    id: Cow<'m, str>,
    kind: &'static str,
    display: Option<Cow<'m, str>>,
}

impl Serialize for Membership<'_> {
    fn serialize<Z: Serializer>(&self, serializer: Z) -> Result<Z::Ok, Z::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("value", &self.id)?;
        map.serialize_entry("$ref", &format_args!("{}{}/{}", self.base_url, self.of.endpoint(), self.id))?;
        map.serialize_entry("type", self.kind)?;
        if let Some(display) = &self.display {
            map.serialize_entry("display", display)?;
        }
        map.end()
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
        // An empty group says so: a client must tell it from one whose members are left out (F13).
        let name = match self.kind {
            // A resource as it was has the memberships that it had.
            _ if self.record.document.get(self.kind.memberships()).is_some() => None,
            Kind::User => self.store.groups_of(self.record.id()).next().map(|_| "groups"),
            Kind::Group => self.members.then_some("members"),
        };
        if let Some(name) = name.filter(|name| self.projection.shows(name)) {
            let memberships = Memberships(self);
            if self.projection.names_parts(name) {
                let whole = serde_json::to_value(&memberships).map_err(serde::ser::Error::custom)?;
                map.serialize_entry(name, self.projection.shown(name, &whole).as_ref().unwrap_or(&whole))?;
            } else {
                map.serialize_entry(name, &memberships)?;
            }
        }
        map.end()
    }
}
