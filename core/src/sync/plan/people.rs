use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use super::{
    planner::Planner,
    step::{Attribute, AttributeChange, Conflict, ConflictKind, Reason, Step, UserStep, UserVerb},
};
use crate::{
    directory::{Denial, Person},
    sync::{
        ChangedUserName,
        state::{Account, DesiredPerson, Id, Link, same_role, same_user_name},
    },
};

impl<'s> Planner<'s> {
    /// What one person needs: at most one write, and conflicts.
    pub(super) fn person(&mut self, id: &Id) {
        let desired = self.state.desired.person(id);
        let wanted = self.state.desired.should_be_active(id);
        match (self.state.ledger.link(id), desired) {
            (None, Some(desired)) if wanted => self.first_contact(id, desired, Reason::InBoundGroup),
            (None, Some(desired)) => self.recover(id, desired),
            (None, None) => {}
            (Some(link), desired) => match (self.state.remote.account(&link.remote), desired) {
                (Some(account), desired) => self.linked(id, link, account, desired.filter(|_| wanted)),
                (None, Some(desired)) if wanted => self.first_contact(id, desired, Reason::GoneAtHeap),
                (None, Some(desired)) => self.recover(id, desired),
                (None, None) => {}
            },
        }
    }

    /// A person without an account of ours gets one: adopted (D3) or new.
    fn first_contact(&mut self, id: &Id, desired: &DesiredPerson, reason: Reason) {
        let person = &desired.person;
        if self.is_second_of_user_name(id, &person.user_name) {
            return self.conflict(ConflictKind::UserNameTwice, id, &person.user_name);
        }
        let candidates: Vec<&Account> = self.state.remote.accounts_named(&person.user_name).collect();
        match candidates.as_slice() {
            [] => {
                if let Some(account) = self.left_after_lost_state(id) {
                    // Under another user name: R22 decides what becomes of it, at the next look.
                    self.takes(id, &account.id);
                    let changes = attributes(person, Some(account), self.may_write_role());
                    let (verb, remote) = (UserVerb::Adopt, Some(&*account.id));
                    self.user(verb, id, &account.user_name, remote, changes, Reason::SameDirectoryId);
                    return;
                }
                self.gets_account(id, None);
                let changes = attributes(person, None, self.may_write_role());
                self.user(UserVerb::Create, id, &person.user_name, None, changes, reason);
            }
            [account] if self.state.is_claimed_by_another(id, account) => {
                self.conflict(ConflictKind::AccountClaimed, id, &person.user_name);
            }
            [account] => {
                self.takes(id, &account.id);
                let changes = attributes(person, Some(account), self.may_write_role());
                let verb = UserVerb::Adopt;
                self.user(verb, id, &account.user_name, Some(&account.id), changes, Reason::SameUserName);
            }
            _ => self.conflict(ConflictKind::AccountsAmbiguous, id, &person.user_name),
        }
    }

