//! What the run came to, for people and for machines.

use std::{collections::BTreeMap, fmt};

use heap_identity::sync::{Digest, Event, Plan, Trip};
use serde::Serialize;
use serde_json::value::RawValue;

use crate::run::{End, Run};

/// How many lines of one kind people are shown.
const SHOWN_MAX: usize = 20;

#[derive(Serialize)]
pub struct Report {
    pub outcome: &'static str,
    pub reason: Option<String>,
    pub rounds: u32,
    pub requests: BTreeMap<&'static str, u64>,
    pub writes: u64,
    pub steps: usize,
    pub events: BTreeMap<&'static str, Attempts>,
    /// Of the last round.
    pub failures: Vec<Event>,
    pub held: Option<Held>,
    pub seconds: f64,
}

#[derive(Serialize)]
pub struct Attempts {
    pub succeeded: usize,
    pub failed: usize,
}

#[derive(Serialize)]
pub struct Held {
    pub digest: String,
    pub trips: Vec<Trip>,
    pub plan: Option<Box<RawValue>>,
    #[serde(skip)]
    text: String,
}

impl Report {
    /// `approved` is the digest that was given with `--approve`.
    pub fn of(run: &mut Run, end: End, approved: Option<Digest>, seconds: f64) -> Self {
        let (outcome, reason, held) = match end {
            End::Equal => ("equal", None, None),
            End::Failed(reason) => ("failed", Some(reason), None),
            End::Held { digest, trips } => {
                let plan = run.engine.plan();
                let held = Held {
                    digest: digest.to_string(),
                    trips,
                    plan: plan.and_then(|plan| RawValue::from_string(plan.to_json()).ok()),
                    text: plan.map(shown).unwrap_or_default(),
                };
                let reason = if approved.is_some_and(|approved| approved != digest) {
                    "the digest given with --approve is of another plan: the directory or the tenant has changed since it was \
                     shown, or a part of it is done; nothing of this plan was sent"
                } else {
                    "the plan takes more away than is allowed without approval; nothing of it was sent"
                };
                ("held", Some(reason.into()), Some(held))
            }
        };
        let events = run.counts.events.iter();
        Self {
            outcome,
            reason,
            rounds: run.counts.rounds,
            requests: run.engine.requests().clone(),
            writes: run.engine.writes(),
            steps: run.counts.steps,
            events: events
                .map(|(name, (succeeded, failed))| {
                    (*name, Attempts { succeeded: *succeeded, failed: *failed })
                })
                .collect(),
            failures: std::mem::take(&mut run.round.failures),
            held,
            seconds,
        }
    }

    pub fn is_equal(&self) -> bool {
        self.outcome == "equal"
    }
}

/// A plan as text; of a long one the beginning, and its counts.
fn shown(plan: &Plan) -> String {
    let steps = plan.steps();
    let mut lines: Vec<String> = steps.iter().take(SHOWN_MAX).map(ToString::to_string).collect();
    if steps.len() > SHOWN_MAX {
        lines.push(format!("  … and {} more steps (all of them with --json)", steps.len() - SHOWN_MAX));
    }
    lines.push(plan.counts().to_string());
    lines.join("\n")
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for event in self.failures.iter().take(SHOWN_MAX) {
            let resource = event.resource.as_ref().map_or("-", |resource| resource.id.as_str());
            let error = event.error.as_deref().unwrap_or("-");
            writeln!(f, "{} {resource}: {error}", event.name.as_str())?;
        }
        if let Some(more) = self.failures.len().checked_sub(SHOWN_MAX).filter(|more| *more > 0) {
            writeln!(f, "… and {more} more (all of them with --json)")?;
        }
        if let Some(held) = &self.held {
            writeln!(f, "{}", held.text)?;
            held.trips.iter().try_for_each(|trip| writeln!(f, "guard: {trip}"))?;
            writeln!(f, "to carry out exactly this plan, add: --approve {}", held.digest)?;
        }
        let requests: u64 = self.requests.values().sum();
        let (steps, writes, seconds) = (self.steps, self.writes, self.seconds);
        match &self.reason {
            None => write!(f, "the tenant equals the directory")?,
            Some(reason) => write!(f, "the tenant does not equal the directory: {reason}")?,
        }
        write!(f, " ({steps} steps, {writes} writes of {requests} requests, {seconds:.1} s)")
    }
}
