//! The service provider's end.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use heap_identity::saml::{self, Received};

use super::verified::VerifiedAssertion;
use crate::{
    convert::{Random, instant},
    error::HeapIdentityError,
    pki::Certificate,
};

/// An identity provider that is trusted, by the certificates of its keys and no others.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Trust {
    /// The entity id of the identity provider.
    pub entity_id: String,
    /// The certificates of its keys.
    pub certificates: Vec<Arc<Certificate>>,
}

/// What must carry a signature of its own.
#[derive(Clone, Copy, Debug, uniffi::Enum)]
pub enum Required {
    /// The Assertion.
    Assertion,
    /// The Assertion or the Response that holds it.
    AssertionOrResponse,
    /// The Response.
    Response,
    /// Both.
    Both,
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
        if let Some(signed) = given.signed {
            policy.signed = match signed {
                Required::Assertion => saml::Required::Assertion,
                Required::AssertionOrResponse => saml::Required::AssertionOrResponse,
                Required::Response => saml::Required::Response,
                Required::Both => saml::Required::Both,
            };
        }
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
pub struct ReplayCache(Mutex<saml::ReplayCache>);

#[uniffi::export]
impl ReplayCache {
    /// A cache that remembers so many Assertions.
    #[uniffi::constructor]
    pub fn new(capacity: u32) -> Self {
        Self(Mutex::new(saml::ReplayCache::with_capacity(capacity as usize)))
    }
}

/// A service provider: who it is, where it takes Responses, and whom it trusts.
#[derive(Debug, uniffi::Object)]
pub struct ServiceProvider(saml::ServiceProvider);

#[uniffi::export]
impl ServiceProvider {
    /// A service provider.
    #[uniffi::constructor(default(policy = None))]
    pub fn new(entity_id: &str, acs_url: &str, trusted: Vec<Trust>, policy: Option<Policy>) -> Self {
        let trusted = trusted.iter().map(|trust| {
            let certificates = trust.certificates.iter().map(|certificate| certificate.0.clone());
            saml::Trust::new(&trust.entity_id, certificates.collect())
        });
        let policy = policy.unwrap_or_default().into();
        Self(saml::ServiceProvider::new(entity_id, acs_url, trusted.collect(), policy))
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
        let unspent = self.0.verify_unspent(&received, instant(now)?)?;
        let mut replay = replay.0.lock().unwrap_or_else(PoisonError::into_inner);
        Ok(Arc::new(VerifiedAssertion(unspent.spend(&mut *replay)?)))
    }

    /// A request to log a person in.
    pub fn authn_request(
        &self,
        sso_url: &str,
        now: SystemTime,
    ) -> Result<Arc<AuthnRequest>, HeapIdentityError> {
        let mut random = Random::default();
        let request = self.0.authn_request(sso_url, instant(now)?, &mut random);
        Ok(Arc::new(AuthnRequest(random.made(request)??)))
    }
}

/// The ID of the request that a Response claims to answer: to find what waits for it, and for nothing else.
#[uniffi::export]
pub fn claimed_request(saml_response: &str) -> Option<String> {
    saml::ServiceProvider::claimed_request(saml_response)
}

/// A request to log a person in, to be sent by the browser.
#[derive(Debug, uniffi::Object)]
pub struct AuthnRequest(saml::AuthnRequest);

#[uniffi::export]
impl AuthnRequest {
    /// Its ID, which the answer must repeat.
    pub fn id(&self) -> String {
        self.0.id.clone()
    }

    /// The XML.
    pub fn xml(&self) -> Result<String, HeapIdentityError> {
        Ok(self.0.to_xml()?)
    }

    /// The address to redirect the browser to.
    #[uniffi::method(default(relay_state = None))]
    pub fn redirect_url(&self, relay_state: Option<String>) -> Result<String, HeapIdentityError> {
        Ok(self.0.redirect_url(relay_state.as_deref())?)
    }
}
