//! How messages travel: as a form value (saml-bindings 3.5) and in a query string (saml-bindings 3.4).

use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec::Vec,
};

use base64::{Engine, engine::general_purpose::STANDARD};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

use super::names;
use crate::{
    dsig, limits,
    pki::{self, SigningKey, VerifyingKey},
};

/// Why a message could not be taken out of its binding.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BindingError {
    /// The value is larger than any message may be.
    #[error("the message is larger than {} bytes", limits::SAML_MESSAGE_BYTES_MAX)]
    TooLarge,
    /// The value is not base64.
    #[error("the value is not base64; send it as it came, percent-decoded once")]
    Base64,
    /// The value is not DEFLATE.
    #[error("the value is not compressed with DEFLATE, as a message in a query string must be")]
    Deflate,
    /// The value inflates to more than it may.
    #[error(
        "the value inflates to more than {} bytes or to more than {} times its size",
        limits::SAML_INFLATED_BYTES_MAX,
        limits::SAML_INFLATE_RATIO_MAX
    )]
    Bomb,
    /// A parameter of SAML is there twice.
    #[error("the parameter `{0}` is there more than once")]
    Duplicate(&'static str),
    /// The query holds a request and a response, or neither.
    #[error("expected exactly one of `SAMLRequest` and `SAMLResponse`")]
    NotOneMessage,
    /// An encoding that is not DEFLATE.
    #[error("`SAMLEncoding` names another encoding than DEFLATE")]
    Encoding,
    /// A parameter is not UTF-8 after percent-decoding.
    #[error("a parameter is not UTF-8 after percent-decoding")]
    Utf8,
    /// The RelayState is too long to be carried.
    #[error("`RelayState` is longer than {} bytes", limits::SAML_RELAY_STATE_BYTES_MAX)]
    RelayState,
    /// The query carries no signature, or only half of one.
    #[error("the query has no `SigAlg` and `Signature`; the sender must sign it")]
    Unsigned,
    /// The signature's algorithm is not allowed.
    #[error("`SigAlg` names an algorithm that is not allowed; sign with SHA-256 or better")]
    SignatureAlgorithm,
    /// A signed query holds a parameter that its signature does not cover and that is not the address's own (A41).
    #[error("the signed query holds a parameter that is neither SAML's nor the address's own")]
    Foreign,
    /// No configured key made the signature over the query as it came.
    #[error(
        "the signature was made by none of the configured keys, or over another query; hand in the query as it came"
    )]
    Signature,
}

impl BindingError {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::TooLarge => "saml.binding.too_large",
            Self::Base64 => "saml.binding.base64",
            Self::Deflate => "saml.binding.deflate",
            Self::Bomb => "saml.binding.bomb",
            Self::Duplicate(_) => "saml.binding.duplicate",
            Self::NotOneMessage => "saml.binding.not_one_message",
            Self::Encoding => "saml.binding.encoding",
            Self::Utf8 => "saml.binding.utf8",
            Self::RelayState => "saml.binding.relay_state",
            Self::Unsigned => "saml.binding.unsigned",
            Self::SignatureAlgorithm => "saml.binding.signature_algorithm",
            Self::Foreign => "saml.binding.foreign_parameter",
            Self::Signature => "saml.binding.signature",
        }
    }
}

/// The message of a form value: base64, in which white space is allowed and nothing else is (D18).
///
/// # Errors
/// [`BindingError::TooLarge`] or [`BindingError::Base64`].
pub fn from_form_value(value: &str) -> Result<Vec<u8>, BindingError> {
    if value.len() > limits::SAML_FORM_VALUE_BYTES_MAX {
        return Err(BindingError::TooLarge);
    }
    let is_space = |byte: &u8| matches!(byte, b' ' | b'\t' | b'\r' | b'\n');
    // Most values have no white space: only one that does not decode is looked at for it, and at leisure.
    let message = base64_of_messages().decode(value).or_else(|_| {
        let compact: Vec<u8> = value.bytes().filter(|byte| !is_space(byte)).collect();
        base64_of_messages().decode(compact).map_err(|_| BindingError::Base64)
    })?;
    if message.len() > limits::SAML_MESSAGE_BYTES_MAX { Err(BindingError::TooLarge) } else { Ok(message) }
}

