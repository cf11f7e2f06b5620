use alloc::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use core::mem;

use super::{
    folded, same_user_name,
    table::{Few, Index, Table, Texts},
};
use crate::directory::{Change, Denial, Group, Person, Snapshot};

/// An id, of the directory or of Heap, shared by everything that names it.
pub(crate) type Id = Arc<str>;

/// A person as the directory has them now.
#[derive(Debug)]
pub(crate) struct DesiredPerson {
    pub(crate) person: Person,
    pub(crate) groups: Few<Id>,
    /// How many of the groups are bound: whether any is decides about access, and is asked whenever anything changes.
    bound_groups: usize,
}

/// A group as the directory has it now.
#[derive(Debug)]
pub(crate) struct DesiredGroup {
    pub(crate) group: Group,
    pub(crate) members: Texts<Id>,
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
            people: Table::with_capacity(snapshot.people_count()),
            groups: Table::with_capacity(snapshot.group_count()),
            user_names: Index::default(),
            group_names: Index::default(),
            group_management: snapshot.has_group_management(),
            touched: Touched::default(),
        };
        desired.user_names.reserve(snapshot.people_count());
        // What the directory has from the start has touched nothing.
        for person in snapshot.people() {
            let (id, person) = (Id::from(person.id()), person.to_person());
            desired.user_names.remember(&folded(&person.user_name), id.clone());
            desired.people.insert(id, DesiredPerson { person, groups: Few::None, bound_groups: 0 });
        }
        for group in snapshot.groups() {
            let id = Id::from(group.id());
            let mut members = Texts::with_capacity(group.members().size_hint().0);
            for member in group.members() {
                // People came in the order of the snapshot's rows.
                if let Some((person, member)) = desired.people.nth_mut(member.row_number() as usize) {
                    members.insert(person.clone());
                    member.groups.insert(id.clone());
                    member.bound_groups += usize::from(group.is_bound());
                }
            }
            desired.group_names.remember(group.name(), id.clone());
            desired.groups.insert(id, DesiredGroup { group: group.to_group(), members });
        }
        desired
    }
}

impl DesiredPerson {
    pub(crate) const fn has_bound_group(&self) -> bool {
        self.bound_groups > 0
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
        let is_held = || person.is_some_and(DesiredPerson::has_bound_group);
        Denial::of(person.map(|desired| desired.person.active), is_held)
    }

    pub(crate) fn should_be_active(&self, id: &str) -> bool {
        self.denial(id).is_none()
    }

    /// The people who have a user name, case apart (D9).
    pub(crate) fn with_user_name(&self, user_name: &str) -> impl Iterator<Item = &Id> {
        let has_it = move |id: &&Id| {
            let desired = self.people.get(id);
            desired.is_some_and(|desired| same_user_name(&desired.person.user_name, user_name))
        };
        self.user_names.ids(&folded(user_name)).filter(has_it)
    }

    /// The groups that have a name.
    pub(crate) fn with_group_name(&self, name: &str) -> impl Iterator<Item = &Id> {
        let has_it = move |id: &&Id| self.groups.get(id).is_some_and(|desired| desired.group.name == name);
        self.group_names.ids(name).filter(has_it)
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
        let (id, groups, bound_groups) = match self.people.remove_entry(&person.id) {
            Some((id, before)) => {
                self.touch_namesakes(&before.person.user_name);
                self.user_names.forget(&folded(&before.person.user_name), &id);
                (id, before.groups, before.bound_groups)
            }
            None => (Id::from(person.id.as_str()), Few::None, 0),
        };
        self.touch_namesakes(&person.user_name);
        self.user_names.remember(&folded(&person.user_name), id.clone());
        for group in groups.iter() {
            self.touched.membership(group, &id);
        }
        self.touched.people.insert(id.clone());
        self.people.insert(id, DesiredPerson { person, groups, bound_groups });
    }

    /// Whoever has the same user name may now get the account, or lose the claim to it (D9).
    fn touch_namesakes(&mut self, user_name: &str) {
        self.touched.people.extend(self.user_names.ids(&folded(user_name)).cloned());
    }

