//! One change in a directory of any size. The tenant is as plain as can be, so that the engine's own time is what counts.

use std::{error::Error, fmt::Write, hint::black_box, time::Instant};

use heap_identity::{
    directory::{Change, Group, Person, Snapshot},
    sync::{Config, Engine, InMemory, drive},
    wire::{Request, Response, Secret},
};

use crate::peak_mb;

const GROUP_SIZE: usize = 50;
const CHANGES: usize = 1_001;
/// More than any cache holds.
const OTHER_WORK_BYTES: usize = 128 << 20;
const CACHE_LINE_BYTES: usize = 64;
const PAGE_SIZE: u32 = 1_000;

pub(crate) fn run(users: &str) -> Result<String, Box<dyn Error>> {
    let users: usize = users.parse()?;
    let mut config = Config::new("http://localhost/scim/v2/demo", Secret::new("token".into()))?;
    config.page_size = PAGE_SIZE;
    let mut engine = Engine::new(config, &directory(users)?, 1);
    let now = "2026-03-01T10:00:00Z".parse()?;
    drive(&mut engine, &mut InMemory::new(now, |request, _| Ok(answer(&request, users))))?;
    engine.events().for_each(drop);
    let before = engine.writes();

    let (mut seconds, mut cold_seconds) = (Vec::new(), Vec::new());
    let mut other_work = vec![0_u8; OTHER_WORK_BYTES];
    for index in 0..2 * CHANGES {
        // First one change after the other; then each after something else, as they come in a day.
        let is_cold = index >= CHANGES;
        if is_cold {
            other_work.iter_mut().step_by(CACHE_LINE_BYTES).for_each(|byte| *byte = byte.wrapping_add(1));
        }
        // Spread over people and groups, and never somebody's own group.
        let person = index.wrapping_mul(7_919) % users;
        let group = (person / GROUP_SIZE + 1) % users.div_ceil(GROUP_SIZE);
        let (group, person) = (format!("g{group}"), format!("u{person}"));
        let start = Instant::now();
        engine.change(Change::Joined { group, person });
        drive(&mut engine, &mut InMemory::new(now, |request, _| Ok(answer(&request, users))))?;
        engine.events().for_each(|event| drop(black_box(event)));
        let taken = if is_cold { &mut cold_seconds } else { &mut seconds };
        taken.push(start.elapsed().as_secs_f64());
    }
    if engine.writes() - before != 2 * CHANGES as u64 {
        return Err(format!("{} changes took {} writes", 2 * CHANGES, engine.writes() - before).into());
    }
    let (seconds, cold_seconds) = (median(seconds)?, median(cold_seconds)?);
    let peak_mb = peak_mb()?;
    Ok(format!(
        "{{\"seconds\":{seconds},\"cold_seconds\":{cold_seconds},\"users\":{users},\"peak_mb\":{peak_mb}}}"
    ))
}

fn median(mut seconds: Vec<f64>) -> Result<f64, &'static str> {
    seconds.sort_by(f64::total_cmp);
    seconds.get(seconds.len() / 2).copied().ok_or("there are no changes")
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
