//! Brings a SCIM tenant to what a directory says, over HTTP: a thin driver around the engine. See README.md.

#![expect(clippy::disallowed_methods, reason = "an example has a clock, a socket and threads")]
#![expect(unreachable_pub, reason = "the modules of an example are private")]

mod args;
mod http;
mod report;
mod run;
mod state;

use std::{
    fs,
    path::Path,
    process::ExitCode,
    time::{Instant, SystemTime, UNIX_EPOCH},
};

use heap_identity::{
    directory::{Snapshot, snapshot_from_json},
    sync::{ChangedUserName, Config, Engine, Guards},
    wire::Secret,
};
use indicatif::{ProgressBar, ProgressStyle};

use crate::{
    args::{Args, GuardsFrom},
    http::Http,
    report::Report,
    run::{Counts, Health, Round, Run},
    state::State,
};

/// The tenant equals the directory: 0. Something was held back or failed: 3. Bad usage or a bad file: 2.
const HELD_OR_FAILED: u8 = 3;
const BAD_USAGE: u8 = 2;

fn main() -> ExitCode {
    let args = match args::parse(std::env::args_os()) {
        Ok(Some(args)) => args,
        Ok(None) => {
            println!("{}", args::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => return told(BAD_USAGE, &format!("{error}; see --help")),
    };
    let began = Instant::now();
    let mut run = match prepare(&args) {
        Ok(run) => run,
        Err(error) => return told(BAD_USAGE, &error),
    };
    let end = run.settle();
    run.bar.finish_and_clear();
    let end = match end {
        Ok(end) => end,
        Err(error) => return told(HELD_OR_FAILED, &error),
    };
    let report = Report::of(&mut run, end, args.approve, began.elapsed().as_secs_f64());
    if args.json {
        println!("{}", serde_json::to_string(&report).unwrap_or_default());
    } else {
        println!("{report}");
    }
    if report.is_equal() { ExitCode::SUCCESS } else { ExitCode::from(HELD_OR_FAILED) }
}

fn told(status: u8, error: &str) -> ExitCode {
    eprintln!("sync: {error}");
    ExitCode::from(status)
}

/// Everything that can be wrong before the first request.
fn prepare(args: &Args) -> Result<Run, String> {
    let directory = read_directory(&args.directory)?;
    let token = std::env::var(&args.token_env)
        .map_err(|_| format!("the environment variable {} holds no token", args.token_env))?;
    let token = Secret::new(token.trim().into());
    let mut config = Config::new(&args.base_url, token.clone()).map_err(|error| error.to_string())?;
    config.guards = match &args.guards {
        GuardsFrom::Default => Some(Guards::default()),
        GuardsFrom::File(file) => Some(read_guards(file)?),
        GuardsFrom::Off => None,
    };
    if args.replace_changed_user_names {
        config.changed_user_name = ChangedUserName::Replace;
    }
    let http = Http::start(&config.base_url, config.in_flight_max);

    let (mut state, records) = State::open(&args.state)?;
    let is_first = records.is_empty();
    let mut engine = Engine::resume(config, &directory, seed(), records)
        .map_err(|error| format!("{}: {error}", args.state.display()))?;
    state.replace(&if is_first { Vec::new() } else { engine.compacted_journal() })?;
    if let Some(digest) = args.approve {
        engine.approve(digest).map_err(|error| error.to_string())?;
    }
    Ok(Run {
        engine,
        http,
        state,
        token,
        timeout: args.timeout,
        bar: if args.json { ProgressBar::hidden() } else { progress() },
        counts: Counts::default(),
        round: Round::default(),
        health: Health::new(),
    })
}

fn read_directory(file: &Path) -> Result<Snapshot, String> {
    let name = file.display();
    let text = fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
    let ignored = |key: &str| eprintln!("sync: {name}: the key `{key}` is not known and passed over");
    snapshot_from_json(&text, ignored).map_err(|error| format!("{name}: {error}"))
}

fn read_guards(file: &Path) -> Result<Guards, String> {
    let name = file.display();
    let text = fs::read_to_string(file).map_err(|error| format!("{name}: {error}"))?;
    Guards::from_json(&text).map_err(|error| format!("{name}: {error}"))
}

/// Feeds the jitter only.
fn seed() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::from(since.subsec_nanos()) ^ u64::from(std::process::id()) << 32
}

fn progress() -> ProgressBar {
    let bar = ProgressBar::new(0);
    let style = "{msg} [{wide_bar}] {pos}/{len} steps, {per_sec}, {eta} left";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
