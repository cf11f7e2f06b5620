//! SAML 2.0 single sign-on, both ends (saml-core, saml-bindings, saml-profiles 4.1, with errata).
//!
//! ```text
//! IdentityProvider ── respond ──► SignedResponse ── form ──► browser ── form ──► ServiceProvider ── verify
//!        ▲                                                                            │        │
//!        └──── accept_redirect ◄──── browser ◄──── redirect_url ◄──── authn_request ──┘        ▼
//!                                                                    Rejection, or VerifiedAssertion
//! ```
//!
//! What a service provider insists on is the list of [`Check`]s; every verdict comes with a [`Report`] of them all.
//! What is read is read from the nodes that a signature was verified over, and from no others.
//!
//! A login from the portal (R9), from one end to the other:
//! ```
//! use heap_identity::{entropy::Seeded, pki::SigningKey, saml::*};
//! # let key_pem = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/keys/rsa2048.key.pem"));
//! # let certificate_pem = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/keys/rsa2048.cert.pem"));
//! let (idp_id, sp_id) = ("https://sso.jumpcloud.com/saml2/heap", "https://heapanalytics.com");
//! let acs_url = "https://heapanalytics.com/saml/finalize/1234567/";
//! let now = "2026-03-01T10:00:00Z".parse()?;
//!
//! let idp = IdentityProvider::builder(idp_id).sign_with(SigningKey::from_pem(key_pem, certificate_pem)?).build();
//! let login = Login::new(NameId::email("alice@example.com"), sp_id, acs_url, now);
//! let mut entropy = Seeded::new(1); // in production: the operating system's
//! let form = idp.respond(&login, now, &mut entropy)?.form_fields(None);
//!
//! let trust = Trust::new(idp_id, vec![idp.certificate().clone()]);
//! let heap = ServiceProvider::new(sp_id, acs_url, vec![trust], Policy::strict());
//! let mut replay = ReplayCache::with_capacity(100_000);
//! let received = Received { saml_response: &form[0].1, expected: Expected::Unsolicited };
//! assert_eq!(heap.verify(&received, now, &mut replay)?.subject(), "alice@example.com");
//!
//! let again = heap.verify(&received, now, &mut replay).unwrap_err();
//! assert_eq!(again.code(), "saml.replay");
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

#[cfg(feature = "attacks")]
pub mod attacks;
mod binding;
mod check;
mod endpoint;
mod failure;
mod form;
mod hint;
mod identity_provider;
mod key_info;
pub mod logout;
pub mod metadata;
mod name_id;
pub mod names;
mod pending;
mod policy;
mod post_page;
mod replay;
mod report;
mod request;
mod response;
mod schema;
mod service_provider;
mod shape;
pub mod time;

#[cfg(test)]
mod tests;

pub use binding::{BindingError, RedirectKind, RedirectMessage, from_form_value, from_query, to_form_value};
pub use check::{Check, Checklist};
pub use endpoint::EndpointError;
pub use failure::{ClaimedFailure, FailureResponse, LoginFailure};
pub use form::{FormMessage, from_form};
pub use identity_provider::{
    Attribute, BuildError, IdentityProvider, IdentityProviderBuilder, Login, NeedsKey, SignScope,
    SignedResponse,
};
pub use name_id::{NameId, NameIdFormat};
pub use pending::{Expected, PendingError, PendingRequest, PendingRequests};
pub use policy::{Policy, Required};
pub use post_page::content_security_policy;
pub use replay::{ReplayCache, ReplayError, ReplayGuard, Use};
pub use report::{Finding, Outcome, Rejection, Report, Status};
pub use request::{
    AcceptedRequest, AuthnRequest, Comparison, RefusedRequest, RequestError, RequestedAuthnContext,
};
pub use service_provider::{Received, ReceivedAttribute, ServiceProvider, Trust, Unspent, VerifiedAssertion};
