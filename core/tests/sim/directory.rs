//! The directory in the plainest form, with a memory of all that ever was, and what may happen in it.

use std::collections::{BTreeMap, BTreeSet};

use heap_identity::directory::{Change, Group, Person, Snapshot};

use crate::random::Random;

#[derive(Clone, Debug, Default)]
pub struct Directory {
    pub people: BTreeMap<String, Person>,
    pub groups: BTreeMap<String, Group>,
    pub members: BTreeMap<String, BTreeSet<String>>,
    pub management: bool,
    /// All user names that a person ever had, in lower case.
    pub names_ever: BTreeMap<String, BTreeSet<String>>,
    /// All names that a group ever had.
    pub group_names_ever: BTreeMap<String, BTreeSet<String>>,
    /// Whoever was held by a bound group at any time.
    pub ever_bound: BTreeSet<String>,
    next: usize,
}

pub fn folded(name: &str) -> String {
    name.to_lowercase()
}

impl Directory {
    pub fn random(random: &mut Random) -> Self {
        let mut directory = Self { management: random.chance(90), ..Self::default() };
        let people = match random.below(100) {
            0 => 105 + random.below(60),
            1..=15 => 20 + random.below(25),
            _ => random.below(14),
        };
        for _ in 0..people {
            let person = directory.new_person(random);
            if random.occurs() {
                directory.apply(&Change::PersonSet(person));
            }
        }
        for _ in 0..random.below(6) {
            let group = directory.new_group(random);
            let id = group.id.clone();
            if random.occurs() {
                directory.apply(&Change::GroupSet(group));
            }
            let share = [0, 10, 50, 100][random.below(4)];
            for person in directory.people.keys().cloned().collect::<Vec<_>>() {
                if random.chance(share) && random.occurs() {
                    directory.apply(&Change::Joined { group: id.clone(), person });
                }
            }
        }
        directory
    }

    pub fn snapshot(&self) -> Snapshot {
        let mut builder = Snapshot::builder();
        builder.group_management(self.management);
        let people: BTreeMap<_, _> =
            self.people.iter().map(|(id, person)| (id, builder.person(person).unwrap())).collect();
        for (id, group) in &self.groups {
            let number = builder.group(group).unwrap();
            for member in self.members_of(id) {
                builder.member(number, people[member]);
            }
        }
        builder.complete().unwrap()
    }

    pub fn members_of(&self, group: &str) -> impl Iterator<Item = &String> {
        self.members.get(group).into_iter().flatten()
    }

    pub fn is_in_bound_group(&self, person: &str) -> bool {
        self.groups.iter().any(|(id, group)| {
            group.bound && self.members.get(id).is_some_and(|members| members.contains(person))
        })
    }

    /// R12, R32, D7: there, not suspended, and in a bound group.
    pub fn is_wanted(&self, person: &str) -> bool {
        self.people.get(person).is_some_and(|person| person.active) && self.is_in_bound_group(person)
    }

    /// Whether another person who should have access has the same user name (D9).
    pub fn is_contested(&self, id: &str) -> bool {
        let Some(person) = self.people.get(id) else { return false };
        self.people.values().any(|other| {
            other.id != id
                && folded(&other.user_name) == folded(&person.user_name)
                && self.is_wanted(&other.id)
        })
    }

    pub fn apply(&mut self, change: &Change) {
        match change {
            Change::PersonSet(person) => {
                self.names_ever.entry(person.id.clone()).or_default().insert(folded(&person.user_name));
                self.people.insert(person.id.clone(), person.clone());
            }
            Change::PersonRemoved { person } => {
                self.people.remove(person);
                for members in self.members.values_mut() {
                    members.remove(person);
                }
            }
            Change::GroupSet(group) => {
                self.group_names_ever.entry(group.id.clone()).or_default().insert(group.name.clone());
                self.groups.insert(group.id.clone(), group.clone());
            }
            Change::GroupRemoved { group } => {
                self.groups.remove(group);
                self.members.remove(group);
            }
            Change::Joined { group, person } => {
                if self.groups.contains_key(group) && self.people.contains_key(person) {
                    self.members.entry(group.clone()).or_default().insert(person.clone());
                }
            }
            Change::Left { group, person } => {
                self.members.entry(group.clone()).or_default().remove(person);
            }
            Change::GroupManagement(on) => self.management = *on,
            other => panic!("the simulator does not know {other:?}"),
        }
        for (id, group) in self.groups.iter().filter(|(_, group)| group.bound) {
            let _ = group;
            self.ever_bound.extend(self.members.get(id).into_iter().flatten().cloned());
        }
    }

    fn new_person(&mut self, random: &mut Random) -> Person {
        self.next += 1;
        let id = format!("u{}", self.next);
        let user_name = self.user_name(random);
        let name = |random: &mut Random, stem: &str| match random.below(6) {
            0 => None,
            1 => Some(String::new()),
            n => Some(format!("{stem}{n}")),
        };
        Person {
            id,
            user_name,
            active: random.chance(88),
            given_name: name(random, "Given"),
            family_name: name(random, "Family"),
            email: random.chance(30).then(|| format!("mail{}@x", random.below(99))),
            role: random.chance(25).then(|| ["Analyst", "Admin"][random.below(2)].into()),
        }
    }

