//! An embedded tenant of Heap.

use std::{
    collections::HashMap,
    sync::{Arc, Mutex},
    time::SystemTime,
};

use heap_identity::{
    entropy::Seeded,
    heap::{self, tenant},
};

use super::{Role, heap_id, tenant_name, variants::Variants};
use crate::{
    convert::{Random, instant, seed},
    error::HeapIdentityError,
    held::Held,
    pki::Certificate,
    saml::verified::VerifiedAssertion,
    scim::json,
    wire::{Request, Response, Secret},
};

/// What Heap's account settings ask for.
#[derive(Clone, Debug, uniffi::Record)]
pub struct SsoSettings {
    /// The identity provider's signing certificate: Heap has one field for it.
    pub certificate: Arc<Certificate>,
    /// Where Heap sends people to log in.
    pub remote_login_url: String,
    /// Where Heap sends people after they log out.
    #[uniffi(default = None)]
    pub logout_landing_url: Option<String>,
    /// The identity provider's entity id; the remote login URL if not given.
    #[uniffi(default = None)]
    pub idp_entity_id: Option<String>,
}

impl TryFrom<SsoSettings> for tenant::SsoSettings {
    type Error = HeapIdentityError;

    fn try_from(given: SsoSettings) -> Result<Self, HeapIdentityError> {
        let mut settings = Self::new(&given.certificate.0.to_pem(), &given.remote_login_url)?;
        settings.logout_landing_url = given.logout_landing_url;
        settings.idp_entity_id = given.idp_entity_id.unwrap_or(settings.idp_entity_id);
        Ok(settings)
    }
}

impl From<&tenant::SsoSettings> for SsoSettings {
    fn from(settings: &tenant::SsoSettings) -> Self {
        Self {
            certificate: Arc::new(Certificate(Held::new(settings.certificate.clone()))),
            remote_login_url: settings.remote_login_url.clone(),
            logout_landing_url: settings.logout_landing_url.clone(),
            idp_entity_id: Some(settings.idp_entity_id.clone()),
        }
    }
}

/// What Heap shows once when SCIM is enabled.
#[derive(Clone, Debug, uniffi::Record)]
pub struct ScimCredentials {
    /// Names the credentials.
    pub client_id: String,
    /// The bearer token.
    pub bearer_token: Arc<Secret>,
}

impl From<tenant::Credentials> for ScimCredentials {
    fn from(credentials: tenant::Credentials) -> Self {
        Self {
            client_id: credentials.client_id,
            bearer_token: Arc::new(Secret(Held::new(credentials.bearer_token))),
        }
    }
}

/// A person who is added within Heap.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Teammate {
    /// The address by which Heap knows the person.
    pub email: String,
    /// The given name.
    #[uniffi(default = None)]
    pub given_name: Option<String>,
    /// The family name.
    #[uniffi(default = None)]
    pub family_name: Option<String>,
    /// The role; the tenant's default role if not given.
    #[uniffi(default = None)]
    pub role: Option<Role>,
}

/// Somebody who is logged in to Heap.
#[derive(Clone, Debug, uniffi::Record)]
pub struct Session {
    /// The id of the account.
    pub account: String,
    /// The address by which Heap knows the account.
    pub user_name: String,
    /// The account's role.
    pub role: Role,
    /// The page that was asked for when Heap began the login.
    pub page: Option<String>,
    /// The proof.
    pub assertion: Arc<VerifiedAssertion>,
}

/// An embedded tenant of Heap, in memory: for demonstrations, tests and simulation.
#[derive(Debug, uniffi::Object)]
pub struct Tenant(Held<Mutex<heap::Tenant>>);

#[uniffi::export]
impl Tenant {
    /// A tenant. The seed is for the ids that it gives; the operating system's randomness if not given. `origin` is where
    /// it is reached, if not at Heap's address.
    #[uniffi::constructor(default(seed = None, variants = None, origin = None))]
    pub fn new(
        name: &str,
        heap_id: &str,
        seed: Option<u64>,
        variants: Option<Variants>,
        origin: Option<String>,
    ) -> Result<Self, HeapIdentityError> {
        let entropy = Box::new(Seeded::new(self::seed(seed)?));
        let tenant = heap::Tenant::new(tenant_name(name)?, self::heap_id(heap_id)?, entropy);
        Ok(Self::of(tenant, variants, origin))
    }

