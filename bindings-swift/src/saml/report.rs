//! What was checked and how it ended.

use heap_identity::saml::{self, Checklist, logout::LogoutCheck};

/// One thing that a message must satisfy.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Check {
    /// The stable code of the check and of its failure.
    pub code: String,
    /// Where the rule is written down.
    pub clause: String,
    /// What must hold, in plain words.
    pub title: String,
}

impl Check {
    fn of<C: Checklist>(check: C) -> Self {
        Self { code: check.code().into(), clause: check.clause().into(), title: check.title().into() }
    }
}

/// Every check of a login once, in the order in which they are looked at.
#[uniffi::export]
pub fn all_checks() -> Vec<Check> {
    saml::Check::ALL.iter().copied().map(Check::of).collect()
}

/// Every check of a logout once, in the order in which they are looked at.
#[uniffi::export]
pub fn all_logout_checks() -> Vec<Check> {
    LogoutCheck::ALL.iter().copied().map(Check::of).collect()
}

/// One check and how it ended.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Outcome {
    /// What was checked.
    pub check: Check,
    /// `passed`, `warned`, `failed`, `not_applicable` or `not_reached`.
    pub status: String,
    /// Where it failed: what would have been right.
    pub expected: Option<String>,
    /// Where it failed: what was there instead.
    pub found: Option<String>,
    /// Where in the document.
    pub at: Option<String>,
    /// What a person can do about it.
    pub hint: Option<String>,
}

impl<C: Checklist> From<&saml::Outcome<C>> for Outcome {
    fn from(outcome: &saml::Outcome<C>) -> Self {
        let finding = match &outcome.status {
            saml::Status::Failed(finding) => Some(finding),
            _ => None,
        };
        let hint = match &outcome.status {
            saml::Status::Warned { hint } => Some(hint.clone()),
            _ => finding.and_then(|finding| finding.hint.clone()).map(Into::into),
        };
        Self {
            check: Check::of(outcome.check),
            status: outcome.status.word().into(),
            expected: finding.map(|finding| finding.expected.clone()),
            found: finding.map(|finding| finding.found.clone()),
            at: finding.and_then(|finding| finding.at).map(|position| position.to_string()),
            hint,
        }
    }
}

/// Every check once, in order, with how it ended.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Report {
    /// The checks.
    pub outcomes: Vec<Outcome>,
    /// The report for machines.
    pub json: String,
    /// The report for people: a table.
    pub text: String,
    /// The report for machines, in which personal values are masked.
    pub masked_json: String,
}

impl<C: Checklist> From<&saml::Report<C>> for Report {
    fn from(report: &saml::Report<C>) -> Self {
        Self {
            outcomes: report.outcomes().iter().map(Into::into).collect(),
            json: report.to_json().to_string(),
            text: report.to_string(),
            masked_json: report.masked().to_json().to_string(),
        }
    }
}
