//! What the engine knows: the directory as it should be, what is ours at Heap, and what Heap holds.

mod desired;
mod foresee;
mod ledger;
mod remote;
mod table;

use alloc::{borrow::Cow, string::String, vec::Vec};

use super::planted::{Bug, is_planted};

pub(crate) use desired::{Desired, DesiredGroup, DesiredPerson, Id, Scope, Touched};
pub(crate) use ledger::{GroupLink, Ledger, Link, Sent};
pub(crate) use remote::{Account, Knowledge, Remote, Team};
pub(crate) use table::{Few, Table, Texts};

/// A name as it is compared where case does not count (D9).
pub(crate) fn folded(name: &str) -> Cow<'_, str> {
    let is_folded = name.bytes().all(|byte| byte.is_ascii() && !byte.is_ascii_uppercase());
    if is_folded || is_planted(Bug::DuplicatesByCase) {
        return name.into();
    }
    name.to_lowercase().into()
}

/// Whether two user names, or two email addresses, are of one account (D9).
pub(crate) fn same_user_name(left: &str, right: &str) -> bool {
    left == right || folded(left) == folded(right)
}

/// Whether a name is what a tenant may have made of one that was sent to it: they differ by blanks or by case.
pub(crate) fn resembles(shown: &str, sent: &str) -> bool {
    let plain = |name: &str| folded(name).chars().filter(|c| !c.is_whitespace()).collect::<String>();
    plain(shown) == plain(sent)
}

/// Whether two texts name one role: no public text tells how Heap spells its roles.
pub(crate) fn same_role(left: Option<&str>, right: Option<&str>) -> bool {
    left.zip(right).is_some_and(|(left, right)| left.eq_ignore_ascii_case(right))
}

/// Which of the teams at Heap is a group's to take over (R26, D3).
#[derive(Debug)]
pub(crate) enum Candidate<'t> {
    None,
    One(&'t Team),
    /// There is one, and it carries another directory id.
    Claimed,
    /// There are several.
    Ambiguous,
}

/// The three together. Only this type changes ledger and remote at once, so that its counts stay right.
#[derive(Debug)]
pub(crate) struct State {
    pub(crate) desired: Desired,
    pub(crate) ledger: Ledger,
    pub(crate) remote: Remote,
    /// How many of our accounts are active: the denominator of a guard (D2).
    managed_active: usize,
}

impl State {
    pub(crate) fn new(desired: Desired, ledger: Ledger) -> Self {
        Self { desired, ledger, remote: Remote::default(), managed_active: 0 }
    }

    pub(crate) fn managed_active(&self) -> usize {
        self.managed_active
    }

    /// Whether an account is not a person's to have (D3): it carries another directory id, or is somebody's who is still there.
    pub(crate) fn is_claimed_by_another(&self, person: &str, account: &Account) -> bool {
        if is_planted(Bug::ClaimedIsAdopted) {
            return false;
        }
        match self.ledger.owner(&account.id) {
            Some(owner) => **owner != *person && self.desired.person(owner).is_some(),
            None => account.external_id.as_deref().is_some_and(|external| external != person),
        }
    }

