//! The simulator of the sync engine, `core/tests/sim`: many seeds, one as a story, or mistakes planted in the engine.

use std::{env, fs, process::Command};

use crate::steps::{Outcome, Steps};

/// How many seeds a run tries unless it is told otherwise; also what `cargo xtask test` tries.
const SEEDS: u64 = 20_000;
/// Where a long run notes how far it is.
const STATE: &str = "target/simulate.state";

/// What was asked for.
#[derive(Debug, Eq, PartialEq)]
enum Asked {
    Planted,
    Seed(u64),
    Seeds(u64),
}

/// Tries many seeds and goes on where it was interrupted; tells one as a story; or plants mistakes and says what finds them.
pub(crate) fn simulate(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    match read(arguments)? {
        Asked::Planted => {
            let mut command = simulator(steps, "every_planted_mistake_is_found");
            // Another flag builds everything anew: a folder of its own keeps what is there.
            command.env("CARGO_TARGET_DIR", steps.path("target/planted")).env("RUSTFLAGS", planted_flags());
            steps.run("planted mistakes", &mut command)
        }
        Asked::Seed(seed) => {
            let mut command = simulator(steps, "every_run");
            steps.run("one seed", command.env("SIM_SEED", seed.to_string()))
        }
        Asked::Seeds(seeds) => {
            let mut command = simulator(steps, "every_run");
            command.env("SIM_SEEDS", seeds.to_string()).env("SIM_STATE", steps.path(STATE));
            steps.run("seeds", &mut command)?;
            fs::remove_file(steps.path(STATE)).map_err(|error| format!("{STATE}: {error}"))
        }
    }
}

/// The seeds of every test run.
pub(crate) fn test(steps: &mut Steps) -> Outcome {
    let mut command = simulator(steps, "every_run");
    steps.run("simulator", command.env("SIM_SEEDS", SEEDS.to_string()))
}

fn simulator(steps: &Steps, test: &str) -> Command {
    let package = ["test", "--profile", "simulate", "--package", "heap-identity", "--test", "sim"];
    let mut command = steps.command("cargo", &package);
    command.args(["--", "--nocapture", test]);
    command
}

/// The flags that are set anyway, and the one for planted mistakes (D33).
fn planted_flags() -> String {
    let flags = env::var("RUSTFLAGS").unwrap_or_default();
    format!("{flags} --cfg planted_bug").trim().to_owned()
}

fn read(arguments: &[&str]) -> Result<Asked, String> {
    let number = |text: &str| text.parse().map_err(|_| format!("expected a number; found {text}"));
    match arguments {
        [] => Ok(Asked::Seeds(SEEDS)),
        ["--planted"] => Ok(Asked::Planted),
        ["--seed", seed] => Ok(Asked::Seed(number(seed)?)),
        ["--seeds", seeds] => Ok(Asked::Seeds(number(seeds)?)),
        other => Err(format!("expected --seeds N, --seed N or --planted; found {}", other.join(" "))),
    }
}
