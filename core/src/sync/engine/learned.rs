//! What a tenant has turned out to be like. Nothing of it is stored: each process finds out again, so that a detour ends when
//! its reason does (F26).

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
};

use crate::{
    limits::SYNC_MEMBERS_PER_PATCH,
    scim::{client::Listing, service::Kind},
};

/// So many roles are tried one after the other with a tenant that has taken none.
const ROLES_UNTAKEN_MAX: usize = 3;

/// So often a creation may be answered with another resource than was sent: once it may be somebody else's answer.
const CREATIONS_UNLIKE_MAX: u32 = 2;

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
    /// An account has shown the role that was written to it: what another one shows instead is drift, or a role that is none (D8).
    pub(super) keeps_roles: bool,
    /// People whose account was only taken once the role was left out, or was shown without the one that was written.
    pub(super) roles_untaken: BTreeSet<String>,
    /// How often a creation was answered with another resource than was sent, by directory id.
    unlike: BTreeMap<Kind, BTreeMap<String, u32>>,
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
            keeps_roles: false,
            roles_untaken: BTreeSet::new(),
            unlike: BTreeMap::new(),
            made: BTreeMap::new(),
        }
    }

    /// A role was refused, or accepted and not shown.
    pub(super) fn note_untaken_role(&mut self, person: &str) {
        if !self.takes_no_role() {
            self.roles_untaken.insert(person.into());
        }
    }

    /// Whether the tenant seems to take no role at all: nothing but a comparison says so for good (D8).
    pub(super) fn takes_no_role(&self) -> bool {
        !self.keeps_roles && self.roles_untaken.len() >= ROLES_UNTAKEN_MAX
    }

    /// A creation was answered with another resource than was sent.
    pub(super) fn note_unlike(&mut self, kind: Kind, id: &str) {
        *self.unlike.entry(kind).or_default().entry(id.into()).or_default() += 1;
    }

    /// Whether something may be sent to be created: what comes out otherwise each time would be made again and again (F39).
    pub(super) fn may_create(&self, kind: Kind, id: &str) -> bool {
        let times = self.unlike.get(&kind).and_then(|ids| ids.get(id));
        times.is_none_or(|times| *times < CREATIONS_UNLIKE_MAX)
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
