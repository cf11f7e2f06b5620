//! One step of the plan on its way through its requests.

use alloc::{
    collections::{BTreeSet, VecDeque},
    string::String,
    vec::Vec,
};

use super::{
    Engine,
    answer::{Attempts, NOT_AS_SENT},
    chunk::{GroupChunk, chunks},
    flight::Task,
    messages::{self, Whole},
    search::Search,
};
use crate::{
    scim::service::Kind,
    sync::{
        event::{EventChange, EventName, EventResource, changes_of_group, changes_of_user},
        plan::{AddedMember, Attribute, AttributeChange, GroupStep, GroupVerb, Step, UserStep, UserVerb},
        planted::{Bug, is_planted},
        state::{Id, Knowledge, same_user_name},
    },
    wire::Request,
};

/// What a step is told that nothing more is sent for.
const OVERTAKEN: &str = "the directory has changed meanwhile; what is still to be done is planned anew";

/// A step that is being carried out.
#[derive(Debug)]
pub(super) struct Job {
    /// Which step of the plan it is.
    pub(super) step: usize,
    pub(super) work: Work,
    /// All requests so far (D13).
    pub(super) requests: u32,
    pub(super) attempts: Attempts,
    /// Whether the intent to create is in the journal (D12).
    pub(super) has_intent: bool,
    /// Whether the last request may have done something that we do not know of.
    pub(super) is_unsettled: bool,
}

/// Where a step stands.
#[derive(Debug)]
pub(super) enum Work {
    User(UserStage),
    Group(GroupStage),
}

impl Work {
    /// Whether its request only looks at something.
    pub(super) const fn is_look(&self) -> bool {
        matches!(
            self,
            Self::User(
                UserStage::Search(_) | UserStage::Change(UserChange { way: Way::Read | Way::Confirm, .. })
            ) | Self::Group(
                GroupStage::Search(_)
                    | GroupStage::Change(GroupChange { way: Way::Read | Way::Confirm, .. })
                    | GroupStage::Delete { way: Removal::Confirm, .. }
            )
        )
    }

    /// Whether a part of it was accepted in a way that only another reading can tell.
    pub(super) const fn is_unproven(&self) -> bool {
        matches!(self, Self::Group(GroupStage::Change(GroupChange { is_unproven: true, .. })))
    }

    /// What became of the step when the directory moved on: a creation is done once there is something to change.
    pub(super) fn overtaken(&self, step: &Step) -> Result<(), String> {
        let is_made = match (step, self) {
            (Step::User(step), Self::User(UserStage::Change(_))) => step.verb == UserVerb::Create,
            (Step::Group(step), Self::Group(GroupStage::Change(_))) => step.verb == GroupVerb::Create,
            _ => false,
        };
        if is_made { Ok(()) } else { Err(OVERTAKEN.into()) }
    }
}

#[derive(Debug)]
pub(super) enum UserStage {
    Start,
    Create { without_role: bool },
    Search(Search),
    Change(UserChange),
}

/// A change of an account that exists.
#[derive(Debug)]
pub(super) struct UserChange {
    pub(super) account: Id,
    pub(super) changes: Vec<AttributeChange>,
    /// The role that was among them, and is left out since the tenant did not understand it (D8).
    pub(super) role_left_out: Option<String>,
    pub(super) way: Way,
}

#[derive(Debug)]
pub(super) enum GroupStage {
    Start,
    Create { first: Vec<Id>, rest: VecDeque<GroupChunk> },
    Search(Search),
    Change(GroupChange),
    Delete { team: Id, way: Removal },
}

/// A change of a group that exists.
#[derive(Debug)]
pub(super) struct GroupChange {
    pub(super) team: Id,
    pub(super) chunks: VecDeque<GroupChunk>,
    /// The journal says whom the next chunk is about, where Heap does not tell members (F13).
    pub(super) is_announced: bool,
    /// A part was accepted in a way that does not show that it was done.
    pub(super) is_unproven: bool,
    pub(super) way: Way,
}

/// How a change goes out.
#[derive(Debug)]
pub(super) enum Way {
    Patch,
    /// To a tenant without PATCH: it is read first,
    Read,
    /// and put back changed.
    Put(Whole),
    /// Not at all for now: a write was answered with 404, and the resource's own address tells whether it is gone.
    Confirm,
}

