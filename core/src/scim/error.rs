//! What goes wrong on the SCIM floor, and what it is called on the wire (RFC 7644 3.12).

use alloc::borrow::Cow;
use core::fmt;

use http::StatusCode;

/// The kinds of error of RFC 7644 3.12 and RFC 9865 4: those with a `scimType`, then those that are a status alone.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum ErrorKind {
    /// A filter is malformed, or compares what cannot be compared.
    InvalidFilter,
    /// The answer would be larger than the service provider gives.
    TooMany,
    /// A value that must be unique is taken.
    Uniqueness,
    /// The attribute cannot be changed in this way.
    Mutability,
    /// The body is not the message that it should be.
    InvalidSyntax,
    /// The path of a PATCH operation is malformed or names nothing.
    InvalidPath,
    /// The path of a PATCH operation finds no value.
    NoTarget,
    /// A value is missing, or not of the attribute's type.
    InvalidValue,
    /// The protocol version is not supported.
    InvalidVers,
    /// The request carries what must not stand in an address.
    Sensitive,
    /// A cursor that the service provider did not give (RFC 9865).
    InvalidCursor,
    /// A cursor that has ended (RFC 9865).
    ExpiredCursor,
    /// A page size that the service provider does not give (RFC 9865).
    InvalidCount,
    /// No credentials, or wrong ones.
    Unauthorized,
    /// The credentials do not allow this.
    Forbidden,
    /// There is no such resource or endpoint.
    NotFound,
    /// The endpoint does not know the method.
    MethodNotAllowed,
    /// The resource is in a state that does not allow the request.
    Conflict,
    /// The version in `If-Match` is not the resource's (RFC 7644 3.14).
    PreconditionFailed,
    /// The body is larger than the service provider takes.
    PayloadTooLarge,
    /// The body is not JSON.
    UnsupportedMediaType,
    /// The client asks too often (RFC 6585 4).
    TooManyRequests,
    /// The service provider does not support the operation.
    NotImplemented,
    /// The service provider failed.
    Internal,
}

