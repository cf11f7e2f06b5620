//! What an Assertion says of a person besides the NameID.

use std::collections::HashMap;

use heap_identity::heap;

use crate::{directory::Snapshot, mirror::mirror};

mirror! {
    /// A property of a person.
    into Property of heap::Property {
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
}

/// Where the value of an attribute comes from.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum AttributeSource {
    /// The same for everybody.
    Constant {
        /// The value.
        value: String,
    },
    /// From the person.
    Property {
        /// Which of their properties.
        property: Property,
    },
    /// The names of the bound groups that hold the person.
    Groups,
}

/// The attributes that an Assertion would carry for a person, by this mapping of names to sources.
#[uniffi::export]
pub fn attributes_of(
    person: &str,
    directory: &Snapshot,
    mapping: HashMap<String, AttributeSource>,
) -> HashMap<String, Vec<String>> {
    let attributes = self::mapping(mapping).attributes_of(&directory.0, person);
    attributes.iter().map(|(name, values)| (name.to_owned(), values.to_vec())).collect()
}

/// The mapping as the core has it, in one order, whatever the dictionary's was.
pub(crate) fn mapping(given: HashMap<String, AttributeSource>) -> heap::AttributeMapping {
    let mut mapping = heap::AttributeMapping::default();
    let given: std::collections::BTreeMap<_, _> = given.into_iter().collect();
    for (name, source) in given {
        let source = match source {
            AttributeSource::Constant { value } => heap::AttributeSource::Constant(value),
            AttributeSource::Property { property } => heap::AttributeSource::Property(property.into()),
            AttributeSource::Groups => heap::AttributeSource::Groups,
        };
        mapping.set(&name, source);
    }
    mapping
}
