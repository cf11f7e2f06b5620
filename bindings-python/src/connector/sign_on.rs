//! The sign-on itself.

use heap_identity::connector;
use pyo3::{Bound, Py, PyAny, PyRef, PyResult, Python, pyclass, pymethods};

use crate::{
    convert::{Instant, Random},
    directory::Snapshot,
    error::Raise,
    heap::{
        attributes::AttributeMapping,
        connection::{ConnectionTest, RANDOM_BYTES, SsoSettings},
        names::Identified,
    },
    pki::{Certificate, SigningKey},
    saml::{identity_provider::SignedResponse, metadata::IdentityProviderMetadata},
    table::table,
};

/// Heap's application at the identity provider: logs in whom a bound group holds, and nobody else (R12).
///
/// At `idp_url`, which Heap's settings call the remote login URL (R2, R6). `Application.sign_on` makes it of what is saved.
#[pyclass(frozen, module = "heap_identity.connector")]
pub(crate) struct SignOn(pub(super) connector::SignOn);

table!(SignOn {
    /// The signing certificate: the `certificate.pem` for Heap's settings (R6).
    certificate_pem: String = |sign_on| sign_on.certificate_pem();
    certificate: Certificate = |sign_on| Certificate(sign_on.certificate().clone());
}
    #[new]
    #[pyo3(signature = (*, idp_url, key, heap_id, attributes=None))]
    fn new(
        idp_url: &str,
        key: PyRef<'_, SigningKey>,
        heap_id: Identified,
        attributes: Option<PyRef<'_, AttributeMapping>>,
    ) -> Self {
        let attributes = attributes.map(|attributes| attributes.0.clone()).unwrap_or_default();
        Self(connector::SignOn::new(idp_url, key.0.clone(), heap_id.0).with_attributes(attributes))
    }

    /// What the identity provider says of itself, for service providers that are configured from a file.
    fn metadata(&self) -> IdentityProviderMetadata {
        IdentityProviderMetadata(self.0.metadata())
    }

    /// Tries the application and Heap's settings on each other before SSO is enforced (R7), for this administrator.
    #[pyo3(signature = (*, settings, heap_id, email, now, random=None))]
    fn test_connection<'py>(
        &self,
        py: Python<'py>,
        settings: PyRef<'py, SsoSettings>,
        heap_id: Identified,
        email: &str,
        now: Instant,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<ConnectionTest> {
        let (settings, mut random) = (&settings.0, Random::drawn(py, random, RANDOM_BYTES)?);
        let tested = py.detach(|| self.0.test_connection(settings, &heap_id.0, email, now.0, &mut random));
        Ok(ConnectionTest(tested))
    }

    /// The person, by directory id, picks the application in the portal (R9).
    ///
    /// Raises `Refused` for everybody whom no bound group holds (R12), and for somebody without an address (R13).
    #[pyo3(signature = (*, directory, person, now, random=None))]
    fn launch<'py>(
        &self,
        py: Python<'py>,
        directory: PyRef<'py, Snapshot>,
        person: &str,
        now: Instant,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<SignedResponse> {
        let (directory, mut random) = (&directory.0, Random::drawn(py, random, RANDOM_BYTES)?);
        let response = py.detach(|| self.0.launch(directory, person, now.0, &mut random));
        response.map(SignedResponse).raise(py)
    }

    /// Heap sent an AuthnRequest by redirect, and the person has logged in here (R10). `raw_query` is as it was received.
    ///
    /// Raises `Refused` as `launch`, and for a request that cannot be answered.
    #[pyo3(signature = (*, raw_query, directory, person, now, random=None))]
    fn answer<'py>(
        &self,
        py: Python<'py>,
        raw_query: &str,
        directory: PyRef<'py, Snapshot>,
        person: &str,
        now: Instant,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Answer> {
        let (directory, mut random) = (&directory.0, Random::drawn(py, random, RANDOM_BYTES)?);
        let answer = py.detach(|| self.0.answer(raw_query, directory, person, now.0, &mut random));
        let connector::Answer { response, relay_state, .. } = answer.raise(py)?;
        Ok(Answer { response: Py::new(py, SignedResponse(response))?, relay_state })
    }

    fn __repr__(&self) -> String {
        format!("SignOn(entity_id={:?})", self.0.metadata().entity_id)
    }
);

/// What answers an AuthnRequest: to be posted to Heap by the browser.
#[pyclass(frozen, get_all, module = "heap_identity.connector")]
pub(crate) struct Answer {
    response: Py<SignedResponse>,
    /// The RelayState that Heap sent, to be returned as it is (R10).
    relay_state: Option<String>,
}

#[pymethods]
impl Answer {
    fn __repr__(&self) -> String {
        format!("Answer(acs_url={:?})", self.response.get().0.acs_url())
    }
}
