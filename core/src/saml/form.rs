//! A message in a form, as the browser posts it (saml-bindings 3.5.4).

use alloc::{string::String, vec::Vec};

use super::binding::{BindingError, RedirectKind, decoded, form_decoded, from_form_value, relay_state};
use crate::limits;

/// A message out of the body of a form.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FormMessage {
    /// What the message is.
    pub kind: RedirectKind,
    /// The XML.
    pub xml: Vec<u8>,
    /// What the sender wants back.
    pub relay_state: Option<String>,
}

/// The message of a form's body (`application/x-www-form-urlencoded`), given as it came. SAML's fields may not be
/// repeated, however their names are written (A41, A42); other fields are left alone.
///
/// # Errors
/// Any [`BindingError`].
pub fn from_form(body: &str) -> Result<FormMessage, BindingError> {
    if body.len() > limits::SAML_FORM_BODY_BYTES_MAX {
        return Err(BindingError::TooLarge);
    }
    let (mut message, mut state) = (None, None);
    for field in body.split('&') {
        let (name, value) = field.split_once('=').unwrap_or((field, ""));
        let kind = match &*form_decoded(name)? {
            "SAMLRequest" => RedirectKind::Request,
            "SAMLResponse" => RedirectKind::Response,
            "RelayState" if state.is_none() => {
                state = Some(relay_state(value)?);
                continue;
            }
            "RelayState" => return Err(BindingError::Duplicate("RelayState")),
            _ => continue,
        };
        match message.replace((kind, value)) {
            None => {}
            Some((earlier, _)) if earlier == kind => return Err(BindingError::Duplicate(kind.parameter())),
            Some(_) => return Err(BindingError::NotOneMessage),
        }
    }
    let (kind, value) = message.ok_or(BindingError::NotOneMessage)?;
    // A `+` that the sender forgot to encode can only be base64's own.
    let xml = from_form_value(&decoded(value)?)?;
    Ok(FormMessage { kind, xml, relay_state: state })
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::{BindingError, RedirectKind, from_form};

    const REQUEST: &str = "SAMLRequest=PGEvPg%3D%3D";

    #[test]
    fn a_form_is_read_as_the_browser_sends_it() {
        let message = from_form(&format!("{REQUEST}&RelayState=a+b%26c&other=x")).unwrap();
        assert_eq!((message.kind, message.xml.as_slice()), (RedirectKind::Request, b"<a/>".as_slice()));
        assert_eq!(message.relay_state.as_deref(), Some("a b&c"));
        assert_eq!(from_form("SAMLResponse=PGEvPg==").unwrap().kind, RedirectKind::Response);
        assert!(from_form("SAMLRequest=PGEv%0D%0APg%3D%3D").is_ok(), "base64 in lines");
    }

    #[test]
    fn a41_a42_a_form_holds_one_message_and_each_field_once() {
        for (body, error) in [
            (format!("{REQUEST}&SAML%52equest=x"), BindingError::Duplicate("SAMLRequest")),
            (format!("{REQUEST}&SAMLResponse=x"), BindingError::NotOneMessage),
            (format!("{REQUEST}&RelayState=a&RelayState=a"), BindingError::Duplicate("RelayState")),
            ("RelayState=a".into(), BindingError::NotOneMessage),
            ("SAMLRequest=%ff".into(), BindingError::Utf8),
            ("SAMLRequest=PGEvPg".into(), BindingError::Base64),
        ] {
            assert_eq!(from_form(&body).unwrap_err(), error, "{body}");
        }
    }
}
