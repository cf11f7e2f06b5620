//! What Swift and Rust spell differently: times and randomness.

use core::time::Duration;
use std::time::SystemTime;

use heap_identity::entropy::Entropy;
use jiff::Timestamp;

use crate::error::HeapIdentityError;

/// An instant out of Swift's `Date`, to the microsecond: `Date` is a floating-point number.
pub(crate) fn instant(date: SystemTime) -> Result<Timestamp, HeapIdentityError> {
    let microseconds = match date.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(after) => i64::try_from(rounded(after)).ok(),
        Err(before) => i64::try_from(rounded(before.duration())).ok().map(|microseconds| -microseconds),
    };
    let instant = microseconds.and_then(|microseconds| Timestamp::from_microsecond(microseconds).ok());
    instant.ok_or_else(|| {
        HeapIdentityError::invalid("swift.date", &"the date is out of range; years -9999 to 9999")
    })
}

/// An instant out of Swift's `Date`; the first or the last that there is, where it is out of range.
pub(crate) fn nearest(date: SystemTime) -> Timestamp {
    let bound = if date < SystemTime::UNIX_EPOCH { Timestamp::MIN } else { Timestamp::MAX };
    instant(date).unwrap_or(bound)
}

fn rounded(duration: Duration) -> u128 {
    (duration.as_nanos() + 500) / 1_000
}

/// An instant as Swift's `Date`.
pub(crate) fn date(instant: Timestamp) -> SystemTime {
    let since = instant.duration_since(Timestamp::UNIX_EPOCH);
    if since.is_negative() {
        SystemTime::UNIX_EPOCH - since.unsigned_abs()
    } else {
        SystemTime::UNIX_EPOCH + since.unsigned_abs()
    }
}

/// Randomness of the operating system. When there is none, what needed it fails.
#[derive(Default)]
pub(crate) struct Random {
    failed: Option<getrandom::Error>,
}

impl Random {
    /// What was made with this randomness, unless some of it was missing.
    pub(crate) fn made<T>(self, made: T) -> Result<T, HeapIdentityError> {
        self.failed.map_or(Ok(made), |error| Err(HeapIdentityError::invalid("swift.randomness", &error)))
    }
}

impl Entropy for Random {
    fn fill(&mut self, out: &mut [u8]) {
        if let Err(error) = getrandom::fill(out) {
            self.failed.get_or_insert(error);
        }
    }
}

/// The seed that was given, or one of the operating system.
pub(crate) fn seed(given: Option<u64>) -> Result<u64, HeapIdentityError> {
    let Some(seed) = given else {
        let mut random = Random::default();
        let mut bytes = [0; 8];
        random.fill(&mut bytes);
        return random.made(u64::from_le_bytes(bytes));
    };
    Ok(seed)
}
