//! Single logout, over both bindings and begun by either end.

use std::collections::BTreeMap;

use heap_identity::saml::logout::{self, AwaitedLogout, Delivered, Delivery, Logout, LogoutStatus};
use pyo3::{Bound, PyAny, PyRef, PyResult, Python, exceptions::PyValueError, pyclass};

use super::{
    expected::{Policy, ReplayCache},
    identity_provider::RANDOM_BYTES,
    metadata::Endpoint,
    name_id::NameId,
    report::{Kind, Report},
};
use crate::{
    convert::{Instant, Random},
    error::Raise,
    pki::{Certificate, SigningKey},
    table::{table, words},
};

words! {
    status_of: LogoutStatus {
        "complete" => LogoutStatus::Complete,
        "partial" => LogoutStatus::Partial,
        "failed" => LogoutStatus::Failed(String::new()),
    }
}

const fn status_word(status: &LogoutStatus) -> &'static str {
    match status {
        LogoutStatus::Complete => "complete",
        LogoutStatus::Partial => "partial",
        _ => "failed",
    }
}

/// Somebody who takes part in single logout, and whose messages are believed.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct LogoutPartner(pub(super) logout::LogoutPartner);

table!(LogoutPartner {
    entity_id: &str = |partner| &partner.entity_id;
    certificates: Vec<Certificate> = |partner| partner.certificates.iter().cloned().map(Certificate).collect();
    endpoint: Endpoint = |partner| Endpoint(partner.endpoint.clone());
}
    #[new]
    #[pyo3(signature = (*, entity_id, certificates, endpoint))]
    fn new(
        entity_id: &str,
        certificates: Vec<PyRef<'_, Certificate>>,
        endpoint: PyRef<'_, Endpoint>,
    ) -> Self {
        let certificates = certificates.iter().map(|certificate| certificate.0.clone()).collect();
        Self(logout::LogoutPartner::new(entity_id, certificates, endpoint.0.clone()))
    }

    fn __repr__(&self) -> String {
        format!("LogoutPartner(entity_id={:?})", self.0.entity_id)
    }
);

/// A signed message that the browser has to carry, by redirect or by form as the partner takes it.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct LogoutMessage(logout::Outgoing);

table!(LogoutMessage {
    /// That of a request has to be remembered until the response comes.
    id: &str = |message| &message.id;
    redirect_url: Option<&str> = |message| match &message.delivery {
        Delivery::Redirect(url) => Some(url),
        _ => None,
    };
    form_action: Option<&str> = |message| match &message.delivery {
        Delivery::Post(form) => Some(form.action()),
        _ => None,
    };
    form_fields: Option<BTreeMap<&'static str, String>> = |message| match &message.delivery {
        Delivery::Post(form) => Some(form.fields().iter().cloned().collect()),
        _ => None,
    };
}
    /// A page that posts the form by itself; `None` where the message goes by redirect.
    #[pyo3(signature = (*, nonce))]
    fn auto_post_page(&self, nonce: &str) -> Option<String> {
        match &self.0.delivery {
            Delivery::Post(form) => Some(form.auto_post_page(nonce)),
            _ => None,
        }
    }

    fn __repr__(&self) -> String {
        format!("LogoutMessage(id={:?})", self.0.id)
    }
);

/// A request of a partner, verified: its sessions have to end now.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct VerifiedLogout(logout::VerifiedLogout);

table!(VerifiedLogout {
    id: &str = |request| &request.id;
    issuer: &str = |request| &request.issuer;
    name_id: NameId = |request| NameId(request.name_id.clone());
    /// The sessions that end; all of the person's where there are none.
    session_indexes: Vec<String> = |request| request.session_indexes.clone();
    reason: Option<&str> = |request| request.reason.as_deref();
    /// To be returned with the answer as it came, and not to be followed (A58).
    relay_state: Option<&str> = |request| request.relay_state.as_deref();
    report: Report = |request| Report(Kind::Logout(request.report.clone()));
}
    /// Whether a session that began with an Assertion of this person and index has to end (saml-core 3.7.3.1).
    #[pyo3(signature = (*, name_id, session_index=None))]
    fn ends(&self, name_id: PyRef<'_, NameId>, session_index: Option<&str>) -> bool {
        self.0.ends(&name_id.0, session_index)
    }

    fn __repr__(&self) -> String {
        format!("VerifiedLogout(id={:?}, issuer={:?})", self.0.id, self.0.issuer)
    }
);

/// The answer to our request, verified.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct LogoutOutcome(logout::LogoutOutcome);

table!(LogoutOutcome {
    status: &'static str = |outcome| status_word(&outcome.status);
    /// Where it failed: the codes, from the outside.
    status_codes: Option<&str> = |outcome| match &outcome.status {
        LogoutStatus::Failed(codes) => Some(codes),
        _ => None,
    };
    relay_state: Option<&str> = |outcome| outcome.relay_state.as_deref();
    report: Report = |outcome| Report(Kind::Logout(outcome.report.clone()));
}
    fn __repr__(&self) -> String {
        format!("LogoutOutcome(status={:?})", self.status())
    }
);

