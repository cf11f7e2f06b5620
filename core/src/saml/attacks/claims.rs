//! Attacks on what is claimed: genuine signatures over, or beside, claims that must not be believed.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};
use core::ops::Range;

use super::{
    Genuine, Message,
    document::{Document, Edit, escaped},
};
use crate::{dsig, saml::names::ASSERTION};

type Messages = Vec<Message>;

fn forms(documents: impl IntoIterator<Item = String>) -> Messages {
    documents.into_iter().map(|xml| Message::form(&xml)).collect()
}

/// A claim of the signed Assertion changed, and nothing hidden.
pub(super) fn changed_claims(genuine: &Genuine<'_>) -> Messages {
    let document = &genuine.document;
    let value = document.text_in("AttributeValue").filter(|range| !range.is_empty());
    let value = value.map(|range| document.edited(vec![(range, "Admin")]));
    forms([document.renamed(&escaped(genuine.victim))].into_iter().chain(value))
}

/// An unsigned Assertion with nothing but attributes behind the signed one.
pub(super) fn unsigned_attributes(genuine: &Genuine<'_>) -> Messages {
    let Some(document) = genuine.document.assertion_signed() else { return Vec::new() };
    let attributes = format!(
        "<saml:Assertion xmlns:saml=\"{ASSERTION}\" ID=\"_attributes\" Version=\"2.0\" IssueInstant=\"2026-03-01T10:00:00Z\">\
         <saml:Issuer>https://idp.example</saml:Issuer><saml:AttributeStatement><saml:Attribute Name=\"role\">\
         <saml:AttributeValue>Admin</saml:AttributeValue></saml:Attribute></saml:AttributeStatement></saml:Assertion>"
    );
    forms([document.around(&format!("{}{attributes}", document.signed_assertion()))])
}

/// Something encrypted before the signed Assertion, which must not take its place.
pub(super) fn encrypted_beside(genuine: &Genuine<'_>) -> Messages {
    let Some(document) = genuine.document.assertion_signed() else { return Vec::new() };
    forms([document.around(&format!("{}{}", encrypted(), document.signed_assertion()))])
}

/// Something encrypted instead of anything signed: encryption proves nothing about the sender.
pub(super) fn encrypted_only(genuine: &Genuine<'_>) -> Messages {
    let Some(document) = genuine.document.unsigned() else { return Vec::new() };
    forms([document.around(&encrypted())])
}

fn encrypted() -> String {
    format!(
        "<saml:EncryptedAssertion xmlns:saml=\"{ASSERTION}\"><xenc:EncryptedData \
         xmlns:xenc=\"http://www.w3.org/2001/04/xmlenc#\" Type=\"http://www.w3.org/2001/04/xmlenc#Element\">\
         <xenc:EncryptionMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#aes128-cbc\"/><xenc:CipherData>\
         <xenc:CipherValue>AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=</xenc:CipherValue></xenc:CipherData>\
         </xenc:EncryptedData></saml:EncryptedAssertion>"
    )
}

/// The genuine message a second time: send it once before; and in another wrapping, under another ID.
pub(super) fn replayed(genuine: &Genuine<'_>) -> Messages {
    let mut documents = vec![genuine.document.source.clone()];
    if let Some(document) = genuine.document.assertion_signed() {
        let part = &document.response;
        let id = document.value_of(part.range.start..part.content, "ID");
        documents.extend(id.map(|id| document.edited(vec![(id, "_another")])));
    }
    forms(documents)
}

/// What was true once, or will be, signed.
pub(super) fn outdated(genuine: &Genuine<'_>) -> Messages {
    const PAST: &str = "2001-01-01T00:00:00Z";
    const FUTURE: &str = "2999-01-01T00:00:00Z";
    resigned(genuine, |unsigned| {
        let at = |element, name, time| unsigned.attribute_in(element, name).map(|range| vec![(range, time)]);
        let without = unsigned
            .attribute_in("SubjectConfirmationData", "NotOnOrAfter")
            .map(|range| vec![(range.start - "NotOnOrAfter=\"".len()..range.end + 1, "")]);
        let changes: [Option<Vec<Edit<'_>>>; 5] = [
            at("SubjectConfirmationData", "NotOnOrAfter", PAST),
            at("Conditions", "NotOnOrAfter", PAST),
            at("Conditions", "NotBefore", FUTURE),
            at("AuthnStatement", "SessionNotOnOrAfter", PAST),
            without,
        ];
        changes.into_iter().flatten().map(|edits| unsigned.edited(edits)).collect()
    })
}

