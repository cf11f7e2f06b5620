//! What the roles of an entity have in common (saml-metadata 2.4.1, 2.4.2), and how values are read.

use alloc::{format, string::String, vec::Vec};

use super::{Endpoint, MetadataError};
use crate::{
    saml::{
        name_id::NameIdFormat,
        names::{METADATA, PROTOCOL},
        report::{Finding, shown, shown_or_none},
    },
    xml::Node,
};

/// Elements of an entity: what else is in the namespace of metadata is a mistake or a later version.
const OF_AN_ENTITY: [&str; 11] = [
    "Extensions",
    "RoleDescriptor",
    "IDPSSODescriptor",
    "SPSSODescriptor",
    "AuthnAuthorityDescriptor",
    "AttributeAuthorityDescriptor",
    "PDPDescriptor",
    "AffiliationDescriptor",
    "Organization",
    "ContactPerson",
    "AdditionalMetadataLocation",
];

/// Elements of every SSO role.
const OF_EACH_ROLE: [&str; 8] = [
    "Extensions",
    "KeyDescriptor",
    "Organization",
    "ContactPerson",
    "ArtifactResolutionService",
    "SingleLogoutService",
    "ManageNameIDService",
    "NameIDFormat",
];

pub(super) fn content(node: Node<'_>, expected: impl Into<String>, found: &str) -> MetadataError {
    MetadataError::Content(Finding::new(expected, shown(found)).at(node.position()))
}

/// An attribute that must be there and say something.
pub(super) fn required<'t>(node: Node<'t>, name: &str) -> Result<&'t str, MetadataError> {
    node.attribute(name).filter(|value| !value.trim().is_empty()).ok_or_else(|| {
        let expected = format!("the attribute `{name}` of `{}`", node.local_name());
        MetadataError::Content(Finding::new(expected, "none").at(node.position()))
    })
}

pub(super) fn boolean(node: Node<'_>, name: &str) -> Result<Option<bool>, MetadataError> {
    match node.attribute(name).map(str::trim) {
        None => Ok(None),
        Some("true" | "1") => Ok(Some(true)),
        Some("false" | "0") => Ok(Some(false)),
        Some(other) => Err(content(node, format!("`true` or `false` as `{name}`"), other)),
    }
}

pub(super) fn index(node: Node<'_>) -> Result<u16, MetadataError> {
    let text = required(node, "index")?;
    text.trim().parse().map_err(|_| content(node, "a number up to 65535 as `index`", text))
}

pub(super) fn text(node: Node<'_>) -> Result<&str, MetadataError> {
    let text = node.text().unwrap_or_default().trim();
    if text.is_empty() {
        let expected = format!("text in `{}` and nothing else", node.local_name());
        return Err(MetadataError::Content(Finding::new(expected, "none").at(node.position())));
    }
    Ok(text)
}

/// The one role `name` of an entity that speaks SAML 2.0; roles for other protocols are passed over.
pub(super) fn only<'t>(entity: Node<'t>, name: &str) -> Result<Node<'t>, MetadataError> {
    let speaks_saml2 = |role: &Node<'_>| {
        let protocols = role.attribute("protocolSupportEnumeration").unwrap_or_default();
        protocols.split_ascii_whitespace().any(|protocol| protocol == PROTOCOL)
    };
    let mut roles =
        entity.elements().filter(|child| child.is(METADATA, name)).filter(|role| speaks_saml2(role));
    match (roles.next(), roles.next()) {
        (Some(role), None) => Ok(role),
        (_, Some(second)) => {
            // saml-metadata 2.4: the protocols of roles of one kind must not overlap.
            let found = format!("a second `{name}` for SAML 2.0");
            Err(MetadataError::Content(Finding::new("one", found).at(second.position())))
        }
        (None, _) => {
            let expected = format!("`{name}` with {} in protocolSupportEnumeration", shown(PROTOCOL));
            let other = entity.elements().find(|child| child.local_name().ends_with("Descriptor"));
            let found = shown_or_none(other.map(Node::local_name));
            Err(MetadataError::Role(Finding::new(expected, found).at(entity.position())))
        }
    }
}

/// Refuses elements of metadata that the role does not have: they may mean what is not understood here.
pub(super) fn understood(role: Node<'_>, further: &[&str]) -> Result<(), MetadataError> {
    refuse_unknown(role, |name| OF_EACH_ROLE.contains(&name) || further.contains(&name))
}

/// The same for an entity: its content in other namespaces is for others.
pub(super) fn entity_understood(entity: Node<'_>) -> Result<(), MetadataError> {
    refuse_unknown(entity, |name| OF_AN_ENTITY.contains(&name))
}

fn refuse_unknown(node: Node<'_>, known: impl Fn(&str) -> bool) -> Result<(), MetadataError> {
    match node.elements().find(|child| child.namespace() == METADATA && !known(child.local_name())) {
        Some(unknown) => {
            let expected = format!("the content that saml-metadata gives `{}`", node.local_name());
            Err(content(unknown, expected, unknown.local_name()))
        }
        None => Ok(()),
    }
}

pub(super) fn children<'t, T>(
    role: Node<'t>,
    name: &str,
    read: impl FnMut(Node<'t>) -> Result<T, MetadataError>,
) -> Result<Vec<T>, MetadataError> {
    role.elements().filter(|child| child.is(METADATA, name)).map(read).collect()
}

pub(super) fn endpoints(role: Node<'_>, name: &str) -> Result<Vec<Endpoint>, MetadataError> {
    children(role, name, Endpoint::read)
}

pub(super) fn name_id_formats(role: Node<'_>) -> Result<Vec<NameIdFormat>, MetadataError> {
    children(role, "NameIDFormat", |node| text(node).map(NameIdFormat::from_uri))
}
