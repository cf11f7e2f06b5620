//! A tenant at rest: lines of JSON by key, so that a caller's store writes what a request has changed and no more.

use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    format,
    string::{String, ToString},
    vec::Vec,
};

use core::mem;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{SsoSettings, Tenant, TenantError};
use crate::{
    entropy::Entropy,
    heap::Role,
    limits::HEAP_LOGINS_REMEMBERED_MAX,
    pki::Certificate,
    saml::{ReplayGuard, Use},
    scim::service::{Access, MemoryStore, StoredResource, TokenDigest},
};

/// Grows when an older library could misread what a newer one stored.
const VERSION: u32 = 1;
/// The key of what is not a resource.
const SETTINGS: &str = "settings";
const RESOURCE: &str = "resource/";
const USED: &str = "used/";

/// What a caller's store was told, and what it must be told of logins.
#[derive(Debug, Default)]
pub(super) struct Noted {
    /// As they were told last; `None` before [`Tenant::export`].
    settings: Option<String>,
    /// By the Assertion's ID.
    used: BTreeMap<String, Used>,
    /// The IDs of those that were not told yet.
    new: BTreeSet<String>,
}

/// An Assertion that has logged somebody in, and until when it must be remembered (D22).
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Used {
    issuer: String,
    assertion_id: String,
    until: Timestamp,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    name: String,
    heap_id: String,
    base_url: String,
    writes: u64,
    client_id: Option<String>,
    /// Of the token only its hash is kept (R16).
    token_sha256: Option<String>,
    default_role: String,
    foreign_accounts: BTreeSet<String>,
    sso: Option<Sso>,
}

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Sso {
    certificate: String,
    remote_login_url: String,
    logout_landing_url: Option<String>,
    idp_entity_id: String,
}

impl Tenant {
    /// The whole tenant as lines of JSON, each with its key, and from now on what [`Tenant::take_changes`] gives. The token is
    /// not in it, only its hash (R16); logins that wait for their answer are not, and are begun again.
    pub fn export(&mut self) -> Vec<(String, String)> {
        let settings = self.settings_line();
        let ids = self.service.store_mut().all_ids();
        let mut lines = Vec::from([(SETTINGS.to_string(), settings.clone())]);
        lines.extend(ids.iter().filter_map(|id| Some((format!("{RESOURCE}{id}"), self.resource_line(id)?))));
        lines.extend(self.noted.used.values().map(Used::line));
        self.noted.new.clear();
        self.noted.settings = Some(settings);
        lines
    }

    /// The lines that have changed since the last call, by key; `None` where one is gone. Nothing before [`Tenant::export`].
    ///
    /// Whoever stores them, all or none, before the answer to a request goes out, loses nothing of what was answered.
    pub fn take_changes(&mut self) -> Vec<(String, Option<String>)> {
        if self.noted.settings.is_none() {
            return Vec::new();
        }
        let written = self.service.store_mut().written_ids();
        let mut changes: Vec<(String, Option<String>)> =
            written.iter().map(|id| (format!("{RESOURCE}{id}"), self.resource_line(id))).collect();
        let new = mem::take(&mut self.noted.new);
        changes.extend(new.iter().filter_map(|id| self.noted.used.get(id)).map(|used| {
            let (key, line) = used.line();
            (key, Some(line))
        }));
        let settings = Some(self.settings_line());
        if settings != self.noted.settings {
            changes.push((SETTINGS.to_string(), settings.clone()));
            self.noted.settings = settings;
        }
        changes
    }

    /// The tenant that these lines are of: those of [`Tenant::export`], with every change since. `entropy` must not repeat what an
    /// earlier process was given: ids of resources are made of it.
    ///
    /// # Errors
    /// [`TenantError::Stored`] with the key of the line that cannot be used.
    ///
    /// ```
    /// use heap_identity::{entropy::Seeded, heap::{Tenant, tenant::Teammate}};
    /// let mut tenant = Tenant::new("demo".parse()?, "12345".parse()?, Box::new(Seeded::new(1)));
    /// let mut lines: std::collections::BTreeMap<_, _> = tenant.export().into_iter().collect();
    /// tenant.add_teammate(Teammate::new("ann@example.com"), "2026-03-01T10:00:00Z".parse()?)?;
    /// lines.extend(tenant.take_changes().into_iter().filter_map(|(key, line)| Some((key, line?))));
    /// let again = Tenant::restore(lines, Box::new(Seeded::new(2)))?;
    /// assert_eq!(again.users().next().unwrap().text("userName"), Some("ann@example.com"));
    /// # Ok::<_, Box<dyn core::error::Error>>(())
    /// ```
    pub fn restore(
        lines: impl IntoIterator<Item = (String, String)>,
        entropy: Box<dyn Entropy + Send + Sync>,
    ) -> Result<Self, TenantError> {
        let (mut settings, mut resources, mut used) = (None, Vec::new(), Vec::new());
        for (key, line) in lines {
            let is_read = if key == SETTINGS {
                serde_json::from_str(&line).map(|stored: Stored| settings = Some(stored)).is_ok()
            } else if key.starts_with(RESOURCE) {
                serde_json::from_str(&line).map(|resource: StoredResource| resources.push(resource)).is_ok()
            } else if key.starts_with(USED) {
                serde_json::from_str(&line).map(|login: Used| used.push(login)).is_ok()
            } else {
                false
            };
            if !is_read {
                return Err(TenantError::Stored(key));
            }
        }
        let wrong = |_| TenantError::Stored(SETTINGS.into());
        let stored = settings.ok_or_else(|| TenantError::Stored(SETTINGS.into()))?;
        let store = MemoryStore::from_rest(stored.writes, resources)?;
        let (name, heap_id) = (stored.name.parse().map_err(wrong)?, stored.heap_id.parse().map_err(wrong)?);
        Self::with_store(name, heap_id, store, entropy).with_settings(stored, used)
    }

