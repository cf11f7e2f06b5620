//! What an assertion says of a person beside the NameID.

use std::collections::BTreeMap;

use heap_identity::heap::{self, Property};
use pyo3::{
    Bound, PyRef, PyResult, Python, pyclass, pymethods,
    types::{PyAnyMethods, PyDict, PyDictMethods},
};

use super::names::Identified;
use crate::{
    convert::{Json, word},
    directory::Snapshot,
    error::Raise,
    table::words,
};

words! {
    property_of: Property {
        "email" => Property::Email,
        "user_name" => Property::UserName,
        "given_name" => Property::GivenName,
        "family_name" => Property::FamilyName,
        "role" => Property::Role,
    }
}

/// Where the values of an attribute of an assertion come from (R5).
#[pyclass(frozen, eq, module = "heap_identity.heap")]
#[derive(Clone, PartialEq)]
pub(crate) struct AttributeSource(heap::AttributeSource);

#[pymethods]
impl AttributeSource {
    /// The same for everybody; `YOUR_ID` in it stands for the Heap ID (R4).
    #[staticmethod]
    #[pyo3(signature = (value))]
    fn constant(value: String) -> Self {
        Self(heap::AttributeSource::Constant(value))
    }

    /// A property of the person; an attribute without value is left out.
    #[staticmethod]
    #[pyo3(signature = (property))]
    fn property(property: &str) -> PyResult<Self> {
        Ok(Self(heap::AttributeSource::Property(property_of(property)?)))
    }

    /// The names of the bound groups that hold the person.
    #[staticmethod]
    const fn groups() -> Self {
        Self(heap::AttributeSource::Groups)
    }

    fn __repr__(&self) -> String {
        match &self.0 {
            heap::AttributeSource::Constant(value) => format!("AttributeSource.constant({value:?})"),
            heap::AttributeSource::Property(property) => {
                format!("AttributeSource.property({:?})", word(property))
            }
            _ => "AttributeSource.groups()".to_owned(),
        }
    }
}

/// Which attributes an assertion has beside the NameID, by name, in order (R5).
#[pyclass(frozen, eq, module = "heap_identity.heap")]
#[derive(Clone, PartialEq)]
pub(crate) struct AttributeMapping(pub(crate) heap::AttributeMapping);

#[pymethods]
impl AttributeMapping {
    #[new]
    #[pyo3(signature = (rows=None))]
    fn new(rows: Option<&Bound<'_, PyDict>>) -> PyResult<Self> {
        let mut mapping = heap::AttributeMapping::default();
        for (name, source) in rows.into_iter().flat_map(|rows| rows.iter()) {
            mapping.set(name.extract()?, source.cast::<AttributeSource>()?.get().0.clone());
        }
        Ok(Self(mapping))
    }

    /// The names of the attributes.
    fn names(&self) -> Vec<&str> {
        self.0.names().collect()
    }

    /// The name and the source of each, as they are stored.
    fn rows(&self) -> Json<&heap::AttributeMapping> {
        Json(&self.0)
    }

    /// The same with the Heap ID in the place of each `YOUR_ID` (R4). Raises `InvalidInput` (`heap.placeholder_left`).
    #[pyo3(signature = (*, heap_id))]
    fn filled(&self, py: Python<'_>, heap_id: Identified) -> PyResult<Self> {
        self.0.filled(&heap_id.0).map(Self).raise(py)
    }

    /// The attributes of a person, by directory id; none for somebody without access (R12).
    #[pyo3(signature = (*, directory, person))]
    fn attributes_of(
        &self,
        py: Python<'_>,
        directory: PyRef<'_, Snapshot>,
        person: &str,
    ) -> BTreeMap<String, Vec<String>> {
        let directory = &directory.0;
        let attributes = py.detach(|| self.0.attributes_of(directory, person));
        attributes.iter().map(|(name, values)| (name.to_owned(), values.to_vec())).collect()
    }

    fn __repr__(&self) -> String {
        format!("AttributeMapping({:?})", self.names())
    }
}
