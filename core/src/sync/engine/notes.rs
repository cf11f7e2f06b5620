//! What the engine notes: events, and what is ours, in ledger and journal at once.

use alloc::{
    borrow::Cow,
    string::{String, ToString},
    vec::Vec,
};
use core::mem;

use jiff::Timestamp;

use super::{Engine, chunk::GroupChunk};
use crate::{
    scim::service::Kind,
    sync::{
        event::{Event, EventChange, EventName, EventResource},
        journal::Entry,
        planted::{Bug, is_planted},
        state::{Account, Candidate, GroupLink, Id, Knowledge, Link, State, Team, same_role, same_user_name},
    },
};

impl Engine {
    pub(super) fn tell(
        &mut self,
        name: EventName,
        resource: Option<EventResource>,
        attempts: u32,
        error: Option<String>,
        now: Timestamp,
    ) {
        self.tell_changes(name, resource, Vec::new(), attempts, error, now);
    }

    pub(super) fn tell_changes(
        &mut self,
        name: EventName,
        resource: Option<EventResource>,
        changes: Vec<EventChange>,
        attempts: u32,
        error: Option<String>,
        now: Timestamp,
    ) {
        let event = Event::new(self.event_ids.next_u64(), name, now, error);
        self.events.push_back(Event { resource, changes, attempts, ..event });
    }

    /// Links an account in ledger and journal, under the user name that it was planned with: a later one is a change under R22.
    pub(super) fn link_user(
        &mut self,
        person: &str,
        account: &Id,
        user_name: &str,
        role_written: Option<String>,
    ) {
        let id = self.state.desired.people().shared(person);
        let before = self.state.ledger.link(person).filter(|link| link.remote == *account);
        let is_known = before.is_some();
        let link = match before {
            // The addresses of the first link stay: a later change of them is one under R22.
            Some(before) => {
                Link { role_written: role_written.or_else(|| before.role_written.clone()), ..before.clone() }
            }
            None => Link {
                remote: account.clone(),
                user_name: user_name.to_string(),
                email: self.state.desired.person(person).and_then(|desired| desired.person.email.clone()),
                role_written,
            },
        };
        let record = Entry::UserLinked { person: person.into(), link: Cow::Borrowed(&link) }.record();
        // What an intent has left is found again by the name that was sent; any other account is ours by this record alone.
        let sent = self.uncertain.people.get(person);
        let is_found_again = sent.is_some_and(|sent| same_user_name(sent, &link.user_name));
        if is_known || is_found_again || is_planted(Bug::AdoptedBeforeStored) {
            self.outbox.push(record);
        } else {
            self.outbox.push_urgent(record);
        }
        self.uncertain.user_settled(person, &link.user_name);
        self.state.link(&id, link);
    }

    /// Finds what creations with an unknown outcome have left in the tenant, by the directory id that they carry: also for people
    /// and groups who are gone from the directory since, or have another name there. That they were created is told now (R41).
    pub(super) fn settle_uncertain(&mut self, now: Timestamp) {
        for (person, name) in self.uncertain.people.clone() {
            let remote = &self.state.remote;
            let accounts = remote.accounts_carrying(&person).chain(remote.accounts_named(&name));
            let found = self.left_for(&person, &name, accounts);
            let found = found.map(|account| (account.id.clone(), account.user_name.clone()));
            if let Some((account, user_name)) = found {
                self.link_user(&person, &account, &user_name, None);
                let resource = EventResource::user(&person, &user_name);
                self.tell(EventName::UserCreateProvision, Some(resource), 1, None, now);
            }
        }
        self.settle_former(now);
        for (group, name) in self.uncertain.groups.clone() {
            let found = self.team_left_for(&group, &name).map(|team| team.id.clone());
            if let Some(team) = found {
                self.link_group(&group, &team, true);
                let resource = EventResource::group(&group, &name);
                self.tell(EventName::GroupCreateProvision, Some(resource), 1, None, now);
            }
        }
    }

