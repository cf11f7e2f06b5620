//! Heap's application at the identity provider, and what may be done to it.

use std::sync::{Arc, Mutex, PoisonError};

use heap_identity::{
    connector::{self, ApplicationError, CatalogueError, Scope},
    sync,
    wire::Secret,
};
use pyo3::{Bound, PyAny, PyRef, PyResult, Python, pyclass, pymethods, types::PyBytes};

use super::{
    parts::{Credentials, Details, Removal, Settings, Sso, part_of},
    sign_on::SignOn,
    verification::{Concluded, Verification, found},
};
use crate::{
    convert::{Body, Drawn, Instant, Json, Random, texts, word},
    directory::Snapshot,
    error::{Raise, Raised, exception},
    heap::names::{HeapId, Identified},
    pki::SigningKey,
    table::{table, words},
};

words! {
    scope_of: Scope { "everything" => Scope::Everything, "read_only" => Scope::ReadOnly }
}

/// Bytes that the name of a test user takes.
const RANDOM_BYTES: usize = 16;

/// Where an application is kept.
enum Place {
    Alone(Box<connector::Application>),
    Among(Arc<Mutex<connector::Catalogue>>, String),
}

/// Heap's application at the identity provider, from its creation to its deletion.
///
/// Each method is one thing that an administrator does; `core/docs/CONNECTOR.md` draws what is allowed in which state.
///
/// The default IdP URL is made of `name` (R2); `idp_url` overrides it, now or never (R3).
///
/// Raises `Refused` (`connector.empty_label`).
#[pyclass(frozen, module = "heap_identity.connector")]
pub(crate) struct Application(Mutex<Place>);

/// What an application, or the catalogue that it is in, says.
enum Said<E> {
    By(E),
    Gone(CatalogueError),
}

impl Application {
    pub(super) fn among(catalogue: Arc<Mutex<connector::Catalogue>>, name: &str) -> Self {
        Self(Mutex::new(Place::Among(catalogue, name.to_owned())))
    }

    /// Does something to the application, wherever it is kept. Whoever waits for it does not hold the interpreter.
    fn with<T: Send, E: Raised + Send>(
        &self,
        py: Python<'_>,
        act: impl FnOnce(&mut connector::Application) -> Result<T, E> + Send,
    ) -> PyResult<T> {
        let done = py.detach(|| match &mut *self.0.lock().unwrap_or_else(PoisonError::into_inner) {
            Place::Alone(application) => act(application).map_err(Said::By),
            Place::Among(catalogue, name) => {
                let mut catalogue = catalogue.lock().unwrap_or_else(PoisonError::into_inner);
                let gone = || Said::Gone(CatalogueError::NoSuchApplication(name.clone()));
                act(catalogue.get_mut(name).ok_or_else(gone)?).map_err(Said::By)
            }
        });
        done.map_err(|said| match said {
            Said::By(error) => exception(py, &error),
            Said::Gone(error) => exception(py, &error),
        })
    }

    pub(super) fn of<T: Send>(
        &self,
        py: Python<'_>,
        read: impl FnOnce(&mut connector::Application) -> T + Send,
    ) -> PyResult<T> {
        self.with(py, |application| Ok::<_, ApplicationError>(read(application)))
    }

    fn verified(
        &self,
        py: Python<'_>,
        scope: &str,
        random: Option<Bound<'_, PyAny>>,
        begin: impl FnOnce(
            &mut connector::Application,
            Scope,
            &mut Drawn,
        ) -> Result<connector::Verification, ApplicationError>
        + Send,
    ) -> PyResult<Verification> {
        let (scope, mut random) = (scope_of(scope)?, Random::drawn(py, random, RANDOM_BYTES)?);
        self.with(py, |application| begin(application, scope, &mut random)).map(Verification::of)
    }
}

