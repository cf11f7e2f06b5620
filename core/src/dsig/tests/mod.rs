use alloc::{format, string::String, vec, vec::Vec};

use base64::{Engine, prelude::BASE64_STANDARD};
use proptest::prelude::*;

use super::ErrorKind::*;
use super::{Covered, DS, Error, ErrorKind, Policy, sign, sign_with, signature_of, verify};
use crate::pki::{Certificate, Scheme, SigningKey, VerifyingKey};
use crate::xml::{self, Node, Tree, parse};

macro_rules! vector {
    ($name:literal) => {
        include_str!(concat!("../../../tests/vectors/", $name))
    };
}

// Behind the macro, which it uses.
mod attacks;
mod explain;
mod wrapping;

fn rsa() -> SigningKey {
    SigningKey::from_pem(vector!("keys/rsa2048.key.pem"), vector!("keys/rsa2048.cert.pem")).unwrap()
}

fn attacker() -> SigningKey {
    SigningKey::from_pem(vector!("keys/rsa2048-other.key.pem"), vector!("keys/rsa2048-other.cert.pem"))
        .unwrap()
}

/// The configured keys: one of each type, the RSA key second.
fn keys() -> Vec<VerifyingKey> {
    let certificates = [
        vector!("keys/p256.cert.pem"),
        vector!("keys/rsa2048.cert.pem"),
        vector!("keys/p384.cert.pem"),
        vector!("keys/ed25519.cert.pem"),
    ];
    certificates.map(|pem| Certificate::from_pem(pem).unwrap().public_key().clone()).into()
}

fn with_id<'t>(tree: &'t Tree<'t>, id: &str) -> Node<'t> {
    tree.root().descendants().find(|node| node.attribute("ID") == Some(id)).unwrap()
}

fn judge(element: Node<'_>) -> Result<usize, ErrorKind> {
    verify(element, &keys(), &Policy::strict())
        .map(|covered| covered.key_index())
        .map_err(|error| error.kind())
}

/// The verdict on the first element with this unprefixed `ID`.
fn verdict(document: &str, id: &str) -> Result<usize, ErrorKind> {
    judge(with_id(&parse(document.as_bytes()).unwrap(), id))
}

const ASSERTION: &str =
    r#"<s:Assertion xmlns:s="urn:s" ID="a"><s:Issuer>idp</s:Issuer><s:NameID>ann</s:NameID></s:Assertion>"#;

fn response(content: &str) -> String {
    format!(
        r#"<p:Response xmlns:p="urn:p" xmlns:s="urn:s" ID="r"><s:Issuer>idp</s:Issuer>{content}</p:Response>"#
    )
}

/// A Response with a signed Assertion.
fn signed() -> String {
    sign(&response(ASSERTION), "a", &rsa()).unwrap()
}

/// The part of a document from `start` to the end of `end`.
fn part<'a>(document: &'a str, start: &str, end: &str) -> &'a str {
    let from = document.find(start).unwrap();
    let to = document[from..].find(end).unwrap() + from + end.len();
    &document[from..to]
}

fn signature(document: &str) -> &str {
    part(document, "<ds:Signature ", "</ds:Signature>")
}

/// The signed document with something replaced, which must be there.
fn changed(from: &str, to: &str) -> String {
    let document = signed();
    assert!(document.contains(from), "{from}");
    document.replacen(from, to, 1)
}

#[test]
fn what_is_signed_verifies_for_every_scheme_that_we_sign_with() {
    let p256 = SigningKey::from_pem(vector!("keys/p256.key.pem"), vector!("keys/p256.cert.pem")).unwrap();
    let p384 = SigningKey::from_pem(vector!("keys/p384.key.pem"), vector!("keys/p384.cert.pem")).unwrap();
    let ed25519 =
        SigningKey::from_pem(vector!("keys/ed25519.key.pem"), vector!("keys/ed25519.cert.pem")).unwrap();
    for (key, scheme, index) in [
        (rsa(), Scheme::RsaSha256, 1),
        (rsa(), Scheme::RsaSha384, 1),
        (rsa(), Scheme::RsaSha512, 1),
        (rsa(), Scheme::RsaPssSha256, 1),
        (rsa(), Scheme::RsaPssSha384, 1),
        (rsa(), Scheme::RsaPssSha512, 1),
        (p256, Scheme::EcdsaP256Sha256, 0),
        (p384, Scheme::EcdsaP384Sha384, 2),
        (ed25519, Scheme::Ed25519, 3),
    ] {
        let document = sign_with(&response(ASSERTION), "a", &key, scheme).unwrap();
        assert_eq!(verdict(&document, "a"), Ok(index), "{scheme:?}");
    }
}

