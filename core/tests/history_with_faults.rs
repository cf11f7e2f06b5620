//! The real history, replayed at the embedded tenant while requests and answers are lost and the process dies.

#![allow(
    clippy::unwrap_used,
    dead_code,
    unreachable_pub,
    reason = "a test panics where its world is not as it should be, and does not need all of the example's modules"
)]

#[path = "../examples/provision/compare.rs"]
mod compare;
#[path = "../examples/provision/history.rs"]
mod history;
#[path = "../examples/provision/model.rs"]
mod model;
#[path = "../examples/provision/tenant.rs"]
mod tenant;

use heap_identity::{
    entropy::Seeded,
    heap::Tenant,
    sync::{Config, Driver, Engine, Outcome, Record, Summary, TransportFailure, drive},
    wire::{Request, Response, Secret},
};
use jiff::Timestamp;

use model::Model;

/// The process dies before it has stored its records.
#[derive(Debug)]
struct Crash;

struct World {
    tenant: Tenant,
    token: Secret,
    now: Timestamp,
    journal: Vec<Record>,
    dice: Seeded,
    /// What happens to so many of a thousand requests, and how many of a thousand records are not stored.
    faults_permille: u64,
    crashes_permille: u64,
    faults: usize,
    crashes: usize,
}

impl World {
    fn engine(&self, model: &Model) -> Engine {
        let mut config = Config::new(self.tenant.base_url(), self.token.clone()).unwrap();
        config.guards = None;
        Engine::resume(config, &model.snapshot().unwrap(), 1, self.journal.iter().cloned()).unwrap()
    }

    /// Drives to the end, in as many processes as it takes.
    fn settle(&mut self, engine: &mut Engine, model: &Model) -> Summary {
        loop {
            match drive(engine, self) {
                Ok(summary) => return summary,
                Err(Crash) => *engine = self.engine(model),
            }
        }
    }

    fn happens(&mut self, permille: u64) -> bool {
        self.dice.next_u64() % 1000 < permille
    }
}

fn answer(status: u16) -> Response {
    let mut response = Response::new(b"<html>not today</html>".to_vec());
    *response.status_mut() = status.try_into().unwrap();
    response.headers_mut().insert("retry-after", "7".parse().unwrap());
    response
}

impl Driver for World {
    type Error = Crash;

    fn now(&mut self) -> Timestamp {
        self.now
    }

    fn persist(&mut self, records: Vec<Record>) -> Result<(), Crash> {
        if self.happens(self.crashes_permille) {
            self.crashes += 1;
            return Err(Crash);
        }
        self.journal.extend(records);
        Ok(())
    }

    fn send(&mut self, request: Request) -> Result<Response, TransportFailure> {
        if !self.happens(self.faults_permille) {
            return Ok(self.tenant.handle(&request, self.now));
        }
        self.faults += 1;
        let what = self.dice.next_u64() % 6;
        if what < 3 {
            // It arrives, and its answer does not, or not as it was.
            let mut response = self.tenant.handle(&request, self.now);
            return match what {
                0 => Err(TransportFailure::OutcomeUnknown),
                1 => Ok(answer(502)),
                _ => {
                    response.body_mut().truncate(20);
                    Ok(response)
                }
            };
        }
        match what {
            3 => Err(TransportFailure::NotSent),
            4 => Ok(answer(429)),
            _ => Err(TransportFailure::OutcomeUnknown),
        }
    }

    fn sleep_until(&mut self, at: Timestamp) {
        self.now = at;
    }
}

#[test]
fn d12_the_real_history_ends_without_differences_whatever_is_lost_on_the_way() {
    let mut moments = history::load().unwrap().into_iter();
    let first = moments.next().unwrap();
    let mut model = Model::new();
    first.changes.iter().for_each(|change| model.apply(change));
    let tenant::Heap { tenant, application, .. } =
        tenant::set_up(&model.snapshot().unwrap(), first.at).unwrap();
    let token = application.sync_config().unwrap().bearer_token;
    let (dice, journal) = (Seeded::new(11), Vec::new());
    let (faults_permille, crashes_permille, faults, crashes) = (100, 8, 0, 0);
    let now = first.at;
    let mut world =
        World { tenant, token, now, journal, dice, faults_permille, crashes_permille, faults, crashes };
    let mut engine = world.engine(&model);
    world.settle(&mut engine, &model);
    for moment in moments {
        world.now = world.now.max(moment.at);
        for change in moment.changes {
            model.apply(&change);
            engine.change(change);
        }
        world.settle(&mut engine, &model);
    }
    assert!(world.faults > 1000 && world.crashes > 10, "{} faults, {} crashes", world.faults, world.crashes);

    (world.faults_permille, world.crashes_permille) = (0, 0);
    engine.reconcile();
    let last = world.settle(&mut engine, &model);
    assert_eq!((last.outcome, last.failed, last.conflicts), (Outcome::Finished, 0, 0));
    assert_eq!(compare::differences(&model, &world.tenant), Vec::<String>::new());
    let writes = engine.writes();
    engine.reconcile();
    world.settle(&mut engine, &model);
    assert_eq!(engine.writes(), writes, "another comparison writes nothing");
}
