//! Whom the Assertion is about, and who may present it (saml-profiles 4.1.4.2, 4.1.4.3; saml-core 2.4).

use alloc::format;

use jiff::Timestamp;

use super::{envelope::not_the_answer, proof::ProvenAssertion};
use crate::{
    saml::{
        check::Check,
        hint,
        name_id::NameId,
        names::{ASSERTION, BEARER},
        pending::Expected,
        policy::Policy,
        report::{Finding, Refused, Report, Status, shown, shown_or_none},
        time,
    },
    xml::Node,
};

/// What a bearer confirmation is compared with.
pub(super) struct Bearer<'a> {
    pub(super) acs_url: &'a str,
    pub(super) expected: &'a Expected<'a>,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
}

/// The subject, and the latest moment that any of its bearer confirmations names.
pub(super) struct Subject {
    pub(super) name_id: NameId,
    pub(super) confirmed_until: Timestamp,
}

/// What is asked of one confirmation, in order.
const OF_EACH: [Check; 4] =
    [Check::Recipient, Check::ConfirmationNotBefore, Check::ConfirmationNotOnOrAfter, Check::InResponseTo];

impl Bearer<'_> {
    pub(super) fn check(
        &self,
        assertion: &ProvenAssertion<'_>,
        report: &mut Report,
    ) -> Result<Subject, Refused> {
        let subject = report.check(Check::Subject, || {
            let subject = assertion.only_element(ASSERTION, "Subject");
            subject.ok_or_else(|| Finding::new("a Subject", "none").at(assertion.position()))
        })?;
        let name_id = report.check(Check::NameId, || name_id(subject))?;
        report.check(Check::Bearer, || match bearer_data(subject).next() {
            Some(_) => Ok(()),
            None => {
                let expected =
                    format!("a SubjectConfirmation {} with SubjectConfirmationData", shown(BEARER));
                Err(Finding::new(expected, "none").at(subject.position()))
            }
        })?;
        self.one_holds(subject, report)?;
        let ends = bearer_data(subject).filter_map(|data| time::parse(data.attribute("NotOnOrAfter")?).ok());
        Ok(Subject { name_id, confirmed_until: ends.max().unwrap_or(self.now) })
    }

    /// One confirmation that holds is enough (saml-core 2.4.1.1); where none does, the report shows the one that
    /// came furthest.
    fn one_holds(&self, subject: Node<'_>, report: &mut Report) -> Result<(), Refused> {
        let mut furthest: Option<(Check, Node<'_>)> = None;
        for data in bearer_data(subject) {
            let Some(check) = OF_EACH.into_iter().find(|check| !self.holds(*check, data)) else {
                furthest = None;
                break;
            };
            if furthest.is_none_or(|(before, _)| check > before) {
                furthest = Some((check, data));
            }
        }
        let failed = furthest.map(|(check, _)| check);
        for check in OF_EACH.into_iter().take_while(|check| Some(*check) != failed) {
            report.record(check, Status::Passed);
        }
        furthest.map_or(Ok(()), |(check, data)| Err(report.refuse(check, self.finding(check, data))))
    }

    fn holds(&self, check: Check, data: Node<'_>) -> bool {
        match check {
            // The address carries the tenant: Heap's entity id is the same for all of them (A57).
            Check::Recipient => data.attribute("Recipient") == Some(self.acs_url),
            Check::ConfirmationNotBefore => data.attribute("NotBefore").is_none(),
            Check::ConfirmationNotOnOrAfter => {
                let end = data.attribute("NotOnOrAfter").and_then(|text| time::parse(text).ok());
                end.is_some_and(|end| !self.policy.is_over(end, self.now))
            }
            Check::InResponseTo => data.attribute("InResponseTo") == self.expected.request_id(),
            _ => false,
        }
    }

    /// What is wrong with a confirmation by this check. Only made for the one that is reported: to find a position
    /// means to count lines.
    fn finding(&self, check: Check, data: Node<'_>) -> Finding {
        let found = |name| shown_or_none(data.attribute(name));
        let finding = match check {
            Check::Recipient => Finding::new(shown(self.acs_url), found("Recipient"))
                .hint(hint::address(self.acs_url, data.attribute("Recipient"))),
            Check::ConfirmationNotBefore => {
                Finding::new("no NotBefore in a bearer confirmation", found("NotBefore"))
            }
            Check::ConfirmationNotOnOrAfter => {
                let expected = format!("a NotOnOrAfter later than {}", time::format(self.now));
                let end = data.attribute("NotOnOrAfter").and_then(|text| time::parse(text).ok());
                Finding::new(expected, found("NotOnOrAfter")).hint(hint::too_late(end, self.now))
            }
            _ => not_the_answer(self.expected, data.attribute("InResponseTo")),
        };
        finding.at(data.position())
    }
}

/// The SubjectConfirmationData of each bearer confirmation that has it.
fn bearer_data(subject: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    subject
        .elements()
        .filter(|child| {
            child.is(ASSERTION, "SubjectConfirmation") && child.attribute("Method") == Some(BEARER)
        })
        .filter_map(|confirmation| confirmation.only_element(ASSERTION, "SubjectConfirmationData"))
}

fn name_id(subject: Node<'_>) -> Result<NameId, Finding> {
    let Some(node) = subject.only_element(ASSERTION, "NameID") else {
        return Err(Finding::new("a NameID in the Subject", "none").at(subject.position()));
    };
    NameId::read(node).ok_or_else(|| {
        Finding::new("a NameID that names somebody", "a blank one")
            .at(node.position())
            .hint("give the person the attribute (such as an email address) from which the NameID is made")
    })
}
