//! Metadata of both ends.

use std::{
    sync::Arc,
    time::{Duration, SystemTime},
};

use heap_identity::saml::{NameIdFormat, metadata};

use super::{identity_provider::IdentityProvider, service_provider::ServiceProvider};
use crate::{
    convert::{Random, date, instant, nearest},
    error::HeapIdentityError,
    pki::{Certificate, SigningKey},
    saml::service_provider::Trust,
};

/// By which way a message comes.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum SamlBinding {
    /// HTTP-Redirect.
    Redirect,
    /// HTTP-POST.
    Post,
    /// Another.
    Other {
        /// Its URI.
        uri: String,
    },
}

/// An address that takes messages.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct SamlEndpoint {
    /// By which way.
    pub binding: SamlBinding,
    /// The address.
    pub location: String,
    /// Where answers go, if elsewhere.
    #[uniffi(default = None)]
    pub response_location: Option<String>,
}

/// An address that takes Responses, with its number.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct IndexedEndpoint {
    /// The address.
    pub endpoint: SamlEndpoint,
    /// Its number.
    pub index: u16,
    /// Whether it is the default, where that is said.
    #[uniffi(default = None)]
    pub is_default: Option<bool>,
}

/// How long metadata hold.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq, uniffi::Record)]
pub struct MetadataValidity {
    /// Until then.
    #[uniffi(default = None)]
    pub valid_until: Option<SystemTime>,
    /// For so long after they were fetched.
    #[uniffi(default = None)]
    pub cache_duration: Option<Duration>,
}

/// What an identity provider says of itself.
#[derive(Clone, Debug, Eq, PartialEq, uniffi::Record)]
pub struct IdentityProviderMetadata {
    /// Its entity id.
    pub entity_id: String,
    /// Where it takes AuthnRequests.
    #[uniffi(default = [])]
    pub single_sign_on: Vec<SamlEndpoint>,
    /// Where it takes logouts.
    #[uniffi(default = [])]
    pub single_logout: Vec<SamlEndpoint>,
    /// The kinds of names it gives.
    #[uniffi(default = [])]
    pub name_id_formats: Vec<String>,
    /// The certificates of the keys it signs with.
    #[uniffi(default = [])]
    pub signing_certificates: Vec<Arc<Certificate>>,
    /// The certificates to encrypt to.
    #[uniffi(default = [])]
    pub encryption_certificates: Vec<Arc<Certificate>>,
    /// Whether AuthnRequests must be signed.
    #[uniffi(default = false)]
    pub want_authn_requests_signed: bool,
    /// How long this holds.
    pub validity: MetadataValidity,
    /// Why a signing certificate of the file is not among the above, as a code.
    #[uniffi(default = None)]
    pub unusable_certificate: Option<String>,
}

/// What a service provider says of itself.
#[derive(Clone, Debug, Eq, PartialEq, uniffi::Record)]
pub struct ServiceProviderMetadata {
    /// Its entity id.
    pub entity_id: String,
    /// Where it takes Responses.
    pub assertion_consumer: Vec<IndexedEndpoint>,
    /// Where it takes logouts.
    #[uniffi(default = [])]
    pub single_logout: Vec<SamlEndpoint>,
    /// The kinds of names it takes.
    #[uniffi(default = [])]
    pub name_id_formats: Vec<String>,
    /// The certificates of the keys it signs with.
    #[uniffi(default = [])]
    pub signing_certificates: Vec<Arc<Certificate>>,
    /// The certificates to encrypt to.
    #[uniffi(default = [])]
    pub encryption_certificates: Vec<Arc<Certificate>>,
    /// Whether it signs AuthnRequests.
    #[uniffi(default = false)]
    pub authn_requests_signed: bool,
    /// Whether Assertions must be signed.
    #[uniffi(default = false)]
    pub want_assertions_signed: bool,
    /// How long this holds.
    pub validity: MetadataValidity,
    /// Why a signing certificate of the file is not among the above, as a code.
    #[uniffi(default = None)]
    pub unusable_certificate: Option<String>,
}

