use alloc::vec::Vec;
use core::{cmp::Ordering, iter};

use super::{
    Change, GroupView, PersonView, Snapshot,
    memberships::{pack, unpack},
    renumbering::{GONE, Renumbering},
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
    new_person: Renumbering,
    new_group: Renumbering,
    /// Packed with the numbers of `after`.
    joined: Vec<u64>,
    /// Packed with the numbers of `before`.
    left: Vec<u64>,
}

impl<'s> Diff<'s> {
    /// Compares two snapshots of one directory; people and groups are the same when their directory ids are.
    pub fn between(before: &'s Snapshot, after: &'s Snapshot) -> Self {
        Self::without_memberships(before, after).with_memberships()
    }

    /// Compares people and groups alone: all that counts where memberships are not managed (R24).
    pub fn without_memberships(before: &'s Snapshot, after: &'s Snapshot) -> Self {
        let people = merge(before.people(), after.people(), |left, right| left.id().cmp(right.id()));
        let groups = merge(before.groups(), after.groups(), |left, right| left.id().cmp(right.id()));
        let (mut new_person, mut new_group) =
            (Vec::with_capacity(before.people_count()), Vec::with_capacity(before.group_count()));
        let people = people
            .inspect(|pair| note_number(&mut new_person, pair, PersonView::row_number))
            .filter_map(person_change)
            .collect();
        let groups = groups
            .inspect(|pair| note_number(&mut new_group, pair, GroupView::row_number))
            .filter_map(group_change)
            .collect();
        Self {
            before,
            after,
            people,
            groups,
            new_person: Renumbering::new(&new_person),
            new_group: Renumbering::new(&new_group),
            joined: Vec::new(),
            left: Vec::new(),
        }
    }

    /// Compares the memberships, too.
    #[must_use]
    pub fn with_memberships(mut self) -> Self {
        (self.joined, self.left) = memberships(self.before, self.after, &self.new_person, &self.new_group);
        self
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
) -> impl Iterator<Item = Pair<T>> {
    let (mut before, mut after) = (before.peekable(), after.peekable());
    iter::from_fn(move || {
        let next = match (before.peek(), after.peek()) {
            (Some(left), Some(right)) => order(left, right),
            (Some(_), None) => Ordering::Less,
            (None, Some(_)) => Ordering::Greater,
            (None, None) => return None,
        };
        let left = if next == Ordering::Greater { None } else { before.next() };
        let right = if next == Ordering::Less { None } else { after.next() };
        Some((left, right))
    })
}

fn note_number<T>(numbers: &mut Vec<u32>, pair: &Pair<T>, number: impl Fn(&T) -> u32) {
    if let (Some(_), after) = pair {
        numbers.push(after.as_ref().map_or(GONE, number));
    }
}

/// Group by group, in the order of `before` for what was left and of `after` for what was joined.
fn memberships(
    before: &Snapshot,
    after: &Snapshot,
    new_person: &Renumbering,
    new_group: &Renumbering,
) -> (Vec<u64>, Vec<u64>) {
    let (mut joined, mut left) = (Vec::new(), Vec::new());
    let mut next_group = 0;
    for (group, new) in (0..).zip(new_group.all()) {
        let mut old_members = before.member_numbers(group);
        if new == GONE {
            left.extend(old_members.iter().map(|person| pack(group, *person)));
            continue;
        }
        for added in next_group..new {
            joined.extend(after.member_numbers(added).iter().map(|person| pack(added, *person)));
        }
        next_group = new + 1;
        let mut members = after.member_numbers(new);
        loop {
            let pairs = old_members.iter().zip(members);
            let same = pairs.take_while(|(old, person)| new_person.of(**old) == **person).count();
            old_members = old_members.get(same..).unwrap_or_default();
            members = members.get(same..).unwrap_or_default();
            // Both numberings follow the ids, so what is renumbered stays sorted; what is gone has no place in it.
            match (old_members.split_first(), members.split_first()) {
                (Some((old, rest)), person)
                    if new_person.of(*old) == GONE
                        || person.is_none_or(|(person, _)| new_person.of(*old) < *person) =>
                {
                    left.push(pack(group, *old));
                    old_members = rest;
                }
                (_, Some((person, rest))) => {
                    joined.push(pack(new, *person));
                    members = rest;
                }
                (_, None) => break,
            }
        }
    }
    let groups = u32::try_from(after.group_count()).unwrap_or(GONE);
    for added in next_group..groups {
        joined.extend(after.member_numbers(added).iter().map(|person| pack(added, *person)));
    }
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
