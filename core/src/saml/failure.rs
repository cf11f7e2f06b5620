//! A login that did not come about, by the identity provider's word (saml-core 3.2.2.2, saml-profiles 4.1.4.2).

use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use jiff::Timestamp;

use super::{
    binding::{self, RedirectKind},
    endpoint,
    identity_provider::{BuildError, IdentityProvider, new_id},
    names::{ASSERTION, PROTOCOL, STATUS_SUCCESS, VERSION},
    post_page,
    request::AcceptedRequest,
    schema,
    service_provider::ServiceProvider,
    shape, time,
};
use crate::{
    dsig,
    entropy::Entropy,
    xml::{self, Node, Writer},
};

/// Why an identity provider logs nobody in (saml-core 3.2.2.2).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum LoginFailure {
    /// The person could not be authenticated.
    AuthnFailed,
    /// The person would have to be asked, and the request forbids it (`IsPassive`).
    NoPassive,
    /// The person cannot be authenticated in the way that is asked for (`RequestedAuthnContext`).
    NoAuthnContext,
    /// There is no NameID of the kind that is asked for (`NameIDPolicy`).
    InvalidNameIdPolicy,
    /// The person may not use the service provider (R12), or the request is refused for another reason.
    RequestDenied,
    /// The request asks for something that is not supported.
    RequestUnsupported,
    /// There is nobody of the name that the request asks for.
    UnknownPrincipal,
    /// The answer is wanted over a binding that is not supported.
    UnsupportedBinding,
    /// The request is of a version that is not supported.
    VersionMismatch,
    /// The fault is the service provider's; nothing more is said.
    Requester,
    /// The fault is the identity provider's; nothing more is said.
    Responder,
}

/// The prefix of every status code of SAML.
const STATUS: &str = "urn:oasis:names:tc:SAML:2.0:status:";

impl LoginFailure {
    /// Each with its top-level code, its second-level code if it has one, and its own code here.
    const ALL: [(Self, &'static str, &'static str, &'static str); 11] = [
        (Self::AuthnFailed, "Responder", "AuthnFailed", "saml.failure.authn_failed"),
        (Self::NoPassive, "Responder", "NoPassive", "saml.failure.no_passive"),
        (Self::NoAuthnContext, "Responder", "NoAuthnContext", "saml.failure.no_authn_context"),
        (
            Self::InvalidNameIdPolicy,
            "Requester",
            "InvalidNameIDPolicy",
            "saml.failure.invalid_name_id_policy",
        ),
        (Self::RequestDenied, "Responder", "RequestDenied", "saml.failure.request_denied"),
        (Self::RequestUnsupported, "Requester", "RequestUnsupported", "saml.failure.request_unsupported"),
        (Self::UnknownPrincipal, "Responder", "UnknownPrincipal", "saml.failure.unknown_principal"),
        (Self::UnsupportedBinding, "Requester", "UnsupportedBinding", "saml.failure.unsupported_binding"),
        (Self::VersionMismatch, "VersionMismatch", "", "saml.failure.version_mismatch"),
        (Self::Requester, "Requester", "", "saml.failure.requester"),
        (Self::Responder, "Responder", "", "saml.failure.responder"),
    ];

    /// The stable code of this failure.
    pub fn code(self) -> &'static str {
        Self::ALL.iter().find(|(failure, ..)| *failure == self).map_or("", |(.., code)| code)
    }

    /// The top-level code and the second-level one, as SAML's names without their prefix.
    fn names(self) -> (&'static str, &'static str) {
        let found = Self::ALL.iter().find(|(failure, ..)| *failure == self);
        found.map_or(("Responder", ""), |(_, top, second, _)| (top, second))
    }

    /// By the second-level code where it is one of SAML's, else by the top-level one: whose fault it is.
    fn read(top: &str, second: Option<&str>) -> Self {
        let by_second = second
            .and_then(|uri| uri.strip_prefix(STATUS))
            .and_then(|name| Self::ALL.iter().find(|(_, _, second, _)| !name.is_empty() && *second == name));
        let by_top = || {
            let name = top.strip_prefix(STATUS)?;
            Self::ALL.iter().find(|(_, top, second, _)| second.is_empty() && *top == name)
        };
        by_second.or_else(by_top).map_or(Self::Responder, |(failure, ..)| *failure)
    }

    fn write(self, message: Option<&str>, xml: &mut Writer) {
        let uri = |name: &str| [STATUS, name].concat();
        let (top, second) = self.names();
        xml.start("samlp:Status", &[]).start("samlp:StatusCode", &[("Value", &uri(top))]);
        if !second.is_empty() {
            xml.element("samlp:StatusCode", &[("Value", &uri(second))], "");
        }
        xml.end();
        if let Some(message) = message {
            xml.element("samlp:StatusMessage", &[], message);
        }
        xml.end();
    }
}

/// A Response that says why nobody is logged in, and the address that it is for.
#[derive(Clone, Debug)]
pub struct FailureResponse {
    xml: String,
    acs_url: String,
}

