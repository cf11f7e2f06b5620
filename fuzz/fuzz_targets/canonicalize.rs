//! What is read can be canonicalized, and the canonical form of the canonical form is itself.
#![no_main]

use heap_identity::xml::{
    c14n::{Canonicalization, Method},
    parse,
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let Ok(tree) = parse(bytes) else { return };
    for method in [Method::Exclusive, Method::Inclusive10, Method::Inclusive11] {
        let form = Canonicalization::new(method).with_comments();
        let mut once = Vec::new();
        form.document(&tree, &mut once).expect("a document has a root element");
        // The canonical form may be longer than what is read at all.
        if let Ok(again) = parse(&once) {
            let mut twice = Vec::new();
            form.document(&again, &mut twice).expect("a document has a root element");
            assert_eq!(once, twice);
        }
        let last = tree.root().descendants().last().expect("the root element");
        let mut part = Vec::new();
        if form.with_prefixes(&["p", "#default"]).element(last, None, &mut part).is_ok() {
            assert!(part.starts_with(b"<") && part.ends_with(b">"));
        }
    }
});
