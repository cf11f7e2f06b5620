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

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Policy(pub(crate) saml::Policy);

table!(Policy {
    clock_skew: Span = |policy| Span(jiff::SignedDuration::try_from(policy.clock_skew).unwrap_or_default());
    unsolicited: bool = |policy| policy.unsolicited;
    expired_certificates: bool = |policy| policy.expired_certificates;
}
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

/// What is awaited; the request that was sent and the identity provider that was asked, if a request was sent.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Expected(pub(super) Option<(String, String)>);

#[pymethods]
impl Expected {
    #[staticmethod]
    fn unsolicited() -> Self {
        Self(None)
    }

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

/// The use of one message, as a store of the caller's records it.
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Use {
    pub(super) issuer: String,
    pub(super) assertion_id: String,
    pub(super) until: When,
}

#[pymethods]
impl Use {
    fn __repr__(&self) -> String {
        format!("Use(issuer={:?}, assertion_id={:?})", self.issuer, self.assertion_id)
    }
}
