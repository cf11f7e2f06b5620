//! SAML 2.0, both ends.

pub mod identity_provider;
pub mod report;
pub mod service_provider;
pub mod verified;
