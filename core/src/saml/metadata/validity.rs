//! How long metadata may be used (saml-metadata 2.3.1, 4.3.1).

use alloc::{format, string::String};
use core::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{MetadataError, role};
use crate::{saml::time, xml::Node};

/// Until when metadata are valid, and how long they may be kept without being fetched again.
#[derive(Clone, Copy, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct Validity {
    /// From then on they must not be used.
    pub valid_until: Option<Timestamp>,
    /// How long after being fetched they may be kept.
    pub cache_duration: Option<Duration>,
}

impl Validity {
    /// When metadata that were fetched at `fetched` have to be fetched again: the earlier of the two ends.
    pub fn refresh_by(&self, fetched: Timestamp) -> Option<Timestamp> {
        let kept = self.cache_duration.map(|duration| {
            let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
            fetched.checked_add(duration).unwrap_or(Timestamp::MAX)
        });
        match (self.valid_until, kept) {
            (Some(until), Some(kept)) => Some(until.min(kept)),
            (until, kept) => until.or(kept),
        }
    }

    /// Whether metadata that were fetched at `fetched` can still be used.
    ///
    /// # Errors
    /// [`MetadataError::Expired`] or [`MetadataError::Stale`].
    pub fn check(&self, fetched: Timestamp, now: Timestamp) -> Result<(), MetadataError> {
        if let Some(until) = self.valid_until.filter(|until| *until <= now) {
            return Err(MetadataError::Expired(until));
        }
        match self.refresh_by(fetched) {
            Some(end) if end <= now => Err(MetadataError::Stale(end)),
            _ => Ok(()),
        }
    }

    /// What an element says of itself and of all within it.
    pub(super) fn of(node: Node<'_>) -> Result<Self, MetadataError> {
        let valid_until = node.attribute("validUntil").map(|text| {
            time::parse(text)
                .map_err(|_| role::content(node, "a time such as 2026-03-01T10:00:00Z as `validUntil`", text))
        });
        let cache_duration = node.attribute("cacheDuration").map(|text| {
            duration(text)
                .ok_or_else(|| role::content(node, "a duration such as PT6H as `cacheDuration`", text))
        });
        Ok(Self { valid_until: valid_until.transpose()?, cache_duration: cache_duration.transpose()? })
    }

    /// The narrower of what an element and one around it say: neither can widen the other.
    pub(super) fn within(self, outer: Self) -> Self {
        Self {
            valid_until: earlier(self.valid_until, outer.valid_until),
            cache_duration: earlier(self.cache_duration, outer.cache_duration),
        }
    }

    /// The attributes, to be written.
    pub(super) fn attributes(&self) -> impl Iterator<Item = (&'static str, String)> {
        let until = self.valid_until.map(|until| ("validUntil", time::format(until)));
        let kept = self.cache_duration.map(|kept| ("cacheDuration", format!("PT{}S", kept.as_secs())));
        until.into_iter().chain(kept)
    }
}

fn earlier<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

/// An `xs:duration` that is not negative. A month counts as 28 days and a year as 365, the shortest that they can be,
/// so that nothing is kept too long; what is finer than a second is cut off.
fn duration(text: &str) -> Option<Duration> {
    let rest = text.strip_prefix('P')?;
    let (date, time) = match rest.split_once('T') {
        Some((_, "")) => return None,
        Some((date, time)) => (date, time),
        None => (rest, ""),
    };
    if rest.is_empty() {
        return None;
    }
    const DAY: u64 = 24 * 60 * 60;
    let days = parts(date, &[('Y', 365 * DAY), ('M', 28 * DAY), ('D', DAY)])?;
    let seconds = parts(time, &[('H', 60 * 60), ('M', 60), ('S', 1)])?;
    Some(Duration::from_secs(days.checked_add(seconds)?))
}

/// Numbers with their units, each unit at most once and in order.
fn parts(mut text: &str, units: &[(char, u64)]) -> Option<u64> {
    let mut sum = 0_u64;
    for (unit, seconds) in units {
        let Some((number, rest)) = text.split_once(*unit) else { continue };
        let whole = match number.split_once('.') {
            Some((whole, fraction)) if *unit == 'S' && is_number(fraction) => whole,
            _ => number,
        };
        if !is_number(whole) {
            return None;
        }
        sum = sum.checked_add(whole.parse::<u64>().ok()?.checked_mul(*seconds)?)?;
        text = rest;
    }
    text.is_empty().then_some(sum)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use core::time::Duration;

    use jiff::Timestamp;

    use super::{MetadataError, Validity, duration};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn durations_are_those_of_xml_schema() {
        // XML Schema 2, 3.2.6.1: P1Y2M3DT10H30M, P1347Y, PT0S.
        for (text, seconds) in [
            ("PT6H", 21_600),
            ("P1D", 86_400),
            ("PT1H30M", 5_400),
            ("P1DT0.5S", 86_400),
            ("P1M", 28 * 86_400),
            ("P1Y", 365 * 86_400),
            ("PT0S", 0),
        ] {
            assert_eq!(duration(text), Some(Duration::from_secs(seconds)), "{text}");
        }
        for text in ["", "P", "PT", "-PT1H", "1D", "P1H", "PT1D", "P1DT", "PT1M1H", "P1.5D", "PTS", "PT+1S"] {
            assert_eq!(duration(text), None, "{text}");
        }
        assert_eq!(duration("P99999999999999999999Y"), None);
    }

    #[test]
    fn metadata_end_at_the_earlier_of_both_and_say_which_it_was() {
        let (fetched, until) = (at("2026-03-01T10:00:00Z"), at("2026-03-02T00:00:00Z"));
        let mut validity = Validity { valid_until: Some(until), cache_duration: None };
        assert_eq!(validity.refresh_by(fetched), Some(until));
        assert!(validity.check(fetched, at("2026-03-01T23:59:59Z")).is_ok());
        assert!(matches!(validity.check(fetched, until), Err(MetadataError::Expired(end)) if end == until));
        validity.cache_duration = Some(Duration::from_secs(3_600));
        let kept = at("2026-03-01T11:00:00Z");
        assert!(matches!(validity.check(fetched, kept), Err(MetadataError::Stale(end)) if end == kept));
        assert_eq!(Validity::default().refresh_by(fetched), None);
    }
}