impl Way {
    /// Where a change begins again after something went wrong: what was read may be old.
    pub(super) fn again(self) -> Self {
        match self {
            Self::Put(_) => Self::Read,
            way => way,
        }
    }
}

/// How a deletion goes out.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Removal {
    Delete,
    /// As [`Way::Confirm`].
    Confirm,
}

/// What an event tells of a step, besides its outcome (R41, D13); `None` for one that is no attempt: letting a group go sends
/// nothing, and a conflict is told where it is found.
pub(super) fn told(step: &Step) -> Option<(EventName, EventResource, Vec<EventChange>)> {
    match step {
        Step::User(step) => {
            let name = match step.verb {
                UserVerb::Create => EventName::UserCreateProvision,
                UserVerb::Deactivate => EventName::UserDeprovision,
                UserVerb::Activate | UserVerb::Adopt | UserVerb::Update => EventName::UserUpdateProvision,
            };
            let resource = EventResource::user(&step.person, &step.user_name);
            Some((name, resource, changes_of_user(&step.changes)))
        }
        Step::Group(step) => {
            let name = match step.verb {
                GroupVerb::Create => EventName::GroupCreateProvision,
                GroupVerb::Delete => EventName::GroupDeleteProvision,
                GroupVerb::TakeOver | GroupVerb::Update => EventName::GroupUpdateProvision,
                GroupVerb::Release => return None,
            };
            Some((name, EventResource::group(&step.group, &step.name), changes_of_group(step)))
        }
        Step::Conflict(_) => None,
    }
}

/// What a job wants next.
#[expect(clippy::large_enum_variant, reason = "it is moved once a poll")]
pub(super) enum Wish {
    /// An intent in the journal before anything is sent.
    Intent,
    /// A request.
    Send(Task, Request),
    /// Nothing: the step has ended.
    End(Result<(), String>),
    /// Nothing: the step has no effect any more and is forgotten.
    Drop,
}

impl Job {
    /// A job for a step of the plan; `None` for a conflict, which is only reported.
    pub(super) fn new(number: usize, step: &Step) -> Option<Self> {
        let work = match step {
            Step::User(_) => Work::User(UserStage::Start),
            Step::Group(_) => Work::Group(GroupStage::Start),
            Step::Conflict(_) => return None,
        };
        let attempts = Attempts::default();
        Some(Self { step: number, work, requests: 0, attempts, has_intent: false, is_unsettled: false })
    }
}

impl Engine {
    /// Brings a job to its next request, or to its end.
    pub(super) fn wish(&mut self, step: &Step, job: &mut Job) -> Wish {
        if self.is_overtaken(step, &job.work) {
            return Wish::Drop;
        }
        match (step, &mut job.work) {
            (Step::User(step), Work::User(stage)) => {
                if let UserStage::Start = stage {
                    *stage = self.start_user(step);
                }
                self.wish_of_user(step, stage, job.has_intent)
            }
            (Step::Group(step), Work::Group(stage)) => {
                if let GroupStage::Start = stage {
                    *stage = match self.start_group(step) {
                        Ok(stage) => stage,
                        Err(result) => return Wish::End(result),
                    };
                }
                self.wish_of_group(step, stage, job.has_intent)
            }
            _ => Wish::Drop,
        }
    }

    /// Whether the directory has moved on since the step was planned, so that its next request could be wrong: it is planned
    /// again. A search is only a look, and settles what may have been done already.
    fn is_overtaken(&mut self, step: &Step, work: &Work) -> bool {
        let desired = &mut self.state.desired;
        match (step, work) {
            _ if is_planted(Bug::OvertakenStepIsSent) => false,
            (_, Work::User(UserStage::Search(_))) => false,
            (Step::User(step), _) if desired.is_touched_person(&step.person) => true,
            (Step::User(step), _) => step.verb == UserVerb::Deactivate && self.is_kept_active(step),
            // R31: nothing more is sent about groups.
            (Step::Group(_), _) if !desired.has_group_management() => true,
            (_, Work::Group(GroupStage::Search(_))) => false,
            (Step::Group(step), _) => desired.widen_touched_group(&step.group),
            (Step::Conflict(_), _) => false,
        }
    }

    /// Whether somebody with access holds the account: a new holder, or the old one where the replacement did not come about (R22).
    fn is_kept_active(&self, step: &UserStep) -> bool {
        let holder = step.remote.as_deref().and_then(|account| self.state.ledger.holder(account));
        holder.is_some_and(|holder| self.state.desired.should_be_active(holder))
    }

