//! Heap's account settings, and both ends tried on each other.

use heap_identity::{
    heap::{self, ConnectionProblem, ConnectionWorks, tenant},
    saml::NameId as Name,
};
use pyo3::{
    Bound, FromPyObject, Py, PyAny, PyErr, PyRef, PyResult, Python, pyclass, pyfunction,
    types::{PyAnyMethods, PyString},
};

use super::names::Identified;
use crate::{
    convert::{Instant, Random},
    error::Raise,
    pki::Certificate,
    saml::{
        identity_provider::IdentityProvider,
        name_id::NameId,
        report::{Kind, Report},
    },
    table::table,
};

/// Bytes for a request and two Responses, of two IDs each.
pub(crate) const RANDOM_BYTES: usize = 128;

/// Heap's account settings of SSO (R6).
///
/// The entity id is the remote login URL unless given. Raises `Refused` for what is no certificate.
#[pyclass(frozen, module = "heap_identity.heap")]
pub(crate) struct SsoSettings(pub(crate) tenant::SsoSettings);

table!(SsoSettings {
    /// The identity provider's signing certificate: Heap has one field for it.
    certificate: Certificate = |settings| Certificate(settings.certificate.clone());
    /// Where Heap sends people to log in: the IdP URL.
    remote_login_url: &str = |settings| &settings.remote_login_url;
    idp_entity_id: &str = |settings| &settings.idp_entity_id;
    /// Where Heap sends people after they log out.
    logout_landing_url: Option<&str> = |settings| settings.logout_landing_url.as_deref();
}
    #[new]
    #[pyo3(signature = (*, certificate_pem, remote_login_url, idp_entity_id=None, logout_landing_url=None))]
    pub(crate) fn new(
        py: Python<'_>,
        certificate_pem: &str,
        remote_login_url: &str,
        idp_entity_id: Option<String>,
        logout_landing_url: Option<String>,
    ) -> PyResult<Self> {
        let mut settings = tenant::SsoSettings::new(certificate_pem, remote_login_url).raise(py)?;
        settings.idp_entity_id = idp_entity_id.unwrap_or(settings.idp_entity_id);
        settings.logout_landing_url = logout_landing_url;
        Ok(Self(settings))
    }

    fn __repr__(&self) -> String {
        format!("SsoSettings(remote_login_url={:?})", self.0.remote_login_url)
    }
);

/// What the test of a connection found (R7). It is true where the set-up works.
#[pyclass(frozen, module = "heap_identity.heap")]
pub(crate) struct ConnectionTest(pub(crate) Result<ConnectionWorks, ConnectionProblem>);

table!(ConnectionTest {
    works: bool = |tested| tested.is_ok();
    /// What somebody should act on before it no longer works: a certificate that is not within its dates.
    warnings: Vec<String> = |tested| tested.as_ref().map(|works| works.warnings.clone()).unwrap_or_default();
    /// Why it does not work, as a stable code.
    code: Option<&'static str> = |tested| tested.as_ref().err().map(ConnectionProblem::code);
    /// The first thing that is wrong, with what to do, for people.
    problem: Option<String> = |tested| tested.as_ref().err().map(ToString::to_string);
    /// Every check, where Heap refuses what the identity provider makes.
    report: Option<Report> = |tested| match tested {
        Err(ConnectionProblem::Rejected { rejection, .. }) => {
            Some(Report(Kind::Login(rejection.report().clone())))
        }
        _ => None,
    };
    /// Whether Heap refuses the answer to its own request (R10), and not a login from the portal (R9).
    begun_by_heap: Option<bool> = |tested| match tested {
        Err(ConnectionProblem::Rejected { from_heap, .. }) => Some(*from_heap),
        _ => None,
    };
}
    fn __bool__(&self) -> bool {
        self.0.is_ok()
    }

    fn __repr__(&self) -> String {
        match &self.0 {
            Ok(works) => format!("ConnectionTest(works=True, warnings={})", works.warnings.len()),
            Err(problem) => format!("ConnectionTest(works=False, code={:?})", problem.code()),
        }
    }
);

/// A person as an argument: an email address or a NameID.
pub(crate) struct Named(Name);

impl<'py> FromPyObject<'_, 'py> for Named {
    type Error = PyErr;

    fn extract(object: pyo3::Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return Ok(Self(Name::email(object.extract::<&str>()?)));
        }
        Ok(Self(object.extract::<Py<NameId>>()?.get().0.clone()))
    }
}

/// A dry run of a login from the portal (R9) and of one that Heap begins (R10), before SSO is enforced (R7).
///
/// `acs_url` is that of the identity provider's configuration, `subject` an administrator's email address. Nobody is logged in.
#[pyfunction]
#[pyo3(signature = (*, identity_provider, acs_url, settings, heap_id, subject, now, random=None))]
#[expect(clippy::too_many_arguments, reason = "they are named arguments in Python")]
pub(crate) fn test_connection<'py>(
    py: Python<'py>,
    identity_provider: PyRef<'py, IdentityProvider>,
    acs_url: &str,
    settings: PyRef<'py, SsoSettings>,
    heap_id: Identified,
    subject: Named,
    now: Instant,
    random: Option<Bound<'py, PyAny>>,
) -> PyResult<ConnectionTest> {
    let mut random = Random::drawn(py, random, RANDOM_BYTES)?;
    let connection = heap::Connection {
        identity_provider: identity_provider.core(),
        acs_url,
        settings: &settings.0,
        heap_id: &heap_id.0,
    };
    Ok(ConnectionTest(py.detach(|| connection.test(&subject.0, now.0, &mut random))))
}
