//! The state that a run must end in, computed from the directory in the plainest way.

use std::collections::{BTreeMap, BTreeSet};

use heap_identity::{
    scim::service::Kind,
    sync::{ChangedUserName, Engine},
};
use serde_json::Value;

use crate::{
    checker::{Checker, text},
    directory::{Directory, folded},
    tenant::{Tenant, Traits},
};

pub struct End<'e> {
    directory: &'e Directory,
    engine: &'e Engine,
    checker: &'e Checker,
    policy: ChangedUserName,
    traits: &'e Traits,
    users: BTreeMap<String, Value>,
    groups: BTreeMap<String, Value>,
}

fn by_id(all: Vec<Value>) -> BTreeMap<String, Value> {
    all.into_iter().map(|one| (text(&one, "id").to_string(), one)).collect()
}

/// A text of the directory that is absent or empty is none.
fn given(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

impl<'e> End<'e> {
    pub fn new(
        directory: &'e Directory,
        engine: &'e Engine,
        checker: &'e Checker,
        policy: ChangedUserName,
        tenant: &'e Tenant,
    ) -> Self {
        let (users, groups) = (by_id(tenant.all(Kind::User)), by_id(tenant.all(Kind::Group)));
        Self { directory, engine, checker, policy, traits: &tenant.traits, users, groups }
    }

    pub fn check(&self, foreign: &BTreeSet<String>) -> Result<(), String> {
        self.directory.people.keys().try_for_each(|id| self.person(id, foreign))?;
        self.users.iter().try_for_each(|(id, user)| self.access(id, user))?;
        if self.directory.management {
            self.directory.group_names_ever.keys().try_for_each(|id| self.group(id, foreign))?;
            self.one_team_each()?;
        }
        Ok(())
    }

    fn account(&self, person: &str) -> Option<&Value> {
        self.users.get(self.engine.account_of(person)?)
    }

    /// Whether another hand holds the account with the person's user name (D3).
    fn is_blocked(&self, id: &str) -> bool {
        let name = folded(&self.directory.people[id].user_name);
        self.users.iter().filter(|(_, user)| folded(text(user, "userName")) == name).any(|(account, user)| {
            let mut others = self.directory.people.keys().filter(|other| *other != id);
            let is_held = others.any(|other| self.engine.account_of(other) == Some(account))
                || self
                    .checker
                    .made
                    .get(account)
                    .is_some_and(|owner| owner != id && self.directory.people.contains_key(owner));
            let is_foreign = user["externalId"].as_str().is_some_and(|external| external != id);
            is_held
                || !self.checker.is_free(account, id, self.directory)
                || is_foreign
                    && (!self.checker.made.contains_key(account) || self.checker.orphans.contains(account))
        })
    }

    fn person(&self, id: &String, foreign: &BTreeSet<String>) -> Result<(), String> {
        let person = &self.directory.people[id];
        if !self.directory.is_wanted(id) {
            return Ok(());
        }
        let Some(account) = self.account(id) else {
            if self.directory.is_contested(id) || self.is_blocked(id) || foreign.contains(id) {
                return Ok(());
            }
            return Err(format!("{id} has access and no account"));
        };
        if account["active"] != true {
            return Err(format!("{id} has access, and the account is not active: {account}"));
        }
        let same_name = folded(text(account, "userName")) == folded(&person.user_name);
        let is_known_by_id = account["externalId"] == id.as_str();
        let had_name =
            is_known_by_id || self.directory.names_ever[id].contains(&folded(text(account, "userName")));
        if !had_name {
            return Err(format!("{id} never had the user name of their account: {account}"));
        }
        let may_keep = self.directory.is_contested(id) || self.is_blocked(id) || foreign.contains(id);
        if self.policy == ChangedUserName::Replace && !same_name && !may_keep {
            return Err(format!("{id} was renamed, and the account was not replaced: {account} (R22)"));
        }
        let names = [("givenName", &person.given_name), ("familyName", &person.family_name)];
        for (attribute, expected) in names {
            let found = account["name"][attribute].as_str().filter(|text| !text.is_empty());
            if found != given(expected.as_ref()) {
                return Err(format!("{id}: {attribute} is {found:?} and should be {expected:?}"));
            }
        }
        match given(person.role.as_ref()) {
            Some(role) if account["role"] != role && self.traits.keeps_role() => {
                Err(format!("{id}: the role is {}", account["role"]))
            }
            _ => Ok(()),
        }
    }

    /// An account of ours is active exactly if somebody with access holds it.
    fn access(&self, account: &String, user: &Value) -> Result<(), String> {
        let ever = self.directory.names_ever.keys();
        let holders: Vec<&String> = ever.filter(|id| self.engine.account_of(id) == Some(account)).collect();
        if holders.len() > 1 {
            return Err(format!("{holders:?} hold one account: {user}"));
        }
        let is_lost = self.checker.orphans.contains(account) && holders.is_empty();
        let is_known = self.checker.made.contains_key(account) || self.checker.adopted.contains(account);
        // A late request made it, and nothing says for whom: it carries no directory id, or the directory no longer has the person.
        let owner = self.checker.made.get(account).filter(|owner| self.directory.people.contains_key(*owner));
        let is_nobodys = self.checker.late.contains(account)
            && holders.is_empty()
            && (owner.is_none() || user["externalId"].is_null());
        let is_ours = !is_lost && !is_nobodys && is_known || !holders.is_empty();
        let has_access = holders.iter().any(|id| self.directory.is_wanted(id));
        if is_ours && user["active"] == true && !has_access {
            return Err(format!("nobody with access holds the active account {user} (R32), but {holders:?}"));
        }
        // An open door: the account of somebody who is suspended, and nobody else's.
        let name = folded(text(user, "userName"));
        let mut suspended = self.directory.people.values().filter(|person| {
            !person.active
                && self.directory.is_in_bound_group(&person.id)
                && folded(&person.user_name) == name
        });
        let is_free = holders.is_empty() && user["externalId"].is_null();
        let suspended = suspended.next().filter(|person| self.engine.account_of(&person.id).is_none());
        if is_free && user["active"] == true && suspended.is_some() {
            // Of two people with one name neither's account is touched (D9).
            let named = self.directory.people.values().filter(|other| folded(&other.user_name) == name);
            if named.count() == 1 {
                return Err(format!("a suspended person can use {user}"));
            }
        }
        Ok(())
    }

    fn group(&self, id: &String, foreign: &BTreeSet<String>) -> Result<(), String> {
        let team = self.engine.team_of(id).and_then(|team| self.groups.get(team));
        let Some(group) = self.directory.groups.get(id) else {
            let made = self.checker.made.iter().filter(|(_, owner)| *owner == id);
            let made = made.filter(|(team, _)| !self.checker.passed_on.contains(*team));
            if let Some(left) = made.filter_map(|(team, _)| self.groups.get(team)).next() {
                // A group that was unbound before it was deleted had been let go (R29).
                if self.engine.team_of(id).is_some() {
                    return Err(format!("group {id} is gone in the directory and not at Heap: {left} (R30)"));
                }
            }
            return Ok(());
        };
        if !group.bound {
            return Ok(());
        }
        if !self.traits.tells_members() && self.checker.had_visitors {
            // What others did to members cannot be seen here.
            return Ok(());
        }
        let people: Vec<&String> =
            self.directory.members_of(id).filter(|person| self.account(person).is_some()).collect();
        let expected: BTreeSet<&str> =
            people.iter().filter_map(|person| self.engine.account_of(person)).collect();
        let has_active = people.iter().any(|person| self.directory.people[*person].active);
        let Some(team) = team else {
            if !has_active || self.is_contested(id) || foreign.contains(id) && self.may_be_several(id) {
                return Ok(());
            }
            return Err(format!("group {id} ({}) has members and is not at Heap", group.name));
        };
        if text(team, "displayName") != group.name {
            return Err(format!("group {id} is called {} and not {} (R28)", team["displayName"], group.name));
        }
        let members = team["members"].as_array().into_iter().flatten();
        let found: BTreeSet<&str> = members.map(|member| text(member, "value")).collect();
        if found != expected {
            return Err(format!("group {id} has the members {found:?} and should have {expected:?}"));
        }
        Ok(())
    }

    /// Whether the name of a group is also that of another, here or there: then it is a conflict for somebody (D9).
    fn is_contested(&self, id: &str) -> bool {
        let name = &self.directory.groups[id].name;
        let mut others = self.directory.groups.values().filter(|other| other.id != id && other.bound);
        let mut teams = self.groups.values().filter(|team| folded(text(team, "displayName")) == folded(name));
        others.any(|other| other.name == *name) || teams.next().is_some()
    }

    /// Whether several groups at Heap have a name that the group had: then a lost creation may have made any of them.
    fn may_be_several(&self, id: &str) -> bool {
        let names = &self.directory.group_names_ever[id];
        let called =
            |name: &String| self.groups.values().filter(|team| text(team, "displayName") == name).count();
        names.iter().any(|name| called(name) > 1)
    }

    fn one_team_each(&self) -> Result<(), String> {
        let mut seen = BTreeSet::new();
        for group in self.directory.group_names_ever.keys() {
            if let Some(team) = self.engine.team_of(group) {
                if !seen.insert(team) {
                    return Err(format!("two groups have one team: {team}"));
                }
            }
        }
        Ok(())
    }
}
