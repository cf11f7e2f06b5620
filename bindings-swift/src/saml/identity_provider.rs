//! The identity provider's end.

use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
    time::{Duration, SystemTime},
};

use heap_identity::saml::{self, Attribute};
use jiff::Timestamp;

use super::{metadata::ServiceProviderMetadata, name_id, request::AcceptedRequest};
use crate::{
    convert::{Random, instant},
    error::HeapIdentityError,
    held::Held,
    mirror::mirror,
    pki::{Certificate, SigningKey},
};

mirror! {
    /// What of a Response is signed.
    into SignScope of saml::SignScope {
        /// The Assertion, which is what Heap asks for.
        Assertion,
        /// The Response, which covers the Assertion.
        Response,
        /// Both.
        Both,
    }
}

mirror! {
    /// Why nobody is logged in.
    both LoginFailure of saml::LoginFailure, else Responder {
        /// The person could not prove who they are.
        AuthnFailed,
        /// The person may not be asked anything, and would have to be.
        NoPassive,
        /// The way of authentication that is wanted is not there.
        NoAuthnContext,
        /// A NameID of the kind that is wanted cannot be given.
        InvalidNameIdPolicy,
        /// The person may not.
        RequestDenied,
        /// Requests of this kind are not answered.
        RequestUnsupported,
        /// The person is not known.
        UnknownPrincipal,
        /// The way the answer is wanted by is not there.
        UnsupportedBinding,
        /// The version is not.
        VersionMismatch,
        /// The request is wrong.
        Requester,
        /// Something else went wrong here.
        Responder,
    }
}

/// A person who has been authenticated, and for whom.
#[derive(Clone, Eq, PartialEq, uniffi::Record)]
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
    /// Names for people (FriendlyName), by the name of an attribute (saml-core 2.7.3.1).
    #[uniffi(default = None)]
    pub friendly_names: Option<HashMap<String, String>>,
    /// How the name of an attribute is to be read, by that name; if not given, a name with a colon is a
    /// `uri` and any other `basic` (saml-core 8.2).
    #[uniffi(default = None)]
    pub name_formats: Option<HashMap<String, String>>,
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

impl Login {
    /// Calls `with` with the login as the core has it.
    pub(crate) fn told<T>(
        self,
        now: Timestamp,
        with: impl FnOnce(&saml::Login<'_>) -> T,
    ) -> Result<T, HeapIdentityError> {
        let format = name_id::format(self.name_id_format.as_deref());
        let subject = saml::NameId::new(self.subject, format);
        let authn_instant = self.authn_instant.map_or(Ok(now), instant)?;
        // In one order, whatever the dictionary's was.
        let attributes: BTreeMap<_, _> = self.attributes.unwrap_or_default().into_iter().collect();
        let values: Vec<Vec<&str>> =
            attributes.values().map(|values| values.iter().map(String::as_str).collect()).collect();
        let (friendly_names, name_formats) =
            (self.friendly_names.unwrap_or_default(), self.name_formats.unwrap_or_default());
        let attributes: Vec<Attribute<'_>> = attributes
            .keys()
            .zip(&values)
            .map(|(name, values)| {
                let mut attribute = Attribute::new(name, values);
                attribute.friendly_name = friendly_names.get(name).map(String::as_str);
                attribute.name_format = name_formats.get(name).map(String::as_str);
                attribute
            })
            .collect();
        let mut told = saml::Login::new(subject, &self.audience, &self.acs_url, authn_instant);
        told.in_response_to = self.in_response_to.as_deref();
        told.attributes = &attributes;
        told.authn_context_class = self.authn_context_class.as_deref();
        told.session_index = self.session_index.as_deref();
        told.session_not_on_or_after = self.session_not_on_or_after.map(instant).transpose()?;
        Ok(with(&told))
    }
}

/// What else an identity provider does. What is not given is the library's own choice.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct IdentityProviderOptions {
    /// What of a Response is signed.
    #[uniffi(default = None)]
    pub sign_scope: Option<SignScope>,
    /// For how long a Response may be used.
    #[uniffi(default = None)]
    pub valid_for: Option<Duration>,
    /// Service providers by their metadata.
    #[uniffi(default = [])]
    pub registered: Vec<ServiceProviderMetadata>,
    /// Whose Assertions are encrypted: entity id to certificate. A library that was built without `aws-lc-rs` cannot.
    #[uniffi(default = None)]
    pub encrypt_for: Option<HashMap<String, Arc<Certificate>>>,
    /// Every AuthnRequest must be signed.
    #[uniffi(default = false)]
    pub want_authn_requests_signed: bool,
}

