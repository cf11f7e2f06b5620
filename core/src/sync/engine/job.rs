//! One step of the plan on its way through its requests.

use alloc::{collections::VecDeque, string::String, vec::Vec};

use super::{
    Engine,
    answer::Attempts,
    flight::Task,
    messages::{self, GroupChunk},
    search::Search,
};
use crate::{
    limits::SYNC_MEMBERS_PER_PATCH,
    sync::{
        event::EventName,
        journal::Entry,
        plan::{AddedMember, AttributeChange, GroupStep, GroupVerb, Step, UserStep, UserVerb},
    },
    wire::Request,
};

/// A step that is being carried out.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) work: Work,
    pub(super) attempts: Attempts,
    /// All requests so far (D13).
    pub(super) requests: u32,
    /// Whether the intent to create is in the journal (D12).
    pub(super) has_intent: bool,
    /// Whether the last request may have done something that we do not know of.
    pub(super) is_unsettled: bool,
}

/// What the step is about and where it stands.
#[derive(Debug)]
pub(super) enum Work {
    User { step: UserStep, stage: UserStage },
    Group { step: GroupStep, stage: GroupStage },
}

#[derive(Debug)]
pub(super) enum UserStage {
    Start,
    Create,
    Search(Search),
    Patch { account: String, changes: Vec<AttributeChange> },
}

#[derive(Debug)]
pub(super) enum GroupStage {
    Start,
    Create { first: Vec<String>, rest: VecDeque<GroupChunk> },
    Search(Search),
    Patch { team: String, chunks: VecDeque<GroupChunk> },
    Delete { team: String },
}

/// What an event tells of a step, besides its outcome (R41, D13).
#[derive(Debug)]
pub(super) struct Teller {
    /// None for a step that is no attempt.
    pub(super) name: Option<EventName>,
    /// The directory id of the person or group.
    pub(super) resource: String,
    pub(super) requests: u32,
}

/// What a job wants next.
pub(super) enum Wish {
    /// An intent in the journal before anything is sent.
    Intent(Entry),
    /// A request.
    Send(Task, Request),
    /// Nothing: the step has ended.
    End(Result<(), String>),
    /// Nothing: the step has no effect any more and is forgotten.
    Drop,
}

impl Job {
    /// A job for a step; `None` for a conflict, which is only reported.
    pub(super) fn new(step: &Step) -> Option<Self> {
        let work = match step {
            Step::User(step) => Work::User { step: step.clone(), stage: UserStage::Start },
            Step::Group(step) => Work::Group { step: step.clone(), stage: GroupStage::Start },
            Step::Conflict(_) => return None,
        };
        Some(Self {
            work,
            attempts: Attempts::default(),
            requests: 0,
            has_intent: false,
            is_unsettled: false,
        })
    }

    /// What is needed to tell of the step's outcome.
    pub(super) fn teller(&self) -> Teller {
        let resource = match &self.work {
            Work::User { step, .. } => step.person.clone(),
            Work::Group { step, .. } => step.group.clone(),
        };
        Teller { name: self.event_name(), resource, requests: self.requests }
    }

    /// The event that tells of the step's outcome (R39, R40); letting a group go sends nothing, and is no attempt.
    fn event_name(&self) -> Option<EventName> {
        Some(match &self.work {
            Work::User { step, .. } => match step.verb {
                UserVerb::Create => EventName::UserCreateProvision,
                UserVerb::Deactivate => EventName::UserDeprovision,
                UserVerb::Activate | UserVerb::Adopt | UserVerb::Update => EventName::UserUpdateProvision,
            },
            Work::Group { step, .. } => match step.verb {
                GroupVerb::Create => EventName::GroupCreateProvision,
                GroupVerb::Delete => EventName::GroupDeleteProvision,
                GroupVerb::TakeOver | GroupVerb::Update => EventName::GroupUpdateProvision,
                GroupVerb::Release => return None,
            },
        })
    }
}

