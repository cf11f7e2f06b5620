//! What was checked and how it ended.

use heap_identity::saml;

/// One thing that a Response must satisfy.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Check {
    /// The stable code of the check and of its failure.
    pub code: String,
    /// Where the rule is written down.
    pub clause: String,
    /// What must hold, in plain words.
    pub title: String,
}

impl From<saml::Check> for Check {
    fn from(check: saml::Check) -> Self {
        Self { code: check.code().into(), clause: check.clause().into(), title: check.title().into() }
    }
}

/// Every check once, in the order in which they are looked at.
#[uniffi::export]
pub fn all_checks() -> Vec<Check> {
    saml::Check::ALL.iter().copied().map(Into::into).collect()
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

impl From<&saml::Outcome> for Outcome {
    fn from(outcome: &saml::Outcome) -> Self {
        let finding = match &outcome.status {
            saml::Status::Failed(finding) => Some(finding),
            _ => None,
        };
        let hint = match &outcome.status {
            saml::Status::Warned { hint } => Some(hint.clone()),
            _ => finding.and_then(|finding| finding.hint.clone()).map(Into::into),
        };
        Self {
            check: outcome.check.into(),
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
}

impl From<&saml::Report> for Report {
    fn from(report: &saml::Report) -> Self {
        Self {
            outcomes: report.outcomes().iter().map(Into::into).collect(),
            json: report.to_json().to_string(),
            text: report.to_string(),
        }
    }
}
