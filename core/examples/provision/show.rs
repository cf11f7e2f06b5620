//! What is printed on the way.

use std::collections::BTreeMap;

use heap_identity::sync::{Digest, GroupVerb, Plan, Step, Trip, UserVerb};
use indicatif::{ProgressBar, ProgressStyle};

/// How many steps of one kind a plan shows before it counts the rest.
const SHOWN_OF_A_KIND: usize = 4;

/// What an administrator would have done by hand.
pub fn walk(lines: &[String]) {
    println!("Both ends are set up");
    lines.iter().for_each(|line| println!("  {line}"));
}

/// A plan as `terraform plan` would show it; of many steps of one kind only the first.
pub fn plan(title: &str, plan: &Plan) {
    println!("\n{title}");
    let mut hidden: BTreeMap<&str, usize> = BTreeMap::new();
    let mut shown: BTreeMap<&str, usize> = BTreeMap::new();
    for step in plan.steps() {
        let kind = kind(step);
        let count = shown.entry(kind).or_default();
        if *count < SHOWN_OF_A_KIND {
            *count += 1;
            println!("{}", shortened(&step.to_string()));
        } else {
            *hidden.entry(kind).or_default() += 1;
        }
    }
    for (kind, count) in hidden {
        println!("  … and {count} more: {kind}");
    }
    println!("{}", plan.counts());
    println!("Digest: {}", plan.digest());
}

/// Of many members of a group only the first lines.
fn shortened(step: &str) -> String {
    const LINES: usize = 8;
    let lines: Vec<&str> = step.lines().collect();
    match (lines.split_at_checked(LINES), lines.last()) {
        (Some((first, [_, _, ..])), Some(reason)) => {
            let more = format!("      … and {} more lines", lines.len() - LINES - 1);
            [first, &[more.as_str(), reason]].concat().join("\n")
        }
        _ => step.to_string(),
    }
}

fn kind(step: &Step) -> &'static str {
    match step {
        Step::Conflict(_) => "conflicts",
        Step::Group(step) => match step.verb {
            GroupVerb::Create => "groups to create",
            GroupVerb::Delete => "groups to delete",
            GroupVerb::Release => "groups to release",
            GroupVerb::TakeOver => "groups to take over",
            _ => "groups to update",
        },
        Step::User(step) => match step.verb {
            UserVerb::Create => "users to create",
            UserVerb::Deactivate => "users to deactivate",
            UserVerb::Adopt => "users to adopt",
            UserVerb::Activate => "users to activate",
            _ => "users to update",
        },
        _ => "other steps",
    }
}

/// A tripped guard, and what approves exactly this plan.
pub fn trips(at: &str, trips: &[Trip], plan: &Plan, digest: Digest) {
    println!("{at}  a guard holds the plan back:");
    for trip in trips {
        println!("    {trip}");
    }
    println!("    {}", plan.counts());
    println!("    approved by its digest {digest}");
}

pub fn progress(length: usize) -> ProgressBar {
    let bar = ProgressBar::new(length.try_into().unwrap_or(u64::MAX));
    let style = "{msg} [{wide_bar}] {pos}/{len} {per_sec} {eta} left";
    bar.set_style(ProgressStyle::with_template(style).unwrap_or_else(|_| ProgressStyle::default_bar()));
    bar
}
