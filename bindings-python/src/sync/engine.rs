//! The engine.

use std::collections::BTreeMap;

use heap_identity::{
    directory::{self, Mapping},
    sync::{self, ChangedUserName, Config, Digest, Record, Review, TransportFailure},
    wire::Secret,
};
use pyo3::{Bound, PyAny, PyRef, PyResult, Python, exceptions::PyValueError, pyclass, pymethods};

use super::{
    plan::{Guards, Plan},
    poll::{Progress, RequestId, object},
};
use crate::{
    convert::{Instant, Json, texts},
    directory::Snapshot,
    error::Raise,
    table::{Shared, words},
    wire::Response,
};

words! {
    review_of: Review { "always" => Review::Always, "tripped" => Review::Tripped }
    changed_user_name_of: ChangedUserName {
        "replace" => ChangedUserName::Replace,
        "report" => ChangedUserName::Report,
    }
    failure_of: TransportFailure {
        "not_sent" => TransportFailure::NotSent,
        "outcome_unknown" => TransportFailure::OutcomeUnknown,
    }
}

/// Brings a tenant to what a directory says, and keeps it there. It does no I/O: `poll` says what to do.
///
/// Safe to use from several threads, of which one polls.
///
/// With the records that an earlier engine persisted, goes on from there (D12).
///
/// `guards` are the default ones unless given. `seed` feeds the jitter of repetitions. `review` says which plans need
/// an approval. `changed_user_name` says what is done when a user name changes, which Heap cannot follow (R22): a new
/// account and the old one deactivated, or a report. `role_attribute` is where Heap's role is (D8).
///
/// Raises `InvalidInput` for a base URL or token that cannot be used (`sync.base_url`, `wire.invalid_token`), and for
/// a journal of another tenant, of a later version or damaged (`sync.journal_...`).
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Engine(Shared<sync::Engine>);

#[pymethods]
impl Engine {
    #[new]
    #[pyo3(signature = (
        *, base_url, bearer_token, directory, guards=None, seed=0, journal=None, review="tripped",
        changed_user_name="report", in_flight_max=None, page_size=None, role_attribute=None
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are named arguments in Python")]
    fn new(
        py: Python<'_>,
        base_url: &str,
        bearer_token: String,
        directory: PyRef<'_, Snapshot>,
        guards: Option<PyRef<'_, Guards>>,
        seed: u64,
        journal: Option<&Bound<'_, PyAny>>,
        review: &str,
        changed_user_name: &str,
        in_flight_max: Option<usize>,
        page_size: Option<u32>,
        role_attribute: Option<&str>,
    ) -> PyResult<Self> {
        let mut config = Config::new(base_url, Secret::new(bearer_token)).raise(py)?;
        if let Some(guards) = guards {
            config.guards = guards.0;
        }
        config.review = review_of(review)?;
        config.changed_user_name = changed_user_name_of(changed_user_name)?;
        config.in_flight_max = in_flight_max.unwrap_or(config.in_flight_max);
        config.page_size = page_size.unwrap_or(config.page_size);
        config.mapping = role_attribute.map_or(config.mapping, Mapping::with_role_attribute);
        let (directory, lines) = (&directory.0, texts(journal)?);
        let records = lines.into_iter().map(Record::from_line);
        let engine = py.detach(|| sync::Engine::resume(config, directory, seed, records));
        engine.map(|engine| Self(Shared::new(engine))).raise(py)
    }

