//! The messages around resources: lists and errors.

mod error_body;
mod list;

pub use error_body::ErrorBody;
pub use list::ListResponse;
