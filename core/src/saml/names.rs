//! The URIs that SAML and its neighbours name things by.

/// Namespace of assertions (saml-core 2).
pub const ASSERTION: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
/// Namespace of requests and responses (saml-core 3).
pub const PROTOCOL: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
/// Namespace of XML signatures.
pub const SIGNATURE: &str = "http://www.w3.org/2000/09/xmldsig#";
/// Namespace of `xsi:type` and its neighbours, allowed on every element (XML Schema 1, 2.6).
pub const SCHEMA_INSTANCE: &str = "http://www.w3.org/2001/XMLSchema-instance";
/// Namespace of the types that `xsi:type` names.
pub const SCHEMA: &str = "http://www.w3.org/2001/XMLSchema";

/// The only version that there is (saml-core 4).
pub const VERSION: &str = "2.0";
/// The request succeeded (saml-core 3.2.2.2).
pub const STATUS_SUCCESS: &str = "urn:oasis:names:tc:SAML:2.0:status:Success";
/// Whoever bears the assertion is its subject (saml-profiles 3.3).
pub const BEARER: &str = "urn:oasis:names:tc:SAML:2.0:cm:bearer";

/// A message in a query string (saml-bindings 3.4).
pub const HTTP_REDIRECT: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect";
/// A message in a form (saml-bindings 3.5).
pub const HTTP_POST: &str = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST";
/// The one encoding of messages in a query string (saml-bindings 3.4.4.1).
pub const DEFLATE: &str = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE";

/// A password over TLS (saml-authn-context 3.4.8).
pub const PASSWORD_PROTECTED_TRANSPORT: &str =
    "urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport";
/// Attribute names that are URIs (saml-core 8.2.2).
pub const ATTRIBUTE_NAME_URI: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri";
/// Attribute names that are plain words (saml-core 8.2.3).
pub const ATTRIBUTE_NAME_BASIC: &str = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic";

/// Namespace of metadata (saml-metadata 2).
pub const METADATA: &str = "urn:oasis:names:tc:SAML:2.0:metadata";

/// Some of those who take part in a session could not be logged out (saml-core 3.7.3.2).
pub const STATUS_PARTIAL_LOGOUT: &str = "urn:oasis:names:tc:SAML:2.0:status:PartialLogout";
/// The request could not be done by who was asked (saml-core 3.2.2.2).
pub const STATUS_RESPONDER: &str = "urn:oasis:names:tc:SAML:2.0:status:Responder";
/// The person wants to be logged out (saml-core 3.7.3).
pub const LOGOUT_BY_USER: &str = "urn:oasis:names:tc:SAML:2.0:logout:user";
/// An administrator ends the session (saml-core 3.7.3).
pub const LOGOUT_BY_ADMIN: &str = "urn:oasis:names:tc:SAML:2.0:logout:admin";
