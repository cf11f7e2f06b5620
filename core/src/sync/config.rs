use alloc::string::{String, ToString};
use core::net::IpAddr;

use http::Uri;

use super::plan::Guards;
use crate::{
    directory::Mapping,
    limits::{SYNC_IN_FLIGHT_MAX, SYNC_PAGE_SIZE},
    scim::client::Endpoint,
    wire::{InvalidToken, Secret, bearer},
};

/// Which plans need an approval before anything is sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Review {
    /// Every plan that is not empty.
    Always,
    /// Plans that trip a guard (D2).
    Tripped,
}

/// What is done when a user name changes, which Heap cannot follow (R22).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ChangedUserName {
    /// The old account is deactivated and a new one created.
    Replace,
    /// It is reported and the account left as it is.
    Report,
}

/// Where the tenant is and how it is treated.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Config {
    /// The base URL of the SCIM service provider (R17).
    pub base_url: Uri,
    /// The bearer token (R16, R17).
    pub bearer_token: Secret,
    /// How attributes are called at Heap (R21).
    pub mapping: Mapping,
    /// What a plan may take away without approval; `None` switches the guards off.
    pub guards: Option<Guards>,
    /// Which plans need an approval.
    pub review: Review,
    /// What is done when a user name changes (R22).
    pub changed_user_name: ChangedUserName,
    /// How many requests may be under way at once.
    pub in_flight_max: usize,
    /// How many resources are asked for on a page.
    pub page_size: u32,
}

/// Why a configuration cannot be used.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ConfigError {
    /// The base URL is not absolute, or would send the token in the clear.
    #[error(
        "expected a base URL like `https://heapanalytics.com/scim/v2/<tenant>` (http on the loopback only), without a query"
    )]
    BaseUrl,
    /// The token cannot stand in a header.
    #[error(transparent)]
    Token(#[from] InvalidToken),
}

impl ConfigError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BaseUrl => "sync.base_url",
            Self::Token(token) => token.code(),
        }
    }
}

impl Config {
    /// A configuration with the defaults: guards on, plans sent unless one trips, changed user names reported.
    ///
    /// # Errors
    /// A base URL or token that cannot be used.
    ///
    /// ```
    /// use heap_identity::{sync::Config, wire::Secret};
    /// let config = Config::new("https://heapanalytics.com/scim/v2/acme", Secret::new("token".into()))?;
    /// assert!(config.guards.is_some());
    /// assert!(Config::new("http://heapanalytics.com/scim/v2/acme", Secret::new("token".into())).is_err());
    /// # Ok::<(), heap_identity::sync::ConfigError>(())
    /// ```
    pub fn new(base_url: &str, bearer_token: Secret) -> Result<Self, ConfigError> {
        let base_url: Uri = base_url.trim_end_matches('/').parse().map_err(|_| ConfigError::BaseUrl)?;
        if !is_safe(&base_url) || base_url.query().is_some() {
            return Err(ConfigError::BaseUrl);
        }
        bearer(&bearer_token)?;
        Ok(Self {
            base_url,
            bearer_token,
            mapping: Mapping::default(),
            guards: Some(Guards::default()),
            review: Review::Tripped,
            changed_user_name: ChangedUserName::Report,
            in_flight_max: SYNC_IN_FLIGHT_MAX,
            page_size: SYNC_PAGE_SIZE,
        })
    }

    /// Where requests go; both parts were checked when they were given.
    pub(crate) fn endpoint(&self) -> Endpoint {
        Endpoint::checked(self.base(), &self.bearer_token)
    }

    fn base(&self) -> String {
        self.base_url.to_string().trim_end_matches('/').to_string()
    }

    /// What names this integration in a journal: the base URL, on the loopback without the port, which a tunnel or a test's server
    /// has anew each time.
    pub(crate) fn integration(&self) -> String {
        match self.base_url.host().filter(|host| is_loopback(host)) {
            Some(_) => ["http://localhost", self.base_url.path().trim_end_matches('/')].concat(),
            None => self.base(),
        }
    }
}

/// Whether what is sent there is not read on the way: by https, or on the loopback.
pub(crate) fn is_safe(address: &Uri) -> bool {
    match address.scheme_str() {
        Some("https") => address.host().is_some(),
        Some("http") => address.host().is_some_and(is_loopback),
        _ => false,
    }
}

fn is_loopback(host: &str) -> bool {
    let address = host.trim_matches(['[', ']']).parse::<IpAddr>();
    host == "localhost" || address.is_ok_and(|address| address.is_loopback())
}

#[cfg(test)]
mod tests {
    use super::{Config, Secret};

    fn integration(base_url: &str) -> alloc::string::String {
        Config::new(base_url, Secret::new("token".into())).unwrap().integration()
    }

    #[test]
    fn f03_an_integration_is_named_by_its_base_url_but_on_the_loopback_not_by_the_port() {
        assert_eq!(
            integration("https://heapanalytics.com/scim/v2/acme/"),
            "https://heapanalytics.com/scim/v2/acme"
        );
        assert_eq!(
            integration("http://127.0.0.1:8080/scim/v2/acme"),
            integration("http://localhost:9/scim/v2/acme")
        );
        assert_ne!(
            integration("http://[::1]:8080/scim/v2/acme"),
            integration("http://[::1]:8080/scim/v2/demo")
        );
    }
}
