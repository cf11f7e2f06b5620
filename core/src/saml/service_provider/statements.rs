//! How the person was authenticated and what else is said of them (saml-core 2.7).

use alloc::{collections::BTreeMap, format, string::String, vec::Vec};

use jiff::Timestamp;

use super::proof::ProvenAssertion;
use crate::{
    saml::{
        check::Check,
        hint,
        names::ASSERTION,
        policy::Policy,
        report::{Finding, Refused, Report, shown_or_none},
        time,
    },
    xml::Node,
};

/// An AuthnStatement whose session lasts.
pub(super) struct Authentication {
    pub(super) instant: Timestamp,
    pub(super) session_index: Option<String>,
    pub(super) session_not_on_or_after: Option<Timestamp>,
    pub(super) context_class: Option<String>,
}

/// An attribute of the person, with all its values.
#[derive(Clone, Eq, PartialEq)]
#[non_exhaustive]
pub struct ReceivedAttribute {
    /// Its name.
    pub name: String,
    /// How the name is to be read (saml-core 8.2).
    pub name_format: Option<String>,
    /// A name for people.
    pub friendly_name: Option<String>,
    /// The values, in order. Of a value with elements inside only a NameID is read.
    pub values: Vec<String>,
}

/// The values are personal: only their number is shown.
impl core::fmt::Debug for ReceivedAttribute {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} ({} values)", self.name, self.values.len())
    }
}

pub(super) fn authentication(
    assertion: &ProvenAssertion<'_>,
    policy: &Policy,
    now: Timestamp,
    report: &mut Report,
) -> Result<Authentication, Refused> {
    let statements = || assertion.elements().filter(|child| child.is(ASSERTION, "AuthnStatement"));
    report.check(Check::AuthnStatement, || {
        let first = statements().next();
        let first =
            first.ok_or_else(|| Finding::new("an AuthnStatement", "none").at(assertion.position()))?;
        if statements().any(|statement| authn_instant(statement, policy, now).is_some()) {
            return Ok(());
        }
        let found = first.attribute("AuthnInstant");
        let instant = found.and_then(|text| time::parse(text).ok());
        Err(Finding::new(format!("an AuthnInstant at or before {}", time::format(now)), shown_or_none(found))
            .at(first.position())
            .hint(hint::clock_ahead(instant, now)))
    })?;
    report.check(Check::Session, || {
        let lasting = statements().find_map(|statement| session(statement, policy, now));
        lasting.ok_or_else(|| {
            let last = statements().last();
            let end = last.and_then(|statement| statement.attribute("SessionNotOnOrAfter"));
            let expected = format!("a SessionNotOnOrAfter later than {}", time::format(now));
            Finding::new(expected, shown_or_none(end))
                .at(last.unwrap_or(**assertion).position())
                .hint("the session at the identity provider has ended; log in there again")
        })
    })
}

/// When the person was authenticated; `None` where that has not come yet (saml-core 2.7.2).
fn authn_instant(statement: Node<'_>, policy: &Policy, now: Timestamp) -> Option<Timestamp> {
    let instant = statement.attribute("AuthnInstant").and_then(|text| time::parse(text).ok());
    instant.filter(|instant| policy.has_come(*instant, now))
}

/// The statement, if it can be read, is not from the future and its session has not ended.
fn session(statement: Node<'_>, policy: &Policy, now: Timestamp) -> Option<Authentication> {
    let moment = |name| statement.attribute(name).map(time::parse).transpose().ok();
    let session_not_on_or_after = moment("SessionNotOnOrAfter")?;
    if session_not_on_or_after.is_some_and(|end| policy.is_over(end, now)) {
        return None;
    }
    let context = statement.only_element(ASSERTION, "AuthnContext");
    let class = context.and_then(|context| context.only_element(ASSERTION, "AuthnContextClassRef"));
    Some(Authentication {
        instant: authn_instant(statement, policy, now)?,
        session_index: statement.attribute("SessionIndex").map(Into::into),
        session_not_on_or_after,
        context_class: class.and_then(|class| class.text().ok()).map(Into::into),
    })
}

/// All attributes; one that occurs several times has the values of all its occurrences.
pub(super) fn attributes(assertion: &ProvenAssertion<'_>) -> Vec<ReceivedAttribute> {
    let mut attributes: Vec<ReceivedAttribute> = Vec::new();
    let mut index_of = BTreeMap::new();
    let statements = assertion.elements().filter(|child| child.is(ASSERTION, "AttributeStatement"));
    for node in statements.flat_map(Node::elements) {
        let Some(name) = node.attribute("Name") else { continue };
        let index = *index_of.entry(name).or_insert_with(|| {
            attributes.push(ReceivedAttribute {
                name: name.into(),
                name_format: node.attribute("NameFormat").map(Into::into),
                friendly_name: node.attribute("FriendlyName").map(Into::into),
                values: Vec::new(),
            });
            attributes.len() - 1
        });
        if let Some(attribute) = attributes.get_mut(index) {
            attribute.values.reserve(node.elements().count());
            attribute.values.extend(node.elements().filter_map(value));
        }
    }
    attributes
}

fn value(node: Node<'_>) -> Option<String> {
    let name_id = || node.only_element(ASSERTION, "NameID").and_then(Node::plain_text);
    node.plain_text().or_else(name_id).map(Into::into)
}
