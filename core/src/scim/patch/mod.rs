//! PATCH (RFC 7644 3.5.2): the message, how it is applied, and the dialects that are met.

mod message;

pub use message::{Op, Operation, Patch};
