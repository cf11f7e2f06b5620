//! From a query or a form to a request or a response that can be acted upon, check by check.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use jiff::{SignedDuration, Timestamp};

use super::{
    AwaitedLogout, Delivered, LogoutCheck, LogoutOutcome, LogoutPartner, LogoutRejection, LogoutStatus,
    SingleLogout, VerifiedLogout, message::element,
};
use crate::{
    dsig, limits,
    pki::VerifyingKey,
    saml::{
        binding::{self, BindingError, RedirectKind},
        name_id::{NameId, NameIdFormat},
        names::{ASSERTION, PROTOCOL, VERSION},
        replay::{ReplayError, ReplayGuard, Use},
        report::{Finding, Refused, Report, Status, shown, shown_or_none},
        schema, shape, time,
    },
    xml::{self, Node, Tree},
};

type Checks = Report<LogoutCheck>;
type Refusal = Refused<LogoutCheck>;

impl SingleLogout {
    /// Verifies a request of a partner, and records it.
    ///
    /// # Errors
    /// [`LogoutRejection`], with the check that failed and the report of all. Nothing of the message may be believed, so
    /// the answer is a page, never a redirect.
    pub fn verify_request(
        &self,
        delivered: &Delivered<'_>,
        now: Timestamp,
        replay: &mut dyn ReplayGuard,
    ) -> Result<VerifiedLogout, LogoutRejection> {
        let mut report = Report::new();
        match self.request_of(delivered, now, replay, &mut report) {
            Ok(mut verified) => {
                verified.report = report;
                Ok(verified)
            }
            Err(refused) => Err(LogoutRejection::new(&refused, report)),
        }
    }

    /// Verifies the response to a request of ours. Take the request out of memory only then: a forged response must
    /// not end the wait.
    ///
    /// # Errors
    /// As [`Self::verify_request`]. A partner that could not end the session is no error but a [`LogoutStatus`].
    pub fn verify_response(
        &self,
        delivered: &Delivered<'_>,
        awaited: &AwaitedLogout<'_>,
        now: Timestamp,
    ) -> Result<LogoutOutcome, LogoutRejection> {
        let mut report = Report::new();
        match self.response_of(delivered, awaited, now, &mut report) {
            Ok((status, relay_state)) => Ok(LogoutOutcome { status, relay_state, report }),
            Err(refused) => Err(LogoutRejection::new(&refused, report)),
        }
    }

    fn request_of(
        &self,
        delivered: &Delivered<'_>,
        now: Timestamp,
        replay: &mut dyn ReplayGuard,
        report: &mut Checks,
    ) -> Result<VerifiedLogout, Refusal> {
        let came = Came::taken_out(delivered, RedirectKind::Request, report)?;
        let tree = came.parse(report)?;
        let node = self.proven(&came, &tree, None, report)?;
        let made = self.envelope(node, now, report)?;
        report.check_if_any(LogoutCheck::NotOnOrAfter, || self.not_on_or_after(node, now))?;
        let name_id = report.check(LogoutCheck::NameId, || name_id(node))?;
        report.record(LogoutCheck::InResponseTo, Status::NotApplicable);
        let indexes = node.elements().filter(|child| child.is(PROTOCOL, "SessionIndex"));
        let verified = VerifiedLogout {
            id: node.attribute("ID").unwrap_or_default().into(),
            issuer: claimed_issuer(node).unwrap_or_default().into(),
            name_id,
            session_indexes: indexes.filter_map(|index| index.text().ok()).map(Into::into).collect(),
            reason: node.attribute("Reason").map(Into::into),
            relay_state: came.relay_state,
            report: Report::new(),
        };
        let until = self.policy.end_of(later(made));
        let receipt = Use { issuer: &verified.issuer, assertion_id: &verified.id, until, now };
        record(replay.spend(&receipt), report)?;
        Ok(verified)
    }

    fn response_of(
        &self,
        delivered: &Delivered<'_>,
        awaited: &AwaitedLogout<'_>,
        now: Timestamp,
        report: &mut Checks,
    ) -> Result<(LogoutStatus, Option<String>), Refusal> {
        let came = Came::taken_out(delivered, RedirectKind::Response, report)?;
        let tree = came.parse(report)?;
        let node = self.proven(&came, &tree, Some(awaited.partner), report)?;
        self.envelope(node, now, report)?;
        report.record(LogoutCheck::NotOnOrAfter, Status::NotApplicable);
        report.record(LogoutCheck::NameId, Status::NotApplicable);
        report.check(LogoutCheck::InResponseTo, || match node.attribute("InResponseTo") {
            Some(id) if id == awaited.request_id => Ok(()),
            found => Err(Finding::new(shown(awaited.request_id), shown_or_none(found))
                .at(node.position())
                .hint("the response answers another request, or none; begin the logout again")),
        })?;
        report.record(LogoutCheck::Replay, Status::NotApplicable);
        report.record(LogoutCheck::ReplayGuard, Status::NotApplicable);
        Ok((LogoutStatus::read(node), came.relay_state))
    }