    fn remove_person(&mut self, id: &str) {
        let Some((id, before)) = self.people.remove_entry(id) else { return };
        self.touch_namesakes(&before.person.user_name);
        self.user_names.forget(&folded(&before.person.user_name), &id);
        for group in before.groups.iter() {
            if let Some(desired) = self.groups.get_mut(group) {
                desired.members.remove(&id);
            }
            self.touched.membership(group, &id);
        }
        self.touched.people.insert(id);
    }

    fn set_group(&mut self, group: Group) {
        let (id, members) = match self.groups.remove_entry(&group.id) {
            Some((id, before)) => {
                self.group_names.forget(&before.group.name, &id);
                if before.group.bound != group.bound {
                    self.touched.people.extend(before.members.unordered().cloned());
                    for member in before.members.unordered() {
                        if let Some(member) = self.people.get_mut(member) {
                            member.bound_groups -= usize::from(before.group.bound);
                            member.bound_groups += usize::from(group.bound);
                        }
                    }
                }
                (id, before.members)
            }
            None => (Id::from(group.id.as_str()), Texts::default()),
        };
        self.group_names.remember(&group.name, id.clone());
        self.touched.groups.insert(id.clone(), Scope::All);
        self.groups.insert(id, DesiredGroup { group, members });
    }

    fn remove_group(&mut self, id: &str) {
        let Some((id, before)) = self.groups.remove_entry(id) else { return };
        self.group_names.forget(&before.group.name, &id);
        for member in before.members.unordered() {
            if let Some(desired) = self.people.get_mut(member) {
                desired.groups.remove(&id);
                desired.bound_groups -= usize::from(before.group.bound);
            }
        }
        self.touched.people.extend(before.members.unordered().cloned());
        self.touched.groups.insert(id, Scope::All);
    }

    fn join(&mut self, group: &str, person: &str) {
        let Some((group, joined)) = self.groups.get_key_value_mut(group) else { return };
        let Some((person, joining)) = self.people.get_key_value_mut(person) else { return };
        if joining.groups.insert(group.clone()) {
            joining.bound_groups += usize::from(joined.group.bound);
        }
        joined.members.insert(person.clone());
        self.touched.membership(group, person);
        self.touched.people.insert(person.clone());
    }

    fn leave(&mut self, group: &str, person: &str) {
        let mut is_bound = false;
        let group: Id = match self.groups.get_key_value_mut(group) {
            Some((group, left)) => {
                left.members.remove(person);
                is_bound = left.group.bound;
                group.clone()
            }
            None => group.into(),
        };
        let person: Id = match self.people.get_key_value_mut(person) {
            Some((person, leaving)) => {
                if leaving.groups.remove(&group) {
                    leaving.bound_groups -= usize::from(is_bound);
                }
                person.clone()
            }
            None => person.into(),
        };
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

#[cfg(test)]
mod tests {
    use super::{Change, Desired, Group, Person, Snapshot};

    #[test]
    fn r12_whether_a_bound_group_holds_somebody_follows_every_change() {
        let person = |user_name: &str| Person {
            id: "u".into(),
            user_name: user_name.into(),
            active: true,
            ..Person::default()
        };
        let group = |id: &str, bound| Group { id: id.into(), name: id.into(), bound };
        let mut builder = Snapshot::builder();
        let ann = builder.person(&person("ann")).unwrap();
        for (id, bound) in [("a", true), ("b", false)] {
            let group = builder.group(&group(id, bound)).unwrap();
            builder.member(group, ann);
        }
        let mut desired = Desired::from(&builder.complete().unwrap());
        assert!(desired.should_be_active("u"));
        let joined = || Change::Joined { group: "b".into(), person: "u".into() };
        let left = || Change::Left { group: "b".into(), person: "u".into() };
        for (change, is_held) in [
            (Change::GroupSet(group("a", false)), false),
            (Change::GroupSet(group("b", true)), true),
            (joined(), true),
            (left(), false),
            (left(), false),
            (joined(), true),
            (Change::PersonSet(person("bea")), true),
            (Change::GroupRemoved { group: "b".into() }, false),
            (Change::GroupSet(group("b", true)), false),
            (joined(), true),
            (Change::PersonRemoved { person: "u".into() }, false),
            (Change::PersonSet(person("ann")), false),
            (joined(), true),
        ] {
            desired.apply(change);
            assert_eq!(desired.should_be_active("u"), is_held);
        }
    }
}
