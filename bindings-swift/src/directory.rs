//! Snapshots of the identity provider's directory, and how two of them differ.

use std::sync::Arc;

use heap_identity::{
    connector::{self, snapshot_from_csv, snapshot_from_scim},
    directory,
    scim::{Group as ScimGroup, User as ScimUser},
};

use crate::{connector::source::RoleSource, error::HeapIdentityError, held::Held};

/// A person as the directory knows them.
#[derive(Clone, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Person {
    /// The directory's id, which never changes.
    pub id: String,
    /// The user name.
    pub user_name: String,
    /// Not suspended.
    #[uniffi(default = true)]
    pub active: bool,
    /// The given name.
    #[uniffi(default = None)]
    pub given_name: Option<String>,
    /// The family name.
    #[uniffi(default = None)]
    pub family_name: Option<String>,
    /// The email address.
    #[uniffi(default = None)]
    pub email: Option<String>,
    /// Heap's role; a role that is not given is never touched.
    #[uniffi(default = None)]
    pub role: Option<String>,
}

/// The person is not shown.
impl core::fmt::Debug for Person {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Person").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A group of the directory.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct DirectoryGroup {
    /// The directory's id, which never changes.
    pub id: String,
    /// The name.
    pub name: String,
    /// Whether the group is bound to the application.
    #[uniffi(default = true)]
    pub bound: bool,
}

/// Somebody is a member of a group.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Membership {
    /// The group's directory id.
    pub group: String,
    /// The person's directory id.
    pub person: String,
}

/// Something that happened in the directory.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum DirectoryChange {
    /// A person is new, or was changed.
    PersonSet {
        /// The person as they are now.
        person: Person,
    },
    /// A person is gone.
    PersonRemoved {
        /// The person's directory id.
        person: String,
    },
    /// A group is new, or was changed.
    GroupSet {
        /// The group as it is now.
        group: DirectoryGroup,
    },
    /// A group is gone.
    GroupRemoved {
        /// The group's directory id.
        group: String,
    },
    /// Somebody became a member of a group.
    Joined {
        /// Who, and of what.
        membership: Membership,
    },
    /// Somebody is no longer a member of a group.
    Left {
        /// Who, and of what.
        membership: Membership,
    },
    /// Groups are managed from now on, or no longer.
    GroupManagement {
        /// Whether they are.
        on: bool,
    },
}

/// How two snapshots of one directory differ.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Diff {
    /// What leads from one to the other, in an order that an engine can take.
    pub changes: Vec<DirectoryChange>,
    /// The directory ids of people who are new.
    pub people_added: Vec<String>,
    /// The directory ids of people who are gone.
    pub people_removed: Vec<String>,
    /// The directory ids of people who were changed.
    pub people_changed: Vec<String>,
    /// The directory ids of groups that are new.
    pub groups_added: Vec<String>,
    /// The directory ids of groups that are gone.
    pub groups_removed: Vec<String>,
    /// The directory ids of groups that were changed.
    pub groups_changed: Vec<String>,
    /// How many memberships are new.
    pub joined: u64,
    /// How many memberships have ended.
    pub left: u64,
}

/// Whether a person may sign on.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum Access {
    /// By these bound groups.
    Granted {
        /// The groups.
        groups: Vec<DirectoryGroup>,
    },
    /// Not at all.
    Denied {
        /// The stable code of the reason.
        code: String,
        /// The reason, and what to do.
        message: String,
    },
}

/// What the directory says at one moment, whole.
#[derive(Debug, uniffi::Object)]
pub struct Snapshot(pub(crate) Held<directory::Snapshot>);

impl Snapshot {
    pub(crate) fn of(snapshot: directory::Snapshot) -> Self {
        Self(Held::new(snapshot))
    }
}

