//! People who are at Heap and not in the directory are brought into it (R34-R37).

mod list;
mod suggestion;
#[cfg(test)]
mod tests;

use alloc::{format, string::String, vec::Vec};

pub use list::{ImportCandidate, ImportList, ImportStatus, View, whole_list};

use crate::{directory::Person, limits::CONNECTOR_LIVE_IMPORT_MAX};

/// Why nothing is imported.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ImportError {
    /// The directory has the person already.
    #[error("the account `{0}` is imported already; select new ones alone (R34)")]
    Imported(String),
    /// Nobody is selected.
    #[error("nobody is selected; select at least one new account")]
    Nobody,
    /// There is nobody whose result is awaited.
    #[error("everybody's result is known already; nobody is being made in the directory")]
    NotAwaited,
    /// Two of the selected accounts have the same user name but for its case.
    #[error("the accounts `{account}` and `{other}` have one user name (D9); select one of them")]
    SameName {
        /// The one account.
        account: String,
        /// The other account.
        other: String,
    },
    /// The account is suspended at Heap.
    #[error("the account `{0}` is suspended at Heap and not imported (R35); activate it there first")]
    Suspended(String),
    /// The list does not have the account.
    #[error("the list has no account `{0}`; read it again")]
    Unknown(String),
}

impl ImportError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Imported(_) => "connector.import_imported",
            Self::Nobody => "connector.import_nobody",
            Self::NotAwaited => "connector.import_not_awaited",
            Self::SameName { .. } => "connector.import_same_name",
            Self::Suspended(_) => "connector.import_suspended",
            Self::Unknown(_) => "connector.import_unknown",
        }
    }
}

/// How an import tells its results (R36).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Mode {
    /// A job: its end is announced, by [`Import::announcement`].
    Job,
    /// Live: each result is shown when it is known.
    Live,
}

/// What became of one account.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ImportResult {
    /// The account's id at Heap.
    pub account: String,
    /// The user name.
    pub user_name: String,
    /// The new person's directory id, or why there is none.
    pub person: Result<String, String>,
}

impl ImportResult {
    /// What an administrator does next: an imported person is managed only as a member of a bound group (R37).
    pub const fn advice(&self) -> &'static str {
        match self.person {
            Ok(_) => {
                "add this person to a group that is bound to the application: until then neither their account nor their access is managed (R37)"
            }
            Err(_) => "nothing was made; remove the cause and import the account again",
        }
    }
}

/// An import under way: it gives the people to be made in the directory, and is told what came of each.
#[derive(Clone, Debug)]
pub struct Import {
    selected: Vec<ImportCandidate>,
    results: Vec<ImportResult>,
}

impl Import {
    fn new(selected: Vec<ImportCandidate>) -> Self {
        Self { selected, results: Vec::new() }
    }

    /// Whether results come live, or the end is announced: fewer than 100 come live (R36).
    pub fn mode(&self) -> Mode {
        if self.selected.len() < CONNECTOR_LIVE_IMPORT_MAX { Mode::Live } else { Mode::Job }
    }

    /// Who is to be made in the directory now; the same person until [`Self::settle`] was told. Their directory id is empty: the
    /// directory gives it.
    pub fn next_person(&self) -> Option<Person> {
        let candidate = self.selected.get(self.results.len())?;
        let user_name = candidate.user_name.clone();
        Some(Person {
            id: String::new(),
            email: user_name.contains('@').then(|| user_name.clone()),
            user_name,
            active: true,
            given_name: candidate.given_name.clone(),
            family_name: candidate.family_name.clone(),
            role: None,
        })
    }

    /// Takes the new person's directory id, or why they could not be made, and gives the result to show.
    ///
    /// # Errors
    /// [`ImportError::NotAwaited`] when everybody's result is known.
    pub fn settle(&mut self, person: Result<String, String>) -> Result<&ImportResult, ImportError> {
        let candidate = self.selected.get(self.results.len()).ok_or(ImportError::NotAwaited)?;
        self.results.push(ImportResult {
            account: candidate.account.clone(),
            user_name: candidate.user_name.clone(),
            person,
        });
        self.results.last().ok_or(ImportError::NotAwaited)
    }

    /// How many results are known, of how many.
    pub fn progress(&self) -> (usize, usize) {
        (self.results.len(), self.selected.len())
    }

    /// The results so far, in the order of the selection.
    pub fn results(&self) -> &[ImportResult] {
        &self.results
    }

    /// The message that ends a job (R36): `None` before its end, and for an import whose results came live.
    pub fn announcement(&self) -> Option<String> {
        let (done, total) = self.progress();
        if self.mode() == Mode::Live || done < total {
            return None;
        }
        let failed = self.results.iter().filter(|result| result.person.is_err()).count();
        let imported = total.saturating_sub(failed);
        let mut text = format!("{imported} of {total} accounts were imported");
        if failed > 0 {
            text = format!("{text}; {failed} were not, see the results");
        }
        text.push_str(
            ". Imported people are managed once a group that is bound to the application holds them (R37).",
        );
        Some(text)
    }
}
