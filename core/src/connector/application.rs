use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};
use core::mem;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{
    identity_management::{Credentials, IdentityManagement, Settings},
    sign_on::SignOn,
    sso::Sso,
    transitions::{Action, Forbidden, State},
    verification::{Begun, Concluded, NotVerified, Scope, Verification, Verified},
};
use crate::{
    directory::{Access, Denial, Mapping, Snapshot},
    entropy::{Entropy, Seeded},
    heap::{HeapId, InvalidName},
    pki::SigningKey,
    sync::{Config, ConfigError, Event, EventName, is_safe},
};
/// What the default of an IdP URL starts with (R2).
const IDP_URL_PREFIX: &str = "https://sso.jumpcloud.com/saml2/";

/// What the portal shows of an application (R1).
#[derive(Clone, Debug, Default, Deserialize, Eq, PartialEq, Serialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Details {
    /// The name on its tile.
    pub label: String,
    /// What it is for.
    pub description: Option<String>,
    /// The address of the picture on its tile.
    pub image: Option<String>,
    /// Whether the portal shows it at all; people with access can sign on either way.
    pub shown: bool,
}

impl Details {
    /// An application that the portal shows under `label`.
    pub fn new(label: &str) -> Self {
        Self { label: label.into(), shown: true, ..Self::default() }
    }
}

/// Why an application did not do what was asked; nothing was changed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ApplicationError {
    /// An address that no browser can be sent to: which one.
    #[error(
        "{0} cannot be used; expected one like `https://sso.jumpcloud.com/saml2/heap`, without white space"
    )]
    Address(&'static str),
    /// The base URL or the token cannot be used.
    #[error(transparent)]
    Credentials(#[from] ConfigError),
    /// The label is empty (R1).
    #[error("the display label is empty; give the name that people see in the portal (R1)")]
    EmptyLabel,
    /// A rule forbids it now.
    #[error(transparent)]
    Forbidden(#[from] Forbidden),
    /// Identity management is not active.
    #[error("identity management is not active; activate it with the base URL and the token (R18)")]
    NotActive,
    /// The directory has no group with this id.
    #[error("the directory has no group `{0}`; only its groups can be bound to the application")]
    NoSuchGroup(String),
    /// The application has changed since: a removal was described, or a verification begun, for how it was before.
    #[error("the application has changed since this was begun; look at it as it is now, and begin again")]
    Overtaken,
    /// Heap's role cannot be sent in this attribute (D8).
    #[error(
        "the attribute for Heap's role cannot be used; expected a top-level name of letters, digits, `-` and `_` that has no other meaning, such as `role` (D8)"
    )]
    RoleAttribute,
    /// SSO is not configured.
    #[error("SSO is not configured; save the SSO configuration with the tenant's Heap ID (R4)")]
    SsoNotConfigured,
    /// The stored state is not one that the rules allow.
    #[error("the stored application cannot be restored: it is {0}; take an older copy")]
    Stored(&'static str),
    /// The template of the SSO configuration is not filled in (R4).
    #[error("the SSO configuration: {0}")]
    Template(#[from] InvalidName),
    /// The token is not with the stored state, where it never is (R16).
    #[error(
        "the token is missing: it is not stored with the application; restore it from where secrets are kept"
    )]
    TokenMissing,
}

impl ApplicationError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Address(_) => "connector.address",
            Self::Credentials(error) => error.code(),
            Self::EmptyLabel => "connector.empty_label",
            Self::Forbidden(forbidden) => forbidden.code(),
            Self::NotActive => "connector.not_active",
            Self::NoSuchGroup(_) => "connector.no_such_group",
            Self::Overtaken => "connector.overtaken",
            Self::RoleAttribute => "connector.role_attribute",
            Self::SsoNotConfigured => "connector.sso_not_configured",
            Self::Stored(_) => "connector.stored",
            Self::Template(error) => error.code(),
            Self::TokenMissing => "connector.token_missing",
        }
    }
}

