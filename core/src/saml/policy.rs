//! What a service provider insists on (D17).

use core::time::Duration;

use jiff::{SignedDuration, Timestamp};

use crate::limits;

/// What a service provider insists on. Start from [`Policy::strict`].
///
/// ```
/// use heap_identity::saml::{Policy, Required};
/// let mut policy = Policy::strict();
/// policy.signed = Required::Both;
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Policy {
    /// How far the clocks of the two sides may differ; more than [`limits::SAML_CLOCK_SKEW_MAX`] counts as that.
    pub clock_skew: Duration,
    /// What must be signed.
    pub signed: Required,
    /// Whether a Response that nobody asked for may log a person in (R9).
    pub unsolicited: bool,
    /// Whether a configured certificate that has expired still verifies (with a warning in the report).
    pub expired_certificates: bool,
}

/// What must carry a signature of its own.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Required {
    /// The Assertion.
    Assertion,
    /// The Assertion or the Response that holds it.
    AssertionOrResponse,
    /// The Response.
    Response,
    /// Both.
    Both,
}

impl Policy {
    /// The policy for production: 60 seconds of skew, the Assertion covered by a signature, SHA-1 refused (D17).
    ///
    /// A Response that nobody asked for is allowed, since Heap's users start in the portal (R9); the caller still
    /// has to say that one is expected.
    pub const fn strict() -> Self {
        Self {
            clock_skew: Duration::from_secs(60),
            signed: Required::AssertionOrResponse,
            unsolicited: true,
            expired_certificates: true,
        }
    }

    /// Whether `time` has come, by the clock of a sender who may be ahead.
    pub(super) fn has_come(&self, time: Timestamp, now: Timestamp) -> bool {
        time <= later(now, self.skew())
    }

    /// Whether `time` is over, by the clock of a sender who may be behind.
    pub(super) fn is_over(&self, time: Timestamp, now: Timestamp) -> bool {
        later(time, self.skew()) <= now
    }

    /// The moment from which [`Policy::is_over`] holds.
    pub(super) fn end_of(&self, time: Timestamp) -> Timestamp {
        later(time, self.skew())
    }

    fn skew(&self) -> Duration {
        self.clock_skew.min(limits::SAML_CLOCK_SKEW_MAX)
    }
}

fn later(time: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::ZERO);
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use jiff::Timestamp;

    use super::Policy;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).unwrap()
    }

    #[test]
    fn d17_the_skew_is_sixty_seconds_either_way_to_the_second() {
        let policy = Policy::strict();
        assert!(policy.has_come(at(60), at(0)) && !policy.has_come(at(61), at(0)));
        assert!(!policy.is_over(at(0), at(59)) && policy.is_over(at(0), at(60)));
    }

    #[test]
    fn a_skew_beyond_the_bound_counts_as_the_bound() {
        let mut policy = Policy::strict();
        policy.clock_skew = Duration::from_secs(1 << 40);
        assert!(policy.is_over(at(0), at(3_600)));
    }

    #[test]
    fn the_end_of_time_does_not_overflow() {
        assert!(!Policy::strict().is_over(Timestamp::MAX, at(0)));
    }
}
