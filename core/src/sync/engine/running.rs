//! Carrying a plan out: stage by stage, several requests at once within a stage.

use alloc::{collections::VecDeque, format, string::String};

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use super::{
    Engine, Outgoing, Poll, RequestId, Stop, TransportFailure, Turn,
    answer::{Attempts, Verdict},
    flight::{Flight, Task},
    job::{GroupStage, Job, Teller, UserStage, Way, Wish, Work},
};
use crate::{
    limits::{SYNC_ANSWER_SECONDS, SYNC_RETRY_AFTER_MAX_SECONDS},
    sync::{
        event::{EventName, EventResource},
        journal::Entry,
        plan::{Conflict, GroupVerb, Plan, Reason, Step, UserVerb},
        planted::{Bug, is_planted},
    },
    wire::{Request, Response, retry_after},
};

/// A plan on its way.
#[derive(Debug)]
pub(super) struct Running {
    pub(super) plan: Plan,
    stage: Stage,
    /// The jobs of this stage that are not under way.
    queue: VecDeque<Job>,
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
            Self::Later(stage, error, at) => Next::Later(work(stage), error, at),
            Self::Now(stage) => Next::Now(work(stage)),
            Self::Stopped(stop, stage) => Next::Stopped(stop, work(stage)),
        }
    }
}

