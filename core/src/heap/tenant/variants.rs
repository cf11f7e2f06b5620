//! What Heap may do where nothing is published: limits, support, and what is kept of what is written.

use crate::scim::service::{Capabilities, Removal};

/// What becomes of an account for which another `userName` or email is sent.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Renaming {
    /// A second, separate account is made, and the first stays as it is (R22).
    SecondAccount,
    /// The account is renamed, as RFC 7644 has it.
    InPlace,
}

/// A way in which a tenant may behave. The default is what the integration's rules say, and RFC 7644 elsewhere.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Variants {
    /// PATCH or PUT alone, filters, the size of a page, members in reads, rate limits, lists that come late.
    pub capabilities: Capabilities,
    /// An `externalId` is accepted and not kept.
    pub drops_external_id: bool,
    /// A `role` is accepted and not kept.
    pub drops_role: bool,
    /// What another `userName` or email does.
    pub renaming: Renaming,
    /// What `DELETE` of a user does.
    pub removal: Removal,
}

impl Default for Variants {
    fn default() -> Self {
        Self {
            capabilities: Capabilities::default(),
            drops_external_id: false,
            drops_role: false,
            renaming: Renaming::SecondAccount,
            removal: Removal::Remove,
        }
    }
}
