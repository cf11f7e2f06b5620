//! Whether a login will find its account.

use std::collections::BTreeMap;

use heap_identity::heap;
use pyo3::{PyRef, Python, pyclass, pymethods};

use crate::{
    directory::{Person, Snapshot},
    saml::name_id::format_of,
    table::table,
};

/// What is wrong, or only odd, about the two names of a person (D10, R13, R22). `str` says it with what to do.
#[pyclass(frozen, eq, module = "heap_identity.heap")]
#[derive(Clone, PartialEq)]
pub(crate) struct JoinIssue(heap::JoinIssue);

table!(JoinIssue {
    code: &'static str = |issue| issue.code();
    message: String = |issue| issue.to_string();
    /// Whether the person cannot log in, or would be somebody else.
    breaks_login: bool = |issue| issue.breaks_login();
}
    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("JoinIssue(code={:?})", self.0.code())
    }
);

/// Whether a login will find its account: the NameID of the assertion and the `userName` of SCIM must name the same.
///
/// `name_id_format` is the URI in which NameIDs are sent, of email addresses unless given; `accounts` are the user names
/// at Heap by directory id.
#[pyclass(frozen, module = "heap_identity.heap")]
pub(crate) struct JoinCheck(heap::JoinCheck);

#[pymethods]
impl JoinCheck {
    #[new]
    #[pyo3(signature = (*, name_id_format=None, accounts=None))]
    fn new(name_id_format: Option<&str>, accounts: Option<BTreeMap<String, String>>) -> Self {
        let mut check = heap::JoinCheck::default();
        check.name_id_format = format_of(name_id_format);
        check.accounts = accounts.unwrap_or_default();
        Self(check)
    }

    /// What is to be told of one person.
    #[pyo3(signature = (person))]
    fn person(&self, person: PyRef<'_, Person>) -> Vec<JoinIssue> {
        self.0.person(&person.0).into_iter().map(JoinIssue).collect()
    }

    /// What is to be told of everybody with access, by directory id (R12).
    #[pyo3(signature = (directory))]
    fn directory(&self, py: Python<'_>, directory: PyRef<'_, Snapshot>) -> Vec<(String, JoinIssue)> {
        let directory = &directory.0;
        let issues = py.detach(|| self.0.directory(directory));
        issues.into_iter().map(|(person, issue)| (person, JoinIssue(issue))).collect()
    }

    fn __repr__(&self) -> String {
        format!(
            "JoinCheck(name_id_format={:?}, accounts={})",
            self.0.name_id_format.uri(),
            self.0.accounts.len()
        )
    }
}
