//! The service provider (RFC 7644): requests in, responses out, resources in a [`Store`].
//!
//! ```
//! use heap_identity::{entropy::Seeded, scim::service::{Access, Config, MemoryStore, Service}, wire::Request};
//! let config = Config { base_url: "https://example.com/scim/v2".into(), access: Access::Open, capabilities: Default::default() };
//! let mut service = Service::new(config, MemoryStore::new(), Box::new(Seeded::new(1)));
//! let mut request = Request::new(Vec::new());
//! *request.uri_mut() = "/scim/v2/Users".parse().unwrap();
//! let response = service.handle(&request, "2026-03-01T10:00:00Z".parse().unwrap());
//! assert_eq!(response.status(), 200);
//! ```

mod access;
mod bulk;
mod config;
mod cursor;
mod incoming;
mod late;
mod list;
mod memory;
mod precondition;
mod query;
mod render;
mod route;
mod rules;
mod sort;
mod store;
mod stored;
#[cfg(test)]
mod tests;
mod write;

use alloc::{borrow::Cow, boxed::Box, format, string::String, vec::Vec};
use core::fmt;

use http::{HeaderValue, StatusCode, header};
use jiff::Timestamp;
use serde_json::Value;

pub use access::{Access, TokenDigest};
pub use config::{Capabilities, Config, Filtering, Throttle};
pub use memory::MemoryStore;
pub use rules::{Change, Removal, Rules, Standard};
pub use store::{IndexKey, Kind, MemberChange, Record, Store, StoredMember, Version};
pub(crate) use stored::StoredResource;

use self::{
    late::Late,
    query::Query,
    render::{Projection, Rendered},
    route::{Refused, Route},
    write::Written,
};
use super::{
    Document, Error, ErrorBody, ErrorKind, ListResponse, json as text,
    patch::{Dialect, Patch, Tolerance},
    schema::{self, ResourceType},
};
use crate::{
    entropy::Entropy,
    limits::SCIM_BODY_BYTES_MAX,
    wire::{Request, Response},
};

/// What a request was tolerated for, in the extensions of its response: for logs and audits, not for the client.
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Tolerated(pub Vec<Tolerance>);

/// A SCIM service provider without I/O.
pub struct Service<S, R = Standard> {
    config: Config,
    store: S,
    rules: R,
    users: ResourceType,
    groups: ResourceType,
    entropy: Box<dyn Entropy + Send + Sync>,
    /// How many requests were let in.
    requests: u64,
    /// What readers do not see yet.
    late: Late,
}

impl<S: fmt::Debug, R: fmt::Debug> fmt::Debug for Service<S, R> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Service")
            .field("config", &self.config)
            .field("store", &self.store)
            .field("rules", &self.rules)
            .finish_non_exhaustive()
    }
}

impl<S: Store> Service<S> {
    /// A service with no rules beyond the protocol. Ids of resources are made of `entropy`.
    pub fn new(config: Config, store: S, entropy: Box<dyn Entropy + Send + Sync>) -> Self {
        Self::with_rules(config, store, entropy, Standard, ResourceType::user())
    }
}

impl<S: Store, R: Rules> Service<S, R> {
    /// A service with rules of its own, whose users have the attributes of `users`.
    pub fn with_rules(
        config: Config,
        store: S,
        entropy: Box<dyn Entropy + Send + Sync>,
        rules: R,
        users: ResourceType,
    ) -> Self {
        Self {
            config,
            store,
            rules,
            users,
            groups: ResourceType::group(),
            entropy,
            requests: 0,
            late: Late::default(),
        }
    }

    /// The resources.
    pub const fn store(&self) -> &S {
        &self.store
    }

    pub(crate) const fn store_mut(&mut self) -> &mut S {
        &mut self.store
    }

    /// How it is reached, by whom, and what it can do.
    pub const fn config(&self) -> &Config {
        &self.config
    }

    /// The same, to be changed.
    pub const fn config_mut(&mut self) -> &mut Config {
        &mut self.config
    }

    /// The rules.
    pub const fn rules(&self) -> &R {
        &self.rules
    }

    /// The rules, to be changed.
    pub const fn rules_mut(&mut self) -> &mut R {
        &mut self.rules
    }

    /// Makes a resource as a POST would, for the program that holds the service, and gives its id.
    ///
    /// # Errors
    /// What a POST would be answered.
    pub fn add(&mut self, kind: Kind, resource: Document, now: Timestamp) -> Result<String, Error> {
        self.create(kind, resource, now).map(|written| written.id)
    }

    /// Changes a resource as a PATCH would, strictly, and gives the id under which it is now.
    ///
    /// # Errors
    /// What a PATCH would be answered.
    pub fn alter(&mut self, kind: Kind, id: &str, patch: &Patch, now: Timestamp) -> Result<String, Error> {
        let (patched, tolerated) = self.patched(patch, &Dialect::STRICT, kind, id)?;
        self.store_patched(kind, id, patched, tolerated, now).map(|written| written.id)
    }

