//! What the engine notes: events, and what is ours, in ledger and journal at once.

use alloc::string::{String, ToString};
use core::mem;

use jiff::Timestamp;

use super::Engine;
use crate::sync::{
    event::{Event, EventName},
    journal::Entry,
    state::{GroupLink, Id, Link},
};

impl Engine {
    pub(super) fn tell(
        &mut self,
        name: EventName,
        resource: Option<&str>,
        attempts: u32,
        error: Option<String>,
        now: Timestamp,
    ) {
        let resource = resource.map(ToString::to_string);
        self.events.push_back(Event { name, timestamp: now, resource, attempts, error });
    }

    /// Links an account in ledger and journal, under the user name that it was planned with: a later one is a change under R22.
    pub(super) fn link_user(
        &mut self,
        person: &str,
        account: &str,
        user_name: &str,
        role_written: Option<String>,
    ) {
        let id = Id::from(person);
        let before = self.state.ledger.link(person).filter(|link| link.remote == account);
        let link = match before {
            // The addresses of the first link stay: a later change of them is one under R22.
            Some(before) => {
                Link { role_written: role_written.or_else(|| before.role_written.clone()), ..before.clone() }
            }
            None => Link {
                remote: account.to_string(),
                user_name: user_name.to_string(),
                email: self.state.desired.person(person).and_then(|desired| desired.person.email.clone()),
                role_written,
            },
        };
        let record = Entry::UserLinked { person: person.to_string(), link: link.clone() }.record();
        // An intent is found again by what it left; an account that we did not create is ours by this record alone.
        let is_known = self.state.ledger.link(person).is_some_and(|before| before.remote == account);
        if is_known || self.uncertain.people.contains(person) {
            self.outbox.push(record);
        } else {
            self.outbox.push_urgent(record);
        }
        self.uncertain.people.remove(person);
        self.state.link(&id, link);
    }

    /// Finds what creations with an unknown outcome have left in the tenant, by the directory id that they carry: also for people
    /// and groups who are gone from the directory since, or have another name there.
    pub(super) fn settle_uncertain(&mut self) {
        for person in self.uncertain.people.clone() {
            let found = self
                .state
                .remote
                .accounts_carrying(&person)
                .find(|account| self.state.ledger.owner(&account.id).is_none())
                .map(|account| (account.id.clone(), account.user_name.clone()));
            if let Some((account, user_name)) = found {
                self.link_user(&person, &account, &user_name, None);
            }
        }
        for group in self.uncertain.groups.clone() {
            let found = self
                .state
                .remote
                .teams_carrying(&group)
                .find(|team| self.state.ledger.group_owner(&team.id).is_none())
                .map(|team| team.id.clone());
            if let Some(team) = found {
                self.link_group(&group, &team, true);
            }
        }
    }

    pub(super) fn lose_account(&mut self, account: &str) {
        self.outbox.push(Entry::UserUnlinked { account: account.to_string() }.record());
        self.state.lose_account(account);
    }

    pub(super) fn link_group(&mut self, group: &str, team: &str, managed: bool) {
        let link = GroupLink { remote: team.to_string(), managed };
        let record = Entry::GroupLinked { group: group.to_string(), link: link.clone() }.record();
        if !managed || self.uncertain.groups.contains(group) {
            self.outbox.push(record);
        } else {
            self.outbox.push_urgent(record);
        }
        self.uncertain.groups.remove(group);
        self.state.ledger.set_group_link(&Id::from(group), link);
    }

    pub(super) fn lose_team(&mut self, group: &str) {
        self.outbox.push(Entry::GroupUnlinked { group: group.to_string() }.record());
        self.state.lose_team(group);
    }

    /// D8: told once, and not written again.
    pub(super) fn role_was_dropped(&mut self) {
        if !mem::replace(&mut self.state.ledger.role_is_dropped, true) {
            self.outbox.push(Entry::RoleDropped.record());
        }
    }

    /// D8, for a tenant whose answers to writes say nothing: a role that was written and is not there.
    pub(super) fn notice_dropped_role(&mut self) {
        let is_dropped = self.state.ledger.people().any(|(_, link)| {
            let account = self.state.remote.account(&link.remote);
            link.role_written.is_some() && account.is_some_and(|account| account.role.is_none())
        });
        if is_dropped {
            self.role_was_dropped();
        }
    }
}
