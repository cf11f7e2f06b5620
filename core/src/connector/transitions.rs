//! Everything that affects what an application may do next: one table. It does not know how the actions are carried out.
//!
//! `cargo xtask docs` draws `core/docs/CONNECTOR.md` from it.

use serde::{Deserialize, Serialize};

/// Where an application stands on the administrator's walk.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum State {
    /// It is in the catalogue, and nothing is configured (R1).
    Created,
    /// It is a link in the portal without single sign-on (R42).
    Bookmark,
    /// People can sign on; accounts are not managed (R14).
    SsoConfigured,
    /// The base URL and the token are being verified for the first time (R18).
    Activating,
    /// Accounts are managed, and people can sign on.
    Managed,
    /// A new base URL or token is being verified; until it is, the old ones hold (R19).
    Reauthorising,
    /// It is gone (R43).
    Deleted,
}

/// What an administrator does, or what a verification says.
#[derive(Clone, Copy, Debug, Deserialize, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Action {
    /// Changes the label, the description, the image or whether the portal shows it (R1).
    EditDetails,
    /// Changes the IdP URL (R3).
    ChangeIdpUrl,
    /// Saves the address of a bookmark (R42).
    SaveBookmark,
    /// Makes the application no bookmark (R42).
    DeactivateBookmark,
    /// Saves the SSO configuration (R4, R5).
    SaveSso,
    /// Turns single sign-on off (R42).
    DeactivateSso,
    /// Saves settings of identity management other than its credentials (R19, R24, R31).
    SaveSettings,
    /// Gives the first base URL and token, to be verified (R18).
    Activate,
    /// Gives a new base URL or token, to be verified (R19).
    UpdateCredentials,
    /// The verification found that they work.
    AcceptVerification,
    /// The verification found why they do not work.
    RefuseVerification,
    /// Turns identity management off (R42).
    DeactivateIdentityManagement,
    /// Deletes the application (R43).
    Delete,
}

impl State {
    /// Every state.
    pub const ALL: &'static [Self] = &[
        Self::Created,
        Self::Bookmark,
        Self::SsoConfigured,
        Self::Activating,
        Self::Managed,
        Self::Reauthorising,
        Self::Deleted,
    ];

    /// Its name in texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Created => "created",
            Self::Bookmark => "a bookmark",
            Self::SsoConfigured => "configured for SSO",
            Self::Activating => "being activated",
            Self::Managed => "managed",
            Self::Reauthorising => "being re-authorised",
            Self::Deleted => "deleted",
        }
    }

    /// Whether people can sign on (R9, R10).
    pub const fn has_sso(self) -> bool {
        matches!(self, Self::SsoConfigured | Self::Activating | Self::Managed | Self::Reauthorising)
    }

    /// Whether accounts are managed: while new credentials are being verified, the old ones hold (R19).
    pub const fn has_identity_management(self) -> bool {
        matches!(self, Self::Managed | Self::Reauthorising)
    }

    /// The state after an action.
    ///
    /// # Errors
    /// [`Forbidden`], with the rule and what to do first.
    ///
    /// ```
    /// use heap_identity::connector::{Action, State};
    /// assert_eq!(State::Created.after(Action::SaveSso), Ok(State::SsoConfigured));
    /// let forbidden = State::Created.after(Action::Activate).unwrap_err();
    /// assert_eq!(forbidden.rule, "R14");
    /// ```
    pub fn after(self, action: Action) -> Result<Self, Forbidden> {
        let allowed = TRANSITIONS.iter().find(|(from, by, _)| (*from, *by) == (self, action));
        allowed.map(|(_, _, to)| *to).ok_or_else(|| {
            let why =
                FORBIDDEN.iter().find(|why| why.actions.contains(&action) && why.states.contains(&self));
            let (rule, first) = why.map_or(("", ""), |why| (why.rule, why.first));
            Forbidden { action, state: self, rule, first }
        })
    }
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] = &[
        Self::EditDetails,
        Self::ChangeIdpUrl,
        Self::SaveBookmark,
        Self::DeactivateBookmark,
        Self::SaveSso,
        Self::DeactivateSso,
        Self::SaveSettings,
        Self::Activate,
        Self::UpdateCredentials,
        Self::AcceptVerification,
        Self::RefuseVerification,
        Self::DeactivateIdentityManagement,
        Self::Delete,
    ];

    /// Its name in texts.
    pub const fn name(self) -> &'static str {
        match self {
            Self::EditDetails => "edit the details",
            Self::ChangeIdpUrl => "change the IdP URL",
            Self::SaveBookmark => "save a bookmark",
            Self::DeactivateBookmark => "deactivate the bookmark",
            Self::SaveSso => "save the SSO configuration",
            Self::DeactivateSso => "deactivate SSO",
            Self::SaveSettings => "save the settings of identity management",
            Self::Activate => "activate identity management",
            Self::UpdateCredentials => "update the credentials",
            Self::AcceptVerification => "accept the verification",
            Self::RefuseVerification => "refuse the verification",
            Self::DeactivateIdentityManagement => "deactivate identity management",
            Self::Delete => "delete the application",
        }
    }
}

