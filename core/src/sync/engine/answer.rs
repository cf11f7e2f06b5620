//! What an answer, or its absence, means for the attempt.

use alloc::{format, string::String};

use http::StatusCode;
use jiff::{SignedDuration, Timestamp};

use super::TransportFailure;
use crate::{
    entropy::Seeded,
    limits::{
        SYNC_ATTEMPTS_MAX, SYNC_BACKOFF_FIRST_SECONDS, SYNC_BACKOFF_MAX_SECONDS,
        SYNC_RETRY_AFTER_MAX_SECONDS, SYNC_WAITS_MAX,
    },
    scim::ErrorBody,
    sync::{
        event::masked,
        planted::{Bug, is_planted},
    },
    wire::{Response, Secret, retry_after},
};

/// What a step is told where an answer that says that something was done is none of Heap's own.
pub(super) const GARBLED: &str = "Heap answered with something that is not JSON";
/// What a step is told whose creation comes out as something else.
pub(super) const NOT_AS_SENT: &str = "Heap answered the creation twice with something that has neither the directory id nor the name that was sent, and \
                                     finds nothing that has: look at Heap for what was made, delete it, and give this a name that Heap keeps";
/// What a step or a reading is told where a list was asked for.
pub(super) const NOT_A_LIST: &str = "Heap answered with something that is not a SCIM list";
/// What a step is told where there is no such endpoint.
pub(super) const NO_ENDPOINT: &str =
    "Heap answered 404 to a request that names no resource; check the base URL";

/// So many characters of the other side's words are shown.
const QUOTED_MAX: usize = 300;
/// A refusal that is no SCIM error is believed when it has come so often in a row.
const REFUSALS_TO_BE_BELIEVED: u32 = 3;

/// What came of a request.
#[derive(Debug)]
pub(super) enum Verdict {
    /// It was done.
    Done(Response),
    /// It was not done and never will be.
    Refused(String),
    /// It was not done, and in another form it might be: the tenant does not understand this message, or it is too long.
    NotInThisForm(String),
    /// It was not done: the tenant does not know this method (405, 501).
    Unsupported(String),
    /// It was not done: the resource has another version than was expected (412, F22).
    Moved(String),
    /// It contradicts what the tenant holds (409).
    Conflict(String),
    /// The resource is not there (404, 410).
    Gone,
    /// The same of somebody who does not speak SCIM: a gateway, or a tenant that says no more. It is no evidence that the resource
    /// is gone.
    Missing(String),
    /// The token is not accepted (401).
    Token(String),
    /// It was not done; it may be repeated, at this time at the earliest if the other side gave one.
    NotDone(String, Option<Timestamp>),
    /// Whether it was done is not known.
    Unknown(String),
}

impl Verdict {
    /// The same for who has no other form, method or version to offer.
    pub(super) fn plain(self) -> Self {
        match self {
            Self::NotInThisForm(error) | Self::Unsupported(error) | Self::Moved(error) => {
                Self::Refused(error)
            }
            other => other,
        }
    }
}

/// What a resource's own address says after a write to it was answered with 404. A service provider that has not heard of the resource
/// yet answers so as well: a leaver who is forgotten for it stays active.
#[derive(Debug)]
pub(super) enum Confirmed {
    Gone,
    /// It is there, or that is not known: the write or the question comes once more, at this time at the earliest.
    Later {
        is_there: bool,
        error: String,
        at: Option<Timestamp>,
    },
    Refused(String),
}

impl Confirmed {
    pub(super) fn of(verdict: Verdict, shows_it: impl FnOnce(&Response) -> bool) -> Self {
        let later = |error, at| Self::Later { is_there: false, error, at };
        match verdict.plain() {
            Verdict::Gone => Self::Gone,
            Verdict::Done(response) if shows_it(&response) => {
                let error = "Heap answered 404 to a change of a resource that it shows".into();
                Self::Later { is_there: true, error, at: None }
            }
            Verdict::Done(_) => later(GARBLED.into(), None),
            Verdict::NotDone(error, at) => later(error, at),
            Verdict::Unknown(error) | Verdict::Missing(error) => later(error, None),
            Verdict::Refused(error)
            | Verdict::Conflict(error)
            | Verdict::Token(error)
            | Verdict::NotInThisForm(error)
            | Verdict::Unsupported(error)
            | Verdict::Moved(error) => Self::Refused(error),
        }
    }
}

