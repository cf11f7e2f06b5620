//! Who a person is to the other side (saml-core 2.2.3).

use alloc::{string::String, vec};
use core::fmt;

use super::report::masked;
use crate::xml::{Node, Writer};

/// The name of a person, and what kind of name it is.
///
/// It is personal: `Debug` shows it masked.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct NameId {
    /// The name itself, as it stands in the message.
    pub value: String,
    /// What kind of name it is.
    pub format: NameIdFormat,
    /// The identity provider within whose names this one is unique.
    pub name_qualifier: Option<String>,
    /// The service provider within whose names this one is unique.
    pub sp_name_qualifier: Option<String>,
}

impl NameId {
    /// A name of some format, without qualifiers.
    pub fn new(value: impl Into<String>, format: NameIdFormat) -> Self {
        Self { value: value.into(), format, name_qualifier: None, sp_name_qualifier: None }
    }

    /// An email address, by which Heap knows accounts (R13).
    pub fn email(address: impl Into<String>) -> Self {
        Self::new(address, NameIdFormat::EmailAddress)
    }

    /// What a `NameID` element says; `None` for a blank one, which names nobody.
    pub(super) fn read(node: Node<'_>) -> Option<Self> {
        let value = node.text().ok().filter(|value| !value.trim().is_empty())?;
        let format = node.attribute("Format").map_or(NameIdFormat::Unspecified, NameIdFormat::from_uri);
        let mut name_id = Self::new(value, format);
        name_id.name_qualifier = node.attribute("NameQualifier").map(Into::into);
        name_id.sp_name_qualifier = node.attribute("SPNameQualifier").map(Into::into);
        Some(name_id)
    }

    /// Writes the `NameID` element.
    pub(super) fn write(&self, xml: &mut Writer) {
        let mut attributes = vec![("Format", self.format.uri())];
        attributes.extend(self.name_qualifier.as_deref().map(|name| ("NameQualifier", name)));
        attributes.extend(self.sp_name_qualifier.as_deref().map(|name| ("SPNameQualifier", name)));
        xml.element("saml:NameID", &attributes, &self.value);
    }
}

impl fmt::Debug for NameId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "NameId({}, {})", masked(&self.value), self.format.uri())
    }
}

/// What kind of name a NameID is (saml-core 8.3).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum NameIdFormat {
    /// The sender does not say; also what a missing Format means.
    Unspecified,
    /// An email address.
    EmailAddress,
    /// The subject of an X.509 certificate.
    X509SubjectName,
    /// A Windows account, perhaps with its domain.
    WindowsDomainQualifiedName,
    /// A Kerberos principal.
    Kerberos,
    /// A provider of SAML.
    Entity,
    /// An opaque name that stays the same for this pair of providers.
    Persistent,
    /// An opaque name for this login only.
    Transient,
    /// A format that SAML does not define.
    Other(String),
}

impl NameIdFormat {
    const KNOWN: [(Self, &'static str); 8] = [
        (Self::Unspecified, "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"),
        (Self::EmailAddress, "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"),
        (Self::X509SubjectName, "urn:oasis:names:tc:SAML:1.1:nameid-format:X509SubjectName"),
        (
            Self::WindowsDomainQualifiedName,
            "urn:oasis:names:tc:SAML:1.1:nameid-format:WindowsDomainQualifiedName",
        ),
        (Self::Kerberos, "urn:oasis:names:tc:SAML:2.0:nameid-format:kerberos"),
        (Self::Entity, "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"),
        (Self::Persistent, "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"),
        (Self::Transient, "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"),
    ];

    /// The URI of the format.
    pub fn uri(&self) -> &str {
        match self {
            Self::Other(uri) => uri,
            known => Self::KNOWN.iter().find(|(format, _)| format == known).map_or("", |(_, uri)| uri),
        }
    }

    /// The format that a URI names.
    pub fn from_uri(uri: &str) -> Self {
        let known = Self::KNOWN.into_iter().find(|(_, known)| *known == uri);
        known.map_or_else(|| Self::Other(uri.into()), |(format, _)| format)
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::{NameId, NameIdFormat};

    #[test]
    fn every_format_is_found_again_by_its_uri() {
        for (format, uri) in NameIdFormat::KNOWN {
            assert_eq!(format.uri(), uri);
            assert_eq!(NameIdFormat::from_uri(uri), format);
        }
        assert_eq!(NameIdFormat::from_uri("urn:x").uri(), "urn:x");
    }

    #[test]
    fn r13_an_email_has_the_format_of_an_email_and_is_not_printed() {
        let name = NameId::email("alice@example.com");
        assert_eq!(name.format.uri(), "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress");
        assert!(!format!("{name:?}").contains("alice"));
    }
}
