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

    /// Links an account in ledger and journal. False when the directory no longer has the person.
    pub(super) fn link_user(&mut self, person: &str, account: &str, role_written: Option<String>) -> bool {
        let id = Id::from(person);
        let Some(desired) = self.state.desired.person(person) else { return false };
        let before = self.state.ledger.link(person).filter(|link| link.remote == account);
        let link = match before {
            // The addresses of the first link stay: a later change of them is one under R22.
            Some(before) => {
                Link { role_written: role_written.or_else(|| before.role_written.clone()), ..before.clone() }
            }
            None => Link {
                remote: account.to_string(),
                user_name: desired.person.user_name.clone(),
                email: desired.person.email.clone(),
                role_written,
            },
        };
        self.uncertain.people.remove(person);
        self.outbox.push(Entry::UserLinked { person: person.to_string(), link: link.clone() }.record());
        self.state.link(&id, link);
        true
    }

    pub(super) fn lose_account(&mut self, account: &str) {
        self.outbox.push(Entry::UserUnlinked { account: account.to_string() }.record());
        self.state.lose_account(account);
    }

    pub(super) fn link_group(&mut self, group: &str, team: &str, managed: bool) {
        let link = GroupLink { remote: team.to_string(), managed };
        self.uncertain.groups.remove(group);
        self.outbox.push(Entry::GroupLinked { group: group.to_string(), link: link.clone() }.record());
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