/// Heap's application at the identity provider, from its creation to its deletion.
///
/// Each method is one thing that an administrator does. What a rule forbids changes nothing and says what to do first; the
/// table of what is allowed stands in one place ([`State::after`]).
///
/// ```
/// use heap_identity::connector::{Application, Details, State};
/// let now = "2026-03-01T10:00:00Z".parse()?;
/// let mut application = Application::new("heap", Details::new("Heap"), None)?;
/// assert_eq!(application.idp_url(), "https://sso.jumpcloud.com/saml2/heap");
/// application.save_sso("12345".parse()?)?;
/// assert_eq!(application.state(), State::SsoConfigured);
/// # let _: jiff::Timestamp = now;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct Application {
    pub(super) name: String,
    pub(super) details: Details,
    pub(super) idp_url: String,
    pub(super) state: State,
    pub(super) sso: Option<Sso>,
    pub(super) bookmark: Option<String>,
    pub(super) identity_management: IdentityManagement,
    pub(super) bound_groups: BTreeSet<String>,
    /// Grows with each change: what was described for an older one is not carried out.
    pub(super) revision: u64,
    /// The verification under way.
    verifying: Option<Begun>,
    /// How many events were told: what their ids are made of.
    pub(super) told: u64,
    events: Vec<Event>,
}

impl Application {
    /// An application with the name that its IdP URL is made of (R2); `idp_url` overrides the whole URL, now or never (R3).
    ///
    /// # Errors
    /// [`ApplicationError::EmptyLabel`]; [`ApplicationError::Address`] for a name that would not stand in an address, and for an IdP URL
    /// that is not https (or http on the loopback), since neither can be put right later (R3).
    ///
    /// ```
    /// use heap_identity::connector::{Application, Details};
    /// let error = Application::new("Heap (EU)", Details::new("Heap"), None).unwrap_err();
    /// assert_eq!(error.code(), "connector.address");
    /// let own = Application::new("Heap (EU)", Details::new("Heap"), Some("https://sso.jumpcloud.com/saml2/heap-eu"))?;
    /// assert_eq!(own.idp_url(), "https://sso.jumpcloud.com/saml2/heap-eu");
    /// # Ok::<(), heap_identity::connector::ApplicationError>(())
    /// ```
    pub fn new(name: &str, details: Details, idp_url: Option<&str>) -> Result<Self, ApplicationError> {
        check(&details)?;
        // RFC 3986 2.3: what stands in an address as it is.
        let fits = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
        if name.is_empty() || idp_url.is_none() && !name.bytes().all(fits) {
            return Err(ApplicationError::Address("the name as the end of the IdP URL"));
        }
        let idp_url = idp_url.map_or_else(|| format!("{IDP_URL_PREFIX}{name}"), ToString::to_string);
        if !idp_url.parse().is_ok_and(|url| is_safe(&url)) {
            return Err(ApplicationError::Address("the IdP URL"));
        }
        Ok(Self {
            name: name.into(),
            details,
            idp_url,
            state: State::Created,
            sso: None,
            bookmark: None,
            identity_management: IdentityManagement::default(),
            bound_groups: BTreeSet::new(),
            revision: 0,
            verifying: None,
            told: 0,
            events: Vec::new(),
        })
    }

    /// The application's name: the last part of its default IdP URL.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What the portal shows (R1).
    pub const fn details(&self) -> &Details {
        &self.details
    }

    /// The address of single sign-on, and the identity provider's entity id (R2, R3).
    pub fn idp_url(&self) -> &str {
        &self.idp_url
    }

    /// Where it stands.
    pub const fn state(&self) -> State {
        self.state
    }

    /// The tenant's Heap ID, once SSO is configured (R4).
    pub fn heap_id(&self) -> Option<&HeapId> {
        self.sso.as_ref().map(Sso::heap_id)
    }

    /// The SSO configuration, once there is one.
    pub const fn sso(&self) -> Option<&Sso> {
        self.sso.as_ref()
    }

    /// The settings of identity management.
    pub const fn settings(&self) -> &Settings {
        &self.identity_management.settings
    }

    /// The base URL that was verified last (R18).
    pub fn base_url(&self) -> Option<&str> {
        self.identity_management.verified.as_ref().map(|verified| verified.base_url.as_str())
    }

    /// The directory ids of the groups that are bound to the application (R12).
    pub fn bound_groups(&self) -> impl Iterator<Item = &str> {
        self.bound_groups.iter().map(String::as_str)
    }

    /// The events since the last call, one for each attempt to change the integration, also a forbidden one (R38, R41).
    pub fn events(&mut self) -> Vec<Event> {
        mem::take(&mut self.events)
    }

