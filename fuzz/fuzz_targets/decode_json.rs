//! A resource or a list from the other side: what can be read comes out as it went in, typed or not.
#![no_main]

use heap_identity::scim::{Document, ErrorBody, Group, ListResponse, User};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let _ = ErrorBody::from_slice(bytes);
    let _ = ListResponse::<User>::from_slice(bytes);
    let Ok(document) = Document::from_slice(bytes) else { return };
    let again = Document::from_slice(&document.to_vec()).expect("what is written can be read");
    assert_eq!(again, document);
    if let Ok(user) = User::from_slice(bytes) {
        let again = User::from_slice(&user.to_vec()).expect("a user that is written can be read");
        assert_eq!(again, user);
    }
    if let Ok(group) = Group::from_slice(bytes) {
        let again = Group::from_slice(&group.to_vec()).expect("a group that is written can be read");
        assert_eq!(again, group);
    }
});
