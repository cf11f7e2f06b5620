//! SCIM 2.0 (RFC 7643, RFC 7644): resources and messages, filters, PATCH, the service provider and the client's
//! side, without I/O.

pub mod client;
pub mod filter;
pub mod patch;
pub mod schema;
pub mod service;

mod attribute;
mod document;
mod error;
mod group;
mod json;
mod message;
mod path;
mod text;
mod typed;
mod user;

pub use attribute::AttributePath;
pub use document::Document;
pub use error::{Error, ErrorKind};
pub use filter::Filter;
pub use group::{Group, Member};
pub use message::{ErrorBody, ListResponse};
pub use patch::Patch;
pub use path::Path;
pub use user::{Email, Meta, Name, User};
