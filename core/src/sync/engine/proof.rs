//! Writes that were accepted in a way that does not show that they were done. 204 says so, and so does the resource as it was written;
//! anything else may be somebody else's answer (RFC 7644 3.5, 3.6). Then the tenant is read again before the work is said to be done (F27).

use alloc::{collections::BTreeSet, vec::Vec};
use core::mem;

use jiff::Timestamp;

use super::{Engine, running::Next};
use crate::{
    limits::SYNC_PROOFS_MAX,
    sync::{
        plan::{Plan, Step},
        planted::{Bug, is_planted},
    },
};

const UNPROVEN: &str = "Heap accepted the change several times, and neither its answers nor another reading show it; check what the \
                        token may do, and whether Heap keeps such a value (F27)";

/// What another reading is to tell.
#[derive(Debug, Default)]
pub(super) struct Proofs {
    /// Whether one is needed.
    pub(super) are_needed: bool,
    /// How many there were in a row.
    readings: u32,
    /// The steps whose outcome it tells, each with its requests.
    steps: Vec<(Step, u32)>,
}

impl Proofs {
    /// Whether the tenant is to be read again now.
    pub(super) fn begin(&mut self) -> bool {
        let is_due = self.are_needed && self.readings < SYNC_PROOFS_MAX;
        self.readings += u32::from(is_due);
        is_due
    }

    /// Nothing is left to be written, or somebody wants a comparison of their own.
    pub(super) fn begin_anew(&mut self) {
        self.readings = 0;
    }

    /// The outcome of a step waits for a reading.
    pub(super) fn note(&mut self, step: Step, requests: u32) {
        self.steps.push((step, requests));
    }
}

impl Engine {
    /// A write was accepted, and only another reading can tell whether it was done. Where that was tried as often as it may be, it was
    /// not.
    pub(super) fn unproven<S>(&mut self) -> Next<S> {
        if is_planted(Bug::AcceptedIsDone) {
            return Next::Ended(Ok(()));
        }
        self.proofs.are_needed = true;
        if self.proofs.readings < SYNC_PROOFS_MAX {
            Next::Unproven
        } else {
            Next::Ended(Err(UNPROVEN.into()))
        }
    }

    /// The tenant was read, and this is what is left to do: what is no longer among it was done, and is told now (R41).
    pub(super) fn tell_proven(&mut self, plan: &Plan, now: Timestamp) {
        self.proofs.are_needed = false;
        if !plan.has_writes() {
            self.proofs.begin_anew();
        }
        let left: BTreeSet<_> = plan.steps().iter().filter_map(subject).collect();
        for (step, requests) in mem::take(&mut self.proofs.steps) {
            if subject(&step).is_some_and(|subject| !left.contains(&subject)) {
                self.tell_outcome(&step, requests, Ok(()), now);
            }
        }
    }
}

/// What a step writes: a group or an account, by directory id.
fn subject(step: &Step) -> Option<(bool, &str)> {
    match step {
        Step::Conflict(_) => None,
        Step::Group(step) => Some((true, &step.group)),
        Step::User(step) => Some((false, &step.person)),
    }
}
