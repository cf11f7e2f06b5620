//! HTTP as values, and secrets.

use heap_identity::wire;
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};

use crate::{error::HeapIdentityError, held::Held};

/// A text that must not be seen: a bearer token. It is not printed, and erased when it is freed.
#[derive(Debug, uniffi::Object)]
pub struct Secret(pub(crate) Held<wire::Secret>);

#[uniffi::export]
impl Secret {
    /// Takes a text for a secret.
    #[uniffi::constructor]
    pub fn new(text: String) -> Self {
        Self(Held::new(wire::Secret::new(text)))
    }

    /// The text: for the place where secrets are kept, and for the wire.
    pub fn expose(&self) -> String {
        self.0.expose().to_owned()
    }

    /// Whether this is the secret, in a time that does not tell how much of it is right.
    pub fn matches(&self, candidate: Vec<u8>) -> bool {
        self.0.matches(&candidate)
    }
}

/// A header of HTTP.
#[derive(Clone, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Header {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// The value may be a token.
impl core::fmt::Debug for Header {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Header").field("name", &self.name).finish_non_exhaustive()
    }
}

/// An HTTP request with its whole body. Its headers may hold the token: it is not printed.
#[derive(Clone, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Request {
    /// The method, such as `GET`.
    pub method: String,
    /// The address.
    pub url: String,
    /// The headers, in order.
    #[uniffi(default = [])]
    pub headers: Vec<Header>,
    /// The body.
    #[uniffi(default)]
    pub body: Vec<u8>,
}

impl core::fmt::Debug for Request {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Request").field("method", &self.method).finish_non_exhaustive()
    }
}

/// An HTTP response with its whole body.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Response {
    /// The status, such as 200.
    pub status: u16,
    /// The headers, in order.
    #[uniffi(default = [])]
    pub headers: Vec<Header>,
    /// The body.
    #[uniffi(default)]
    pub body: Vec<u8>,
}

impl From<wire::Request> for Request {
    fn from(request: wire::Request) -> Self {
        let (head, body) = request.into_parts();
        Self {
            method: head.method.as_str().to_owned(),
            url: head.uri.to_string(),
            headers: written(&head.headers),
            body,
        }
    }
}

impl TryFrom<Request> for wire::Request {
    type Error = HeapIdentityError;

    fn try_from(request: Request) -> Result<Self, HeapIdentityError> {
        let mut made = Self::new(request.body);
        *made.method_mut() = Method::from_bytes(request.method.as_bytes()).map_err(unfit)?;
        *made.uri_mut() = request.url.parse::<Uri>().map_err(unfit)?;
        made.headers_mut().extend(parsed(request.headers)?);
        Ok(made)
    }
}

impl From<wire::Response> for Response {
    fn from(response: wire::Response) -> Self {
        let (head, body) = response.into_parts();
        Self { status: head.status.as_u16(), headers: written(&head.headers), body }
    }
}

impl TryFrom<Response> for wire::Response {
    type Error = HeapIdentityError;

    fn try_from(response: Response) -> Result<Self, HeapIdentityError> {
        let mut made = Self::new(response.body);
        *made.status_mut() = StatusCode::from_u16(response.status).map_err(unfit)?;
        made.headers_mut().extend(parsed(response.headers)?);
        Ok(made)
    }
}

fn parsed(headers: Vec<Header>) -> Result<Vec<(HeaderName, HeaderValue)>, HeapIdentityError> {
    let parse = |header: Header| {
        Ok((
            header.name.parse::<HeaderName>().map_err(unfit)?,
            header.value.parse::<HeaderValue>().map_err(unfit)?,
        ))
    };
    headers.into_iter().map(parse).collect()
}

/// A value that is not text is shown as well as it can be.
fn written(headers: &http::HeaderMap) -> Vec<Header> {
    let written = |(name, value): (&HeaderName, &HeaderValue)| Header {
        name: name.as_str().to_owned(),
        value: String::from_utf8_lossy(value.as_bytes()).into_owned(),
    };
    headers.iter().map(written).collect()
}

fn unfit(error: impl core::fmt::Display) -> HeapIdentityError {
    HeapIdentityError::invalid("swift.http", &error)
}
