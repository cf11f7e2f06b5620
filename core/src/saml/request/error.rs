//! Why no login answers an AuthnRequest.

use crate::{
    saml::{binding::BindingError, report::Finding},
    xml,
};

/// Why no login answers an AuthnRequest. The service provider can be told where [`failure`](Self::failure) has a status;
/// else the answer is a page, never a redirect.
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
    /// It is not signed, and must be.
    #[error("the request must be signed: {0}; let the service provider sign, or register that it does not")]
    NotSigned(Finding),
    /// Its signature does not hold.
    #[error("the signature of the request does not hold: {0}; compare the registered certificate")]
    Signature(Finding),
    /// Its Subject is none that can be authenticated.
    #[error("the request is about a subject that cannot be authenticated: {0}")]
    Subject(Finding),
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
            Self::NotSigned(_) => "saml.request.not_signed",
            Self::Signature(_) => "saml.request.signature",
            Self::Subject(_) => "saml.request.subject",
            Self::Destination(_) => "saml.request.destination",
            Self::IssueInstant(_) => "saml.request.issue_instant",
            Self::Issuer(_) => "saml.request.issuer",
            Self::AssertionConsumerService(_) => "saml.request.assertion_consumer_service",
            Self::ProtocolBinding(_) => "saml.request.protocol_binding",
        }
    }
}
