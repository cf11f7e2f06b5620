//! Who could log in once SSO is enforced (R11, R12).

use alloc::{
    collections::BTreeSet,
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::{Application, FindingKind, Findings, Known};
use crate::{directory::Snapshot, heap::Role, scim::User};

pub(super) fn check(
    application: &Application,
    known: &Known<'_>,
    view: Option<&Snapshot>,
    findings: &mut Findings,
) {
    if application.bound_groups().next().is_none() {
        findings.add(FindingKind::NoGroupBound, "at least one bound group", "none");
    }
    if let Some(view) = view {
        bound_groups(application, view, findings);
    }
    let names = view.map(names_with_access);
    accounts(application, known.accounts, names.as_ref(), findings);
}

fn bound_groups(application: &Application, view: &Snapshot, findings: &mut Findings) {
    let owned = |ids: Vec<&str>| ids.into_iter().map(ToString::to_string).collect::<Vec<String>>();
    let (there, gone): (Vec<&str>, Vec<&str>) =
        application.bound_groups().partition(|id| view.group(id).is_some());
    if !gone.is_empty() {
        let found = format!("{} that are not in it", gone.len());
        findings.add_about(FindingKind::GroupGone, "bound groups of the directory", &found, owned(gone));
    }
    let is_empty =
        |id: &&str| view.group(id).is_some_and(|group| !group.members().any(|member| member.is_active()));
    let empty: Vec<&str> = there.into_iter().filter(is_empty).collect();
    if !empty.is_empty() {
        let found = format!("{} without", empty.len());
        findings.add_about(FindingKind::GroupEmpty, "active members in bound groups", &found, owned(empty));
    }
}

/// What the logins of the people with access are called, without regard to case (D9).
fn names_with_access(view: &Snapshot) -> BTreeSet<String> {
    view.people_with_access()
        .filter_map(|person| person.to_person().name_id().map(str::to_lowercase))
        .collect()
}

fn accounts(
    application: &Application,
    accounts: Option<&[User]>,
    names: Option<&BTreeSet<String>>,
    findings: &mut Findings,
) {
    let Some(accounts) = accounts else {
        let nobody = names.is_some_and(BTreeSet::is_empty) && application.bound_groups().next().is_some();
        if nobody {
            findings.add(FindingKind::AdminsOnly, "people with access", "nobody with access");
        }
        return;
    };
    let attribute = &application.settings().role_attribute;
    let role = |account: &User| {
        let told = account.extra.iter().find(|(key, _)| key.eq_ignore_ascii_case(attribute));
        told.and_then(|(_, value)| value.as_str()).map(Role::from)
    };
    let is_admin = |account: &&User| role(account) == Some(Role::Admin);
    let active = accounts.iter().filter(|account| account.active != Some(false));
    let (admins, others): (Vec<&User>, Vec<&User>) = active.partition(is_admin);
    // A service provider that does not tell roles at all says nothing of Admins (D8).
    let tells_roles = accounts.iter().any(|account| role(account).is_some());
    if admins.is_empty() && tells_roles {
        findings.add(FindingKind::NoAdmin, "an active Admin at Heap", "none");
    }
    let Some(names) = names else { return };
    let is_locked_out = |account: &&&User| !names.contains(&account.user_name.to_lowercase());
    let locked: Vec<String> =
        others.iter().filter(is_locked_out).filter_map(|account| account.id.clone()).collect();
    if locked.is_empty() {
        return;
    }
    let (kind, expected) = if locked.len() == others.len() {
        (FindingKind::AdminsOnly, "somebody with access besides Admins")
    } else {
        (FindingKind::LockedOut, "access for everybody with an active account")
    };
    let found = format!("{} accounts of nobody with access", locked.len());
    findings.add_about(kind, expected, &found, locked);
}
