//! What a person can do about a finding: the difference between what was expected and what came, in words.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use jiff::Timestamp;

use super::{report::shown, time};
use crate::pki::Certificate;

/// What is different about an address, such as that of the assertion consumer service (A57).
pub(super) fn address(expected: &str, found: Option<&str>) -> String {
    const COMPARE: &str = "compare the assertion consumer service URL on both sides";
    let Some(found) = found else {
        return format!("the identity provider left the address out; {COMPARE}");
    };
    if let Some(what) = spelling(expected, found) {
        return format!("the address is the same but {what}; {COMPARE}");
    }
    match other_segment(expected, found) {
        Some((ours, theirs)) => format!(
            "the login was made for another tenant, {} in place of {}: put the right id into the address at the \
             identity provider",
            shown(theirs),
            shown(ours)
        ),
        None => format!("the login was made for another address; {COMPARE}, to the last slash"),
    }
}

/// What is different about an entity id; `whose` says in whose place it stands.
pub(super) fn entity_id(whose: &str, expected: &str, found: Option<&str>) -> String {
    match found.and_then(|found| spelling(expected, found)) {
        Some(what) => format!(
            "the entity id is the same but {what}: configure it in one spelling on both sides, since it is compared \
             character by character"
        ),
        None => format!("{whose}; compare the entity ids on both sides, character by character"),
    }
}

/// How two addresses differ that mean the same to a person.
fn spelling(expected: &str, found: &str) -> Option<&'static str> {
    let without = |prefix: &str, text: &str| text.strip_prefix(prefix).map(ToString::to_string);
    if expected.strip_suffix('/') == Some(found) {
        Some("for the slash at the end, which is missing")
    } else if found.strip_suffix('/') == Some(expected) {
        Some("for a slash at the end, which is one too many")
    } else if without("https://", expected).is_some_and(|rest| without("http://", found) == Some(rest)) {
        Some("begins with http in place of https")
    } else if without("http://", expected).is_some_and(|rest| without("https://", found) == Some(rest)) {
        Some("begins with https in place of http")
    } else if expected.trim() == found.trim() {
        Some("for white space around it")
    } else if expected.eq_ignore_ascii_case(found) {
        Some("for upper and lower case")
    } else {
        None
    }
}

/// The one segment in which two addresses differ: ours and theirs.
fn other_segment<'a>(expected: &'a str, found: &'a str) -> Option<(&'a str, &'a str)> {
    let (ours, theirs): (Vec<_>, Vec<_>) = (expected.split('/').collect(), found.split('/').collect());
    // The first three are the scheme, nothing, and the host.
    if ours.len() != theirs.len() || ours.get(..3) != theirs.get(..3) {
        return None;
    }
    let mut different = ours.into_iter().zip(theirs).filter(|(ours, theirs)| ours != theirs);
    let first = different.next()?;
    (different.next().is_none() && !first.0.is_empty() && !first.1.is_empty()).then_some(first)
}

/// A time that has not come here: by how much the sender's clock must be ahead.
pub(super) fn clock_ahead(time: Option<Timestamp>, now: Timestamp) -> String {
    let Some(time) = time else { return "the identity provider must send a time in UTC".into() };
    format!(
        "the identity provider's clock is {} ahead, or this one is behind: set both by a time server",
        distance(now, time)
    )
}

/// A time that is over: how long ago it was.
pub(super) fn too_late(end: Option<Timestamp>, now: Timestamp) -> String {
    let Some(end) = end else {
        return "the identity provider must say until when the login can be used".into();
    };
    format!(
        "the login came {} too late: begin it again; if this happens always, the identity provider's clock is behind, or \
         this one is ahead",
        distance(end, now)
    )
}

/// A distance between two moments in the largest unit that says something.
fn distance(earlier: Timestamp, later: Timestamp) -> String {
    let seconds = later.as_second().saturating_sub(earlier.as_second()).max(0);
    let (count, unit) = match seconds {
        0..=119 => (seconds, "second"),
        120..=7_199 => (seconds / 60, "minute"),
        7_200..=172_799 => (seconds / 3_600, "hour"),
        _ => (seconds / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    format!("{count} {unit}{plural}")
}

/// An InResponseTo that is not ours (saml-profiles 4.1.4.3, 4.1.5).
pub(super) const fn request(wanted: Option<&str>, claimed: Option<&str>) -> &'static str {
    match (wanted, claimed) {
        (None, _) => {
            "a Response to some request came where none was sent: it was begun in another browser, or so long ago that \
             it is forgotten; begin the login again"
        }
        (Some(_), None) => {
            "a login from the portal came where an answer was awaited; finish the login that was begun here, or begin it \
             again"
        }
        (Some(_), Some(_)) => {
            "the Response answers another request, begun in another tab or forgotten since; begin the login again"
        }
    }
}

/// A signature by a key that is not configured; the certificate is the message's own word, and proves nothing (A46).
pub(super) fn another_certificate(
    mentioned: &Certificate,
    trusted: &[Certificate],
    now: Timestamp,
) -> String {
    let trusted = trusted.iter().map(described).reduce(|all, one| format!("{all} or {one}"));
    let trusted = trusted.unwrap_or_else(|| "none".into());
    let advice = if mentioned.is_valid_at(now) {
        "the identity provider has rolled its key over, or somebody else signed: ask there for the fingerprint of the \
         current certificate, and configure it only if it is this one"
    } else {
        "the certificate is not within its dates, so this is hardly a rollover: ask the identity provider"
    };
    format!(
        "signed with certificate {} (as the message says, unproven); you trust {trusted}: {advice}",
        described(mentioned)
    )
}

/// An algorithm that is refused.
pub(super) const fn algorithm(is_weak: bool) -> &'static str {
    if is_weak {
        "the identity provider signs with SHA-1 or MD5: set its signature algorithm to RSA-SHA256"
    } else {
        "set the identity provider to RSA-SHA256 or ECDSA-SHA256, exclusive canonicalization without comments, and no \
         further transforms"
    }
}

