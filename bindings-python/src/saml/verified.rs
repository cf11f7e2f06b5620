//! A person who is logged in.

use std::collections::BTreeMap;

use heap_identity::saml;
use pyo3::{Bound, PyAny, PyResult, Python, pyclass, pymethods};

use super::report::Report;
use crate::convert::datetime;

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct VerifiedAssertion(pub(crate) saml::VerifiedAssertion);

#[pymethods]
impl VerifiedAssertion {
    #[getter]
    fn id(&self) -> &str {
        self.0.id()
    }

    #[getter]
    fn issuer(&self) -> &str {
        self.0.issuer()
    }

    #[getter]
    fn subject(&self) -> &str {
        self.0.subject()
    }

    #[getter]
    fn name_id_format(&self) -> &str {
        self.0.name_id_format().uri()
    }

    #[getter]
    fn attributes(&self) -> BTreeMap<&str, &[String]> {
        let attributes = self.0.attributes().iter();
        attributes.map(|attribute| (attribute.name.as_str(), attribute.values.as_slice())).collect()
    }

    #[getter]
    fn authn_instant<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        datetime(py, self.0.authn_instant())
    }

    #[getter]
    fn authn_context_class(&self) -> Option<&str> {
        self.0.authn_context_class()
    }

    #[getter]
    fn session_index(&self) -> Option<&str> {
        self.0.session_index()
    }

    #[getter]
    fn session_not_on_or_after<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyAny>>> {
        self.0.session_not_on_or_after().map(|end| datetime(py, end)).transpose()
    }

    #[getter]
    fn not_on_or_after<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        datetime(py, self.0.not_on_or_after())
    }

    #[getter]
    fn report(&self) -> Report {
        Report(self.0.report().clone())
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
}
