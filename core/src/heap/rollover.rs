//! Rolling over the identity provider's signing key, where Heap has one field for one certificate: when logins would
//! break, and what to do first.

use alloc::{format, string::String, vec::Vec};
use core::fmt;

use jiff::{SignedDuration, Timestamp};

use crate::{limits::HEAP_RENEW_DAYS, pki::Certificate, saml::time};

/// What the identity provider signs with from when on, and what Heap holds from when on.
///
/// ```
/// use heap_identity::{Certificate, heap::Rollover};
/// # let (old, new) = (include_str!("../../tests/vectors/keys/rsa2048.cert.pem"), include_str!("../../tests/vectors/keys/p256.cert.pem"));
/// let (old, new) = (Certificate::from_pem(old)?, Certificate::from_pem(new)?);
/// let mut rollover = Rollover::new(old.clone(), old);
/// rollover.idp_signs_with(new.clone(), "2026-03-01T10:00:00Z".parse()?);
/// rollover.heap_holds(new, "2026-03-01T12:00:00Z".parse()?);
/// let plan = rollover.plan("2026-02-01T00:00:00Z".parse()?);
/// assert_eq!(plan.outages.len(), 1);
/// assert_eq!(plan.outages[0].to_string(), "logins fail from 2026-03-01T10:00:00Z until 2026-03-01T12:00:00Z");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Rollover {
    signing: Vec<(Timestamp, Certificate)>,
    held: Vec<(Timestamp, Certificate)>,
}

/// What comes of a rollover as it is planned, and what to do.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RolloverPlan {
    /// When logins fail, in order.
    pub outages: Vec<Outage>,
    /// What to do, in this order.
    pub steps: Vec<RolloverStep>,
}

/// A time in which logins fail, since the identity provider signs with another key than Heap holds.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Outage {
    /// The first moment.
    pub from: Timestamp,
    /// The end; none while nothing that is planned ends it.
    pub until: Option<Timestamp>,
}

impl fmt::Display for Outage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "logins fail from {}", time::format(self.from))?;
        match self.until {
            Some(until) => write!(f, " until {}", time::format(until)),
            None => f.write_str(" on, and nothing that is planned ends it"),
        }
    }
}

/// One thing to do.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RolloverStep {
    /// When.
    pub at: Timestamp,
    /// What.
    pub action: RolloverAction,
    /// The SHA-256 fingerprint of the certificate that it is about.
    pub fingerprint: String,
}

/// What there is to do in a rollover.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum RolloverAction {
    /// Export the certificate as `certificate.pem` at the identity provider, and compare its fingerprint there (R6).
    Export,
    /// See that an Admin of Heap is at hand who can log in with a password, since SSO will not (R11).
    HaveAdminReady,
    /// Give the identity provider a key whose certificate is valid by then; the one that signs expires.
    Renew,
    /// Let the identity provider sign with the key of this certificate.
    Switch,
    /// Paste the certificate into Heap's account settings and save.
    ReplaceAtHeap,
    /// Test the connection, and log in once (R7).
    TestConnection,
}

impl RolloverAction {
    /// What to do, in words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Export => "at the identity provider: export certificate.pem and note its fingerprint",
            Self::HaveAdminReady => {
                "at Heap: have an Admin at hand who can log in with a password, for SSO fails until the certificate is \
                 replaced"
            }
            Self::Renew => {
                "at the identity provider: make a new key, since the certificate that signs expires"
            }
            Self::Switch => "at the identity provider: sign with the new key",
            Self::ReplaceAtHeap => "at Heap: paste the certificate into the account settings and save",
            Self::TestConnection => "at Heap: test the SSO connection",
        }
    }
}

impl fmt::Display for RolloverStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} ({})", time::format(self.at), self.action.text(), self.fingerprint)
    }
}

impl Rollover {
    /// The identity provider signs with the key of one certificate, and Heap holds the other: as a rule the same.
    pub fn new(signing: Certificate, held: Certificate) -> Self {
        Self { signing: Vec::from([(Timestamp::MIN, signing)]), held: Vec::from([(Timestamp::MIN, held)]) }
    }

    /// From `at` on the identity provider signs with the key of this certificate.
    pub fn idp_signs_with(&mut self, certificate: Certificate, at: Timestamp) {
        insert(&mut self.signing, at, certificate);
    }

    /// From `at` on Heap holds this certificate.
    pub fn heap_holds(&mut self, certificate: Certificate, at: Timestamp) {
        insert(&mut self.held, at, certificate);
    }

