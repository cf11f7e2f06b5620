//! The answer to a request that is refused: so the person comes back to the service provider, which can say why
//! (saml-core 3.2.2.2, 4.1.3.2).

use alloc::string::String;

use jiff::Timestamp;

use super::{
    RequestError,
    accept::{acs_url, registered},
};
use crate::{
    entropy::Entropy,
    saml::{
        binding::{self, RedirectKind},
        failure::{FailureResponse, LoginFailure},
        form,
        identity_provider::{BuildError, IdentityProvider},
        names::PROTOCOL,
    },
    xml,
};

/// A request that is refused, and whose sender can be told: it names a registered service provider, and the answer goes
/// to a registered address of that one (A58). Nothing else of it is believed.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RefusedRequest {
    /// Its ID.
    pub id: String,
    /// The entity id of the service provider.
    pub issuer: String,
    /// Where the answer goes.
    pub acs_url: String,
    /// To be sent back unchanged with the answer.
    pub relay_state: Option<String>,
    /// What it is refused with.
    pub failure: LoginFailure,
}

impl RequestError {
    /// The status that tells the service provider what is wrong with its request; `None` where who sent it, to whom, or
    /// where the answer may go is what is in doubt: then a page is the answer.
    pub const fn failure(&self) -> Option<LoginFailure> {
        match self {
            Self::Version(_) => Some(LoginFailure::VersionMismatch),
            Self::ProtocolBinding(_) => Some(LoginFailure::UnsupportedBinding),
            Self::Subject(_) => Some(LoginFailure::RequestUnsupported),
            Self::NotSigned(_) => Some(LoginFailure::RequestDenied),
            Self::Schema(_) | Self::IssueInstant(_) => Some(LoginFailure::Requester),
            Self::Binding(_)
            | Self::Xml(_)
            | Self::NotAuthnRequest(_)
            | Self::Signature(_)
            | Self::Destination(_)
            | Self::Issuer(_)
            | Self::AssertionConsumerService(_) => None,
        }
    }
}

impl IdentityProvider {
    /// Whom to tell that the request in a query string is refused; `error` is what
    /// [`accept_redirect`](Self::accept_redirect) refused it with. `None` where there is nobody, and a page is the answer.
    ///
    /// ```
    /// # use heap_identity::{pki::SigningKey, saml::*, entropy::Seeded};
    /// # let key_pem = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/keys/p256.key.pem"));
    /// # let certificate_pem = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/keys/p256.cert.pem"));
    /// # let key = SigningKey::from_pem(key_pem, certificate_pem)?;
    /// # let (now, later) = ("2026-03-01T10:00:00Z".parse()?, "2026-03-01T11:00:00Z".parse()?);
    /// # let (idp_url, sp_id, acs_url) = ("https://idp.example/sso", "https://sp.example", "https://sp.example/acs");
    /// # let sp = ServiceProvider::new(sp_id, acs_url, vec![], Policy::strict());
    /// # let url = sp.authn_request(idp_url, now, &mut Seeded::new(1))?.redirect_url(None)?;
    /// # let query = url.split_once('?').unwrap().1;
    /// let idp = IdentityProvider::builder(idp_url)
    ///     .sso_url(idp_url)
    ///     .service_provider(sp_id, &[acs_url])
    ///     .sign_with(key)
    ///     .build();
    /// let error = idp.accept_redirect(query, later).unwrap_err();
    /// assert_eq!(error.code(), "saml.request.issue_instant");
    /// let refused = idp.refused_redirect(query, &error).expect("a registered service provider");
    /// let answer = idp.refuse(&refused, later, &mut Seeded::new(2))?;
    /// assert_eq!(answer.acs_url(), acs_url);
    /// # Ok::<(), Box<dyn core::error::Error>>(())
    /// ```
    pub fn refused_redirect(&self, raw_query: &str, error: &RequestError) -> Option<RefusedRequest> {
        let message = binding::from_query(raw_query).ok()?;
        self.refused(message.kind, &message.xml, message.relay_state, error)
    }

    /// Whom to tell that the request in a form is refused, as [`refused_redirect`](Self::refused_redirect): the body as
    /// [`accept_form`](Self::accept_form) takes it.
    pub fn refused_form(&self, body: &str, error: &RequestError) -> Option<RefusedRequest> {
        let message = form::from_form(body).ok()?;
        self.refused(message.kind, &message.xml, message.relay_state, error)
    }

    fn refused(
        &self,
        kind: RedirectKind,
        bytes: &[u8],
        relay_state: Option<String>,
        error: &RequestError,
    ) -> Option<RefusedRequest> {
        let failure = error.failure()?;
        let tree = xml::parse(bytes).ok()?;
        let request = tree.root();
        if kind != RedirectKind::Request || !request.is(PROTOCOL, "AuthnRequest") {
            return None;
        }
        let service_provider = registered(request, &self.settings.service_providers).ok()?;
        let id = request.attribute("ID").filter(|id| !id.trim().is_empty())?;
        Some(RefusedRequest {
            id: id.into(),
            issuer: service_provider.entity_id.clone(),
            acs_url: acs_url(request, service_provider).ok()?,
            relay_state,
            failure,
        })
    }

    /// The answer to a request that is refused, never signed: anybody can send such a request (A10).
    ///
    /// # Errors
    /// [`BuildError`] when the address cannot be sent to, or the ID cannot be written as XML.
    pub fn refuse(
        &self,
        request: &RefusedRequest,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<FailureResponse, BuildError> {
        self.failure_response((&request.id, &request.acs_url), request.failure, None, false, (now, entropy))
    }
}