/// The form value of a message.
pub fn to_form_value(xml: &str) -> String {
    base64_of_messages().encode(xml)
}

/// Base64 for whole messages, with vector instructions where the processor has them: taken character by character it is
/// half of what a login costs beyond its signature.
#[cfg(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon")))]
fn base64_of_messages() -> impl Engine {
    base64::engine::Simd::standard(base64::engine::general_purpose::PAD)
}

#[cfg(not(any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))))]
fn base64_of_messages() -> impl Engine {
    STANDARD
}

/// A message out of a query string.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RedirectMessage {
    /// What the message is.
    pub kind: RedirectKind,
    /// The XML.
    pub xml: Vec<u8>,
    /// What the sender wants back.
    pub relay_state: Option<String>,
    /// Whether the query carries a signature.
    pub signed: bool,
}

/// Whether a query string carries a request or a response.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RedirectKind {
    /// `SAMLRequest`.
    Request,
    /// `SAMLResponse`.
    Response,
}

impl RedirectKind {
    /// The parameter, or the field of a form, that carries such a message.
    pub(super) const fn parameter(self) -> &'static str {
        match self {
            Self::Request => "SAMLRequest",
            Self::Response => "SAMLResponse",
        }
    }
}

/// The message of a query string, given as it came: not decoded, without `?` (A43).
///
/// Parameters that are not SAML's are left alone, since the address may have its own; SAML's may not be repeated,
/// however their names are written (A41, A42).
///
/// # Errors
/// Any [`BindingError`].
pub fn from_query(raw_query: &str) -> Result<RedirectMessage, BindingError> {
    if raw_query.len() > limits::SAML_QUERY_BYTES_MAX {
        return Err(BindingError::TooLarge);
    }
    let parameters = Parameters::read(raw_query)?;
    let (kind, value) = parameters.message()?;
    if parameters.encoding.is_some_and(|encoding| decoded(encoding).as_deref() != Ok(names::DEFLATE)) {
        return Err(BindingError::Encoding);
    }
    let relay_state = parameters.relay_state.map(relay_state).transpose()?;
    // A `+` that the sender forgot to encode can only be base64's own.
    let compressed = STANDARD.decode(&*decoded(value)?).map_err(|_| BindingError::Base64)?;
    let signed = parameters.signature.is_some() || parameters.algorithm.is_some();
    Ok(RedirectMessage { kind, xml: inflate(&compressed)?, relay_state, signed })
}

/// `address` with the message and the RelayState in its query (saml-bindings 3.4.4.1).
pub(super) fn redirect_url(
    address: &str,
    kind: RedirectKind,
    xml: &str,
    relay_state: Option<&str>,
) -> String {
    with_query(address, &query(kind, xml, relay_state))
}

/// The same, signed: over the query, in which the XML carries no signature of its own.
pub(super) fn signed_redirect_url(
    address: &str,
    kind: RedirectKind,
    xml: &str,
    relay_state: Option<&str>,
    key: &SigningKey,
) -> Result<String, pki::Error> {
    let scheme = key.default_scheme();
    let mut query = query(kind, xml, relay_state);
    query.push_str("&SigAlg=");
    query.extend(utf8_percent_encode(dsig::uri_of_scheme(scheme), QUERY));
    let signature = STANDARD.encode(key.sign(scheme, query.as_bytes())?);
    query.push_str("&Signature=");
    query.extend(utf8_percent_encode(&signature, QUERY));
    Ok(with_query(address, &query))
}