#[test]
fn documents_signed_by_xmlsec1_are_covered() {
    for (name, document, index) in [
        ("rsa-sha256", vector!("dsig/rsa-sha256.xml"), 1),
        ("rsa-sha384", vector!("dsig/rsa-sha384.xml"), 1),
        ("rsa-sha512", vector!("dsig/rsa-sha512.xml"), 1),
        ("rsa-pss-sha256", vector!("dsig/rsa-pss-sha256.xml"), 1),
        ("rsa-pss-sha384", vector!("dsig/rsa-pss-sha384.xml"), 1),
        ("rsa-pss-sha512", vector!("dsig/rsa-pss-sha512.xml"), 1),
        ("ecdsa-p256", vector!("dsig/ecdsa-p256.xml"), 0),
        ("ecdsa-p384", vector!("dsig/ecdsa-p384.xml"), 2),
        ("ecdsa-p256-sha384", vector!("dsig/ecdsa-p256-sha384.xml"), 0),
        ("ecdsa-p384-sha256", vector!("dsig/ecdsa-p384-sha256.xml"), 2),
        ("prefix-list", vector!("dsig/prefix-list.xml"), 1),
        ("inclusive10", vector!("dsig/inclusive10.xml"), 1),
        ("inclusive11", vector!("dsig/inclusive11.xml"), 1),
        ("no-canonicalization", vector!("dsig/no-canonicalization.xml"), 1),
        ("awkward", vector!("dsig/awkward.xml"), 1),
        ("awkward-inclusive", vector!("dsig/awkward-inclusive.xml"), 1),
        ("both", vector!("dsig/both.xml"), 1),
    ] {
        assert_eq!(verdict(document, "_a1"), Ok(index), "{name}");
        let changed = document.replacen(">ann@", ">bob@", 1);
        assert_eq!(verdict(&changed, "_a1"), Err(DigestMismatch), "{name}");
    }
    assert_eq!(verdict(vector!("dsig/both.xml"), "_r1"), Ok(1));
    assert_eq!(verdict(vector!("dsig/response.xml"), "_r1"), Ok(1));
    assert_eq!(verdict(vector!("dsig/response.xml"), "_a1"), Err(NotSigned));
    assert_eq!(verdict(vector!("dsig/rsa-sha1.xml"), "_a1"), Err(WeakAlgorithm));
}

#[test]
fn sha1_is_verified_only_where_the_policy_names_it() {
    let document = vector!("dsig/rsa-sha1.xml");
    let verdict = |document: &str, policy: &Policy| {
        let tree = parse(document.as_bytes()).unwrap();
        verify(with_id(&tree, "_a1"), &keys(), policy)
            .map(|covered| covered.algorithm())
            .map_err(|error| error.kind())
    };
    let legacy = Policy::strict().with_legacy_sha1();
    assert_eq!(verdict(document, &Policy::strict()), Err(WeakAlgorithm));
    assert_eq!(verdict(document, &Policy::strict().with_comments()), Err(WeakAlgorithm));
    assert_eq!(verdict(document, &legacy), Ok(Scheme::LegacyRsaSha1));
    assert_eq!(verdict(&document.replacen(">ann@", ">bob@", 1), &legacy), Err(DigestMismatch));
    // Nothing else becomes weaker by it.
    assert_eq!(
        verdict(&document.replace("xmldsig#rsa-sha1", "xmldsig-more#rsa-md5"), &legacy),
        Err(WeakAlgorithm)
    );
    let mixed = document
        .replace("xmldsig#rsa-sha1", "xmldsig-more#rsa-sha256")
        .replace("2000/09/xmldsig-more", "2001/04/xmldsig-more");
    assert_eq!(verdict(&mixed, &legacy), Err(SignatureMismatch));
    assert_eq!(
        sign_with(&response(ASSERTION), "a", &rsa(), Scheme::LegacyRsaSha1).unwrap_err().code(),
        "pki.scheme_mismatch"
    );
}

