//! The Swift face of `heap-identity`. It wraps and decides nothing: verdicts, codes and texts are the core's.
#![allow(
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a library for Swift has the standard library"
)]

mod convert;
pub mod error;
pub mod pki;
pub mod saml;

uniffi::setup_scaffolding!("HeapIdentity");

/// The version of the library.
#[uniffi::export]
pub fn version() -> String {
    heap_identity::VERSION.to_owned()
}
