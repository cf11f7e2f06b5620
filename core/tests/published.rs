//! The examples of the recommendations and the W3C's interoperability vectors: see `vectors/published/README.md`.
#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a vector that is not there must stop the test"
)]

use std::{fs, path::Path};

use base64::{Engine, prelude::BASE64_STANDARD};
use heap_identity::dsig::{self, Policy};
use heap_identity::pki::{Certificate, Scheme};
use heap_identity::xml::c14n::{Canonicalization, Method};
use heap_identity::xml::{Node, parse};
use ring::digest::{SHA256, SHA384, SHA512, digest};

fn vector(name: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/vectors/published").join(name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn canonical(node: Node<'_>, without: Option<Node<'_>>, form: Canonicalization<'_>) -> String {
    let mut output = Vec::new();
    form.element(node, without, &mut output).unwrap();
    String::from_utf8(output).unwrap()
}

fn document(name: &str, form: Canonicalization<'_>) -> String {
    let (source, mut output) = (vector(name), Vec::new());
    form.document(&parse(source.as_bytes()).unwrap(), &mut output).unwrap();
    String::from_utf8(output).unwrap()
}

#[test]
fn the_examples_of_canonical_xml_come_out_as_the_recommendation_has_them() {
    for method in [Method::Inclusive10, Method::Inclusive11] {
        for section in ["31", "32", "33", "34"] {
            let found = document(&format!("c14n/{section}-input.xml"), Canonicalization::new(method));
            assert_eq!(found, vector(&format!("c14n/{section}-canonical.xml")), "{section}");
        }
        let found = document("c14n/31-input.xml", Canonicalization::new(method).with_comments());
        assert_eq!(found, vector("c14n/31-canonical-with-comments.xml"));
    }
}

#[test]
fn the_exclusive_examples_come_out_as_published() {
    let source = vector("exc-c14n/exc-signature.xml");
    let tree = parse(source.as_bytes()).unwrap();
    let object = tree.root().descendants().find(|node| node.local_name() == "Object").unwrap();
    let form = Canonicalization::new(Method::Exclusive);
    let listed = form.with_prefixes(&["bar", "#default"]);
    for (number, form) in [form, listed, form.with_comments(), listed.with_comments()].into_iter().enumerate()
    {
        assert_eq!(
            canonical(object, None, form),
            vector(&format!("exc-c14n/canonical-{number}.txt")),
            "{number}"
        );
    }
}

#[test]
fn what_subtrees_inherit_in_canonical_xml_1_1_is_as_published() {
    for (input, output, apex) in [
        ("xmlbase-prop-input", "xmlbase-prop-2", "e1"),
        ("xmlbase-prop-input", "xmlbase-prop-3", "e11"),
        ("xmlbase-prop-input", "xmlbase-prop-4", "e111"),
        ("xmlbase-prop-input", "xmlbase-prop-5", "e21"),
        ("xmlbase-prop-input", "xmlbase-prop-6", "e3"),
        ("xmlid-input", "xmlid-1", "e1"),
        ("xmllang-input", "xmllang-1", "e1"),
        ("xmllang-input", "xmllang-2", "e2"),
        ("xmllang-input", "xmllang-3", "e11"),
        ("xmlspace-input", "xmlspace-1", "e1"),
        ("xmlspace-input", "xmlspace-2", "e2"),
        ("xmlspace-input", "xmlspace-3", "e11"),
    ] {
        let source = vector(&format!("c14n11/{input}.xml"));
        let tree = parse(source.as_bytes()).unwrap();
        let node = tree.root().descendants().find(|node| node.local_name() == apex).unwrap();
        let found = canonical(node, None, Canonicalization::new(Method::Inclusive11));
        assert_eq!(found, vector(&format!("c14n11/{output}.output")), "{output}");
    }
}

