use alloc::{string::ToString, vec::Vec};

use super::{
    planner::Planner,
    step::{AddedMember, ConflictKind, GroupStep, GroupVerb, Reason, RemovedMember, Step},
};
use crate::sync::{
    planted::{Bug, is_planted},
    state::{Candidate, DesiredGroup, GroupLink, Id, Knowledge, Scope, Team},
};

impl Planner<'_> {
    /// What one group needs: at most one write per chunk of members, or a conflict.
    pub(super) fn group(&mut self, id: &Id, scope: &Scope) {
        if !self.state.desired.has_group_management() {
            return;
        }
        let desired = self.state.desired.group(id);
        if let Some(link) = self.state.ledger.group_link(id).filter(|link| link.managed) {
            self.copies(id, link);
        }
        match (self.state.ledger.group_link(id), desired) {
            (Some(link), None) if link.managed => self.deleted(id, link),
            (Some(link), Some(desired)) if link.managed && !desired.group.bound => {
                self.release(id, link, desired);
            }
            (Some(link), Some(desired)) if desired.group.bound => self.synced(id, link, desired, scope),
            (None, Some(desired)) if desired.group.bound && self.has_active_member(desired) => {
                self.first_contact_of_group(id, desired, Reason::GroupHasMembers);
            }
            _ => {}
        }
    }

    /// R30. A group that is gone at Heap already needs no step.
    fn deleted(&mut self, id: &Id, link: &GroupLink) {
        let Some(team) = self.state.remote.team(&link.remote) else { return };
        let mut step = new_step(GroupVerb::Delete, id, &team.name, Reason::DeletedGroup);
        step.remote = Some(team.id.to_string());
        step.size = team.members.len();
        self.steps.push(Step::Group(step));
    }

    /// A creation that the network delivers twice makes two groups: the copy carries the directory's id as the one in the ledger
    /// does, and is nobody's.
    fn copies(&mut self, id: &Id, link: &GroupLink) {
        if !self.state.remote.may_have_copies() {
            return;
        }
        let carrying = || self.state.remote.teams_carrying(id);
        if !carrying().any(|team| team.id == link.remote) {
            return;
        }
        let copies = carrying().filter(|team| self.state.ledger.group_owner(&team.id).is_none());
        for team in copies {
            let mut step = new_step(GroupVerb::Delete, id, &team.name, Reason::MadeTwice);
            step.remote = Some(team.id.to_string());
            step.size = team.members.len();
            self.steps.push(Step::Group(step));
        }
    }

    /// R29: nothing is sent, and nothing more will be.
    fn release(&mut self, id: &Id, link: &GroupLink, desired: &DesiredGroup) {
        if is_planted(Bug::UnboundGroupIsDeleted) {
            return self.deleted(id, link);
        }
        let mut step = new_step(GroupVerb::Release, id, &desired.group.name, Reason::Unbound);
        step.remote = Some(link.remote.to_string());
        self.steps.push(Step::Group(step));
    }

    /// R25, R26: taken over by name, or created.
    fn first_contact_of_group(&mut self, id: &Id, desired: &DesiredGroup, reason: Reason) {
        let name = desired.group.name.as_str();
        if self.is_second_of_group_name(id, name) {
            return self.conflict(ConflictKind::GroupNameTwice, id, name);
        }
        match self.state.candidate(id, self.state.remote.teams_named(name).filter(|team| team.name == name)) {
            Candidate::One(team) => {
                return self.differing(
                    id,
                    desired,
                    team,
                    GroupVerb::TakeOver,
                    Reason::SameGroupName,
                    &Scope::All,
                );
            }
            Candidate::Claimed => return self.conflict(ConflictKind::GroupClaimed, id, name),
            Candidate::Ambiguous => return self.conflict(ConflictKind::GroupsAmbiguous, id, name),
            Candidate::None => {}
        }
        // After a lost state: ours under another name (F30).
        if let Candidate::One(team) = self.state.candidate(id, self.state.remote.teams_carrying(id)) {
            let (verb, reason) = (GroupVerb::TakeOver, Reason::SameDirectoryId);
            return self.differing(id, desired, team, verb, reason, &Scope::All);
        }
        let is_free = |team: &Team| self.state.ledger.group_owner(&team.id).is_none();
        if self.state.remote.teams_named(name).any(|team| team.name != name && is_free(team)) {
            return self.conflict(ConflictKind::GroupNameCase, id, name);
        }
        let mut step = new_step(GroupVerb::Create, id, name, reason);
        step.add = self.added_members(desired);
        self.steps.push(Step::Group(step));
    }

    fn synced(&mut self, id: &Id, link: &GroupLink, desired: &DesiredGroup, scope: &Scope) {
        let Some(team) = self.state.remote.team(&link.remote) else {
            if self.has_active_member(desired) {
                self.first_contact_of_group(id, desired, Reason::GoneAtHeap);
            }
            return;
        };
        if link.managed {
            self.differing(id, desired, team, GroupVerb::Update, Reason::TeamDiffers, scope);
        } else {
            self.differing(id, desired, team, GroupVerb::TakeOver, Reason::BoundAgain, &Scope::All);
        }
    }

    /// A step for what differs between a group and its team; a take-over is a step even if nothing does.
    fn differing(
        &mut self,
        id: &Id,
        desired: &DesiredGroup,
        team: &Team,
        verb: GroupVerb,
        reason: Reason,
        scope: &Scope,
    ) {
        let mut step = new_step(verb, id, &desired.group.name, reason);
        step.remote = Some(team.id.to_string());
        step.size = team.members.len();
        step.renamed_from = (team.name != desired.group.name).then(|| team.name.clone());
        match scope {
            _ if team.knowledge == Knowledge::Nothing => {
                step.blind = true;
                step.add = self.added_members(desired);
            }
            Scope::All => self.all_members(desired, team, &mut step),
            Scope::Only(people) => {
                for person in people {
                    self.one_member(desired, team, person, &mut step);
                }
            }
        }
        if verb == GroupVerb::TakeOver
            || step.blind
            || step.renamed_from.is_some()
            || !step.add.is_empty()
            || !step.remove.is_empty()
        {
            self.steps.push(Step::Group(step));
        }
    }

    fn all_members(&self, desired: &DesiredGroup, team: &Team, step: &mut GroupStep) {
        let mut held: Vec<&Id> = Vec::new();
        for person in self.members_of(desired) {
            match self.account_of(person) {
                Some(account) if team.surely_has(account) => held.push(account),
                Some(account) => {
                    held.push(account);
                    step.add.push(self.added(person));
                }
                None => step.add.push(self.added(person)),
            }
        }
        step.add.sort_unstable_by(|a, b| a.person.cmp(&b.person));
        held.sort_unstable();
        let stray = team.possible_members().filter(|member| held.binary_search(member).is_err());
        step.remove = stray.map(|member| self.removed(member)).collect();
        step.remove.sort_unstable_by(|a, b| a.remote.cmp(&b.remote));
    }

    fn one_member(&self, desired: &DesiredGroup, team: &Team, person: &Id, step: &mut GroupStep) {
        let account = self.account_of(person);
        let is_member = account.is_some_and(|account| team.surely_has(account));
        let should_be = desired.members.contains(person) && self.has_or_gets_account(person);
        match account {
            _ if should_be && !is_member => step.add.push(self.added(person)),
            Some(account) if !should_be && team.may_have(account) => step.remove.push(self.removed(account)),
            _ => {}
        }
        let left_behind = self.accounts_left_behind(person).filter(|account| team.may_have(account));
        step.remove.extend(left_behind.map(|account| self.removed(account)));
    }

    fn added_members(&self, desired: &DesiredGroup) -> Vec<AddedMember> {
        let mut added: Vec<_> = self.members_of(desired).map(|person| self.added(person)).collect();
        added.sort_unstable_by(|a, b| a.person.cmp(&b.person));
        added
    }

    fn added(&self, person: &Id) -> AddedMember {
        let user_name = self.state.desired.person(person).map(|desired| desired.person.user_name.clone());
        AddedMember { person: person.to_string(), user_name: user_name.unwrap_or_default() }
    }

    fn removed(&self, member: &str) -> RemovedMember {
        let user_name = self.state.remote.account(member).map(|account| account.user_name.clone());
        RemovedMember { remote: member.to_string(), user_name, reason: Reason::NotInDirectoryGroup }
    }

    /// The members who have an account, or get one in this plan: suspended people keep their memberships (D6).
    /// In the order of chance.
    fn members_of<'d>(&self, desired: &'d DesiredGroup) -> impl Iterator<Item = &'d Id> {
        desired.members.unordered().filter(|person| self.has_or_gets_account(person))
    }

    /// Suspended people do not make a group non-empty for its creation (D6, R25).
    fn has_active_member(&self, desired: &DesiredGroup) -> bool {
        desired.members.unordered().any(|person| {
            self.has_or_gets_account(person)
                && self.state.desired.person(person).is_some_and(|member| member.person.active)
        })
    }

    fn is_second_of_group_name(&self, id: &Id, name: &str) -> bool {
        let desired = &self.state.desired;
        let bound = |other: &Id| desired.group(other).is_some_and(|other| other.group.bound);
        desired.with_group_name(name).any(|other| {
            let is_synced = self.state.ledger.group_link(other).is_some_and(|link| link.managed);
            other != id && bound(other) && (is_synced || *other < *id)
        })
    }
}

fn new_step(verb: GroupVerb, id: &Id, name: &str, reason: Reason) -> GroupStep {
    GroupStep {
        verb,
        group: id.to_string(),
        name: name.to_string(),
        remote: None,
        renamed_from: None,
        add: Vec::new(),
        remove: Vec::<RemovedMember>::new(),
        blind: false,
        size: 0,
        reason,
    }
}
