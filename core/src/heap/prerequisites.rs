//! What must be there before the integration is set up (R8, D15).

use alloc::vec::Vec;

use super::HeapId;

/// Heap's plans, from the smallest.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum HeapPlan {
    /// Without charge.
    Free,
    /// Growth.
    Growth,
    /// Business: the first with SSO.
    Business,
    /// Premier: with SCIM.
    Premier,
}

/// What is to be set up.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Goal {
    /// Single sign-on.
    SingleSignOn,
    /// Single sign-on and identity management over SCIM.
    IdentityManagement,
}

/// What both sides have.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Prerequisites {
    /// The plan at Heap.
    pub heap_plan: HeapPlan,
    /// The tenant's Heap ID, once it is known.
    pub heap_id: Option<HeapId>,
    /// Whether an administrator of Heap takes part.
    pub heap_administrator: bool,
    /// Whether an administrator of the identity provider takes part.
    pub idp_administrator: bool,
    /// Whether the identity provider's SSO package, or SSO à la carte, is bought.
    pub idp_sso_package: bool,
    /// Whether SSO works already (R14).
    pub sso_configured: bool,
}

/// Something that is missing, with what to do.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Missing {
    /// SSO needs the Business plan.
    #[error("SSO needs Heap's Business plan or a better one; ask Heap to change the plan")]
    BusinessPlan,
    /// SCIM needs the Premier plan.
    #[error("SCIM needs Heap's Premier plan; ask Heap to change the plan")]
    PremierPlan,
    /// The Heap ID is not known.
    #[error("the Heap ID is missing; it is shown in Heap's account settings")]
    HeapId,
    /// Nobody can change Heap's settings.
    #[error("a Heap user with administrator permissions must take part")]
    HeapAdministrator,
    /// Nobody can change the identity provider's settings.
    #[error("an administrator of the identity provider must take part")]
    IdpAdministrator,
    /// The identity provider does not do SSO for this organisation.
    #[error("the identity provider's SSO package, or SSO à la carte, is needed")]
    IdpSsoPackage,
    /// SCIM comes after SSO (R14).
    #[error("SSO must be configured before SCIM is enabled (R14)")]
    SsoFirst,
}

impl Missing {
    /// The stable code of what is missing.
    pub const fn code(self) -> &'static str {
        match self {
            Self::BusinessPlan => "heap.missing.business_plan",
            Self::PremierPlan => "heap.missing.premier_plan",
            Self::HeapId => "heap.missing.heap_id",
            Self::HeapAdministrator => "heap.missing.heap_administrator",
            Self::IdpAdministrator => "heap.missing.idp_administrator",
            Self::IdpSsoPackage => "heap.missing.idp_sso_package",
            Self::SsoFirst => "heap.missing.sso_first",
        }
    }
}

impl Prerequisites {
    /// With nothing known but the plan.
    pub const fn new(heap_plan: HeapPlan) -> Self {
        Self {
            heap_plan,
            heap_id: None,
            heap_administrator: false,
            idp_administrator: false,
            idp_sso_package: false,
            sso_configured: false,
        }
    }

    /// Everything that is missing for a goal; nothing when it can be begun.
    ///
    /// ```
    /// use heap_identity::heap::{Goal, HeapPlan, Missing, Prerequisites};
    /// let mut have = Prerequisites::new(HeapPlan::Business);
    /// (have.heap_administrator, have.idp_administrator, have.idp_sso_package) = (true, true, true);
    /// assert_eq!(have.missing(Goal::SingleSignOn), [Missing::HeapId]);
    /// ```
    pub fn missing(&self, goal: Goal) -> Vec<Missing> {
        let manages = goal == Goal::IdentityManagement;
        let wanted = [
            (self.heap_plan >= HeapPlan::Business || manages, Missing::BusinessPlan),
            (self.heap_plan >= HeapPlan::Premier || !manages, Missing::PremierPlan),
            (self.heap_id.is_some(), Missing::HeapId),
            (self.heap_administrator, Missing::HeapAdministrator),
            (self.idp_administrator, Missing::IdpAdministrator),
            (self.idp_sso_package, Missing::IdpSsoPackage),
            (self.sso_configured || !manages, Missing::SsoFirst),
        ];
        wanted.into_iter().filter(|(has, _)| !has).map(|(_, missing)| missing).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::{Goal, HeapPlan, Missing, Prerequisites};

    #[test]
    fn r08_d15_everything_that_is_missing_is_told_at_once() {
        let nothing = Prerequisites::new(HeapPlan::Growth);
        assert_eq!(
            nothing.missing(Goal::SingleSignOn),
            [
                Missing::BusinessPlan,
                Missing::HeapId,
                Missing::HeapAdministrator,
                Missing::IdpAdministrator,
                Missing::IdpSsoPackage,
            ]
        );
        let mut have = Prerequisites::new(HeapPlan::Business);
        have.heap_id = Some("12345".parse().unwrap());
        (have.heap_administrator, have.idp_administrator, have.idp_sso_package) = (true, true, true);
        assert!(have.missing(Goal::SingleSignOn).is_empty());
        assert_eq!(have.missing(Goal::IdentityManagement), [Missing::PremierPlan, Missing::SsoFirst]);
        (have.heap_plan, have.sso_configured) = (HeapPlan::Premier, true);
        assert!(have.missing(Goal::IdentityManagement).is_empty());
    }
}
