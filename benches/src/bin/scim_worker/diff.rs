//! Two directories in CSV files, as snapshots.

use std::{
    error::Error,
    fs::File,
    hint::black_box,
    io::{BufRead, BufReader},
    time::Instant,
};

use heap_identity::directory::{Diff, Group, Person, PersonChange, Snapshot};

use crate::peak_mb;

pub(crate) fn run(folder: &str) -> Result<String, Box<dyn Error>> {
    let start = Instant::now();
    let before = snapshot(folder, "actual")?;
    let after = snapshot(folder, "desired")?;
    let load = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let diff = Diff::without_memberships(&before, &after);
    let users = start.elapsed().as_secs_f64();
    let start = Instant::now();
    let diff = diff.with_memberships();
    let members = start.elapsed().as_secs_f64();
    let (joins, leaves) = black_box(&diff).membership_counts();
    let (mut create, mut update, mut deactivate, mut delete) = (0, 0, 0, 0);
    for change in diff.people() {
        match change {
            PersonChange::Added(_) => create += 1,
            PersonChange::Removed(_) => delete += 1,
            PersonChange::Changed { before, after } if before.is_active() && !after.is_active() => {
                deactivate += 1;
            }
            _ => update += 1,
        }
    }
    Ok(format!(
        "{{\"load_s\":{load},\"users_s\":{users},\"members_s\":{members},\"joins\":{joins},\"leaves\":{leaves},\
         \"create\":{create},\"update\":{update},\"deactivate\":{deactivate},\"delete\":{delete},\"peak_mb\":{}}}",
        peak_mb()?
    ))
}

/// One side: `SIDE_users.csv` (user, userName, givenName, familyName, active), `SIDE_members.csv` (group, user). The files call users
/// and groups by number; a group's name is no part of what is compared, and one of the other side alone has no members here.
fn snapshot(folder: &str, side: &str) -> Result<Snapshot, Box<dyn Error>> {
    let mut builder = Snapshot::builder();
    let mut people = Vec::new();
    let mut person =
        Person { given_name: Some(String::new()), family_name: Some(String::new()), ..Person::default() };
    lines(&format!("{folder}/{side}_users.csv"), |line| {
        let mut fields = line.split(',');
        let mut field = || fields.next().ok_or("a user has five fields");
        let number: usize = put(&mut person.id, field()?).parse()?;
        put(&mut person.user_name, field()?);
        put(person.given_name.get_or_insert_default(), field()?);
        put(person.family_name.get_or_insert_default(), field()?);
        person.active = field()? == "true";
        if people.len() <= number {
            people.resize(number + 1, None);
        }
        let handle = builder.person(&person)?;
        if let Some(slot) = people.get_mut(number) {
            *slot = Some(handle);
        }
        Ok(())
    })?;
    let mut groups = Vec::new();
    pairs(&format!("{folder}/{side}_members.csv"), |group, user| {
        while groups.len() <= group {
            let id = groups.len().to_string();
            groups.push(builder.group(&Group { name: id.clone(), id, bound: true })?);
        }
        let person = people.get(user).copied().flatten().ok_or("a member is not among the users")?;
        if let Some(group) = groups.get(group) {
            builder.member(*group, person);
        }
        Ok(())
    })?;
    Ok(builder.complete()?)
}

/// Each line of a file but the first, which names the fields.
fn lines(path: &str, mut each: impl FnMut(&str) -> Result<(), Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(path)?);
    let mut line = String::new();
    file.read_line(&mut line)?;
    loop {
        line.clear();
        if file.read_line(&mut line)? == 0 {
            return Ok(());
        }
        each(line.trim_end())?;
    }
}

/// Each line of two numbers.
fn pairs(
    path: &str,
    mut each: impl FnMut(usize, usize) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut file = BufReader::with_capacity(1 << 20, File::open(path)?);
    file.skip_until(b'\n')?;
    let (mut first, mut number) = (0_usize, 0_usize);
    loop {
        let bytes = file.fill_buf()?;
        if bytes.is_empty() {
            return Ok(());
        }
        for byte in bytes {
            match byte {
                b'0'..=b'9' => number = number.wrapping_mul(10).wrapping_add(usize::from(byte - b'0')),
                b',' => (first, number) = (number, 0),
                b'\n' => {
                    each(first, number)?;
                    number = 0;
                }
                _ => return Err("a membership is two numbers".into()),
            }
        }
        let length = bytes.len();
        file.consume(length);
    }
}

fn put<'t>(to: &'t mut String, text: &str) -> &'t str {
    to.clear();
    to.push_str(text);
    to
}