/// An identity provider that signs what it says.
#[derive(Debug, uniffi::Object)]
pub struct IdentityProvider(pub(crate) Held<saml::IdentityProvider>);

#[uniffi::export]
impl IdentityProvider {
    /// An identity provider. Once a service provider is registered (entity id to assertion consumer service URLs,
    /// the first of which is the default), only registered ones are answered. The SSO URL is where it takes requests.
    #[uniffi::constructor(default(sso_url = None, service_providers = None, options = None))]
    pub fn new(
        entity_id: &str,
        key: &SigningKey,
        sso_url: Option<String>,
        service_providers: Option<HashMap<String, Vec<String>>>,
        options: Option<IdentityProviderOptions>,
    ) -> Self {
        let options = options.unwrap_or_default();
        let mut builder = saml::IdentityProvider::builder(entity_id).sign_with((*key.0).clone());
        if let Some(sso_url) = sso_url {
            builder = builder.sso_url(&sso_url);
        }
        for (entity_id, acs_urls) in service_providers.unwrap_or_default() {
            let acs_urls: Vec<&str> = acs_urls.iter().map(String::as_str).collect();
            builder = builder.service_provider(&entity_id, &acs_urls);
        }
        for service_provider in options.registered {
            builder = builder.register(service_provider.into());
        }
        for (entity_id, certificate) in options.encrypt_for.unwrap_or_default() {
            builder = builder.encrypt_for(&entity_id, (*certificate.0).clone());
        }
        if let Some(scope) = options.sign_scope {
            builder = builder.sign_scope(scope.into());
        }
        if let Some(valid_for) = options.valid_for {
            builder = builder.valid_for(valid_for);
        }
        if options.want_authn_requests_signed {
            builder = builder.want_authn_requests_signed();
        }
        Self(Held::new(builder.build()))
    }

    /// The certificate that service providers must trust.
    pub fn certificate(&self) -> Arc<Certificate> {
        Certificate::of(self.0.certificate().clone())
    }

    /// A signed Response for a person who was authenticated and authorised.
    pub fn respond(&self, login: Login, now: SystemTime) -> Result<Arc<SignedResponse>, HeapIdentityError> {
        let now = instant(now)?;
        let mut random = Random::default();
        let response = login.told(now, |login| self.0.respond(login, now, &mut random))?;
        Ok(Arc::new(SignedResponse(Held::new(random.made(response)??))))
    }

    /// The answer to a request that logs nobody in. The message is for people, and must say nothing that the service
    /// provider may not know.
    #[uniffi::method(default(message = None))]
    pub fn decline(
        &self,
        request: &AcceptedRequest,
        failure: LoginFailure,
        now: SystemTime,
        message: Option<String>,
    ) -> Result<Arc<FailureResponse>, HeapIdentityError> {
        let (now, mut random) = (instant(now)?, Random::default());
        let response = self.0.decline(&request.0, failure.into(), message.as_deref(), now, &mut random);
        Ok(Arc::new(FailureResponse(Held::new(random.made(response)??))))
    }

    /// The request in a query string, given as it came.
    pub fn accept_redirect(
        &self,
        raw_query: &str,
        now: SystemTime,
    ) -> Result<AcceptedRequest, HeapIdentityError> {
        Ok(AcceptedRequest(Held::new(self.0.accept_redirect(raw_query, instant(now)?)?)))
    }

    /// The request in a form: its whole body as it came.
    pub fn accept_form(&self, body: &str, now: SystemTime) -> Result<AcceptedRequest, HeapIdentityError> {
        Ok(AcceptedRequest(Held::new(self.0.accept_form(body, instant(now)?)?)))
    }

