//! The service provider's end.

use std::sync::{Mutex, PoisonError};

use heap_identity::saml::{self, Received, Required};
use pyo3::{Bound, PyAny, PyRef, PyResult, Python, exceptions::PyValueError, pyclass, pymethods};

use super::verified::VerifiedAssertion;
use crate::{
    convert::{Instant, Random, datetime, duration},
    error::{invalid, rejected},
    pki::Certificate,
};

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Trust(saml::Trust);

#[pymethods]
impl Trust {
    #[new]
    #[pyo3(signature = (*, entity_id, certificates))]
    fn new(entity_id: &str, certificates: Vec<PyRef<'_, Certificate>>) -> Self {
        let certificates = certificates.iter().map(|certificate| certificate.0.clone()).collect();
        Self(saml::Trust::new(entity_id, certificates))
    }

    #[getter]
    fn entity_id(&self) -> &str {
        &self.0.entity_id
    }

    #[getter]
    fn certificates(&self) -> Vec<Certificate> {
        self.0.certificates.iter().cloned().map(Certificate).collect()
    }

    fn __repr__(&self) -> String {
        format!("Trust(entity_id={:?}, certificates={})", self.0.entity_id, self.0.certificates.len())
    }
}

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Policy(saml::Policy);

#[pymethods]
impl Policy {
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
}

fn required(word: &str) -> PyResult<Required> {
    match word {
        "assertion" => Ok(Required::Assertion),
        "assertion_or_response" => Ok(Required::AssertionOrResponse),
        "response" => Ok(Required::Response),
        "both" => Ok(Required::Both),
        _ => Err(PyValueError::new_err(
            "signed is \"assertion\", \"assertion_or_response\", \"response\" or \"both\"",
        )),
    }
}

/// What is awaited; the request that was sent and the identity provider that was asked, if a request was sent.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Expected(Option<(String, String)>);

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
    fn awaited(&self) -> saml::Expected<'_> {
        match &self.0 {
            None => saml::Expected::Unsolicited,
            Some((request_id, idp_entity_id)) => saml::Expected::AnswerTo { request_id, idp_entity_id },
        }
    }
}

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct ReplayCache(Mutex<saml::ReplayCache>);

#[pymethods]
impl ReplayCache {
    #[new]
    #[pyo3(signature = (*, capacity))]
    fn new(capacity: usize) -> Self {
        Self(Mutex::new(saml::ReplayCache::with_capacity(capacity)))
    }

    fn __len__(&self) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).len()
    }

    fn __repr__(&self) -> String {
        format!("ReplayCache({} remembered)", self.__len__())
    }
}

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct ServiceProvider(saml::ServiceProvider);

#[pymethods]
impl ServiceProvider {
    #[new]
    #[pyo3(signature = (*, entity_id, acs_url, trusted, policy=None))]
    fn new(
        entity_id: &str,
        acs_url: &str,
        trusted: Vec<PyRef<'_, Trust>>,
        policy: Option<PyRef<'_, Policy>>,
    ) -> Self {
        let trusted = trusted.iter().map(|trust| trust.0.clone()).collect();
        let policy = policy.map_or_else(saml::Policy::strict, |policy| policy.0.clone());
        Self(saml::ServiceProvider::new(entity_id, acs_url, trusted, policy))
    }

    #[getter]
    fn entity_id(&self) -> &str {
        self.0.entity_id()
    }

    #[getter]
    fn acs_url(&self) -> &str {
        self.0.acs_url()
    }

    #[pyo3(signature = (*, saml_response, expected, now, replay))]
    fn verify(
        &self,
        py: Python<'_>,
        saml_response: &str,
        expected: &Expected,
        now: Instant,
        replay: &ReplayCache,
    ) -> PyResult<VerifiedAssertion> {
        let received = Received { saml_response, expected: expected.awaited() };
        let verdict = py.detach(|| {
            let unspent = self.0.verify_unspent(&received, now.0)?;
            unspent.spend(&mut *replay.0.lock().unwrap_or_else(PoisonError::into_inner))
        });
        verdict.map(VerifiedAssertion).map_err(|rejection| rejected(py, &rejection))
    }

    #[pyo3(signature = (*, saml_response, expected, now))]
    fn verify_unspent(
        &self,
        py: Python<'_>,
        saml_response: &str,
        expected: &Expected,
        now: Instant,
    ) -> PyResult<Unspent> {
        let received = Received { saml_response, expected: expected.awaited() };
        let verdict = py.detach(|| self.0.verify_unspent(&received, now.0));
        verdict
            .map(|unspent| Unspent(Mutex::new(Some(unspent))))
            .map_err(|rejection| rejected(py, &rejection))
    }

    #[staticmethod]
    #[pyo3(signature = (*, saml_response))]
    fn claimed_request(saml_response: &str) -> Option<String> {
        saml::ServiceProvider::claimed_request(saml_response)
    }

    #[pyo3(signature = (*, sso_url, now, random=None))]
    fn authn_request<'py>(
        &self,
        py: Python<'py>,
        sso_url: &str,
        now: Instant,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<AuthnRequest> {
        let mut random = Random::from(py, random)?;
        let request = self.0.authn_request(sso_url, now.0, &mut random);
        random.made(request)?.map(AuthnRequest).map_err(|error| invalid(py, error.code(), &error))
    }

    fn __repr__(&self) -> String {
        format!("ServiceProvider(entity_id={:?}, acs_url={:?})", self.0.entity_id(), self.0.acs_url())
    }
}

/// A login that was not spent yet; spending takes it.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Unspent(Mutex<Option<saml::Unspent>>);

#[pymethods]
impl Unspent {
    fn spend(&self, py: Python<'_>, replay: &ReplayCache) -> PyResult<VerifiedAssertion> {
        let Some(unspent) = self.0.lock().unwrap_or_else(PoisonError::into_inner).take() else {
            return Err(PyValueError::new_err("this login was spent already"));
        };
        let verdict = unspent.spend(&mut *replay.0.lock().unwrap_or_else(PoisonError::into_inner));
        verdict.map(VerifiedAssertion).map_err(|rejection| rejected(py, &rejection))
    }

    fn __repr__(&self) -> &'static str {
        "Unspent()"
    }
}

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct AuthnRequest(saml::AuthnRequest);

#[pymethods]
impl AuthnRequest {
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    #[getter]
    fn destination(&self) -> &str {
        &self.0.destination
    }

    #[getter]
    fn issue_instant<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        datetime(py, self.0.issue_instant)
    }

    fn to_xml(&self, py: Python<'_>) -> PyResult<String> {
        self.0.to_xml().map_err(|error| invalid(py, error.code(), &error))
    }

    #[pyo3(signature = (*, relay_state=None))]
    fn redirect_url(&self, py: Python<'_>, relay_state: Option<&str>) -> PyResult<String> {
        self.0.redirect_url(relay_state).map_err(|error| invalid(py, error.code(), &error))
    }

    fn __repr__(&self) -> String {
        format!("AuthnRequest(id={:?}, destination={:?})", self.0.id, self.0.destination)
    }
}
