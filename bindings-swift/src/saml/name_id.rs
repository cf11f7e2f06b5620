//! The name of a person.

use heap_identity::saml::{self, NameIdFormat};

/// The name of a person: an email address at Heap.
#[derive(Clone, Eq, Hash, PartialEq, uniffi::Record)]
pub struct NameId {
    /// The name.
    pub value: String,
    /// What kind of name it is, as a URI; an email address if not given.
    #[uniffi(default = None)]
    pub format: Option<String>,
    /// Within whose names it is one.
    #[uniffi(default = None)]
    pub name_qualifier: Option<String>,
    /// Within which service provider's names it is one.
    #[uniffi(default = None)]
    pub sp_name_qualifier: Option<String>,
}

/// The name is not shown.
impl core::fmt::Debug for NameId {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("NameId").field("format", &self.format).finish_non_exhaustive()
    }
}

/// The format with this URI; an email address if none is given.
pub(crate) fn format(uri: Option<&str>) -> NameIdFormat {
    uri.map_or(NameIdFormat::EmailAddress, NameIdFormat::from_uri)
}

impl From<NameId> for saml::NameId {
    fn from(given: NameId) -> Self {
        let mut name_id = Self::new(given.value, format(given.format.as_deref()));
        name_id.name_qualifier = given.name_qualifier;
        name_id.sp_name_qualifier = given.sp_name_qualifier;
        name_id
    }
}

impl From<saml::NameId> for NameId {
    fn from(name_id: saml::NameId) -> Self {
        Self {
            format: Some(name_id.format.uri().to_owned()),
            value: name_id.value,
            name_qualifier: name_id.name_qualifier,
            sp_name_qualifier: name_id.sp_name_qualifier,
        }
    }
}