impl FailureResponse {
    /// The XML.
    pub fn xml(&self) -> &str {
        &self.xml
    }

    /// The address that takes it.
    pub fn acs_url(&self) -> &str {
        &self.acs_url
    }

    /// The fields of the form that carries it, with the RelayState as it came with the request.
    pub fn form_fields(&self, relay_state: Option<&str>) -> Vec<(&'static str, String)> {
        let mut fields = vec![(RedirectKind::Response.parameter(), binding::to_form_value(&self.xml))];
        fields.extend(relay_state.map(|relay_state| ("RelayState", relay_state.into())));
        fields
    }

    /// A page that posts the form by itself, as [`SignedResponse::auto_post_page`](super::SignedResponse::auto_post_page).
    pub fn auto_post_page(&self, relay_state: Option<&str>, nonce: &str) -> String {
        post_page::page(&self.acs_url, &self.form_fields(relay_state), nonce)
    }
}

impl IdentityProvider {
    /// The answer to a request that logs nobody in: so the person comes back to the service provider, which can say why.
    ///
    /// It is signed only if the request proved its sender: what anybody can have signed is a signature to be misused.
    /// `message` is for people, and must say nothing that the service provider may not know.
    ///
    /// # Errors
    /// [`BuildError`] when the message cannot be written as XML, or the signature cannot be made.
    pub fn decline(
        &self,
        request: &AcceptedRequest,
        failure: LoginFailure,
        message: Option<&str>,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<FailureResponse, BuildError> {
        let to = (request.id.as_str(), request.acs_url.as_str());
        self.failure_response(to, failure, message, request.is_authenticated, (now, entropy))
    }

    /// `to` is the ID of the request, and the address of whoever sent it.
    pub(super) fn failure_response(
        &self,
        to: (&str, &str),
        failure: LoginFailure,
        message: Option<&str>,
        is_signed: bool,
        (now, entropy): (Timestamp, &mut dyn Entropy),
    ) -> Result<FailureResponse, BuildError> {
        let (in_response_to, acs_url) = to;
        endpoint::check(acs_url)?;
        let (id, issue_instant) = (new_id(entropy), time::format(now));
        let attributes = [
            ("xmlns:samlp", PROTOCOL),
            ("xmlns:saml", ASSERTION),
            ("ID", id.as_str()),
            ("Version", VERSION),
            ("IssueInstant", issue_instant.as_str()),
            ("Destination", acs_url),
            ("InResponseTo", in_response_to),
        ];
        let mut xml = Writer::new();
        xml.start("samlp:Response", &attributes).element("saml:Issuer", &[], &self.settings.entity_id);
        failure.write(message, &mut xml);
        xml.end();
        let xml = xml.finish()?;
        let xml = if is_signed { dsig::sign(&xml, &id, &self.key)? } else { xml };
        Ok(FailureResponse { xml, acs_url: acs_url.into() })
    }
}

/// What a Response says that logs nobody in. Nothing proves it: it is for telling the person, and for ending the wait
/// for an answer.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ClaimedFailure {
    /// The ID of the request that it claims to answer.
    pub in_response_to: Option<String>,
    /// Who it claims to come from.
    pub issuer: Option<String>,
    /// Why nobody is logged in.
    pub failure: LoginFailure,
    /// What it says to people: foreign text, to be shown as text only.
    pub message: Option<String>,
}

impl ServiceProvider {
    /// What a Response to this service provider says that carries a failure; `None` for every other message, and for one
    /// that was sent to another address. Use it after [`ServiceProvider::verify`] has refused by
    /// [`Check::Status`](super::Check::Status): the code to tell by is [`LoginFailure::code`].
    pub fn claimed_failure(&self, saml_response: &str) -> Option<ClaimedFailure> {
        let bytes = binding::from_form_value(saml_response).ok()?;
        let tree = xml::parse(&bytes).ok()?;
        let root = tree.root();
        let is_ours = root.attribute("Destination").is_none_or(|destination| destination == self.acs_url());
        if !is_ours || root.attribute("Version") != Some(VERSION) {
            return None;
        }
        shape::check(root, &schema::RESPONSE).ok()?;
        let status = root.only_element(PROTOCOL, "Status")?;
        let code = status.only_element(PROTOCOL, "StatusCode")?;
        let top = code.attribute("Value").filter(|top| *top != STATUS_SUCCESS)?;
        let second = code.only_element(PROTOCOL, "StatusCode").and_then(|code| code.attribute("Value"));
        let text = |node: Option<Node<'_>>| Some(node?.text().ok()?.to_string());
        Some(ClaimedFailure {
            in_response_to: root.attribute("InResponseTo").map(Into::into),
            issuer: text(root.only_element(ASSERTION, "Issuer")),
            failure: LoginFailure::read(top, second),
            message: text(status.only_element(PROTOCOL, "StatusMessage")),
        })
    }
}
