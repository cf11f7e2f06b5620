//! The outcome: a login that was verified, first unspent, then proven to be used for the first time (D22).

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use jiff::Timestamp;

use super::statements::{Authentication, ReceivedAttribute};
use crate::saml::{
    check::Check,
    name_id::{NameId, NameIdFormat},
    replay::{ReplayError, ReplayGuard, Use},
    report::{Finding, Rejection, Report, Status},
};

/// What was read from the verified Assertion.
pub(super) struct Content {
    pub(super) id: String,
    pub(super) issuer: String,
    pub(super) name_id: NameId,
    pub(super) not_on_or_after: Timestamp,
    pub(super) authentication: Authentication,
    pub(super) attributes: Vec<ReceivedAttribute>,
}

/// A login of which everything is verified but that it is used for the first time: it says nothing about the person
/// until it is spent.
#[must_use = "nobody is logged in before the login is spent"]
pub struct Unspent {
    content: Content,
    until: Timestamp,
    now: Timestamp,
    report: Report,
}

impl Unspent {
    pub(super) const fn new(content: Content, until: Timestamp, now: Timestamp, report: Report) -> Self {
        Self { content, until, now, report }
    }

    /// What a replay guard records of this login.
    pub fn recorded(&self) -> Use<'_> {
        Use { issuer: &self.content.issuer, assertion_id: &self.content.id, until: self.until, now: self.now }
    }

    /// Records the use, and gives the login if it was the first.
    ///
    /// # Errors
    /// [`Rejection`] with [`Check::Replay`] when it was not the first, with [`Check::ReplayGuard`] when the guard
    /// is full or failed: a use that is not recorded is no login.
    pub fn spend(self, replay: &mut dyn ReplayGuard) -> Result<VerifiedAssertion, Rejection> {
        let outcome = replay.spend(&self.recorded());
        let Self { content, mut report, .. } = self;
        let (check, error) = match outcome {
            Ok(()) => {
                report.record(Check::Replay, Status::Passed);
                report.record(Check::ReplayGuard, Status::Passed);
                return Ok(VerifiedAssertion { content, report });
            }
            Err(error @ ReplayError::Replayed) => (Check::Replay, error),
            Err(error) => (Check::ReplayGuard, error),
        };
        let hint = match error {
            ReplayError::Replayed => {
                "the page was loaded again, or somebody has a copy; begin the login again"
            }
            _ => "see to the replay guard, then begin the login again",
        };
        let finding = Finding::new("a use that is recorded as the first", error.to_string()).hint(hint);
        let refused = report.refuse(check, finding);
        Err(report.rejection(refused))
    }
}

impl core::fmt::Debug for Unspent {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Unspent").field("recorded", &self.recorded()).finish_non_exhaustive()
    }
}

/// A person is logged in. There is no other way to one of these than [`ServiceProvider::verify`] and
/// [`Unspent::spend`]: to hold one is the proof.
///
/// [`ServiceProvider::verify`]: super::ServiceProvider::verify
pub struct VerifiedAssertion {
    content: Content,
    report: Report,
}

impl VerifiedAssertion {
    /// The ID of the Assertion.
    pub fn id(&self) -> &str {
        &self.content.id
    }

    /// The entity id of the identity provider.
    pub fn issuer(&self) -> &str {
        &self.content.issuer
    }

    /// The name of the person; at Heap the email address (R13).
    pub fn subject(&self) -> &str {
        &self.content.name_id.value
    }

    /// The name with its format and qualifiers.
    pub const fn name_id(&self) -> &NameId {
        &self.content.name_id
    }

    /// The format of the name.
    pub const fn name_id_format(&self) -> &NameIdFormat {
        &self.content.name_id.format
    }

    /// The values of an attribute; none when it was not sent.
    pub fn attribute(&self, name: &str) -> &[String] {
        let found = self.content.attributes.iter().find(|attribute| attribute.name == name);
        found.map_or(&[], |attribute| &attribute.values)
    }

    /// All attributes, in the order of their first occurrence.
    pub fn attributes(&self) -> &[ReceivedAttribute] {
        &self.content.attributes
    }

    /// When the person was authenticated.
    pub const fn authn_instant(&self) -> Timestamp {
        self.content.authentication.instant
    }

    /// How the person was authenticated (saml-authn-context).
    pub fn authn_context_class(&self) -> Option<&str> {
        self.content.authentication.context_class.as_deref()
    }

    /// The session at the identity provider, for single logout.
    pub fn session_index(&self) -> Option<&str> {
        self.content.authentication.session_index.as_deref()
    }

    /// When the session at the identity provider ends, and with it the one here should (saml-core 2.7.2).
    pub const fn session_not_on_or_after(&self) -> Option<Timestamp> {
        self.content.authentication.session_not_on_or_after
    }

    /// Until when the Assertion could have been used.
    pub const fn not_on_or_after(&self) -> Timestamp {
        self.content.not_on_or_after
    }

    /// All checks, with the warnings that somebody should act on.
    pub const fn report(&self) -> &Report {
        &self.report
    }
}

/// Values are personal: they are masked or only counted.
impl core::fmt::Debug for VerifiedAssertion {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("VerifiedAssertion")
            .field("id", &self.content.id)
            .field("issuer", &self.content.issuer)
            .field("name_id", &self.content.name_id)
            .field("attributes", &self.content.attributes)
            .finish_non_exhaustive()
    }
}
