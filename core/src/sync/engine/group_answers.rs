//! What an answer means for a step about a group.

use alloc::{collections::VecDeque, format, vec::Vec};

use http::StatusCode;

use super::{
    Engine, Stop,
    answer::{Confirmed, GARBLED, NO_ENDPOINT, Verdict},
    chunk::{GroupChunk, chunks},
    job::{GroupChange, GroupStage, Removal, Way},
    messages,
    running::Next,
    search::{Found, Search},
};
use crate::{
    scim::{Group, service::Kind},
    sync::{
        plan::{ConflictKind, GroupStep},
        planted::{Bug, is_planted},
        state::{Candidate, Id, Knowledge, State, Team, Texts, resembles},
    },
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
            (GroupStage::Create { first, rest }, verdict) => self.group_created(step, first, rest, verdict),
            (GroupStage::Search(search), verdict) => self.group_searched(step, search, verdict.plain()),
            (GroupStage::Change(change), verdict) if matches!(change.way, Way::Confirm) => {
                self.group_confirmed(step, change, verdict)
            }
            (GroupStage::Change(change), verdict) => self.group_changed(step, change, verdict),
            (GroupStage::Delete { team, way: Removal::Confirm }, verdict) => {
                self.deletion_confirmed(step, team, verdict)
            }
            (GroupStage::Delete { team, .. }, verdict) => self.group_deleted(step, team, verdict.plain()),
            (GroupStage::Start, _) => Next::Ended(Ok(())),
        }
    }

    fn group_created(
        &mut self,
        step: &GroupStep,
        mut first: Vec<Id>,
        mut rest: VecDeque<GroupChunk>,
        verdict: Verdict,
    ) -> Next<GroupStage> {
        match verdict {
            Verdict::Done(response) => {
                let team = match shown(&response) {
                    Some(team) if self.is_team_made_for(step, &team) => team,
                    other => {
                        if other.is_some() {
                            self.learned.note_unlike(Kind::Group, &step.group);
                        }
                        let error = "Heap answered with something that is not the new group".into();
                        return Next::Later(GroupStage::Search(Search::new(None)), error, None);
                    }
                };
                self.learned.note_made(Kind::Group);
                let (id, is_told) = (team.id.clone(), team.knowledge == Knowledge::Told);
                self.state.remote.put_team(team);
                self.link_group(&step.group, &id, true);
                if is_told {
                    self.state.remote.change_members(&id, &first, &[]);
                } else {
                    self.members_were_sent(
                        &id,
                        &GroupChunk { replaces: true, add: first, ..GroupChunk::default() },
                    );
                }
                Next::Now(GroupStage::change(id, rest))
            }
            Verdict::Conflict(reason) => Next::Now(GroupStage::Search(Search::new(Some(reason)))),
            Verdict::NotInThisForm(_) if self.learned.takes_fewer_members_than(first.len()) => {
                let add = first.split_off(self.learned.members_per_request);
                rest.push_front(GroupChunk { add, ..GroupChunk::default() });
                Next::Now(GroupStage::Create { first, rest })
            }
            Verdict::Gone => Next::Ended(Err(NO_ENDPOINT.into())),
            Verdict::Unknown(error) if is_planted(Bug::RetryWithoutLook) => {
                Next::Later(GroupStage::Create { first, rest }, error, None)
            }
            Verdict::Unknown(error) | Verdict::Missing(error) => {
                Next::Later(GroupStage::Search(Search::new(None)), error, None)
            }
            Verdict::NotDone(error, at) => Next::Later(GroupStage::Create { first, rest }, error, at),
            Verdict::Refused(error)
            | Verdict::Token(error)
            | Verdict::NotInThisForm(error)
            | Verdict::Unsupported(error)
            | Verdict::Moved(error) => Next::Ended(Err(error)),
        }
    }

    /// Whether the answer to a creation shows the new group, as for accounts.
    fn is_team_made_for(&self, step: &GroupStep, team: &Team) -> bool {
        let State { desired, remote, .. } = &self.state;
        let is_anothers = || {
            let mut named = desired.with_group_name(&team.name);
            remote.team(&team.id).is_some() || named.any(|other| **other != *step.group)
        };
        team.external_id.as_deref() == Some(&*step.group)
            || team.name == step.name
            || team.external_id.is_none() && resembles(&team.name, &step.name) && !is_anothers()
    }

    fn group_searched(&mut self, step: &GroupStep, mut search: Search, verdict: Verdict) -> Next<GroupStage> {
        match verdict {
            Verdict::Done(response) => {
                let page = messages::teams(response.body());
                match search.take_teams(page, &step.name, &step.group, &self.learned) {
                    Found::MoreToRead => Next::Now(GroupStage::Search(search)),
                    Found::Unreadable(error) => Next::Later(GroupStage::Search(search), error, None),
                    Found::These(teams) => self.group_found(&search, step, &teams),
                }
            }
            Verdict::Refused(_) | Verdict::Gone | Verdict::Missing(_) | Verdict::Conflict(_)
                if search.uses_filter() =>
            {
                Next::Now(GroupStage::Search(search.over_the_list(&self.learned)))
            }
            Verdict::NotDone(error, at) => Next::Later(GroupStage::Search(search), error, at),
            Verdict::Unknown(error) | Verdict::Missing(error) => {
                Next::Later(GroupStage::Search(search), error, None)
            }
            Verdict::Gone => Next::Ended(Err(NO_ENDPOINT.into())),
            Verdict::Refused(error)
            | Verdict::Conflict(error)
            | Verdict::Token(error)
            | Verdict::NotInThisForm(error)
            | Verdict::Unsupported(error)
            | Verdict::Moved(error) => Next::Ended(Err(error)),
        }
    }

    /// The end of a search for a group that may have been created: ours if nobody else's, and then it gets whom it lacks.
    fn group_found(&mut self, search: &Search, step: &GroupStep, teams: &[Team]) -> Next<GroupStage> {
        let candidate = match search.former {
            Some(_) => self.state.left_under_former_name(&step.group, teams.iter()),
            None => self.state.candidate(&step.group, teams.iter()),
        };
        match candidate {
            Candidate::None => match &search.conflict {
                Some(reason) => Next::Ended(Err(reason.clone())),
                None => match self.creation(step) {
                    Ok(stage) => Next::Now(stage),
                    Err(error) => Next::Ended(Err(error)),
                },
            },
            Candidate::One(team) => {
                self.note_filter(search, Kind::Group);
                let team = team.clone();
                let mut whole = GroupChunk { add: self.accounts_of(&step.add), ..GroupChunk::default() };
                whole.replaces = team.knowledge == Knowledge::Nothing;
                whole.add.retain(|id| !team.surely_has(id));
                whole.rename = (team.name != step.name).then(|| step.name.clone());
                let id = team.id.clone();
                self.state.remote.put_team(team);
                self.link_group(&step.group, &id, true);
                let chunks = chunks(whole, self.learned.members_per_request);
                Next::Now(GroupStage::change(id, chunks))
            }
            Candidate::Claimed => Next::Ended(Err(ConflictKind::GroupClaimed.explanation().into())),
            Candidate::Ambiguous => Next::Ended(Err(match &search.former {
                None => ConflictKind::GroupsAmbiguous.explanation().into(),
                Some(former) => format!(
                    "several groups at Heap are called `{former}`, as this one was when it was sent to be created; one of them \
                     may be it: rename or delete those that are not (F39)"
                ),
            })),
        }
    }

    fn group_changed(
        &mut self,
        step: &GroupStep,
        mut change: GroupChange,
        verdict: Verdict,
    ) -> Next<GroupStage> {
        let is_read = matches!(change.way, Way::Read);
        match verdict {
            Verdict::Done(response) if is_read => {
                let known = self.state.remote.team(&change.team).map(|team| &team.members);
                let none = Texts::default();
                let known = known.unwrap_or(&none);
                match messages::changed_group(&change.team, known, &change.chunks, &response) {
                    Some(whole) => {
                        Next::Now(GroupStage::Change(GroupChange { way: Way::Put(whole), ..change }))
                    }
                    None => Next::Later(GroupStage::Change(change), GARBLED.into(), None),
                }
            }
            Verdict::Done(response) if messages::is_garbled(&response) => {
                change.way = change.way.again();
                Next::Later(GroupStage::Change(change), GARBLED.into(), None)
            }
            Verdict::Done(response) => self.group_written(change, &response),
            Verdict::Gone if is_read || is_planted(Bug::NotFoundOnWriteIsGone) => self.team_is_gone(step),
            Verdict::Gone => Next::Now(GroupStage::Change(GroupChange { way: Way::Confirm, ..change })),
            Verdict::Unsupported(_) if matches!(change.way, Way::Patch) => {
                self.learned.takes_no_patch = true;
                Next::Now(GroupStage::Change(change))
            }
            Verdict::NotInThisForm(_) if !is_read && self.takes_less(&change) => {
                Next::Now(GroupStage::Change(change))
            }
            // Deltas by id may be repeated: doing them twice is doing them once. A whole group is read again first.
            Verdict::Unknown(error) | Verdict::Missing(error) | Verdict::Moved(error) => {
                change.way = change.way.again();
                Next::Later(GroupStage::Change(change), error, None)
            }
            Verdict::NotDone(error, at) => {
                change.way = change.way.again();
                Next::Later(GroupStage::Change(change), error, at)
            }
            Verdict::Refused(error)
            | Verdict::Conflict(error)
            | Verdict::Token(error)
            | Verdict::NotInThisForm(error)
            | Verdict::Unsupported(error) => Next::Ended(Err(error)),
        }
    }

    fn group_confirmed(
        &mut self,
        step: &GroupStep,
        mut change: GroupChange,
        verdict: Verdict,
    ) -> Next<GroupStage> {
        match Confirmed::of(verdict, |response| shows_team(response, &change.team)) {
            Confirmed::Gone => self.team_is_gone(step),
            Confirmed::Later { is_there, error, at } => {
                if is_there {
                    change.way = Way::Patch;
                }
                Next::Later(GroupStage::Change(change), error, at)
            }
            Confirmed::Refused(error) => Next::Ended(Err(error)),
        }
    }

    fn team_is_gone(&mut self, step: &GroupStep) -> Next<GroupStage> {
        self.lose_team(&step.group);
        Next::Ended(Err(GONE.into()))
    }

    /// A write was accepted: notes what it did, and goes on with the next.
    fn group_written(&mut self, mut change: GroupChange, response: &Response) -> Next<GroupStage> {
        let is_proven = match shown(response).filter(|team| team.id == change.team) {
            Some(team) => change.next_chunks().all(|chunk| self.team_shows(&team, chunk)),
            None => response.status() == StatusCode::NO_CONTENT,
        };
        let is_told = self.tells_members(&change.team);
        let mut is_noted = is_told || is_proven;
        if !is_proven {
            match self.unproven() {
                Next::Unproven => change.is_unproven = true,
                ended if is_told => return ended,
                // Another reading shows who is a member only where Heap tells it. Where not, the members stay doubtful and are
                // written again; what is accepted each time is believed in the end.
                _ => is_noted = true,
            }
        }
        for chunk in change.chunks.drain(..change.next_chunks().count()).collect::<Vec<_>>() {
            if is_noted {
                self.note_chunk(&change.team, &chunk);
            }
        }
        change.is_announced = false;
        Next::Now(GroupStage::Change(change))
    }

    /// Whether a group is shown with what was written to it. An answer may leave members out, and those of nobody as well (F13); and
    /// some service providers keep no inactive ones (F42).
    fn team_shows(&self, team: &Team, chunk: &GroupChunk) -> bool {
        let has = |account: &Id| team.members.contains(account);
        let is_inactive =
            |account: &Id| self.state.remote.account(account).is_some_and(|known| !known.active);
        let is_named = chunk.rename.as_ref().is_none_or(|name| *name == team.name);
        let has_added = || chunk.add.iter().all(|account| has(account) || is_inactive(account));
        let is_told = team.knowledge == Knowledge::Told;
        is_named && (!is_told || has_added() && !chunk.remove.iter().any(has))
    }

    /// Whether a PATCH with fewer members may be tried after one was refused (F10).
    fn takes_less(&mut self, change: &GroupChange) -> bool {
        let members = change.chunks.front().map_or(0, GroupChunk::members);
        matches!(change.way, Way::Patch) && self.learned.takes_fewer_members_than(members)
    }

    fn group_deleted(&mut self, step: &GroupStep, team: Id, verdict: Verdict) -> Next<GroupStage> {
        let way = Removal::Delete;
        match verdict {
            Verdict::Done(response) if messages::is_garbled(&response) => {
                Next::Later(GroupStage::Delete { team, way }, GARBLED.into(), None)
            }
            Verdict::Gone if is_planted(Bug::NotFoundOnDeleteIsFailure) => Next::Ended(Err(GONE.into())),
            // Whether it is gone is for another reading to say: only then it is forgotten.
            Verdict::Done(response) if response.status() != StatusCode::NO_CONTENT => self.unproven(),
            Verdict::Gone if !is_planted(Bug::NotFoundOnWriteIsGone) => {
                Next::Now(GroupStage::Delete { team, way: Removal::Confirm })
            }
            Verdict::Done(_) | Verdict::Gone => self.team_is_deleted(step, &team),
            Verdict::NotDone(error, at) => Next::Later(GroupStage::Delete { team, way }, error, at),
            Verdict::Unknown(error) | Verdict::Missing(error) => {
                Next::Later(GroupStage::Delete { team, way }, error, None)
            }
            Verdict::Refused(error)
            | Verdict::Conflict(error)
            | Verdict::Token(error)
            | Verdict::NotInThisForm(error)
            | Verdict::Unsupported(error)
            | Verdict::Moved(error) => Next::Ended(Err(error)),
        }
    }

    fn deletion_confirmed(&mut self, step: &GroupStep, team: Id, verdict: Verdict) -> Next<GroupStage> {
        match Confirmed::of(verdict, |response| shows_team(response, &team)) {
            Confirmed::Gone => self.team_is_deleted(step, &team),
            Confirmed::Later { is_there, error, at } => {
                let way = if is_there { Removal::Delete } else { Removal::Confirm };
                Next::Later(GroupStage::Delete { team, way }, error, at)
            }
            Confirmed::Refused(error) => Next::Ended(Err(error)),
        }
    }

    fn team_is_deleted(&mut self, step: &GroupStep, team: &Id) -> Next<GroupStage> {
        if self.state.ledger.group_owner(team).is_some() {
            self.lose_team(&step.group);
        } else {
            self.state.remote.remove_team(team);
        }
        Next::Ended(Ok(()))
    }

    fn tells_members(&self, team: &str) -> bool {
        self.state.remote.team(team).is_none_or(|team| team.knowledge == Knowledge::Told)
    }

    fn note_chunk(&mut self, team: &str, chunk: &GroupChunk) {
        if self.tells_members(team) {
            self.state.remote.change_members(team, &chunk.add, &chunk.remove);
        } else {
            self.members_were_sent(team, chunk);
        }
        if let Some(name) = &chunk.rename {
            self.state.remote.rename_team(team, name);
        }
    }
}

fn shows_team(response: &Response, id: &str) -> bool {
    shown(response).is_some_and(|team| *team.id == *id)
}

fn shown(response: &Response) -> Option<Team> {
    messages::team(Group::from_slice(response.body()).ok()?)
}
