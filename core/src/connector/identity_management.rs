use alloc::string::{String, ToString};

use serde::{Deserialize, Serialize};

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
