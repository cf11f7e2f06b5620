//! Rolling over the identity provider's signing key.

use heap_identity::heap::{self, RolloverAction};
use pyo3::{PyRef, Python, pyclass, pymethods};

use crate::{
    convert::{Instant, When},
    pki::Certificate,
    table::{Shared, table},
};

/// Rolling over the identity provider's signing key, where Heap has one field for one certificate.
///
/// The identity provider signs with the key of one certificate, and Heap holds the other: as a rule the same.
#[pyclass(frozen, module = "heap_identity.heap")]
pub(crate) struct Rollover(Shared<heap::Rollover>);

#[pymethods]
impl Rollover {
    #[new]
    #[pyo3(signature = (*, signing, held))]
    fn new(signing: PyRef<'_, Certificate>, held: PyRef<'_, Certificate>) -> Self {
        Self(Shared::new(heap::Rollover::new(signing.0.clone(), held.0.clone())))
    }

    /// From `at` on the identity provider signs with the key of this certificate.
    #[pyo3(signature = (certificate, *, at))]
    fn idp_signs_with(&self, py: Python<'_>, certificate: PyRef<'_, Certificate>, at: Instant) {
        let certificate = certificate.0.clone();
        self.0.with(py, |rollover| rollover.idp_signs_with(certificate, at.0));
    }

    /// From `at` on Heap holds this certificate.
    #[pyo3(signature = (certificate, *, at))]
    fn heap_holds(&self, py: Python<'_>, certificate: PyRef<'_, Certificate>, at: Instant) {
        let certificate = certificate.0.clone();
        self.0.with(py, |rollover| rollover.heap_holds(certificate, at.0));
    }

    /// From when on a certificate should be renewed: 30 days before it ends.
    #[staticmethod]
    #[pyo3(signature = (certificate))]
    fn renew_from(certificate: PyRef<'_, Certificate>) -> When {
        When(heap::Rollover::renew_from(&certificate.0))
    }

    /// When logins fail from `now` on, and what to do.
    #[pyo3(signature = (*, now))]
    fn plan(&self, py: Python<'_>, now: Instant) -> RolloverPlan {
        RolloverPlan(self.0.with(py, |rollover| rollover.plan(now.0)))
    }

    #[expect(clippy::unused_self, reason = "what is planned is told by the plan")]
    fn __repr__(&self) -> &'static str {
        "Rollover()"
    }
}

/// What comes of a rollover as it is planned, and what to do. `str` has it line by line.
#[pyclass(frozen, eq, module = "heap_identity.heap")]
#[derive(PartialEq)]
pub(crate) struct RolloverPlan(heap::RolloverPlan);

table!(RolloverPlan {
    /// When logins fail, in order.
    outages: Vec<Outage> = |plan| plan.outages.iter().cloned().map(Outage).collect();
    /// What to do, in this order.
    steps: Vec<RolloverStep> = |plan| plan.steps.iter().cloned().map(RolloverStep).collect();
}
    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("RolloverPlan(outages={}, steps={})", self.0.outages.len(), self.0.steps.len())
    }
);

/// A time in which logins fail: the identity provider signs with another key than Heap holds. `str` says it.
#[pyclass(frozen, eq, module = "heap_identity.heap")]
#[derive(Clone, PartialEq)]
pub(crate) struct Outage(heap::Outage);

table!(Outage {
    /// The first moment.
    begin: When = |outage| When(outage.from);
    /// The end; `None` while nothing that is planned ends it.
    until: Option<When> = |outage| outage.until.map(When);
}
    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Outage({:?})", self.0.to_string())
    }
);

/// One thing to do in a rollover. `str` says it.
#[pyclass(frozen, eq, module = "heap_identity.heap")]
#[derive(Clone, PartialEq)]
pub(crate) struct RolloverStep(heap::RolloverStep);

table!(RolloverStep {
    /// When.
    at: When = |step| When(step.at);
    action: &'static str = |step| match step.action {
        RolloverAction::Export => "export",
        RolloverAction::HaveAdminReady => "have_admin_ready",
        RolloverAction::Renew => "renew",
        RolloverAction::Switch => "switch",
        RolloverAction::ReplaceAtHeap => "replace_at_heap",
        RolloverAction::TestConnection => "test_connection",
        _ => "other",
    };
    /// What to do, in words.
    text: &'static str = |step| step.action.text();
    /// The SHA-256 fingerprint of the certificate that it is about.
    fingerprint: &str = |step| &step.fingerprint;
}
    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("RolloverStep(action={:?}, at={:?})", self.action(), self.0.at.to_string())
    }
);
