//! Where Heap's role of a person comes from (R21, D8), and which roles Heap may not know.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};

use crate::{directory::Snapshot, heap::Role};

/// Where the role of a person comes from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum RoleSource {
    /// From an attribute of the person, by its name at the source.
    Attribute(String),
    /// By group, by its id: the first of these that holds the person decides.
    ByGroup(Vec<(String, Role)>),
    /// The same for everybody.
    Constant(Role),
    /// Nowhere: the role at Heap is never touched (D8).
    #[default]
    None,
}

impl RoleSource {
    /// The role of one person.
    pub(super) fn role<'a>(
        &self,
        attribute: impl FnOnce(&str) -> Option<&'a str>,
        is_member: impl Fn(&str) -> bool,
    ) -> Option<String> {
        match self {
            Self::Attribute(name) => attribute(name).map(ToString::to_string),
            Self::ByGroup(groups) => {
                let decides = groups.iter().find(|(group, _)| is_member(group));
                decides.map(|(_, role)| role.name().to_string())
            }
            Self::Constant(role) => Some(role.name().to_string()),
            Self::None => None,
        }
    }
}

/// A role that the directory gives and Heap may not have.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct UnknownRole {
    /// Its name in the directory.
    pub name: String,
    /// How many people have it.
    pub people: usize,
}

/// The roles of a directory that are neither Heap's own nor among the tenant's `custom` ones: to be looked at before anything is
/// sent, since how Heap answers to an unknown role is not published (D8).
///
/// ```
/// use heap_identity::{connector::unknown_roles, directory::{Person, Snapshot}};
/// let mut builder = Snapshot::builder();
/// let person = Person { id: "u1".into(), user_name: "ann".into(), active: true, role: Some("Growth".into()), ..Person::default() };
/// builder.person(&person)?;
/// let directory = builder.complete()?;
/// assert_eq!(unknown_roles(&directory, &[])[0].name, "Growth");
/// assert!(unknown_roles(&directory, &["Growth"]).is_empty());
/// # Ok::<(), heap_identity::directory::Error>(())
/// ```
pub fn unknown_roles(directory: &Snapshot, custom: &[&str]) -> Vec<UnknownRole> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for role in directory.people().filter_map(|person| person.role()) {
        let is_known = matches!(Role::from(role), known if !matches!(known, Role::Custom(_)));
        if !is_known && !custom.contains(&role) {
            let count = counts.entry(role).or_default();
            *count = count.saturating_add(1);
        }
    }
    counts.into_iter().map(|(name, people)| UnknownRole { name: name.to_string(), people }).collect()
}
