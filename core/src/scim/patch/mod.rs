//! PATCH (RFC 7644 3.5.2): the message, how it is applied, and the dialects that are met.

mod apply;
mod dialect;
mod message;
mod place;
#[cfg(test)]
mod tests;
mod value;

pub use apply::Applied;
pub use dialect::{Dialect, Tolerance};
pub use message::{Op, Operation, Patch};
