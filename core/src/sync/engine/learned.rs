//! What a tenant has turned out to be like. Nothing of it is stored: each process finds out again, so that a detour ends when
//! its reason does (F26).

use alloc::collections::{BTreeMap, BTreeSet};

use crate::{
    limits::SYNC_MEMBERS_PER_PATCH,
    scim::{client::Listing, service::Kind},
};

#[derive(Debug)]
pub(super) struct Learned {
    /// PATCH is not supported: a resource is read, changed here, and put back whole.
    pub(super) takes_no_patch: bool,
    /// Lists go by cursor alone (RFC 9865).
    pub(super) lists_by_cursor: bool,
    /// How many members one request may carry (F10).
    pub(super) members_per_request: usize,
    /// Of which kinds a filter has found something: only then an empty answer to one is believed (F41).
    pub(super) proven_filters: BTreeSet<Kind>,
    /// How many resources of each kind this process has made.
    made: BTreeMap<Kind, u64>,
}

impl Learned {
    pub(super) const fn new() -> Self {
        Self {
            takes_no_patch: false,
            lists_by_cursor: false,
            members_per_request: SYNC_MEMBERS_PER_PATCH,
            proven_filters: BTreeSet::new(),
            made: BTreeMap::new(),
        }
    }

    pub(super) fn made(&self, kind: Kind) -> u64 {
        self.made.get(&kind).copied().unwrap_or_default()
    }

    pub(super) fn note_made(&mut self, kind: Kind) {
        *self.made.entry(kind).or_default() += 1;
    }

    pub(super) fn listing(&self) -> Listing {
        if self.lists_by_cursor { Listing::by_cursor() } else { Listing::new() }
    }

    /// So many members were refused in one request: the next has half as many. False where it was one alone, which then is not
    /// what was wrong.
    pub(super) fn takes_fewer_members_than(&mut self, refused: usize) -> bool {
        if refused < 2 {
            self.members_per_request = SYNC_MEMBERS_PER_PATCH;
            return false;
        }
        self.members_per_request = refused / 2;
        true
    }
}

#[cfg(test)]
mod tests {
    use super::{Learned, SYNC_MEMBERS_PER_PATCH};

    #[test]
    fn f10_fewer_members_are_tried_until_one_alone_is_refused() {
        let mut learned = Learned::new();
        assert!(learned.takes_fewer_members_than(100));
        assert_eq!(learned.members_per_request, 50);
        assert!(learned.takes_fewer_members_than(3));
        assert_eq!(learned.members_per_request, 1);
        assert!(!learned.takes_fewer_members_than(1));
        assert_eq!(learned.members_per_request, SYNC_MEMBERS_PER_PATCH);
    }
}
