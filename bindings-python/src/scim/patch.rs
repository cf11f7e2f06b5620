//! PATCH.

use std::collections::BTreeMap;

use heap_identity::scim::{
    self,
    patch::{self, Dialect, Op, Tolerance},
};
use pyo3::{Bound, PyAny, PyResult, Python, pyclass, pyfunction, pymethods, types::PyBytes};

use super::{
    Resource,
    filter::{Path, Pathed},
    schema::Described,
};
use crate::{
    convert::{Body, Json, Value, texts},
    error::Raise,
    table::{table, words},
};

words! {
    dialect_of: Dialect {
        "strict" => Dialect::STRICT,
        "entra" => Dialect::ENTRA,
        "okta" => Dialect::OKTA,
        "onelogin" => Dialect::ONELOGIN,
        "jumpcloud" => Dialect::JUMPCLOUD,
        "tolerant" => Dialect::TOLERANT,
    }
    op_of: Op { "add" => Op::Add, "remove" => Op::Remove, "replace" => Op::Replace }
}

fn codes(tolerated: &[Tolerance]) -> Vec<&'static str> {
    tolerated.iter().map(|tolerance| tolerance.code()).collect()
}

/// What each dialect of PATCH tolerates beyond RFC 7644 3.5.2, as stable codes by the dialect's name.
#[pyfunction]
pub(crate) fn dialects() -> BTreeMap<&'static str, Vec<&'static str>> {
    let all = [
        Dialect::STRICT,
        Dialect::ENTRA,
        Dialect::OKTA,
        Dialect::ONELOGIN,
        Dialect::JUMPCLOUD,
        Dialect::TOLERANT,
    ];
    all.iter().map(|dialect| (dialect.name, codes(dialect.tolerances))).collect()
}

/// One operation of a PATCH (RFC 7644 3.5.2).
///
/// `None` is no value here; `Patch.replace(path, None)` unassigns (RFC 7643 2.5).
#[pyclass(frozen, eq, module = "heap_identity.scim")]
#[derive(Clone, PartialEq)]
pub(crate) struct Operation(patch::Operation);

table!(Operation {
    op: &'static str = |operation| operation.op.name();
    /// To what it is done; to the resource itself where absent.
    path: Option<Path> = |operation| operation.path.as_ref().map(Path::of);
    /// With what.
    value: Option<Json<&serde_json::Value>> = |operation| operation.value.as_ref().map(Json);
}
    #[new]
    #[pyo3(signature = (*, op, path=None, value=None))]
    fn new(op: &str, path: Option<Pathed>, value: Option<Value>) -> PyResult<Self> {
        let (path, value) = (path.map(|Pathed(path)| path), value.map(|Value(value)| value));
        Ok(Self(patch::Operation { op: op_of(op)?, path, value }))
    }

    fn __repr__(&self) -> String {
        let path = self.0.path.as_ref().map_or_else(|| "None".to_owned(), |path| format!("{:?}", path.to_string()));
        format!("Operation(op={:?}, path={path})", self.0.op.name())
    }
);

/// What applying a PATCH did.
#[pyclass(frozen, get_all, module = "heap_identity.scim")]
pub(crate) struct Applied {
    /// The resource as it is now.
    resource: Json<scim::Document>,
    /// Whether it is another than before.
    changed: bool,
    /// The stable codes of what was tolerated on the way.
    tolerated: Vec<&'static str>,
}

#[pymethods]
impl Applied {
    fn __repr__(&self) -> String {
        let changed = if self.changed { "True" } else { "False" };
        format!("Applied(changed={changed}, tolerated={:?})", self.tolerated)
    }
}

/// A PATCH request (RFC 7644 3.5.2): operations in order, applied all or not at all. Its methods give a new one.
///
/// `dialect` names who writes the message: `strict` is RFC 7644 alone, `tolerant` all that contradicts no rule of it.
#[pyclass(frozen, eq, module = "heap_identity.scim")]
#[derive(Clone, PartialEq)]
pub(crate) struct Patch(pub(super) scim::Patch);

