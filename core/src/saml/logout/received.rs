//! What came, what was awaited, and what is known once it is verified.

use alloc::{string::String, vec::Vec};
use core::fmt;

use super::{LogoutCheck, LogoutStatus};
use crate::saml::{name_id::NameId, report::Report};

/// A message as it came to the address for logouts.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub enum Delivered<'a> {
    /// The query, not decoded, without `?`: the signature is over its very characters.
    Redirect(&'a str),
    /// A form.
    Post {
        /// The value of its field `SAMLRequest` or `SAMLResponse`.
        value: &'a str,
        /// The value of its field `RelayState`.
        relay_state: Option<&'a str>,
    },
}

impl fmt::Debug for Delivered<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Redirect(query) => write!(f, "Redirect({} bytes)", query.len()),
            Self::Post { value, .. } => write!(f, "Post({} bytes)", value.len()),
        }
    }
}

/// The response that is awaited: from the memory of who sent the request, not from the message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct AwaitedLogout<'a> {
    /// The ID of the request.
    pub request_id: &'a str,
    /// Who was asked, and alone may answer.
    pub partner: &'a str,
}

/// A request of a partner, verified: its sessions have to end now.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifiedLogout {
    /// The ID of the request.
    pub id: String,
    /// The partner.
    pub issuer: String,
    /// Whose session ends.
    pub name_id: NameId,
    /// The sessions that end; all of the person's where there are none.
    pub session_indexes: Vec<String>,
    /// Why, where the partner says it.
    pub reason: Option<String>,
    /// To be returned with the answer as it came, and not to be followed.
    pub relay_state: Option<String>,
    /// All checks.
    pub report: Report<LogoutCheck>,
}

impl VerifiedLogout {
    /// Whether a session that began with an Assertion about `name_id`, with this session index, has to end: the names
    /// are the same in every part, and the index is among those of the request or it has none (saml-core 3.7.3.1).
    pub fn ends(&self, name_id: &NameId, session_index: Option<&str>) -> bool {
        let named = |index| self.session_indexes.iter().any(|wanted| wanted == index);
        self.name_id == *name_id && (self.session_indexes.is_empty() || session_index.is_some_and(named))
    }
}

/// The answer to our request, verified.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LogoutOutcome {
    /// How the logout ended at the partner's.
    pub status: LogoutStatus,
    /// What was sent with the request.
    pub relay_state: Option<String>,
    /// All checks.
    pub report: Report<LogoutCheck>,
}
