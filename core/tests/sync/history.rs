//! A directory that changes by chance, in the plainest form, and what a tenant must hold then.

use std::collections::{BTreeMap, BTreeSet};

use heap_identity::entropy::Seeded;
use serde_json::{Value, json};

#[derive(Clone)]
struct Person {
    user_name: String,
    given_name: String,
    is_active: bool,
}

#[derive(Clone)]
struct Group {
    name: String,
    is_bound: bool,
    members: BTreeSet<String>,
}

/// The directory now, and who and what was ever in it.
pub(crate) struct History {
    dice: Seeded,
    people: BTreeMap<String, Person>,
    groups: BTreeMap<String, Group>,
    /// People who are gone, to return (R32).
    gone: BTreeMap<String, Person>,
    /// The ids of groups that were unbound: they stay at the tenant as they were (R29).
    released: BTreeSet<String>,
    next: usize,
}

impl History {
    pub(crate) fn new(seed: u64) -> Self {
        let mut history = Self {
            dice: Seeded::new(seed),
            people: BTreeMap::new(),
            groups: BTreeMap::new(),
            gone: BTreeMap::new(),
            released: BTreeSet::new(),
            next: 1,
        };
        for _ in 0..12 {
            history.hire();
        }
        for _ in 0..4 {
            history.found();
        }
        history
    }

    pub(crate) fn below(&mut self, bound: usize) -> usize {
        usize::try_from(self.dice.next_u64() % bound.max(1) as u64).unwrap()
    }

    /// Some changes at once.
    pub(crate) fn step(&mut self) {
        for _ in 0..3 + self.below(8) {
            self.change();
        }
    }

    fn change(&mut self) {
        match self.below(12) {
            0 => self.hire(),
            1 => self.found(),
            2 => {
                if let Some(id) = self.somebody() {
                    let person = self.people.remove(&id).unwrap();
                    self.gone.insert(id.clone(), person);
                    for group in self.groups.values_mut() {
                        group.members.remove(&id);
                    }
                }
            }
            3 => {
                if let Some((id, person)) = self.gone.pop_first() {
                    self.people.insert(id, person);
                }
            }
            4 => {
                let id = self.somebody();
                let person = id.and_then(|id| self.people.get_mut(&id));
                if let Some(person) = person {
                    person.is_active = !person.is_active;
                }
            }
            5 => {
                let (id, number) = (self.somebody(), self.number());
                if let Some(person) = id.and_then(|id| self.people.get_mut(&id)) {
                    person.given_name = format!("Given {number}");
                }
            }
            6 => {
                let (id, number) = (self.some_group(), self.number());
                if let Some(group) = id.and_then(|id| self.groups.get_mut(&id)) {
                    group.name = format!("Team {number}");
                }
            }
            7 => {
                let id = self.some_group();
                drop(id.and_then(|id| self.groups.remove(&id)));
            }
            8 if self.below(3) == 0 => {
                if let Some((id, group)) =
                    self.some_group().and_then(|id| self.groups.get_mut(&id).map(|group| (id, group)))
                {
                    group.is_bound = false;
                    self.released.insert(id);
                }
            }
            _ => self.join_or_leave(),
        }
    }

    fn hire(&mut self) {
        let number = self.number();
        let person = Person {
            user_name: format!("user{number}@example.com"),
            given_name: format!("Given {number}"),
            is_active: self.below(8) > 0,
        };
        self.people.insert(format!("p{number}"), person);
        self.join_or_leave();
    }

    fn found(&mut self) {
        let number = self.number();
        let mut group = Group { name: format!("Team {number}"), is_bound: true, members: BTreeSet::new() };
        for _ in 0..self.below(6) {
            group.members.extend(self.somebody());
        }
        self.groups.insert(format!("g{number}"), group);
    }

    fn join_or_leave(&mut self) {
        let (person, group) = (self.somebody(), self.some_group());
        let group = group.and_then(|id| self.groups.get_mut(&id));
        if let Some((person, group)) = person.zip(group) {
            if !group.members.remove(&person) {
                group.members.insert(person);
            }
        }
    }

