//! What each side tells the other about itself in a file.

use heap_identity::saml::{
    self, NameIdFormat,
    logout::LogoutPartner as Partner,
    metadata::{self, AttributeConsumingService, Binding, MetadataFile, RequestedAttribute, Validity},
};
use pyo3::{Bound, PyAny, PyRef, PyResult, Python, pyclass, pyfunction, pymethods};

use super::{expected::Trust, identity_provider::RANDOM_BYTES, logout::LogoutPartner};
use crate::{
    convert::{Instant, Random, Span, When, duration},
    error::Raise,
    pki::{Certificate, SigningKey},
    table::table,
};

/// `redirect`, `post`, or the URI of another binding.
pub(super) fn binding_of(word: &str) -> Binding {
    match word {
        "redirect" => Binding::Redirect,
        "post" => Binding::Post,
        uri => Binding::from_uri(uri),
    }
}

/// An address that takes messages of one binding (saml-metadata 2.2.2).
///
/// `binding` is `redirect`, `post`, or the URI of another one.
#[pyclass(frozen, eq, module = "heap_identity")]
#[derive(Clone, PartialEq)]
pub(crate) struct Endpoint(pub(super) metadata::Endpoint);

table!(Endpoint {
    binding: &str = |endpoint| match &endpoint.binding {
        Binding::Redirect => "redirect",
        Binding::Post => "post",
        other => other.uri(),
    };
    location: &str = |endpoint| &endpoint.location;
    response_location: Option<&str> = |endpoint| endpoint.response_location.as_deref();
    /// Where responses go.
    for_responses: &str = |endpoint| endpoint.for_responses();
}
    #[new]
    #[pyo3(signature = (*, binding, location, response_location=None))]
    fn new(binding: &str, location: &str, response_location: Option<String>) -> Self {
        let mut endpoint = metadata::Endpoint::new(binding_of(binding), location);
        endpoint.response_location = response_location;
        Self(endpoint)
    }

    fn __repr__(&self) -> String {
        format!("Endpoint(binding={:?}, location={:?})", self.binding(), self.0.location)
    }
);

