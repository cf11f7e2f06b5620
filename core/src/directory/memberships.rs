use alloc::{vec, vec::Vec};
use core::ops::Range;

/// Who is in which group, by numbers: for each group its members in ascending order, all groups behind one another. One membership
/// takes four bytes, and comparing two of them is one merge.
#[derive(Clone, Debug, Default)]
pub(super) struct Memberships {
    /// Where the members of each group start; one more for the end.
    starts: Vec<usize>,
    people: Vec<u32>,
}

/// Memberships in the order in which a source tells them. Most sources tell a group's members one after the other: those are one run,
/// and take four bytes each.
#[derive(Clone, Debug, Default)]
pub(super) struct Told {
    runs: Vec<Run>,
    people: Vec<u32>,
}

#[derive(Clone, Copy, Debug)]
struct Run {
    group: u32,
    length: u32,
}

impl Told {
    pub(super) fn push(&mut self, group: u32, person: u32) {
        self.people.push(person);
        match self.runs.last_mut() {
            Some(run) if run.group == group && run.length < u32::MAX => run.length += 1,
            _ => self.runs.push(Run { group, length: 1 }),
        }
    }

    /// Renumbers and sorts them, each once; `None` where there is no new number. The new numbers are below the lengths of their lists.
    pub(super) fn sorted(self, new_group: &[u32], new_person: &[u32]) -> Option<Memberships> {
        let mut starts = vec![0_usize; new_group.len() + 1];
        for run in &self.runs {
            let group = *new_group.get(run.group as usize)?;
            *starts.get_mut(group as usize + 1)? += run.length as usize;
        }
        let mut end = 0;
        for start in &mut starts {
            end += *start;
            *start = end;
        }
        let mut next = starts.clone();
        let mut people = vec![0_u32; self.people.len()];
        let mut told = self.people.iter();
        for run in &self.runs {
            let (place, length) =
                (next.get_mut(*new_group.get(run.group as usize)? as usize)?, run.length as usize);
            let slots = people.get_mut(*place..*place + length)?;
            *place += length;
            for (slot, person) in slots.iter_mut().zip(&mut told) {
                *slot = *new_person.get(*person as usize)?;
            }
        }
        drop(self);
        let mut memberships = Memberships { starts, people };
        memberships.sort_members(new_person.len());
        Some(memberships)
    }
}

/// From this share of all people on, marking them in a set of bits and reading it in order is quicker than sorting.
const DENSE_SHARE: usize = 64;

impl Memberships {
    /// Sorts the members of each group, and closes the gaps that doubles leave.
    fn sort_members(&mut self, people_count: usize) {
        let mut marks = vec![0_u64; people_count.div_ceil(64)];
        let (mut from, mut kept) = (0, 0);
        for end in self.starts.iter_mut().skip(1) {
            let members = self.people.get_mut(from..*end).unwrap_or_default();
            let count = if members.len() > people_count / DENSE_SHARE {
                sort_dense(members, &mut marks)
            } else {
                sort_sparse(members)
            };
            if kept < from {
                self.people.copy_within(from..from + count, kept);
            }
            (from, kept) = (*end, kept + count);
            *end = kept;
        }
        self.people.truncate(kept);
    }

    pub(super) fn count(&self) -> usize {
        self.people.len()
    }

    /// The members of a group, in ascending order.
    pub(super) fn of(&self, group: u32) -> &[u32] {
        self.people.get(self.range(group)).unwrap_or_default()
    }

    fn range(&self, group: u32) -> Range<usize> {
        let start = |group: usize| self.starts.get(group).copied().unwrap_or(self.people.len());
        start(group as usize)..start(group as usize + 1)
    }
}

/// Sorts numbers by comparing them; how many distinct ones there are in front then.
fn sort_sparse(numbers: &mut [u32]) -> usize {
    numbers.sort_unstable();
    let mut kept = 0;
    for index in 0..numbers.len() {
        let number = numbers.get(index).copied();
        if kept == 0 || numbers.get(kept - 1).copied() != number {
            if let Some((slot, number)) = numbers.get_mut(kept).zip(number) {
                *slot = number;
            }
            kept += 1;
        }
    }
    kept
}

/// The same by marking them; the marks are clear before and after.
fn sort_dense(numbers: &mut [u32], marks: &mut [u64]) -> usize {
    for number in numbers.iter() {
        if let Some(word) = marks.get_mut(*number as usize / 64) {
            *word |= 1 << (number % 64);
        }
    }
    let mut slots = numbers.iter_mut();
    let mut kept = 0;
    for (base, word) in (0_u32..).step_by(64).zip(marks) {
        while *word != 0 {
            if let Some(slot) = slots.next() {
                *slot = base + word.trailing_zeros();
            }
            kept += 1;
            *word &= *word - 1;
        }
    }
    kept
}

pub(super) const fn pack(group: u32, person: u32) -> u64 {
    (group as u64) << 32 | person as u64
}

#[expect(clippy::cast_possible_truncation, reason = "the halves of a u64 are 32 bits each")]
pub(super) const fn unpack(packed: u64) -> (u32, u32) {
    ((packed >> 32) as u32, packed as u32)
}

#[cfg(test)]
mod tests {
    use alloc::{collections::BTreeSet, vec::Vec};

    use proptest::{collection::vec, prelude::*};

    use super::Told;

    proptest! {
        #[test]
        fn members_are_sorted_and_distinct_in_sparse_and_dense_groups(
            pairs in vec((0_u32..4, 0_u32..200), 0..400),
            more in 0_usize..20_000,
        ) {
            let mut told = Told::default();
            for (group, person) in &pairs {
                told.push(*group, *person);
            }
            let same: Vec<u32> = (0..).take(200 + more).collect();
            let memberships = told.sorted(&same[..5], &same).unwrap();
            let distinct: BTreeSet<(u32, u32)> = pairs.into_iter().collect();
            prop_assert_eq!(memberships.count(), distinct.len());
            for group in 0..5 {
                let members = distinct.iter().filter(|(of, _)| *of == group).map(|(_, person)| *person);
                prop_assert_eq!(memberships.of(group), members.collect::<Vec<_>>());
            }
        }
    }
}
