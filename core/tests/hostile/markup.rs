//! Bytes that are to mean one thing to one reader and another to the next, and documents that are to cost more than they
//! are worth.

use base64::{Engine, prelude::BASE64_STANDARD};

use super::{Case, Hostile};
use crate::message::{Message, Scope, replace, signed};

const XML: &str = "saml.well_formed";

fn genuine() -> String {
    signed(&Message::default(), Scope::Both)
}

/// The genuine document, with one thing written otherwise.
const EDITS: &[(&str, &str, &str, &str)] = &[
    (
        "an entity of its own",
        "saml.doctype",
        "<samlp:Response ",
        "<!DOCTYPE r [<!ENTITY e \"x\">]><samlp:Response ",
    ),
    (
        "a definition from elsewhere",
        "saml.doctype",
        "<samlp:Response ",
        "<!DOCTYPE r SYSTEM \"https://evil.example/x.dtd\"><samlp:Response ",
    ),
    ("an empty definition", "saml.doctype", "<samlp:Response ", "<!DOCTYPE r><samlp:Response "),
    ("an entity that is not defined", XML, "alice@", "alice&x;@"),
    ("a NUL by number", XML, "alice@", "alice&#0;@"),
    ("a second root", XML, "</samlp:Response>", "</samlp:Response><samlp:Response/>"),
    ("text behind the root", XML, "</samlp:Response>", "</samlp:Response>x"),
    ("a prefix without namespace", XML, "<samlp:Status>", "<x:y/><samlp:Status>"),
    ("the prefix xml bound anew", XML, "<samlp:Response ", "<samlp:Response xmlns:xml=\"urn:x\" "),
    (
        "another prefix for xml",
        XML,
        "<samlp:Response ",
        "<samlp:Response xmlns:x=\"http://www.w3.org/XML/1998/namespace\" ",
    ),
    (
        "the prefix xmlns declared",
        XML,
        "<samlp:Response ",
        "<samlp:Response xmlns:xmlns=\"http://www.w3.org/2000/xmlns/\" ",
    ),
    ("an attribute of xml that does not exist", XML, "<ds:Signature ", "<ds:Signature xml:xmlns=\"urn:x\" "),
    ("a relative namespace", XML, "<samlp:Response ", "<samlp:Response xmlns:ns=\"1\" "),
    ("an attribute twice", XML, "<samlp:Response ", "<samlp:Response ID=\"_x\" "),
    (
        "another encoding",
        XML,
        "<samlp:Response ",
        "<?xml version=\"1.0\" encoding=\"UTF-7\"?><samlp:Response ",
    ),
    ("an instruction inside", "saml.schema", "<samlp:Status>", "<?x?><samlp:Status>"),
    ("text between elements", "saml.schema", "<samlp:Status>", "x<samlp:Status>"),
    ("an element that SAML does not know", "saml.schema", "<samlp:Status>", "<samlp:Other/><samlp:Status>"),
    ("a Response of another namespace", "saml.response", "SAML:2.0:protocol", "SAML:1.0:protocol"),
];

pub fn cases() -> Vec<Hostile> {
    let mut cases: Vec<Hostile> = EDITS
        .iter()
        .map(|(name, code, from, to)| {
            let mut xml = genuine();
            replace(&mut xml, from, to);
            (Case::new(name, &xml), *code)
        })
        .collect();
    cases.extend(encodings());
    cases.extend(sizes());
    cases
}

fn encodings() -> Vec<Hostile> {
    let xml = genuine();
    let utf_16: Vec<u8> =
        [0xFF, 0xFE].into_iter().chain(xml.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let mut latin = xml.clone().into_bytes();
    latin.push(0xE9);
    let base64 = BASE64_STANDARD.encode(&xml);
    let case = |name: &str, form_value: &str| Case::new(name, "").with("response", form_value);
    vec![
        (Case::of_bytes("UTF-16", &utf_16), XML),
        (Case::of_bytes("a byte that is not UTF-8", &latin), XML),
        (
            Case::of_bytes("two byte order marks", &[b"\xEF\xBB\xBF\xEF\xBB\xBF", xml.as_bytes()].concat()),
            XML,
        ),
        (case("nothing", ""), XML),
        (case("no base64", "<samlp:Response/>"), "saml.form_value"),
        (case("base64 for addresses", &base64.replacen(['+', '/', 'A'], "-", 1)), "saml.form_value"),
        (case("base64 twice", &BASE64_STANDARD.encode(base64.as_bytes())), XML),
        (case("base64 with more behind it", &format!("{base64}====")), "saml.form_value"),
        (
            Case::of_bytes(
                "compressed as for a redirect",
                &miniz_oxide::deflate::compress_to_vec(xml.as_bytes(), 6),
            ),
            XML,
        ),
    ]
}

fn sizes() -> Vec<Hostile> {
    let with = |from: &str, to: &str| {
        let mut xml = genuine();
        replace(&mut xml, from, to);
        xml
    };
    let numbered = |count: usize, one: &dyn Fn(usize) -> String| (0..count).map(one).collect::<String>();
    let extension = |inside: String| {
        with("<samlp:Status>", &format!("<samlp:Extensions>{inside}</samlp:Extensions><samlp:Status>"))
    };
    let limits = "saml.limits";
    vec![
        (
            Case::new(
                "100,000 namespaces on elements",
                &extension(numbered(100_000, &|n| format!("<x xmlns=\"urn:x:{n}\"/>"))),
            ),
            limits,
        ),
        (
            Case::new(
                "100,000 prefixes on elements",
                &extension(numbered(100_000, &|n| format!("<x xmlns:p{n}=\"urn:x\"/>"))),
            ),
            limits,
        ),
        (
            Case::new(
                "100,000 namespaces on one element",
                &with(
                    "<samlp:Response ",
                    &format!(
                        "<samlp:Response {} ",
                        numbered(100_000, &|n| format!("xmlns:p{n}=\"urn:x:{n}\" "))
                    ),
                ),
            ),
            limits,
        ),
        (
            Case::new(
                "100,000 attributes",
                &with(
                    "<samlp:Response ",
                    &format!("<samlp:Response {} ", numbered(100_000, &|n| format!("a{n}=\"\" "))),
                ),
            ),
            limits,
        ),
        (
            Case::new(
                "100,000 elements inside each other",
                &extension("<x>".repeat(100_000) + &"</x>".repeat(100_000)),
            ),
            limits,
        ),
        (Case::new("more elements than anybody sends", &extension("<x/>".repeat(600_000))), limits),
        (Case::new("a name of 100,000 letters", &extension(format!("<{}/>", "x".repeat(100_000)))), limits),
        (Case::new("5 MB", &extension(" ".repeat(5 << 20))), "saml.form_value"),
    ]
}
