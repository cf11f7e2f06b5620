//! The engine: reads the tenant, plans, and carries the plan out, without I/O and without a clock.
//!
//! There is one way out of it, [`Engine::poll`], and four ways in: [`Engine::receive`] for answers, [`Engine::change`] for what
//! happens in the directory, [`Engine::approve`] and [`Engine::reauthorise`] for what a person decides.
//!
//! Times are wall-clock times on purpose: they must survive a restart, and `Retry-After` is one. A clock that jumps back only
//! delays, within the bound of `limits::SYNC_RETRY_AFTER_MAX_SECONDS`.

mod answer;
mod chunk;
mod flight;
mod group_answers;
mod job;
mod learned;
mod messages;
mod notes;
mod poll;
mod proof;
mod reading;
mod running;
mod search;
#[cfg(test)]
mod tests;
mod user_answers;

use alloc::{
    collections::{BTreeMap, VecDeque},
    string::String,
    vec::Vec,
};
use core::mem;

use jiff::{SignedDuration, Timestamp};

pub use flight::RequestId;
pub use poll::{NotThisPlan, Outcome, Outgoing, Poll, Progress, Summary, TransportFailure};

use self::{
    answer::judge, flight::Flight, learned::Learned, proof::Proofs, reading::Reading, running::Running,
};
use super::{
    Config, ConfigError, Review,
    event::{Event, EventName},
    journal::{self, Record, Replayed, ResumeError},
    plan::{Conflict, Digest, Plan, Trip},
    planted::{Bug, is_planted},
    state::{Desired, State},
    uncertain::Uncertain,
};
use crate::{
    directory::{Change, Snapshot},
    entropy::Seeded,
    limits::{SYNC_ANSWER_SECONDS, SYNC_RECORDS_HELD_MAX},
    scim::client::Endpoint,
    wire::{Response, Secret, bearer},
};

/// Why the engine stands still.
#[derive(Debug)]
enum Stop {
    Cancelled,
    Token(String),
    Unreadable(String),
}

impl Stop {
    fn reason(&self) -> &str {
        match self {
            Self::Cancelled => "cancelled before it was done",
            Self::Token(reason) | Self::Unreadable(reason) => reason,
        }
    }
}

#[derive(Debug)]
enum Phase {
    /// Reads the whole tenant.
    Reading(Reading),
    /// A plan was made, and is carried out or waits for approval. An approval ends with what it was given for (D2).
    Planned {
        plan: Plan,
        approved: Option<Digest>,
    },
    Running(Running),
    Stopped(Stop),
    /// Follows the directory's changes.
    Idle,
}

/// What a phase says to a poll.
#[expect(clippy::large_enum_variant, reason = "it is moved once a poll")]
enum Turn {
    /// The phase has changed, or records must be stored: look again.
    Again,
    Finished,
    Poll(Poll),
}

/// Records that wait to be stored.
#[derive(Debug, Default)]
struct Outbox {
    records: Vec<Record>,
    is_urgent: bool,
}

impl Outbox {
    fn push(&mut self, record: Record) {
        self.records.push(record);
    }

    fn push_urgent(&mut self, record: Record) {
        self.records.push(record);
        self.is_urgent = true;
    }

    fn take(&mut self) -> Vec<Record> {
        mem::take(self).records
    }
}

/// Brings a tenant to what a directory says, and keeps it there.
///
/// ```
/// use heap_identity::{directory::Snapshot, sync::{Config, Engine, Poll}, wire::Secret};
/// let config = Config::new("https://heapanalytics.com/scim/v2/acme", Secret::new("token".into()))?;
/// let mut engine = Engine::new(config, &Snapshot::builder().complete()?, 42);
/// let now = "2026-03-01T10:00:00Z".parse()?;
/// // First the journal is opened, then the tenant is read.
/// assert!(matches!(engine.poll(now), Poll::Persist(_)));
/// let Poll::Send(out) = engine.poll(now) else { panic!("expected a request") };
/// assert_eq!(out.request.uri().path(), "/scim/v2/acme/Users");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Engine {
    config: Config,
    /// Where requests go, by the configuration.
    endpoint: Endpoint,
    state: State,
    uncertain: Uncertain,
    phase: Phase,
    outbox: Outbox,
    events: VecDeque<Event>,
    flights: BTreeMap<RequestId, Flight>,
    jitter: Seeded,
    quiet_until: Option<Timestamp>,
    next_request: u64,
    requests: BTreeMap<&'static str, u64>,
    writes: u64,
    learned: Learned,
    event_ids: Seeded,
    /// What we know of Heap may be wrong: it is read again before a change is planned.
    must_read: bool,
    /// What was accepted without being shown, to be told by another reading.
    proofs: Proofs,
    /// Nothing more is begun.
    is_cancelled: bool,
    /// Conflicts that were told since the engine was last done.
    told_conflicts: Vec<Conflict>,
    conflicts: usize,
    steps: usize,
    failed: usize,
}

