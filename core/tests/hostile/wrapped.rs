//! Signature wrapping, XSW1 to XSW8 and after: what was signed is kept somewhere, and something else is to be read.

use super::{Case, Hostile};
use crate::message::{Message, Scope, cut_out, replace, signed};

const FOREIGN: &str = "saml.foreign_content";
const ONE: &str = "saml.one_assertion";

pub fn cases() -> Vec<Hostile> {
    let rows = responses().into_iter().chain(assertions());
    rows.map(|(name, code, xml)| (Case::new(name, &xml), code)).collect()
}

type Row = (&'static str, &'static str, String);

fn clean(xml: &str) -> String {
    xml.replace("[_r]", "").replace("[_a]", "")
}

/// The element with more behind its Issuer.
fn behind_issuer(xml: &str, more: &str) -> String {
    xml.replacen("</saml:Issuer>", &format!("</saml:Issuer>{more}"), 1)
}

/// The element with more as its last content.
fn at_end(xml: &str, name: &str, more: &str) -> String {
    let end = format!("</{name}>");
    xml.replace(&end, &format!("{more}{end}"))
}

/// Around a signed Response.
fn responses() -> Vec<Row> {
    let document = signed(&Message::default(), Scope::Response);
    let whole = cut_out(&document, "samlp:Response");
    let signature = cut_out(whole, "ds:Signature");
    let original = whole.replace(signature, "");
    let forged =
        original.replace("\"_r\"", "\"_evil_r\"").replace("\"_a\"", "\"_evil\"").replace("alice@", "admin@");
    let object = format!("<ds:Object>{original}</ds:Object>");
    let enveloping = behind_issuer(&forged, &at_end(signature, "ds:Signature", &object));
    let detached = at_end(&behind_issuer(&forged, signature), "samlp:Response", &original);
    vec![("XSW1", FOREIGN, enveloping), ("XSW2", "saml.schema", detached)]
}

/// Around a signed Assertion.
fn assertions() -> Vec<Row> {
    let mut evil = Message::default();
    replace(&mut evil.name_id, "alice@", "admin@");
    replace(&mut evil.assertion, "\"_a\"", "\"_evil\"");
    let forged = clean(&evil.assertion());
    let document = signed(&Message::default(), Scope::Assertion);
    let original = cut_out(&document, "saml:Assertion");
    let signature = cut_out(original, "ds:Signature");
    let bare = original.replace(signature, "");
    let with = |content: &str| clean(&Message::default().around(content));
    let in_signature = |more: &str| with(&behind_issuer(&forged, &at_end(signature, "ds:Signature", more)));
    let advice = format!("</saml:Conditions><saml:Advice>{original}</saml:Advice>");
    let extensions = format!("<samlp:Extensions>{original}</samlp:Extensions>");
    let moved = with(&behind_issuer(&forged, signature));
    vec![
        ("XSW3", ONE, with(&format!("{forged}{original}"))),
        ("XSW3, the other way round", ONE, with(&format!("{original}{forged}"))),
        ("XSW4", "saml.schema", with(&at_end(&forged, "saml:Assertion", original))),
        ("XSW5", ONE, with(&(behind_issuer(&forged, signature) + &bare))),
        ("XSW6", FOREIGN, in_signature(&bare)),
        ("XSW7", FOREIGN, clean(&Message { extensions, ..Message::default() }.around(&forged))),
        ("XSW8", FOREIGN, in_signature(&format!("<ds:Object>{bare}</ds:Object>"))),
        ("XSW in the Advice", FOREIGN, with(&forged.replace("</saml:Conditions>", &advice))),
        (
            "XSW in a value",
            FOREIGN,
            with(&forged.replacen(">a</saml:Attr", &format!(">{original}</saml:Attr"), 1)),
        ),
        (
            "XSW under one ID",
            "saml.unique_ids",
            with(&format!("{}{original}", forged.replace("_evil", "_a"))),
        ),
        ("the signature moved to a forged Assertion", "saml.signature_reference", moved.clone()),
        ("the signature moved to one of its ID", "saml.signature_digest", moved.replace("_evil", "_a")),
    ]
}