/// Reads an answer. A repeated request is harmless only after [`Verdict::NotDone`]; after [`Verdict::Unknown`] the engine looks
/// first where repeating would do harm.
///
/// Service providers refuse with a SCIM error (RFC 7644 3.12); what is none may be a gateway's word of the moment, and counts only
/// when it comes again and again: `times` in a row, by [`Attempts::note_refusal`]. `token` is what is not quoted.
pub(super) fn judge(
    result: Result<Response, TransportFailure>,
    times: u32,
    token: &Secret,
    now: Timestamp,
) -> Verdict {
    let response = match result {
        Ok(response) => response,
        Err(TransportFailure::NotSent) => {
            return Verdict::NotDone("the request could not be sent".into(), None);
        }
        Err(TransportFailure::OutcomeUnknown) => return Verdict::Unknown("no answer came".into()),
    };
    let explained = || explained(&response, token);
    match response.status().as_u16() {
        200..=299 => Verdict::Done(response),
        401 => Verdict::Token(explained()),
        404 | 410 if is_scim_error(&response) || is_planted(Bug::GatewayIsBelieved) => Verdict::Gone,
        404 | 410 => Verdict::Missing(explained()),
        429 => Verdict::NotDone(explained(), retry_after(&response, now)),
        408 | 425 | 500 | 502..=599 => Verdict::Unknown(explained()),
        _ if times < REFUSALS_TO_BE_BELIEVED && !is_scim_error(&response) => Verdict::Unknown(explained()),
        400 if is_about_the_form(&response) => Verdict::NotInThisForm(explained()),
        405 | 501 => Verdict::Unsupported(explained()),
        409 => Verdict::Conflict(explained()),
        412 => Verdict::Moved(explained()),
        413 => Verdict::NotInThisForm(explained()),
        _ => Verdict::Refused(explained()),
    }
}

/// Whether a refusal is a service provider's own (RFC 7644 3.12).
fn is_scim_error(response: &Response) -> bool {
    ErrorBody::from_slice(response.body()).is_some()
}

/// Whether a 400 is about the message and not about a value in it (RFC 7644 table 9); some do not say.
fn is_about_the_form(response: &Response) -> bool {
    use crate::scim::ErrorKind::{InvalidPath, InvalidSyntax, NoTarget, TooMany};
    let body = ErrorBody::from_slice(response.body()).unwrap_or_default();
    body.scim_type.is_none()
        || body.kind().is_some_and(|kind| [InvalidPath, InvalidSyntax, NoTarget, TooMany].contains(&kind))
}

/// Status, `scimType` and the other side's own words, fit to be shown.
fn explained(response: &Response, token: &Secret) -> String {
    let status = response.status().as_u16();
    let Some(body) = ErrorBody::from_slice(response.body()) else {
        return format!("Heap answered {status} without a SCIM error");
    };
    let kind = body.scim_type.map(|kind| format!(" ({})", quoted(&kind, token))).unwrap_or_default();
    match body.detail {
        Some(detail) => format!("Heap answered {status}{kind}: {}", quoted(&detail, token)),
        None => format!("Heap answered {status}{kind}"),
    }
}

/// The other side's words without the token, addresses and what moves a terminal's cursor, and no longer than anybody reads.
fn quoted(text: &str, token: &Secret) -> String {
    let token = token.expose();
    let text = if token.is_empty() { text.into() } else { text.replace(token, "…") };
    let shown = |c: char| if c.is_control() { ' ' } else { c };
    let mut shown: String = masked(&text).chars().map(shown).take(QUOTED_MAX + 1).collect();
    if shown.chars().count() > QUOTED_MAX {
        shown.pop();
        shown.push('…');
    }
    shown
}