impl Engine {
    /// An engine without a past. `seed` feeds the jitter of repetitions; any number will do.
    pub fn new(config: Config, directory: &Snapshot, seed: u64) -> Self {
        let mut engine = Self::with(config, directory, seed, Replayed::default());
        engine.outbox.push_urgent(journal::opened(&engine.config.integration()).record());
        engine
    }

    /// An engine that goes on from the records that an earlier one persisted.
    ///
    /// A last record that a crash has torn is passed over. Take it out of the store before anything is appended behind it, or
    /// store [`Engine::compacted_journal`] in place of all records.
    ///
    /// # Errors
    /// The journal belongs to another tenant or a later version, or is damaged before its last record.
    pub fn resume(
        config: Config,
        directory: &Snapshot,
        seed: u64,
        records: impl IntoIterator<Item = Record>,
    ) -> Result<Self, ResumeError> {
        let replayed = Replayed::of(&config.integration(), records)?;
        if !replayed.is_opened {
            return Ok(Self::new(config, directory, seed));
        }
        let mut engine = Self::with(config, directory, seed, replayed);
        if is_planted(Bug::GuardSkippedOnResume) {
            engine.config.guards = None;
        }
        Ok(engine)
    }

    fn with(config: Config, directory: &Snapshot, seed: u64, replayed: Replayed) -> Self {
        Self {
            endpoint: config.endpoint(),
            config,
            state: State::new(Desired::from(directory), replayed.ledger),
            uncertain: replayed.uncertain,
            phase: Phase::Reading(Reading::new(&Learned::new())),
            outbox: Outbox::default(),
            events: VecDeque::new(),
            flights: BTreeMap::new(),
            jitter: Seeded::new(seed),
            quiet_until: None,
            next_request: 1,
            requests: BTreeMap::new(),
            writes: 0,
            learned: Learned::new(),
            event_ids: Seeded::new(!seed),
            must_read: false,
            proofs: Proofs::default(),
            is_cancelled: false,
            told_conflicts: Vec::new(),
            conflicts: 0,
            steps: 0,
            failed: 0,
        }
    }

    /// The one drain: what to do next. Call it after each of its answers was acted on, and after each call of another method.
    pub fn poll(&mut self, now: Timestamp) -> Poll {
        self.give_up_answers(now);
        loop {
            if self.outbox.is_urgent || self.outbox.records.len() >= SYNC_RECORDS_HELD_MAX {
                return Poll::Persist(self.outbox.take());
            }
            match self.turn(now) {
                Turn::Again => {}
                Turn::Poll(poll) => return poll,
                Turn::Finished if !self.outbox.records.is_empty() => {
                    return Poll::Persist(self.outbox.take());
                }
                Turn::Finished => return Poll::Done(self.summary()),
            }
        }
    }