impl Engine {
    /// Brings a job to its next request, or to its end.
    pub(super) fn wish(&mut self, job: &mut Job) -> Wish {
        if self.is_overtaken(&job.work) {
            return Wish::Drop;
        }
        match &mut job.work {
            Work::User { step, stage } => {
                if let UserStage::Start = stage {
                    *stage = self.start_user(step);
                }
                self.wish_of_user(step, stage, job.has_intent)
            }
            Work::Group { step, stage } => {
                if let GroupStage::Start = stage {
                    *stage = match self.start_group(step) {
                        Ok(stage) => stage,
                        Err(result) => return Wish::End(result),
                    };
                }
                self.wish_of_group(step, stage, job.has_intent)
            }
        }
    }

    /// Whether the directory has moved on since the step was planned, so that its next request could be wrong: it is planned
    /// again. A search is only a look, and settles what may have been done already.
    fn is_overtaken(&mut self, work: &Work) -> bool {
        let desired = &mut self.state.desired;
        match work {
            Work::User { stage: UserStage::Search(_), .. } => false,
            Work::User { step, .. } if desired.is_touched_person(&step.person) => true,
            Work::User { step, .. } => step.verb == UserVerb::Deactivate && self.is_kept_active(step),
            // R31: nothing more is sent about groups.
            Work::Group { .. } if !desired.has_group_management() => true,
            Work::Group { stage: GroupStage::Search(_), .. } => false,
            Work::Group { step, .. } => desired.widen_touched_group(&step.group),
        }
    }

    /// Whether somebody with access holds the account: a new holder, or the old one where the replacement did not come about (R22).
    fn is_kept_active(&self, step: &UserStep) -> bool {
        let holder = step.remote.as_deref().and_then(|account| self.state.ledger.holder(account));
        holder.is_some_and(|holder| self.state.desired.should_be_active(holder))
    }

    fn start_user(&mut self, step: &UserStep) -> UserStage {
        let Some(account) = &step.remote else {
            let uncertain = self.uncertain.people.contains(&step.person);
            return if uncertain { UserStage::Search(Search::new(None)) } else { UserStage::Create };
        };
        if step.verb == UserVerb::Adopt {
            self.link_user(&step.person, account, &step.user_name, None);
        }
        UserStage::Patch { account: account.clone(), changes: step.changes.clone() }
    }

    fn wish_of_user(&self, step: &UserStep, stage: &UserStage, has_intent: bool) -> Wish {
        match stage {
            UserStage::Start => Wish::Drop,
            UserStage::Create if !has_intent => {
                Wish::Intent(Entry::UserIntent { person: step.person.clone() })
            }
            UserStage::Create => Wish::Send(Task::CreateUser, messages::create_user(&self.config, step)),
            UserStage::Search(search) => {
                let (task, request) = search.request(&self.config, messages::Kind::User, &step.user_name);
                Wish::Send(task, request)
            }
            UserStage::Patch { changes, .. } if changes.is_empty() => Wish::End(Ok(())),
            UserStage::Patch { account, changes } => {
                Wish::Send(Task::UpdateUser, messages::patch_user(&self.config, account, changes))
            }
        }
    }

    /// Where a step about a group starts, or its result where it needs no request.
    fn start_group(&mut self, step: &GroupStep) -> Result<GroupStage, Result<(), String>> {
        if let (GroupVerb::Delete, Some(team)) = (step.verb, &step.remote) {
            return Ok(GroupStage::Delete { team: team.clone() });
        }
        let Some(team) = &step.remote else {
            if self.uncertain.groups.contains(&step.group) {
                return Ok(GroupStage::Search(Search::new(None)));
            }
            return self.creation(step).map_err(Err);
        };
        match step.verb {
            GroupVerb::Release => {
                self.link_group(&step.group, team, false);
                return Err(Ok(()));
            }
            GroupVerb::TakeOver => self.link_group(&step.group, team, true),
            _ => {}
        }
        let remove = step.remove.iter().map(|member| member.remote.clone()).collect();
        let rename = step.renamed_from.is_some().then(|| step.name.clone());
        let chunks = chunks(rename, self.accounts_of(&step.add), remove);
        Ok(GroupStage::Patch { team: team.clone(), chunks })
    }

