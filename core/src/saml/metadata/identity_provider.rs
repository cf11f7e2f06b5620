//! What an identity provider says of itself (saml-metadata 2.4.3).

use alloc::{string::String, vec::Vec};

use super::{Binding, Endpoint, MetadataError, Validity, file::Entity, keys, keys::Keys, role, write};
use crate::{
    entropy::Entropy,
    pki::{self, Certificate, SigningKey},
    saml::{
        endpoint,
        identity_provider::{IdentityProvider, new_id},
        name_id::NameIdFormat,
        names::PROTOCOL,
        service_provider::Trust,
    },
    xml::Writer,
};

/// An identity provider, as metadata describe it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct IdentityProviderMetadata {
    /// Its entity id.
    pub entity_id: String,
    /// Where it takes AuthnRequests.
    pub single_sign_on: Vec<Endpoint>,
    /// Where it takes LogoutRequests and LogoutResponses.
    pub single_logout: Vec<Endpoint>,
    /// The kinds of NameID that it gives.
    pub name_id_formats: Vec<NameIdFormat>,
    /// The certificates of the keys that it signs with: two or more during a rollover.
    pub signing_certificates: Vec<Certificate>,
    /// The certificates of the keys to encrypt for it with.
    pub encryption_certificates: Vec<Certificate>,
    /// Whether AuthnRequests have to be signed.
    pub want_authn_requests_signed: bool,
    /// Until when this may be used.
    pub validity: Validity,
    /// Why a signing certificate of the file is not among the above.
    pub unusable_certificate: Option<pki::Error>,
}

impl IdentityProviderMetadata {
    /// An identity provider with nothing but its entity id.
    pub fn new(entity_id: &str) -> Self {
        Self {
            entity_id: entity_id.into(),
            single_sign_on: Vec::new(),
            single_logout: Vec::new(),
            name_id_formats: Vec::new(),
            signing_certificates: Vec::new(),
            encryption_certificates: Vec::new(),
            want_authn_requests_signed: false,
            validity: Validity::default(),
            unusable_certificate: None,
        }
    }

    /// The trust that a service provider configures from this.
    ///
    /// # Errors
    /// [`MetadataError::NoSigningCertificate`]: whom nothing can be verified of cannot be trusted.
    pub fn trust(&self) -> Result<Trust, MetadataError> {
        if self.signing_certificates.is_empty() {
            return Err(MetadataError::NoSigningCertificate(self.unusable_certificate));
        }
        Ok(Trust::new(&self.entity_id, self.signing_certificates.clone()))
    }

    /// The address that takes AuthnRequests over `binding`.
    ///
    /// # Errors
    /// [`MetadataError::NoEndpoint`], or an address that nothing may be sent to.
    pub fn sso_url(&self, binding: &Binding) -> Result<&str, MetadataError> {
        let found = self.single_sign_on.iter().find(|endpoint| endpoint.binding == *binding);
        let location =
            &found.ok_or(MetadataError::NoEndpoint("SingleSignOnService of this binding"))?.location;
        endpoint::check(location)?;
        Ok(location)
    }

    /// The XML, unsigned.
    ///
    /// # Errors
    /// [`MetadataError::NoEndpoint`] without an address for logins, and what XML cannot carry.
    pub fn to_xml(&self) -> Result<String, MetadataError> {
        self.document(None)
    }

    /// The XML, signed with `key`.
    ///
    /// # Errors
    /// As [`Self::to_xml`], and a signature that cannot be made.
    pub fn to_signed_xml(
        &self,
        key: &SigningKey,
        entropy: &mut dyn Entropy,
    ) -> Result<String, MetadataError> {
        let id = new_id(entropy);
        write::sign(&self.document(Some(&id))?, &id, key)
    }

    fn document(&self, id: Option<&str>) -> Result<String, MetadataError> {
        if self.single_sign_on.is_empty() {
            return Err(MetadataError::NoEndpoint("SingleSignOnService"));
        }
        write::document(&self.entity_id, &self.validity, id, |xml| self.write(xml))
    }

    fn write(&self, xml: &mut Writer) {
        let signed = write::boolean(self.want_authn_requests_signed);
        let attributes = [("WantAuthnRequestsSigned", signed), ("protocolSupportEnumeration", PROTOCOL)];
        xml.start("md:IDPSSODescriptor", &attributes);
        keys::write(xml, "signing", &self.signing_certificates);
        keys::write(xml, "encryption", &self.encryption_certificates);
        for endpoint in &self.single_logout {
            endpoint.write(xml, "md:SingleLogoutService");
        }
        for format in &self.name_id_formats {
            xml.element("md:NameIDFormat", &[], format.uri());
        }
        for endpoint in &self.single_sign_on {
            endpoint.write(xml, "md:SingleSignOnService");
        }
        xml.end();
    }

    pub(super) fn read(entity: Entity<'_>) -> Result<Self, MetadataError> {
        let role = role::only(entity.node, "IDPSSODescriptor")?;
        role::understood(
            role,
            &["SingleSignOnService", "NameIDMappingService", "AssertionIDRequestService", "AttributeProfile"],
        )?;
        let keys = Keys::read(role)?;
        let validity = Validity::of(role)?.within(entity.validity);
        Ok(Self {
            entity_id: entity.id()?.into(),
            single_sign_on: role::endpoints(role, "SingleSignOnService")?,
            single_logout: role::endpoints(role, "SingleLogoutService")?,
            name_id_formats: role::name_id_formats(role)?,
            signing_certificates: keys.signing,
            encryption_certificates: keys.encryption,
            want_authn_requests_signed: role::boolean(role, "WantAuthnRequestsSigned")?.unwrap_or(false),
            validity,
            unusable_certificate: keys.unusable,
        })
    }
}

impl IdentityProvider {
    /// What this identity provider says of itself: its address for logins over both bindings, if it has one, and its
    /// certificate. Add the next certificate before the key is rolled over, so that everybody knows both in time.
    pub fn metadata(&self) -> IdentityProviderMetadata {
        let mut metadata = IdentityProviderMetadata::new(&self.settings.entity_id);
        let addresses = self.settings.sso_url.iter();
        metadata.single_sign_on = addresses
            .flat_map(|url| [Binding::Redirect, Binding::Post].map(|binding| Endpoint::new(binding, url)))
            .collect();
        metadata.name_id_formats = Vec::from([NameIdFormat::EmailAddress]);
        metadata.signing_certificates = Vec::from([self.certificate().clone()]);
        metadata.want_authn_requests_signed = self.settings.want_authn_requests_signed;
        metadata
    }
}
