//! Heap as the other side of the integration: its names and roles, and an embedded tenant that plays it.

mod attributes;
mod connection;
mod identity_join;
mod names;
mod prerequisites;
mod role;
mod rollover;
mod template;
pub mod tenant;

pub use attributes::{AttributeMapping, AttributeSource, PersonAttributes, Property};
pub use connection::{Connection, ConnectionProblem, ConnectionWorks};
pub use identity_join::{JoinCheck, JoinIssue};
pub use names::{ENTITY_ID, HeapId, InvalidName, TenantName};
pub use prerequisites::{Goal, HeapPlan, Missing, Prerequisites};
pub use role::Role;
pub use rollover::{Outage, Rollover, RolloverAction, RolloverPlan, RolloverStep};
pub use template::{ACS_URL_TEMPLATE, fill_template};
pub use tenant::Tenant;