    fn with_settings(mut self, stored: Stored, used: Vec<Used>) -> Result<Self, TenantError> {
        let wrong = || TenantError::Stored(SETTINGS.into());
        if stored.version != VERSION || stored.client_id.is_some() != stored.token_sha256.is_some() {
            return Err(wrong());
        }
        self.service.config_mut().base_url = stored.base_url;
        if let Some(hex) = stored.token_sha256 {
            let digest = TokenDigest::from_hex(&hex).ok_or_else(wrong)?;
            self.service.config_mut().access = Access::Bearer(digest);
        }
        self.client_id = stored.client_id;
        self.service.rules_mut().default_role = Role::from(stored.default_role.as_str());
        for email in &stored.foreign_accounts {
            self.foreign_account(email);
        }
        if let Some(sso) = stored.sso {
            let mut settings = SsoSettings::new(&sso.certificate, &sso.remote_login_url)?;
            settings.logout_landing_url = sso.logout_landing_url;
            settings.idp_entity_id = sso.idp_entity_id;
            self.configure_sso(settings);
        }
        self.noted.used = used.iter().map(|used| (used.assertion_id.clone(), used.clone())).collect();
        if let Some(replay) = self.sign_on.as_mut().map(|sign_on| &mut sign_on.replay) {
            for Used { issuer, assertion_id, until } in &used {
                // Before all time nothing has expired: whatever can still be used is remembered.
                let login = Use { issuer, assertion_id, until: *until, now: Timestamp::MIN };
                replay.spend(&login).map_err(|_| TenantError::Stored(format!("{USED}{assertion_id}")))?;
            }
        }
        Ok(self)
    }

    fn settings_line(&self) -> String {
        let sso = |settings: &SsoSettings| Sso {
            certificate: Certificate::to_pem(&settings.certificate),
            remote_login_url: settings.remote_login_url.clone(),
            logout_landing_url: settings.logout_landing_url.clone(),
            idp_entity_id: settings.idp_entity_id.clone(),
        };
        let token_sha256 = match &self.service.config().access {
            Access::Bearer(digest) => Some(digest.to_hex()),
            Access::Closed | Access::Open => None,
        };
        let stored = Stored {
            version: VERSION,
            name: self.name.to_string(),
            heap_id: self.heap_id.to_string(),
            base_url: self.base_url().into(),
            writes: self.store().last_version(),
            client_id: self.client_id.clone(),
            token_sha256,
            default_role: self.default_role().name().into(),
            foreign_accounts: self.service.rules().foreign_accounts().clone(),
            sso: self.sso_settings().map(sso),
        };
        // Texts and numbers always have a JSON form.
        serde_json::to_string(&stored).unwrap_or_default()
    }

    fn resource_line(&self, id: &str) -> Option<String> {
        serde_json::to_string(&self.store().at_rest(id)?).ok()
    }
}

impl Noted {
    /// An Assertion has logged somebody in.
    pub(super) fn note_used(&mut self, login: &Use<'_>) {
        // The replay cache refuses beyond as many that have not expired.
        if self.used.len() >= HEAP_LOGINS_REMEMBERED_MAX {
            self.used.retain(|_, used| used.until > login.now);
        }
        let (issuer, assertion_id) = (login.issuer.into(), String::from(login.assertion_id));
        self.new.insert(assertion_id.clone());
        self.used.insert(assertion_id.clone(), Used { issuer, assertion_id, until: login.until });
    }
}

impl Used {
    fn line(&self) -> (String, String) {
        (format!("{USED}{}", self.assertion_id), serde_json::to_string(self).unwrap_or_default())
    }
}
