//! Who may be the same person under another name. A hint for a reader's eye, never acted on: two people with one name exist.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::hash::BuildHasher;

use hashbrown::DefaultHashBuilder;

use crate::{
    directory::{PersonId, Snapshot},
    limits::CONNECTOR_SUGGESTION_LETTERS_MAX,
};

/// From how many letters on one letter may be a slip: of shorter names, too many are as near to each other.
const SLIP_LETTERS_MIN: usize = 8;

/// The people of a directory by what stays of a name when spelling is left aside, and by what stays of it without any one of its
/// letters: two names of which one letter differs have something of that in common. So a look-up takes a name's length, whatever the
/// number of people.
#[derive(Debug)]
pub(super) struct Names<'s> {
    directory: &'s Snapshot,
    hashes: DefaultHashBuilder,
    /// Hashes of names and who has them, in order.
    whole: Vec<(u64, PersonId)>,
    /// The same of names without one of their letters.
    shortened: Vec<(u64, PersonId)>,
}

impl<'s> Names<'s> {
    pub(super) fn of(directory: &'s Snapshot) -> Self {
        let hashes = DefaultHashBuilder::default();
        let (mut whole, mut shortened) = (Vec::new(), Vec::new());
        for person in directory.people() {
            let keys = [
                local_part(person.user_name()),
                person.email().and_then(local_part),
                whole_name(person.given_name(), person.family_name()),
            ];
            for key in keys.into_iter().flatten() {
                whole.push((hashes.hash_one(&key), person.number()));
                shortened.extend(slips(&key).map(|slip| (hashes.hash_one(slip), person.number())));
            }
        }
        for entries in [&mut whole, &mut shortened] {
            entries.sort_unstable();
            entries.dedup();
        }
        Self { directory, hashes, whole, shortened }
    }

    /// The one person whose address or whole name is like this one's: the same but for its spelling, else but for one letter.
    pub(super) fn near(&self, user_name: &str, given: Option<&str>, family: Option<&str>) -> Option<String> {
        let keys = [local_part(user_name), whole_name(given, family)];
        let keys = || keys.iter().flatten();
        let same = keys().find_map(|key| the_one(held(&self.whole, self.hashes.hash_one(key))));
        let person = same.or_else(|| keys().find_map(|key| self.one_letter_off(key)))?;
        self.directory.person_by_number(person).map(|person| person.id().to_string())
    }

    fn one_letter_off(&self, key: &str) -> Option<PersonId> {
        // A name that several people have is nobody's slip.
        if held(&self.whole, self.hashes.hash_one(key)).next().is_some() {
            return None;
        }
        let longer = held(&self.shortened, self.hashes.hash_one(key));
        let others = slips(key).map(|slip| self.hashes.hash_one(slip));
        let others = others.flat_map(|slip| held(&self.whole, slip).chain(held(&self.shortened, slip)));
        the_one(longer.chain(others))
    }
}

/// Who has a name: of several with one name, two are enough to know.
fn held(entries: &[(u64, PersonId)], hash: u64) -> impl Iterator<Item = PersonId> {
    let from = entries.partition_point(|(other, _)| *other < hash);
    let same = entries.iter().skip(from).take_while(move |(other, _)| *other == hash);
    same.map(|(_, person)| *person).take(2)
}

/// The only person among them, if there is one.
fn the_one(mut people: impl Iterator<Item = PersonId>) -> Option<PersonId> {
    let first = people.next()?;
    people.all(|other| other == first).then_some(first)
}

/// A name without each of its letters, where it is long enough to be told by the others.
fn slips(key: &str) -> impl Iterator<Item = String> {
    let name = key.get(TAG.len()..).unwrap_or_default();
    let letters = name.chars().filter(|c| c.is_alphanumeric()).count();
    let fits = (SLIP_LETTERS_MIN..=CONNECTOR_SUGGESTION_LETTERS_MAX).contains(&letters);
    let at = key.char_indices().skip(TAG.len()).filter(move |(_, c)| fits && c.is_alphanumeric());
    at.map(|(at, letter)| {
        let (before, after) = (key.get(..at), key.get(at.saturating_add(letter.len_utf8())..));
        format!("{}{}", before.unwrap_or_default(), after.unwrap_or_default())
    })
}

/// What stands before a name is as long as this, and says what kind of name it is.
const TAG: &str = "a ";

/// What is before the `@`, without a `+tag`, dots, dashes and case: `Ann.Lee+heap@example.com` is `annlee`.
fn local_part(address: &str) -> Option<String> {
    let local = address.split('@').next()?.split('+').next()?;
    let letters = folded(local);
    // Two letters are initials, which many people share.
    (letters.chars().count() > 2).then(|| format!("a {letters}"))
}

fn whole_name(given: Option<&str>, family: Option<&str>) -> Option<String> {
    let (given, family) = (folded(given?), folded(family?));
    (!given.is_empty() && !family.is_empty()).then(|| format!("n {given} {family}"))
}

fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
