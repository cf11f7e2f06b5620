//! An embedded tenant of Heap.

use core::num::NonZeroU32;
use std::collections::BTreeMap;

use heap_identity::{
    entropy::Seeded,
    heap::{
        self, HeapId, Role, TenantName,
        tenant::{LoginRefused, Renaming, Teammate},
    },
    scim::{
        Document,
        service::{Capabilities, Filtering, Removal, Throttle},
    },
};
use pyo3::{Bound, Py, PyAny, PyRef, PyResult, Python, exceptions::PyValueError, pyclass, pymethods};

use super::connection::SsoSettings;
use crate::{
    convert::{Instant, Json, Random},
    error::{Raise, exception},
    saml::verified::VerifiedAssertion,
    table::{Shared, words},
    wire::{Request, Response},
};

/// Bytes that a token with its client id, and the id of a request, take at most.
const RANDOM_BYTES: usize = 64;

words! {
    filtering_of: Filtering {
        "whole" => Filtering::Whole,
        "refused" => Filtering::Refused,
        "ignored" => Filtering::Ignored,
        "finds_nothing" => Filtering::FindsNothing,
    }
    renaming_of: Renaming { "second_account" => Renaming::SecondAccount, "in_place" => Renaming::InPlace }
    removal_of: Removal {
        "remove" => Removal::Remove,
        "deactivate" => Removal::Deactivate,
        "refused" => Removal::Refused,
    }
}

/// How an embedded tenant behaves where nothing is published; what is not given is as the integration's rules have it.
///
/// `page_size_max` counts resources, `members_per_patch_max` members; `listed_late` and `stale_reads` count requests for
/// which readers do not see what was written. Every `throttle_every`th request is answered 429 with `retry_after_seconds`.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Variants(heap::tenant::Variants);

#[pymethods]
impl Variants {
    #[new]
    #[pyo3(signature = (
        *, renaming="second_account", removal="remove", filtering="whole", patch=true, put=true, bulk=true,
        pathless_patch=true, members_per_patch_max=None, members_in_reads=true, page_size_max=100, throttle_every=None,
        retry_after_seconds=1, listed_late=0, stale_reads=0, drops_external_id=false, drops_role=false
    ))]
    #[expect(
        clippy::too_many_arguments,
        clippy::fn_params_excessive_bools,
        reason = "they are named arguments in Python"
    )]
    fn new(
        renaming: &str,
        removal: &str,
        filtering: &str,
        patch: bool,
        put: bool,
        bulk: bool,
        pathless_patch: bool,
        members_per_patch_max: Option<u32>,
        members_in_reads: bool,
        page_size_max: u64,
        throttle_every: Option<u32>,
        retry_after_seconds: u32,
        listed_late: u32,
        stale_reads: u32,
        drops_external_id: bool,
        drops_role: bool,
    ) -> PyResult<Self> {
        let mut variants = heap::tenant::Variants::default();
        variants.renaming = renaming_of(renaming)?;
        variants.removal = removal_of(removal)?;
        (variants.drops_external_id, variants.drops_role) = (drops_external_id, drops_role);
        let capabilities = &mut variants.capabilities;
        capabilities.filtering = filtering_of(filtering)?;
        (capabilities.patch, capabilities.put, capabilities.bulk) = (patch, put, bulk);
        capabilities.pathless_patch = pathless_patch;
        capabilities.members_per_patch_max = members_per_patch_max;
        capabilities.members_in_reads = members_in_reads;
        capabilities.page_size_max = page_size_max;
        let every = throttle_every.map(|every| {
            NonZeroU32::new(every).ok_or_else(|| PyValueError::new_err("throttle_every is 1 or more"))
        });
        capabilities.throttle = every.transpose()?.map(|every| Throttle { every, retry_after_seconds });
        (capabilities.listed_late, capabilities.stale_reads) = (listed_late, stale_reads);
        Ok(Self(variants))
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
}

impl Variants {
    pub(crate) fn capabilities(&self) -> Capabilities {
        self.0.capabilities.clone()
    }
}

/// Somebody who is logged in to Heap.
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Session {
    /// The id of the account.
    account: String,
    /// The address by which Heap knows the account (R13).
    user_name: String,
    role: String,
    /// The page that was asked for when Heap began the login (R10).
    page: Option<String>,
    /// The proof.
    assertion: Py<VerifiedAssertion>,
}

