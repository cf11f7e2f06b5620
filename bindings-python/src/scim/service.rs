//! The service provider's end, in memory.

use heap_identity::{
    entropy::Seeded,
    scim::service::{self, Access, Config, MemoryStore, TokenDigest},
    wire::Secret,
};
use pyo3::{PyRef, PyResult, Python, pyclass, pymethods};

use super::{Resource, kind_of, patch::Patch};
use crate::{
    convert::{Instant, Random},
    error::Raise,
    heap::tenant::Variants,
    table::Shared,
    wire::{Request, Response},
};

/// A SCIM service provider as RFC 7644 has it, in memory, without rules of its own: for tests and as a peer.
///
/// Below `base_url`; without a token anybody may call. Of `variants` the capabilities count.
///
/// Ids are made of `seed`, or of `os.urandom`.
#[pyclass(frozen, module = "heap_identity.scim.service")]
pub(crate) struct Service(Shared<service::Service<MemoryStore>>);

#[pymethods]
impl Service {
    #[new]
    #[pyo3(signature = (*, base_url, bearer_token=None, variants=None, seed=None))]
    fn new(
        py: Python<'_>,
        base_url: String,
        bearer_token: Option<String>,
        variants: Option<PyRef<'_, Variants>>,
        seed: Option<u64>,
    ) -> PyResult<Self> {
        let access =
            bearer_token.map_or(Access::Open, |token| Access::Bearer(TokenDigest::of(&Secret::new(token))));
        let capabilities = variants.map(|variants| variants.capabilities()).unwrap_or_default();
        let seed = match seed {
            Some(seed) => seed,
            None => Random::drawn(py, None, 8)?.number(),
        };
        let config = Config { base_url, access, capabilities };
        let service = service::Service::new(config, MemoryStore::new(), Box::new(Seeded::new(seed)));
        Ok(Self(Shared::new(service)))
    }

    #[getter]
    fn base_url(&self, py: Python<'_>) -> String {
        self.0.with(py, |service| service.config().base_url.clone())
    }

    /// Answers a request. Whatever the bytes are, the answer is a SCIM message, and the whole change is stored or none.
    #[pyo3(signature = (*, request, now))]
    fn handle(&self, py: Python<'_>, request: PyRef<'_, Request>, now: Instant) -> Response {
        let request = &request.0;
        Response(self.0.with(py, |service| service.handle(request, now.0)))
    }

    /// Makes a resource as a POST would, and gives its id. Raises `ScimError`.
    #[pyo3(signature = (kind, resource, *, now))]
    fn add(&self, py: Python<'_>, kind: &str, resource: Resource, now: Instant) -> PyResult<String> {
        let kind = kind_of(kind)?;
        self.0.with(py, |service| service.add(kind, resource.0, now.0)).raise(py)
    }

    /// Changes a resource as a PATCH would, strictly, and gives the id under which it is now. Raises `ScimError`.
    #[pyo3(signature = (kind, id, patch, *, now))]
    fn alter(
        &self,
        py: Python<'_>,
        kind: &str,
        id: &str,
        patch: PyRef<'_, Patch>,
        now: Instant,
    ) -> PyResult<String> {
        let (kind, patch) = (kind_of(kind)?, &patch.0);
        self.0.with(py, |service| service.alter(kind, id, patch, now.0)).raise(py)
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("Service(base_url={:?})", self.base_url(py))
    }
}
