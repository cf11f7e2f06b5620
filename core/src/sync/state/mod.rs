//! What the engine knows: the directory as it should be, what is ours at Heap, and what Heap holds.

mod desired;
mod ledger;
mod remote;

use alloc::string::String;

pub(crate) use desired::{Desired, DesiredGroup, DesiredPerson, Id, Scope, Touched};
pub(crate) use ledger::{GroupLink, Ledger, Link};
pub(crate) use remote::{Account, Remote, Team};

/// A name as it is compared where case does not count (D9).
pub(crate) fn folded(name: &str) -> String {
    name.to_lowercase()
}

/// Whether two user names, or two email addresses, are of one account (D9).
pub(crate) fn same_user_name(left: &str, right: &str) -> bool {
    left == right || folded(left) == folded(right)
}

/// The three together. Only this type changes ledger and remote at once, so that its counts stay right.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) desired: Desired,
    pub(crate) ledger: Ledger,
    pub(crate) remote: Remote,
    /// How many of our accounts are active: the denominator of a guard (D2).
    managed_active: usize,
}

impl State {
    pub(crate) fn new(desired: Desired, ledger: Ledger) -> Self {
        Self { desired, ledger, remote: Remote::default(), managed_active: 0 }
    }

    pub(crate) fn managed_active(&self) -> usize {
        self.managed_active
    }

    /// Whether an account is not a person's to have (D3): it carries another directory id, or is somebody's who is still there.
    pub(crate) fn is_claimed_by_another(&self, person: &str, account: &Account) -> bool {
        match self.ledger.owner(&account.id) {
            Some(owner) => **owner != *person && self.desired.person(owner).is_some(),
            None => account.external_id.as_deref().is_some_and(|external| external != person),
        }
    }

    /// Takes over what a complete listing showed.
    pub(crate) fn set_remote(&mut self, remote: Remote) {
        self.remote = remote;
        let ours = self.ledger.people().filter_map(|(_, link)| self.remote.account(&link.remote));
        self.managed_active = ours.filter(|account| account.active).count();
    }

    pub(crate) fn link(&mut self, person: &Id, link: Link) {
        let counted = self.counted(&link.remote);
        let before = self.ledger.link(person).map(|link| link.remote.clone());
        if let Some(before) = before.filter(|before| *before != link.remote) {
            self.managed_active -= usize::from(self.counted(&before)).min(self.managed_active);
        }
        self.managed_active -= usize::from(counted).min(self.managed_active);
        let remote = link.remote.clone();
        self.ledger.set_link(person, link);
        self.managed_active += usize::from(self.counted(&remote));
    }

    pub(crate) fn put_account(&mut self, account: Account) {
        let id = account.id.clone();
        self.managed_active -= usize::from(self.counted(&id)).min(self.managed_active);
        self.remote.put_account(account);
        self.managed_active += usize::from(self.counted(&id));
    }

    /// The account is gone at Heap.
    pub(crate) fn lose_account(&mut self, id: &str) {
        self.managed_active -= usize::from(self.counted(id)).min(self.managed_active);
        self.remote.remove_account(id);
        self.ledger.unlink(id);
    }

    /// The team is gone at Heap.
    pub(crate) fn lose_team(&mut self, group: &str) {
        if let Some(link) = self.ledger.group_link(group) {
            self.remote.remove_team(&link.remote);
        }
        self.ledger.unlink_group(group);
    }

    fn counted(&self, account: &str) -> bool {
        let ours = self.ledger.owner(account).and_then(|owner| self.ledger.link(owner));
        ours.is_some_and(|link| link.remote == account)
            && self.remote.account(account).is_some_and(|account| account.active)
    }
}
