//! Carrying a plan out: stage by stage, several requests at once within a stage.

use alloc::{collections::VecDeque, format, string::String, vec::Vec};

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use super::{
    Engine, Outgoing, Poll, RequestId, Stop, TransportFailure, Turn,
    answer::{Attempts, Verdict},
    flight::{Flight, Task},
    job::{GroupStage, Job, UserStage, Way, Wish, Work, told},
    search::Search,
};
use crate::{
    limits::{SYNC_ANSWER_SECONDS, SYNC_RETRY_AFTER_MAX_SECONDS},
    sync::{
        event::{EventName, EventResource},
        journal::Entry,
        plan::{Conflict, GroupStep, GroupVerb, Plan, Reason, Step, UserStep, UserVerb},
        planted::{Bug, is_planted},
        state::Id,
    },
    wire::{Request, Response, retry_after},
};

/// A plan on its way.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) plan: Plan,
    stage: Stage,
    /// The first step that this stage has not looked at.
    next: usize,
    /// The jobs of this stage that are begun and go on at once,
    ready: VecDeque<Job>,
    /// and those that are tried again once their time has come and nothing else is to be begun.
    waiting: VecDeque<Job>,
    /// The token was refused: nothing more is sent, answers are still taken.
    pub(super) stopping: Option<Stop>,
    pub(super) done: usize,
    pub(super) failed: usize,
    /// When it began.
    pub(super) since: Timestamp,
}

/// The order in which it matters: an account before its memberships, groups before deactivations (F06).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
enum Stage {
    Accounts,
    Groups,
    GroupDeletions,
    Deactivations,
}

impl Stage {
    const fn next(self) -> Option<Self> {
        match self {
            Self::Accounts => Some(Self::Groups),
            Self::Groups => Some(Self::GroupDeletions),
            Self::GroupDeletions => Some(Self::Deactivations),
            Self::Deactivations => None,
        }
    }

    fn of(step: &Step) -> Option<Self> {
        match step {
            Step::Conflict(_) => None,
            Step::Group(step) => match step.verb {
                GroupVerb::Delete => Some(Self::GroupDeletions),
                _ if is_planted(Bug::MembershipBeforePerson) => Some(Self::Accounts),
                _ => Some(Self::Groups),
            },
            Step::User(step) => match step.verb {
                UserVerb::Deactivate => Some(Self::Deactivations),
                _ if is_planted(Bug::MembershipBeforePerson) => Some(Self::Groups),
                _ => Some(Self::Accounts),
            },
        }
    }
}

/// What becomes of a step after an answer; `S` is where it then stands.
pub(super) enum Next<S> {
    /// It has ended.
    Ended(Result<(), String>),
    /// It has ended in a way that only another reading can tell.
    Unproven,
    /// It goes on after a wait.
    Later(S, String, Option<Timestamp>),
    /// It goes on at once.
    Now(S),
    /// Nothing more can be sent.
    Stopped(Stop, S),
}

impl<S> Next<S> {
    fn map<T>(self, work: impl FnOnce(S) -> T) -> Next<T> {
        match self {
            Self::Ended(result) => Next::Ended(result),
            Self::Unproven => Next::Unproven,
            Self::Later(stage, error, at) => Next::Later(work(stage), error, at),
            Self::Now(stage) => Next::Now(work(stage)),
            Self::Stopped(stop, stage) => Next::Stopped(stop, work(stage)),
        }
    }
}

impl Running {
    pub(super) fn new(plan: Plan, since: Timestamp) -> Self {
        Self {
            plan,
            stage: Stage::Accounts,
            next: 0,
            ready: VecDeque::new(),
            waiting: VecDeque::new(),
            stopping: None,
            done: 0,
            failed: 0,
            since,
        }
    }

    pub(super) fn conflicts(&self) -> impl Iterator<Item = &Conflict> {
        self.plan.steps().iter().filter_map(|step| match step {
            Step::Conflict(conflict) => Some(conflict),
            _ => None,
        })
    }

    /// People whose account was found again under another user name.
    pub(super) fn found_again(&self) -> impl Iterator<Item = &str> {
        self.plan.steps().iter().filter_map(|step| match step {
            Step::User(step) if step.reason == Reason::SameDirectoryId => Some(step.person.as_str()),
            _ => None,
        })
    }

