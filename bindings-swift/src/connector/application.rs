//! Heap's application at the identity provider, and what may be done to it.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use heap_identity::connector;

use super::{
    sign_on::SignOn,
    verification::{Concluded, Verification, VerificationResult, VerificationScope},
};
use crate::{
    convert::{Random, instant},
    directory::Snapshot,
    error::HeapIdentityError,
    heap::{
        attributes::{AttributeSource, mapping},
        heap_id,
    },
    held::Held,
    mirror::mirror,
    pki::SigningKey,
    sync::{
        config::{Guarding, SyncConfig},
        event::Event,
    },
    wire::Secret,
};

mirror! {
    /// Where an application stands.
    from ApplicationState of connector::State {
        /// It was created.
        Created,
        /// It is a link.
        Bookmark,
        /// Single sign-on is configured.
        SsoConfigured,
        /// The first credentials of identity management are being verified.
        Activating,
        /// Identity management is active.
        Managed,
        /// New credentials are being verified.
        Reauthorising,
        /// It was deleted.
        Deleted,
    }
}

mirror! {
    /// What can be removed of an application.
    into RemovalPart of connector::Part {
        /// The link.
        Bookmark,
        /// Identity management.
        IdentityManagement,
        /// Single sign-on.
        Sso,
    }
}

/// What the portal shows of an application.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct ApplicationDetails {
    /// The name on its tile.
    pub label: String,
    /// What it is for.
    #[uniffi(default = None)]
    pub description: Option<String>,
    /// The address of the picture on its tile.
    #[uniffi(default = None)]
    pub image: Option<String>,
    /// Whether the portal shows it at all; people with access can sign on either way.
    #[uniffi(default = None)]
    pub shown: Option<bool>,
}

impl From<ApplicationDetails> for connector::Details {
    fn from(given: ApplicationDetails) -> Self {
        let mut details = Self::new(&given.label);
        details.description = given.description;
        details.image = given.image;
        details.shown = given.shown.unwrap_or(details.shown);
        details
    }
}

impl From<&connector::Details> for ApplicationDetails {
    fn from(details: &connector::Details) -> Self {
        Self {
            label: details.label.clone(),
            description: details.description.clone(),
            image: details.image.clone(),
            shown: Some(details.shown),
        }
    }
}

/// The settings of identity management. What is not given is the library's own choice.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct ApplicationSettings {
    /// Whether groups are managed at Heap.
    #[uniffi(default = None)]
    pub group_management: Option<bool>,
    /// How the attribute with Heap's role is called.
    #[uniffi(default = None)]
    pub role_attribute: Option<String>,
}

/// Credentials for Heap's SCIM service, to be verified.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Credentials {
    /// The base URL.
    pub base_url: String,
    /// The bearer token.
    pub token: Arc<Secret>,
}

impl Credentials {
    fn core(&self) -> Result<connector::Credentials, HeapIdentityError> {
        Ok(connector::Credentials::new(&self.base_url, (*self.token.0).clone())?)
    }
}

/// What a removal means, for somebody to read and confirm.
#[derive(Debug, uniffi::Object)]
pub struct Removal(Held<Mutex<Option<connector::Removal>>>, RemovalText);

#[derive(Clone, Debug)]
struct RemovalText {
    application: String,
    consequence: String,
    remains: Option<String>,
}

#[uniffi::export]
impl Removal {
    /// The application's name.
    pub fn application(&self) -> String {
        self.1.application.clone()
    }

    /// What will happen.
    pub fn consequence(&self) -> String {
        self.1.consequence.clone()
    }

    /// What remains to be done afterwards.
    pub fn remains(&self) -> Option<String> {
        self.1.remains.clone()
    }
}

/// Where an application is kept.
#[derive(Debug)]
pub(crate) enum Place {
    Alone(Box<connector::Application>),
    Among(Arc<Held<Mutex<connector::Catalogue>>>, String),
}

/// Heap's application at the identity provider. Its methods may be called by several tasks at once.
#[derive(Debug, uniffi::Object)]
pub struct Application(pub(crate) Held<Mutex<Place>>);

impl Application {
    pub(crate) fn at(place: Place) -> Self {
        Self(Held::guarded(place))
    }

    /// Does something to the application, wherever it is kept.
    pub(crate) fn with<T>(
        &self,
        act: impl FnOnce(&mut connector::Application) -> Result<T, HeapIdentityError>,
    ) -> Result<T, HeapIdentityError> {
        match &mut *self.0.locked() {
            Place::Alone(application) => act(application),
            Place::Among(catalogue, name) => {
                let mut catalogue = catalogue.locked();
                let gone = || connector::CatalogueError::NoSuchApplication(name.clone());
                act(catalogue.get_mut(name).ok_or_else(gone)?)
            }
        }
    }
}

#[uniffi::export]
impl Application {
    /// An application with the name that its IdP URL is made of; `idp_url` overrides the whole URL, now or never.
    #[uniffi::constructor(default(idp_url = None))]
    pub fn new(
        name: &str,
        details: ApplicationDetails,
        idp_url: Option<String>,
    ) -> Result<Self, HeapIdentityError> {
        let application = connector::Application::new(name, details.into(), idp_url.as_deref())?;
        Ok(Self::at(Place::Alone(Box::new(application))))
    }

