//! The service provider's end.

use std::{
    sync::{Arc, Mutex},
    time::{Duration, SystemTime},
};

use heap_identity::saml::{self, Received};

use super::verified::VerifiedAssertion;
use crate::{
    convert::{date, instant},
    error::HeapIdentityError,
    held::Held,
    mirror::mirror,
    pki::{Certificate, DecryptionKey, SigningKey},
};

/// An identity provider that is trusted, by the certificates of its keys and no others.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Trust {
    /// The entity id of the identity provider.
    pub entity_id: String,
    /// The certificates of its keys.
    pub certificates: Vec<Arc<Certificate>>,
}

mirror! {
    /// What must carry a signature of its own.
    into Required of saml::Required {
        /// The Assertion.
        Assertion,
        /// The Assertion or the Response that holds it.
        AssertionOrResponse,
        /// The Response.
        Response,
        /// Both.
        Both,
    }
}

/// What a service provider insists on. What is not given is as strict as for production.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct Policy {
    /// How far the clocks of the two sides may differ.
    #[uniffi(default = None)]
    pub clock_skew: Option<Duration>,
    /// What must be signed.
    #[uniffi(default = None)]
    pub signed: Option<Required>,
    /// Whether a Response that nobody asked for may log a person in.
    #[uniffi(default = None)]
    pub unsolicited: Option<bool>,
    /// Whether a configured certificate that has expired still verifies.
    #[uniffi(default = None)]
    pub expired_certificates: Option<bool>,
}

impl From<Policy> for saml::Policy {
    fn from(given: Policy) -> Self {
        let mut policy = Self::strict();
        policy.clock_skew = given.clock_skew.unwrap_or(policy.clock_skew);
        policy.unsolicited = given.unsolicited.unwrap_or(policy.unsolicited);
        policy.expired_certificates = given.expired_certificates.unwrap_or(policy.expired_certificates);
        policy.signed = given.signed.map_or(policy.signed, Into::into);
        policy
    }
}

/// What is awaited. It comes from the service provider's own memory, never from the message.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum Expected {
    /// A login that begins at the identity provider.
    Unsolicited,
    /// The answer to a request, by the identity provider that was asked.
    AnswerTo {
        /// The ID of the request.
        request_id: String,
        /// The entity id of the identity provider.
        idp_entity_id: String,
    },
}

impl Expected {
    fn awaited(&self) -> saml::Expected<'_> {
        match self {
            Self::Unsolicited => saml::Expected::Unsolicited,
            Self::AnswerTo { request_id, idp_entity_id } => {
                saml::Expected::AnswerTo { request_id, idp_entity_id }
            }
        }
    }
}

/// Remembers which Assertions were used: in memory, for one process; refuses when full.
#[derive(Debug, uniffi::Object)]
pub struct ReplayCache(pub(crate) Held<Mutex<saml::ReplayCache>>);

#[uniffi::export]
impl ReplayCache {
    /// A cache that remembers so many Assertions.
    #[uniffi::constructor]
    pub fn new(capacity: u32) -> Self {
        Self(Held::guarded(saml::ReplayCache::with_capacity(capacity as usize)))
    }

    /// How many it remembers.
    pub fn count(&self) -> u64 {
        self.0.locked().len() as u64
    }
}

/// A login that is verified but was not spent: it says nothing about the person yet. Where it is recorded is the caller's
/// own store, which must refuse what it holds already.
#[derive(Debug, uniffi::Object)]
pub struct Unspent(Held<Mutex<Option<saml::Unspent>>>);

/// What a store of used Assertions records.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct AssertionUse {
    /// The entity id of the identity provider.
    pub issuer: String,
    /// The ID of the Assertion.
    pub assertion_id: String,
    /// Until when it could be used again.
    pub until: SystemTime,
}

/// What became of the record in the caller's store.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum Recording {
    /// It is the first use, and durably recorded.
    First,
    /// The Assertion was used before.
    Replayed,
    /// The store is full.
    Full,
    /// The store could not record it.
    Failed,
}

#[uniffi::export]
impl Unspent {
    /// What is to be recorded; none once it is spent.
    pub fn recorded(&self) -> Option<AssertionUse> {
        self.0.locked().as_ref().map(|unspent| {
            let used = unspent.recorded();
            AssertionUse {
                issuer: used.issuer.to_owned(),
                assertion_id: used.assertion_id.to_owned(),
                until: date(used.until),
            }
        })
    }

    /// Records the use in this cache, and gives the login if it was the first.
    pub fn spend(&self, replay: &ReplayCache) -> Result<Arc<VerifiedAssertion>, HeapIdentityError> {
        self.spend_with(&mut *replay.0.locked())
    }

