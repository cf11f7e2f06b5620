//! The identity provider's end.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, SystemTime},
};

use heap_identity::saml::{self, Attribute, NameIdFormat};

use crate::{
    convert::{Random, instant},
    error::HeapIdentityError,
    pki::{Certificate, SigningKey},
};

/// What of a Response is signed.
#[derive(Clone, Copy, Debug, uniffi::Enum)]
pub enum SignScope {
    /// The Assertion, which is what Heap asks for.
    Assertion,
    /// The Response, which covers the Assertion.
    Response,
    /// Both.
    Both,
}

/// A person who has been authenticated, and for whom.
#[derive(Clone, uniffi::Record)]
pub struct Login {
    /// Who it is: an email address unless the format says otherwise.
    pub subject: String,
    /// The entity id of the service provider.
    pub audience: String,
    /// The address that takes the Response.
    pub acs_url: String,
    /// The ID of the request that is answered.
    #[uniffi(default = None)]
    pub in_response_to: Option<String>,
    /// What else is said of the person.
    #[uniffi(default = None)]
    pub attributes: Option<HashMap<String, Vec<String>>>,
    /// What kind of name the subject is; an email address if not given.
    #[uniffi(default = None)]
    pub name_id_format: Option<String>,
    /// When the person was authenticated; now if not given.
    #[uniffi(default = None)]
    pub authn_instant: Option<SystemTime>,
    /// How (saml-authn-context).
    #[uniffi(default = None)]
    pub authn_context_class: Option<String>,
    /// The session at the identity provider.
    #[uniffi(default = None)]
    pub session_index: Option<String>,
    /// When that session ends.
    #[uniffi(default = None)]
    pub session_not_on_or_after: Option<SystemTime>,
}

/// The person is not shown.
impl core::fmt::Debug for Login {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Login").field("audience", &self.audience).finish_non_exhaustive()
    }
}

/// An identity provider that signs what it says.
#[derive(Debug, uniffi::Object)]
pub struct IdentityProvider(saml::IdentityProvider);

#[uniffi::export]
impl IdentityProvider {
    /// An identity provider. Once a service provider is registered (entity id to assertion consumer service URLs,
    /// the first of which is the default), only registered ones are answered.
    #[uniffi::constructor(default(
        sso_url = None,
        service_providers = None,
        sign_scope = None,
        valid_for = None
    ))]
    pub fn new(
        entity_id: &str,
        key: &SigningKey,
        sso_url: Option<String>,
        service_providers: Option<HashMap<String, Vec<String>>>,
        sign_scope: Option<SignScope>,
        valid_for: Option<Duration>,
    ) -> Self {
        let mut builder = saml::IdentityProvider::builder(entity_id).sign_with(key.0.clone());
        if let Some(sso_url) = sso_url {
            builder = builder.sso_url(&sso_url);
        }
        for (entity_id, acs_urls) in service_providers.unwrap_or_default() {
            let acs_urls: Vec<&str> = acs_urls.iter().map(String::as_str).collect();
            builder = builder.service_provider(&entity_id, &acs_urls);
        }
        if let Some(scope) = sign_scope {
            builder = builder.sign_scope(match scope {
                SignScope::Assertion => saml::SignScope::Assertion,
                SignScope::Response => saml::SignScope::Response,
                SignScope::Both => saml::SignScope::Both,
            });
        }
        if let Some(valid_for) = valid_for {
            builder = builder.valid_for(valid_for);
        }
        Self(builder.build())
    }

    /// The certificate that service providers must trust.
    pub fn certificate(&self) -> Arc<Certificate> {
        Arc::new(Certificate(self.0.certificate().clone()))
    }

    /// A signed Response for a person who was authenticated and authorised.
    pub fn respond(&self, login: Login, now: SystemTime) -> Result<Arc<SignedResponse>, HeapIdentityError> {
        let now = instant(now)?;
        let format =
            login.name_id_format.as_deref().map_or(NameIdFormat::EmailAddress, NameIdFormat::from_uri);
        let subject = saml::NameId::new(login.subject, format);
        let authn_instant = login.authn_instant.map_or(Ok(now), instant)?;
        // In one order, whatever the dictionary's was.
        let attributes: BTreeMap<_, _> = login.attributes.unwrap_or_default().into_iter().collect();
        let values: Vec<Vec<&str>> =
            attributes.values().map(|values| values.iter().map(String::as_str).collect()).collect();
        let attributes: Vec<Attribute<'_>> =
            attributes.keys().zip(&values).map(|(name, values)| Attribute { name, values }).collect();
        let mut told = saml::Login::new(subject, &login.audience, &login.acs_url, authn_instant);
        told.in_response_to = login.in_response_to.as_deref();
        told.attributes = &attributes;
        told.authn_context_class = login.authn_context_class.as_deref();
        told.session_index = login.session_index.as_deref();
        told.session_not_on_or_after = login.session_not_on_or_after.map(instant).transpose()?;
        let mut random = Random::default();
        let response = self.0.respond(&told, now, &mut random);
        Ok(Arc::new(SignedResponse(random.made(response)??)))
    }

    /// The request in a query string, given as it came.
    pub fn accept_redirect(
        &self,
        raw_query: &str,
        now: SystemTime,
    ) -> Result<AcceptedRequest, HeapIdentityError> {
        Ok(self.0.accept_redirect(raw_query, instant(now)?)?.into())
    }

    /// The request in a form.
    pub fn accept_post(
        &self,
        saml_request: &str,
        relay_state: Option<String>,
        now: SystemTime,
    ) -> Result<AcceptedRequest, HeapIdentityError> {
        Ok(self.0.accept_post(saml_request, relay_state.as_deref(), instant(now)?)?.into())
    }
}

