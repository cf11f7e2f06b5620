//! HTTP as values, and what both protocols need of it. The caller owns the connection.

use alloc::{format, string::String, vec::Vec};
use core::fmt;

use http::{HeaderValue, header};
use jiff::{
    SignedDuration, Span, Timestamp,
    civil::{Date, DateTime},
    fmt::{rfc2822, strtime::BrokenDownTime},
    tz::Offset,
};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

/// An HTTP request with its whole body.
pub type Request = http::Request<Vec<u8>>;
/// An HTTP response with its whole body.
pub type Response = http::Response<Vec<u8>>;

/// A text that must not leak (R16, D36): a bearer token, a client secret.
///
/// It is wiped from memory when dropped, is never printed, and has no `Display`, `Serialize` or `PartialEq`:
/// reading it takes a call by name.
///
/// ```
/// use heap_identity::wire::Secret;
/// let token = Secret::new("s3cret".into());
/// assert_eq!(format!("{token:?}"), "Secret(..)");
/// assert!(token.matches(b"s3cret"));
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the text.
    pub fn new(text: String) -> Self {
        Self(Zeroizing::new(text))
    }

    /// The text itself: for the one place that sends or stores it.
    pub fn expose(&self) -> &str {
        &self.0
    }

    /// Whether `candidate` is this secret, in a time that does not depend on where the two differ.
    pub fn matches(&self, candidate: &[u8]) -> bool {
        self.0.as_bytes().ct_eq(candidate).into()
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(..)")
    }
}

/// A bearer token that cannot stand in a header: empty, or with a character outside of visible ASCII.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error(
    "the bearer token is empty or holds white space or a character outside of visible ASCII; copy it again"
)]
pub struct InvalidToken;

impl InvalidToken {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        "wire.invalid_token"
    }
}

/// The value of an `Authorization` header for a token (RFC 6750 2.1), marked as sensitive.
///
/// # Errors
/// [`InvalidToken`] when the token cannot stand in a header.
pub fn bearer(token: &Secret) -> Result<HeaderValue, InvalidToken> {
    if token.expose().is_empty() || !token.expose().bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(InvalidToken);
    }
    let text = Zeroizing::new(format!("Bearer {}", token.expose()));
    let mut value = HeaderValue::from_str(&text).map_err(|_| InvalidToken)?;
    value.set_sensitive(true);
    Ok(value)
}

/// The token that a request carries as `Authorization: Bearer` (the scheme's case is free: RFC 9110 11.1).
pub fn bearer_of(request: &Request) -> Option<&[u8]> {
    let value = request.headers().get(header::AUTHORIZATION)?.as_bytes();
    let (scheme, token) = value.split_at_checked(7)?;
    scheme.eq_ignore_ascii_case(b"Bearer ").then_some(token.trim_ascii())
}

/// When the other side asks to be called again: `Retry-After` in seconds or as a date (RFC 9110 10.2.3).
///
/// `None` when there is no such header or it cannot be read; never earlier than `now`.
pub fn retry_after(response: &Response, now: Timestamp) -> Option<Timestamp> {
    let text = response.headers().get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    let is_number = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let at = if is_number {
        // As much as can be waited, where it is more than that (as RFC 9111 1.2.2 says of such numbers).
        let seconds = text.parse().unwrap_or(u32::MAX);
        now.checked_add(SignedDuration::from_secs(seconds.into())).unwrap_or(Timestamp::MAX)
    } else {
        http_date(text, now)?
    };
    Some(at.max(now))
}

/// A date in any of the three forms, the obsolete ones among them, which a recipient must accept (RFC 9110 5.6.7).
fn http_date(text: &str, now: Timestamp) -> Option<Timestamp> {
    if let Ok(at) = rfc2822::DateTimeParser::new().parse_timestamp(text) {
        return Some(at);
    }
    let at = if let Ok(read) = BrokenDownTime::parse("%A, %d-%b-%y %H:%M:%S GMT", text) {
        // A year of two digits is no more than 50 years ahead.
        let now = Offset::UTC.to_datetime(now);
        let latest = now.checked_add(Span::new().years(50)).ok()?;
        let (century, year) = (now.year() / 100, read.year()?.rem_euclid(100));
        let years = (century - 1..=century + 1).rev().map(|century| century * 100 + year);
        years.filter_map(|year| in_year(&read, year)).find(|at| *at <= latest)?
    } else {
        let read = BrokenDownTime::parse("%a %b %e %H:%M:%S %Y", text).ok()?;
        in_year(&read, read.year()?)?
    };
    Offset::UTC.to_timestamp(at).ok()
}

