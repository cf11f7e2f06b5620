//! The identity provider's end.

use std::collections::BTreeMap;

use heap_identity::saml::{self, Attribute, Login, NameIdFormat, SignScope};
use pyo3::{Bound, PyAny, PyRef, PyResult, Python, pyclass};

use super::{
    failure::login_failure_of,
    metadata::{IdentityProviderMetadata, ServiceProviderMetadata},
    name_id::{NameId, format_of},
};
use crate::{
    convert::{Instant, Random, duration},
    error::Raise,
    pki::{Certificate, SigningKey},
    table::{table, words},
};

words! {
    sign_scope_of: SignScope {
        "assertion" => SignScope::Assertion,
        "response" => SignScope::Response,
        "both" => SignScope::Both,
    }
}

/// An identity provider that signs what it says.
///
/// Once a service provider is registered (entity id to assertion consumer service URLs, the first of which is the
/// default, or by its metadata), only registered ones are answered.
///
/// `valid_for` is five minutes and the Assertion is signed unless said otherwise.
///
/// Assertions for an entity id in `encrypt_for` are encrypted for the holder of that certificate, after they are
/// signed (saml-core 2.3.4).
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct IdentityProvider((saml::IdentityProvider, String));

impl IdentityProvider {
    pub(crate) const fn core(&self) -> &saml::IdentityProvider {
        &self.0.0
    }
}