    /// The message, once its shape, its issuer and its signature are as they must be.
    fn proven<'t>(
        &self,
        came: &Came<'_>,
        tree: &'t Tree<'_>,
        awaited: Option<&str>,
        report: &mut Checks,
    ) -> Result<Node<'t>, Refusal> {
        let root = tree.root();
        gate(root, came.kind, report)?;
        let partner = report.check(LogoutCheck::Issuer, || self.issuer(root, awaited))?;
        let signature = dsig::signature_of(root);
        report.check(LogoutCheck::Signed, || came.signed(signature))?;
        let keys: Vec<VerifyingKey> =
            partner.certificates.iter().map(|certificate| certificate.public_key().clone()).collect();
        report.check(LogoutCheck::Signature, || match came.raw_query {
            Some(query) => match binding::verify_query(query, &keys) {
                Ok(()) => Ok(root),
                Err(error) => Err(wrong_signature(&error)),
            },
            None => match dsig::verify(root, &keys, &dsig::Policy::strict()) {
                Ok(covered) => Ok(covered.node()),
                Err(error) => Err(wrong_signature(&error).at(error.position())),
            },
        })
    }

    fn issuer(&self, root: Node<'_>, awaited: Option<&str>) -> Result<&LogoutPartner, Finding> {
        let claimed = claimed_issuer(root);
        let wanted = awaited.map_or_else(|| "a partner that is configured for single logout".into(), shown);
        let partner = claimed.filter(|claimed| awaited.is_none_or(|awaited| awaited == *claimed));
        partner.and_then(|entity_id| self.partner(entity_id)).ok_or_else(|| {
            Finding::new(wanted, shown_or_none(claimed))
                .at(root.position())
                .hint("compare the entity ids on both sides, character by character")
        })
    }

    /// Where the message was sent, and when it was made.
    fn envelope(&self, node: Node<'_>, now: Timestamp, report: &mut Checks) -> Result<Timestamp, Refusal> {
        report.check(LogoutCheck::Destination, || match node.attribute("Destination") {
            Some(destination) if destination == self.url => Ok(()),
            found => Err(Finding::new(shown(&self.url), shown_or_none(found)).at(node.position()).hint(
                "the message was made for another address; compare the addresses for logouts on both sides",
            )),
        })?;
        report.check(LogoutCheck::IssueInstant, || {
            let text = node.attribute("IssueInstant");
            let made = text.and_then(|text| time::parse(text).ok());
            let fresh = |made: &Timestamp| {
                self.policy.has_come(*made, now) && !self.policy.is_over(later(*made), now)
            };
            made.filter(fresh).ok_or_else(|| {
                let expected = format!("at most five minutes before {}", time::format(now));
                Finding::new(expected, shown_or_none(text))
                    .at(node.position())
                    .hint("begin the logout again; if this happens always, compare the clocks of both sides")
            })
        })
    }

    fn not_on_or_after(&self, node: Node<'_>, now: Timestamp) -> Result<Option<()>, Finding> {
        let Some(text) = node.attribute("NotOnOrAfter") else { return Ok(None) };
        match time::parse(text) {
            Ok(end) if !self.policy.is_over(end, now) => Ok(Some(())),
            _ => {
                let expected = format!("a NotOnOrAfter later than {}", time::format(now));
                Err(Finding::new(expected, shown(text))
                    .at(node.position())
                    .hint("the request came too late: begin the logout again"))
            }
        }
    }
}

/// A message out of its binding.
struct Came<'a> {
    kind: RedirectKind,
    xml: Vec<u8>,
    relay_state: Option<String>,
    /// The query, where the message came in one.
    raw_query: Option<&'a str>,
    /// Whether that carries a signature.
    query_signed: bool,
}

impl<'a> Came<'a> {
    fn taken_out(
        delivered: &Delivered<'a>,
        kind: RedirectKind,
        report: &mut Checks,
    ) -> Result<Self, Refusal> {
        report.check(LogoutCheck::Binding, || {
            let unreadable = |error: BindingError| {
                Finding::new(format!("a query or form with `{}`", kind.parameter()), error.to_string())
            };
            match *delivered {
                Delivered::Redirect(query) => {
                    let message = binding::from_query(query).map_err(unreadable)?;
                    if message.kind != kind {
                        return Err(unreadable(BindingError::NotOneMessage));
                    }
                    let relay_state = message.relay_state;
                    Ok(Self {
                        kind,
                        xml: message.xml,
                        relay_state,
                        raw_query: Some(query),
                        query_signed: message.signed,
                    })
                }
                Delivered::Post { value, relay_state } => {
                    let xml = binding::from_form_value(value).map_err(unreadable)?;
                    let is_long =
                        relay_state.is_some_and(|text| text.len() > limits::SAML_RELAY_STATE_BYTES_MAX);
                    if is_long {
                        return Err(unreadable(BindingError::RelayState));
                    }
                    Ok(Self {
                        kind,
                        xml,
                        relay_state: relay_state.map(Into::into),
                        raw_query: None,
                        query_signed: false,
                    })
                }
            }
        })
    }