#[pymethods]
impl Session {
    fn __repr__(&self) -> String {
        format!("Session(account={:?}, role={:?})", self.account, self.role)
    }
}

/// An embedded tenant of Heap, in memory: for demonstrations, tests and simulation. Safe to use from several threads.
///
/// Its methods raise `Refused` for what Heap's rules refuse (R14, R19, R20, R23).
///
/// An empty tenant with SSO and SCIM off. Ids of resources are made of `seed`.
///
/// `origin`, such as `http://127.0.0.1:8080`, takes the place of Heap's in `base_url`.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Tenant(Shared<heap::Tenant>);

impl Tenant {
    fn of(mut tenant: heap::Tenant, origin: Option<&str>, variants: Option<PyRef<'_, Variants>>) -> Self {
        if let Some(variants) = variants {
            tenant = tenant.playing(variants.0.clone());
        }
        if let Some(origin) = origin {
            tenant = tenant.reached_at(origin);
        }
        Self(Shared::new(tenant))
    }
}

#[pymethods]
impl Tenant {
    #[new]
    #[pyo3(signature = (*, name, heap_id, seed=0, origin=None, variants=None))]
    fn new(
        py: Python<'_>,
        name: &str,
        heap_id: &str,
        seed: u64,
        origin: Option<&str>,
        variants: Option<PyRef<'_, Variants>>,
    ) -> PyResult<Self> {
        let (name, heap_id): (TenantName, HeapId) = (name.parse().raise(py)?, heap_id.parse().raise(py)?);
        Ok(Self::of(heap::Tenant::new(name, heap_id, Box::new(Seeded::new(seed))), origin, variants))
    }

    /// The tenant of these lines: those of `export`, with every change of `take_changes` since.
    ///
    /// `seed` is drawn from `os.urandom` unless given: ids must not repeat. Raises `Refused` (`heap.stored_tenant`) with
    /// the key of a line that cannot be used.
    #[staticmethod]
    #[pyo3(signature = (lines, *, seed=None, origin=None, variants=None))]
    fn restore(
        py: Python<'_>,
        lines: BTreeMap<String, String>,
        seed: Option<u64>,
        origin: Option<&str>,
        variants: Option<PyRef<'_, Variants>>,
    ) -> PyResult<Self> {
        let seed = match seed {
            Some(seed) => seed,
            None => Random::drawn(py, None, 8)?.number(),
        };
        let tenant = py.detach(|| heap::Tenant::restore(lines, Box::new(Seeded::new(seed)))).raise(py)?;
        Ok(Self::of(tenant, origin, variants))
    }

    /// The whole tenant as lines of JSON by key, without the token (R16): to take the place of all that was stored.
    fn export(&self, py: Python<'_>) -> BTreeMap<String, String> {
        self.0.with(py, |tenant| tenant.export().into_iter().collect())
    }

    /// The lines that have changed since the last call; `None` where one is gone. Nothing before `export`.
    ///
    /// Store them, all or none, before the answer to a request goes out.
    fn take_changes(&self, py: Python<'_>) -> BTreeMap<String, Option<String>> {
        self.0.with(py, |tenant| tenant.take_changes().into_iter().collect())
    }

    /// The SCIM base URL (R17).
    #[getter]
    fn base_url(&self, py: Python<'_>) -> String {
        self.0.with(py, |tenant| tenant.base_url().to_owned())
    }

    #[getter]
    fn name(&self, py: Python<'_>) -> String {
        self.0.with(py, |tenant| tenant.name().to_string())
    }

    #[getter]
    fn heap_id(&self, py: Python<'_>) -> String {
        self.0.with(py, |tenant| tenant.heap_id().to_string())
    }

    /// Where Heap takes Responses. A server that stands in for Heap answers its path, at an origin of its own.
    #[getter]
    fn acs_url(&self, py: Python<'_>) -> String {
        self.0.with(py, |tenant| tenant.heap_id().acs_url())
    }

    #[getter]
    fn sso_configured(&self, py: Python<'_>) -> bool {
        self.0.with(py, |tenant| tenant.sso_configured())
    }

