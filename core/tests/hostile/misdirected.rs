//! What a trusted identity provider did sign, for somebody else, for another time or otherwise than saml-profiles 4.1.4
//! has it.

use super::{Case, Hostile};
use crate::message::{ACS, Message, SP, Scope, replace, signed};

type Change = fn(&mut Message);

/// Of a login that nobody asked for.
const UNSOLICITED: &[(&str, Scope, &str, Change)] = &[
    // saml-bindings 3.5.5.2
    ("no Destination on a signed Response", Scope::Response, "saml.destination", |m| {
        replace(&mut m.response, &format!(" Destination=\"{ACS}\""), "");
    }),
    ("no Destination where both are signed", Scope::Both, "saml.destination", |m| {
        replace(&mut m.response, &format!(" Destination=\"{ACS}\""), "");
    }),
    ("empty Destination on a signed Response", Scope::Response, "saml.destination", |m| {
        replace(&mut m.response, ACS, "");
    }),
    ("Destination with the default port", Scope::Assertion, "saml.destination", |m| {
        replace(&mut m.response, "analytics.com/", "analytics.com:443/");
    }),
    ("Destination with another host's case", Scope::Assertion, "saml.destination", |m| {
        replace(&mut m.response, "heapanalytics", "HeapAnalytics");
    }),
    ("Destination of another tenant", Scope::Response, "saml.destination", |m| {
        replace(&mut m.response, "1234567", "7654321");
    }),
    ("Destination with a query", Scope::Assertion, "saml.destination", |m| {
        replace(&mut m.response, "1234567/", "1234567/?x=y");
    }),
    ("Destination with a fragment", Scope::Assertion, "saml.destination", |m| {
        replace(&mut m.response, "1234567/", "1234567/#x");
    }),
    ("Destination percent-encoded", Scope::Assertion, "saml.destination", |m| {
        replace(&mut m.response, "finalize", "%66inalize");
    }),
    ("Destination with dots", Scope::Assertion, "saml.destination", |m| {
        replace(&mut m.response, "finalize", "x/../finalize");
    }),
    ("Destination with a user", Scope::Assertion, "saml.destination", |m| {
        replace(&mut m.response, "https://", "https://x@");
    }),
    // saml-profiles 4.1.4.2, 4.1.4.3
    ("Recipient of another tenant", Scope::Both, "saml.recipient", |m| {
        replace(&mut m.confirmations, "1234567", "7654321");
    }),
    ("Recipient with another case", Scope::Assertion, "saml.recipient", |m| {
        replace(&mut m.confirmations, "finalize", "Finalize");
    }),
    ("Recipient with the default port", Scope::Assertion, "saml.recipient", |m| {
        replace(&mut m.confirmations, "analytics.com/", "analytics.com:443/");
    }),
    ("Recipient that only begins with the address", Scope::Assertion, "saml.recipient", |m| {
        replace(&mut m.confirmations, "1234567/", "1234567/x");
    }),
    ("Recipient that is empty", Scope::Assertion, "saml.recipient", |m| {
        replace(&mut m.confirmations, ACS, "");
    }),
    ("Recipient that is the entity id", Scope::Assertion, "saml.recipient", |m| {
        replace(&mut m.confirmations, ACS, SP);
    }),
    ("NotBefore in the past in a bearer confirmation", Scope::Both, "saml.confirmation_not_before", |m| {
        replace(&mut m.confirmations, " Recipient", " NotBefore=\"2026-03-01T09:00:00Z\" Recipient");
    }),
    ("no NotOnOrAfter in a bearer confirmation", Scope::Response, "saml.confirmation_not_on_or_after", |m| {
        replace(&mut m.confirmations, " NotOnOrAfter=\"2026-03-01T10:05:00Z\"", "");
    }),
    ("a bearer confirmation over by the skew", Scope::Both, "saml.confirmation_not_on_or_after", |m| {
        replace(&mut m.confirmations, "10:05:00", "09:59:30");
    }),
    (
        "two confirmations, each wrong in another way",
        Scope::Assertion,
        "saml.confirmation_not_on_or_after",
        |m| {
            let late = m.confirmations.replace("10:05:00", "09:05:00");
            replace(&mut m.confirmations, ACS, "https://other.example/");
            m.confirmations += &late;
        },
    ),
    ("a confirmation for the holder of a key", Scope::Assertion, "saml.bearer", |m| {
        replace(&mut m.confirmations, "cm:bearer", "cm:holder-of-key");
    }),
    ("a bearer confirmation by another URI", Scope::Assertion, "saml.bearer", |m| {
        replace(&mut m.confirmations, "SAML:2.0:cm", "SAML:1.0:cm");
    }),
    ("no confirmation", Scope::Assertion, "saml.bearer", |m| m.confirmations.clear()),
    // saml-core 2.5.1.4
    ("an audience that begins with ours", Scope::Both, "saml.audience", |m| {
        replace(&mut m.conditions, SP, "https://heapanalytics.com.evil.example");
    }),
    ("an audience below ours", Scope::Assertion, "saml.audience", |m| {
        replace(&mut m.conditions, SP, "https://heapanalytics.com/");
    }),
    ("an audience of another case", Scope::Assertion, "saml.audience", |m| {
        replace(&mut m.conditions, SP, "https://HEAPANALYTICS.com");
    }),
    ("the address as audience", Scope::Assertion, "saml.audience", |m| {
        replace(&mut m.conditions, SP, ACS);
    }),
    ("no AudienceRestriction", Scope::Both, "saml.audience", |m| {
        m.conditions = "<saml:Conditions NotOnOrAfter=\"2026-03-01T10:05:00Z\"/>".into();
    }),
    ("a second AudienceRestriction without us", Scope::Assertion, "saml.audience", |m| {
        let other = m.conditions.replace(SP, "https://other.example");
        let other = &other[other.find("<saml:AudienceR").unwrap()..];
        m.conditions = m.conditions.replace("</saml:Conditions>", other);
    }),
    ("our name in a ProxyRestriction only", Scope::Assertion, "saml.audience", |m| {
        m.conditions = m.conditions.replace("AudienceRestriction", "ProxyRestriction");
    }),
    // saml-core 2.5.1
    ("no Conditions", Scope::Response, "saml.conditions", |m| m.conditions.clear()),
    ("a Condition that nobody knows", Scope::Both, "saml.conditions", |m| {
        replace(
            &mut m.conditions,
            "<saml:Aud",
            "<saml:Condition xmlns:x=\"urn:x\" xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\" xsi:type=\"x:Unknown\"/><saml:Aud",
        );
    }),
    ("Conditions that are not met yet", Scope::Both, "saml.not_before", |m| {
        replace(&mut m.conditions, "09:59:00", "10:01:31");
    }),
    ("Conditions that are over", Scope::Both, "saml.not_on_or_after", |m| {
        replace(&mut m.conditions, "09:59:00", "09:58:00");
        replace(&mut m.conditions, "10:05:00", "09:59:30");
    }),
    ("Conditions without a moment between", Scope::Assertion, "saml.not_on_or_after", |m| {
        replace(&mut m.conditions, "09:59:00", "10:05:00");
        replace(
            &mut m.conditions,
            "\"2026-03-01T10:05:00Z\" NotOnOrAfter",
            "\"2026-03-01T10:01:00Z\" NotOnOrAfter",
        );
        replace(
            &mut m.conditions,
            "NotOnOrAfter=\"2026-03-01T10:05:00Z\"",
            "NotOnOrAfter=\"2026-03-01T10:01:00Z\"",
        );
    }),
    // saml-core 2.7.2, 3.2.2, 2.3.3
    ("a session that has ended", Scope::Both, "saml.session", |m| {
        replace(&mut m.authn, "SessionIndex", "SessionNotOnOrAfter=\"2026-03-01T09:59:00Z\" SessionIndex");
    }),
    ("an authentication in the future", Scope::Both, "saml.authn_statement", |m| {
        replace(&mut m.authn, "09:58:00", "11:00:00");
    }),
    ("no AuthnStatement", Scope::Both, "saml.authn_statement", |m| m.authn.clear()),
    ("a Response of the future", Scope::Response, "saml.issue_instant", |m| {
        replace(&mut m.response, "10:00:00", "10:02:00");
    }),
    ("an Assertion of the future", Scope::Both, "saml.issue_instant", |m| {
        replace(&mut m.assertion, "2026-03-01", "2026-03-02");
    }),
    ("a Response of SAML 1.1", Scope::Response, "saml.version", |m| {
        replace(&mut m.response, "\"2.0\"", "\"1.1\"");
    }),
    ("an Assertion of SAML 2.1", Scope::Both, "saml.version", |m| {
        replace(&mut m.assertion, "\"2.0\"", "\"2.1\"");
    }),
    ("an Assertion of version 2", Scope::Assertion, "saml.version", |m| {
        replace(&mut m.assertion, "\"2.0\"", "\"2\"");
    }),
    // saml-profiles 4.1.4.2
    ("a Response of another issuer", Scope::Both, "saml.response_issuer", |m| {
        replace(&mut m.response_issuer, "/heap", "/other");
    }),
    ("a Response whose issuer is no entity", Scope::Both, "saml.response_issuer", |m| {
        replace(
            &mut m.response_issuer,
            "<saml:Issuer>",
            "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:transient\">",
        );
    }),
    ("an Assertion of another issuer", Scope::Both, "saml.identity_provider", |m| {
        replace(&mut m.issuer, "/heap", "/other");
    }),
    ("an Assertion of an issuer with a slash more", Scope::Both, "saml.identity_provider", |m| {
        replace(&mut m.issuer, "/heap<", "/heap/<");
    }),
    ("an Assertion of an empty issuer", Scope::Both, "saml.identity_provider", |m| {
        m.issuer = "<saml:Issuer/>".into();
    }),
    ("an Assertion whose issuer is no entity", Scope::Both, "saml.issuer", |m| {
        replace(
            &mut m.issuer,
            "<saml:Issuer>",
            "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\">",
        );
    }),
    ("a failure around an Assertion", Scope::Both, "saml.status", |m| {
        replace(&mut m.status, "Success", "Responder");
    }),
    ("a success inside a failure", Scope::Assertion, "saml.status", |m| {
        let code = "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/>";
        let inside = format!(
            "<samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:AuthnFailed\">{code}</samlp:StatusCode>"
        );
        replace(&mut m.status, code, &inside);
    }),
    ("two Statuses", Scope::Assertion, "saml.schema", |m| m.status = m.status.repeat(2)),
    ("an empty NameID", Scope::Both, "saml.name_id", |m| m.name_id = "<saml:NameID/>".into()),
    ("a NameID of white space", Scope::Both, "saml.name_id", |m| {
        m.name_id = "<saml:NameID>\u{2003}&#10;</saml:NameID>".into();
    }),
    ("no name but a BaseID", Scope::Both, "saml.name_id", |m| {
        m.name_id = "<saml:BaseID NameQualifier=\"x\"/>".into();
    }),
    ("two NameIDs", Scope::Both, "saml.schema", |m| {
        m.name_id += "<saml:NameID>admin@example.com</saml:NameID>";
    }),
    ("an encrypted name", Scope::Both, "saml.not_encrypted", |m| {
        m.name_id = "<saml:EncryptedID/>".into();
    }),
    ("a time without zone", Scope::Both, "saml.schema", |m| {
        replace(&mut m.conditions, "10:05:00Z", "10:05:00");
    }),
    ("a time that does not exist", Scope::Both, "saml.schema", |m| {
        replace(&mut m.confirmations, "2026-03-01", "2027-02-30");
    }),
    // saml-profiles 4.1.5
    ("an answer on the Response where nothing was asked", Scope::Both, "saml.response_in_response_to", |m| {
        m.response += " InResponseTo=\"_q\"";
    }),
    ("an answer in the Assertion where nothing was asked", Scope::Both, "saml.in_response_to", |m| {
        replace(&mut m.confirmations, " Recipient", " InResponseTo=\"_q\" Recipient");
    }),
];

