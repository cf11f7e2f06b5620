//! Snapshots of the identity provider's directory, and how two of them differ.

use std::collections::HashMap;

use heap_identity::directory::{self, GroupChange, GroupId, MembershipChange, PersonChange, PersonId};
use pyo3::{Bound, PyAny, PyRef, PyResult, Python, pyclass, pymethods, types::PyAnyMethods};

use crate::{
    arrow,
    error::{Raise, wrong},
    table::table,
};

/// A person of the directory. `None` means that the directory does not say, which is never the same as an empty text.
#[pyclass(frozen, eq, module = "heap_identity")]
#[derive(Clone, PartialEq)]
pub(crate) struct Person(pub(crate) directory::Person);

table!(Person {
    /// The directory's own id: never changes, never reused.
    id: &str = |person| &person.id;
    /// The name by which Heap knows the account (R21).
    user_name: &str = |person| &person.user_name;
    /// False for a suspended person.
    active: bool = |person| person.active;
    given_name: Option<&str> = |person| person.given_name.as_deref();
    family_name: Option<&str> = |person| person.family_name.as_deref();
    email: Option<&str> = |person| person.email.as_deref();
    /// Heap's role; `None` leaves the role at Heap alone (D8).
    role: Option<&str> = |person| person.role.as_deref();
    /// The NameID of this person's assertions: the email, else the user name if it is an address (D10).
    name_id: Option<&str> = |person| person.name_id();
}
    #[new]
    #[pyo3(signature = (*, id, user_name, active=true, given_name=None, family_name=None, email=None, role=None))]
    fn new(
        id: String,
        user_name: String,
        active: bool,
        given_name: Option<String>,
        family_name: Option<String>,
        email: Option<String>,
        role: Option<String>,
    ) -> Self {
        Self(directory::Person { id, user_name, active, given_name, family_name, email, role })
    }

    fn __repr__(&self) -> String {
        format!("Person(id={:?}, active={})", self.0.id, if self.0.active { "True" } else { "False" })
    }
);

/// A group of the directory.
#[pyclass(frozen, eq, module = "heap_identity")]
#[derive(Clone, PartialEq)]
pub(crate) struct Group(directory::Group);

table!(Group {
    /// The directory's own id: a rename keeps it (R28).
    id: &str = |group| &group.id;
    name: &str = |group| &group.name;
    /// Whether the group is bound to the application (D1): only bound groups give access and are synced.
    bound: bool = |group| group.bound;
}
    #[new]
    #[pyo3(signature = (*, id, name, bound=true))]
    fn new(id: String, name: String, bound: bool) -> Self {
        Self(directory::Group { id, name, bound })
    }

    fn __repr__(&self) -> String {
        format!("Group(id={:?}, name={:?})", self.0.id, self.0.name)
    }
);

/// Whether a person may use the application (R12), and why. It is true where access is granted.
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Access {
    granted: bool,
    /// The bound groups that hold the person.
    groups: Vec<Group>,
    /// Why not, as a stable code; `None` where access is granted.
    code: Option<&'static str>,
    /// Why not, and what to do, for people.
    reason: Option<String>,
}

#[pymethods]
impl Access {
    fn __bool__(&self) -> bool {
        self.granted
    }

    fn __repr__(&self) -> String {
        let granted = if self.granted { "True" } else { "False" };
        format!("Access(granted={granted}, groups={}, code={:?})", self.groups.len(), self.code)
    }
}

/// What the directory says at one moment, whole: whoever is not in it is gone at the identity provider (D1, D11).
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Snapshot(pub(crate) directory::Snapshot);