    fn turn(&mut self, now: Timestamp) -> Turn {
        match mem::replace(&mut self.phase, Phase::Idle) {
            Phase::Reading(reading) => self.turn_reading(reading, now),
            Phase::Planned { plan, approved } => self.turn_planned(plan, approved, now),
            Phase::Running(mut running) => match self.run(&mut running, now) {
                Turn::Finished => {
                    self.is_cancelled = false;
                    self.look_at_conflicts_again(&running);
                    self.steps += running.done;
                    self.failed += running.failed;
                    if let Some(stop) = running.stopping.take() {
                        self.tell_unfinished(&running, &stop, now);
                        self.phase = Phase::Stopped(stop);
                    }
                    Turn::Again
                }
                turn => {
                    self.phase = Phase::Running(running);
                    turn
                }
            },
            Phase::Stopped(stop) => {
                self.phase = Phase::Stopped(stop);
                Turn::Finished
            }
            Phase::Idle if self.proofs.begin() => {
                // The comparison tries again what failed, and finds again what is in conflict.
                (self.failed, self.conflicts) = (0, 0);
                self.phase = Phase::Reading(Reading::new(&self.learned));
                Turn::Again
            }
            Phase::Idle if self.state.desired.is_touched() && self.must_read => {
                self.phase = Phase::Reading(Reading::new(&self.learned));
                Turn::Again
            }
            Phase::Idle if self.state.desired.is_touched() => {
                let touched = self.state.desired.take_touched();
                let mut plan = Plan::of_touched(&self.state, self.config.changed_user_name, &touched);
                plan.forget_conflicts(&self.told_conflicts);
                self.phase = Phase::Planned { plan, approved: None };
                Turn::Again
            }
            Phase::Idle => {
                self.told_conflicts.clear();
                Turn::Finished
            }
        }
    }

    /// A step may have freed the name that a conflict of the same plan was about: as long as steps succeed, conflicts are planned
    /// again, and what stays one is not told twice. Likewise for accounts that were found again under another user name (R22).
    fn look_at_conflicts_again(&mut self, running: &Running) {
        if running.stopping.is_some() || self.must_read || running.done == running.failed {
            return;
        }
        self.told_conflicts.extend(running.conflicts().cloned());
        for conflict in &self.told_conflicts {
            if conflict.kind.is_of_group() {
                self.state.desired.touch_group(&conflict.id);
            } else {
                self.state.desired.touch_person(&conflict.id);
            }
        }
        for person in running.found_again() {
            self.state.desired.touch_person(person);
        }
    }

    fn turn_reading(&mut self, reading: Reading, now: Timestamp) -> Turn {
        let turn = if !self.flights.is_empty() {
            self.wait(None, now)
        } else if mem::take(&mut self.is_cancelled) {
            self.phase = Phase::Stopped(Stop::Cancelled);
            return Turn::Again;
        } else if !reading.attempts.is_due(now) {
            self.wait(reading.attempts.not_before, now)
        } else if let Some(until) = self.is_quiet(now) {
            self.wait(Some(until), now)
        } else {
            let (task, request) = self.next_read(&reading);
            Turn::Poll(Poll::Send(self.launch(task, request, None, now)))
        };
        self.phase = Phase::Reading(reading);
        turn
    }

    fn turn_planned(&mut self, plan: Plan, approved: Option<Digest>, now: Timestamp) -> Turn {
        if mem::take(&mut self.is_cancelled) {
            self.phase = Phase::Stopped(Stop::Cancelled);
            return Turn::Again;
        }
        if self.state.desired.is_touched() {
            // The directory has moved on since the plan was made: it is made anew, and an approval of the old one is void.
            if !self.must_read {
                drop(self.state.desired.take_touched());
                let plan = Plan::of_everything(&self.state, self.config.changed_user_name);
                self.phase = Phase::Planned { plan, approved: None };
            }
            return Turn::Again;
        }
        if plan.is_empty() {
            return Turn::Again;
        }
        if self.needs_approval(&plan, approved).is_some() {
            self.phase = Phase::Planned { plan, approved: None };
            return Turn::Finished;
        }
        self.state.reserve(plan.counts().users_created);
        let running = Running::new(plan, now);
        self.conflicts += running.conflicts().count();
        self.tell_conflicts(&running, now);
        self.phase = Phase::Running(running);
        Turn::Again
    }

    fn needs_approval(&self, plan: &Plan, approved: Option<Digest>) -> Option<(Digest, Vec<Trip>)> {
        let trips = self.config.guards.as_ref().map(|guards| plan.tripped(guards)).unwrap_or_default();
        let is_reviewed = self.config.review == Review::Always && plan.has_writes();
        if trips.is_empty() && !is_reviewed {
            return None;
        }
        let digest = plan.digest();
        (approved != Some(digest)).then_some((digest, trips))
    }

