//! Verifying a signed Response, against what no verification can do without. `cargo xtask bench` runs it.
#![allow(
    clippy::disallowed_methods,
    clippy::std_instead_of_core,
    clippy::unwrap_used,
    missing_docs,
    reason = "a benchmark measures time, and a failed one has nothing to go on with"
)]

use std::{
    hint::black_box,
    time::{Duration, Instant},
};

use criterion::{Criterion, criterion_group};
use heap_identity_benches::Verification;

/// A usual login, and one of the largest that people send.
const SIZES: [(&str, usize); 2] = [("10 attributes", 10), ("1000 attributes", 1_000)];
const ROUNDS: usize = 1_001;
/// Shorter than a scheduler's turn, so that most rounds run undisturbed.
const SLICE: Duration = Duration::from_micros(200);

fn verify(criterion: &mut Criterion) {
    for (name, attributes) in SIZES {
        let verification = Verification::with_attributes(attributes).unwrap();
        let mut group = criterion.benchmark_group(format!("verify, {name}"));
        group.bench_function("floor", |bencher| bencher.iter(|| verification.floor()));
        group.bench_function("ours", |bencher| bencher.iter(|| verification.ours().unwrap()));
    }
}

/// Both sides in turn, in slices of the same length, so that whatever else the machine does meets both alike: the
/// median of the rounds' ratios.
fn ratio(name: &str, verification: &Verification) {
    let floor = || {
        black_box(verification.floor());
    };
    let ours = || {
        black_box(verification.ours().unwrap());
    };
    let (floors, owns) = (repetitions(&floor), repetitions(&ours));
    let mut rounds: Vec<[f64; 3]> = (0..ROUNDS)
        .map(|_| {
            let floor = timed(floors, &floor).as_secs_f64() / f64::from(floors);
            let ours = timed(owns, &ours).as_secs_f64() / f64::from(owns);
            [ours / floor, ours * 1e6, floor * 1e6]
        })
        .collect();
    rounds.sort_by(|left, right| left[0].total_cmp(&right[0]));
    let [ratio, ours, floor] = rounds.swap_remove(ROUNDS / 2);
    let bytes = verification.xml.len();
    println!("verify, {name} ({bytes} bytes): {ratio:.2} times the floor ({ours:.1} µs to {floor:.1} µs)");
}

/// How often `run` fits into a slice, by the shortest of a few runs.
fn repetitions(run: &impl Fn()) -> u32 {
    let shortest = (0..20).map(|_| timed(1, run)).min().unwrap_or(SLICE);
    u32::try_from(SLICE.as_nanos() / shortest.as_nanos().max(1)).unwrap_or(u32::MAX).max(1)
}

fn timed(repetitions: u32, run: &impl Fn()) -> Duration {
    let begun = Instant::now();
    for _ in 0..repetitions {
        run();
    }
    begun.elapsed()
}

criterion_group!(benches, verify);

fn main() {
    benches();
    for (name, attributes) in SIZES {
        ratio(name, &Verification::with_attributes(attributes).unwrap());
    }
    Criterion::default().configure_from_args().final_summary();
}
