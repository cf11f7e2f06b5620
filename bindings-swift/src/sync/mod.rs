//! From the state that should be to the state that is.

pub mod config;
pub mod engine;
pub mod event;
pub mod plan;
pub mod poll;
