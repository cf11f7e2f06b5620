//! Messages of single logout from anybody, in a query or in a form: what is believed is what the partner's key signed.
#![no_main]

use std::sync::LazyLock;

use heap_identity::saml::{
    ReplayCache,
    logout::{AwaitedLogout, Delivered, LogoutCheck, LogoutStatus, SingleLogout},
    to_form_value,
};
use heap_identity_fuzz::{IDP, LOGOUT_REQUEST, SUBJECT, now, single_logout};
use libfuzzer_sys::fuzz_target;

static HEAP: LazyLock<SingleLogout> = LazyLock::new(|| single_logout().0);

fuzz_target!(|message: &str| {
    let encoded = to_form_value(message);
    let posted = |value| Delivered::Post { value, relay_state: Some("state") };
    for delivered in [Delivered::Redirect(message), posted(message), posted(&encoded)] {
        match HEAP.verify_request(&delivered, now(), &mut ReplayCache::with_capacity(1)) {
            Ok(logout) => {
                assert_eq!((logout.issuer.as_str(), logout.name_id.value.as_str()), (IDP, SUBJECT));
                assert_eq!(logout.session_indexes, ["_session"]);
                assert_eq!(logout.report.outcomes().len(), LogoutCheck::ALL.len());
            }
            Err(rejection) => {
                assert!(!rejection.code().is_empty() && !rejection.to_string().contains(SUBJECT))
            }
        }
        let awaited = AwaitedLogout { request_id: LOGOUT_REQUEST, partner: IDP };
        match HEAP.verify_response(&delivered, &awaited, now()) {
            Ok(outcome) => assert_eq!(outcome.status, LogoutStatus::Complete),
            Err(rejection) => assert!(!rejection.code().is_empty()),
        }
    }
});
