//! Signature wrapping: what was signed is moved, and something forged stands where it was (A01-A09 and their kin).

use alloc::{format, string::String, vec, vec::Vec};

use super::{
    Genuine, Message,
    document::{Document, FORGED_ID, inside},
};
use crate::saml::names::{ASSERTION, PROTOCOL, SIGNATURE};

/// The messages of one attack.
type Messages = Vec<Message>;

/// What the attacker has of a Response whose Assertion is signed.
struct Assertions {
    document: Document,
    /// As it was signed.
    genuine: String,
    /// Without its signature.
    bare: String,
    signature: String,
    /// Somebody else's, without a signature.
    forged: String,
}

impl Assertions {
    fn of(genuine: &Genuine<'_>) -> Option<Self> {
        let document = genuine.document.assertion_signed()?;
        Some(Self {
            genuine: document.signed_assertion().into(),
            bare: document.bare_assertion(),
            signature: document.assertion_signature().into(),
            forged: document.forged(genuine.victim, ""),
            document,
        })
    }
}

/// One message for each document that is made of a signed Assertion; none where the Assertion is not signed.
fn each(genuine: &Genuine<'_>, make: impl FnOnce(&Assertions, &str) -> Vec<String>) -> Messages {
    let Some(assertions) = Assertions::of(genuine) else { return Vec::new() };
    make(&assertions, genuine.victim).iter().map(|xml| Message::form(xml)).collect()
}

/// The forged Response around the signed one (XSW1), which stands in the signature or in the Extensions.
pub(super) fn response_around(genuine: &Genuine<'_>) -> Messages {
    wrapped_response(genuine, |bare, whole, signature| {
        [
            inside(signature, bare),
            format!("<samlp:Extensions xmlns:samlp=\"{PROTOCOL}\">{whole}</samlp:Extensions>"),
        ]
    })
}

/// The forged Response with the signed one beside a detached signature (XSW2).
pub(super) fn response_detached(genuine: &Genuine<'_>) -> Messages {
    wrapped_response(genuine, |bare, _, signature| {
        [format!("{bare}{signature}"), format!("{signature}{bare}")]
    })
}

fn wrapped_response(genuine: &Genuine<'_>, heads: impl FnOnce(&str, &str, &str) -> [String; 2]) -> Messages {
    let Some(document) = genuine.document.response_signed() else { return Vec::new() };
    let (part, Some(place)) = (&document.response, document.response.signature.clone()) else {
        return Vec::new();
    };
    let bare = document.cut(part.range.clone(), vec![(place.clone(), "")]);
    let whole = document.text(&part.range);
    let forged = document.forged(genuine.victim, "");
    let heads = heads(&bare, whole, document.text(&place));
    let forgeries = heads.iter().map(|head| {
        let mut edits =
            vec![(place.clone(), head.as_str()), (document.assertion.range.clone(), forged.as_str())];
        edits.extend(
            document.value_of(part.range.start..part.content, "ID").map(|id| (id, "_forged_response")),
        );
        Message::form(&document.edited(edits))
    });
    forgeries.collect()
}

/// A forged Assertion before the signed one (XSW3), and after it.
pub(super) fn assertion_beside(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, _| {
        let Assertions { document, genuine, forged, .. } = a;
        vec![document.around(&format!("{forged}{genuine}")), document.around(&format!("{genuine}{forged}"))]
    })
}

/// A forged Assertion before the signed one.
pub(super) fn assertion_before(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, _| vec![a.document.around(&format!("{}{}", a.forged, a.genuine))])
}

/// The signed Assertion inside the forged one (XSW4).
pub(super) fn assertion_around(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, victim| {
        let last = inside(&a.forged, &a.genuine);
        vec![a.document.around(&last), a.document.around(&a.document.forged(victim, &a.genuine))]
    })
}

/// The signed Assertion changed, and the original without its signature at the end (XSW5).
pub(super) fn original_appended(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, victim| {
        let changed = a.document.forged(victim, &a.signature);
        vec![a.document.around(&format!("{changed}{}", a.bare))]
    })
}

/// The original in the signature of the changed one (XSW6).
pub(super) fn original_in_signature(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, victim| {
        let changed = a.document.forged(victim, &inside(&a.signature, &a.bare));
        vec![a.document.around(&changed)]
    })
}

/// The original in an Object of the signature (XSW8).
pub(super) fn original_in_object(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, victim| {
        let object = format!("<ds:Object xmlns:ds=\"{SIGNATURE}\">{}</ds:Object>", a.bare);
        let changed = a.document.forged(victim, &inside(&a.signature, &object));
        vec![a.document.around(&changed)]
    })
}

