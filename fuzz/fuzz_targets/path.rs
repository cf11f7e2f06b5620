//! The path of a PATCH operation from the other side: read, and printed as it was read.
#![no_main]

use heap_identity::scim::Path;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let Ok(path) = text.parse::<Path>() else { return };
    let printed = path.to_string();
    assert_eq!(printed.parse::<Path>().expect("what is printed can be read"), path, "{printed}");
});
