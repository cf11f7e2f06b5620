//! Keys and certificates.

use heap_identity::pki;
use pyo3::{Bound, PyAny, PyResult, Python, pyclass, pymethods};

use crate::{convert::datetime, error::invalid};

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Certificate(pub(crate) pki::Certificate);

#[pymethods]
impl Certificate {
    #[staticmethod]
    fn from_pem(py: Python<'_>, pem: &str) -> PyResult<Self> {
        pki::Certificate::from_pem(pem).map(Self).map_err(|error| invalid(py, error.code(), &error))
    }

    fn to_pem(&self) -> String {
        self.0.to_pem()
    }

    #[getter]
    fn subject(&self) -> String {
        self.0.subject()
    }

    #[getter]
    fn sha256_fingerprint(&self) -> String {
        self.0.sha256_fingerprint()
    }

    #[getter]
    fn not_before<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        datetime(py, self.0.not_before())
    }

    #[getter]
    fn not_after<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        datetime(py, self.0.not_after())
    }

    fn __repr__(&self) -> String {
        format!("Certificate(subject={:?}, not_after={})", self.0.subject(), self.0.not_after())
    }
}

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct SigningKey(pub(crate) pki::SigningKey);

#[pymethods]
impl SigningKey {
    #[staticmethod]
    #[pyo3(signature = (*, key_pem, certificate_pem))]
    fn from_pem(py: Python<'_>, key_pem: &str, certificate_pem: &str) -> PyResult<Self> {
        let key = pki::SigningKey::from_pem(key_pem, certificate_pem);
        key.map(Self).map_err(|error| invalid(py, error.code(), &error))
    }

    #[getter]
    fn certificate(&self) -> Certificate {
        Certificate(self.0.certificate().clone())
    }

    fn __repr__(&self) -> String {
        format!("SigningKey(certificate={})", self.certificate().__repr__())
    }
}
