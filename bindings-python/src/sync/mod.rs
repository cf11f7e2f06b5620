//! From the state that should be to the state that is.

pub(crate) mod engine;
pub(crate) mod plan;
pub(crate) mod poll;
pub(crate) mod words;
