//! Messages as they travel, before anything is believed of them.

use heap_identity::saml;

use crate::{error::HeapIdentityError, mirror::mirror};

mirror! {
    /// Which of the two a message is.
    from MessageKind of saml::RedirectKind {
        /// `SAMLRequest`.
        Request,
        /// `SAMLResponse`.
        Response,
    }
}

/// A message as it travelled. Nothing of it is verified.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct CarriedMessage {
    /// Which of the two it is.
    pub kind: MessageKind,
    /// The XML.
    pub xml: Vec<u8>,
    /// The RelayState.
    pub relay_state: Option<String>,
    /// Whether a query carries a signature; a form carries none.
    pub signed: bool,
}

/// The message in a query string.
#[uniffi::export]
pub fn message_from_query(raw_query: &str) -> Result<CarriedMessage, HeapIdentityError> {
    let message = saml::from_query(raw_query)?;
    let saml::RedirectMessage { kind, xml, relay_state, signed, .. } = message;
    Ok(CarriedMessage { kind: kind.into(), xml, relay_state, signed })
}

/// The message in a form: its whole body as it came.
#[uniffi::export]
pub fn message_from_form(body: &str) -> Result<CarriedMessage, HeapIdentityError> {
    let saml::FormMessage { kind, xml, relay_state, .. } = saml::from_form(body)?;
    Ok(CarriedMessage { kind: kind.into(), xml, relay_state, signed: false })
}

/// The XML in a form's value.
#[uniffi::export]
pub fn xml_from_form_value(value: &str) -> Result<Vec<u8>, HeapIdentityError> {
    Ok(saml::from_form_value(value)?)
}

/// The form's value for XML.
#[uniffi::export]
pub fn form_value(xml: &str) -> String {
    saml::to_form_value(xml)
}