    /// Changes what the portal shows (R1).
    ///
    /// # Errors
    /// [`ApplicationError::EmptyLabel`]; [`ApplicationError::Forbidden`] for a deleted application.
    pub fn edit(&mut self, details: Details) -> Result<(), ApplicationError> {
        check(&details)?;
        self.step(Action::EditDetails)?;
        self.details = details;
        Ok(())
    }

    /// Always refused (R3): the error says what to do instead.
    ///
    /// # Errors
    /// [`ApplicationError::Forbidden`], always.
    pub fn change_idp_url(&mut self) -> Result<(), ApplicationError> {
        Ok(self.step(Action::ChangeIdpUrl)?)
    }

    /// Makes it a link to `url` (R42).
    ///
    /// # Errors
    /// [`ApplicationError::Address`] for what is not http or https: the portal would run a script as its own.
    /// [`ApplicationError::Forbidden`] while SSO is configured.
    pub fn save_bookmark(&mut self, url: &str) -> Result<(), ApplicationError> {
        let is_page = |url: http::Uri| matches!(url.scheme_str(), Some("http" | "https"));
        if !url.parse().is_ok_and(is_page) {
            return Err(ApplicationError::Address("the address of the bookmark"));
        }
        self.step(Action::SaveBookmark)?;
        self.bookmark = Some(url.into());
        Ok(())
    }

    /// Saves the SSO configuration for a tenant: [`HeapId`] refuses a `YOUR_ID` that was not replaced (R4). Attributes that
    /// were configured before stay.
    ///
    /// # Errors
    /// [`ApplicationError::Forbidden`] for a bookmark and for a deleted application.
    pub fn save_sso(&mut self, heap_id: HeapId) -> Result<(), ApplicationError> {
        let sso = match &self.sso {
            Some(sso) => sso.for_tenant(heap_id)?,
            None => Sso::new(heap_id),
        };
        self.configure_sso(sso)
    }

    /// Saves the whole SSO configuration, with its attributes (R4, R5).
    ///
    /// # Errors
    /// As [`Self::save_sso`].
    pub fn configure_sso(&mut self, sso: Sso) -> Result<(), ApplicationError> {
        self.step(Action::SaveSso)?;
        self.sso = Some(sso);
        Ok(())
    }

    /// Puts the SSO configuration to use, with the key that signs: what logs people in, and what Heap's administrator
    /// needs of it (R6). The key is not kept here.
    ///
    /// # Errors
    /// [`ApplicationError::SsoNotConfigured`].
    ///
    /// ```
    /// use heap_identity::{SigningKey, connector::{Application, Details}};
    /// # let (key, certificate) = (include_str!("../../tests/vectors/keys/rsa2048.key.pem"), include_str!("../../tests/vectors/keys/rsa2048.cert.pem"));
    /// let mut application = Application::new("heap", Details::new("Heap"), None)?;
    /// application.save_sso("12345".parse()?)?;
    /// let sign_on = application.sign_on(SigningKey::from_pem(key, certificate)?)?;
    /// assert!(sign_on.certificate_pem().starts_with("-----BEGIN CERTIFICATE-----"));
    /// assert_eq!(sign_on.metadata().entity_id, application.idp_url());
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn sign_on(&self, key: SigningKey) -> Result<SignOn, ApplicationError> {
        let sso = self.sso.as_ref().ok_or(ApplicationError::SsoNotConfigured)?;
        let sign_on = SignOn::new(&self.idp_url, key, sso.heap_id().clone());
        Ok(sign_on.with_attributes(sso.attributes().clone()))
    }

    /// Saves settings of identity management; the token is not touched (R19).
    ///
    /// # Errors
    /// [`ApplicationError::Forbidden`] before SSO (R14) and during a verification; [`ApplicationError::RoleAttribute`] for one that
    /// already says something else of a user.
    pub fn save_settings(&mut self, settings: Settings, now: Timestamp) -> Result<(), ApplicationError> {
        let was_managed = self.state.has_identity_management();
        let allowed = self.state.after(Action::SaveSettings).map_err(ApplicationError::from);
        let saved =
            allowed.and_then(|_| settings.check()).and_then(|()| Ok(self.step(Action::SaveSettings)?));
        if was_managed || saved.is_err() {
            self.tell(EventName::IdmIntegrationUpdate, &saved, now);
        }
        saved?;
        self.identity_management.settings = settings;
        Ok(())
    }