table!(Patch {
    operations: Vec<Operation> = |patch| patch.operations.iter().cloned().map(Operation).collect();
}
    #[new]
    #[pyo3(signature = (operations=None))]
    fn new(operations: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        use pyo3::types::PyAnyMethods;
        let mut patch = scim::Patch::new();
        if let Some(operations) = operations {
            for operation in operations.try_iter()? {
                patch.operations.push(operation?.cast::<Operation>()?.get().0.clone());
            }
        }
        Ok(Self(patch))
    }

    /// Reads a message, strictly. Raises `ScimError`: `scim.invalid_syntax`, `scim.invalid_path`, `scim.invalid_value`,
    /// `scim.no_target`.
    #[staticmethod]
    #[pyo3(signature = (body))]
    fn from_json(py: Python<'_>, body: Body) -> PyResult<Self> {
        py.detach(|| scim::Patch::from_slice(&body.0)).map(Self).raise(py)
    }

    /// Reads a message in a dialect, and says what was tolerated. Raises as `from_json`.
    #[staticmethod]
    #[pyo3(signature = (body, *, dialect))]
    fn read(py: Python<'_>, body: Body, dialect: &str) -> PyResult<(Self, Vec<&'static str>)> {
        let dialect = dialect_of(dialect)?;
        let (patch, tolerated) = py.detach(|| scim::Patch::read(&body.0, &dialect)).raise(py)?;
        Ok((Self(patch), codes(&tolerated)))
    }

    /// What leads from one resource to another: no operation where they say the same. Members join and leave by id (F23).
    ///
    /// Raises `ScimError` where no PATCH leads there: `scim.mutability`, `scim.invalid_path`, `scim.invalid_value`.
    #[staticmethod]
    #[pyo3(signature = (*, before, after, kind, dialect="strict"))]
    fn between(
        py: Python<'_>,
        before: Resource,
        after: Resource,
        kind: Described,
        dialect: &str,
    ) -> PyResult<Self> {
        let dialect = dialect_of(dialect)?;
        let patch = py.detach(|| scim::Patch::between(&before.0, &after.0, &kind.0, &dialect));
        patch.map(Self).raise(py)
    }

    /// Reads a message and applies it, strictly first and then with what is tolerated (D24). Raises `ScimError`.
    #[staticmethod]
    #[pyo3(signature = (body, *, resource, kind))]
    fn in_any_dialect(py: Python<'_>, body: Body, resource: Resource, kind: Described) -> PyResult<Applied> {
        let applied = py.detach(|| {
            scim::Patch::in_any_dialect(&body.0, |patch: &scim::Patch, dialect: &Dialect| {
                let mut after = resource.0.clone();
                let applied = patch.apply(&mut after, &kind.0, dialect)?;
                Ok(((after, applied.changed), applied.tolerated))
            })
        });
        let ((after, changed), tolerated) = applied.raise(py)?;
        Ok(Applied { resource: Json(after), changed, tolerated: codes(&tolerated) })
    }

    /// Adds to an attribute (RFC 7644 3.5.2.1).
    #[pyo3(signature = (path, value))]
    fn add(&self, path: Pathed, value: Value) -> Self {
        Self(self.0.clone().add(path.0, value.0))
    }

    /// Replaces an attribute (RFC 7644 3.5.2.3).
    #[pyo3(signature = (path, value))]
    fn replace(&self, path: Pathed, value: Value) -> Self {
        Self(self.0.clone().replace(path.0, value.0))
    }

    /// Removes an attribute, or the values that a path's filter finds (RFC 7644 3.5.2.2).
    #[pyo3(signature = (path))]
    fn remove(&self, path: Pathed) -> Self {
        Self(self.0.clone().remove(path.0))
    }

    /// Adds the members with these ids to a group.
    #[pyo3(signature = (ids))]
    fn add_members(&self, ids: &Bound<'_, PyAny>) -> PyResult<Self> {
        let ids = texts(Some(ids))?;
        Ok(Self(self.0.clone().add_members(ids.iter().map(String::as_str))))
    }

    /// Removes the members with these ids from a group, one operation each.
    #[pyo3(signature = (ids))]
    fn remove_members(&self, ids: &Bound<'_, PyAny>) -> PyResult<Self> {
        let ids = texts(Some(ids))?;
        Ok(Self(self.0.clone().remove_members(ids.iter().map(String::as_str))))
    }

    /// The same as several messages that add or remove so many values at most, each atomic by itself (F10).
    #[pyo3(signature = (*, values_max))]
    fn chunks(&self, values_max: usize) -> Vec<Self> {
        self.0.clone().chunks(values_max).into_iter().map(Self).collect()
    }

    /// Applies the operations in order, all or none; what was given stays as it is.
    ///
    /// Raises `ScimError` with the operation's number: `scim.invalid_path`, `scim.no_target`, `scim.mutability`,
    /// `scim.invalid_value`, `scim.invalid_filter` (RFC 7644 3.12).
    #[pyo3(signature = (resource, *, kind, dialect="strict"))]
    fn apply(&self, py: Python<'_>, resource: Resource, kind: Described, dialect: &str) -> PyResult<Applied> {
        let (dialect, mut resource) = (dialect_of(dialect)?, resource.0);
        let applied = py.detach(|| self.0.apply(&mut resource, &kind.0, &dialect)).raise(py)?;
        let patch::Applied { changed, tolerated, .. } = applied;
        Ok(Applied { resource: Json(resource), changed, tolerated: codes(&tolerated) })
    }

    /// The message.
    fn to_json<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.to_vec())
    }

    fn __len__(&self) -> usize {
        self.0.operations.len()
    }

    fn __repr__(&self) -> String {
        format!("Patch({} operations)", self.0.operations.len())
    }
);
