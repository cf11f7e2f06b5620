//! Credentials that are being verified.

use std::sync::{Mutex, PoisonError};

use heap_identity::connector::{self, ApplicationError, Exchange, Unreachable};
use pyo3::{
    Bound, IntoPyObjectExt, PyAny, PyRef, PyResult, Python, exceptions::PyValueError, pyclass, pymethods,
};

use crate::{
    convert::Instant,
    table::{Shared, table, words},
    wire::{Request, Response},
};

words! {
    unreachable_of: Unreachable {
        "connection" => Unreachable::Connection,
        "dns" => Unreachable::Dns,
        "timed_out" => Unreachable::TimedOut,
        "tls" => Unreachable::Tls,
    }
}

/// What a verification found out about the other side.
#[pyclass(frozen, eq, module = "heap_identity.connector")]
#[derive(Clone, PartialEq)]
pub(crate) struct Verified(connector::Verified);

table!(Verified {
    /// Whether an account can be deleted; where it cannot, it is made inactive (D13). `None` when it was not tried.
    deletes_users: Option<bool> = |verified| verified.deletes_users;
    /// Whether there are groups (R24). `None` where nobody asked.
    groups: Option<bool> = |verified| verified.groups;
}
    fn __repr__(&self) -> String {
        format!("Verified(groups={:?}, deletes_users={:?})", self.0.groups, self.0.deletes_users)
    }
);

/// Why credentials do not work: the exact reason (R18), with what to do. It is false.
#[pyclass(frozen, eq, module = "heap_identity.connector")]
#[derive(Clone, PartialEq)]
pub(crate) struct NotVerified(connector::NotVerified);

table!(NotVerified {
    code: &'static str = |reason| reason.code();
    message: String = |reason| reason.to_string();
}
    #[expect(clippy::unused_self, reason = "it is what Python asks for")]
    const fn __bool__(&self) -> bool {
        false
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("NotVerified(code={:?})", self.0.code())
    }
);

/// What a verification found, as the class that Python tells apart.
pub(super) fn found(
    py: Python<'_>,
    found: Result<connector::Verified, connector::NotVerified>,
) -> PyResult<Bound<'_, PyAny>> {
    match found {
        Ok(verified) => Verified(verified).into_bound_py_any(py),
        Err(reason) => NotVerified(reason).into_bound_py_any(py),
    }
}

/// A verification that is over, for `Application.conclude`. Only a `Verification` makes one.
#[pyclass(frozen, module = "heap_identity.connector")]
pub(crate) struct Concluded {
    concluded: Mutex<Option<connector::Concluded>>,
    pub(super) found: Result<connector::Verified, connector::NotVerified>,
    pub(super) left_over: Vec<String>,
}

#[pymethods]
impl Concluded {
    /// What was found.
    #[getter]
    fn found<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        found(py, self.found.clone())
    }

    /// Test resources that are, or may be, still at Heap, by id or else by name: an administrator must remove them.
    #[getter]
    fn left_over(&self) -> Vec<String> {
        self.left_over.clone()
    }

    fn __repr__(&self) -> String {
        format!("Concluded({})", if self.found.is_ok() { "verified" } else { "not verified" })
    }
}

impl Concluded {
    pub(super) fn take(&self) -> Result<connector::Concluded, ApplicationError> {
        let mut concluded = self.concluded.lock().unwrap_or_else(PoisonError::into_inner);
        concluded.take().ok_or(ApplicationError::Overtaken)
    }
}

/// Credentials that are being verified (R18, R19). It does no I/O: `poll` says what to do next.
#[pyclass(frozen, module = "heap_identity.connector")]
pub(crate) struct Verification(Shared<connector::Verification>);

impl Verification {
    pub(super) fn of(verification: connector::Verification) -> Self {
        Self(Shared::new(verification))
    }
}

#[pymethods]
impl Verification {
    /// The request to send, the same again until an answer was received; or what was found, once and for all.
    fn poll<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        match self.0.with(py, connector::Verification::poll) {
            Exchange::Send(request) => Request(request).into_bound_py_any(py),
            Exchange::Done(concluded) => {
                let (found, left_over) = (concluded.found.clone(), concluded.left_over.clone());
                Concluded { concluded: Mutex::new(Some(concluded)), found, left_over }.into_bound_py_any(py)
            }
            _ => Err(PyValueError::new_err("the step cannot be taken from Python")),
        }
    }

    /// Takes what came of the request: the answer, or why there is none.
    #[pyo3(signature = (*, now, response=None, failure=None))]
    fn receive(
        &self,
        py: Python<'_>,
        now: Instant,
        response: Option<PyRef<'_, Response>>,
        failure: Option<&str>,
    ) -> PyResult<()> {
        let outcome = match (response, failure) {
            (Some(response), None) => Ok(response.0.clone()),
            (None, Some(failure)) => Err(unreachable_of(failure)?),
            _ => return Err(PyValueError::new_err("expected either a response or a failure")),
        };
        self.0.with(py, |verification| verification.receive(outcome, now.0));
        Ok(())
    }

    #[expect(clippy::unused_self, reason = "it holds the token, so nothing of it is shown")]
    fn __repr__(&self) -> &'static str {
        "Verification()"
    }
}