fn endpoints(given: &[PyRef<'_, Endpoint>]) -> Vec<metadata::Endpoint> {
    given.iter().map(|endpoint| endpoint.0.clone()).collect()
}

fn certificates(given: &[PyRef<'_, Certificate>]) -> Vec<heap_identity::Certificate> {
    given.iter().map(|certificate| certificate.0.clone()).collect()
}

fn formats(uris: &[String]) -> Vec<NameIdFormat> {
    uris.iter().map(|uri| NameIdFormat::from_uri(uri)).collect()
}

fn validity(until: Option<Instant>, kept: Option<&Bound<'_, PyAny>>) -> PyResult<Validity> {
    let mut validity = Validity::default();
    validity.valid_until = until.map(|until| until.0);
    validity.cache_duration = kept.map(duration).transpose()?;
    Ok(validity)
}

/// What both kinds of metadata have: who, which keys, how long, and the XML.
macro_rules! metadata_class {
    ($(#[$doc_of_class:meta])* $class:ident($core:ty) { $($own:tt)* } $($methods:tt)*) => {
        $(#[$doc_of_class])*
        #[pyclass(frozen, eq, module = "heap_identity")]
        #[derive(Clone, PartialEq)]
        pub(crate) struct $class(pub(crate) $core);

        table!($class {
            entity_id: &str = |metadata| &metadata.entity_id;
            single_logout: Vec<Endpoint> = |metadata| metadata.single_logout.iter().cloned().map(Endpoint).collect();
            name_id_formats: Vec<&str> = |metadata| metadata.name_id_formats.iter().map(NameIdFormat::uri).collect();
            signing_certificates: Vec<Certificate> = |metadata| {
                metadata.signing_certificates.iter().cloned().map(Certificate).collect()
            };
            encryption_certificates: Vec<Certificate> = |metadata| {
                metadata.encryption_certificates.iter().cloned().map(Certificate).collect()
            };
            /// Why a signing certificate of the file is not among the above.
            unusable_certificate: Option<String> = |metadata| {
                metadata.unusable_certificate.map(|error| error.to_string())
            };
            valid_until: Option<When> = |metadata| metadata.validity.valid_until.map(When);
            cache_duration: Option<Span> = |metadata| {
                let kept = metadata.validity.cache_duration;
                kept.map(|kept| Span(jiff::SignedDuration::try_from(kept).unwrap_or(jiff::SignedDuration::MAX)))
            };
            $($own)*
        }
            $($methods)*

            /// When a file that was fetched then has to be fetched again (saml-metadata 4.3.1).
            #[pyo3(signature = (*, fetched))]
            fn refresh_by(&self, fetched: Instant) -> Option<When> {
                self.0.validity.refresh_by(fetched.0).map(When)
            }

            /// Raises `InvalidInput`: `saml.metadata.expired` or `saml.metadata.stale`.
            #[pyo3(signature = (*, fetched, now))]
            fn check_validity(&self, py: Python<'_>, fetched: Instant, now: Instant) -> PyResult<()> {
                self.0.validity.check(fetched.0, now.0).raise(py)
            }

            /// Raises `InvalidInput` where it takes no logouts or nothing of it can be verified.
            fn logout_partner(&self, py: Python<'_>) -> PyResult<LogoutPartner> {
                Self::partner(&self.0).map(LogoutPartner).raise(py)
            }

            /// Unsigned.
            fn to_xml(&self, py: Python<'_>) -> PyResult<String> {
                self.0.to_xml().raise(py)
            }

            /// The same, signed. Raises `InvalidInput` for a key that cannot sign.
            #[pyo3(signature = (*, key, random=None))]
            fn to_signed_xml<'py>(
                &self,
                py: Python<'py>,
                key: PyRef<'_, SigningKey>,
                random: Option<Bound<'py, PyAny>>,
            ) -> PyResult<String> {
                let (key, mut random) = (&key.0, Random::drawn(py, random, RANDOM_BYTES)?);
                py.detach(|| self.0.to_signed_xml(key, &mut random)).raise(py)
            }

            fn __repr__(&self) -> String {
                format!("{}(entity_id={:?})", stringify!($class), self.0.entity_id)
            }
        );
    };
}

metadata_class!(
    /// What an identity provider says of itself (saml-metadata 2.4.3). Two signing certificates while a key is rolled over.
    IdentityProviderMetadata(metadata::IdentityProviderMetadata) {
    single_sign_on: Vec<Endpoint> = |metadata| metadata.single_sign_on.iter().cloned().map(Endpoint).collect();
    want_authn_requests_signed: bool = |metadata| metadata.want_authn_requests_signed;
}
    #[new]
    #[pyo3(signature = (
        *, entity_id, single_sign_on, signing_certificates, single_logout=Vec::new(), name_id_formats=Vec::new(),
        encryption_certificates=Vec::new(), want_authn_requests_signed=false, valid_until=None, cache_duration=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are named arguments in Python")]
    fn new(
        entity_id: &str,
        single_sign_on: Vec<PyRef<'_, Endpoint>>,
        signing_certificates: Vec<PyRef<'_, Certificate>>,
        single_logout: Vec<PyRef<'_, Endpoint>>,
        name_id_formats: Vec<String>,
        encryption_certificates: Vec<PyRef<'_, Certificate>>,
        want_authn_requests_signed: bool,
        valid_until: Option<Instant>,
        cache_duration: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let mut metadata = metadata::IdentityProviderMetadata::new(entity_id);
        metadata.single_sign_on = endpoints(&single_sign_on);
        metadata.single_logout = endpoints(&single_logout);
        metadata.name_id_formats = formats(&name_id_formats);
        metadata.signing_certificates = certificates(&signing_certificates);
        metadata.encryption_certificates = certificates(&encryption_certificates);
        metadata.want_authn_requests_signed = want_authn_requests_signed;
        metadata.validity = validity(valid_until, cache_duration)?;
        Ok(Self(metadata))
    }

    /// What a service provider configures; raises `InvalidInput` without a certificate that can be used.
    fn trust(&self, py: Python<'_>) -> PyResult<Trust> {
        self.0.trust().map(Trust).raise(py)
    }

    /// The address that takes AuthnRequests; raises `InvalidInput` where there is none that can be used.
    #[pyo3(signature = (*, binding="redirect"))]
    fn sso_url(&self, py: Python<'_>, binding: &str) -> PyResult<&str> {
        self.0.sso_url(&binding_of(binding)).raise(py)
    }
);

impl IdentityProviderMetadata {
    fn partner(metadata: &metadata::IdentityProviderMetadata) -> Result<Partner, metadata::MetadataError> {
        Partner::of_identity_provider(metadata)
    }
}

metadata_class!(
    /// What a service provider says of itself (saml-metadata 2.4.4).
    ///
    /// Of each requested attribute the name, and whether the service cannot do without.
    ServiceProviderMetadata(metadata::ServiceProviderMetadata) {
    /// The number of each, the endpoint, and whether it says that it is the default.
    assertion_consumer: Vec<(u16, Endpoint, Option<bool>)> = |metadata| {
        let indexed = metadata.assertion_consumer.iter();
        indexed.map(|it| (it.index, Endpoint(it.endpoint.clone()), it.is_default)).collect()
    };
    /// Where Responses can be sent over HTTP-POST, the default first.
    acs_urls: Vec<&str> = |metadata| metadata.acs_urls();
    authn_requests_signed: bool = |metadata| metadata.authn_requests_signed;
    want_assertions_signed: bool = |metadata| metadata.want_assertions_signed;
    requested_attributes: Vec<(&str, bool)> = |metadata| {
        let sets = metadata.attribute_consuming.iter();
        let attributes = sets.flat_map(|set| &set.attributes);
        attributes.map(|attribute| (attribute.name.as_str(), attribute.is_required)).collect()
    };
}
    #[new]
    #[pyo3(signature = (
        *, entity_id, acs_url, other_acs_urls=Vec::new(), signing_certificates=Vec::new(), single_logout=Vec::new(),
        name_id_formats=Vec::new(), encryption_certificates=Vec::new(), authn_requests_signed=false,
        want_assertions_signed=true, requested_attributes=Vec::new(), service_name="", valid_until=None,
        cache_duration=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are named arguments in Python")]
    fn new(
        entity_id: &str,
        acs_url: &str,
        other_acs_urls: Vec<String>,
        signing_certificates: Vec<PyRef<'_, Certificate>>,
        single_logout: Vec<PyRef<'_, Endpoint>>,
        name_id_formats: Vec<String>,
        encryption_certificates: Vec<PyRef<'_, Certificate>>,
        authn_requests_signed: bool,
        want_assertions_signed: bool,
        requested_attributes: Vec<(String, bool)>,
        service_name: &str,
        valid_until: Option<Instant>,
        cache_duration: Option<&Bound<'_, PyAny>>,
    ) -> PyResult<Self> {
        let mut metadata = metadata::ServiceProviderMetadata::new(entity_id, acs_url);
        let others = (1..).zip(&other_acs_urls).map(|(index, url)| {
            metadata::IndexedEndpoint::new(metadata::Endpoint::new(Binding::Post, url), index)
        });
        metadata.assertion_consumer.extend(others);
        metadata.single_logout = endpoints(&single_logout);
        metadata.name_id_formats = formats(&name_id_formats);
        metadata.signing_certificates = certificates(&signing_certificates);
        metadata.encryption_certificates = certificates(&encryption_certificates);
        metadata.authn_requests_signed = authn_requests_signed;
        metadata.want_assertions_signed = want_assertions_signed;
        if !requested_attributes.is_empty() {
            let attributes = requested_attributes.iter();
            let attributes = attributes.map(|(name, is_required)| RequestedAttribute::new(name, *is_required));
            let name = if service_name.is_empty() { entity_id } else { service_name };
            metadata.attribute_consuming = vec![AttributeConsumingService::new(0, name, attributes.collect())];
        }
        metadata.validity = validity(valid_until, cache_duration)?;
        Ok(Self(metadata))
    }

    /// The address of this number, or the default; raises `InvalidInput` where there is none that can be used.
    #[pyo3(signature = (*, index=None))]
    fn acs_url(&self, py: Python<'_>, index: Option<u16>) -> PyResult<&str> {
        index.map_or_else(|| self.0.default_acs_url(), |index| self.0.acs_url(index)).raise(py)
    }
);

impl ServiceProviderMetadata {
    fn partner(metadata: &metadata::ServiceProviderMetadata) -> Result<Partner, metadata::MetadataError> {
        Partner::of_service_provider(metadata)
    }
}

/// A file of the other side, and what is asked of it. Reading raises `InvalidInput` (`saml.metadata....`).
///
/// With `signed_by`, the entity or what is around it must be signed with one of these keys, which are configured, never
/// taken from the file (A46). A file configures trust and nothing else (A11).
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Metadata {
    xml: Vec<u8>,
    entity_id: Option<String>,
    signed_by: Option<Vec<heap_identity::Certificate>>,
}

impl Metadata {
    fn file(&self) -> MetadataFile<'_> {
        let mut file = MetadataFile::new(&self.xml);
        if let Some(entity_id) = &self.entity_id {
            file = file.entity(entity_id);
        }
        match &self.signed_by {
            Some(certificates) => file.signed_by(certificates),
            None => file,
        }
    }
}

#[pymethods]
impl Metadata {
    #[new]
    #[pyo3(signature = (xml, *, entity_id=None, signed_by=None))]
    fn new(xml: Vec<u8>, entity_id: Option<String>, signed_by: Option<Vec<PyRef<'_, Certificate>>>) -> Self {
        let signed_by = signed_by.map(|given| certificates(&given));
        Self { xml, entity_id, signed_by }
    }

    /// The identity provider, if the file holds at this time. Raises `InvalidInput` (`saml.metadata....`).
    #[pyo3(signature = (*, now))]
    fn identity_provider(&self, py: Python<'_>, now: Instant) -> PyResult<IdentityProviderMetadata> {
        py.detach(|| self.file().identity_provider(now.0)).map(IdentityProviderMetadata).raise(py)
    }

    /// The service provider, if the file holds at this time. Raises `InvalidInput` (`saml.metadata....`).
    #[pyo3(signature = (*, now))]
    fn service_provider(&self, py: Python<'_>, now: Instant) -> PyResult<ServiceProviderMetadata> {
        py.detach(|| self.file().service_provider(now.0)).map(ServiceProviderMetadata).raise(py)
    }

    /// The ids of all entities in the file, to choose from. Nothing is verified.
    fn entity_ids(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        py.detach(|| self.file().entity_ids()).raise(py)
    }

    fn __repr__(&self) -> String {
        let signed = if self.signed_by.is_some() { "True" } else { "False" };
        format!(
            "Metadata({} bytes, entity_id={:?}, signature_wanted={signed})",
            self.xml.len(),
            self.entity_id
        )
    }
}

/// The value of `Content-Security-Policy` for a page that posts a form by itself.
#[pyfunction]
#[pyo3(signature = (*, nonce))]
pub(crate) fn content_security_policy(nonce: &str) -> String {
    saml::content_security_policy(nonce)
}
