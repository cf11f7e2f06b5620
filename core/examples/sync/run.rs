//! The driver: does what the engine says, round after round, until the tenant equals the directory or nothing more helps.

use std::{
    collections::BTreeMap,
    thread,
    time::{Duration, Instant, SystemTime, UNIX_EPOCH},
};

use heap_identity::{
    scim::ErrorBody,
    sync::{Digest, Engine, Event, EventName, Outcome, Poll, Summary, TransportFailure, Trip},
    wire::{Response, Secret},
};
use indicatif::ProgressBar;
use jiff::Timestamp;
use serde::de::IgnoredAny;

use crate::{
    http::{Answer, Http},
    state::State,
};

/// Rounds without a single successful step after which another one is not tried.
const FRUITLESS_ROUNDS_MAX: u32 = 3;
/// Rounds in all: each gets something done, so this is only for a tenant that never comes to rest.
const ROUNDS_MAX: u32 = 50;
/// Requests in a row, and seconds, without anything getting done, after which the tenant is taken to be out of order.
const IN_VAIN_MAX: u32 = 12;
const IN_VAIN_SECONDS: u64 = 90;
/// The same for a tenant that has never answered at all.
const NEVER_ANSWERED_SECONDS: u64 = 45;
/// The longest wait that the tenant may ask for: with more, the next start goes on from the state file.
const WAIT_SECONDS_MAX: i64 = 120;
/// How many times longer than the first an answer is waited for after time-outs.
const TIMEOUT_FACTOR_MAX: u32 = 6;

/// How the run ended.
pub enum End {
    Equal,
    /// A guard holds the plan back, or it is another plan than the approved one.
    Held {
        digest: Digest,
        trips: Vec<Trip>,
    },
    Failed(String),
}

pub struct Run {
    pub engine: Engine,
    pub http: Http,
    pub state: State,
    pub token: Secret,
    pub timeout: Duration,
    pub bar: ProgressBar,
    pub counts: Counts,
    pub round: Round,
    pub health: Health,
}

/// What was counted over all rounds.
#[derive(Default)]
pub struct Counts {
    pub rounds: u32,
    pub steps: usize,
    /// By the name of the event: how many attempts worked, and how many did not.
    pub events: BTreeMap<&'static str, (usize, usize)>,
}

/// What one round came to.
#[derive(Default)]
pub struct Round {
    succeeded: usize,
    /// Answers that a tenant in order does not give.
    is_troubled: bool,
    /// A write may have been carried out or not, or twice, so the end is proven by another reading.
    is_doubtful: bool,
    pub failures: Vec<Event>,
}

/// How the tenant has answered lately.
pub struct Health {
    has_answered: bool,
    in_vain: u32,
    last_good: Instant,
    timeouts: u32,
    /// What went wrong on the way of the last request.
    cause: Option<String>,
}

impl Health {
    pub fn new() -> Self {
        Self { has_answered: false, in_vain: 0, last_good: Instant::now(), timeouts: 0, cause: None }
    }

    fn explained(&self, reason: String) -> String {
        match &self.cause {
            Some(cause) => format!("{reason}: {cause}"),
            None => reason,
        }
    }

    /// Why it is no use to go on.
    fn complaint(&self) -> Option<String> {
        let seconds = self.last_good.elapsed().as_secs();
        if !self.has_answered && seconds >= NEVER_ANSWERED_SECONDS {
            return Some(format!("no usable answer has come for {seconds} s; is the base URL right?"));
        }
        let is_spent = self.in_vain >= IN_VAIN_MAX && seconds >= IN_VAIN_SECONDS;
        is_spent.then(|| format!("{} requests in {seconds} s have got nothing done", self.in_vain))
    }
}

impl Run {
    /// Rounds until there is no difference, a decision is needed, or nothing more helps.
    pub fn settle(&mut self) -> Result<End, String> {
        let mut fruitless = 0;
        loop {
            self.counts.rounds += 1;
            self.round = Round::default();
            let summary = match self.drive()? {
                Ok(summary) => summary,
                Err(complaint) => return Ok(End::Failed(self.health.explained(complaint))),
            };
            self.counts.steps += summary.steps;
            let is_settled = summary.failed == 0 && !self.round.is_doubtful;
            let mut is_refused = false;
            let reason = match summary.outcome {
                Outcome::Finished if is_settled && summary.conflicts == 0 => return Ok(End::Equal),
                Outcome::Finished if is_settled => {
                    return Ok(End::Failed(format!("conflicts left as they are: {}", summary.conflicts)));
                }
                Outcome::Finished if summary.failed == 0 => "the last writes are not confirmed".into(),
                Outcome::Finished => format!("steps that failed: {}", summary.failed),
                Outcome::AwaitingApproval { digest, trips } => return Ok(End::Held { digest, trips }),
                Outcome::TokenRefused { reason } => {
                    is_refused = true;
                    format!("the token is refused: {reason}")
                }
                Outcome::Unreadable { reason } => reason,
                other => return Err(format!("the engine stands still: {other:?}")),
            };
            fruitless = if self.round.succeeded > 0 { 0 } else { fruitless + 1 };
            // What a tenant in order refuses it will refuse again: one more look is for what another hand changed meanwhile.
            let rounds = if self.round.is_troubled { FRUITLESS_ROUNDS_MAX } else { 2 };
            // A gateway may refuse the first request for a moment: the token is shown again before it is blamed.
            let has_answered = self.health.has_answered || is_refused;
            if fruitless >= rounds || self.counts.rounds >= ROUNDS_MAX || !has_answered {
                return Ok(End::Failed(self.health.explained(reason)));
            }
            thread::sleep(Duration::from_secs(1 << fruitless));
            if is_refused {
                self.engine.reauthorise(self.token.clone()).map_err(|error| error.to_string())?;
            } else {
                self.engine.reconcile();
            }
        }
    }

