//! Who may be the same person under another name. A hint for a reader's eye, never acted on: two people with one name exist.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
};

use crate::directory::Snapshot;

/// The people of a directory by what stays of a name when spelling is left aside. `None` where several people share it.
#[derive(Debug)]
pub(super) struct Names<'s> {
    by_name: BTreeMap<String, Option<&'s str>>,
}

impl<'s> Names<'s> {
    pub(super) fn of(directory: &'s Snapshot) -> Self {
        let mut by_name: BTreeMap<String, Option<&'s str>> = BTreeMap::new();
        for person in directory.people() {
            let keys = [
                local_part(person.user_name()),
                person.email().and_then(local_part),
                whole_name(person.given_name(), person.family_name()),
            ];
            for key in keys.into_iter().flatten() {
                let id = person.id();
                by_name
                    .entry(key)
                    .and_modify(|known| *known = known.filter(|known| *known == id))
                    .or_insert(Some(id));
            }
        }
        Self { by_name }
    }

    /// The one person whose address or whole name is like this one's.
    pub(super) fn near(&self, user_name: &str, given: Option<&str>, family: Option<&str>) -> Option<String> {
        let keys = [local_part(user_name), whole_name(given, family)];
        let near = keys.into_iter().flatten().find_map(|key| self.by_name.get(&key).copied().flatten());
        near.map(ToString::to_string)
    }
}

/// What is before the `@`, without a `+tag`, dots, dashes and case: `Ann.Lee+heap@example.com` is `annlee`.
fn local_part(address: &str) -> Option<String> {
    let local = address.split('@').next()?.split('+').next()?;
    let letters = folded(local);
    // Two letters are initials, which many people share.
    (letters.chars().count() > 2).then(|| format!("address {letters}"))
}

fn whole_name(given: Option<&str>, family: Option<&str>) -> Option<String> {
    let (given, family) = (folded(given?), folded(family?));
    (!given.is_empty() && !family.is_empty()).then(|| format!("name {given} {family}"))
}

fn folded(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}
