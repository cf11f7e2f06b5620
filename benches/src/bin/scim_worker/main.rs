//! `scim_worker decode FILE`: one list of users decoded into typed, lossless resources, in a process of its own so that
//! its memory can be told. Prints `{"seconds", "users", "peak_mb"}`; the time is without reading the file.
//!
//! `scim_worker diff DIR`: two directories in CSV files become two snapshots and are compared. Prints `{"load_s", "users_s",
//! "members_s", "joins", "leaves", "create", "update", "deactivate", "delete", "peak_mb"}`. A snapshot is sorted when it is
//! complete, so loading has what other ways have in comparing.
//!
//! `scim_worker texts DIR`: the same, but the files are in memory before the clock starts and ids are texts that are looked up.
//!
//! `scim_worker change USERS`: what the engine needs for one change of a membership in a directory of so many users. Prints
//! `{"seconds", "cold_seconds", "users", "peak_mb"}`: the median of many changes one straight after the other, and of as many that
//! each come after other work.
//!
//! `scim_worker engine USERS`: what the engine takes to create so many users and their groups of 50, and to compare them once they are
//! there, and what encoding and decoding its messages takes. A ratio is of what the engine takes besides.
#![expect(clippy::disallowed_methods, reason = "a benchmark has a clock")]

mod change;
mod diff;
mod engine;
mod texts;

use std::{error::Error, hint::black_box, process::ExitCode, time::Instant};

use heap_identity::scim::{ListResponse, User};

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let answer = match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["decode", file] => decode(file),
        ["diff", folder] => diff::run(folder),
        ["texts", folder] => texts::run(folder),
        ["change", users] => change::run(users),
        ["engine", users] => engine::run(users),
        _ => {
            Err("usage: scim_worker decode FILE | diff DIR | texts DIR | change USERS | engine USERS".into())
        }
    };
    match answer {
        Ok(line) => {
            println!("{line}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("scim_worker: {error}");
            ExitCode::FAILURE
        }
    }
}

fn decode(file: &str) -> Result<String, Box<dyn Error>> {
    let bytes = std::fs::read(file)?;
    let start = Instant::now();
    let page: ListResponse<User> = ListResponse::from_slice(&bytes)?;
    let seconds = start.elapsed().as_secs_f64();
    let users = black_box(&page.resources).len();
    Ok(format!("{{\"seconds\":{seconds},\"users\":{users},\"peak_mb\":{}}}", peak_mb()?))
}

/// The most memory that this process has had, in MiB (`VmHWM`, Linux).
fn peak_mb() -> Result<f64, Box<dyn Error>> {
    let status = std::fs::read_to_string("/proc/self/status")?;
    let kilobytes = status.lines().find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"));
    Ok(kilobytes.ok_or("the system does not tell the memory of this process")?.parse::<f64>()? / 1024.0)
}
