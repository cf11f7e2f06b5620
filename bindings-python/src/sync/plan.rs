//! Plans and guards.

use std::collections::BTreeMap;

use heap_identity::sync;
use pyo3::{PyRef, PyResult, Python, pyclass, pymethods};
use serde_json::Value;

use crate::{error::Raise, table::table};

/// What a plan may take away without approval (D2).
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Guards(pub(crate) Option<sync::Guards>);

#[pymethods]
impl Guards {
    /// Deactivations up to the larger of 10 and 10%, deletions of groups 3 and 10%, half the members of a group of 20.
    #[staticmethod]
    fn default() -> Self {
        Self(Some(sync::Guards::default()))
    }

    /// No bound.
    #[staticmethod]
    fn off() -> Self {
        Self(None)
    }

    /// A document; what is left out keeps its default. Raises `InvalidInput` (`sync.invalid_guards`).
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        sync::Guards::from_json(text).map(|guards| Self(Some(guards))).raise(py)
    }

    #[getter]
    fn are_on(&self) -> bool {
        self.0.is_some()
    }

    fn __repr__(&self) -> String {
        self.0.map_or_else(|| "Guards(off)".to_owned(), |guards| format!("{guards:?}"))
    }
}

/// A guard that holds a plan back. `str` gives it for people.
#[pyclass(frozen, get_all, module = "heap_identity")]
#[derive(Clone)]
pub(crate) struct Trip {
    /// Which, such as `deactivations`.
    guard: String,
    text: String,
    /// The group's name, where one is concerned.
    group: Option<String>,
    /// How many would go; `None` where that is not known.
    planned: Option<u64>,
    /// How many there are.
    of: Option<u64>,
    /// How many may go without approval.
    allowed: Option<u64>,
}

#[pymethods]
impl Trip {
    fn __str__(&self) -> &str {
        &self.text
    }

    fn __repr__(&self) -> String {
        format!("Trip(guard={:?}, planned={:?}, of={:?})", self.guard, self.planned, self.of)
    }
}

impl Trip {
    pub(crate) fn of(trip: &sync::Trip) -> Self {
        let fields = serde_json::to_value(trip).unwrap_or_default();
        let text = |name: &str| fields.get(name).and_then(Value::as_str).map(str::to_owned);
        let count = |name: &str| fields.get(name).and_then(Value::as_u64);
        Self {
            guard: text("guard").unwrap_or_default(),
            text: trip.to_string(),
            group: text("group"),
            planned: count("planned"),
            of: count("of"),
            allowed: count("allowed"),
        }
    }
}

