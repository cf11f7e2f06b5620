//! Taking things away again: described first, confirmed, then done (R42-R44).

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use jiff::Timestamp;
use serde::Serialize;

use super::{
    application::{Application, ApplicationError},
    identity_management::IdentityManagement,
    transitions::{Action, State},
};
use crate::sync::EventName;

/// What can be taken away from an application on its own (R42); the whole application is deleted in its catalogue (R43).
#[derive(Clone, Copy, Debug, Eq, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Part {
    /// The link in the portal.
    Bookmark,
    /// Provisioning.
    IdentityManagement,
    /// Single sign-on.
    Sso,
}

impl Part {
    const fn action(self) -> Action {
        match self {
            Self::Bookmark => Action::DeactivateBookmark,
            Self::IdentityManagement => Action::DeactivateIdentityManagement,
            Self::Sso => Action::DeactivateSso,
        }
    }

    /// What becomes of it here, for the person who is asked to confirm.
    pub const fn consequence(self) -> &'static str {
        match self {
            Self::Bookmark => "the portal no longer shows the link",
            Self::IdentityManagement => {
                "nobody is provisioned or deactivated any more; accounts and groups at Heap stay as they are"
            }
            Self::Sso => "nobody can sign on to Heap through this application any more",
        }
    }

    /// What then remains to be done at Heap, so that nobody is locked out and no credential stays valid (R44).
    pub const fn remains(self) -> Option<&'static str> {
        match self {
            Self::Bookmark => None,
            Self::IdentityManagement => Some(
                "at Heap, disable SCIM provisioning in the account settings: until then its token stays valid, and nobody can add or remove teammates there (R20)",
            ),
            Self::Sso => Some(
                "at Heap, disable single sign-on in the account settings: until then everybody but Admins is locked out (R11)",
            ),
        }
    }
}

/// A removal that was described and waits for somebody to confirm it: it is bound to the application as it was then.
#[derive(Debug, Serialize)]
#[non_exhaustive]
pub struct Removal {
    /// The application's name.
    pub application: String,
    /// What is taken away.
    pub part: Part,
    /// What becomes of it here.
    pub consequence: &'static str,
    /// What then remains to be done at Heap (R44).
    pub remains: Option<&'static str>,
    #[serde(skip)]
    revision: u64,
}

impl Application {
    /// Describes a removal, for somebody to confirm: nothing is removed yet (R42).
    ///
    /// # Errors
    /// [`ApplicationError::Forbidden`] when it could not be carried out, with what to do first.
    pub fn removal(&self, part: Part) -> Result<Removal, ApplicationError> {
        self.state.after(part.action())?;
        Ok(Removal {
            application: self.name.clone(),
            part,
            consequence: part.consequence(),
            remains: part.remains(),
            revision: self.revision,
        })
    }

    /// Carries out a removal that somebody has confirmed (R42), and says what remains to be done at Heap (R44).
    ///
    /// # Errors
    /// [`ApplicationError::Overtaken`] when the application has changed since, or it is another's. To have tried to end the integration is
    /// an event all the same (R41).
    ///
    /// ```
    /// use heap_identity::connector::{Application, Details, Part, State};
    /// # let now = "2026-03-01T10:00:00Z".parse()?;
    /// let mut application = Application::new("heap", Details::new("Heap"), None)?;
    /// application.save_sso("12345".parse()?)?;
    /// let removal = application.removal(Part::Sso)?;
    /// // Here somebody reads `removal.consequence`, and agrees.
    /// let remains = application.remove(removal, now)?;
    /// assert!(remains.unwrap().contains("locked out"));
    /// assert_eq!(application.state(), State::Created);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn remove(
        &mut self,
        confirmed: Removal,
        now: Timestamp,
    ) -> Result<Option<&'static str>, ApplicationError> {
        if (confirmed.revision, confirmed.application.as_str()) != (self.revision, self.name.as_str()) {
            let overtaken = Err(ApplicationError::Overtaken);
            if confirmed.part == Part::IdentityManagement {
                self.tell(EventName::IdmIntegrationDelete, &overtaken, now);
            }
            return overtaken;
        }
        self.take_away(confirmed.part, now)?;
        Ok(confirmed.remains)
    }

    /// Takes a part away. The attempt is an event where it ends the integration (R38, R41, D13).
    fn take_away(&mut self, part: Part, now: Timestamp) -> Result<(), ApplicationError> {
        let done = self.step(part.action());
        if part == Part::IdentityManagement {
            self.tell(EventName::IdmIntegrationDelete, &done, now);
        }
        done?;
        match part {
            Part::Bookmark => self.bookmark = None,
            Part::IdentityManagement => {
                let settings = self.identity_management.settings.clone();
                self.identity_management = IdentityManagement { settings, verified: None };
            }
            Part::Sso => self.sso = None,
        }
        Ok(())
    }

    /// Deletes it: identity management first, then SSO (D14). Gives what remains to be done at Heap (R44).
    ///
    /// # Errors
    /// [`ApplicationError::Forbidden`] during a verification; nothing is changed then.
    pub(super) fn delete(&mut self, now: Timestamp) -> Result<Vec<&'static str>, ApplicationError> {
        self.state.after(Action::Delete)?;
        let parts: &[Part] = match self.state {
            State::Bookmark => &[Part::Bookmark],
            State::Managed => &[Part::IdentityManagement, Part::Sso],
            State::SsoConfigured => &[Part::Sso],
            _ => &[],
        };
        for part in parts {
            self.take_away(*part, now)?;
        }
        self.step(Action::Delete)?;
        Ok(parts.iter().filter_map(|part| part.remains()).collect())
    }
}

/// What a deletion did.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Deleted {
    /// The application's name.
    pub application: String,
    /// What remains to be done at Heap (R44).
    pub remains: Vec<&'static str>,
}

impl Deleted {
    pub(super) fn new(application: &str, remains: Vec<&'static str>) -> Self {
        Self { application: application.to_string(), remains }
    }
}