    /// A tenant as lines of [`Tenant::export`] have it, with those of [`Tenant::take_changes`] in their place. Variants and
    /// origin are not among them.
    #[uniffi::constructor(default(seed = None, variants = None, origin = None))]
    pub fn restore(
        lines: HashMap<String, String>,
        seed: Option<u64>,
        variants: Option<Variants>,
        origin: Option<String>,
    ) -> Result<Self, HeapIdentityError> {
        let entropy = Box::new(Seeded::new(self::seed(seed)?));
        Ok(Self::of(heap::Tenant::restore(lines, entropy)?, variants, origin))
    }

    /// The whole tenant as lines of JSON, by their keys; from now on changes are noted. The token is not in it, only its hash.
    pub fn export(&self) -> HashMap<String, String> {
        self.0.locked().export().into_iter().collect()
    }

    /// The lines that have changed since the last call, by their keys; none in place of a line that is gone.
    pub fn take_changes(&self) -> HashMap<String, Option<String>> {
        self.0.locked().take_changes().into_iter().collect()
    }

    /// Answers a request to the SCIM service.
    pub fn handle(&self, request: Request, now: SystemTime) -> Result<Response, HeapIdentityError> {
        let (request, now) = (request.try_into()?, instant(now)?);
        Ok(self.0.locked().handle(&request, now).into())
    }

    /// The base URL of the SCIM service.
    pub fn base_url(&self) -> String {
        self.0.locked().base_url().to_owned()
    }

    /// The tenant's name.
    pub fn name(&self) -> String {
        self.0.locked().name().to_string()
    }

    /// The tenant's Heap ID.
    pub fn heap_id(&self) -> String {
        self.0.locked().heap_id().to_string()
    }

    /// Every account, as JSON.
    pub fn users(&self) -> Vec<String> {
        self.0.locked().users().map(json).collect()
    }

    /// Every group, as JSON.
    pub fn groups(&self) -> Vec<String> {
        self.0.locked().groups().map(json).collect()
    }

    /// Sets SSO up, or anew. From now on it is mandatory for everybody but Admins.
    pub fn configure_sso(&self, settings: SsoSettings) -> Result<(), HeapIdentityError> {
        self.0.locked().configure_sso(settings.try_into()?);
        Ok(())
    }

    /// The settings of SSO; none before it is set up.
    pub fn sso_settings(&self) -> Option<SsoSettings> {
        self.0.locked().sso_settings().map(Into::into)
    }

    /// Heap begins a login: the address to redirect the browser to. The page is what the person asked for.
    #[uniffi::method(default(page = None))]
    pub fn begin_login(&self, now: SystemTime, page: Option<String>) -> Result<String, HeapIdentityError> {
        let mut random = Random::default();
        let url = self.0.locked().begin_login(page.as_deref(), instant(now)?, &mut random);
        Ok(random.made(url)??)
    }

    /// Takes the form that a browser posts to the tenant's ACS, of either flow.
    pub fn finish_login(&self, form: Vec<u8>, now: SystemTime) -> Result<Session, HeapIdentityError> {
        let session = self.0.locked().finish_login(&form, instant(now)?)?;
        Ok(Session {
            account: session.account,
            user_name: session.user_name,
            role: session.role.into(),
            page: session.page,
            assertion: Arc::new(VerifiedAssertion(Held::new(session.assertion))),
        })
    }

    /// Whether somebody may log in with a password, by the account's id: while SSO is on only Admins may.
    pub fn may_use_password(&self, account: &str) -> bool {
        self.0.locked().may_use_password(account)
    }
}

impl Tenant {
    fn of(mut tenant: heap::Tenant, variants: Option<Variants>, origin: Option<String>) -> Self {
        if let Some(variants) = variants {
            tenant = tenant.playing(variants.into());
        }
        if let Some(origin) = origin {
            tenant = tenant.reached_at(&origin);
        }
        Self(Held::guarded(tenant))
    }
}

