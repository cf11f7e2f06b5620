use alloc::{
    borrow::Cow,
    collections::{BTreeMap, BTreeSet},
    vec::Vec,
};

use super::step::{Step, UserVerb};
use crate::sync::{
    ChangedUserName,
    state::{Few, Id, Scope, State, Table, Touched},
};

/// Makes the steps that lead from what Heap holds to what the directory says, person by person and group by group.
pub(super) struct Planner<'s> {
    pub(super) state: &'s State,
    pub(super) policy: ChangedUserName,
    pub(super) steps: Vec<Step>,
    /// Who gets an account by a step of this plan, and so can be made a member by a later one; with the account's id where it
    /// exists already (D3).
    getting_accounts: Table<Id, Option<Id>>,
    /// Accounts that somebody gets to use by a step of this plan, whoever had them before.
    taken: BTreeSet<Id>,
    /// Accounts that were looked at for somebody who should have no access.
    pub(super) recovered: BTreeSet<Id>,
}

impl<'s> Planner<'s> {
    pub(super) fn new(state: &'s State, policy: ChangedUserName) -> Self {
        Self {
            state,
            policy,
            steps: Vec::new(),
            getting_accounts: Table::default(),
            taken: BTreeSet::new(),
            recovered: BTreeSet::new(),
        }
    }

    /// Everything: for a first run and a comparison.
    pub(super) fn everything(mut self) -> Vec<Step> {
        let State { desired, ledger, .. } = self.state;
        for person in sorted(ledger.people().keys().chain(desired.people().keys())) {
            self.person(person);
        }
        for (account, owner) in self.state.ledger.retired() {
            self.retired(account, owner);
        }
        self.keep_taken();
        for group in sorted(ledger.groups().keys().chain(desired.groups().keys())) {
            self.group(group, &Scope::All);
        }
        self.steps
    }

    /// What changes have touched. People come first: whether they get an account decides about memberships.
    pub(super) fn touched(mut self, touched: &Touched) -> Vec<Step> {
        for person in &touched.people {
            self.person(person);
        }
        self.keep_taken();
        let mut groups: BTreeMap<&Id, Cow<'_, Scope>> =
            touched.groups.iter().map(|(group, scope)| (group, Cow::Borrowed(scope))).collect();
        // Who gets an account only now lacks all memberships, not only those that a change has touched.
        for person in self.getting_accounts.keys() {
            let held = self.state.desired.person(person).map(|desired| &desired.groups);
            for group in held.into_iter().flat_map(Few::iter) {
                let scope = groups.entry(group).or_insert_with(|| Cow::Owned(Scope::Only(BTreeSet::new())));
                if let Scope::Only(people) = scope.to_mut() {
                    people.insert(person.clone());
                }
            }
        }
        for (group, scope) in &groups {
            self.group(group, scope);
        }
        self.steps
    }

    /// Nobody is deactivated by way of an account that this plan gives to somebody: one who was hired again under a new id.
    fn keep_taken(&mut self) {
        let taken = &self.taken;
        self.steps.retain(|step| match step {
            Step::User(step) if step.verb == UserVerb::Deactivate => {
                step.remote.as_ref().is_none_or(|account| !taken.contains(account.as_str()))
            }
            _ => true,
        });
    }

    /// Somebody with access gets an account that exists.
    pub(super) fn takes(&mut self, person: &Id, account: &Id) {
        self.gets_account(person, Some(account));
        self.taken.insert(account.clone());
    }

    pub(super) fn gets_account(&mut self, person: &Id, existing: Option<&Id>) {
        self.getting_accounts.insert(person.clone(), existing.cloned());
    }

    pub(super) fn has_or_gets_account(&self, person: &Id) -> bool {
        self.getting_accounts.contains_key(person) || self.account_of(person).is_some()
    }

    /// The account that a person has after this plan, if it exists now: one that the plan replaces is not theirs any more.
    pub(super) fn account_of(&self, person: &Id) -> Option<&Id> {
        if let Some(getting) = self.getting_accounts.get(person) {
            return getting.as_ref();
        }
        let link = self.state.ledger.link(person)?;
        if self.taken.contains(&link.remote) {
            return None;
        }
        self.state.remote.account(&link.remote).map(|account| &account.id)
    }

    /// The accounts that were a person's and are replaced, before this plan or by it (R22).
    pub(super) fn accounts_left_behind<'p>(&'p self, person: &'p Id) -> impl Iterator<Item = &'p Id> {
        let current = self.account_of(person);
        let link = self.state.ledger.link(person).map(|link| &link.remote);
        let retired = self.state.ledger.retired_of(person);
        let former = link.filter(|link| current != Some(*link)).into_iter().chain(retired);
        // What somebody else gets to use is theirs, and stays where it is.
        former.filter(|account| !self.taken.contains(*account))
    }
}

/// Each id once, in order: a plan is the same document whatever the way to it (D2).
fn sorted<'i>(ids: impl Iterator<Item = &'i Id>) -> impl Iterator<Item = &'i Id> {
    // By what they begin with, which is at hand, and only where that is the same by the texts, which are anywhere in memory.
    let begins =
        |id: &Id| id.bytes().chain([0; 8]).take(8).fold(0, |begin, byte| begin << 8 | u64::from(byte));
    let mut ids: Vec<(u64, &Id)> = ids.map(|id| (begins(id), id)).collect();
    ids.sort_unstable();
    ids.dedup();
    ids.into_iter().map(|(_, id)| id)
}
