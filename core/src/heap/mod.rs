//! Heap as the other side of the integration: its names and roles, its set-up, and an embedded tenant that plays it.
//!
//! What would lock people out is told before it does. Before the set-up, [`Prerequisites`] says what is missing. Before SSO
//! is enforced, [`Connection`] tries both ends on each other, and [`JoinCheck`] compares the two names of each person.
//! Before the identity provider's key is rolled over, [`Rollover`] says when logins would fail and what to do first, since
//! Heap has one field for one certificate:
//! ```
//! use heap_identity::{Certificate, IdentityProvider, NameId, SigningKey, entropy::Seeded, heap::{*, tenant::SsoSettings}};
//! # let (key, certificate) = (include_str!("../../tests/vectors/keys/rsa2048.key.pem"), include_str!("../../tests/vectors/keys/rsa2048.cert.pem"));
//! # let now = "2026-03-01T10:00:00Z".parse()?;
//! let heap_id: HeapId = "12345".parse()?;
//! let acs_url = fill_template(ACS_URL_TEMPLATE, &heap_id)?;
//! let idp_url = "https://sso.jumpcloud.com/saml2/heap";
//! let idp = IdentityProvider::builder(idp_url)
//!     .sign_with(SigningKey::from_pem(key, certificate)?)
//!     .sso_url(idp_url)
//!     .service_provider(ENTITY_ID, &[&acs_url])
//!     .build();
//! let mut settings = SsoSettings::new(&idp.certificate().to_pem(), idp_url)?;
//! settings.logout_landing_url = Some("https://console.jumpcloud.com/userconsole".into());
//! let connection = Connection { identity_provider: &idp, acs_url: &acs_url, settings: &settings, heap_id: &heap_id };
//! assert!(connection.test(&NameId::email("ann@example.com"), now, &mut Seeded::new(1))?.warnings.is_empty());
//! # Ok::<_, Box<dyn core::error::Error>>(())
//! ```

mod attributes;
mod connection;
mod identity_join;
mod names;
mod prerequisites;
mod role;
mod rollover;
mod template;
pub mod tenant;

pub use attributes::{AttributeMapping, AttributeSource, PersonAttributes, Property};
pub use connection::{Connection, ConnectionProblem, ConnectionWorks};
pub use identity_join::{JoinCheck, JoinIssue};
pub use names::{ENTITY_ID, HeapId, InvalidName, TenantName};
pub use prerequisites::{Goal, HeapPlan, Missing, Prerequisites};
pub use role::Role;
pub use rollover::{Outage, Rollover, RolloverAction, RolloverPlan, RolloverStep};
pub use template::{ACS_URL_TEMPLATE, fill_template};
pub use tenant::Tenant;