#[test]
fn paths_of_xml_base_are_joined_as_appendix_a_has_them() {
    let (inputs, outputs) = (vector("c14n11/appendix-a-inputs.txt"), vector("c14n11/appendix-a-outputs.txt"));
    // The appendix speaks of paths; in a reference, `//` begins an authority.
    let paths = inputs.lines().zip(outputs.lines()).filter(|(input, _)| !input.starts_with("//"));
    for (input, output) in paths {
        // Joined to an empty base, so that only the dots are removed.
        let source = format!(r#"<a xml:base=""><b xml:base="{input}"><c/></b></a>"#);
        let tree = parse(source.as_bytes()).unwrap();
        let node = tree.root().descendants().last().unwrap();
        let expected =
            if output.is_empty() { "<c></c>".to_owned() } else { format!(r#"<c xml:base="{output}"></c>"#) };
        assert_eq!(canonical(node, None, Canonicalization::new(Method::Inclusive11)), expected, "{input}");
    }
}

/// Without `dsig`, whose signatures name an element: the canonical forms and the cryptography, on vectors of others.
#[test]
fn signatures_of_the_interoperability_tests_hold() {
    for (name, scheme) in [
        ("rsa2048_sha256", Scheme::RsaSha256),
        ("rsa2048_sha384", Scheme::RsaSha384),
        ("rsa2048_sha512", Scheme::RsaSha512),
        ("ecc_p256_sha256", Scheme::EcdsaP256Sha256),
        ("ecc_p384_sha384", Scheme::EcdsaP384Sha384),
    ] {
        for (form, method) in [("c14n", Method::Inclusive10), ("exc-c14n", Method::Exclusive)] {
            let name = format!("xmldsig11/{name}_{form}");
            let source = vector(&format!("{name}.xml"));
            let tree = parse(source.trim_start_matches('\u{FEFF}').as_bytes()).unwrap();
            let signature = dsig::signature_of(tree.root()).unwrap();
            let part = |local: &str| signature.descendants().find(|node| node.local_name() == local).unwrap();
            let value = |local: &str| BASE64_STANDARD.decode(part(local).text().unwrap()).unwrap();

            let content = canonical(tree.root(), Some(signature), Canonicalization::new(Method::Inclusive10));
            let expected = value("DigestValue");
            let algorithm = match expected.len() {
                32 => &SHA256,
                48 => &SHA384,
                _ => &SHA512,
            };
            assert_eq!(digest(algorithm, content.as_bytes()).as_ref(), expected, "{name}");

            let signed_info = canonical(part("SignedInfo"), None, Canonicalization::new(method));
            let certificate = Certificate::from_pem(&vector(&format!("{name}.cert.pem"))).unwrap();
            let key = certificate.public_key();
            assert_eq!(
                key.verify(scheme, signed_info.as_bytes(), &value("SignatureValue")),
                Ok(()),
                "{name}"
            );
            // The strict reading refuses the same: the reference is to the whole document, and the ECDSA vectors
            // describe their keys as RFC 4050 has it.
            let expected = if name.contains("ecc") { "dsig.key_info" } else { "dsig.missing_identifier" };
            let verdict =
                dsig::verify(tree.root(), core::slice::from_ref(key), &Policy::strict()).unwrap_err();
            assert_eq!(verdict.code(), expected, "{name}");
        }
    }
}

#[cfg(feature = "aws-lc-rs")]
#[test]
fn the_interoperability_vector_of_encryption_is_decrypted() {
    use heap_identity::{pki::DecryptionKey, xmlenc};
    let key =
        DecryptionKey::from_pem(&vector("xmlenc11/rsa2048.key.pem"), &vector("xmlenc11/rsa2048.cert.pem"));
    let source = format!("<h>{}</h>", vector("xmlenc11/aes128-gcm-rsa-oaep-mgf1p.xml"));
    let tree = parse(source.as_bytes()).unwrap();
    let decrypted = xmlenc::decrypt(tree.root(), &[key.unwrap()]).unwrap();
    let of = |text: &str| {
        canonical(parse(text.as_bytes()).unwrap().root(), None, Canonicalization::new(Method::Exclusive))
    };
    assert_eq!(of(decrypted.document()), of(&vector("xmlenc11/plaintext.xml")));
}
