//! Writes the Swift sources from the metadata in the built library (`cargo xtask swift-bindings`). With `generate` as its first
//! word it is uniffi's own generator, which knows other languages.
#![allow(clippy::std_instead_of_core, reason = "a program has the standard library")]

use std::env;

fn main() {
    if env::args().nth(1).as_deref() == Some("generate") {
        uniffi::uniffi_bindgen_main();
    } else {
        uniffi::uniffi_bindgen_swift();
    }
}
