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

mod binding;
mod check;
mod endpoint;
mod identity_provider;
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
pub use check::Check;
pub use endpoint::EndpointError;
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
pub use request::{AcceptedRequest, AuthnRequest, RequestError};
pub use service_provider::{Received, ReceivedAttribute, ServiceProvider, Trust, Unspent, VerifiedAssertion};
