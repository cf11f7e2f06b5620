//! Errors as one type. It carries what the core says; Swift adds `code`, `message` and `report` by hand.

use core::fmt::Display;

use heap_identity::{connector, directory, heap, saml, scim, sync};

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
    /// A message that is refused: it logs nobody in, or out.
    #[error("{message}")]
    Rejected {
        /// The stable code of the check that failed.
        code: String,
        /// What was expected, what was found, and what to do.
        message: String,
        /// Every check.
        report: Box<Report>,
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
            report: Box::new(rejection.report().into()),
        }
    }
}

impl From<saml::logout::LogoutRejection> for HeapIdentityError {
    fn from(rejection: saml::logout::LogoutRejection) -> Self {
        Self::Rejected {
            code: rejection.code().to_owned(),
            message: rejection.to_string(),
            report: Box::new(rejection.report().into()),
        }
    }
}

impl From<heap::tenant::LoginRefused> for HeapIdentityError {
    fn from(refused: heap::tenant::LoginRefused) -> Self {
        match refused {
            heap::tenant::LoginRefused::Rejected(rejection) => (*rejection).into(),
            refused => Self::invalid(refused.code(), &refused),
        }
    }
}

impl From<heap::ConnectionProblem> for HeapIdentityError {
    fn from(problem: heap::ConnectionProblem) -> Self {
        let (code, message) = (problem.code().to_owned(), problem.to_string());
        match problem {
            heap::ConnectionProblem::Rejected { rejection, .. } => {
                Self::Rejected { code, message, report: Box::new(rejection.report().into()) }
            }
            _ => Self::InvalidInput { code, message },
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
    connector::ApplicationError,
    connector::CatalogueError,
    connector::ImportError,
    connector::NotVerified,
    connector::SignOnError,
    connector::SourceError,
    directory::Denial,
    directory::Error,
    directory::FileError,
    heap::InvalidName,
    heap::tenant::TenantError,
    heap_identity::dsig::Error,
    heap_identity::pki::Error,
    heap_identity::xml::Error,
    saml::BindingError,
    saml::BuildError,
    saml::EndpointError,
    saml::PendingError,
    saml::ReplayError,
    saml::RequestError,
    saml::logout::LogoutError,
    saml::metadata::MetadataError,
    scim::Error,
    scim::client::EndpointError,
    scim::client::NeverComplete,
    sync::ConfigError,
    sync::InvalidDigest,
    sync::InvalidGuards,
    sync::NotThisPlan,
    sync::ResumeError
);
