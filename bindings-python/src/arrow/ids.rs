//! Ids of a table, by which the rows of another one are found again: ten million times, in what is larger than a cache.

use std::{hint::black_box, ops::Range};

use ahash::RandomState;
use heap_identity::directory::Error;

use super::columns::Texts;

/// How many rows are looked up together, so that the processor waits for many of them at a time.
const BLOCK: usize = 128;

/// What stands behind the text of an entry: no text has this byte.
const END: u8 = 0xFF;

/// What stands for each id.
pub(super) struct Ids<H> {
    /// In the order of their rows.
    handles: Vec<H>,
    hasher: RandomState,
    /// Where the entries of each bucket begin; one more for the end.
    buckets: Vec<u32>,
    /// Bucket by bucket, each entry's row and text behind one another: one place in memory says whether an id is known.
    entries: Vec<u8>,
}

impl<H: Copy> Ids<H> {
    /// Of two ids that are the same, the first is found; a directory with such ids is refused.
    pub(super) fn new<'t>(
        handles: Vec<H>,
        ids: impl DoubleEndedIterator<Item = &'t str> + Clone,
    ) -> Result<Self, Error> {
        let count = handles.len();
        let buckets = vec![0; count.next_power_of_two() + 1];
        let mut known = Self { handles, hasher: RandomState::new(), buckets, entries: Vec::new() };
        let mut of_ids = Vec::with_capacity(count);
        for id in ids.clone() {
            let bucket = known.bucket(id);
            if let Some(size) = known.buckets.get_mut(bucket) {
                *size = size.checked_add(entry_size(id)?).ok_or(Error::TooLarge)?;
            }
            of_ids.push(bucket);
        }
        let mut end = 0_u32;
        for size in &mut known.buckets {
            end = end.checked_add(*size).ok_or(Error::TooLarge)?;
            *size = end;
        }
        known.entries = vec![0; end as usize];
        // Each bucket is filled from its end, so that what was its end becomes where it begins.
        for ((row, bucket), id) in (0..count).zip(of_ids).rev().zip(ids.rev()) {
            let Some(start) = known.buckets.get_mut(bucket) else { continue };
            *start -= entry_size(id)?;
            let entry = known.entries.get_mut(*start as usize..).unwrap_or_default();
            let Some((place, rest)) = entry.split_first_chunk_mut() else { continue };
            *place = u32::try_from(row).map_err(|_| Error::TooLarge)?.to_le_bytes();
            let Some((place, rest)) = rest.split_at_mut_checked(id.len()) else { continue };
            place.copy_from_slice(id.as_bytes());
            if let Some(place) = rest.first_mut() {
                *place = END;
            }
        }
        Ok(known)
    }

    fn bucket(&self, text: &str) -> usize {
        // The number of buckets is a power of two.
        usize::try_from(self.hasher.hash_one(text) & (self.buckets.len() as u64 - 2)).unwrap_or_default()
    }

    fn entries_of(&self, bucket: usize) -> &[u8] {
        let Some([start, end]) = self.buckets.get(bucket..bucket + 2) else { return &[] };
        self.entries.get(*start as usize..*end as usize).unwrap_or_default()
    }

    fn find(&self, text: &str) -> Option<H> {
        self.handle(find(self.entries_of(self.bucket(text)), text)?)
    }

    fn handle(&self, row: u32) -> Option<H> {
        self.handles.get(row as usize).copied()
    }

    /// Hashes, buckets, entries and handles are read one kind after the other: within a loop no reading waits for another one.
    fn find_all(&self, texts: &[Option<&str>], found: &mut Vec<Option<H>>) {
        let (mut buckets, mut entries) = ([0; BLOCK], [&[] as &[u8]; BLOCK]);
        let (mut begins, mut rows) = ([0; BLOCK], [None; BLOCK]);
        for (bucket, text) in buckets.iter_mut().zip(texts) {
            *bucket = text.map_or(0, |text| self.bucket(text));
        }
        for (entries, bucket) in entries.iter_mut().zip(&buckets) {
            *entries = self.entries_of(*bucket);
        }
        for (begin, entries) in begins.iter_mut().zip(&entries) {
            *begin = entries.first().copied().unwrap_or_default();
        }
        black_box(&begins);
        for ((row, text), entries) in rows.iter_mut().zip(texts).zip(&entries) {
            *row = text.and_then(|text| find(entries, text));
        }
        found.extend(rows.iter().take(texts.len()).map(|row| self.handle((*row)?)));
    }
}