impl ErrorKind {
    /// Every kind, once, in order.
    pub const ALL: &'static [Self] = &[
        Self::InvalidFilter,
        Self::TooMany,
        Self::Uniqueness,
        Self::Mutability,
        Self::InvalidSyntax,
        Self::InvalidPath,
        Self::NoTarget,
        Self::InvalidValue,
        Self::InvalidVers,
        Self::Sensitive,
        Self::InvalidCursor,
        Self::ExpiredCursor,
        Self::InvalidCount,
        Self::Unauthorized,
        Self::Forbidden,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::Conflict,
        Self::PreconditionFailed,
        Self::PayloadTooLarge,
        Self::UnsupportedMediaType,
        Self::TooManyRequests,
        Self::NotImplemented,
        Self::Internal,
    ];

    /// The `scimType` of the error body (RFC 7644 table 9); `None` where the status says all.
    pub const fn scim_type(self) -> Option<&'static str> {
        Some(match self {
            Self::InvalidFilter => "invalidFilter",
            Self::TooMany => "tooMany",
            Self::Uniqueness => "uniqueness",
            Self::Mutability => "mutability",
            Self::InvalidSyntax => "invalidSyntax",
            Self::InvalidPath => "invalidPath",
            Self::NoTarget => "noTarget",
            Self::InvalidValue => "invalidValue",
            Self::InvalidVers => "invalidVers",
            Self::Sensitive => "sensitive",
            Self::InvalidCursor => "invalidCursor",
            Self::ExpiredCursor => "expiredCursor",
            Self::InvalidCount => "invalidCount",
            _ => return None,
        })
    }

    /// The kind with this `scimType`, as a body names it.
    pub fn from_scim_type(text: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .copied()
            .find(|kind| kind.scim_type().is_some_and(|own| own.eq_ignore_ascii_case(text)))
    }

    /// The HTTP status that goes with it (RFC 7644 table 8).
    pub const fn status(self) -> StatusCode {
        match self {
            Self::Uniqueness | Self::Conflict => StatusCode::CONFLICT,
            Self::Sensitive | Self::Forbidden => StatusCode::FORBIDDEN,
            Self::Unauthorized => StatusCode::UNAUTHORIZED,
            Self::NotFound => StatusCode::NOT_FOUND,
            Self::MethodNotAllowed => StatusCode::METHOD_NOT_ALLOWED,
            Self::PreconditionFailed => StatusCode::PRECONDITION_FAILED,
            Self::PayloadTooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::UnsupportedMediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::TooManyRequests => StatusCode::TOO_MANY_REQUESTS,
            Self::NotImplemented => StatusCode::NOT_IMPLEMENTED,
            Self::Internal => StatusCode::INTERNAL_SERVER_ERROR,
            _ => StatusCode::BAD_REQUEST,
        }
    }

    /// The stable code of this kind.
    pub const fn code(self) -> &'static str {
        match self {
            Self::InvalidFilter => "scim.invalid_filter",
            Self::TooMany => "scim.too_many",
            Self::Uniqueness => "scim.uniqueness",
            Self::Mutability => "scim.mutability",
            Self::InvalidSyntax => "scim.invalid_syntax",
            Self::InvalidPath => "scim.invalid_path",
            Self::NoTarget => "scim.no_target",
            Self::InvalidValue => "scim.invalid_value",
            Self::InvalidVers => "scim.invalid_vers",
            Self::Sensitive => "scim.sensitive",
            Self::InvalidCursor => "scim.invalid_cursor",
            Self::ExpiredCursor => "scim.expired_cursor",
            Self::InvalidCount => "scim.invalid_count",
            Self::Unauthorized => "scim.unauthorized",
            Self::Forbidden => "scim.forbidden",
            Self::NotFound => "scim.not_found",
            Self::MethodNotAllowed => "scim.method_not_allowed",
            Self::Conflict => "scim.conflict",
            Self::PreconditionFailed => "scim.precondition_failed",
            Self::PayloadTooLarge => "scim.payload_too_large",
            Self::UnsupportedMediaType => "scim.unsupported_media_type",
            Self::TooManyRequests => "scim.too_many_requests",
            Self::NotImplemented => "scim.not_implemented",
            Self::Internal => "scim.internal",
        }
    }
}

/// An error of the SCIM floor: its kind, a sentence for people, and where in a filter or path it lies.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Error {
    /// What kind of error it is.
    pub kind: ErrorKind,
    /// What was expected, what was found, what to do; no values of people.
    pub detail: Cow<'static, str>,
    /// The byte of the filter or path at which it was found.
    pub position: Option<usize>,
}

impl Error {
    /// An error of `kind` that says `detail`.
    pub fn new(kind: ErrorKind, detail: impl Into<Cow<'static, str>>) -> Self {
        Self { kind, detail: detail.into(), position: None }
    }

    /// The same error, found at byte `position` of the text that was parsed.
    #[must_use]
    pub fn at(self, position: usize) -> Self {
        Self { position: Some(position), ..self }
    }

    /// The same error under another kind.
    pub(crate) fn with_kind(self, kind: ErrorKind) -> Self {
        Self { kind, ..self }
    }

    /// The stable code of its kind.
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        match self.position {
            Some(position) => write!(f, " (byte {position})"),
            None => Ok(()),
        }
    }
}

impl core::error::Error for Error {}

#[cfg(test)]
mod tests {
    use super::ErrorKind;

    #[test]
    fn every_kind_has_its_own_code_and_scim_type() {
        for (index, kind) in ErrorKind::ALL.iter().enumerate() {
            for other in &ErrorKind::ALL[..index] {
                assert_ne!(kind.code(), other.code());
                assert!(kind.scim_type().is_none() || kind.scim_type() != other.scim_type());
            }
            assert!(kind.status().is_client_error() || kind.status().is_server_error());
        }
    }

    #[test]
    fn a_scim_type_is_found_again() {
        assert_eq!(ErrorKind::from_scim_type("uniqueness"), Some(ErrorKind::Uniqueness));
        assert_eq!(ErrorKind::from_scim_type("teapot"), None);
    }
}
