//! The client's end: requests as values, and what a service provider can do, on evidence.

use heap_identity::{
    scim::client::{self, Filters, Pages, Writes},
    wire::Secret,
};
use pyo3::{PyRef, PyResult, Python, pyclass, pymethods};

use super::{Resource, filter::Filter, kind_of, listing::At, patch::Patch};
use crate::{
    convert::Body,
    error::Raise,
    table::{Shared, table},
    wire::{Request, Response},
};

/// A service provider, as requests name it: it makes them and sends none. Nothing of it is in its `repr`.
///
/// By its base URL (R17). Raises `InvalidInput` (`scim.client.base_url`, `wire.invalid_token`) where no request can be made.
#[pyclass(frozen, module = "heap_identity.scim.client")]
pub(crate) struct Endpoint(client::Endpoint);

#[pymethods]
impl Endpoint {
    #[new]
    #[pyo3(signature = (*, base_url, bearer_token))]
    fn new(py: Python<'_>, base_url: &str, bearer_token: String) -> PyResult<Self> {
        client::Endpoint::new(base_url, &Secret::new(bearer_token)).map(Self).raise(py)
    }

    /// A new resource (RFC 7644 3.3).
    #[pyo3(signature = (kind, resource))]
    fn create(&self, kind: &str, resource: Body) -> PyResult<Request> {
        Ok(Request(self.0.create(kind_of(kind)?, resource.0)))
    }

    /// One resource (RFC 7644 3.4.1); of its attributes those that are named, or all.
    #[pyo3(signature = (kind, id, *, attributes=Vec::new()))]
    fn read(&self, kind: &str, id: &str, attributes: Vec<String>) -> PyResult<Request> {
        let attributes: Vec<&str> = attributes.iter().map(String::as_str).collect();
        Ok(Request(self.0.read(kind_of(kind)?, id, &attributes)))
    }

    /// A resource in the place of the one with this id (RFC 7644 3.5.1).
    #[pyo3(signature = (kind, id, resource))]
    fn replace(&self, kind: &str, id: &str, resource: Body) -> PyResult<Request> {
        Ok(Request(self.0.replace(kind_of(kind)?, id, resource.0)))
    }

    /// A change of a resource (RFC 7644 3.5.2).
    #[pyo3(signature = (kind, id, patch))]
    fn modify(&self, kind: &str, id: &str, patch: PyRef<'_, Patch>) -> PyResult<Request> {
        Ok(Request(self.0.modify(kind_of(kind)?, id, &patch.0)))
    }

    /// The end of a resource (RFC 7644 3.6).
    #[pyo3(signature = (kind, id))]
    fn delete(&self, kind: &str, id: &str) -> PyResult<Request> {
        Ok(Request(self.0.delete(kind_of(kind)?, id)))
    }

    /// The resources that meet a filter (RFC 7644 3.4.2.2).
    #[pyo3(signature = (kind, filter))]
    fn find(&self, kind: &str, filter: PyRef<'_, Filter>) -> PyResult<Request> {
        Ok(Request(self.0.find(kind_of(kind)?, &filter.0)))
    }

    /// A page of at most `count` resources, at an index from 1 or a cursor (RFC 7644 3.4.2.4, RFC 9865).
    ///
    /// Members can be left out, which spares service providers that cannot show large groups (F35).
    #[pyo3(
        signature = (kind, *, position=At::Index(1), count=100, with_members=true),
        text_signature = "($self, kind, *, position=1, count=100, with_members=True)"
    )]
    fn list(&self, kind: &str, position: At, count: u32, with_members: bool) -> PyResult<Request> {
        Ok(Request(self.0.list(kind_of(kind)?, &position.into(), count, with_members)))
    }

    /// What the service provider says that it can do (RFC 7644 4).
    fn service_provider_config(&self) -> Request {
        Request(self.0.service_provider_config())
    }

    /// Which types of resources it has (RFC 7644 4).
    fn resource_types(&self) -> Request {
        Request(self.0.resource_types())
    }

    /// Which attributes they have (RFC 7644 4).
    fn schemas(&self) -> Request {
        Request(self.0.schemas())
    }

    /// The request that makes `after` of `before`, which was read with its id; `None` where they say the same.
    ///
    /// A PUT asks for the version that was read (F22). Raises `ScimError` where no PATCH leads there.
    #[pyo3(signature = (kind, *, before, after, writes="patch"))]
    fn change(
        &self,
        py: Python<'_>,
        kind: &str,
        before: Resource,
        after: Resource,
        writes: &str,
    ) -> PyResult<Option<Request>> {
        let (kind, writes) = (kind_of(kind)?, writes_of(writes)?);
        let request = py.detach(|| writes.request(&self.0, kind, &before.0, &after.0));
        Ok(request.raise(py)?.map(Request))
    }

    #[expect(clippy::unused_self, reason = "it holds the token, so nothing of it is shown")]
    fn __repr__(&self) -> &'static str {
        "Endpoint()"
    }
}

