//! The directory in the plainest form, kept apart from the engine's own: what the tenant is compared with at the end.

use std::collections::{BTreeMap, BTreeSet};

use heap_identity::directory::{Change, Group, Person, Snapshot};

#[derive(Clone, Debug, Default)]
pub struct Model {
    pub people: BTreeMap<String, Person>,
    pub groups: BTreeMap<String, Group>,
    pub members: BTreeMap<String, BTreeSet<String>>,
    pub group_management: bool,
    /// The user name of everybody who was ever there, by directory id: who is gone must not be active.
    pub ever: BTreeMap<String, String>,
}

impl Model {
    pub fn new() -> Self {
        Self { group_management: true, ..Self::default() }
    }

    pub fn of(snapshot: &Snapshot) -> Self {
        let mut model = Self { group_management: snapshot.has_group_management(), ..Self::default() };
        for person in snapshot.people() {
            model.apply(&Change::PersonSet(person.to_person()));
        }
        for group in snapshot.groups() {
            model.apply(&Change::GroupSet(group.to_group()));
            for member in group.members() {
                model.apply(&Change::Joined { group: group.id().into(), person: member.id().into() });
            }
        }
        model
    }

    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::PersonSet(person) => {
                self.ever.insert(person.id.clone(), person.user_name.clone());
                self.people.insert(person.id.clone(), person.clone());
            }
            Change::PersonRemoved { person } => {
                self.people.remove(person);
                for members in self.members.values_mut() {
                    members.remove(person);
                }
            }
            Change::GroupSet(group) => drop(self.groups.insert(group.id.clone(), group.clone())),
            Change::GroupRemoved { group } => {
                self.groups.remove(group);
                self.members.remove(group);
            }
            Change::Joined { group, person } => {
                self.members.entry(group.clone()).or_default().insert(person.clone());
            }
            Change::Left { group, person } => {
                self.members.entry(group.clone()).or_default().remove(person);
            }
            Change::GroupManagement(on) => self.group_management = *on,
            // What this model does not know shows up as a difference.
            _ => {}
        }
    }

    pub fn snapshot(&self) -> Result<Snapshot, heap_identity::directory::Error> {
        let mut builder = Snapshot::builder();
        builder.group_management(self.group_management);
        let mut people = BTreeMap::new();
        for (id, person) in &self.people {
            people.insert(id, builder.person(person)?);
        }
        for (id, group) in &self.groups {
            let number = builder.group(group)?;
            for member in self.members.get(id).into_iter().flatten() {
                if let Some(person) = people.get(member) {
                    builder.member(number, *person);
                }
            }
        }
        builder.complete()
    }

    /// Who is active at the identity provider and in a bound group (R12, R32), by directory id.
    pub fn wanted(&self) -> BTreeSet<&str> {
        let bound =
            self.members.iter().filter(|(group, _)| self.groups.get(*group).is_some_and(|group| group.bound));
        let held = bound.flat_map(|(_, members)| members);
        held.filter(|id| self.people.get(*id).is_some_and(|person| person.active))
            .map(String::as_str)
            .collect()
    }
}
