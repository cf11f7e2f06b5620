//! XML as signatures need it: one reader, one tree, canonical forms, and one way to write.
//!
//! [`parse`] is a full check of well-formedness and gives a [`Tree`] of [`Node`]s, which signatures are verified
//! over and content is read from: there is no second parser (A13). [`c14n`] writes canonical forms into a
//! [`c14n::Sink`]. [`Writer`] is the only way to make XML (A59).

mod chars;
mod declaration;
mod error;
mod names;
mod reader;
mod start_tag;
mod tree;
mod writer;

pub mod c14n;

#[cfg(test)]
mod tests;

pub(crate) use chars::is_name_char;
pub use error::{Error, ErrorKind, Position};
pub use reader::parse;
pub use tree::{Attribute, Node, Tree};
pub use writer::Writer;
