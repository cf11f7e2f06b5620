//! Requests that wait for their answer (D21, A55): one-time, expiring, several at once, each bound to the identity
//! provider that was asked.

use alloc::{
    collections::{BTreeMap, BTreeSet},
    string::String,
};

use jiff::{SignedDuration, Timestamp};

use crate::limits;

/// What the service provider awaits. It must come from its own memory (see
/// [`PendingRequests`]), not from the message.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Expected<'a> {
    /// A login that begins at the identity provider (R9), by any that is trusted.
    Unsolicited,
    /// The answer to a request (R10).
    AnswerTo {
        /// The ID of the request.
        request_id: &'a str,
        /// The identity provider that was asked, and that alone may answer (A55).
        idp_entity_id: &'a str,
    },
}

impl<'a> Expected<'a> {
    /// The ID of the request that is to be answered, if one was sent.
    pub const fn request_id(&self) -> Option<&'a str> {
        match self {
            Self::Unsolicited => None,
            Self::AnswerTo { request_id, .. } => Some(request_id),
        }
    }

    /// The identity provider that alone may answer, if one was asked.
    pub const fn idp_entity_id(&self) -> Option<&'a str> {
        match self {
            Self::Unsolicited => None,
            Self::AnswerTo { idp_entity_id, .. } => Some(idp_entity_id),
        }
    }
}

/// A request that was sent and not answered yet.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct PendingRequest {
    /// The ID of the AuthnRequest.
    pub id: String,
    /// The identity provider that was asked, and that alone may answer.
    pub idp_entity_id: String,
    /// What the service provider wants to know again after the login, such as the page that was asked for. It
    /// stays here: only the request travels, so no RelayState can send anybody elsewhere (A58).
    pub relay_state: Option<String>,
    /// From when an answer comes too late.
    pub expires: Timestamp,
}

impl PendingRequest {
    /// What a Response must be to answer this request.
    pub fn expected(&self) -> Expected<'_> {
        Expected::AnswerTo { request_id: &self.id, idp_entity_id: &self.idp_entity_id }
    }
}

/// The requests that wait for their answer.
///
/// The caller binds a request to the browser that made it, for example by keeping its ID in a cookie of that
/// browser, so that nobody can be logged in with another person's answer.
///
/// ```
/// use heap_identity::saml::PendingRequests;
/// let mut pending = PendingRequests::new(1_000, jiff::SignedDuration::from_mins(10));
/// let now = "2026-03-01T10:00:00Z".parse()?;
/// pending.open("_1", "https://idp.example", Some("/reports"), now)?;
/// assert_eq!(pending.take("_1", now)?.relay_state.as_deref(), Some("/reports"));
/// assert_eq!(pending.take("_1", now).unwrap_err().code(), "saml.pending_unknown");
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct PendingRequests {
    capacity: usize,
    lifetime: SignedDuration,
    open: BTreeMap<String, PendingRequest>,
    by_expiry: BTreeSet<(Timestamp, String)>,
}

/// Why a request could not be opened or found.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum PendingError {
    /// As many requests wait as may.
    #[error("as many requests wait for an answer as may; wait until some expire or give more capacity")]
    Full,
    /// A request of this ID waits already.
    #[error("a request with this id waits already; make each id from fresh random bytes")]
    Duplicate,
    /// What should be remembered is too long.
    #[error("the id, the entity id or the relay state is too long to be remembered")]
    TooLong,
    /// No request of this ID waits: it was never sent, was answered, or has been forgotten.
    #[error("no request with this id waits for an answer; start the login again")]
    Unknown,
    /// The answer came too late.
    #[error("the answer came after the request had expired; start the login again")]
    Expired,
}

impl PendingError {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Full => "saml.pending_full",
            Self::Duplicate => "saml.pending_duplicate",
            Self::TooLong => "saml.pending_too_long",
            Self::Unknown => "saml.pending_unknown",
            Self::Expired => "saml.pending_expired",
        }
    }
}

impl PendingRequests {
    /// Room for `capacity` requests, each of which waits for `lifetime`.
    pub const fn new(capacity: usize, lifetime: SignedDuration) -> Self {
        Self { capacity, lifetime, open: BTreeMap::new(), by_expiry: BTreeSet::new() }
    }

    /// How many requests wait.
    pub fn len(&self) -> usize {
        self.open.len()
    }

    /// Whether none waits.
    pub fn is_empty(&self) -> bool {
        self.open.is_empty()
    }