/// Of an answer to the request `_q`.
const ANSWERS: &[(&str, Scope, &str, Change)] = &[
    ("an answer to another request", Scope::Both, "saml.response_in_response_to", |m| {
        replace(&mut m.response, "\"_q\"", "\"_q2\"");
        replace(&mut m.confirmations, "\"_q\"", "\"_q2\"");
    }),
    ("an Assertion that answers another request", Scope::Both, "saml.in_response_to", |m| {
        replace(&mut m.confirmations, "\"_q\"", "\"_q2\"");
    }),
    ("an Assertion that answers nothing", Scope::Both, "saml.in_response_to", |m| {
        replace(&mut m.confirmations, " InResponseTo=\"_q\"", "");
    }),
    ("an answer in name only, on an unsigned Response", Scope::Assertion, "saml.in_response_to", |m| {
        replace(&mut m.confirmations, " InResponseTo=\"_q\"", "");
    }),
    ("an answer with an empty InResponseTo", Scope::Assertion, "saml.response_in_response_to", |m| {
        replace(&mut m.response, "\"_q\"", "\"\"");
    }),
    ("an answer with another case", Scope::Assertion, "saml.in_response_to", |m| {
        replace(&mut m.confirmations, "\"_q\"", "\"_Q\"");
    }),
    ("the answer and the address in two confirmations", Scope::Assertion, "saml.in_response_to", |m| {
        let other = m.confirmations.replace(" InResponseTo=\"_q\"", "");
        replace(&mut m.confirmations, ACS, "https://other.example/");
        m.confirmations += &other;
    }),
];

