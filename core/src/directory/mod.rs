//! People and groups, of no product: what the identity provider's directory says at one moment.
//!
//! A [`Snapshot`] is immutable and whole: the only way to one is [`SnapshotBuilder::complete`], by which the source says
//! that nothing is missing (D11). What happens afterwards is a [`Change`].

mod access;
mod change;
mod diff;
mod file;
mod mapping;
mod person;
mod snapshot;
mod texts;

pub use access::{Access, Denial};
pub use change::Change;
pub use diff::{Diff, GroupChange, MembershipChange, PersonChange};
pub use file::{FileError, snapshot_from_json};
pub use mapping::Mapping;
pub use person::{Group, Person};
pub use snapshot::{Error, GroupId, GroupView, PersonId, PersonView, Snapshot, SnapshotBuilder};