fn query(kind: RedirectKind, xml: &str, relay_state: Option<&str>) -> String {
    let level_of_zlib = 6;
    let value = STANDARD.encode(miniz_oxide::deflate::compress_to_vec(xml.as_bytes(), level_of_zlib));
    let mut query = format!("{}={}", kind.parameter(), utf8_percent_encode(&value, QUERY));
    if let Some(relay_state) = relay_state {
        query.push_str("&RelayState=");
        query.extend(utf8_percent_encode(relay_state, QUERY));
    }
    query
}

fn with_query(address: &str, query: &str) -> String {
    let separator = if address.contains('?') { '&' } else { '?' };
    format!("{address}{separator}{query}")
}

/// Whether one of `keys` signed the message of this query, given as it came (A41-A43): what is signed are the values as
/// the sender encoded them, in the order of saml-bindings 3.4.4.1, whatever else is in the query.
///
/// The parameters are those that [`from_query`] reads: each is there once, so nothing else can be read than was signed.
pub(super) fn verify_query(raw_query: &str, keys: &[VerifyingKey]) -> Result<(), BindingError> {
    let parameters = Parameters::read(raw_query)?;
    let (kind, message) = parameters.message()?;
    let (Some(algorithm), Some(signature)) = (parameters.algorithm, parameters.signature) else {
        return Err(BindingError::Unsigned);
    };
    let scheme = dsig::scheme_from_uri(&decoded(algorithm)?, &dsig::Policy::strict())
        .map_err(|_| BindingError::SignatureAlgorithm)?;
    let signature = STANDARD.decode(&*decoded(signature)?).map_err(|_| BindingError::Base64)?;
    let mut signed = format!("{}={message}", kind.parameter());
    if let Some(relay_state) = parameters.relay_state {
        signed.push_str("&RelayState=");
        signed.push_str(relay_state);
    }
    signed.push_str("&SigAlg=");
    signed.push_str(algorithm);
    let verifies = |key: &VerifyingKey| {
        let scheme = scheme.with_key(key.key_type());
        scheme.is_some_and(|scheme| key.verify(scheme, signed.as_bytes(), &signature).is_ok())
    };
    if keys.iter().any(verifies) { Ok(()) } else { Err(BindingError::Signature) }
}

/// All but the unreserved characters of RFC 3986 2.3.
const QUERY: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// SAML's own parameters of a query string, each as it came.
#[derive(Default)]
struct Parameters<'a> {
    request: Option<&'a str>,
    response: Option<&'a str>,
    relay_state: Option<&'a str>,
    encoding: Option<&'a str>,
    algorithm: Option<&'a str>,
    signature: Option<&'a str>,
}

impl<'a> Parameters<'a> {
    fn read(raw_query: &'a str) -> Result<Self, BindingError> {
        let mut parameters = Self::default();
        for pair in raw_query.split('&') {
            let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
            let (name, slot) = match &*form_decoded(name)? {
                "SAMLRequest" => ("SAMLRequest", &mut parameters.request),
                "SAMLResponse" => ("SAMLResponse", &mut parameters.response),
                "RelayState" => ("RelayState", &mut parameters.relay_state),
                "SAMLEncoding" => ("SAMLEncoding", &mut parameters.encoding),
                "SigAlg" => ("SigAlg", &mut parameters.algorithm),
                "Signature" => ("Signature", &mut parameters.signature),
                _ => continue,
            };
            if slot.replace(value).is_some() {
                return Err(BindingError::Duplicate(name));
            }
        }
        Ok(parameters)
    }

    /// The one message, as it came (A42).
    const fn message(&self) -> Result<(RedirectKind, &'a str), BindingError> {
        match (self.request, self.response) {
            (Some(value), None) => Ok((RedirectKind::Request, value)),
            (None, Some(value)) => Ok((RedirectKind::Response, value)),
            _ => Err(BindingError::NotOneMessage),
        }
    }
}