/// An action that a rule forbids in this state.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("cannot {} while the application is {} ({rule}): {first}", .action.name(), .state.name())]
#[non_exhaustive]
pub struct Forbidden {
    /// What was asked for.
    pub action: Action,
    /// The state of the application.
    pub state: State,
    /// The rule that forbids it.
    pub rule: &'static str,
    /// What to do first.
    pub first: &'static str,
}

impl Forbidden {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        "connector.forbidden"
    }
}

/// What is allowed: from, action, to.
pub(super) const TRANSITIONS: &[(State, Action, State)] = {
    use Action as A;
    use State as S;
    &[
        (S::Created, A::EditDetails, S::Created),
        (S::Created, A::SaveBookmark, S::Bookmark),
        (S::Created, A::SaveSso, S::SsoConfigured),
        (S::Created, A::Delete, S::Deleted),
        (S::Bookmark, A::EditDetails, S::Bookmark),
        (S::Bookmark, A::SaveBookmark, S::Bookmark),
        (S::Bookmark, A::DeactivateBookmark, S::Created),
        (S::Bookmark, A::Delete, S::Deleted),
        (S::SsoConfigured, A::EditDetails, S::SsoConfigured),
        (S::SsoConfigured, A::SaveSso, S::SsoConfigured),
        (S::SsoConfigured, A::DeactivateSso, S::Created),
        (S::SsoConfigured, A::SaveSettings, S::SsoConfigured),
        (S::SsoConfigured, A::Activate, S::Activating),
        (S::SsoConfigured, A::Delete, S::Deleted),
        (S::Activating, A::EditDetails, S::Activating),
        (S::Activating, A::SaveSso, S::Activating),
        (S::Activating, A::AcceptVerification, S::Managed),
        (S::Activating, A::RefuseVerification, S::SsoConfigured),
        (S::Managed, A::EditDetails, S::Managed),
        (S::Managed, A::SaveSso, S::Managed),
        (S::Managed, A::SaveSettings, S::Managed),
        (S::Managed, A::UpdateCredentials, S::Reauthorising),
        (S::Managed, A::DeactivateIdentityManagement, S::SsoConfigured),
        (S::Managed, A::Delete, S::Deleted),
        (S::Reauthorising, A::EditDetails, S::Reauthorising),
        (S::Reauthorising, A::SaveSso, S::Reauthorising),
        (S::Reauthorising, A::AcceptVerification, S::Managed),
        (S::Reauthorising, A::RefuseVerification, S::Managed),
    ]
};

/// Why some actions are forbidden in some states, and what to do first.
#[derive(Debug)]
struct Why {
    actions: &'static [Action],
    states: &'static [State],
    rule: &'static str,
    first: &'static str,
}