    /// What to do next. Call it again after each of its answers was acted on, and after each call of another method.
    #[pyo3(signature = (*, now))]
    fn poll<'py>(&self, py: Python<'py>, now: Instant) -> PyResult<Bound<'py, PyAny>> {
        object(py, self.0.with(py, |engine| engine.poll(now.0)))
    }

    /// Hands over the answer to a request, or why there is none; one that comes twice or too late is passed over.
    ///
    /// `not_sent` means that surely not a byte of it left; anything else is `outcome_unknown`.
    #[pyo3(signature = (*, id, now, response=None, failure=None))]
    fn receive(
        &self,
        py: Python<'_>,
        id: PyRef<'_, RequestId>,
        now: Instant,
        response: Option<PyRef<'_, Response>>,
        failure: Option<&str>,
    ) -> PyResult<()> {
        let result = match (response, failure) {
            (Some(response), None) => Ok(response.0.clone()),
            (None, Some(failure)) => Err(failure_of(failure)?),
            _ => return Err(PyValueError::new_err("expected either a response or a failure")),
        };
        let id = id.0;
        self.0.with(py, |engine| engine.receive(id, result, now.0));
        Ok(())
    }

    /// Takes over what happened in the directory between two snapshots: the next directory, after `Done` or before.
    #[pyo3(signature = (*, before, after))]
    fn change(&self, py: Python<'_>, before: PyRef<'_, Snapshot>, after: PyRef<'_, Snapshot>) {
        let (before, after) = (&before.0, &after.0);
        self.0.with(py, |engine| {
            directory::Diff::between(before, after)
                .changes()
                .into_iter()
                .for_each(|change| engine.change(change));
        });
    }

    /// Approves the plan that waits, or the one that a reading will make, by its digest (D2).
    ///
    /// Raises `InvalidInput`: `sync.not_this_plan` when another plan waits, `sync.invalid_digest`.
    #[pyo3(signature = (*, digest))]
    fn approve(&self, py: Python<'_>, digest: &str) -> PyResult<()> {
        let digest: Digest = digest.parse().raise(py)?;
        self.0.with(py, |engine| engine.approve(digest)).raise(py)
    }

    /// Gives a plan that waits for approval up; what it wanted is seen again by the next comparison.
    fn dismiss(&self, py: Python<'_>) {
        self.0.with(py, sync::Engine::dismiss);
    }

    /// Begins nothing more: what is under way is waited for and noted, then `Done` has the outcome `cancelled`.
    fn cancel(&self, py: Python<'_>) {
        self.0.with(py, sync::Engine::cancel);
    }

    /// Replaces the token, and reads the tenant again (R19).
    #[pyo3(signature = (*, bearer_token))]
    fn reauthorise(&self, py: Python<'_>, bearer_token: String) -> PyResult<()> {
        self.0.with(py, |engine| engine.reauthorise(Secret::new(bearer_token))).raise(py)
    }

    /// Reads the whole tenant again and compares everything: finds drift, and what earlier failed.
    fn reconcile(&self, py: Python<'_>) {
        self.0.with(py, sync::Engine::reconcile);
    }

    /// Whether there is a plan, without a copy of it.
    #[getter]
    fn has_plan(&self, py: Python<'_>) -> bool {
        self.0.with(py, |engine| engine.plan().is_some())
    }

    /// The plan that waits for approval or is being carried out.
    #[getter]
    fn plan(&self, py: Python<'_>) -> Option<Plan> {
        self.0.with(py, |engine| engine.plan().cloned()).map(Plan)
    }

    /// How far the plan is that is being carried out; `None` while none is.
    #[pyo3(signature = (*, now))]
    fn progress(&self, py: Python<'_>, now: Instant) -> Option<Progress> {
        self.0.with(py, |engine| engine.progress(now.0)).map(Progress::of)
    }

    /// The events since the last call, in order (R38-R41).
    fn events(&self, py: Python<'_>) -> Json<Vec<sync::Event>> {
        Json(self.0.with(py, |engine| engine.events().collect()))
    }

    /// How many requests were sent, by kind.
    #[getter]
    fn requests(&self, py: Python<'_>) -> BTreeMap<&'static str, u64> {
        self.0.with(py, |engine| engine.requests().clone())
    }

    /// How many of them were writes.
    #[getter]
    fn writes(&self, py: Python<'_>) -> u64 {
        self.0.with(py, |engine| engine.writes())
    }

    /// The account at Heap that is a person's, by directory id.
    #[pyo3(signature = (person))]
    fn account_of(&self, py: Python<'_>, person: &str) -> Option<String> {
        self.0.with(py, |engine| engine.account_of(person).map(str::to_owned))
    }

    /// The group at Heap that is a group's, by directory id, while it is synced.
    #[pyo3(signature = (group))]
    fn team_of(&self, py: Python<'_>, group: &str) -> Option<String> {
        self.0.with(py, |engine| engine.team_of(group).map(str::to_owned))
    }

    /// The shortest journal with the meaning of all records so far, to be stored in their place.
    fn compacted_journal(&self, py: Python<'_>) -> Vec<String> {
        self.0.with(py, |engine| {
            engine.compacted_journal().iter().map(|record| record.as_line().to_owned()).collect()
        })
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("Engine(writes={})", self.writes(py))
    }
}
