//! The engine.

use std::{
    collections::BTreeMap,
    sync::{Mutex, MutexGuard, PoisonError},
};

use heap_identity::{
    directory,
    sync::{self, Config, Digest, Record, TransportFailure},
    wire::Secret,
};
use pyo3::{
    Bound, PyAny, PyRef, PyResult, Python, exceptions::PyValueError, pyclass, pymethods, types::PyAnyMethods,
};

use super::{
    plan::{Guards, Plan},
    poll::{RequestId, object},
};
use crate::{convert::Instant, directory::Snapshot, error::invalid, wire::Response};

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Engine(Mutex<sync::Engine>);

impl Engine {
    fn engine(&self) -> MutexGuard<'_, sync::Engine> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (*, base_url, bearer_token, directory, guards=None, seed=0, journal=None))]
    fn new(
        py: Python<'_>,
        base_url: &str,
        bearer_token: String,
        directory: PyRef<'_, Snapshot>,
        guards: Option<PyRef<'_, Guards>>,
        seed: u64,
        journal: Option<Vec<String>>,
    ) -> PyResult<Self> {
        let mut config = Config::new(base_url, Secret::new(bearer_token))
            .map_err(|error| invalid(py, error.code(), &error))?;
        if let Some(guards) = guards {
            config.guards = guards.0;
        }
        let records = journal.unwrap_or_default().into_iter().map(Record::from_line);
        let engine = sync::Engine::resume(config, &directory.0, seed, records);
        engine.map(|engine| Self(Mutex::new(engine))).map_err(|error| invalid(py, error.code(), &error))
    }

    #[pyo3(signature = (*, now))]
    fn poll<'py>(&self, py: Python<'py>, now: Instant) -> PyResult<Bound<'py, PyAny>> {
        let poll = py.detach(|| self.engine().poll(now.0));
        object(py, poll)
    }

    #[pyo3(signature = (*, id, now, response=None, failure=None))]
    fn receive(
        &self,
        id: PyRef<'_, RequestId>,
        now: Instant,
        response: Option<PyRef<'_, Response>>,
        failure: Option<&str>,
    ) -> PyResult<()> {
        let result = match (response, failure) {
            (Some(response), None) => Ok(response.0.clone()),
            (None, Some("not_sent")) => Err(TransportFailure::NotSent),
            (None, Some("outcome_unknown")) => Err(TransportFailure::OutcomeUnknown),
            _ => {
                let expected =
                    "expected a response, or a failure that is \"not_sent\" or \"outcome_unknown\"";
                return Err(PyValueError::new_err(expected));
            }
        };
        self.engine().receive(id.0, result, now.0);
        Ok(())
    }

    /// Takes over what differs between two snapshots, as the changes that lead from one to the other.
    #[pyo3(signature = (*, before, after))]
    fn change(&self, py: Python<'_>, before: PyRef<'_, Snapshot>, after: PyRef<'_, Snapshot>) {
        let (before, after) = (&before.0, &after.0);
        py.detach(|| {
            let mut engine = self.engine();
            for change in directory::Diff::between(before, after).changes() {
                engine.change(change);
            }
        });
    }

    #[pyo3(signature = (*, digest))]
    fn approve(&self, py: Python<'_>, digest: &str) -> PyResult<()> {
        let digest: Digest =
            digest.parse().map_err(|error: sync::InvalidDigest| invalid(py, error.code(), &error))?;
        self.engine().approve(digest).map_err(|error| invalid(py, error.code(), &error))
    }

    fn reconcile(&self) {
        self.engine().reconcile();
    }

    #[getter]
    fn plan(&self) -> Option<Plan> {
        self.engine().plan().cloned().map(Plan)
    }

    fn events<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let events: Vec<sync::Event> = self.engine().events().collect();
        let json =
            serde_json::to_string(&events).map_err(|error| PyValueError::new_err(error.to_string()))?;
        py.import("json")?.getattr("loads")?.call1((json,))
    }

    #[getter]
    fn requests(&self) -> BTreeMap<&'static str, u64> {
        self.engine().requests().clone()
    }

    #[getter]
    fn writes(&self) -> u64 {
        self.engine().writes()
    }

    fn compacted_journal(&self) -> Vec<String> {
        self.engine().compacted_journal().iter().map(|record| record.as_line().to_owned()).collect()
    }

    fn __repr__(&self) -> String {
        format!("Engine(writes={})", self.writes())
    }
}
