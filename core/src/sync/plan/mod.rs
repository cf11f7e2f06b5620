//! What will be done and why, before anything is done.

mod groups;
mod guard;
mod people;
mod planner;
mod step;
#[cfg(test)]
mod tests;
mod text;
mod words;

use alloc::{string::String, vec::Vec};
use core::{fmt, str::FromStr};

use ring::digest;
use serde::Serialize;

pub use guard::{Guards, InvalidGuards, Limit, Trip};
pub(crate) use people::attributes;
pub use step::{
    AddedMember, Attribute, AttributeChange, Conflict, ConflictKind, GroupStep, GroupVerb, Reason,
    RemovedMember, Step, UserStep, UserVerb,
};
pub use text::Counts;

use super::{
    ChangedUserName,
    state::{State, Touched},
};
use planner::Planner;

/// The version of the plan's document, part of what is digested.
const VERSION: u32 = 1;

/// The steps from what Heap holds to what the directory says, each with its reason: a deterministic document.
///
/// A plan is made by the engine from a complete listing (D11). Its `Display` is for people, [`Plan::to_json`] for machines,
/// and an approval is bound to its [`Plan::digest`] (D2).
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
pub struct Plan {
    version: u32,
    totals: Totals,
    steps: Vec<Step>,
}

/// What the guards measure a plan against.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Totals {
    /// Accounts of ours that are active.
    pub managed_active: usize,
    /// Groups of ours that are synced.
    pub managed_groups: usize,
    /// Whether the directory has nobody at all.
    pub source_is_empty: bool,
}

impl Plan {
    pub(crate) fn of_everything(state: &State, policy: ChangedUserName) -> Self {
        Self::new(state, Planner::new(state, policy).everything())
    }

    pub(crate) fn of_touched(state: &State, policy: ChangedUserName, touched: &Touched) -> Self {
        Self::new(state, Planner::new(state, policy).touched(touched))
    }

    fn new(state: &State, steps: Vec<Step>) -> Self {
        let totals = Totals {
            managed_active: state.managed_active(),
            managed_groups: state.ledger.managed_groups(),
            source_is_empty: !state.desired.has_people(),
        };
        Self { version: VERSION, totals, steps }
    }

    /// Leaves out what was told already.
    pub(crate) fn forget_conflicts(&mut self, told: &[Conflict]) {
        self.steps.retain(|step| !matches!(step, Step::Conflict(conflict) if told.contains(conflict)));
    }

    /// The steps: people by directory id, then groups by directory id.
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }

    /// What the guards measure this plan against.
    pub fn totals(&self) -> Totals {
        self.totals
    }

    /// Whether there is nothing to do and nothing to report.
    pub fn is_empty(&self) -> bool {
        self.steps.is_empty()
    }

    /// Whether any step sends something.
    pub fn has_writes(&self) -> bool {
        self.steps.iter().any(|step| match step {
            Step::Conflict(_) => false,
            Step::Group(group) => group.verb != GroupVerb::Release,
            Step::User(_) => true,
        })
    }

    /// The plan as a JSON document: the same plan is the same text.
    pub fn to_json(&self) -> String {
        // Serialising texts and numbers into memory cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// SHA-256 of the JSON document: what an approval names.
    pub fn digest(&self) -> Digest {
        let mut bytes = [0; 32];
        let hash = digest::digest(&digest::SHA256, self.to_json().as_bytes());
        for (to, from) in bytes.iter_mut().zip(hash.as_ref()) {
            *to = *from;
        }
        Digest(bytes)
    }
}

/// The digest of a plan, in hexadecimal when printed and parsed.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct Digest([u8; 32]);

/// A text that is no digest of a plan.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected the 64 hexadecimal digits that the plan was shown with")]
pub struct InvalidDigest;

impl InvalidDigest {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        "sync.invalid_digest"
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl FromStr for Digest {
    type Err = InvalidDigest;

    fn from_str(text: &str) -> Result<Self, InvalidDigest> {
        let text = text.trim();
        if text.len() != 64 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(InvalidDigest);
        }
        let mut bytes = [0; 32];
        for (index, byte) in bytes.iter_mut().enumerate() {
            let pair = text.get(2 * index..2 * index + 2).ok_or(InvalidDigest)?;
            *byte = u8::from_str_radix(pair, 16).map_err(|_| InvalidDigest)?;
        }
        Ok(Self(bytes))
    }
}
