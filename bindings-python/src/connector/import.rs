//! People who are at Heap and not in the directory are brought into it.

use heap_identity::{
    connector::{self, ImportStatus, Mode, View},
    scim,
};
use pyo3::{
    Bound, PyAny, PyRef, PyResult, Python, exceptions::PyValueError, pyclass, pyfunction, pymethods,
    types::PyAnyMethods,
};

use crate::{
    convert::texts,
    directory::{Person, Snapshot},
    error::Raise,
    scim::{
        message::ListResponse,
        resource::{AnyUser, User},
    },
    table::{Shared, table, words},
};

words! {
    view_of: View {
        "all" => View::All,
        "new_users_first" => View::NewUsersFirst,
        "new_users_only" => View::NewUsersOnly,
    }
}

/// An account at Heap, as the list of the import shows it.
#[pyclass(frozen, eq, module = "heap_identity.connector")]
#[derive(PartialEq)]
pub(crate) struct ImportCandidate(connector::ImportCandidate);

table!(ImportCandidate {
    /// The account's id at Heap.
    account: &str = |candidate| &candidate.account;
    user_name: &str = |candidate| &candidate.user_name;
    given_name: Option<&str> = |candidate| candidate.given_name.as_deref();
    family_name: Option<&str> = |candidate| candidate.family_name.as_deref();
    /// Where it stands (R34); a suspended one is not imported (R35).
    status: &'static str = |candidate| match candidate.status {
        ImportStatus::Imported { .. } => "imported",
        ImportStatus::New => "new",
        ImportStatus::Suspended => "suspended",
        _ => "other",
    };
    /// The directory id of the person, where the directory has them.
    person: Option<&str> = |candidate| match &candidate.status {
        ImportStatus::Imported { person } => Some(person.as_str()),
        _ => None,
    };
    /// The directory id of somebody who may be the same person: to be looked at, never acted on.
    suggestion: Option<&str> = |candidate| candidate.suggestion.as_deref();
}
    fn __repr__(&self) -> String {
        format!("ImportCandidate(account={:?}, status={:?})", self.0.account, self.status())
    }
);

/// What became of one account.
#[pyclass(frozen, eq, module = "heap_identity.connector")]
#[derive(PartialEq)]
pub(crate) struct ImportResult(connector::ImportResult);

table!(ImportResult {
    /// The account's id at Heap.
    account: &str = |result| &result.account;
    user_name: &str = |result| &result.user_name;
    /// The new person's directory id; `None` if there is none.
    person: Option<&str> = |result| result.person.as_deref().ok();
    /// Why there is none.
    failure: Option<&str> = |result| result.person.as_ref().err().map(String::as_str);
    /// What an administrator does next: an imported person is managed only as a member of a bound group (R37).
    advice: &'static str = |result| result.advice();
}
    fn __repr__(&self) -> String {
        format!("ImportResult(account={:?}, made={})", self.0.account, if self.0.person.is_ok() { "True" } else { "False" })
    }
);

/// Heap's accounts beside the directory (R34, R35).
#[pyclass(frozen, module = "heap_identity.connector")]
pub(crate) struct ImportList(connector::ImportList);

#[pymethods]
impl ImportList {
    /// Compares accounts, all of them, with a directory; those without an id are passed over.
    #[staticmethod]
    #[pyo3(signature = (accounts, *, directory))]
    fn compare(
        py: Python<'_>,
        accounts: &Bound<'_, PyAny>,
        directory: PyRef<'_, Snapshot>,
    ) -> PyResult<Self> {
        let accounts = accounts.try_iter()?.map(|account| Ok(account?.extract::<AnyUser>()?.0));
        let (accounts, directory) = (accounts.collect::<PyResult<Vec<_>>>()?, &directory.0);
        Ok(Self(py.detach(|| connector::ImportList::compare(accounts, directory))))
    }

    /// What the list shows.
    #[pyo3(signature = (view="all"))]
    fn view(&self, view: &str) -> PyResult<Vec<ImportCandidate>> {
        Ok(self.0.view(view_of(view)?).into_iter().cloned().map(ImportCandidate).collect())
    }

    /// Begins to import the accounts with these ids, each once, in the order given.
    ///
    /// Raises `Refused` (`connector.import_...`) for one that is not in the list, is imported or suspended, and for nobody.
    #[pyo3(signature = (accounts))]
    fn select(&self, py: Python<'_>, accounts: &Bound<'_, PyAny>) -> PyResult<Import> {
        let accounts = texts(Some(accounts))?;
        let import = self.0.select(accounts.iter().map(String::as_str)).raise(py)?;
        Ok(Import(Shared::new(import)))
    }

    fn __len__(&self) -> usize {
        self.0.view(View::All).len()
    }

    fn __repr__(&self) -> String {
        format!("ImportList({} accounts)", self.__len__())
    }
}

/// An import under way: it gives the people to be made in the directory, and is told what came of each.
#[pyclass(frozen, module = "heap_identity.connector")]
pub(crate) struct Import(Shared<connector::Import>);

#[pymethods]
impl Import {
    /// Whether results come live, or the end is announced: fewer than 100 come live (R36).
    #[getter]
    fn mode(&self, py: Python<'_>) -> &'static str {
        match self.0.with(py, |import| import.mode()) {
            Mode::Job => "job",
            Mode::Live => "live",
            _ => "other",
        }
    }

    /// Who is to be made in the directory now, without an id; the same until `settle`. `None` at the end.
    fn next_person(&self, py: Python<'_>) -> Option<Person> {
        self.0.with(py, |import| import.next_person()).map(Person)
    }

    /// Takes the new person's directory id, or why they could not be made. Raises `Refused` when nobody is awaited.
    #[pyo3(signature = (*, person=None, failure=None))]
    fn settle(
        &self,
        py: Python<'_>,
        person: Option<String>,
        failure: Option<String>,
    ) -> PyResult<ImportResult> {
        let outcome = match (person, failure) {
            (Some(person), None) => Ok(person),
            (None, Some(failure)) => Err(failure),
            _ => return Err(PyValueError::new_err("expected either a person or a failure")),
        };
        self.0.with(py, |import| import.settle(outcome).cloned()).map(ImportResult).raise(py)
    }

    /// How many results are known, of how many.
    #[getter]
    fn progress(&self, py: Python<'_>) -> (usize, usize) {
        self.0.with(py, |import| import.progress())
    }

    /// The results so far, in the order of the selection.
    fn results(&self, py: Python<'_>) -> Vec<ImportResult> {
        let results = self.0.with(py, |import| import.results().to_vec());
        results.into_iter().map(ImportResult).collect()
    }

    /// The message that ends a job (R36).
    fn announcement(&self, py: Python<'_>) -> Option<String> {
        self.0.with(py, |import| import.announcement())
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let (done, total) = self.progress(py);
        format!("Import({done} of {total})")
    }
}

/// The accounts of every page of a list; `None` unless there are as many different ids as the list says there are (F33).
#[pyfunction]
#[pyo3(signature = (pages))]
pub(crate) fn whole_list(py: Python<'_>, pages: &Bound<'_, PyAny>) -> PyResult<Option<Vec<User>>> {
    let mut typed = Vec::new();
    for page in pages.try_iter()? {
        let page = page?;
        let page = page.cast::<ListResponse>()?.get();
        let mut read = scim::ListResponse::default();
        read.total_results = page.0.total_results;
        read.resources = page.users(py)?.into_iter().map(|user| user.0).collect();
        typed.push(read);
    }
    let users = py.detach(|| connector::whole_list(typed));
    Ok(users.map(|users| users.into_iter().map(User).collect()))
}
