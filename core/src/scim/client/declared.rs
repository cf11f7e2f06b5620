//! What a service provider says of itself (RFC 7643 5, 6, 7): a claim, not evidence.

use alloc::{string::String, vec::Vec};

use serde_json::Value;

use crate::scim::{Document, Error, ListResponse, document};

/// The claims of `/ServiceProviderConfig`, `/ResourceTypes` and `/Schemas`. `None` where nothing was said.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Declared {
    /// Whether PATCH is taken.
    pub patch: Option<bool>,
    /// Whether lists can be filtered.
    pub filter: Option<bool>,
    /// The most resources that a list gives.
    pub results_max: Option<u64>,
    /// Whether several operations in one request are taken.
    pub bulk: Option<bool>,
    /// How many operations a bulk request may have.
    pub bulk_operations_max: Option<u64>,
    /// How many bytes a bulk request may have.
    pub bulk_bytes_max: Option<u64>,
    /// Whether versions are compared.
    pub etag: Option<bool>,
    /// Whether lists are sorted on request.
    pub sort: Option<bool>,
    /// Whether lists go by cursor (RFC 9865).
    pub cursor: Option<bool>,
    /// Whether lists go by index.
    pub index: Option<bool>,
    /// The paths of the resource types, as `/Users`.
    pub endpoints: Vec<String>,
    /// The URNs of the schemas.
    pub schemas: Vec<String>,
}

impl Declared {
    pub(super) const NOTHING: Self = Self {
        patch: None,
        filter: None,
        results_max: None,
        bulk: None,
        bulk_operations_max: None,
        bulk_bytes_max: None,
        etag: None,
        sort: None,
        cursor: None,
        index: None,
        endpoints: Vec::new(),
        schemas: Vec::new(),
    };

    /// Takes what `/ServiceProviderConfig` says. Parts of another shape say nothing.
    ///
    /// # Errors
    /// `invalidSyntax` when the body is not one JSON object.
    pub fn read_config(&mut self, body: &[u8]) -> Result<(), Error> {
        let config = Document::from_slice(body)?;
        let part = |name: &str, inner: &str| document::get(config.get(name)?.as_object()?, inner);
        let supported = |name: &str| part(name, "supported").and_then(Value::as_bool);
        self.patch = supported("patch");
        self.filter = supported("filter");
        self.results_max = part("filter", "maxResults").and_then(Value::as_u64);
        self.bulk = supported("bulk");
        self.bulk_operations_max = part("bulk", "maxOperations").and_then(Value::as_u64);
        self.bulk_bytes_max = part("bulk", "maxPayloadSize").and_then(Value::as_u64);
        self.etag = supported("etag");
        self.sort = supported("sort");
        self.cursor = part("pagination", "cursor").and_then(Value::as_bool);
        self.index = part("pagination", "index").and_then(Value::as_bool);
        Ok(())
    }

    /// Takes what `/ResourceTypes` says.
    ///
    /// # Errors
    /// `invalidSyntax` when the body is no list.
    pub fn read_resource_types(&mut self, body: &[u8]) -> Result<(), Error> {
        self.endpoints = texts(body, "endpoint")?;
        Ok(())
    }

    /// Takes what `/Schemas` says.
    ///
    /// # Errors
    /// `invalidSyntax` when the body is no list.
    pub fn read_schemas(&mut self, body: &[u8]) -> Result<(), Error> {
        self.schemas = texts(body, "id")?;
        Ok(())
    }
}

fn texts(body: &[u8], name: &str) -> Result<Vec<String>, Error> {
    let list: ListResponse<Document> = ListResponse::from_slice(body)?;
    Ok(list.resources.iter().filter_map(|one| one.text(name).map(Into::into)).collect())
}
