//! Writes the Swift sources from the metadata in the built library (`cargo xtask swift-bindings`).

fn main() {
    uniffi::uniffi_bindgen_swift();
}
