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
mod shrink;
mod tenant;
mod world;

use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs, panic,
    rc::Rc,
    sync::{
        Mutex,
        atomic::{AtomicU64, Ordering},
    },
    thread,
};

use indicatif::{ProgressBar, ProgressStyle};

/// How many seeds `cargo test` tries; `cargo xtask test` and `cargo xtask simulate` try more.
const SEEDS: u64 = 2000;

fn number(name: &str) -> Option<u64> {
    env::var(name).ok().map(|text| text.parse().unwrap_or_else(|_| panic!("{name} is not a number: {text}")))
}

/// A run without some of its occurrences: how many there were, what went wrong, and the story up to there.
fn tried(seed: u64, skipped: &Rc<BTreeSet<usize>>, with_story: bool) -> (usize, Option<String>, Vec<String>) {
    let mut story = Vec::new();
    let outcome = panic::catch_unwind(panic::AssertUnwindSafe(|| {
        run::run(seed, skipped, &mut |line: &dyn Fn() -> String| {
            if with_story {
                story.push(line());
            }
        })
    }));
    match outcome {
        Ok((occurrences, result)) => (occurrences, result.err(), story),
        Err(panicked) => {
            let text = panicked.downcast_ref::<String>().cloned();
            let text = text.or_else(|| panicked.downcast_ref::<&str>().map(ToString::to_string));
            (0, Some(format!("panicked: {}", text.unwrap_or_default())), story)
        }
    }
}

/// What a failure is about: a smaller run that fails in another way is another story.
fn kind(why: &str) -> Vec<&str> {
    let is_plain = |word: &&str| word.chars().all(|letter| letter.is_ascii_lowercase());
    why.split_whitespace().filter(is_plain).take(4).collect()
}

/// A failing seed as a story, reduced to what makes it fail.
fn story(seed: u64) -> Option<String> {
    let nothing = Rc::new(BTreeSet::new());
    let why = tried(seed, &nothing, false).1?;
    let skipped = shrink::shrink(&mut |skipped| {
        let (occurrences, smaller, _) = tried(seed, skipped, false);
        (occurrences, smaller.is_some_and(|smaller| kind(&smaller) == kind(&why)))
    });
    let (_, smaller, story) = tried(seed, &skipped, true);
    let left_out = format!("the story above, without {} occurrences", skipped.len());
    Some(format!(
        "{}\nseed {seed}: {why}\n{left_out}: {}\nreplay with cargo xtask simulate --seed {seed}",
        story.join("\n"),
        smaller.unwrap_or_default()
    ))
}

/// Tries seeds from `first` on until `shown` have failed. `done` is told the seed below which all were tried.
fn failing(first: u64, count: u64, shown: usize, done: &(dyn Fn(u64) + Sync)) -> BTreeMap<u64, String> {
    let next = AtomicU64::new(first);
    let failed = Mutex::new(BTreeMap::new());
    let nothing = || Rc::new(BTreeSet::new());
    let try_seeds = || loop {
        let seed = next.fetch_add(1, Ordering::Relaxed);
        if seed >= first + count || failed.lock().unwrap().len() >= shown {
            return;
        }
        if let Some(why) = tried(seed, &nothing(), false).1 {
            failed.lock().unwrap().insert(seed, format!("seed {seed}: {why}"));
        }
        done(seed);
    };
    let threads = number("SIM_THREADS")
        .map_or_else(|| thread::available_parallelism().map_or(1, usize::from), |threads| threads as usize);
    thread::scope(|scope| {
        for _ in 0..threads {
            scope.spawn(try_seeds);
        }
    });
    failed.into_inner().unwrap()
}

#[test]
fn every_run_ends_with_both_sides_equal_and_nothing_forbidden_on_the_way() {
    if let Some(seed) = number("SIM_SEED") {
        let story = story(seed);
        assert!(story.is_none(), "{}", story.unwrap_or_default());
        return;
    }
    let state = env::var("SIM_STATE").ok();
    let reached = state.as_ref().and_then(|path| fs::read_to_string(path).ok()?.trim().parse().ok());
    let first = reached.or(number("SIM_FIRST")).unwrap_or(0);
    let end = number("SIM_FIRST").unwrap_or(0) + number("SIM_SEEDS").unwrap_or(SEEDS);
    let count = end.saturating_sub(first);
    let bar = if state.is_some() { ProgressBar::new(end) } else { ProgressBar::hidden() };
    bar.set_style(ProgressStyle::with_template("{bar:40} {pos}/{len} seeds, {eta} left").unwrap());
    bar.set_position(first);
    let failed = failing(first, count, number("SIM_SHOW").unwrap_or(1) as usize, &|seed| {
        if seed % 100 == 0 {
            bar.set_position(seed);
            // What the other threads still try is tried again after an interruption.
            state.iter().for_each(|path| fs::write(path, seed.saturating_sub(100).to_string()).unwrap());
        }
    });
    bar.finish();
    if let Some((seed, _)) = failed.first_key_value() {
        let list: Vec<&str> = failed.values().map(String::as_str).collect();
        let story = story(*seed)
            .unwrap_or_else(|| "it does not fail twice: the run depends on more than its seed".into());
        panic!("{}\n{story}", list.join("\n"));
    }
    state.iter().for_each(|path| fs::write(path, end.to_string()).unwrap());
}

/// D33: each mistake that is planted in the engine is found.
#[cfg(planted_bug)]
#[test]
fn every_planted_mistake_is_found() {
    use heap_identity::sync::{PLANTABLE, plant};
    panic::set_hook(Box::new(|_| {}));
    let most = number("SIM_SEEDS").unwrap_or(20_000);
    let mut missed = Vec::new();
    for bug in 0..PLANTABLE {
        let words = plant(bug).unwrap();
        match failing(0, most, 1, &|_| {}).first_key_value() {
            Some((seed, why)) => {
                println!("| {words} | {seed} |");
                if env::var_os("SIM_WHY").is_some() {
                    println!("    {}", why.chars().take(300).collect::<String>());
                }
            }
            None => missed.push(words),
        }
    }
    let _none = plant(usize::MAX);
    assert!(missed.is_empty(), "not found within {most} seeds: {missed:#?}");
}
