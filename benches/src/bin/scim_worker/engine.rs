//! What the engine needs by itself, against the encoding and decoding of the same messages.

use std::{
    error::Error,
    hint::black_box,
    time::{Duration, Instant},
};

use heap_identity::{
    directory::Snapshot,
    entropy::Seeded,
    scim::{
        Group, ListResponse, User,
        service::{Access, Capabilities, Config as ServiceConfig, MemoryStore, Service},
    },
    sync::{Config, Engine, Poll},
    wire::{Request, Response, Secret},
};
use jiff::Timestamp;

use crate::{change::directory, peak_mb};

const BASE: &str = "http://localhost/scim/v2/demo";

/// A request and its answer, as they were on the wire.
type Exchange = (Request, Response);

pub(crate) fn run(users: &str) -> Result<String, Box<dyn Error>> {
    let directory = directory(users.parse()?)?;
    let config =
        ServiceConfig { base_url: BASE.into(), access: Access::Open, capabilities: Capabilities::default() };
    let mut tenant = Service::new(config, MemoryStore::new(), Box::new(Seeded::new(1)));
    let (created, all) = provision(&directory, &mut tenant)?;
    let messages = codec(&all)?;
    let (compared, all) = provision(&directory, &mut tenant)?;
    let pages = codec(&all)?;
    let share = |engine: Duration, messages: Duration| {
        engine.saturating_sub(messages).as_secs_f64() / messages.as_secs_f64()
    };
    Ok(format!(
        "{{\"create_s\":{},\"create_messages_s\":{},\"create_ratio\":{:.2},\"compare_s\":{},\"compare_messages_s\":{},\
         \"compare_ratio\":{:.2},\"peak_mb\":{}}}",
        created.as_secs_f64(),
        messages.as_secs_f64(),
        share(created, messages),
        compared.as_secs_f64(),
        pages.as_secs_f64(),
        share(compared, pages),
        peak_mb()?
    ))
}

/// The time that the engine takes from its start to its end, and what it said and heard.
fn provision(
    directory: &Snapshot,
    tenant: &mut Service<MemoryStore>,
) -> Result<(Duration, Vec<Exchange>), Box<dyn Error>> {
    let mut config = Config::new(BASE, Secret::new("token".into()))?;
    config.guards = None;
    let (mut spent, mut exchanges) = (Duration::ZERO, Vec::new());
    let start = Instant::now();
    let mut engine = Engine::new(config, directory, 1);
    spent += start.elapsed();
    loop {
        let start = Instant::now();
        let poll = engine.poll(Timestamp::UNIX_EPOCH);
        spent += start.elapsed();
        match poll {
            Poll::Persist(records) => drop(black_box(records)),
            Poll::Send(out) => {
                let response = tenant.handle(&out.request, Timestamp::UNIX_EPOCH);
                exchanges.push((out.request, response.clone()));
                let start = Instant::now();
                engine.receive(out.id, Ok(response), Timestamp::UNIX_EPOCH);
                spent += start.elapsed();
            }
            Poll::Done(_) => return Ok((spent, exchanges)),
            other => return Err(format!("nothing here is waited for: {other:?}").into()),
        }
    }
}

/// The time to encode all requests, from typed values, and to decode all answers.
fn codec(exchanges: &[Exchange]) -> Result<Duration, Box<dyn Error>> {
    let mut spent = Duration::ZERO;
    for (request, response) in exchanges {
        let (body, path) = (request.body(), request.uri().path());
        spent += match (request.method().as_str(), path.contains("/Users")) {
            ("POST", true) => {
                encode(&User::from_slice(body)?, User::to_vec) + decode(response, User::from_slice)?
            }
            ("POST", false) => {
                encode(&Group::from_slice(body)?, Group::to_vec) + decode(response, Group::from_slice)?
            }
            ("GET", true) => decode(response, ListResponse::<User>::from_slice)?,
            ("GET", false) => decode(response, ListResponse::<Group>::from_slice)?,
            (method, _) => return Err(format!("{method} {path} is not expected").into()),
        };
    }
    Ok(spent)
}

fn encode<T>(value: &T, encode: impl Fn(&T) -> Vec<u8>) -> Duration {
    let start = Instant::now();
    black_box(encode(value));
    start.elapsed()
}

fn decode<T, E: Error + 'static>(
    response: &Response,
    decode: impl Fn(&[u8]) -> Result<T, E>,
) -> Result<Duration, Box<dyn Error>> {
    let start = Instant::now();
    drop(black_box(decode(response.body())?));
    Ok(start.elapsed())
}
