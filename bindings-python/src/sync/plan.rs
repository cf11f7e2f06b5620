//! Plans and guards.

use heap_identity::sync;
use pyo3::{PyResult, exceptions::PyValueError, pyclass, pymethods};

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Guards(pub(crate) Option<sync::Guards>);

#[pymethods]
impl Guards {
    #[staticmethod]
    fn default() -> Self {
        Self(Some(sync::Guards::default()))
    }

    #[staticmethod]
    fn off() -> Self {
        Self(None)
    }

    #[staticmethod]
    fn from_json(text: &str) -> PyResult<Self> {
        let guards = serde_json::from_str(text).map_err(|error| PyValueError::new_err(error.to_string()))?;
        Ok(Self(Some(guards)))
    }

    fn __repr__(&self) -> String {
        self.0.map_or_else(|| "Guards(off)".to_owned(), |guards| format!("{guards:?}"))
    }
}

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Plan(pub(crate) sync::Plan);

#[pymethods]
impl Plan {
    #[getter]
    fn digest(&self) -> String {
        self.0.digest().to_string()
    }

    #[getter]
    fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn __len__(&self) -> usize {
        self.0.steps().len()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Plan(steps={}, digest={:?})", self.0.steps().len(), self.digest())
    }
}
