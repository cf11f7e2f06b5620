use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    vec::Vec,
};

use proptest::prelude::{ProptestConfig, any, prop, prop_assert, prop_assert_eq, proptest};

use super::{Change, Diff, Snapshot};
use crate::directory::{Group, Person};

/// A directory in the plainest form: the oracle of the merge.
#[derive(Clone, Debug, Default, PartialEq)]
struct Plain {
    people: BTreeMap<String, Person>,
    groups: BTreeMap<String, Group>,
    members: BTreeSet<(String, String)>,
    group_management: bool,
}

impl Plain {
    /// Few ids and few values, so that two random directories meet in many ways.
    fn from_bytes(bytes: &[u8]) -> Self {
        let mut plain = Self { group_management: bytes.len() % 5 != 0, ..Self::default() };
        for chunk in bytes.chunks_exact(3) {
            let (kind, left, right) = (chunk[0] % 3, chunk[1] % 7, chunk[2] % 7);
            let (person, group) = (["u", &left.to_string()].concat(), ["g", &right.to_string()].concat());
            match kind {
                0 => drop(plain.people.insert(person.clone(), plain_person(person, right))),
                1 => drop(plain.groups.insert(group.clone(), plain_group(group, left))),
                _ if plain.people.contains_key(&person) && plain.groups.contains_key(&group) => {
                    plain.members.insert((group, person));
                }
                _ => {}
            }
        }
        plain
    }

    fn snapshot(&self) -> Snapshot {
        let mut builder = Snapshot::builder();
        builder.group_management(self.group_management);
        let groups: BTreeMap<_, _> =
            self.groups.values().rev().map(|group| (&group.id, builder.group(group).unwrap())).collect();
        let people: BTreeMap<_, _> =
            self.people.values().rev().map(|person| (&person.id, builder.person(person).unwrap())).collect();
        for (group, person) in self.members.iter().rev() {
            builder.member(groups[group], people[person]);
        }
        builder.complete().unwrap()
    }

    fn apply(&mut self, change: Change) {
        match change {
            Change::PersonSet(person) => drop(self.people.insert(person.id.clone(), person)),
            Change::PersonRemoved { person } => {
                self.people.remove(&person);
                self.members.retain(|(_, member)| *member != person);
            }
            Change::GroupSet(group) => drop(self.groups.insert(group.id.clone(), group)),
            Change::GroupRemoved { group } => {
                self.groups.remove(&group);
                self.members.retain(|(of, _)| *of != group);
            }
            Change::Joined { group, person } => drop(self.members.insert((group, person))),
            Change::Left { group, person } => drop(self.members.remove(&(group, person))),
            Change::GroupManagement(on) => self.group_management = on,
        }
    }
}

fn plain_person(id: String, value: u8) -> Person {
    let given_name = (value > 2).then(|| value.to_string());
    Person {
        user_name: [&id, "@example.com"].concat(),
        id,
        active: value % 2 == 0,
        given_name,
        ..Person::default()
    }
}

fn plain_group(id: String, value: u8) -> Group {
    Group { id, name: (value / 2).to_string(), bound: value % 2 == 0 }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn the_changes_lead_from_one_snapshot_to_the_other(
        before in prop::collection::vec(any::<u8>(), 0..90),
        after in prop::collection::vec(any::<u8>(), 0..90),
    ) {
        let (before, after) = (Plain::from_bytes(&before), Plain::from_bytes(&after));
        let (left, right) = (before.snapshot(), after.snapshot());
        let diff = Diff::between(&left, &right);
        let mut walked = before.clone();
        diff.changes().into_iter().for_each(|change| walked.apply(change));
        prop_assert_eq!(&walked, &after);
        prop_assert_eq!(diff.is_empty(), before == after);
    }

    #[test]
    fn memberships_are_counted_as_sets_count_them(
        before in prop::collection::vec(any::<u8>(), 0..90),
        after in prop::collection::vec(any::<u8>(), 0..90),
    ) {
        let (before, after) = (Plain::from_bytes(&before), Plain::from_bytes(&after));
        let (left, right) = (before.snapshot(), after.snapshot());
        let expected = (after.members.difference(&before.members).count(), before.members.difference(&after.members).count());
        prop_assert_eq!(Diff::between(&left, &right).membership_counts(), expected);
        prop_assert!(Diff::between(&left, &left).is_empty());
    }
}

#[test]
fn a_person_without_changes_is_not_in_the_diff() {
    let mut plain = Plain::default();
    for id in ["u1", "u2"] {
        plain.people.insert(id.into(), plain_person(id.into(), 3));
    }
    let before = plain.snapshot();
    plain.people.get_mut("u2").unwrap().given_name = Some("Zoë".into());
    let after = plain.snapshot();
    let changes = Diff::between(&before, &after).changes();
    assert_eq!(changes, Vec::from([Change::PersonSet(plain.people["u2"].clone())]));
}
