//! Identity management: SCIM at both ends, its credentials, and whether it has groups (R14-R19, R24).

use alloc::format;

use super::{Application, FindingKind, Findings, Known, NotVerified, SsoAtHeap, State};

pub(super) fn check(application: &Application, known: &Known<'_>, findings: &mut Findings) {
    let state = application.state();
    let is_managed = state.has_identity_management();
    if known.scim_enabled == Some(true) {
        let missing = match (state.has_sso(), known.sso) {
            (false, Some(SsoAtHeap::Off)) => Some("SSO on neither side"),
            (false, _) => Some("no SSO at the identity provider"),
            (true, Some(SsoAtHeap::Off)) => Some("no SSO at Heap"),
            (true, _) => None,
        };
        if let Some(missing) = missing {
            findings.add(FindingKind::ScimBeforeSso, "SSO on both sides before SCIM", missing);
        } else if state == State::SsoConfigured {
            let expected = "identity management that uses it";
            findings.add(FindingKind::NotActivated, expected, "none; teammates cannot be changed at all");
        }
    }
    if is_managed && known.scim_enabled == Some(false) {
        findings.add(FindingKind::ScimMissingAtHeap, "SCIM provisioning enabled at Heap", "it is disabled");
    }
    if matches!(state, State::Activating | State::Reauthorising) {
        let found = format!("an application that is {}", state.name());
        findings.add(FindingKind::Unverified, "credentials that are verified", &found);
    }
    if is_managed {
        credentials(application, known, findings);
    }
    verification(known, findings);
    groups(application, known, findings);
}

fn credentials(application: &Application, known: &Known<'_>, findings: &mut Findings) {
    if application.expose_token().is_none() {
        findings.add(FindingKind::TokenMissing, "the token beside the restored application", "none");
    }
    if let (Some(ours), Some(theirs)) = (application.base_url(), known.base_url) {
        if ours.trim_end_matches('/') != theirs.trim_end_matches('/') {
            findings.add(FindingKind::BaseUrl, &format!("`{theirs}`"), &format!("`{ours}`"));
        }
    }
}

fn verification(known: &Known<'_>, findings: &mut Findings) {
    if !known.left_over.is_empty() {
        let found = format!("{} resources", known.left_over.len());
        let subjects = known.left_over.to_vec();
        findings.add_about(FindingKind::TestLeftOver, "nothing of the test left", &found, subjects);
    }
    match known.verification {
        Some(Err(reason @ (NotVerified::TokenRefused { .. } | NotVerified::Forbidden { .. }))) => {
            findings.add(FindingKind::TokenRefused, "a token that Heap accepts", &format!("{reason}"));
        }
        // That is the finding of the groups.
        Some(Ok(_) | Err(NotVerified::GroupsUnsupported { .. })) | None => {}
        Some(Err(reason)) => {
            findings.add(
                FindingKind::VerificationFailed,
                "a SCIM service that answers",
                &format!("{reason}"),
            );
        }
    }
}

fn groups(application: &Application, known: &Known<'_>, findings: &mut Findings) {
    let has_management = application.settings().group_management;
    if !has_management {
        let bound = application.bound_groups().count();
        if bound > 0 && application.state().has_identity_management() {
            let found = format!("{bound} bound groups that Heap is not told of");
            findings.add(FindingKind::GroupsNotManaged, "groups managed at Heap too", &found);
        }
        return;
    }
    let declared = known.profile.map(|profile| profile.declared.endpoints.as_slice()).unwrap_or_default();
    let are_undeclared = !declared.is_empty() && !declared.iter().any(|path| path == "/Groups");
    let are_missing = match known.verification {
        Some(Err(NotVerified::GroupsUnsupported { .. })) => true,
        Some(Ok(verified)) => verified.groups == Some(false),
        _ => false,
    };
    if are_missing || are_undeclared {
        let found = if are_missing { "the list of groups is refused" } else { "no `/Groups` is declared" };
        findings.add(FindingKind::GroupsUnsupported, "a service provider with groups", found);
    }
}
