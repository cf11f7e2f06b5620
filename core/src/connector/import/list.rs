//! What could be imported: Heap's accounts beside the directory (R34, R35).

use alloc::{
    collections::BTreeMap,
    string::{String, ToString},
    vec::Vec,
};

use super::{Import, ImportError, suggestion::Names};
use crate::{
    directory::Snapshot,
    scim::{ListResponse, User},
};

/// Where an account stands (R34, R35).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ImportStatus {
    /// The directory has this person: by user name or address, whatever the case (D9), or by the directory id that provisioning gave
    /// the account (D3), also where the person has another name meanwhile (R22).
    Imported {
        /// The person's directory id.
        person: String,
    },
    /// The directory does not have this person.
    New,
    /// The account is suspended at Heap: it is not imported (R35).
    Suspended,
}

/// An account at Heap, as the list of the import shows it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ImportCandidate {
    /// The account's id at Heap.
    pub account: String,
    /// The name to log in with.
    pub user_name: String,
    /// The given name, where Heap has one.
    pub given_name: Option<String>,
    /// The family name, where Heap has one.
    pub family_name: Option<String>,
    /// Where it stands.
    pub status: ImportStatus,
    /// The directory id of somebody who may be the same person: to be looked at, never acted on.
    pub suggestion: Option<String>,
}

/// What the list shows.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub enum View {
    /// Everybody, in the order of user names.
    #[default]
    All,
    /// Everybody, the new ones first (R34).
    NewUsersFirst,
    /// The new ones alone.
    NewUsersOnly,
}

/// Heap's accounts beside the directory: what a manual import chooses from.
///
/// ```
/// use heap_identity::{connector::{ImportList, ImportStatus, View}, directory::Snapshot, scim::User};
/// let mut account = User::new("ann@example.com".into());
/// account.id = Some("7".into());
/// let list = ImportList::compare([account], &Snapshot::builder().complete()?);
/// let mut import = list.select(["7"])?;
/// // Each person is made in the directory, and told.
/// while let Some(person) = import.next_person() {
///     assert_eq!(person.user_name, "ann@example.com");
///     let result = import.settle(Ok("u1".into()))?;
///     // R37: managed only once a bound group holds them.
///     assert!(result.advice().contains("bound"));
/// }
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct ImportList {
    candidates: Vec<ImportCandidate>,
}

impl ImportList {
    /// Compares accounts, all of them, with a directory. Accounts without an id, which no service provider sends, are passed over.
    pub fn compare(accounts: impl IntoIterator<Item = User>, directory: &Snapshot) -> Self {
        let mut known = BTreeMap::new();
        for person in directory.people() {
            for name in [Some(person.user_name()), person.email()].into_iter().flatten() {
                known.entry(name.to_lowercase()).or_insert_with(|| person.id());
            }
        }
        let names = Names::of(directory);
        let candidate = |user: User| {
            let linked = user.external_id.as_deref().filter(|id| directory.person(id).is_some());
            let person = linked.or_else(|| known.get(&user.user_name.to_lowercase()).copied());
            let person = person.map(ToString::to_string);
            let status = match person {
                Some(person) => ImportStatus::Imported { person },
                None if user.active == Some(false) => ImportStatus::Suspended,
                None => ImportStatus::New,
            };
            let name = user.name.unwrap_or_default();
            let suggestion = (status == ImportStatus::New)
                .then(|| names.near(&user.user_name, name.given_name.as_deref(), name.family_name.as_deref()))
                .flatten();
            Some(ImportCandidate {
                account: user.id?,
                user_name: user.user_name,
                given_name: name.given_name,
                family_name: name.family_name,
                status,
                suggestion,
            })
        };
        let mut candidates: Vec<_> = accounts.into_iter().filter_map(candidate).collect();
        candidates
            .sort_by(|left, right| (&left.user_name, &left.account).cmp(&(&right.user_name, &right.account)));
        Self { candidates }
    }

    /// What the list shows.
    pub fn view(&self, view: View) -> Vec<&ImportCandidate> {
        let is_new = |candidate: &&ImportCandidate| candidate.status == ImportStatus::New;
        match view {
            View::All => self.candidates.iter().collect(),
            View::NewUsersOnly => self.candidates.iter().filter(is_new).collect(),
            View::NewUsersFirst => {
                let (mut new, others): (Vec<_>, Vec<_>) = self.candidates.iter().partition(is_new);
                new.extend(others);
                new
            }
        }
    }

    /// Begins to import the accounts with these ids, each once, in the order given.
    ///
    /// # Errors
    /// An id that is not in the list, a person whom the directory has (R34), a suspended account (R35), two accounts with one user
    /// name (D9), or nobody: then nothing is imported.
    pub fn select<'a>(&self, accounts: impl IntoIterator<Item = &'a str>) -> Result<Import, ImportError> {
        let by_id: BTreeMap<&str, &ImportCandidate> =
            self.candidates.iter().map(|candidate| (candidate.account.as_str(), candidate)).collect();
        let mut selected: Vec<ImportCandidate> = Vec::new();
        let mut taken = BTreeMap::new();
        for account in accounts {
            let candidate = by_id.get(account).ok_or_else(|| ImportError::Unknown(account.into()))?;
            match &candidate.status {
                ImportStatus::Imported { .. } => return Err(ImportError::Imported(account.into())),
                ImportStatus::Suspended => return Err(ImportError::Suspended(account.into())),
                ImportStatus::New => {}
            }
            if let Some(other) = taken.insert(candidate.user_name.to_lowercase(), account) {
                if other == account {
                    continue;
                }
                return Err(ImportError::SameName { account: account.into(), other: other.into() });
            }
            selected.push((*candidate).clone());
        }
        if selected.is_empty() { Err(ImportError::Nobody) } else { Ok(Import::new(selected)) }
    }
}

/// The accounts of every page of a list, for [`ImportList::compare`]; `None` unless there are as many different ids as the
/// service provider says there are (F33): an account that is missing from the list would look as if it were not at Heap.
///
/// ```
/// use heap_identity::{connector::whole_list, scim::{ListResponse, User}};
/// let page = ListResponse::<User>::from_slice(br#"{"totalResults": 2, "Resources": [{"id": "7", "userName": "ann"}]}"#)?;
/// assert!(whole_list([page]).is_none());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn whole_list(pages: impl IntoIterator<Item = ListResponse<User>>) -> Option<Vec<User>> {
    let mut total = 0;
    let mut users = BTreeMap::new();
    for page in pages {
        total = page.total_results;
        users.extend(page.resources.into_iter().filter_map(|user| Some((user.id.clone()?, user))));
    }
    (u64::try_from(users.len()) == Ok(total)).then(|| users.into_values().collect())
}
