//! The requests that wait for an answer.

use std::{
    sync::Mutex,
    time::{Duration, SystemTime},
};

use heap_identity::saml;
use jiff::SignedDuration;

use super::service_provider::Expected;
use crate::{
    convert::{date, instant},
    error::HeapIdentityError,
    held::Held,
};

/// A request that waits for an answer.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct PendingRequest {
    /// Its ID.
    pub id: String,
    /// The entity id of the identity provider that was asked.
    pub idp_entity_id: String,
    /// What was remembered with it.
    pub relay_state: Option<String>,
    /// Until when an answer is taken.
    pub expires: SystemTime,
}

#[uniffi::export]
impl PendingRequest {
    /// What is awaited.
    pub fn expected(&self) -> Expected {
        Expected::AnswerTo { request_id: self.id.clone(), idp_entity_id: self.idp_entity_id.clone() }
    }
}

impl From<saml::PendingRequest> for PendingRequest {
    fn from(request: saml::PendingRequest) -> Self {
        Self {
            id: request.id,
            idp_entity_id: request.idp_entity_id,
            relay_state: request.relay_state,
            expires: date(request.expires),
        }
    }
}

/// The requests that wait for an answer, each for one: in memory, for one process.
#[derive(Debug, uniffi::Object)]
pub struct PendingRequests(Held<Mutex<saml::PendingRequests>>);

#[uniffi::export]
impl PendingRequests {
    /// Room for so many requests, each for so long.
    #[uniffi::constructor]
    pub fn new(capacity: u32, lifetime: Duration) -> Self {
        let lifetime = SignedDuration::try_from(lifetime).unwrap_or(SignedDuration::MAX);
        Self(Held::guarded(saml::PendingRequests::new(capacity as usize, lifetime)))
    }

    /// How many wait.
    pub fn count(&self) -> u64 {
        self.0.locked().len() as u64
    }

    /// A request was sent to this identity provider.
    #[uniffi::method(default(relay_state = None))]
    pub fn open(
        &self,
        id: &str,
        idp_entity_id: &str,
        now: SystemTime,
        relay_state: Option<String>,
    ) -> Result<(), HeapIdentityError> {
        Ok(self.0.locked().open(id, idp_entity_id, relay_state.as_deref(), instant(now)?)?)
    }

    /// The request with this ID, which goes on waiting.
    pub fn find(&self, id: &str, now: SystemTime) -> Result<PendingRequest, HeapIdentityError> {
        Ok(self.0.locked().find(id, instant(now)?)?.clone().into())
    }

    /// The request with this ID, which waits no longer: a verified answer uses it up.
    pub fn take(&self, id: &str, now: SystemTime) -> Result<PendingRequest, HeapIdentityError> {
        Ok(self.0.locked().take(id, instant(now)?)?.into())
    }

    /// Nobody waits for an answer to this one any more.
    pub fn forget(&self, id: &str) {
        self.0.locked().forget(id);
    }
}