    /// An application that was stored; its token is given back by `restore_token`.
    #[uniffi::constructor]
    pub fn from_json(json: Vec<u8>) -> Result<Self, HeapIdentityError> {
        Ok(Self::at(Place::Alone(Box::new(connector::Application::from_json(&json)?))))
    }

    /// The application as JSON, without its token.
    pub fn json(&self) -> Result<Vec<u8>, HeapIdentityError> {
        self.with(|application| Ok(application.to_json()))
    }

    /// Gives back the token of the verified credentials.
    pub fn restore_token(&self, token: &Secret) -> Result<(), HeapIdentityError> {
        self.with(|application| Ok(application.restore_token((*token.0).clone())?))
    }

    /// The token of the verified credentials, to be kept where secrets are kept.
    pub fn exposed_token(&self) -> Result<Option<Arc<Secret>>, HeapIdentityError> {
        self.with(|application| {
            Ok(application.expose_token().map(|token| Arc::new(Secret(Held::new(token.clone())))))
        })
    }

    /// The application's name.
    pub fn name(&self) -> Result<String, HeapIdentityError> {
        self.with(|application| Ok(application.name().to_owned()))
    }

    /// What the portal shows.
    pub fn details(&self) -> Result<ApplicationDetails, HeapIdentityError> {
        self.with(|application| Ok(application.details().into()))
    }

    /// The address of single sign-on, and the identity provider's entity id.
    pub fn idp_url(&self) -> Result<String, HeapIdentityError> {
        self.with(|application| Ok(application.idp_url().to_owned()))
    }

    /// Where it stands.
    pub fn state(&self) -> Result<ApplicationState, HeapIdentityError> {
        self.with(|application| Ok(application.state().into()))
    }

    /// The tenant's Heap ID, once SSO is configured.
    pub fn heap_id(&self) -> Result<Option<String>, HeapIdentityError> {
        self.with(|application| Ok(application.heap_id().map(ToString::to_string)))
    }

    /// The settings of identity management.
    pub fn settings(&self) -> Result<ApplicationSettings, HeapIdentityError> {
        self.with(|application| {
            let settings = application.settings();
            Ok(ApplicationSettings {
                group_management: Some(settings.group_management),
                role_attribute: Some(settings.role_attribute.clone()),
            })
        })
    }

    /// The base URL that was verified last.
    pub fn base_url(&self) -> Result<Option<String>, HeapIdentityError> {
        self.with(|application| Ok(application.base_url().map(str::to_owned)))
    }

    /// The directory ids of the groups that are bound to the application.
    pub fn bound_groups(&self) -> Result<Vec<String>, HeapIdentityError> {
        self.with(|application| Ok(application.bound_groups().map(str::to_owned).collect()))
    }

    /// The events since the last call.
    pub fn events(&self) -> Result<Vec<Event>, HeapIdentityError> {
        self.with(|application| Ok(application.events().into_iter().map(Into::into).collect()))
    }
}

#[uniffi::export]
impl Application {
    /// Changes what the portal shows.
    pub fn edit(&self, details: ApplicationDetails) -> Result<(), HeapIdentityError> {
        self.with(|application| Ok(application.edit(details.into())?))
    }

    /// Always refused: the error says what to do instead.
    pub fn change_idp_url(&self) -> Result<(), HeapIdentityError> {
        self.with(|application| Ok(application.change_idp_url()?))
    }

    /// Makes it a link.
    pub fn save_bookmark(&self, url: &str) -> Result<(), HeapIdentityError> {
        self.with(|application| Ok(application.save_bookmark(url)?))
    }

    /// Saves the SSO configuration for the tenant with this Heap ID.
    pub fn save_sso(&self, heap_id: &str) -> Result<(), HeapIdentityError> {
        let heap_id = self::heap_id(heap_id)?;
        self.with(|application| Ok(application.save_sso(heap_id)?))
    }

    /// Saves the whole SSO configuration: the tenant's Heap ID, and what assertions say of a person. Every `YOUR_ID` in a
    /// constant becomes the Heap ID.
    pub fn configure_sso(
        &self,
        heap_id: &str,
        attributes: HashMap<String, AttributeSource>,
    ) -> Result<(), HeapIdentityError> {
        let sso = connector::Sso::new(self::heap_id(heap_id)?).with_attributes(mapping(attributes))?;
        self.with(|application| Ok(application.configure_sso(sso)?))
    }

    /// Puts the SSO configuration to use, with the key that signs. The key is not kept here.
    pub fn sign_on(&self, key: &SigningKey) -> Result<Arc<SignOn>, HeapIdentityError> {
        self.with(|application| Ok(Arc::new(SignOn::of(application.sign_on((*key.0).clone())?))))
    }

