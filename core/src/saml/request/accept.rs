//! The AuthnRequest, as the identity provider takes it (saml-profiles 4.1.4.1, 4.1.4.2; R10).

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use jiff::Timestamp;

use super::{RequestError, RequestedAuthnContext};
use crate::{
    dsig, limits,
    pki::VerifyingKey,
    saml::{
        binding::{self, BindingError, RedirectKind},
        endpoint,
        failure::LoginFailure,
        form,
        identity_provider::{IdentityProvider, Login},
        metadata::ServiceProviderMetadata,
        name_id::{NameId, NameIdFormat},
        names::{ASSERTION, HTTP_POST, PASSWORD_PROTECTED_TRANSPORT, PROTOCOL, VERSION},
        policy::Policy,
        report::{Finding, shown, shown_or_none},
        schema, shape, time,
    },
    xml::{self, Node},
};

/// A request that an identity provider may answer: it names a registered service provider, it is signed where that one
/// signs its requests, and its answer goes to an address of that service provider.
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
    /// Whether a signature by a registered key proves who sent it. Without one anybody may have: the answer still
    /// goes to the service provider only.
    pub is_authenticated: bool,
    /// The person must prove again who they are.
    pub force_authn: bool,
    /// The person must not be asked anything.
    pub is_passive: bool,
    /// Whom the service provider wants to be authenticated, where it knows (saml-core 3.4.1).
    pub subject: Option<NameId>,
    /// What kind of NameID is wanted.
    pub name_id_format: Option<NameIdFormat>,
    /// Within whose names the NameID is wanted, where that is another than the issuer's own.
    pub sp_name_qualifier: Option<String>,
    /// Whether a new name may be made for the person (saml-core 3.4.1.1).
    pub allow_create: bool,
    /// How the person is to be authenticated.
    pub authn_context: Option<RequestedAuthnContext>,
}

impl AcceptedRequest {
    /// The login that answers this request.
    pub fn login(&self, subject: NameId, authn_instant: Timestamp) -> Login<'_> {
        let mut login = Login::new(subject, &self.issuer, &self.acs_url, authn_instant);
        login.in_response_to = Some(&self.id);
        login
    }

    /// Whether a login is what was asked for: the person, the kind of NameID and the way of authentication (saml-core
    /// 3.4.1, 3.4.1.1, 3.3.2.2.1). `classes` are the ways that the identity provider knows, the weakest first.
    ///
    /// # Errors
    /// The failure to [`decline`](IdentityProvider::decline) with.
    pub fn allows(&self, login: &Login<'_>, classes: &[&str]) -> Result<(), LoginFailure> {
        let (name_id, class) =
            (&login.subject, login.authn_context_class.unwrap_or(PASSWORD_PROTECTED_TRANSPORT));
        if self.subject.as_ref().is_some_and(|asked| asked.value != name_id.value) {
            return Err(LoginFailure::UnknownPrincipal);
        }
        let format = self.name_id_format.as_ref().filter(|format| **format != NameIdFormat::Unspecified);
        let within = self.sp_name_qualifier.as_deref().filter(|within| *within != self.issuer);
        let is_within = within.is_none_or(|within| name_id.sp_name_qualifier.as_deref() == Some(within));
        if format.is_some_and(|format| *format != name_id.format) || !is_within {
            return Err(LoginFailure::InvalidNameIdPolicy);
        }
        match &self.authn_context {
            Some(asked) if !asked.is_met_by(class, classes) => Err(LoginFailure::NoAuthnContext),
            _ => Ok(()),
        }
    }
}

/// How a request came, and so where its signature is.
enum Carrier<'a> {
    SignedQuery(&'a str),
    Query,
    Form,
}

impl IdentityProvider {
    /// The request in a query string, given as it came (saml-bindings 3.4). Its signature covers these very octets
    /// (A41, A43).
    ///
    /// # Errors
    /// [`RequestError`] when the request must not be answered.
    pub fn accept_redirect(&self, raw_query: &str, now: Timestamp) -> Result<AcceptedRequest, RequestError> {
        let message = binding::from_query(raw_query)?;
        let carrier = if message.signed { Carrier::SignedQuery(raw_query) } else { Carrier::Query };
        self.accept(message.kind, &message.xml, message.relay_state, &carrier, now)
    }