    /// The settings of SSO, while it is on.
    #[getter]
    fn sso_settings(&self, py: Python<'_>) -> Option<SsoSettings> {
        self.0.with(py, |tenant| tenant.sso_settings().cloned()).map(SsoSettings)
    }

    #[getter]
    fn scim_enabled(&self, py: Python<'_>) -> bool {
        self.0.with(py, |tenant| tenant.scim_enabled())
    }

    /// The id of the token's client, while SCIM is on.
    #[getter]
    fn client_id(&self, py: Python<'_>) -> Option<String> {
        self.0.with(py, |tenant| tenant.client_id().map(str::to_owned))
    }

    /// The role that new users get (R15).
    #[getter]
    fn default_role(&self, py: Python<'_>) -> String {
        self.0.with(py, |tenant| tenant.default_role().name().to_owned())
    }

    /// Sets SSO up, or anew (R6, R14); the entity id is the remote login URL unless given.
    #[pyo3(signature = (*, certificate_pem, remote_login_url, idp_entity_id=None, logout_landing_url=None))]
    fn configure_sso(
        &self,
        py: Python<'_>,
        certificate_pem: &str,
        remote_login_url: &str,
        idp_entity_id: Option<String>,
        logout_landing_url: Option<String>,
    ) -> PyResult<()> {
        let settings =
            SsoSettings::new(py, certificate_pem, remote_login_url, idp_entity_id, logout_landing_url)?;
        self.0.with(py, |tenant| tenant.configure_sso(settings.0));
        Ok(())
    }

    /// Turns SCIM on and gives the bearer token, this once (R16).
    #[pyo3(signature = (*, default_role, random=None))]
    fn enable_scim<'py>(
        &self,
        py: Python<'py>,
        default_role: &str,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<String> {
        let mut random = Random::drawn(py, random, RANDOM_BYTES)?;
        let role = Role::from(default_role);
        let credentials = self.0.with(py, |tenant| tenant.enable_scim(role, &mut random)).raise(py)?;
        Ok(credentials.bearer_token.expose().to_owned())
    }

    /// Turns SCIM on with a token that the caller chose; its strength is the caller's concern.
    #[pyo3(signature = (*, default_role, bearer_token))]
    fn enable_scim_with_token(
        &self,
        py: Python<'_>,
        default_role: &str,
        bearer_token: String,
    ) -> PyResult<()> {
        let (role, token) = (Role::from(default_role), heap_identity::Secret::new(bearer_token));
        self.0.with(py, |tenant| tenant.enable_scim_with_token(role, token)).map(drop).raise(py)
    }

