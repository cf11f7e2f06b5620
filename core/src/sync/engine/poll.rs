//! What the engine says to its driver.

use alloc::{string::String, vec::Vec};

use jiff::{SignedDuration, Timestamp};

use super::RequestId;
use crate::{
    sync::{
        journal::Record,
        plan::{Digest, Trip},
    },
    wire::Request,
};

/// A request to send, and until when its answer is waited for.
#[derive(Debug)]
#[non_exhaustive]
pub struct Outgoing {
    /// Names the request in [`Engine::receive`](super::Engine::receive).
    pub id: RequestId,
    /// The request, complete with the token.
    pub request: Request,
    /// When the engine stops waiting for the answer.
    pub give_up_at: Timestamp,
}

/// Why there is no answer. The difference decides: what was not sent may be repeated, anything else is looked at first.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum TransportFailure {
    /// Surely not a byte of the request left: no connection, a refused TLS handshake, an unknown host.
    NotSent,
    /// Anything else.
    OutcomeUnknown,
}

/// What the driver does next.
#[derive(Debug)]
#[must_use]
pub enum Poll {
    /// Store these records durably, in order and after all before them; then poll again (D12).
    Persist(Vec<Record>),
    /// Send this request, and hand the outcome to [`Engine::receive`](super::Engine::receive); others may be polled meanwhile.
    Send(Outgoing),
    /// Nothing to do before this time, which is after `now`.
    WaitUntil(Timestamp),
    /// Nothing to do before an answer arrives, or this time.
    WaitForResponse {
        /// When to poll again at the latest.
        until: Timestamp,
    },
    /// All is done that can be done without a decision or a change.
    Done(Summary),
}

/// How the work since the last [`Poll::Done`] ended.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Summary {
    /// Whether anything is in the way.
    pub outcome: Outcome,
    /// Steps that were carried out, failed ones included.
    pub steps: usize,
    /// Steps that failed; each has an event with the reason.
    pub failed: usize,
    /// Conflicts that were reported and left.
    pub conflicts: usize,
}

/// Whether anything is in the way.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Outcome {
    /// A plan waits for [`Engine::approve`](super::Engine::approve); it is in [`Engine::plan`](super::Engine::plan), and nothing of it was sent.
    AwaitingApproval {
        /// The plan's digest.
        digest: Digest,
        /// The guards it trips; none where every plan is reviewed.
        trips: Vec<Trip>,
    },
    /// [`Engine::cancel`](super::Engine::cancel) ended the work; [`Engine::reconcile`](super::Engine::reconcile) goes on.
    Cancelled,
    /// The plan was carried out as far as it could be.
    Finished,
    /// The token is refused; it goes on after [`Engine::reauthorise`](super::Engine::reauthorise) (R19).
    TokenRefused {
        /// What Heap said.
        reason: String,
    },
    /// The tenant cannot be read whole, so nothing was compared and nothing written (promise 8).
    Unreadable {
        /// Why.
        reason: String,
    },
}

/// How far a plan is.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Progress {
    /// Steps that have ended.
    pub done: usize,
    /// Steps in all, conflicts apart.
    pub total: usize,
    /// How long it has been going on.
    pub elapsed: SignedDuration,
}

impl Progress {
    /// Steps that end in a minute; `None` before the first has.
    pub fn per_minute(&self) -> Option<f64> {
        let minutes = self.elapsed.as_secs_f64() / 60.0;
        #[expect(clippy::cast_precision_loss, reason = "a rate is read by people")]
        let done = self.done as f64;
        (self.done > 0 && minutes > 0.0).then(|| done / minutes)
    }

    /// How long the rest takes at this rate; `None` before the first step has ended.
    pub fn time_left(&self) -> Option<SignedDuration> {
        let left = i128::try_from(self.total.saturating_sub(self.done)).ok()?;
        let nanoseconds = self.elapsed.as_nanos().max(0).checked_mul(left)?;
        let left = nanoseconds.checked_div(i128::try_from(self.done).ok()?)?;
        Some(SignedDuration::from_nanos(i64::try_from(left).unwrap_or(i64::MAX)))
    }
}

/// The digest is not that of the plan that waits: the world has moved since it was shown.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "no plan with this digest waits for approval; the plan has changed since it was shown, so look at it again"
)]
pub struct NotThisPlan;

impl NotThisPlan {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        "sync.not_this_plan"
    }
}
