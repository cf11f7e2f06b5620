//! Any bytes: a tree that can be walked, or an error that points into them.
#![no_main]

use heap_identity::xml::parse;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let tree = match parse(bytes) {
        Ok(tree) => tree,
        Err(error) => {
            assert!(error.position().offset as usize <= bytes.len());
            return;
        }
    };
    for node in tree.root().descendants() {
        assert!(!node.local_name().is_empty());
        for attribute in node.attributes() {
            assert!(!attribute.local_name().is_empty());
            let is_plain = attribute.namespace().is_empty();
            assert!(!is_plain || node.attribute(attribute.local_name()) == Some(attribute.value()));
        }
        if let Err(error) = node.text() {
            assert_eq!(error.code(), "xml.not_plain_text");
        }
        assert!(node.position().offset as usize <= bytes.len());
    }
});
