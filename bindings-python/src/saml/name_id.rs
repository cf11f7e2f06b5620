//! Names of people in messages.

use heap_identity::saml::{self, NameIdFormat};
use pyo3::pyclass;

use crate::table::table;

/// How a person is named in messages. It is personal: its repr is masked.
///
/// An email address unless `format` gives the URI of another kind (saml-core 8.3).
#[pyclass(frozen, eq, module = "heap_identity")]
#[derive(Clone, PartialEq)]
pub(crate) struct NameId(pub(crate) saml::NameId);

table!(NameId {
    value: &str = |name| &name.value;
    format: &str = |name| name.format.uri();
    name_qualifier: Option<&str> = |name| name.name_qualifier.as_deref();
    sp_name_qualifier: Option<&str> = |name| name.sp_name_qualifier.as_deref();
}
    #[new]
    #[pyo3(signature = (value, *, format=None, name_qualifier=None, sp_name_qualifier=None))]
    fn new(
        value: String,
        format: Option<&str>,
        name_qualifier: Option<String>,
        sp_name_qualifier: Option<String>,
    ) -> Self {
        let mut name = saml::NameId::new(value, format_of(format));
        (name.name_qualifier, name.sp_name_qualifier) = (name_qualifier, sp_name_qualifier);
        Self(name)
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
);

/// An email address where nothing is said (R13).
pub(crate) fn format_of(uri: Option<&str>) -> NameIdFormat {
    uri.map_or(NameIdFormat::EmailAddress, NameIdFormat::from_uri)
}
