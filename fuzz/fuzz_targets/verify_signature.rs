//! Whatever is done to a signed document, what is covered is what was signed.
#![no_main]

use std::sync::LazyLock;

use heap_identity::dsig::{Policy, explain, signature_of, verify};
use heap_identity::pki::{Certificate, VerifyingKey};
use heap_identity::xml::{
    Node,
    c14n::{Canonicalization, Method},
    parse,
};
use libfuzzer_sys::fuzz_target;

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../../core/tests/vectors/", $name))
    };
}

static KEYS: LazyLock<Vec<VerifyingKey>> = LazyLock::new(|| {
    let certificates = [vector!("keys/rsa2048.cert.pem"), vector!("keys/p256.cert.pem")];
    let read = |pem| Certificate::from_pem(pem).expect("a certificate").public_key().clone();
    certificates.into_iter().map(read).collect()
});

/// The canonical forms of all that was ever signed with these keys, without the signature.
static SIGNED: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let documents = [
        vector!("dsig/rsa-sha256.xml"),
        vector!("dsig/ecdsa-p256.xml"),
        vector!("dsig/prefix-list.xml"),
        vector!("dsig/inclusive11.xml"),
        vector!("dsig/awkward.xml"),
        vector!("dsig/both.xml"),
    ];
    documents.into_iter().flat_map(|document| covered(document.as_bytes())).collect()
});

fn covered(bytes: &[u8]) -> Vec<Vec<u8>> {
    let Ok(tree) = parse(bytes) else { return Vec::new() };
    let elements = tree.root().descendants().filter(|node| signature_of(*node).is_some());
    elements.filter_map(content).collect()
}

fn content(element: Node<'_>) -> Option<Vec<u8>> {
    if let Ok(explanation) = explain(element, &Policy::strict()) {
        let _ = explanation.compare(b"<a/>");
    }
    let covered = verify(element, &KEYS, &Policy::strict()).ok()?;
    let mut output = Vec::new();
    let form = Canonicalization::new(Method::Exclusive);
    form.element(covered.node(), Some(covered.signature()), &mut output)
        .expect("it was canonicalized before");
    Some(output)
}

fuzz_target!(|bytes: &[u8]| {
    for content in covered(bytes) {
        assert!(SIGNED.contains(&content), "forged: {}", String::from_utf8_lossy(&content));
    }
});
