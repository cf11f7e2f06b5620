//! The words of a plan: the same for the text, the bindings and whoever draws a plan.

use super::step::{ConflictKind, GroupVerb, Reason, UserVerb};

impl UserVerb {
    /// Every verb.
    pub const ALL: &'static [Self] =
        &[Self::Activate, Self::Adopt, Self::Create, Self::Deactivate, Self::Update];

    /// The sign that stands before a step.
    pub const fn mark(self) -> char {
        match self {
            Self::Activate | Self::Update => '~',
            Self::Adopt => '=',
            Self::Create => '+',
            Self::Deactivate => '-',
        }
    }

    /// The verb in words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Activate => "activate",
            Self::Adopt => "adopt",
            Self::Create => "create",
            Self::Deactivate => "deactivate",
            Self::Update => "update",
        }
    }
}

impl GroupVerb {
    /// Every verb.
    pub const ALL: &'static [Self] =
        &[Self::Create, Self::Delete, Self::Release, Self::TakeOver, Self::Update];

    /// The sign that stands before a step.
    pub const fn mark(self) -> char {
        match self {
            Self::Create => '+',
            Self::Delete => '-',
            Self::Release => '.',
            Self::TakeOver => '=',
            Self::Update => '~',
        }
    }

    /// The verb in words.
    pub const fn text(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Delete => "delete",
            Self::Release => "release",
            Self::TakeOver => "take over",
            Self::Update => "update",
        }
    }
}

impl ConflictKind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::AccountClaimed,
        Self::AccountsAmbiguous,
        Self::EmailChanged,
        Self::GroupClaimed,
        Self::GroupNameCase,
        Self::GroupsAmbiguous,
        Self::GroupNameTwice,
        Self::UserNameChanged,
        Self::UserNameTwice,
    ];

    /// The stable code.
    pub const fn code(self) -> &'static str {
        match self {
            Self::AccountClaimed => "sync.account_claimed",
            Self::AccountsAmbiguous => "sync.accounts_ambiguous",
            Self::EmailChanged => "sync.email_changed",
            Self::GroupClaimed => "sync.group_claimed",
            Self::GroupNameCase => "sync.group_name_case",
            Self::GroupsAmbiguous => "sync.groups_ambiguous",
            Self::GroupNameTwice => "sync.group_name_twice",
            Self::UserNameChanged => "sync.user_name_changed",
            Self::UserNameTwice => "sync.user_name_twice",
        }
    }

    /// What is wrong and what to do.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::AccountClaimed => {
                "the account with this user name carries another directory id, or is another person's of the directory; if it is this \
                 person's, remove its externalId at Heap, or the other person from the directory"
            }
            Self::AccountsAmbiguous => {
                "several accounts at Heap have this user name; delete all but the right one (R22 makes such doubles)"
            }
            Self::EmailChanged => {
                "the email changed, and Heap cannot change it (R22); change it back, or change the user name too and choose to replace the account"
            }
            Self::GroupClaimed => {
                "the group at Heap with this name carries another directory id; remove its externalId there if it is this group"
            }
            Self::GroupNameCase => {
                "a group at Heap has this name in other upper and lower case; rename one of the two"
            }
            Self::GroupsAmbiguous => {
                "several groups at Heap have this name; rename all but the one to take over"
            }
            Self::GroupNameTwice => "two groups of the directory have this name; rename or unbind one",
            Self::UserNameChanged => {
                "the user name changed, and Heap cannot change it (R22); choose to replace the account, or change it back"
            }
            Self::UserNameTwice => "two people of the directory have this user name; change one",
        }
    }

    /// Whether a group is concerned, and not a person.
    pub const fn is_of_group(self) -> bool {
        matches!(
            self,
            Self::GroupClaimed | Self::GroupNameCase | Self::GroupsAmbiguous | Self::GroupNameTwice
        )
    }
}

