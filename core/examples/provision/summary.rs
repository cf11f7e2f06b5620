//! What the run came to, for people and for machines.

use std::{collections::BTreeMap, fmt};

use serde::Serialize;

#[derive(Debug, Default, Serialize)]
pub struct Summary {
    pub users: usize,
    pub groups: usize,
    pub memberships: usize,
    pub changes: usize,
    pub requests: BTreeMap<&'static str, u64>,
    pub events: BTreeMap<&'static str, u64>,
    pub failed_steps: usize,
    pub conflicts: usize,
    pub tripped_guards: usize,
    pub differences: usize,
    pub second_run_writes: u64,
    pub logins: Vec<String>,
    pub seconds: f64,
}

impl fmt::Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\nSummary")?;
        writeln!(
            f,
            "  directory at the end  {} people, {} groups, {} memberships",
            self.users, self.groups, self.memberships
        )?;
        writeln!(f, "  changes replayed      {}", self.changes)?;
        writeln!(f, "  requests              {}", listed(&self.requests))?;
        writeln!(f, "  events                {}", listed(&self.events))?;
        writeln!(f, "  failed steps          {}", self.failed_steps)?;
        writeln!(f, "  conflicts             {}", self.conflicts)?;
        writeln!(f, "  tripped guards        {}, each approved by its plan's digest", self.tripped_guards)?;
        for login in &self.logins {
            writeln!(f, "  login                 {login}")?;
        }
        writeln!(f, "  differences           {}", self.differences)?;
        writeln!(f, "  writes, second run    {}", self.second_run_writes)?;
        write!(f, "  seconds               {:.1}", self.seconds)
    }
}

fn listed(counts: &BTreeMap<&'static str, u64>) -> String {
    let total: u64 = counts.values().sum();
    let parts: Vec<String> = counts.iter().map(|(name, count)| format!("{name} {count}")).collect();
    format!("{total} ({})", parts.join(", "))
}
