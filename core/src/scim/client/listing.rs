//! When a list that is read page by page is whole.

use alloc::{collections::BTreeSet, string::String};

use super::Position;
use crate::limits::{SCIM_LISTING_ATTEMPTS_MAX, SCIM_LISTING_RESOURCES_MAX};

/// How far a listing is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Progress {
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
#[non_exhaustive]
pub struct NeverComplete {
    /// How many distinct resources the last reading saw.
    pub seen: usize,
    /// How many there are, as its last page said.
    pub total: u64,
    /// How many readings there were.
    pub attempts: u8,
}

impl NeverComplete {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        "scim.client.never_complete"
    }
}

/// A listing under way: the next page starts after what was received, not after what was asked for (F33).
///
/// ```
/// use heap_identity::scim::client::{Listing, Position, Progress};
/// let mut listing = Listing::new();
/// assert_eq!(listing.page(3, None, ["a", "b"].into_iter())?, Progress::More);
/// assert_eq!(listing.position(), Position::Index(3));
/// assert_eq!(listing.page(3, None, ["c"].into_iter())?, Progress::Complete);
/// # Ok::<_, heap_identity::scim::client::NeverComplete>(())
/// ```
#[derive(Debug)]
pub struct Listing {
    received: u64,
    /// Whether a page has come.
    is_begun: bool,
    /// By cursor, and where.
    cursor: Option<String>,
    /// It is by cursor from its first page.
    by_cursor: bool,
    seen: BTreeSet<String>,
    /// How many resources there are, as the last page says.
    total: u64,
    attempts: u8,
}

impl Default for Listing {
    fn default() -> Self {
        Self::new()
    }
}

impl Listing {
    /// A listing that is about to begin, by index until the service provider gives a cursor.
    pub const fn new() -> Self {
        Self {
            received: 0,
            is_begun: false,
            cursor: None,
            by_cursor: false,
            seen: BTreeSet::new(),
            total: 0,
            attempts: 1,
        }
    }

    /// A listing of a tenant that knows cursors only.
    pub fn by_cursor() -> Self {
        Self { cursor: Some(String::new()), by_cursor: true, ..Self::new() }
    }

    /// Where the next page begins.
    pub fn position(&self) -> Position {
        match &self.cursor {
            Some(cursor) => Position::Cursor(cursor.clone()),
            None => Position::Index(self.received + 1),
        }
    }

    /// Whether nothing was received yet.
    pub const fn is_at_start(&self) -> bool {
        self.received == 0
    }

    /// Whether the next page is asked for by index.
    pub const fn is_by_index(&self) -> bool {
        self.cursor.is_none()
    }

    /// Whether a resource was seen.
    pub fn has(&self, id: &str) -> bool {
        self.seen.contains(id)
    }

    /// Whether every resource was seen: as many distinct ids as `totalResults` says (F33).
    pub fn is_complete(&self) -> bool {
        self.is_begun && self.seen.len() as u64 == self.total
    }

    /// Takes a page with the ids of its resources, and the cursor of the next page where there is one.
    ///
    /// A page that overlaps is harmless, one that is short is not the end, and one that brings nothing new although
    /// something is missing ends the attempt: so it ends also where pages go round in a circle (F34). So does a total that
    /// shrinks, but for the last attempt: by index, a resource that is deleted meanwhile moves others to pages already read.
    ///
    /// # Errors
    /// [`NeverComplete`] after the last attempt.
    pub fn page<'p>(
        &mut self,
        total: u64,
        next_cursor: Option<&str>,
        ids: impl ExactSizeIterator<Item = &'p str>,
    ) -> Result<Progress, NeverComplete> {
        let before = self.seen.len();
        let has_shrunk = self.is_begun && self.cursor.is_none() && total < self.total;
        (self.total, self.is_begun) = (total, true);
        self.received += ids.len() as u64;
        let ended = self.cursor.is_some() && next_cursor.is_none();
        self.cursor = next_cursor.map(String::from);
        self.seen.extend(ids.map(String::from));
        if has_shrunk && self.attempts < SCIM_LISTING_ATTEMPTS_MAX {
            return self.again();
        }
        if self.seen.len() as u64 == total {
            return Ok(Progress::Complete);
        }
        let is_too_much = self.seen.len() as u64 > total || self.seen.len() > SCIM_LISTING_RESOURCES_MAX;
        if self.seen.len() > before && !is_too_much && !ended {
            return Ok(Progress::More);
        }
        self.again()
    }

    /// So many resources were made meanwhile by whoever reads: the total has to grow by them, or others were removed.
    pub(crate) const fn made_meanwhile(&mut self, count: u64) {
        self.total += count;
    }

    /// Begins again, as often as a list may be begun: when a page cannot be read, or its cursor has expired.
    ///
    /// # Errors
    /// [`NeverComplete`] after the last attempt.
    pub fn again(&mut self) -> Result<Progress, NeverComplete> {
        if self.attempts >= SCIM_LISTING_ATTEMPTS_MAX {
            return Err(NeverComplete { seen: self.seen.len(), total: self.total, attempts: self.attempts });
        }
        let fresh = if self.by_cursor { Self::by_cursor() } else { Self::new() };
        *self = Self { attempts: self.attempts + 1, ..fresh };
        Ok(Progress::Again)
    }
}

