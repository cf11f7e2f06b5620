//! Ids of a table, by which the rows of another one are found again: ten million times, in what is larger than a cache.

use std::ops::Range;

use ahash::RandomState;

use super::columns::Texts;

/// How many rows are looked up together, so that the processor waits for many of them at a time.
const BLOCK: usize = 128;

/// The number that stands for each id.
pub(super) struct Ids<'t, H> {
    /// In the order of their rows.
    known: Vec<(&'t str, H)>,
    hasher: RandomState,
    /// At the place of its hash, or the next free one: the upper half of the hash, and the row from 1. At most half of it is taken.
    slots: Vec<u64>,
}

impl<'t, H: Copy> Ids<'t, H> {
    /// Of two ids that are the same, the first is found; a directory with such ids is refused.
    pub(super) fn new(known: Vec<(&'t str, H)>) -> Self {
        let slots = vec![0; (2 * known.len()).next_power_of_two()];
        let mut ids = Self { known, hasher: RandomState::new(), slots };
        for (row, (id, _)) in (1_u64..).zip(&ids.known) {
            let hash = ids.hasher.hash_one(id);
            let mut place = ids.place(hash);
            while ids.slots.get(place).is_some_and(|slot| *slot != 0) {
                place = ids.place(place as u64 + 1);
            }
            if let Some(slot) = ids.slots.get_mut(place) {
                *slot = upper(hash) | row;
            }
        }
        ids
    }

    fn place(&self, hash: u64) -> usize {
        // The number of slots is a power of two.
        usize::try_from(hash & (self.slots.len() as u64 - 1)).unwrap_or_default()
    }

    fn find(&self, text: &str, hash: u64) -> Option<H> {
        let mut place = self.place(hash);
        loop {
            let slot = *self.slots.get(place).filter(|slot| **slot != 0)?;
            let candidate = self.in_slot(slot).filter(|(id, _)| upper(slot) == upper(hash) && *id == text);
            if let Some((_, found)) = candidate {
                return Some(*found);
            }
            place = self.place(place as u64 + 1);
        }
    }

    fn in_slot(&self, slot: u64) -> Option<&(&'t str, H)> {
        self.known.get(usize::try_from(slot & u64::from(u32::MAX)).ok()?.checked_sub(1)?)
    }

    /// Hashes, slots, ids and texts are read one kind after the other: within a loop no reading waits for another one.
    fn find_all(&self, texts: &[Option<&str>], found: &mut Vec<Option<H>>) {
        let (mut hashes, mut slots, mut ids, mut starts) =
            ([0; BLOCK], [0; BLOCK], [None; BLOCK], [0; BLOCK]);
        for (hash, text) in hashes.iter_mut().zip(texts) {
            *hash = text.map_or(0, |text| self.hasher.hash_one(text));
        }
        for (slot, hash) in slots.iter_mut().zip(&hashes) {
            *slot = self.slots.get(self.place(*hash)).copied().unwrap_or_default();
        }
        for (id, slot) in ids.iter_mut().zip(&slots) {
            *id = self.in_slot(*slot).copied();
        }
        for (start, id) in starts.iter_mut().zip(&ids) {
            *start = id.and_then(|(id, _)| id.bytes().next()).unwrap_or_default();
        }
        for (((text, hash), id), start) in texts.iter().zip(&hashes).zip(&ids).zip(&starts) {
            found.push(match (text, id) {
                (Some(text), Some((id, first))) if text.bytes().next() == Some(*start) && id == text => {
                    Some(*first)
                }
                (Some(text), Some(_)) => self.find(text, *hash),
                _ => None,
            });
        }
    }
}

const fn upper(hash: u64) -> u64 {
    hash & !(u32::MAX as u64)
}

/// A column of ids, with what they stand for.
pub(super) struct LookedUp<'c, H> {
    ids: &'c Ids<'c, H>,
    column: &'c Texts,
    /// What the texts of a dictionary stand for: each is looked up once.
    of_dictionary: Vec<Option<H>>,
}

impl<'c, H: Copy> LookedUp<'c, H> {
    pub(super) fn new(column: &'c Texts, ids: &'c Ids<'c, H>) -> Self {
        let mut of_dictionary = Vec::new();
        if let Texts::Dictionary { count, texts, .. } = column {
            blocks(*count).for_each(|block| find_rows(texts, ids, block, &mut of_dictionary));
        }
        Self { ids, column, of_dictionary }
    }

    /// What the ids of these rows stand for, in the place of what `found` holds.
    pub(super) fn read(&self, rows: Range<usize>, found: &mut Vec<Option<H>>) {
        found.clear();
        if let Texts::Dictionary { rows: keys, .. } = self.column {
            let keys = keys.get(rows).unwrap_or_default();
            found.extend(keys.iter().map(|key| self.of_dictionary.get((*key)?).copied().flatten()));
        } else {
            find_rows(self.column, self.ids, rows, found);
        }
    }
}

fn find_rows<H: Copy>(column: &Texts, ids: &Ids<'_, H>, rows: Range<usize>, found: &mut Vec<Option<H>>) {
    let mut texts = [None; BLOCK];
    let count = rows.len();
    for (text, row) in texts.iter_mut().zip(rows) {
        *text = column.get(row);
    }
    ids.find_all(texts.get(..count).unwrap_or_default(), found);
}

/// Rows in blocks.
pub(super) fn blocks(count: usize) -> impl Iterator<Item = Range<usize>> {
    (0..count).step_by(BLOCK).map(move |start| start..count.min(start + BLOCK))
}
