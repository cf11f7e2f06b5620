//! What the engine wants done next.

use heap_identity::sync;
use pyo3::{Bound, IntoPyObjectExt, Py, PyAny, PyResult, Python, pyclass, pymethods};

use crate::{convert::datetime, wire::Request};

#[pyclass(frozen, eq, hash, module = "heap_identity")]
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub(crate) struct RequestId(pub(crate) sync::RequestId);

#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Persist {
    records: Vec<String>,
}

#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Send {
    id: Py<RequestId>,
    request: Py<Request>,
    give_up_at: Py<PyAny>,
}

#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct WaitUntil {
    at: Py<PyAny>,
}

#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct WaitForResponse {
    until: Py<PyAny>,
}

#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Done {
    outcome: &'static str,
    steps: usize,
    failed: usize,
    conflicts: usize,
    digest: Option<String>,
    reasons: Vec<String>,
}

/// What `__repr__` says of each.
macro_rules! shown {
    ($($class:ident($($field:ident),*)),* $(,)?) => {
        $(#[pymethods]
        impl $class {
            fn __repr__(&self) -> String {
                let fields: Vec<String> = vec![$(format!("{}={:?}", stringify!($field), self.$field)),*];
                format!("{}({})", stringify!($class), fields.join(", "))
            }
        })*
    };
}

shown!(
    RequestId(),
    Persist(),
    Send(),
    WaitUntil(),
    WaitForResponse(),
    Done(outcome, steps, failed, conflicts)
);

/// The poll as the class that Python tells apart.
pub(crate) fn object(py: Python<'_>, poll: sync::Poll) -> PyResult<Bound<'_, PyAny>> {
    match poll {
        sync::Poll::Persist(records) => {
            let records = records.iter().map(|record| record.as_line().to_owned()).collect();
            Persist { records }.into_bound_py_any(py)
        }
        sync::Poll::Send(out) => Send {
            id: Py::new(py, RequestId(out.id))?,
            request: Py::new(py, Request(out.request))?,
            give_up_at: datetime(py, out.give_up_at)?.unbind(),
        }
        .into_bound_py_any(py),
        sync::Poll::WaitUntil(at) => WaitUntil { at: datetime(py, at)?.unbind() }.into_bound_py_any(py),
        sync::Poll::WaitForResponse { until } => {
            WaitForResponse { until: datetime(py, until)?.unbind() }.into_bound_py_any(py)
        }
        sync::Poll::Done(summary) => Done::of(summary).into_bound_py_any(py),
    }
}

impl Done {
    fn of(summary: sync::Summary) -> Self {
        let sync::Summary { outcome, steps, failed, conflicts, .. } = summary;
        let (outcome, digest, reasons) = match outcome {
            sync::Outcome::Finished => ("finished", None, Vec::new()),
            sync::Outcome::AwaitingApproval { digest, trips } => (
                "awaiting_approval",
                Some(digest.to_string()),
                trips.iter().map(ToString::to_string).collect(),
            ),
            sync::Outcome::TokenRefused { reason } => ("token_refused", None, vec![reason]),
            sync::Outcome::Unreadable { reason } => ("unreadable", None, vec![reason]),
            _ => ("other", None, Vec::new()),
        };
        Self { outcome, steps, failed, conflicts, digest, reasons }
    }
}
