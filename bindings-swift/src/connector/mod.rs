//! The administrator's walk.

pub mod application;
pub mod catalogue;
pub mod doctor;
pub mod import;
pub mod sign_on;
pub mod source;
pub mod verification;
