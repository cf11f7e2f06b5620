//! Who takes part in single logout.

use alloc::{string::String, vec::Vec};

use crate::{
    pki::{Certificate, SigningKey},
    saml::{
        metadata::{Binding, Endpoint, IdentityProviderMetadata, MetadataError, ServiceProviderMetadata},
        policy::Policy,
    },
};

/// One end of single logout, with all its partners: it asks them to end sessions, and answers when they ask.
#[derive(Debug)]
pub struct SingleLogout {
    pub(super) entity_id: String,
    pub(super) url: String,
    pub(super) key: SigningKey,
    pub(super) partners: Vec<LogoutPartner>,
    pub(super) policy: Policy,
}

/// Somebody who takes part, and whose messages are believed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LogoutPartner {
    /// Its entity id.
    pub entity_id: String,
    /// The certificates of the keys that it signs with: two or more during a rollover.
    pub certificates: Vec<Certificate>,
    /// Where it takes messages, and by which binding.
    pub endpoint: Endpoint,
}

impl LogoutPartner {
    /// A partner with its certificates and its address.
    pub fn new(entity_id: &str, certificates: Vec<Certificate>, endpoint: Endpoint) -> Self {
        Self { entity_id: entity_id.into(), certificates, endpoint }
    }

    /// An identity provider, from its metadata.
    ///
    /// # Errors
    /// [`MetadataError::NoEndpoint`] where it takes no logouts over HTTP-Redirect or HTTP-POST,
    /// [`MetadataError::NoSigningCertificate`] where nothing of it can be verified.
    pub fn of_identity_provider(metadata: &IdentityProviderMetadata) -> Result<Self, MetadataError> {
        let trust = metadata.trust()?;
        Ok(Self::new(&trust.entity_id, trust.certificates, endpoint(&metadata.single_logout)?))
    }

    /// A service provider, from its metadata.
    ///
    /// # Errors
    /// As [`Self::of_identity_provider`].
    pub fn of_service_provider(metadata: &ServiceProviderMetadata) -> Result<Self, MetadataError> {
        if metadata.signing_certificates.is_empty() {
            return Err(MetadataError::NoSigningCertificate(metadata.unusable_certificate));
        }
        let certificates = metadata.signing_certificates.clone();
        Ok(Self::new(&metadata.entity_id, certificates, endpoint(&metadata.single_logout)?))
    }
}

/// The redirect first: it is the shorter way, and works without JavaScript.
fn endpoint(all: &[Endpoint]) -> Result<Endpoint, MetadataError> {
    let over = |binding| all.iter().find(|endpoint| endpoint.binding == binding);
    let found = over(Binding::Redirect).or_else(|| over(Binding::Post)).cloned();
    found.ok_or(MetadataError::NoEndpoint("SingleLogoutService over HTTP-Redirect or HTTP-POST"))
}

impl SingleLogout {
    /// The entity `entity_id`, which takes messages at `url`, of both bindings, and signs with `key`.
    pub fn new(entity_id: &str, url: &str, key: SigningKey, partners: Vec<LogoutPartner>) -> Self {
        Self { entity_id: entity_id.into(), url: url.into(), key, partners, policy: Policy::strict() }
    }

    /// The same with the clock skew of `policy`; the rest of it is about logins.
    #[must_use]
    pub fn with_policy(self, policy: Policy) -> Self {
        Self { policy, ..self }
    }

    /// The address that takes messages, for the metadata.
    pub fn url(&self) -> &str {
        &self.url
    }

    pub(super) fn partner(&self, entity_id: &str) -> Option<&LogoutPartner> {
        self.partners.iter().find(|partner| partner.entity_id == entity_id)
    }
}