    /// A job for the stage's next step; `None` when all have one.
    fn begin(&mut self) -> Option<Job> {
        let mut rest = self.plan.steps().iter().enumerate().skip(self.next);
        let found = rest.find(|(_, step)| Stage::of(step) == Some(self.stage));
        self.next = found.map_or(self.plan.steps().len(), |(number, _)| number + 1);
        found.and_then(|(number, step)| Job::new(number, step))
    }

    /// Takes the next due job. When none is due: the earliest time at which one will be.
    fn due(&mut self, now: Timestamp) -> Result<Job, Option<Timestamp>> {
        if let Some(job) = self.ready.pop_front().or_else(|| self.begin()) {
            return Ok(job);
        }
        let position = self.waiting.iter().position(|job| job.attempts.is_due(now));
        match position.and_then(|position| self.waiting.remove(position)) {
            Some(job) => Ok(job),
            None => Err(self.waiting.iter().filter_map(|job| job.attempts.not_before).min()),
        }
    }
}

impl Engine {
    /// The next thing to do for a plan on its way.
    pub(super) fn run(&mut self, running: &mut Running, now: Timestamp) -> Turn {
        loop {
            if self.flights.len() >= self.config.in_flight_max.max(1) {
                return self.wait(None, now);
            }
            if running.stopping.is_some() {
                return if self.flights.is_empty() { Turn::Finished } else { self.wait(None, now) };
            }
            if let Some(until) = self.is_quiet(now) {
                return self.wait(Some(until), now);
            }
            let mut job = match running.due(now) {
                Ok(job) => job,
                Err(None) if !self.flights.is_empty() => return self.wait(None, now),
                Err(Some(at)) => return self.wait(Some(at), now),
                Err(None) => match running.stage.next() {
                    Some(stage) => {
                        (running.stage, running.next) = (stage, 0);
                        continue;
                    }
                    None => return Turn::Finished,
                },
            };
            let Some(step) = running.plan.steps().get(job.step) else { continue };
            let wish = self.wish(step, &mut job);
            if self.outbox.is_urgent && matches!(wish, Wish::Send(..)) {
                // What was not ours a moment ago is not written before the journal says that it is now.
                self.intend_more(running, now);
                running.ready.push_front(job);
                return Turn::Again;
            }
            match wish {
                Wish::Intent => {
                    self.intend(step, &mut job);
                    self.intend_more(running, now);
                    running.ready.push_front(job);
                    return Turn::Again;
                }
                Wish::Send(task, request) => {
                    job.requests += 1;
                    return Turn::Poll(Poll::Send(self.launch(task, request, Some(job), now)));
                }
                Wish::End(Ok(())) if job.work.is_unproven() => {
                    self.end_unproven(running, job.step, job.requests);
                }
                Wish::End(result) => self.end(running, job.step, job.requests, result, now),
                Wish::Drop => {
                    self.must_read |= job.is_unsettled;
                    running.done += 1;
                    self.tell_tried(step, &job, job.work.overtaken(step), now);
                }
            }
        }
    }

    /// Writes the intents and links of the jobs that come next along with one that is needed now: one durable write for all of them.
    fn intend_more(&mut self, running: &mut Running, now: Timestamp) {
        let more = self.config.in_flight_max.saturating_sub(1);
        let begun = running.ready.iter().filter(|job| !job.has_intent).count();
        for _ in begun..more {
            let Some(job) = running.begin() else { break };
            running.ready.push_back(job);
        }
        let Running { plan, ready, waiting, .. } = running;
        let due = ready.iter_mut().chain(waiting.iter_mut().filter(|job| job.attempts.is_due(now)));
        for job in due.filter(|job| !job.has_intent).take(more) {
            let Some(step) = plan.steps().get(job.step) else { continue };
            if let Wish::Intent = self.wish(step, job) {
                self.intend(step, job);
            }
        }
    }