    fn start_user(&mut self, step: &UserStep) -> UserStage {
        let Some(account) = &step.remote else {
            return match self.uncertain.people.get(&step.person) {
                Some(name) => UserStage::Search(Search::lost(name, same_user_name(name, &step.user_name))),
                None => UserStage::Create { without_role: false },
            };
        };
        let account = self.state.remote.id_of_account(account);
        if step.verb == UserVerb::Adopt {
            self.link_user(&step.person, &account, &step.user_name, None);
        }
        UserStage::change(account, step.changes.clone())
    }

    /// Whether the tenant does anything with a role, as far as is known (D8).
    fn may_write_role(&self) -> bool {
        !self.state.ledger.role_is_dropped && !self.learned.takes_no_role()
    }

    fn wish_of_user(&self, step: &UserStep, stage: &mut UserStage, has_intent: bool) -> Wish {
        match stage {
            UserStage::Start => Wish::Drop,
            UserStage::Create { .. } if !self.learned.may_create(Kind::User, &step.person) => {
                Wish::End(Err(NOT_AS_SENT.into()))
            }
            UserStage::Create { .. } if !has_intent => Wish::Intent,
            UserStage::Create { without_role } => {
                *without_role |= !self.may_write_role();
                let is_written =
                    |change: &&AttributeChange| !*without_role || change.attribute != Attribute::Role;
                let changes = step.changes.iter().filter(is_written);
                let request = messages::create_user(&self.endpoint, &self.config, step, changes);
                Wish::Send(Task::CreateUser, request)
            }
            UserStage::Search(search) => {
                let (task, request) =
                    search.request(&self.endpoint, &self.config, &self.learned, Kind::User, &step.user_name);
                Wish::Send(task, request)
            }
            UserStage::Change(UserChange { account, changes, way, .. }) => {
                changes.retain(|change| change.attribute != Attribute::Role || self.may_write_role());
                if changes.is_empty() {
                    return Wish::End(Ok(()));
                }
                if self.learned.takes_no_patch && matches!(way, Way::Patch) {
                    *way = Way::Read;
                }
                match way {
                    Way::Patch => Wish::Send(
                        Task::UpdateUser,
                        messages::patch_user(&self.endpoint, &self.config, account, changes),
                    ),
                    Way::Read | Way::Confirm => Wish::Send(
                        Task::Read(Kind::User),
                        messages::read(&self.endpoint, Kind::User, account),
                    ),
                    Way::Put(whole) => Wish::Send(
                        Task::UpdateUser,
                        messages::put(&self.endpoint, Kind::User, account, whole),
                    ),
                }
            }
        }
    }

    /// Where a step about a group starts, or its result where it needs no request.
    fn start_group(&mut self, step: &GroupStep) -> Result<GroupStage, Result<(), String>> {
        let team = step.remote.as_deref().map(|team| self.state.remote.id_of_team(team));
        let Some(team) = team else {
            if let Some(name) = self.uncertain.groups.get(&step.group) {
                // A name that is another group's by now says nothing about this one.
                let is_anothers =
                    self.state.desired.with_group_name(name).any(|other| **other != *step.group);
                return Ok(GroupStage::Search(Search::lost(name, *name == step.name || is_anothers)));
            }
            return self.creation(step).map_err(Err);
        };
        match step.verb {
            GroupVerb::Delete => return Ok(GroupStage::Delete { team, way: Removal::Delete }),
            GroupVerb::Release => {
                self.link_group(&step.group, &team, false);
                return Err(Ok(()));
            }
            GroupVerb::TakeOver => self.link_group(&step.group, &team, true),
            _ => {}
        }
        let mut add = self.accounts_of(&step.add);
        let joining = add.len();
        let mut remove: Vec<Id> = step.remove.iter().map(|member| member.remote.as_str().into()).collect();
        // Where a replacement did not come about (R22), the old account stays a member.
        let staying: BTreeSet<&Id> = add.iter().collect();
        remove.retain(|account| !staying.contains(account));
        if let Some(team) = self.state.remote.team(&team).filter(|_| !step.blind) {
            add.retain(|account| !team.surely_has(account));
        }
        let rename = step.renamed_from.is_some().then(|| step.name.clone());
        if !step.add.is_empty() && joining == 0 && remove.is_empty() && rename.is_none() && !step.blind {
            return Err(Err("none of the people who join has an account at Heap".into()));
        }
        let whole = GroupChunk { rename, replaces: step.blind, add, remove };
        Ok(GroupStage::change(team, chunks(whole, self.learned.members_per_request)))
    }

