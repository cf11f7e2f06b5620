//! Credentials that are being verified.

use std::{
    sync::{Arc, Mutex},
    time::SystemTime,
};

use heap_identity::connector::{self, ApplicationError};

use crate::{
    convert::instant,
    error::HeapIdentityError,
    held::Held,
    mirror::mirror,
    wire::{Request, Response},
};

mirror! {
    /// How far a verification goes.
    into VerificationScope of connector::Scope {
        /// It also makes a test user and a test group, and removes them again.
        Everything,
        /// It reads only.
        ReadOnly,
    }
}

mirror! {
    /// Why there is no answer.
    into Unreachable of connector::Unreachable {
        /// The connection was refused or lost.
        Connection,
        /// The name of the host cannot be resolved.
        Dns,
        /// There was no answer in time.
        TimedOut,
        /// TLS failed.
        Tls,
    }
}

/// What a verification found.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum VerificationResult {
    /// The credentials hold.
    Verified {
        /// Whether users can be deleted; none where it was not tried.
        deletes_users: Option<bool>,
        /// Whether there are groups; none where it was not tried.
        groups: Option<bool>,
    },
    /// They do not.
    NotVerified {
        /// The stable code of the reason.
        code: String,
        /// The reason, and what to do.
        message: String,
    },
}

impl From<Result<connector::Verified, connector::NotVerified>> for VerificationResult {
    fn from(found: Result<connector::Verified, connector::NotVerified>) -> Self {
        match found {
            Ok(verified) => Self::Verified { deletes_users: verified.deletes_users, groups: verified.groups },
            Err(reason) => Self::NotVerified { code: reason.code().to_owned(), message: reason.to_string() },
        }
    }
}

/// What the driver of a verification does next.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum VerificationStep {
    /// It is over: for `conclude`.
    Done {
        /// What was found.
        concluded: Arc<Concluded>,
    },
    /// Send this, and hand over what comes of it.
    Send {
        /// The request, complete with the token.
        request: Request,
    },
}

/// A verification that is over. Only a verification makes one.
#[derive(Debug, uniffi::Object)]
pub struct Concluded {
    concluded: Held<Mutex<Option<connector::Concluded>>>,
    pub(crate) found: Result<connector::Verified, connector::NotVerified>,
    pub(crate) left_over: Vec<String>,
}

#[uniffi::export]
impl Concluded {
    /// What was found.
    pub fn found(&self) -> VerificationResult {
        self.found.clone().into()
    }

    /// Test resources that are, or may be, still at Heap, by id or else by name: an administrator must remove them.
    pub fn left_over(&self) -> Vec<String> {
        self.left_over.clone()
    }
}

impl Concluded {
    /// A verification is concluded once.
    pub(crate) fn take(&self) -> Result<connector::Concluded, ApplicationError> {
        self.concluded.locked().take().ok_or(ApplicationError::Overtaken)
    }
}

/// Credentials that are being verified. It does no I/O: `poll` says what to do next.
#[derive(Debug, uniffi::Object)]
pub struct Verification(Held<Mutex<connector::Verification>>);

impl Verification {
    pub(crate) fn of(verification: connector::Verification) -> Self {
        Self(Held::guarded(verification))
    }
}

#[uniffi::export]
impl Verification {
    /// What to do next.
    pub fn poll(&self) -> Result<VerificationStep, HeapIdentityError> {
        match self.0.locked().poll() {
            connector::Exchange::Send(request) => Ok(VerificationStep::Send { request: request.into() }),
            connector::Exchange::Done(concluded) => {
                let (found, left_over) = (concluded.found.clone(), concluded.left_over.clone());
                let concluded = Concluded { concluded: Held::guarded(Some(concluded)), found, left_over };
                Ok(VerificationStep::Done { concluded: Arc::new(concluded) })
            }
            _ => {
                Err(HeapIdentityError::invalid("swift.verification", &"the step cannot be taken from Swift"))
            }
        }
    }

    /// Hands over the answer to the last request.
    pub fn receive(&self, response: Response, now: SystemTime) -> Result<(), HeapIdentityError> {
        let (response, now) = (response.try_into()?, instant(now)?);
        self.0.locked().receive(Ok(response), now);
        Ok(())
    }

    /// There is no answer to the last request.
    pub fn fail(&self, reason: Unreachable, now: SystemTime) -> Result<(), HeapIdentityError> {
        let now = instant(now)?;
        self.0.locked().receive(Err(reason.into()), now);
        Ok(())
    }
}
