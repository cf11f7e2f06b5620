//! What the assertion says of a person beside the NameID (R5).

use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::fmt;

use serde::{Deserialize, Serialize};

use super::{HeapId, InvalidName, fill_template};
use crate::{
    directory::{Access, Person, Snapshot},
    saml::Attribute,
};

/// Where the values of an attribute come from.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AttributeSource {
    /// The same for everybody.
    Constant(String),
    /// A property of the person; an attribute without value is left out.
    Property(Property),
    /// The names of the bound groups that hold the person.
    Groups,
}

/// A property of a person of the directory.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Property {
    /// The email address.
    Email,
    /// The user name.
    UserName,
    /// The given name.
    GivenName,
    /// The family name.
    FamilyName,
    /// Heap's role.
    Role,
}

impl Property {
    fn of(self, person: &Person) -> Option<&str> {
        let value = match self {
            Self::Email => person.email.as_deref(),
            Self::UserName => Some(person.user_name.as_str()),
            Self::GivenName => person.given_name.as_deref(),
            Self::FamilyName => person.family_name.as_deref(),
            Self::Role => person.role.as_deref(),
        };
        value.filter(|value| !value.is_empty())
    }
}

/// Which attributes an assertion has, by name, in the order in which they were added.
///
/// ```
/// use heap_identity::heap::{AttributeMapping, AttributeSource, Property};
/// let mut mapping = AttributeMapping::default();
/// mapping.set("email", AttributeSource::Property(Property::Email));
/// mapping.set("groups", AttributeSource::Groups);
/// mapping.set("source", AttributeSource::Constant("JumpCloud".into()));
/// assert_eq!(mapping.names().collect::<Vec<_>>(), ["email", "groups", "source"]);
/// ```
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(transparent)]
pub struct AttributeMapping {
    rows: Vec<(String, AttributeSource)>,
}

impl AttributeMapping {
    /// Adds an attribute, or changes the one of this name.
    pub fn set(&mut self, name: &str, source: AttributeSource) {
        match self.rows.iter_mut().find(|(known, _)| known == name) {
            Some((_, known)) => *known = source,
            None => self.rows.push((name.into(), source)),
        }
    }

    /// Leaves an attribute out again; whether there was one of this name.
    pub fn remove(&mut self, name: &str) -> bool {
        let before = self.rows.len();
        self.rows.retain(|(known, _)| known != name);
        self.rows.len() < before
    }

    /// The names of the attributes.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.rows.iter().map(|(name, _)| name.as_str())
    }

    /// The same with the Heap ID in the place of each `YOUR_ID` of a constant (R4).
    ///
    /// # Errors
    /// [`InvalidName::Placeholder`] when one is left over.
    pub fn filled(&self, heap_id: &HeapId) -> Result<Self, InvalidName> {
        let fill = |source: &AttributeSource| {
            Ok(match source {
                AttributeSource::Constant(value) => AttributeSource::Constant(fill_template(value, heap_id)?),
                source => source.clone(),
            })
        };
        let rows = self.rows.iter().map(|(name, source)| Ok((name.clone(), fill(source)?)));
        Ok(Self { rows: rows.collect::<Result<_, _>>()? })
    }

    /// The attributes of a person, by directory id; none for somebody without access (R12).
    pub fn attributes_of(&self, directory: &Snapshot, person: &str) -> PersonAttributes {
        let (Access::Granted { groups }, Some(view)) = (directory.access(person), directory.person(person))
        else {
            return PersonAttributes { rows: Vec::new() };
        };
        let person = view.to_person();
        let values = |source: &AttributeSource| match source {
            AttributeSource::Constant(value) => vec![value.clone()],
            AttributeSource::Property(property) => {
                property.of(&person).map(ToString::to_string).into_iter().collect()
            }
            AttributeSource::Groups => groups.iter().map(|group| group.name().to_string()).collect(),
        };
        let rows = self.rows.iter().map(|(name, source)| (name.clone(), values(source)));
        PersonAttributes { rows: rows.filter(|(_, values)| !values.is_empty()).collect() }
    }
}

/// The attributes of one person. The values are personal: only their number is shown.
#[derive(Clone, Eq, PartialEq)]
pub struct PersonAttributes {
    rows: Vec<(String, Vec<String>)>,
}

impl PersonAttributes {
    /// The names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &[String])> {
        self.rows.iter().map(|(name, values)| (name.as_str(), values.as_slice()))
    }

    /// Calls `with` with the attributes as a [`Login`](crate::saml::Login) takes them.
    pub fn with<T>(&self, with: impl FnOnce(&[Attribute<'_>]) -> T) -> T {
        let values: Vec<Vec<&str>> =
            self.rows.iter().map(|(_, values)| values.iter().map(String::as_str).collect()).collect();
        let attributes: Vec<Attribute<'_>> =
            self.rows.iter().zip(&values).map(|((name, _), values)| Attribute::new(name, values)).collect();
        with(&attributes)
    }
}

impl fmt::Debug for PersonAttributes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_list().entries(self.rows.iter().map(|(name, values)| (name, values.len()))).finish()
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec, vec::Vec};

    use super::{AttributeMapping, AttributeSource, Property};
    use crate::directory::{Group, Person, Snapshot};

    fn directory() -> Snapshot {
        let mut builder = Snapshot::builder();
        let ann = Person {
            id: "u1".into(),
            user_name: "ann@example.com".into(),
            active: true,
            given_name: Some("Ann".into()),
            family_name: Some("".into()),
            ..Person::default()
        };
        let ann = builder.person(&ann).unwrap();
        for (name, bound) in [("Analysts", true), ("Growth", true), ("Private", false)] {
            let group = builder.group(&Group { id: name.into(), name: name.into(), bound }).unwrap();
            builder.member(group, ann);
        }
        builder.complete().unwrap()
    }

    #[test]
    fn r05_attributes_are_constants_properties_and_groups_and_can_be_changed() {
        let mut mapping = AttributeMapping::default();
        mapping.set("source", AttributeSource::Constant("old".into()));
        mapping.set("firstName", AttributeSource::Property(Property::GivenName));
        mapping.set("lastName", AttributeSource::Property(Property::FamilyName));
        mapping.set("groups", AttributeSource::Groups);
        mapping.set("gone", AttributeSource::Groups);
        mapping.set("source", AttributeSource::Constant("JumpCloud".into()));
        assert!(mapping.remove("gone") && !mapping.remove("gone"));
        let of_ann = mapping.attributes_of(&directory(), "u1");
        let said: Vec<_> = of_ann.iter().map(|(name, values)| (name, values.to_vec())).collect();
        // Without a family name there is nothing to say; an unbound group is nobody's business.
        assert_eq!(
            said,
            [
                ("source", vec!["JumpCloud".into()]),
                ("firstName", vec!["Ann".into()]),
                ("groups", vec!["Analysts".into(), "Growth".into()]),
            ]
        );
        of_ann.with(|attributes| assert_eq!(attributes[2].values, ["Analysts", "Growth"]));
        assert!(!format!("{of_ann:?}").contains("Ann"), "values are personal");
        assert_eq!(mapping.attributes_of(&directory(), "u2").iter().count(), 0);
    }
}