    /// Remembers a request that is about to be sent.
    ///
    /// # Errors
    /// [`PendingError::Full`], [`PendingError::Duplicate`] or [`PendingError::TooLong`].
    pub fn open(
        &mut self,
        id: &str,
        idp_entity_id: &str,
        relay_state: Option<&str>,
        now: Timestamp,
    ) -> Result<(), PendingError> {
        if [id, idp_entity_id, relay_state.unwrap_or_default()]
            .iter()
            .any(|text| text.len() > limits::SAML_URI_BYTES_MAX)
        {
            return Err(PendingError::TooLong);
        }
        self.forget_expired(now);
        if self.open.contains_key(id) {
            return Err(PendingError::Duplicate);
        }
        if self.open.len() >= self.capacity {
            return Err(PendingError::Full);
        }
        let expires = now.checked_add(self.lifetime).unwrap_or(Timestamp::MAX);
        let request = PendingRequest {
            id: id.into(),
            idp_entity_id: idp_entity_id.into(),
            relay_state: relay_state.map(Into::into),
            expires,
        };
        self.by_expiry.insert((expires, id.into()));
        self.open.insert(id.into(), request);
        Ok(())
    }

    /// The request of this ID, which goes on waiting: for verifying an answer, so that a forged one does not use
    /// the request up.
    ///
    /// # Errors
    /// [`PendingError::Unknown`] or [`PendingError::Expired`].
    pub fn find(&self, id: &str, now: Timestamp) -> Result<&PendingRequest, PendingError> {
        let request = self.open.get(id).ok_or(PendingError::Unknown)?;
        if request.expires <= now { Err(PendingError::Expired) } else { Ok(request) }
    }

    /// Ends the wait: a second answer finds nothing.
    ///
    /// # Errors
    /// [`PendingError::Unknown`] or [`PendingError::Expired`].
    pub fn take(&mut self, id: &str, now: Timestamp) -> Result<PendingRequest, PendingError> {
        let request = self.open.remove(id).ok_or(PendingError::Unknown)?;
        self.by_expiry.remove(&(request.expires, id.into()));
        if request.expires <= now { Err(PendingError::Expired) } else { Ok(request) }
    }

    /// Ends the wait for an answer that will not come.
    pub fn forget(&mut self, id: &str) {
        if let Some(request) = self.open.remove(id) {
            self.by_expiry.remove(&(request.expires, request.id));
        }
    }

    fn forget_expired(&mut self, now: Timestamp) {
        while self.by_expiry.first().is_some_and(|(expires, _)| *expires <= now) {
            if let Some((_, id)) = self.by_expiry.pop_first() {
                self.open.remove(&id);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::{SignedDuration, Timestamp};

    use super::{PendingError, PendingRequests};

    const IDP: &str = "https://idp.example";

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn pending() -> PendingRequests {
        PendingRequests::new(2, SignedDuration::from_secs(60))
    }

    #[test]
    fn d21_several_requests_wait_and_each_is_answered_once() {
        let mut pending = pending();
        pending.open("_tab1", IDP, Some("/a"), at(0)).unwrap();
        pending.open("_tab2", IDP, Some("/b"), at(1)).unwrap();
        assert_eq!(pending.find("_tab1", at(2)).unwrap().idp_entity_id, IDP);
        assert_eq!(pending.take("_tab2", at(2)).unwrap().relay_state.as_deref(), Some("/b"));
        assert_eq!(pending.take("_tab1", at(2)).unwrap().relay_state.as_deref(), Some("/a"));
        assert_eq!(pending.take("_tab1", at(2)), Err(PendingError::Unknown));
    }

    #[test]
    fn d21_a_request_expires() {
        let mut pending = pending();
        pending.open("_1", IDP, None, at(0)).unwrap();
        assert!(pending.find("_1", at(59)).is_ok());
        assert_eq!(pending.find("_1", at(60)), Err(PendingError::Expired));
        assert_eq!(pending.take("_1", at(60)), Err(PendingError::Expired));
    }

    #[test]
    fn capacity_is_bounded_and_expired_requests_make_room() {
        let mut pending = pending();
        pending.open("_1", IDP, None, at(0)).unwrap();
        pending.open("_2", IDP, None, at(30)).unwrap();
        assert_eq!(pending.open("_3", IDP, None, at(59)), Err(PendingError::Full));
        assert_eq!(pending.open("_3", IDP, None, at(60)), Ok(()));
        assert_eq!(pending.len(), 2);
    }

    #[test]
    fn an_id_that_waits_is_not_opened_twice() {
        let mut pending = pending();
        pending.open("_1", IDP, None, at(0)).unwrap();
        assert_eq!(pending.open("_1", "https://other", None, at(1)), Err(PendingError::Duplicate));
    }
}
