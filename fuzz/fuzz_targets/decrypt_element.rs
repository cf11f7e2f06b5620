//! Anything as an encrypted element: refused without a panic, and never for a reason that needs a key to see; and as an
//! EncryptedAssertion nobody is logged in by it.
#![no_main]

use std::sync::LazyLock;

use heap_identity::saml::{Expected, Received, ReplayCache, ServiceProvider, to_form_value};
use heap_identity::{xml, xmlenc};
use heap_identity_fuzz::{now, service_provider};
use libfuzzer_sys::fuzz_target;

static HEAP: LazyLock<ServiceProvider> = LazyLock::new(service_provider);

fuzz_target!(|text: &str| {
    if let Ok(tree) = xml::parse(text.as_bytes()) {
        for node in tree.root().descendants() {
            let error = xmlenc::decrypt(node, &[]).expect_err("there is no key");
            assert!(error.code().starts_with("xmlenc.") || error.code().starts_with("xml."), "{error}");
        }
    }
    let received = Received { saml_response: &to_form_value(text), expected: Expected::Unsolicited };
    let verdict = HEAP.verify(&received, now(), &mut ReplayCache::with_capacity(1));
    assert!(verdict.is_err(), "nothing here is signed by the key that is trusted");
});