    /// From here on the outcome of the creation is uncertain until it is linked, whatever becomes of this job (D12); likewise that
    /// of a change of members that Heap does not tell (F13).
    fn intend(&mut self, step: &Step, job: &mut Job) {
        let record = match (step, &mut job.work) {
            (_, Work::Group(GroupStage::Change(change))) => {
                change.is_announced = true;
                let members = change.next_chunks().flat_map(|chunk| chunk.add.iter().chain(&chunk.remove));
                let members: Vec<Id> = members.cloned().collect();
                self.state.doubt_members(&change.team, &members);
                let (team, members) = ((&*change.team).into(), members.into());
                Entry::MembersIntent { team, members }.record()
            }
            (Step::User(UserStep { person, user_name, .. }), _) => {
                self.uncertain.user_intended(person, user_name);
                job.has_intent = true;
                Entry::UserIntent { person: person.into(), user_name: user_name.into() }.record()
            }
            (Step::Group(GroupStep { group, name, .. }), _) => {
                self.uncertain.groups.insert(group.clone(), name.clone());
                job.has_intent = true;
                Entry::GroupIntent { group: group.into(), name: name.into() }.record()
            }
            (Step::Conflict(_), _) => return,
        };
        if is_planted(Bug::PersistAfterSend) {
            self.outbox.push(record);
        } else {
            self.outbox.push_urgent(record);
        }
    }

    /// Takes an answer for a job.
    pub(super) fn job_answered(&mut self, running: &mut Running, job: Job, verdict: Verdict, now: Timestamp) {
        let is_unsettled = job.is_unsettled || matches!(verdict, Verdict::Unknown(_) | Verdict::Missing(_));
        let Job { work, mut attempts, .. } = job;
        let Some(step) = running.plan.steps().get(job.step) else { return };
        let was_creation = matches!(work, Work::Group(GroupStage::Create { .. }));
        let next = match (step, work) {
            (Step::User(step), Work::User(stage)) => {
                self.user_answer(step, stage, verdict, now).map(Work::User)
            }
            (Step::Group(step), Work::Group(stage)) => {
                self.group_answer(step, stage, verdict).map(Work::Group)
            }
            _ => return,
        };
        match next {
            // What a gateway refuses may have been done all the same: a group is looked for before it is made in another form.
            Next::Now(Work::Group(GroupStage::Create { .. })) if was_creation && attempts.refusals.1 > 0 => {
                let work = Work::Group(GroupStage::Search(Search::new(None)));
                running.ready.push_front(Job { work, attempts, is_unsettled: false, ..job });
            }
            Next::Ended(result) => {
                self.must_read |= is_unsettled && result.is_err();
                self.end(running, job.step, job.requests, result, now);
            }
            Next::Unproven => self.end_unproven(running, job.step, job.requests),
            Next::Now(work) => {
                // Failures count for the whole step, so that it ends; a chunk that was written is progress.
                let is_progress = matches!(&work, Work::Group(GroupStage::Change(change)) if matches!(change.way, Way::Patch));
                let failures = if is_progress { 0 } else { attempts.failures };
                let attempts = Attempts { failures, not_before: None, ..attempts };
                running.ready.push_front(Job { work, attempts, is_unsettled: false, ..job });
            }
            Next::Later(work, error, _) if attempts.are_spent() => {
                self.must_read |= is_unsettled;
                let tries = attempts.failures.max(attempts.waits).saturating_add(1);
                let error = format!("given up after {tries} attempts: {error}");
                if matches!(work, Work::User(UserStage::Search(_))) {
                    let resource = told(step).map(|(_, resource, _)| resource);
                    self.tell(EventName::UserLookupProvision, resource, tries, Some(error.clone()), now);
                }
                self.end(running, job.step, job.requests, Err(error), now);
            }
            Next::Later(work, _, at) => {
                attempts.wait(at, now, &mut self.jitter);
                running.waiting.push_back(Job { work, attempts, is_unsettled, ..job });
            }
            Next::Stopped(stop, work) => {
                running.ready.push_front(Job { work, attempts, is_unsettled, ..job });
                running.stopping = Some(stop);
            }
        }
    }

    /// A step has ended, after so many requests.
    fn end(
        &mut self,
        running: &mut Running,
        step: usize,
        requests: u32,
        result: Result<(), String>,
        now: Timestamp,
    ) {
        running.done += 1;
        running.failed += usize::from(result.is_err());
        if let Some(step) = running.plan.steps().get(step) {
            self.tell_outcome(step, requests, result, now);
        }
    }

    /// A step has ended, and its outcome is told after another reading.
    fn end_unproven(&mut self, running: &mut Running, step: usize, requests: u32) {
        running.done += 1;
        if let Some(step) = running.plan.steps().get(step) {
            self.proofs.note(step.clone(), requests);
        }
    }

