//! Where a directory comes from: decoded into a [`Snapshot`](crate::directory::Snapshot), and complete or refused (D11, F04).
//!
//! Nothing here sends anything: the caller fetches, page by page, and gives the bodies.

mod csv;
mod error;
mod jumpcloud;
mod roles;
mod scim;
#[cfg(test)]
mod tests;

pub use csv::snapshot_from_csv;
pub use error::SourceError;
pub use jumpcloud::{JumpCloud, Page};
pub(super) use roles::unknown_of;
pub use roles::{RoleSource, UnknownRole, unknown_roles, with_roles};
pub use scim::snapshot_from_scim;
