//! Every bound of the crate, with its reason. What is beyond a bound is a typed error, never a truncation.

/// Bytes of a SCIM filter or path: hundreds of ids in one `or`, and far above what a query string carries.
pub const SCIM_FILTER_BYTES_MAX: usize = 64 * 1024;
/// Parentheses and brackets in one another in a SCIM filter: people write three or four; the parser recurses on each.
pub const SCIM_FILTER_DEPTH_MAX: usize = 32;
/// Operations of one PATCH: a client sends a few hundred removals at most; each may look at every value once.
pub const SCIM_PATCH_OPERATIONS_MAX: usize = 1000;
/// Bytes of one SCIM request body: a group of 100,000 members by id, with room.
pub const SCIM_BODY_BYTES_MAX: usize = 16 * 1024 * 1024;
