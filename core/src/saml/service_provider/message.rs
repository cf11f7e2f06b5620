//! From the form value to a Response with one Assertion, before any signature: what is wrong here is refused
//! whoever sent it, and nothing that is read here is believed.

use alloc::{format, string::String, vec::Vec};

use crate::{
    saml::{
        binding,
        check::Check,
        names::{ASSERTION, PROTOCOL, STATUS_SUCCESS, VERSION},
        report::{Finding, Refused, Report, Status, shown, shown_or_none},
        schema::{self, Model},
        shape,
    },
    xml::{self, ErrorKind, Node, Position, Tree},
};

/// A Response of the right shape, with one Assertion, readable or encrypted. Nothing is proven by anything.
#[derive(Clone, Copy)]
pub(super) struct Outer<'t> {
    pub(super) response: Node<'t>,
    pub(super) content: Content<'t>,
}

/// The one Assertion.
#[derive(Clone, Copy)]
pub(super) enum Content<'t> {
    Plain(Node<'t>),
    /// The EncryptedAssertion.
    Encrypted(Node<'t>),
}

/// A Response and its one Assertion, of the right shape and not proven by anything.
#[derive(Clone, Copy)]
pub(super) struct Message<'t> {
    pub(super) response: Node<'t>,
    /// In the same tree, or in that of what was encrypted.
    pub(super) assertion: Node<'t>,
    /// Where the Assertion was encrypted.
    pub(super) sealed: Option<Sealed<'t>>,
}

/// What an Assertion came in.
#[derive(Clone, Copy)]
pub(super) struct Sealed<'t> {
    /// The EncryptedAssertion.
    pub(super) host: Node<'t>,
    /// See [`Decrypted::is_self_contained`](crate::xmlenc::Decrypted::is_self_contained).
    pub(super) is_self_contained: bool,
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
    report.check(Check::UniqueIds, || tree.ambiguous_identifier().map_or(Ok(()), |node| Err(twice(node))))?;
    Ok(tree)
}

pub(super) fn twice(node: Node<'_>) -> Finding {
    Finding::new("IDs that occur once", "an ID that occurs again").at(node.position()).hint(FORGED)
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

impl<'t> Outer<'t> {
    pub(super) fn gate(root: Node<'t>, report: &mut Report) -> Result<Self, Refused> {
        report.check(Check::Response, || response(root))?;
        report.check(Check::Version, || {
            let assertions = root.elements().filter(|child| child.is(ASSERTION, "Assertion"));
            core::iter::once(root).chain(assertions).try_for_each(version)
        })?;
        let inside = shape(root, &schema::RESPONSE, report)?;
        report.check(Check::Status, || status(root))?;
        report.check(Check::NotEncrypted, || {
            let encrypted = root.elements().find(|child| child.is(ASSERTION, "EncryptedAssertion"));
            let mixed = root.elements().any(|child| child.is(ASSERTION, "Assertion"));
            match encrypted.filter(|_| mixed) {
                Some(node) => Err(encrypted_at(node.position()).hint(FORGED)),
                None => nothing_encrypted(inside),
            }
        })?;
        let content = report.check(Check::OneAssertion, || {
            match root.only_element(ASSERTION, "EncryptedAssertion") {
                Some(encrypted) => Ok(Content::Encrypted(encrypted)),
                None => one_assertion(root).map(Content::Plain),
            }
        })?;
        Ok(Self { response: root, content })
    }

    /// The ID of the request that it claims to answer.
    pub(super) fn claimed_request(self) -> Option<&'t str> {
        let of_confirmation = || {
            let Content::Plain(assertion) = self.content else { return None };
            let subject = assertion.only_element(ASSERTION, "Subject")?;
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

/// Whether all that is below has the shape of the schemas; where something in it is encrypted by itself.
pub(super) fn shape(
    root: Node<'_>,
    model: &'static Model,
    report: &mut Report,
) -> Result<Option<Position>, Refused> {
    let shape = match shape::check(root, model) {
        Ok(shape) => shape,
        Err((check, finding)) => return Err(report.refuse(check, finding)),
    };
    report.record(Check::ForeignContent, Status::Passed);
    report.record(Check::Schema, Status::Passed);
    Ok(shape.encrypted)
}

pub(super) fn nothing_encrypted(inside: Option<Position>) -> Result<(), Finding> {
    inside.map_or(Ok(()), |at| Err(encrypted_at(at).hint(SIGN_ONLY)))
}

fn encrypted_at(at: Position) -> Finding {
    Finding::new("readable content, or one Assertion encrypted as a whole", "encrypted content").at(at)
}

const SIGN_ONLY: &str = "tell the identity provider to encrypt the whole Assertion, or nothing";

/// Of the Response, and of the Assertion.
pub(super) fn version(node: Node<'_>) -> Result<(), Finding> {
    match node.attribute("Version") {
        Some(VERSION) => Ok(()),
        found => Err(Finding::new("Version `2.0`", shown_or_none(found)).at(node.position())),
    }
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
    let mut assertions = root
        .elements()
        .filter(|child| child.is(ASSERTION, "Assertion") || child.is(ASSERTION, "EncryptedAssertion"));
    Err(match (assertions.next(), assertions.next()) {
        (_, Some(second)) => {
            let found = format!("{}", assertions.count() + 2);
            Finding::new("one Assertion", found).at(second.position()).hint(FORGED)
        }
        _ => Finding::new("one Assertion", "none").at(root.position()),
    })
}
