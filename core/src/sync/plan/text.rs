//! A plan as a person reads it: one line a step, with its reason below.

use core::fmt;

use super::{
    Plan,
    step::{AttributeChange, Conflict, GroupStep, GroupVerb, Step, UserStep, UserVerb},
};

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for step in self.steps() {
            writeln!(f, "{step}")?;
        }
        write!(f, "{}", self.counts())
    }
}

impl fmt::Display for Step {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Conflict(conflict) => conflict.fmt(f),
            Self::Group(group) => group.fmt(f),
            Self::User(user) => user.fmt(f),
        }
    }
}

impl fmt::Display for UserStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mark, verb) = (self.verb.mark(), self.verb.text());
        write!(f, "  {mark} {verb} user `{}` ({})", self.user_name, self.person)?;
        if self.verb != UserVerb::Deactivate {
            for change in &self.changes {
                write!(f, "\n      {change}")?;
            }
        }
        write!(f, "\n      because: {}", self.reason.text())
    }
}

impl fmt::Display for AttributeChange {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = self.attribute.name();
        match (&self.from, &self.to) {
            (None, Some(to)) => write!(f, "{name}: `{to}`"),
            (Some(from), Some(to)) => write!(f, "{name}: `{from}` -> `{to}`"),
            (from, None) => write!(f, "{name}: `{}` -> nothing", from.as_deref().unwrap_or_default()),
        }
    }
}

impl fmt::Display for GroupStep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (mark, verb) = (self.verb.mark(), self.verb.text());
        write!(f, "  {mark} {verb} group `{}` ({})", self.name, self.group)?;
        if let Some(before) = &self.renamed_from {
            write!(f, "\n      name: `{before}` -> `{}` (R28)", self.name)?;
        }
        if self.blind {
            write!(f, "\n      members are not told (F13): whoever is there is replaced by:")?;
        }
        for member in &self.add {
            write!(f, "\n      + member `{}` ({})", member.user_name, member.person)?;
        }
        for member in &self.remove {
            let who = member.user_name.as_deref().unwrap_or(&member.remote);
            write!(f, "\n      - member `{who}`: {}", member.reason.text())?;
        }
        write!(f, "\n      because: {}", self.reason.text())
    }
}

impl fmt::Display for Conflict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = if self.kind.is_of_group() { "group" } else { "user" };
        write!(
            f,
            "  ! leave {what} `{}` ({})\n      because: {}",
            self.name,
            self.id,
            self.kind.explanation()
        )
    }
}

/// How many steps of each kind a plan has.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Counts {
    /// Accounts that are created.
    pub users_created: usize,
    /// Accounts that are adopted, activated or changed.
    pub users_updated: usize,
    /// Accounts that are deactivated.
    pub users_deactivated: usize,
    /// Groups that are created.
    pub groups_created: usize,
    /// Groups that are taken over or changed.
    pub groups_updated: usize,
    /// Groups that are no longer synced.
    pub groups_released: usize,
    /// Groups that are deleted.
    pub groups_deleted: usize,
    /// Things that are reported and left.
    pub conflicts: usize,
}

impl fmt::Display for Counts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "Plan: users {} to create, {} to update, {} to deactivate; groups {} to create, {} to update, {} to release, {} to \
             delete; {} conflicts.",
            self.users_created,
            self.users_updated,
            self.users_deactivated,
            self.groups_created,
            self.groups_updated,
            self.groups_released,
            self.groups_deleted,
            self.conflicts
        )
    }
}

impl Plan {
    /// How many steps of each kind there are.
    pub fn counts(&self) -> Counts {
        let mut counts = Counts::default();
        for step in self.steps() {
            let count = match step {
                Step::Conflict(_) => &mut counts.conflicts,
                Step::Group(group) => match group.verb {
                    GroupVerb::Create => &mut counts.groups_created,
                    GroupVerb::Delete => &mut counts.groups_deleted,
                    GroupVerb::Release => &mut counts.groups_released,
                    GroupVerb::TakeOver | GroupVerb::Update => &mut counts.groups_updated,
                },
                Step::User(user) => match user.verb {
                    UserVerb::Create => &mut counts.users_created,
                    UserVerb::Deactivate => &mut counts.users_deactivated,
                    UserVerb::Activate | UserVerb::Adopt | UserVerb::Update => &mut counts.users_updated,
                },
            };
            *count += 1;
        }
        counts
    }
}
