use alloc::vec::Vec;
use core::cmp::Ordering;

use super::{
    Change, GroupView, PersonView, Snapshot,
    snapshot::{pack, unpack},
};

/// What happened to a person between two snapshots.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum PersonChange<'s> {
    /// Only the later snapshot has the person.
    Added(PersonView<'s>),
    /// Only the earlier snapshot has the person.
    Removed(PersonView<'s>),
    /// Both have the person, with different attributes.
    Changed {
        /// As the earlier snapshot has it.
        before: PersonView<'s>,
        /// As the later snapshot has it.
        after: PersonView<'s>,
    },
}

/// What happened to a group between two snapshots, its memberships apart.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum GroupChange<'s> {
    /// Only the later snapshot has the group.
    Added(GroupView<'s>),
    /// Only the earlier snapshot has the group.
    Removed(GroupView<'s>),
    /// Both have the group, with another name or binding.
    Changed {
        /// As the earlier snapshot has it.
        before: GroupView<'s>,
        /// As the later snapshot has it.
        after: GroupView<'s>,
    },
}

/// A membership that only one of two snapshots has.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum MembershipChange<'s> {
    /// Only the later snapshot has it.
    Joined(GroupView<'s>, PersonView<'s>),
    /// Only the earlier snapshot has it, be it that the person or the group is gone.
    Left(GroupView<'s>, PersonView<'s>),
}

/// The difference between two snapshots: one merge over sorted rows.
///
/// ```
/// use heap_identity::directory::{Diff, Person, Snapshot};
/// let before = Snapshot::builder().complete()?;
/// let mut builder = Snapshot::builder();
/// builder.person(&Person { id: "u1".into(), user_name: "ann@example.com".into(), active: true, ..Person::default() })?;
/// let after = builder.complete()?;
/// assert_eq!(Diff::between(&before, &after).people().len(), 1);
/// # Ok::<(), heap_identity::directory::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct Diff<'s> {
    before: &'s Snapshot,
    after: &'s Snapshot,
    people: Vec<PersonChange<'s>>,
    groups: Vec<GroupChange<'s>>,
    /// Packed with the numbers of `after`.
    joined: Vec<u64>,
    /// Packed with the numbers of `before`.
    left: Vec<u64>,
}

impl<'s> Diff<'s> {
    /// Compares two snapshots of one directory; people and groups are the same when their directory ids are.
    pub fn between(before: &'s Snapshot, after: &'s Snapshot) -> Self {
        let people = merge(before.people(), after.people(), |left, right| left.id().cmp(right.id()));
        let groups = merge(before.groups(), after.groups(), |left, right| left.id().cmp(right.id()));
        let new_person = numbers(before.people_count(), &people, |view| view.number().0);
        let new_group = numbers(before.group_count(), &groups, |view| view.number().0);
        let (joined, left) = memberships(before, after, &new_person, &new_group);
        Self {
            before,
            after,
            people: people.into_iter().filter_map(person_change).collect(),
            groups: groups.into_iter().filter_map(group_change).collect(),
            joined,
            left,
        }
    }

    /// The people that differ, in the order of their directory ids.
    pub fn people(&self) -> &[PersonChange<'s>] {
        &self.people
    }

    /// The groups that differ, in the order of their directory ids.
    pub fn groups(&self) -> &[GroupChange<'s>] {
        &self.groups
    }

