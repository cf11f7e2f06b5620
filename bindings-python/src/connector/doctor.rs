//! What is wrong with a set-up, seen from both sides at once.

use heap_identity::connector::{self, SsoAtHeap};
use pyo3::{
    Bound, FromPyObject, Py, PyAny, PyErr, PyRef, PyResult, Python, pyclass, pyfunction,
    types::{PyAnyMethods, PyBool, PyBytes, PyIterator, PyList},
};

use super::{application::Application, verification::Concluded};
use crate::{
    convert::{Instant, texts},
    directory::Snapshot,
    heap::{
        connection::{ConnectionTest, SsoSettings},
        names::Identified,
    },
    pki::Certificate,
    saml::name_id::format_of,
    scim::{client::Profile, resource::AnyUser},
    table::table,
};

/// Single sign-on at Heap's end as an argument: `False`, or its settings.
pub(crate) enum AtHeap {
    Off,
    On(Py<SsoSettings>),
}

impl<'py> FromPyObject<'_, 'py> for AtHeap {
    type Error = PyErr;

    fn extract(object: pyo3::Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        match object.cast::<PyBool>() {
            Ok(on) if !on.extract::<bool>()? => Ok(Self::Off),
            _ => Ok(Self::On(object.extract()?)),
        }
    }
}

/// Something that is wrong. `str` says it with what to do.
#[pyclass(frozen, eq, module = "heap_identity.connector")]
#[derive(Clone, PartialEq)]
pub(crate) struct Finding(connector::Finding);

table!(Finding {
    code: &'static str = |finding| finding.kind.code();
    /// How much it matters.
    severity: &'static str = |finding| finding.severity.name();
    /// What is wrong.
    title: &'static str = |finding| finding.title;
    expected: &str = |finding| &finding.expected;
    found: &str = |finding| &finding.found;
    /// Whom or what it is about: people and groups by directory id, accounts by their id at Heap.
    subjects: Vec<String> = |finding| finding.subjects.clone();
    /// What to do.
    action: &'static str = |finding| finding.action;
    /// The rules that it is about.
    rule: &'static str = |finding| finding.rule;
}
    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Finding(code={:?}, severity={:?})", self.code(), self.severity())
    }
);

/// What the doctor found, in the order in which to put it right: `str` for people, `to_json` for machines.
#[pyclass(frozen, eq, module = "heap_identity.connector")]
#[derive(PartialEq)]
pub(crate) struct Diagnosis(connector::Diagnosis);

table!(Diagnosis {
    /// The findings; none of a healthy set-up.
    findings: Vec<Finding> = |diagnosis| diagnosis.findings.iter().cloned().map(Finding).collect();
    is_healthy: bool = |diagnosis| diagnosis.is_healthy();
}
    /// The findings as JSON.
    fn to_json<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, &self.0.to_json())
    }

    fn __iter__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyIterator>> {
        PyList::new(py, self.findings())?.try_iter()
    }

    fn __len__(&self) -> usize {
        self.0.findings.len()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Diagnosis({} findings)", self.0.findings.len())
    }
);

/// Walks through both sides' configuration. Nothing is sent; what is not given is not known, and nothing is concluded from it.
///
/// `certificate` is that of the key that the identity provider signs with; `sso`, `heap_id`, `scim_enabled` and `base_url` are what
/// Heap's settings show, `sso=False` where it is not configured; `accounts` are all at Heap; `custom_roles` are the tenant's own
/// (R15); `foreign` are the directory ids of people whom Heap refuses for their account in another organisation (R23).
#[pyfunction]
#[pyo3(signature = (
    application, *, now, certificate=None, name_id_format=None, directory=None, sso=None, heap_id=None, connection=None,
    scim_enabled=None, base_url=None, verification=None, profile=None, accounts=None, custom_roles=None, foreign=None
))]
#[expect(clippy::too_many_arguments, reason = "they are named arguments in Python")]
pub(crate) fn doctor(
    py: Python<'_>,
    application: PyRef<'_, Application>,
    now: Instant,
    certificate: Option<PyRef<'_, Certificate>>,
    name_id_format: Option<&str>,
    directory: Option<PyRef<'_, Snapshot>>,
    sso: Option<AtHeap>,
    heap_id: Option<Identified>,
    connection: Option<PyRef<'_, ConnectionTest>>,
    scim_enabled: Option<bool>,
    base_url: Option<&str>,
    verification: Option<PyRef<'_, Concluded>>,
    profile: Option<PyRef<'_, Profile>>,
    accounts: Option<&Bound<'_, PyAny>>,
    custom_roles: Option<&Bound<'_, PyAny>>,
    foreign: Option<&Bound<'_, PyAny>>,
) -> PyResult<Diagnosis> {
    let accounts = match accounts {
        Some(accounts) => {
            let accounts = accounts.try_iter()?.map(|account| Ok(account?.extract::<AnyUser>()?.0));
            Some(accounts.collect::<PyResult<Vec<_>>>()?)
        }
        None => None,
    };
    let (custom_roles, foreign) = (texts(custom_roles)?, texts(foreign)?);
    let custom_roles: Vec<&str> = custom_roles.iter().map(String::as_str).collect();
    let foreign: Vec<&str> = foreign.iter().map(String::as_str).collect();
    let mut known = connector::Known::default();
    known.certificate = certificate.as_ref().map(|certificate| &certificate.0);
    known.name_id_format = format_of(name_id_format);
    known.directory = directory.as_ref().map(|directory| &directory.0);
    known.sso = sso.as_ref().map(|sso| match sso {
        AtHeap::Off => SsoAtHeap::Off,
        AtHeap::On(settings) => SsoAtHeap::On(&settings.get().0),
    });
    known.heap_id = heap_id.as_ref().map(|Identified(id)| id);
    known.connection = connection.as_ref().map(|tested| &tested.0);
    (known.scim_enabled, known.base_url) = (scim_enabled, base_url);
    known.verification = verification.as_ref().map(|concluded| &concluded.found);
    known.left_over = verification.as_ref().map_or(&[], |concluded| concluded.left_over.as_slice());
    known.profile = profile.as_ref().map(|profile| &profile.0);
    known.accounts = accounts.as_deref();
    (known.custom_roles, known.foreign) = (&custom_roles, &foreign);
    application.of(py, |application| connector::doctor(application, &known, now.0)).map(Diagnosis)
}
