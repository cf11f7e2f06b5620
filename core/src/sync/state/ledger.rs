use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
};

use serde::{Deserialize, Serialize};

use super::{Id, table::Table};

/// Which account at Heap is a person's: what we created, adopted or took over (D1).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct Link {
    /// The account's id at Heap.
    pub(crate) remote: Id,
    /// The user name under which the account was linked: a later one is a change under R22.
    pub(crate) user_name: String,
    /// The email under which the account was linked: a later one is a change under R22 (D10).
    pub(crate) email: Option<String>,
    /// The role that we wrote last, to notice a tenant that drops it (D8).
    pub(crate) role_written: Option<String>,
}

/// Which group at Heap is a group's.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub(crate) struct GroupLink {
    /// The group's id at Heap.
    pub(crate) remote: Id,
    /// False once the group was unbound: it is left as it is (R29) until it is bound again.
    pub(crate) managed: bool,
}

/// Whom we sent as members of a team whose members Heap does not tell (F13, F14).
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Sent {
    pub(crate) members: BTreeSet<Id>,
    /// Whether a write has named all members, so that there are no others.
    pub(crate) is_whole: bool,
    /// Whom a write with an unknown outcome was about.
    pub(crate) doubtful: BTreeSet<Id>,
}

/// What is ours at Heap. Nothing outside of it is ever written (R33, D1).
#[derive(Debug, Default)]
pub(crate) struct Ledger {
    people: Table<Id, Link>,
    /// Whose an account is, by its id at Heap.
    owners: Table<Id, Id>,
    groups: Table<Id, GroupLink>,
    group_owners: Table<Id, Id>,
    managed_groups: usize,
    /// Accounts that an explicit replacement (R22) left behind, still to be deactivated.
    retired: BTreeMap<Id, Id>,
    /// The same accounts by whose they were.
    retired_of: BTreeMap<Id, BTreeSet<Id>>,
    /// By team.
    sent: BTreeMap<Id, Sent>,
    /// Whether the tenant was seen to drop the role (D8).
    pub(crate) role_is_dropped: bool,
}

impl Ledger {
    pub(crate) fn reserve(&mut self, accounts: usize) {
        self.people.reserve(accounts);
        self.owners.reserve(accounts);
    }

    pub(crate) fn link(&self, person: &str) -> Option<&Link> {
        self.people.get(person)
    }

    pub(crate) fn owner(&self, account: &str) -> Option<&Id> {
        self.owners.get(account).or_else(|| self.retired.get(account))
    }

    /// Who holds an account now: not who held it before a replacement (R22).
    pub(crate) fn holder(&self, account: &str) -> Option<&Id> {
        self.owners.get(account)
    }

    pub(crate) fn group_link(&self, group: &str) -> Option<&GroupLink> {
        self.groups.get(group)
    }

    pub(crate) fn group_owner(&self, team: &str) -> Option<&Id> {
        self.group_owners.get(team)
    }

    pub(crate) const fn people(&self) -> &Table<Id, Link> {
        &self.people
    }

    pub(crate) const fn groups(&self) -> &Table<Id, GroupLink> {
        &self.groups
    }

    /// Accounts left behind by a replacement, with whose they were.
    pub(crate) fn retired(&self) -> impl Iterator<Item = (&Id, &Id)> {
        self.retired.iter()
    }

    /// Accounts of a person that a replacement left behind.
    pub(crate) fn retired_of(&self, person: &str) -> impl Iterator<Item = &Id> {
        self.retired_of.get(person).into_iter().flatten()
    }

    pub(crate) fn sent(&self) -> &BTreeMap<Id, Sent> {
        &self.sent
    }

    /// A write about these members of a team is about to be sent.
    pub(crate) fn doubt_members(&mut self, team: &str, members: &[Id]) {
        let sent = self.sent.entry(team.into()).or_default();
        sent.doubtful.extend(members.iter().cloned());
    }

    /// A write to the members of a team was done; `replaced` where it named all of them.
    pub(crate) fn note_sent(&mut self, team: &str, replaced: bool, add: &[Id], remove: &[Id]) {
        let sent = self.sent.entry(team.into()).or_default();
        if replaced {
            *sent = Sent { is_whole: true, ..Sent::default() };
        }
        for member in add {
            sent.doubtful.remove(member);
            sent.members.insert(member.clone());
        }
        for member in remove {
            sent.doubtful.remove(member);
            sent.members.remove(member);
        }
    }

    /// Heap tells the members of a team, or the team is gone: what we sent does not count any more.
    pub(crate) fn forget_sent(&mut self, team: &str) {
        self.sent.remove(team);
    }

    /// Links an account to a person. Another account of the same person is retired; another owner of the account (a person
    /// who is gone) loses it.
    pub(crate) fn set_link(&mut self, person: &Id, link: Link) {
        if let Some(before) = self.people.get(person).filter(|before| before.remote != link.remote) {
            let before = before.remote.clone();
            self.owners.remove(&before);
            self.retire(before, person.clone());
        }
        self.unretire(&link.remote);
        if let Some(owner) = self.owners.insert(link.remote.clone(), person.clone()) {
            if owner != *person {
                self.people.remove(&owner);
            }
        }
        self.people.insert(person.clone(), link);
    }

    /// Notes an account that a replacement left behind.
    pub(crate) fn retire(&mut self, account: Id, person: Id) {
        self.unretire(&account);
        self.retired_of.entry(person.clone()).or_default().insert(account.clone());
        self.retired.insert(account, person);
    }

    fn unretire(&mut self, account: &str) {
        let Some(person) = self.retired.remove(account) else { return };
        if let Some(accounts) = self.retired_of.get_mut(&person) {
            accounts.remove(account);
            if accounts.is_empty() {
                self.retired_of.remove(&person);
            }
        }
    }

    /// Forgets an account that is gone at Heap.
    pub(crate) fn unlink(&mut self, account: &str) {
        if let Some(owner) = self.owners.remove(account) {
            self.people.remove(&owner);
        }
        self.unretire(account);
    }

    pub(crate) fn set_group_link(&mut self, group: &Id, link: GroupLink) {
        if let Some(before) = self.groups.get(group).filter(|before| before.remote != link.remote) {
            self.group_owners.remove(&before.remote);
        }
        if let Some(owner) = self.group_owners.insert(link.remote.clone(), group.clone()) {
            if owner != *group {
                self.remove_group(&owner);
            }
        }
        self.remove_group(group);
        self.managed_groups += usize::from(link.managed);
        self.groups.insert(group.clone(), link);
    }

    pub(crate) fn unlink_group(&mut self, group: &str) {
        if let Some(before) = self.remove_group(group) {
            self.group_owners.remove(&before.remote);
            self.forget_sent(&before.remote);
        }
    }

    fn remove_group(&mut self, group: &str) -> Option<GroupLink> {
        let before = self.groups.remove(group)?;
        self.managed_groups -= usize::from(before.managed);
        Some(before)
    }

    pub(crate) const fn managed_groups(&self) -> usize {
        self.managed_groups
    }
}