/// One end of single logout (saml-profiles 4.4), with all its partners, over both bindings and begun by either end.
///
/// A message came either in a query (`raw_query`, not decoded and without `?`), or in a form (`form_value` and the
/// `relay_state` beside it). Making one raises `InvalidInput`, verifying one `LogoutRejection`.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct SingleLogout(logout::SingleLogout);

/// How the message came: in a query as it was sent, or in a form.
fn delivered<'a>(
    raw_query: Option<&'a str>,
    form_value: Option<&'a str>,
    relay_state: Option<&'a str>,
) -> PyResult<Delivered<'a>> {
    match (raw_query, form_value) {
        (Some(query), None) if relay_state.is_none() => Ok(Delivered::Redirect(query)),
        (None, Some(value)) => Ok(Delivered::Post { value, relay_state }),
        _ => Err(PyValueError::new_err("expected raw_query, or form_value with the relay_state that came")),
    }
}

table!(SingleLogout {
    url: &str = |logout| logout.url();
}
    #[new]
    #[pyo3(signature = (*, entity_id, url, key, partners, policy=None))]
    fn new(
        entity_id: &str,
        url: &str,
        key: PyRef<'_, SigningKey>,
        partners: Vec<PyRef<'_, LogoutPartner>>,
        policy: Option<PyRef<'_, Policy>>,
    ) -> Self {
        let partners = partners.iter().map(|partner| partner.0.clone()).collect();
        let logout = logout::SingleLogout::new(entity_id, url, key.0.clone(), partners);
        Self(match policy {
            Some(policy) => logout.with_policy(policy.0.clone()),
            None => logout,
        })
    }

    /// A request to end somebody's sessions: those of these indexes, or all.
    #[pyo3(signature = (*, partner, name_id, now, session_indexes=Vec::new(), reason=None, relay_state=None, random=None))]
    #[expect(clippy::too_many_arguments, reason = "they are named arguments in Python")]
    fn request<'py>(
        &self,
        py: Python<'py>,
        partner: &str,
        name_id: PyRef<'_, NameId>,
        now: Instant,
        session_indexes: Vec<String>,
        reason: Option<String>,
        relay_state: Option<&str>,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<LogoutMessage> {
        let mut logout = Logout::new(name_id.0.clone(), session_indexes);
        logout.reason = reason.or(logout.reason);
        let mut random = Random::drawn(py, random, RANDOM_BYTES)?;
        let message = py.detach(|| self.0.request(partner, &logout, relay_state, now.0, &mut random));
        message.map(LogoutMessage).raise(py)
    }

    /// The answer to a request, once its sessions have ended or could not be (saml-profiles 4.4.3.4).
    #[pyo3(signature = (*, request, now, status="complete", random=None))]
    fn answer<'py>(
        &self,
        py: Python<'py>,
        request: PyRef<'_, VerifiedLogout>,
        now: Instant,
        status: &str,
        random: Option<Bound<'py, PyAny>>,
    ) -> PyResult<LogoutMessage> {
        let (request, status) = (&request.0, status_of(status)?);
        let mut random = Random::drawn(py, random, RANDOM_BYTES)?;
        py.detach(|| self.0.answer(request, &status, now.0, &mut random)).map(LogoutMessage).raise(py)
    }

    /// Verifies a request of a partner, as it was received: by redirect or as a form. Raises `LogoutRejection`.
    #[pyo3(signature = (*, now, replay, raw_query=None, form_value=None, relay_state=None))]
    fn verify_request(
        &self,
        py: Python<'_>,
        now: Instant,
        replay: &ReplayCache,
        raw_query: Option<&str>,
        form_value: Option<&str>,
        relay_state: Option<&str>,
    ) -> PyResult<VerifiedLogout> {
        let message = delivered(raw_query, form_value, relay_state)?;
        let verdict = replay.0.with(py, |replay| self.0.verify_request(&message, now.0, replay));
        verdict.map(VerifiedLogout).raise(py)
    }

    /// `request_id` and `partner` come from the memory of who sent the request.
    #[pyo3(signature = (*, request_id, partner, now, raw_query=None, form_value=None, relay_state=None))]
    #[expect(clippy::too_many_arguments, reason = "they are named arguments in Python")]
    fn verify_response(
        &self,
        py: Python<'_>,
        request_id: &str,
        partner: &str,
        now: Instant,
        raw_query: Option<&str>,
        form_value: Option<&str>,
        relay_state: Option<&str>,
    ) -> PyResult<LogoutOutcome> {
        let message = delivered(raw_query, form_value, relay_state)?;
        let awaited = AwaitedLogout { request_id, partner };
        py.detach(|| self.0.verify_response(&message, &awaited, now.0)).map(LogoutOutcome).raise(py)
    }

    fn __repr__(&self) -> String {
        format!("SingleLogout(url={:?})", self.0.url())
    }
);
