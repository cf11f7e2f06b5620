//! The Swift face of `heap-identity`. It wraps and decides nothing: verdicts, codes and texts are the core's.

uniffi::setup_scaffolding!("HeapIdentity");

/// The version of the library.
#[uniffi::export]
pub fn version() -> String {
    heap_identity::VERSION.to_owned()
}
