use alloc::string::{String, ToString};

use serde::{Deserialize, Serialize};

use super::application::ApplicationError;
use crate::{
    sync::{Config, ConfigError},
    wire::Secret,
};

/// What identity management is told besides its credentials: saving it never touches the token (R19).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Settings {
    /// Whether groups and memberships are managed at Heap too (R24).
    pub group_management: bool,
    /// The top-level attribute that carries Heap's role (D8).
    pub role_attribute: String,
}

impl Default for Settings {
    fn default() -> Self {
        Self { group_management: true, role_attribute: "role".into() }
    }
}

/// What says something else of a user (RFC 7643 3.1, 4.1), is kept by the service provider, or is sent by R21 and D3 already.
const TAKEN: &[&str] = &[
    "schemas",
    "id",
    "externalId",
    "meta",
    "userName",
    "name",
    "displayName",
    "active",
    "password",
    "emails",
    "groups",
    "members",
];

impl Settings {
    /// # Errors
    /// [`ApplicationError::RoleAttribute`] for what is no attribute's name (RFC 7643 2.1), or another one's.
    pub(super) fn check(&self) -> Result<(), ApplicationError> {
        let name = self.role_attribute.as_str();
        let is_name = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_$".contains(&byte))
            && name.starts_with(|first: char| first.is_ascii_alphabetic());
        let is_taken = TAKEN.iter().any(|taken| taken.eq_ignore_ascii_case(name));
        if is_name && !is_taken { Ok(()) } else { Err(ApplicationError::RoleAttribute) }
    }
}

/// A base URL and the token for it (R17, R18).
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The base URL of the tenant's SCIM service provider.
    pub(super) base_url: String,
    /// The bearer token; `None` in what was restored without it, since it is never stored with the rest (R16).
    pub(super) token: Option<Secret>,
}

impl Credentials {
    /// The base URL of the tenant's SCIM service provider, without a slash at its end.
    pub fn base_url(&self) -> &str {
        &self.base_url
    }

    /// A base URL that was stored without its token.
    ///
    /// # Errors
    /// As [`Self::new`].
    pub(super) fn without_token(base_url: String) -> Result<Self, ConfigError> {
        // Any token that could stand in a header: it is dropped again.
        Ok(Self { token: None, ..Self::new(&base_url, Secret::new("-".into()))? })
    }

    /// Credentials that could be sent.
    ///
    /// # Errors
    /// A base URL that is not https (or http on the loopback), or a token that cannot stand in a header.
    pub fn new(base_url: &str, token: Secret) -> Result<Self, ConfigError> {
        let config = Config::new(base_url, token)?;
        Ok(Self {
            base_url: config.base_url.to_string().trim_end_matches('/').to_string(),
            token: Some(config.bearer_token),
        })
    }
}

/// Identity management of one application: its settings, and the credentials that were verified.
#[derive(Clone, Debug, Default)]
pub(super) struct IdentityManagement {
    pub(super) settings: Settings,
    /// The credentials that hold.
    pub(super) verified: Option<Credentials>,
}