fn entry_size(id: &str) -> Result<u32, Error> {
    u32::try_from(size_of::<u32>() + id.len() + 1).map_err(|_| Error::TooLarge)
}

/// The row of the first entry with this text.
fn find(mut entries: &[u8], text: &str) -> Option<u32> {
    loop {
        let (row, rest) = entries.split_first_chunk()?;
        let (here, behind) = rest.split_at_checked(text.len())?;
        if behind.first() == Some(&END) && are_same(here, text.as_bytes()) {
            return Some(u32::from_le_bytes(*row));
        }
        let length = rest.iter().position(|byte| *byte == END)?;
        entries = rest.get(length + 1..)?;
    }
}

/// Whether two texts are the same, without the call that comparing them takes where they are short.
fn are_same(left: &[u8], right: &[u8]) -> bool {
    fn ends<const N: usize>(text: &[u8]) -> Option<(&[u8; N], &[u8; N])> {
        text.first_chunk().zip(text.last_chunk())
    }
    left.len() == right.len()
        && match left.len() {
            0..4 => left.iter().eq(right),
            4..8 => ends::<4>(left) == ends(right),
            8..=16 => ends::<8>(left) == ends(right),
            _ => left == right,
        }
}

/// A column of ids, with what they stand for.
pub(super) struct LookedUp<'c, H> {
    ids: &'c Ids<H>,
    column: &'c Texts,
    /// What the texts of a dictionary stand for: each is looked up once.
    of_dictionary: Vec<Option<H>>,
}

impl<'c, H: Copy> LookedUp<'c, H> {
    pub(super) fn new(column: &'c Texts, ids: &'c Ids<H>) -> Self {
        let mut of_dictionary = Vec::new();
        if let Texts::Dictionary { count, texts, .. } = column {
            blocks(0..*count).for_each(|block| find_rows(texts, ids, block, &mut of_dictionary));
        }
        Self { ids, column, of_dictionary }
    }

    /// What the ids of a block stand for, in the place of what `found` holds.
    pub(super) fn read(&self, block: Range<usize>, found: &mut Vec<Option<H>>) {
        found.clear();
        if let Texts::Dictionary { keys, .. } = self.column {
            let mut rows = [None; BLOCK];
            let count = block.len();
            keys.read(block, &mut rows);
            let rows = rows.iter().take(count);
            found.extend(rows.map(|row| self.of_dictionary.get((*row)?).copied().flatten()));
        } else {
            find_rows(self.column, self.ids, block, found);
        }
    }

    /// The same, quicker where most ids are the one before once more.
    pub(super) fn read_runs(&self, block: Range<usize>, found: &mut Vec<Option<H>>) {
        if let Texts::Dictionary { .. } = self.column {
            return self.read(block, found);
        }
        found.clear();
        let (mut last, mut last_found) = ("", None);
        for row in block {
            let text = self.column.get(row);
            if !text.is_some_and(|text| are_same(text.as_bytes(), last.as_bytes())) {
                (last, last_found) = (text.unwrap_or_default(), text.and_then(|text| self.ids.find(text)));
            }
            found.push(last_found);
        }
    }
}

fn find_rows<H: Copy>(column: &Texts, ids: &Ids<H>, rows: Range<usize>, found: &mut Vec<Option<H>>) {
    let mut texts = [None; BLOCK];
    let count = rows.len();
    for (text, row) in texts.iter_mut().zip(rows) {
        *text = column.get(row);
    }
    ids.find_all(texts.get(..count).unwrap_or_default(), found);
}

/// Rows in blocks.
pub(super) fn blocks(rows: Range<usize>) -> impl Iterator<Item = Range<usize>> {
    rows.clone().step_by(BLOCK).map(move |start| start..rows.end.min(start + BLOCK))
}
