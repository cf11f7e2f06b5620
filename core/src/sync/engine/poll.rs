//! What the engine says to its driver.

use alloc::{string::String, vec::Vec};

use jiff::Timestamp;

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
