//! Plans, their steps, and guards.

use heap_identity::sync;

use crate::{error::HeapIdentityError, held::Held, mirror::mirror};

/// A bound of one kind of loss: a plan may go up to the larger of a count and a share.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Limit {
    /// As many are always allowed.
    pub count: u32,
    /// As many of a hundred are allowed.
    pub percent: u8,
}

/// What a plan may take away before somebody has to approve it.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Guards {
    /// Deactivations, of the managed active people.
    pub deactivations: Limit,
    /// Deletions of groups, of the managed groups.
    pub group_deletions: Limit,
    /// The share of its members, in percent, that one group may lose.
    pub members_removed_percent: u8,
    /// Groups with fewer members than this may lose any of them.
    pub members_removed_from_size: u32,
}

/// The guards that hold unless others are given.
#[uniffi::export]
pub fn standard_guards() -> Guards {
    sync::Guards::default().into()
}

/// The guards of a document; what it leaves out is as the standard guards have it.
#[uniffi::export]
pub fn guards_from_json(text: &str) -> Result<Guards, HeapIdentityError> {
    Ok(sync::Guards::from_json(text)?.into())
}

mirror! {
    /// What is done to an account.
    from UserVerb of sync::UserVerb {
        /// It is made active again.
        Activate,
        /// An account that is there becomes ours.
        Adopt,
        /// A new account.
        Create,
        /// It is made inactive.
        Deactivate,
        /// Attributes are changed.
        Update,
    }
}

mirror! {
    /// What is done to a group.
    from GroupVerb of sync::GroupVerb {
        /// A new group, with its members.
        Create,
        /// The group is deleted.
        Delete,
        /// The group is no longer synced and left as it is; nothing is sent.
        Release,
        /// A group of the same name becomes ours.
        TakeOver,
        /// Name or members are changed.
        Update,
    }
}

/// An attribute that a step writes.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct AttributeChange {
    /// The attribute's name in SCIM.
    pub attribute: String,
    /// The value at Heap; none where it has none.
    pub from: Option<String>,
    /// The value of the directory; none clears the attribute.
    pub to: Option<String>,
}

/// A step for one account.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct UserStep {
    /// What is done.
    pub verb: UserVerb,
    /// The person's directory id.
    pub person: String,
    /// The account's user name.
    pub user_name: String,
    /// The account's id at Heap; none for an account that is still to be created.
    pub remote: Option<String>,
    /// The attributes that are written.
    pub changes: Vec<AttributeChange>,
    /// Why, with the rule.
    pub reason: String,
    /// The step for people.
    pub text: String,
}

/// A person whom a step makes a member.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct AddedMember {
    /// The person's directory id.
    pub person: String,
    /// The user name that the directory has.
    pub user_name: String,
}

/// A member that a step removes from a group; the account is untouched.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct RemovedMember {
    /// The account's id at Heap.
    pub remote: String,
    /// The account's user name, where it is known.
    pub user_name: Option<String>,
    /// Why, with the rule.
    pub reason: String,
}

/// A step for one group.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct GroupStep {
    /// What is done.
    pub verb: GroupVerb,
    /// The group's directory id.
    pub group: String,
    /// The group's name after the step.
    pub name: String,
    /// The group's id at Heap; none for a group that is still to be created.
    pub remote: Option<String>,
    /// The name at Heap, where it is changed.
    pub renamed_from: Option<String>,
    /// The people who become members.
    pub add: Vec<AddedMember>,
    /// The members that are removed.
    pub remove: Vec<RemovedMember>,
    /// Heap does not tell the members: those in `add` replace whoever is there.
    pub blind: bool,
    /// How many members the group has at Heap before the step, as far as is known.
    pub size: u64,
    /// Why, with the rule.
    pub reason: String,
    /// The step for people.
    pub text: String,
}

/// Something that is reported and left as it is.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Conflict {
    /// The stable code of what contradicts what.
    pub code: String,
    /// What is wrong and what to do.
    pub explanation: String,
    /// Whether a group is concerned, and not a person.
    pub is_of_group: bool,
    /// The directory id of the person or group.
    pub id: String,
    /// The user name or group name that is concerned.
    pub name: String,
}

/// One step of a plan.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum Step {
    /// Something is reported and left.
    Conflict {
        /// What.
        conflict: Conflict,
    },
    /// Something is done to a group.
    Group {
        /// What.
        step: GroupStep,
    },
    /// Something is done to an account.
    User {
        /// What.
        step: UserStep,
    },
    /// A step that this version of the Swift package does not know.
    Other,
}

/// How many steps of each kind a plan has.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Counts {
    /// Accounts that are created.
    pub users_created: u64,
    /// Accounts that are adopted, activated or changed.
    pub users_updated: u64,
    /// Accounts that are deactivated.
    pub users_deactivated: u64,
    /// Groups that are created.
    pub groups_created: u64,
    /// Groups that are taken over or changed.
    pub groups_updated: u64,
    /// Groups that are no longer synced.
    pub groups_released: u64,
    /// Groups that are deleted.
    pub groups_deleted: u64,
    /// Things that are reported and left.
    pub conflicts: u64,
    /// The counts for people.
    pub text: String,
}

