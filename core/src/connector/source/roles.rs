//! Where Heap's role of a person comes from (R21, D8), and which roles Heap may not know.

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};

use crate::{
    directory::{self, Person, PersonView, Snapshot},
    heap::Role,
};

/// Where the role of a person comes from.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum RoleSource {
    /// From an attribute of the person, by its name at the source; one that is empty gives none.
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
            Self::Attribute(name) => attribute(name).filter(|role| !role.is_empty()).map(ToString::to_string),
            Self::ByGroup(groups) => {
                let decides = groups.iter().find(|(group, _)| is_member(group));
                decides.map(|(_, role)| role.name().to_string())
            }
            Self::Constant(role) => Some(role.name().to_string()),
            Self::None => None,
        }
    }
}

/// A directory with the roles that `roles` gives, whatever gave them before: for sources that were read without one. An attribute is
/// known to the source alone, so [`RoleSource::Attribute`] leaves the roles as they were read.
///
/// # Errors
/// None that a directory which exists does not have already.
///
/// ```
/// use heap_identity::{connector::{RoleSource, snapshot_from_csv, with_roles}, heap::Role};
/// let people = "id,userName,active\nu1,ann@example.com,true\nu2,bob@example.com,true\n";
/// let directory = snapshot_from_csv(people, "groupId,groupName,userId\ng1,Leads,u1\ng2,All,u1\ng2,All,u2\n")?;
/// let roles = RoleSource::ByGroup(vec![("g1".into(), Role::Architect), ("g2".into(), Role::Consumer)]);
/// let directory = with_roles(&directory, &roles)?;
/// assert_eq!(directory.person("u1").and_then(|person| person.role()), Some("Architect"));
/// assert_eq!(directory.person("u2").and_then(|person| person.role()), Some("Consumer"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn with_roles(directory: &Snapshot, roles: &RoleSource) -> Result<Snapshot, directory::Error> {
    let mut builder = Snapshot::builder();
    builder.group_management(directory.has_group_management());
    let mut numbers = BTreeMap::new();
    for person in directory.people() {
        let is_member =
            |group: &str| directory.group(group).is_some_and(|group| group.contains(person.number()));
        let role = match roles {
            RoleSource::Attribute(_) => person.role().map(ToString::to_string),
            _ => roles.role(|_| None, is_member),
        };
        numbers.insert(person.id(), builder.person(&Person { role, ..person.to_person() })?);
    }
    for group in directory.groups() {
        let number = builder.group(&group.to_group())?;
        for person in group.members().filter_map(|member| numbers.get(member.id())) {
            builder.member(number, *person);
        }
    }
    builder.complete()
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
    unknown_of(directory.people(), custom)
}

/// The same of some people.
pub(crate) fn unknown_of<'s>(
    people: impl Iterator<Item = PersonView<'s>>,
    custom: &[&str],
) -> Vec<UnknownRole> {
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for role in people.filter_map(|person| person.role()) {
        if matches!(Role::from(role), Role::Custom(_)) && !custom.contains(&role) {
            let count = counts.entry(role).or_default();
            *count = count.saturating_add(1);
        }
    }
    counts.into_iter().map(|(name, people)| UnknownRole { name: name.to_string(), people }).collect()
}
