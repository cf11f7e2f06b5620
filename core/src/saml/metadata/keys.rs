//! The keys of an entity (saml-metadata 2.4.1.1): as certificates, whose dates and issuers mean nothing here.

use alloc::vec::Vec;

use super::{MetadataError, role};
use crate::{
    pki::{self, Certificate},
    saml::{
        key_info,
        names::{METADATA, SIGNATURE},
    },
    xml::{Node, Writer},
};

/// The certificates of one role, by what they are for; one without `use` is for both.
#[derive(Default)]
pub(super) struct Keys {
    pub(super) signing: Vec<Certificate>,
    pub(super) encryption: Vec<Certificate>,
    /// Why the first certificate that cannot be used cannot.
    pub(super) unusable: Option<pki::Error>,
}

impl Keys {
    pub(super) fn read(role: Node<'_>) -> Result<Self, MetadataError> {
        let mut keys = Self::default();
        for node in role.elements().filter(|child| child.is(METADATA, "KeyDescriptor")) {
            let (signing, encryption) = match node.attribute("use") {
                None => (true, true),
                Some("signing") => (true, false),
                Some("encryption") => (false, true),
                Some(other) => return Err(role::content(node, "`signing` or `encryption` as `use`", other)),
            };
            let key_info = node.only_element(SIGNATURE, "KeyInfo");
            let key_info = key_info.ok_or_else(|| role::content(node, "one `ds:KeyInfo`", "none"))?;
            match key_info::certificate(key_info) {
                Some(Ok(certificate)) => {
                    keys.signing.extend(signing.then(|| certificate.clone()));
                    keys.encryption.extend(encryption.then_some(certificate));
                }
                // An old key of a kind that is not supported must not make the current one unusable.
                Some(Err(error)) if signing => keys.unusable = keys.unusable.or(Some(error)),
                _ => {}
            }
        }
        Ok(keys)
    }
}

pub(super) fn write(xml: &mut Writer, purpose: &str, certificates: &[Certificate]) {
    for certificate in certificates {
        xml.start("md:KeyDescriptor", &[("use", purpose)])
            .start("ds:KeyInfo", &[])
            .start("ds:X509Data", &[])
            .element("ds:X509Certificate", &[], &certificate.to_base64())
            .end()
            .end()
            .end();
    }
}