table!(IdentityProvider {
    entity_id: &str = |provider| &provider.1;
    /// What service providers must trust (R6).
    certificate: Certificate = |provider| Certificate(provider.0.certificate().clone());
}
    #[new]
    #[pyo3(signature = (
        *, entity_id, key, sso_url=None, service_providers=None, sign_scope=None, valid_for=None, registered=Vec::new(),
        encrypt_for=None, want_authn_requests_signed=false
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are named arguments in Python")]
    fn new(
        entity_id: String,
        key: PyRef<'_, SigningKey>,
        sso_url: Option<&str>,
        service_providers: Option<BTreeMap<String, Vec<String>>>,
        sign_scope: Option<&str>,
        valid_for: Option<&Bound<'_, PyAny>>,
        registered: Vec<PyRef<'_, ServiceProviderMetadata>>,
        encrypt_for: Option<BTreeMap<String, PyRef<'_, Certificate>>>,
        want_authn_requests_signed: bool,
    ) -> PyResult<Self> {
        let mut builder = saml::IdentityProvider::builder(&entity_id).sign_with(key.0.clone());
        if let Some(sso_url) = sso_url {
            builder = builder.sso_url(sso_url);
        }
        for (entity_id, acs_urls) in service_providers.unwrap_or_default() {
            let acs_urls: Vec<&str> = acs_urls.iter().map(String::as_str).collect();
            builder = builder.service_provider(&entity_id, &acs_urls);
        }
        for metadata in registered {
            builder = builder.register(metadata.0.clone());
        }
        for (entity_id, certificate) in encrypt_for.unwrap_or_default() {
            builder = builder.encrypt_for(&entity_id, certificate.0.clone());
        }
        if let Some(scope) = sign_scope {
            builder = builder.sign_scope(sign_scope_of(scope)?);
        }
        if let Some(valid_for) = valid_for {
            builder = builder.valid_for(duration(valid_for)?);
        }
        if want_authn_requests_signed {
            builder = builder.want_authn_requests_signed();
        }
        Ok(Self((builder.build(), entity_id)))
    }

    /// What it says of itself, for service providers that are configured from a file (saml-metadata 2.4.3).
    fn metadata(&self) -> IdentityProviderMetadata {
        IdentityProviderMetadata(self.0.0.metadata())
    }

    /// A signed Response for a person who was authenticated and authorised.
    ///
    /// The subject is an email address unless `name_id_format` says otherwise; the person was authenticated `now`
    /// unless `authn_instant` does; randomness comes from `os.urandom` unless `random` gives it. What people call an
    /// attribute, and how its name is to be read, stand in `friendly_names` and `name_formats` (saml-core 2.7.3.1).
    /// Raises `InvalidInput` (`saml.unregistered`, `saml.blank` and others).
    #[pyo3(signature = (
        *, subject, audience, acs_url, now, name_id_format=None, in_response_to=None, attributes=None,
        friendly_names=None, name_formats=None, authn_instant=None, authn_context_class=None, session_index=None, session_not_on_or_after=None, random=None
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
        friendly_names: Option<BTreeMap<String, String>>,
        name_formats: Option<BTreeMap<String, String>>,
        authn_instant: Option<Instant>,
        authn_context_class: Option<&str>,
        session_index: Option<&str>,
        session_not_on_or_after: Option<Instant>,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<SignedResponse> {
        let attributes = attributes.unwrap_or_default();
        let (friendly_names, name_formats) =
            (friendly_names.unwrap_or_default(), name_formats.unwrap_or_default());
        let values: Vec<Vec<&str>> =
            attributes.values().map(|values| values.iter().map(String::as_str).collect()).collect();
        let attributes = attributes.keys().zip(&values).map(|(name, values)| {
            let mut attribute = Attribute::new(name, values);
            attribute.friendly_name = friendly_names.get(name).map(String::as_str);
            attribute.name_format = name_formats.get(name).map(String::as_str);
            attribute
        });
        let attributes: Vec<Attribute<'_>> = attributes.collect();
        let Instant(now) = now;
        let authn_instant = authn_instant.map_or(now, |Instant(instant)| instant);
        let subject = saml::NameId::new(subject, format_of(name_id_format));
        let mut login = Login::new(subject, audience, acs_url, authn_instant);
        login.in_response_to = in_response_to;
        login.attributes = &attributes;
        login.authn_context_class = authn_context_class;
        login.session_index = session_index;
        login.session_not_on_or_after = session_not_on_or_after.map(|Instant(end)| end);
        let mut random = Random::drawn(py, random, RANDOM_BYTES)?;
        py.detach(|| self.0.0.respond(&login, now, &mut random)).map(SignedResponse).raise(py)
    }

    /// The answer that logs nobody in, by a code such as `saml.failure.request_denied` (saml-core 3.2.2.2).
    ///
    /// It is signed only if the request proved its sender. `message` is for people.
    #[pyo3(signature = (*, request, failure, now, message=None, random=None))]
    fn decline<'py>(
        &self,
        py: Python<'py>,
        request: PyRef<'_, AcceptedRequest>,
        failure: &str,
        now: Instant,
        message: Option<&str>,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<FailureResponse> {
        let mut random = Random::drawn(py, random, RANDOM_BYTES)?;
        let (request, failure) = (&request.0, login_failure_of(failure)?);
        let declined = py.detach(|| self.0.0.decline(request, failure, message, now.0, &mut random));
        declined.map(FailureResponse).raise(py)
    }

    /// Whom to tell that `accept_redirect` refuses the request of this query; `None` where that is in doubt, or it is accepted.
    ///
    /// Only a registered service provider is told, at a registered address (saml-profiles 4.1.4.1, A58).
    #[pyo3(signature = (*, raw_query, now))]
    fn refused_redirect(&self, py: Python<'_>, raw_query: &str, now: Instant) -> Option<RefusedRequest> {
        let refused = py.detach(|| {
            let error = self.0.0.accept_redirect(raw_query, now.0).err()?;
            self.0.0.refused_redirect(raw_query, &error)
        });
        refused.map(RefusedRequest)
    }

    /// As `refused_redirect`, for the body that `accept_form` takes.
    #[pyo3(signature = (*, body, now))]
    fn refused_form(&self, py: Python<'_>, body: &str, now: Instant) -> Option<RefusedRequest> {
        let refused = py.detach(|| {
            let error = self.0.0.accept_form(body, now.0).err()?;
            self.0.0.refused_form(body, &error)
        });
        refused.map(RefusedRequest)
    }

    /// The answer to a request that is refused, never signed: anybody can send such a request (A10).
    #[pyo3(signature = (*, request, now, random=None))]
    fn refuse<'py>(
        &self,
        py: Python<'py>,
        request: PyRef<'_, RefusedRequest>,
        now: Instant,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<FailureResponse> {
        let mut random = Random::drawn(py, random, RANDOM_BYTES)?;
        let request = &request.0;
        py.detach(|| self.0.0.refuse(request, now.0, &mut random)).map(FailureResponse).raise(py)
    }

    /// The request in a query string, given as it came (saml-bindings 3.4). Raises `InvalidInput`.
    #[pyo3(signature = (*, raw_query, now))]
    fn accept_redirect(&self, py: Python<'_>, raw_query: &str, now: Instant) -> PyResult<AcceptedRequest> {
        py.detach(|| self.0.0.accept_redirect(raw_query, now.0)).map(AcceptedRequest).raise(py)
    }

    /// The request in the body of a form, given as it came (saml-bindings 3.5). Raises `InvalidInput`.
    #[pyo3(signature = (*, body, now))]
    fn accept_form(&self, py: Python<'_>, body: &str, now: Instant) -> PyResult<AcceptedRequest> {
        py.detach(|| self.0.0.accept_form(body, now.0)).map(AcceptedRequest).raise(py)
    }

    /// The request in the fields of a form. Raises `InvalidInput`.
    #[pyo3(signature = (*, saml_request, now, relay_state=None))]
    fn accept_post(
        &self,
        py: Python<'_>,
        saml_request: &str,
        now: Instant,
        relay_state: Option<&str>,
    ) -> PyResult<AcceptedRequest> {
        py.detach(|| self.0.0.accept_post(saml_request, relay_state, now.0)).map(AcceptedRequest).raise(py)
    }

    fn __repr__(&self) -> String {
        format!("IdentityProvider(entity_id={:?})", self.0.1)
    }
);

