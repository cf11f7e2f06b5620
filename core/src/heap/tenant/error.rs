//! What an administrator within Heap is told.

use alloc::string::String;

use crate::{
    pki,
    saml::{BuildError, EndpointError, PendingError},
    scim, wire,
};

/// An action within Heap that is refused.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum TenantError {
    /// SCIM comes after SSO (R14).
    #[error("SSO is not configured; configure it first, then enable SCIM")]
    SsoNotConfigured,
    /// SCIM is on already; its token was shown once (R16).
    #[error("SCIM is enabled already and its token was shown once; make a new token instead")]
    ScimEnabled,
    /// SCIM stands on SSO (R14).
    #[error("SCIM is enabled and needs SSO; disable SCIM first")]
    ScimNeedsSso,
    /// SCIM is off.
    #[error("SCIM is not enabled")]
    ScimDisabled,
    /// While SCIM is on, the identity provider alone adds and removes teammates (R20).
    #[error("teammates are managed by the identity provider while SCIM is enabled; add or remove them there")]
    ManagedByIdentityProvider,
    /// A token that was chosen cannot stand in a header.
    #[error(transparent)]
    Token(#[from] wire::InvalidToken),
    /// There is no such account.
    #[error("there is no account with this id")]
    NoSuchAccount,
    /// The certificate of the settings cannot be used (R6).
    #[error(
        "the certificate cannot be used: {0}; paste the whole of `certificate.pem`, with its BEGIN and END lines"
    )]
    Certificate(#[from] pki::Error),
    /// Nothing may be sent to the remote login URL (R6).
    #[error("the remote login URL cannot be used: {0}")]
    RemoteLoginUrl(#[from] EndpointError),
    /// The login cannot be begun.
    #[error(transparent)]
    Login(#[from] PendingError),
    /// The request for a login cannot be made.
    #[error("the request for a login cannot be made: {0}")]
    LoginRequest(#[from] BuildError),
    /// A line of a stored tenant cannot be used; the settings are one, and there must be exactly one of them.
    #[error("the stored tenant cannot be used: its line `{0}` is missing, malformed or of a later version")]
    Stored(String),
    /// The account or group cannot be made or changed.
    #[error("{0}")]
    Refused(scim::Error),
}

impl TenantError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::SsoNotConfigured => "heap.sso_not_configured",
            Self::ScimEnabled => "heap.scim_enabled",
            Self::ScimNeedsSso => "heap.scim_needs_sso",
            Self::ScimDisabled => "heap.scim_disabled",
            Self::ManagedByIdentityProvider => "heap.managed_by_identity_provider",
            Self::Token(error) => error.code(),
            Self::NoSuchAccount => "heap.no_such_account",
            Self::Certificate(error) => error.code(),
            Self::RemoteLoginUrl(error) => error.code(),
            Self::Login(error) => error.code(),
            Self::LoginRequest(error) => error.code(),
            Self::Stored(_) => "heap.stored_tenant",
            Self::Refused(error) => error.code(),
        }
    }
}

impl From<scim::Error> for TenantError {
    fn from(error: scim::Error) -> Self {
        Self::Refused(error)
    }
}