    /// Begins to verify the first credentials (R18). Drive what is returned, then call [`Self::conclude`].
    ///
    /// # Errors
    /// [`ApplicationError::Forbidden`] before SSO (R14) and once it is active (R19).
    pub fn activate(
        &mut self,
        credentials: Credentials,
        scope: Scope,
        entropy: &mut dyn Entropy,
        now: Timestamp,
    ) -> Result<Verification, ApplicationError> {
        self.verify(Action::Activate, EventName::IdmIntegrationActivate, credentials, scope, entropy, now)
    }

    /// Begins to verify new credentials (R19): until they are verified, the old ones hold.
    ///
    /// # Errors
    /// [`ApplicationError::Forbidden`] before identity management is active, and during another verification.
    pub fn update_credentials(
        &mut self,
        credentials: Credentials,
        scope: Scope,
        entropy: &mut dyn Entropy,
        now: Timestamp,
    ) -> Result<Verification, ApplicationError> {
        let (action, event) = (Action::UpdateCredentials, EventName::IdmIntegrationReauth);
        self.verify(action, event, credentials, scope, entropy, now)
    }

    fn verify(
        &mut self,
        action: Action,
        event: EventName,
        credentials: Credentials,
        scope: Scope,
        entropy: &mut dyn Entropy,
        now: Timestamp,
    ) -> Result<Verification, ApplicationError> {
        let begun = self.step(action);
        if begun.is_err() {
            self.tell(event, &begun, now);
        }
        begun?;
        let begun = Begun { application: self.name.clone(), revision: self.revision };
        self.verifying = Some(begun.clone());
        let groups = self.identity_management.settings.group_management;
        Ok(Verification::new(credentials, event, groups, scope, begun, entropy))
    }

    /// Ends a verification: its credentials hold from now on, or the former ones go on holding (R18, R19). Gives what the
    /// verification found.
    ///
    /// # Errors
    /// [`ApplicationError::Forbidden`] when none is under way, [`ApplicationError::Overtaken`] when it is another one, also another
    /// application's: an attempt that failed, and is told as one (R41).
    pub fn conclude(
        &mut self,
        concluded: Concluded,
        now: Timestamp,
    ) -> Result<Result<Verified, NotVerified>, ApplicationError> {
        self.events.extend(concluded.events);
        let action = match concluded.found {
            Ok(_) => Action::AcceptVerification,
            Err(_) => Action::RefuseVerification,
        };
        let awaited = match self.state.after(action) {
            Ok(_) if self.verifying.as_ref() == Some(&concluded.begun) => Ok(()),
            Ok(_) => Err(ApplicationError::Overtaken),
            Err(forbidden) => Err(forbidden.into()),
        };
        if awaited.is_err() {
            self.tell(concluded.attempt, &awaited, now);
        }
        awaited?;
        self.step(action)?;
        self.verifying = None;
        self.tell(concluded.attempt, &concluded.found, now);
        if concluded.found.is_ok() {
            self.identity_management.verified = Some(concluded.credentials);
        }
        Ok(concluded.found)
    }