    /// An account that carries a person's directory id and is nobody's, where they have no other: made by us before the state was
    /// lost (D3, F11), or by a request that arrived late.
    fn left_after_lost_state(&self, id: &Id) -> Option<&'s Account> {
        let state = self.state;
        if state.ledger.link(id).is_some_and(|link| state.remote.account(&link.remote).is_some()) {
            return None;
        }
        let is_free = |account: &&Account| state.ledger.owner(&account.id).is_none();
        let mut carrying = state.remote.accounts_carrying(id).filter(is_free);
        carrying.next().filter(|_| carrying.next().is_none())
    }

    /// Somebody who should have no access and whose account is gone or not known, while an active one is there: it is deactivated
    /// if it carries their directory id (a lost link, D3), or if it is nobody else's and only a suspension keeps them out. An
    /// account of somebody who is in no bound group is not ours to touch (R33).
    fn recover(&mut self, id: &Id, desired: &DesiredPerson) {
        let named = self.state.remote.accounts_named(&desired.person.user_name);
        let named: Vec<&Account> = named.filter(|account| account.active).collect();
        let own = self.left_after_lost_state(id).filter(|account| account.active);
        let account = own.or(match named.as_slice() {
            [account] => Some(*account),
            several => several.iter().find(|it| it.external_id.as_deref() == Some(&**id)).copied(),
        });
        let Some(account) = account else { return };
        // Whoever has access comes first to an account with their user name.
        let mut names = self.state.desired.with_user_name(&account.user_name);
        let is_wanted = |other: &Id| other != id && self.state.desired.should_be_active(other);
        if names.any(is_wanted) || !self.recovered.insert(account.id.clone()) {
            return;
        }
        let is_ours = account.external_id.as_deref() == Some(id) || desired.has_bound_group();
        if !is_ours || self.state.is_claimed_by_another(id, account) {
            return;
        }
        self.gets_account(id, Some(&account.id));
        let (name, remote) = (&account.user_name, Some(&*account.id));
        self.user(UserVerb::Adopt, id, name, remote, Vec::new(), Reason::SameUserName);
        self.deactivate(id, account, self.why_inactive(id));
    }

    /// A person with an account of ours; `wanted` is the person if they should be active.
    fn linked(&mut self, id: &Id, link: &Link, account: &Account, wanted: Option<&DesiredPerson>) {
        match wanted {
            Some(desired) => self.wanted(id, link, account, desired),
            None if account.active => self.deactivate(id, account, self.why_inactive(id)),
            None => {}
        }
    }

    fn wanted(&mut self, id: &Id, link: &Link, account: &Account, desired: &DesiredPerson) {
        let person = &desired.person;
        if let Some(kind) = changed_address(link, person) {
            // Only a user name can be replaced by a new account: the email is not on the wire.
            let is_replaced =
                kind == ConflictKind::UserNameChanged && self.policy == ChangedUserName::Replace;
            if !is_replaced {
                self.conflict(kind, id, &person.user_name);
            } else if self.replace(id, account, desired) {
                return;
            }
        }
        let changes = attributes(person, Some(account), self.may_write_role());
        let remote = Some(&*account.id);
        if !account.active {
            self.user(UserVerb::Activate, id, &account.user_name, remote, changes, Reason::Returned);
        } else if !changes.is_empty() {
            let reason = Reason::AttributesDiffer;
            self.user(UserVerb::Update, id, &account.user_name, remote, changes, reason);
        }
    }

    /// A new account in place of the old one. False where a conflict forbids it: then the old one serves on.
    fn replace(&mut self, id: &Id, account: &Account, desired: &DesiredPerson) -> bool {
        let before = self.steps.len();
        self.first_contact(id, desired, Reason::UserNameChanged);
        let replaced = !matches!(self.steps.get(before), Some(Step::Conflict(_)));
        if replaced && account.active {
            self.deactivate(id, account, Reason::Replaced);
        }
        replaced
    }

    /// An account that a replacement left behind and that is still active (R22).
    pub(super) fn retired(&mut self, account: &str, owner: &Id) {
        if let Some(account) = self.state.remote.account(account).filter(|account| account.active) {
            self.deactivate(owner, account, Reason::Replaced);
        }
    }

    fn deactivate(&mut self, person: &Id, account: &Account, reason: Reason) {
        let (from, to) = (Some("true".into()), Some("false".into()));
        let change = AttributeChange { attribute: Attribute::Active, from, to };
        let (verb, changes) = (UserVerb::Deactivate, Vec::from([change]));
        self.user(verb, person, &account.user_name, Some(&account.id), changes, reason);
    }

    /// Of several people with one user name, the one who has an account with it keeps it, else the first by id.
    fn is_second_of_user_name(&self, id: &Id, user_name: &str) -> bool {
        let desired = &self.state.desired;
        desired.with_user_name(user_name).filter(|other| *other != id && desired.should_be_active(other)).any(
            |other| {
                let has_it = self.state.ledger.link(other);
                has_it.is_some_and(|link| same_user_name(&link.user_name, user_name)) || *other < *id
            },
        )
    }

    fn why_inactive(&self, id: &Id) -> Reason {
        match self.state.desired.denial(id) {
            Some(Denial::Unknown) => Reason::DeletedPerson,
            Some(Denial::Suspended) => Reason::Suspended,
            Some(Denial::NoBoundGroup) | None => Reason::NoBoundGroup,
        }
    }

    const fn may_write_role(&self) -> bool {
        !self.state.ledger.role_is_dropped
    }

    fn user(
        &mut self,
        verb: UserVerb,
        person: &Id,
        user_name: &str,
        remote: Option<&str>,
        changes: Vec<AttributeChange>,
        reason: Reason,
    ) {
        self.steps.push(Step::User(UserStep {
            verb,
            person: person.to_string(),
            user_name: user_name.to_string(),
            remote: remote.map(ToString::to_string),
            changes,
            reason,
        }));
    }

    pub(super) fn conflict(&mut self, kind: ConflictKind, id: &Id, name: &str) {
        let conflict = Conflict { kind, id: id.to_string(), name: name.to_string() };
        self.steps.push(Step::Conflict(conflict));
    }
}

/// A change of address since the account was linked (R22, D9, D10).
fn changed_address(link: &Link, person: &Person) -> Option<ConflictKind> {
    if !same_user_name(&link.user_name, &person.user_name) {
        return Some(ConflictKind::UserNameChanged);
    }
    let (before, now) = (link.email.as_deref(), person.email.as_deref());
    let changed = before.zip(now).is_some_and(|(before, now)| !same_user_name(before, now));
    changed.then_some(ConflictKind::EmailChanged)
}

/// The attributes in which an account (none: a new one) is not yet as the directory has a person with access.
pub(crate) fn attributes(
    person: &Person,
    account: Option<&Account>,
    may_write_role: bool,
) -> Vec<AttributeChange> {
    let mut changes = Vec::new();
    let mut compare = |attribute, from: Option<&str>, to: Option<&str>| {
        if from != to {
            let (from, to) = (from.map(Into::into), to.map(Into::into));
            changes.push(AttributeChange { attribute, from, to });
        }
    };
    let active = account.map(|account| if account.active { "true" } else { "false" });
    compare(Attribute::Active, active, Some("true"));
    let given_name = account.and_then(|account| account.given_name.as_deref());
    compare(Attribute::GivenName, given_name, value(&person.given_name));
    let family_name = account.and_then(|account| account.family_name.as_deref());
    compare(Attribute::FamilyName, family_name, value(&person.family_name));
    // The role is sent only if the directory gives one: absent is never touched (D8).
    if let Some(role) = value(&person.role).filter(|_| may_write_role) {
        let from = account.and_then(|account| account.role.as_deref());
        if !same_role(from, Some(role)) {
            compare(Attribute::Role, from, Some(role));
        }
    }
    changes
}

/// An empty text is no value: servers do not keep one apart from an absent attribute.
fn value(text: &Option<String>) -> Option<&str> {
    text.as_deref().filter(|text| !text.is_empty())
}
