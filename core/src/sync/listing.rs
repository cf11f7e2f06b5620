//! When a list that is read page by page is whole.

use alloc::{collections::BTreeSet, string::String};

use crate::limits::{SYNC_LISTING_ATTEMPTS_MAX, SYNC_RESOURCES_MAX};

/// How far a listing is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(crate) enum Progress {
    /// It ended without being whole and starts again from the first page.
    Again,
    /// Every resource was seen: as many distinct ids as `totalResults` says (F33).
    Complete,
    /// There are more pages.
    More,
}

/// The list cannot be read whole, so nothing may be concluded from what is missing in it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the list is never complete: {seen} distinct resources after {attempts} readings, while `totalResults` says {total}"
)]
pub(crate) struct NeverComplete {
    seen: usize,
    total: u64,
    attempts: u8,
}

/// A listing under way: the next page starts after what was received, not after what was asked for (F33).
#[derive(Debug)]
pub(crate) struct Listing {
    received: u64,
    seen: BTreeSet<String>,
    attempts: u8,
}

impl Listing {
    pub(crate) const fn new() -> Self {
        Self { received: 0, seen: BTreeSet::new(), attempts: 1 }
    }

    /// The index of the next page's first resource, from 1 (RFC 7644 3.4.2.4).
    pub(crate) const fn start_index(&self) -> u64 {
        self.received + 1
    }

    /// Takes a page with the ids of its resources.
    ///
    /// A page that overlaps is harmless, one that is short is not the end, and one that brings nothing new although
    /// something is missing ends the attempt: so it ends also where pages go round in a circle (F34).
    pub(crate) fn page<'p>(
        &mut self,
        total: u64,
        ids: impl ExactSizeIterator<Item = &'p str>,
    ) -> Result<Progress, NeverComplete> {
        let before = self.seen.len();
        self.received += ids.len() as u64;
        self.seen.extend(ids.map(String::from));
        if self.seen.len() as u64 == total {
            return Ok(Progress::Complete);
        }
        let is_too_much = self.seen.len() as u64 > total || self.seen.len() > SYNC_RESOURCES_MAX;
        if self.seen.len() > before && !is_too_much {
            return Ok(Progress::More);
        }
        if self.attempts >= SYNC_LISTING_ATTEMPTS_MAX {
            return Err(NeverComplete { seen: self.seen.len(), total, attempts: self.attempts });
        }
        *self = Self { attempts: self.attempts + 1, ..Self::new() };
        Ok(Progress::Again)
    }
}

#[cfg(test)]
mod tests {
    use super::{Listing, Progress};

    fn page(listing: &mut Listing, total: u64, ids: &[&str]) -> Option<Progress> {
        listing.page(total, ids.iter().copied()).ok()
    }

    #[test]
    fn f33_a_listing_is_complete_when_the_distinct_ids_are_as_many_as_the_total() {
        let mut listing = Listing::new();
        assert_eq!(page(&mut listing, 3, &["a", "b"]), Some(Progress::More));
        assert_eq!(listing.start_index(), 3);
        assert_eq!(page(&mut listing, 3, &["c"]), Some(Progress::Complete));
        assert_eq!(page(&mut Listing::new(), 0, &[]), Some(Progress::Complete));
    }

    #[test]
    fn f33_overlapping_and_short_pages_are_not_the_end() {
        let mut listing = Listing::new();
        assert_eq!(page(&mut listing, 3, &["a"]), Some(Progress::More));
        assert_eq!(page(&mut listing, 3, &["a", "b"]), Some(Progress::More));
        assert_eq!(listing.start_index(), 4);
        assert_eq!(page(&mut listing, 3, &[]), Some(Progress::Again));
        assert_eq!(listing.start_index(), 1);
    }

    #[test]
    fn f34_pages_that_go_round_in_a_circle_end() {
        let mut listing = Listing::new();
        let mut pages = 0;
        while page(&mut listing, 9, &["a", "b"]).is_some() {
            pages += 1;
            assert!(pages < 20);
        }
    }

    #[test]
    fn a_list_that_shrinks_below_what_was_seen_is_read_again() {
        let mut listing = Listing::new();
        assert_eq!(page(&mut listing, 5, &["a", "b", "c"]), Some(Progress::More));
        assert_eq!(page(&mut listing, 2, &["d"]), Some(Progress::Again));
    }
}
