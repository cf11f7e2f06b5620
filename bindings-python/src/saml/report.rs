//! What was checked and how it ended.

use std::hash::{Hash, Hasher};

use heap_identity::saml::{self, Checklist, logout::LogoutCheck};
use pyo3::{pyclass, pymethods};

use crate::table::table;

/// One thing that a message must satisfy.
#[pyclass(frozen, get_all, eq, hash, module = "heap_identity")]
#[derive(Clone, Copy)]
pub(crate) struct Check {
    code: &'static str,
    /// Where the rule is written down.
    clause: &'static str,
    title: &'static str,
}

impl PartialEq for Check {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Hash for Check {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.code.hash(state);
    }
}

impl Check {
    pub(crate) fn of(check: impl Checklist) -> Self {
        Self { code: check.code(), clause: check.clause(), title: check.title() }
    }
}

#[pymethods]
impl Check {
    /// Every check of a Response once, in the order in which they are looked at.
    #[staticmethod]
    fn all() -> Vec<Self> {
        saml::Check::ALL.iter().copied().map(Self::of).collect()
    }

    /// Every check of a message of single logout.
    #[staticmethod]
    fn all_of_logout() -> Vec<Self> {
        LogoutCheck::ALL.iter().copied().map(Self::of).collect()
    }

    fn __repr__(&self) -> String {
        format!("Check({:?})", self.code)
    }
}

/// One check and how it ended.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Outcome((Check, saml::Status));

/// What was found where a check failed.
const fn finding(status: &saml::Status) -> Option<&saml::Finding> {
    match status {
        saml::Status::Failed(finding) => Some(finding),
        _ => None,
    }
}

table!(Outcome {
    check: Check = |outcome| outcome.0;
    status: &'static str = |outcome| outcome.1.word();
    expected: Option<&str> = |outcome| finding(&outcome.1).map(|finding| finding.expected.as_str());
    found: Option<&str> = |outcome| finding(&outcome.1).map(|finding| finding.found.as_str());
    /// Line and column.
    at: Option<String> = |outcome| finding(&outcome.1).and_then(|finding| Some(finding.at?.to_string()));
    /// What a person can do about it.
    hint: Option<&str> = |outcome| match &outcome.1 {
        saml::Status::Warned { hint } => Some(hint),
        status => finding(status).and_then(|finding| finding.hint.as_deref()),
    };
}
    fn __repr__(&self) -> String {
        format!("Outcome(check={:?}, status={:?})", self.check().code, self.status())
    }
);

/// A report of either list.
pub(crate) enum Kind {
    Login(saml::Report),
    Logout(saml::Report<LogoutCheck>),
}

macro_rules! of_either {
    ($kind:expr, $report:ident => $value:expr) => {
        match $kind {
            Kind::Login($report) => $value,
            Kind::Logout($report) => $value,
        }
    };
}

impl Kind {
    fn outcomes(&self) -> Vec<Outcome> {
        of_either!(self, report => report
            .outcomes()
            .iter()
            .map(|outcome| Outcome((Check::of(outcome.check), outcome.status.clone())))
            .collect())
    }
}

/// Every check once, in order, with how it ended. `str` gives a table for people.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Report(pub(crate) Kind);

table!(Report {
    outcomes: Vec<Outcome> = |report| report.outcomes();
    failed: Option<Check> = |report| {
        report.outcomes().iter().find(|outcome| finding(&outcome.0.1).is_some()).map(Outcome::check)
    };
}
    /// The same without the values of the message and of the configuration, for logs that many people read.
    fn masked(&self) -> Self {
        Self(match &self.0 {
            Kind::Login(report) => Kind::Login(report.masked()),
            Kind::Logout(report) => Kind::Logout(report.masked()),
        })
    }

    /// The outcomes as JSON, for logs; `masked` first where many people read them.
    fn to_json(&self) -> String {
        of_either!(&self.0, report => report.to_json().to_string())
    }

    fn __str__(&self) -> String {
        of_either!(&self.0, report => report.to_string())
    }

    fn __repr__(&self) -> String {
        match self.failed() {
            Some(check) => format!("Report(failed={:?})", check.code),
            None => "Report(failed=None)".to_owned(),
        }
    }
);