/// Whatever is not allowed stands here once.
const FORBIDDEN: &[Why] = {
    use Action as A;
    use State as S;
    const VERIFYING: &[State] = &[S::Activating, S::Reauthorising];
    &[
        Why {
            actions: Action::ALL,
            states: &[S::Deleted],
            rule: "R43",
            first: "make the application anew; a deleted one does not come back",
        },
        Why {
            actions: &[A::ChangeIdpUrl],
            states: &[S::Created, S::Bookmark, S::SsoConfigured, S::Activating, S::Managed, S::Reauthorising],
            rule: "R3",
            first: "delete the application and make it anew with the other URL",
        },
        Why {
            actions: &[A::SaveBookmark],
            states: &[S::SsoConfigured, S::Activating, S::Managed, S::Reauthorising],
            rule: "R42",
            first: "deactivate SSO; an application has either SSO or a bookmark",
        },
        Why {
            actions: &[A::DeactivateBookmark],
            states: &[S::Created, S::SsoConfigured, S::Activating, S::Managed, S::Reauthorising],
            rule: "R42",
            first: "nothing; there is no bookmark",
        },
        Why {
            actions: &[A::SaveSso],
            states: &[S::Bookmark],
            rule: "R42",
            first: "deactivate the bookmark; an application has either SSO or a bookmark",
        },
        Why {
            actions: &[A::DeactivateSso],
            states: &[S::Created, S::Bookmark],
            rule: "R42",
            first: "nothing; SSO is not configured",
        },
        Why {
            actions: &[A::DeactivateSso],
            states: &[S::Activating, S::Managed, S::Reauthorising],
            rule: "R14, D14",
            first: "deactivate identity management; it needs SSO",
        },
        Why {
            actions: &[A::SaveSettings, A::Activate, A::UpdateCredentials, A::DeactivateIdentityManagement],
            states: &[S::Created, S::Bookmark],
            rule: "R14",
            first: "save the SSO configuration; identity management needs SSO",
        },
        Why {
            actions: &[A::UpdateCredentials],
            states: &[S::SsoConfigured],
            rule: "R18",
            first: "activate identity management with the base URL and the token",
        },
        Why {
            actions: &[A::DeactivateIdentityManagement],
            states: &[S::SsoConfigured],
            rule: "R42",
            first: "nothing; identity management is not active",
        },
        Why {
            actions: &[A::Activate],
            states: &[S::Managed],
            rule: "R19",
            first: "update the credentials; identity management is active already",
        },
        Why {
            actions: &[
                A::SaveSettings,
                A::Activate,
                A::UpdateCredentials,
                A::DeactivateIdentityManagement,
                A::Delete,
            ],
            states: VERIFYING,
            rule: "R18, R19",
            first: "wait until the verification under way has ended, or abandon it",
        },
        Why {
            actions: &[A::AcceptVerification, A::RefuseVerification],
            states: &[S::Created, S::Bookmark, S::SsoConfigured, S::Managed],
            rule: "R18, R19",
            first: "begin a verification; none is under way",
        },
    ]
};

#[cfg(test)]
mod tests {
    use super::{Action, FORBIDDEN, State, TRANSITIONS};

    #[test]
    fn every_action_in_every_state_is_either_allowed_or_forbidden_by_one_rule() {
        for state in State::ALL {
            for action in Action::ALL {
                let allowed = TRANSITIONS.iter().filter(|(s, a, _)| (s, a) == (state, action)).count();
                let why = FORBIDDEN.iter().filter(|w| w.states.contains(state) && w.actions.contains(action));
                assert_eq!(allowed + why.count(), 1, "{action:?} in {state:?}");
            }
        }
    }

    #[test]
    fn r03_the_idp_url_cannot_be_changed_in_any_state() {
        for state in State::ALL {
            let forbidden = state.after(Action::ChangeIdpUrl).unwrap_err();
            assert!(forbidden.rule == "R3" || *state == State::Deleted, "{forbidden}");
        }
    }

    #[test]
    fn r14_identity_management_is_never_active_without_sso() {
        for (from, action, to) in TRANSITIONS {
            assert!(!to.has_identity_management() || to.has_sso(), "{from:?} {action:?}");
        }
        assert_eq!(State::Created.after(Action::Activate).unwrap_err().rule, "R14");
        assert_eq!(State::Bookmark.after(Action::Activate).unwrap_err().rule, "R14");
    }

    #[test]
    fn d14_sso_stays_while_identity_management_is_active() {
        let forbidden = State::Managed.after(Action::DeactivateSso).unwrap_err();
        assert!(forbidden.first.starts_with("deactivate identity management"));
    }

    #[test]
    fn r19_a_refused_update_leaves_the_integration_as_it_was() {
        let verifying = State::Managed.after(Action::UpdateCredentials).unwrap();
        assert!(verifying.has_identity_management());
        assert_eq!(verifying.after(Action::RefuseVerification), Ok(State::Managed));
    }
}
