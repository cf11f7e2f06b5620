//! SAML 2.0 single sign-on and SCIM 2.0 provisioning between an identity provider (JumpCloud) and Heap, both ends,
//! without I/O: time, randomness and the network are arguments.
//!
//! ```text
//! directory ──► Snapshot ──► Plan ──► Engine ──► http::Request ──► Heap, SCIM service provider
//! person ──► access ──► IdentityProvider ──► signed Response ──► form ──► Heap, ServiceProvider ──► VerifiedAssertion
//! ```
//!
//! The right-hand end is here too: [`Tenant`] is an embedded Heap, so everything can be tried without an account.
//!
//! # Three loops
//! An identity provider answers, a service provider verifies. Neither can do its work half: an unsigned Response cannot be
//! built, and what was not verified cannot be read.
//! ```
//! use heap_identity::{Certificate, Expected, IdentityProvider, Login, NameId, Policy, Received, ReplayCache, ServiceProvider,
//!     SigningKey, Trust, entropy::Seeded, heap::ENTITY_ID};
//! # let (key, certificate) = (include_str!("../tests/vectors/keys/rsa2048.key.pem"), include_str!("../tests/vectors/keys/rsa2048.cert.pem"));
//! # let now = "2026-03-01T10:00:00Z".parse()?;
//! let acs_url = "https://heapanalytics.com/saml/finalize/12345/";
//! let idp = IdentityProvider::builder("https://sso.jumpcloud.com/saml2/heap")
//!     .sign_with(SigningKey::from_pem(key, certificate)?)
//!     .service_provider(ENTITY_ID, &[acs_url])
//!     .build();
//! let login = Login::new(NameId::email("ann@example.com"), ENTITY_ID, acs_url, now);
//! // In production the entropy is the operating system's; an ID that can be guessed is none.
//! let response = idp.respond(&login, now, &mut Seeded::new(1))?;
//!
//! let trust = Trust::new("https://sso.jumpcloud.com/saml2/heap", vec![Certificate::from_pem(certificate)?]);
//! let sp = ServiceProvider::new(ENTITY_ID, acs_url, vec![trust], Policy::strict());
//! let (_, saml_response) = &response.form_fields(None)[0];
//! let received = Received { saml_response, expected: Expected::Unsolicited };
//! let verified = sp.verify(&received, now, &mut ReplayCache::with_capacity(1000))?;
//! assert_eq!(verified.subject(), "ann@example.com");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//! The sync engine says what to do next, and is told what came of it; [`drive`] is that loop for a blocking driver.
//! ```
//! # use heap_identity::{Config, Engine, Poll, Secret, Snapshot, sync::TransportFailure};
//! # let config = Config::new("https://heapanalytics.com/scim/v2/demo", Secret::new("token".into()))?;
//! # let directory = Snapshot::builder().complete()?;
//! # let mut now: jiff::Timestamp = "2026-03-01T10:00:00Z".parse()?;
//! # let mut journal = Vec::new();
//! # let send = |_| Err(TransportFailure::NotSent);
//! let mut engine = Engine::new(config, &directory, 42);
//! let summary = loop {
//!     match engine.poll(now) {
//!         Poll::Persist(records) => journal.extend(records),
//!         Poll::Send(out) => {
//!             let result = send(out.request);
//!             engine.receive(out.id, result, now);
//!         }
//!         Poll::WaitUntil(at) | Poll::WaitForResponse { until: at } => now = at,
//!         Poll::Done(summary) => break summary,
//!     }
//! };
//! # drop(summary);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # The floors
//! A module uses only floors below its own.
//!
//! | floor | modules |
//! |---|---|
//! | 5 | [`connector`] |
//! | 4 | [`heap`] |
//! | 3 | [`saml`], [`sync`] |
//! | 2 | [`dsig`], [`xmlenc`], [`scim`] |
//! | 1 | [`xml`], [`pki`], [`directory`] |
//! | 0 | [`limits`], [`wire`], [`entropy`] |

#![no_std]
#![forbid(unsafe_code)]
#![warn(clippy::alloc_instead_of_core, clippy::std_instead_of_alloc, clippy::std_instead_of_core)]

extern crate alloc;

pub mod connector;
pub mod directory;
pub mod dsig;
pub mod entropy;
pub mod heap;
pub mod limits;
pub mod pki;
pub mod saml;
pub mod scim;
pub mod sync;
pub mod wire;
pub mod xml;
pub mod xmlenc;

pub use connector::SignOn;
pub use directory::{Change, Diff, Group, Person, Snapshot, snapshot_from_json};
pub use entropy::Entropy;
pub use heap::Tenant;
pub use pki::{Certificate, DecryptionKey, SigningKey};
pub use saml::{
    Check, Expected, IdentityProvider, Login, NameId, Policy, Received, Rejection, ReplayCache,
    ServiceProvider, Trust, VerifiedAssertion,
};
pub use sync::{Config, Engine, Event, Guards, Plan, Poll, drive};
pub use wire::Secret;

/// The examples of the project's README are run as tests.
#[cfg(doctest)]
#[doc = include_str!("../../README.md")]
struct Readme;
/// The version of the library.
pub const VERSION: &str = env!("CARGO_PKG_VERSION");
