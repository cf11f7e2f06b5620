//! A person who is logged in.

use std::collections::BTreeMap;

use heap_identity::saml;
use pyo3::pyclass;

use super::{
    name_id::NameId,
    report::{Kind, Report},
};
use crate::{convert::When, table::table};

/// A person is logged in. There is no other way to one of these than a verification.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct VerifiedAssertion(pub(crate) saml::VerifiedAssertion);

table!(VerifiedAssertion {
    id: &str = |login| login.id();
    issuer: &str = |login| login.issuer();
    /// The value of `name_id`: at Heap, the email address (R13).
    subject: &str = |login| login.subject();
    name_id: NameId = |login| NameId(login.name_id().clone());
    name_id_format: &str = |login| login.name_id_format().uri();
    attributes: BTreeMap<&str, &[String]> = |login| {
        let attributes = login.attributes().iter();
        attributes.map(|attribute| (attribute.name.as_str(), attribute.values.as_slice())).collect()
    };
    /// Names for people (FriendlyName) of the attributes that have one, by the name of the attribute.
    friendly_names: BTreeMap<&str, &str> = |login| {
        let attributes = login.attributes().iter();
        attributes.filter_map(|it| Some((it.name.as_str(), it.friendly_name.as_deref()?))).collect()
    };
    /// How the names of the attributes are to be read where that is said, by the name of the attribute (saml-core 8.2).
    name_formats: BTreeMap<&str, &str> = |login| {
        let attributes = login.attributes().iter();
        attributes.filter_map(|it| Some((it.name.as_str(), it.name_format.as_deref()?))).collect()
    };
    authn_instant: When = |login| When(login.authn_instant());
    authn_context_class: Option<&str> = |login| login.authn_context_class();
    /// For single logout.
    session_index: Option<&str> = |login| login.session_index();
    session_not_on_or_after: Option<When> = |login| login.session_not_on_or_after().map(When);
    not_on_or_after: When = |login| When(login.not_on_or_after());
    report: Report = |login| Report(Kind::Login(login.report().clone()));
}
    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
);