    /// The same for creations under user names that the directory has changed since: here both the name that was sent and the
    /// directory id have to be there, since by now the person has an account under another name. Then what was left is deactivated
    /// like an account that was replaced (R22).
    fn settle_former(&mut self, now: Timestamp) {
        let State { remote, ledger, .. } = &self.state;
        let is_free = |account: &&Account| ledger.owner(&account.id).is_none();
        let left = |(person, name): (&String, &String)| {
            let mut accounts = remote.accounts_carrying(person).filter(is_free);
            let account = accounts.find(|account| same_user_name(&account.user_name, name))?;
            Some((person.clone(), account.user_name.clone(), account.id.clone()))
        };
        let left: Vec<(String, String, Id)> = self.uncertain.former().filter_map(left).collect();
        for (person, user_name, account) in left {
            self.uncertain.forget_former(&person, &user_name);
            let resource = EventResource::user(&person, &user_name);
            self.tell(EventName::UserCreateProvision, Some(resource), 1, None, now);
            if self.state.ledger.link(&person).is_some() {
                let entry = Entry::UserRetired { account: (&*account).into(), person: (&person).into() };
                self.outbox.push(entry.record());
                self.state.ledger.retire(account, Id::from(person));
            } else {
                self.link_user(&person, &account, &user_name, None);
            }
        }
    }

    /// The team that a group's lost creation has left under the name that it was sent with.
    fn team_left_for(&self, group: &str, name: &str) -> Option<&Team> {
        let State { desired, ledger, remote, .. } = &self.state;
        let mut carrying = remote.teams_carrying(group);
        let free = carrying.find(|team| ledger.group_owner(&team.id).is_none());
        if free.is_some() {
            return free;
        }
        // A group that the directory no longer has would be deleted: a name alone is not enough for that.
        let desired = desired.group(group)?;
        let named = remote.teams_named(name).filter(|team| team.name == name);
        let candidate = if desired.group.name == name {
            self.state.candidate(group, named)
        } else {
            self.state.left_under_former_name(group, named)
        };
        match candidate {
            Candidate::One(team) => Some(team),
            _ => None,
        }
    }

