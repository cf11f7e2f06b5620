//! The same two directories where ids are texts, as a program has them that holds tables in memory: they are looked up in the standard
//! library's `HashMap`. Reading the files is before the clock starts.

use std::{collections::HashMap, error::Error, fs, time::Instant};

use heap_identity::directory::{Group, Person, Snapshot};

use crate::diff::compare;

pub(crate) fn run(folder: &str) -> Result<String, Box<dyn Error>> {
    let (before, after) = (Files::read(folder, "actual")?, Files::read(folder, "desired")?);
    let (before, after) = (before.tables()?, after.tables()?);
    let start = Instant::now();
    let (before, after) = (snapshot(&before)?, snapshot(&after)?);
    compare(&before, &after, start.elapsed().as_secs_f64())
}

struct Files {
    users: String,
    members: String,
}

/// All texts are parts of the files.
struct Tables<'f> {
    /// Id, user name, given name, family name, active.
    people: Vec<[&'f str; 5]>,
    groups: Vec<&'f str>,
    /// Group and person.
    memberships: Vec<[&'f str; 2]>,
}

impl Files {
    fn read(folder: &str, side: &str) -> Result<Self, Box<dyn Error>> {
        let read = |what| fs::read_to_string(format!("{folder}/{side}_{what}.csv"));
        Ok(Self { users: read("users")?, members: read("members")? })
    }

    fn tables(&self) -> Result<Tables<'_>, Box<dyn Error>> {
        let memberships: Vec<[&str; 2]> = rows(&self.members)?;
        let mut groups: Vec<&str> = memberships.iter().map(|[group, _]| *group).collect();
        groups.sort_unstable();
        groups.dedup();
        Ok(Tables { people: rows(&self.users)?, groups, memberships })
    }
}

fn rows<'f, const N: usize>(file: &'f str) -> Result<Vec<[&'f str; N]>, Box<dyn Error>> {
    let row = |line: &'f str| line.split(',').collect::<Vec<_>>().try_into();
    let rows: Result<_, Vec<&str>> = file.lines().skip(1).map(row).collect();
    rows.map_err(|line| format!("expected {N} fields, found {line:?}").into())
}

fn snapshot(tables: &Tables<'_>) -> Result<Snapshot, Box<dyn Error>> {
    let mut builder = Snapshot::builder();
    let mut people = HashMap::with_capacity(tables.people.len());
    for [id, user_name, given_name, family_name, active] in &tables.people {
        let person = Person {
            id: (*id).into(),
            user_name: (*user_name).into(),
            active: *active == "true",
            given_name: Some((*given_name).into()),
            family_name: Some((*family_name).into()),
            ..Person::default()
        };
        people.insert(*id, builder.person(&person)?);
    }
    let mut groups = HashMap::with_capacity(tables.groups.len());
    for id in &tables.groups {
        groups.insert(*id, builder.group(&Group { id: (*id).into(), name: (*id).into(), bound: true })?);
    }
    for [group, person] in &tables.memberships {
        let group = groups.get(group).ok_or("a membership's group is not among the groups")?;
        let person = people.get(person).ok_or("a member is not among the users")?;
        builder.member(*group, *person);
    }
    Ok(builder.complete()?)
}