table!(Snapshot {
    people_count: usize = |snapshot| snapshot.people_count();
    group_count: usize = |snapshot| snapshot.group_count();
    membership_count: usize = |snapshot| snapshot.membership_count();
    /// Whether groups and memberships are managed at Heap at all (R24, R31).
    group_management: bool = |snapshot| snapshot.has_group_management();
}
    /// A directory file: `{"users": [...], "groups": [...], "groupManagement"?}`.
    ///
    /// `ignored` is called with the path of each key that is not known. Raises `InvalidInput` with the line
    /// (`directory.file`) for a file that is malformed or of another shape.
    #[staticmethod]
    #[pyo3(signature = (text, *, ignored=None))]
    fn from_json(py: Python<'_>, text: &str, ignored: Option<&Bound<'_, PyAny>>) -> PyResult<Self> {
        let (snapshot, keys) = py.detach(|| {
            let mut keys = Vec::new();
            (directory::snapshot_from_json(text, |key| keys.push(key.to_owned())), keys)
        });
        let snapshot = snapshot.raise(py)?;
        if let Some(ignored) = ignored {
            keys.iter().try_for_each(|key| ignored.call1((key,)).map(drop))?;
        }
        Ok(Self(snapshot))
    }

    /// The whole directory; a membership is a group's id and a person's.
    ///
    /// Raises `InvalidInput` for an id that occurs twice, `ValueError` for a membership of somebody who is not given.
    #[staticmethod]
    #[pyo3(signature = (*, people, groups, memberships, group_management=true))]
    fn of(
        py: Python<'_>,
        people: &Bound<'_, PyAny>,
        groups: &Bound<'_, PyAny>,
        memberships: &Bound<'_, PyAny>,
        group_management: bool,
    ) -> PyResult<Self> {
        let mut builder = directory::Snapshot::builder();
        builder.group_management(group_management);
        let (mut person_of, mut group_of) = (HashMap::new(), HashMap::new());
        for person in people.try_iter()? {
            let person = person?;
            let person = &person.cast::<Person>()?.get().0;
            person_of.insert(person.id.clone(), builder.person(person).raise(py)?);
        }
        for group in groups.try_iter()? {
            let group = group?;
            let group = &group.cast::<Group>()?.get().0;
            group_of.insert(group.id.clone(), builder.group(group).raise(py)?);
        }
        for membership in memberships.try_iter()? {
            let (group, person): (String, String) = membership?.extract()?;
            match (group_of.get(&group), person_of.get(&person)) {
                (Some(group), Some(person)) => builder.member(*group, *person),
                _ => return Err(wrong(format!("the membership of `{person}` in `{group}` names somebody or something that is not given"))),
            }
        }
        py.detach(|| builder.complete()).map(Self).raise(py)
    }

    /// The whole directory out of three tables with `__arrow_c_stream__`: those of pyarrow, polars, duckdb and pandas.
    ///
    /// `people` has the columns `id`, `userName`, `active`, and may have `givenName`, `familyName`, `email`, `role`; `groups` has
    /// `id`, `name`, and may have `bound`; `memberships` has `group` and `person`, their ids. Texts may be string, large_string,
    /// string_view or dictionaries of them, nulls are what the directory does not say, and other columns are passed over.
    ///
    /// Raises `InvalidInput` with table, column and row (`directory.table`) for what is of another type, empty or null where it
    /// must not be, or the id of nobody; and for an id that occurs twice. Without the interpreter's lock while it reads.
    #[staticmethod]
    #[pyo3(signature = (*, people, groups, memberships, group_management=true))]
    fn from_arrow(
        py: Python<'_>,
        people: &Bound<'_, PyAny>,
        groups: &Bound<'_, PyAny>,
        memberships: &Bound<'_, PyAny>,
        group_management: bool,
    ) -> PyResult<Self> {
        arrow::snapshot(py, [people, groups, memberships], group_management).map(Self)
    }

    /// Everybody, by directory id.
    fn people(&self) -> Vec<Person> {
        self.0.people().map(|person| Person(person.to_person())).collect()
    }

    /// All groups, by directory id.
    fn groups(&self) -> Vec<Group> {
        self.0.groups().map(|group| Group(group.to_group())).collect()
    }

    /// The person with this directory id.
    fn person(&self, id: &str) -> Option<Person> {
        self.0.person(id).map(|person| Person(person.to_person()))
    }

    /// The group with this directory id.
    fn group(&self, id: &str) -> Option<Group> {
        self.0.group(id).map(|group| Group(group.to_group()))
    }

    /// The ids of a group's members; none where there is no such group.
    fn members(&self, group: &str) -> Vec<&str> {
        let members = self.0.group(group).into_iter().flat_map(|group| group.members());
        members.map(|person| person.id()).collect()
    }

    /// Whether a person, by directory id, may use the application, and why (R12).
    fn access(&self, person: &str) -> Access {
        match self.0.access(person) {
            directory::Access::Granted { groups } => {
                let groups = groups.iter().map(|group| Group(group.to_group())).collect();
                Access { granted: true, groups, code: None, reason: None }
            }
            directory::Access::Denied(denial) => Access {
                granted: false,
                groups: Vec::new(),
                code: Some(denial.code()),
                reason: Some(denial.to_string()),
            },
        }
    }

    fn __repr__(&self) -> String {
        let (people, groups) = (self.people_count(), self.group_count());
        format!("Snapshot(people={people}, groups={groups}, memberships={})", self.membership_count())
    }
);

