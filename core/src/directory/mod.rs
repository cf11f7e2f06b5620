//! People and groups, of no product: what the identity provider's directory says at one moment.
//!
//! A [`Snapshot`] is immutable and whole: the only way to one is [`SnapshotBuilder::complete`], by which the source says
//! that nothing is missing (D11). What happens afterwards is a [`Change`].
//!
//! Snapshots are useful alone: what has changed in a directory since yesterday?
//! ```
//! use heap_identity::directory::{Change, Diff, MembershipChange, snapshot_from_json};
//! let yesterday = r#"{"users": [{"id": "u1", "userName": "ann@example.com", "active": true}],
//!                     "groups": [{"id": "g1", "name": "Analysts", "members": []}]}"#;
//! let today = r#"{"users": [{"id": "u1", "userName": "ann@example.com", "active": true}],
//!                 "groups": [{"id": "g1", "name": "Analysts", "members": ["u1"]}]}"#;
//! let (yesterday, today) = (snapshot_from_json(yesterday, |_| ())?, snapshot_from_json(today, |_| ())?);
//! let diff = Diff::between(&yesterday, &today);
//! assert!(diff.people().is_empty() && diff.groups().is_empty());
//! let Some(MembershipChange::Joined(group, person)) = diff.memberships().next() else { panic!("nobody joined") };
//! assert_eq!((group.name(), person.user_name()), ("Analysts", "ann@example.com"));
//! // The same as what leads from the one to the other.
//! assert_eq!(diff.changes(), [Change::Joined { group: "g1".into(), person: "u1".into() }]);
//! # Ok::<(), heap_identity::directory::FileError>(())
//! ```

mod access;
mod change;
mod diff;
mod file;
mod mapping;
mod memberships;
mod person;
mod renumbering;
mod snapshot;
mod texts;

pub use access::{Access, Denial};
pub use change::Change;
pub use diff::{Diff, GroupChange, MembershipChange, PersonChange};
pub use file::{FileError, snapshot_from_json};
pub(crate) use file::{Object, expectation, without_mark};
pub use mapping::Mapping;
pub use person::{Group, Person};
pub use snapshot::{Error, GroupId, GroupView, PersonId, PersonView, Snapshot, SnapshotBuilder};
