//! A SCIM service provider in memory.

use std::{
    sync::{Arc, Mutex},
    time::SystemTime,
};

use heap_identity::{
    entropy::Seeded,
    heap::tenant,
    scim::service::{Access, Config, MemoryStore, Service, TokenDigest},
};

use super::{ResourceKind, document, patch::Patch};
use crate::{
    convert::{instant, seed},
    error::HeapIdentityError,
    heap::variants::Variants,
    held::Held,
    wire::{Request, Response, Secret},
};

/// A SCIM service provider as RFC 7644 has it, in memory.
#[derive(Debug, uniffi::Object)]
pub struct ScimService(Held<Mutex<Service<MemoryStore>>>);

#[uniffi::export]
impl ScimService {
    /// A service below this base URL; without a token anybody may call it. The seed is for the ids that it gives.
    #[uniffi::constructor(default(token = None, variants = None, seed = None))]
    pub fn new(
        base_url: String,
        token: Option<Arc<Secret>>,
        variants: Option<Variants>,
        seed: Option<u64>,
    ) -> Result<Self, HeapIdentityError> {
        let access = token.map_or(Access::Open, |token| Access::Bearer(TokenDigest::of(&token.0)));
        let capabilities = tenant::Variants::from(variants.unwrap_or_default()).capabilities;
        let entropy = Box::new(Seeded::new(self::seed(seed)?));
        let config = Config { base_url, access, capabilities };
        Ok(Self(Held::guarded(Service::new(config, MemoryStore::new(), entropy))))
    }

    /// Answers a request.
    pub fn handle(&self, request: Request, now: SystemTime) -> Result<Response, HeapIdentityError> {
        let (request, now) = (request.try_into()?, instant(now)?);
        Ok(self.0.locked().handle(&request, now).into())
    }

    /// Adds a resource, given as JSON, and gives its id.
    pub fn add(
        &self,
        kind: ResourceKind,
        resource: &str,
        now: SystemTime,
    ) -> Result<String, HeapIdentityError> {
        Ok(self.0.locked().add(kind.into(), document(resource)?, instant(now)?)?)
    }

    /// Changes a resource, and gives its id.
    pub fn alter(
        &self,
        kind: ResourceKind,
        id: &str,
        patch: &Patch,
        now: SystemTime,
    ) -> Result<String, HeapIdentityError> {
        Ok(self.0.locked().alter(kind.into(), id, &patch.0, instant(now)?)?)
    }
}
