//! The main job: a directory, provisioned into an embedded Heap tenant and logged in, end to end. See README.md.

#![expect(clippy::disallowed_methods, reason = "an example has a clock: it tells how long it took")]
#![expect(unreachable_pub, reason = "the modules of an example are private")]

mod args;
mod compare;
mod history;
mod login;
mod model;
mod show;
mod summary;
mod tenant;

use std::{
    path::Path,
    process::ExitCode,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use heap_identity::{
    directory::{Change, Snapshot, snapshot_from_json},
    sync::{Engine, InMemory, Outcome, Review, drive},
};
use indicatif::ProgressBar;
use jiff::Timestamp;

use crate::{history::Moment, model::Model, summary::Summary, tenant::Heap};

type Failure = Box<dyn std::error::Error>;

fn main() -> ExitCode {
    let args = match args::parse(std::env::args_os()) {
        Ok(args) => args,
        Err(error) => return usage(&format!("{error}; see --help")),
    };
    if args.help {
        println!("{}", args::HELP);
        return ExitCode::SUCCESS;
    }
    let source = match &args.directory {
        Some(file) => read(file).map(|snapshot| (now(), Model::of(&snapshot), Vec::new())),
        None => replayed().map_err(|error: Failure| error.to_string()),
    };
    let (start, model, later): (Timestamp, Model, Vec<Moment>) = match source {
        Ok(source) => source,
        Err(error) => return usage(&error),
    };
    match run(start, model, later, args.json) {
        Ok(summary) => {
            if args.json {
                println!("{}", serde_json::to_string(&summary).unwrap_or_default());
            } else {
                println!("{summary}");
            }
            let is_equal = summary.differences == 0 && summary.second_run_writes == 0;
            if is_equal { ExitCode::SUCCESS } else { ExitCode::from(1) }
        }
        Err(error) => {
            eprintln!("provision: {error}");
            ExitCode::from(1)
        }
    }
}

fn now() -> Timestamp {
    let seconds = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs());
    i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok()).unwrap_or_default()
}

fn usage(error: &str) -> ExitCode {
    eprintln!("provision: {error}");
    ExitCode::from(2)
}

fn read(file: &Path) -> Result<Snapshot, String> {
    let name = file.display();
    let text = std::fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
    let ignored = |key: &str| eprintln!("provision: {name}: the key `{key}` is not known and passed over");
    snapshot_from_json(&text, ignored).map_err(|error| format!("{name}: {error}"))
}

/// The history: the directory at its first moment, and what happened afterwards.
fn replayed() -> Result<(Timestamp, Model, Vec<Moment>), Failure> {
    let mut moments = history::load()?.into_iter();
    let first = moments.next().ok_or("the history is empty")?;
    let mut model = Model::new();
    first.changes.iter().for_each(|change| model.apply(change));
    Ok((first.at, model, moments.collect()))
}

fn run(start: Timestamp, mut model: Model, later: Vec<Moment>, json: bool) -> Result<Summary, Failure> {
    let began = Instant::now();
    let directory = model.snapshot()?;
    let mut heap = tenant::set_up(&directory, start)?;
    if !json {
        show::walk(&heap.walk);
    }
    let mut config = heap.application.sync_config()?;
    config.review = Review::Always;
    // What the application does not bind is not its business (R12, R29).
    let view = heap.application.view(&directory);
    let mut run = Run {
        engine: Engine::new(config, &view, 1),
        heap: &mut heap,
        now: start,
        summary: Summary::default(),
        is_quiet: json,
    };
    run.settle(Some("The first plan"), None)?;

    let bar = if json { ProgressBar::hidden() } else { show::progress(later.len()) };
    for moment in later {
        run.now = moment.at;
        bar.set_message(moment.at.strftime("%Y-%m").to_string());
        for change in &moment.changes {
            model.apply(change);
            run.change(change.clone());
        }
        run.settle(None, Some(&bar))?;
        bar.inc(1);
    }
    bar.finish_and_clear();

    let before = run.engine.writes();
    run.engine.reconcile();
    run.settle(None, None)?;
    run.summary.second_run_writes = run.engine.writes() - before;
    run.summary.requests = run.engine.requests().iter().map(|(name, count)| (*name, *count)).collect();

    let (mut summary, now) = (run.summary, run.now);
    // The test user of the activation has come and gone, and is not counted among the people.
    for event in heap.application.events().into_iter().filter(|event| event.resource.is_none()) {
        *summary.events.entry(event.name.as_str()).or_default() += 1;
    }
    let differences = compare::differences(&model, &heap.tenant);
    differences.iter().take(20).for_each(|difference| eprintln!("difference: {difference}"));
    summary.differences = differences.len();
    let directory = model.snapshot()?;
    tenant::bind(&mut heap.application, &directory)?;
    let view = heap.application.view(&directory);
    summary.logins = login::show(&mut heap, &model, &view, now)?;
    summary.users = model.people.len();
    summary.groups = model.groups.len();
    summary.memberships = model.members.values().map(std::collections::BTreeSet::len).sum();
    summary.seconds = began.elapsed().as_secs_f64();
    Ok(summary)
}

/// The engine, the tenant, and what is counted on the way.
struct Run<'h> {
    engine: Engine,
    heap: &'h mut Heap,
    now: Timestamp,
    summary: Summary,
    is_quiet: bool,
}

impl Run<'_> {
    fn change(&mut self, change: Change) {
        self.summary.changes += 1;
        self.engine.change(change);
    }

    /// Drives the engine until nothing is left to do, and approves each plan by its digest: after showing it, where it has a
    /// title or trips a guard.
    fn settle(&mut self, title: Option<&str>, bar: Option<&ProgressBar>) -> Result<(), Failure> {
        loop {
            // The tenant ends with this process, and so does all that the journal could be needed for: it is not kept.
            let tenant = &mut self.heap.tenant;
            let mut driver = InMemory::new(self.now, |request, now| Ok(tenant.handle(&request, now)));
            let driven = drive(&mut self.engine, &mut driver)?;
            self.summary.failed_steps += driven.failed;
            self.summary.conflicts += driven.conflicts;
            for event in self.engine.events() {
                *self.summary.events.entry(event.name.as_str()).or_default() += 1;
            }
            let (digest, trips) = match driven.outcome {
                Outcome::Finished => return Ok(()),
                Outcome::AwaitingApproval { digest, trips } => (digest, trips),
                Outcome::TokenRefused { reason } | Outcome::Unreadable { reason } => {
                    return Err(reason.into());
                }
                other => return Err(format!("the engine stands still: {other:?}").into()),
            };
            self.summary.tripped_guards += usize::from(!trips.is_empty());
            if let Some(plan) = self.engine.plan().filter(|_| !self.is_quiet) {
                let at = self.now.strftime("%Y-%m-%d").to_string();
                let print = || match title {
                    Some(title) => show::plan(title, plan),
                    None if trips.is_empty() => {}
                    None => show::trips(&at, &trips, plan, digest),
                };
                bar.map_or_else(print, |bar| bar.suspend(print));
            }
            self.engine.approve(digest)?;
        }
    }
}
