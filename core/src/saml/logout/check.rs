//! What a message of single logout must satisfy, in the order in which it is looked at.

use crate::saml::{
    check::checks,
    report::{Refused, Report},
};

checks! {
    /// One thing that a LogoutRequest or LogoutResponse must satisfy before anybody acts on it.
    ///
    /// The variants stand in the order in which they are checked; the first that fails ends the verification. What
    /// concerns requests alone, or responses alone, is not applicable to the other.
    LogoutCheck {
    Binding "saml.logout.binding" "saml-bindings 3.4.4, 3.5.4"
        "The message can be taken out of its query or form"
    Xml "saml.logout.xml" "XML 1.0, saml-core 1.3.4"
        "The message is well-formed XML within bounds, without DTD, and no two elements share an ID"
    Message "saml.logout.message" "saml-core 3.7.1, 3.7.2"
        "The message is a LogoutRequest, or a LogoutResponse where one is awaited"
    Version "saml.logout.version" "saml-core 3.2.1, 3.2.2"
        "The message is of version 2.0"
    Schema "saml.logout.schema" "saml-schema-protocol-2.0"
        "Elements and attributes are those of the SAML schemas, in their order and number"
    Issuer "saml.logout.issuer" "saml-profiles 4.4.4.1, 4.4.4.2"
        "The issuer is named as an entity, and is the partner that is awaited or one that is configured"
    Signed "saml.logout.signed" "saml-profiles 4.4.4.1, 4.4.4.2"
        "The message is signed: in a query over the query, in a form by a signature of its own"
    Signature "saml.logout.signature" "saml-bindings 3.4.4.1, saml-core 5.4"
        "The signature was made over this message with a key that is configured for the partner"
    Destination "saml.logout.destination" "saml-bindings 3.4.5.2, 3.5.5.2"
        "The message was sent to this address"
    IssueInstant "saml.logout.issue_instant" "saml-core 3.2.1, 3.2.2"
        "The message was made a moment ago"
    NotOnOrAfter "saml.logout.not_on_or_after" "saml-core 3.7.1"
        "The request can still be acted upon"
    NameId "saml.logout.name_id" "saml-core 3.7.1"
        "The request names somebody by a NameID that is neither blank nor encrypted"
    InResponseTo "saml.logout.in_response_to" "saml-core 3.2.2"
        "The response answers the request that was sent"
    Replay "saml.logout.replay" "saml-core 3.2.1"
        "The request has not been received before"
    ReplayGuard "saml.logout.replay_guard" "saml-core 3.2.1"
        "The receipt of the request could be recorded"
    }
}

/// A message of single logout that nobody acts upon: which check failed, and the whole report.
#[derive(Clone, Debug, thiserror::Error)]
#[error("logout refused ({}): {}", failed.code(), report.finding())]
pub struct LogoutRejection {
    failed: LogoutCheck,
    report: Report<LogoutCheck>,
}

impl LogoutRejection {
    pub(super) const fn new(refused: &Refused<LogoutCheck>, report: Report<LogoutCheck>) -> Self {
        Self { failed: refused.0, report }
    }

    /// The check that failed.
    pub const fn failed(&self) -> LogoutCheck {
        self.failed
    }

    /// The stable code of the check that failed.
    pub const fn code(&self) -> &'static str {
        self.failed.code()
    }

    /// All checks, with the one that failed.
    pub const fn report(&self) -> &Report<LogoutCheck> {
        &self.report
    }
}
