//! The words of a plan, by the names that its JSON document has for them.

use std::collections::BTreeMap;

use heap_identity::sync::{ConflictKind, GroupVerb, Reason, UserVerb};
use pyo3::pyfunction;
use serde::Serialize;

/// Two words for each name in the document.
type Words = BTreeMap<String, (String, String)>;

/// The words for the names in a plan's JSON document.
///
/// Conflicts have a code and what to do, reasons a rule and the reason, verbs of groups and users a mark and the verb.
#[pyfunction]
pub(crate) fn plan_words() -> BTreeMap<&'static str, Words> {
    BTreeMap::from([
        ("conflict", words(ConflictKind::ALL, |kind| (kind.code().into(), kind.explanation().into()))),
        ("group", words(GroupVerb::ALL, |verb| (verb.mark().into(), verb.text().into()))),
        ("reason", words(Reason::ALL, |reason| (reason.rule().into(), reason.words().into()))),
        ("user", words(UserVerb::ALL, |verb| (verb.mark().into(), verb.text().into()))),
    ])
}

fn words<T: Copy + Serialize>(all: &[T], of: impl Fn(T) -> (String, String)) -> Words {
    let name = |value: T| serde_json::to_value(value).ok()?.as_str().map(str::to_owned);
    all.iter().filter_map(|value| Some((name(*value)?, of(*value)))).collect()
}
