//! Requests that wait for their answer.

use heap_identity::saml;
use jiff::SignedDuration;
use pyo3::{Bound, PyAny, PyResult, Python, pyclass, pymethods};

use super::expected::Expected;
use crate::{
    convert::{Instant, When, duration},
    error::Raise,
    table::{Shared, table},
};

/// A request that was sent and not answered yet.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct PendingRequest(saml::PendingRequest);

table!(PendingRequest {
    id: &str = |request| &request.id;
    idp_entity_id: &str = |request| &request.idp_entity_id;
    /// What is to be known again after the login, such as the page that was asked for. It never travels (A58).
    relay_state: Option<&str> = |request| request.relay_state.as_deref();
    expires: When = |request| When(request.expires);
    /// What a Response must be to answer this request.
    expected: Expected = |request| Expected(Some((request.id.clone(), request.idp_entity_id.clone())));
}
    fn __repr__(&self) -> String {
        format!("PendingRequest(id={:?}, idp_entity_id={:?})", self.0.id, self.0.idp_entity_id)
    }
);

/// The requests that wait for their answer (D21): one-time, expiring, several at once. Safe to use from several threads.
///
/// Its methods raise `Refused`: `saml.pending_full`, `saml.pending_duplicate`, `saml.pending_too_long`,
/// `saml.pending_unknown`, `saml.pending_expired`. Bind a request to the browser that made it, by a cookie for example.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct PendingRequests(Shared<saml::PendingRequests>);

#[pymethods]
impl PendingRequests {
    #[new]
    #[pyo3(signature = (*, capacity, lifetime))]
    fn new(capacity: usize, lifetime: &Bound<'_, PyAny>) -> PyResult<Self> {
        let lifetime = SignedDuration::try_from(duration(lifetime)?).unwrap_or(SignedDuration::MAX);
        Ok(Self(Shared::new(saml::PendingRequests::new(capacity, lifetime))))
    }

    /// Remembers a request that is about to be sent.
    #[pyo3(signature = (*, id, idp_entity_id, now, relay_state=None))]
    fn open(
        &self,
        py: Python<'_>,
        id: &str,
        idp_entity_id: &str,
        now: Instant,
        relay_state: Option<&str>,
    ) -> PyResult<()> {
        self.0.with(py, |pending| pending.open(id, idp_entity_id, relay_state, now.0)).raise(py)
    }

    /// The request of this ID, which goes on waiting: a forged answer must not use it up.
    #[pyo3(signature = (id, *, now))]
    fn find(&self, py: Python<'_>, id: &str, now: Instant) -> PyResult<PendingRequest> {
        self.0.with(py, |pending| pending.find(id, now.0).cloned()).map(PendingRequest).raise(py)
    }

    /// Ends the wait: a second answer finds nothing.
    #[pyo3(signature = (id, *, now))]
    fn take(&self, py: Python<'_>, id: &str, now: Instant) -> PyResult<PendingRequest> {
        self.0.with(py, |pending| pending.take(id, now.0)).map(PendingRequest).raise(py)
    }

    /// Ends the wait for an answer that will not come.
    #[pyo3(signature = (id))]
    fn forget(&self, py: Python<'_>, id: &str) {
        self.0.with(py, |pending| pending.forget(id));
    }

    fn __len__(&self, py: Python<'_>) -> usize {
        self.0.with(py, |pending| pending.len())
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("PendingRequests({} waiting)", self.__len__(py))
    }
}
