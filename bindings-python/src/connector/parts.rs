//! What an application is made of, and its removal.

use std::sync::{Mutex, PoisonError};

use heap_identity::{
    connector::{self, Action, ApplicationError, Part, State},
    wire::Secret,
};
use pyo3::{PyRef, PyResult, Python, pyclass, pyfunction, pymethods};

use crate::{
    convert::word,
    error::Raise,
    heap::{
        attributes::AttributeMapping,
        names::{HeapId, Identified},
    },
    table::{table, words},
};

words! {
    part_of: Part {
        "bookmark" => Part::Bookmark,
        "identity_management" => Part::IdentityManagement,
        "sso" => Part::Sso,
    }
}

/// A value of the core by the word that its JSON has for it.
fn named<T: serde::de::DeserializeOwned>(what: &str, name: &str) -> PyResult<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned()))
        .map_err(|_| crate::error::wrong(format!("there is no {what} {name:?}")))
}

/// The state of an application after an action. Raises `Refused` (`connector.forbidden`) with the rule and what to do first.
#[pyfunction]
#[pyo3(signature = (state, action))]
pub(crate) fn state_after(py: Python<'_>, state: &str, action: &str) -> PyResult<String> {
    let (state, action): (State, Action) = (named("state", state)?, named("action", action)?);
    state.after(action).map(word).raise(py)
}

/// What the portal shows of an application (R1).
#[pyclass(frozen, eq, module = "heap_identity.connector")]
#[derive(Clone, PartialEq)]
pub(crate) struct Details(pub(super) connector::Details);

table!(Details {
    /// The name on its tile.
    label: &str = |details| &details.label;
    /// What it is for.
    description: Option<&str> = |details| details.description.as_deref();
    /// The address of the picture on its tile.
    image: Option<&str> = |details| details.image.as_deref();
    /// Whether the portal shows it at all; people with access can sign on either way.
    shown: bool = |details| details.shown;
}
    #[new]
    #[pyo3(signature = (label, *, description=None, image=None, shown=true))]
    fn new(label: &str, description: Option<String>, image: Option<String>, shown: bool) -> Self {
        let mut details = connector::Details::new(label);
        (details.description, details.image, details.shown) = (description, image, shown);
        Self(details)
    }

    fn __repr__(&self) -> String {
        format!("Details({:?})", self.0.label)
    }
);

/// What identity management is told besides its credentials: saving it never touches the token (R19).
#[pyclass(frozen, eq, module = "heap_identity.connector")]
#[derive(Clone, PartialEq)]
pub(crate) struct Settings(pub(super) connector::Settings);

table!(Settings {
    /// Whether groups and memberships are managed at Heap too (R24).
    group_management: bool = |settings| settings.group_management;
    /// The top-level attribute that carries Heap's role (D8); `role` unless given.
    role_attribute: &str = |settings| &settings.role_attribute;
}
    #[new]
    #[pyo3(signature = (*, group_management=true, role_attribute=None))]
    fn new(group_management: bool, role_attribute: Option<String>) -> Self {
        let mut settings = connector::Settings::default();
        settings.group_management = group_management;
        settings.role_attribute = role_attribute.unwrap_or(settings.role_attribute);
        Self(settings)
    }

    fn __repr__(&self) -> String {
        let group_management = if self.0.group_management { "True" } else { "False" };
        format!("Settings(group_management={group_management}, role_attribute={:?})", self.0.role_attribute)
    }
);

/// A base URL and the token for it (R17, R18). The token is not shown and cannot be read back.
///
/// Raises `InvalidInput` (`sync.base_url`, `wire.invalid_token`) for what could not be sent.
#[pyclass(frozen, module = "heap_identity.connector")]
#[derive(Clone)]
pub(crate) struct Credentials(pub(super) connector::Credentials);

table!(Credentials {
    base_url: &str = |credentials| credentials.base_url();
}
    #[new]
    #[pyo3(signature = (*, base_url, bearer_token))]
    fn new(py: Python<'_>, base_url: &str, bearer_token: String) -> PyResult<Self> {
        connector::Credentials::new(base_url, Secret::new(bearer_token)).map(Self).raise(py)
    }

    // The token is not shown.
    fn __repr__(&self) -> String {
        format!("Credentials(base_url={:?})", self.0.base_url())
    }
);

/// The SSO configuration of an application: Heap's template, filled in for one tenant (R4, R5).
///
/// Every `YOUR_ID` in a constant becomes the Heap ID. Raises `InvalidInput` (`heap.placeholder_left`).
#[pyclass(frozen, eq, module = "heap_identity.connector")]
#[derive(Clone, PartialEq)]
pub(crate) struct Sso(pub(super) connector::Sso);

table!(Sso {
    heap_id: HeapId = |sso| HeapId(sso.heap_id().clone());
    /// Where assertions are sent.
    acs_url: String = |sso| sso.acs_url();
    /// The attributes of the assertions, filled in.
    attributes: AttributeMapping = |sso| AttributeMapping(sso.attributes().clone());
}
    #[new]
    #[pyo3(signature = (*, heap_id, attributes=None))]
    fn new(
        py: Python<'_>,
        heap_id: Identified,
        attributes: Option<PyRef<'_, AttributeMapping>>,
    ) -> PyResult<Self> {
        let sso = connector::Sso::new(heap_id.0);
        match attributes {
            Some(attributes) => sso.with_attributes(attributes.0.clone()).map(Self).raise(py),
            None => Ok(Self(sso)),
        }
    }

    fn __repr__(&self) -> String {
        format!("Sso(heap_id={:?})", self.0.heap_id().to_string())
    }
);

/// A removal that was described and waits for somebody to confirm it: it is bound to the application as it was then (R42).
#[pyclass(frozen, module = "heap_identity.connector")]
pub(crate) struct Removal {
    /// The application's name.
    #[pyo3(get)]
    application: String,
    /// What is taken away.
    #[pyo3(get)]
    part: String,
    /// What becomes of it here.
    #[pyo3(get)]
    consequence: &'static str,
    /// What then remains to be done at Heap, so that nobody is locked out and no credential stays valid (R44).
    #[pyo3(get)]
    remains: Option<&'static str>,
    described: Mutex<Option<connector::Removal>>,
}

#[pymethods]
impl Removal {
    fn __repr__(&self) -> String {
        format!("Removal(application={:?}, part={:?})", self.application, self.part)
    }
}

impl Removal {
    pub(super) fn of(removal: connector::Removal) -> Self {
        Self {
            application: removal.application.clone(),
            part: word(removal.part),
            consequence: removal.consequence,
            remains: removal.remains,
            described: Mutex::new(Some(removal)),
        }
    }

    pub(super) fn take(&self) -> Result<connector::Removal, ApplicationError> {
        let mut described = self.described.lock().unwrap_or_else(PoisonError::into_inner);
        described.take().ok_or(ApplicationError::Overtaken)
    }
}
