//! What was checked and how it ended.

use heap_identity::saml;
use pyo3::{pyclass, pymethods};

/// The words of the report for machines, which are the core's.
fn word(outcome: &saml::Outcome) -> &'static str {
    outcome.status.word()
}

#[pyclass(frozen, eq, hash, module = "heap_identity")]
#[derive(Eq, Hash, PartialEq)]
pub(crate) struct Check(pub(crate) saml::Check);

#[pymethods]
impl Check {
    #[staticmethod]
    fn all() -> Vec<Self> {
        saml::Check::ALL.iter().copied().map(Self).collect()
    }

    #[getter]
    fn code(&self) -> &'static str {
        self.0.code()
    }

    #[getter]
    fn clause(&self) -> &'static str {
        self.0.clause()
    }

    #[getter]
    fn title(&self) -> &'static str {
        self.0.title()
    }

    fn __repr__(&self) -> String {
        format!("Check({:?})", self.0.code())
    }
}

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Outcome(saml::Outcome);

impl Outcome {
    fn finding(&self) -> Option<&saml::Finding> {
        match &self.0.status {
            saml::Status::Failed(finding) => Some(finding),
            _ => None,
        }
    }
}

#[pymethods]
impl Outcome {
    #[getter]
    fn check(&self) -> Check {
        Check(self.0.check)
    }

    #[getter]
    fn status(&self) -> &'static str {
        word(&self.0)
    }

    #[getter]
    fn expected(&self) -> Option<&str> {
        self.finding().map(|finding| finding.expected.as_str())
    }

    #[getter]
    fn found(&self) -> Option<&str> {
        self.finding().map(|finding| finding.found.as_str())
    }

    #[getter]
    fn at(&self) -> Option<String> {
        self.finding()?.at.map(|position| position.to_string())
    }

    #[getter]
    fn hint(&self) -> Option<&str> {
        match &self.0.status {
            saml::Status::Warned { hint } => Some(hint),
            _ => self.finding()?.hint.as_deref(),
        }
    }

    fn __repr__(&self) -> String {
        format!("Outcome(check={:?}, status={:?})", self.0.check.code(), word(&self.0))
    }
}

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Report(pub(crate) saml::Report);

#[pymethods]
impl Report {
    #[getter]
    fn outcomes(&self) -> Vec<Outcome> {
        self.0.outcomes().iter().cloned().map(Outcome).collect()
    }

    fn to_json(&self) -> String {
        self.0.to_json().to_string()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        let failed =
            self.0.outcomes().iter().find(|outcome| matches!(outcome.status, saml::Status::Failed(_)));
        match failed {
            Some(outcome) => format!("Report(failed={:?})", outcome.check.code()),
            None => "Report(failed=None)".to_owned(),
        }
    }
}
