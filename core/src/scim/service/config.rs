//! What a service provider can do, as data: `/ServiceProviderConfig` is made of it.

use alloc::{format, string::String};

use serde_json::{Value, json};

use super::access::Access;
use crate::{
    limits::{SCIM_BODY_BYTES_MAX, SCIM_BULK_OPERATIONS_MAX},
    scim::{
        Error, ErrorKind,
        patch::{Operation, Patch},
        schema,
    },
};

/// How a service takes filters.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Filtering {
    /// The whole grammar.
    Whole,
    /// None: a filter is refused.
    Refused,
    /// None: a filter is passed over, and everything is listed.
    Ignored,
    /// None: whatever the filter, nothing is found (F41).
    FindsNothing,
}

/// What a service provider can do.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Capabilities {
    /// Whether it takes PATCH.
    pub patch: bool,
    /// Whether it takes PUT.
    pub put: bool,
    /// Whether it takes several operations in one request (RFC 7644 3.7).
    pub bulk: bool,
    /// How it takes filters.
    pub filtering: Filtering,
    /// The most resources on a page, and the number where none is asked for.
    pub page_size_max: u64,
    /// Whether a group is shown with its members.
    pub members_in_reads: bool,
    /// Which requests it puts off (RFC 6585 4).
    pub throttle: Option<Throttle>,
    /// For how many requests a new resource is missing from lists. By its id it is found at once.
    pub listed_late: u32,
    /// For how many requests reads and lists show a changed resource as it was, and a removed one as if it were there.
    /// Writes see what is.
    pub stale_reads: u32,
    /// How many members one PATCH may add or remove; one with more is refused (F10).
    pub members_per_patch_max: Option<u32>,
    /// Whether a PATCH may have operations without `path` (F16).
    pub pathless_patch: bool,
}

/// A rate limit that can be foreseen: every so manieth request is answered 429.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Throttle {
    /// Every how manieth request is put off; 1 is every one.
    pub every: core::num::NonZeroU32,
    /// The seconds that `Retry-After` asks for.
    pub retry_after_seconds: u32,
}

impl Capabilities {
    /// # Errors
    /// `invalidValue` for what this tenant does not take in a PATCH.
    pub(super) fn check(&self, patch: &Patch) -> Result<(), Error> {
        if !self.pathless_patch && patch.operations.iter().any(|operation| operation.path.is_none()) {
            let detail = "an operation without `path` is not supported; name one attribute in each";
            return Err(Error::new(ErrorKind::InvalidValue, detail));
        }
        let members: usize = patch.operations.iter().map(Operation::members).sum();
        match self.members_per_patch_max {
            Some(most) if members as u64 > u64::from(most) => {
                let detail = format!("a PATCH adds or removes {most} members at most; send several");
                Err(Error::new(ErrorKind::InvalidValue, detail))
            }
            _ => Ok(()),
        }
    }
}

impl Default for Capabilities {
    fn default() -> Self {
        Self {
            patch: true,
            put: true,
            bulk: true,
            filtering: Filtering::Whole,
            page_size_max: 100,
            members_in_reads: true,
            throttle: None,
            listed_late: 0,
            stale_reads: 0,
            members_per_patch_max: None,
            pathless_patch: true,
        }
    }
}

/// How a service is reached, by whom, and what it can do.
#[derive(Clone, Debug)]
pub struct Config {
    /// The address below which the endpoints are, without a slash at its end.
    pub base_url: String,
    /// Who may call.
    pub access: Access,
    /// What it can do.
    pub capabilities: Capabilities,
}

impl Config {
    /// The document of `/ServiceProviderConfig` (RFC 7643 5).
    pub(super) fn document(&self) -> Value {
        let supported = |supported: bool| json!({ "supported": supported });
        let capabilities = &self.capabilities;
        json!({
            "schemas": [schema::SERVICE_PROVIDER_CONFIG],
            "patch": supported(capabilities.patch),
            "bulk": {
                "supported": capabilities.bulk,
                "maxOperations": SCIM_BULK_OPERATIONS_MAX,
                "maxPayloadSize": SCIM_BODY_BYTES_MAX,
            },
            "filter": {
                "supported": capabilities.filtering == Filtering::Whole,
                "maxResults": capabilities.page_size_max,
            },
            "changePassword": supported(false),
            "sort": supported(true),
            "etag": supported(true),
            "pagination": {
                "cursor": true,
                "index": true,
                "defaultPaginationMethod": "index",
                "defaultPageSize": capabilities.page_size_max,
                "maxPageSize": capabilities.page_size_max,
            },
            "authenticationSchemes": [{
                "type": "oauthbearertoken",
                "name": "Bearer token",
                "description": "The token goes out in the header Authorization (RFC 6750)",
                "specUri": "https://www.rfc-editor.org/info/rfc6750",
                "primary": true,
            }],
            "meta": { "resourceType": "ServiceProviderConfig", "location": format!("{}/ServiceProviderConfig", self.base_url) },
        })
    }

    /// The path of the base URL: what every request's path begins with.
    pub(super) fn base_path(&self) -> &str {
        let rest = self.base_url.split_once("://").map_or(self.base_url.as_str(), |(_, rest)| rest);
        rest.find('/').and_then(|slash| rest.get(slash..)).unwrap_or_default()
    }
}
