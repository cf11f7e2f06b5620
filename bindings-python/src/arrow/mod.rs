//! A snapshot out of Arrow tables: whatever gives a stream through Arrow's PyCapsule interface (pyarrow, polars, duckdb, pandas).

mod columns;
mod ids;
mod memberships;

use core::fmt::{self, Display};

use arrow_array::{
    Array, BooleanArray, RecordBatch, RecordBatchReader,
    ffi_stream::{ArrowArrayStreamReader, FFI_ArrowArrayStream},
};
use heap_identity::directory::{self, Group, GroupId, Person, PersonId, Snapshot, SnapshotBuilder};
use pyo3::{
    Bound, PyAny, PyResult, Python,
    exceptions::PyTypeError,
    types::{PyAnyMethods, PyCapsule, PyCapsuleMethods},
};

use self::{
    columns::{Columns, Texts},
    ids::Ids,
    memberships::MembershipColumns,
};
use crate::error::{Raise, exception};

/// A table that cannot be used: which, where, and what was expected there.
#[derive(Debug)]
pub(crate) struct TableError {
    table: &'static str,
    column: Option<&'static str>,
    row: Option<usize>,
    expected: String,
}

impl TableError {
    fn of(table: &'static str, column: &'static str, expected: impl Into<String>) -> Self {
        Self { table, column: Some(column), row: None, expected: expected.into() }
    }

    /// The stable code of this error.
    pub(crate) const fn code(&self) -> &'static str {
        "directory.table"
    }
}

impl Display for TableError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.table)?;
        if let Some(column) = self.column {
            write!(out, ", column `{column}`")?;
        }
        if let Some(row) = self.row {
            write!(out, ", row {row} from 0")?;
        }
        write!(out, ": {}", self.expected)
    }
}

/// Why three tables are no directory.
enum Failure {
    Table(TableError),
    Directory(directory::Error),
}

impl From<TableError> for Failure {
    fn from(error: TableError) -> Self {
        Self::Table(error)
    }
}

impl From<directory::Error> for Failure {
    fn from(error: directory::Error) -> Self {
        Self::Directory(error)
    }
}

/// The three tables, each whole: who is in none of the rows is gone (D1).
pub(crate) fn snapshot(
    py: Python<'_>,
    [people, groups, memberships]: [&Bound<'_, PyAny>; 3],
    group_management: bool,
) -> PyResult<Snapshot> {
    let people = Stream::of("people", people)?;
    let groups = Stream::of("groups", groups)?;
    let memberships = Stream::of("memberships", memberships)?;
    py.detach(|| build(people, groups, memberships, group_management)).map_err(|failure| match failure {
        Failure::Table(error) => exception(py, &error),
        Failure::Directory(error) => exception(py, &error),
    })
}

fn build(
    people: Stream,
    groups: Stream,
    memberships: Stream,
    group_management: bool,
) -> Result<Snapshot, Failure> {
    let mut builder = Snapshot::builder();
    builder.group_management(group_management);
    // The texts stay where they are: the ids are looked up in them.
    let people = people.chunks(PersonColumns::of)?;
    let groups = groups.chunks(GroupColumns::of)?;
    let people = build_people(&mut builder, &people)?;
    let groups = build_groups(&mut builder, &groups)?;
    let memberships = memberships.chunks(MembershipColumns::of)?;
    memberships::add(&mut builder, &memberships, &groups, &people)?;
    Ok(builder.complete()?)
}

/// A table that is read once, chunk by chunk.
struct Stream {
    table: &'static str,
    reader: ArrowArrayStreamReader,
}

impl Stream {
    fn of(table: &'static str, object: &Bound<'_, PyAny>) -> PyResult<Self> {
        let py = object.py();
        let Ok(stream) = object.getattr("__arrow_c_stream__") else {
            let message = format!(
                "{table}: expected a table with `__arrow_c_stream__` (of pyarrow, polars, duckdb, pandas), found {}",
                object.get_type()
            );
            return Err(PyTypeError::new_err(message));
        };
        let capsule = stream.call0()?;
        let pointer = capsule.cast::<PyCapsule>()?.pointer_checked(Some(c"arrow_array_stream"))?;
        // SAFETY: a capsule of this name points to a stream for as long as it lives (Arrow PyCapsule interface); what is moved out
        // of it is marked as released there.
        #[expect(unsafe_code, reason = "Arrow's C stream interface is a pointer")]
        let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.cast().as_ptr()) };
        let reader = ArrowArrayStreamReader::try_new(stream);
        reader.map(|reader| Self { table, reader }).map_err(|error| Self::unreadable(table, &error)).raise(py)
    }

    /// The columns of every chunk; of one without rows where there is none, so that a missing column is told all the same.
    fn chunks<C>(self, columns: impl Fn(Columns<'_>) -> Result<C, TableError>) -> Result<Vec<C>, TableError> {
        let Self { table, reader } = self;
        columns(Columns { table, chunk: &RecordBatch::new_empty(reader.schema()) })?;
        let chunk = |chunk: Result<RecordBatch, _>| {
            let chunk = chunk.map_err(|error| Self::unreadable(table, &error))?;
            columns(Columns { table, chunk: &chunk })
        };
        reader.map(chunk).collect()
    }

    fn unreadable(table: &'static str, error: &impl Display) -> TableError {
        TableError { table, column: None, row: None, expected: format!("the stream cannot be read: {error}") }
    }
}

