use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use core::mem;

use super::{
    folded,
    table::{Index, Table},
};
use crate::directory::{Change, Denial, Group, Person, Snapshot};

/// A directory id, shared by everything that names it.
pub(crate) type Id = Arc<str>;

/// A person as the directory has them now.
#[derive(Debug)]
pub(crate) struct DesiredPerson {
    pub(crate) person: Person,
    pub(crate) groups: BTreeSet<Id>,
}

/// A group as the directory has it now.
#[derive(Debug)]
pub(crate) struct DesiredGroup {
    pub(crate) group: Group,
    pub(crate) members: BTreeSet<Id>,
}

/// Which memberships of a group may have changed.
#[derive(Clone, Debug)]
pub(crate) enum Scope {
    /// Any.
    All,
    /// Those of these people.
    Only(BTreeSet<Id>),
}

/// What changes have touched since the last plan, so that a plan costs by the change and not by the directory.
#[derive(Debug, Default)]
pub(crate) struct Touched {
    pub(crate) people: BTreeSet<Id>,
    pub(crate) groups: BTreeMap<Id, Scope>,
}

/// The directory as it is now: a snapshot and the changes since.
#[derive(Debug)]
pub(crate) struct Desired {
    people: Table<Id, DesiredPerson>,
    groups: Table<Id, DesiredGroup>,
    /// Who has a user name, in lower case (D9).
    user_names: Index<Id>,
    /// Which groups have a name, exactly (D9).
    group_names: Index<Id>,
    group_management: bool,
    touched: Touched,
}

impl From<&Snapshot> for Desired {
    fn from(snapshot: &Snapshot) -> Self {
        let mut desired = Self {
            people: Table::default(),
            groups: Table::default(),
            user_names: Index::default(),
            group_names: Index::default(),
            group_management: snapshot.has_group_management(),
            touched: Touched::default(),
        };
        for person in snapshot.people() {
            desired.set_person(person.to_person());
        }
        for group in snapshot.groups() {
            desired.set_group(group.to_group());
            for member in group.members() {
                desired.join(group.id(), member.id());
            }
        }
        desired.touched = Touched::default();
        desired
    }
}

impl Desired {
    pub(crate) fn person(&self, id: &str) -> Option<&DesiredPerson> {
        self.people.get(id)
    }

    pub(crate) fn group(&self, id: &str) -> Option<&DesiredGroup> {
        self.groups.get(id)
    }

    pub(crate) const fn people(&self) -> &Table<Id, DesiredPerson> {
        &self.people
    }

    pub(crate) const fn groups(&self) -> &Table<Id, DesiredGroup> {
        &self.groups
    }

    pub(crate) fn has_group_management(&self) -> bool {
        self.group_management
    }

    pub(crate) fn has_people(&self) -> bool {
        !self.people.is_empty()
    }

    /// Why a person may not use the application, which single sign-on answers in the same way (R12, R32; with group management off too: D7).
    pub(crate) fn denial(&self, id: &str) -> Option<Denial> {
        let person = self.people.get(id);
        let is_held = || person.is_some_and(|desired| self.has_bound_group(desired));
        Denial::of(person.map(|desired| desired.person.active), is_held)
    }

    pub(crate) fn should_be_active(&self, id: &str) -> bool {
        self.denial(id).is_none()
    }

    pub(crate) fn has_bound_group(&self, desired: &DesiredPerson) -> bool {
        desired.groups.iter().any(|group| self.groups.get(group).is_some_and(|held| held.group.bound))
    }

    /// The people who have a user name, case apart (D9).
    pub(crate) fn with_user_name(&self, user_name: &str) -> impl Iterator<Item = &Id> {
        self.user_names.get(&folded(user_name)).into_iter().flatten()
    }

    /// The groups that have a name.
    pub(crate) fn with_group_name(&self, name: &str) -> impl Iterator<Item = &Id> {
        self.group_names.get(name).into_iter().flatten()
    }

    pub(crate) fn take_touched(&mut self) -> Touched {
        mem::take(&mut self.touched)
    }

    pub(crate) fn is_touched(&self) -> bool {
        !self.touched.people.is_empty() || !self.touched.groups.is_empty()
    }

    /// Whether a change has touched a person since the last plan.
    pub(crate) fn is_touched_person(&self, person: &str) -> bool {
        self.touched.people.contains(person)
    }

    /// Whether a change has touched a group since the last plan. If so all of it is to be planned again: who asks gives a step
    /// about it up.
    pub(crate) fn widen_touched_group(&mut self, group: &str) -> bool {
        let touched = self.touched.groups.get_mut(group);
        touched.map(|scope| *scope = Scope::All).is_some()
    }

