//! An embedded tenant of Heap.

use std::sync::{Mutex, MutexGuard, PoisonError};

use heap_identity::{
    entropy::Seeded,
    heap::{
        self, HeapId, Role, TenantName,
        tenant::{SsoSettings, Teammate},
    },
    scim::Document,
};
use pyo3::{Bound, PyAny, PyRef, PyResult, Python, pyclass, pymethods, types::PyAnyMethods};

use crate::{
    convert::{Instant, Random},
    error::invalid,
    wire::{Request, Response},
};

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Tenant(Mutex<heap::Tenant>);

impl Tenant {
    fn tenant(&self) -> MutexGuard<'_, heap::Tenant> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[pymethods]
impl Tenant {
    #[new]
    #[pyo3(signature = (*, name, heap_id, seed=0))]
    fn new(py: Python<'_>, name: &str, heap_id: &str, seed: u64) -> PyResult<Self> {
        let name: TenantName =
            name.parse().map_err(|error: heap::InvalidName| invalid(py, error.code(), &error))?;
        let heap_id: HeapId =
            heap_id.parse().map_err(|error: heap::InvalidName| invalid(py, error.code(), &error))?;
        Ok(Self(Mutex::new(heap::Tenant::new(name, heap_id, Box::new(Seeded::new(seed))))))
    }

    #[getter]
    fn base_url(&self) -> String {
        self.tenant().base_url().to_owned()
    }

    #[pyo3(signature = (*, certificate_pem, remote_login_url))]
    fn configure_sso(&self, py: Python<'_>, certificate_pem: &str, remote_login_url: &str) -> PyResult<()> {
        let settings = SsoSettings::new(certificate_pem, remote_login_url)
            .map_err(|error| invalid(py, error.code(), &error))?;
        self.tenant().configure_sso(settings);
        Ok(())
    }

    #[pyo3(signature = (*, default_role, random=None))]
    fn enable_scim<'py>(
        &self,
        py: Python<'py>,
        default_role: &str,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<String> {
        let mut random = Random::from(py, random)?;
        let credentials = self.tenant().enable_scim(Role::from(default_role), &mut random);
        let credentials = random.made(credentials)?.map_err(|error| invalid(py, error.code(), &error))?;
        Ok(credentials.bearer_token.expose().to_owned())
    }

    #[pyo3(signature = (*, email, now, given_name=None, family_name=None, role=None))]
    fn add_teammate(
        &self,
        py: Python<'_>,
        email: &str,
        now: Instant,
        given_name: Option<String>,
        family_name: Option<String>,
        role: Option<&str>,
    ) -> PyResult<String> {
        let mut teammate = Teammate::new(email);
        teammate.given_name = given_name;
        teammate.family_name = family_name;
        teammate.role = role.map(Role::from);
        self.tenant().add_teammate(teammate, now.0).map_err(|error| invalid(py, error.code(), &error))
    }

    #[pyo3(signature = (*, request, now))]
    fn handle(&self, py: Python<'_>, request: PyRef<'_, Request>, now: Instant) -> Response {
        let request = &request.0;
        Response(py.detach(|| self.tenant().handle(request, now.0)))
    }

    fn users<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let users: Vec<Document> = self.tenant().users().collect();
        users.iter().map(|user| dict(py, user)).collect()
    }

    fn groups<'py>(&self, py: Python<'py>) -> PyResult<Vec<Bound<'py, PyAny>>> {
        let groups: Vec<Document> = self.tenant().groups().collect();
        groups.iter().map(|group| dict(py, group)).collect()
    }

    fn __repr__(&self) -> String {
        format!("Tenant(base_url={:?})", self.base_url())
    }
}

fn dict<'py>(py: Python<'py>, document: &Document) -> PyResult<Bound<'py, PyAny>> {
    py.import("json")?.getattr("loads")?.call1((document.to_vec(),))
}