    fn parse(&self, report: &mut Checks) -> Result<Tree<'_>, Refusal> {
        report.check(LogoutCheck::Xml, || {
            let tree = xml::parse(&self.xml).map_err(|error| {
                Finding::new("an XML document", error.kind().to_string()).at(error.position())
            })?;
            if let Some(node) = tree.ambiguous_identifier() {
                return Err(
                    Finding::new("IDs that occur once", "an ID that occurs again").at(node.position())
                );
            }
            Ok(tree)
        })
    }

    /// A query is signed as a whole, and its XML has no signature of its own (saml-bindings 3.4.4.1); a form's message
    /// has.
    fn signed(&self, signature: Option<Node<'_>>) -> Result<(), Finding> {
        let missing = |expected: &str| {
            Finding::new(expected, "none").hint("tell the partner to sign messages of single logout")
        };
        match (self.raw_query, signature) {
            (Some(_), Some(inside)) => {
                let expected = "a signature over the query alone";
                Err(Finding::new(expected, "one inside of the message").at(inside.position()))
            }
            (Some(_), None) if !self.query_signed => Err(missing("`SigAlg` and `Signature` in the query")),
            (None, None) => Err(missing("a signature of the message")),
            _ => Ok(()),
        }
    }
}

fn gate(root: Node<'_>, kind: RedirectKind, report: &mut Checks) -> Result<(), Refusal> {
    report.check(LogoutCheck::Message, || {
        if root.is(PROTOCOL, element(kind)) {
            return Ok(());
        }
        let expected = format!("`{}` of saml-protocol as the root", element(kind));
        Err(Finding::new(expected, shown(root.local_name())).at(root.position()))
    })?;
    report.check(LogoutCheck::Version, || match root.attribute("Version") {
        Some(VERSION) => Ok(()),
        found => Err(Finding::new("Version `2.0`", shown_or_none(found)).at(root.position())),
    })?;
    report.check(LogoutCheck::Schema, || {
        let model = match kind {
            RedirectKind::Request => &schema::LOGOUT_REQUEST,
            RedirectKind::Response => &schema::LOGOUT_RESPONSE,
        };
        shape::check(root, model).map(drop).map_err(|(_, finding)| finding)
    })
}

/// The issuer that a message names, if it names it as an entity (saml-profiles 4.4.4.1).
fn claimed_issuer(root: Node<'_>) -> Option<&str> {
    let issuer = root.only_element(ASSERTION, "Issuer")?;
    let format = issuer.attribute("Format").map(NameIdFormat::from_uri);
    if format.is_some_and(|format| format != NameIdFormat::Entity) { None } else { issuer.text().ok() }
}

fn name_id(node: Node<'_>) -> Result<NameId, Finding> {
    let found = node.only_element(ASSERTION, "NameID");
    found.and_then(NameId::read).ok_or_else(|| {
        let found = if found.is_some() { "a blank one" } else { "an identifier of another kind" };
        Finding::new("a NameID in the clear that names somebody", found)
            .at(node.position())
            .hint("tell the partner to send the NameID of the Assertion, not encrypted")
    })
}

fn record(outcome: Result<(), ReplayError>, report: &mut Checks) -> Result<(), Refusal> {
    let (check, error) = match outcome {
        Ok(()) => {
            report.record(LogoutCheck::Replay, Status::Passed);
            report.record(LogoutCheck::ReplayGuard, Status::Passed);
            return Ok(());
        }
        Err(error @ ReplayError::Replayed) => (LogoutCheck::Replay, error),
        Err(error) => (LogoutCheck::ReplayGuard, error),
    };
    let found = match error {
        ReplayError::Replayed => "one that came before",
        ReplayError::Full => "a replay guard that is full",
        ReplayError::Failed => "a replay guard that did not answer",
    };
    Err(report.refuse(check, Finding::new("a request that comes for the first time", found)))
}

fn wrong_signature(error: &dyn core::fmt::Display) -> Finding {
    Finding::new("a signature by a configured key of the partner", error.to_string()).hint(
        "compare the partner's certificate with the configured one; hand in the query or form exactly as it came",
    )
}

/// When a message is too old.
fn later(made: Timestamp) -> Timestamp {
    let age = SignedDuration::try_from(limits::SAML_REQUEST_AGE_MAX).unwrap_or(SignedDuration::ZERO);
    made.checked_add(age).unwrap_or(Timestamp::MAX)
}
