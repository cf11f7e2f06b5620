//! Heap as the other side of the integration.

pub(crate) mod tenant;