/// A genuine answer to the request `_q`.
pub fn answer() -> Message {
    let mut message = Message::default();
    message.response += " InResponseTo=\"_q\"";
    replace(&mut message.confirmations, " Recipient", " InResponseTo=\"_q\" Recipient");
    message
}

pub fn cases() -> Vec<Hostile> {
    let unsolicited = UNSOLICITED.iter().map(|(name, scope, code, change)| {
        let mut message = Message::default();
        change(&mut message);
        (Case::new(name, &signed(&message, *scope)), *code)
    });
    let answers = ANSWERS.iter().map(|(name, scope, code, change)| {
        let mut message = answer();
        change(&mut message);
        (Case::new(name, &signed(&message, *scope)).with("in_response_to", "_q"), *code)
    });
    let genuine = || signed(&Message::default(), Scope::Both);
    let others = [
        // saml-profiles 4.1.2: a Response comes by POST or Artifact.
        (
            Case::new("a Response by redirect", &genuine()).with("binding", "redirect"),
            "saml.binding.redirect",
        ),
        (
            Case::new("a Response by SimpleSign", &genuine()).with("binding", "simple_sign"),
            "saml.binding.unsupported",
        ),
        (
            Case::new("a Response that was awaited", &genuine()).with("in_response_to", "_q"),
            "saml.in_response_to",
        ),
        (
            Case::new("a Response of yesterday", &genuine()).with("now", "2026-03-02T10:00:00Z"),
            "saml.confirmation_not_on_or_after",
        ),
        (
            Case::new("a Response of tomorrow", &genuine()).with("now", "2026-02-28T10:00:00Z"),
            "saml.issue_instant",
        ),
        (
            Case::new("a Response for another service provider", &genuine())
                .with("sp_entity_id", "https://other.example"),
            "saml.audience",
        ),
        (
            Case::new("a Response of an identity provider that is not trusted", &genuine())
                .with("idp_entity_id", "https://other.example"),
            "saml.identity_provider",
        ),
    ];
    unsolicited.chain(answers).chain(others).collect()
}
