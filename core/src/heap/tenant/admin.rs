//! What administrators do within Heap: SCIM on and off, roles, teammates, teams.

use alloc::{format, string::String, vec::Vec};

use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use jiff::Timestamp;

use super::{ROLE, Tenant, TenantError};
use crate::{
    entropy::Entropy,
    heap::Role,
    scim::{
        Document, Email, Group, Member, Name, Patch, Path, User,
        service::{Access, Kind, Store, TokenDigest},
    },
    wire::{self, Secret},
};

/// What enabling SCIM shows, once (R16): the tenant keeps the token's hash alone.
#[derive(Debug)]
#[non_exhaustive]
pub struct Credentials {
    /// The id of the client.
    pub client_id: String,
    /// The token that goes out as `Authorization: Bearer` (R17).
    pub bearer_token: Secret,
}

impl Credentials {
    fn new(entropy: &mut dyn Entropy) -> Self {
        let mut text = |bytes: &mut [u8]| {
            entropy.fill(bytes);
            URL_SAFE_NO_PAD.encode(bytes)
        };
        let client_id = format!("heap-scim-{}", text(&mut [0; 9]));
        // 256 bits: not to be guessed.
        Self { client_id, bearer_token: Secret::new(text(&mut [0; 32])) }
    }
}

/// A person whom an administrator adds within Heap.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Teammate {
    /// The name to log in with: an e-mail address.
    pub user_name: String,
    /// The given name.
    pub given_name: Option<String>,
    /// The family name.
    pub family_name: Option<String>,
    /// The role; the default role where none is given (R15).
    pub role: Option<Role>,
}

impl Teammate {
    /// A person by the address to log in with.
    pub fn new(email: &str) -> Self {
        Self { user_name: email.into(), ..Self::default() }
    }

    fn document(self) -> Document {
        let mut user = User::new(self.user_name);
        user.active = Some(true);
        if user.user_name.contains('@') {
            user.emails = Some(Vec::from([Email::work(user.user_name.clone())]));
        }
        if self.given_name.is_some() || self.family_name.is_some() {
            user.name = Some(Name::of(self.given_name, self.family_name));
        }
        user.extra.extend(self.role.map(|role| (ROLE.into(), role.name().into())));
        user.into()
    }
}

impl<S: Store> Tenant<S> {
    /// Enables SCIM: asks for the role of new users (R15), and shows the credentials this once (R16).
    ///
    /// # Errors
    /// [`TenantError::SsoNotConfigured`] before SSO (R14), [`TenantError::ScimEnabled`] when it is on already.
    pub fn enable_scim(
        &mut self,
        default_role: Role,
        entropy: &mut dyn Entropy,
    ) -> Result<Credentials, TenantError> {
        self.check_can_enable()?;
        self.service.rules_mut().default_role = default_role;
        Ok(self.issue(Credentials::new(entropy)))
    }

    /// Enables SCIM with a token that the caller chose: for tests and demonstrations, whose other side was given it
    /// beforehand. Its strength is the caller's concern.
    ///
    /// # Errors
    /// As [`Tenant::enable_scim`], and [`TenantError::Token`] when the token cannot stand in a header.
    pub fn enable_scim_with_token(
        &mut self,
        default_role: Role,
        bearer_token: Secret,
    ) -> Result<Credentials, TenantError> {
        self.check_can_enable()?;
        wire::bearer(&bearer_token)?;
        self.service.rules_mut().default_role = default_role;
        Ok(self.issue(Credentials { client_id: "heap-scim-chosen".into(), bearer_token }))
    }

    fn check_can_enable(&self) -> Result<(), TenantError> {
        if !self.sso_configured() {
            return Err(TenantError::SsoNotConfigured);
        }
        if self.scim_enabled() { Err(TenantError::ScimEnabled) } else { Ok(()) }
    }

    /// Makes a new token; the old one ends at once (R19).
    ///
    /// # Errors
    /// [`TenantError::ScimDisabled`] while SCIM is off.
    pub fn renew_token(&mut self, entropy: &mut dyn Entropy) -> Result<Credentials, TenantError> {
        if self.scim_enabled() {
            Ok(self.issue(Credentials::new(entropy)))
        } else {
            Err(TenantError::ScimDisabled)
        }
    }