#[uniffi::export]
impl Snapshot {
    /// A directory of these people, groups and memberships.
    #[uniffi::constructor(default(groups = [], memberships = [], group_management = true))]
    pub fn new(
        people: Vec<Person>,
        groups: Vec<DirectoryGroup>,
        memberships: Vec<Membership>,
        group_management: bool,
    ) -> Result<Self, HeapIdentityError> {
        let mut builder = directory::Snapshot::builder();
        let mut known_people = std::collections::HashMap::new();
        let mut known_groups = std::collections::HashMap::new();
        for person in people {
            let id = person.id.clone();
            known_people.insert(id, builder.person(&person.into())?);
        }
        for group in groups {
            let id = group.id.clone();
            known_groups.insert(id, builder.group(&group.into())?);
        }
        for membership in memberships {
            let group = known_groups.get(&membership.group).copied();
            let person = known_people.get(&membership.person).copied();
            let (Some(group), Some(person)) = (group, person) else {
                return Err(directory::Error::Membership.into());
            };
            builder.member(group, person);
        }
        builder.group_management(group_management);
        Ok(Self::of(builder.complete()?))
    }

    /// A directory file: `{"users": [...], "groups": [...], "groupManagement"?}`.
    #[uniffi::constructor]
    pub fn from_json(text: &str) -> Result<Self, HeapIdentityError> {
        Ok(Self::of(directory::snapshot_from_json(text, |_| ())?))
    }

    /// Two tables: people, and who is a member of what.
    #[uniffi::constructor]
    pub fn from_csv(people: &str, memberships: &str) -> Result<Self, HeapIdentityError> {
        Ok(Self::of(snapshot_from_csv(people, memberships)?))
    }

    /// The users and groups of a SCIM service provider, each as JSON.
    #[uniffi::constructor(default(roles = None))]
    pub fn from_scim(
        users: Vec<String>,
        groups: Vec<String>,
        roles: Option<RoleSource>,
    ) -> Result<Self, HeapIdentityError> {
        let users: Vec<ScimUser> =
            users.iter().map(|user| ScimUser::from_slice(user.as_bytes())).collect::<Result<_, _>>()?;
        let groups: Vec<ScimGroup> =
            groups.iter().map(|group| ScimGroup::from_slice(group.as_bytes())).collect::<Result<_, _>>()?;
        let roles = roles.map_or(connector::RoleSource::None, Into::into);
        Ok(Self::of(snapshot_from_scim(users, groups, &roles)?))
    }

    /// The same directory with the roles that this source gives; an attribute is known to the source alone.
    pub fn with_roles(&self, roles: RoleSource) -> Result<Arc<Self>, HeapIdentityError> {
        Ok(Arc::new(Self::of(connector::with_roles(&self.0, &roles.into())?)))
    }

    /// Everybody.
    pub fn people(&self) -> Vec<Person> {
        self.0.people().map(|person| person.to_person().into()).collect()
    }

    /// Every group.
    pub fn groups(&self) -> Vec<DirectoryGroup> {
        self.0.groups().map(|group| group.to_group().into()).collect()
    }

    /// The person with this directory id.
    pub fn person(&self, id: &str) -> Option<Person> {
        self.0.person(id).map(|person| person.to_person().into())
    }

    /// The group with this directory id.
    pub fn group(&self, id: &str) -> Option<DirectoryGroup> {
        self.0.group(id).map(|group| group.to_group().into())
    }

    /// The members of the group with this directory id; none where there is no such group.
    pub fn members(&self, group: &str) -> Option<Vec<Person>> {
        let group = self.0.group(group)?;
        Some(group.members().map(|person| person.to_person().into()).collect())
    }

    /// How many people there are.
    pub fn people_count(&self) -> u64 {
        self.0.people_count() as u64
    }

    /// How many groups there are.
    pub fn group_count(&self) -> u64 {
        self.0.group_count() as u64
    }

    /// How many memberships there are.
    pub fn membership_count(&self) -> u64 {
        self.0.membership_count() as u64
    }

    /// Whether groups are managed at Heap.
    pub fn has_group_management(&self) -> bool {
        self.0.has_group_management()
    }

    /// Whether a person may sign on, and why.
    pub fn access(&self, person: &str) -> Access {
        match self.0.access(person) {
            directory::Access::Granted { groups } => {
                Access::Granted { groups: groups.iter().map(|group| group.to_group().into()).collect() }
            }
            directory::Access::Denied(denial) => {
                Access::Denied { code: denial.code().to_owned(), message: denial.to_string() }
            }
        }
    }

