//! From the state that should be to the state that is: plan, guards, engine, journal, events.

mod config;
mod drive;
mod engine;
mod event;
mod journal;
mod plan;
mod planted;
mod state;
mod uncertain;

pub(crate) use config::is_safe;
pub use config::{ChangedUserName, Config, ConfigError, Review};
pub use drive::{Driver, InMemory, drive};
pub use engine::{
    Engine, NotThisPlan, Outcome, Outgoing, Poll, Progress, RequestId, Summary, TransportFailure,
};
pub use event::{Event, EventChange, EventName, EventResource};
pub use journal::{Record, ResumeError};
pub use plan::{
    AddedMember, Attribute, AttributeChange, Conflict, ConflictKind, Counts, Digest, GroupStep, GroupVerb,
    Guards, InvalidDigest, InvalidGuards, Limit, Plan, Reason, RemovedMember, Step, Totals, Trip, UserStep,
    UserVerb,
};
#[cfg(planted_bug)]
pub use planted::{PLANTABLE, plant};
