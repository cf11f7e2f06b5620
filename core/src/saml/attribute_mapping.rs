//! Which attributes are sent, and where their values come from (R5).

use alloc::{string::String, vec::Vec};

use super::identity_provider::Attribute;

/// The attributes of a login: constants, properties of the person, the person's groups (R5).
///
/// ```
/// use heap_identity::saml::AttributeMapping;
/// let mapping = AttributeMapping::new()
///     .property("firstname", "givenName")
///     .property("phone", "phoneNumber")
///     .constant("source", &["directory"])
///     .groups("groups");
/// let property = |name: &str| (name == "givenName").then_some("Ann");
/// let mapped = mapping.apply(property, &["Analysts", "Growth"]);
/// let names: Vec<_> = mapped.attributes().iter().map(|attribute| attribute.name).collect();
/// // What the person does not have is not sent.
/// assert_eq!(names, ["firstname", "source", "groups"]);
/// ```
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct AttributeMapping(Vec<(String, Source)>);

/// Where values come from.
#[derive(Clone, Debug, Eq, PartialEq)]
enum Source {
    Constant(Vec<String>),
    Property(String),
    Groups,
}

impl AttributeMapping {
    /// No attributes yet.
    pub const fn new() -> Self {
        Self(Vec::new())
    }

    /// An attribute that is the same for everybody.
    #[must_use]
    pub fn constant(self, name: &str, values: &[&str]) -> Self {
        self.with(name, Source::Constant(values.iter().map(|value| String::from(*value)).collect()))
    }

    /// An attribute from a property of the person; who does not have the property gets no attribute.
    #[must_use]
    pub fn property(self, name: &str, property: &str) -> Self {
        self.with(name, Source::Property(property.into()))
    }

    /// An attribute with the names of the person's groups, one value each; without groups there is no attribute.
    #[must_use]
    pub fn groups(self, name: &str) -> Self {
        self.with(name, Source::Groups)
    }

    /// The attributes of one person: `property` looks a property up, `groups` are the names of the person's groups.
    pub fn apply<'a>(
        &'a self,
        property: impl Fn(&str) -> Option<&'a str>,
        groups: &[&'a str],
    ) -> MappedAttributes<'a> {
        let values = |source: &'a Source| match source {
            Source::Constant(values) => values.iter().map(String::as_str).collect(),
            Source::Property(name) => property(name).into_iter().collect(),
            Source::Groups => groups.to_vec(),
        };
        let mapped = self.0.iter().map(|(name, source)| (name.as_str(), values(source)));
        MappedAttributes(mapped.filter(|(_, values): &(_, Vec<_>)| !values.is_empty()).collect())
    }

    fn with(mut self, name: &str, source: Source) -> Self {
        self.0.push((name.into(), source));
        self
    }
}

/// The attributes of one person.
pub struct MappedAttributes<'a>(Vec<(&'a str, Vec<&'a str>)>);

impl MappedAttributes<'_> {
    /// What [`Login::attributes`](super::Login::attributes) takes.
    pub fn attributes(&self) -> Vec<Attribute<'_>> {
        self.0.iter().map(|(name, values)| Attribute { name, values }).collect()
    }
}

/// The values are personal: only their number is shown.
impl core::fmt::Debug for MappedAttributes<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_list().entries(self.attributes()).finish()
    }
}