    /// The request in a form (saml-bindings 3.5): its whole body as it came.
    ///
    /// # Errors
    /// As [`IdentityProvider::accept_redirect`].
    pub fn accept_form(&self, body: &str, now: Timestamp) -> Result<AcceptedRequest, RequestError> {
        let message = form::from_form(body)?;
        self.accept(message.kind, &message.xml, message.relay_state, &Carrier::Form, now)
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
        self.accept(RedirectKind::Request, &bytes, relay_state.map(Into::into), &Carrier::Form, now)
    }

    fn accept(
        &self,
        kind: RedirectKind,
        bytes: &[u8],
        relay_state: Option<String>,
        carrier: &Carrier<'_>,
        now: Timestamp,
    ) -> Result<AcceptedRequest, RequestError> {
        if kind == RedirectKind::Response {
            let finding = Finding::new("`SAMLRequest`", "`SAMLResponse`");
            return Err(RequestError::NotAuthnRequest(finding));
        }
        let tree = xml::parse(bytes)?;
        let request = tree.root();
        gate(request, tree.ambiguous_identifier())?;
        let service_provider = registered(request, &self.settings.service_providers)?;
        let is_authenticated = self.authenticate(request, service_provider, carrier)?;
        self.destination(request, is_authenticated)?;
        issue_instant(request, now)?;
        protocol_binding(request)?;
        let acs_url = acs_url(request, service_provider)?;
        let flag = |node: Node<'_>, name| matches!(node.attribute(name), Some("true" | "1"));
        let policy = request.only_element(PROTOCOL, "NameIDPolicy");
        let of_policy = |name| policy.and_then(|policy| policy.attribute(name));
        Ok(AcceptedRequest {
            id: request.attribute("ID").unwrap_or_default().into(),
            issuer: service_provider.entity_id.clone(),
            acs_url,
            relay_state,
            is_authenticated,
            force_authn: flag(request, "ForceAuthn"),
            is_passive: flag(request, "IsPassive"),
            subject: subject(request)?,
            name_id_format: of_policy("Format").map(NameIdFormat::from_uri),
            sp_name_qualifier: of_policy("SPNameQualifier").map(Into::into),
            allow_create: policy.is_some_and(|policy| flag(policy, "AllowCreate")),
            authn_context: authn_context(request)?,
        })
    }

    /// Whether a signature proves the sender. One that is there must hold wherever there is a key to verify it with, and
    /// one must be there where the service provider signs its requests or the identity provider asks for it (A47).
    fn authenticate(
        &self,
        request: Node<'_>,
        service_provider: &ServiceProviderMetadata,
        carrier: &Carrier<'_>,
    ) -> Result<bool, RequestError> {
        let certificates = service_provider.signing_certificates.iter();
        let keys: Vec<VerifyingKey> = certificates.map(|it| it.public_key().clone()).collect();
        let must = service_provider.authn_requests_signed || self.settings.want_authn_requests_signed;
        let mut is_authenticated = false;
        if dsig::signature_of(request).is_some() && !keys.is_empty() {
            let covered = dsig::verify(request, &keys, &dsig::Policy::strict());
            covered.map_err(|error| {
                let found = format!("{} ({})", error.kind(), error.code());
                let finding = Finding::new("a signature by a registered key", found);
                RequestError::Signature(finding.at(error.position()))
            })?;
            // In a query it does not cover the RelayState, and does not belong there (saml-bindings 3.4.4.1).
            is_authenticated = matches!(carrier, Carrier::Form);
        }
        if let (Carrier::SignedQuery(query), [_, ..]) = (carrier, keys.as_slice()) {
            if !binding::holds_only(query, self.settings.sso_url.as_deref().unwrap_or_default()) {
                return Err(BindingError::Foreign.into());
            }
            binding::verify_query(query, &keys)?;
            is_authenticated = true;
        }
        if must && !is_authenticated {
            return Err(RequestError::NotSigned(
                Finding::new("a request signed with a registered key", "none").at(request.position()),
            ));
        }
        Ok(is_authenticated)
    }