    fn number(&mut self) -> usize {
        self.next += 1;
        self.next
    }

    fn somebody(&mut self) -> Option<String> {
        let at = self.below(self.people.len());
        self.people.keys().nth(at).cloned()
    }

    fn some_group(&mut self) -> Option<String> {
        let at = self.below(self.groups.len());
        self.groups.iter().filter(|(_, group)| group.is_bound).map(|(id, _)| id).nth(at).cloned()
    }

    pub(crate) fn document(&self) -> String {
        let users = self.people.iter().map(|(id, person)| {
            json!({"id": id, "userName": person.user_name, "givenName": person.given_name, "active": person.is_active})
        });
        let groups = self.groups.iter().map(|(id, group)| {
            json!({"id": id, "name": group.name, "bound": group.is_bound, "members": group.members})
        });
        json!({"users": users.collect::<Value>(), "groups": groups.collect::<Value>()}).to_string()
    }

    /// Every difference between this directory and what a tenant holds.
    pub(crate) fn differences(&self, users: &[Value], groups: &[Value]) -> Vec<String> {
        let mut found = Vec::new();
        let mut accounts: BTreeMap<&str, (&str, bool)> = BTreeMap::new();
        let mut names: BTreeMap<&str, &str> = BTreeMap::new();
        for user in users {
            let text = |key| user[key].as_str().unwrap_or_default();
            let account = (user["name"]["givenName"].as_str().unwrap_or_default(), user["active"] == true);
            names.insert(text("id"), text("userName"));
            if accounts.insert(text("userName"), account).is_some() {
                found.push(format!("{} has two accounts", text("userName")));
            }
        }
        let bound: Vec<&Group> = self.groups.values().filter(|group| group.is_bound).collect();
        for (id, person) in &self.people {
            let is_wanted = person.is_active && bound.iter().any(|group| group.members.contains(id));
            match accounts.get(person.user_name.as_str()) {
                None if is_wanted => found.push(format!("{id} has no account")),
                Some((_, is_active)) if *is_active != is_wanted => {
                    found.push(format!("{id} is active: {is_active}"));
                }
                Some((name, true)) if *name != person.given_name => {
                    found.push(format!("{id} is called {name}"));
                }
                _ => {}
            }
        }
        for (id, person) in self
            .gone
            .iter()
            .filter(|(_, person)| accounts.get(person.user_name.as_str()).is_some_and(|account| account.1))
        {
            found.push(format!("{id} is gone and {} is active", person.user_name));
        }
        self.group_differences(groups, &names, &mut found);
        found
    }

    fn group_differences(&self, groups: &[Value], names: &BTreeMap<&str, &str>, found: &mut Vec<String>) {
        let mut held: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
        let is_released =
            |group: &&Value| group["externalId"].as_str().is_some_and(|id| self.released.contains(id));
        for group in groups.iter().filter(|group| !is_released(group)) {
            let name = group["displayName"].as_str().unwrap_or_default();
            let members = group["members"].as_array().into_iter().flatten();
            let members = members.filter_map(|member| names.get(member["value"].as_str()?).copied());
            if held.insert(name, members.collect()).is_some() {
                found.push(format!("`{name}` is there twice"));
            }
        }
        let accounts: BTreeSet<&str> = names.values().copied().collect();
        let mut known = BTreeSet::new();
        for group in self.groups.values().filter(|group| group.is_bound) {
            known.insert(group.name.as_str());
            let members = group.members.iter().map(|id| self.people[id].user_name.as_str());
            let wanted: BTreeSet<&str> = members.filter(|name| accounts.contains(name)).collect();
            let is = held.get(group.name.as_str()).cloned().unwrap_or_default();
            if wanted != is {
                found.push(format!("`{}` has {is:?}, not {wanted:?}", group.name));
            }
        }
        for name in held.keys().filter(|name| !known.contains(*name)) {
            found.push(format!("`{name}` is not in the directory"));
        }
    }
}