    /// Of accounts of which one may be what a person's lost creation has left, under the name that it was sent with: the one that
    /// carries their directory id; where ids are not kept, the only one.
    ///
    /// Of several people who lost a creation under one name, whoever has access comes first. Where nobody has, any of them has
    /// the account deactivated.
    pub(super) fn left_for<'a>(
        &self,
        person: &str,
        name: &str,
        accounts: impl Iterator<Item = &'a Account>,
    ) -> Option<&'a Account> {
        let State { desired, ledger, .. } = &self.state;
        let free: Vec<&Account> = accounts.filter(|account| ledger.owner(&account.id).is_none()).collect();
        let own = free.iter().filter(|account| account.external_id.as_deref() == Some(person));
        // Others may have given the directory id to an account with another name.
        if let Some(own) = own.min_by_key(|account| !same_user_name(&account.user_name, name)) {
            return Some(own);
        }
        let is_for_another = || {
            self.uncertain.people.iter().any(|(other, theirs)| {
                other != person && same_user_name(theirs, name) && desired.should_be_active(other)
            })
        };
        match free.as_slice() {
            [account] if account.external_id.is_none() && !is_for_another() => Some(account),
            _ => None,
        }
    }

    pub(super) fn lose_account(&mut self, account: &str) {
        self.outbox.push(Entry::UserUnlinked { account: account.into() }.record());
        self.state.lose_account(account);
    }

    /// What is gone at Heap and in the directory alike is nobody's any more: no later reading asks for it.
    pub(super) fn forget_gone(&mut self, kind: Kind, remote: &str) {
        let State { desired, ledger, .. } = &self.state;
        match kind {
            Kind::User => {
                if ledger.holder(remote).is_some_and(|person| desired.person(person).is_none()) {
                    self.lose_account(remote);
                }
            }
            Kind::Group => {
                let owner = ledger.group_owner(remote).filter(|group| desired.group(group).is_none());
                if let Some(group) = owner.cloned() {
                    self.lose_team(&group);
                }
            }
        }
    }

    pub(super) fn link_group(&mut self, group: &str, team: &Id, managed: bool) {
        let link = GroupLink { remote: team.clone(), managed };
        let record = Entry::GroupLinked { group: group.into(), link: Cow::Borrowed(&link) }.record();
        let named = self.state.remote.team(team).map(|team| &team.name);
        let is_found_again = named.is_some() && self.uncertain.groups.get(group) == named;
        if !managed || is_found_again {
            self.outbox.push(record);
        } else {
            self.outbox.push_urgent(record);
        }
        self.uncertain.groups.remove(group);
        let id = self.state.desired.groups().shared(group);
        self.state.ledger.set_group_link(&id, link);
    }

    pub(super) fn lose_team(&mut self, group: &str) {
        self.outbox.push(Entry::GroupUnlinked { group: group.into() }.record());
        self.state.lose_team(group);
    }

    /// Notes what a write did to the members of a team whose members Heap does not tell (F13, F14).
    pub(super) fn members_were_sent(&mut self, team: &str, chunk: &GroupChunk) {
        self.state.note_sent(team, chunk.replaces, &chunk.add, &chunk.remove);
        let (team, replaced) = (team.into(), chunk.replaces);
        let (add, remove) = (chunk.add.as_slice().into(), chunk.remove.as_slice().into());
        self.outbox.push(Entry::MembersSent { team, replaced, add, remove }.record());
    }

    /// Where Heap tells members, what we sent counts no more.
    pub(super) fn forget_what_is_told(&mut self) {
        let is_told =
            |team: &&Id| self.state.remote.team(team).is_some_and(|team| team.knowledge == Knowledge::Told);
        let told: Vec<Id> = self.state.ledger.sent().keys().filter(is_told).cloned().collect();
        for team in told {
            self.state.ledger.forget_sent(&team);
            self.outbox.push(Entry::MembersTold { team: (&*team).into() }.record());
        }
    }

    /// D8: what the tenant does with roles, by what has become of all that were written. It keeps them if any account has the one
    /// that was written to it; whoever has not is drift then, and is written again. If none has, they are dropped: what was
    /// written is not there, or was seen not to be taken.
    pub(super) fn judge_roles(&mut self, now: Timestamp) {
        let State { ledger, remote, .. } = &self.state;
        let written = ledger.people().unordered().filter_map(|(person, link)| {
            Some((&**person, link.role_written.as_deref()?, remote.account(&link.remote)?.role.as_deref()))
        });
        let (kept, others): (Vec<_>, Vec<_>) =
            written.partition(|(_, written, shown)| same_role(Some(written), *shown));
        let missing = others.into_iter().filter(|(_, _, shown)| shown.is_none()).map(|(person, ..)| person);
        let untaken = self.learned.roles_untaken.iter().map(String::as_str);
        let dropped = missing.chain(untaken).min().map(Id::from);
        if !kept.is_empty() {
            self.learned.keeps_roles = true;
            self.state.ledger.role_is_dropped = false;
        } else if let Some(person) = dropped {
            self.role_was_dropped(&person, now);
        }
    }

    /// Told once, and not written again.
    fn role_was_dropped(&mut self, person: &str, now: Timestamp) {
        if mem::replace(&mut self.state.ledger.role_is_dropped, true) {
            return;
        }
        self.outbox.push(Entry::RoleDropped.record());
        let desired = self.state.desired.person(person);
        let user_name = desired.map(|desired| desired.person.user_name.as_str()).unwrap_or_default();
        let resource = Some(EventResource::user(person, user_name));
        let error = "Heap does not keep the role that was written; it is not sent again (D8)";
        self.tell(EventName::UserUpdateProvision, resource, 1, Some(error.into()), now);
    }
}