/// Two IDs of 20 bytes are what a message takes.
pub(super) const RANDOM_BYTES: usize = 64;

/// A Response and the address that it is for: what carries it is the same whatever it says.
macro_rules! response {
    ($(#[$doc_of_class:meta])* $class:ident($core:ty)) => {
        $(#[$doc_of_class])*
        #[pyclass(frozen, module = "heap_identity")]
        pub(crate) struct $class(pub(crate) $core);

        table!($class {
            xml: &str = |response| response.xml();
            acs_url: &str = |response| response.acs_url();
        }
            /// The fields of the form to be posted to `acs_url`, by name (saml-bindings 3.5.4).
            #[pyo3(signature = (*, relay_state=None))]
            fn form_fields(&self, relay_state: Option<&str>) -> BTreeMap<&'static str, String> {
                self.0.form_fields(relay_state).into_iter().collect()
            }

            /// A page that posts the form by itself; send it with `content_security_policy(nonce=nonce)`.
            #[pyo3(signature = (*, nonce, relay_state=None))]
            fn auto_post_page(&self, nonce: &str, relay_state: Option<&str>) -> String {
                self.0.auto_post_page(relay_state, nonce)
            }

            fn __repr__(&self) -> String {
                format!("{}(acs_url={:?})", stringify!($class), self.0.acs_url())
            }
        );
    };
}

response!(
    /// A Response that is signed, and the address that it is for.
    SignedResponse(saml::SignedResponse));
response!(
    /// A Response that says why nobody is logged in, and the address that it is for.
    FailureResponse(saml::FailureResponse));

/// A request that may be answered, at an address that is registered (A58).
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct AcceptedRequest(saml::AcceptedRequest);

table!(AcceptedRequest {
    id: &str = |request| &request.id;
    issuer: &str = |request| &request.issuer;
    acs_url: &str = |request| &request.acs_url;
    /// To be sent back unchanged with the answer.
    relay_state: Option<&str> = |request| request.relay_state.as_deref();
    /// Whether a signature by a registered key proves who sent it.
    is_authenticated: bool = |request| request.is_authenticated;
    /// The person must prove again who they are.
    force_authn: bool = |request| request.force_authn;
    /// The person must not be asked anything.
    is_passive: bool = |request| request.is_passive;
    /// Whom the service provider wants to be authenticated, where it knows (saml-core 3.4.1).
    subject: Option<NameId> = |request| request.subject.clone().map(NameId);
    name_id_format: Option<&str> = |request| request.name_id_format.as_ref().map(NameIdFormat::uri);
    sp_name_qualifier: Option<&str> = |request| request.sp_name_qualifier.as_deref();
    allow_create: bool = |request| request.allow_create;
    /// How the person is to be authenticated: the comparison and the classes (saml-core 3.3.2.2.1).
    authn_context: Option<(&'static str, Vec<String>)> = |request| {
        request.authn_context.as_ref().map(|context| (context.comparison.word(), context.classes.clone()))
    };
}
    /// Why a login of this person, authenticated in this way, is not what was asked for; `None` where it is.
    ///
    /// `classes` are the ways that the identity provider knows, the weakest first. The answer is a code for `decline`.
    #[pyo3(signature = (*, subject, authn_context_class=None, classes=Vec::new()))]
    fn refusal(
        &self,
        subject: PyRef<'_, NameId>,
        authn_context_class: Option<&str>,
        classes: Vec<String>,
    ) -> Option<&'static str> {
        // The moment is not looked at: only who is authenticated, and how.
        let mut login = self.0.login(subject.0.clone(), jiff::Timestamp::UNIX_EPOCH);
        login.authn_context_class = authn_context_class;
        let classes: Vec<&str> = classes.iter().map(String::as_str).collect();
        self.0.allows(&login, &classes).err().map(saml::LoginFailure::code)
    }

    fn __repr__(&self) -> String {
        format!("AcceptedRequest(id={:?}, issuer={:?})", self.0.id, self.0.issuer)
    }
);

/// A request that is refused, and whose sender can be told. Nothing else of it is believed.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct RefusedRequest(saml::RefusedRequest);

table!(RefusedRequest {
    id: &str = |request| &request.id;
    /// The entity id of the service provider.
    issuer: &str = |request| &request.issuer;
    /// Where the answer goes.
    acs_url: &str = |request| &request.acs_url;
    /// To be sent back unchanged with the answer.
    relay_state: Option<&str> = |request| request.relay_state.as_deref();
    /// The stable code of what it is refused with.
    failure: &'static str = |request| request.failure.code();
}
    fn __repr__(&self) -> String {
        format!("RefusedRequest(issuer={:?}, failure={:?})", self.0.issuer, self.failure())
    }
);
