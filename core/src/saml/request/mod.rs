//! The AuthnRequest (saml-core 3.4.1, saml-profiles 4.1.4.1, R10): here as the service provider writes it, in `accept` as
//! the identity provider takes it.

mod accept;
mod context;
mod error;
mod refuse;

use alloc::{string::String, vec, vec::Vec};

use jiff::Timestamp;

pub use self::{
    accept::AcceptedRequest,
    context::{Comparison, RequestedAuthnContext},
    error::RequestError,
    refuse::RefusedRequest,
};
use super::{
    binding::{self, RedirectKind},
    endpoint::{self, EndpointError},
    identity_provider::{BuildError, new_id},
    name_id::NameIdFormat,
    names::{ASSERTION, HTTP_POST, PROTOCOL, VERSION},
    post_page,
    service_provider::ServiceProvider,
    time,
};
use crate::{
    dsig,
    entropy::Entropy,
    pki::SigningKey,
    xml::{self, Writer},
};

/// A request to log a person in, to be sent by the browser.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AuthnRequest {
    /// Its ID, which the answer must repeat: remember it in [`PendingRequests`](super::PendingRequests).
    pub id: String,
    /// The entity id of the service provider.
    pub issuer: String,
    /// The address of the identity provider that takes it.
    pub destination: String,
    /// Where the answer is wanted.
    pub acs_url: String,
    /// When it was made.
    pub issue_instant: Timestamp,
    /// The person must prove again who they are.
    pub force_authn: bool,
    /// The identity provider must not ask the person anything.
    pub is_passive: bool,
    /// What kind of NameID is wanted.
    pub name_id_format: Option<NameIdFormat>,
    /// How the person is to be authenticated.
    pub authn_context: Option<RequestedAuthnContext>,
    key: Option<SigningKey>,
}

impl ServiceProvider {
    /// A request to the identity provider whose address for logins is `sso_url`. It goes out signed where the service
    /// provider [has a key](ServiceProvider::sign_requests_with).
    ///
    /// # Errors
    /// [`EndpointError`] when nothing may be sent to that address.
    pub fn authn_request(
        &self,
        sso_url: &str,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<AuthnRequest, EndpointError> {
        endpoint::check(sso_url)?;
        Ok(AuthnRequest {
            id: new_id(entropy),
            issuer: self.entity_id().into(),
            destination: sso_url.into(),
            acs_url: self.acs_url().into(),
            issue_instant: now,
            force_authn: false,
            is_passive: false,
            name_id_format: None,
            authn_context: None,
            key: self.signing_key.clone(),
        })
    }
}

impl AuthnRequest {
    /// The XML, unsigned.
    ///
    /// # Errors
    /// [`xml::Error`] when a value holds a character that XML cannot carry.
    pub fn to_xml(&self) -> Result<String, xml::Error> {
        let issue_instant = time::format(self.issue_instant);
        let mut attributes = vec![
            ("xmlns:samlp", PROTOCOL),
            ("xmlns:saml", ASSERTION),
            ("ID", self.id.as_str()),
            ("Version", VERSION),
            ("IssueInstant", issue_instant.as_str()),
            ("Destination", self.destination.as_str()),
            ("ProtocolBinding", HTTP_POST),
            ("AssertionConsumerServiceURL", self.acs_url.as_str()),
        ];
        attributes.extend(self.force_authn.then_some(("ForceAuthn", "true")));
        attributes.extend(self.is_passive.then_some(("IsPassive", "true")));
        let mut xml = Writer::new();
        xml.start("samlp:AuthnRequest", &attributes).element("saml:Issuer", &[], &self.issuer);
        if let Some(format) = &self.name_id_format {
            xml.element("samlp:NameIDPolicy", &[("Format", format.uri()), ("AllowCreate", "true")], "");
        }
        if let Some(context) = &self.authn_context {
            context.write(&mut xml);
        }
        xml.end();
        xml.finish()
    }

    /// The address to redirect the browser to (saml-bindings 3.4).
    ///
    /// # Errors
    /// [`BuildError`] when a value cannot be written as XML, or the key fails.
    pub fn redirect_url(&self, relay_state: Option<&str>) -> Result<String, BuildError> {
        let (address, xml) = (&self.destination, self.to_xml()?);
        match &self.key {
            Some(key) => {
                Ok(binding::signed_redirect_url(address, RedirectKind::Request, &xml, relay_state, key)?)
            }
            None => Ok(binding::redirect_url(address, RedirectKind::Request, &xml, relay_state)),
        }
    }

    /// A page that posts the request by itself (saml-bindings 3.5), as
    /// [`SignedResponse::auto_post_page`](super::SignedResponse::auto_post_page).
    ///
    /// # Errors
    /// [`BuildError`] when a value cannot be written as XML, or the key fails.
    pub fn auto_post_page(&self, relay_state: Option<&str>, nonce: &str) -> Result<String, BuildError> {
        Ok(post_page::page(&self.destination, &self.form_fields(relay_state)?, nonce))
    }

    /// The fields of the form that carries it.
    ///
    /// # Errors
    /// [`BuildError`] when a value cannot be written as XML, or the key fails.
    pub fn form_fields(&self, relay_state: Option<&str>) -> Result<Vec<(&'static str, String)>, BuildError> {
        let mut xml = self.to_xml()?;
        if let Some(key) = &self.key {
            xml = dsig::sign(&xml, &self.id, key)?;
        }
        let mut fields = vec![(RedirectKind::Request.parameter(), binding::to_form_value(&xml))];
        fields.extend(relay_state.map(|relay_state| ("RelayState", relay_state.into())));
        Ok(fields)
    }
}