struct PersonColumns {
    count: usize,
    id: Texts,
    user_name: Texts,
    active: BooleanArray,
    given_name: Texts,
    family_name: Texts,
    email: Texts,
    role: Texts,
}

impl PersonColumns {
    fn of(columns: Columns<'_>) -> Result<Self, TableError> {
        Ok(Self {
            count: columns.chunk.num_rows(),
            id: columns.texts("id")?,
            user_name: columns.texts("userName")?,
            active: columns.flags("active")?,
            given_name: columns.texts_or_none("givenName")?,
            family_name: columns.texts_or_none("familyName")?,
            email: columns.texts_or_none("email")?,
            role: columns.texts_or_none("role")?,
        })
    }
}

fn build_people(builder: &mut SnapshotBuilder, chunks: &[PersonColumns]) -> Result<Ids<PersonId>, Failure> {
    let mut handles = Vec::with_capacity(chunks.iter().map(|chunk| chunk.count).sum());
    let mut person = Person::default();
    let mut before = 0;
    for chunk in chunks {
        for row in 0..chunk.count {
            let place = Place { table: "people", before, row };
            put(&mut person.id, place.text("id", &chunk.id)?);
            put(&mut person.user_name, place.text("userName", &chunk.user_name)?);
            person.active = place.flag("active", &chunk.active)?;
            put_optional(&mut person.given_name, chunk.given_name.get(row));
            put_optional(&mut person.family_name, chunk.family_name.get(row));
            put_optional(&mut person.email, chunk.email.get(row));
            put_optional(&mut person.role, chunk.role.get(row));
            handles.push(builder.person(&person)?);
        }
        before += chunk.count;
    }
    let ids = chunks.iter().flat_map(|chunk| (0..chunk.count).filter_map(|row| chunk.id.get(row)));
    Ok(Ids::new(handles, ids)?)
}

struct GroupColumns {
    count: usize,
    id: Texts,
    name: Texts,
    bound: Option<BooleanArray>,
}

impl GroupColumns {
    fn of(columns: Columns<'_>) -> Result<Self, TableError> {
        Ok(Self {
            count: columns.chunk.num_rows(),
            id: columns.texts("id")?,
            name: columns.texts("name")?,
            bound: columns.flags_or_none("bound")?,
        })
    }
}

fn build_groups(builder: &mut SnapshotBuilder, chunks: &[GroupColumns]) -> Result<Ids<GroupId>, Failure> {
    let mut handles = Vec::new();
    let mut before = 0;
    for chunk in chunks {
        for row in 0..chunk.count {
            let place = Place { table: "groups", before, row };
            let (id, name) = (place.text("id", &chunk.id)?, place.text("name", &chunk.name)?);
            let bound = chunk.bound.as_ref().map_or(Ok(true), |bound| place.flag("bound", bound))?;
            handles.push(builder.group(&Group { id: id.to_owned(), name: name.to_owned(), bound })?);
        }
        before += chunk.count;
    }
    let ids = chunks.iter().flat_map(|chunk| (0..chunk.count).filter_map(|row| chunk.id.get(row)));
    Ok(Ids::new(handles, ids)?)
}

/// A row of a table, behind the rows of the chunks before.
struct Place {
    table: &'static str,
    before: usize,
    row: usize,
}

impl Place {
    /// The text that every row has.
    fn text<'t>(&self, column: &'static str, texts: &'t Texts) -> Result<&'t str, TableError> {
        match texts.get(self.row) {
            None => Err(self.wrong(column, "expected a text, found nothing")),
            Some("") => Err(self.wrong(column, "expected a text, found an empty one")),
            Some(text) => Ok(text),
        }
    }

    /// The truth value that every row has: what is not known is not taken for one of them.
    fn flag(&self, column: &'static str, flags: &BooleanArray) -> Result<bool, TableError> {
        let is_known = flags.is_valid(self.row);
        is_known
            .then(|| flags.value(self.row))
            .ok_or_else(|| self.wrong(column, "expected true or false, found nothing"))
    }

    fn wrong(&self, column: &'static str, expected: impl Into<String>) -> TableError {
        TableError { row: Some(self.before + self.row), ..TableError::of(self.table, column, expected) }
    }
}

fn put(to: &mut String, text: &str) {
    to.clear();
    to.push_str(text);
}

fn put_optional(to: &mut Option<String>, text: Option<&str>) {
    match text {
        Some(text) => put(to.get_or_insert_default(), text),
        None => *to = None,
    }
}
