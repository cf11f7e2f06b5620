//! The service provider's end.

use std::{
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

use heap_identity::saml::{self, NameIdFormat, Received, ReplayError, RequestedAuthnContext};
use pyo3::{Bound, PyAny, PyRef, PyResult, Python, exceptions::PyValueError, pyclass, pymethods};

use super::{
    expected::{Expected, Policy, ReplayCache, Trust, Use},
    failure::ClaimedFailure,
    metadata::ServiceProviderMetadata,
    verified::VerifiedAssertion,
};
use crate::{
    convert::{Instant, Random, When},
    error::Raise,
    pki::{DecryptionKey, SigningKey},
    table::{table, words},
};

words! {
    recorded_of: Result<(), ReplayError> {
        "recorded" => Ok(()),
        "replayed" => Err(ReplayError::Replayed),
        "full" => Err(ReplayError::Full),
        "failed" => Err(ReplayError::Failed),
    }
}

/// A service provider: who it is, where it takes Responses, and whom it trusts. Safe to use from several threads.
///
/// Each of the decryption keys is tried: two or more during a rollover. With a request key, requests are signed.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct ServiceProvider(pub(super) saml::ServiceProvider);

table!(ServiceProvider {
    entity_id: &str = |provider| provider.entity_id();
    acs_url: &str = |provider| provider.acs_url();
}
    #[new]
    #[pyo3(signature = (*, entity_id, acs_url, trusted, policy=None, decryption_keys=Vec::new(), request_key=None))]
    fn new(
        entity_id: &str,
        acs_url: &str,
        trusted: Vec<PyRef<'_, Trust>>,
        policy: Option<PyRef<'_, Policy>>,
        decryption_keys: Vec<PyRef<'_, DecryptionKey>>,
        request_key: Option<PyRef<'_, SigningKey>>,
    ) -> Self {
        let trusted = trusted.iter().map(|trust| trust.0.clone()).collect();
        let policy = policy.map_or_else(saml::Policy::strict, |policy| policy.0.clone());
        let keys = decryption_keys.iter().map(|key| key.0.clone()).collect();
        let mut provider =
            saml::ServiceProvider::new(entity_id, acs_url, trusted, policy).with_decryption_keys(keys);
        if let Some(key) = request_key {
            provider = provider.sign_requests_with(key.0.clone());
        }
        Self(provider)
    }

    /// Verifies the value of the form's field `SAMLResponse` and records its use; raises `Rejection`.
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
        // The interpreter is left once: coming back to it is what threads wait for.
        let verified = py.detach(|| self.0.verify_unspent(&received, now.0)?.spend(&mut *replay.0.locked()));
        verified.map(VerifiedAssertion).raise(py)
    }

    /// Verifies everything but that the login is used for the first time (D22); raises `Rejection`.
    #[pyo3(signature = (*, saml_response, expected, now))]
    fn verify_unspent(
        &self,
        py: Python<'_>,
        saml_response: &str,
        expected: &Expected,
        now: Instant,
    ) -> PyResult<Unspent> {
        let received = Received { saml_response, expected: expected.awaited() };
        let unspent = py.detach(|| self.0.verify_unspent(&received, now.0)).raise(py)?;
        Ok(Unspent(Mutex::new(Some(unspent))))
    }

    /// The ID of the request that a Response claims to answer: to find what waits for it, for nothing else.
    #[staticmethod]
    #[pyo3(signature = (*, saml_response))]
    fn claimed_request(saml_response: &str) -> Option<String> {
        saml::ServiceProvider::claimed_request(saml_response)
    }

    /// What a Response says that carries a failure: after a `Rejection` by `saml.status`.
    #[pyo3(signature = (*, saml_response))]
    fn claimed_failure(&self, saml_response: &str) -> Option<ClaimedFailure> {
        self.0.claimed_failure(saml_response).map(ClaimedFailure)
    }

    /// What it says of itself, for identity providers that are configured from a file (saml-metadata 2.4.4).
    fn metadata(&self) -> ServiceProviderMetadata {
        ServiceProviderMetadata(self.0.metadata())
    }

    /// A request to log a person in (R10), to be remembered in `PendingRequests`.
    ///
    /// `authn_context` names classes of authentication, of which exactly one is wanted. Raises `InvalidInput` for an
    /// address that nothing may be sent to.
    #[pyo3(signature = (
        *, sso_url, now, force_authn=false, is_passive=false, name_id_format=None, authn_context=None, random=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are named arguments in Python")]
    fn authn_request<'py>(
        &self,
        py: Python<'py>,
        sso_url: &str,
        now: Instant,
        force_authn: bool,
        is_passive: bool,
        name_id_format: Option<&str>,
        authn_context: Option<Vec<String>>,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<AuthnRequest> {
        let mut random = Random::from(py, random)?;
        let request = self.0.authn_request(sso_url, now.0, &mut random);
        let mut request = random.made(request)?.raise(py)?;
        (request.force_authn, request.is_passive) = (force_authn, is_passive);
        request.name_id_format = name_id_format.map(NameIdFormat::from_uri);
        request.authn_context = authn_context.map(RequestedAuthnContext::exactly);
        Ok(AuthnRequest(request))
    }

    fn __repr__(&self) -> String {
        format!("ServiceProvider(entity_id={:?}, acs_url={:?})", self.0.entity_id(), self.0.acs_url())
    }
);

