//! Writes the seeds of `verify_response`: signed Responses. RSA signatures are deterministic, so they stay the same.
//!
//!     cargo run --manifest-path fuzz/Cargo.toml --bin seeds

use std::{fs, path::Path};

use heap_identity::saml::SignScope;
use heap_identity_fuzz::signed_response;

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/verify_response");
    let scopes =
        [("assertion", SignScope::Assertion), ("response", SignScope::Response), ("both", SignScope::Both)];
    for (name, scope) in scopes {
        fs::write(folder.join(format!("{name}.xml")), signed_response(scope)).expect("a seed");
    }
}