#[uniffi::export]
impl Tenant {
    /// Enables SCIM, with this role for new users, and shows the credentials this once. The token is Heap's; one of the
    /// caller's choice is for tests and demonstrations.
    #[uniffi::method(default(bearer_token = None))]
    pub fn enable_scim(
        &self,
        default_role: Role,
        bearer_token: Option<Arc<Secret>>,
    ) -> Result<ScimCredentials, HeapIdentityError> {
        if let Some(token) = bearer_token {
            let token = (*token.0).clone();
            return Ok(self.0.locked().enable_scim_with_token(default_role.into(), token)?.into());
        }
        let mut random = Random::default();
        let credentials = self.0.locked().enable_scim(default_role.into(), &mut random);
        Ok(random.made(credentials)??.into())
    }

    /// Makes a new token; the old one ends at once.
    pub fn renew_token(&self) -> Result<ScimCredentials, HeapIdentityError> {
        let mut random = Random::default();
        let credentials = self.0.locked().renew_token(&mut random);
        Ok(random.made(credentials)??.into())
    }

    /// Turns SCIM off: the token ends, accounts and groups stay.
    pub fn disable_scim(&self) {
        self.0.locked().disable_scim();
    }

    /// Turns SSO off: everybody may log in with a password again. Refused while SCIM is on.
    pub fn disable_sso(&self) -> Result<(), HeapIdentityError> {
        Ok(self.0.locked().disable_sso()?)
    }

    /// Whether SCIM is on.
    pub fn scim_enabled(&self) -> bool {
        self.0.locked().scim_enabled()
    }

    /// Names the credentials; none while SCIM is off.
    pub fn client_id(&self) -> Option<String> {
        self.0.locked().client_id().map(str::to_owned)
    }

    /// The role of users to come.
    pub fn default_role(&self) -> Role {
        self.0.locked().default_role().clone().into()
    }

    /// Changes the role of users to come.
    pub fn set_default_role(&self, role: Role) {
        self.0.locked().set_default_role(role.into());
    }

    /// The role of an account; none where there is no such account.
    pub fn role_of(&self, account: &str) -> Option<Role> {
        self.0.locked().role_of(account).map(Into::into)
    }

    /// Changes the role of an account.
    pub fn set_role(&self, account: &str, role: Role, now: SystemTime) -> Result<(), HeapIdentityError> {
        Ok(self.0.locked().set_role(account, &role.into(), instant(now)?)?)
    }

    /// Adds a person within Heap, and gives the account's id.
    pub fn add_teammate(&self, teammate: Teammate, now: SystemTime) -> Result<String, HeapIdentityError> {
        let mut added = tenant::Teammate::new(&teammate.email);
        added.given_name = teammate.given_name;
        added.family_name = teammate.family_name;
        added.role = teammate.role.map(Into::into);
        Ok(self.0.locked().add_teammate(added, instant(now)?)?)
    }

    /// Removes a person within Heap.
    pub fn remove_teammate(&self, account: &str, now: SystemTime) -> Result<(), HeapIdentityError> {
        Ok(self.0.locked().remove_teammate(account, instant(now)?)?)
    }

    /// Makes a group (Heap says *team*) of these accounts within Heap, and gives its id.
    #[uniffi::method(default(members = []))]
    pub fn add_team(
        &self,
        name: &str,
        now: SystemTime,
        members: Vec<String>,
    ) -> Result<String, HeapIdentityError> {
        let members = members.iter().map(String::as_str);
        Ok(self.0.locked().add_team(name, members, instant(now)?)?)
    }

    /// From now on the person with this address has an account in another organisation.
    pub fn foreign_account(&self, email: &str) {
        self.0.locked().foreign_account(email);
    }

    /// The account in the other organisation is gone; whether there was one.
    pub fn foreign_account_deleted(&self, email: &str) -> bool {
        self.0.locked().foreign_account_deleted(email)
    }
}