/// A login that is verified but was not spent: it says nothing about the person yet.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Unspent(Mutex<Option<saml::Unspent>>);

impl Unspent {
    fn taken(&self) -> PyResult<saml::Unspent> {
        let taken = self.0.lock().unwrap_or_else(PoisonError::into_inner).take();
        taken.ok_or_else(|| PyValueError::new_err("this login was spent already"))
    }
}

#[pymethods]
impl Unspent {
    /// What a store of the caller's has to record, atomically.
    #[getter]
    fn recorded(&self) -> PyResult<Use> {
        let unspent = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let recorded = unspent.as_ref().map(saml::Unspent::recorded);
        let recorded = recorded.ok_or_else(|| PyValueError::new_err("this login was spent already"))?;
        Ok(Use {
            issuer: recorded.issuer.to_owned(),
            assertion_id: recorded.assertion_id.to_owned(),
            until: When(recorded.until),
        })
    }

    /// Records the use, and gives the login if it was the first; raises `Rejection`.
    fn spend(&self, py: Python<'_>, replay: &ReplayCache) -> PyResult<VerifiedAssertion> {
        let unspent = self.taken()?;
        replay.0.with(py, |replay| unspent.spend(replay)).map(VerifiedAssertion).raise(py)
    }

    /// Gives the login if the caller's store has recorded it for the first time; raises `Rejection`.
    #[pyo3(signature = (outcome))]
    fn spend_recorded(&self, py: Python<'_>, outcome: &str) -> PyResult<VerifiedAssertion> {
        let outcome = recorded_of(outcome)?;
        self.taken()?.spend(&mut |_: &saml::Use<'_>| outcome).map(VerifiedAssertion).raise(py)
    }

    fn __repr__(&self) -> &'static str {
        "Unspent()"
    }
}

/// A request to log a person in, to be sent by the browser.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct AuthnRequest(saml::AuthnRequest);

table!(AuthnRequest {
    id: &str = |request| &request.id;
    issuer: &str = |request| &request.issuer;
    destination: &str = |request| &request.destination;
    acs_url: &str = |request| &request.acs_url;
    issue_instant: When = |request| When(request.issue_instant);
    force_authn: bool = |request| request.force_authn;
    is_passive: bool = |request| request.is_passive;
    name_id_format: Option<&str> = |request| request.name_id_format.as_ref().map(NameIdFormat::uri);
}
    /// Unsigned.
    fn to_xml(&self, py: Python<'_>) -> PyResult<String> {
        self.0.to_xml().raise(py)
    }

    /// The address to redirect the browser to (saml-bindings 3.4).
    #[pyo3(signature = (*, relay_state=None))]
    fn redirect_url(&self, py: Python<'_>, relay_state: Option<&str>) -> PyResult<String> {
        py.detach(|| self.0.redirect_url(relay_state)).raise(py)
    }

    /// The fields of the form that carries it (saml-bindings 3.5).
    #[pyo3(signature = (*, relay_state=None))]
    fn form_fields(&self, py: Python<'_>, relay_state: Option<&str>) -> PyResult<BTreeMap<&'static str, String>> {
        py.detach(|| self.0.form_fields(relay_state)).map(|fields| fields.into_iter().collect()).raise(py)
    }

    /// A page that posts the form by itself; send it with `content_security_policy(nonce=nonce)`.
    #[pyo3(signature = (*, nonce, relay_state=None))]
    fn auto_post_page(&self, py: Python<'_>, nonce: &str, relay_state: Option<&str>) -> PyResult<String> {
        py.detach(|| self.0.auto_post_page(relay_state, nonce)).raise(py)
    }

    fn __repr__(&self) -> String {
        format!("AuthnRequest(id={:?}, destination={:?})", self.0.id, self.0.destination)
    }
);
