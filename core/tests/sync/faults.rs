//! Histories through a proxy that misbehaves, with kills: at the end of every step the tenant equals the directory.

use std::{process::Command, thread, time::Duration};

use serde_json::Value;

use crate::{
    history::History,
    programs::{Process, Server, Sync, example},
};

const PROFILES: [&str; 13] = [
    "drop-request",
    "drop-answer",
    "late",
    "duplicate",
    "reorder",
    "throttle",
    "errors",
    "truncate",
    "reset",
    "stale",
    "unauthorized",
    "html",
    "mixed",
];

#[test]
fn d12_whatever_a_proxy_does_and_whenever_the_process_is_killed_the_end_is_right() {
    drop(example("proxy"));
    let failures: Vec<String> = thread::scope(|scope| {
        let runs: Vec<_> =
            (1..).zip(PROFILES).map(|(seed, profile)| scope.spawn(move || run(profile, seed, 2))).collect();
        runs.into_iter().filter_map(|run| run.join().unwrap().err()).collect()
    });
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// A longer run: `SYNC_SEEDS=100 SYNC_PROFILE=mixed cargo test --test sync -- --ignored`.
#[test]
#[ignore = "takes as long as it is told to"]
fn many_seeds() {
    let number =
        |name, default| std::env::var(name).ok().and_then(|text| text.parse().ok()).unwrap_or(default);
    let (first, count): (u64, u64) = (number("SYNC_FIRST_SEED", 1000), number("SYNC_SEEDS", 10));
    let only = std::env::var("SYNC_PROFILE").ok();
    let profiles: Vec<&str> =
        PROFILES.into_iter().filter(|profile| only.as_deref().is_none_or(|only| only == *profile)).collect();
    drop(example("proxy"));
    let (mut passed, mut failures) = (0, Vec::new());
    let cases: Vec<(u64, &str)> = (first..first + count)
        .flat_map(|seed| profiles.iter().map(move |profile| (seed, *profile)))
        .collect();
    for batch in cases.chunks(16) {
        let ended: Vec<_> = thread::scope(|scope| {
            let runs: Vec<_> =
                batch.iter().map(|(seed, profile)| scope.spawn(move || run(profile, *seed, 5))).collect();
            runs.into_iter().map(|run| run.join().unwrap()).collect()
        });
        for result in ended {
            match result {
                Ok(()) => passed += 1,
                Err(failure) => failures.push(failure),
            }
        }
    }
    println!("{passed} passed, {} failed", failures.len());
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

/// How long the proxy may show what is no longer so. A directory that is changed back within that time is beyond any client.
const STALE: Duration = Duration::from_secs(2);

fn run(profile: &str, seed: u64, steps: usize) -> Result<(), String> {
    let server = Server::start();
    let origin = server.base_url.split("/scim").next().unwrap();
    let mut proxy = Command::new(example("proxy"));
    proxy.args(["--to", origin, "--profile", profile, "--seed", &seed.to_string(), "--hold-ms", "1500"]);
    let (_process, proxied) = Process::serving(proxy);

    let sync = Sync::new(&format!("{profile}-{seed}"), &server.base_url.replace(origin, &proxied));
    let mut history = History::new(seed);
    let pause = if ["stale", "mixed"].contains(&profile) { STALE } else { Duration::ZERO };
    for step in 0..steps {
        let told = |what: String| format!("{profile}, seed {seed}, step {step}: {what}");
        if step > 0 {
            thread::sleep(pause);
            history.step();
        }
        sync.directory(&history.document());
        if history.below(2) == 0 {
            kill_in_the_middle(&sync, history.below(400));
            thread::sleep(pause);
            // The directory does not wait for the next start.
            history.step();
            sync.directory(&history.document());
        }
        settle(&sync).map_err(told)?;
        let (users, groups) = (server.list("Users"), server.list("Groups"));
        let differences = history.differences(&users, &groups);
        if !differences.is_empty() {
            return Err(told(differences.join("; ")));
        }
    }
    let direct = Sync::of(&sync, &server.base_url).run(&[]);
    if (direct.status, &direct.summary["writes"]) != (0, &Value::from(0)) {
        return Err(format!("{profile}, seed {seed}: another run wrote: {}", direct.summary));
    }
    Ok(())
}

const QUICK: [&str; 4] = ["--guards", "off", "--timeout", "1"];

fn kill_in_the_middle(sync: &Sync, milliseconds: usize) {
    let process = Process(sync.command(&QUICK).stdout(std::process::Stdio::null()).spawn().unwrap());
    thread::sleep(Duration::from_millis(u64::try_from(milliseconds).unwrap()));
    drop(process);
}

/// A run may give up; another start goes on.
fn settle(sync: &Sync) -> Result<(), String> {
    let mut last = String::new();
    for _ in 0..4 {
        let run = sync.run(&QUICK);
        match run.status {
            0 => return Ok(()),
            3 => last = format!("{} {}", run.summary, run.error),
            status => return Err(format!("status {status}: {}", run.error)),
        }
    }
    Err(last)
}
