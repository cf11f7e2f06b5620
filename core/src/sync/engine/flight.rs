//! What is under way.

use core::fmt;

use jiff::Timestamp;

use super::job::Job;
use crate::scim::service::Kind;

/// Names one request, so that its answer finds it again.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct RequestId(pub(super) u64);

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// What a request is for.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Task {
    CreateGroup,
    CreateUser,
    DeleteGroup,
    LookUp(Kind),
    Page(Kind),
    Read(Kind),
    UpdateGroup,
    UpdateUser,
}

impl Task {
    /// The name under which requests are counted.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::CreateGroup => "create_group",
            Self::CreateUser => "create_user",
            Self::DeleteGroup => "delete_group",
            Self::LookUp(Kind::Group) => "look_up_group",
            Self::LookUp(Kind::User) => "look_up_user",
            Self::Page(Kind::Group) => "list_groups",
            Self::Page(Kind::User) => "list_users",
            Self::Read(Kind::Group) => "read_group",
            Self::Read(Kind::User) => "read_user",
            Self::UpdateGroup => "update_group",
            Self::UpdateUser => "update_user",
        }
    }

    /// Whether the request writes.
    pub(super) const fn is_write(self) -> bool {
        !matches!(self, Self::LookUp(_) | Self::Page(_) | Self::Read(_))
    }
}

/// A request whose answer is awaited.
#[derive(Debug)]
pub(super) struct Flight {
    pub(super) give_up_at: Timestamp,
    /// The job it belongs to; `None` for a reading.
    pub(super) job: Option<Job>,
}