    /// A new group with those of its members who have an account; without any it is not created (R25).
    pub(super) fn creation(&self, step: &GroupStep) -> Result<GroupStage, String> {
        let mut rest = chunks(None, self.accounts_of(&step.add), Vec::new());
        match rest.pop_front() {
            Some(chunk) => Ok(GroupStage::Create { first: chunk.add, rest }),
            None => Err("none of the group's members has an account at Heap".into()),
        }
    }

    fn wish_of_group(&self, step: &GroupStep, stage: &GroupStage, has_intent: bool) -> Wish {
        match stage {
            GroupStage::Start => Wish::Drop,
            GroupStage::Create { .. } if !has_intent => {
                Wish::Intent(Entry::GroupIntent { group: step.group.clone() })
            }
            GroupStage::Create { first, .. } => {
                let request = messages::create_group(&self.config, &step.group, &step.name, first);
                Wish::Send(Task::CreateGroup, request)
            }
            GroupStage::Search(search) => {
                let (task, request) = search.request(&self.config, messages::Kind::Group, &step.name);
                Wish::Send(task, request)
            }
            GroupStage::Patch { team, chunks } => match chunks.front() {
                Some(chunk) => {
                    Wish::Send(Task::UpdateGroup, messages::patch_group(&self.config, team, chunk))
                }
                None => Wish::End(Ok(())),
            },
            GroupStage::Delete { team } => {
                Wish::Send(Task::DeleteGroup, messages::delete_group(&self.config, team))
            }
        }
    }

    /// The accounts of people, as far as they have one by now.
    pub(super) fn accounts_of(&self, people: &[AddedMember]) -> Vec<String> {
        let links = people.iter().filter_map(|member| self.state.ledger.link(&member.person));
        links
            .filter(|link| self.state.remote.account(&link.remote).is_some())
            .map(|link| link.remote.clone())
            .collect()
    }
}

/// Cuts a change of members so that no PATCH carries more than the strictest service provider takes (F10).
pub(super) fn chunks(rename: Option<String>, add: Vec<String>, remove: Vec<String>) -> VecDeque<GroupChunk> {
    let mut chunks: VecDeque<GroupChunk> = VecDeque::new();
    let mut free = 0;
    let mut next = |chunks: &mut VecDeque<GroupChunk>| {
        if free == 0 {
            chunks.push_back(GroupChunk::default());
            free = SYNC_MEMBERS_PER_PATCH;
        }
        free -= 1;
    };
    for id in remove {
        next(&mut chunks);
        if let Some(chunk) = chunks.back_mut() {
            chunk.remove.push(id);
        }
    }
    for id in add {
        next(&mut chunks);
        if let Some(chunk) = chunks.back_mut() {
            chunk.add.push(id);
        }
    }
    if let Some(name) = rename {
        match chunks.front_mut() {
            Some(first) => first.rename = Some(name),
            None => chunks.push_back(GroupChunk { rename: Some(name), ..GroupChunk::default() }),
        }
    }
    chunks
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec::Vec};

    use super::chunks;

    #[test]
    fn f10_no_patch_carries_more_than_a_hundred_members() {
        let ids = |count: usize| (0..count).map(|id| format!("m{id}")).collect::<Vec<String>>();
        let cut = chunks(Some("Team".into()), ids(150), ids(60));
        let sizes: Vec<_> = cut.iter().map(|chunk| (chunk.remove.len(), chunk.add.len())).collect();
        assert_eq!(sizes, [(60, 40), (0, 100), (0, 10)]);
        assert_eq!(cut[0].rename.as_deref(), Some("Team"));
        assert!(cut.iter().skip(1).all(|chunk| chunk.rename.is_none()));
    }

    #[test]
    fn a_rename_alone_is_one_patch() {
        assert_eq!(chunks(Some("Team".into()), Vec::new(), Vec::new()).len(), 1);
        assert!(chunks(None, Vec::new(), Vec::new()).is_empty());
    }
}