/// What one snapshot alone has, or both have in different ways: a word for it, and the number in one of them.
struct Differing<N> {
    how: &'static str,
    is_before: bool,
    number: N,
}

/// How two snapshots of one directory differ, by directory ids.
//
// By numbers: ids are read out of the snapshots when they are asked for.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Diff {
    before: directory::Snapshot,
    after: directory::Snapshot,
    people: Vec<Differing<PersonId>>,
    groups: Vec<Differing<GroupId>>,
    memberships: Vec<Differing<(GroupId, PersonId)>>,
}

#[pymethods]
impl Diff {
    /// What leads from one snapshot to the other.
    #[staticmethod]
    #[pyo3(signature = (*, before, after))]
    fn between(py: Python<'_>, before: PyRef<'_, Snapshot>, after: PyRef<'_, Snapshot>) -> Self {
        let (before, after) = (&before.0, &after.0);
        py.detach(|| Self::of(before.clone(), after.clone()))
    }

    /// How the person differs, and the directory id.
    #[getter]
    fn people(&self) -> Vec<(&'static str, &str)> {
        let person = |it: &Differing<PersonId>| {
            let person = self.side(it.is_before).person_by_number(it.number)?;
            Some((it.how, person.id()))
        };
        self.people.iter().filter_map(person).collect()
    }

    /// How the group differs, and the directory id.
    #[getter]
    fn groups(&self) -> Vec<(&'static str, &str)> {
        let group = |it: &Differing<GroupId>| {
            let group = self.side(it.is_before).group_by_number(it.number)?;
            Some((it.how, group.id()))
        };
        self.groups.iter().filter_map(group).collect()
    }

    /// How, the group, the person.
    #[getter]
    fn memberships(&self) -> Vec<(&'static str, &str, &str)> {
        let membership = |it: &Differing<(GroupId, PersonId)>| {
            let side = self.side(it.is_before);
            let (group, person) = (side.group_by_number(it.number.0)?, side.person_by_number(it.number.1)?);
            Some((it.how, group.id(), person.id()))
        };
        self.memberships.iter().filter_map(membership).collect()
    }

    #[getter]
    fn is_empty(&self) -> bool {
        self.people.is_empty() && self.groups.is_empty() && self.memberships.is_empty()
    }

    fn __repr__(&self) -> String {
        let (people, groups) = (self.people.len(), self.groups.len());
        format!("Diff(people={people}, groups={groups}, memberships={})", self.memberships.len())
    }
}

impl Diff {
    fn of(before: directory::Snapshot, after: directory::Snapshot) -> Self {
        let diff = directory::Diff::between(&before, &after);
        let people = diff.people().iter().filter_map(|change| {
            let (how, is_before, person) = match change {
                PersonChange::Added(person) => ("added", false, person),
                PersonChange::Removed(person) => ("removed", true, person),
                PersonChange::Changed { after, .. } => ("changed", false, after),
                _ => return None,
            };
            Some(Differing { how, is_before, number: person.number() })
        });
        let groups = diff.groups().iter().filter_map(|change| {
            let (how, is_before, group) = match change {
                GroupChange::Added(group) => ("added", false, group),
                GroupChange::Removed(group) => ("removed", true, group),
                GroupChange::Changed { after, .. } => ("changed", false, after),
                _ => return None,
            };
            Some(Differing { how, is_before, number: group.number() })
        });
        let memberships = diff.memberships().filter_map(|change| {
            let (how, is_before, group, person) = match change {
                MembershipChange::Joined(group, person) => ("joined", false, group, person),
                MembershipChange::Left(group, person) => ("left", true, group, person),
                _ => return None,
            };
            Some(Differing { how, is_before, number: (group.number(), person.number()) })
        });
        let (people, groups, memberships) = (people.collect(), groups.collect(), memberships.collect());
        Self { before, after, people, groups, memberships }
    }

    fn side(&self, is_before: bool) -> &directory::Snapshot {
        if is_before { &self.before } else { &self.after }
    }
}
