//! An embedded Heap tenant: Heap's SCIM and SAML service providers under its own rules, for demonstrations, tests and
//! simulations.
//!
//! ```
//! use heap_identity::{entropy::Seeded, heap::{Role, Tenant, tenant::{SsoSettings, TenantError}}};
//! let mut tenant = Tenant::new("demo".parse()?, "12345".parse()?, Box::new(Seeded::new(1)));
//! // SCIM comes after SSO (R14).
//! assert_eq!(tenant.enable_scim(Role::Analyst, &mut Seeded::new(2)).unwrap_err(), TenantError::SsoNotConfigured);
//! # let certificate_pem = include_str!("../../../tests/vectors/keys/rsa2048.cert.pem");
//! tenant.configure_sso(SsoSettings::new(certificate_pem, "https://sso.jumpcloud.com/saml2/heap")?);
//! let credentials = tenant.enable_scim(Role::Analyst, &mut Seeded::new(2))?;
//! assert_eq!(tenant.base_url(), "https://heapanalytics.com/scim/v2/demo");
//! assert!(!credentials.bearer_token.expose().is_empty());
//! # Ok::<_, Box<dyn core::error::Error>>(())
//! ```

mod admin;
mod error;
mod rules;
mod sign_on;
mod stored;
#[cfg(test)]
mod tests;
mod variants;

use alloc::{boxed::Box, format, string::String};

use jiff::Timestamp;
use serde_json::Value;

pub use admin::{Credentials, Teammate};
pub use error::TenantError;
pub use sign_on::{LoginRefused, Session, SsoSettings};
pub use variants::{Renaming, Variants};

use self::{rules::HeapRules, sign_on::SignOn, stored::Noted};
use super::{HeapId, Role, TenantName};
use crate::{
    entropy::Entropy,
    scim::{
        Document,
        schema::{Attribute, ResourceType},
        service::{Access, Config, Kind, MemoryStore, Service, Store},
    },
    wire::{Request, Response},
};

/// The attribute that carries Heap's role, unless a mapping says otherwise (D8).
pub(super) const ROLE: &str = "role";

/// A tenant of Heap.
#[derive(Debug)]
pub struct Tenant<S = MemoryStore> {
    heap_id: HeapId,
    name: TenantName,
    service: Service<S, HeapRules>,
    client_id: Option<String>,
    sign_on: Option<SignOn>,
    noted: Noted,
}

impl Tenant {
    /// An empty tenant in memory, with SSO and SCIM off. Ids of accounts and groups are made of `entropy`.
    pub fn new(name: TenantName, heap_id: HeapId, entropy: Box<dyn Entropy + Send + Sync>) -> Self {
        Self::with_store(name, heap_id, MemoryStore::new(), entropy)
    }
}

impl<S: Store> Tenant<S> {
    /// A tenant whose accounts and groups are in `store`, with SSO and SCIM off.
    pub fn with_store(
        name: TenantName,
        heap_id: HeapId,
        store: S,
        entropy: Box<dyn Entropy + Send + Sync>,
    ) -> Self {
        let variants = Variants::default();
        let config = Config {
            base_url: name.scim_base_url(),
            access: Access::Closed,
            capabilities: variants.capabilities.clone(),
        };
        let role = Attribute::text(ROLE, "The role in Heap");
        let rules = HeapRules::new(variants);
        let service =
            Service::with_rules(config, store, entropy, rules, ResourceType::user().with_attribute(role));
        Self { heap_id, name, service, client_id: None, sign_on: None, noted: Noted::default() }
    }

    /// The same tenant, playing a variant of what Heap may do.
    #[must_use]
    pub fn playing(mut self, variants: Variants) -> Self {
        self.service.config_mut().capabilities = variants.capabilities.clone();
        self.service.rules_mut().variants = variants;
        self
    }

    /// The same empty tenant, reached at another origin, `http://127.0.0.1:8080` say: for demonstrations and tests.
    #[must_use]
    pub fn reached_at(mut self, origin: &str) -> Self {
        let base_url = self.name.scim_base_url();
        let path = base_url.split_once("//").and_then(|(_, rest)| rest.split_once('/'));
        let (_, path) = path.unwrap_or_default();
        self.service.config_mut().base_url = format!("{}/{path}", origin.trim_end_matches('/'));
        self
    }

    /// Answers a SCIM request below [`Tenant::base_url`], where nobody may call while SCIM is off (R17), and takes the forms
    /// that browsers post to the assertion consumer service.
    pub fn handle(&mut self, request: &Request, now: Timestamp) -> Response {
        if self.is_for_acs(request) {
            return self.consume_assertion(request, now);
        }
        self.service.handle(request, now)
    }

    /// The SCIM base URL (R17).
    pub fn base_url(&self) -> &str {
        &self.service.config().base_url
    }

    /// The tenant's name in the SCIM base URL.
    pub const fn name(&self) -> &TenantName {
        &self.name
    }

    /// The tenant's Heap ID.
    pub const fn heap_id(&self) -> &HeapId {
        &self.heap_id
    }

    /// Whether SCIM is on.
    pub const fn scim_enabled(&self) -> bool {
        self.client_id.is_some()
    }

    /// The client id of the token, while SCIM is on. The token itself is not kept (R16).
    pub fn client_id(&self) -> Option<&str> {
        self.client_id.as_deref()
    }

    /// The role that new users get (R15).
    pub const fn default_role(&self) -> &Role {
        &self.service.rules().default_role
    }

    /// The accounts, managed or not, in the order in which they were made.
    pub fn users(&self) -> impl Iterator<Item = Document> + '_ {
        self.service.store().records(Kind::User, 0).map(|record| record.into_owned().document)
    }

    /// The groups with the ids of their members, in the order in which they were made.
    pub fn groups(&self) -> impl Iterator<Item = Document> + '_ {
        self.service.store().records(Kind::Group, 0).map(|record| {
            let members = self.service.store().members(record.id());
            let members: Value = members.map(|member| serde_json::json!({ "value": member.id })).collect();
            let mut group = record.into_owned().document;
            group.set("members", members);
            group
        })
    }

    /// The resources as they are stored.
    pub const fn store(&self) -> &S {
        self.service.store()
    }
}
