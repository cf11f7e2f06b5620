//! The engine.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use heap_identity::sync::{self, Digest, Record};

use super::{
    config::SyncConfig,
    event::Event,
    plan::Plan,
    poll::{Poll, Reply, RequestId, SyncProgress},
};
use crate::{
    convert::{instant, seed},
    directory::{DirectoryChange, Snapshot},
    error::HeapIdentityError,
    held::Held,
    wire::Secret,
};

/// Brings a tenant to what a directory says, and keeps it there. It does no I/O: `poll` says what to do next. Its methods
/// may be called by several tasks at once.
#[derive(Debug, uniffi::Object)]
pub struct Engine(Held<Mutex<sync::Engine>>);

#[uniffi::export]
impl Engine {
    /// An engine; with the records that an earlier one persisted, it goes on from there. The seed is for the jitter of
    /// repetitions; the operating system's randomness if not given.
    #[uniffi::constructor(default(journal = [], seed = None))]
    pub fn new(
        config: SyncConfig,
        directory: &Snapshot,
        journal: Vec<String>,
        seed: Option<u64>,
    ) -> Result<Self, HeapIdentityError> {
        let records = journal.into_iter().map(Record::from_line);
        let seed = self::seed(seed)?;
        let engine = sync::Engine::resume(config.try_into()?, &directory.0, seed, records)?;
        Ok(Self(Held::guarded(engine)))
    }

    /// The one drain: what to do next. Call it after each of its answers was acted on, and after each call of another method.
    pub fn poll(&self, now: SystemTime) -> Result<Poll, HeapIdentityError> {
        let now = instant(now)?;
        Ok(self.0.locked().poll(now).into())
    }

    /// Hands over what came of a request. What comes twice or too late is passed over.
    pub fn receive(&self, id: &RequestId, reply: Reply, now: SystemTime) -> Result<(), HeapIdentityError> {
        let now = instant(now)?;
        let result = match reply {
            Reply::Response { response } => Ok(response.try_into()?),
            Reply::Failure { failure } => Err(failure.into()),
        };
        self.0.locked().receive(*id.0, result, now);
        Ok(())
    }

    /// Takes over what happened in the directory.
    pub fn change(&self, change: DirectoryChange) {
        self.0.locked().change(change.into());
    }

    /// Takes over what differs between two snapshots.
    pub fn change_between(&self, before: Arc<Snapshot>, after: Arc<Snapshot>) {
        let mut engine = self.0.locked();
        for change in heap_identity::directory::Diff::between(&before.0, &after.0).changes() {
            engine.change(change);
        }
    }

    /// Approves the plan that waits, by the digest that it was shown with.
    pub fn approve(&self, digest: &str) -> Result<(), HeapIdentityError> {
        let digest: Digest = digest.parse().map_err(|error: sync::InvalidDigest| error)?;
        Ok(self.0.locked().approve(digest)?)
    }

    /// Gives a plan that waits for approval up.
    pub fn dismiss(&self) {
        self.0.locked().dismiss();
    }

    /// Begins nothing more: what is under way is waited for and noted, then the engine is done.
    pub fn cancel(&self) {
        self.0.locked().cancel();
    }

    /// Replaces the token, and reads the tenant again.
    pub fn reauthorise(&self, token: &Secret) -> Result<(), HeapIdentityError> {
        Ok(self.0.locked().reauthorise((*token.0).clone())?)
    }

    /// Reads the whole tenant again and compares everything.
    pub fn reconcile(&self) {
        self.0.locked().reconcile();
    }

    /// The plan that waits for approval or is being carried out.
    pub fn plan(&self) -> Option<Arc<Plan>> {
        self.0.locked().plan().cloned().map(|plan| Arc::new(Plan(Held::new(plan))))
    }

    /// How far the plan is that is being carried out; none while none is.
    pub fn progress(&self, now: SystemTime) -> Result<Option<SyncProgress>, HeapIdentityError> {
        Ok(self.0.locked().progress(instant(now)?).map(Into::into))
    }

    /// The events since the last call, in order.
    pub fn events(&self) -> Vec<Event> {
        self.0.locked().events().map(Into::into).collect()
    }

    /// How many requests were sent, by kind.
    pub fn requests(&self) -> HashMap<String, u64> {
        let engine = self.0.locked();
        engine.requests().iter().map(|(kind, count)| ((*kind).to_owned(), *count)).collect()
    }

    /// How many of the requests were writes.
    pub fn writes(&self) -> u64 {
        self.0.locked().writes()
    }

    /// The shortest journal with the meaning of all records so far, to be stored in their place.
    pub fn compacted_journal(&self) -> Vec<String> {
        self.0.locked().compacted_journal().iter().map(|record| record.as_line().to_owned()).collect()
    }

    /// The account at Heap that is a person's, by directory id.
    pub fn account_of(&self, person: &str) -> Option<String> {
        self.0.locked().account_of(person).map(str::to_owned)
    }

    /// The group at Heap that is a group's, by directory id, while it is synced.
    pub fn team_of(&self, group: &str) -> Option<String> {
        self.0.locked().team_of(group).map(str::to_owned)
    }
}