    /// Has a person planned again.
    pub(crate) fn touch_person(&mut self, person: &str) {
        self.touched.people.insert(person.into());
    }

    /// Has a group planned again.
    pub(crate) fn touch_group(&mut self, group: &str) {
        self.touched.groups.insert(group.into(), Scope::All);
    }

    /// Takes a change over. A membership of somebody or something that the directory does not know says nothing.
    pub(crate) fn apply(&mut self, change: Change) {
        match change {
            Change::PersonSet(person) => self.set_person(person),
            Change::PersonRemoved { person } => self.remove_person(&person),
            Change::GroupSet(group) => self.set_group(group),
            Change::GroupRemoved { group } => self.remove_group(&group),
            Change::Joined { group, person } => self.join(&group, &person),
            Change::Left { group, person } => self.leave(&group, &person),
            Change::GroupManagement(on) => self.set_group_management(on),
        }
    }

    fn set_person(&mut self, person: Person) {
        let id: Id = person.id.as_str().into();
        let groups = match self.people.remove(&id) {
            Some(before) => {
                self.touch_namesakes(&before.person.user_name);
                self.user_names.forget(&folded(&before.person.user_name), &id);
                before.groups
            }
            None => BTreeSet::new(),
        };
        self.touch_namesakes(&person.user_name);
        self.user_names.remember(folded(&person.user_name), id.clone());
        for group in &groups {
            self.touched.membership(group, &id);
        }
        self.touched.people.insert(id.clone());
        self.people.insert(id, DesiredPerson { person, groups });
    }

    /// Whoever has the same user name may now get the account, or lose the claim to it (D9).
    fn touch_namesakes(&mut self, user_name: &str) {
        let namesakes = self.user_names.get(&folded(user_name));
        self.touched.people.extend(namesakes.into_iter().flatten().cloned());
    }

    fn remove_person(&mut self, id: &str) {
        let Some((id, before)) = self.people.remove_entry(id) else { return };
        self.touch_namesakes(&before.person.user_name);
        self.user_names.forget(&folded(&before.person.user_name), &id);
        for group in &before.groups {
            if let Some(desired) = self.groups.get_mut(group) {
                desired.members.remove(&id);
            }
            self.touched.membership(group, &id);
        }
        self.touched.people.insert(id);
    }

    fn set_group(&mut self, group: Group) {
        let id: Id = group.id.as_str().into();
        let members = match self.groups.remove(&id) {
            Some(before) => {
                self.group_names.forget(&before.group.name, &id);
                if before.group.bound != group.bound {
                    self.touched.people.extend(before.members.iter().cloned());
                }
                before.members
            }
            None => BTreeSet::new(),
        };
        self.group_names.remember(group.name.clone(), id.clone());
        self.touched.groups.insert(id.clone(), Scope::All);
        self.groups.insert(id, DesiredGroup { group, members });
    }

    fn remove_group(&mut self, id: &str) {
        let Some((id, before)) = self.groups.remove_entry(id) else { return };
        self.group_names.forget(&before.group.name, &id);
        for member in &before.members {
            if let Some(desired) = self.people.get_mut(member) {
                desired.groups.remove(&id);
            }
        }
        self.touched.people.extend(before.members);
        self.touched.groups.insert(id, Scope::All);
    }

    fn join(&mut self, group: &str, person: &str) {
        let Some((group, _)) = self.groups.get_key_value(group) else { return };
        let Some((person, _)) = self.people.get_key_value(person) else { return };
        let (group, person) = (group.clone(), person.clone());
        self.touched.membership(&group, &person);
        self.touched.people.insert(person.clone());
        if let Some(desired) = self.people.get_mut(&person) {
            desired.groups.insert(group.clone());
        }
        if let Some(desired) = self.groups.get_mut(&group) {
            desired.members.insert(person);
        }
    }

    fn leave(&mut self, group: &str, person: &str) {
        let (group, person): (Id, Id) = (group.into(), person.into());
        if let Some(desired) = self.people.get_mut(&person) {
            desired.groups.remove(&group);
        }
        if let Some(desired) = self.groups.get_mut(&group) {
            desired.members.remove(&person);
        }
        self.touched.membership(&group, &person);
        self.touched.people.insert(person);
    }

    fn set_group_management(&mut self, on: bool) {
        self.group_management = on;
        let groups = self.groups.keys().map(|id| (id.clone(), Scope::All));
        self.touched.groups.extend(groups);
    }
}

impl Touched {
    fn membership(&mut self, group: &Id, person: &Id) {
        let scope = self.groups.entry(group.clone()).or_insert_with(|| Scope::Only(BTreeSet::new()));
        if let Scope::Only(people) = scope {
            people.insert(person.clone());
        }
    }
}