/// One step of a plan. `str` gives it for people; what does not apply is empty or `None`.
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Step {
    kind: &'static str,
    /// Of users: activate, adopt, create, deactivate, update; of groups: create, delete, release, take_over, update;
    /// of conflicts: leave.
    verb: String,
    /// The directory id.
    id: String,
    /// The user name, or the group's name after the step.
    name: String,
    /// The id at Heap; `None` for what is still to be created.
    remote: Option<String>,
    /// The group's name at Heap, where it is changed (R28).
    renamed_from: Option<String>,
    /// The attributes that are written: name, value before, value after.
    changes: Vec<(&'static str, Option<String>, Option<String>)>,
    /// Who joins the group: directory id, user name.
    add: Vec<(String, String)>,
    /// Who is removed from it: id at Heap, user name where it is known, why.
    remove: Vec<(String, Option<String>, &'static str)>,
    /// Heap does not tell the members: those in `add` replace whoever is there (F13).
    is_blind: bool,
    /// How many members the group has at Heap before the step, as far as is known.
    size: usize,
    /// Why, as a stable code.
    reason: String,
    /// Why, in words, with its rule; of a conflict also what to do.
    why: &'static str,
    text: String,
}

#[pymethods]
impl Step {
    fn __str__(&self) -> &str {
        &self.text
    }

    fn __repr__(&self) -> String {
        format!("Step({} {}, id={:?}, reason={:?})", self.verb, self.kind, self.id, self.reason)
    }
}

/// A code of the core, as its JSON has it.
fn word(code: impl serde::Serialize) -> String {
    serde_json::to_value(code).ok().and_then(|code| code.as_str().map(str::to_owned)).unwrap_or_default()
}

impl Step {
    fn of(step: &sync::Step) -> Option<Self> {
        let mut shown = Self {
            kind: "conflict",
            verb: "leave".to_owned(),
            id: String::new(),
            name: String::new(),
            remote: None,
            renamed_from: None,
            changes: Vec::new(),
            add: Vec::new(),
            remove: Vec::new(),
            is_blind: false,
            size: 0,
            reason: String::new(),
            why: "",
            text: step.to_string(),
        };
        match step {
            sync::Step::Conflict(conflict) => {
                (shown.id, shown.name) = (conflict.id.clone(), conflict.name.clone());
                (shown.reason, shown.why) = (conflict.kind.code().to_owned(), conflict.kind.explanation());
            }
            sync::Step::User(user) => {
                (shown.kind, shown.verb) = ("user", word(user.verb));
                (shown.id, shown.name) = (user.person.clone(), user.user_name.clone());
                shown.remote.clone_from(&user.remote);
                let changes = user.changes.iter();
                let change = |change: &sync::AttributeChange| {
                    (change.attribute.name(), change.from.clone(), change.to.clone())
                };
                shown.changes = changes.map(change).collect();
                (shown.reason, shown.why) = (word(user.reason), user.reason.text());
            }
            sync::Step::Group(group) => {
                (shown.kind, shown.verb) = ("group", word(group.verb));
                (shown.id, shown.name) = (group.group.clone(), group.name.clone());
                shown.remote.clone_from(&group.remote);
                shown.renamed_from.clone_from(&group.renamed_from);
                let added = |member: &sync::AddedMember| (member.person.clone(), member.user_name.clone());
                shown.add = group.add.iter().map(added).collect();
                let removed = |member: &sync::RemovedMember| {
                    (member.remote.clone(), member.user_name.clone(), member.reason.text())
                };
                shown.remove = group.remove.iter().map(removed).collect();
                (shown.is_blind, shown.size) = (group.blind, group.size);
                (shown.reason, shown.why) = (word(group.reason), group.reason.text());
            }
            _ => return None,
        }
        Some(shown)
    }
}

/// The steps from what Heap holds to what the directory says. `str` gives it for people.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Plan(pub(crate) sync::Plan);

table!(Plan {
    /// What an approval names: the SHA-256 of `to_json`, in hexadecimal.
    digest: String = |plan| plan.digest().to_string();
    /// Whether there is nothing to do and nothing to report.
    is_empty: bool = |plan| plan.is_empty();
    /// Whether any step sends something.
    has_writes: bool = |plan| plan.has_writes();
    /// How many steps of each kind there are: `users_created`, `groups_released`, `conflicts` and so on.
    counts: BTreeMap<&'static str, usize> = |plan| counts(plan.counts());
    /// What the guards measure against: `managed_active` people, `managed_groups`.
    totals: BTreeMap<&'static str, usize> = |plan| totals(plan.totals());
    /// The counts in one line, for people.
    summary: String = |plan| plan.counts().to_string();
}
    /// People by directory id, then groups by directory id.
    fn steps(&self) -> Vec<Step> {
        self.0.steps().iter().filter_map(Step::of).collect()
    }

    /// The guards that this plan trips.
    #[pyo3(signature = (guards))]
    fn tripped(&self, guards: PyRef<'_, Guards>) -> Vec<Trip> {
        let trips = guards.0.map(|guards| self.0.tripped(&guards)).unwrap_or_default();
        trips.iter().map(Trip::of).collect()
    }

    /// The plan as a document: the same plan is the same text.
    fn to_json(&self) -> String {
        self.0.to_json()
    }

    fn __len__(&self) -> usize {
        self.0.steps().len()
    }

    fn __str__(&self) -> String {
        self.0.to_string()
    }

    fn __repr__(&self) -> String {
        format!("Plan(steps={}, digest={:?})", self.0.steps().len(), self.digest())
    }
);

fn counts(counts: sync::Counts) -> BTreeMap<&'static str, usize> {
    BTreeMap::from([
        ("users_created", counts.users_created),
        ("users_updated", counts.users_updated),
        ("users_deactivated", counts.users_deactivated),
        ("groups_created", counts.groups_created),
        ("groups_updated", counts.groups_updated),
        ("groups_released", counts.groups_released),
        ("groups_deleted", counts.groups_deleted),
        ("conflicts", counts.conflicts),
    ])
}

fn totals(totals: sync::Totals) -> BTreeMap<&'static str, usize> {
    BTreeMap::from([("managed_active", totals.managed_active), ("managed_groups", totals.managed_groups)])
}
