//! What the engine wants done next.

use heap_identity::sync;
use pyo3::{Bound, IntoPyObjectExt, Py, PyAny, PyResult, Python, pyclass, pymethods};

use super::plan::Trip;
use crate::{
    convert::{Span, When},
    wire::Request,
};

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
    give_up_at: When,
}

#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct WaitUntil {
    at: When,
}

#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct WaitForResponse {
    until: When,
}

#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Done {
    outcome: &'static str,
    steps: usize,
    failed: usize,
    conflicts: usize,
    digest: Option<String>,
    trips: Vec<Trip>,
    reasons: Vec<String>,
}

/// How far the plan is that is being carried out.
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Progress {
    done: usize,
    total: usize,
    elapsed: Span,
    per_minute: Option<f64>,
    time_left: Option<Span>,
}

impl Progress {
    pub(crate) fn of(progress: sync::Progress) -> Self {
        Self {
            done: progress.done,
            total: progress.total,
            elapsed: Span(progress.elapsed),
            per_minute: progress.per_minute(),
            time_left: progress.time_left().map(Span),
        }
    }
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
    Done(outcome, steps, failed, conflicts),
    Progress(done, total),
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
            give_up_at: When(out.give_up_at),
        }
        .into_bound_py_any(py),
        sync::Poll::WaitUntil(at) => WaitUntil { at: When(at) }.into_bound_py_any(py),
        sync::Poll::WaitForResponse { until } => WaitForResponse { until: When(until) }.into_bound_py_any(py),
        sync::Poll::Done(summary) => Done::of(summary).into_bound_py_any(py),
    }
}

impl Done {
    fn of(summary: sync::Summary) -> Self {
        let sync::Summary { outcome, steps, failed, conflicts, .. } = summary;
        let mut done = Self {
            outcome: "finished",
            steps,
            failed,
            conflicts,
            digest: None,
            trips: Vec::new(),
            reasons: Vec::new(),
        };
        (done.outcome, done.reasons) = match outcome {
            sync::Outcome::Finished => ("finished", Vec::new()),
            sync::Outcome::Cancelled => ("cancelled", Vec::new()),
            sync::Outcome::AwaitingApproval { digest, trips } => {
                done.digest = Some(digest.to_string());
                done.trips = trips.iter().map(Trip::of).collect();
                ("awaiting_approval", trips.iter().map(ToString::to_string).collect())
            }
            sync::Outcome::TokenRefused { reason } => ("token_refused", vec![reason]),
            sync::Outcome::Unreadable { reason } => ("unreadable", vec![reason]),
            _ => ("other", Vec::new()),
        };
        done
    }
}
