//! Writing an entity: the frame that both roles share (saml-metadata 2.3.2).

use alloc::{string::String, vec, vec::Vec};

use super::{MetadataError, Validity};
use crate::{
    dsig,
    pki::SigningKey,
    saml::names::{METADATA, SIGNATURE},
    xml::Writer,
};

/// The document of one entity. `id` is what a signature refers to.
pub(super) fn document(
    entity_id: &str,
    validity: &Validity,
    id: Option<&str>,
    role: impl FnOnce(&mut Writer),
) -> Result<String, MetadataError> {
    let validity: Vec<_> = validity.attributes().collect();
    let mut attributes = vec![("xmlns:md", METADATA), ("xmlns:ds", SIGNATURE)];
    attributes.extend(id.map(|id| ("ID", id)));
    attributes.push(("entityID", entity_id));
    attributes.extend(validity.iter().map(|(name, value)| (*name, value.as_str())));
    let mut xml = Writer::new();
    xml.start("md:EntityDescriptor", &attributes);
    role(&mut xml);
    xml.end();
    Ok(xml.finish()?)
}

pub(super) fn sign(xml: &str, id: &str, key: &SigningKey) -> Result<String, MetadataError> {
    dsig::sign(xml, id, key).map_err(MetadataError::Signature)
}

pub(super) const fn boolean(value: bool) -> &'static str {
    if value { "true" } else { "false" }
}
