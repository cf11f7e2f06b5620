//! Looking before acting again: what a creation with an unknown outcome left behind (F08, F09, F39).

use alloc::{string::String, vec::Vec};

use super::{
    Engine,
    answer::NOT_A_LIST,
    flight::Task,
    learned::Learned,
    messages::{self, Page},
};
use crate::{
    scim::{
        client::{Endpoint, Listing, Progress},
        service::Kind,
    },
    sync::{
        Config,
        planted::{Bug, is_planted},
        state::{Account, Team, same_user_name},
    },
    wire::Request,
};

/// A search by name: by filter where filters are known to work, else through the whole list (F41).
#[derive(Debug)]
pub(super) struct Search {
    /// Why the search began, where Heap said so (409); none where an answer was lost.
    pub(super) conflict: Option<String>,
    /// Under which name the lost creation was sent, where the directory has another by now.
    pub(super) former: Option<String>,
    listing: Option<Listing>,
    /// How many resources of the kind we had made when this page was asked for, and when the one before was.
    made: (u64, u64),
    accounts: Vec<Account>,
    teams: Vec<Team>,
}

/// What a page of the search showed.
pub(super) enum Found<T> {
    /// The search has not ended.
    MoreToRead,
    /// These have the name; none means that there is none, on evidence.
    These(Vec<T>),
    /// The answer cannot be read, or the list is never complete.
    Unreadable(String),
}

impl Search {
    /// A search after a 409 with its reason; without one after a lost answer or a restart (D12).
    pub(super) const fn new(conflict: Option<String>) -> Self {
        Self { conflict, former: None, listing: None, made: (0, 0), accounts: Vec::new(), teams: Vec::new() }
    }

    /// A search for what a creation under this name has left, of which nobody knows the outcome (D12).
    pub(super) fn lost(name: &str, is_current: bool) -> Self {
        Self { former: (!is_current).then(|| name.into()), ..Self::new(None) }
    }

    /// The name to look for; `name` is the one in the directory.
    pub(super) fn name<'n>(&'n self, name: &'n str) -> &'n str {
        self.former.as_deref().unwrap_or(name)
    }

    pub(super) fn request(
        &mut self,
        endpoint: &Endpoint,
        config: &Config,
        learned: &Learned,
        kind: Kind,
        name: &str,
    ) -> (Task, Request) {
        self.asks(kind, learned);
        match &self.listing {
            Some(listing) => {
                (Task::Page(kind), messages::list(endpoint, config, kind, &listing.position(), true))
            }
            None => (Task::LookUp(kind), messages::look_up(endpoint, kind, self.name(name))),
        }
    }

    /// Another page is about to be asked for.
    fn asks(&mut self, kind: Kind, learned: &Learned) {
        self.made = (learned.made(kind), self.made.0);
    }

    /// Whether it still asks by filter.
    pub(super) const fn uses_filter(&self) -> bool {
        self.listing.is_none()
    }

    /// Gives the filter up for the whole list.
    pub(super) fn over_the_list(self, learned: &Learned) -> Self {
        Self { listing: Some(learned.listing()), ..self }
    }

    fn filtering<'l>(&self, kind: Kind, learned: &'l Learned) -> Filtering<'l> {
        let made_since = learned.made(kind).saturating_sub(self.made.1);
        Filtering { is_proven: learned.proven_filters.contains(&kind), made_since, learned }
    }

    pub(super) fn take_accounts(
        &mut self,
        page: Option<Page<Account>>,
        name: &str,
        learned: &Learned,
    ) -> Found<Account> {
        let name = String::from(self.name(name));
        let is_named = |account: &Account| same_user_name(&account.user_name, &name);
        let filter = self.filtering(Kind::User, learned);
        take(&mut self.listing, &mut self.accounts, page, &filter, |account| &account.id, is_named)
    }

    pub(super) fn take_teams(
        &mut self,
        page: Option<Page<Team>>,
        name: &str,
        group: &str,
        learned: &Learned,
    ) -> Found<Team> {
        let name = String::from(self.name(name));
        // Somebody may have renamed it since.
        let is_named = |team: &Team| team.name == name || team.external_id.as_deref() == Some(group);
        let filter = self.filtering(Kind::Group, learned);
        take(&mut self.listing, &mut self.teams, page, &filter, |team| &team.id, is_named)
    }
}

/// Whether an empty answer to a filter may be believed, and how the whole list is read otherwise (F41).
struct Filtering<'l> {
    is_proven: bool,
    /// How many resources we have made since the page before.
    made_since: u64,
    learned: &'l Learned,
}