    /// Mostly a new name, sometimes that of somebody else, sometimes in another case.
    fn user_name(&self, random: &mut Random) -> String {
        let taken: Vec<&String> = self.names_ever.values().flatten().collect();
        let name = match random.pick(&taken) {
            Some(name) if random.chance(5) => (*name).clone(),
            _ => format!("p{}@x", random.below(100_000)),
        };
        if random.chance(15) { name.to_uppercase() } else { name }
    }

    fn new_group(&mut self, random: &mut Random) -> Group {
        self.next += 1;
        Group { id: format!("g{}", self.next), name: self.group_name(random), bound: random.chance(80) }
    }

    fn group_name(&self, random: &mut Random) -> String {
        let taken: Vec<&String> = self.group_names_ever.values().flatten().collect();
        match random.pick(&taken) {
            Some(name) if random.chance(4) => (*name).clone(),
            Some(name) if random.chance(2) => name.to_uppercase(),
            _ => format!("Team {}", random.below(10_000)),
        }
    }

    /// Something that happens in the directory: it is applied here, and returned for the engine.
    pub fn happen(&mut self, random: &mut Random) -> Vec<Change> {
        let mut changes = self.event(random);
        changes.retain(|_| random.occurs());
        for change in &changes {
            self.apply(change);
        }
        changes
    }

    fn event(&mut self, random: &mut Random) -> Vec<Change> {
        let people: Vec<String> = self.people.keys().cloned().collect();
        let groups: Vec<String> = self.groups.keys().cloned().collect();
        let person = random.pick(&people).cloned();
        let group = random.pick(&groups).cloned();
        match (random.below(100), person, group) {
            (0..=11, _, Some(group)) => {
                let person = self.new_person(random);
                let joined = Change::Joined { group, person: person.id.clone() };
                vec![Change::PersonSet(person), joined]
            }
            (12..=29, Some(person), Some(group)) => vec![Change::Joined { group, person }],
            (30..=47, Some(person), Some(group)) => vec![Change::Left { group, person }],
            (48..=65, Some(person), _) => vec![self.changed_person(&person, random)],
            (66..=71, Some(person), _) => vec![Change::PersonRemoved { person }],
            (72..=76, Some(person), _) => self.hired_again(person, random),
            (77..=80, _, _) => vec![Change::GroupSet(self.new_group(random))],
            (81..=87, _, Some(group)) => vec![self.changed_group(&group, random)],
            (88..=89, _, Some(group)) => vec![Change::GroupRemoved { group }],
            (90..=91, _, Some(group)) => self.made_again(&group),
            (92..=93, _, _) => vec![Change::GroupManagement(!self.management)],
            (94..=95, _, Some(group)) => self
                .members_of(&group)
                .map(|person| Change::Left { group: group.clone(), person: person.clone() })
                .collect(),
            (96..=97, _, _) => people.into_iter().map(|person| Change::PersonRemoved { person }).collect(),
            _ => Vec::new(),
        }
    }

    fn changed_person(&self, id: &str, random: &mut Random) -> Change {
        let mut person = self.people[id].clone();
        match random.below(10) {
            0..=4 => person.active = !person.active,
            5 => person.user_name = self.user_name(random),
            6 => person.email = Some(format!("mail{}@x", random.below(99))),
            7 => person.role = Some(["Analyst", "Consumer"][random.below(2)].into()),
            8 => person.given_name = None,
            _ => person.family_name = Some(format!("Family{}", random.below(9))),
        }
        Change::PersonSet(person)
    }

    /// The same person under a new id, in the same groups: a re-hire.
    fn hired_again(&mut self, person: String, random: &mut Random) -> Vec<Change> {
        let user_name = self.people[&person].user_name.clone();
        let again = Person { user_name, active: true, ..self.new_person(random) };
        let mut changes: Vec<Change> = self
            .members
            .iter()
            .filter(|(_, members)| members.contains(&person))
            .map(|(group, _)| Change::Joined { group: group.clone(), person: again.id.clone() })
            .collect();
        changes.insert(0, Change::PersonSet(again));
        changes.insert(random.below(2), Change::PersonRemoved { person });
        changes
    }

    fn changed_group(&self, id: &str, random: &mut Random) -> Change {
        let mut group = self.groups[id].clone();
        if random.chance(50) {
            group.bound = !group.bound;
        } else {
            group.name = self.group_name(random);
        }
        Change::GroupSet(group)
    }

    /// A group that is deleted and restored with the same id and members.
    fn made_again(&self, id: &str) -> Vec<Change> {
        let mut changes =
            vec![Change::GroupRemoved { group: id.into() }, Change::GroupSet(self.groups[id].clone())];
        let joined = |person: &String| Change::Joined { group: id.into(), person: person.clone() };
        changes.extend(self.members_of(id).map(joined));
        changes
    }
}