impl Reason {
    /// Every reason.
    pub const ALL: &'static [Self] = &[
        Self::AttributesDiffer,
        Self::BoundAgain,
        Self::DeletedPerson,
        Self::DeletedGroup,
        Self::GoneAtHeap,
        Self::GroupHasMembers,
        Self::InBoundGroup,
        Self::MadeTwice,
        Self::NotInDirectoryGroup,
        Self::NoBoundGroup,
        Self::Replaced,
        Self::Returned,
        Self::SameDirectoryId,
        Self::SameGroupName,
        Self::SameUserName,
        Self::Suspended,
        Self::TeamDiffers,
        Self::Unbound,
        Self::UserNameChanged,
    ];

    /// The reason in words, with its rule.
    pub const fn text(self) -> &'static str {
        match self {
            Self::AttributesDiffer => "attributes differ from the directory's (R21)",
            Self::BoundAgain => "the group is bound again (R27)",
            Self::DeletedPerson => "deleted at the identity provider (R32)",
            Self::DeletedGroup => "the group was deleted at the identity provider (R30)",
            Self::MadeTwice => "a repeated request has made the group a second time (F39)",
            Self::GoneAtHeap => "it is gone at Heap, and the directory still has it (F12)",
            Self::GroupHasMembers => "the bound group has members (R25, R27)",
            Self::InBoundGroup => "a bound group holds this person (R12)",
            Self::NotInDirectoryGroup => "the directory's group does not hold this member (R27, D4)",
            Self::NoBoundGroup => "no bound group holds this person any more (R29, R30, R32)",
            Self::Replaced => "replaced by the account with the new user name (R22)",
            Self::Returned => "has access again: the same account (R32)",
            Self::SameDirectoryId => {
                "it carries the directory's id at Heap: ours after a lost state (D3, F30)"
            }
            Self::SameGroupName => "a group with this name exists at Heap and is taken over (R26)",
            Self::SameUserName => "an account with this user name exists at Heap and is adopted (D3)",
            Self::Suspended => "suspended at the identity provider (R32)",
            Self::TeamDiffers => "name or members differ from the directory's (R27, R28)",
            Self::Unbound => "no longer bound to the application: left as it is (R29)",
            Self::UserNameChanged => "the user name changed: a new account replaces the old one (R22)",
        }
    }

    /// The reason in words, without its rule.
    pub fn words(self) -> &'static str {
        self.halves().0
    }

    /// The rules and settled questions that the reason follows, by number, such as `R29, R32`.
    pub fn rule(self) -> &'static str {
        self.halves().1
    }

    fn halves(self) -> (&'static str, &'static str) {
        let (words, rule) = self.text().rsplit_once(" (").unwrap_or((self.text(), ""));
        (words, rule.trim_end_matches(')'))
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::{ConflictKind, GroupVerb, Reason, UserVerb};

    #[test]
    fn every_word_of_a_plan_is_another_one() {
        let reasons: BTreeSet<&str> = Reason::ALL.iter().map(|reason| reason.text()).collect();
        let conflicts: BTreeSet<&str> = ConflictKind::ALL.iter().map(|kind| kind.code()).collect();
        let users: BTreeSet<&str> = UserVerb::ALL.iter().map(|verb| verb.text()).collect();
        let groups: BTreeSet<&str> = GroupVerb::ALL.iter().map(|verb| verb.text()).collect();
        assert_eq!([reasons.len(), conflicts.len()], [Reason::ALL.len(), ConflictKind::ALL.len()]);
        assert_eq!([users.len(), groups.len()], [UserVerb::ALL.len(), GroupVerb::ALL.len()]);
    }

    #[test]
    fn every_reason_names_its_rule() {
        for reason in Reason::ALL {
            let (words, rule) = (reason.words(), reason.rule());
            assert_eq!(alloc::format!("{words} ({rule})"), reason.text());
            assert!(rule.split(", ").all(|one| one.starts_with(['R', 'D', 'F']) && one.len() > 1), "{rule}");
        }
    }
}