impl Running {
    pub(super) fn new(plan: Plan, since: Timestamp) -> Self {
        let queue = jobs(&plan, Stage::Accounts);
        Self { plan, stage: Stage::Accounts, queue, stopping: None, done: 0, failed: 0, since }
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

    /// Puts the next due job in front. When none is due: the earliest time at which one will be.
    fn due(&mut self, now: Timestamp) -> Result<Job, Option<Timestamp>> {
        let position = self.queue.iter().position(|job| job.attempts.is_due(now));
        match position.and_then(|position| self.queue.remove(position)) {
            Some(job) => Ok(job),
            None => Err(self.queue.iter().filter_map(|job| job.attempts.not_before).min()),
        }
    }
}

fn jobs(plan: &Plan, stage: Stage) -> VecDeque<Job> {
    plan.steps().iter().filter(|step| Stage::of(step) == Some(stage)).filter_map(Job::new).collect()
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
                        running.stage = stage;
                        running.queue = jobs(&running.plan, stage);
                        continue;
                    }
                    None => return Turn::Finished,
                },
            };
            let wish = self.wish(&mut job);
            if self.outbox.is_urgent && matches!(wish, Wish::Send(..)) {
                // What was not ours a moment ago is not written before the journal says that it is now.
                self.intend_more(running, now);
                running.queue.push_front(job);
                return Turn::Again;
            }
            match wish {
                Wish::Intent(entry) => {
                    self.intend(&mut job, entry);
                    self.intend_more(running, now);
                    running.queue.push_front(job);
                    return Turn::Again;
                }
                Wish::Send(task, request) => {
                    job.teller.requests += 1;
                    return Turn::Poll(Poll::Send(self.launch(task, request, Some(job), now)));
                }
                Wish::End(result) => self.end(running, job.teller, result, now),
                Wish::Drop => {
                    self.must_read |= job.is_unsettled;
                    running.done += 1;
                    let result = job.work.overtaken();
                    self.tell_tried(job, result, now);
                }
            }
        }
    }

    /// Writes the intents and links of the jobs that come next along with one that is needed now: one durable write for all of them.
    fn intend_more(&mut self, running: &mut Running, now: Timestamp) {
        let more = self.config.in_flight_max.saturating_sub(1);
        for job in
            running.queue.iter_mut().filter(|job| !job.has_intent && job.attempts.is_due(now)).take(more)
        {
            if let Wish::Intent(entry) = self.wish(job) {
                self.intend(job, entry);
            }
        }
    }

    /// From here on the outcome of the creation is uncertain until it is linked, whatever becomes of this job (D12); likewise that
    /// of a change of members that Heap does not tell (F13).
    fn intend(&mut self, job: &mut Job, entry: Entry) {
        if is_planted(Bug::PersistAfterSend) {
            self.outbox.push(entry.record());
        } else {
            self.outbox.push_urgent(entry.record());
        }
        match (&mut job.work, entry) {
            (
                Work::Group { stage: GroupStage::Change(change), .. },
                Entry::MembersIntent { team, members },
            ) => {
                change.is_announced = true;
                self.state.doubt_members(&team, &members);
                return;
            }
            (Work::User { step, .. }, _) => {
                self.uncertain.user_intended(&step.person, &step.user_name);
            }
            (Work::Group { step, .. }, _) => {
                self.uncertain.groups.insert(step.group.clone(), step.name.clone());
            }
        }
        job.has_intent = true;
    }

    /// Takes an answer for a job.
    pub(super) fn job_answered(&mut self, running: &mut Running, job: Job, verdict: Verdict, now: Timestamp) {
        let is_unsettled = job.is_unsettled || matches!(verdict, Verdict::Unknown(_));
        let Job { work, teller, mut attempts, has_intent, .. } = job;
        let next = match work {
            Work::User { step, stage } => {
                let next = self.user_answer(&step, stage, verdict, now);
                next.map(|stage| Work::User { step, stage })
            }
            Work::Group { step, stage } => {
                let next = self.group_answer(&step, stage, verdict);
                next.map(|stage| Work::Group { step, stage })
            }
        };
        match next {
            Next::Ended(result) => {
                self.must_read |= is_unsettled && result.is_err();
                self.end(running, teller, result, now);
            }
            Next::Now(work) => {
                // Failures count for the whole step, so that it ends; a chunk that was written is progress.
                let is_progress = matches!(&work, Work::Group { stage: GroupStage::Change(change), .. } if matches!(change.way, Way::Patch));
                let failures = if is_progress { 0 } else { attempts.failures };
                let attempts = Attempts { failures, waits: attempts.waits, not_before: None };
                running.queue.push_front(Job { work, teller, attempts, has_intent, is_unsettled: false });
            }
            Next::Later(work, error, _) if attempts.are_spent() => {
                self.must_read |= is_unsettled;
                let tries = attempts.failures.max(attempts.waits).saturating_add(1);
                let error = format!("given up after {tries} attempts: {error}");
                if matches!(work, Work::User { stage: UserStage::Search(_), .. }) {
                    let resource = Some(teller.resource.clone());
                    self.tell(EventName::UserLookupProvision, resource, tries, Some(error.clone()), now);
                }
                self.end(running, teller, Err(error), now);
            }
            Next::Later(work, _, at) => {
                attempts.wait(at, now, &mut self.jitter);
                running.queue.push_back(Job { work, teller, attempts, has_intent, is_unsettled });
            }
            Next::Stopped(stop, work) => {
                running.queue.push_front(Job { work, teller, attempts, has_intent, is_unsettled });
                running.stopping = Some(stop);
            }
        }
    }

    fn end(&mut self, running: &mut Running, teller: Teller, result: Result<(), String>, now: Timestamp) {
        running.done += 1;
        running.failed += usize::from(result.is_err());
        self.tell_outcome(teller, result, now);
    }

    fn tell_outcome(&mut self, teller: Teller, result: Result<(), String>, now: Timestamp) {
        if let Some(name) = teller.name {
            let Teller { resource, changes, requests, .. } = teller;
            self.tell_changes(name, Some(resource), changes, requests, result.err(), now);
        }
    }

    /// A step that ends before its time was an attempt if anything was sent for it (R41).
    fn tell_tried(&mut self, job: Job, result: Result<(), String>, now: Timestamp) {
        if job.teller.requests > 0 {
            self.tell_outcome(job.teller, result, now);
        }
    }

    /// What was tried and had not ended when everything stopped.
    pub(super) fn tell_unfinished(&mut self, running: Running, stop: &Stop, now: Timestamp) {
        for job in running.queue {
            self.tell_tried(job, Err(stop.reason().into()), now);
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
        let Some(until) = retry_after(response, now).filter(|_| is_asked) else { return };
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