#[test]
fn every_flipped_bit_of_the_signed_content_is_noticed() {
    // Alone, so that every declaration counts.
    let document = sign(ASSERTION, "a", &rsa()).unwrap();
    let start = document.find("<s:Assertion").unwrap();
    let signature = document.find("<ds:Signature ").unwrap()..document.find("</ds:Signature>").unwrap() + 15;
    let end = document.find("</s:Assertion>").unwrap() + "</s:Assertion>".len();
    for at in (start..end).filter(|at| !signature.contains(at)) {
        for bit in 0..8 {
            let mut bytes = Vec::from(document.as_str());
            bytes[at] ^= 1 << bit;
            let Ok(tree) = parse(&bytes) else { continue };
            assert!(judge(tree.root()).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn every_flipped_letter_of_the_signature_is_noticed_but_in_its_key_info() {
    let document = signed();
    let start = document.find("<ds:Signature ").unwrap();
    let end = document.find("<ds:KeyInfo>").unwrap();
    for at in start..end {
        let mut bytes = Vec::from(document.as_str());
        bytes[at] ^= 1;
        let Ok(tree) = parse(&bytes) else { continue };
        assert!(judge(with_id(&tree, "a")).is_err(), "{at}: {}", &document[at..at + 10]);
    }
}

#[test]
fn the_signature_goes_behind_the_issuer_and_the_rest_stays_as_it_was() {
    let unsigned = format!("\u{FEFF}<?xml version='1.0'?>\r\n{}\n<!-- end -->", response(ASSERTION));
    let document = sign(&unsigned, "r", &rsa()).unwrap();
    let (before, after) = document.split_once(signature(&document)).unwrap();
    assert!(before.ends_with("</s:Issuer>") && after.starts_with("<s:Assertion"));
    assert_eq!(format!("\u{FEFF}{before}{after}"), unsigned);
    assert_eq!(verdict(&document, "r"), Ok(1));
    let metadata = sign("<m:E xmlns:m='urn:m' ID='m'>\n<m:F/></m:E>", "m", &rsa()).unwrap();
    assert!(metadata.starts_with("<m:E xmlns:m='urn:m' ID='m'><ds:Signature "));
    assert_eq!(verdict(&metadata, "m"), Ok(1));
}

#[test]
fn both_levels_can_be_signed_one_after_the_other() {
    let document = sign(&signed(), "r", &rsa()).unwrap();
    assert_eq!((verdict(&document, "r"), verdict(&document, "a")), (Ok(1), Ok(1)));
}

#[test]
fn what_cannot_be_signed_is_refused() {
    let refusal = |document: &str, id: &str| sign(document, id, &rsa()).unwrap_err().kind();
    assert_eq!(refusal("<a ID='1'>", "1"), Xml(xml::ErrorKind::MissingEndTag));
    assert_eq!(refusal("<a ID='1'>x</a>", "2"), UnknownIdentifier);
    assert_eq!(refusal("<a p:ID='1' xmlns:p='urn:p'>x</a>", "1"), UnknownIdentifier);
    assert_eq!(refusal("<a ID='1'><b ID='1'/></a>", "1"), AmbiguousIdentifier);
    assert_eq!(refusal("<a ID='&quot;'>x</a>", "\""), InvalidIdentifier);
    assert_eq!(refusal("<a ID='1'/>", "1"), NotSignable);
    assert_eq!(refusal(&signed(), "a"), NotSignable);
    let error = sign_with("<a ID='1'>x</a>", "1", &rsa(), Scheme::Ed25519).unwrap_err();
    assert_eq!(error.code(), "pki.scheme_mismatch");
}

#[test]
fn every_kind_has_a_code_of_its_own() {
    let mut codes: Vec<_> = ErrorKind::ALL.iter().map(ErrorKind::code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), ErrorKind::ALL.len());
    assert!(codes.iter().all(|code| code.starts_with("dsig.")));
}

#[test]
fn errors_do_not_repeat_the_message() {
    let error: Error = verify(
        parse(changed("ann", "eve").as_bytes()).unwrap().root().elements().nth(1).unwrap(),
        &keys(),
        &Policy::strict(),
    )
    .unwrap_err();
    let text = format!("{error} {error:?}");
    assert!(!text.contains("eve") && !text.contains("urn:s"), "{text}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, ..ProptestConfig::default() })]

    #[test]
    fn what_is_signed_verifies_and_a_changed_text_does_not(text in "[^\u{0}-\u{8}\u{B}\u{C}\u{E}-\u{1F}\u{FFFE}\u{FFFF}]{1,40}", name in "[a-z_é][a-z0-9.-]{0,8}") {
        let mut writer = xml::Writer::new();
        writer.start("s:Assertion", &[("xmlns:s", "urn:s"), ("ID", &name), ("v", &text)]);
        writer.element("s:Issuer", &[], "idp").element("s:NameID", &[("w", &text)], &text).end();
        let document = sign(&writer.finish().unwrap(), &name, &rsa()).unwrap();
        prop_assert_eq!(verdict(&document, &name), Ok(1));
        prop_assert_eq!(verdict(&document.replacen("</s:NameID>", ".</s:NameID>", 1), &name), Err(DigestMismatch));
        prop_assert_eq!(verdict(&document.replacen(" w=\"", " w=\".", 1), &name), Err(DigestMismatch));
    }
}

#[test]
fn unused_keys_do_not_matter() {
    let all: Vec<_> =
        keys().into_iter().chain(vec![attacker().certificate().public_key().clone()]).rev().collect();
    let document = signed();
    let tree = parse(document.as_bytes()).unwrap();
    let covered = verify(with_id(&tree, "a"), &all, &Policy::strict()).unwrap();
    assert_eq!(covered.key_index(), 3);
}
