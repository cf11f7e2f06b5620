//! The certificate that a `ds:KeyInfo` brings along. In a message it is at most a hint at who signed (A46); in metadata,
//! which an administrator chose to trust, it is what is configured.

use super::{binding, names::SIGNATURE};
use crate::{
    pki::{Certificate, Error},
    xml::Node,
};

/// The first certificate of a `ds:KeyInfo`: by custom the holder's own, where its issuers follow. `None` when there is
/// none, such as beside a bare `ds:KeyValue`.
pub(super) fn certificate(key_info: Node<'_>) -> Option<Result<Certificate, Error>> {
    let mut node = key_info;
    for name in ["X509Data", "X509Certificate"] {
        node = node.elements().find(|child| child.is(SIGNATURE, name))?;
    }
    let text = node.text().ok();
    let der = text.and_then(|text| binding::from_form_value(text).ok());
    Some(der.ok_or(Error::Certificate).and_then(|der| Certificate::from_der(&der)))
}