/// How often something failed, and when it may be tried again.
#[derive(Clone, Debug, Default)]
pub(super) struct Attempts {
    pub(super) failures: u32,
    /// How often the other side asked to wait, which is no failure of the step.
    pub(super) waits: u32,
    pub(super) not_before: Option<Timestamp>,
    /// A refusal that is no SCIM error, by its status, and how often it has come in a row.
    pub(super) refusals: (u16, u32),
}

impl Attempts {
    /// Notes an answer; `is_look` where nothing was to be written, which says nothing of what is. How often it has come in a row, if it
    /// is a refusal that is no SCIM error.
    pub(super) fn note_refusal(&mut self, result: &Result<Response, TransportFailure>, is_look: bool) -> u32 {
        let response = result.as_ref().ok().filter(|response| {
            let status = response.status();
            (status.is_redirection() || status.is_client_error() || status == StatusCode::NOT_IMPLEMENTED)
                && !is_scim_error(response)
        });
        match response.map(|response| response.status().as_u16()) {
            Some(status) if self.refusals.0 == status => self.refusals.1 = self.refusals.1.saturating_add(1),
            Some(status) => self.refusals = (status, 1),
            None if is_look => {}
            None => self.refusals = (0, 0),
        }
        self.refusals.1
    }

    /// Whether it failed as often as it may.
    pub(super) const fn are_spent(&self) -> bool {
        self.failures >= SYNC_ATTEMPTS_MAX - 1 || self.waits >= SYNC_WAITS_MAX
    }

    /// Whether the time of the next attempt has come. A time that is further off than any wait may be was set before the clock
    /// jumped back.
    pub(super) fn is_due(&self, now: Timestamp) -> bool {
        let farthest = || now.checked_add(SignedDuration::from_secs(SYNC_RETRY_AFTER_MAX_SECONDS));
        self.not_before.is_none_or(|at| at <= now || farthest().is_ok_and(|farthest| at > farthest))
    }

    /// Notes a failure, and waits: as long as the other side asks, within bounds, else with exponential backoff and jitter.
    pub(super) fn wait(&mut self, asked: Option<Timestamp>, now: Timestamp, jitter: &mut Seeded) {
        let doublings = self.failures.min(16);
        let count = if asked.is_some() { &mut self.waits } else { &mut self.failures };
        *count = count.saturating_add(1);
        let whole = SYNC_BACKOFF_FIRST_SECONDS.saturating_mul(1 << doublings).min(SYNC_BACKOFF_MAX_SECONDS);
        let half_ms = whole.saturating_mul(500);
        let spread =
            i64::try_from(jitter.next_u64() % u64::try_from(half_ms).unwrap_or(1).max(1)).unwrap_or(0);
        let backoff = SignedDuration::from_millis(half_ms.saturating_add(spread).max(1));
        let longest = SignedDuration::from_secs(SYNC_RETRY_AFTER_MAX_SECONDS);
        let at = now.checked_add(backoff).unwrap_or(Timestamp::MAX);
        let asked = asked.map(|asked| asked.min(now.checked_add(longest).unwrap_or(Timestamp::MAX)));
        self.not_before = Some(asked.map_or(at, |asked| asked.max(at)));
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Attempts, Response, Secret, Seeded, Timestamp, TransportFailure, Verdict, judge};

    fn now() -> Timestamp {
        "2026-03-01T10:00:00Z".parse().unwrap()
    }

    fn judged(result: Result<Response, TransportFailure>, times: u32) -> Verdict {
        judge(result, times, &Secret::new("s3cret".into()), now())
    }

    fn answer(status: u16, body: &str, times: u32) -> Verdict {
        let mut response = Response::new(Vec::from(body));
        *response.status_mut() = status.try_into().unwrap();
        judged(Ok(response), times)
    }

    #[test]
    fn only_what_is_surely_not_done_may_be_repeated_blindly() {
        assert!(matches!(answer(429, "", 0), Verdict::NotDone(..)));
        assert!(matches!(judged(Err(TransportFailure::NotSent), 0), Verdict::NotDone(..)));
        for status in [500, 502, 503, 504, 408] {
            assert!(matches!(answer(status, "<html>", 9), Verdict::Unknown(_)), "{status}");
        }
        assert!(matches!(judged(Err(TransportFailure::OutcomeUnknown), 0), Verdict::Unknown(_)));
    }

