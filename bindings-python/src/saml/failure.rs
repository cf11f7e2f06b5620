//! Logins that did not come about.

use heap_identity::saml::{self, LoginFailure};
use pyo3::pyclass;

use crate::table::{table, words};

words! {
    login_failure_of: LoginFailure {
        "saml.failure.authn_failed" => LoginFailure::AuthnFailed,
        "saml.failure.no_passive" => LoginFailure::NoPassive,
        "saml.failure.no_authn_context" => LoginFailure::NoAuthnContext,
        "saml.failure.invalid_name_id_policy" => LoginFailure::InvalidNameIdPolicy,
        "saml.failure.request_denied" => LoginFailure::RequestDenied,
        "saml.failure.request_unsupported" => LoginFailure::RequestUnsupported,
        "saml.failure.unknown_principal" => LoginFailure::UnknownPrincipal,
        "saml.failure.unsupported_binding" => LoginFailure::UnsupportedBinding,
        "saml.failure.version_mismatch" => LoginFailure::VersionMismatch,
        "saml.failure.requester" => LoginFailure::Requester,
        "saml.failure.responder" => LoginFailure::Responder,
    }
}

/// What a Response says that logs nobody in. Nothing proves it: it is for telling the person.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct ClaimedFailure(pub(super) saml::ClaimedFailure);

table!(ClaimedFailure {
    /// Such as `saml.failure.authn_failed`.
    code: &'static str = |claimed| claimed.failure.code();
    in_response_to: Option<&str> = |claimed| claimed.in_response_to.as_deref();
    issuer: Option<&str> = |claimed| claimed.issuer.as_deref();
    /// Foreign text, to be shown as text only.
    message: Option<&str> = |claimed| claimed.message.as_deref();
}
    fn __repr__(&self) -> String {
        format!("ClaimedFailure(code={:?})", self.0.failure.code())
    }
);
