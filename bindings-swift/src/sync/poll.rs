//! What the engine says to its driver.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use heap_identity::sync;

use crate::{
    convert::date,
    held::Held,
    mirror::mirror,
    wire::{Request, Response},
};

/// Names a request when its answer is handed over.
#[derive(Debug, uniffi::Object)]
#[uniffi::export(Display)]
pub struct RequestId(pub(crate) Held<sync::RequestId>);

impl core::fmt::Display for RequestId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}

mirror! {
    /// Why there is no answer. The difference decides: what was not sent may be repeated, anything else is looked at first.
    into TransportFailure of sync::TransportFailure {
        /// Surely not a byte of the request left: no connection, a refused TLS handshake, an unknown host.
        NotSent,
        /// Anything else.
        OutcomeUnknown,
    }
}

/// What came of a request.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum Reply {
    /// An answer.
    Response {
        /// The answer.
        response: Response,
    },
    /// None.
    Failure {
        /// Why.
        failure: TransportFailure,
    },
}

/// What the driver does next.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum Poll {
    /// Store these records durably, in order and after all before them; then poll again.
    Persist {
        /// The records, each a line of text.
        records: Vec<String>,
    },
    /// Send this request, and hand what comes of it to `receive`; others may be polled meanwhile.
    Send {
        /// Names the request.
        id: Arc<RequestId>,
        /// The request, complete with the token.
        request: Request,
        /// When the engine stops waiting for the answer.
        give_up_at: SystemTime,
    },
    /// Nothing to do before this time.
    WaitUntil {
        /// The time.
        at: SystemTime,
    },
    /// Nothing to do before an answer arrives, or this time.
    WaitForResponse {
        /// When to poll again at the latest.
        until: SystemTime,
    },
    /// All is done that can be done without a decision or a change.
    Done {
        /// How it ended.
        summary: Summary,
    },
}

/// How the work since the last summary ended.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Summary {
    /// Whether anything is in the way.
    pub outcome: SyncOutcome,
    /// Steps that were carried out, failed ones included.
    pub steps: u64,
    /// Steps that failed; each has an event with the reason.
    pub failed: u64,
    /// Conflicts that were reported and left.
    pub conflicts: u64,
}

/// Whether anything is in the way.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum SyncOutcome {
    /// A plan waits for `approve`, and nothing of it was sent.
    AwaitingApproval {
        /// The plan's digest.
        digest: String,
        /// The guards it trips, in words; none where every plan is reviewed.
        trips: Vec<String>,
    },
    /// `cancel` ended the work; `reconcile` goes on.
    Cancelled,
    /// The plan was carried out as far as it could be.
    Finished,
    /// The token is refused; it goes on after `reauthorise`.
    TokenRefused {
        /// What Heap said.
        reason: String,
    },
    /// The tenant cannot be read whole, so nothing was compared and nothing written.
    Unreadable {
        /// Why.
        reason: String,
    },
    /// An outcome that this version of the Swift package does not know.
    Other,
}

/// How far a plan is.
#[derive(Clone, Debug, PartialEq, uniffi::Record)]
pub struct SyncProgress {
    /// Steps that have ended.
    pub done: u64,
    /// Steps in all, conflicts apart.
    pub total: u64,
    /// How long it has been going on.
    pub elapsed: Duration,
    /// Steps that end in a minute; none before the first has.
    pub per_minute: Option<f64>,
    /// How long the rest takes at this rate; none before the first step has ended.
    pub time_left: Option<Duration>,
}

impl From<sync::Progress> for SyncProgress {
    fn from(progress: sync::Progress) -> Self {
        Self {
            done: progress.done as u64,
            total: progress.total as u64,
            elapsed: progress.elapsed.unsigned_abs(),
            per_minute: progress.per_minute(),
            time_left: progress.time_left().map(|left| left.unsigned_abs()),
        }
    }
}

impl From<sync::Poll> for Poll {
    fn from(poll: sync::Poll) -> Self {
        match poll {
            sync::Poll::Persist(records) => {
                Self::Persist { records: records.iter().map(|record| record.as_line().to_owned()).collect() }
            }
            sync::Poll::Send(out) => Self::Send {
                id: Arc::new(RequestId(Held::new(out.id))),
                request: out.request.into(),
                give_up_at: date(out.give_up_at),
            },
            sync::Poll::WaitUntil(at) => Self::WaitUntil { at: date(at) },
            sync::Poll::WaitForResponse { until } => Self::WaitForResponse { until: date(until) },
            sync::Poll::Done(summary) => Self::Done { summary: summary.into() },
        }
    }
}

impl From<sync::Summary> for Summary {
    fn from(summary: sync::Summary) -> Self {
        let outcome = match summary.outcome {
            sync::Outcome::AwaitingApproval { digest, trips } => SyncOutcome::AwaitingApproval {
                digest: digest.to_string(),
                trips: trips.iter().map(ToString::to_string).collect(),
            },
            sync::Outcome::Cancelled => SyncOutcome::Cancelled,
            sync::Outcome::Finished => SyncOutcome::Finished,
            sync::Outcome::TokenRefused { reason } => SyncOutcome::TokenRefused { reason },
            sync::Outcome::Unreadable { reason } => SyncOutcome::Unreadable { reason },
            _ => SyncOutcome::Other,
        };
        Self {
            outcome,
            steps: summary.steps as u64,
            failed: summary.failed as u64,
            conflicts: summary.conflicts as u64,
        }
    }
}
