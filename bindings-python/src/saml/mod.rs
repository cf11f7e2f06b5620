//! SAML 2.0, both ends.

pub(crate) mod expected;
pub(crate) mod failure;
pub(crate) mod identity_provider;
pub(crate) mod logout;
pub(crate) mod metadata;
pub(crate) mod name_id;
pub(crate) mod pending;
pub(crate) mod report;
pub(crate) mod service_provider;
pub(crate) mod verified;