    const ERROR: &str = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400"}"#;

    #[test]
    fn a_refusal_that_is_no_scim_error_is_believed_when_it_comes_again_and_again() {
        for status in [302, 400, 403, 405, 409, 412, 413, 501] {
            assert!(!matches!(answer(status, ERROR, 0), Verdict::Unknown(_)), "{status}");
            for times in [1, 2] {
                assert!(matches!(answer(status, "<html>", times), Verdict::Unknown(_)), "{status}");
            }
            assert!(!matches!(answer(status, "<html>", 3), Verdict::Unknown(_)), "{status}");
        }
        for times in [1, 9] {
            assert!(matches!(answer(404, "<html>", times), Verdict::Missing(_)));
            assert!(matches!(answer(404, ERROR, times), Verdict::Gone));
        }
    }

    #[test]
    fn r41_the_reason_names_the_status_and_masks_addresses() {
        let body = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","scimType":"uniqueness",
                       "detail":"ann@example.com is taken"}"#;
        let Verdict::Conflict(reason) = answer(409, body, 0) else { panic!("not a conflict") };
        assert_eq!(reason, "Heap answered 409 (uniqueness): a…@example.com is taken");
        let Verdict::NotInThisForm(reason) = answer(400, "<html>ann@example.com</html>", 3) else {
            panic!("not refused")
        };
        assert_eq!(reason, "Heap answered 400 without a SCIM error");
    }

    #[test]
    fn r16_the_token_and_what_moves_a_cursor_are_not_quoted() {
        let detail = ["Bearer s3cret \\u001b[2J", &"x".repeat(5000)].concat();
        let body = [r#"{"scimType":"invalidValue","detail":""#, &detail, "\"}"].concat();
        let Verdict::Refused(reason) = answer(403, &body, 0) else { panic!("not refused") };
        assert!(reason.starts_with("Heap answered 403 (invalidValue): Bearer …  [2Jxx"), "{reason}");
        assert!(reason.ends_with("x…") && reason.chars().count() < 350, "{reason}");
    }

    #[test]
    fn f08_a_wait_is_as_long_as_the_other_side_asks_and_bounded() {
        let mut attempts = Attempts::default();
        let asked = "2026-03-01T10:01:30Z".parse().unwrap();
        attempts.wait(Some(asked), now(), &mut Seeded::new(1));
        assert_eq!(attempts.not_before, Some(asked));
        attempts.wait(Some("2027-01-01T00:00:00Z".parse().unwrap()), now(), &mut Seeded::new(1));
        assert_eq!(attempts.not_before, Some("2026-03-01T11:00:00Z".parse().unwrap()));
    }

    #[test]
    fn f08_to_be_asked_to_wait_is_no_failure_and_still_ends() {
        let mut attempts = Attempts::default();
        for _ in 0..super::SYNC_WAITS_MAX {
            assert!(!attempts.are_spent());
            attempts.wait(Some(now()), now(), &mut Seeded::new(1));
        }
        assert!(attempts.are_spent());
    }

    #[test]
    fn without_a_wish_of_the_other_side_the_wait_doubles_up_to_a_bound() {
        for (failures, longest) in [(0, 1), (1, 2), (2, 4), (40, 60)] {
            let mut attempts = Attempts { failures, ..Attempts::default() };
            attempts.wait(None, now(), &mut Seeded::new(7));
            let waited = attempts.not_before.unwrap().duration_since(now()).as_millis();
            assert!(waited >= longest * 500 && waited <= longest * 1000, "{failures}: {waited}");
        }
    }

    #[test]
    fn a_clock_that_jumps_back_does_not_stop_an_attempt() {
        let far =
            Attempts { not_before: Some("2030-01-01T00:00:00Z".parse().unwrap()), ..Attempts::default() };
        assert!(far.is_due(now()));
        let soon =
            Attempts { not_before: Some("2026-03-01T10:00:05Z".parse().unwrap()), ..Attempts::default() };
        assert!(!soon.is_due(now()));
    }
}