    /// Makes a new token; the old one ends at once (R19).
    #[pyo3(signature = (*, random=None))]
    fn renew_token<'py>(&self, py: Python<'py>, random: Option<Bound<'py, PyAny>>) -> PyResult<String> {
        let mut random = Random::drawn(py, random, RANDOM_BYTES)?;
        let credentials = self.0.with(py, |tenant| tenant.renew_token(&mut random)).raise(py)?;
        Ok(credentials.bearer_token.expose().to_owned())
    }

    /// Turns SCIM off: the token ends, accounts and groups stay.
    fn disable_scim(&self, py: Python<'_>) {
        self.0.with(py, heap::Tenant::disable_scim);
    }

    /// Turns SSO off: everybody may log in with a password again (R11, R44). Refused while SCIM is on (R14).
    fn disable_sso(&self, py: Python<'_>) -> PyResult<()> {
        self.0.with(py, heap::Tenant::disable_sso).raise(py)
    }

    /// Changes the role that new users get; those who are there keep theirs (R15).
    #[pyo3(signature = (role))]
    fn set_default_role(&self, py: Python<'_>, role: &str) {
        self.0.with(py, |tenant| tenant.set_default_role(Role::from(role)));
    }

    /// Changes the role of one user (R15).
    #[pyo3(signature = (*, account, role, now))]
    fn set_role(&self, py: Python<'_>, account: &str, role: &str, now: Instant) -> PyResult<()> {
        self.0.with(py, |tenant| tenant.set_role(account, &Role::from(role), now.0)).raise(py)
    }

    /// The role of an account by id; `None` where there is none.
    #[pyo3(signature = (account))]
    fn role_of(&self, py: Python<'_>, account: &str) -> Option<String> {
        self.0.with(py, |tenant| tenant.role_of(account)).map(|role| role.name().to_owned())
    }

    /// While SSO is on only Admins may (R11).
    #[pyo3(signature = (account))]
    fn may_use_password(&self, py: Python<'_>, account: &str) -> bool {
        self.0.with(py, |tenant| tenant.may_use_password(account))
    }

    /// The roles that every tenant has.
    #[staticmethod]
    fn default_roles() -> Vec<&'static str> {
        Role::DEFAULT.iter().map(Role::name).collect()
    }

    /// Adds a person within Heap while SCIM is off (R20), and gives the account's id.
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
        (teammate.given_name, teammate.family_name) = (given_name, family_name);
        teammate.role = role.map(Role::from);
        self.0.with(py, |tenant| tenant.add_teammate(teammate, now.0)).raise(py)
    }

    /// Removes a person within Heap while SCIM is off (R20).
    #[pyo3(signature = (*, account, now))]
    fn remove_teammate(&self, py: Python<'_>, account: &str, now: Instant) -> PyResult<()> {
        self.0.with(py, |tenant| tenant.remove_teammate(account, now.0)).raise(py)
    }

    /// Makes a group within Heap of accounts by id, and gives its id.
    #[pyo3(signature = (*, name, now, members=Vec::new()))]
    fn add_team(&self, py: Python<'_>, name: &str, now: Instant, members: Vec<String>) -> PyResult<String> {
        let members = members.iter().map(String::as_str);
        self.0.with(py, |tenant| tenant.add_team(name, members, now.0)).raise(py)
    }

    /// From now on the person with this address has an account in another organisation (R23).
    #[pyo3(signature = (email))]
    fn foreign_account(&self, py: Python<'_>, email: &str) {
        self.0.with(py, |tenant| tenant.foreign_account(email));
    }

    /// That account is gone; whether there was one.
    #[pyo3(signature = (email))]
    fn foreign_account_deleted(&self, py: Python<'_>, email: &str) -> bool {
        self.0.with(py, |tenant| tenant.foreign_account_deleted(email))
    }

    /// Heap begins a login (R10): the address to redirect the browser to. `page` is where it leads in the end.
    #[pyo3(signature = (*, now, page=None, random=None))]
    fn begin_login<'py>(
        &self,
        py: Python<'py>,
        now: Instant,
        page: Option<&str>,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<String> {
        let mut random = Random::drawn(py, random, RANDOM_BYTES)?;
        self.0.with(py, |tenant| tenant.begin_login(page, now.0, &mut random)).raise(py)
    }

    /// Takes the form that a browser posts to the ACS, of either flow (R9, R10).
    ///
    /// Raises `Rejection` for a Response that is refused, `Refused` for a person without a usable account.
    #[pyo3(signature = (*, form, now))]
    fn finish_login(&self, py: Python<'_>, form: &[u8], now: Instant) -> PyResult<Session> {
        let session = match self.0.with(py, |tenant| tenant.finish_login(form, now.0)) {
            Ok(session) => session,
            Err(LoginRefused::Rejected(rejection)) => return Err(exception(py, &*rejection)),
            Err(refused) => return Err(exception(py, &refused)),
        };
        Ok(Session {
            account: session.account,
            user_name: session.user_name,
            role: session.role.name().to_owned(),
            page: session.page,
            assertion: Py::new(py, VerifiedAssertion(session.assertion))?,
        })
    }

    /// Answers a SCIM request below `base_url`, or a form that is posted to the path of `acs_url`.
    #[pyo3(signature = (*, request, now))]
    fn handle(&self, py: Python<'_>, request: PyRef<'_, Request>, now: Instant) -> Response {
        let request = &request.0;
        Response(self.0.with(py, |tenant| tenant.handle(request, now.0)))
    }

    /// The accounts as SCIM resources, in the order in which they were made.
    fn users(&self, py: Python<'_>) -> Json<Vec<Document>> {
        Json(self.0.with(py, |tenant| tenant.users().collect()))
    }

    /// The groups as SCIM resources, with the ids of their members.
    fn groups(&self, py: Python<'_>) -> Json<Vec<Document>> {
        Json(self.0.with(py, |tenant| tenant.groups().collect()))
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        format!("Tenant(base_url={:?})", self.base_url(py))
    }
}