    /// Why a person, by directory id, may use the application: the names of the bound groups that hold them. Who may not
    /// is refused, with the reason.
    pub fn why(&self, person: &str, directory: &Snapshot) -> Result<Vec<String>, HeapIdentityError> {
        self.with(|application| Ok(application.why(person, &directory.0)?))
    }

    /// Saves settings of identity management; the token is not touched.
    pub fn save_settings(
        &self,
        settings: ApplicationSettings,
        now: SystemTime,
    ) -> Result<(), HeapIdentityError> {
        let now = instant(now)?;
        self.with(|application| {
            let mut saved = connector::Settings::default();
            saved.group_management = settings.group_management.unwrap_or(saved.group_management);
            saved.role_attribute = settings.role_attribute.unwrap_or(saved.role_attribute);
            Ok(application.save_settings(saved, now)?)
        })
    }

    /// Begins to verify the first credentials. Drive what is returned, then call `conclude`.
    #[uniffi::method(default(scope = None))]
    pub fn activate(
        &self,
        credentials: Credentials,
        now: SystemTime,
        scope: Option<VerificationScope>,
    ) -> Result<Arc<Verification>, HeapIdentityError> {
        let (credentials, scope) = (credentials.core()?, scope.map_or_else(Default::default, Into::into));
        let (now, mut random) = (instant(now)?, Random::default());
        let verification =
            self.with(|application| Ok(application.activate(credentials, scope, &mut random, now)?));
        Ok(Arc::new(Verification::of(random.made(verification)??)))
    }

    /// Begins to verify new credentials: until they are verified, the old ones hold.
    #[uniffi::method(default(scope = None))]
    pub fn update_credentials(
        &self,
        credentials: Credentials,
        now: SystemTime,
        scope: Option<VerificationScope>,
    ) -> Result<Arc<Verification>, HeapIdentityError> {
        let (credentials, scope) = (credentials.core()?, scope.map_or_else(Default::default, Into::into));
        let (now, mut random) = (instant(now)?, Random::default());
        let verification = self
            .with(|application| Ok(application.update_credentials(credentials, scope, &mut random, now)?));
        Ok(Arc::new(Verification::of(random.made(verification)??)))
    }

    /// Ends a verification: its credentials hold from now on, or the former ones go on holding. Gives what was found.
    pub fn conclude(
        &self,
        concluded: &Concluded,
        now: SystemTime,
    ) -> Result<VerificationResult, HeapIdentityError> {
        let now = instant(now)?;
        let concluded = concluded.take()?;
        self.with(|application| Ok(application.conclude(concluded, now)?.into()))
    }

    /// Gives up the verification under way, also one whose process has ended: what held before goes on holding.
    pub fn abandon_verification(&self, now: SystemTime) -> Result<(), HeapIdentityError> {
        let now = instant(now)?;
        self.with(|application| Ok(application.abandon_verification(now)?))
    }

    /// Binds groups of the directory to the application, in place of those bound before.
    pub fn bind_groups(&self, groups: Vec<String>, directory: &Snapshot) -> Result<(), HeapIdentityError> {
        let groups = groups.iter().map(String::as_str);
        self.with(|application| Ok(application.bind_groups(groups, &directory.0)?))
    }

    /// The directory as this application sees it.
    pub fn view(&self, directory: &Snapshot) -> Result<Arc<Snapshot>, HeapIdentityError> {
        self.with(|application| Ok(Arc::new(Snapshot::of(application.view(&directory.0)))))
    }

    /// The engine's configuration, with the credentials that were verified.
    pub fn sync_config(&self) -> Result<SyncConfig, HeapIdentityError> {
        let config = self.with(|application| Ok(application.sync_config()?))?;
        Ok(SyncConfig {
            base_url: config.base_url.to_string(),
            bearer_token: Arc::new(Secret(Held::new(config.bearer_token))),
            role_attribute: Some(config.mapping.role),
            guarding: Some(
                config.guards.map_or(Guarding::Off, |guards| Guarding::Limited { guards: guards.into() }),
            ),
            review: None,
            changed_user_name: None,
            in_flight_max: u32::try_from(config.in_flight_max).ok(),
            page_size: Some(config.page_size),
        })
    }

    /// Describes a removal, for somebody to confirm: nothing is removed yet.
    pub fn removal(&self, part: RemovalPart) -> Result<Arc<Removal>, HeapIdentityError> {
        let removal = self.with(|application| Ok(application.removal(part.into())?))?;
        let text = RemovalText {
            application: removal.application.clone(),
            consequence: removal.consequence.to_owned(),
            remains: removal.remains.map(str::to_owned),
        };
        Ok(Arc::new(Removal(Held::guarded(Some(removal)), text)))
    }

    /// Removes what was described and confirmed; gives what remains to be done.
    pub fn remove(&self, confirmed: &Removal, now: SystemTime) -> Result<Option<String>, HeapIdentityError> {
        let now = instant(now)?;
        let confirmed = confirmed.0.locked().take().ok_or(connector::ApplicationError::Overtaken)?;
        self.with(|application| Ok(application.remove(confirmed, now)?.map(str::to_owned)))
    }
}
