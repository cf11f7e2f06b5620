//! The AuthnRequest, as the service provider writes it and as the identity provider takes it (saml-core 3.4.1,
//! saml-profiles 4.1.4.1, R10).

use alloc::{format, string::String, vec, vec::Vec};

use jiff::Timestamp;

use super::{
    binding::{self, BindingError, RedirectKind},
    endpoint::{self, EndpointError},
    identity_provider::{IdentityProvider, Login, new_id},
    name_id::{NameId, NameIdFormat},
    names::{ASSERTION, HTTP_POST, PROTOCOL, VERSION},
    policy::Policy,
    post_page,
    report::{Finding, shown, shown_or_none},
    schema,
    service_provider::ServiceProvider,
    shape, time,
};
use crate::{
    entropy::Entropy,
    limits,
    xml::{self, Node, Writer},
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
}

impl ServiceProvider {
    /// A request to the identity provider whose address for logins is `sso_url`.
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
        })
    }
}

impl AuthnRequest {
    /// The XML.
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
        xml.end();
        xml.finish()
    }

    /// The address to redirect the browser to (saml-bindings 3.4).
    ///
    /// # Errors
    /// As [`AuthnRequest::to_xml`].
    pub fn redirect_url(&self, relay_state: Option<&str>) -> Result<String, xml::Error> {
        Ok(binding::redirect_url(&self.destination, RedirectKind::Request, &self.to_xml()?, relay_state))
    }

    /// A page that posts the request by itself (saml-bindings 3.5), as
    /// [`SignedResponse::auto_post_page`](super::SignedResponse::auto_post_page).
    ///
    /// # Errors
    /// As [`AuthnRequest::to_xml`].
    pub fn auto_post_page(&self, relay_state: Option<&str>, nonce: &str) -> Result<String, xml::Error> {
        let mut fields = vec![("SAMLRequest", binding::to_form_value(&self.to_xml()?))];
        fields.extend(relay_state.map(|relay_state| ("RelayState", relay_state.into())));
        Ok(post_page::page(&self.destination, &fields, nonce))
    }
}

/// A request that an identity provider may answer: it comes from a registered service provider, as far as that can
/// be known without a signature, and its answer goes to an address of that service provider.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct AcceptedRequest {
    /// Its ID.
    pub id: String,
    /// The entity id of the service provider.
    pub issuer: String,
    /// Where the answer goes: a registered address (A58).
    pub acs_url: String,
    /// To be sent back unchanged with the answer.
    pub relay_state: Option<String>,
    /// The person must prove again who they are.
    pub force_authn: bool,
    /// The person must not be asked anything.
    pub is_passive: bool,
    /// What kind of NameID is wanted.
    pub name_id_format: Option<NameIdFormat>,
}

impl AcceptedRequest {
    /// The login that answers this request.
    pub fn login(&self, subject: NameId, authn_instant: Timestamp) -> Login<'_> {
        let mut login = Login::new(subject, &self.issuer, &self.acs_url, authn_instant);
        login.in_response_to = Some(&self.id);
        login
    }
}