#[cfg(test)]
mod tests {
    use super::{Listing, Position, Progress, SCIM_LISTING_ATTEMPTS_MAX};

    fn page(listing: &mut Listing, total: u64, ids: &[&str]) -> Option<Progress> {
        listing.page(total, None, ids.iter().copied()).ok()
    }

    #[test]
    fn f33_a_listing_is_complete_when_the_distinct_ids_are_as_many_as_the_total() {
        let mut listing = Listing::new();
        assert_eq!(page(&mut listing, 3, &["a", "b"]), Some(Progress::More));
        assert_eq!(listing.position(), Position::Index(3));
        assert_eq!(page(&mut listing, 3, &["c"]), Some(Progress::Complete));
        assert_eq!(page(&mut Listing::new(), 0, &[]), Some(Progress::Complete));
    }

    #[test]
    fn f33_overlapping_and_short_pages_are_not_the_end() {
        let mut listing = Listing::new();
        assert_eq!(page(&mut listing, 3, &["a"]), Some(Progress::More));
        assert_eq!(page(&mut listing, 3, &["a", "b"]), Some(Progress::More));
        assert_eq!(listing.position(), Position::Index(4));
        assert_eq!(page(&mut listing, 3, &[]), Some(Progress::Again));
        assert_eq!(listing.position(), Position::Index(1));
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
    fn f33_a_list_by_cursor_that_ends_too_early_is_read_again() {
        let mut listing = Listing::by_cursor();
        let mut page = |cursor, ids: &[&str]| listing.page(3, cursor, ids.iter().copied()).ok();
        assert_eq!(page(Some("after b"), &["a", "b"]), Some(Progress::More));
        assert_eq!(page(None, &["b"]), Some(Progress::Again));
        assert_eq!(page(Some("after b"), &["a", "b"]), Some(Progress::More));
        assert_eq!(listing.position(), Position::Cursor("after b".into()));
    }

    #[test]
    fn f33_a_list_that_shrinks_while_it_is_read_by_index_is_read_again() {
        let mut listing = Listing::new();
        assert_eq!(page(&mut listing, 5, &["a", "b", "gone"]), Some(Progress::More));
        // "c" has moved to the first page, and as many distinct ids were seen as there are resources.
        assert_eq!(page(&mut listing, 4, &["d"]), Some(Progress::Again));
        assert_eq!(page(&mut listing, 4, &["a", "b", "c"]), Some(Progress::More));
        assert_eq!(page(&mut listing, 4, &["d"]), Some(Progress::Complete));
    }

    #[test]
    fn a_list_that_shrinks_whenever_it_is_read_is_taken_by_its_count_in_the_end() {
        let mut listing = Listing::new();
        for _ in 1..SCIM_LISTING_ATTEMPTS_MAX {
            assert_eq!(page(&mut listing, 3, &["a"]), Some(Progress::More));
            assert_eq!(page(&mut listing, 2, &["b"]), Some(Progress::Again));
        }
        assert_eq!(page(&mut listing, 3, &["a"]), Some(Progress::More));
        assert_eq!(page(&mut listing, 2, &["b"]), Some(Progress::Complete));
    }

    #[test]
    fn a_list_that_shrinks_below_what_was_seen_is_read_again() {
        let mut listing = Listing::new();
        assert_eq!(page(&mut listing, 5, &["a", "b", "c"]), Some(Progress::More));
        assert_eq!(page(&mut listing, 2, &["d"]), Some(Progress::Again));
    }
}
