//! One change in a directory of any size. The tenant is as plain as can be, so that the engine's own time is what counts.

use std::{error::Error, fmt::Write, time::Instant};

use heap_identity::{
    directory::{Change, Group, Person, Snapshot},
    sync::{Config, Engine, InMemory, drive},
    wire::{Request, Response, Secret},
};

use crate::peak_mb;

const GROUP_SIZE: usize = 50;
const CHANGES: usize = 2_001;
const PAGE_SIZE: u32 = 1_000;

pub(crate) fn run(users: &str) -> Result<String, Box<dyn Error>> {
    let users: usize = users.parse()?;
    let mut config = Config::new("http://localhost/scim/v2/demo", Secret::new("token".into()))?;
    config.page_size = PAGE_SIZE;
    let mut engine = Engine::new(config, &directory(users)?, 1);
    let now = "2026-03-01T10:00:00Z".parse()?;
    drive(&mut engine, &mut InMemory::new(now, |request, _| Ok(answer(&request, users))))?;
    let before = engine.writes();

    let mut seconds = Vec::new();
    for index in 0..CHANGES {
        // Spread over people and groups, and never somebody's own group.
        let person = index.wrapping_mul(7_919) % users;
        let group = (person / GROUP_SIZE + 1) % users.div_ceil(GROUP_SIZE);
        let (group, person) = (format!("g{group}"), format!("u{person}"));
        let start = Instant::now();
        engine.change(Change::Joined { group, person });
        drive(&mut engine, &mut InMemory::new(now, |request, _| Ok(answer(&request, users))))?;
        seconds.push(start.elapsed().as_secs_f64());
    }
    if engine.writes() - before != CHANGES as u64 {
        return Err(format!("{CHANGES} changes took {} writes", engine.writes() - before).into());
    }
    seconds.sort_by(f64::total_cmp);
    let median = seconds.get(CHANGES / 2).ok_or("there are no changes")?;
    Ok(format!("{{\"seconds\":{median},\"users\":{users},\"peak_mb\":{}}}", peak_mb()?))
}

pub(crate) fn directory(users: usize) -> Result<Snapshot, Box<dyn Error>> {
    let mut builder = Snapshot::builder();
    let mut group = None;
    for number in 0..users {
        if number % GROUP_SIZE == 0 {
            let number = number / GROUP_SIZE;
            group = Some(builder.group(&Group {
                id: format!("g{number}"),
                name: format!("Team {number}"),
                bound: true,
            })?);
        }
        let (id, user_name) = (format!("u{number}"), format!("user{number}@example.com"));
        let person = builder.person(&Person { id, user_name, active: true, ..Person::default() })?;
        if let Some(group) = group {
            builder.member(group, person);
        }
    }
    Ok(builder.complete()?)
}

/// A tenant that has all of it already, and takes every change.
fn answer(request: &Request, users: usize) -> Response {
    let query = request.uri().query().unwrap_or_default();
    let number = |name: &str| {
        let value = query.split('&').find_map(|pair| pair.strip_prefix(name)).unwrap_or_default();
        value.parse::<usize>().unwrap_or_default()
    };
    let (from, count) = (number("startIndex=").saturating_sub(1), number("count="));
    let path = request.uri().path();
    if request.method().as_str() != "GET" {
        let mut response = Response::new(Vec::new());
        if let Ok(status) = 204_u16.try_into() {
            *response.status_mut() = status;
        }
        return response;
    }
    let (total, write): (usize, fn(&mut String, usize, usize)) =
        if path.ends_with("/Users") { (users, user) } else { (users.div_ceil(GROUP_SIZE), group) };
    let mut page = format!("{{\"totalResults\":{total},\"startIndex\":{},\"Resources\":[", from + 1);
    for number in from..total.min(from + count) {
        if number > from {
            page.push(',');
        }
        write(&mut page, number, users);
    }
    page.push_str("]}");
    Response::new(page.into_bytes())
}

fn user(page: &mut String, number: usize, _users: usize) {
    // Writing into memory cannot fail.
    let _written = write!(
        page,
        "{{\"id\":\"a{number}\",\"externalId\":\"u{number}\",\"userName\":\"user{number}@example.com\",\"active\":true}}"
    );
}

fn group(page: &mut String, number: usize, users: usize) {
    let _written = write!(
        page,
        "{{\"id\":\"t{number}\",\"externalId\":\"g{number}\",\"displayName\":\"Team {number}\",\"members\":["
    );
    for member in number * GROUP_SIZE..users.min((number + 1) * GROUP_SIZE) {
        let comma = if member % GROUP_SIZE == 0 { "" } else { "," };
        let _written = write!(page, "{comma}{{\"value\":\"a{member}\"}}");
    }
    page.push_str("]}");
}
