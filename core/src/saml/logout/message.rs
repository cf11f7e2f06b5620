//! The messages, as they are written (saml-core 3.7.1, 3.7.2), and how they travel.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::fmt;

use jiff::{SignedDuration, Timestamp};

use super::{LogoutStatus, SingleLogout, VerifiedLogout, party::LogoutPartner};
use crate::{
    dsig,
    entropy::Entropy,
    limits, pki,
    saml::{
        binding::{self, RedirectKind},
        endpoint::{self, EndpointError},
        identity_provider::new_id,
        metadata::Binding,
        name_id::NameId,
        names::{ASSERTION, LOGOUT_BY_USER, PROTOCOL, VERSION},
        post_page, time,
    },
    xml::{self, Writer},
};

/// Whose session ends, and why.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Logout {
    /// The person, as the Assertion named them.
    pub name_id: NameId,
    /// The sessions that end, by their indexes of the Assertions; all of the person's where there are none.
    pub session_indexes: Vec<String>,
    /// Why: [`LOGOUT_BY_USER`] unless said otherwise.
    pub reason: Option<String>,
}

impl Logout {
    /// The person logs out.
    pub fn new(name_id: NameId, session_indexes: Vec<String>) -> Self {
        Self { name_id, session_indexes, reason: Some(LOGOUT_BY_USER.into()) }
    }
}

/// A signed message that the browser has to carry.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Outgoing {
    /// Its ID; that of a request has to be remembered until the response comes.
    pub id: String,
    /// How it travels.
    pub delivery: Delivery,
}

/// How a message travels.
#[derive(Clone)]
#[non_exhaustive]
pub enum Delivery {
    /// The browser is redirected to this address.
    Redirect(String),
    /// The browser posts this form.
    Post(PostForm),
}

/// It ends sessions: who reads it in a log could use it.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redirect(url) => write!(f, "Redirect({} bytes)", url.len()),
            Self::Post(form) => write!(f, "Post(to {})", form.action),
        }
    }
}

/// A form that carries a message.
#[derive(Clone)]
pub struct PostForm {
    action: String,
    fields: Vec<(&'static str, String)>,
}

impl PostForm {
    /// The address that takes it.
    pub fn action(&self) -> &str {
        &self.action
    }

    /// Its fields.
    pub fn fields(&self) -> &[(&'static str, String)] {
        &self.fields
    }

    /// A page that posts the form by itself, as
    /// [`SignedResponse::auto_post_page`](crate::saml::SignedResponse::auto_post_page).
    pub fn auto_post_page(&self, nonce: &str) -> String {
        post_page::page(&self.action, &self.fields, nonce)
    }
}

impl fmt::Debug for PostForm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PostForm(to {})", self.action)
    }
}