/// Whether all parameters of a query that are not SAML's are those of `address`, the one that it was sent to: the
/// signature of a query covers no others, and no address has them (A41).
pub(super) fn holds_only(raw_query: &str, address: &str) -> bool {
    let (_, own) = address.split_once('?').unwrap_or_default();
    let is_own = |parameter: &str| own.split('&').any(|known| known == parameter);
    let is_saml = |name: &str| {
        let name = form_decoded(name).unwrap_or_default();
        SAML_PARAMETERS.contains(&&*name)
    };
    let mut parameters = raw_query.split('&').filter(|parameter| !parameter.is_empty());
    parameters.all(|parameter| is_own(parameter) || is_saml(parameter.split('=').next().unwrap_or_default()))
}

const SAML_PARAMETERS: [&str; 6] =
    ["SAMLRequest", "SAMLResponse", "RelayState", "SAMLEncoding", "SigAlg", "Signature"];

pub(super) fn relay_state(value: &str) -> Result<String, BindingError> {
    let text = form_decoded(value)?;
    if text.len() > limits::SAML_RELAY_STATE_BYTES_MAX { Err(BindingError::RelayState) } else { Ok(text) }
}

pub(super) fn decoded(value: &str) -> Result<Cow<'_, str>, BindingError> {
    percent_decode_str(value).decode_utf8().map_err(|_| BindingError::Utf8)
}

pub(super) fn form_decoded(value: &str) -> Result<String, BindingError> {
    let spaced = value.replace('+', " ");
    decoded(&spaced).map(|text| text.to_string())
}

