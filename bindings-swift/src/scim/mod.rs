//! SCIM 2.0: filters, PATCH, both ends of the protocol. Resources are JSON.

pub mod client;
pub mod filter;
pub mod listing;
pub mod patch;
pub mod service;

use heap_identity::scim::{
    self, Document, ErrorBody,
    schema::{self, ResourceType},
};

use crate::{error::HeapIdentityError, mirror::mirror};

mirror! {
    /// What a resource is.
    into ResourceKind of scim::service::Kind {
        /// A user.
        User,
        /// A group.
        Group,
    }
}

impl From<ResourceKind> for ResourceType {
    fn from(kind: ResourceKind) -> Self {
        match kind {
            ResourceKind::User => Self::user(),
            ResourceKind::Group => Self::group(),
        }
    }
}

/// The URN of the schema of a kind of resource.
#[uniffi::export]
pub fn schema_urn(kind: ResourceKind) -> String {
    match kind {
        ResourceKind::User => schema::USER.to_owned(),
        ResourceKind::Group => schema::GROUP.to_owned(),
    }
}

/// What a service provider says of a failure (RFC 7644 3.12).
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct ScimFailure {
    /// The status that it names.
    pub status: Option<u16>,
    /// The type of the failure.
    pub scim_type: Option<String>,
    /// What it says to people.
    pub detail: Option<String>,
    /// The library's stable code for it, where it is one that RFC 7644 knows.
    pub code: Option<String>,
}

/// Reads the body of a failure; none if it is none.
#[uniffi::export]
pub fn scim_failure(body: Vec<u8>) -> Option<ScimFailure> {
    let body = ErrorBody::from_slice(&body)?;
    let code = body.kind().map(|kind| kind.code().to_owned());
    Some(ScimFailure { status: body.status, scim_type: body.scim_type, detail: body.detail, code })
}

/// One page of a list.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct ListPage {
    /// How many there are in all.
    pub total_results: u64,
    /// The number of the first.
    pub start_index: Option<u64>,
    /// How many are on the page.
    pub items_per_page: Option<u64>,
    /// Where the next page begins, if pages go by cursor.
    pub next_cursor: Option<String>,
    /// Where the page before begins, if pages go by cursor.
    pub previous_cursor: Option<String>,
    /// The resources, each as JSON.
    pub resources: Vec<String>,
}

/// Reads one page of a list.
#[uniffi::export]
pub fn list_page(body: Vec<u8>) -> Result<ListPage, HeapIdentityError> {
    let page = scim::ListResponse::<Document>::from_slice(&body)?;
    Ok(ListPage {
        total_results: page.total_results,
        start_index: page.start_index,
        items_per_page: page.items_per_page,
        next_cursor: page.next_cursor,
        previous_cursor: page.previous_cursor,
        resources: page.resources.into_iter().map(json).collect(),
    })
}

pub(crate) fn document(json: &str) -> Result<Document, scim::Error> {
    Document::from_slice(json.as_bytes())
}

/// JSON of the core is UTF-8.
pub(crate) fn json(document: Document) -> String {
    String::from_utf8_lossy(&document.to_vec()).into_owned()
}
