//! How the embedded tenant may behave where nothing is published.

use core::num::NonZeroU32;

use heap_identity::{heap::tenant, scim::service};

use crate::mirror::mirror;

mirror! {
    /// How a service takes filters.
    into Filtering of service::Filtering {
        /// The whole grammar.
        Whole,
        /// None: a filter is refused.
        Refused,
        /// None: a filter is passed over, and everything is listed.
        Ignored,
        /// None: whatever the filter, nothing is found.
        FindsNothing,
    }
}

mirror! {
    /// What becomes of an account for which another user name or email is sent.
    into Renaming of tenant::Renaming {
        /// A second, separate account is made, and the first stays as it is.
        SecondAccount,
        /// The account is renamed.
        InPlace,
    }
}

mirror! {
    /// What `DELETE` of a user does.
    into UserRemoval of service::Removal {
        /// The account is gone.
        Remove,
        /// The account is made inactive.
        Deactivate,
        /// It is refused.
        Refused,
    }
}

/// A rate limit that can be foreseen.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Throttle {
    /// Every how manieth request is put off; 0 is none.
    pub every: u32,
    /// The seconds that `Retry-After` asks for.
    pub retry_after_seconds: u32,
}

/// A way in which a tenant may behave. What is not given is as the integration's rules say, and RFC 7644 elsewhere.
#[derive(Clone, Debug, Default, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Variants {
    /// Whether it takes PATCH.
    #[uniffi(default = None)]
    pub patch: Option<bool>,
    /// Whether it takes PUT.
    #[uniffi(default = None)]
    pub put: Option<bool>,
    /// Whether it takes several operations in one request.
    #[uniffi(default = None)]
    pub bulk: Option<bool>,
    /// How it takes filters.
    #[uniffi(default = None)]
    pub filtering: Option<Filtering>,
    /// The most resources on a page.
    #[uniffi(default = None)]
    pub page_size_max: Option<u64>,
    /// Whether a group is shown with its members.
    #[uniffi(default = None)]
    pub members_in_reads: Option<bool>,
    /// Which requests it puts off.
    #[uniffi(default = None)]
    pub throttle: Option<Throttle>,
    /// For how many requests a new resource is missing from lists.
    #[uniffi(default = None)]
    pub listed_late: Option<u32>,
    /// For how many requests reads and lists show a changed resource as it was.
    #[uniffi(default = None)]
    pub stale_reads: Option<u32>,
    /// How many members one PATCH may add or remove.
    #[uniffi(default = None)]
    pub members_per_patch_max: Option<u32>,
    /// Whether a PATCH may have operations without `path`.
    #[uniffi(default = None)]
    pub pathless_patch: Option<bool>,
    /// An `externalId` is accepted and not kept.
    #[uniffi(default = None)]
    pub drops_external_id: Option<bool>,
    /// A `role` is accepted and not kept.
    #[uniffi(default = None)]
    pub drops_role: Option<bool>,
    /// What another user name or email does.
    #[uniffi(default = None)]
    pub renaming: Option<Renaming>,
    /// What `DELETE` of a user does.
    #[uniffi(default = None)]
    pub removal: Option<UserRemoval>,
}

impl From<Variants> for tenant::Variants {
    fn from(given: Variants) -> Self {
        let mut variants = Self::default();
        let can = &mut variants.capabilities;
        can.patch = given.patch.unwrap_or(can.patch);
        can.put = given.put.unwrap_or(can.put);
        can.bulk = given.bulk.unwrap_or(can.bulk);
        can.filtering = given.filtering.map_or(can.filtering, Into::into);
        can.page_size_max = given.page_size_max.unwrap_or(can.page_size_max);
        can.members_in_reads = given.members_in_reads.unwrap_or(can.members_in_reads);
        can.throttle = given.throttle.and_then(throttle);
        can.listed_late = given.listed_late.unwrap_or(can.listed_late);
        can.stale_reads = given.stale_reads.unwrap_or(can.stale_reads);
        can.members_per_patch_max = given.members_per_patch_max.or(can.members_per_patch_max);
        can.pathless_patch = given.pathless_patch.unwrap_or(can.pathless_patch);
        variants.drops_external_id = given.drops_external_id.unwrap_or(variants.drops_external_id);
        variants.drops_role = given.drops_role.unwrap_or(variants.drops_role);
        variants.renaming = given.renaming.map_or(variants.renaming, Into::into);
        variants.removal = given.removal.map_or(variants.removal, Into::into);
        variants
    }
}

fn throttle(given: Throttle) -> Option<service::Throttle> {
    let every = NonZeroU32::new(given.every)?;
    Some(service::Throttle { every, retry_after_seconds: given.retry_after_seconds })
}
