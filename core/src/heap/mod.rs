//! Heap as the other side of the integration: its names and roles, and an embedded tenant that plays it.

mod names;
mod role;
pub mod tenant;

pub use names::{ENTITY_ID, HeapId, InvalidName, TenantName};
pub use role::Role;
pub use tenant::Tenant;
