use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
};

use super::folded;

/// An account at Heap as we last saw or wrote it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Account {
    pub(crate) id: String,
    pub(crate) user_name: String,
    pub(crate) external_id: Option<String>,
    pub(crate) active: bool,
    pub(crate) given_name: Option<String>,
    pub(crate) family_name: Option<String>,
    pub(crate) role: Option<String>,
}

/// A group at Heap (a team) as we last saw or wrote it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Team {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) external_id: Option<String>,
    /// The ids of the member accounts; groups within groups are not ours and left out.
    pub(crate) members: BTreeSet<String>,
}

/// What the tenant holds, as far as we know: a complete listing and what we wrote since (F14).
#[derive(Debug, Default)]
pub(crate) struct Remote {
    accounts: BTreeMap<String, Account>,
    teams: BTreeMap<String, Team>,
    /// Account ids by user name in lower case (D9).
    user_names: BTreeMap<String, BTreeSet<String>>,
    /// Team ids by name in lower case; an exact match is looked for among them (D9).
    team_names: BTreeMap<String, BTreeSet<String>>,
}

impl Remote {
    pub(crate) fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.get(id)
    }

    pub(crate) fn team(&self, id: &str) -> Option<&Team> {
        self.teams.get(id)
    }

    pub(crate) fn accounts_named(&self, user_name: &str) -> impl Iterator<Item = &Account> {
        let ids = self.user_names.get(&folded(user_name));
        ids.into_iter().flatten().filter_map(|id| self.accounts.get(id))
    }

    /// The accounts that carry a directory id. It looks at every account: for what is uncertain alone.
    pub(crate) fn accounts_carrying(&self, person: &str) -> impl Iterator<Item = &Account> {
        self.accounts.values().filter(move |account| account.external_id.as_deref() == Some(person))
    }

    /// The teams that carry a directory id, likewise.
    pub(crate) fn teams_carrying(&self, group: &str) -> impl Iterator<Item = &Team> {
        self.teams.values().filter(move |team| team.external_id.as_deref() == Some(group))
    }

    /// The teams whose name is this one, but for case.
    pub(crate) fn teams_named(&self, name: &str) -> impl Iterator<Item = &Team> {
        let ids = self.team_names.get(&folded(name));
        ids.into_iter().flatten().filter_map(|id| self.teams.get(id))
    }

    pub(crate) fn put_account(&mut self, account: Account) {
        self.remove_account(&account.id);
        self.user_names.entry(folded(&account.user_name)).or_default().insert(account.id.clone());
        self.accounts.insert(account.id.clone(), account);
    }

    pub(crate) fn remove_account(&mut self, id: &str) {
        if let Some(before) = self.accounts.remove(id) {
            forget(&mut self.user_names, &before.user_name, id);
        }
    }

    pub(crate) fn put_team(&mut self, team: Team) {
        self.remove_team(&team.id);
        self.team_names.entry(folded(&team.name)).or_default().insert(team.id.clone());
        self.teams.insert(team.id.clone(), team);
    }

    /// Notes what a write did to a team's members, without touching the rest of them.
    pub(crate) fn change_members(&mut self, id: &str, add: &[String], remove: &[String]) {
        if let Some(team) = self.teams.get_mut(id) {
            team.members.extend(add.iter().cloned());
            for member in remove {
                team.members.remove(member);
            }
        }
    }

    pub(crate) fn remove_team(&mut self, id: &str) {
        if let Some(before) = self.teams.remove(id) {
            forget(&mut self.team_names, &before.name, id);
        }
    }
}

fn forget(names: &mut BTreeMap<String, BTreeSet<String>>, name: &str, id: &str) {
    let key = folded(name);
    if let Some(ids) = names.get_mut(&key) {
        ids.remove(id);
        if ids.is_empty() {
            names.remove(&key);
        }
    }
}
