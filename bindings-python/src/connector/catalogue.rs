//! The applications of an identity provider.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use heap_identity::{connector, sync};
use pyo3::{
    Bound, PyAny, PyRef, PyResult, Python, pyclass, pymethods,
    types::{PyAnyMethods, PyIterator, PyList},
};

use super::{application::Application, parts::Details};
use crate::{
    convert::{Body, Instant, Json, texts},
    error::Raise,
    table::table,
};

/// The applications at the identity provider, by name. What it gives is the application in it, not a copy.
#[pyclass(frozen, module = "heap_identity.connector")]
pub(crate) struct Catalogue(Arc<Mutex<connector::Catalogue>>);

impl Catalogue {
    fn locked(&self) -> MutexGuard<'_, connector::Catalogue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn take(&self, py: Python<'_>, application: connector::Application) -> PyResult<Application> {
        let name = application.name().to_owned();
        py.detach(|| self.locked().add(application)).raise(py)?;
        Ok(self.handle(&name))
    }

    fn handle(&self, name: &str) -> Application {
        Application::among(Arc::clone(&self.0), name)
    }
}

#[pymethods]
impl Catalogue {
    #[new]
    fn new() -> Self {
        Self(Arc::new(Mutex::new(connector::Catalogue::new())))
    }

    /// Adds an application. Raises `Refused`: `connector.name_taken`, `connector.url_taken`, `connector.empty_label`.
    #[pyo3(signature = (name, *, details, idp_url=None))]
    fn add(
        &self,
        py: Python<'_>,
        name: &str,
        details: PyRef<'_, Details>,
        idp_url: Option<&str>,
    ) -> PyResult<Application> {
        self.take(py, connector::Application::new(name, details.0.clone(), idp_url).raise(py)?)
    }

    /// Adds an application that was stored. Raises as `add` and `Application.from_json`.
    #[pyo3(signature = (body))]
    fn add_stored(&self, py: Python<'_>, body: Body) -> PyResult<Application> {
        self.take(py, connector::Application::from_json(&body.0).raise(py)?)
    }

    /// The application with this name.
    #[pyo3(signature = (name))]
    fn get(&self, py: Python<'_>, name: &str) -> Option<Application> {
        let is_there = py.detach(|| self.locked().get(name).is_some());
        is_there.then(|| self.handle(name))
    }

    /// The names of all applications, in order.
    fn names(&self, py: Python<'_>) -> Vec<String> {
        py.detach(|| self.locked().iter().map(|application| application.name().to_owned()).collect())
    }

    /// Deletes applications, when their number was entered as a confirmation (R43); all or none.
    ///
    /// Raises `Refused`: `connector.count`, `connector.no_such_application`, and for one that is being verified.
    #[pyo3(signature = (names, *, entered, now))]
    fn delete(
        &self,
        py: Python<'_>,
        names: &Bound<'_, PyAny>,
        entered: usize,
        now: Instant,
    ) -> PyResult<Vec<Deleted>> {
        let names = texts(Some(names))?;
        let deleted =
            py.detach(|| self.locked().delete(names.iter().map(String::as_str), entered, now.0)).raise(py)?;
        Ok(deleted.into_iter().map(Deleted).collect())
    }

    /// The events of all applications since the last call, also of the deleted ones.
    fn events(&self, py: Python<'_>) -> Json<Vec<sync::Event>> {
        Json(py.detach(|| self.locked().events()))
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        let handles = self.names(py).into_iter().map(|name| Bound::new(py, self.handle(&name)));
        PyList::new(py, handles.collect::<PyResult<Vec<_>>>()?)?.try_iter()
    }

    fn __len__(&self, py: Python<'_>) -> usize {
        py.detach(|| self.locked().iter().count())
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("Catalogue({:?})", self.names(py))
    }
}

/// What a deletion did.
#[pyclass(frozen, eq, module = "heap_identity.connector")]
#[derive(PartialEq)]
pub(crate) struct Deleted(connector::Deleted);

table!(Deleted {
    /// The application's name.
    application: &str = |deleted| &deleted.application;
    /// What remains to be done at Heap (R44).
    remains: Vec<&'static str> = |deleted| deleted.remains.clone();
}
    fn __repr__(&self) -> String {
        format!("Deleted({:?})", self.0.application)
    }
);
