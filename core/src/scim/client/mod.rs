//! The client's side (RFC 7644): requests as values, and finding out what a service provider can do, on evidence.
//!
//! ```
//! use heap_identity::{scim::{Filter, AttributePath, client::Endpoint, service::Kind}, wire::Secret};
//! let heap = Endpoint::new("https://heapanalytics.com/scim/v2/demo", &Secret::new("token".into()))?;
//! let request = heap.find(Kind::User, &Filter::equals(AttributePath::of("userName"), "ann@example.com"));
//! assert_eq!(request.uri(), "https://heapanalytics.com/scim/v2/demo/Users?filter=userName%20eq%20%22ann%40example.com%22");
//! # Ok::<_, heap_identity::scim::client::EndpointError>(())
//! ```

mod declared;
mod discovery;
mod endpoint;
mod listing;
mod profile;
#[cfg(test)]
mod tests;
mod write;

pub use declared::Declared;
pub use discovery::Discovery;
pub use endpoint::{Endpoint, EndpointError, Position};
pub use listing::{Listing, NeverComplete, Progress};
pub use profile::{Evidence, Filters, Finding, Pages, Profile, Writes};
