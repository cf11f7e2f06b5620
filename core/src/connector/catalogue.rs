use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::{String, ToString},
    vec::Vec,
};

use jiff::Timestamp;

use super::{
    application::{Application, ApplicationError},
    removal::Deleted,
    transitions::Action,
};
use crate::sync::Event;

/// The applications at the identity provider, by name.
///
/// ```
/// use heap_identity::connector::{Application, Catalogue, Details};
/// let now = "2026-03-01T10:00:00Z".parse()?;
/// let mut catalogue = Catalogue::new();
/// catalogue.add(Application::new("heap", Details::new("Heap"), None)?)?;
/// // R43: somebody enters how many are to be deleted, and a wrong number deletes nothing.
/// assert!(catalogue.delete(["heap"], 2, now).is_err());
/// assert_eq!(catalogue.delete(["heap"], 1, now)?.len(), 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Default)]
pub struct Catalogue {
    applications: BTreeMap<String, Application>,
    /// What the deleted ones had still to tell.
    events: Vec<Event>,
}

/// Why the catalogue did not do what was asked; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum CatalogueError {
    /// One of them cannot be deleted now.
    #[error("`{application}`: {error}")]
    Application {
        /// Its name.
        application: String,
        /// Why not.
        error: ApplicationError,
    },
    /// The number that was entered is not the number of applications (R43).
    #[error(
        "{entered} was entered, and {selected} applications are selected; nothing is deleted until both are the same (R43)"
    )]
    Count {
        /// The number that was entered.
        entered: usize,
        /// How many are selected.
        selected: usize,
    },
    /// There is one with this name.
    #[error("there is an application `{0}` already; choose another name")]
    NameTaken(String),
    /// There is none with this name.
    #[error("there is no application `{0}`")]
    NoSuchApplication(String),
    /// Another application has this IdP URL: it is the identity provider's entity id, so it stands for one (R2).
    #[error(
        "the application `{0}` has this IdP URL already; give another one, it cannot be changed later (R3)"
    )]
    UrlTaken(String),
}

impl CatalogueError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Application { error, .. } => error.code(),
            Self::Count { .. } => "connector.count",
            Self::NameTaken(_) => "connector.name_taken",
            Self::NoSuchApplication(_) => "connector.no_such_application",
            Self::UrlTaken(_) => "connector.url_taken",
        }
    }
}

impl Catalogue {
    /// A catalogue with nothing in it.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds an application.
    ///
    /// # Errors
    /// [`CatalogueError::NameTaken`], [`CatalogueError::UrlTaken`].
    pub fn add(&mut self, application: Application) -> Result<(), CatalogueError> {
        let taken = self.applications.values().find(|other| other.idp_url() == application.idp_url());
        if self.applications.contains_key(application.name()) {
            return Err(CatalogueError::NameTaken(application.name().to_string()));
        }
        if let Some(other) = taken {
            return Err(CatalogueError::UrlTaken(other.name().to_string()));
        }
        self.applications.insert(application.name().to_string(), application);
        Ok(())
    }

    /// The application with a name.
    pub fn get(&self, name: &str) -> Option<&Application> {
        self.applications.get(name)
    }

    /// The application with a name, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Application> {
        self.applications.get_mut(name)
    }

    /// All applications, in the order of their names.
    pub fn iter(&self) -> impl Iterator<Item = &Application> {
        self.applications.values()
    }

    /// Deletes applications, when their number was entered as a confirmation (R43); says what remains to be done (R44).
    ///
    /// # Errors
    /// [`CatalogueError::Count`] for a wrong number, [`CatalogueError::NoSuchApplication`], and
    /// [`CatalogueError::Application`] when one is being verified. Then none is deleted.
    pub fn delete<'a>(
        &mut self,
        names: impl IntoIterator<Item = &'a str>,
        entered: usize,
        now: Timestamp,
    ) -> Result<Vec<Deleted>, CatalogueError> {
        let names: BTreeSet<&str> = names.into_iter().collect();
        if names.len() != entered {
            return Err(CatalogueError::Count { entered, selected: names.len() });
        }
        for name in &names {
            let application =
                self.get(name).ok_or_else(|| CatalogueError::NoSuchApplication((*name).into()))?;
            let allowed = application.state().after(Action::Delete);
            allowed.map_err(|error| CatalogueError::Application {
                application: (*name).into(),
                error: error.into(),
            })?;
        }
        let mut deleted = Vec::new();
        for name in names {
            let Some(mut application) = self.applications.remove(name) else { continue };
            let remains = application.delete(now);
            self.events.append(&mut application.events());
            let remains =
                remains.map_err(|error| CatalogueError::Application { application: name.into(), error })?;
            deleted.push(Deleted::new(name, remains));
        }
        Ok(deleted)
    }

    /// The events of all applications since the last call, also of the deleted ones.
    pub fn events(&mut self) -> Vec<Event> {
        let mut events = core::mem::take(&mut self.events);
        for application in self.applications.values_mut() {
            events.append(&mut application.events());
        }
        events
    }
}