    /// Gives the login if the caller's own store has recorded its first use.
    pub fn conclude(&self, recording: Recording) -> Result<Arc<VerifiedAssertion>, HeapIdentityError> {
        self.spend_with(&mut |_: &saml::Use<'_>| match recording {
            Recording::First => Ok(()),
            Recording::Replayed => Err(saml::ReplayError::Replayed),
            Recording::Full => Err(saml::ReplayError::Full),
            Recording::Failed => Err(saml::ReplayError::Failed),
        })
    }
}

impl Unspent {
    fn spend_with(
        &self,
        replay: &mut dyn saml::ReplayGuard,
    ) -> Result<Arc<VerifiedAssertion>, HeapIdentityError> {
        let replayed = saml::ReplayError::Replayed;
        let unspent = self.0.locked().take().ok_or(replayed)?;
        Ok(Arc::new(VerifiedAssertion(Held::new(unspent.spend(replay)?))))
    }
}

/// A login that failed, as a message claims: it is not verified, and for people to read.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct ClaimedFailure {
    /// The ID of the request that it claims to answer.
    pub in_response_to: Option<String>,
    /// Who claims it.
    pub issuer: Option<String>,
    /// The code of the failure.
    pub code: String,
    /// What it says to people.
    pub message: Option<String>,
}

/// A service provider: who it is, where it takes Responses, and whom it trusts.
#[derive(Debug, uniffi::Object)]
pub struct ServiceProvider(pub(crate) Held<saml::ServiceProvider>);

#[uniffi::export]
impl ServiceProvider {
    /// A service provider. It decrypts Assertions if it has keys for that, and signs its requests if it has one for that.
    #[uniffi::constructor(default(policy = None, decryption_keys = [], request_key = None))]
    pub fn new(
        entity_id: &str,
        acs_url: &str,
        trusted: Vec<Trust>,
        policy: Option<Policy>,
        decryption_keys: Vec<Arc<DecryptionKey>>,
        request_key: Option<Arc<SigningKey>>,
    ) -> Self {
        let trusted = trusted.iter().map(|trust| {
            let certificates = trust.certificates.iter().map(|certificate| (*certificate.0).clone());
            saml::Trust::new(&trust.entity_id, certificates.collect())
        });
        let policy = policy.unwrap_or_default().into();
        let mut made = saml::ServiceProvider::new(entity_id, acs_url, trusted.collect(), policy);
        if !decryption_keys.is_empty() {
            made = made.with_decryption_keys(decryption_keys.iter().map(|key| (*key.0).clone()).collect());
        }
        if let Some(key) = request_key {
            made = made.sign_requests_with((*key.0).clone());
        }
        Self(Held::new(made))
    }

    /// Who it is.
    pub fn entity_id(&self) -> String {
        self.0.entity_id().to_owned()
    }

    /// Where it takes Responses.
    pub fn acs_url(&self) -> String {
        self.0.acs_url().to_owned()
    }

    /// Verifies the value of the form's field `SAMLResponse` and records its use.
    pub fn verify(
        &self,
        saml_response: &str,
        expected: Expected,
        now: SystemTime,
        replay: &ReplayCache,
    ) -> Result<Arc<VerifiedAssertion>, HeapIdentityError> {
        let received = Received { saml_response, expected: expected.awaited() };
        // The cache is not held while signatures are verified.
        let unspent = self.0.verify_unspent(&received, instant(now)?)?;
        Ok(Arc::new(VerifiedAssertion(Held::new(unspent.spend(&mut *replay.0.locked())?))))
    }

    /// Verifies everything but that the login is used for the first time.
    pub fn verify_unspent(
        &self,
        saml_response: &str,
        expected: Expected,
        now: SystemTime,
    ) -> Result<Arc<Unspent>, HeapIdentityError> {
        let received = Received { saml_response, expected: expected.awaited() };
        let unspent = self.0.verify_unspent(&received, instant(now)?)?;
        Ok(Arc::new(Unspent(Held::guarded(Some(unspent)))))
    }

    /// The failure that a Response claims; none if it claims none.
    pub fn claimed_failure(&self, saml_response: &str) -> Option<ClaimedFailure> {
        self.0.claimed_failure(saml_response).map(|claimed| ClaimedFailure {
            in_response_to: claimed.in_response_to,
            issuer: claimed.issuer,
            code: claimed.failure.code().to_owned(),
            message: claimed.message,
        })
    }
}

/// The ID of the request that a Response claims to answer: to find what waits for it, and for nothing else.
#[uniffi::export]
pub fn claimed_request(saml_response: &str) -> Option<String> {
    saml::ServiceProvider::claimed_request(saml_response)
}
