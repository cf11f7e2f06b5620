use alloc::{vec, vec::Vec};

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
    /// Why somebody may not use the application; `None` for who may. The one rule of R12 and R32, which single sign-on asks of a snapshot and
    /// provisioning of a directory on the move: whether they are active, if the directory knows them, and whether a bound group holds them.
    pub(crate) fn of(active: Option<bool>, is_held: impl FnOnce() -> bool) -> Option<Self> {
        match active {
            None => Some(Self::Unknown),
            Some(false) => Some(Self::Suspended),
            Some(true) if is_held() => None,
            Some(true) => Some(Self::NoBoundGroup),
        }
    }

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
        let person = self.person(person);
        let groups: Vec<_> = person.into_iter().flat_map(|person| self.bound_groups_of(person)).collect();
        match Denial::of(person.map(|person| person.is_active()), || !groups.is_empty()) {
            Some(denial) => Access::Denied(denial),
            None => Access::Granted { groups },
        }
    }

    /// Everybody to whom [`Self::access`] is granted, in one walk through the memberships.
    pub(crate) fn people_with_access(&self) -> impl Iterator<Item = PersonView<'_>> {
        let mut held = vec![false; self.people_count()];
        for group in self.groups().filter(|group| group.is_bound()) {
            for member in group.members() {
                if let Some(held) = held.get_mut(member.row_number() as usize) {
                    *held = true;
                }
            }
        }
        let is_held = move |person: &PersonView<'_>| held.get(person.row_number() as usize) == Some(&true);
        self.people().filter(move |person| Denial::of(Some(person.is_active()), || is_held(person)).is_none())
    }

    fn bound_groups_of<'s>(&'s self, person: PersonView<'s>) -> impl Iterator<Item = GroupView<'s>> {
        self.groups().filter(move |group| group.is_bound() && group.contains(person.number()))
    }
}

#[cfg(test)]
mod tests {
    use alloc::{vec, vec::Vec};

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

    #[test]
    fn r12_everybody_with_access_is_whom_it_is_granted_one_by_one() {
        let mut builder = Snapshot::builder();
        let groups = [("bound", true), ("other", true), ("unbound", false)]
            .map(|(id, bound)| builder.group(&Group { id: id.into(), name: id.into(), bound }).unwrap());
        for (id, active, held) in [
            ("ann", true, &[0_usize, 1][..]),
            ("bob", true, &[2]),
            ("cat", false, &[0]),
            ("dan", true, &[]),
            ("eve", true, &[1, 2]),
        ] {
            let person = Person { id: id.into(), user_name: id.into(), active, ..Person::default() };
            let person = builder.person(&person).unwrap();
            held.iter().for_each(|group| builder.member(groups[*group], person));
        }
        let directory = builder.complete().unwrap();
        let granted = |id: &str| matches!(directory.access(id), Access::Granted { .. });
        let one_by_one: Vec<_> =
            directory.people().map(|person| person.id()).filter(|id| granted(id)).collect();
        let together: Vec<_> = directory.people_with_access().map(|person| person.id()).collect();
        assert_eq!((together, one_by_one), (vec!["ann", "eve"], vec!["ann", "eve"]));
    }
}
