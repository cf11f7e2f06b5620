use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use core::fmt;

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, Unexpected, Visitor},
};

use super::{
    Plan,
    step::{GroupVerb, Step, UserVerb},
};
use crate::directory::{Object, without_mark};

/// A bound of one kind of loss: a plan may go up to the larger of a count and a share.
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct Limit {
    /// As many are always allowed.
    pub count: usize,
    /// As many of a hundred are allowed.
    #[serde(deserialize_with = "percent")]
    pub percent: u8,
}

impl Limit {
    /// How many of `total` are allowed.
    pub fn allowed(self, total: usize) -> usize {
        let share = total.saturating_mul(self.percent.into()) / 100;
        self.count.max(share)
    }
}

/// What a plan may take away before somebody has to approve it (D2, F01-F05).
///
/// ```
/// use heap_identity::sync::Guards;
/// assert_eq!(Guards::default().deactivations.allowed(1500), 150);
/// assert_eq!(Guards::default().deactivations.allowed(20), 10);
/// // In a file, what is left out keeps its default.
/// let guards = Guards::from_json(r#"{"membersRemovedPercent": 20}"#)?;
/// assert_eq!(guards, Guards { members_removed_percent: 20, ..Guards::default() });
/// # Ok::<(), heap_identity::sync::InvalidGuards>(())
/// ```
#[derive(Clone, Copy, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub struct Guards {
    /// Deactivations, of the managed active people.
    #[serde(deserialize_with = "limit")]
    pub deactivations: Limit,
    /// Deletions of groups, of the managed groups.
    #[serde(deserialize_with = "limit")]
    pub group_deletions: Limit,
    /// The share of its members, in percent, that one group may lose.
    #[serde(deserialize_with = "percent")]
    pub members_removed_percent: u8,
    /// Groups with fewer members than this may lose any of them.
    pub members_removed_from_size: usize,
}

impl Default for Guards {
    fn default() -> Self {
        Self {
            deactivations: Limit { count: 10, percent: 10 },
            group_deletions: Limit { count: 3, percent: 10 },
            members_removed_percent: 50,
            members_removed_from_size: 20,
        }
    }
}

/// A text that is no document of guards: where, and what was expected there.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("the guards cannot be read: {0}")]
pub struct InvalidGuards(String);

impl InvalidGuards {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        "sync.invalid_guards"
    }
}

impl Guards {
    /// Reads guards from a JSON document; what is left out keeps its default.
    ///
    /// # Errors
    /// [`InvalidGuards`] for what is no JSON or no object, for a key that is no guard (a misspelt one would leave its default in
    /// force), and for more than 100 percent.
    pub fn from_json(text: &str) -> Result<Self, InvalidGuards> {
        let read = serde_json::from_str(without_mark(text));
        read.map(|Object(guards)| guards).map_err(|error| InvalidGuards(error.to_string()))
    }
}

fn limit<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Limit, D::Error> {
    Object::deserialize(deserializer).map(|Object(limit)| limit)
}

fn percent<'de, D: Deserializer<'de>>(deserializer: D) -> Result<u8, D::Error> {
    deserializer.deserialize_u8(Percent)
}

struct Percent;

impl Visitor<'_> for Percent {
    type Value = u8;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a whole number from 0 to 100")
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<u8, E> {
        let percent = u8::try_from(number).ok().filter(|percent| *percent <= 100);
        percent.ok_or_else(|| E::invalid_value(Unexpected::Unsigned(number), &self))
    }
}

