//! Writes the seeds of `verify_response`, `read_authn_request` and `read_logout`: signed Responses, requests signed and not,
//! messages of single logout. RSA signatures are deterministic, so they stay the same.
//!
//!     cargo run --manifest-path fuzz/Cargo.toml --bin seeds

use std::{fs, path::Path};

use heap_identity::saml::SignScope;
use heap_identity_fuzz::{authn_request, logout_messages, signed_response};

fn main() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/verify_response");
    let scopes =
        [("assertion", SignScope::Assertion), ("response", SignScope::Response), ("both", SignScope::Both)];
    for (name, scope) in scopes {
        fs::write(folder.join(format!("{name}.xml")), signed_response(scope)).expect("a seed");
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/read_authn_request");
    for (prefix, signed) in [("", false), ("signed-", true)] {
        for (kind, message) in authn_request(signed) {
            fs::write(folder.join(format!("{prefix}{kind}.txt")), message).expect("a seed");
        }
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds/read_logout");
    for (name, message) in logout_messages() {
        fs::write(folder.join(format!("{name}.txt")), message).expect("a seed");
    }
}