    fn issue(&mut self, credentials: Credentials) -> Credentials {
        self.client_id = Some(credentials.client_id.clone());
        self.service.config_mut().access = Access::Bearer(TokenDigest::of(&credentials.bearer_token));
        credentials
    }

    /// Turns SCIM off: the token ends, accounts and groups stay.
    pub fn disable_scim(&mut self) {
        self.client_id = None;
        self.service.config_mut().access = Access::Closed;
    }

    /// Changes the role of users to come (R15).
    pub fn set_default_role(&mut self, role: Role) {
        self.service.rules_mut().default_role = role;
    }

    /// Changes the role of one user (R15), also while SCIM is on.
    ///
    /// # Errors
    /// [`TenantError::NoSuchAccount`].
    pub fn set_role(&mut self, id: &str, role: &Role, now: Timestamp) -> Result<(), TenantError> {
        if self.service.store().get(Kind::User, id).is_none() {
            return Err(TenantError::NoSuchAccount);
        }
        self.service.rules_mut().by_administrator = true;
        let changed =
            self.service.alter(Kind::User, id, &Patch::new().replace(Path::of(ROLE), role.name()), now);
        self.service.rules_mut().by_administrator = false;
        changed?;
        Ok(())
    }

    /// The role of a user; `None` when there is no such account.
    pub fn role_of(&self, id: &str) -> Option<Role> {
        let record = self.service.store().get(Kind::User, id)?;
        Some(record.document.text(ROLE).map_or_else(|| self.default_role().clone(), Role::from))
    }

    /// Adds a person within Heap, and gives the account's id.
    ///
    /// # Errors
    /// [`TenantError::ManagedByIdentityProvider`] while SCIM is on (R20); [`TenantError::Refused`] when the name is
    /// taken, or the person has an account in another organisation (R23).
    pub fn add_teammate(&mut self, teammate: Teammate, now: Timestamp) -> Result<String, TenantError> {
        self.check_unmanaged()?;
        self.service.rules_mut().by_administrator = true;
        let added = self.service.add(Kind::User, teammate.document(), now);
        self.service.rules_mut().by_administrator = false;
        Ok(added?)
    }

    /// Removes a person within Heap.
    ///
    /// # Errors
    /// [`TenantError::ManagedByIdentityProvider`] while SCIM is on (R20); [`TenantError::NoSuchAccount`].
    pub fn remove_teammate(&mut self, id: &str, now: Timestamp) -> Result<(), TenantError> {
        self.check_unmanaged()?;
        if self.service.store().get(Kind::User, id).is_none() {
            return Err(TenantError::NoSuchAccount);
        }
        Ok(self.service.delete(Kind::User, id, now)?)
    }

    fn check_unmanaged(&self) -> Result<(), TenantError> {
        if self.scim_enabled() { Err(TenantError::ManagedByIdentityProvider) } else { Ok(()) }
    }

    /// Makes a group (Heap says *team*) within Heap, and gives its id.
    ///
    /// # Errors
    /// [`TenantError::Refused`] when somebody who is to join has no account.
    pub fn add_team<'a>(
        &mut self,
        name: &str,
        members: impl IntoIterator<Item = &'a str>,
        now: Timestamp,
    ) -> Result<String, TenantError> {
        let mut group = Group::new(name.into());
        group.members = Some(members.into_iter().map(|id| Member::new(id.into())).collect());
        Ok(self.service.add(Kind::Group, group.into(), now)?)
    }

    /// From now on the person with this address has an account in another organisation (R23).
    pub fn foreign_account(&mut self, email: &str) {
        self.service.rules_mut().foreign_account(email);
    }

    /// The account in the other organisation is gone; whether there was one.
    pub fn foreign_account_deleted(&mut self, email: &str) -> bool {
        self.service.rules_mut().foreign_account_deleted(email)
    }
}