    /// From when on a certificate should be renewed: 30 days before it ends.
    pub fn renew_from(certificate: &Certificate) -> Timestamp {
        let notice = SignedDuration::from_hours(HEAP_RENEW_DAYS.saturating_mul(24));
        certificate.not_after().checked_sub(notice).unwrap_or(Timestamp::MIN)
    }

    /// When logins fail from `now` on, and what to do.
    pub fn plan(&self, now: Timestamp) -> RolloverPlan {
        RolloverPlan { outages: self.outages(now), steps: self.steps(now) }
    }

    fn outages(&self, now: Timestamp) -> Vec<Outage> {
        let changes = self.signing.iter().chain(&self.held).map(|(at, _)| *at).filter(|at| *at > now);
        let mut moments: Vec<Timestamp> = core::iter::once(now).chain(changes).collect();
        moments.sort_unstable();
        moments.dedup();
        let mut outages: Vec<Outage> = Vec::new();
        let mut open = false;
        for at in moments {
            let fails = !same_key(current(&self.signing, at), current(&self.held, at));
            match outages.last_mut() {
                Some(last) if open && !fails => last.until = Some(at),
                _ if fails && !open => outages.push(Outage { from: at, until: None }),
                _ => {}
            }
            open = fails;
        }
        outages
    }

    /// The switch decides: Heap gets the new certificate right behind it, whatever was planned there. A certificate that
    /// was renewed for the same key can be replaced at once, since both verify.
    fn steps(&self, now: Timestamp) -> Vec<RolloverStep> {
        let mut steps = Vec::new();
        let mut step = |at: Timestamp, action, certificate: &Certificate| {
            steps.push(RolloverStep { at, action, fingerprint: certificate.sha256_fingerprint() });
        };
        let mut signing = current(&self.signing, now);
        let mut held = current(&self.held, now);
        if let Some(certificate) = signing.filter(|_| !same_key(signing, held)) {
            for action in
                [RolloverAction::Export, RolloverAction::ReplaceAtHeap, RolloverAction::TestConnection]
            {
                step(now, action, certificate);
            }
            held = Some(certificate);
        }
        for (at, next) in self.signing.iter().filter(|(at, _)| *at > now) {
            if let Some(expiring) = signing.filter(|certificate| certificate.not_after() < *at) {
                step(expiring.not_after().max(now), RolloverAction::Renew, expiring);
            }
            if next.not_before() > *at {
                step(*at, RolloverAction::Renew, next);
            }
            step(now, RolloverAction::Export, next);
            if same_key(held, Some(next)) {
                step(now, RolloverAction::ReplaceAtHeap, next);
                step(*at, RolloverAction::Switch, next);
            } else {
                let before = at.checked_sub(SignedDuration::from_hours(1)).unwrap_or(now).max(now);
                step(before, RolloverAction::HaveAdminReady, next);
                step(*at, RolloverAction::Switch, next);
                step(*at, RolloverAction::ReplaceAtHeap, next);
            }
            step(*at, RolloverAction::TestConnection, next);
            (signing, held) = (Some(next), Some(next));
        }
        if let Some(last) = signing.filter(|last| self.is_last(last)) {
            step(Self::renew_from(last).max(now), RolloverAction::Renew, last);
        }
        steps.sort_by_key(|step| step.at);
        steps
    }

    fn is_last(&self, certificate: &Certificate) -> bool {
        self.signing.last().is_some_and(|(_, last)| last == certificate)
    }
}

fn insert(changes: &mut Vec<(Timestamp, Certificate)>, at: Timestamp, certificate: Certificate) {
    let place = changes.partition_point(|(known, _)| *known <= at);
    changes.insert(place, (at, certificate));
}

fn current(changes: &[(Timestamp, Certificate)], at: Timestamp) -> Option<&Certificate> {
    let until = changes.partition_point(|(from, _)| *from <= at);
    changes.get(..until)?.last().map(|(_, certificate)| certificate)
}

/// A signature verifies under the key: the dates and the serial of the certificate do not matter to it (D17).
fn same_key(one: Option<&Certificate>, other: Option<&Certificate>) -> bool {
    one.map(Certificate::public_key) == other.map(Certificate::public_key)
}

