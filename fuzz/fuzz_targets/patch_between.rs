//! Two resources from the other side, one JSON value a line: the PATCH between them leads from one to the other.
#![no_main]

use heap_identity::scim::{Document, Patch, patch::Dialect, schema::ResourceType};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Some(end) = bytes.iter().position(|byte| *byte == b'\n') else { return };
    let (before, after) = bytes.split_at(end);
    let (Ok(before), Ok(after)) = (Document::from_slice(before), Document::from_slice(after)) else { return };
    for kind in [ResourceType::user(), ResourceType::group()] {
        for dialect in [Dialect::STRICT, Dialect::ENTRA] {
            let Ok(patch) = Patch::between(&before, &after, &kind, &dialect) else { continue };
            let mut reached = before.clone();
            patch.apply(&mut reached, &kind, &dialect).expect("what is proposed can be applied");
            let rest = Patch::between(&reached, &after, &kind, &dialect).expect("nothing more is asked");
            assert!(rest.operations.is_empty(), "{patch:?} leaves {rest:?}");
        }
    }
});
