//! The table of memberships, whose ids are found again among the people and groups: by as many threads as there are processors.

use std::{
    num::NonZero,
    ops::Range,
    panic::resume_unwind,
    thread::{self, Builder},
};

use heap_identity::directory::{GroupId, PersonId, SnapshotBuilder};

use super::{
    Place, TableError,
    columns::{Columns, Texts},
    ids::{Ids, LookedUp, blocks},
};

/// How many rows are worth a thread.
const PIECE: usize = 1 << 16;

pub(super) struct MembershipColumns {
    count: usize,
    groups: Texts,
    people: Texts,
}

impl MembershipColumns {
    pub(super) fn of(columns: Columns<'_>) -> Result<Self, TableError> {
        Ok(Self {
            count: columns.chunk.num_rows(),
            groups: columns.texts("group")?,
            people: columns.texts("person")?,
        })
    }
}

/// Adds the memberships in the order of their rows; if an id is unknown, the first one is told.
pub(super) fn add(
    builder: &mut SnapshotBuilder,
    chunks: &[MembershipColumns],
    groups: &Ids<GroupId>,
    people: &Ids<PersonId>,
) -> Result<(), TableError> {
    let mut before = 0;
    let chunk = |columns| {
        let chunk = Chunk::new(columns, before, groups, people);
        before += chunk.columns.count;
        chunk
    };
    let chunks: Vec<_> = chunks.iter().map(chunk).collect();
    let pieces: Vec<_> = chunks.iter().flat_map(Chunk::pieces).collect();
    for found in share_out(&pieces, Found::of) {
        found?.add_to(builder);
    }
    Ok(())
}

/// A chunk of the table, behind the rows of the chunks before.
struct Chunk<'c> {
    columns: &'c MembershipColumns,
    before: usize,
    groups: LookedUp<'c, GroupId>,
    people: LookedUp<'c, PersonId>,
}

impl<'c> Chunk<'c> {
    fn new(
        columns: &'c MembershipColumns,
        before: usize,
        groups: &'c Ids<GroupId>,
        people: &'c Ids<PersonId>,
    ) -> Self {
        let groups = LookedUp::new(&columns.groups, groups);
        Self { columns, before, groups, people: LookedUp::new(&columns.people, people) }
    }

    fn pieces(&self) -> impl Iterator<Item = Piece<'_>> {
        let count = self.columns.count;
        (0..count).step_by(PIECE).map(move |start| (self, start..count.min(start + PIECE)))
    }

    fn unknown(&self, row: usize, is_person: bool) -> TableError {
        let (column, texts, table) = if is_person {
            ("person", &self.columns.people, "people")
        } else {
            ("group", &self.columns.groups, "groups")
        };
        let found = texts.get(row).map_or("nothing".to_owned(), |id| format!("`{id}`"));
        let place = Place { table: "memberships", before: self.before, row };
        place.wrong(column, format!("expected an `id` of the table {table}, found {found}"))
    }
}

type Piece<'c> = (&'c Chunk<'c>, Range<usize>);

/// Memberships in the order of their rows: how many follow one another in a group, and who they are.
#[derive(Default)]
struct Found {
    runs: Vec<(GroupId, usize)>,
    people: Vec<PersonId>,
}

impl Found {
    fn of(pieces: &[Piece<'_>]) -> Result<Self, TableError> {
        let mut all = Self::default();
        all.people.reserve_exact(pieces.iter().map(|(_, rows)| rows.len()).sum());
        let (mut groups, mut people) = (Vec::new(), Vec::new());
        for (chunk, rows) in pieces {
            for block in blocks(rows.clone()) {
                chunk.groups.read_runs(block.clone(), &mut groups);
                chunk.people.read(block.clone(), &mut people);
                for (row, pair) in block.zip(groups.iter().zip(&people)) {
                    let (Some(group), Some(person)) = pair else {
                        return Err(chunk.unknown(row, pair.0.is_some()));
                    };
                    all.push(*group, *person);
                }
            }
        }
        Ok(all)
    }

    fn push(&mut self, group: GroupId, person: PersonId) {
        self.people.push(person);
        match self.runs.last_mut() {
            Some((last, length)) if *last == group => *length += 1,
            _ => self.runs.push((group, 1)),
        }
    }

    fn add_to(self, builder: &mut SnapshotBuilder) {
        let mut people = self.people.into_iter();
        for (group, length) in self.runs {
            people.by_ref().take(length).for_each(|person| builder.member(group, person));
        }
    }
}

/// What `work` makes of each share, in order.
fn share_out<T: Sync, R: Send>(items: &[T], work: impl Fn(&[T]) -> R + Sync) -> Vec<R> {
    let threads = thread::available_parallelism().map_or(1, NonZero::get);
    let mut shares = items.chunks(items.len().div_ceil(threads).max(1));
    let (own, work) = (shares.next(), &work);
    thread::scope(|scope| {
        let spawn = |share| (share, Builder::new().spawn_scoped(scope, move || work(share)));
        let others: Vec<_> = shares.map(spawn).collect();
        let own = own.map(work);
        let others = others.into_iter().map(|(share, thread)| match thread {
            Ok(thread) => thread.join().unwrap_or_else(|panic| resume_unwind(panic)),
            Err(_) => work(share),
        });
        own.into_iter().chain(others).collect()
    })
}
