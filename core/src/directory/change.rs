use alloc::string::String;

use super::{Group, Person};

/// Something that happened in the directory since the snapshot.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Change {
    /// A person is new, has returned (R32), or has other attributes than before.
    PersonSet(Person),
    /// A person was deleted at the identity provider, and with that left every group.
    PersonRemoved {
        /// The person's directory id.
        person: String,
    },
    /// A group is new, has another name (R28), or was bound or unbound (R29).
    GroupSet(Group),
    /// A group was deleted at the identity provider (R30).
    GroupRemoved {
        /// The group's directory id.
        group: String,
    },
    /// A person became a member of a group.
    Joined {
        /// The group's directory id.
        group: String,
        /// The person's directory id.
        person: String,
    },
    /// A person is no longer a member of a group.
    Left {
        /// The group's directory id.
        group: String,
        /// The person's directory id.
        person: String,
    },
    /// Group management was turned on or off (R24, R31).
    GroupManagement(bool),
}