    /// Answers a request. Its path is below that of the base URL.
    ///
    /// Whatever the bytes are, the answer is a SCIM message with the right status, and the store holds the whole
    /// change or none.
    pub fn handle(&mut self, request: &Request, now: Timestamp) -> Response {
        if !self.config.access.allows(request) {
            let error =
                Error::new(ErrorKind::Unauthorized, "the bearer token is missing or not the right one");
            let mut response = refuse(&error);
            response
                .headers_mut()
                .insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"scim\""));
            return response;
        }
        if let Some(response) = self.throttled() {
            return response;
        }
        self.route(request, now)
    }

    /// Counts a request, and puts it off where the capabilities say so.
    fn throttled(&mut self) -> Option<Response> {
        self.requests += 1;
        self.late.settle(self.requests);
        let throttle = self.config.capabilities.throttle?;
        if self.requests % u64::from(throttle.every.get()) != 0 {
            return None;
        }
        let mut response = refuse(&Error::new(ErrorKind::TooManyRequests, "too many requests; ask later"));
        response.headers_mut().insert(header::RETRY_AFTER, throttle.retry_after_seconds.into());
        Some(response)
    }

    fn route(&mut self, request: &Request, now: Timestamp) -> Response {
        let below = request.uri().path().strip_prefix(self.config.base_path());
        let below = below.filter(|path| path.is_empty() || path.starts_with('/')).unwrap_or("/.");
        match Route::of(request.method(), below) {
            Ok(route) => self.answer(route, request, now).unwrap_or_else(|error| refuse(&error)),
            Err(Refused { error, allow }) => {
                let mut response = refuse(&error);
                if let Some(allow) = allow {
                    response.headers_mut().insert(header::ALLOW, HeaderValue::from_static(allow));
                }
                response
            }
        }
    }

    fn answer(&mut self, route: Route, request: &Request, now: Timestamp) -> Result<Response, Error> {
        let query = request.uri().query().unwrap_or_default();
        let projection = || Query::of(query, false).map(|query| query.projection);
        match route {
            Route::Create(kind) => {
                let (body, projection) = (checked_body(request)?, projection()?);
                let written = self.create(kind, Document::from_slice(body)?, now)?;
                let mut response = self.show(StatusCode::CREATED, kind, &written, &projection)?;
                set(&mut response, header::LOCATION, &self.location(kind, &written.id));
                Ok(response)
            }
            Route::Read(kind, id) => {
                let record = self.read(kind, &id).ok_or_else(|| no_such(kind))?;
                if precondition::is_unchanged(request, record.version) {
                    return Ok(empty(StatusCode::NOT_MODIFIED));
                }
                Ok(self.respond(StatusCode::OK, kind, &record, &projection()?))
            }
            Route::Replace(kind, id) => {
                if !self.config.capabilities.put {
                    return Err(Error::new(ErrorKind::NotImplemented, "PUT is not supported; use PATCH"));
                }
                let (body, projection) = (checked_body(request)?, projection()?);
                self.expected(request, kind, &id)?;
                let written = self.replace(kind, &id, body, now)?;
                self.show(StatusCode::OK, kind, &written, &projection)
            }
            Route::Modify(kind, id) => {
                if !self.config.capabilities.patch {
                    return Err(Error::new(ErrorKind::NotImplemented, "PATCH is not supported; use PUT"));
                }
                let (body, projection) = (checked_body(request)?, projection()?);
                self.expected(request, kind, &id)?;
                let written = self.modify(kind, &id, body, now)?;
                self.show(StatusCode::OK, kind, &written, &projection)
            }
            Route::Delete(kind, id) => {
                self.expected(request, kind, &id)?;
                self.delete(kind, &id, now)?;
                Ok(empty(StatusCode::NO_CONTENT))
            }
            Route::List(kind) => Ok(message(StatusCode::OK, self.list(&[kind], &Query::of(query, true)?)?)),
            // RFC 7644 3.4.2.1: the server root lists every type.
            Route::ListAll => {
                let query = Query::of(query, true)?;
                Ok(message(StatusCode::OK, self.list(&[Kind::User, Kind::Group], &query)?))
            }
            Route::Search(kind) => self.search(&[kind], request),
            Route::SearchAll => self.search(&[Kind::User, Kind::Group], request),
            Route::Bulk => Ok(message(StatusCode::OK, self.bulk(checked_body(request)?, now)?)),
            Route::Configuration => Ok(message(StatusCode::OK, text::to_vec(&self.config.document()))),
            Route::ResourceTypes(name) => discovery(
                query,
                name,
                [&self.users, &self.groups]
                    .map(|kind| (kind.name.clone(), schema::resource_type(kind, &self.config.base_url)))
                    .into(),
            ),
            Route::Schemas(urn) => discovery(query, urn, self.schemas()),
        }
    }

    /// A search by POST (RFC 7644 3.4.3).
    fn search(&self, kinds: &[Kind], request: &Request) -> Result<Response, Error> {
        let search = Document::from_slice(checked_body(request)?)?;
        Ok(message(StatusCode::OK, self.list(kinds, &Query::of_search(&search)?)?))
    }

    /// The schemas by their URNs.
    fn schemas(&self) -> Vec<(Cow<'static, str>, Value)> {
        let kinds = [&self.users, &self.groups];
        let all = kinds.iter().flat_map(|kind| core::iter::once(&kind.schema).chain(&kind.extensions));
        all.map(|own| (own.id.clone(), schema::schema(own, &self.config.base_url))).collect()
    }

    /// The schema of a kind with its extensions.
    const fn described(&self, kind: Kind) -> &ResourceType {
        match kind {
            Kind::User => &self.users,
            Kind::Group => &self.groups,
        }
    }

    /// # Errors
    /// 404 without the resource, 412 when it has another version than the request expects (RFC 7644 3.14).
    fn expected(&self, request: &Request, kind: Kind, id: &str) -> Result<(), Error> {
        let record = self.store.get(kind, id).ok_or_else(|| no_such(kind))?;
        precondition::check(request, record.version)
    }

    fn location(&self, kind: Kind, id: &str) -> String {
        format!("{}{}/{id}", self.config.base_url, kind.endpoint())
    }

    /// The answer to a write: the resource, or 204 (RFC 7644 3.5.2 allows it unless `attributes` are asked for, D26).
    fn show(
        &self,
        status: StatusCode,
        kind: Kind,
        written: &Written,
        projection: &Projection,
    ) -> Result<Response, Error> {
        let record = self.store.get(kind, &written.id).ok_or_else(|| no_such(kind))?;
        let mut response = if written.shown || matches!(projection, Projection::Only(_)) {
            self.respond(status, kind, &record, projection)
        } else {
            let mut response = empty(StatusCode::NO_CONTENT);
            set(&mut response, header::ETAG, &format!("{}", record.version));
            response
        };
        if !written.tolerated.is_empty() {
            response.extensions_mut().insert(Tolerated(written.tolerated.clone()));
        }
        Ok(response)
    }

    fn respond(&self, status: StatusCode, kind: Kind, record: &Record, projection: &Projection) -> Response {
        let mut response = message(status, text::to_vec(&self.rendered(kind, record, projection)));
        set(&mut response, header::ETAG, &format!("{}", record.version));
        response
    }

    fn rendered<'r>(&'r self, kind: Kind, record: &'r Record, projection: &'r Projection) -> Rendered<'r, S> {
        Rendered {
            store: &self.store,
            kind,
            record,
            projection,
            base_url: &self.config.base_url,
            members: self.config.capabilities.members_in_reads,
        }
    }
}

