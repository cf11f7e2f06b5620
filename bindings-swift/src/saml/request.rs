//! Requests for a login, at both ends.

use std::{collections::HashMap, sync::Arc, time::SystemTime};

use heap_identity::saml;

use super::{
    identity_provider::{Login, LoginFailure, fields},
    name_id::NameId,
    service_provider::ServiceProvider,
};
use crate::{
    convert::{Random, date, instant},
    error::HeapIdentityError,
    held::Held,
};

/// How the person is to be authenticated (saml-core 3.3.2.2.1).
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct RequestedAuthnContext {
    /// `exact`, `minimum`, `maximum` or `better`.
    pub comparison: String,
    /// The ways of authentication.
    pub classes: Vec<String>,
}

/// A request that may be answered, at an address that is registered.
#[derive(Debug, uniffi::Object)]
pub struct AcceptedRequest(pub(crate) Held<saml::AcceptedRequest>);

#[uniffi::export]
impl AcceptedRequest {
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

    /// Whether a signature proved who sent it.
    pub fn is_authenticated(&self) -> bool {
        self.0.is_authenticated
    }

    /// The person must prove again who they are.
    pub fn force_authn(&self) -> bool {
        self.0.force_authn
    }

    /// The person must not be asked anything.
    pub fn is_passive(&self) -> bool {
        self.0.is_passive
    }

    /// Whom the request is about, where it says so.
    pub fn subject(&self) -> Option<NameId> {
        self.0.subject.clone().map(Into::into)
    }

    /// What kind of NameID is wanted.
    pub fn name_id_format(&self) -> Option<String> {
        self.0.name_id_format.as_ref().map(|format| format.uri().to_owned())
    }

    /// Within whose names the NameID is wanted, where that is another than the issuer's own.
    pub fn sp_name_qualifier(&self) -> Option<String> {
        self.0.sp_name_qualifier.clone()
    }

    /// Whether a new name may be made for the person.
    pub fn allow_create(&self) -> bool {
        self.0.allow_create
    }

    /// How the person is to be authenticated.
    pub fn authn_context(&self) -> Option<RequestedAuthnContext> {
        self.0.authn_context.as_ref().map(|context| RequestedAuthnContext {
            comparison: context.comparison.word().to_owned(),
            classes: context.classes.clone(),
        })
    }

    /// Why a login is not what was asked for: the failure to decline with; none if it is. The classes are the ways of
    /// authentication that the identity provider knows, the weakest first.
    #[uniffi::method(default(classes = []))]
    pub fn refusal(
        &self,
        login: Login,
        now: SystemTime,
        classes: Vec<String>,
    ) -> Result<Option<LoginFailure>, HeapIdentityError> {
        let classes: Vec<&str> = classes.iter().map(String::as_str).collect();
        let allowed = login.told(instant(now)?, |login| self.0.allows(login, &classes))?;
        Ok(allowed.err().map(Into::into))
    }
}

/// What a request asks for besides a login.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq, uniffi::Record)]
pub struct AuthnRequestOptions {
    /// The person must prove again who they are.
    #[uniffi(default = false)]
    pub force_authn: bool,
    /// The person must not be asked anything.
    #[uniffi(default = false)]
    pub is_passive: bool,
    /// What kind of NameID is wanted.
    #[uniffi(default = None)]
    pub name_id_format: Option<String>,
    /// The ways of authentication one of which it must be.
    #[uniffi(default = [])]
    pub authn_context_classes: Vec<String>,
}

#[uniffi::export]
impl ServiceProvider {
    /// A request to log a person in.
    #[uniffi::method(default(options = None))]
    pub fn authn_request(
        &self,
        sso_url: &str,
        now: SystemTime,
        options: Option<AuthnRequestOptions>,
    ) -> Result<Arc<AuthnRequest>, HeapIdentityError> {
        let mut random = Random::default();
        let request = self.0.authn_request(sso_url, instant(now)?, &mut random);
        let mut request = random.made(request)??;
        if let Some(options) = options {
            request.force_authn = options.force_authn;
            request.is_passive = options.is_passive;
            request.name_id_format = options
                .name_id_format
                .as_deref()
                .map(saml::NameIdFormat::from_uri)
                .or(request.name_id_format);
            if !options.authn_context_classes.is_empty() {
                request.authn_context =
                    Some(saml::RequestedAuthnContext::exactly(options.authn_context_classes));
            }
        }
        Ok(Arc::new(AuthnRequest(Held::new(request))))
    }
}

/// A request to log a person in, to be sent by the browser.
#[derive(Debug, uniffi::Object)]
pub struct AuthnRequest(Held<saml::AuthnRequest>);

#[uniffi::export]
impl AuthnRequest {
    /// Its ID, which the answer must repeat.
    pub fn id(&self) -> String {
        self.0.id.clone()
    }

    /// The entity id of the service provider.
    pub fn issuer(&self) -> String {
        self.0.issuer.clone()
    }

    /// Where it goes.
    pub fn destination(&self) -> String {
        self.0.destination.clone()
    }

    /// Where the answer goes.
    pub fn acs_url(&self) -> String {
        self.0.acs_url.clone()
    }

    /// When it was made.
    pub fn issue_instant(&self) -> SystemTime {
        date(self.0.issue_instant)
    }

    /// The XML.
    pub fn xml(&self) -> Result<String, HeapIdentityError> {
        Ok(self.0.to_xml()?)
    }

    /// The address to redirect the browser to.
    #[uniffi::method(default(relay_state = None))]
    pub fn redirect_url(&self, relay_state: Option<String>) -> Result<String, HeapIdentityError> {
        Ok(self.0.redirect_url(relay_state.as_deref())?)
    }

    /// The fields of a form that carries it.
    #[uniffi::method(default(relay_state = None))]
    pub fn form_fields(
        &self,
        relay_state: Option<String>,
    ) -> Result<HashMap<String, String>, HeapIdentityError> {
        Ok(fields(self.0.form_fields(relay_state.as_deref())?))
    }

    /// A page that posts the form by itself; the nonce is that of the page's content security policy.
    #[uniffi::method(default(relay_state = None))]
    pub fn auto_post_page(
        &self,
        nonce: &str,
        relay_state: Option<String>,
    ) -> Result<String, HeapIdentityError> {
        Ok(self.0.auto_post_page(relay_state.as_deref(), nonce)?)
    }
}
