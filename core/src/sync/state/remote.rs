use alloc::{collections::BTreeSet, string::String};

use super::{
    folded,
    table::{Index, Table},
};

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

/// Where the members of a team are known from: absent is not empty (F13).
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
pub(crate) enum Knowledge {
    /// Heap tells them.
    #[default]
    Told,
    /// Heap does not; they are what we recorded as sent (F14).
    Sent,
    /// Heap does not, and we have sent nothing yet.
    Nothing,
}

/// A group at Heap (a team) as we last saw or wrote it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Team {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) external_id: Option<String>,
    /// The ids of the member accounts; groups within groups are not ours and left out.
    pub(crate) members: BTreeSet<String>,
    /// Accounts that a write with an unknown outcome was about: they may be members or not, and are written once more.
    pub(crate) doubtful: BTreeSet<String>,
    pub(crate) knowledge: Knowledge,
}

impl Team {
    pub(crate) fn surely_has(&self, account: &str) -> bool {
        self.members.contains(account) && !self.doubtful.contains(account)
    }

    pub(crate) fn may_have(&self, account: &str) -> bool {
        self.members.contains(account) || self.doubtful.contains(account)
    }

    /// Whoever may be a member.
    pub(crate) fn possible_members(&self) -> impl Iterator<Item = &String> {
        self.members.union(&self.doubtful)
    }
}

/// What the tenant holds, as far as we know: a complete listing and what we wrote since (F14).
#[derive(Debug, Default)]
pub(crate) struct Remote {
    accounts: Table<String, Account>,
    teams: Table<String, Team>,
    /// Account ids by user name in lower case (D9).
    user_names: Index<String>,
    /// Team ids by name in lower case; an exact match is looked for among them (D9).
    team_names: Index<String>,
    /// Account ids and team ids by the directory id that they carry.
    account_carriers: Index<String>,
    team_carriers: Index<String>,
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

    /// The accounts that carry a directory id.
    pub(crate) fn accounts_carrying(&self, person: &str) -> impl Iterator<Item = &Account> {
        let ids = self.account_carriers.get(person);
        ids.into_iter().flatten().filter_map(|id| self.accounts.get(id))
    }

    /// The teams that carry a directory id.
    pub(crate) fn teams_carrying(&self, group: &str) -> impl Iterator<Item = &Team> {
        let ids = self.team_carriers.get(group);
        ids.into_iter().flatten().filter_map(|id| self.teams.get(id))
    }

    /// The teams whose name is this one, but for case.
    pub(crate) fn teams_named(&self, name: &str) -> impl Iterator<Item = &Team> {
        let ids = self.team_names.get(&folded(name));
        ids.into_iter().flatten().filter_map(|id| self.teams.get(id))
    }

    pub(crate) fn put_account(&mut self, account: Account) {
        self.remove_account(&account.id);
        self.user_names.remember(folded(&account.user_name), account.id.clone());
        if let Some(external) = &account.external_id {
            self.account_carriers.remember(external.clone(), account.id.clone());
        }
        self.accounts.insert(account.id.clone(), account);
    }

    pub(crate) fn remove_account(&mut self, id: &str) {
        if let Some(before) = self.accounts.remove(id) {
            self.user_names.forget(&folded(&before.user_name), id);
            before.external_id.iter().for_each(|external| self.account_carriers.forget(external, id));
        }
    }

    pub(crate) fn put_team(&mut self, team: Team) {
        self.remove_team(&team.id);
        self.team_names.remember(folded(&team.name), team.id.clone());
        if let Some(external) = &team.external_id {
            self.team_carriers.remember(external.clone(), team.id.clone());
        }
        self.teams.insert(team.id.clone(), team);
    }

    pub(crate) fn rename_team(&mut self, id: &str, name: &str) {
        if let Some(team) = self.teams.get_mut(id) {
            self.team_names.forget(&folded(&team.name), id);
            self.team_names.remember(folded(name), team.id.clone());
            team.name = name.into();
        }
    }

    /// Notes what a write did to a team's members, without touching the rest of them.
    pub(crate) fn change_members(&mut self, id: &str, add: &[String], remove: &[String]) {
        if let Some(team) = self.teams.get_mut(id) {
            for member in add {
                team.doubtful.remove(member);
                team.members.insert(member.clone());
            }
            for member in remove {
                team.doubtful.remove(member);
                team.members.remove(member);
            }
        }
    }

    pub(crate) fn team_mut(&mut self, id: &str) -> Option<&mut Team> {
        self.teams.get_mut(id)
    }

    pub(crate) fn remove_team(&mut self, id: &str) {
        if let Some(before) = self.teams.remove(id) {
            self.team_names.forget(&folded(&before.name), id);
            before.external_id.iter().for_each(|external| self.team_carriers.forget(external, id));
        }
    }
}