/// Why an AuthnRequest is not answered. Nothing of it may be believed, so the answer is a page, never a redirect.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RequestError {
    /// It could not be taken out of its binding.
    #[error(transparent)]
    Binding(#[from] BindingError),
    /// It is not XML.
    #[error("the request is not an XML document: {0}")]
    Xml(#[from] xml::Error),
    /// It is something else than an AuthnRequest.
    #[error("the message is not an AuthnRequest: {0}")]
    NotAuthnRequest(Finding),
    /// It does not have the shape of the schema.
    #[error("the request does not follow the schema: {0}")]
    Schema(Finding),
    /// It is of another version.
    #[error("the request has another version: {0}")]
    Version(Finding),
    /// It was made for another identity provider.
    #[error("the request was sent to another address: {0}")]
    Destination(Finding),
    /// It is too old, or from the future.
    #[error("the request is too old or not yet made: {0}; compare the clocks")]
    IssueInstant(Finding),
    /// Its issuer is not registered.
    #[error("the issuer is not registered here: {0}; register the service provider with this entity id")]
    Issuer(Finding),
    /// It wants the answer at an address that is not registered.
    #[error("the assertion consumer service is not registered here: {0}; register its address")]
    AssertionConsumerService(Finding),
    /// It wants the answer over another binding than HTTP-POST.
    #[error("the answer is wanted over a binding that is not supported: {0}")]
    ProtocolBinding(Finding),
}

impl RequestError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Binding(error) => error.code(),
            Self::Xml(error) => error.code(),
            Self::NotAuthnRequest(_) => "saml.request.not_authn_request",
            Self::Schema(_) => "saml.request.schema",
            Self::Version(_) => "saml.request.version",
            Self::Destination(_) => "saml.request.destination",
            Self::IssueInstant(_) => "saml.request.issue_instant",
            Self::Issuer(_) => "saml.request.issuer",
            Self::AssertionConsumerService(_) => "saml.request.assertion_consumer_service",
            Self::ProtocolBinding(_) => "saml.request.protocol_binding",
        }
    }
}

impl IdentityProvider {
    /// The request in a query string, given as it came (saml-bindings 3.4).
    ///
    /// A signature on it is not looked at: an unsigned request is as good, because the answer goes to registered
    /// addresses only.
    ///
    /// # Errors
    /// [`RequestError`] when the request must not be answered.
    pub fn accept_redirect(&self, raw_query: &str, now: Timestamp) -> Result<AcceptedRequest, RequestError> {
        let message = binding::from_query(raw_query)?;
        if message.kind == RedirectKind::Response {
            let finding = Finding::new("`SAMLRequest`", "`SAMLResponse`");
            return Err(RequestError::NotAuthnRequest(finding));
        }
        self.accept(&message.xml, message.relay_state, now)
    }

    /// The request in a form (saml-bindings 3.5): the values of its fields, decoded by the web server.
    ///
    /// # Errors
    /// As [`IdentityProvider::accept_redirect`].
    pub fn accept_post(
        &self,
        saml_request: &str,
        relay_state: Option<&str>,
        now: Timestamp,
    ) -> Result<AcceptedRequest, RequestError> {
        let bytes = binding::from_form_value(saml_request)?;
        if relay_state.is_some_and(|relay_state| relay_state.len() > limits::SAML_RELAY_STATE_BYTES_MAX) {
            return Err(BindingError::RelayState.into());
        }
        self.accept(&bytes, relay_state.map(Into::into), now)
    }

    fn accept(
        &self,
        bytes: &[u8],
        relay_state: Option<String>,
        now: Timestamp,
    ) -> Result<AcceptedRequest, RequestError> {
        let tree = xml::parse(bytes)?;
        let request = tree.root();
        gate(request, tree.ambiguous_identifier())?;
        self.destination(request)?;
        issue_instant(request, now)?;
        let (issuer, acs_url) = self.registered(request)?;
        let flag = |name| matches!(request.attribute(name), Some("true" | "1"));
        let policy = request.only_element(PROTOCOL, "NameIDPolicy");
        Ok(AcceptedRequest {
            id: request.attribute("ID").unwrap_or_default().into(),
            issuer,
            acs_url,
            relay_state,
            force_authn: flag("ForceAuthn"),
            is_passive: flag("IsPassive"),
            name_id_format: policy.and_then(|policy| policy.attribute("Format")).map(NameIdFormat::from_uri),
        })
    }

    fn destination(&self, request: Node<'_>) -> Result<(), RequestError> {
        match (request.attribute("Destination"), &self.sso_url) {
            (None, _) => Ok(()),
            (Some(destination), Some(sso_url)) if destination == sso_url => Ok(()),
            (destination, sso_url) => Err(RequestError::Destination(
                Finding::new(shown_or_none(sso_url.as_deref()), shown_or_none(destination))
                    .at(request.position()),
            )),
        }
    }

