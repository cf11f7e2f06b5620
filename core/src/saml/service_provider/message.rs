//! From the form value to a Response with one Assertion, before any signature: what is wrong here is refused
//! whoever sent it, and nothing that is read here is believed.

use alloc::{format, string::String, vec::Vec};

use crate::{
    saml::{
        binding,
        check::Check,
        names::{ASSERTION, PROTOCOL, STATUS_SUCCESS, VERSION},
        report::{Finding, Refused, Report, Status, shown, shown_or_none},
        schema, shape,
    },
    xml::{self, ErrorKind, Node, Tree},
};

/// A Response and its one Assertion, of the right shape and not proven by anything.
#[derive(Clone, Copy)]
pub(super) struct Message<'t> {
    pub(super) response: Node<'t>,
    pub(super) assertion: Node<'t>,
}

pub(super) fn decode(form_value: &str, report: &mut Report) -> Result<Vec<u8>, Refused> {
    report.check(Check::FormValue, || {
        binding::from_form_value(form_value).map_err(|error| {
            Finding::new("the field SAMLResponse of the form, as base64", format!("{error}")).hint(
                "hand in the value of the field as the web server decoded it, and nothing else of the form",
            )
        })
    })
}

pub(super) fn parse<'a>(bytes: &'a [u8], report: &mut Report) -> Result<Tree<'a>, Refused> {
    let tree = xml::parse(bytes).map_err(|error| {
        let finding = Finding::new("an XML document", format!("{}", error.kind())).at(error.position());
        report.refuse(check_of(error.kind()), finding)
    })?;
    for check in [Check::Doctype, Check::Limits, Check::WellFormed] {
        report.record(check, Status::Passed);
    }
    report.check(Check::UniqueIds, || match tree.ambiguous_identifier() {
        Some(node) => Err(Finding::new("IDs that occur once", "an ID that occurs again")
            .at(node.position())
            .hint(FORGED)),
        None => Ok(()),
    })?;
    Ok(tree)
}

const fn check_of(kind: ErrorKind) -> Check {
    match kind {
        ErrorKind::Doctype => Check::Doctype,
        ErrorKind::TooLarge
        | ErrorKind::TooManyNodes
        | ErrorKind::TooDeep
        | ErrorKind::TooManyAttributes
        | ErrorKind::TooManyNamespaces
        | ErrorKind::NameTooLong
        | ErrorKind::TextTooLong => Check::Limits,
        _ => Check::WellFormed,
    }
}

/// What a person should know of a message that looks rearranged.
const FORGED: &str = "somebody may have rearranged a signed message; find out who sent it";

impl<'t> Message<'t> {
    pub(super) fn gate(root: Node<'t>, report: &mut Report) -> Result<Self, Refused> {
        report.check(Check::Response, || response(root))?;
        report.check(Check::Version, || version(root))?;
        let shape = match shape::check(root, &schema::RESPONSE) {
            Ok(shape) => shape,
            Err((check, finding)) => return Err(report.refuse(check, finding)),
        };
        report.record(Check::ForeignContent, Status::Passed);
        report.record(Check::Schema, Status::Passed);
        report.check(Check::Status, || status(root))?;
        report.check(Check::NotEncrypted, || match shape.encrypted {
            Some(at) => Err(Finding::new("readable content", "encrypted content").at(at).hint(
                "this build cannot decrypt; tell the identity provider to send assertions that are signed only",
            )),
            None => Ok(()),
        })?;
        let assertion = report.check(Check::OneAssertion, || one_assertion(root))?;
        Ok(Self { response: root, assertion })
    }

    /// The ID of the request that it claims to answer.
    pub(super) fn claimed_request(self) -> Option<&'t str> {
        let of_confirmation = || {
            let subject = self.assertion.only_element(ASSERTION, "Subject")?;
            let data =
                subject.elements().find_map(|it| it.only_element(ASSERTION, "SubjectConfirmationData"));
            data?.attribute("InResponseTo")
        };
        self.response.attribute("InResponseTo").or_else(of_confirmation)
    }
}

fn response(root: Node<'_>) -> Result<(), Finding> {
    if root.is(PROTOCOL, "Response") {
        return Ok(());
    }
    let found = format!("{} of {}", shown(root.local_name()), shown(root.namespace()));
    Err(Finding::new("a `Response` of saml-protocol as the root", found).at(root.position()))
}

/// Of the Response, and of each Assertion that it holds.
fn version(root: Node<'_>) -> Result<(), Finding> {
    let assertions = root.elements().filter(|child| child.is(ASSERTION, "Assertion"));
    for node in core::iter::once(root).chain(assertions) {
        let version = node.attribute("Version");
        if version != Some(VERSION) {
            let found = shown_or_none(version);
            return Err(Finding::new("Version `2.0`", found).at(node.position()));
        }
    }
    Ok(())
}

fn status(root: Node<'_>) -> Result<(), Finding> {
    let status = root.only_element(PROTOCOL, "Status");
    let code = status.and_then(|status| status.only_element(PROTOCOL, "StatusCode"));
    if code.and_then(|code| code.attribute("Value")) == Some(STATUS_SUCCESS) {
        return Ok(());
    }
    let mut found = String::new();
    let mut next = code;
    while let Some(code) = next {
        if !found.is_empty() {
            found.push_str(" / ");
        }
        found.push_str(&shown_or_none(code.attribute("Value")));
        next = code.only_element(PROTOCOL, "StatusCode");
    }
    let message = status.and_then(|status| status.only_element(PROTOCOL, "StatusMessage"));
    if let Some(Ok(message)) = message.map(Node::text) {
        found.push_str(" with the message ");
        found.push_str(&shown(message));
    }
    let finding = Finding::new(shown(STATUS_SUCCESS), found)
        .at(status.unwrap_or(root).position())
        .hint("the identity provider refused the login; its own log says why");
    Err(finding)
}

/// Direct children of the Response only: an Assertion elsewhere has been refused by its shape (A03, A04).
fn one_assertion(root: Node<'_>) -> Result<Node<'_>, Finding> {
    if let Some(assertion) = root.only_element(ASSERTION, "Assertion") {
        return Ok(assertion);
    }
    let mut assertions = root.elements().filter(|child| child.is(ASSERTION, "Assertion"));
    Err(match (assertions.next(), assertions.next()) {
        (_, Some(second)) => {
            let found = format!("{}", assertions.count() + 2);
            Finding::new("one Assertion", found).at(second.position()).hint(FORGED)
        }
        _ => Finding::new("one Assertion", "none").at(root.position()),
    })
}