/// A certificate as an administration page shows it.
pub(super) fn described(certificate: &Certificate) -> String {
    format!("`{}` (valid until {})", certificate.sha256_fingerprint(), time::format(certificate.not_after()))
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{address, another_certificate, clock_ahead, entity_id, request, too_late};
    use crate::pki::Certificate;

    const ACS: &str = "https://heapanalytics.com/saml/finalize/12345/";

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_says_in_what_it_differs() {
        for (found, said) in [
            (Some("https://heapanalytics.com/saml/finalize/12345"), "the slash at the end, which is missing"),
            (Some("https://heapanalytics.com/saml/finalize/12345//"), "one too many"),
            (Some("http://heapanalytics.com/saml/finalize/12345/"), "http in place of https"),
            (Some("https://heapanalytics.com/SAML/finalize/12345/"), "upper and lower case"),
            (Some("https://heapanalytics.com/saml/finalize/12345/ "), "white space"),
            (Some("https://evil.example/saml/finalize/12345/"), "another address"),
            (Some("https://heapanalytics.com/saml/12345/"), "another address"),
            (None, "left the address out"),
        ] {
            let hint = address(ACS, found);
            assert!(hint.contains(said), "{found:?}: {hint}");
        }
    }

    #[test]
    fn a57_the_address_of_another_tenant_is_named_as_such() {
        let hint = address(ACS, Some("https://heapanalytics.com/saml/finalize/54321/"));
        assert!(hint.contains("another tenant, `54321` in place of `12345`"), "{hint}");
    }

    #[test]
    fn an_entity_id_says_in_what_it_differs() {
        let hint =
            |found| entity_id("the login was made for another", "https://heapanalytics.com", Some(found));
        assert!(hint("https://heapanalytics.com/").contains("one too many"));
        assert!(hint("http://heapanalytics.com").contains("http in place of https"));
        assert!(hint("urn:other").starts_with("the login was made for another;"));
    }

    #[test]
    fn times_say_how_far_they_are_off() {
        let now = at("2026-03-01T10:00:00Z");
        assert!(clock_ahead(Some(at("2026-03-01T10:07:20Z")), now).contains("clock is 7 minutes ahead"));
        assert!(clock_ahead(Some(at("2026-03-01T10:01:01Z")), now).contains("61 seconds ahead"));
        assert!(too_late(Some(at("2026-03-01T07:00:00Z")), now).contains("3 hours too late"));
        assert!(too_late(Some(at("2026-02-01T07:00:00Z")), now).contains("28 days too late"));
        assert!(too_late(None, now).contains("until when"));
    }

    #[test]
    fn a_missing_and_a_foreign_answer_are_told_apart() {
        let hints = [request(None, Some("_1")), request(Some("_1"), None), request(Some("_1"), Some("_2"))];
        assert!(
            hints[0].contains("none was sent")
                && hints[1].contains("portal")
                && hints[2].contains("another tab")
        );
    }

    #[test]
    fn a_rollover_is_told_with_both_fingerprints_and_a_stale_certificate_is_not_taken_for_one() {
        let certificate = |pem| Certificate::from_pem(pem).unwrap();
        let mentioned = certificate(include_str!("../../tests/vectors/keys/rsa2048.cert.pem"));
        let trusted = certificate(include_str!("../../tests/vectors/keys/rsa2048-other.cert.pem"));
        let expired = certificate(include_str!("../../tests/vectors/keys/rsa2048-expired.cert.pem"));
        let now = at("2026-03-01T10:00:00Z");
        let hint = another_certificate(&mentioned, core::slice::from_ref(&trusted), now);
        for said in [
            &*mentioned.sha256_fingerprint(),
            &*trusted.sha256_fingerprint(),
            "valid until 2099-12-31",
            "unproven",
            "rolled its key over",
        ] {
            assert!(hint.contains(said), "{said}: {hint}");
        }
        assert!(another_certificate(&expired, &[trusted], now).contains("hardly a rollover"));
    }
}