    /// One that is there must be ours; a signed request has one (saml-bindings 3.4.5.2, 3.5.5.2).
    fn destination(&self, request: Node<'_>, is_signed: bool) -> Result<(), RequestError> {
        match (request.attribute("Destination"), &self.settings.sso_url) {
            (None, _) if !is_signed => Ok(()),
            (Some(destination), Some(sso_url)) if destination == sso_url => Ok(()),
            (destination, sso_url) => Err(RequestError::Destination(
                Finding::new(shown_or_none(sso_url.as_deref()), shown_or_none(destination))
                    .at(request.position()),
            )),
        }
    }
}

/// The one of the registered service providers that the request names as its issuer, and names as an entity.
pub(super) fn registered<'a>(
    request: Node<'_>,
    service_providers: &'a [ServiceProviderMetadata],
) -> Result<&'a ServiceProviderMetadata, RequestError> {
    let issuer = request.only_element(ASSERTION, "Issuer");
    let entity_id = issuer.and_then(|issuer| issuer.text().ok());
    let is_entity = issuer.and_then(|issuer| issuer.attribute("Format")).is_none_or(is_entity_format);
    let mut registered = service_providers.iter();
    registered.find(|it| is_entity && entity_id == Some(it.entity_id.as_str())).ok_or_else(|| {
        let finding = Finding::new("a registered service provider", shown_or_none(entity_id));
        RequestError::Issuer(finding.at(request.position()))
    })
}

fn is_entity_format(uri: &str) -> bool {
    NameIdFormat::from_uri(uri) == NameIdFormat::Entity
}

/// An answer travels by POST (saml-profiles 4.1.2; the Artifact binding is not supported).
fn protocol_binding(request: Node<'_>) -> Result<(), RequestError> {
    let binding = request.attribute("ProtocolBinding");
    if binding.is_none_or(|binding| binding == HTTP_POST) {
        return Ok(());
    }
    let finding = Finding::new(shown(HTTP_POST), shown_or_none(binding)).at(request.position());
    Err(RequestError::ProtocolBinding(finding))
}

/// The one of the registered addresses that the answer goes to (A58): by its URL or by its number, not both
/// (saml-core 3.4.1), else the default.
pub(super) fn acs_url(
    request: Node<'_>,
    registered: &ServiceProviderMetadata,
) -> Result<String, RequestError> {
    let at = request.position();
    let url = request.attribute("AssertionConsumerServiceURL");
    let index = request.attribute("AssertionConsumerServiceIndex");
    let found = match (url, index) {
        (Some(wanted), None) => {
            let mut urls = registered.acs_urls().into_iter();
            urls.find(|known| *known == wanted && endpoint::check(known).is_ok())
        }
        (None, Some(index)) => index.parse().ok().and_then(|index| registered.acs_url(index).ok()),
        (None, None) => registered.default_acs_url().ok(),
        (Some(_), Some(_)) => None,
    };
    found.map(ToString::to_string).ok_or_else(|| {
        let finding = Finding::new(
            "a registered https address, by its URL or by its number",
            match (url, index) {
                (Some(_), Some(_)) => "both".into(),
                (url, index) => shown_or_none(url.or(index)),
            },
        );
        RequestError::AssertionConsumerService(finding.at(at))
    })
}

/// Whom the request is about. A confirmation in it is not allowed (saml-profiles 4.1.4.1).
fn subject(request: Node<'_>) -> Result<Option<NameId>, RequestError> {
    let Some(subject) = request.only_element(ASSERTION, "Subject") else { return Ok(None) };
    let finding = |found: &str| {
        let finding = Finding::new("a Subject with a NameID and no SubjectConfirmation", found);
        RequestError::Subject(finding.at(subject.position()))
    };
    if subject.elements().any(|child| child.is(ASSERTION, "SubjectConfirmation")) {
        return Err(finding("a SubjectConfirmation"));
    }
    let name_id = subject.only_element(ASSERTION, "NameID").and_then(NameId::read);
    name_id.map(Some).ok_or_else(|| finding("no NameID"))
}

fn authn_context(request: Node<'_>) -> Result<Option<RequestedAuthnContext>, RequestError> {
    let Some(node) = RequestedAuthnContext::of(request) else { return Ok(None) };
    RequestedAuthnContext::read(node).map(Some).ok_or_else(|| {
        let found = shown_or_none(node.attribute("Comparison"));
        let finding = Finding::new("`exact`, `minimum`, `maximum` or `better` as Comparison", found);
        RequestError::Schema(finding.at(node.position()))
    })
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
