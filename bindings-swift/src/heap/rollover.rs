//! Rolling over the identity provider's signing key.

use std::{sync::Mutex, time::SystemTime};

use heap_identity::heap;

use crate::{
    convert::{date, instant},
    error::HeapIdentityError,
    held::Held,
    mirror::mirror,
    pki::Certificate,
};

mirror! {
    /// What is done in a step.
    from RolloverAction of heap::RolloverAction {
        /// Export the certificate.
        Export,
        /// Have an Admin at hand who can log in with a password.
        HaveAdminReady,
        /// Make a new key.
        Renew,
        /// Sign with the new key.
        Switch,
        /// Paste the certificate at Heap.
        ReplaceAtHeap,
        /// Test the connection.
        TestConnection,
    }
}

/// A time in which logins fail.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Outage {
    /// From then on.
    pub from: SystemTime,
    /// Until then; none if nothing that is planned ends it.
    pub until: Option<SystemTime>,
    /// The outage for people.
    pub text: String,
}

/// One step.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct RolloverStep {
    /// When.
    pub at: SystemTime,
    /// What.
    pub action: RolloverAction,
    /// The fingerprint of the certificate that it is about.
    pub fingerprint: String,
    /// The step for people.
    pub text: String,
}

/// When logins would fail, and what to do.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct RolloverPlan {
    /// When logins would fail.
    pub outages: Vec<Outage>,
    /// What to do, in order.
    pub steps: Vec<RolloverStep>,
    /// The plan for people.
    pub text: String,
}

/// From when on a certificate should be renewed.
#[uniffi::export]
pub fn renew_from(certificate: &Certificate) -> SystemTime {
    date(heap::Rollover::renew_from(&certificate.0))
}

/// Which key signs and which certificate Heap holds, now and as it is planned: Heap has one field for one certificate.
#[derive(Debug, uniffi::Object)]
pub struct Rollover(Held<Mutex<heap::Rollover>>);

#[uniffi::export]
impl Rollover {
    /// How it is now.
    #[uniffi::constructor]
    pub fn new(signing: &Certificate, held: &Certificate) -> Self {
        Self(Held::guarded(heap::Rollover::new((*signing.0).clone(), (*held.0).clone())))
    }

    /// The identity provider is to sign with this certificate's key from then on.
    pub fn idp_signs_with(&self, certificate: &Certificate, at: SystemTime) -> Result<(), HeapIdentityError> {
        let at = instant(at)?;
        self.0.locked().idp_signs_with((*certificate.0).clone(), at);
        Ok(())
    }

    /// Heap is to hold this certificate from then on.
    pub fn heap_holds(&self, certificate: &Certificate, at: SystemTime) -> Result<(), HeapIdentityError> {
        let at = instant(at)?;
        self.0.locked().heap_holds((*certificate.0).clone(), at);
        Ok(())
    }

    /// When logins would fail, and what to do.
    pub fn plan(&self, now: SystemTime) -> Result<RolloverPlan, HeapIdentityError> {
        let plan = self.0.locked().plan(instant(now)?);
        let text = plan.to_string();
        let outages = plan.outages.iter().map(|outage| Outage {
            from: date(outage.from),
            until: outage.until.map(date),
            text: outage.to_string(),
        });
        let steps = plan.steps.iter().map(|step| RolloverStep {
            at: date(step.at),
            action: step.action.into(),
            fingerprint: step.fingerprint.clone(),
            text: step.to_string(),
        });
        Ok(RolloverPlan { outages: outages.collect(), steps: steps.collect(), text })
    }
}