    /// One round: reading, planning, carrying out. The inner error is why it is no use to go on.
    fn drive(&mut self) -> Result<Result<Summary, String>, String> {
        loop {
            match self.engine.poll(now()) {
                Poll::Persist(records) => self.state.append(&records)?,
                Poll::Send(out) => {
                    let factor = (1 << self.health.timeouts.min(8)).min(TIMEOUT_FACTOR_MAX);
                    self.http.send(out.id, out.request, self.timeout * factor);
                }
                Poll::WaitUntil(at) => {
                    if at.duration_since(now()).as_secs() > WAIT_SECONDS_MAX {
                        return Ok(Err(format!("Heap asks not to be called before {at}; start again then")));
                    }
                    self.receive(at);
                }
                Poll::WaitForResponse { until } => self.receive(until),
                Poll::Done(summary) => {
                    self.take_events();
                    return Ok(Ok(summary));
                }
            }
            if let Some(complaint) = self.health.complaint() {
                return Ok(Err(complaint));
            }
        }
    }

    /// Waits for an answer until a time at the latest, and takes all that have come by then.
    fn receive(&mut self, until: Timestamp) {
        let wait = until.duration_since(now()).max(jiff::SignedDuration::from_millis(1));
        let mut next = self.http.receive(wait.unsigned_abs());
        while let Some(answer) = next {
            self.take(answer);
            next = self.http.receive(Duration::ZERO);
        }
    }

    fn take(&mut self, answer: Answer) {
        let quality = Quality::of(&answer.result);
        let is_reading = self.engine.plan().is_none();
        self.engine.receive(answer.id, answer.result, now());
        let succeeded = self.take_events();

        self.health.cause = answer.cause;
        self.round.is_troubled |= quality != Quality::Sound;
        self.round.is_doubtful |= answer.is_write && quality == Quality::Doubtful;
        self.health.timeouts = match (answer.is_timed_out, quality) {
            (true, _) => self.health.timeouts + 1,
            (false, Quality::Sound) => 0,
            (false, _) => self.health.timeouts,
        };
        self.health.has_answered |= matches!(quality, Quality::Sound | Quality::Refused);
        if succeeded || (quality == Quality::Sound && (is_reading || answer.is_write)) {
            (self.health.in_vain, self.health.last_good) = (0, Instant::now());
        } else {
            self.health.in_vain += 1;
        }
        if let Some(progress) = self.engine.progress(now()) {
            self.bar.set_length(progress.total.try_into().unwrap_or(u64::MAX));
            self.bar.set_position(progress.done.try_into().unwrap_or(u64::MAX));
        }
        self.bar.set_message(if is_reading { "reading" } else { "writing" });
    }

    /// Counts what the engine tells; whether any step has worked.
    fn take_events(&mut self) -> bool {
        let before = self.round.succeeded;
        for event in self.engine.events() {
            // A network that delivers twice makes a group twice, and nothing but another look tells.
            self.round.is_doubtful |= event.name == EventName::GroupCreateProvision && event.attempts > 0;
            let count = self.counts.events.entry(event.name.as_str()).or_default();
            if event.error.is_some() {
                count.1 += 1;
                self.round.failures.push(event);
            } else {
                count.0 += 1;
                self.round.succeeded += 1;
            }
        }
        self.round.succeeded > before
    }
}

/// How an answer counts.
#[derive(Clone, Copy, Eq, PartialEq)]
enum Quality {
    Sound,
    /// The request was not carried out, for a passing reason.
    NotDone,
    /// It was refused by somebody who does not speak SCIM: a gateway, or a tenant that says no more.
    Refused,
    /// Whether it was carried out is not known.
    Doubtful,
}

impl Quality {
    fn of(result: &Result<Response, TransportFailure>) -> Self {
        let response = match result {
            Ok(response) => response,
            Err(TransportFailure::NotSent) => return Self::NotDone,
            Err(TransportFailure::OutcomeUnknown) => return Self::Doubtful,
        };
        let body = response.body();
        match response.status().as_u16() {
            200..=299 if body.is_empty() || serde_json::from_slice::<IgnoredAny>(body).is_ok() => Self::Sound,
            401 | 429 => Self::NotDone,
            408 | 425 => Self::Doubtful,
            400..=499 if ErrorBody::from_slice(body).is_some() => Self::Sound,
            400..=499 => Self::Refused,
            _ => Self::Doubtful,
        }
    }
}

pub fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis())
        .ok()
        .and_then(|millis| Timestamp::from_millisecond(millis).ok())
        .unwrap_or_default()
}
