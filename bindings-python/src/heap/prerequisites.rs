//! What must be there before the integration is set up.

use heap_identity::heap::{self, Goal, HeapPlan};
use pyo3::{PyResult, pyclass, pymethods};

use super::names::Identified;
use crate::table::{table, words};

words! {
    plan_of: HeapPlan {
        "free" => HeapPlan::Free,
        "growth" => HeapPlan::Growth,
        "business" => HeapPlan::Business,
        "premier" => HeapPlan::Premier,
    }
    goal_of: Goal {
        "single_sign_on" => Goal::SingleSignOn,
        "identity_management" => Goal::IdentityManagement,
    }
}

/// Something that is missing before the integration is set up. `str` says it with what to do.
#[pyclass(frozen, eq, module = "heap_identity.heap")]
#[derive(Clone, PartialEq)]
pub(crate) struct Missing(heap::Missing);

table!(Missing {
    code: &'static str = |missing| missing.code();
    message: String = |missing| missing.to_string();
}
    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Missing(code={:?})", self.0.code())
    }
);

/// What both sides have before the integration is set up (R8, D15).
///
/// The administrators are those who take part; `idp_sso_package` is the identity provider's, or SSO à la carte.
#[pyclass(frozen, eq, module = "heap_identity.heap")]
#[derive(PartialEq)]
pub(crate) struct Prerequisites(heap::Prerequisites);

#[pymethods]
impl Prerequisites {
    #[new]
    #[pyo3(signature = (
        *, heap_plan, heap_id=None, heap_administrator=false, idp_administrator=false, idp_sso_package=false,
        sso_configured=false
    ))]
    fn new(
        heap_plan: &str,
        heap_id: Option<Identified>,
        heap_administrator: bool,
        idp_administrator: bool,
        idp_sso_package: bool,
        sso_configured: bool,
    ) -> PyResult<Self> {
        let mut there = heap::Prerequisites::new(plan_of(heap_plan)?);
        there.heap_id = heap_id.map(|Identified(id)| id);
        (there.heap_administrator, there.idp_administrator) = (heap_administrator, idp_administrator);
        (there.idp_sso_package, there.sso_configured) = (idp_sso_package, sso_configured);
        Ok(Self(there))
    }

    /// Everything that is missing; nothing when it can be begun.
    #[pyo3(signature = (goal))]
    fn missing(&self, goal: &str) -> PyResult<Vec<Missing>> {
        Ok(self.0.missing(goal_of(goal)?).into_iter().map(Missing).collect())
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
}
