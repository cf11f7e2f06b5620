//! Snapshots of the identity provider's directory, and how two of them differ.

use heap_identity::directory::{self, GroupChange, MembershipChange, PersonChange};
use pyo3::{PyRef, PyResult, Python, pyclass, pymethods};

use crate::error::invalid;

#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Snapshot(pub(crate) directory::Snapshot);

#[pymethods]
impl Snapshot {
    #[staticmethod]
    fn from_json(py: Python<'_>, text: &str) -> PyResult<Self> {
        let snapshot = py.detach(|| directory::snapshot_from_json(text, |_| ()));
        snapshot.map(Self).map_err(|error| invalid(py, error.code(), &error))
    }

    #[getter]
    fn people_count(&self) -> usize {
        self.0.people_count()
    }

    #[getter]
    fn group_count(&self) -> usize {
        self.0.group_count()
    }

    #[getter]
    fn membership_count(&self) -> usize {
        self.0.membership_count()
    }

    fn __repr__(&self) -> String {
        let (people, groups) = (self.people_count(), self.group_count());
        format!("Snapshot(people={people}, groups={groups}, memberships={})", self.membership_count())
    }
}

/// The difference, taken out of the two snapshots.
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Diff {
    /// How the person differs, and the directory id.
    people: Vec<(&'static str, String)>,
    /// How the group differs, and the directory id.
    groups: Vec<(&'static str, String)>,
    /// How the membership differs, and the directory ids of group and person.
    memberships: Vec<(&'static str, String, String)>,
    is_empty: bool,
}

#[pymethods]
impl Diff {
    #[staticmethod]
    #[pyo3(signature = (*, before, after))]
    fn between(py: Python<'_>, before: PyRef<'_, Snapshot>, after: PyRef<'_, Snapshot>) -> Self {
        let (before, after) = (&before.0, &after.0);
        py.detach(|| Self::of(&directory::Diff::between(before, after)))
    }

    fn __repr__(&self) -> String {
        let (people, groups) = (self.people.len(), self.groups.len());
        format!("Diff(people={people}, groups={groups}, memberships={})", self.memberships.len())
    }
}

impl Diff {
    fn of(diff: &directory::Diff<'_>) -> Self {
        let people = diff.people().iter().filter_map(|change| match change {
            PersonChange::Added(person) => Some(("added", person.id().to_owned())),
            PersonChange::Removed(person) => Some(("removed", person.id().to_owned())),
            PersonChange::Changed { after, .. } => Some(("changed", after.id().to_owned())),
            _ => None,
        });
        let groups = diff.groups().iter().filter_map(|change| match change {
            GroupChange::Added(group) => Some(("added", group.id().to_owned())),
            GroupChange::Removed(group) => Some(("removed", group.id().to_owned())),
            GroupChange::Changed { after, .. } => Some(("changed", after.id().to_owned())),
            _ => None,
        });
        let memberships = diff.memberships().filter_map(|change| match change {
            MembershipChange::Joined(group, person) => {
                Some(("joined", group.id().into(), person.id().into()))
            }
            MembershipChange::Left(group, person) => Some(("left", group.id().into(), person.id().into())),
            _ => None,
        });
        Self {
            people: people.collect(),
            groups: groups.collect(),
            memberships: memberships.collect(),
            is_empty: diff.is_empty(),
        }
    }
}
