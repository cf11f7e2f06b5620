//! Where the tenant is and how it is treated.

use std::sync::Arc;

use heap_identity::sync;

use super::plan::Guards;
use crate::{error::HeapIdentityError, mirror::mirror, wire::Secret};

mirror! {
    /// Which plans need an approval before anything is sent.
    into Review of sync::Review {
        /// Every plan that is not empty.
        Always,
        /// Plans that trip a guard.
        Tripped,
    }
}

mirror! {
    /// What is done when a user name changes, which Heap cannot follow.
    into ChangedUserName of sync::ChangedUserName {
        /// The old account is deactivated and a new one created.
        Replace,
        /// It is reported and the account left as it is.
        Report,
    }
}

/// What a plan may take away without approval.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum Guarding {
    /// As much as the library's own guards allow.
    Standard,
    /// As much as these allow.
    Limited {
        /// The guards.
        guards: Guards,
    },
    /// Anything.
    Off,
}

/// Where the tenant is and how it is treated. What is not given is the library's own choice.
#[derive(Clone, Debug, uniffi::Record)]
pub struct SyncConfig {
    /// The base URL of the SCIM service provider.
    pub base_url: String,
    /// The bearer token.
    pub bearer_token: Arc<Secret>,
    /// How the attribute with Heap's role is called.
    #[uniffi(default = None)]
    pub role_attribute: Option<String>,
    /// What a plan may take away without approval.
    #[uniffi(default = None)]
    pub guarding: Option<Guarding>,
    /// Which plans need an approval.
    #[uniffi(default = None)]
    pub review: Option<Review>,
    /// What is done when a user name changes.
    #[uniffi(default = None)]
    pub changed_user_name: Option<ChangedUserName>,
    /// How many requests may be under way at once.
    #[uniffi(default = None)]
    pub in_flight_max: Option<u32>,
    /// How many resources are asked for on a page.
    #[uniffi(default = None)]
    pub page_size: Option<u32>,
}

impl TryFrom<SyncConfig> for sync::Config {
    type Error = HeapIdentityError;

    fn try_from(given: SyncConfig) -> Result<Self, HeapIdentityError> {
        let mut config = Self::new(&given.base_url, (*given.bearer_token.0).clone())?;
        if let Some(name) = given.role_attribute {
            config.mapping = heap_identity::directory::Mapping::with_role_attribute(&name);
        }
        match given.guarding {
            None | Some(Guarding::Standard) => {}
            Some(Guarding::Limited { guards }) => config.guards = Some(guards.into()),
            Some(Guarding::Off) => config.guards = None,
        }
        config.review = given.review.map_or(config.review, Into::into);
        config.changed_user_name = given.changed_user_name.map_or(config.changed_user_name, Into::into);
        config.in_flight_max = given.in_flight_max.map_or(config.in_flight_max, |most| most as usize);
        config.page_size = given.page_size.unwrap_or(config.page_size);
        Ok(config)
    }
}