/// Signed again, each that is made of the unsigned document: what a genuine identity provider says, but not to us.
fn resigned(genuine: &Genuine<'_>, change: impl FnOnce(&Document) -> Vec<String>) -> Messages {
    let (Some(key), Some(unsigned)) = (genuine.idp_key, genuine.document.unsigned()) else {
        return Vec::new();
    };
    let id = &unsigned.assertion.id;
    forms(change(&unsigned).iter().filter_map(|xml| dsig::sign(xml, id, key).ok()))
}

/// An answer that the unsigned envelope claims, or the answer of another identity provider.
pub(super) fn answer_of_another(genuine: &Genuine<'_>) -> Messages {
    let mut documents = Vec::new();
    if let Some(document) = genuine.document.assertion_signed() {
        let part = &document.response;
        let tag = part.range.start..part.content;
        match document.value_of(tag, "InResponseTo") {
            Some(range) => documents.push(document.edited(vec![(range, "_request_of_the_attacker")])),
            None => documents.push(document.source.replacen(
                " ID=",
                " InResponseTo=\"_request_of_the_attacker\" ID=",
                1,
            )),
        }
    }
    if let (Some(attacker), Some(unsigned)) = (genuine.attacker_key, genuine.document.unsigned()) {
        let renamed = unsigned.edited(
            [issuer(&unsigned)]
                .into_iter()
                .flatten()
                .map(|range| (range, "https://attacker.example/idp"))
                .collect(),
        );
        documents.extend(dsig::sign(&renamed, &unsigned.assertion.id, attacker).ok());
    }
    forms(documents)
}

/// The name of who says it.
fn issuer(document: &Document) -> Option<Range<usize>> {
    document.text_in("Issuer")
}

/// A genuine Assertion for another service provider or another tenant.
pub(super) fn for_somebody_else(genuine: &Genuine<'_>) -> Messages {
    let mut documents = Vec::new();
    if let Some(document) = genuine.document.assertion_signed() {
        let part = &document.response;
        let destination = document.value_of(part.range.start..part.content, "Destination");
        documents
            .extend(destination.map(|range| document.edited(vec![(range, "https://attacker.example/acs")])));
    }
    let mut messages = forms(documents);
    messages.extend(resigned(genuine, |unsigned| {
        let recipient = unsigned.attribute_in("SubjectConfirmationData", "Recipient");
        let audience = unsigned.text_in("Audience");
        let issuer = issuer(unsigned);
        let changed = [
            recipient.map(|range| (range, "https://other.example/acs")),
            audience.map(|range| (range, "https://other.example")),
            issuer.map(|range| (range, "https://other.example/idp")),
        ];
        let mut changed: Vec<String> =
            changed.into_iter().flatten().map(|edit| unsigned.edited(vec![edit])).collect();
        let restriction = unsigned.element("AudienceRestriction");
        changed.extend(restriction.map(|range| unsigned.edited(vec![(range, "")])));
        changed
    }));
    messages
}

/// A genuine message whose RelayState leads elsewhere.
pub(super) fn relay_states(genuine: &Genuine<'_>) -> Messages {
    let targets = [
        "https://attacker.example/",
        "//attacker.example/",
        "/\\attacker.example/",
        "javascript:alert(1)",
        "\"><script>alert(1)</script>",
    ];
    let saml_response = crate::saml::to_form_value(&genuine.document.source);
    let with = |target: &str| Message::Form {
        saml_response: saml_response.clone(),
        relay_state: Some(target.to_string()),
    };
    targets.map(with).into()
}
