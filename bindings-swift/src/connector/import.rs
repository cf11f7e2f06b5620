//! People who are at Heap and not in the directory are brought into it.

use std::sync::{Arc, Mutex};

use heap_identity::{
    connector,
    scim::{ListResponse, User},
};

use crate::{
    directory::{Person, Snapshot},
    error::HeapIdentityError,
    held::Held,
    mirror::mirror,
};

mirror! {
    /// What a list of accounts shows.
    into ImportView of connector::View {
        /// Everybody.
        All,
        /// Everybody, those who are not in the directory first.
        NewUsersFirst,
        /// Those who are not in the directory.
        NewUsersOnly,
    }
}

mirror! {
    /// How an import tells its results.
    from ImportMode of connector::Mode {
        /// A job: its end is announced.
        Job,
        /// Live: each result is shown when it is known.
        Live,
    }
}

/// Whether the directory has the person.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum ImportStatus {
    /// It does.
    Imported {
        /// The person's directory id.
        person: String,
    },
    /// It does not.
    New,
    /// The account is suspended at Heap.
    Suspended,
}

/// An account at Heap.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct ImportCandidate {
    /// The account's id.
    pub account: String,
    /// The user name.
    pub user_name: String,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// Whether the directory has the person.
    pub status: ImportStatus,
    /// What somebody should look at before it is imported.
    pub suggestion: Option<String>,
}

impl From<&connector::ImportCandidate> for ImportCandidate {
    fn from(candidate: &connector::ImportCandidate) -> Self {
        Self {
            account: candidate.account.clone(),
            user_name: candidate.user_name.clone(),
            given_name: candidate.given_name.clone(),
            family_name: candidate.family_name.clone(),
            status: match &candidate.status {
                connector::ImportStatus::Imported { person } => {
                    ImportStatus::Imported { person: person.clone() }
                }
                connector::ImportStatus::Suspended => ImportStatus::Suspended,
                _ => ImportStatus::New,
            },
            suggestion: candidate.suggestion.clone(),
        }
    }
}

/// What became of one account.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct ImportResult {
    /// The account's id at Heap.
    pub account: String,
    /// The user name.
    pub user_name: String,
    /// The new person's directory id; none if there is none.
    pub person: Option<String>,
    /// Why there is none.
    pub failure: Option<String>,
    /// What an administrator does next.
    pub advice: String,
}

impl From<&connector::ImportResult> for ImportResult {
    fn from(result: &connector::ImportResult) -> Self {
        Self {
            account: result.account.clone(),
            user_name: result.user_name.clone(),
            person: result.person.clone().ok(),
            failure: result.person.clone().err(),
            advice: result.advice().to_owned(),
        }
    }
}

/// The accounts at Heap beside the directory.
#[derive(Debug, uniffi::Object)]
pub struct ImportList(Held<connector::ImportList>);

#[uniffi::export]
impl ImportList {
    /// Compares accounts, all of them, each as JSON, with a directory.
    #[uniffi::constructor]
    pub fn new(accounts: Vec<String>, directory: &Snapshot) -> Result<Self, HeapIdentityError> {
        let accounts: Vec<User> =
            accounts.iter().map(|account| User::from_slice(account.as_bytes())).collect::<Result<_, _>>()?;
        Ok(Self(Held::new(connector::ImportList::compare(accounts, &directory.0))))
    }

    /// Compares the accounts of every page of a list with a directory; none unless there are as many different ids as the
    /// service provider says there are.
    #[uniffi::constructor]
    pub fn from_pages(pages: Vec<Vec<u8>>, directory: &Snapshot) -> Result<Self, HeapIdentityError> {
        let pages: Vec<ListResponse<User>> =
            pages.iter().map(|page| ListResponse::from_slice(page)).collect::<Result<_, _>>()?;
        let accounts = connector::whole_list(pages).ok_or_else(|| {
            HeapIdentityError::invalid("connector.source_incomplete", &"the list is not whole; read it again")
        })?;
        Ok(Self(Held::new(connector::ImportList::compare(accounts, &directory.0))))
    }

    /// What the list shows.
    pub fn view(&self, view: ImportView) -> Vec<ImportCandidate> {
        self.0.view(view.into()).into_iter().map(Into::into).collect()
    }

    /// Begins to import the accounts with these ids, each once, in the order given.
    pub fn select(&self, accounts: Vec<String>) -> Result<Arc<Import>, HeapIdentityError> {
        let import = self.0.select(accounts.iter().map(String::as_str))?;
        Ok(Arc::new(Import(Held::guarded(import))))
    }
}

/// An import that is under way.
#[derive(Debug, uniffi::Object)]
pub struct Import(Held<Mutex<connector::Import>>);

#[uniffi::export]
impl Import {
    /// How it tells its results.
    pub fn mode(&self) -> ImportMode {
        self.0.locked().mode().into()
    }

    /// The next person to be made in the directory; none when everybody's result is known.
    pub fn next_person(&self) -> Option<Person> {
        self.0.locked().next_person().map(Into::into)
    }

    /// The next person was made, with this directory id.
    pub fn made(&self, person: String) -> Result<ImportResult, HeapIdentityError> {
        Ok(self.0.locked().settle(Ok(person))?.into())
    }

    /// The next person could not be made.
    pub fn failed(&self, reason: String) -> Result<ImportResult, HeapIdentityError> {
        Ok(self.0.locked().settle(Err(reason))?.into())
    }

    /// How many results are known.
    pub fn done(&self) -> u64 {
        self.0.locked().progress().0 as u64
    }

    /// How many there will be.
    pub fn total(&self) -> u64 {
        self.0.locked().progress().1 as u64
    }

    /// The results so far.
    pub fn results(&self) -> Vec<ImportResult> {
        self.0.locked().results().iter().map(Into::into).collect()
    }

    /// What a job announces at its end.
    pub fn announcement(&self) -> Option<String> {
        self.0.locked().announcement()
    }
}