impl fmt::Display for RolloverPlan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let outages = self.outages.iter().map(|outage| format!("{outage}"));
        let steps = self.steps.iter().map(|step| format!("{step}"));
        outages.chain(steps).try_for_each(|line| writeln!(f, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec::Vec};

    use jiff::Timestamp;

    use super::{Outage, Rollover, RolloverAction::*, RolloverPlan};
    use crate::pki::Certificate;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    macro_rules! certificate {
        ($name:literal) => {
            Certificate::from_pem(include_str!(concat!("../../tests/vectors/keys/", $name, ".cert.pem")))
                .unwrap()
        };
    }

    const NOW: &str = "2025-06-01T00:00:00Z";
    const SWITCH: &str = "2025-07-01T09:00:00Z";

    fn actions(plan: &RolloverPlan) -> Vec<(super::RolloverAction, Timestamp)> {
        plan.steps.iter().map(|step| (step.action, step.at)).collect()
    }

    #[test]
    fn r06_logins_fail_between_the_switch_and_the_new_certificate_at_heap() {
        let (old, new) = (certificate!("rsa2048"), certificate!("rsa2048-other"));
        let mut rollover = Rollover::new(old.clone(), old);
        rollover.idp_signs_with(new.clone(), at(SWITCH));
        let never_replaced = rollover.plan(at(NOW));
        assert_eq!(never_replaced.outages, [Outage { from: at(SWITCH), until: None }]);

        let mut late = rollover.clone();
        late.heap_holds(new.clone(), at("2025-07-01T09:20:00Z"));
        let until = Some(at("2025-07-01T09:20:00Z"));
        assert_eq!(late.plan(at(NOW)).outages, [Outage { from: at(SWITCH), until }]);

        // Too early is an outage as well: Heap has one field, so the old certificate is gone.
        let mut early = rollover.clone();
        early.heap_holds(new.clone(), at("2025-06-30T12:00:00Z"));
        let outage = Outage { from: at("2025-06-30T12:00:00Z"), until: Some(at(SWITCH)) };
        assert_eq!(early.plan(at(NOW)).outages, [outage]);

        rollover.heap_holds(new.clone(), at(SWITCH));
        let plan = rollover.plan(at(NOW));
        assert!(plan.outages.is_empty());
        let ready = at("2025-07-01T08:00:00Z");
        let expected = [
            (Export, at(NOW)),
            (HaveAdminReady, ready),
            (Switch, at(SWITCH)),
            (ReplaceAtHeap, at(SWITCH)),
            (TestConnection, at(SWITCH)),
            (Renew, at("2099-12-01T23:59:59Z")),
        ];
        assert_eq!(actions(&plan), expected);
        assert!(plan.to_string().contains(&new.sha256_fingerprint()), "{plan}");
    }

    #[test]
    fn a_certificate_that_is_renewed_for_the_same_key_breaks_nothing_and_is_replaced_at_once() {
        let (old, renewed) = (certificate!("rsa2048-expired"), certificate!("rsa2048"));
        let mut rollover = Rollover::new(old.clone(), old);
        rollover.idp_signs_with(renewed, at(SWITCH));
        let plan = rollover.plan(at(NOW));
        assert!(plan.outages.is_empty());
        let first: Vec<_> = actions(&plan).into_iter().take(3).collect();
        assert_eq!(first, [(Export, at(NOW)), (ReplaceAtHeap, at(NOW)), (Switch, at(SWITCH))]);
    }

    #[test]
    fn a_switch_after_the_expiry_is_told_to_come_sooner() {
        // The old certificate ends with the year 2025.
        let mut rollover = Rollover::new(certificate!("rsa2048-expired"), certificate!("rsa2048-expired"));
        rollover.idp_signs_with(certificate!("rsa2048-other"), at("2026-02-01T00:00:00Z"));
        let steps = actions(&rollover.plan(at(NOW)));
        assert!(steps.contains(&(Renew, at("2025-12-31T23:59:59Z"))), "{steps:?}");
    }

    #[test]
    fn what_is_broken_now_is_repaired_first() {
        let rollover = Rollover::new(certificate!("rsa2048-other"), certificate!("rsa2048"));
        let plan = rollover.plan(at(NOW));
        assert_eq!(plan.outages, [Outage { from: at(NOW), until: None }]);
        let first: Vec<_> = actions(&plan).into_iter().take(3).collect();
        assert_eq!(first, [(Export, at(NOW)), (ReplaceAtHeap, at(NOW)), (TestConnection, at(NOW))]);
    }
}