/// A file of metadata, from outside.
#[derive(Clone, Debug, uniffi::Record)]
pub struct MetadataFile {
    /// The XML.
    pub xml: Vec<u8>,
    /// Which entity of it is meant; needed where there is more than one.
    #[uniffi(default = None)]
    pub entity_id: Option<String>,
    /// The certificates by one of whose keys it must be signed; not looked at if none are given.
    #[uniffi(default = None)]
    pub signed_by: Option<Vec<Arc<Certificate>>>,
}

#[uniffi::export]
impl MetadataFile {
    /// The identity provider that the file describes.
    pub fn identity_provider(&self, now: SystemTime) -> Result<IdentityProviderMetadata, HeapIdentityError> {
        let now = instant(now)?;
        self.read(|file| Ok(file.identity_provider(now)?.into()))
    }

    /// The service provider that the file describes.
    pub fn service_provider(&self, now: SystemTime) -> Result<ServiceProviderMetadata, HeapIdentityError> {
        let now = instant(now)?;
        self.read(|file| Ok(file.service_provider(now)?.into()))
    }

    /// The entity ids in the file.
    pub fn entity_ids(&self) -> Result<Vec<String>, HeapIdentityError> {
        self.read(|file| Ok(file.entity_ids()?))
    }
}

impl MetadataFile {
    fn read<T>(
        &self,
        read: impl FnOnce(metadata::MetadataFile<'_>) -> Result<T, HeapIdentityError>,
    ) -> Result<T, HeapIdentityError> {
        let signers: Option<Vec<_>> = self.signed_by.as_ref().map(|signers| core_certificates(signers));
        let mut file = metadata::MetadataFile::new(&self.xml);
        if let Some(entity_id) = &self.entity_id {
            file = file.entity(entity_id);
        }
        if let Some(signers) = &signers {
            file = file.signed_by(signers);
        }
        read(file)
    }
}

#[uniffi::export]
impl IdentityProviderMetadata {
    /// The identity provider as one to trust, by the keys that it signs with.
    pub fn trust(&self) -> Result<Trust, HeapIdentityError> {
        let trust = metadata::IdentityProviderMetadata::from(self.clone()).trust()?;
        Ok(Trust { entity_id: trust.entity_id, certificates: held(trust.certificates) })
    }

    /// Where it takes AuthnRequests, by this way.
    pub fn sso_url(&self, binding: SamlBinding) -> Result<String, HeapIdentityError> {
        let metadata = metadata::IdentityProviderMetadata::from(self.clone());
        Ok(metadata.sso_url(&binding.into())?.to_owned())
    }

    /// The metadata as XML; signed, if a key is given.
    #[uniffi::method(default(key = None))]
    pub fn xml(&self, key: Option<Arc<SigningKey>>) -> Result<String, HeapIdentityError> {
        let metadata = metadata::IdentityProviderMetadata::from(self.clone());
        let Some(key) = key else { return Ok(metadata.to_xml()?) };
        let mut random = Random::default();
        let signed = metadata.to_signed_xml(&key.0, &mut random);
        Ok(random.made(signed)??)
    }
}

#[uniffi::export]
impl ServiceProviderMetadata {
    /// Where Responses go unless a request says otherwise.
    pub fn default_acs_url(&self) -> Result<String, HeapIdentityError> {
        Ok(metadata::ServiceProviderMetadata::from(self.clone()).default_acs_url()?.to_owned())
    }

    /// The address with this number.
    pub fn acs_url(&self, index: u16) -> Result<String, HeapIdentityError> {
        Ok(metadata::ServiceProviderMetadata::from(self.clone()).acs_url(index)?.to_owned())
    }

