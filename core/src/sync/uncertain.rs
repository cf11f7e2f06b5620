//! Creations whose outcome is not known: they are looked for before they are repeated (D12).

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
};

use super::state::same_user_name;

/// What was sent to be created and nothing has shown yet, by directory id.
#[derive(Debug, Default)]
pub(crate) struct Uncertain {
    /// With the user name.
    pub(crate) people: BTreeMap<String, String>,
    /// User names that such a creation was sent with before the person got another one, or an account by another way. Lists may
    /// come late, and then an account of ours is still to show under one of them.
    former: BTreeMap<String, BTreeSet<String>>,
    /// With the name.
    pub(crate) groups: BTreeMap<String, String>,
}

impl Uncertain {
    /// An account is about to be created under this user name.
    pub(crate) fn user_intended(&mut self, person: &str, user_name: &str) {
        self.user_settled(person, user_name);
        self.people.insert(person.to_string(), user_name.to_string());
    }

    /// The person has an account under this user name.
    pub(crate) fn user_settled(&mut self, person: &str, user_name: &str) {
        let before = self.people.remove(person);
        if let Some(before) = before.filter(|before| !same_user_name(before, user_name)) {
            self.former.entry(person.to_string()).or_default().insert(before);
        }
        self.forget_former(person, user_name);
    }

    /// What was sent under this name is not looked for any more.
    pub(crate) fn forget_former(&mut self, person: &str, user_name: &str) {
        if let Some(names) = self.former.get_mut(person) {
            names.retain(|name| !same_user_name(name, user_name));
            if names.is_empty() {
                self.former.remove(person);
            }
        }
    }

    /// People, each with a user name that they no longer have.
    pub(crate) fn former(&self) -> impl Iterator<Item = (&String, &String)> {
        self.former.iter().flat_map(|(person, names)| names.iter().map(move |name| (person, name)))
    }
}