    /// The request in a form: the values of its fields.
    #[uniffi::method(default(relay_state = None))]
    pub fn accept_post(
        &self,
        saml_request: &str,
        now: SystemTime,
        relay_state: Option<String>,
    ) -> Result<AcceptedRequest, HeapIdentityError> {
        let request = self.0.accept_post(saml_request, relay_state.as_deref(), instant(now)?)?;
        Ok(AcceptedRequest(Held::new(request)))
    }

    /// Whom to tell that the request in a query string is refused; none if it is not, or where nobody can be told and a page is
    /// the answer.
    pub fn refused_redirect(
        &self,
        raw_query: &str,
        now: SystemTime,
    ) -> Result<Option<Arc<RefusedRequest>>, HeapIdentityError> {
        let error = self.0.accept_redirect(raw_query, instant(now)?).err();
        Ok(error.and_then(|error| RefusedRequest::held(self.0.refused_redirect(raw_query, &error))))
    }

    /// Whom to tell that the request in a form is refused, as `refusedRedirect`; the whole body as it came.
    pub fn refused_form(
        &self,
        body: &str,
        now: SystemTime,
    ) -> Result<Option<Arc<RefusedRequest>>, HeapIdentityError> {
        let error = self.0.accept_form(body, instant(now)?).err();
        Ok(error.and_then(|error| RefusedRequest::held(self.0.refused_form(body, &error))))
    }

    /// The answer to a request that is refused. It is never signed: anybody can send such a request.
    pub fn refuse(
        &self,
        request: &RefusedRequest,
        now: SystemTime,
    ) -> Result<Arc<FailureResponse>, HeapIdentityError> {
        let (now, mut random) = (instant(now)?, Random::default());
        let response = self.0.refuse(&request.0, now, &mut random);
        Ok(Arc::new(FailureResponse(Held::new(random.made(response)??))))
    }
}

/// A request that is refused, and whose sender can be told, at a registered address. Nothing else of it is believed.
#[derive(Debug, uniffi::Object)]
pub struct RefusedRequest(Held<saml::RefusedRequest>);

impl RefusedRequest {
    fn held(refused: Option<saml::RefusedRequest>) -> Option<Arc<Self>> {
        refused.map(|refused| Arc::new(Self(Held::new(refused))))
    }
}

#[uniffi::export]
impl RefusedRequest {
    /// Its ID.
    pub fn id(&self) -> String {
        self.0.id.clone()
    }

    /// The entity id of the service provider.
    pub fn issuer(&self) -> String {
        self.0.issuer.clone()
    }

    /// Where the answer goes.
    pub fn acs_url(&self) -> String {
        self.0.acs_url.clone()
    }

    /// To be sent back unchanged with the answer.
    pub fn relay_state(&self) -> Option<String> {
        self.0.relay_state.clone()
    }

    /// What it is refused with.
    pub fn failure(&self) -> LoginFailure {
        self.0.failure.into()
    }
}

/// A Response that is signed, and the address that it is for.
#[derive(Debug, uniffi::Object)]
pub struct SignedResponse(pub(crate) Held<saml::SignedResponse>);

/// A Response that logs nobody in, and the address that it is for.
#[derive(Debug, uniffi::Object)]
pub struct FailureResponse(pub(crate) Held<saml::FailureResponse>);

/// What both kinds of Response have.
macro_rules! response {
    ($response:ident) => {
        #[uniffi::export]
        impl $response {
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
                fields(self.0.form_fields(relay_state.as_deref()))
            }

            /// A page that posts the form by itself; the nonce is that of the page's content security policy.
            #[uniffi::method(default(relay_state = None))]
            pub fn auto_post_page(&self, nonce: &str, relay_state: Option<String>) -> String {
                self.0.auto_post_page(relay_state.as_deref(), nonce)
            }
        }
    };
}

response!(SignedResponse);
response!(FailureResponse);

pub(crate) fn fields(fields: Vec<(&'static str, String)>) -> HashMap<String, String> {
    fields.into_iter().map(|(name, value)| (name.to_owned(), value)).collect()
}

/// The content security policy for a page that posts a form by itself.
#[uniffi::export]
pub fn content_security_policy(nonce: &str) -> String {
    saml::content_security_policy(nonce)
}