    /// The memberships that only one side has: first those that were left, then those that were joined.
    pub fn memberships(&self) -> impl Iterator<Item = MembershipChange<'s>> {
        let (before, after) = (self.before, self.after);
        let left = self.left.iter().filter_map(move |packed| {
            let (group, person) = views(before, *packed)?;
            Some(MembershipChange::Left(group, person))
        });
        let joined = self.joined.iter().filter_map(move |packed| {
            let (group, person) = views(after, *packed)?;
            Some(MembershipChange::Joined(group, person))
        });
        left.chain(joined)
    }

    /// How many memberships were joined and left.
    pub fn membership_counts(&self) -> (usize, usize) {
        (self.joined.len(), self.left.len())
    }

    /// Whether nothing differs.
    pub fn is_empty(&self) -> bool {
        let same_management = self.before.has_group_management() == self.after.has_group_management();
        self.people.is_empty()
            && self.groups.is_empty()
            && self.joined.is_empty()
            && self.left.is_empty()
            && same_management
    }

    /// The difference as changes that lead from the earlier snapshot to the later one.
    pub fn changes(&self) -> Vec<Change> {
        let mut changes = Vec::new();
        if self.before.has_group_management() != self.after.has_group_management() {
            changes.push(Change::GroupManagement(self.after.has_group_management()));
        }
        for change in &self.people {
            if let PersonChange::Added(after) | PersonChange::Changed { after, .. } = change {
                changes.push(Change::PersonSet(after.to_person()));
            }
        }
        for change in &self.groups {
            if let GroupChange::Added(after) | GroupChange::Changed { after, .. } = change {
                changes.push(Change::GroupSet(after.to_group()));
            }
        }
        changes.extend(self.memberships().map(|change| match change {
            MembershipChange::Joined(group, person) => {
                Change::Joined { group: group.id().into(), person: person.id().into() }
            }
            MembershipChange::Left(group, person) => {
                Change::Left { group: group.id().into(), person: person.id().into() }
            }
        }));
        for change in &self.groups {
            if let GroupChange::Removed(before) = change {
                changes.push(Change::GroupRemoved { group: before.id().into() });
            }
        }
        for change in &self.people {
            if let PersonChange::Removed(before) = change {
                changes.push(Change::PersonRemoved { person: before.id().into() });
            }
        }
        changes
    }
}

/// One row of a merge: the two sides of what has the same id.
type Pair<T> = (Option<T>, Option<T>);

fn merge<T>(
    before: impl Iterator<Item = T>,
    after: impl Iterator<Item = T>,
    order: impl Fn(&T, &T) -> Ordering,
) -> Vec<Pair<T>> {
    let (mut before, mut after) = (before.peekable(), after.peekable());
    let mut pairs = Vec::new();
    loop {
        let next = match (before.peek(), after.peek()) {
            (Some(left), Some(right)) => order(left, right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return pairs,
        };
        let left = if next == Ordering::Greater { None } else { before.next() };
        let right = if next == Ordering::Less { None } else { after.next() };
        pairs.push((left, right));
    }
}

/// For each number of the earlier snapshot, the number in the later one.
fn numbers<T>(length: usize, pairs: &[Pair<T>], number: impl Fn(&T) -> u32) -> Vec<Option<u32>> {
    let mut numbers = Vec::with_capacity(length);
    for (before, after) in pairs {
        if before.is_some() {
            numbers.push(after.as_ref().map(&number));
        }
    }
    numbers
}

fn memberships(
    before: &Snapshot,
    after: &Snapshot,
    new_person: &[Option<u32>],
    new_group: &[Option<u32>],
) -> (Vec<u64>, Vec<u64>) {
    let renumbered = |packed: u64| {
        let (group, person) = unpack(packed);
        let group = new_group.get(group as usize).copied().flatten()?;
        let person = new_person.get(person as usize).copied().flatten()?;
        Some(pack(group, person))
    };
    let (mut joined, mut left) = (Vec::new(), Vec::new());
    let mut later = after.packed_memberships().iter().copied().peekable();
    for packed in before.packed_memberships() {
        // Both numberings follow the ids, so what is renumbered stays sorted.
        let Some(wanted) = renumbered(*packed) else {
            left.push(*packed);
            continue;
        };
        while let Some(new) = later.next_if(|new| *new < wanted) {
            joined.push(new);
        }
        if later.next_if_eq(&wanted).is_none() {
            left.push(*packed);
        }
    }
    joined.extend(later);
    (joined, left)
}

fn person_change<'s>(pair: Pair<PersonView<'s>>) -> Option<PersonChange<'s>> {
    match pair {
        (Some(before), None) => Some(PersonChange::Removed(before)),
        (None, Some(after)) => Some(PersonChange::Added(after)),
        (Some(before), Some(after)) if !before.same_as(&after) => {
            Some(PersonChange::Changed { before, after })
        }
        _ => None,
    }
}

fn group_change<'s>(pair: Pair<GroupView<'s>>) -> Option<GroupChange<'s>> {
    match pair {
        (Some(before), None) => Some(GroupChange::Removed(before)),
        (None, Some(after)) => Some(GroupChange::Added(after)),
        (Some(before), Some(after))
            if before.name() != after.name() || before.is_bound() != after.is_bound() =>
        {
            Some(GroupChange::Changed { before, after })
        }
        _ => None,
    }
}

fn views(snapshot: &Snapshot, packed: u64) -> Option<(GroupView<'_>, PersonView<'_>)> {
    let (group, person) = unpack(packed);
    Some((snapshot.group_at(group)?, snapshot.person_at(person)?))
}

#[cfg(test)]
mod tests;