/// Why a plan needs an approval.
#[derive(Clone, Debug, Eq, PartialEq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "guard")]
#[non_exhaustive]
pub enum Trip {
    /// More people would be deactivated than allowed.
    #[error(
        "{planned} of {of} managed active people would be deactivated; {allowed} are allowed without approval"
    )]
    Deactivations {
        /// How many the plan deactivates.
        planned: usize,
        /// How many there are.
        of: usize,
        /// How many may go without approval.
        allowed: usize,
    },
    /// The source has nobody at all, while there are managed people.
    #[error("the directory is empty while {of} managed people are active; is the export whole?")]
    EmptySource {
        /// How many managed active people there are.
        of: usize,
    },
    /// More groups would be deleted than allowed.
    #[error("{planned} of {of} managed groups would be deleted; {allowed} are allowed without approval")]
    GroupDeletions {
        /// How many the plan deletes.
        planned: usize,
        /// How many there are.
        of: usize,
        /// How many may go without approval.
        allowed: usize,
    },
    /// A group is taken over whose members Heap does not tell: nobody knows how many it would lose (D4, F13).
    #[error("group `{group}` is taken over, and Heap does not tell whom it would lose")]
    MembersUnknown {
        /// The group's name.
        group: String,
    },
    /// One group would lose more members than allowed.
    #[error(
        "group `{group}` would lose {planned} of its {of} members; {allowed} are allowed without approval"
    )]
    MembersRemoved {
        /// The group's name.
        group: String,
        /// How many members the plan removes.
        planned: usize,
        /// How many it has.
        of: usize,
        /// How many may go without approval.
        allowed: usize,
    },
}

impl Plan {
    /// The guards that this plan trips; a plan with any needs an approval by its digest (D2).
    pub fn tripped(&self, guards: &Guards) -> Vec<Trip> {
        let mut trips = Vec::new();
        let (mut deactivations, mut deletions) = (0, 0);
        for step in self.steps() {
            match step {
                Step::User(user) if user.verb == UserVerb::Deactivate => deactivations += 1,
                Step::Group(group) if group.verb == GroupVerb::Delete => deletions += 1,
                Step::Group(group) if group.blind && group.verb == GroupVerb::TakeOver => {
                    trips.push(Trip::MembersUnknown { group: group.name.clone() });
                }
                Step::Group(group) if group.size >= guards.members_removed_from_size => {
                    let (planned, of) = (group.remove.len(), group.size);
                    let allowed = of.saturating_mul(guards.members_removed_percent.into()) / 100;
                    if planned > allowed {
                        trips.push(Trip::MembersRemoved { group: group.name.clone(), planned, of, allowed });
                    }
                }
                _ => {}
            }
        }
        let totals = self.totals();
        let allowed = guards.group_deletions.allowed(totals.managed_groups);
        if deletions > allowed {
            trips.insert(0, Trip::GroupDeletions { planned: deletions, of: totals.managed_groups, allowed });
        }
        let allowed = guards.deactivations.allowed(totals.managed_active);
        if deactivations > allowed {
            trips.insert(
                0,
                Trip::Deactivations { planned: deactivations, of: totals.managed_active, allowed },
            );
        }
        if totals.source_is_empty && totals.managed_active > 0 && !self.is_empty() {
            trips.insert(0, Trip::EmptySource { of: totals.managed_active });
        }
        trips
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::Guards;

    #[test]
    fn a_document_of_guards_is_an_object_with_percentages() {
        for (text, expected) in [
            ("[]", "expected an object"),
            (r#"{"deactivations": [1, 2]}"#, "expected an object"),
            (
                r#"{"deactivations": {"count": 1, "percent": 101}}"#,
                "`101`, expected a whole number from 0 to 100",
            ),
            (
                r#"{"groupDeletions": {"count": 1, "percent": -1}}"#,
                "`-1`, expected a whole number from 0 to 100",
            ),
            (r#"{"membersRemovedPercent": 1000}"#, "`1000`, expected a whole number from 0 to 100"),
            (r#"{"membersRemovedPercent": 1.5}"#, "`1.5`, expected a whole number from 0 to 100"),
            (r#"{"deactivatoins": {"count": 1, "percent": 1}}"#, "unknown field `deactivatoins`"),
        ] {
            let error = Guards::from_json(text).unwrap_err().to_string();
            assert!(error.contains(expected), "{text}: {error}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let guards = Guards::from_json("\u{feff}{\"membersRemovedPercent\": 100}").unwrap();
        assert_eq!(guards, Guards { members_removed_percent: 100, ..Guards::default() });
    }
}
