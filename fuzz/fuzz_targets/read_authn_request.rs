//! An AuthnRequest from anybody, in a query or in a form: what is accepted is answered at a registered address, and
//! believed to be authenticated only where the registered key signed it.
#![no_main]

use std::sync::LazyLock;

use heap_identity::{
    entropy::Seeded,
    saml::{AcceptedRequest, IdentityProvider, LoginFailure},
};
use heap_identity_fuzz::{ACS, identity_provider, now};
use libfuzzer_sys::fuzz_target;

static IDP: LazyLock<IdentityProvider> = LazyLock::new(identity_provider);

fuzz_target!(|message: &str| {
    let from_xml = |xml: &str| IDP.accept_post(&heap_identity::saml::to_form_value(xml), None, now());
    for request in [IDP.accept_redirect(message, now()), IDP.accept_form(message, now()), from_xml(message)] {
        match request {
            Ok(request) => assert_may_be_answered(&request),
            Err(error) => assert!(!error.code().is_empty() && !holds_markup(&error.to_string())),
        }
    }
});

/// Whether a tag stands in a text; that a `<` is out of place may be said.
fn holds_markup(text: &str) -> bool {
    let begins_tag = |rest: &str| rest.starts_with(|c: char| c.is_alphabetic() || c == '/' || c == '!');
    text.split('<').skip(1).any(begins_tag)
}

fn assert_may_be_answered(request: &AcceptedRequest) {
    assert_eq!(request.acs_url, ACS);
    let mut entropy = Seeded::new(1);
    // An ID that XML could carry in can be carried back.
    let answer = IDP.decline(request, LoginFailure::AuthnFailed, None, now(), &mut entropy);
    let answer = answer.expect("a failure");
    assert_eq!(answer.xml().contains("<ds:Signature"), request.is_authenticated);
}
