//! A failing run made smaller: whatever it also fails without is left out.

use std::{collections::BTreeSet, rc::Rc};

/// How many runs are spent on it.
const RUNS_MAX: usize = 600;

/// Occurrences of a run, by their number.
type Numbers = Rc<BTreeSet<usize>>;

/// The occurrences that a failing run can do without. `fails` runs without some, and says how many there were and whether it fails.
pub fn shrink(fails: &mut dyn FnMut(&Numbers) -> (usize, bool)) -> Numbers {
    let mut skipped = Rc::new(BTreeSet::new());
    let (all, _) = fails(&skipped);
    let (mut size, mut runs) = (all.div_ceil(2).max(1), 0);
    loop {
        let mut shrank = false;
        for start in (0..all).step_by(size) {
            let more: BTreeSet<usize> =
                (start..(start + size).min(all)).filter(|number| !skipped.contains(number)).collect();
            if more.is_empty() || runs >= RUNS_MAX {
                continue;
            }
            runs += 1;
            let candidate = Rc::new(skipped.union(&more).copied().collect());
            if fails(&candidate).1 {
                (skipped, shrank) = (candidate, true);
            }
        }
        if runs >= RUNS_MAX || size == 1 && !shrank {
            return skipped;
        }
        size = (size / 2).max(1);
    }
}

#[test]
fn a_failing_run_is_reduced_to_what_makes_it_fail() {
    let mut fails = |skipped: &Numbers| (90, !skipped.contains(&17) && !skipped.contains(&80));
    let skipped = shrink(&mut fails);
    let left: Vec<usize> = (0..90).filter(|number| !skipped.contains(number)).collect();
    assert_eq!(left, [17, 80]);
}
