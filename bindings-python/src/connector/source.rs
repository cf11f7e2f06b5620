//! Directories out of other forms.

use std::collections::BTreeMap;

use heap_identity::{
    connector::{self, Page, SourceError},
    heap,
};
use pyo3::{Bound, PyAny, PyRef, PyResult, Python, pyclass, pyfunction, pymethods, types::PyAnyMethods};

use crate::{
    convert::Body,
    directory::Snapshot,
    error::Raise,
    scim::resource::{AnyGroup, AnyUser},
    table::Shared,
};

/// Where Heap's role of a person comes from (R21, D8).
#[pyclass(frozen, eq, module = "heap_identity.connector")]
#[derive(Clone, PartialEq)]
pub(crate) struct RoleSource(connector::RoleSource);

#[pymethods]
impl RoleSource {
    /// From an attribute of the person, by its name at the source.
    #[staticmethod]
    #[pyo3(signature = (name))]
    fn attribute(name: String) -> Self {
        Self(connector::RoleSource::Attribute(name))
    }

    /// By group: of these ids with roles, the first that holds the person decides.
    #[staticmethod]
    #[pyo3(signature = (groups))]
    fn by_group(groups: Vec<(String, String)>) -> Self {
        let groups = groups.into_iter().map(|(group, role)| (group, heap::Role::from(role.as_str())));
        Self(connector::RoleSource::ByGroup(groups.collect()))
    }

    /// The same for everybody.
    #[staticmethod]
    #[pyo3(signature = (role))]
    fn constant(role: &str) -> Self {
        Self(connector::RoleSource::Constant(heap::Role::from(role)))
    }

    /// The role at Heap is never touched.
    #[staticmethod]
    const fn nowhere() -> Self {
        Self(connector::RoleSource::None)
    }

    fn __repr__(&self) -> String {
        format!("RoleSource({:?})", self.0)
    }
}

/// The roles of a directory that are neither Heap's own nor among the tenant's `custom` ones, and how many people have each.
///
/// How Heap answers to an unknown role is not published (D8): look at them before anything is sent.
#[pyfunction]
#[pyo3(signature = (directory, *, custom=Vec::new()))]
#[expect(clippy::needless_pass_by_value, reason = "that is how an argument comes from Python")]
pub(crate) fn unknown_roles(
    py: Python<'_>,
    directory: PyRef<'_, Snapshot>,
    custom: Vec<String>,
) -> BTreeMap<String, usize> {
    let (directory, custom) = (&directory.0, custom.iter().map(String::as_str).collect::<Vec<_>>());
    let unknown = py.detach(|| connector::unknown_roles(directory, &custom));
    unknown.into_iter().map(|role| (role.name, role.people)).collect()
}

/// A directory from two CSV files (RFC 4180) with a line of names each.
///
/// People: `id`, `userName`, `active`, as wanted `givenName`, `familyName`, `email`, `role`; memberships: `groupId`, `groupName`,
/// `userId`, as wanted `bound`. Raises `InvalidInput` (`connector.source_malformed`, `connector.source_unknown_member`) with the line.
#[pyfunction]
#[pyo3(signature = (*, people, memberships))]
pub(crate) fn snapshot_from_csv(py: Python<'_>, people: &str, memberships: &str) -> PyResult<Snapshot> {
    py.detach(|| connector::snapshot_from_csv(people, memberships)).map(Snapshot).raise(py)
}

/// A directory from the users and groups of any SCIM service provider, all of them. No group is bound.
///
/// Raises `InvalidInput`: `connector.source_missing` for a resource without an id and for members that were left out (F13),
/// `connector.source_unknown_member`.
#[pyfunction]
#[pyo3(signature = (*, users, groups, roles=None))]
pub(crate) fn snapshot_from_scim(
    py: Python<'_>,
    users: &Bound<'_, PyAny>,
    groups: &Bound<'_, PyAny>,
    roles: Option<PyRef<'_, RoleSource>>,
) -> PyResult<Snapshot> {
    let users = users.try_iter()?.map(|user| Ok(user?.extract::<AnyUser>()?.0));
    let groups = groups.try_iter()?.map(|group| Ok(group?.extract::<AnyGroup>()?.0));
    let (users, groups) = (users.collect::<PyResult<Vec<_>>>()?, groups.collect::<PyResult<Vec<_>>>()?);
    let roles = roles.map_or(connector::RoleSource::None, |roles| roles.0.clone());
    py.detach(|| connector::snapshot_from_scim(users, groups, &roles)).map(Snapshot).raise(py)
}