#[pymethods]
impl Application {
    #[new]
    #[pyo3(signature = (name, *, details, idp_url=None))]
    fn new(py: Python<'_>, name: &str, details: PyRef<'_, Details>, idp_url: Option<&str>) -> PyResult<Self> {
        let application = connector::Application::new(name, details.0.clone(), idp_url).raise(py)?;
        Ok(Self(Mutex::new(Place::Alone(Box::new(application)))))
    }

    /// Restores an application; one that was being verified is as it was before. Its token is restored by itself (R16).
    ///
    /// Raises `Refused` (`connector.stored`) for what is none.
    #[staticmethod]
    #[pyo3(signature = (body))]
    fn from_json(py: Python<'_>, body: Body) -> PyResult<Self> {
        let application = connector::Application::from_json(&body.0).raise(py)?;
        Ok(Self(Mutex::new(Place::Alone(Box::new(application)))))
    }

    /// The application without its token, which is kept where secrets are kept (R16).
    fn to_json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        Ok(PyBytes::new(py, &self.of(py, |application| application.to_json())?))
    }

    /// Gives back the token of the verified credentials. Raises `Refused` (`connector.not_active`).
    #[pyo3(signature = (*, bearer_token))]
    fn restore_token(&self, py: Python<'_>, bearer_token: String) -> PyResult<()> {
        self.with(py, |application| application.restore_token(Secret::new(bearer_token)))
    }

    /// The token of the verified credentials, to be kept where secrets are kept: asked for by name, never serialised.
    fn expose_token(&self, py: Python<'_>) -> PyResult<Option<String>> {
        self.of(py, |application| application.expose_token().map(|token| token.expose().to_owned()))
    }

    #[getter]
    fn name(&self, py: Python<'_>) -> PyResult<String> {
        self.of(py, |application| application.name().to_owned())
    }

    #[getter]
    fn details(&self, py: Python<'_>) -> PyResult<Details> {
        self.of(py, |application| Details(application.details().clone()))
    }

    /// The address of single sign-on, and the identity provider's entity id (R2, R3).
    #[getter]
    fn idp_url(&self, py: Python<'_>) -> PyResult<String> {
        self.of(py, |application| application.idp_url().to_owned())
    }

    /// Where it stands.
    #[getter]
    fn state(&self, py: Python<'_>) -> PyResult<String> {
        self.of(py, |application| word(application.state()))
    }

    /// Whether people can sign on (R9, R10).
    #[getter]
    fn has_sso(&self, py: Python<'_>) -> PyResult<bool> {
        self.of(py, |application| application.state().has_sso())
    }

    /// Whether accounts are managed: while new credentials are being verified, the old ones hold (R19).
    #[getter]
    fn has_identity_management(&self, py: Python<'_>) -> PyResult<bool> {
        self.of(py, |application| application.state().has_identity_management())
    }

    /// The tenant's Heap ID, once SSO is configured (R4).
    #[getter]
    fn heap_id(&self, py: Python<'_>) -> PyResult<Option<HeapId>> {
        self.of(py, |application| application.heap_id().cloned().map(HeapId))
    }

    /// The SSO configuration, once there is one.
    #[getter]
    fn sso(&self, py: Python<'_>) -> PyResult<Option<Sso>> {
        self.of(py, |application| application.sso().cloned().map(Sso))
    }

    /// The settings of identity management.
    #[getter]
    fn settings(&self, py: Python<'_>) -> PyResult<Settings> {
        self.of(py, |application| Settings(application.settings().clone()))
    }

    /// The base URL that was verified last (R18).
    #[getter]
    fn base_url(&self, py: Python<'_>) -> PyResult<Option<String>> {
        self.of(py, |application| application.base_url().map(str::to_owned))
    }

    /// The directory ids of the groups that are bound to the application (R12).
    #[getter]
    fn bound_groups(&self, py: Python<'_>) -> PyResult<Vec<String>> {
        self.of(py, |application| application.bound_groups().map(str::to_owned).collect())
    }

    /// The events since the last call, one for each attempt to change the integration, also a forbidden one (R38, R41).
    fn events(&self, py: Python<'_>) -> PyResult<Json<Vec<sync::Event>>> {
        self.of(py, connector::Application::events).map(Json)
    }

    /// Changes what the portal shows (R1). Raises `Refused`.
    #[pyo3(signature = (details))]
    fn edit(&self, py: Python<'_>, details: PyRef<'_, Details>) -> PyResult<()> {
        let details = details.0.clone();
        self.with(py, |application| application.edit(details))
    }

    /// Always refused (R3): the error says what to do instead.
    fn change_idp_url(&self, py: Python<'_>) -> PyResult<()> {
        self.with(py, connector::Application::change_idp_url)
    }

    /// Makes it a link to `url` (R42). Raises `Refused` while SSO is configured.
    #[pyo3(signature = (url))]
    fn save_bookmark(&self, py: Python<'_>, url: &str) -> PyResult<()> {
        self.with(py, |application| application.save_bookmark(url))
    }

    /// Saves the SSO configuration for a tenant (R4); attributes that were configured before stay. Raises `Refused`.
    #[pyo3(signature = (heap_id))]
    fn save_sso(&self, py: Python<'_>, heap_id: Identified) -> PyResult<()> {
        self.with(py, |application| application.save_sso(heap_id.0))
    }

    /// Saves the whole SSO configuration, with its attributes (R4, R5). Raises `Refused`.
    #[pyo3(signature = (sso))]
    fn configure_sso(&self, py: Python<'_>, sso: PyRef<'_, Sso>) -> PyResult<()> {
        let sso = sso.0.clone();
        self.with(py, |application| application.configure_sso(sso))
    }

    /// Puts the SSO configuration to use, with the key that signs. The key is not kept here (R6).
    ///
    /// Raises `Refused` (`connector.sso_not_configured`).
    #[pyo3(signature = (key))]
    fn sign_on(&self, py: Python<'_>, key: PyRef<'_, SigningKey>) -> PyResult<SignOn> {
        let key = key.0.clone();
        self.with(py, |application| application.sign_on(key)).map(SignOn)
    }

    /// Saves settings of identity management; the token is not touched (R19). Raises `Refused` before SSO (R14).
    #[pyo3(signature = (settings, *, now))]
    fn save_settings(&self, py: Python<'_>, settings: PyRef<'_, Settings>, now: Instant) -> PyResult<()> {
        let settings = settings.0.clone();
        self.with(py, |application| application.save_settings(settings, now.0))
    }

    /// Begins to verify the first credentials (R18): drive what is returned, then `conclude`.
    ///
    /// `everything` also makes a test user and a test group and removes them again. Raises `Refused` before SSO (R14) and
    /// once it is active (R19).
    #[pyo3(signature = (credentials, *, now, scope="everything", random=None))]
    fn activate<'py>(
        &self,
        py: Python<'py>,
        credentials: PyRef<'py, Credentials>,
        now: Instant,
        scope: &str,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Verification> {
        let credentials = credentials.0.clone();
        self.verified(py, scope, random, |application, scope, random| {
            application.activate(credentials, scope, random, now.0)
        })
    }

    /// Begins to verify new credentials (R19): until they are verified, the old ones hold. Raises `Refused`.
    #[pyo3(signature = (credentials, *, now, scope="everything", random=None))]
    fn update_credentials<'py>(
        &self,
        py: Python<'py>,
        credentials: PyRef<'py, Credentials>,
        now: Instant,
        scope: &str,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Verification> {
        let credentials = credentials.0.clone();
        self.verified(py, scope, random, |application, scope, random| {
            application.update_credentials(credentials, scope, random, now.0)
        })
    }

    /// Ends a verification: its credentials hold from now on, or the former ones go on holding (R18, R19).
    ///
    /// Raises `Refused`: `connector.forbidden` when none is under way, `connector.overtaken` when it is another one.
    #[pyo3(signature = (concluded, *, now))]
    fn conclude<'py>(
        &self,
        py: Python<'py>,
        concluded: PyRef<'py, Concluded>,
        now: Instant,
    ) -> PyResult<Bound<'py, PyAny>> {
        let concluded = concluded.take().raise(py)?;
        found(py, self.with(py, |application| application.conclude(concluded, now.0))?)
    }

    /// Gives up the verification under way (R19); what it made at Heap, `heap-identity-test-…`, is to be removed there. Raises `Refused`.
    #[pyo3(signature = (*, now))]
    fn abandon_verification(&self, py: Python<'_>, now: Instant) -> PyResult<()> {
        self.with(py, |application| application.abandon_verification(now.0))
    }

    /// Binds groups by directory id, in place of those bound before: who is in none of them is denied (R12).
    ///
    /// Raises `Refused` (`connector.no_such_group`).
    #[pyo3(signature = (groups, *, directory))]
    fn bind_groups(
        &self,
        py: Python<'_>,
        groups: &Bound<'_, PyAny>,
        directory: PyRef<'_, Snapshot>,
    ) -> PyResult<()> {
        let (groups, directory) = (texts(Some(groups))?, &directory.0);
        self.with(py, |application| application.bind_groups(groups.iter().map(String::as_str), directory))
    }

    /// The directory as this application sees it, for single sign-on and provisioning alike (D1, R12, R24).
    #[pyo3(signature = (directory))]
    fn view(&self, py: Python<'_>, directory: PyRef<'_, Snapshot>) -> PyResult<Snapshot> {
        let directory = &directory.0;
        self.of(py, |application| Snapshot(application.view(directory)))
    }

    /// The names of the bound groups that hold a person, by directory id. Raises `Refused` with why they may not (R12).
    #[pyo3(signature = (person, *, directory))]
    fn why(&self, py: Python<'_>, person: &str, directory: PyRef<'_, Snapshot>) -> PyResult<Vec<String>> {
        let directory = &directory.0;
        self.with(py, |application| application.why(person, directory))
    }

    /// What the engine needs. Raises `Refused`: `connector.not_active`, `connector.token_missing`.
    fn sync_config(&self, py: Python<'_>) -> PyResult<SyncConfig> {
        self.with(py, |application| application.sync_config()).map(SyncConfig)
    }

    /// Describes a removal, for somebody to confirm: nothing is removed yet (R42). Raises `Refused`.
    #[pyo3(signature = (part))]
    fn removal(&self, py: Python<'_>, part: &str) -> PyResult<Removal> {
        let part = part_of(part)?;
        self.with(py, |application| application.removal(part)).map(Removal::of)
    }

    /// Carries out a removal that somebody has confirmed (R42), and says what remains to be done at Heap (R44).
    ///
    /// Raises `Refused` (`connector.overtaken`) when the application has changed since, or it is another's.
    #[pyo3(signature = (confirmed, *, now))]
    fn remove(
        &self,
        py: Python<'_>,
        confirmed: PyRef<'_, Removal>,
        now: Instant,
    ) -> PyResult<Option<&'static str>> {
        let confirmed = confirmed.take().raise(py)?;
        self.with(py, |application| application.remove(confirmed, now.0))
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        Ok(format!("Application({:?}, state={:?})", self.name(py)?, self.state(py)?))
    }
}

/// What `Engine` takes of a managed application. Its `repr` is without the token.
#[pyclass(frozen, module = "heap_identity.connector")]
pub(crate) struct SyncConfig(sync::Config);

table!(SyncConfig {
    base_url: String = |config| config.base_url.to_string();
    /// The verified token, asked for by name.
    bearer_token: &str = |config| config.bearer_token.expose();
    role_attribute: &str = |config| &config.mapping.role;
}
    // The token is not shown.
    fn __repr__(&self) -> String {
        format!("SyncConfig(base_url={:?})", self.base_url())
    }
);
