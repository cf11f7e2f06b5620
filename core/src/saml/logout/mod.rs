//! Single logout (saml-core 3.7, saml-profiles 4.4), over both bindings and begun by either end.
//!
//! ```text
//! SingleLogout ── request ──► Outgoing ── browser ──► SingleLogout ── verify_request ──► VerifiedLogout
//!      ▲                                                   │                                  │
//!      └── verify_response ◄── browser ◄── Outgoing ◄── answer ◄──────── LogoutStatus ◄───────┘
//! ```
//!
//! Both ends are alike, so there is one type for both. Every message is signed and every message must be; what is
//! asked of one is the list of [`LogoutCheck`]s, and each verdict comes with a [`Report`](super::Report) of them.
//!
//! No message says where its answer goes: that is a configured address of the partner, and the RelayState is returned as
//! it came and never followed, so nobody can be sent elsewhere (A58).
//!
//! ```
//! use heap_identity::{entropy::Seeded, pki::SigningKey, saml::{*, logout::*, metadata::{Binding, Endpoint}}};
//! # let pem = |name: &str| std::fs::read_to_string(format!("{}/tests/vectors/keys/{name}.pem", env!("CARGO_MANIFEST_DIR"))).unwrap();
//! # let heap_key = SigningKey::from_pem(&pem("p256.key"), &pem("p256.cert"))?;
//! # let idp_key = SigningKey::from_pem(&pem("rsa2048.key"), &pem("rsa2048.cert"))?;
//! # let now = "2026-03-01T10:00:00Z".parse()?;
//! let (idp_id, idp_url) = ("https://sso.jumpcloud.com/saml2/heap", "https://sso.jumpcloud.com/saml2/heap/logout");
//! let (heap_id, heap_url) = ("https://heapanalytics.com", "https://heapanalytics.com/saml/logout/12345/");
//! let partner = |id, key: &SigningKey, binding, url| LogoutPartner::new(id, vec![key.certificate().clone()], Endpoint::new(binding, url));
//! let at_idp = partner(idp_id, &idp_key, Binding::Redirect, idp_url);
//! let at_heap = partner(heap_id, &heap_key, Binding::Post, heap_url);
//! let heap = SingleLogout::new(heap_id, heap_url, heap_key, vec![at_idp]);
//! let idp = SingleLogout::new(idp_id, idp_url, idp_key, vec![at_heap]);
//!
//! // Somebody logs out at Heap, which tells the identity provider by redirecting the browser.
//! let logout = Logout::new(NameId::email("ann@example.com"), vec!["_session1".into()]);
//! let request = heap.request(idp_id, &logout, None, now, &mut Seeded::new(1))?;
//! let Delivery::Redirect(url) = &request.delivery else { panic!() };
//! let (_, query) = url.split_once('?').unwrap();
//! let mut replay = ReplayCache::with_capacity(1_000);
//! let verified = idp.verify_request(&Delivered::Redirect(query), now, &mut replay)?;
//! assert!(verified.ends(&NameId::email("ann@example.com"), Some("_session1")));
//!
//! // The identity provider has ended its session, and answers with a form.
//! let answer = idp.answer(&verified, &LogoutStatus::Complete, now, &mut Seeded::new(2))?;
//! let Delivery::Post(form) = &answer.delivery else { panic!() };
//! assert_eq!(form.action(), heap_url);
//! let awaited = AwaitedLogout { request_id: &request.id, partner: idp_id };
//! let posted = Delivered::Post { value: &form.fields()[0].1, relay_state: None };
//! assert_eq!(heap.verify_response(&posted, &awaited, now)?.status, LogoutStatus::Complete);
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod check;
mod message;
mod party;
mod received;
mod status;
mod verify;

#[cfg(test)]
mod tests;

pub use check::{LogoutCheck, LogoutRejection};
pub use message::{Delivery, Logout, LogoutError, Outgoing, PostForm};
pub use party::{LogoutPartner, SingleLogout};
pub use received::{AwaitedLogout, Delivered, LogoutOutcome, VerifiedLogout};
pub use status::LogoutStatus;
