//! When and for whom the Assertion is valid (saml-core 2.5.1).

use alloc::format;

use jiff::Timestamp;

use super::proof::ProvenAssertion;
use crate::{
    saml::{
        check::Check,
        hint,
        names::ASSERTION,
        policy::Policy,
        report::{Finding, Refused, Report, shown, shown_or_none},
        time,
    },
    xml::Node,
};

/// What the Conditions are compared with.
pub(super) struct Validity<'a> {
    pub(super) entity_id: &'a str,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
}

impl Validity<'_> {
    /// The end of the validity, where the Assertion names one.
    pub(super) fn check(
        &self,
        assertion: &ProvenAssertion<'_>,
        report: &mut Report,
    ) -> Result<Option<Timestamp>, Refused> {
        let conditions = report.check(Check::Conditions, || {
            let conditions = assertion.only_element(ASSERTION, "Conditions");
            let conditions =
                conditions.ok_or_else(|| Finding::new("Conditions", "none").at(assertion.position()))?;
            understood(conditions)?;
            Ok(conditions)
        })?;
        report.check_if_any(Check::NotBefore, || self.not_before(conditions))?;
        report.check_if_any(Check::NotOnOrAfter, || self.not_on_or_after(conditions))?;
        report.check(Check::Audience, || self.audience(conditions))?;
        Ok(conditions.attribute("NotOnOrAfter").and_then(|text| time::parse(text).ok()))
    }

    fn not_before(&self, conditions: Node<'_>) -> Result<Option<()>, Finding> {
        let Some(text) = conditions.attribute("NotBefore") else { return Ok(None) };
        let start = time::parse(text);
        match start {
            Ok(start) if self.policy.has_come(start, self.now) => Ok(Some(())),
            _ => {
                let expected = format!("a NotBefore at or before {}", time::format(self.now));
                Err(Finding::new(expected, shown(text))
                    .at(conditions.position())
                    .hint(hint::clock_ahead(start.ok(), self.now)))
            }
        }
    }

    fn not_on_or_after(&self, conditions: Node<'_>) -> Result<Option<()>, Finding> {
        let Some(text) = conditions.attribute("NotOnOrAfter") else { return Ok(None) };
        let finding = |expected| Finding::new(expected, shown(text)).at(conditions.position());
        let start = conditions.attribute("NotBefore").and_then(|text| time::parse(text).ok());
        let end = time::parse(text);
        match end {
            // saml-core 2.5.1.2: an interval that is empty is no interval, however large the skew.
            Ok(end) if start.is_some_and(|start| start >= end) => {
                Err(finding("a NotOnOrAfter later than the NotBefore".into()))
            }
            Ok(end) if !self.policy.is_over(end, self.now) => Ok(Some(())),
            _ => Err(finding(format!("a NotOnOrAfter later than {}", time::format(self.now)))
                .hint(hint::too_late(end.ok(), self.now))),
        }
    }

    /// At least one restriction, and each names us: they are joined by "and", their audiences by "or"
    /// (saml-core 2.5.1.4).
    fn audience(&self, conditions: Node<'_>) -> Result<(), Finding> {
        let mut restrictions =
            conditions.elements().filter(|it| it.is(ASSERTION, "AudienceRestriction")).peekable();
        if restrictions.peek().is_none() {
            let expected = format!("an AudienceRestriction to {}", shown(self.entity_id));
            return Err(Finding::new(expected, "none").at(conditions.position()));
        }
        let Some(other) = restrictions.find(|restriction| !self.names_us(*restriction)) else {
            return Ok(());
        };
        let first = other.elements().next().and_then(|audience| audience.text().ok());
        Err(Finding::new(shown(self.entity_id), shown_or_none(first))
            .at(other.position())
            .hint(hint::entity_id("the login was made for another service provider", self.entity_id, first)))
    }

    /// White space around an Audience does not count: `xs:anyURI` collapses it.
    fn names_us(&self, restriction: Node<'_>) -> bool {
        let is_space = |character| matches!(character, ' ' | '\t' | '\r' | '\n');
        restriction
            .elements()
            .any(|audience| audience.text().is_ok_and(|text| text.trim_matches(is_space) == self.entity_id))
    }
}

/// A condition that is not understood leaves the validity open, and open is not valid (saml-core 2.5.1.1). That an
/// Assertion is for one time (2.5.1.5) is what the replay guard sees to; proxies (2.5.1.6) are not our matter.
fn understood(conditions: Node<'_>) -> Result<(), Finding> {
    let expected = "conditions that saml-core defines, OneTimeUse and ProxyRestriction once at most";
    let mut seen = [("Condition", 0), ("OneTimeUse", 1), ("ProxyRestriction", 1)];
    for condition in conditions.elements() {
        let limited = seen.iter_mut().find(|(name, _)| condition.is(ASSERTION, name));
        let Some((name, left)) = limited else { continue };
        if *left == 0 {
            return Err(Finding::new(expected, shown(name)).at(condition.position()));
        }
        *left -= 1;
    }
    Ok(())
}
