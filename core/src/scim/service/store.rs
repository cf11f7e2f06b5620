//! Where resources live (D26): look-ups by index, pages in order, memberships changed without copying a group.

use alloc::{borrow::Cow, boxed::Box, format, string::String, vec::Vec};
use core::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::scim::{Document, Error, document};

/// The type of a stored resource.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
pub enum Kind {
    /// A user.
    User,
    /// A group.
    Group,
}

impl Kind {
    /// Its name: `User`.
    pub const fn name(self) -> &'static str {
        match self {
            Self::User => "User",
            Self::Group => "Group",
        }
    }

    /// The attribute with its memberships, which are stored apart.
    pub(super) const fn memberships(self) -> &'static str {
        match self {
            Self::User => "groups",
            Self::Group => "members",
        }
    }

    /// Its endpoint: `/Users`.
    pub const fn endpoint(self) -> &'static str {
        match self {
            Self::User => "/Users",
            Self::Group => "/Groups",
        }
    }
}

/// The version of a resource: the number of the write that made it. As text it is a weak ETag.
#[derive(Clone, Copy, Debug, Default, Eq, Ord, PartialEq, PartialOrd)]
pub struct Version(pub u64);

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "W/\"{}\"", self.0)
    }
}

/// A stored resource: its attributes but for the two that are memberships, a group's `members` and a user's `groups`.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// The resource, with `id` and `meta`.
    pub document: Document,
    /// Its version, which `meta.version` says, too.
    pub version: Version,
}

impl Record {
    /// Its id.
    pub fn id(&self) -> &str {
        self.document.text("id").unwrap_or_default()
    }

    /// Marks the resource as written now, by the write with this number.
    pub fn stamp(&mut self, version: Version, now: Timestamp) {
        self.version = version;
        if let Some(Value::Object(meta)) = self.document.get_mut("meta") {
            document::set(meta, "lastModified", Value::String(format!("{now}")));
            document::set(meta, "version", Value::String(format!("{version}")));
        }
    }

    /// Gives a new resource its id and `meta`.
    pub(crate) fn create(
        mut document: Document,
        kind: Kind,
        id: &str,
        base_url: &str,
        version: Version,
        now: Timestamp,
    ) -> Self {
        let text = |text: String| Value::String(text);
        let meta = Map::from_iter([
            ("resourceType".into(), text(kind.name().into())),
            ("created".into(), text(format!("{now}"))),
            ("location".into(), text(format!("{base_url}{}/{id}", kind.endpoint()))),
        ]);
        document.set("id", id);
        document.set("meta", meta);
        let mut record = Self { document, version };
        record.stamp(version, now);
        record
    }
}

/// A member as it is stored.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct StoredMember<'s> {
    /// The member's id.
    pub id: Cow<'s, str>,
    /// The member's type.
    pub kind: Kind,
    /// The name for display that came with the membership.
    pub display: Option<Cow<'s, str>>,
}

/// Members to be added to a group and removed from it. Nobody is in both.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub struct MemberChange {
    /// Ids that join, each with a name for display where one came. Each is the id of a stored resource.
    pub add: Vec<(String, Option<String>)>,
    /// Ids that leave.
    pub remove: Vec<String>,
}

impl MemberChange {
    /// Whether it changes nothing.
    pub fn is_empty(&self) -> bool {
        self.add.is_empty() && self.remove.is_empty()
    }
}

/// What resources are looked up by.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum IndexKey<'a> {
    /// A `userName`, without regard to case.
    UserName(&'a str),
    /// An `externalId`, exactly.
    ExternalId(&'a str),
    /// A `displayName`, without regard to case.
    DisplayName(&'a str),
    /// An id that is among the members of a group.
    Member(&'a str),
}

/// Where resources live.
///
/// Every method but those that say so costs no more than a look-up in an index. A write is whole: after an error
/// nothing has changed.
pub trait Store {
    /// The number of the next write.
    fn next_version(&mut self) -> Version;

    /// The resource with this id.
    fn get(&self, kind: Kind, id: &str) -> Option<Cow<'_, Record>>;

    /// The resources with this value, in the order in which they were made.
    fn find(&self, kind: Kind, key: IndexKey<'_>) -> Vec<Cow<'_, Record>>;

    /// How many resources there are.
    fn count(&self, kind: Kind) -> u64;

    /// The resources from the `start`th on (from 0), in the order in which they were made. Each step costs a look-up.
    fn records(&self, kind: Kind, start: u64) -> Box<dyn Iterator<Item = Cow<'_, Record>> + '_>;

    /// The members of a group. Each step costs a look-up.
    fn members(&self, group: &str) -> Box<dyn Iterator<Item = StoredMember<'_>> + '_>;

    /// Whether an id is among the members of a group.
    fn is_member(&self, group: &str, id: &str) -> bool;

    /// The groups that an id is a member of. Each step costs a look-up.
    fn groups_of(&self, id: &str) -> Box<dyn Iterator<Item = Cow<'_, Record>> + '_>;

    /// Writes a resource, new or in the place of the one with its id, and changes the members of a group with it.
    ///
    /// # Errors
    /// When the store cannot take it.
    fn put(&mut self, kind: Kind, record: Record, members: &MemberChange) -> Result<(), Error>;

    /// Changes the members of a group, whose version becomes `version`. Costs the change, whatever the size of the
    /// group.
    ///
    /// # Errors
    /// When the store cannot take it, or there is no such group.
    fn change_members(
        &mut self,
        group: &str,
        members: &MemberChange,
        version: Version,
        now: Timestamp,
    ) -> Result<(), Error>;

    /// Removes a resource and its memberships; `false` when there is none with this id.
    ///
    /// # Errors
    /// When the store cannot.
    fn remove(&mut self, kind: Kind, id: &str) -> Result<bool, Error>;
}
