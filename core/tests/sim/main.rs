//! Whole runs of the sync engine against a service provider, each made of one seed: see README.md.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::indexing_slicing,
    clippy::panic,
    clippy::std_instead_of_core,
    clippy::std_instead_of_alloc,
    clippy::alloc_instead_of_core,
    clippy::cast_possible_truncation,
    unreachable_pub,
    reason = "helpers of a test: what cannot be read or found fails it"
)]

mod checker;
mod directory;
mod end;
mod faults;
mod random;
mod run;
mod tenant;
mod world;

use std::{
    collections::BTreeMap,
    env, panic,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

/// How many seeds a normal test run tries.
const SEEDS: u64 = 2000;

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

/// What went wrong with a seed, and the story up to there.
fn failure(seed: u64, with_story: bool) -> Option<String> {
    let story = Mutex::new(Vec::new());
    let outcome = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        run::run(seed, &mut |line: &dyn Fn() -> String| {
            if with_story {
                story.lock().unwrap().push(line());
            }
        })
    }));
    let why = match outcome {
        Ok(Ok(())) => return None,
        Ok(Err(why)) => why,
        Err(panicked) => match panicked.downcast_ref::<String>() {
            Some(text) => format!("panicked: {text}"),
            None => format!("panicked: {:?}", panicked.downcast_ref::<&str>()),
        },
    };
    let story = story.into_inner().unwrap_or_default().join("\n");
    Some(format!("{story}\nseed {seed}: {why}"))
}

#[test]
fn every_run_ends_with_both_sides_equal_and_nothing_forbidden_on_the_way() {
    if let Some(seed) = number("SIM_SEED") {
        let failure = failure(seed, true);
        assert!(failure.is_none(), "{}", failure.unwrap_or_default());
        return;
    }
    let first = number("SIM_FIRST").unwrap_or(0);
    let count = number("SIM_SEEDS").unwrap_or(SEEDS);
    let shown = number("SIM_SHOW").unwrap_or(1) as usize;
    let next = AtomicU64::new(first);
    let failed = Mutex::new(BTreeMap::new());
    let try_seeds = || loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= first + count || failed.lock().unwrap().len() >= shown {
            return;
        }
        if let Some(why) = failure(seed, false) {
            failed.lock().unwrap().insert(seed, why);
        }
    };
    thread::scope(|scope| {
        for _ in 0..thread::available_parallelism().map_or(1, usize::from) {
            scope.spawn(try_seeds);
        }
    });
    let failed = failed.into_inner().unwrap();
    let Some((seed, _)) = failed.first_key_value() else { return };
    let list: Vec<_> = failed.values().map(|why| why.trim()).collect();
    let story = failure(*seed, true)
        .unwrap_or_else(|| "it does not fail twice: the run depends on more than its seed".into());
    panic!("{}\n{story}\nreplay with SIM_SEED={seed} cargo test --test sim", list.join("\n"));
}
