//! What a service provider awaits, insists on, trusts and remembers.

use heap_identity::saml::{self, Required};
use pyo3::{Bound, PyAny, PyRef, PyResult, Python, pyclass, pymethods};

use crate::{
    convert::{Span, When, duration},
    pki::Certificate,
    table::{Shared, table, words},
};

words! {
    required: Required {
        "assertion" => Required::Assertion,
        "assertion_or_response" => Required::AssertionOrResponse,
        "response" => Required::Response,
        "both" => Required::Both,
    }
}

/// An identity provider that is trusted, by the certificates of its keys and no others.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Trust(pub(crate) saml::Trust);

table!(Trust {
    entity_id: &str = |trust| &trust.entity_id;
    certificates: Vec<Certificate> = |trust| trust.certificates.iter().cloned().map(Certificate).collect();
}
    #[new]
    #[pyo3(signature = (*, entity_id, certificates))]
    fn new(entity_id: &str, certificates: Vec<PyRef<'_, Certificate>>) -> Self {
        let certificates = certificates.iter().map(|certificate| certificate.0.clone()).collect();
        Self(saml::Trust::new(entity_id, certificates))
    }

    fn __repr__(&self) -> String {
        format!("Trust(entity_id={:?}, certificates={})", self.0.entity_id, self.0.certificates.len())
    }
);

/// What a service provider insists on (D17).
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Policy(pub(crate) saml::Policy);

table!(Policy {
    clock_skew: Span = |policy| Span(jiff::SignedDuration::try_from(policy.clock_skew).unwrap_or_default());
    unsolicited: bool = |policy| policy.unsolicited;
    expired_certificates: bool = |policy| policy.expired_certificates;
}
    /// The policy for production, with what is given here in place of its own.
    ///
    /// Its own: 60 seconds of skew (5 minutes at most), the Assertion or the Response that holds it signed, logins that
    /// nobody asked for allowed (R9), certificates that have expired verify with a warning.
    #[staticmethod]
    #[pyo3(signature = (*, clock_skew=None, signed=None, unsolicited=None, expired_certificates=None))]
    fn strict(
        clock_skew: Option<&Bound<'_, PyAny>>,
        signed: Option<&str>,
        unsolicited: Option<bool>,
        expired_certificates: Option<bool>,
    ) -> PyResult<Self> {
        let mut policy = saml::Policy::strict();
        if let Some(clock_skew) = clock_skew {
            policy.clock_skew = duration(clock_skew)?;
        }
        if let Some(signed) = signed {
            policy.signed = required(signed)?;
        }
        policy.unsolicited = unsolicited.unwrap_or(policy.unsolicited);
        policy.expired_certificates = expired_certificates.unwrap_or(policy.expired_certificates);
        Ok(Self(policy))
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
);

/// What is awaited. It comes from the service provider's own memory, never from the message.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Expected(pub(super) Option<(String, String)>);

#[pymethods]
impl Expected {
    /// A login that begins at the identity provider (R9).
    #[staticmethod]
    fn unsolicited() -> Self {
        Self(None)
    }

    /// The answer to a request, by the identity provider that was asked (A55).
    #[staticmethod]
    #[pyo3(signature = (*, request_id, idp_entity_id))]
    fn answer_to(request_id: String, idp_entity_id: String) -> Self {
        Self(Some((request_id, idp_entity_id)))
    }

    fn __repr__(&self) -> String {
        format!("Expected({:?})", self.awaited())
    }
}

impl Expected {
    pub(super) fn awaited(&self) -> saml::Expected<'_> {
        match &self.0 {
            None => saml::Expected::Unsolicited,
            Some((request_id, idp_entity_id)) => saml::Expected::AnswerTo { request_id, idp_entity_id },
        }
    }
}

/// Remembers which messages were used (D22): in memory, for one process; refuses when full.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct ReplayCache(pub(super) Shared<saml::ReplayCache>);

#[pymethods]
impl ReplayCache {
    #[new]
    #[pyo3(signature = (*, capacity))]
    fn new(capacity: usize) -> Self {
        Self(Shared::new(saml::ReplayCache::with_capacity(capacity)))
    }

    fn __len__(&self, py: Python<'_>) -> usize {
        self.0.with(py, |replay| replay.len())
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("ReplayCache({} remembered)", self.__len__(py))
    }
}

/// The use of one Assertion, as a store of the caller's records it: once for an issuer and an id.
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Use {
    pub(super) issuer: String,
    pub(super) assertion_id: String,
    /// Until when it must be remembered.
    pub(super) until: When,
}

#[pymethods]
impl Use {
    fn __repr__(&self) -> String {
        format!("Use(issuer={:?}, assertion_id={:?})", self.issuer, self.assertion_id)
    }
}
