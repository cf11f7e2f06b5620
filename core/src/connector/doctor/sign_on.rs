//! Single sign-on: both ends' settings side by side (R2-R7).

use alloc::format;

use jiff::Timestamp;

use super::{Application, FindingKind, Findings, Known, SsoAtHeap};
use crate::{heap::Rollover, pki::Certificate, saml::time};

pub(super) fn check(application: &Application, known: &Known<'_>, now: Timestamp, findings: &mut Findings) {
    certificates(known, now, findings);
    let Some(sso) = application.sso() else {
        let found = format!("an application that is {}", application.state().name());
        return findings.add(FindingKind::SsoMissing, "an SSO configuration for the tenant", &found);
    };
    if matches!(known.sso, Some(SsoAtHeap::Off)) {
        findings.add(FindingKind::SsoMissingAtHeap, "SSO settings at Heap", "none");
    }
    if let Some(settings) = known.sso_settings() {
        let url = application.idp_url();
        if settings.remote_login_url != url {
            findings.add(FindingKind::IdpUrl, &quoted(url), &quoted(&settings.remote_login_url));
        }
        // As a rule it is derived from the remote login URL: then that is the one thing to put right.
        if settings.idp_entity_id != url && settings.idp_entity_id != settings.remote_login_url {
            findings.add(FindingKind::EntityId, &quoted(url), &quoted(&settings.idp_entity_id));
        }
    }
    if let Some(heap_id) = known.heap_id.filter(|id| *id != sso.heap_id()) {
        findings.add(FindingKind::AcsUrl, &quoted(&heap_id.acs_url()), &quoted(&sso.acs_url()));
    }
    if let Some(Err(problem)) = known.connection {
        // The code alone: the text of a refusal may name whoever tested.
        findings.add(FindingKind::ConnectionFails, "a login that Heap accepts", &quoted(problem.code()));
    }
}

fn certificates(known: &Known<'_>, now: Timestamp, findings: &mut Findings) {
    let held = known.sso_settings().map(|settings| &settings.certificate);
    let signing = known.certificate;
    if let (Some(signing), Some(held)) = (signing, held) {
        let plan = Rollover::new(signing.clone(), held.clone()).plan(now);
        if !plan.outages.is_empty() {
            let (expected, found) = (signing.sha256_fingerprint(), held.sha256_fingerprint());
            findings.add(FindingKind::CertificateOther, &quoted(&expected), &quoted(&found));
            // What Heap holds is replaced anyway.
            return dates("what the identity provider signs with", signing, now, findings);
        }
    }
    if let Some(signing) = signing {
        dates("what the identity provider signs with", signing, now, findings);
    }
    if let Some(held) = held.filter(|held| signing != Some(*held)) {
        dates("what Heap holds", held, now, findings);
    }
}

fn dates(place: &str, certificate: &Certificate, now: Timestamp, findings: &mut Findings) {
    let (from, until) = (time::format(certificate.not_before()), time::format(certificate.not_after()));
    let renew_from = Rollover::renew_from(certificate);
    if !certificate.is_valid_at(now) {
        let expected = format!("a certificate that is valid at {}", time::format(now));
        let found = format!("{place}: one that is valid from {from} until {until}");
        findings.add(FindingKind::CertificateNotValid, &expected, &found);
    } else if renew_from <= now {
        let expected = format!("a new one from {} on", time::format(renew_from));
        findings.add(FindingKind::CertificateExpires, &expected, &format!("{place}: one that ends {until}"));
    }
}

fn quoted(value: &str) -> alloc::string::String {
    format!("`{value}`")
}