    /// A new group with those of its members who have an account; without any it is not created (R25).
    pub(super) fn creation(&self, step: &GroupStep) -> Result<GroupStage, String> {
        let whole = GroupChunk { add: self.accounts_of(&step.add), ..GroupChunk::default() };
        let mut rest = chunks(whole, self.learned.members_per_request);
        match rest.pop_front() {
            Some(chunk) => Ok(GroupStage::Create { first: chunk.add, rest }),
            None => Err("none of the group's members has an account at Heap".into()),
        }
    }

    fn wish_of_group(&self, step: &GroupStep, stage: &mut GroupStage, has_intent: bool) -> Wish {
        match stage {
            GroupStage::Start => Wish::Drop,
            GroupStage::Create { .. } if !self.learned.may_create(Kind::Group, &step.group) => {
                Wish::End(Err(NOT_AS_SENT.into()))
            }
            GroupStage::Create { .. } if !has_intent => Wish::Intent,
            GroupStage::Create { first, .. } => {
                let request = messages::create_group(&self.endpoint, &step.group, &step.name, first);
                Wish::Send(Task::CreateGroup, request)
            }
            GroupStage::Search(search) => {
                let (task, request) =
                    search.request(&self.endpoint, &self.config, &self.learned, Kind::Group, &step.name);
                Wish::Send(task, request)
            }
            GroupStage::Change(change) => self.wish_of_change(change),
            GroupStage::Delete { team, way: Removal::Confirm } => {
                Wish::Send(Task::Read(Kind::Group), messages::read(&self.endpoint, Kind::Group, team))
            }
            GroupStage::Delete { team, .. } => {
                Wish::Send(Task::DeleteGroup, messages::delete_group(&self.endpoint, team))
            }
        }
    }

    fn wish_of_change(&self, change: &mut GroupChange) -> Wish {
        if self.learned.takes_no_patch && matches!(change.way, Way::Patch) {
            (change.way, change.is_announced) = (Way::Read, false);
        }
        let Some(front) = change.chunks.front_mut() else { return Wish::End(Ok(())) };
        if matches!(change.way, Way::Patch) {
            if let Some(rest) = front.cut(self.learned.members_per_request) {
                change.chunks.insert(1, rest);
            }
        }
        let team = &change.team;
        let is_told = self.state.remote.team(team).is_none_or(|team| team.knowledge == Knowledge::Told);
        if !is_told && !change.is_announced {
            return Wish::Intent;
        }
        match &change.way {
            Way::Patch => match change.chunks.front() {
                Some(chunk) => {
                    Wish::Send(Task::UpdateGroup, messages::patch_group(&self.endpoint, team, chunk))
                }
                None => Wish::End(Ok(())),
            },
            Way::Read | Way::Confirm => {
                Wish::Send(Task::Read(Kind::Group), messages::read(&self.endpoint, Kind::Group, team))
            }
            Way::Put(whole) => {
                Wish::Send(Task::UpdateGroup, messages::put(&self.endpoint, Kind::Group, team, whole))
            }
        }
    }

    /// The accounts of people, as far as they have one by now.
    pub(super) fn accounts_of(&self, people: &[AddedMember]) -> Vec<Id> {
        let links = people.iter().filter_map(|member| self.state.ledger.link(&member.person));
        links
            .filter(|link| self.state.remote.account(&link.remote).is_some())
            .map(|link| link.remote.clone())
            .collect()
    }
}

impl UserStage {
    pub(super) const fn change(account: Id, changes: Vec<AttributeChange>) -> Self {
        Self::Change(UserChange { account, changes, role_left_out: None, way: Way::Patch })
    }
}

impl GroupStage {
    pub(super) const fn change(team: Id, chunks: VecDeque<GroupChunk>) -> Self {
        Self::Change(GroupChange { team, chunks, is_announced: false, is_unproven: false, way: Way::Patch })
    }
}

impl GroupChange {
    /// What the next write carries: one chunk, or all of them where the group is put back whole.
    pub(super) fn next_chunks(&self) -> impl Iterator<Item = &GroupChunk> {
        let count = if matches!(self.way, Way::Patch) { 1 } else { self.chunks.len() };
        self.chunks.iter().take(count)
    }
}