/// A Response that is signed, and the address that it is for.
#[derive(Debug, uniffi::Object)]
pub struct SignedResponse(saml::SignedResponse);

#[uniffi::export]
impl SignedResponse {
    /// The XML.
    pub fn xml(&self) -> String {
        self.0.xml().to_owned()
    }

    /// The address that takes it.
    pub fn acs_url(&self) -> String {
        self.0.acs_url().to_owned()
    }

    /// The fields of the form that carries it.
    #[uniffi::method(default(relay_state = None))]
    pub fn form_fields(&self, relay_state: Option<String>) -> HashMap<String, String> {
        let fields = self.0.form_fields(relay_state.as_deref()).into_iter();
        fields.map(|(name, value)| (name.to_owned(), value)).collect()
    }

    /// A page that posts the form by itself; the nonce is that of the page's content security policy.
    #[uniffi::method(default(relay_state = None))]
    pub fn auto_post_page(&self, nonce: &str, relay_state: Option<String>) -> String {
        self.0.auto_post_page(relay_state.as_deref(), nonce)
    }
}

/// A request that may be answered, at an address that is registered.
#[derive(Clone, Debug, uniffi::Record)]
pub struct AcceptedRequest {
    /// Its ID.
    pub id: String,
    /// The entity id of the service provider.
    pub issuer: String,
    /// Where the answer goes.
    pub acs_url: String,
    /// To be sent back unchanged with the answer.
    pub relay_state: Option<String>,
    /// The person must prove again who they are.
    pub force_authn: bool,
    /// The person must not be asked anything.
    pub is_passive: bool,
    /// What kind of NameID is wanted.
    pub name_id_format: Option<String>,
}

impl From<saml::AcceptedRequest> for AcceptedRequest {
    fn from(request: saml::AcceptedRequest) -> Self {
        Self {
            id: request.id,
            issuer: request.issuer,
            acs_url: request.acs_url,
            relay_state: request.relay_state,
            force_authn: request.force_authn,
            is_passive: request.is_passive,
            name_id_format: request.name_id_format.map(|format| format.uri().to_owned()),
        }
    }
}