/// The forged Assertion in the Extensions, before the signed one (XSW7).
pub(super) fn forged_in_extensions(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, _| vec![a.document.around_with_head(&extensions(&a.forged), &a.genuine)])
}

fn extensions(content: &str) -> String {
    format!("<samlp:Extensions xmlns:samlp=\"{PROTOCOL}\">{content}</samlp:Extensions>")
}

/// The signed Assertion in any open place of the forged one.
pub(super) fn open_places(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, victim| {
        let hosts = [
            format!("<saml:Advice xmlns:saml=\"{ASSERTION}\">{}</saml:Advice>", a.genuine),
            format!(
                "<saml:AttributeStatement xmlns:saml=\"{ASSERTION}\"><saml:Attribute Name=\"x\"><saml:AttributeValue>{}\
                 </saml:AttributeValue></saml:Attribute></saml:AttributeStatement>",
                a.genuine
            ),
        ];
        let [advice, attributes] = hosts;
        let inner = [after(&a.forged, "Conditions>", &advice), inside(&a.forged, &attributes)]
            .map(|forged| a.document.around(&forged));
        let key_info = format!(
            "<ds:Signature xmlns:ds=\"{SIGNATURE}\"><ds:KeyInfo>{}</ds:KeyInfo></ds:Signature>",
            a.genuine
        );
        let in_key_info = a.document.around(&a.document.forged(victim, &key_info));
        let in_detail = status_detail(&a.document, &a.genuine, &a.forged);
        inner.into_iter().chain([in_key_info, in_detail]).collect()
    })
}

/// `content` behind the last of such end tags.
fn after(text: &str, end_tag: &str, content: &str) -> String {
    let end = text.rfind(end_tag).map_or(text.len(), |start| start + end_tag.len());
    let (before, rest) = text.split_at_checked(end).unwrap_or((text, ""));
    format!("{before}{content}{rest}")
}

/// `content` in the detail of the status, and another Assertion in the place of the genuine one.
pub(super) fn status_detail(document: &Document, content: &str, assertion: &str) -> String {
    let detail = format!("<samlp:StatusDetail xmlns:samlp=\"{PROTOCOL}\">{content}</samlp:StatusDetail>");
    let status = inside(document.text(&document.status), &detail);
    document.edited(vec![
        (document.status.clone(), status.as_str()),
        (document.assertion.range.clone(), assertion),
    ])
}

/// The reference named by an `ID` of another namespace; the original where nobody reads it.
pub(super) fn foreign_id(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, victim| {
        let id = &a.document.assertion.id;
        let forged = a.document.forged(victim, &a.signature).replacen(
            &format!("\"{FORGED_ID}\""),
            &format!("\"{FORGED_ID}\" xmlns:p=\"{PROTOCOL}\" p:ID=\"{id}\""),
            1,
        );
        vec![a.document.around_with_head(&extensions(&a.bare), &forged)]
    })
}

/// Two Assertions under one ID, in either order.
pub(super) fn same_id(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, victim| {
        let forged = a.document.forged_as(&a.document.assertion.id, victim, "");
        let with_signature = a.document.forged_as(&a.document.assertion.id, victim, &a.signature);
        let around = |content: String| a.document.around(&content);
        vec![
            around(format!("{forged}{}", a.genuine)),
            around(format!("{}{forged}", a.genuine)),
            around(format!("{with_signature}{}", a.bare)),
        ]
    })
}

/// The signed Assertion where it is verified, a forged one where it is read.
pub(super) fn verified_elsewhere(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, _| {
        vec![
            a.document.around_with_head(&extensions(&a.genuine), &a.forged),
            status_detail(&a.document, &a.genuine, &a.forged),
        ]
    })
}

/// The signature of the Assertion at the place of the Response's.
pub(super) fn moved_up(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, _| {
        vec![
            a.document.around_with_head(&a.signature, &format!("{}{}", a.forged, a.bare)),
            a.document.around_with_head(&a.signature, &a.forged),
        ]
    })
}

/// The whole signed Assertion in an Object of a signature that covers nothing.
pub(super) fn signature_in_object(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, victim| {
        let hidden = format!(
            "<ds:Signature xmlns:ds=\"{SIGNATURE}\"><ds:Object>{}</ds:Object></ds:Signature>",
            a.genuine
        );
        vec![a.document.around(&a.document.forged(victim, &hidden))]
    })
}

/// The changed Assertion inside an element that no schema has.
pub(super) fn unknown_element(genuine: &Genuine<'_>) -> Messages {
    each(genuine, |a, _| {
        let wrapped = format!(
            "<samlp:Assertions xmlns:samlp=\"{PROTOCOL}\">{}</samlp:Assertions>{}",
            a.genuine, a.forged
        );
        vec![a.document.around(&wrapped)]
    })
}