    /// The metadata as XML; signed, if a key is given.
    #[uniffi::method(default(key = None))]
    pub fn xml(&self, key: Option<Arc<SigningKey>>) -> Result<String, HeapIdentityError> {
        let metadata = metadata::ServiceProviderMetadata::from(self.clone());
        let Some(key) = key else { return Ok(metadata.to_xml()?) };
        let mut random = Random::default();
        let signed = metadata.to_signed_xml(&key.0, &mut random);
        Ok(random.made(signed)??)
    }
}

#[uniffi::export]
impl MetadataValidity {
    /// When metadata that were fetched then should be fetched again; none if nothing is said.
    pub fn refresh_by(&self, fetched: SystemTime) -> Result<Option<SystemTime>, HeapIdentityError> {
        Ok(metadata::Validity::from(self.clone()).refresh_by(instant(fetched)?).map(date))
    }

    /// Refuses metadata that were fetched then and no longer hold now.
    pub fn check(&self, fetched: SystemTime, now: SystemTime) -> Result<(), HeapIdentityError> {
        Ok(metadata::Validity::from(self.clone()).check(instant(fetched)?, instant(now)?)?)
    }
}

#[uniffi::export]
impl IdentityProvider {
    /// What it says of itself.
    pub fn metadata(&self) -> IdentityProviderMetadata {
        self.0.metadata().into()
    }
}

#[uniffi::export]
impl ServiceProvider {
    /// What it says of itself.
    pub fn metadata(&self) -> ServiceProviderMetadata {
        self.0.metadata().into()
    }
}

pub(crate) fn held(certificates: Vec<heap_identity::pki::Certificate>) -> Vec<Arc<Certificate>> {
    certificates.into_iter().map(Certificate::of).collect()
}

pub(crate) fn core_certificates(certificates: &[Arc<Certificate>]) -> Vec<heap_identity::pki::Certificate> {
    certificates.iter().map(|certificate| (*certificate.0).clone()).collect()
}

fn formats(uris: &[String]) -> Vec<NameIdFormat> {
    uris.iter().map(|uri| NameIdFormat::from_uri(uri)).collect()
}

fn uris(formats: &[NameIdFormat]) -> Vec<String> {
    formats.iter().map(|format| format.uri().to_owned()).collect()
}

/// The core's error with this code.
fn key_error(code: &str) -> Option<heap_identity::pki::Error> {
    heap_identity::pki::Error::ALL.iter().copied().find(|error| error.code() == code)
}

impl From<SamlBinding> for metadata::Binding {
    fn from(binding: SamlBinding) -> Self {
        match binding {
            SamlBinding::Redirect => Self::Redirect,
            SamlBinding::Post => Self::Post,
            SamlBinding::Other { uri } => Self::from_uri(&uri),
        }
    }
}

impl From<metadata::Binding> for SamlBinding {
    fn from(binding: metadata::Binding) -> Self {
        match binding {
            metadata::Binding::Redirect => Self::Redirect,
            metadata::Binding::Post => Self::Post,
            other => Self::Other { uri: other.uri().to_owned() },
        }
    }
}

impl From<SamlEndpoint> for metadata::Endpoint {
    fn from(given: SamlEndpoint) -> Self {
        let mut endpoint = Self::new(given.binding.into(), &given.location);
        endpoint.response_location = given.response_location;
        endpoint
    }
}

impl From<metadata::Endpoint> for SamlEndpoint {
    fn from(endpoint: metadata::Endpoint) -> Self {
        Self {
            binding: endpoint.binding.into(),
            location: endpoint.location,
            response_location: endpoint.response_location,
        }
    }
}

impl From<MetadataValidity> for metadata::Validity {
    fn from(given: MetadataValidity) -> Self {
        let mut validity = Self::default();
        validity.valid_until = given.valid_until.map(nearest);
        validity.cache_duration = given.cache_duration;
        validity
    }
}

impl From<metadata::Validity> for MetadataValidity {
    fn from(validity: metadata::Validity) -> Self {
        Self { valid_until: validity.valid_until.map(date), cache_duration: validity.cache_duration }
    }
}

/// What was read keeps its dates; they are not among what a caller makes metadata of.
impl From<IdentityProviderMetadata> for metadata::IdentityProviderMetadata {
    fn from(given: IdentityProviderMetadata) -> Self {
        let mut metadata = Self::new(&given.entity_id);
        metadata.single_sign_on = given.single_sign_on.into_iter().map(Into::into).collect();
        metadata.single_logout = given.single_logout.into_iter().map(Into::into).collect();
        metadata.name_id_formats = formats(&given.name_id_formats);
        metadata.signing_certificates = core_certificates(&given.signing_certificates);
        metadata.encryption_certificates = core_certificates(&given.encryption_certificates);
        metadata.want_authn_requests_signed = given.want_authn_requests_signed;
        metadata.validity = given.validity.into();
        metadata.unusable_certificate = given.unusable_certificate.as_deref().and_then(key_error);
        metadata
    }
}

impl From<metadata::IdentityProviderMetadata> for IdentityProviderMetadata {
    fn from(metadata: metadata::IdentityProviderMetadata) -> Self {
        Self {
            entity_id: metadata.entity_id,
            single_sign_on: metadata.single_sign_on.into_iter().map(Into::into).collect(),
            single_logout: metadata.single_logout.into_iter().map(Into::into).collect(),
            name_id_formats: uris(&metadata.name_id_formats),
            signing_certificates: held(metadata.signing_certificates),
            encryption_certificates: held(metadata.encryption_certificates),
            want_authn_requests_signed: metadata.want_authn_requests_signed,
            validity: metadata.validity.into(),
            unusable_certificate: metadata.unusable_certificate.map(|error| error.code().to_owned()),
        }
    }
}

impl From<ServiceProviderMetadata> for metadata::ServiceProviderMetadata {
    fn from(given: ServiceProviderMetadata) -> Self {
        let mut metadata = Self::new(&given.entity_id, "");
        let consumers = given.assertion_consumer.into_iter().map(|consumer| {
            let mut indexed = metadata::IndexedEndpoint::new(consumer.endpoint.into(), consumer.index);
            indexed.is_default = consumer.is_default;
            indexed
        });
        metadata.assertion_consumer = consumers.collect();
        metadata.single_logout = given.single_logout.into_iter().map(Into::into).collect();
        metadata.name_id_formats = formats(&given.name_id_formats);
        metadata.signing_certificates = core_certificates(&given.signing_certificates);
        metadata.encryption_certificates = core_certificates(&given.encryption_certificates);
        metadata.authn_requests_signed = given.authn_requests_signed;
        metadata.want_assertions_signed = given.want_assertions_signed;
        metadata.validity = given.validity.into();
        metadata.unusable_certificate = given.unusable_certificate.as_deref().and_then(key_error);
        metadata
    }
}

impl From<metadata::ServiceProviderMetadata> for ServiceProviderMetadata {
    fn from(metadata: metadata::ServiceProviderMetadata) -> Self {
        let consumers = metadata.assertion_consumer.into_iter().map(|consumer| IndexedEndpoint {
            endpoint: consumer.endpoint.into(),
            index: consumer.index,
            is_default: consumer.is_default,
        });
        Self {
            entity_id: metadata.entity_id,
            assertion_consumer: consumers.collect(),
            single_logout: metadata.single_logout.into_iter().map(Into::into).collect(),
            name_id_formats: uris(&metadata.name_id_formats),
            signing_certificates: held(metadata.signing_certificates),
            encryption_certificates: held(metadata.encryption_certificates),
            authn_requests_signed: metadata.authn_requests_signed,
            want_assertions_signed: metadata.want_assertions_signed,
            validity: metadata.validity.into(),
            unusable_certificate: metadata.unusable_certificate.map(|error| error.code().to_owned()),
        }
    }
}