/// The size of what a plan is for: what guards measure against.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Totals {
    /// Managed people who are active.
    pub managed_active: u64,
    /// Managed groups.
    pub managed_groups: u64,
    /// Whether the directory is empty.
    pub source_is_empty: bool,
}

/// The steps from what Heap holds to what the directory says.
#[derive(Debug, uniffi::Object)]
pub struct Plan(pub(crate) Held<sync::Plan>);

#[uniffi::export]
impl Plan {
    /// What an approval names.
    pub fn digest(&self) -> String {
        self.0.digest().to_string()
    }

    /// The steps, in the order in which they are carried out.
    pub fn steps(&self) -> Vec<Step> {
        self.0.steps().iter().map(Into::into).collect()
    }

    /// Whether there is nothing to do and nothing to report.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether anything would be sent.
    pub fn has_writes(&self) -> bool {
        self.0.has_writes()
    }

    /// How many steps of each kind there are.
    pub fn counts(&self) -> Counts {
        let counts = self.0.counts();
        Counts {
            users_created: counts.users_created as u64,
            users_updated: counts.users_updated as u64,
            users_deactivated: counts.users_deactivated as u64,
            groups_created: counts.groups_created as u64,
            groups_updated: counts.groups_updated as u64,
            groups_released: counts.groups_released as u64,
            groups_deleted: counts.groups_deleted as u64,
            conflicts: counts.conflicts as u64,
            text: counts.to_string(),
        }
    }

    /// The size of what the plan is for.
    pub fn totals(&self) -> Totals {
        let totals = self.0.totals();
        Totals {
            managed_active: totals.managed_active as u64,
            managed_groups: totals.managed_groups as u64,
            source_is_empty: totals.source_is_empty,
        }
    }

    /// The guards that the plan trips, each in words.
    pub fn tripped(&self, guards: Guards) -> Vec<String> {
        self.0.tripped(&guards.into()).iter().map(ToString::to_string).collect()
    }

    /// The plan for machines.
    pub fn json(&self) -> String {
        self.0.to_json()
    }

    /// The plan for people.
    pub fn text(&self) -> String {
        self.0.to_string()
    }
}

impl From<Guards> for sync::Guards {
    fn from(guards: Guards) -> Self {
        let limit = |limit: Limit| sync::Limit { count: limit.count as usize, percent: limit.percent };
        Self {
            deactivations: limit(guards.deactivations),
            group_deletions: limit(guards.group_deletions),
            members_removed_percent: guards.members_removed_percent,
            members_removed_from_size: guards.members_removed_from_size as usize,
        }
    }
}

impl From<sync::Guards> for Guards {
    fn from(guards: sync::Guards) -> Self {
        let count = |count: usize| u32::try_from(count).unwrap_or(u32::MAX);
        let limit = |limit: sync::Limit| Limit { count: count(limit.count), percent: limit.percent };
        Self {
            deactivations: limit(guards.deactivations),
            group_deletions: limit(guards.group_deletions),
            members_removed_percent: guards.members_removed_percent,
            members_removed_from_size: count(guards.members_removed_from_size),
        }
    }
}

impl From<&sync::Step> for Step {
    fn from(step: &sync::Step) -> Self {
        match step {
            sync::Step::Conflict(conflict) => Self::Conflict { conflict: conflict.into() },
            sync::Step::Group(step) => Self::Group { step: step.into() },
            sync::Step::User(step) => Self::User { step: step.into() },
            _ => Self::Other,
        }
    }
}

impl From<&sync::Conflict> for Conflict {
    fn from(conflict: &sync::Conflict) -> Self {
        Self {
            code: conflict.kind.code().to_owned(),
            explanation: conflict.kind.explanation().to_owned(),
            is_of_group: conflict.kind.is_of_group(),
            id: conflict.id.clone(),
            name: conflict.name.clone(),
        }
    }
}

impl From<&sync::UserStep> for UserStep {
    fn from(step: &sync::UserStep) -> Self {
        let changes = step.changes.iter().map(|change| AttributeChange {
            attribute: change.attribute.name().to_owned(),
            from: change.from.clone(),
            to: change.to.clone(),
        });
        Self {
            verb: step.verb.into(),
            person: step.person.clone(),
            user_name: step.user_name.clone(),
            remote: step.remote.clone(),
            changes: changes.collect(),
            reason: step.reason.text().to_owned(),
            text: step.to_string(),
        }
    }
}

impl From<&sync::GroupStep> for GroupStep {
    fn from(step: &sync::GroupStep) -> Self {
        let add = step
            .add
            .iter()
            .map(|member| AddedMember { person: member.person.clone(), user_name: member.user_name.clone() });
        let remove = step.remove.iter().map(|member| RemovedMember {
            remote: member.remote.clone(),
            user_name: member.user_name.clone(),
            reason: member.reason.text().to_owned(),
        });
        Self {
            verb: step.verb.into(),
            group: step.group.clone(),
            name: step.name.clone(),
            remote: step.remote.clone(),
            renamed_from: step.renamed_from.clone(),
            add: add.collect(),
            remove: remove.collect(),
            blind: step.blind,
            size: step.size as u64,
            reason: step.reason.text().to_owned(),
            text: step.to_string(),
        }
    }
}
