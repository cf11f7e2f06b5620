//! Two directories in CSV files, as snapshots.

use std::{
    error::Error,
    fs::File,
    hint::black_box,
    io::{BufRead, BufReader, Read},
    time::Instant,
};

use heap_identity::directory::{Diff, Group, Person, PersonChange, Snapshot};

use crate::peak_mb;

pub(crate) fn run(folder: &str) -> Result<String, Box<dyn Error>> {
    let start = Instant::now();
    let before = snapshot(folder, "actual")?;
    let after = snapshot(folder, "desired")?;
    compare(&before, &after, start.elapsed().as_secs_f64())
}

/// The difference, and how long it takes beside the loading.
pub(crate) fn compare(before: &Snapshot, after: &Snapshot, load: f64) -> Result<String, Box<dyn Error>> {
    let start = Instant::now();
    let diff = Diff::without_memberships(before, after);
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
        let mut rest = Some(line);
        let mut field = || {
            let line = rest.ok_or("a user has five fields")?;
            let end = line.bytes().position(|byte| byte == b',');
            rest = end.and_then(|end| line.get(end + 1..));
            line.get(..end.unwrap_or(line.len())).ok_or("a user has five fields")
        };
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
    pairs(&format!("{folder}/{side}_members.csv"), |pairs| {
        for (group, user) in pairs {
            while groups.len() <= *group as usize {
                let id = groups.len().to_string();
                groups.push(builder.group(&Group { name: id.clone(), id, bound: true })?);
            }
            let person = people.get(*user as usize).copied().flatten();
            if let Some(group) = groups.get(*group as usize) {
                builder.member(*group, person.ok_or("a member is not among the users")?);
            }
        }
        Ok(())
    })?;
    Ok(builder.complete()?)
}

/// The lines of two numbers, many at once: what is known of a user is looked up for one after the other without reading in between,
/// so that the processor waits for many at a time.
fn pairs(
    path: &str,
    mut each: impl FnMut(&[(u32, u32)]) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut read = Vec::new();
    pieces(path, |lines| {
        let (mut first, mut number) = (0_u32, 0_u32);
        for byte in lines.bytes() {
            match byte {
                b'0'..=b'9' => number = number.wrapping_mul(10).wrapping_add(u32::from(byte - b'0')),
                b',' => (first, number) = (number, 0),
                b'\n' => {
                    read.push((first, number));
                    number = 0;
                }
                _ => return Err("a membership is two numbers".into()),
            }
        }
        each(&read)?;
        read.clear();
        Ok(())
    })
}

fn lines(path: &str, mut each: impl FnMut(&str) -> Result<(), Box<dyn Error>>) -> Result<(), Box<dyn Error>> {
    pieces(path, |lines| lines.lines().try_for_each(&mut each))
}

/// A file in pieces of whole lines, without the first line, which names the fields.
fn pieces(
    path: &str,
    mut each: impl FnMut(&str) -> Result<(), Box<dyn Error>>,
) -> Result<(), Box<dyn Error>> {
    let mut file = BufReader::with_capacity(1 << 16, File::open(path)?);
    file.skip_until(b'\n')?;
    let mut piece = Vec::new();
    while file.by_ref().take(1 << 16).read_to_end(&mut piece)? > 0 {
        file.read_until(b'\n', &mut piece)?;
        each(std::str::from_utf8(&piece)?)?;
        piece.clear();
    }
    Ok(())
}

fn put<'t>(to: &'t mut String, text: &str) -> &'t str {
    to.clear();
    to.push_str(text);
    to
}
