use alloc::vec::Vec;

use super::{GroupView, PersonView, Snapshot};

/// Why a person has access to the application, or why not (R12). Single sign-on and provisioning use this one answer.
#[derive(Clone, Debug)]
pub enum Access<'s> {
    /// The person is active and a member of these bound groups: at least one.
    Granted {
        /// The bound groups that hold the person.
        groups: Vec<GroupView<'s>>,
    },
    /// The person has no access.
    Denied(Denial),
}

/// Why a person has no access: everybody is denied until a bound group holds them (R12).
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Denial {
    /// No bound group holds the person.
    #[error(
        "no group that is bound to the application holds this person; add them to one, or bind one of their groups"
    )]
    NoBoundGroup,
    /// The person is suspended.
    #[error("this person is suspended at the identity provider; activate them there")]
    Suspended,
    /// The directory does not know the person.
    #[error("the directory does not know this person")]
    Unknown,
}

impl Denial {
    /// The stable code of this reason.
    pub const fn code(self) -> &'static str {
        match self {
            Self::NoBoundGroup => "directory.no_bound_group",
            Self::Suspended => "directory.suspended",
            Self::Unknown => "directory.unknown_person",
        }
    }
}

impl Snapshot {
    /// Whether a person, by directory id, may use the application, and why (R12).
    pub fn access(&self, person: &str) -> Access<'_> {
        let Some(person) = self.person(person) else { return Access::Denied(Denial::Unknown) };
        if !person.is_active() {
            return Access::Denied(Denial::Suspended);
        }
        let groups: Vec<_> = self.bound_groups_of(person).collect();
        if groups.is_empty() { Access::Denied(Denial::NoBoundGroup) } else { Access::Granted { groups } }
    }

    fn bound_groups_of<'s>(&'s self, person: PersonView<'s>) -> impl Iterator<Item = GroupView<'s>> {
        self.groups().filter(move |group| group.is_bound() && group.contains(person.number()))
    }
}

#[cfg(test)]
mod tests {
    use super::{Access, Denial, Snapshot};
    use crate::directory::{Group, Person};

    fn directory(active: bool, bound: bool) -> Snapshot {
        let mut builder = Snapshot::builder();
        let ann =
            Person { id: "u1".into(), user_name: "ann@example.com".into(), active, ..Person::default() };
        let ann = builder.person(&ann).unwrap();
        let team = builder.group(&Group { id: "g1".into(), name: "Team".into(), bound }).unwrap();
        builder.member(team, ann);
        builder.complete().unwrap()
    }

    #[test]
    fn r12_only_members_of_a_bound_group_have_access() {
        let granted = directory(true, true);
        let Access::Granted { groups } = granted.access("u1") else { panic!("denied") };
        assert_eq!(groups[0].name(), "Team");
        for (active, bound, person, expected) in [
            (true, false, "u1", Denial::NoBoundGroup),
            (false, true, "u1", Denial::Suspended),
            (true, true, "u2", Denial::Unknown),
        ] {
            let snapshot = directory(active, bound);
            assert!(
                matches!(snapshot.access(person), Access::Denied(reason) if reason == expected),
                "{expected:?}"
            );
        }
    }
}
