//! Errors of the core as exceptions. The classes are defined in Python (`heap_identity.errors`), because an abi3
//! module cannot extend exceptions before Python 3.12.

use core::fmt::Display;

use heap_identity::saml::Rejection;
use pyo3::{
    Bound, IntoPyObject, PyAny, PyErr, PyResult, Python,
    types::{IntoPyDict, PyAnyMethods},
};

use crate::saml::report::{Check, Report};

/// The caller gave something that cannot be used.
pub(crate) fn invalid(py: Python<'_>, code: &str, message: &dyn Display) -> PyErr {
    let raised = || -> PyResult<PyErr> {
        let named = [("code", code)].into_py_dict(py)?;
        Ok(PyErr::from_value(class(py, "InvalidInput")?.call((message.to_string(),), Some(&named))?))
    };
    raised().unwrap_or_else(|error| error)
}

/// A Response that logs nobody in.
pub(crate) fn rejected(py: Python<'_>, rejection: &Rejection) -> PyErr {
    let raised = || -> PyResult<PyErr> {
        let named = [
            ("failed", Check(rejection.failed()).into_pyobject(py)?.into_any()),
            ("report", Report(rejection.report().clone()).into_pyobject(py)?.into_any()),
        ]
        .into_py_dict(py)?;
        Ok(PyErr::from_value(class(py, "Rejection")?.call((rejection.to_string(),), Some(&named))?))
    };
    raised().unwrap_or_else(|error| error)
}

fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("heap_identity.errors")?.getattr(name)
}
