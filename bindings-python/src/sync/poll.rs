//! What the engine wants done next.

use heap_identity::sync;
use pyo3::{Bound, IntoPyObjectExt, Py, PyAny, PyResult, Python, pyclass, pymethods};

use super::plan::Trip;
use crate::{
    convert::{Span, When},
    wire::Request,
};

/// Names a request in `Engine.receive`.
#[pyclass(frozen, eq, hash, module = "heap_identity")]
#[derive(Clone, Copy, Eq, Hash, PartialEq)]
pub(crate) struct RequestId(pub(crate) sync::RequestId);

/// Store these records durably, in order and after all before them; then poll again (D12).
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Persist {
    /// Lines of JSON without line breaks.
    records: Vec<String>,
}

/// Send this request, and hand the outcome to `Engine.receive`; others may be polled meanwhile.
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Send {
    id: Py<RequestId>,
    request: Py<Request>,
    /// When the engine stops waiting for the answer.
    give_up_at: When,
}

/// Nothing to do before this time.
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct WaitUntil {
    at: When,
}

/// Nothing to do before an answer arrives, or this time.
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct WaitForResponse {
    until: When,
}

/// All is done that can be done without a decision or a change. Counts are since the last `Done`.
///
/// `awaiting_approval`: `Engine.approve`, `dismiss`, or another directory. `token_refused`: `Engine.reauthorise` (R19).
/// `unreadable`: the tenant cannot be read whole, so nothing was compared and nothing written. `cancelled`:
/// `Engine.reconcile` goes on.
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Done {
    outcome: &'static str,
    /// Steps that were carried out, failed ones included.
    steps: usize,
    /// Steps that failed; each has an event with the reason.
    failed: usize,
    /// Conflicts that were reported and left.
    conflicts: usize,
    /// Of the plan that awaits approval.
    digest: Option<String>,
    /// The guards that hold that plan back; none where every plan is reviewed.
    trips: Vec<Trip>,
    /// The trips for people, or what Heap said.
    reasons: Vec<String>,
}

/// How far the plan is that is being carried out.
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Progress {
    /// Steps that have ended.
    done: usize,
    /// Steps in all, conflicts apart.
    total: usize,
    elapsed: Span,
    /// Steps that end in a minute; `None` before the first has.
    per_minute: Option<f64>,
    /// How long the rest takes at this rate; `None` before the first step has ended.
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
