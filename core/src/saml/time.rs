//! Times of SAML messages: `xs:dateTime` with a time zone (saml-core 1.3.3).

use alloc::string::{String, ToString};

use jiff::{Timestamp, civil::DateTime, tz::Offset};

use crate::limits;

/// A text that is not a time of SAML.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("expected a time such as 2026-03-01T10:00:00Z, with `Z` or an offset")]
pub struct InvalidTime;

impl InvalidTime {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        "saml.invalid_time"
    }
}

/// Reads `2026-03-01T10:00:00Z`: four digits of year, `T` and `Z` as capitals, any number of sub-second digits up
/// to a bound (what is finer than a nanosecond is cut off), `Z` or an offset up to 14 hours. A time without zone is
/// refused: it would mean a different moment to everybody. The last hours of the year 9999, by which some systems
/// write "never", become the latest moment that can be expressed.
///
/// # Errors
/// [`InvalidTime`] for everything else.
pub fn parse(text: &str) -> Result<Timestamp, InvalidTime> {
    if !text.is_ascii() {
        return Err(InvalidTime);
    }
    let (moment, rest) = text.split_at_checked(19).ok_or(InvalidTime)?;
    let (nanosecond, zone) = sub_second(rest)?;
    let local = date_and_time(moment, nanosecond)?;
    match offset(zone)?.to_timestamp(local) {
        Ok(timestamp) => Ok(timestamp),
        Err(_) if local.year() == 9999 => Ok(Timestamp::MAX),
        Err(_) => Err(InvalidTime),
    }
}

/// Writes a moment in UTC, to the second: `2026-03-01T10:00:00Z`.
pub fn format(timestamp: Timestamp) -> String {
    let whole = Timestamp::from_second(timestamp.as_second()).unwrap_or(timestamp);
    whole.to_string()
}

fn date_and_time(text: &str, nanosecond: i32) -> Result<DateTime, InvalidTime> {
    let punctuation = |at: usize, mark: u8| text.as_bytes().get(at) == Some(&mark);
    let marks = [(4, b'-'), (7, b'-'), (10, b'T'), (13, b':'), (16, b':')];
    if !marks.into_iter().all(|(at, mark)| punctuation(at, mark)) {
        return Err(InvalidTime);
    }
    let year = number(text, 0, 4)?;
    if !limits::SAML_YEARS.contains(&year) {
        return Err(InvalidTime);
    }
    let small =
        |from: usize| number(text, from, from + 2).and_then(|n| i8::try_from(n).map_err(|_| InvalidTime));
    DateTime::new(year, small(5)?, small(8)?, small(11)?, small(14)?, small(17)?, nanosecond)
        .map_err(|_| InvalidTime)
}

/// Splits `.123Z` into nanoseconds and the zone.
fn sub_second(rest: &str) -> Result<(i32, &str), InvalidTime> {
    let Some(fraction) = rest.strip_prefix('.') else { return Ok((0, rest)) };
    let length = fraction.bytes().take_while(u8::is_ascii_digit).count();
    if length == 0 || length > limits::SAML_SUB_SECOND_DIGITS_MAX {
        return Err(InvalidTime);
    }
    let (digits, zone) = fraction.split_at_checked(length).ok_or(InvalidTime)?;
    let nanosecond = digits.bytes().chain(core::iter::repeat(b'0')).take(9);
    Ok((nanosecond.fold(0, |sum, digit| sum * 10 + i32::from(digit - b'0')), zone))
}

fn offset(zone: &str) -> Result<Offset, InvalidTime> {
    if zone == "Z" {
        return Ok(Offset::UTC);
    }
    let (sign, rest) = match zone.as_bytes().first() {
        Some(b'+') => (1, zone.get(1..)),
        Some(b'-') => (-1, zone.get(1..)),
        _ => return Err(InvalidTime),
    };
    let rest =
        rest.filter(|rest| rest.len() == 5 && rest.as_bytes().get(2) == Some(&b':')).ok_or(InvalidTime)?;
    let (hours, minutes) = (i32::from(number(rest, 0, 2)?), i32::from(number(rest, 3, 5)?));
    // XML Schema 1.0, 3.2.7.3: no zone is further away than 14 hours.
    if minutes > 59 || hours * 60 + minutes > 14 * 60 {
        return Err(InvalidTime);
    }
    Offset::from_seconds(sign * (hours * 60 + minutes) * 60).map_err(|_| InvalidTime)
}

fn number(text: &str, from: usize, to: usize) -> Result<i16, InvalidTime> {
    let digits = text.as_bytes().get(from..to).ok_or(InvalidTime)?;
    digits.iter().try_fold(0, |number: i16, digit| match digit {
        b'0'..=b'9' => Ok(number * 10 + i16::from(digit - b'0')),
        _ => Err(InvalidTime),
    })
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{InvalidTime, format, parse};

    fn moment(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn utc_offsets_and_sub_seconds_are_read() {
        for (text, same) in [
            ("2026-03-01T10:00:00Z", "2026-03-01T10:00:00Z"),
            ("2026-03-01T10:00:00.5Z", "2026-03-01T10:00:00.5Z"),
            ("2026-03-01T10:00:00.1234567Z", "2026-03-01T10:00:00.1234567Z"),
            ("2026-03-01T10:00:00.12345678987Z", "2026-03-01T10:00:00.123456789Z"),
            ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00Z"),
            ("2026-03-01T10:00:00-05:30", "2026-03-01T15:30:00Z"),
            ("2024-02-29T00:00:00+00:00", "2024-02-29T00:00:00Z"),
        ] {
            assert_eq!(parse(text), Ok(moment(same)), "{text}");
        }
    }

    #[test]
    fn the_end_of_the_year_9999_is_the_end_of_time() {
        assert_eq!(parse("9999-12-31T23:59:59.9999999Z"), Ok(Timestamp::MAX));
    }

    #[test]
    fn what_is_not_exactly_a_time_is_refused() {
        for text in [
            "",
            "2026-03-01",
            "2026-03-01T10:00:00",
            "2026-03-01t10:00:00Z",
            "2026-03-01T10:00:00z",
            "2026-03-01 10:00:00Z",
            " 2026-03-01T10:00:00Z",
            "2026-03-01T10:00:00Z ",
            "2026-03-01T10:00Z",
            "2026-02-29T10:00:00Z",
            "2026-13-01T10:00:00Z",
            "2026-03-01T24:00:00Z",
            "2026-03-01T10:00:60Z",
            "2026-03-01T10:00:00.Z",
            "2026-03-01T10:00:00,5Z",
            "2026-03-01T10:00:00+2:00",
            "2026-03-01T10:00:00+14:01",
            "2026-03-01T10:00:00+00:60",
            "2026-03-01T10:00:00ZZ",
            "+026-03-01T10:00:00Z",
            "-2026-03-01T10:00:00Z",
            "12026-03-01T10:00:00Z",
            "0000-03-01T10:00:00Z",
            "1234-03-01T10:00:00Z",
            "２026-03-01T10:00:00Z",
            "1772359200",
        ] {
            assert_eq!(parse(text), Err(InvalidTime), "{text:?}");
        }
    }

    #[test]
    fn a_time_is_written_in_utc_to_the_second() {
        assert_eq!(format(moment("2026-03-01T12:00:00.75+02:00")), "2026-03-01T10:00:00Z");
    }
}