/// Why a message was not made.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LogoutError {
    /// Nobody of this entity id is configured.
    #[error("no partner of this entity id is configured for single logout; configure it from its metadata")]
    UnknownPartner,
    /// The partner's binding is not spoken here.
    #[error("the partner takes logouts over a binding that is not supported; use HTTP-Redirect or HTTP-POST")]
    Binding,
    /// The address is one that nothing may be sent to (A58).
    #[error("the address for logouts cannot be used: {0}")]
    Endpoint(#[from] EndpointError),
    /// The NameID or a session index is blank.
    #[error("{0} is blank; give it the value of the Assertion")]
    Blank(&'static str),
    /// The RelayState is too long to be carried.
    #[error("the relay state is longer than {} bytes", limits::SAML_RELAY_STATE_BYTES_MAX)]
    RelayState,
    /// A value holds a character that XML cannot carry.
    #[error("a value cannot be written as XML: {0}")]
    Xml(#[from] xml::Error),
    /// The signature of a form's message could not be made.
    #[error("the message could not be signed: {0}")]
    Signing(#[from] dsig::Error),
    /// The signature of a query could not be made.
    #[error("the query could not be signed: {0}")]
    Key(#[from] pki::Error),
}

impl LogoutError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::UnknownPartner => "saml.logout.unknown_partner",
            Self::Binding => "saml.logout.unsupported_binding",
            Self::Endpoint(error) => error.code(),
            Self::Blank(_) => "saml.blank",
            Self::RelayState => "saml.binding.relay_state",
            Self::Xml(error) => error.code(),
            Self::Signing(error) => error.code(),
            Self::Key(error) => error.code(),
        }
    }
}

impl SingleLogout {
    /// A request to `partner` to end somebody's session, signed, over the binding that the partner takes.
    ///
    /// Remember its ID and the partner, for example in [`PendingRequests`](crate::saml::PendingRequests).
    ///
    /// # Errors
    /// [`LogoutError`]: for a partner or an address that cannot be used, and for values that cannot be carried.
    pub fn request(
        &self,
        partner: &str,
        logout: &Logout,
        relay_state: Option<&str>,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<Outgoing, LogoutError> {
        let partner = self.partner(partner).ok_or(LogoutError::UnknownPartner)?;
        if logout.name_id.value.trim().is_empty() {
            return Err(LogoutError::Blank("the NameID"));
        }
        if logout.session_indexes.iter().any(|index| index.trim().is_empty()) {
            return Err(LogoutError::Blank("a session index"));
        }
        let age = SignedDuration::try_from(limits::SAML_REQUEST_AGE_MAX).unwrap_or(SignedDuration::ZERO);
        let until = time::format(now.checked_add(age).unwrap_or(now));
        let mut own = vec![("NotOnOrAfter", until.as_str())];
        own.extend(logout.reason.as_deref().map(|reason| ("Reason", reason)));
        let location = partner.endpoint.location.as_str();
        let message = Message { kind: RedirectKind::Request, partner, location, own: &own, relay_state };
        self.send(&message, now, entropy, |xml| {
            logout.name_id.write(xml);
            for index in &logout.session_indexes {
                xml.element("samlp:SessionIndex", &[], index);
            }
        })
    }

    /// The answer to a request, signed, to the partner's address for responses; with the RelayState that came.
    ///
    /// # Errors
    /// As [`Self::request`].
    pub fn answer(
        &self,
        request: &VerifiedLogout,
        status: &LogoutStatus,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<Outgoing, LogoutError> {
        let partner = self.partner(&request.issuer).ok_or(LogoutError::UnknownPartner)?;
        let message = Message {
            kind: RedirectKind::Response,
            partner,
            location: partner.endpoint.for_responses(),
            own: &[("InResponseTo", &request.id)],
            relay_state: request.relay_state.as_deref(),
        };
        self.send(&message, now, entropy, |xml| status.write(xml))
    }

    fn send(
        &self,
        message: &Message<'_>,
        now: Timestamp,
        entropy: &mut dyn Entropy,
        content: impl FnOnce(&mut Writer),
    ) -> Result<Outgoing, LogoutError> {
        let Message { kind, partner, location, relay_state, .. } = *message;
        endpoint::check(location)?;
        if relay_state.is_some_and(|text| text.len() > limits::SAML_RELAY_STATE_BYTES_MAX) {
            return Err(LogoutError::RelayState);
        }
        let id = new_id(entropy);
        let xml = self.to_xml(message, &id, now, content)?;
        let delivery = match partner.endpoint.binding {
            Binding::Redirect => {
                let url = binding::signed_redirect_url(location, kind, &xml, relay_state, &self.key)?;
                Delivery::Redirect(url)
            }
            Binding::Post => {
                let signed = dsig::sign(&xml, &id, &self.key)?;
                let mut fields = vec![(kind.parameter(), binding::to_form_value(&signed))];
                fields.extend(relay_state.map(|relay_state| ("RelayState", relay_state.to_string())));
                Delivery::Post(PostForm { action: location.into(), fields })
            }
            Binding::Other(_) => return Err(LogoutError::Binding),
        };
        Ok(Outgoing { id, delivery })
    }

    fn to_xml(
        &self,
        message: &Message<'_>,
        id: &str,
        now: Timestamp,
        content: impl FnOnce(&mut Writer),
    ) -> Result<String, xml::Error> {
        let issue_instant = time::format(now);
        let mut attributes = vec![
            ("xmlns:samlp", PROTOCOL),
            ("xmlns:saml", ASSERTION),
            ("ID", id),
            ("Version", VERSION),
            ("IssueInstant", &issue_instant),
            ("Destination", message.location),
        ];
        attributes.extend(message.own);
        let mut xml = Writer::new();
        xml.start(&format!("samlp:{}", element(message.kind)), &attributes);
        xml.element("saml:Issuer", &[], &self.entity_id);
        content(&mut xml);
        xml.end();
        xml.finish()
    }
}

/// What a request and a response have in common.
struct Message<'a> {
    kind: RedirectKind,
    partner: &'a LogoutPartner,
    location: &'a str,
    own: &'a [(&'a str, &'a str)],
    relay_state: Option<&'a str>,
}

pub(super) const fn element(kind: RedirectKind) -> &'static str {
    match kind {
        RedirectKind::Request => "LogoutRequest",
        RedirectKind::Response => "LogoutResponse",
    }
}
