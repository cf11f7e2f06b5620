//! Bounds that a driver keeps to.

use heap_identity::limits;

/// The largest body, in bytes, that a driver hands over: what is larger is not read to its end.
#[uniffi::export]
pub fn scim_body_bytes_max() -> u64 {
    limits::SCIM_BODY_BYTES_MAX as u64
}