/// Raw DEFLATE, with a cap on what comes out and on how many times larger it may be than what went in (A52).
fn inflate(compressed: &[u8]) -> Result<Vec<u8>, BindingError> {
    use miniz_oxide::inflate::{TINFLStatus, decompress_to_vec_with_limit};

    let cap =
        limits::SAML_INFLATED_BYTES_MAX.min(compressed.len().saturating_mul(limits::SAML_INFLATE_RATIO_MAX));
    decompress_to_vec_with_limit(compressed, cap).map_err(|error| match error.status {
        TINFLStatus::HasMoreOutput => BindingError::Bomb,
        _ => BindingError::Deflate,
    })
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String, vec};

    use super::{
        BindingError, Engine, QUERY, RedirectKind, STANDARD, from_form_value, from_query, names,
        redirect_url, signed_redirect_url, to_form_value, utf8_percent_encode, verify_query,
    };
    use crate::{
        limits,
        pki::{SigningKey, VerifyingKey},
    };

    fn query_of(xml: &[u8]) -> String {
        let value = STANDARD.encode(miniz_oxide::deflate::compress_to_vec(xml, 9));
        format!("SAMLRequest={}", utf8_percent_encode(&value, QUERY))
    }

    #[test]
    fn d18_a_form_value_may_hold_white_space_and_nothing_else() {
        assert_eq!(from_form_value("PGEv\r\n Pg==\n").unwrap(), b"<a/>");
        for stray in ["PGEvPg=", "PGEv!Pg==", "PGEvPg==PGEvPg==", "PGEvPh==", "PGEv\u{a0}Pg==", "PGEv-g=="] {
            assert_eq!(from_form_value(stray), Err(BindingError::Base64), "{stray:?}");
        }
    }

    #[test]
    fn a_form_value_beyond_the_bound_is_refused_unread() {
        let value = "A".repeat(limits::SAML_FORM_VALUE_BYTES_MAX + 1);
        assert_eq!(from_form_value(&value), Err(BindingError::TooLarge));
        assert_eq!(from_form_value(&to_form_value("<é/>")).unwrap(), "<é/>".as_bytes());
    }

    #[test]
    fn a_request_comes_out_of_its_url_as_it_went_in() {
        let url =
            redirect_url("https://idp.example/sso?app=1", RedirectKind::Request, "<a>é</a>", Some("x y&z=+"));
        let (_, query) = url.split_once('?').unwrap();
        let message = from_query(query).unwrap();
        assert_eq!(message.kind, RedirectKind::Request);
        assert_eq!(message.xml, "<a>é</a>".as_bytes());
        assert_eq!(message.relay_state.as_deref(), Some("x y&z=+"));
        assert!(!message.signed);
    }

    #[test]
    fn a41_a_repeated_parameter_is_refused_however_it_is_written() {
        let query = query_of(b"<a/>");
        for again in ["SAMLRequest=x", "SAML%52equest=x", "%53AMLRequest=", "SAMLRequest"] {
            let refused = from_query(&format!("{query}&{again}")).unwrap_err();
            assert_eq!(refused, BindingError::Duplicate("SAMLRequest"), "{again}");
        }
        let refused = from_query(&format!("{query}&RelayState=a&RelayState=a")).unwrap_err();
        assert_eq!(refused, BindingError::Duplicate("RelayState"));
    }

    #[test]
    fn a42_a_query_holds_a_request_or_a_response_not_both_and_not_neither() {
        let query = query_of(b"<a/>");
        let both = format!("{query}&SAMLResponse=fZHN");
        assert_eq!(from_query(&both).unwrap_err(), BindingError::NotOneMessage);
        assert_eq!(from_query("RelayState=x").unwrap_err(), BindingError::NotOneMessage);
        assert_eq!(from_query("").unwrap_err(), BindingError::NotOneMessage);
    }

    #[test]
    fn a43_a_query_is_read_as_it_came() {
        let lower_case = query_of(b"<a>some longer text, so that base64 has all sorts of characters</a>")
            .replace("%2B", "%2b")
            .replace("%2F", "%2f")
            .replace("%3D", "%3d");
        assert!(from_query(&lower_case).is_ok());
        assert!(from_query(&lower_case.replace("%2b", "+").replace("%2f", "/").replace("%3d", "=")).is_ok());
        assert!(from_query(&format!("idpid=C01&{lower_case}&utm=1")).is_ok());
    }

    #[test]
    fn a52_a_bomb_does_not_inflate() {
        let large = vec![b' '; limits::SAML_INFLATED_BYTES_MAX * 4];
        assert_eq!(from_query(&query_of(&large)).unwrap_err(), BindingError::Bomb);
        let dense = vec![b' '; limits::SAML_INFLATED_BYTES_MAX / 2];
        assert_eq!(from_query(&query_of(&dense)).unwrap_err(), BindingError::Bomb);
    }

    #[test]
    fn another_encoding_and_what_is_not_deflate_are_refused() {
        let query = query_of(b"<a/>");
        let deflate: String = utf8_percent_encode(names::DEFLATE, QUERY).collect();
        assert!(from_query(&format!("{query}&SAMLEncoding={deflate}")).is_ok());
        assert_eq!(from_query(&format!("{query}&SAMLEncoding=x")).unwrap_err(), BindingError::Encoding);
        assert_eq!(from_query("SAMLRequest=PGEvPg%3D%3D").unwrap_err(), BindingError::Deflate);
        assert_eq!(from_query("SAMLRequest=%ff").unwrap_err(), BindingError::Utf8);
    }

    #[test]
    fn a_signature_in_the_query_is_noticed() {
        assert!(from_query(&format!("{}&SigAlg=x&Signature=y", query_of(b"<a/>"))).unwrap().signed);
    }

    fn key() -> SigningKey {
        SigningKey::from_pem(
            include_str!("../../tests/vectors/keys/rsa2048.key.pem"),
            include_str!("../../tests/vectors/keys/rsa2048.cert.pem"),
        )
        .unwrap()
    }

    fn signed_query(relay_state: Option<&str>) -> String {
        let url = signed_redirect_url(
            "https://idp.example/slo",
            RedirectKind::Response,
            "<a/>",
            relay_state,
            &key(),
        );
        url.unwrap().split_once('?').unwrap().1.into()
    }

    fn verified(query: &str) -> Result<(), BindingError> {
        verify_query(query, &[key().certificate().public_key().clone()])
    }

    #[test]
    fn a_signed_query_verifies_under_its_key_and_no_other() {
        for relay_state in [None, Some(""), Some("x y&z=+é")] {
            let query = signed_query(relay_state);
            assert_eq!(verified(&query), Ok(()));
            assert_eq!(from_query(&query).unwrap().relay_state.as_deref(), relay_state);
            assert!(from_query(&query).unwrap().signed);
            assert_eq!(verify_query(&query, &[]), Err(BindingError::Signature));
        }
        let other = include_str!("../../tests/vectors/keys/rsa2048-other.cert.pem");
        let other: VerifyingKey = crate::pki::Certificate::from_pem(other).unwrap().public_key().clone();
        assert_eq!(verify_query(&signed_query(None), &[other]), Err(BindingError::Signature));
    }

    #[test]
    fn a41_what_is_signed_is_what_is_read() {
        let query = signed_query(Some("/reports"));
        let changes = [
            (query.replace("reports", "other"), BindingError::Signature),
            (query.replace("SAMLResponse", "SAMLRequest"), BindingError::Signature),
            (query.replace("&RelayState=%2Freports", ""), BindingError::Signature),
            (format!("{query}&RelayState=x"), BindingError::Duplicate("RelayState")),
            (format!("{query}&SAMLRe%73ponse=x"), BindingError::Duplicate("SAMLResponse")),
            (format!("SAMLRequest=x&{query}"), BindingError::NotOneMessage),
            (format!("{query}&%53ignature=x"), BindingError::Duplicate("Signature")),
            (query.split("&Signature").next().unwrap().into(), BindingError::Unsigned),
            (query.split("&SigAlg").next().unwrap().into(), BindingError::Unsigned),
            (query.replace("rsa-sha256", "hmac-sha256"), BindingError::SignatureAlgorithm),
            (
                query.replace("2001%2F04%2Fxmldsig-more%23rsa-sha256", "2000%2F09%2Fxmldsig%23rsa-sha1"),
                BindingError::SignatureAlgorithm,
            ),
            (query.replace("rsa-sha256", "rsa-sha512"), BindingError::Signature),
        ];
        for (changed, refusal) in changes {
            assert_eq!(verified(&changed), Err(refusal), "{changed}");
        }
        let signed_without = signed_query(None);
        assert_eq!(verified(&format!("RelayState=x&{signed_without}")), Err(BindingError::Signature));
    }

    #[test]
    fn a43_a_signature_holds_over_the_query_as_the_sender_encoded_it() {
        // .NET writes lower-case escapes, others leave `/` and `+` alone: what counts is what was signed.
        let query = signed_query(Some("a/b"));
        let relay_state = "RelayState=a/b";
        let value = query.split('&').next().unwrap().split_once('=').unwrap().1;
        let value = value.replace("%3D", "%3d").replace("%2B", "%2b").replace("%2F", "%2f");
        let algorithm = "SigAlg=http%3a%2f%2fwww.w3.org%2f2001%2f04%2fxmldsig-more%23rsa-sha256";
        let signed = format!("SAMLResponse={value}&{relay_state}&{algorithm}");
        let signature = STANDARD.encode(key().sign(key().default_scheme(), signed.as_bytes()).unwrap());
        let signature = utf8_percent_encode(&signature, QUERY);
        // The order in the address is the sender's, and the address may have parameters of its own.
        let sent =
            format!("idpid=1&{algorithm}&Signature={signature}&{relay_state}&SAMLResponse={value}&utm=x");
        assert_eq!(verified(&sent), Ok(()));
        assert_eq!(verified(&sent.replace("%2f", "%2F")), Err(BindingError::Signature));
    }
}
