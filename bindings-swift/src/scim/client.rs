//! The client's end: requests, and what a service provider can do.

use std::sync::Mutex;

use heap_identity::scim::client;

use super::{ResourceKind, document, filter::Filter, patch::Patch};
use crate::{
    error::HeapIdentityError,
    held::Held,
    mirror::mirror,
    wire::{Request, Response, Secret},
};

/// Where a page begins.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum PagePosition {
    /// At the resource with this number, from 1 up.
    Index {
        /// The number.
        start: u64,
    },
    /// At this cursor.
    Cursor {
        /// The cursor.
        cursor: String,
    },
}

impl From<PagePosition> for client::Position {
    fn from(position: PagePosition) -> Self {
        match position {
            PagePosition::Index { start } => Self::Index(start),
            PagePosition::Cursor { cursor } => Self::Cursor(cursor),
        }
    }
}

impl From<client::Position> for PagePosition {
    fn from(position: client::Position) -> Self {
        match position {
            client::Position::Index(start) => Self::Index { start },
            client::Position::Cursor(cursor) => Self::Cursor { cursor },
        }
    }
}

/// A SCIM service provider: it makes requests and sends none.
#[derive(Debug, uniffi::Object)]
pub struct ScimEndpoint(Held<client::Endpoint>);

#[uniffi::export]
impl ScimEndpoint {
    /// The service provider at this base URL.
    #[uniffi::constructor]
    pub fn new(base_url: &str, token: &Secret) -> Result<Self, HeapIdentityError> {
        Ok(Self(Held::new(client::Endpoint::new(base_url, &token.0)?)))
    }

    /// Makes a resource, given as JSON.
    pub fn create(&self, kind: ResourceKind, resource: Vec<u8>) -> Request {
        self.0.create(kind.into(), resource).into()
    }

    /// Reads a resource; of its attributes those that are named, or all.
    #[uniffi::method(default(attributes = []))]
    pub fn read(&self, kind: ResourceKind, id: &str, attributes: Vec<String>) -> Request {
        let attributes: Vec<&str> = attributes.iter().map(String::as_str).collect();
        self.0.read(kind.into(), id, &attributes).into()
    }

    /// Replaces a resource by another, given as JSON.
    pub fn replace(&self, kind: ResourceKind, id: &str, resource: Vec<u8>) -> Request {
        self.0.replace(kind.into(), id, resource).into()
    }

    /// Changes a resource.
    pub fn modify(&self, kind: ResourceKind, id: &str, patch: &Patch) -> Request {
        self.0.modify(kind.into(), id, &patch.0).into()
    }

    /// Removes a resource.
    pub fn delete(&self, kind: ResourceKind, id: &str) -> Request {
        self.0.delete(kind.into(), id).into()
    }

    /// Looks for resources.
    pub fn find(&self, kind: ResourceKind, filter: &Filter) -> Request {
        self.0.find(kind.into(), &filter.0).into()
    }

    /// A page of a list.
    pub fn list(
        &self,
        kind: ResourceKind,
        position: PagePosition,
        count: u32,
        with_members: bool,
    ) -> Request {
        self.0.list(kind.into(), &position.into(), count, with_members).into()
    }

    /// What the service provider says that it can do.
    pub fn service_provider_config(&self) -> Request {
        self.0.service_provider_config().into()
    }

    /// The resource types that it has.
    pub fn resource_types(&self) -> Request {
        self.0.resource_types().into()
    }

    /// The schemas that it has.
    pub fn schemas(&self) -> Request {
        self.0.schemas().into()
    }
}

mirror! {
    /// How resources are changed at a service provider.
    from ScimWrites of client::Writes {
        /// By PATCH.
        Patch,
        /// By PATCH in which removals list their values.
        ListedPatch,
        /// By PUT.
        Put,
    }
}

mirror! {
    /// How a service provider takes filters.
    from ScimFilters of client::Filters {
        /// They find what they should, as was tried.
        Proven,
        /// They are passed over.
        Ignored,
        /// They find nothing.
        FindNothing,
        /// They are refused.
        Refused,
        /// It was not tried.
        Unproven,
    }
}

mirror! {
    /// How pages go on.
    from ScimPages of client::Pages {
        /// By number.
        Index,
        /// By cursor.
        Cursor,
    }
}

/// Something that was found out.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct ScimEvidence {
    /// The stable code of the finding.
    pub code: String,
    /// The status of the answer that it is from.
    pub status: u16,
}

/// What was found out about a service provider.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct ScimProfile {
    /// How resources are changed.
    pub writes: ScimWrites,
    /// How filters are taken.
    pub filters: ScimFilters,
    /// How pages go on.
    pub pages: ScimPages,
    /// The most resources on a page, as it says itself.
    pub results_max: Option<u64>,
    /// Whether it takes several operations in one request, as it says itself.
    pub bulk: Option<bool>,
    /// Whether it has versions, as it says itself.
    pub etag: Option<bool>,
    /// Whether it sorts, as it says itself.
    pub sort: Option<bool>,
    /// The endpoints that it says it has.
    pub endpoints: Vec<String>,
    /// The schemas that it says it has.
    pub schemas: Vec<String>,
    /// What this is from.
    pub evidence: Vec<ScimEvidence>,
}

impl From<client::Profile> for ScimProfile {
    fn from(profile: client::Profile) -> Self {
        let evidence = profile.evidence.iter().map(|evidence| ScimEvidence {
            code: evidence.finding.code().to_owned(),
            status: evidence.status.as_u16(),
        });
        Self {
            writes: profile.writes.into(),
            filters: profile.filters.into(),
            pages: profile.pages.into(),
            evidence: evidence.collect(),
            results_max: profile.declared.results_max,
            bulk: profile.declared.bulk,
            etag: profile.declared.etag,
            sort: profile.declared.sort,
            endpoints: profile.declared.endpoints,
            schemas: profile.declared.schemas,
        }
    }
}

/// Finds out what a service provider can do, by reading alone.
#[derive(Debug, uniffi::Object)]
pub struct ScimDiscovery(Held<Mutex<client::Discovery>>, client::Endpoint);

#[uniffi::export]
impl ScimDiscovery {
    /// A discovery that has not begun.
    #[uniffi::constructor]
    pub fn new(endpoint: &ScimEndpoint) -> Self {
        let endpoint = (*endpoint.0).clone();
        Self(Held::guarded(client::Discovery::new(endpoint.clone())), endpoint)
    }

    /// The next request; none when everything was asked.
    pub fn request(&self) -> Option<Request> {
        self.0.locked().request().map(Into::into)
    }

    /// Takes the answer to the last request.
    pub fn receive(&self, response: Response) -> Result<(), HeapIdentityError> {
        let response = response.try_into()?;
        Ok(self.0.locked().receive(&response)?)
    }

    /// What was found out so far.
    pub fn profile(&self) -> ScimProfile {
        self.0.locked().profile().into()
    }

    /// The request that leads from one resource to another, both given as JSON, in the way that the service provider
    /// takes; none if they are the same.
    pub fn change(
        &self,
        kind: ResourceKind,
        before: &str,
        after: &str,
    ) -> Result<Option<Request>, HeapIdentityError> {
        let writes = self.0.locked().profile().writes;
        let (before, after) = (document(before)?, document(after)?);
        Ok(writes.request(&self.1, kind.into(), &before, &after)?.map(Into::into))
    }
}

impl ScimDiscovery {
    pub(crate) fn found(&self) -> client::Profile {
        self.0.locked().profile()
    }
}
