//! The administrator's walk.

pub(crate) mod application;
pub(crate) mod catalogue;
pub(crate) mod doctor;
pub(crate) mod import;
pub(crate) mod parts;
pub(crate) mod sign_on;
pub(crate) mod source;
pub(crate) mod verification;