    fn summary(&mut self) -> Summary {
        let outcome = match &self.phase {
            Phase::Planned { plan, approved } => match self.needs_approval(plan, *approved) {
                Some((digest, trips)) => Outcome::AwaitingApproval { digest, trips },
                None => Outcome::Finished,
            },
            Phase::Stopped(Stop::Cancelled) => Outcome::Cancelled,
            Phase::Stopped(Stop::Token(reason)) => Outcome::TokenRefused { reason: reason.clone() },
            Phase::Stopped(Stop::Unreadable(reason)) => Outcome::Unreadable { reason: reason.clone() },
            _ => Outcome::Finished,
        };
        Summary {
            outcome,
            steps: mem::take(&mut self.steps),
            failed: mem::take(&mut self.failed),
            conflicts: mem::take(&mut self.conflicts),
        }
    }

    /// Hands over the answer to a request, or why there is none. An answer that comes twice or too late is passed over.
    pub fn receive(&mut self, id: RequestId, result: Result<Response, TransportFailure>, now: Timestamp) {
        // Also the answer to a request that was given up asks for a pause.
        self.keep_quiet(&result, now);
        let Some(mut flight) = self.flights.remove(&id) else { return };
        let times = match (&mut self.phase, &mut flight.job) {
            (_, Some(job)) => job.attempts.note_refusal(&result, job.work.is_look()),
            (Phase::Reading(reading), None) => reading.attempts.note_refusal(&result, false),
            _ => 0,
        };
        let verdict = judge(result, times, &self.config.bearer_token, now);
        match (mem::replace(&mut self.phase, Phase::Idle), flight.job) {
            (Phase::Reading(reading), None) => {
                if let Some(reading) = self.read(reading, verdict, now) {
                    self.phase = Phase::Reading(reading);
                }
            }
            (Phase::Running(mut running), Some(job)) => {
                self.job_answered(&mut running, job, verdict, now);
                self.phase = Phase::Running(running);
            }
            (phase, _) => self.phase = phase,
        }
    }

    /// Takes over what happened in the directory. It is planned and carried out once nothing else is under way; what is planned
    /// already and not yet sent for the same person or group is given up for it.
    pub fn change(&mut self, change: Change) {
        if let Change::Joined { group, person } | Change::Left { group, person } = &change {
            self.state.foresee(group, person);
        }
        // While groups are not managed they are not read either (D7).
        self.must_read |=
            matches!(change, Change::GroupManagement(true)) && !self.state.desired.has_group_management();
        self.state.desired.apply(change);
    }

    /// Approves the plan that waits, by the digest that it was shown with (D2).
    ///
    /// # Errors
    /// [`NotThisPlan`] when no plan waits, or another one.
    pub fn approve(&mut self, digest: Digest) -> Result<(), NotThisPlan> {
        let approved = match &mut self.phase {
            Phase::Planned { plan, approved } if plan.digest() == digest => approved,
            // Before the plan is made, an approval is taken on trust: it holds for this digest alone.
            Phase::Reading(reading) => &mut reading.approved,
            _ => return Err(NotThisPlan),
        };
        *approved = Some(digest);
        Ok(())
    }

    /// Gives a plan that waits for approval up; what it wanted is seen again by the next comparison.
    pub fn dismiss(&mut self) {
        if matches!(self.phase, Phase::Planned { .. }) {
            self.phase = Phase::Idle;
        }
    }

    /// Begins nothing more: what is under way is waited for and noted, then the engine is done with [`Outcome::Cancelled`]. It goes
    /// on after [`Engine::reconcile`], or in another process from the journal. Without effect while nothing is being done.
    pub fn cancel(&mut self) {
        match &mut self.phase {
            Phase::Running(running) => {
                running.stopping.get_or_insert(Stop::Cancelled);
            }
            Phase::Reading(_) | Phase::Planned { .. } => self.is_cancelled = true,
            Phase::Idle if self.state.desired.is_touched() => self.phase = Phase::Stopped(Stop::Cancelled),
            Phase::Idle | Phase::Stopped(_) => {}
        }
    }