    /// Gives up the verification under way, also one whose process has ended: what held before goes on holding (R19). The test user and
    /// group that it may have made must be removed at Heap by hand; their names begin with `heap-identity-test-`.
    ///
    /// # Errors
    /// [`ApplicationError::Forbidden`] when none is under way.
    ///
    /// ```
    /// # use heap_identity::{connector::{Application, Credentials, Details, Scope, State}, entropy::Seeded, wire::Secret};
    /// # let now = "2026-03-01T10:00:00Z".parse()?;
    /// # let mut application = Application::new("heap", Details::new("Heap"), None)?;
    /// # application.save_sso("12345".parse()?)?;
    /// let credentials = Credentials::new("https://heapanalytics.com/scim/v2/acme", Secret::new("token".into()))?;
    /// let verification = application.activate(credentials, Scope::Everything, &mut Seeded::new(1), now)?;
    /// drop(verification);
    /// application.abandon_verification(now)?;
    /// assert_eq!(application.state(), State::SsoConfigured);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn abandon_verification(&mut self, now: Timestamp) -> Result<(), ApplicationError> {
        let attempt = match self.state {
            State::Activating => EventName::IdmIntegrationActivate,
            _ => EventName::IdmIntegrationReauth,
        };
        self.step(Action::RefuseVerification)?;
        self.verifying = None;
        self.tell(attempt, &Err::<(), _>(NotVerified::Abandoned), now);
        Ok(())
    }

    /// Binds groups of the directory to the application, in place of those bound before: who is in none of them is denied
    /// (R12). Groups that the directory no longer has may stay bound; they hold nobody.
    ///
    /// # Errors
    /// [`ApplicationError::NoSuchGroup`] for a new id that the directory does not have, [`ApplicationError::Forbidden`] for a
    /// deleted application.
    pub fn bind_groups<'a>(
        &mut self,
        groups: impl IntoIterator<Item = &'a str>,
        directory: &Snapshot,
    ) -> Result<(), ApplicationError> {
        let groups: BTreeSet<String> = groups.into_iter().map(ToString::to_string).collect();
        let unknown =
            groups.iter().find(|id| !self.bound_groups.contains(*id) && directory.group(id).is_none());
        if let Some(id) = unknown {
            return Err(ApplicationError::NoSuchGroup(id.clone()));
        }
        self.step(Action::EditDetails)?;
        self.bound_groups = groups;
        Ok(())
    }

    /// The directory as this application sees it: its own groups are bound (D1), and group management is as it was saved
    /// (R24). Single sign-on and provisioning are both asked of this one (R12). It shares the directory's people and
    /// memberships.
    pub fn view(&self, directory: &Snapshot) -> Snapshot {
        let binds = |group: &str| self.bound_groups.contains(group);
        directory.seen_by(binds, self.identity_management.settings.group_management)
    }

    /// Why a person, by directory id, may use the application: the names of the bound groups that hold them. Single sign-on
    /// and provisioning use this one answer.
    ///
    /// # Errors
    /// [`Denial`]: why they may not (R12).
    ///
    /// ```
    /// use heap_identity::{connector::{Application, Details}, directory::{Denial, snapshot_from_json}};
    /// let directory = snapshot_from_json(r#"{
    ///     "users": [{"id": "u1", "userName": "ann@example.com", "active": true}],
    ///     "groups": [{"id": "g1", "name": "Analysts", "members": ["u1"]}]
    /// }"#, |_| ())?;
    /// let mut application = Application::new("heap", Details::new("Heap"), None)?;
    /// assert_eq!(application.why("u1", &directory), Err(Denial::NoBoundGroup));
    /// application.bind_groups(["g1"], &directory)?;
    /// assert_eq!(application.why("u1", &directory), Ok(vec!["Analysts".to_string()]));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn why(&self, person: &str, directory: &Snapshot) -> Result<Vec<String>, Denial> {
        match self.view(directory).access(person) {
            Access::Granted { groups } => Ok(groups.iter().map(|group| group.name().to_string()).collect()),
            Access::Denied(denial) => Err(denial),
        }
    }

    /// The engine's configuration, with the credentials that were verified.
    ///
    /// # Errors
    /// [`ApplicationError::Forbidden`] unless identity management is active, [`ApplicationError::TokenMissing`] when the
    /// application was restored without its token.
    pub fn sync_config(&self) -> Result<Config, ApplicationError> {
        let verified = self.identity_management.verified.as_ref().ok_or(ApplicationError::NotActive)?;
        if !self.state.has_identity_management() {
            return Err(ApplicationError::NotActive);
        }
        let token = verified.token.clone().ok_or(ApplicationError::TokenMissing)?;
        let mut config = Config::new(&verified.base_url, token)?;
        config.mapping = Mapping::with_role_attribute(&self.identity_management.settings.role_attribute);
        Ok(config)
    }

    /// Takes a step of the table, and counts the change.
    pub(super) fn step(&mut self, action: Action) -> Result<(), Forbidden> {
        self.state = self.state.after(action)?;
        self.revision = self.revision.saturating_add(1);
        Ok(())
    }

    /// An event for an attempt, whether it worked or failed (R41).
    pub(super) fn tell<T, E: ToString>(&mut self, name: EventName, outcome: &Result<T, E>, now: Timestamp) {
        let error = outcome.as_ref().err().map(ToString::to_string);
        self.told = self.told.saturating_add(1);
        // Two applications, and one at two times, tell different ids.
        let seed = self.name.bytes().fold(self.told, |seed, byte| seed.wrapping_mul(257) ^ u64::from(byte));
        self.events.push(Event::new(Seeded::new(seed).next_u64(), name, now, error));
    }
}

fn check(details: &Details) -> Result<(), ApplicationError> {
    if details.label.trim().is_empty() { Err(ApplicationError::EmptyLabel) } else { Ok(()) }
}
