//! The directory out of JumpCloud's API, and its roles.

use std::sync::{Arc, Mutex};

use heap_identity::connector::{self, SourceError};

use crate::{directory::Snapshot, error::HeapIdentityError, heap::Role, held::Held};

/// A group that decides a role.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct GroupRole {
    /// The group's id.
    pub group: String,
    /// The role of those whom it holds.
    pub role: Role,
}

/// Where the role of a person comes from.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum RoleSource {
    /// From an attribute of the person.
    Attribute {
        /// Its name at the source.
        name: String,
    },
    /// By group: the first that holds the person decides.
    ByGroup {
        /// The groups, in order.
        groups: Vec<GroupRole>,
    },
    /// The same for everybody.
    Constant {
        /// The role.
        role: Role,
    },
    /// Nowhere: the role at Heap is never touched.
    Nowhere,
}

impl From<RoleSource> for connector::RoleSource {
    fn from(source: RoleSource) -> Self {
        match source {
            RoleSource::Attribute { name } => Self::Attribute(name),
            RoleSource::ByGroup { groups } => {
                Self::ByGroup(groups.into_iter().map(|by| (by.group, by.role.into())).collect())
            }
            RoleSource::Constant { role } => Self::Constant(role.into()),
            RoleSource::Nowhere => Self::None,
        }
    }
}

/// A role that the directory gives and Heap may not have.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct UnknownRole {
    /// Its name in the directory.
    pub name: String,
    /// How many people have it.
    pub people: u64,
}

/// The roles of a directory that are neither Heap's own nor among the tenant's custom ones.
#[uniffi::export]
pub fn unknown_roles(directory: &Snapshot, custom: Vec<String>) -> Vec<UnknownRole> {
    let custom: Vec<&str> = custom.iter().map(String::as_str).collect();
    let unknown = connector::unknown_roles(&directory.0, &custom).into_iter();
    unknown.map(|role| UnknownRole { name: role.name, people: role.people as u64 }).collect()
}

/// Collects pages of JumpCloud's API until the directory is whole. Each method gives how many to skip for the next page,
/// and none after the last one.
#[derive(Debug, uniffi::Object)]
pub struct JumpCloud(Held<Mutex<Option<connector::JumpCloud>>>);

#[uniffi::export]
impl JumpCloud {
    /// A collector for pages that were asked for with this limit.
    #[uniffi::constructor]
    pub fn new(roles: RoleSource, limit: u32) -> Self {
        Self(Held::guarded(Some(connector::JumpCloud::new(roles.into(), limit as usize))))
    }

    /// A page of `/api/systemusers`.
    pub fn users(&self, body: Vec<u8>) -> Result<Option<u64>, HeapIdentityError> {
        self.page(|collector| collector.users(&body))
    }

    /// A page of `/api/v2/usergroups`.
    pub fn groups(&self, body: Vec<u8>) -> Result<Option<u64>, HeapIdentityError> {
        self.page(|collector| collector.groups(&body))
    }

    /// The groups that were read: each one's members are to be read.
    pub fn group_ids(&self) -> Vec<String> {
        let collector = self.0.locked();
        collector.as_ref().map(|it| it.group_ids().map(str::to_owned).collect()).unwrap_or_default()
    }

    /// A page of `/api/v2/usergroups/{group}/members`.
    pub fn members(&self, group: &str, body: Vec<u8>) -> Result<Option<u64>, HeapIdentityError> {
        self.page(|collector| collector.members(group, &body))
    }

    /// A page of the application's associations with user groups: the bound ones.
    pub fn bound_groups(&self, body: Vec<u8>) -> Result<Option<u64>, HeapIdentityError> {
        self.page(|collector| collector.bound_groups(&body))
    }

    /// The directory, if everything was read to its end. What was collected is used up.
    pub fn snapshot(&self) -> Result<Arc<Snapshot>, HeapIdentityError> {
        let collector = self.0.locked().take().ok_or_else(used_up)?;
        Ok(Arc::new(Snapshot::of(collector.snapshot()?)))
    }
}

impl JumpCloud {
    fn page(
        &self,
        read: impl FnOnce(&mut connector::JumpCloud) -> Result<connector::Page, SourceError>,
    ) -> Result<Option<u64>, HeapIdentityError> {
        let mut collector = self.0.locked();
        Ok(match read(collector.as_mut().ok_or_else(used_up)?)? {
            connector::Page::Next { skip } => Some(skip as u64),
            _ => None,
        })
    }
}

fn used_up() -> SourceError {
    SourceError::Missing("the directory".to_owned())
}
