//! Filters, and the names of attributes in them.

use core::hash::{Hash, Hasher};
use std::hash::DefaultHasher;

use heap_identity::scim::{
    self,
    filter::{self, Comparand, Operator},
};
use pyo3::{
    FromPyObject, PyAny, PyErr, PyRef, PyResult, Python,
    exceptions::PyTypeError,
    pyclass, pymethods,
    types::{PyAnyMethods, PyString},
};

use super::{Resource, schema::Described};
use crate::{
    convert,
    error::Raise,
    table::{table, words},
};

words! {
    operator_of: Operator {
        "co" => Operator::Contains,
        "ew" => Operator::EndsWith,
        "eq" => Operator::Equal,
        "ge" => Operator::GreaterOrEqual,
        "gt" => Operator::Greater,
        "le" => Operator::LessOrEqual,
        "lt" => Operator::Less,
        "ne" => Operator::NotEqual,
        "sw" => Operator::StartsWith,
    }
}

/// The name of an attribute in filters and paths (RFC 7644 3.10): `[URN:]name[.sub-attribute]`.
///
/// Two are equal when they are written the same but for case (RFC 7643 2.1).
///
/// Reads one. Raises `ScimError` (`scim.invalid_path`) with the byte at which it is malformed.
#[pyclass(frozen, eq, module = "heap_identity.scim")]
#[derive(Clone, PartialEq)]
pub(crate) struct AttributePath(scim::AttributePath);

table!(AttributePath {
    /// The URN of the schema, where it is given.
    schema: Option<&str> = |path| path.schema();
    /// The attribute's name.
    name: &str = |path| path.name();
    /// The sub-attribute's name, where one is meant.
    sub_attribute: Option<&str> = |path| path.sub_attribute();
}
    #[new]
    #[pyo3(signature = (text))]
    fn new(py: Python<'_>, text: &str) -> PyResult<Self> {
        text.parse().map(Self).raise(py)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.to_string().to_ascii_lowercase().hash(&mut hasher);
        hasher.finish()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("AttributePath({:?})", self.0.to_string())
    }
);

/// The name of an attribute as an argument.
pub(crate) struct Attributed(pub(crate) scim::AttributePath);

impl<'py> FromPyObject<'_, 'py> for Attributed {
    type Error = PyErr;

    fn extract(object: pyo3::Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return object.extract::<&str>()?.parse().map(Self).raise(object.py());
        }
        Ok(Self(object.extract::<PyRef<'_, AttributePath>>()?.0.clone()))
    }
}

/// What an attribute is compared with: `None`, a boolean, a number or a text.
struct Compared(Comparand);

impl<'py> FromPyObject<'_, 'py> for Compared {
    type Error = PyErr;

    fn extract(object: pyo3::Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        Ok(Self(match object.extract::<convert::Value>()?.0 {
            serde_json::Value::Null => Comparand::Null,
            serde_json::Value::Bool(value) => Comparand::Boolean(value),
            serde_json::Value::Number(number) => Comparand::Number(number),
            serde_json::Value::String(text) => Comparand::Text(text),
            _ => return Err(PyTypeError::new_err("expected None, a boolean, a number or a text")),
        }))
    }
}

/// A condition on resources (RFC 7644 3.4.2.2). `&`, `|` and `~` join and negate; `str` writes it.
///
/// An attribute is named by a text or an `AttributePath`.
///
/// Reads one. Raises `ScimError` (`scim.invalid_filter`) with the byte at which it is malformed, too long or too deep.
#[pyclass(frozen, eq, module = "heap_identity.scim")]
#[derive(Clone, PartialEq)]
pub(crate) struct Filter(pub(super) scim::Filter);

#[pymethods]
impl Filter {
    #[new]
    #[pyo3(signature = (text))]
    fn new(py: Python<'_>, text: &str) -> PyResult<Self> {
        text.parse().map(Self).raise(py)
    }

    /// `attribute eq value`; a text is escaped as it has to be.
    #[staticmethod]
    #[pyo3(signature = (attribute, value))]
    fn equals(attribute: Attributed, value: Compared) -> Self {
        Self(scim::Filter::equals(attribute.0, value.0))
    }