crate::table::words! {
    writes_of: Writes {
        "patch" => Writes::Patch,
        "listed_patch" => Writes::ListedPatch,
        "put" => Writes::Put,
    }
}

const fn writes_word(writes: Writes) -> &'static str {
    match writes {
        Writes::Patch => "patch",
        Writes::ListedPatch => "listed_patch",
        Writes::Put => "put",
        _ => "other",
    }
}

/// What a service provider says of itself (RFC 7643 5, 6, 7): a claim, not evidence. `None` where nothing was said.
#[pyclass(frozen, module = "heap_identity.scim.client")]
pub(crate) struct Declared(client::Declared);

table!(Declared {
    patch: Option<bool> = |declared| declared.patch;
    filter: Option<bool> = |declared| declared.filter;
    /// The most resources that a list gives.
    results_max: Option<u64> = |declared| declared.results_max;
    bulk: Option<bool> = |declared| declared.bulk;
    /// How many operations a bulk request may have.
    bulk_operations_max: Option<u64> = |declared| declared.bulk_operations_max;
    /// How many bytes a bulk request may have.
    bulk_bytes_max: Option<u64> = |declared| declared.bulk_bytes_max;
    /// Whether versions are compared.
    etag: Option<bool> = |declared| declared.etag;
    sort: Option<bool> = |declared| declared.sort;
    /// Whether lists go by cursor (RFC 9865).
    cursor: Option<bool> = |declared| declared.cursor;
    /// Whether lists go by index.
    index: Option<bool> = |declared| declared.index;
    /// The paths of the resource types, as `/Users`.
    endpoints: Vec<String> = |declared| declared.endpoints.clone();
    /// The URNs of the schemas.
    schemas: Vec<String> = |declared| declared.schemas.clone();
}
    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
);

/// What a service provider can do, what it says of itself, and the answers that show it.
#[pyclass(frozen, module = "heap_identity.scim.client")]
pub(crate) struct Profile(pub(crate) client::Profile);

table!(Profile {
    /// How resources are changed.
    writes: &'static str = |profile| writes_word(profile.writes);
    /// The ways to write a change, to be tried in this order while each is refused with 400, 405 or 501 (F16, F17).
    ways: Vec<&'static str> = |profile| profile.ways().iter().map(|writes| writes_word(*writes)).collect();
    /// How far an answer to a filter is believed (F41).
    filters: &'static str = |profile| match profile.filters {
        Filters::Proven => "proven",
        Filters::Ignored => "ignored",
        Filters::FindNothing => "find_nothing",
        Filters::Refused => "refused",
        Filters::Unproven => "unproven",
        _ => "other",
    };
    /// How lists are read.
    pages: &'static str = |profile| match profile.pages {
        Pages::Index => "index",
        Pages::Cursor => "cursor",
        _ => "other",
    };
    declared: Declared = |profile| Declared(profile.declared.clone());
    /// What each answer showed, as a stable code, and its status.
    evidence: Vec<(&'static str, u16)> = |profile| {
        profile.evidence.iter().map(|one| (one.finding.code(), one.status.as_u16())).collect()
    };
}
    fn __repr__(&self) -> String {
        format!("Profile(writes={:?}, filters={:?}, pages={:?})", self.writes(), self.filters(), self.pages())
    }
);

/// Finding out what a service provider can do: a few reads, one after the other, whose answers are the evidence.
#[pyclass(frozen, module = "heap_identity.scim.client")]
pub(crate) struct Discovery(Shared<client::Discovery>);

#[pymethods]
impl Discovery {
    #[new]
    #[pyo3(signature = (endpoint))]
    fn new(endpoint: PyRef<'_, Endpoint>) -> Self {
        Self(Shared::new(client::Discovery::new(endpoint.0.clone())))
    }

    /// The next request, the same until it is answered; `None` when everything was asked.
    fn request(&self, py: Python<'_>) -> Option<Request> {
        self.0.with(py, |discovery| discovery.request()).map(Request)
    }

    /// Takes the answer to the last request.
    ///
    /// Raises `ScimError` for 401 and 403, which no further question can mend, and for 429 and 5xx, after which the question
    /// stands and can be asked again later.
    #[pyo3(signature = (response))]
    fn receive(&self, py: Python<'_>, response: PyRef<'_, Response>) -> PyResult<()> {
        let response = &response.0;
        self.0.with(py, |discovery| discovery.receive(response)).raise(py)
    }

    /// What was found out so far.
    fn profile(&self, py: Python<'_>) -> Profile {
        Profile(self.0.with(py, |discovery| discovery.profile()))
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let is_over = if self.request(py).is_none() { "True" } else { "False" };
        format!("Discovery(is_over={is_over})")
    }
}
