//! What the Response says about itself. Where it is not signed anybody may have written it: so it can refuse a
//! login and never grants one. What grants is in the Assertion.

use alloc::format;

use jiff::Timestamp;

use super::proof::Proof;
use crate::{
    saml::{
        check::Check,
        hint,
        name_id::NameIdFormat,
        names::ASSERTION,
        pending::Expected,
        policy::Policy,
        report::{Finding, Refused, Report, shown, shown_or_none},
        time,
    },
    xml::Node,
};

/// Where the message was received, and who should have sent it.
pub(super) struct Envelope<'a> {
    pub(super) acs_url: &'a str,
    pub(super) idp_entity_id: &'a str,
    pub(super) expected: &'a Expected<'a>,
    pub(super) policy: &'a Policy,
    pub(super) now: Timestamp,
}

impl Envelope<'_> {
    pub(super) fn check(
        &self,
        response: Node<'_>,
        proof: &Proof<'_>,
        report: &mut Report,
    ) -> Result<(), Refused> {
        report.check_if_any(Check::Destination, || self.destination(response, proof.response_signed))?;
        report.check_if_any(Check::ResponseInResponseTo, || match response.attribute("InResponseTo") {
            None => Ok(None),
            claimed if claimed == self.expected.request_id() => Ok(Some(())),
            claimed => Err(not_the_answer(self.expected, claimed).at(response.position())),
        })?;
        report.check_if_any(Check::ResponseIssuer, || {
            let issuer = response.only_element(ASSERTION, "Issuer");
            issuer.map(|issuer| entity(issuer, self.idp_entity_id)).transpose()
        })?;
        report.check(Check::IssueInstant, || {
            self.not_from_the_future(response)?;
            self.not_from_the_future(*proof.assertion)
        })
    }

    /// saml-bindings 3.5.5.2: a signed message must have a Destination, and one that is there must be ours (A57).
    fn destination(&self, response: Node<'_>, signed: bool) -> Result<Option<()>, Finding> {
        match response.attribute("Destination") {
            Some(destination) if destination == self.acs_url => Ok(Some(())),
            None if !signed => Ok(None),
            found => Err(Finding::new(shown(self.acs_url), shown_or_none(found))
                .at(response.position())
                .hint(hint::address(self.acs_url, found))),
        }
    }

    fn not_from_the_future(&self, node: Node<'_>) -> Result<(), Finding> {
        let text = node.attribute("IssueInstant");
        let expected = || format!("at or before {}", time::format(self.now));
        let instant = text.and_then(|text| time::parse(text).ok());
        match instant {
            Some(instant) if self.policy.has_come(instant, self.now) => Ok(()),
            _ => Err(Finding::new(expected(), shown_or_none(text))
                .at(node.position())
                .hint(hint::clock_ahead(instant, self.now))),
        }
    }
}

/// An InResponseTo that is not the ID of our request, or one where we sent none (saml-profiles 4.1.4.3, 4.1.5).
pub(super) fn not_the_answer(expected: &Expected<'_>, claimed: Option<&str>) -> Finding {
    let wanted = expected.request_id();
    Finding::new(shown_or_none(wanted), shown_or_none(claimed)).hint(hint::request(wanted, claimed))
}

const OTHER_ISSUER: &str = "the message names another identity provider than the one that was expected";

/// An Issuer that names `entity_id`, and names it as an entity (saml-profiles 4.1.4.2, saml-core 2.2.5).
pub(super) fn entity(issuer: Node<'_>, entity_id: &str) -> Result<(), Finding> {
    let format = issuer.attribute("Format");
    if format.is_some_and(|format| NameIdFormat::from_uri(format) != NameIdFormat::Entity) {
        let expected = format!("no Format or {}", shown(NameIdFormat::Entity.uri()));
        return Err(Finding::new(expected, shown_or_none(format)).at(issuer.position()));
    }
    match issuer.text() {
        Ok(found) if found == entity_id => Ok(()),
        found => Err(Finding::new(shown(entity_id), shown_or_none(found.ok()))
            .at(issuer.position())
            .hint(hint::entity_id(OTHER_ISSUER, entity_id, found.ok()))),
    }
}