    pub(super) fn tell_outcome(
        &mut self,
        step: &Step,
        requests: u32,
        result: Result<(), String>,
        now: Timestamp,
    ) {
        if let Some((name, resource, changes)) = told(step) {
            self.tell_changes(name, Some(resource), changes, requests, result.err(), now);
        }
    }

    /// A step that ends before its time was an attempt if anything was sent for it (R41).
    fn tell_tried(&mut self, step: &Step, job: &Job, result: Result<(), String>, now: Timestamp) {
        if job.requests > 0 {
            self.tell_outcome(step, job.requests, result, now);
        }
    }

    /// What was tried and had not ended when everything stopped.
    pub(super) fn tell_unfinished(&mut self, running: &Running, stop: &Stop, now: Timestamp) {
        for job in running.ready.iter().chain(&running.waiting) {
            if let Some(step) = running.plan.steps().get(job.step) {
                self.tell_tried(step, job, Err(stop.reason().into()), now);
            }
        }
    }

    /// A conflict is an attempt that was not made, and is told as one (F36, R41).
    pub(super) fn tell_conflicts(&mut self, running: &Running, now: Timestamp) {
        for conflict in running.conflicts() {
            let name = match (conflict.kind.is_of_group(), self.state.ledger.link(&conflict.id).is_some()) {
                (true, _) => EventName::GroupCreateProvision,
                (false, true) => EventName::UserUpdateProvision,
                (false, false) => EventName::UserCreateProvision,
            };
            let resource =
                if conflict.kind.is_of_group() { EventResource::group } else { EventResource::user };
            let resource = resource(&conflict.id, &conflict.name);
            self.tell(name, Some(resource), 0, Some(conflict.kind.explanation().into()), now);
        }
    }

    /// Notes that the other side asks for a pause: it is one for everything, whatever becomes of the step (F08).
    pub(super) fn keep_quiet(&mut self, result: &Result<Response, TransportFailure>, now: Timestamp) {
        let Some(response) = result.as_ref().ok().filter(|_| !is_planted(Bug::RetryAfterIsIgnored)) else {
            return;
        };
        let is_asked =
            [StatusCode::TOO_MANY_REQUESTS, StatusCode::SERVICE_UNAVAILABLE].contains(&response.status());
        if !is_asked {
            return;
        }
        let Some(until) = retry_after(response, now) else { return };
        let longest = now.checked_add(SignedDuration::from_secs(SYNC_RETRY_AFTER_MAX_SECONDS));
        let until = longest.map_or(until, |longest| until.min(longest));
        self.quiet_until = self.is_quiet(now).max(Some(until));
    }

    pub(super) fn is_quiet(&mut self, now: Timestamp) -> Option<Timestamp> {
        let waiting = Attempts { not_before: self.quiet_until, ..Attempts::default() };
        if waiting.is_due(now) {
            self.quiet_until = None;
        }
        self.quiet_until
    }

    /// Registers a request as under way.
    pub(super) fn launch(
        &mut self,
        task: Task,
        request: Request,
        job: Option<Job>,
        now: Timestamp,
    ) -> Outgoing {
        let id = RequestId(self.next_request);
        self.next_request += 1;
        *self.requests.entry(task.name()).or_default() += 1;
        self.writes += u64::from(task.is_write());
        let give_up_at =
            now.checked_add(SignedDuration::from_secs(SYNC_ANSWER_SECONDS)).unwrap_or(Timestamp::MAX);
        self.flights.insert(id, Flight { give_up_at, job });
        Outgoing { id, request, give_up_at }
    }

    /// Waits for an answer, or until a time, whichever comes first.
    pub(super) fn wait(&self, at: Option<Timestamp>, now: Timestamp) -> Turn {
        let answer = self.flights.values().map(|flight| flight.give_up_at).min();
        let soonest = now.checked_add(SignedDuration::from_millis(1)).unwrap_or(Timestamp::MAX);
        Turn::Poll(match (answer, at) {
            (Some(answer), at) => {
                let until = at.map_or(answer, |at| at.min(answer));
                Poll::WaitForResponse { until: until.max(soonest) }
            }
            (None, at) => Poll::WaitUntil(at.unwrap_or(soonest).max(soonest)),
        })
    }
}
