//! Each person's names, accounts elsewhere, and roles (R13, R21-R23).

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::{FindingKind, Findings, Known};
use crate::{
    connector::source::unknown_of,
    directory::Snapshot,
    heap::{JoinCheck, JoinIssue},
};

pub(super) fn check(known: &Known<'_>, view: Option<&Snapshot>, findings: &mut Findings) {
    if let Some(view) = view {
        names(known, view, findings);
        // What is not sent does not matter.
        for role in unknown_of(view.people_with_access(), known.custom_roles) {
            let found = format!("`{}`, of {} people", shown(&role.name), role.people);
            findings.add(FindingKind::UnknownRole, "a role of Heap's or of the tenant's own", &found);
        }
    }
    if !known.foreign.is_empty() {
        let subjects: Vec<String> = known.foreign.iter().map(ToString::to_string).collect();
        let found = format!("{} with one elsewhere", subjects.len());
        findings.add_about(FindingKind::ForeignAccount, "people without another account", &found, subjects);
    }
}

fn names(known: &Known<'_>, view: &Snapshot, findings: &mut Findings) {
    // An account that provisioning made carries the directory id (D3).
    let linked = known.accounts.into_iter().flatten();
    let linked = linked.filter_map(|account| Some((account.external_id.clone()?, account.user_name.clone())));
    let check = JoinCheck { name_id_format: known.name_id_format.clone(), accounts: linked.collect() };
    let mut by_issue: BTreeMap<JoinIssue, Vec<String>> = BTreeMap::new();
    for (person, issue) in check.directory(view) {
        by_issue.entry(issue).or_default().push(person);
    }
    for (issue, people) in by_issue {
        let kind = match issue.breaks_login() {
            true => FindingKind::NamesDoNotMeet,
            false => FindingKind::NamesDifferInCase,
        };
        let found = format!("{} people ({}): {issue}", people.len(), issue.code());
        findings.add_about(kind, "one address as NameID and userName", &found, people);
    }
}

/// How much of a name of the directory is shown.
const SHOWN: usize = 64;

/// A name of the directory, so that it stays on its line.
fn shown(name: &str) -> String {
    name.chars().filter(|c| !c.is_control() && *c != '`').take(SHOWN).collect()
}