/// The time that was read, in a year, whatever the day of the week.
fn in_year(read: &BrokenDownTime, year: i16) -> Option<DateTime> {
    let date = Date::new(year, read.month()?, read.day()?).ok()?;
    Some(date.to_datetime(read.to_time().ok()?))
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::ToString, vec::Vec};

    use super::{
        InvalidToken, Request, Response, Secret, Timestamp, bearer, bearer_of, header, http_date, retry_after,
    };

    fn asked(value: &str) -> Option<Timestamp> {
        asked_at(value, "2026-03-01T10:00:00Z".parse().unwrap())
    }

    fn asked_at(value: &str, now: Timestamp) -> Option<Timestamp> {
        let response = Response::new(Vec::new());
        let (mut parts, body) = response.into_parts();
        parts.headers.insert(header::RETRY_AFTER, value.parse().unwrap());
        retry_after(&Response::from_parts(parts, body), now)
    }

    #[test]
    fn r16_a_token_is_not_printed() {
        let secret = Secret::new("abc.def".into());
        assert_eq!(format!("{secret:?}"), "Secret(..)");
        assert!(!format!("{:?}", bearer(&secret)).contains("abc"));
    }

    #[test]
    fn r17_the_token_goes_out_as_bearer() {
        let mut request = Request::new(Vec::new());
        request.headers_mut().insert(header::AUTHORIZATION, bearer(&Secret::new("t0k".into())).unwrap());
        assert_eq!(request.headers()[header::AUTHORIZATION], "Bearer t0k");
        assert_eq!(bearer_of(&request), Some(&b"t0k"[..]));
    }

    #[test]
    fn a_token_with_a_line_break_is_refused_before_it_is_sent() {
        for text in ["", "a\nb", "a b", "é"] {
            assert_eq!(bearer(&Secret::new(text.into())), Err(InvalidToken), "{text:?}");
        }
    }

    #[test]
    fn retry_after_is_read_in_seconds_and_as_a_date() {
        assert_eq!(asked("120"), Some("2026-03-01T10:02:00Z".parse().unwrap()));
        assert_eq!(asked("Sun, 01 Mar 2026 10:05:00 GMT"), Some("2026-03-01T10:05:00Z".parse().unwrap()));
    }

    /// The examples of RFC 9110 5.6.7.
    #[test]
    fn a_date_is_read_in_each_of_the_three_forms() {
        let now: Timestamp = "1994-11-06T08:00:00Z".parse().unwrap();
        let expected = Some("1994-11-06T08:49:37Z".parse().unwrap());
        for text in
            ["Sun, 06 Nov 1994 08:49:37 GMT", "Sunday, 06-Nov-94 08:49:37 GMT", "Sun Nov  6 08:49:37 1994"]
        {
            assert_eq!(asked_at(text, now), expected, "{text}");
        }
    }

    /// "MUST interpret a timestamp that appears to be more than 50 years in the future as representing the most recent year in the
    /// past that had the same last two digits" (RFC 9110 5.6.7).
    #[test]
    fn a_year_of_two_digits_is_at_most_50_years_ahead() {
        let date = |text, now: &str| http_date(text, now.parse().unwrap()).unwrap().to_string();
        for (text, now, expected) in [
            ("Sunday, 06-Nov-94 08:49:37 GMT", "2026-03-01T10:00:00Z", "1994-11-06T08:49:37Z"),
            ("Sunday, 01-Mar-76 09:59:59 GMT", "2026-03-01T10:00:00Z", "2076-03-01T09:59:59Z"),
            ("Monday, 01-Mar-76 10:00:01 GMT", "2026-03-01T10:00:00Z", "1976-03-01T10:00:01Z"),
            ("Thursday, 01-Mar-29 10:00:00 GMT", "2080-03-01T10:00:00Z", "2129-03-01T10:00:00Z"),
            ("Friday, 29-Feb-80 10:00:00 GMT", "2026-03-01T10:00:00Z", "1980-02-29T10:00:00Z"),
        ] {
            assert_eq!(date(text, now), expected, "{text} at {now}");
        }
    }

    #[test]
    fn a_number_of_seconds_of_any_size_is_a_very_long_time() {
        for text in ["99999999999", "99999999999999999999999999"] {
            assert!(asked(text) > Some("2100-01-01T00:00:00Z".parse().unwrap()), "{text}");
        }
    }

    #[test]
    fn retry_after_is_never_in_the_past_and_nonsense_is_ignored() {
        assert_eq!(asked("Sun, 01 Mar 2020 10:05:00 GMT"), Some("2026-03-01T10:00:00Z".parse().unwrap()));
        for text in ["soon", "", "-5", "1.5", "Sunday, 31-Feb-94 08:49:37 GMT", "Sun Nov 31 08:49:37 1994"] {
            assert_eq!(asked(text), None, "{text}");
        }
    }
}