    /// `attribute operator value`.
    #[staticmethod]
    #[pyo3(signature = (attribute, operator, value))]
    fn compare(attribute: Attributed, operator: &str, value: Compared) -> PyResult<Self> {
        Ok(Self(scim::Filter::compare(attribute.0, operator_of(operator)?, value.0)))
    }

    /// `attribute pr`.
    #[staticmethod]
    #[pyo3(signature = (attribute))]
    fn present(attribute: Attributed) -> Self {
        Self(scim::Filter::present(attribute.0))
    }

    fn __and__(&self, other: PyRef<'_, Self>) -> Self {
        Self(self.0.clone().and(other.0.clone()))
    }

    fn __or__(&self, other: PyRef<'_, Self>) -> Self {
        Self(self.0.clone().or(other.0.clone()))
    }

    fn __invert__(&self) -> Self {
        Self(self.0.clone().negate())
    }

    /// Every attribute that is named outside of brackets.
    fn attributes(&self) -> Vec<AttributePath> {
        let mut named = Vec::new();
        self.0.attributes(&mut |attribute| named.push(AttributePath(attribute.clone())));
        named
    }

    /// The attribute and the value, where the filter is one `eq` with a text: what an index can answer.
    fn as_equality(&self) -> Option<(AttributePath, &str)> {
        self.0.as_equality().map(|(attribute, text)| (AttributePath(attribute.clone()), text))
    }

    /// The filter, fitted to the schema of a type of resource (D24). A name that the schema does not have is no error.
    ///
    /// Raises `ScimError` (`scim.invalid_filter`) where a comparison is not defined: the value is not of the attribute's
    /// type, an order of booleans or binaries, a part of what is no text.
    #[pyo3(signature = (kind))]
    fn check(&self, py: Python<'_>, kind: Described) -> PyResult<CheckedFilter> {
        self.0.check(&kind.0).map(CheckedFilter).raise(py)
    }

    fn __hash__(&self) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.0.to_string().to_ascii_lowercase().hash(&mut hasher);
        hasher.finish()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Filter({:?})", self.0.to_string())
    }
}

/// A filter that fits its schema. Only `Filter.check` makes one.
#[pyclass(frozen, module = "heap_identity.scim")]
pub(crate) struct CheckedFilter(filter::CheckedFilter);

#[pymethods]
impl CheckedFilter {
    /// Whether a resource meets the filter. An absent attribute counts as `null` (RFC 7643 2.5).
    #[pyo3(signature = (resource))]
    fn matches(&self, resource: Resource) -> bool {
        self.0.matches(&resource.0)
    }

    #[expect(clippy::unused_self, reason = "what is checked has no text of its own")]
    fn __repr__(&self) -> &'static str {
        "CheckedFilter()"
    }
}

/// What a PATCH operation is about (RFC 7644 3.5.2): `name.familyName`, `emails[type eq "work"].value`.
///
/// Reads one. Raises `ScimError` (`scim.invalid_path`) with the byte at which it is malformed.
#[pyclass(frozen, eq, module = "heap_identity.scim")]
#[derive(Clone, PartialEq)]
pub(crate) struct Path(scim::Path);

table!(Path {
    /// The attribute, with the sub-attribute where the path ends in one.
    attribute: AttributePath = |path| AttributePath(path.attribute().clone());
    /// The filter that chooses among the attribute's values.
    filter: Option<Filter> = |path| path.filter().cloned().map(Filter);
}
    #[new]
    #[pyo3(signature = (text))]
    fn new(py: Python<'_>, text: &str) -> PyResult<Self> {
        text.parse().map(Self).raise(py)
    }

    /// The member of a group with this id: members are removed by id, never by place (F23).
    #[staticmethod]
    #[pyo3(signature = (id))]
    fn member(id: &str) -> Self {
        Self(scim::Path::member(id))
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Path({:?})", self.0.to_string())
    }
);

impl Path {
    pub(super) fn of(path: &scim::Path) -> Self {
        Self(path.clone())
    }
}

/// The path of an operation as an argument.
pub(super) struct Pathed(pub(super) scim::Path);

impl<'py> FromPyObject<'_, 'py> for Pathed {
    type Error = PyErr;

    fn extract(object: pyo3::Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return object.extract::<&str>()?.parse().map(Self).raise(object.py());
        }
        Ok(Self(object.extract::<PyRef<'_, Path>>()?.0.clone()))
    }
}
