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
const ROUNDS: usize = 101;
const ROUND: Duration = Duration::from_millis(5);

fn verify(criterion: &mut Criterion) {
    for (name, attributes) in SIZES {
        let verification = Verification::with_attributes(attributes).unwrap();
        let mut group = criterion.benchmark_group(format!("verify, {name}"));
        group.bench_function("floor", |bencher| bencher.iter(|| verification.floor()));
        group.bench_function("ours", |bencher| bencher.iter(|| verification.ours().unwrap()));
    }
}

/// Both sides in turn, so that a change of the machine's speed meets both: the median of the rounds' ratios.
fn ratio(name: &str, verification: &Verification) {
    let floor = || {
        black_box(verification.floor());
    };
    let ours = || {
        black_box(verification.ours().unwrap());
    };
    let repetitions = ROUND.as_nanos() / timed(1, &ours).as_nanos().max(1);
    let repetitions = u32::try_from(repetitions).unwrap_or(u32::MAX).max(1);
    let mut rounds: Vec<[f64; 3]> = (0..ROUNDS)
        .map(|_| {
            let [floor, ours] =
                [timed(repetitions, &floor), timed(repetitions, &ours)].map(|it| it.as_secs_f64());
            [ours / floor, ours * 1e6 / f64::from(repetitions), floor * 1e6 / f64::from(repetitions)]
        })
        .collect();
    rounds.sort_by(|left, right| left[0].total_cmp(&right[0]));
    let [ratio, ours, floor] = rounds.swap_remove(ROUNDS / 2);
    let bytes = verification.xml.len();
    println!("verify, {name} ({bytes} bytes): {ratio:.2} times the floor ({ours:.1} µs to {floor:.1} µs)");
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