fn take<T>(
    listing: &mut Option<Listing>,
    found: &mut Vec<T>,
    page: Option<Page<T>>,
    filter: &Filtering<'_>,
    id: impl Fn(&T) -> &str,
    is_named: impl Fn(&T) -> bool,
) -> Found<T> {
    let Some(page) = page else {
        return Found::Unreadable(NOT_A_LIST.into());
    };
    let Some(reading) = listing else {
        let named: Vec<T> = page.items.into_iter().filter(is_named).collect();
        // An answer with anything else in it, or with more to come, is a part of the list: what is looked for may be in another
        // part. And nothing is believed only of a filter that is known to find (F41).
        let is_whole = u64::try_from(named.len()).is_ok_and(|named| named == page.total);
        let is_believed = !named.is_empty() || filter.is_proven || is_planted(Bug::EmptyAnswerIsBelieved);
        if is_whole && is_believed {
            return Found::These(named);
        }
        *listing = Some(filter.learned.listing());
        return Found::MoreToRead;
    };
    // What we made hides what others have removed meanwhile, which moves others to pages already read (F34).
    reading.made_meanwhile(filter.made_since);
    let ids: Vec<&str> = page.items.iter().map(&id).collect();
    match reading.page(page.total, page.next_cursor.as_deref(), ids.into_iter()) {
        Ok(Progress::Again) => {
            found.clear();
            Found::MoreToRead
        }
        Ok(progress) => {
            for item in page.items.into_iter().filter(is_named) {
                if !found.iter().any(|known| id(known) == id(&item)) {
                    found.push(item);
                }
            }
            if progress == Progress::More { Found::MoreToRead } else { Found::These(core::mem::take(found)) }
        }
        Err(error) => Found::Unreadable(alloc::format!("{error}")),
    }
}

impl Engine {
    pub(super) fn note_filter(&mut self, search: &Search, kind: Kind) {
        if search.uses_filter() {
            self.learned.proven_filters.insert(kind);
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::{
        string::{String, ToString},
        vec::Vec,
    };

    use super::{Account, Found, Kind, Learned, Page, Search};

    fn page(total: u64, names: &[&str]) -> Option<Page<Account>> {
        let account =
            |name: &&str| Account { id: (*name).into(), user_name: (*name).into(), ..Account::default() };
        Some(Page { total, next_cursor: None, items: names.iter().map(account).collect() })
    }

    fn names(found: Found<Account>) -> Option<Vec<String>> {
        match found {
            Found::These(accounts) => {
                Some(accounts.into_iter().map(|account| account.id.to_string()).collect())
            }
            _ => None,
        }
    }

    fn proven() -> Learned {
        let mut learned = Learned::new();
        learned.proven_filters.insert(Kind::User);
        learned
    }

    #[test]
    fn f41_an_empty_answer_is_believed_only_of_a_filter_that_has_found_something() {
        let mut search = Search::new(None);
        assert_eq!(names(search.take_accounts(page(0, &[]), "ann", &proven())), Some(Vec::new()));
        assert_eq!(names(search.take_accounts(page(0, &[]), "ann", &Learned::new())), None);
        let mut search = Search::new(None);
        let found = search.take_accounts(page(1, &["Ann"]), "ann", &Learned::new());
        assert_eq!(names(found).unwrap(), ["Ann"]);
    }

    #[test]
    fn f34_what_we_made_while_a_list_is_read_does_not_hide_that_others_removed_something() {
        let (mut search, mut learned) = (Search::new(None), Learned::new());
        let mut take = |learned: &Learned, page| {
            search.asks(Kind::User, learned);
            names(search.take_accounts(page, "ann", learned))
        };
        assert_eq!(take(&learned, page(0, &[])), None);
        assert_eq!(take(&learned, page(3, &["bob", "cleo"])), None);
        // Bob is removed, which moves Ann to the first page; and we have made Dan.
        learned.note_made(Kind::User);
        assert_eq!(take(&learned, page(3, &["dan"])), None);
        assert_eq!(take(&learned, page(3, &["cleo", "Ann"])), None);
        assert_eq!(take(&learned, page(3, &["dan"])).unwrap(), ["Ann"]);
    }

    #[test]
    fn f41_a_filter_that_is_ignored_is_not_believed() {
        let mut search = Search::new(None);
        assert_eq!(names(search.take_accounts(page(9, &["bob"]), "ann", &proven())), None);
        assert!(!search.uses_filter());
    }

    #[test]
    fn f41_what_an_ignored_filter_shows_of_the_name_is_not_taken_for_all_of_it() {
        for first in [page(3, &["Ann", "bob"]), page(2, &["Ann"])] {
            let mut search = Search::new(None);
            assert_eq!(names(search.take_accounts(first, "ann", &proven())), None);
            assert!(!search.uses_filter());
        }
    }
}