/// The same directory with the roles that `roles` gives; an attribute is known to the source alone, and leaves them as they were read.
#[pyfunction]
#[pyo3(signature = (directory, roles))]
pub(crate) fn with_roles(
    py: Python<'_>,
    directory: PyRef<'_, Snapshot>,
    roles: PyRef<'_, RoleSource>,
) -> PyResult<Snapshot> {
    let (directory, roles) = (&directory.0, &roles.0);
    py.detach(|| connector::with_roles(directory, roles)).map(Snapshot).raise(py)
}

/// Collects pages of JumpCloud's API until the directory is whole (F02, F04).
///
/// Each method takes a body and gives how many to skip for the next page, and `None` after the last one. Raises `InvalidInput`
/// (`connector.source_malformed`, and `connector.source_moved` for what came before: the list has changed, so read everything again).
///
/// For pages that are asked for with this `limit`. Roles come from nowhere unless given.
#[pyclass(frozen, module = "heap_identity.connector")]
pub(crate) struct JumpCloud(Shared<Option<connector::JumpCloud>>);

impl JumpCloud {
    /// How many to skip for the next page; `None` after the last.
    fn page(
        &self,
        py: Python<'_>,
        read: impl FnOnce(&mut connector::JumpCloud) -> Result<Page, SourceError> + Send,
    ) -> PyResult<Option<usize>> {
        let page = self.0.with(py, |collector| read(collector.as_mut().ok_or_else(used_up)?));
        Ok(match page.raise(py)? {
            Page::Next { skip } => Some(skip),
            _ => None,
        })
    }
}

fn used_up() -> SourceError {
    SourceError::Missing("the directory".to_owned())
}

#[pymethods]
impl JumpCloud {
    #[new]
    #[pyo3(signature = (*, roles=None, limit=100))]
    fn new(roles: Option<PyRef<'_, RoleSource>>, limit: usize) -> Self {
        let roles = roles.map(|roles| roles.0.clone()).unwrap_or_default();
        Self(Shared::new(Some(connector::JumpCloud::new(roles, limit))))
    }

    /// A page of `/api/systemusers`.
    #[pyo3(signature = (body))]
    fn users(&self, py: Python<'_>, body: Body) -> PyResult<Option<usize>> {
        self.page(py, |collector| collector.users(&body.0))
    }

    /// A page of `/api/v2/usergroups`.
    #[pyo3(signature = (body))]
    fn groups(&self, py: Python<'_>, body: Body) -> PyResult<Option<usize>> {
        self.page(py, |collector| collector.groups(&body.0))
    }

    /// The groups that were read: each one's members are to be read.
    #[getter]
    fn group_ids(&self, py: Python<'_>) -> Vec<String> {
        self.0.with(py, |collector| {
            collector.iter().flat_map(|collector| collector.group_ids()).map(str::to_owned).collect()
        })
    }

    /// A page of `/api/v2/usergroups/{group}/members`.
    #[pyo3(signature = (group, body))]
    fn members(&self, py: Python<'_>, group: &str, body: Body) -> PyResult<Option<usize>> {
        self.page(py, |collector| collector.members(group, &body.0))
    }

    /// A page of the application's associations with user groups: the bound ones.
    #[pyo3(signature = (body))]
    fn bound_groups(&self, py: Python<'_>, body: Body) -> PyResult<Option<usize>> {
        self.page(py, |collector| collector.bound_groups(&body.0))
    }

    /// The directory; what was collected is used up. Raises `InvalidInput` (`connector.source_incomplete`,
    /// `connector.source_missing`, `connector.source_moved`) unless everything was read to its end.
    fn snapshot(&self, py: Python<'_>) -> PyResult<Snapshot> {
        let collected = self.0.with(py, |collector| collector.take().ok_or_else(used_up)?.snapshot());
        collected.map(Snapshot).raise(py)
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("JumpCloud(groups={})", self.group_ids(py).len())
    }
}
