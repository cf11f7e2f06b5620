//! An Assertion logs in once (saml-profiles 4.1.4.5, D22, A54).

use alloc::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use ring::digest;

/// The use of one Assertion, as a guard records it.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Use<'a> {
    /// The identity provider; IDs are unique within what it makes.
    pub issuer: &'a str,
    /// The ID of the Assertion.
    pub assertion_id: &'a str,
    /// Until when the Assertion could be accepted, skew included: so long it must be remembered.
    pub until: Timestamp,
    /// The moment at which it was verified.
    pub now: Timestamp,
}

/// Remembers which Assertions were used.
///
/// A store that several processes share must record atomically: of two simultaneous uses one is refused.
/// Any `FnMut(&Use) -> Result<(), ReplayError>` is a guard, which is how the outcome of an asynchronous store is
/// handed in.
pub trait ReplayGuard {
    /// Records a use.
    ///
    /// # Errors
    /// [`ReplayError::Replayed`] when it was recorded before; another error when it could not be recorded.
    /// Each refuses the login.
    fn spend(&mut self, login: &Use<'_>) -> Result<(), ReplayError>;
}

impl<F: FnMut(&Use<'_>) -> Result<(), ReplayError>> ReplayGuard for F {
    fn spend(&mut self, login: &Use<'_>) -> Result<(), ReplayError> {
        self(login)
    }
}

/// Why a use was not recorded.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum ReplayError {
    /// The Assertion was used before.
    #[error("the assertion was used before")]
    Replayed,
    /// The guard remembers as much as it may, and all of it is still needed.
    #[error("the replay guard is full of assertions that are still valid; give it more capacity")]
    Full,
    /// The guard's store did not answer.
    #[error("the replay guard could not record the assertion; see whether its store can be reached")]
    Failed,
}

impl ReplayError {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Replayed => "saml.replay",
            Self::Full => "saml.replay_guard_full",
            Self::Failed => "saml.replay_guard_failed",
        }
    }
}

/// A guard in memory, for one process: bounded, forgets only what has expired, refuses when full.
///
/// ```
/// use heap_identity::saml::ReplayCache;
/// let cache = ReplayCache::with_capacity(100_000);
/// assert!(cache.is_empty());
/// ```
#[derive(Debug)]
pub struct ReplayCache {
    capacity: usize,
    used: BTreeMap<Key, Timestamp>,
    by_expiry: BTreeSet<(Timestamp, Key)>,
}

/// SHA-256 of issuer and ID: no sender decides how much memory an entry takes.
type Key = [u8; digest::SHA256_OUTPUT_LEN];

impl ReplayCache {
    /// A cache that remembers up to `capacity` Assertions (about 150 bytes each).
    pub const fn with_capacity(capacity: usize) -> Self {
        Self { capacity, used: BTreeMap::new(), by_expiry: BTreeSet::new() }
    }

    /// How many Assertions are remembered.
    pub fn len(&self) -> usize {
        self.used.len()
    }

    /// Whether none is remembered.
    pub fn is_empty(&self) -> bool {
        self.used.is_empty()
    }

    fn forget_expired(&mut self, now: Timestamp) {
        while let Some(&(until, key)) = self.by_expiry.first() {
            if until > now {
                break;
            }
            self.by_expiry.pop_first();
            self.used.remove(&key);
        }
    }
}

impl ReplayGuard for ReplayCache {
    fn spend(&mut self, login: &Use<'_>) -> Result<(), ReplayError> {
        let key = key(login);
        // An entry that has expired is an Assertion that verification refuses; to be on the safe side of a clock
        // that was set back, a known key is refused before anything is forgotten.
        if self.used.contains_key(&key) {
            return Err(ReplayError::Replayed);
        }
        self.forget_expired(login.now);
        if self.used.len() >= self.capacity {
            return Err(ReplayError::Full);
        }
        self.used.insert(key, login.until);
        self.by_expiry.insert((login.until, key));
        Ok(())
    }
}

fn key(login: &Use<'_>) -> Key {
    let mut context = digest::Context::new(&digest::SHA256);
    // The length keeps apart what the concatenation would make equal.
    context.update(&login.issuer.len().to_be_bytes());
    context.update(login.issuer.as_bytes());
    context.update(login.assertion_id.as_bytes());
    let mut key = Key::default();
    for (to, from) in key.iter_mut().zip(context.finish().as_ref()) {
        *to = *from;
    }
    key
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{ReplayCache, ReplayError, ReplayGuard, Use};

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    fn spend(cache: &mut ReplayCache, id: &str, until: i64, now: i64) -> Result<(), ReplayError> {
        cache.spend(&Use { issuer: "https://idp.example", assertion_id: id, until: at(until), now: at(now) })
    }

    #[test]
    fn a54_an_assertion_is_spent_once() {
        let mut cache = ReplayCache::with_capacity(8);
        assert_eq!(spend(&mut cache, "_a", 300, 0), Ok(()));
        assert_eq!(spend(&mut cache, "_a", 300, 299), Err(ReplayError::Replayed));
        assert_eq!(spend(&mut cache, "_b", 300, 299), Ok(()));
    }

    #[test]
    fn d22_a_full_cache_refuses_and_forgets_only_what_has_expired() {
        let mut cache = ReplayCache::with_capacity(2);
        spend(&mut cache, "_a", 100, 0).unwrap();
        spend(&mut cache, "_b", 200, 0).unwrap();
        assert_eq!(spend(&mut cache, "_c", 300, 99), Err(ReplayError::Full));
        assert_eq!(spend(&mut cache, "_c", 300, 100), Ok(()));
        assert_eq!(spend(&mut cache, "_b", 200, 100), Err(ReplayError::Replayed));
        assert_eq!(cache.len(), 2);
    }

    #[test]
    fn the_same_id_of_another_issuer_is_another_assertion() {
        let mut cache = ReplayCache::with_capacity(8);
        for (issuer, assertion_id) in [("https://a", "_x"), ("https://b", "_x"), ("https://a_", "x")] {
            assert_eq!(cache.spend(&Use { issuer, assertion_id, until: at(9), now: at(0) }), Ok(()));
        }
    }

    #[test]
    fn a_closure_hands_in_the_outcome_of_another_store() {
        let mut failing = |_: &Use<'_>| Err(ReplayError::Failed);
        let login = Use { issuer: "i", assertion_id: "a", until: at(1), now: at(0) };
        assert_eq!(ReplayGuard::spend(&mut failing, &login), Err(ReplayError::Failed));
    }
}
