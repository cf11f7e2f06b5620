//! What an answer means for a step about a group.

use alloc::{collections::VecDeque, string::String, vec::Vec};

use super::{
    Engine, Stop,
    answer::{GARBLED, NO_ENDPOINT, Verdict},
    job::{GroupStage, chunks},
    messages::{self, GroupChunk, Kind, Page},
    running::Next,
    search::{Found, Search},
};
use crate::{
    scim::Group,
    sync::{plan::GroupStep, state::Team},
    wire::Response,
};

const GONE: &str = "the group is gone at Heap; the next comparison makes it anew (F12)";

impl Engine {
    pub(super) fn group_answer(
        &mut self,
        step: &GroupStep,
        stage: GroupStage,
        verdict: Verdict,
    ) -> Next<GroupStage> {
        match (stage, verdict) {
            (stage, Verdict::Token(error)) => Next::Stopped(Stop::Token(error), stage),
            (stage, Verdict::NotDone(error, at)) => Next::Later(stage, error, at),
            (GroupStage::Create { first, rest }, verdict) => self.group_created(step, &first, rest, verdict),
            (GroupStage::Search(search), verdict) => self.group_searched(step, search, verdict),
            (GroupStage::Patch { team, chunks }, verdict) => self.group_patched(step, team, chunks, verdict),
            (GroupStage::Delete { team }, verdict) => self.group_deleted(step, team, verdict),
            (GroupStage::Start, _) => Next::Ended(Ok(())),
        }
    }

    fn group_created(
        &mut self,
        step: &GroupStep,
        first: &[String],
        rest: VecDeque<GroupChunk>,
        verdict: Verdict,
    ) -> Next<GroupStage> {
        match verdict {
            Verdict::Done(response) => {
                let Some(team) = created(&response) else {
                    let error = "Heap answered with something that is not the new group".into();
                    return Next::Later(GroupStage::Search(Search::new(None)), error, None);
                };
                let id = team.id.clone();
                self.state.remote.put_team(team);
                self.state.remote.change_members(&id, first, &[]);
                self.link_group(&step.group, &id, true);
                Next::Now(GroupStage::Patch { team: id, chunks: rest })
            }
            Verdict::Conflict(reason) => Next::Now(GroupStage::Search(Search::new(Some(reason)))),
            Verdict::Refused(error) | Verdict::Token(error) => Next::Ended(Err(error)),
            Verdict::Gone => Next::Ended(Err(NO_ENDPOINT.into())),
            Verdict::Unknown(error) | Verdict::NotDone(error, _) => {
                Next::Later(GroupStage::Search(Search::new(None)), error, None)
            }
        }
    }

    fn group_searched(&mut self, step: &GroupStep, mut search: Search, verdict: Verdict) -> Next<GroupStage> {
        match verdict {
            Verdict::Done(response) => {
                let page = messages::teams(response.body()).map(|page| Page {
                    total: page.total,
                    items: page.items.into_iter().map(|(team, _)| team).collect(),
                });
                match search.take_teams(page, &step.name, self.trusts_filter(Kind::Group)) {
                    Found::MoreToRead => Next::Now(GroupStage::Search(search)),
                    Found::Unreadable(error) => Next::Later(GroupStage::Search(search), error, None),
                    Found::These(teams) => self.group_found(&search, step, teams),
                }
            }
            Verdict::Refused(_) | Verdict::Gone | Verdict::Conflict(_) if search.uses_filter() => {
                Next::Now(GroupStage::Search(search.over_the_list()))
            }
            Verdict::Unknown(error) | Verdict::NotDone(error, _) => {
                Next::Later(GroupStage::Search(search), error, None)
            }
            Verdict::Refused(error) | Verdict::Conflict(error) | Verdict::Token(error) => {
                Next::Ended(Err(error))
            }
            Verdict::Gone => Next::Ended(Err(NO_ENDPOINT.into())),
        }
    }

    /// The end of a search for a group that may have been created: ours if nobody else's, and then it gets whom it lacks.
    fn group_found(&mut self, search: &Search, step: &GroupStep, teams: Vec<Team>) -> Next<GroupStage> {
        let is_free = |team: &Team| {
            self.state.ledger.group_owner(&team.id).is_none_or(|owner| **owner == *step.group)
                && team.external_id.as_deref().is_none_or(|external| external == step.group)
        };
        let mut free = teams.into_iter().filter(is_free);
        match (free.next(), free.next()) {
            (None, _) => match &search.conflict {
                Some(reason) => Next::Ended(Err(reason.clone())),
                None => match self.creation(step) {
                    Ok(stage) => Next::Now(stage),
                    Err(error) => Next::Ended(Err(error)),
                },
            },
            (Some(team), None) => {
                self.note_filter(search, Kind::Group);
                let mut missing = self.accounts_of(&step.add);
                missing.retain(|id| !team.members.contains(id));
                let id = team.id.clone();
                self.state.remote.put_team(team);
                self.link_group(&step.group, &id, true);
                Next::Now(GroupStage::Patch { team: id, chunks: chunks(None, missing, Vec::new()) })
            }
            (Some(_), Some(_)) => Next::Ended(Err(
                "several groups at Heap have this name; rename all but the one to take over".into(),
            )),
        }
    }

    fn group_patched(
        &mut self,
        step: &GroupStep,
        team: String,
        mut chunks: VecDeque<GroupChunk>,
        verdict: Verdict,
    ) -> Next<GroupStage> {
        match verdict {
            Verdict::Done(response) if messages::is_garbled(&response) => {
                Next::Later(GroupStage::Patch { team, chunks }, GARBLED.into(), None)
            }
            Verdict::Done(_) => {
                if let Some(chunk) = chunks.pop_front() {
                    self.note_chunk(&team, chunk);
                }
                Next::Now(GroupStage::Patch { team, chunks })
            }
            Verdict::Gone => {
                self.lose_team(&step.group);
                Next::Ended(Err(GONE.into()))
            }
            // Deltas by id may be repeated: doing them twice is doing them once.
            Verdict::Unknown(error) | Verdict::NotDone(error, _) => {
                Next::Later(GroupStage::Patch { team, chunks }, error, None)
            }
            Verdict::Refused(error) | Verdict::Conflict(error) | Verdict::Token(error) => {
                Next::Ended(Err(error))
            }
        }
    }

    fn group_deleted(&mut self, step: &GroupStep, team: String, verdict: Verdict) -> Next<GroupStage> {
        match verdict {
            Verdict::Done(response) if messages::is_garbled(&response) => {
                Next::Later(GroupStage::Delete { team }, GARBLED.into(), None)
            }
            Verdict::Done(_) | Verdict::Gone => {
                self.lose_team(&step.group);
                Next::Ended(Ok(()))
            }
            Verdict::Unknown(error) | Verdict::NotDone(error, _) => {
                Next::Later(GroupStage::Delete { team }, error, None)
            }
            Verdict::Refused(error) | Verdict::Conflict(error) | Verdict::Token(error) => {
                Next::Ended(Err(error))
            }
        }
    }

    fn note_chunk(&mut self, team: &str, chunk: GroupChunk) {
        self.state.remote.change_members(team, &chunk.add, &chunk.remove);
        let renamed = chunk.rename.zip(self.state.remote.team(team).cloned());
        if let Some((name, team)) = renamed {
            self.state.remote.put_team(Team { name, ..team });
        }
    }
}

fn created(response: &Response) -> Option<Team> {
    messages::team(Group::from_slice(response.body()).ok()?).map(|(team, _)| team)
}
