use alloc::{collections::BTreeSet, string::String};

use super::{
    Id, Sent, folded, same_user_name,
    table::{Index, Table, Texts},
};

/// An account at Heap as we last saw or wrote it.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
pub(crate) struct Account {
    pub(crate) id: Id,
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
    pub(crate) id: Id,
    pub(crate) name: String,
    pub(crate) external_id: Option<String>,
    /// The ids of the member accounts; groups within groups are not ours and left out.
    pub(crate) members: Texts<Id>,
    /// Accounts that a write with an unknown outcome was about: they may be members or not, and are written once more.
    pub(crate) doubtful: BTreeSet<Id>,
    pub(crate) knowledge: Knowledge,
}

impl Team {
    pub(crate) fn surely_has(&self, account: &str) -> bool {
        self.members.contains(account) && !self.doubtful.contains(account)
    }

    pub(crate) fn may_have(&self, account: &str) -> bool {
        self.members.contains(account) || self.doubtful.contains(account)
    }

    /// Takes over what we sent, where Heap does not tell members (F13, F14).
    pub(crate) fn know_as_sent(&mut self, sent: &Sent) {
        if sent.is_whole {
            self.knowledge = Knowledge::Sent;
        }
        self.members = sent.members.iter().cloned().collect();
        self.doubtful.clone_from(&sent.doubtful);
    }

    /// Whoever may be a member, in the order of chance.
    pub(crate) fn possible_members(&self) -> impl Iterator<Item = &Id> {
        let others = self.doubtful.iter().filter(|account| !self.members.contains(account));
        self.members.unordered().chain(others)
    }
}

/// What the tenant holds, as far as we know: a complete listing and what we wrote since (F14).
#[derive(Debug, Default)]
pub(crate) struct Remote {
    accounts: Table<Id, Account>,
    teams: Table<Id, Team>,
    /// Account ids by user name in lower case (D9).
    user_names: Index<Id>,
    /// Team ids by name in lower case; an exact match is looked for among them (D9).
    team_names: Index<Id>,
    /// Account ids and team ids by the directory id that they carry.
    account_carriers: Index<Id>,
    team_carriers: Index<Id>,
}

impl Remote {
    pub(crate) fn reserve(&mut self, accounts: usize) {
        self.accounts.reserve(accounts);
        self.user_names.reserve(accounts);
        self.account_carriers.reserve(accounts);
    }

    pub(crate) fn account(&self, id: &str) -> Option<&Account> {
        self.accounts.get(id)
    }

    pub(crate) fn id_of_account(&self, id: &str) -> Id {
        self.accounts.shared(id)
    }

    pub(crate) fn id_of_team(&self, id: &str) -> Id {
        self.teams.shared(id)
    }

    pub(crate) fn team(&self, id: &str) -> Option<&Team> {
        self.teams.get(id)
    }

    pub(crate) fn accounts_named(&self, user_name: &str) -> impl Iterator<Item = &Account> {
        let may_be = self.user_names.ids(&folded(user_name)).filter_map(|id| self.accounts.get(id));
        may_be.filter(move |account| same_user_name(&account.user_name, user_name))
    }

    /// The accounts that carry a directory id.
    pub(crate) fn accounts_carrying(&self, person: &str) -> impl Iterator<Item = &Account> {
        let may_be = self.account_carriers.ids(person).filter_map(|id| self.accounts.get(id));
        may_be.filter(move |account| account.external_id.as_deref() == Some(person))
    }

    /// The teams that carry a directory id.
    pub(crate) fn teams_carrying(&self, group: &str) -> impl Iterator<Item = &Team> {
        let may_be = self.team_carriers.ids(group).filter_map(|id| self.teams.get(id));
        may_be.filter(move |team| team.external_id.as_deref() == Some(group))
    }

    /// Whether any two teams may carry the same directory id.
    pub(crate) const fn may_have_copies(&self) -> bool {
        self.team_carriers.may_be_shared()
    }

    /// The teams whose name is this one, but for case.
    pub(crate) fn teams_named(&self, name: &str) -> impl Iterator<Item = &Team> {
        let name = folded(name);
        let may_be = self.team_names.ids(&name).filter_map(|id| self.teams.get(id));
        may_be.filter(move |team| folded(&team.name) == name)
    }

    pub(crate) fn put_account(&mut self, account: Account) {
        self.remove_account(&account.id);
        let id = account.id.clone();
        self.user_names.remember(&folded(&account.user_name), id.clone());
        if let Some(external) = &account.external_id {
            self.account_carriers.remember(external, id.clone());
        }
        self.accounts.insert(id, account);
    }

    pub(crate) fn remove_account(&mut self, id: &str) {
        if let Some(before) = self.accounts.remove(id) {
            self.user_names.forget(&folded(&before.user_name), id);
            before.external_id.iter().for_each(|external| self.account_carriers.forget(external, id));
        }
    }

    pub(crate) fn put_team(&mut self, team: Team) {
        self.remove_team(&team.id);
        let id = team.id.clone();
        self.team_names.remember(&folded(&team.name), id.clone());
        if let Some(external) = &team.external_id {
            self.team_carriers.remember(external, id.clone());
        }
        self.teams.insert(id, team);
    }

    pub(crate) fn rename_team(&mut self, id: &str, name: &str) {
        if let Some((id, team)) = self.teams.get_key_value_mut(id) {
            self.team_names.forget(&folded(&team.name), id);
            self.team_names.remember(&folded(name), id.clone());
            team.name = name.into();
        }
    }

    /// Notes what a write did to a team's members, without touching the rest of them.
    pub(crate) fn change_members(&mut self, id: &str, add: &[Id], remove: &[Id]) {
        if let Some(team) = self.teams.get_mut(id) {
            for member in add {
                team.doubtful.remove(member);
                if !team.members.contains(member) {
                    team.members.insert(member.clone());
                }
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
