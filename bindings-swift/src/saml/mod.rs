//! SAML 2.0, both ends.

pub mod identity_provider;
pub mod logout;
pub mod message;
pub mod metadata;
pub mod name_id;
pub mod pending;
pub mod report;
pub mod request;
pub mod service_provider;
pub mod verified;
