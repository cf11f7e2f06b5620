//! Errors as one type. It carries what the core says; Swift adds `code`, `message` and `report` by hand.

use core::fmt::Display;

use heap_identity::saml;

use crate::saml::report::Report;

/// What can go wrong. The code is stable; the message is for people and may change.
#[derive(Clone, Debug, thiserror::Error, uniffi::Error)]
pub enum HeapIdentityError {
    /// What was given cannot be used: a key, an address, a request that must not be answered.
    #[error("{message}")]
    InvalidInput {
        /// The stable code.
        code: String,
        /// What is wrong, and what to do.
        message: String,
    },
    /// A Response that logs nobody in.
    #[error("{message}")]
    Rejected {
        /// The stable code of the check that failed.
        code: String,
        /// What was expected, what was found, and what to do.
        message: String,
        /// Every check.
        report: Report,
    },
}

impl HeapIdentityError {
    pub(crate) fn invalid(code: &str, error: &dyn Display) -> Self {
        Self::InvalidInput { code: code.to_owned(), message: error.to_string() }
    }
}

impl From<saml::Rejection> for HeapIdentityError {
    fn from(rejection: saml::Rejection) -> Self {
        Self::Rejected {
            code: rejection.code().to_owned(),
            message: rejection.to_string(),
            report: rejection.report().into(),
        }
    }
}

/// What the core's errors have in common.
macro_rules! invalid {
    ($($error:path),*) => {
        $(impl From<$error> for HeapIdentityError {
            fn from(error: $error) -> Self {
                Self::invalid(error.code(), &error)
            }
        })*
    };
}

invalid!(
    heap_identity::pki::Error,
    heap_identity::xml::Error,
    saml::BuildError,
    saml::EndpointError,
    saml::RequestError
);
