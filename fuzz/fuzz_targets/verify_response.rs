//! A Response from anybody: whatever is done to a signed one, it logs in the person it was signed for, or nobody.
#![no_main]

use std::sync::LazyLock;

use heap_identity::saml::{Expected, Received, ReplayCache, ServiceProvider, to_form_value};
use heap_identity_fuzz::{assert_is_the_login, now, service_provider};
use libfuzzer_sys::fuzz_target;

static HEAP: LazyLock<ServiceProvider> = LazyLock::new(service_provider);

fuzz_target!(|xml: &str| {
    let received = Received { saml_response: &to_form_value(xml), expected: Expected::Unsolicited };
    let mut replay = ReplayCache::with_capacity(1);
    match HEAP.verify(&received, now(), &mut replay) {
        Ok(verified) => assert_is_the_login(&verified),
        Err(rejection) => assert!(replay.is_empty(), "a refused login uses nothing up: {}", rejection.code()),
    }
});