    /// How a later snapshot of the same directory differs from this one.
    pub fn diff(&self, after: Arc<Self>) -> Diff {
        let diff = directory::Diff::between(&self.0, &after.0);
        let (joined, left) = diff.membership_counts();
        let mut made = Diff {
            changes: diff.changes().into_iter().filter_map(swift_change).collect(),
            people_added: Vec::new(),
            people_removed: Vec::new(),
            people_changed: Vec::new(),
            groups_added: Vec::new(),
            groups_removed: Vec::new(),
            groups_changed: Vec::new(),
            joined: joined as u64,
            left: left as u64,
        };
        for change in diff.people() {
            match change {
                directory::PersonChange::Added(person) => made.people_added.push(person.id().to_owned()),
                directory::PersonChange::Removed(person) => made.people_removed.push(person.id().to_owned()),
                directory::PersonChange::Changed { after, .. } => {
                    made.people_changed.push(after.id().to_owned());
                }
                _ => {}
            }
        }
        for change in diff.groups() {
            match change {
                directory::GroupChange::Added(group) => made.groups_added.push(group.id().to_owned()),
                directory::GroupChange::Removed(group) => made.groups_removed.push(group.id().to_owned()),
                directory::GroupChange::Changed { after, .. } => {
                    made.groups_changed.push(after.id().to_owned());
                }
                _ => {}
            }
        }
        made
    }
}

impl From<Person> for directory::Person {
    fn from(person: Person) -> Self {
        let Person { id, user_name, active, given_name, family_name, email, role } = person;
        Self { id, user_name, active, given_name, family_name, email, role }
    }
}

impl From<directory::Person> for Person {
    fn from(person: directory::Person) -> Self {
        let directory::Person { id, user_name, active, given_name, family_name, email, role } = person;
        Self { id, user_name, active, given_name, family_name, email, role }
    }
}

impl From<DirectoryGroup> for directory::Group {
    fn from(group: DirectoryGroup) -> Self {
        Self { id: group.id, name: group.name, bound: group.bound }
    }
}

impl From<directory::Group> for DirectoryGroup {
    fn from(group: directory::Group) -> Self {
        Self { id: group.id, name: group.name, bound: group.bound }
    }
}

impl From<DirectoryChange> for directory::Change {
    fn from(change: DirectoryChange) -> Self {
        match change {
            DirectoryChange::PersonSet { person } => Self::PersonSet(person.into()),
            DirectoryChange::PersonRemoved { person } => Self::PersonRemoved { person },
            DirectoryChange::GroupSet { group } => Self::GroupSet(group.into()),
            DirectoryChange::GroupRemoved { group } => Self::GroupRemoved { group },
            DirectoryChange::Joined { membership: Membership { group, person } } => {
                Self::Joined { group, person }
            }
            DirectoryChange::Left { membership: Membership { group, person } } => {
                Self::Left { group, person }
            }
            DirectoryChange::GroupManagement { on } => Self::GroupManagement(on),
        }
    }
}

/// None for a change that this version of the package does not know.
fn swift_change(change: directory::Change) -> Option<DirectoryChange> {
    Some(match change {
        directory::Change::PersonSet(person) => DirectoryChange::PersonSet { person: person.into() },
        directory::Change::PersonRemoved { person } => DirectoryChange::PersonRemoved { person },
        directory::Change::GroupSet(group) => DirectoryChange::GroupSet { group: group.into() },
        directory::Change::GroupRemoved { group } => DirectoryChange::GroupRemoved { group },
        directory::Change::Joined { group, person } => {
            DirectoryChange::Joined { membership: Membership { group, person } }
        }
        directory::Change::Left { group, person } => {
            DirectoryChange::Left { membership: Membership { group, person } }
        }
        directory::Change::GroupManagement(on) => DirectoryChange::GroupManagement { on },
        _ => return None,
    })
}
