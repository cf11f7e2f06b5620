//! PATCH (RFC 7644 3.5.2): the message, how it is applied, and the dialects that are met.

mod any;
mod apply;
mod between;
#[cfg(test)]
mod between_tests;
mod chunks;
mod dialect;
mod message;
mod place;
mod propose;
mod remove;
#[cfg(test)]
mod tests;
pub(crate) mod value;

pub use apply::Applied;
pub(crate) use dialect::Leniency;
pub use dialect::{Dialect, Tolerance};
pub use message::{Op, Operation, Patch};
