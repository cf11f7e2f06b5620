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
        client::Endpoint,
        service::{Access, Capabilities, Config as ServiceConfig, Kind, MemoryStore, Service},
    },
    sync::{Config, Engine, Poll},
    wire::{Request, Response, Secret},
};
use jiff::Timestamp;

use crate::{change::directory, peak_mb};

const BASE: &str = "http://localhost/scim/v2/demo";
/// The quickest of so many rounds counts: what else the machine does only makes one longer.
const ROUNDS: usize = 21;

/// A request and its answer, as they were on the wire.
type Exchange = (Request, Response);

pub(crate) fn run(users: &str) -> Result<String, Box<dyn Error>> {
    let directory = directory(users.parse()?)?;
    let config =
        ServiceConfig { base_url: BASE.into(), access: Access::Open, capabilities: Capabilities::default() };
    let mut tenant = Service::new(config, MemoryStore::new(), Box::new(Seeded::new(1)));
    let mut engine = begun(&directory)?;
    let created = exchanges(&mut engine, &mut tenant)?;
    engine.reconcile();
    let compared = exchanges(&mut engine, &mut tenant)?;
    let mut best = [Duration::MAX; 4];
    for _ in 0..ROUNDS {
        let (create, compare) = replayed(&directory, &created, &compared)?;
        let round = [create, codec(&created)?, compare, codec(&compared)?];
        best.iter_mut().zip(round).for_each(|(best, spent)| *best = spent.min(*best));
    }
    let [create, create_messages, compare, compare_messages] = best.map(|spent| spent.as_secs_f64());
    Ok(format!(
        "{{\"create_s\":{create},\"create_messages_s\":{create_messages},\"create_ratio\":{:.2},\"compare_s\":{compare},\
         \"compare_messages_s\":{compare_messages},\"compare_ratio\":{:.2},\"peak_mb\":{}}}",
        create / create_messages - 1.0,
        compare / compare_messages - 1.0,
        peak_mb()?
    ))
}

fn begun(directory: &Snapshot) -> Result<Engine, Box<dyn Error>> {
    let mut config = Config::new(BASE, Secret::new("token".into()))?;
    config.guards = None;
    Ok(Engine::new(config, directory, 1))
}

/// Drives an engine to its end; what it said and heard.
fn exchanges(
    engine: &mut Engine,
    tenant: &mut Service<MemoryStore>,
) -> Result<Vec<Exchange>, Box<dyn Error>> {
    let mut exchanges = Vec::new();
    driven(engine, |request| {
        let response = tenant.handle(&request, Timestamp::UNIX_EPOCH);
        exchanges.push((request, response.clone()));
        response
    })?;
    Ok(exchanges)
}

/// The time that the engine takes to create everybody, from its start, and then to compare everybody, with the answers at hand.
fn replayed(
    directory: &Snapshot,
    created: &[Exchange],
    compared: &[Exchange],
) -> Result<(Duration, Duration), Box<dyn Error>> {
    let answers = |exchanges: &[Exchange]| -> Vec<Response> {
        exchanges.iter().map(|(_, response)| response.clone()).collect()
    };
    let (first, second) = (answers(created), answers(compared));
    let start = Instant::now();
    let mut engine = begun(directory)?;
    answered(&mut engine, first)?;
    let create = start.elapsed();
    let start = Instant::now();
    engine.reconcile();
    answered(&mut engine, second)?;
    Ok((create, start.elapsed()))
}

/// The same seed asks the same questions, so the answers come in the order in which they were given.
fn answered(engine: &mut Engine, answers: Vec<Response>) -> Result<(), Box<dyn Error>> {
    let mut answers = answers.into_iter();
    driven(engine, |request| {
        drop(black_box(request));
        answers.next().unwrap_or_default()
    })
}

fn driven(engine: &mut Engine, mut answer: impl FnMut(Request) -> Response) -> Result<(), Box<dyn Error>> {
    loop {
        match engine.poll(Timestamp::UNIX_EPOCH) {
            Poll::Persist(records) => drop(black_box(records)),
            Poll::Send(out) => {
                engine.receive(out.id, Ok(answer(out.request)), Timestamp::UNIX_EPOCH);
                engine.events().for_each(|event| drop(black_box(event)));
            }
            Poll::Done(_) => return Ok(()),
            other => return Err(format!("nothing here is waited for: {other:?}").into()),
        }
    }
}

/// What a request that writes has to say.
enum Body {
    User(User),
    Group(Group),
    Nothing,
}

/// The time to encode all requests that write, from typed values, and to decode all answers.
fn codec(exchanges: &[Exchange]) -> Result<Duration, Box<dyn Error>> {
    let endpoint = Endpoint::new(BASE, &Secret::new("token".into()))?;
    let bodies = exchanges.iter().map(|(request, _)| {
        Ok(match (request.method().as_str(), kind(request)) {
            ("POST", Kind::User) => Body::User(User::from_slice(request.body())?),
            ("POST", Kind::Group) => Body::Group(Group::from_slice(request.body())?),
            _ => Body::Nothing,
        })
    });
    let bodies: Vec<Body> = bodies.collect::<Result<_, Box<dyn Error>>>()?;
    let start = Instant::now();
    for ((request, response), body) in exchanges.iter().zip(&bodies) {
        let answer = response.body();
        match body {
            Body::User(user) => {
                drop(black_box(endpoint.create(Kind::User, user.to_vec())));
                drop(black_box(User::from_slice(answer)?));
            }
            Body::Group(group) => {
                drop(black_box(endpoint.create(Kind::Group, group.to_vec())));
                drop(black_box(Group::from_slice(answer)?));
            }
            Body::Nothing => match kind(request) {
                Kind::User => drop(black_box(ListResponse::<User>::from_slice(answer)?)),
                Kind::Group => drop(black_box(ListResponse::<Group>::from_slice(answer)?)),
            },
        }
    }
    Ok(start.elapsed())
}

fn kind(request: &Request) -> Kind {
    if request.uri().path().contains("/Users") { Kind::User } else { Kind::Group }
}
