use alloc::string::String;

use http::StatusCode;

/// What came of a request, as the driver saw it.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Unreachable {
    /// Nobody answers at the address.
    #[error("the connection was refused or lost; check the address, the port and the firewall")]
    Connection,
    /// The name in the base URL has no address.
    #[error("the name of the host cannot be resolved; check the base URL for a slip of the pen")]
    Dns,
    /// No answer in time.
    #[error("there was no answer in time; try again, then ask the other side's status page")]
    TimedOut,
    /// The certificate or the handshake failed.
    #[error("TLS failed; check the certificate of the host and the clock of this machine")]
    Tls,
}

/// What was found out about the other side.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Verified {
    /// Whether an account can be deleted; where it cannot, it is made inactive (D13). `None` when it was not tried, or the answer did
    /// not say.
    pub deletes_users: Option<bool>,
    /// Whether there are groups (R24). `None` where group management is off and nobody asked.
    pub groups: Option<bool>,
}

/// Why credentials do not work: the exact reason (R18).
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum NotVerified {
    /// Nobody waited for its end.
    #[error("the verification was given up before its end; what it made for its test may still be at Heap")]
    Abandoned,
    /// The token is good, and not allowed to do this (403).
    #[error("{step}: the token is not allowed to do this (403); give its owner the right to manage users")]
    Forbidden {
        /// What was tried.
        step: &'static str,
    },
    /// There are no groups, and group management is on.
    #[error(
        "the service provider has no groups ({status}); turn group management off, or ask for a plan with groups (R24)"
    )]
    GroupsUnsupported {
        /// The HTTP status.
        status: StatusCode,
    },
    /// The answer is no SCIM.
    #[error(
        "{step}: expected a SCIM answer, found status {status} with another body; the base URL is not that of the SCIM service (R17)"
    )]
    NotScim {
        /// What was tried.
        step: &'static str,
        /// The HTTP status.
        status: StatusCode,
    },
    /// The service provider refuses the test resource.
    #[error(
        "{step}: the service provider refuses it ({status}, {scim_type}); see what it says in its own log"
    )]
    Refused {
        /// What was tried.
        step: &'static str,
        /// The HTTP status.
        status: StatusCode,
        /// The `scimType`, or a dash.
        scim_type: String,
    },
    /// The token is not valid there (401).
    #[error(
        "{step}: the token is not accepted (401); copy it again, or make a new one in Heap's account settings (R16, R19)"
    )]
    TokenRefused {
        /// What was tried.
        step: &'static str,
    },
    /// It is busy (429) or out of order (5xx).
    #[error("{step}: the service provider is busy or out of order ({status}); try again later")]
    Unavailable {
        /// What was tried.
        step: &'static str,
        /// The HTTP status.
        status: StatusCode,
    },
    /// It was not reached.
    #[error("{step}: {reason}")]
    Unreachable {
        /// What was tried.
        step: &'static str,
        /// Why not.
        reason: Unreachable,
    },
    /// There is no tenant at this base URL (404).
    #[error(
        "{step}: there is no tenant at this base URL (404); check its last part, the tenant's name (R17)"
    )]
    WrongTenant {
        /// What was tried.
        step: &'static str,
    },
}

impl NotVerified {
    /// The stable code of this reason.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Abandoned => "connector.abandoned",
            Self::Forbidden { .. } => "connector.forbidden_token",
            Self::GroupsUnsupported { .. } => "connector.groups_unsupported",
            Self::NotScim { .. } => "connector.not_scim",
            Self::Refused { .. } => "connector.refused",
            Self::TokenRefused { .. } => "connector.token_refused",
            Self::Unavailable { .. } => "connector.unavailable",
            Self::Unreachable { .. } => "connector.unreachable",
            Self::WrongTenant { .. } => "connector.wrong_tenant",
        }
    }
}
