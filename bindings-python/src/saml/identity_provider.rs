//! The identity provider's end.

use std::collections::BTreeMap;

use heap_identity::saml::{self, Attribute, Login, NameId, NameIdFormat, SignScope};
use pyo3::{Bound, PyAny, PyRef, PyResult, Python, exceptions::PyValueError, pyclass, pymethods};

use crate::{
    convert::{Instant, Random, duration},
    error::invalid,
    pki::{Certificate, SigningKey},
};

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct IdentityProvider {
    provider: saml::IdentityProvider,
    entity_id: String,
}

#[pymethods]
impl IdentityProvider {
    #[new]
    #[pyo3(signature = (*, entity_id, key, sso_url=None, service_providers=None, sign_scope=None, valid_for=None))]
    fn new(
        entity_id: String,
        key: PyRef<'_, SigningKey>,
        sso_url: Option<&str>,
        service_providers: Option<BTreeMap<String, Vec<String>>>,
        sign_scope: Option<&str>,
        valid_for: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let mut builder = saml::IdentityProvider::builder(&entity_id).sign_with(key.0.clone());
        if let Some(sso_url) = sso_url {
            builder = builder.sso_url(sso_url);
        }
        for (entity_id, acs_urls) in service_providers.unwrap_or_default() {
            let acs_urls: Vec<&str> = acs_urls.iter().map(String::as_str).collect();
            builder = builder.service_provider(&entity_id, &acs_urls);
        }
        if let Some(scope) = sign_scope {
            builder = builder.sign_scope(sign_scope_of(scope)?);
        }
        if let Some(valid_for) = valid_for {
            builder = builder.valid_for(duration(valid_for)?);
        }
        Ok(Self { provider: builder.build(), entity_id })
    }

    #[getter]
    fn entity_id(&self) -> &str {
        &self.entity_id
    }

    #[getter]
    fn certificate(&self) -> Certificate {
        Certificate(self.provider.certificate().clone())
    }

    #[pyo3(signature = (
        *, subject, audience, acs_url, now, name_id_format=None, in_response_to=None, attributes=None,
        authn_instant=None, authn_context_class=None, session_index=None, session_not_on_or_after=None, random=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are named arguments in Python")]
    fn respond<'py>(
        &self,
        py: Python<'py>,
        subject: &str,
        audience: &str,
        acs_url: &str,
        now: Instant,
        name_id_format: Option<&str>,
        in_response_to: Option<&str>,
        attributes: Option<BTreeMap<String, Vec<String>>>,
        authn_instant: Option<Instant>,
        authn_context_class: Option<&str>,
        session_index: Option<&str>,
        session_not_on_or_after: Option<Instant>,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<SignedResponse> {
        let format = name_id_format.map_or(NameIdFormat::EmailAddress, NameIdFormat::from_uri);
        let attributes = attributes.unwrap_or_default();
        let values: Vec<Vec<&str>> =
            attributes.values().map(|values| values.iter().map(String::as_str).collect()).collect();
        let attributes: Vec<Attribute<'_>> =
            attributes.keys().zip(&values).map(|(name, values)| Attribute { name, values }).collect();
        let Instant(now) = now;
        let authn_instant = authn_instant.map_or(now, |Instant(instant)| instant);
        let mut login = Login::new(NameId::new(subject, format), audience, acs_url, authn_instant);
        login.in_response_to = in_response_to;
        login.attributes = &attributes;
        login.authn_context_class = authn_context_class;
        login.session_index = session_index;
        login.session_not_on_or_after = session_not_on_or_after.map(|Instant(end)| end);
        let mut random = Random::from(py, random)?;
        let response = self.provider.respond(&login, now, &mut random);
        random.made(response)?.map(SignedResponse).map_err(|error| invalid(py, error.code(), &error))
    }

    #[pyo3(signature = (*, raw_query, now))]
    fn accept_redirect(&self, py: Python<'_>, raw_query: &str, now: Instant) -> PyResult<AcceptedRequest> {
        let request = self.provider.accept_redirect(raw_query, now.0);
        request.map(AcceptedRequest).map_err(|error| invalid(py, error.code(), &error))
    }

    #[pyo3(signature = (*, saml_request, now, relay_state=None))]
    fn accept_post(
        &self,
        py: Python<'_>,
        saml_request: &str,
        now: Instant,
        relay_state: Option<&str>,
    ) -> PyResult<AcceptedRequest> {
        let request = self.provider.accept_post(saml_request, relay_state, now.0);
        request.map(AcceptedRequest).map_err(|error| invalid(py, error.code(), &error))
    }

    fn __repr__(&self) -> String {
        format!("IdentityProvider(entity_id={:?})", self.entity_id)
    }
}

fn sign_scope_of(word: &str) -> PyResult<SignScope> {
    match word {
        "assertion" => Ok(SignScope::Assertion),
        "response" => Ok(SignScope::Response),
        "both" => Ok(SignScope::Both),
        _ => Err(PyValueError::new_err("sign_scope is \"assertion\", \"response\" or \"both\"")),
    }
}

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct SignedResponse(saml::SignedResponse);

#[pymethods]
impl SignedResponse {
    #[getter]
    fn xml(&self) -> &str {
        self.0.xml()
    }

    #[getter]
    fn acs_url(&self) -> &str {
        self.0.acs_url()
    }

    #[pyo3(signature = (*, relay_state=None))]
    fn form_fields(&self, relay_state: Option<&str>) -> BTreeMap<&'static str, String> {
        self.0.form_fields(relay_state).into_iter().collect()
    }

    #[pyo3(signature = (*, nonce, relay_state=None))]
    fn auto_post_page(&self, nonce: &str, relay_state: Option<&str>) -> String {
        self.0.auto_post_page(relay_state, nonce)
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
}

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct AcceptedRequest(saml::AcceptedRequest);

#[pymethods]
impl AcceptedRequest {
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    #[getter]
    fn issuer(&self) -> &str {
        &self.0.issuer
    }

    #[getter]
    fn acs_url(&self) -> &str {
        &self.0.acs_url
    }

    #[getter]
    fn relay_state(&self) -> Option<&str> {
        self.0.relay_state.as_deref()
    }

    #[getter]
    fn force_authn(&self) -> bool {
        self.0.force_authn
    }

    #[getter]
    fn is_passive(&self) -> bool {
        self.0.is_passive
    }

    #[getter]
    fn name_id_format(&self) -> Option<&str> {
        self.0.name_id_format.as_ref().map(NameIdFormat::uri)
    }

    fn __repr__(&self) -> String {
        format!("AcceptedRequest(id={:?}, issuer={:?})", self.0.id, self.0.issuer)
    }
}
