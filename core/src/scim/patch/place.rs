//! Where an operation works: an attribute of the resource or of an extension, described by a schema or not.

use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec::Vec,
};

use serde_json::{Map, Value};

use super::value::mutability;
use crate::scim::{
    AttributePath, Document, Error, ErrorKind, document,
    schema::{Attribute, Mutability, Resolved, ResourceType},
};

/// An attribute within a document.
#[derive(Debug)]
pub(super) struct Place<'k> {
    /// The extension in whose object it stands.
    extension: Option<String>,
    /// Its name.
    pub(super) name: Cow<'k, str>,
    /// What the schema says, where it describes it.
    pub(super) attribute: Option<&'k Attribute>,
    /// The sub-attribute, where the path names one.
    pub(super) sub: Option<(Cow<'k, str>, Option<&'k Attribute>)>,
}

impl<'k> Place<'k> {
    /// The place that a path names.
    ///
    /// # Errors
    /// `invalidPath` when neither the schema nor the resource has such an attribute (F20).
    pub(super) fn of(
        kind: &'k ResourceType,
        document: &Document,
        path: &AttributePath,
    ) -> Result<Self, Error> {
        let own = |text: &str| Cow::Owned(text.to_string());
        match kind.resolve(path) {
            Some(Resolved::Attribute { extension, attribute, sub }) => Ok(Self {
                extension: extension.map(ToString::to_string),
                name: Cow::Borrowed(&attribute.name),
                attribute: Some(attribute),
                sub: sub.map(|sub| (Cow::Borrowed(sub.name.as_ref()), Some(sub))),
            }),
            Some(Resolved::Extension(_)) => Err(unknown(path)),
            None => {
                let place = Self {
                    extension: path.schema().map(ToString::to_string),
                    name: own(path.name()),
                    attribute: None,
                    sub: path.sub_attribute().map(|sub| (own(sub), None)),
                };
                let described = match path.schema() {
                    None => kind.attribute(path.name()).is_some(),
                    Some(urn) => urn.eq_ignore_ascii_case(&kind.schema.id) || kind.extension(urn).is_some(),
                };
                let there = match path.schema() {
                    Some(urn) => !described && Self::is_listed(document, urn),
                    None => !described && place.sub.is_none() && place.get(document).is_some(),
                };
                if there { Ok(place) } else { Err(unknown(path)) }
            }
        }
    }

    /// An attribute of an extension by its name.
    pub(super) fn in_extension(kind: &'k ResourceType, urn: &str, name: &str) -> Self {
        let extension = kind.extensions.iter().find(|extension| extension.id.eq_ignore_ascii_case(urn));
        let attribute = extension.and_then(|extension| extension.attribute(name));
        let name = attribute
            .map_or_else(|| Cow::Owned(name.to_string()), |attribute| Cow::Borrowed(attribute.name.as_ref()));
        Self { extension: Some(urn.to_string()), name, attribute, sub: None }
    }

    /// Whether the resource names a schema that its type does not know.
    pub(super) fn is_listed(document: &Document, urn: &str) -> bool {
        let schemas = document.get("schemas").and_then(Value::as_array);
        let listed = schemas.is_some_and(|schemas| {
            schemas.iter().filter_map(Value::as_str).any(|listed| listed.eq_ignore_ascii_case(urn))
        });
        listed && urn.contains(':') && document.get(urn).is_some_and(Value::is_object)
    }

    pub(super) fn is_read_only(&self) -> bool {
        let read_only = |attribute: &Attribute| attribute.mutability == Mutability::ReadOnly;
        self.attribute.is_some_and(read_only)
            || self.sub.as_ref().is_some_and(|(_, sub)| sub.is_some_and(read_only))
    }

    pub(super) fn is_required(&self) -> bool {
        match &self.sub {
            Some((_, sub)) => sub.is_some_and(|sub| sub.required),
            None => self.attribute.is_some_and(|attribute| attribute.required),
        }
    }

    pub(super) fn read_only(&self) -> Error {
        mutability(&self.name, "is read-only")
    }

    pub(super) fn unknown(&self) -> Error {
        Error::new(ErrorKind::InvalidPath, format!("there is no attribute `{}`", self.name))
    }

    /// The value of the attribute, without regard to the sub-attribute.
    pub(super) fn get<'d>(&self, document: &'d Document) -> Option<&'d Value> {
        document::get(self.map(document)?, &self.name)
    }

    fn map<'d>(&self, document: &'d Document) -> Option<&'d Map<String, Value>> {
        match &self.extension {
            None => Some(document.as_map()),
            Some(urn) => document.get(urn)?.as_object(),
        }
    }

    pub(super) fn get_mut<'d>(&self, document: &'d mut Document) -> Option<&'d mut Value> {
        match &self.extension {
            None => document.get_mut(&self.name),
            Some(urn) => document::get_mut(document.get_mut(urn)?.as_object_mut()?, &self.name),
        }
    }

    /// The values, as copies: one for an attribute with one value.
    pub(super) fn values(&self, document: &Document) -> Vec<Value> {
        match self.get(document) {
            None | Some(Value::Null) => Vec::new(),
            Some(Value::Array(values)) => values.clone(),
            Some(single) => Vec::from([single.clone()]),
        }
    }

    /// Puts values back, without those that say nothing; none at all is no attribute (RFC 7643 2.5).
    pub(super) fn set_values(&self, document: &mut Document, mut values: Vec<Value>) {
        if values.is_empty() {
            self.remove(document);
        } else if self.attribute.is_some_and(|attribute| !attribute.multi_valued) {
            match values.pop() {
                Some(Value::Object(map)) if map.is_empty() => self.remove(document),
                Some(value) => self.set(document, value),
                None => {}
            }
        } else {
            self.set(document, Value::Array(values));
        }
    }

    pub(super) fn set(&self, document: &mut Document, value: Value) {
        let Some(urn) = &self.extension else {
            document.set(&self.name, value);
            return;
        };
        if document.get(urn).and_then(Value::as_object).is_none() {
            document.set(urn, Map::new());
            list(document, urn);
        }
        if let Some(Value::Object(map)) = document.get_mut(urn) {
            document::set(map, &self.name, value);
        }
    }

    pub(super) fn remove(&self, document: &mut Document) {
        let Some(urn) = &self.extension else {
            document.remove(&self.name);
            return;
        };
        if let Some(Value::Object(map)) = document.get_mut(urn) {
            document::remove(map, &self.name);
            if map.is_empty() {
                Self::remove_extension(document, urn);
            }
        }
    }

    /// Removes an extension with its URN in `schemas`, which names those in use (RFC 7643 3).
    pub(super) fn remove_extension(document: &mut Document, urn: &str) {
        document.remove(urn);
        if let Some(Value::Array(schemas)) = document.get_mut("schemas") {
            schemas.retain(|listed| !listed.as_str().is_some_and(|listed| listed.eq_ignore_ascii_case(urn)));
        }
    }
}

/// Names an extension in `schemas`.
fn list(document: &mut Document, urn: &str) {
    if let Some(Value::Array(schemas)) = document.get_mut("schemas") {
        if !schemas.iter().filter_map(Value::as_str).any(|listed| listed.eq_ignore_ascii_case(urn)) {
            schemas.push(urn.into());
        }
    }
}

fn unknown(path: &AttributePath) -> Error {
    let path = path.to_string();
    // Names of attributes are no one's secret, but a hostile one may be long.
    let shown = path.get(..80).unwrap_or(&path);
    Error::new(ErrorKind::InvalidPath, format!("there is no attribute `{shown}`"))
}
