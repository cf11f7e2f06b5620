use alloc::{string::String, vec::Vec};

use serde::Serialize;

/// One step of a plan: what is done and why.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "step")]
#[non_exhaustive]
pub enum Step {
    /// Something is left as it is because two readings contradict each other; a person has to decide.
    Conflict(Conflict),
    /// A group at Heap is written, or let go.
    Group(GroupStep),
    /// An account at Heap is written.
    User(UserStep),
}

/// What is done to an account.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum UserVerb {
    /// An inactive account of ours is made active again, the same account (R32).
    Activate,
    /// An account that exists becomes ours (D3).
    Adopt,
    /// A new account.
    Create,
    /// The account is made inactive (R32).
    Deactivate,
    /// Attributes are changed.
    Update,
}

/// A step for one account.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct UserStep {
    /// What is done.
    pub verb: UserVerb,
    /// The person's directory id.
    pub person: String,
    /// The account's user name.
    pub user_name: String,
    /// The account's id at Heap; `None` for an account that is still to be created.
    pub remote: Option<String>,
    /// The attributes that are written, with their values before and after.
    pub changes: Vec<AttributeChange>,
    /// Why.
    pub reason: Reason,
}

/// An attribute that a step writes.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AttributeChange {
    /// The attribute.
    pub attribute: Attribute,
    /// The value at Heap; `None` where it has none.
    pub from: Option<String>,
    /// The value of the directory; `None` clears the attribute.
    pub to: Option<String>,
}

/// The attributes of an account that are written (R21).
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub enum Attribute {
    /// `active`.
    Active,
    /// `name.familyName`.
    FamilyName,
    /// `name.givenName`.
    GivenName,
    /// Heap's role, wherever the mapping puts it (D8).
    Role,
}

impl Attribute {
    /// Its name in SCIM; the role's own place is a matter of the mapping (D8).
    pub const fn name(self) -> &'static str {
        match self {
            Self::Active => "active",
            Self::FamilyName => "name.familyName",
            Self::GivenName => "name.givenName",
            Self::Role => "role",
        }
    }
}

/// What is done to a group.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum GroupVerb {
    /// A new group, with its members.
    Create,
    /// The group is deleted (R30).
    Delete,
    /// The group is no longer synced and left as it is (R29); nothing is sent.
    Release,
    /// A group of the same name becomes ours (R26).
    TakeOver,
    /// Name or members are changed.
    Update,
}

/// A step for one group.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupStep {
    /// What is done.
    pub verb: GroupVerb,
    /// The group's directory id.
    pub group: String,
    /// The group's name after the step.
    pub name: String,
    /// The group's id at Heap; `None` for a group that is still to be created.
    pub remote: Option<String>,
    /// The name at Heap, where it is changed (R28).
    pub renamed_from: Option<String>,
    /// The people who become members.
    pub add: Vec<AddedMember>,
    /// The members that are removed; their accounts are untouched.
    pub remove: Vec<RemovedMember>,
    /// Heap does not tell the members, and nothing is recorded as sent: those in `add` replace whoever is there (F13).
    #[serde(skip_serializing_if = "core::ops::Not::not")]
    pub blind: bool,
    /// How many members the group has at Heap before the step, as far as is known.
    pub size: usize,
    /// Why.
    pub reason: Reason,
}

/// A person whom a step makes a member.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct AddedMember {
    /// The person's directory id.
    pub person: String,
    /// The user name that the directory has.
    pub user_name: String,
}

/// A member that a step removes from a group.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct RemovedMember {
    /// The account's id at Heap.
    pub remote: String,
    /// The account's user name, where it is known.
    pub user_name: Option<String>,
    /// Why.
    pub reason: Reason,
}

/// Something that is reported and left as it is.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Conflict {
    /// What contradicts what.
    pub kind: ConflictKind,
    /// The directory id of the person or group.
    pub id: String,
    /// The user name or group name that is concerned.
    pub name: String,
}

/// What contradicts what.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ConflictKind {
    /// The account with this user name belongs to somebody else or another integration (D3).
    AccountClaimed,
    /// Several accounts have this user name (D3).
    AccountsAmbiguous,
    /// The email changed, which Heap cannot follow (R22, D10).
    EmailChanged,
    /// The group at Heap with this name carries another directory id (D3).
    GroupClaimed,
    /// A group at Heap has this name but for its case (D9).
    GroupNameCase,
    /// Several groups at Heap have this name.
    GroupsAmbiguous,
    /// Two groups of the directory have this name.
    GroupNameTwice,
    /// The user name changed, which Heap cannot follow (R22).
    UserNameChanged,
    /// Two people of the directory have this user name.
    UserNameTwice,
}

/// Why a step is taken.
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reason {
    /// The attributes at Heap are not those of the directory.
    AttributesDiffer,
    /// The group is bound to the application, and no longer so at Heap's side.
    BoundAgain,
    /// The person was deleted at the identity provider.
    DeletedPerson,
    /// The group was deleted at the identity provider.
    DeletedGroup,
    /// What was ours is gone at Heap.
    GoneAtHeap,
    /// A bound group has its first member.
    GroupHasMembers,
    /// A bound group holds the person.
    InBoundGroup,
    /// A repeated request has made the group a second time.
    MadeTwice,
    /// The directory's group does not hold this member.
    NotInDirectoryGroup,
    /// No bound group holds the person any more.
    NoBoundGroup,
    /// The person's account was replaced by one with the new user name.
    Replaced,
    /// The person has access again.
    Returned,
    /// What is at Heap carries the directory's id, under another name.
    SameDirectoryId,
    /// A group at Heap has the same name.
    SameGroupName,
    /// An account at Heap has the same user name.
    SameUserName,
    /// The person is suspended at the identity provider.
    Suspended,
    /// Name or members at Heap are not those of the directory.
    TeamDiffers,
    /// The group is no longer bound to the application.
    Unbound,
    /// The user name changed, and the policy is to replace the account.
    UserNameChanged,
}
