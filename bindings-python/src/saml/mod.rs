//! SAML 2.0, both ends.

pub(crate) mod identity_provider;
pub(crate) mod report;
pub(crate) mod service_provider;
pub(crate) mod verified;
