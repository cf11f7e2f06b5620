//! The applications of an identity provider.

use std::{
    sync::{Arc, Mutex},
    time::SystemTime,
};

use heap_identity::connector;

use super::application::{Application, ApplicationDetails, Place};
use crate::{convert::instant, error::HeapIdentityError, held::Held, sync::event::Event};

/// An application that was deleted.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct DeletedApplication {
    /// Its name.
    pub application: String,
    /// What remains to be done.
    pub remains: Vec<String>,
}

/// The applications of an identity provider.
#[derive(Debug, uniffi::Object)]
pub struct Catalogue(Arc<Held<Mutex<connector::Catalogue>>>);

#[uniffi::export]
impl Catalogue {
    /// A catalogue with nothing in it.
    #[uniffi::constructor]
    #[expect(clippy::new_without_default, reason = "it is Swift that calls it")]
    pub fn new() -> Self {
        Self(Arc::new(Held::guarded(connector::Catalogue::new())))
    }

    /// Adds an application with the name that its IdP URL is made of; `idp_url` overrides the whole URL, now or never.
    #[uniffi::method(default(idp_url = None))]
    pub fn add(
        &self,
        name: &str,
        details: ApplicationDetails,
        idp_url: Option<String>,
    ) -> Result<Arc<Application>, HeapIdentityError> {
        let application = connector::Application::new(name, details.into(), idp_url.as_deref())?;
        self.take(application)
    }

    /// Adds an application that was stored.
    pub fn add_stored(&self, json: Vec<u8>) -> Result<Arc<Application>, HeapIdentityError> {
        self.take(connector::Application::from_json(&json)?)
    }

    /// The application with this name.
    pub fn application(&self, name: &str) -> Option<Arc<Application>> {
        let known = self.0.locked().get(name).is_some();
        known.then(|| self.handle(name))
    }

    /// The names of all applications, in order.
    pub fn names(&self) -> Vec<String> {
        self.0.locked().iter().map(|application| application.name().to_owned()).collect()
    }

    /// Deletes applications, when their number was entered as a confirmation; says what remains to be done.
    pub fn delete(
        &self,
        names: Vec<String>,
        entered: u32,
        now: SystemTime,
    ) -> Result<Vec<DeletedApplication>, HeapIdentityError> {
        let (names, now) = (names.iter().map(String::as_str), instant(now)?);
        let deleted = self.0.locked().delete(names, entered as usize, now)?.into_iter();
        Ok(deleted
            .map(|deleted| DeletedApplication {
                application: deleted.application,
                remains: deleted.remains.into_iter().map(str::to_owned).collect(),
            })
            .collect())
    }

    /// The events of all applications since the last call, also of the deleted ones.
    pub fn events(&self) -> Vec<Event> {
        self.0.locked().events().into_iter().map(Into::into).collect()
    }
}

impl Catalogue {
    fn take(&self, application: connector::Application) -> Result<Arc<Application>, HeapIdentityError> {
        let name = application.name().to_owned();
        self.0.locked().add(application)?;
        Ok(self.handle(&name))
    }

    fn handle(&self, name: &str) -> Arc<Application> {
        Arc::new(Application::at(Place::Among(Arc::clone(&self.0), name.to_owned())))
    }
}
