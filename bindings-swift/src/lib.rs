//! The Swift face of `heap-identity`. It wraps and decides nothing: verdicts, codes and texts are the core's.
#![allow(
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a library for Swift has the standard library"
)]

pub mod connector;
mod convert;
pub mod directory;
pub mod dsig;
pub mod error;
pub mod heap;
pub mod held;
pub mod limits;
mod mirror;
pub mod pki;
pub mod saml;
pub mod scim;
pub mod sync;
pub mod wire;

uniffi::setup_scaffolding!("HeapIdentity");

/// The version of the library.
#[uniffi::export]
pub fn version() -> String {
    heap_identity::VERSION.to_owned()
}
