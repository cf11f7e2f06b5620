//! Heap as the other side of the integration.

pub(crate) mod attributes;
pub(crate) mod connection;
pub(crate) mod join;
pub(crate) mod names;
pub(crate) mod prerequisites;
pub(crate) mod rollover;
pub(crate) mod tenant;
