//! Where messages go, by binding (saml-metadata 2.2.2, 2.2.3).

use alloc::string::String;

use super::{MetadataError, role};
use crate::{
    saml::names::{HTTP_POST, HTTP_REDIRECT},
    xml::{Node, Writer},
};

/// How a message travels.
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Binding {
    /// In a query string (saml-bindings 3.4).
    Redirect,
    /// In a form (saml-bindings 3.5).
    Post,
    /// Another one, by its URI: neither end here speaks it.
    Other(String),
}

impl Binding {
    /// The URI of the binding.
    pub fn uri(&self) -> &str {
        match self {
            Self::Redirect => HTTP_REDIRECT,
            Self::Post => HTTP_POST,
            Self::Other(uri) => uri,
        }
    }

    /// The binding that a URI names.
    pub fn from_uri(uri: &str) -> Self {
        match uri {
            HTTP_REDIRECT => Self::Redirect,
            HTTP_POST => Self::Post,
            other => Self::Other(other.into()),
        }
    }
}

/// An address that takes messages of one binding.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Endpoint {
    /// How messages travel.
    pub binding: Binding,
    /// Where requests go, and responses unless there is another address for them.
    pub location: String,
    /// Where responses go.
    pub response_location: Option<String>,
}

impl Endpoint {
    /// An address for requests and responses.
    pub fn new(binding: Binding, location: &str) -> Self {
        Self { binding, location: location.into(), response_location: None }
    }

    /// The address for responses.
    pub fn for_responses(&self) -> &str {
        self.response_location.as_deref().unwrap_or(&self.location)
    }

    pub(super) fn read(node: Node<'_>) -> Result<Self, MetadataError> {
        Ok(Self {
            binding: Binding::from_uri(role::required(node, "Binding")?),
            location: role::required(node, "Location")?.into(),
            response_location: node.attribute("ResponseLocation").map(Into::into),
        })
    }

    pub(super) fn write(&self, xml: &mut Writer, name: &str) {
        let mut attributes = alloc::vec![("Binding", self.binding.uri()), ("Location", &*self.location)];
        attributes.extend(self.response_location.as_deref().map(|location| ("ResponseLocation", location)));
        xml.element(name, &attributes, "");
    }
}

/// An endpoint that requests can name by its number.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct IndexedEndpoint {
    /// The endpoint.
    pub endpoint: Endpoint,
    /// Its number.
    pub index: u16,
    /// Whether it is meant where a request names none.
    pub is_default: Option<bool>,
}

impl IndexedEndpoint {
    /// The endpoint with this number.
    pub const fn new(endpoint: Endpoint, index: u16) -> Self {
        Self { endpoint, index, is_default: None }
    }

    pub(super) fn read(node: Node<'_>) -> Result<Self, MetadataError> {
        Ok(Self {
            endpoint: Endpoint::read(node)?,
            index: role::index(node)?,
            is_default: role::boolean(node, "isDefault")?,
        })
    }

    pub(super) fn write(&self, xml: &mut Writer, name: &str) {
        let (index, endpoint) = (alloc::format!("{}", self.index), &self.endpoint);
        let mut attributes =
            alloc::vec![("Binding", endpoint.binding.uri()), ("Location", &*endpoint.location)];
        attributes
            .extend(endpoint.response_location.as_deref().map(|location| ("ResponseLocation", location)));
        attributes.push(("index", &index));
        attributes.extend(self.is_default.map(|is| ("isDefault", if is { "true" } else { "false" })));
        xml.element(name, &attributes, "");
    }
}

/// The first that says it is the default, else the first that does not deny it, else the first (saml-metadata 2.2.3).
pub(super) fn default_of<T>(all: &[T], is_default: impl Fn(&T) -> Option<bool>) -> Option<&T> {
    let says = |wanted: Option<bool>| all.iter().find(|it| is_default(it) == wanted);
    says(Some(true)).or_else(|| says(None)).or_else(|| all.first())
}

#[cfg(test)]
mod tests {
    use super::default_of;

    #[test]
    fn the_default_is_who_says_so_then_who_does_not_deny_it_then_the_first() {
        for (all, expected) in [
            ([None, Some(false), Some(true)], 2),
            ([Some(false), None, Some(false)], 1),
            ([Some(false), Some(false), Some(false)], 0),
            ([Some(false), Some(true), Some(true)], 1),
        ] {
            let numbered = [(0, all[0]), (1, all[1]), (2, all[2])];
            assert_eq!(default_of(&numbered, |it| it.1).unwrap().0, expected, "{all:?}");
        }
    }
}