    /// The one rule for a first contact: of the teams with the group's name that nobody has, the one that carries the group's id,
    /// else the only one, unless it carries another's (D3, R26).
    pub(crate) fn candidate<'t>(&self, group: &str, named: impl Iterator<Item = &'t Team>) -> Candidate<'t> {
        let is_free = |team: &&Team| {
            let owner = self.ledger.group_owner(&team.id);
            owner.is_none_or(|owner| **owner == *group)
        };
        let free: Vec<&Team> = named.filter(is_free).collect();
        let own = free.iter().find(|team| team.external_id.as_deref() == Some(group));
        match (own, free.as_slice()) {
            (Some(team), _) => Candidate::One(team),
            (None, []) => Candidate::None,
            (None, [team]) if team.external_id.is_none() => Candidate::One(team),
            (None, [_]) => Candidate::Claimed,
            (None, _) => Candidate::Ambiguous,
        }
    }

    /// Which of the teams with a name that the group no longer has is what its lost creation has left. Where Heap has kept the
    /// directory id of another group of ours, only what carries the group's own can be; and what is another's is in nobody's way
    /// here (R26, R33).
    pub(crate) fn left_under_former_name<'t>(
        &self,
        group: &str,
        named: impl Iterator<Item = &'t Team>,
    ) -> Candidate<'t> {
        let keeps = |(id, link): (&Id, &GroupLink)| {
            let team = self.remote.team(&link.remote);
            team.is_some_and(|team| team.external_id.as_deref() == Some(&**id))
        };
        let are_ids_kept = self.ledger.groups().unordered().any(keeps);
        let may_be = |team: &&Team| !are_ids_kept || team.external_id.as_deref() == Some(group);
        match self.candidate(group, named.filter(may_be)) {
            Candidate::Claimed => Candidate::None,
            candidate => candidate,
        }
    }

    /// Makes room for so many new accounts of ours.
    pub(crate) fn reserve(&mut self, accounts: usize) {
        self.ledger.reserve(accounts);
        self.remote.reserve(accounts);
    }

    /// Takes over what a complete listing showed.
    pub(crate) fn set_remote(&mut self, mut remote: Remote) {
        for (team, sent) in self.ledger.sent() {
            if let Some(team) = remote.team_mut(team).filter(|team| team.knowledge != Knowledge::Told) {
                team.know_as_sent(sent);
            }
        }
        self.remote = remote;
        let ours = self.ledger.people().unordered().filter_map(|(_, link)| self.remote.account(&link.remote));
        self.managed_active = ours.filter(|account| account.active).count();
    }

    pub(crate) fn link(&mut self, person: &Id, link: Link) {
        let former = self.ledger.link(person).filter(|former| former.remote != link.remote);
        let gone = usize::from(former.is_some_and(|former| self.counted(&former.remote)))
            + usize::from(self.counted(&link.remote));
        let is_active = self.is_active(&link.remote);
        self.ledger.set_link(person, link);
        self.managed_active = self.managed_active.saturating_sub(gone) + usize::from(is_active);
    }

    pub(crate) fn put_account(&mut self, account: Account) {
        if self.is_held(&account.id) {
            let was_active = usize::from(self.is_active(&account.id));
            self.managed_active =
                self.managed_active.saturating_sub(was_active) + usize::from(account.active);
        }
        self.remote.put_account(account);
    }

    /// A write about these members is about to be sent to a team whose members Heap does not tell.
    pub(crate) fn doubt_members(&mut self, team: &str, members: &[Id]) {
        self.ledger.doubt_members(team, members);
        if let Some(team) = self.remote.team_mut(team) {
            team.doubtful.extend(members.iter().cloned());
        }
    }

    /// The same write was done.
    pub(crate) fn note_sent(&mut self, team: &str, replaced: bool, add: &[Id], remove: &[Id]) {
        self.ledger.note_sent(team, replaced, add, remove);
        if let (Some(team), Some(sent)) = (self.remote.team_mut(team), self.ledger.sent().get(team)) {
            team.know_as_sent(sent);
        }
    }

    /// The account is gone at Heap.
    pub(crate) fn lose_account(&mut self, id: &str) {
        self.managed_active -= usize::from(self.counted(id)).min(self.managed_active);
        self.remote.remove_account(id);
        self.ledger.unlink(id);
    }

    /// The team is gone at Heap.
    pub(crate) fn lose_team(&mut self, group: &str) {
        if let Some(link) = self.ledger.group_link(group) {
            self.remote.remove_team(&link.remote);
        }
        self.ledger.unlink_group(group);
    }

    /// Whether an account is ours and active.
    fn counted(&self, account: &str) -> bool {
        self.is_held(account) && self.is_active(account)
    }

    fn is_held(&self, account: &str) -> bool {
        let ours = self.ledger.owner(account).and_then(|owner| self.ledger.link(owner));
        ours.is_some_and(|link| *link.remote == *account)
    }

    fn is_active(&self, account: &str) -> bool {
        self.remote.account(account).is_some_and(|account| account.active)
    }
}
