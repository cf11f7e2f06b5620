//! A PATCH from the other side, on a user and on a group: the whole change or none.
#![no_main]

use std::sync::LazyLock;

use heap_identity::scim::{Document, Patch, patch::Dialect, schema::ResourceType};
use heap_identity_fuzz::{GROUP, USER};
use libfuzzer_sys::fuzz_target;

static KINDS: LazyLock<[(ResourceType, Document); 2]> = LazyLock::new(|| {
    [(ResourceType::user(), USER), (ResourceType::group(), GROUP)]
        .map(|(kind, text)| (kind, Document::from_slice(text.as_bytes()).expect("a document")))
});

fuzz_target!(|bytes: &[u8]| {
    for dialect in [Dialect::STRICT, Dialect::ENTRA, Dialect::TOLERANT] {
        let Ok((patch, _)) = Patch::read(bytes, &dialect) else { continue };
        for (kind, before) in KINDS.iter() {
            let mut after = before.clone();
            match patch.apply(&mut after, kind, &dialect) {
                Err(_) => assert_eq!(after, *before, "a PATCH that fails changes nothing"),
                Ok(applied) => {
                    assert_eq!(applied.changed, after != *before);
                    assert_eq!(after.get("id"), before.get("id"), "what is read-only stays");
                    Document::from_slice(&after.to_vec()).expect("what is made can be read");
                }
            }
        }
    }
});