    /// Replaces the token, and reads the tenant again (R19). The attempt is an event of the integration (R38), told by whoever
    /// verifies the token: `connector::Application::conclude`.
    ///
    /// # Errors
    /// A token that cannot stand in a header.
    pub fn reauthorise(&mut self, token: Secret) -> Result<(), ConfigError> {
        bearer(&token)?;
        self.config.bearer_token = token;
        self.endpoint = self.config.endpoint();
        self.reconcile();
        Ok(())
    }

    /// Reads the whole tenant again and compares everything: finds drift, and what earlier failed. Without effect while a
    /// reading or a plan is under way.
    pub fn reconcile(&mut self) {
        if matches!(self.phase, Phase::Idle | Phase::Planned { .. } | Phase::Stopped(_)) {
            self.proofs.begin_anew();
            self.phase = Phase::Reading(Reading::new(&self.learned));
        }
    }

    /// The plan that waits for approval or is being carried out.
    pub fn plan(&self) -> Option<&Plan> {
        match &self.phase {
            Phase::Planned { plan, .. } => Some(plan),
            Phase::Running(running) => Some(&running.plan),
            _ => None,
        }
    }

    /// How far the plan is that is being carried out; `None` while none is.
    pub fn progress(&self, now: Timestamp) -> Option<Progress> {
        let Phase::Running(running) = &self.phase else { return None };
        let total = running.plan.steps().len() - running.conflicts().count();
        Some(Progress { done: running.done, total, elapsed: now.duration_since(running.since) })
    }

    /// The events since the last call, in order: one for each step that was tried (R39-R41). Those of the integration itself (R38)
    /// are told where an administrator changes it, by `connector::Application`.
    pub fn events(&mut self) -> impl Iterator<Item = Event> + '_ {
        self.events.drain(..)
    }

    /// How many requests were sent, by kind.
    pub fn requests(&self) -> &BTreeMap<&'static str, u64> {
        &self.requests
    }

    /// How many of the requests were writes.
    pub fn writes(&self) -> u64 {
        self.writes
    }

    /// The shortest journal with the meaning of all records so far, to be stored in their place.
    pub fn compacted_journal(&self) -> Vec<Record> {
        journal::compacted(&self.config.integration(), &self.state.ledger, &self.uncertain)
    }

    /// The account at Heap that is a person's, by directory id.
    pub fn account_of(&self, person: &str) -> Option<&str> {
        self.state.ledger.link(person).map(|link| &*link.remote)
    }

    /// The group at Heap that is a group's, by directory id, while it is synced.
    pub fn team_of(&self, group: &str) -> Option<&str> {
        self.state.ledger.group_link(group).filter(|link| link.managed).map(|link| &*link.remote)
    }

    fn finish_reading(&mut self, reading: Reading, now: Timestamp) {
        let approved = reading.approved;
        self.must_read = false;
        self.state.set_remote(reading.into_remote());
        self.forget_what_is_told();
        self.settle_uncertain(now);
        self.judge_roles(now);
        drop(self.state.desired.take_touched());
        let plan = Plan::of_everything(&self.state, self.config.changed_user_name);
        self.tell_proven(&plan, now);
        self.phase = Phase::Planned { plan, approved };
    }

    /// The tenant could not be read: nobody could be looked up, whatever there was to do (R39).
    fn reading_failed(&mut self, stop: Stop, now: Timestamp) {
        self.tell(EventName::UserLookupProvision, None, 1, Some(stop.reason().into()), now);
        // Pages by index are tried first again: a gateway may have refused them for a moment.
        self.learned.lists_by_cursor = false;
        self.phase = Phase::Stopped(stop);
    }

    fn give_up_answers(&mut self, now: Timestamp) {
        if self.flights.is_empty() {
            return;
        }
        // A time that is further off than any answer is waited for was set before the clock jumped back.
        let longest =
            now.checked_add(SignedDuration::from_secs(SYNC_ANSWER_SECONDS)).unwrap_or(Timestamp::MAX);
        for flight in self.flights.values_mut() {
            flight.give_up_at = flight.give_up_at.min(longest);
        }
        let late = |(id, flight): (&RequestId, &Flight)| (flight.give_up_at <= now).then_some(*id);
        let late: Vec<RequestId> = self.flights.iter().filter_map(late).collect();
        for id in late {
            self.receive(id, Err(TransportFailure::OutcomeUnknown), now);
        }
    }
}
