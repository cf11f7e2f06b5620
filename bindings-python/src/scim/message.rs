//! Messages around resources.

use heap_identity::scim::{self, Document};
use pyo3::{
    Bound, IntoPyObject, PyResult, Python, pyclass,
    types::{PyAnyMethods, PyIterator},
};

use super::resource::{Group, User};
use crate::{
    convert::{Body, Json},
    error::Raise,
    table::table,
};

/// What a service provider says of an error (RFC 7644 3.12).
#[pyclass(frozen, eq, module = "heap_identity.scim")]
#[derive(Clone, PartialEq)]
pub(crate) struct ErrorBody(scim::ErrorBody);

table!(ErrorBody {
    /// The HTTP status that it names.
    status: Option<u16> = |body| body.status;
    scim_type: Option<&str> = |body| body.scim_type.as_deref();
    /// What it says to people.
    detail: Option<&str> = |body| body.detail.as_deref();
    /// The stable code of its kind, where RFC 7644 or RFC 9865 knows it.
    code: Option<&'static str> = |body| body.kind().map(|kind| kind.code());
}
    /// Reads one; `None` where the body is none.
    #[staticmethod]
    #[pyo3(signature = (body))]
    fn from_json(body: Body) -> Option<Self> {
        scim::ErrorBody::from_slice(&body.0).map(Self)
    }

    fn __repr__(&self) -> String {
        format!("ErrorBody(status={:?}, scim_type={:?})", self.0.status, self.0.scim_type)
    }
);

/// A page of resources (RFC 7644 3.4.2, RFC 9865).
#[pyclass(frozen, eq, module = "heap_identity.scim")]
#[derive(Clone, PartialEq)]
pub(crate) struct ListResponse(pub(crate) scim::ListResponse<Document>);

table!(ListResponse {
    /// How many resources match, on all pages.
    total_results: u64 = |page| page.total_results;
    /// The index of the first resource of this page, from 1, as the service provider says it.
    start_index: Option<u64> = |page| page.start_index;
    /// How many resources the service provider says are on this page.
    items_per_page: Option<u64> = |page| page.items_per_page;
    /// The cursor of the next page.
    next_cursor: Option<&str> = |page| page.next_cursor.as_deref();
    /// The cursor of the page before.
    previous_cursor: Option<&str> = |page| page.previous_cursor.as_deref();
    /// The resources of this page; none where the message has none.
    resources: Json<&Vec<Document>> = |page| Json(&page.resources);
}
    /// Reads one. Raises `ScimError` (`scim.invalid_syntax`) for what is no list or has no `totalResults`.
    #[staticmethod]
    #[pyo3(signature = (body))]
    fn from_json(py: Python<'_>, body: Body) -> PyResult<Self> {
        py.detach(|| scim::ListResponse::from_slice(&body.0)).map(Self).raise(py)
    }

    /// The resources, typed. Raises `ScimError` for one that is no user.
    pub(crate) fn users(&self, py: Python<'_>) -> PyResult<Vec<User>> {
        let read = |one: &Document| scim::User::from_slice(&one.to_vec()).map(User);
        py.detach(|| self.0.resources.iter().map(read).collect::<Result<_, _>>()).raise(py)
    }

    /// The resources, typed. Raises `ScimError` for one that is no group.
    fn groups(&self, py: Python<'_>) -> PyResult<Vec<Group>> {
        let read = |one: &Document| scim::Group::from_slice(&one.to_vec()).map(Group);
        py.detach(|| self.0.resources.iter().map(read).collect::<Result<_, _>>()).raise(py)
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        self.resources().into_pyobject(py)?.try_iter()
    }

    fn __len__(&self) -> usize {
        self.0.resources.len()
    }

    fn __repr__(&self) -> String {
        format!("ListResponse(total_results={}, resources={})", self.0.total_results, self.0.resources.len())
    }
);
