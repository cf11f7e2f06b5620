//! What Heap is called, its template and its roles.

use core::hash::{Hash, Hasher};

use heap_identity::heap;
use pyo3::{
    FromPyObject, PyAny, PyErr, PyRef, PyResult, Python, pyclass, pyfunction,
    types::{PyAnyMethods, PyString},
};

use crate::{error::Raise, table::table};

pub(crate) const ACS_URL_TEMPLATE: &str = heap::ACS_URL_TEMPLATE;

/// A tenant's Heap ID: what its ACS is made of. `str` gives it back.
///
/// As Heap's settings show it. Raises `InvalidInput` (`heap.malformed_name`, `heap.placeholder_left`).
#[pyclass(frozen, eq, hash, module = "heap_identity.heap")]
#[derive(Clone, Eq, Hash, PartialEq)]
pub(crate) struct HeapId(pub(crate) heap::HeapId);

table!(HeapId {
    /// The address at which the tenant takes SAML Responses: it ends in a slash.
    acs_url: String = |id| id.acs_url();
}
    #[new]
    #[pyo3(signature = (text))]
    fn new(py: Python<'_>, text: &str) -> PyResult<Self> {
        text.parse().map(Self).raise(py)
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("HeapId({:?})", self.0.to_string())
    }
);

/// The `[tenant]` of the SCIM base URL, which may be another value than the Heap ID (D15). `str` gives it back.
///
/// As Heap's settings show it. Raises `InvalidInput` (`heap.malformed_name`).
#[pyclass(frozen, eq, hash, module = "heap_identity.heap")]
#[derive(Clone, Eq, Hash, PartialEq)]
pub(crate) struct TenantName(heap::TenantName);

table!(TenantName {
    /// The address below which the tenant's SCIM endpoints are (R17).
    scim_base_url: String = |name| name.scim_base_url();
}
    #[new]
    #[pyo3(signature = (text))]
    fn new(py: Python<'_>, text: &str) -> PyResult<Self> {
        text.parse().map(Self).raise(py)
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("TenantName({:?})", self.0.to_string())
    }
);

/// A Heap ID as an argument: a text or what was made of one.
pub(crate) struct Identified(pub(crate) heap::HeapId);

impl<'py> FromPyObject<'_, 'py> for Identified {
    type Error = PyErr;

    fn extract(object: pyo3::Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return object.extract::<&str>()?.parse().map(Self).raise(object.py());
        }
        Ok(Self(object.extract::<PyRef<'_, HeapId>>()?.0.clone()))
    }
}

/// A value of the SSO configuration with the Heap ID in the place of every `YOUR_ID` (R4).
///
/// Raises `InvalidInput` (`heap.placeholder_left`) when one is left over, in whatever spelling.
#[pyfunction]
#[pyo3(signature = (template=ACS_URL_TEMPLATE, *, heap_id))]
pub(crate) fn fill_template(py: Python<'_>, template: &str, heap_id: Identified) -> PyResult<String> {
    heap::fill_template(template, &heap_id.0).raise(py)
}

/// What a person may do in Heap. Any text that names none of Heap's own roles is a role of the tenant's (D8).
#[pyclass(frozen, eq, module = "heap_identity.heap")]
#[derive(Clone, PartialEq)]
pub(crate) struct Role(heap::Role);

table!(Role {
    /// Its name, as Heap spells it.
    name: &str = |role| role.name();
    /// Whether it is a role of the tenant's own.
    is_custom: bool = |role| matches!(role, heap::Role::Custom(_));
}
    #[new]
    #[pyo3(signature = (text))]
    fn new(text: &str) -> Self {
        Self(heap::Role::from(text))
    }

    /// The roles that every tenant has.
    #[staticmethod]
    fn default() -> Vec<Self> {
        heap::Role::DEFAULT.iter().cloned().map(Self).collect()
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = std::hash::DefaultHasher::new();
        self.0.hash(&mut hasher);
        hasher.finish()
    }

    fn __str__(&self) -> &str {
        self.0.name()
    }

    fn __repr__(&self) -> String {
        format!("Role({:?})", self.0.name())
    }
);
