//! Requests to one service provider: its base URL, the token, the media type.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use http::{HeaderValue, Method, Uri, header};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::{
    scim::{AttributePath, Filter, Patch, service::Kind},
    wire::{InvalidToken, Request, Secret, bearer},
};

/// What is left as it is in a path segment and a query: RFC 3986's unreserved characters.
const UNRESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// A base URL or a token that no request can be made of.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// The base URL is not one.
    #[error(
        "the base URL is not `https://host/path` without query; take it from the service provider's settings"
    )]
    BaseUrl,
    /// The token cannot stand in a header.
    #[error(transparent)]
    Token(#[from] InvalidToken),
}

impl EndpointError {
    /// The stable code.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::BaseUrl => "scim.client.base_url",
            Self::Token(error) => error.code(),
        }
    }
}

/// Where a page of a list begins.
#[derive(Clone, Debug, Eq, PartialEq)]
pub enum Position {
    /// At the resource with this index, from 1 (RFC 7644 3.4.2.4).
    Index(u64),
    /// At a cursor; the first page is at the empty one (RFC 9865).
    Cursor(String),
}

/// A service provider, as requests name it. Debugging it shows no token.
#[derive(Clone, Debug)]
pub struct Endpoint {
    base_url: String,
    /// None only where a token was put past the check of [`Endpoint::new`].
    authorization: Option<HeaderValue>,
}

impl Endpoint {
    /// A service provider by its base URL (R17), with or without a slash at its end.
    ///
    /// # Errors
    /// [`EndpointError`] when no request can be made of the two.
    pub fn new(base_url: &str, token: &Secret) -> Result<Self, EndpointError> {
        let uri: Uri = base_url.parse().map_err(|_| EndpointError::BaseUrl)?;
        let is_http = matches!(uri.scheme_str(), Some("http" | "https"));
        if !is_http || uri.authority().is_none() || uri.query().is_some() || base_url.contains('#') {
            return Err(EndpointError::BaseUrl);
        }
        Ok(Self { base_url: base_url.trim_end_matches('/').into(), authorization: Some(bearer(token)?) })
    }

    /// The same, of a base URL and a token that were checked before.
    pub(crate) fn checked(base_url: String, token: &Secret) -> Self {
        Self { base_url, authorization: bearer(token).ok() }
    }

    /// A new resource (RFC 7644 3.3).
    pub fn create(&self, kind: Kind, resource: Vec<u8>) -> Request {
        self.request(Method::POST, kind.endpoint(), resource)
    }

    /// One resource (RFC 7644 3.4.1). `attributes` is what of it is wanted; empty for all.
    pub fn read(&self, kind: Kind, id: &str, attributes: &[&str]) -> Request {
        let query = if attributes.is_empty() {
            String::new()
        } else {
            parameter("?attributes", &attributes.join(","))
        };
        self.request(Method::GET, &format!("{}{query}", path(kind, id)), Vec::new())
    }

    /// A resource in the place of the one with its id (RFC 7644 3.5.1).
    pub fn replace(&self, kind: Kind, id: &str, resource: Vec<u8>) -> Request {
        self.request(Method::PUT, &path(kind, id), resource)
    }

    /// A change of a resource (RFC 7644 3.5.2).
    pub fn modify(&self, kind: Kind, id: &str, patch: &Patch) -> Request {
        self.request(Method::PATCH, &path(kind, id), patch.to_vec())
    }

    /// The end of a resource (RFC 7644 3.6).
    pub fn delete(&self, kind: Kind, id: &str) -> Request {
        self.request(Method::DELETE, &path(kind, id), Vec::new())
    }

    /// The resources that meet a filter (RFC 7644 3.4.2.2).
    pub fn find(&self, kind: Kind, filter: &Filter) -> Request {
        let query = parameter("?filter", &filter.to_string());
        self.request(Method::GET, &format!("{}{query}", kind.endpoint()), Vec::new())
    }

    /// The resources with a name, by which the other side knows them: users by `userName`, groups by `displayName`.
    pub(crate) fn find_named(&self, kind: Kind, name: &str) -> Request {
        let attribute = match kind {
            Kind::User => "userName",
            Kind::Group => "displayName",
        };
        self.find(kind, &Filter::equals(AttributePath::of(attribute), name))
    }

    /// A page of a list of at most `count` resources (RFC 7644 3.4.2.4, RFC 9865). Members can be left out, which spares
    /// service providers that cannot show large groups (F35).
    pub fn list(&self, kind: Kind, position: &Position, count: u32, with_members: bool) -> Request {
        let begin = match position {
            Position::Index(index) => format!("?startIndex={index}"),
            Position::Cursor(cursor) => parameter("?cursor", cursor),
        };
        let without = if with_members { "" } else { "&excludedAttributes=members" };
        self.request(Method::GET, &format!("{}{begin}&count={count}{without}", kind.endpoint()), Vec::new())
    }

    /// What the service provider says that it can do (RFC 7644 4).
    pub fn service_provider_config(&self) -> Request {
        self.request(Method::GET, "/ServiceProviderConfig", Vec::new())
    }

    /// Which types of resources it has (RFC 7644 4).
    pub fn resource_types(&self) -> Request {
        self.request(Method::GET, "/ResourceTypes", Vec::new())
    }

    /// Which attributes they have (RFC 7644 4).
    pub fn schemas(&self) -> Request {
        self.request(Method::GET, "/Schemas", Vec::new())
    }

    fn request(&self, method: Method, path: &str, body: Vec<u8>) -> Request {
        let has_body = !body.is_empty();
        let mut request = Request::new(body);
        *request.method_mut() = method;
        // The base URL is one, and everything behind it is visible ASCII.
        *request.uri_mut() = format!("{}{path}", self.base_url).parse().unwrap_or_default();
        let headers = request.headers_mut();
        let scim = HeaderValue::from_static("application/scim+json");
        headers.insert(header::ACCEPT, scim.clone());
        if has_body {
            headers.insert(header::CONTENT_TYPE, scim);
        }
        if let Some(authorization) = &self.authorization {
            headers.insert(header::AUTHORIZATION, authorization.clone());
        }
        request
    }
}

fn path(kind: Kind, id: &str) -> String {
    format!("{}/{}", kind.endpoint(), utf8_percent_encode(id, UNRESERVED))
}

fn parameter(name: &str, value: &str) -> String {
    format!("{name}={}", utf8_percent_encode(value, UNRESERVED))
}
