//! Errors of the core as exceptions. The classes are defined in Python (`heap_identity.errors`), because an abi3
//! module cannot extend exceptions before Python 3.12.

use core::fmt::Display;

use heap_identity::{connector, directory, dsig, heap, pki, saml, scim, sync, wire, xml};
use pyo3::{
    IntoPyObject, Py, PyAny, PyErr, PyResult, Python,
    exceptions::PyValueError,
    types::{IntoPyDict, PyAnyMethods},
};

use crate::{
    arrow::TableError,
    saml::report::{Check, Kind, Report},
};

/// An error of the core, and the class that it is raised as.
pub(crate) trait Raised: Display {
    const CLASS: &'static str;

    fn code(&self) -> &str;

    /// What the exception carries beside its code.
    fn more(&self, py: Python<'_>) -> PyResult<Vec<(&'static str, Py<PyAny>)>> {
        let _ = py;
        Ok(Vec::new())
    }
}

macro_rules! raised {
    ($($class:literal: $($error:ty),+;)*) => {
        $($(impl Raised for $error {
            const CLASS: &'static str = $class;

            fn code(&self) -> &str {
                (*self).code()
            }
        })+)*
    };
}

raised! {
    "InvalidInput":
        connector::SourceError, directory::Error, directory::FileError, dsig::Error, heap::InvalidName, pki::Error, saml::BuildError,
        saml::EndpointError, saml::RequestError, saml::logout::LogoutError, saml::metadata::MetadataError,
        scim::client::EndpointError, scim::client::NeverComplete, sync::ConfigError, sync::InvalidDigest, sync::InvalidGuards, sync::NotThisPlan, sync::ResumeError,
        wire::InvalidToken, xml::Error, TableError;
    "Refused":
        connector::ApplicationError, connector::CatalogueError, connector::Forbidden, connector::ImportError,
        connector::SignOnError, directory::Denial, heap::tenant::LoginRefused, heap::tenant::TenantError, saml::PendingError;
}

impl Raised for scim::Error {
    const CLASS: &'static str = "ScimError";

    fn code(&self) -> &str {
        self.code()
    }

    fn more(&self, py: Python<'_>) -> PyResult<Vec<(&'static str, Py<PyAny>)>> {
        Ok(vec![
            ("scim_type", self.kind.scim_type().into_pyobject(py)?.unbind()),
            ("status", self.kind.status().as_u16().into_pyobject(py)?.into_any().unbind()),
            ("position", self.position.into_pyobject(py)?.unbind()),
        ])
    }
}

/// A message that is refused, with the report of every check.
macro_rules! rejected {
    ($class:literal: $error:ty, $kind:ident) => {
        impl Raised for $error {
            const CLASS: &'static str = $class;

            fn code(&self) -> &str {
                (*self).code()
            }

            fn more(&self, py: Python<'_>) -> PyResult<Vec<(&'static str, Py<PyAny>)>> {
                let failed = Check::of(self.failed()).into_pyobject(py)?.into_any().unbind();
                let report =
                    Report(Kind::$kind(self.report().clone())).into_pyobject(py)?.into_any().unbind();
                Ok(vec![("failed", failed), ("report", report)])
            }
        }
    };
}

rejected!("Rejection": saml::Rejection, Login);
rejected!("LogoutRejection": saml::logout::LogoutRejection, Logout);

/// The error of a result as the exception that it is raised as.
pub(crate) trait Raise<T> {
    fn raise(self, py: Python<'_>) -> PyResult<T>;
}

impl<T, E: Raised> Raise<T> for Result<T, E> {
    fn raise(self, py: Python<'_>) -> PyResult<T> {
        self.map_err(|error| exception(py, &error))
    }
}

pub(crate) fn exception<E: Raised>(py: Python<'_>, error: &E) -> PyErr {
    let raised = || -> PyResult<PyErr> {
        let mut named = error.more(py)?;
        named.push(("code", error.code().into_pyobject(py)?.into_any().unbind()));
        let class = py.import("heap_identity.errors")?.getattr(E::CLASS)?;
        Ok(PyErr::from_value(class.call((error.to_string(),), Some(&named.into_py_dict(py)?))?))
    };
    raised().unwrap_or_else(|error| error)
}

/// A text that Python's own types refuse.
pub(crate) fn wrong(error: impl Display) -> PyErr {
    PyValueError::new_err(error.to_string())
}