/// Discovery: one document by its id, or all; a filter is refused (RFC 7644 4).
fn discovery(
    query: &str,
    id: Option<String>,
    all: Vec<(Cow<'static, str>, Value)>,
) -> Result<Response, Error> {
    if let Some(id) = id {
        let found = all.into_iter().find(|(own, _)| own.eq_ignore_ascii_case(&id));
        let (_, document) =
            found.ok_or_else(|| Error::new(ErrorKind::NotFound, "there is no such document"))?;
        return Ok(message(StatusCode::OK, text::to_vec(&document)));
    }
    if form_urlencoded::parse(query.as_bytes()).any(|(name, _)| name == "filter") {
        return Err(Error::new(ErrorKind::Forbidden, "these documents are not filtered (RFC 7644 4)"));
    }
    let resources: Vec<Value> = all.into_iter().map(|(_, document)| document).collect();
    let page = ListResponse {
        total_results: resources.len() as u64,
        start_index: Some(1),
        items_per_page: Some(resources.len() as u64),
        resources,
        ..ListResponse::default()
    };
    Ok(message(StatusCode::OK, page.to_vec()))
}

/// The body of a write: JSON by its type, and not too large.
fn checked_body(request: &Request) -> Result<&[u8], Error> {
    if request.body().len() > SCIM_BODY_BYTES_MAX {
        let detail = format!("the body is larger than {SCIM_BODY_BYTES_MAX} bytes");
        return Err(Error::new(ErrorKind::PayloadTooLarge, detail));
    }
    let media_type =
        request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let essence = media_type.split(';').next().unwrap_or_default().trim();
    if !["application/scim+json", "application/json"].iter().any(|own| essence.eq_ignore_ascii_case(own)) {
        let detail = "the body is application/scim+json (RFC 7644 3.1); say so in Content-Type";
        return Err(Error::new(ErrorKind::UnsupportedMediaType, detail));
    }
    Ok(request.body())
}

fn no_such(kind: Kind) -> Error {
    Error::new(ErrorKind::NotFound, format!("there is no {} with this id", kind.name()))
}

fn refuse(error: &Error) -> Response {
    message(error.kind.status(), ErrorBody::from(error).to_vec())
}

fn message(status: StatusCode, body: Vec<u8>) -> Response {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("application/scim+json"));
    response
}

fn empty(status: StatusCode) -> Response {
    let mut response = Response::new(Vec::new());
    *response.status_mut() = status;
    response
}

/// Sets a header of ours, which is visible ASCII.
fn set(response: &mut Response, name: header::HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        response.headers_mut().insert(name, value);
    }
}