    /// The issuer, and the one of its registered addresses that the answer goes to (A58).
    fn registered(&self, request: Node<'_>) -> Result<(String, String), RequestError> {
        let at = request.position();
        let issuer = request.only_element(ASSERTION, "Issuer");
        let entity_id = issuer.and_then(|issuer| issuer.text().ok());
        let is_entity = issuer.and_then(|issuer| issuer.attribute("Format")).is_none_or(is_entity_format);
        let service_provider = self
            .service_providers
            .iter()
            .find(|registered| is_entity && entity_id == Some(registered.entity_id.as_str()))
            .ok_or_else(|| {
                let finding = Finding::new("a registered service provider", shown_or_none(entity_id)).at(at);
                RequestError::Issuer(finding)
            })?;
        let binding = request.attribute("ProtocolBinding");
        if binding.is_some_and(|binding| binding != HTTP_POST) {
            let finding = Finding::new(shown(HTTP_POST), shown_or_none(binding)).at(at);
            return Err(RequestError::ProtocolBinding(finding));
        }
        let acs_urls: &Vec<String> = &service_provider.acs_urls;
        let acs_url = match acs_of(request) {
            Acs::Url(wanted) => acs_urls.iter().find(|registered| *registered == wanted),
            Acs::Default => acs_urls.first(),
            Acs::Index => None,
        };
        let acs_url = acs_url.filter(|address| endpoint::check(address).is_ok()).ok_or_else(|| {
            let found = request.attribute("AssertionConsumerServiceURL");
            let finding = Finding::new("a registered https address, by its URL", shown_or_none(found)).at(at);
            RequestError::AssertionConsumerService(finding)
        })?;
        Ok((service_provider.entity_id.clone(), acs_url.clone()))
    }
}

fn is_entity_format(uri: &str) -> bool {
    NameIdFormat::from_uri(uri) == NameIdFormat::Entity
}

/// How a request names where the answer goes (saml-core 3.4.1: by URL or by index, not both).
enum Acs<'a> {
    Url(&'a str),
    Default,
    /// An index needs the metadata of the service provider.
    Index,
}

fn acs_of(request: Node<'_>) -> Acs<'_> {
    let index = request.attribute("AssertionConsumerServiceIndex");
    match (request.attribute("AssertionConsumerServiceURL"), index) {
        (_, Some(_)) => Acs::Index,
        (Some(url), None) => Acs::Url(url),
        (None, None) => Acs::Default,
    }
}

fn gate(request: Node<'_>, ambiguous: Option<Node<'_>>) -> Result<(), RequestError> {
    let at = request.position();
    if !request.is(PROTOCOL, "AuthnRequest") {
        let found = shown(request.local_name());
        return Err(RequestError::NotAuthnRequest(
            Finding::new("`AuthnRequest` of saml-protocol", found).at(at),
        ));
    }
    if request.attribute("Version") != Some(VERSION) {
        let finding = Finding::new(shown(VERSION), shown_or_none(request.attribute("Version"))).at(at);
        return Err(RequestError::Version(finding));
    }
    if let Some(node) = ambiguous {
        let finding = Finding::new("IDs that occur once", "an ID that occurs again").at(node.position());
        return Err(RequestError::Schema(finding));
    }
    shape::check(request, &schema::AUTHN_REQUEST).map_err(|(_, finding)| RequestError::Schema(finding))?;
    Ok(())
}

/// A request is sent at once: one that is older was kept by somebody.
fn issue_instant(request: Node<'_>, now: Timestamp) -> Result<(), RequestError> {
    let policy = Policy::strict();
    let text = request.attribute("IssueInstant");
    let instant = text.and_then(|text| time::parse(text).ok());
    let fresh = instant.is_some_and(|instant| {
        let end = instant.checked_add(limits::SAML_REQUEST_AGE_MAX).unwrap_or(Timestamp::MAX);
        policy.has_come(instant, now) && !policy.is_over(end, now)
    });
    if fresh {
        return Ok(());
    }
    let expected = format!("at most five minutes before {}", time::format(now));
    Err(RequestError::IssueInstant(Finding::new(expected, shown_or_none(text)).at(request.position())))
}
