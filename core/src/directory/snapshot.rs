use alloc::{
    string::{String, ToString},
    sync::Arc,
    vec,
    vec::Vec,
};
use core::{cmp::Ordering, num::NonZeroU32};

use super::{
    Group, Person,
    memberships::{Memberships, Told},
    texts::{Fields, Full, Texts},
};

/// The number of a person within one snapshot, in the order of directory ids.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct PersonId(Number);

/// The number of a group within one snapshot, in the order of directory ids.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct GroupId(Number);

/// A number below `u32::MAX`, kept as one more: a caller's table of perhaps-known people then takes four bytes for each.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
struct Number(NonZeroU32);

impl Number {
    /// `number` is that of a row, so it has a successor.
    const fn new(number: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(number))
    }

    /// The number of the row after `length` others.
    fn after(length: usize) -> Result<Self, Error> {
        u32::try_from(length).ok().filter(|number| *number < u32::MAX).map(Self::new).ok_or(Error::TooLarge)
    }

    const fn get(self) -> u32 {
        self.0.get() - 1
    }
}

/// Why a source cannot become a snapshot.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// Two groups have the same directory id.
    #[error("group id `{0}` occurs twice; each group needs an id of its own")]
    GroupTwice(String),
    /// A membership names a group or person that the builder has not given out.
    #[error("a membership names a group or person of another snapshot")]
    Membership,
    /// Two people have the same directory id.
    #[error("person id `{0}` occurs twice; each person needs an id of their own")]
    PersonTwice(String),
    /// More people, groups or text than a snapshot can number.
    #[error("the source is too large: at most 4,294,967,294 people and groups, and 4 GB of text")]
    TooLarge,
}

impl Error {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::GroupTwice(_) => "directory.group_twice",
            Self::Membership => "directory.membership",
            Self::PersonTwice(_) => "directory.person_twice",
            Self::TooLarge => "directory.too_large",
        }
    }
}

impl From<Full> for Error {
    fn from(_: Full) -> Self {
        Self::TooLarge
    }
}

/// Id, user name, given name, family name, email, role.
#[derive(Clone, Copy, Debug)]
struct PersonRow {
    texts: Fields<6>,
    active: bool,
}

/// Id and name.
#[derive(Clone, Copy, Debug)]
struct GroupRow {
    texts: Fields<2>,
    bound: bool,
}

/// Collects a directory in any order.
///
/// ```
/// use heap_identity::directory::{Group, Person, Snapshot};
/// let mut builder = Snapshot::builder();
/// let ann = builder.person(&Person { id: "u1".into(), user_name: "ann@example.com".into(), active: true, ..Person::default() })?;
/// let team = builder.group(&Group { id: "g1".into(), name: "Analysts".into(), bound: true })?;
/// builder.member(team, ann);
/// let snapshot = builder.complete()?;
/// assert_eq!(snapshot.membership_count(), 1);
/// # Ok::<(), heap_identity::directory::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct SnapshotBuilder {
    texts: Texts,
    people: Vec<PersonRow>,
    groups: Vec<GroupRow>,
    memberships: Told,
    group_management: bool,
}

impl SnapshotBuilder {
    /// Adds a person; the handle is for [`Self::member`].
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub fn person(&mut self, person: &Person) -> Result<PersonId, Error> {
        let number = Number::after(self.people.len())?;
        let texts = self.texts.push([
            Some(&person.id),
            Some(&person.user_name),
            person.given_name.as_deref(),
            person.family_name.as_deref(),
            person.email.as_deref(),
            person.role.as_deref(),
        ])?;
        self.people.push(PersonRow { texts, active: person.active });
        Ok(PersonId(number))
    }

    /// Adds a group; the handle is for [`Self::member`].
    ///
    /// # Errors
    /// [`Error::TooLarge`].
    pub fn group(&mut self, group: &Group) -> Result<GroupId, Error> {
        let number = Number::after(self.groups.len())?;
        let texts = self.texts.push([Some(&group.id), Some(&group.name)])?;
        self.groups.push(GroupRow { texts, bound: group.bound });
        Ok(GroupId(number))
    }

    /// Puts a person into a group; doing so twice is the same as once.
    pub fn member(&mut self, group: GroupId, person: PersonId) {
        self.memberships.push(group.0.get(), person.0.get());
    }

    /// Says whether groups and memberships are managed at Heap at all (R24, R31); they are unless this says no.
    pub fn group_management(&mut self, on: bool) {
        self.group_management = on;
    }

    /// The source says that nothing is missing: the only way to a [`Snapshot`] (D11).
    ///
    /// # Errors
    /// An id that occurs twice, or a membership of a foreign handle.
    pub fn complete(self) -> Result<Snapshot, Error> {
        let Self { texts, people, groups, memberships, group_management } = self;
        let (people, new_person) =
            sorted(people, |row| texts.required(&row.texts, 0)).map_err(Error::PersonTwice)?;
        let (groups, new_group) =
            sorted(groups, |row| texts.required(&row.texts, 0)).map_err(Error::GroupTwice)?;
        let memberships = memberships.sorted(&new_group, &new_person).ok_or(Error::Membership)?;
        let (texts, people, memberships) = (Arc::new(texts), Arc::new(people), Arc::new(memberships));
        Ok(Snapshot { texts, people, groups, memberships, group_management })
    }
}

/// A directory at one moment: people, groups and memberships, sorted by directory id. A clone shares all but the list of groups.
#[derive(Clone, Debug)]
pub struct Snapshot {
    texts: Arc<Texts>,
    people: Arc<Vec<PersonRow>>,
    groups: Vec<GroupRow>,
    memberships: Arc<Memberships>,
    group_management: bool,
}

impl Snapshot {
    /// A builder for a snapshot.
    pub fn builder() -> SnapshotBuilder {
        SnapshotBuilder {
            texts: Texts::default(),
            people: Vec::new(),
            groups: Vec::new(),
            memberships: Told::default(),
            group_management: true,
        }
    }

    /// The same directory as one application sees it: with the groups bound that it binds, by directory id (D1), and group
    /// management as it has it (R24). People and memberships are shared, not copied.
    ///
    /// ```
    /// use heap_identity::directory::{Group, Snapshot};
    /// let mut builder = Snapshot::builder();
    /// builder.group(&Group { id: "g1".into(), name: "Analysts".into(), bound: false })?;
    /// let view = builder.complete()?.seen_by(|group| group == "g1", true);
    /// assert!(view.group("g1").is_some_and(|group| group.is_bound()));
    /// # Ok::<(), heap_identity::directory::Error>(())
    /// ```
    #[must_use]
    pub fn seen_by(&self, binds: impl Fn(&str) -> bool, group_management: bool) -> Self {
        let mut view = Self { group_management, ..self.clone() };
        for row in &mut view.groups {
            row.bound = binds(view.texts.required(&row.texts, 0));
        }
        view
    }

    /// All people, in the order of their directory ids.
    pub fn people(&self) -> impl Iterator<Item = PersonView<'_>> {
        self.people.iter().zip(0..).map(|(row, number)| PersonView { snapshot: self, row, number })
    }

    /// All groups, in the order of their directory ids.
    pub fn groups(&self) -> impl Iterator<Item = GroupView<'_>> {
        self.groups.iter().zip(0..).map(|(row, number)| GroupView { snapshot: self, row, number })
    }

    /// The person with a directory id.
    pub fn person(&self, id: &str) -> Option<PersonView<'_>> {
        let found = self.people.binary_search_by(|row| self.texts.required(&row.texts, 0).cmp(id)).ok()?;
        self.person_at(u32::try_from(found).ok()?)
    }

    /// The group with a directory id.
    pub fn group(&self, id: &str) -> Option<GroupView<'_>> {
        let found = self.groups.binary_search_by(|row| self.texts.required(&row.texts, 0).cmp(id)).ok()?;
        self.group_at(u32::try_from(found).ok()?)
    }

    /// The person with a number of this snapshot ([`PersonView::number`]).
    pub fn person_by_number(&self, number: PersonId) -> Option<PersonView<'_>> {
        self.person_at(number.0.get())
    }

    /// The group with a number of this snapshot ([`GroupView::number`]).
    pub fn group_by_number(&self, number: GroupId) -> Option<GroupView<'_>> {
        self.group_at(number.0.get())
    }

    /// How many people there are.
    pub fn people_count(&self) -> usize {
        self.people.len()
    }

    /// How many groups there are.
    pub fn group_count(&self) -> usize {
        self.groups.len()
    }

    /// How many memberships there are.
    pub fn membership_count(&self) -> usize {
        self.memberships.count()
    }

    /// Whether groups and memberships are managed at Heap (R24).
    pub fn has_group_management(&self) -> bool {
        self.group_management
    }

    /// The numbers of a group's members, in ascending order.
    pub(super) fn member_numbers(&self, group: u32) -> &[u32] {
        self.memberships.of(group)
    }

    pub(super) fn person_at(&self, number: u32) -> Option<PersonView<'_>> {
        let row = self.people.get(number as usize)?;
        Some(PersonView { snapshot: self, row, number })
    }

    pub(super) fn group_at(&self, number: u32) -> Option<GroupView<'_>> {
        let row = self.groups.get(number as usize)?;
        Some(GroupView { snapshot: self, row, number })
    }
}

/// A person of a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct PersonView<'s> {
    snapshot: &'s Snapshot,
    row: &'s PersonRow,
    number: u32,
}

impl<'s> PersonView<'s> {
    /// Which person of [`Snapshot::people`] it is, from 0.
    pub(crate) fn row_number(&self) -> u32 {
        self.number
    }

    /// The person's number in this snapshot.
    pub fn number(&self) -> PersonId {
        PersonId(Number::new(self.number))
    }

    /// The directory id.
    pub fn id(&self) -> &'s str {
        self.snapshot.texts.required(&self.row.texts, 0)
    }

    /// The user name (R21).
    pub fn user_name(&self) -> &'s str {
        self.snapshot.texts.required(&self.row.texts, 1)
    }

    /// False for a suspended person.
    pub fn is_active(&self) -> bool {
        self.row.active
    }

    /// The given name, where the directory has one.
    pub fn given_name(&self) -> Option<&'s str> {
        self.snapshot.texts.get(&self.row.texts, 2)
    }

    /// The family name, where the directory has one.
    pub fn family_name(&self) -> Option<&'s str> {
        self.snapshot.texts.get(&self.row.texts, 3)
    }

    /// The email address, where the directory has one.
    pub fn email(&self) -> Option<&'s str> {
        self.snapshot.texts.get(&self.row.texts, 4)
    }

    /// Heap's role, where the directory gives one (D8).
    pub fn role(&self) -> Option<&'s str> {
        self.snapshot.texts.get(&self.row.texts, 5)
    }

    /// The person as a value of its own.
    pub fn to_person(&self) -> Person {
        Person {
            id: self.id().to_string(),
            user_name: self.user_name().to_string(),
            active: self.is_active(),
            given_name: self.given_name().map(ToString::to_string),
            family_name: self.family_name().map(ToString::to_string),
            email: self.email().map(ToString::to_string),
            role: self.role().map(ToString::to_string),
        }
    }

    /// Whether two people, of any two snapshots, are the same in everything that the directory says.
    pub fn same_as(&self, other: &PersonView<'_>) -> bool {
        let texts = (&self.snapshot.texts, &other.snapshot.texts);
        self.is_active() == other.is_active() && texts.0.are_same(&self.row.texts, texts.1, &other.row.texts)
    }
}

/// A group of a snapshot.
#[derive(Clone, Copy, Debug)]
pub struct GroupView<'s> {
    snapshot: &'s Snapshot,
    row: &'s GroupRow,
    number: u32,
}

impl<'s> GroupView<'s> {
    pub(super) fn row_number(&self) -> u32 {
        self.number
    }

    /// The group's number in this snapshot.
    pub fn number(&self) -> GroupId {
        GroupId(Number::new(self.number))
    }

    /// The directory id.
    pub fn id(&self) -> &'s str {
        self.snapshot.texts.required(&self.row.texts, 0)
    }

    /// The name (R21).
    pub fn name(&self) -> &'s str {
        self.snapshot.texts.required(&self.row.texts, 1)
    }

    /// Whether the group is bound to the application (D1).
    pub fn is_bound(&self) -> bool {
        self.row.bound
    }

    /// The group as a value of its own.
    pub fn to_group(&self) -> Group {
        Group { id: self.id().to_string(), name: self.name().to_string(), bound: self.is_bound() }
    }

    /// Whether a person of the same snapshot is a member.
    pub fn contains(&self, person: PersonId) -> bool {
        self.snapshot.member_numbers(self.number).binary_search(&person.0.get()).is_ok()
    }

    /// The members, in the order of their directory ids.
    pub fn members(&self) -> impl Iterator<Item = PersonView<'s>> + use<'s> {
        let snapshot = self.snapshot;
        snapshot.member_numbers(self.number).iter().filter_map(move |person| snapshot.person_at(*person))
    }
}

/// The rows in the order of their ids, and for each old number the new one; or an id that occurs twice.
fn sorted<'t, R: Copy>(rows: Vec<R>, id: impl Fn(&R) -> &'t str) -> Result<(Vec<R>, Vec<u32>), String> {
    let old_row = |key: &Key| rows.get(key.number as usize);
    let old_id = |key: &Key| old_row(key).map(&id).unwrap_or_default();
    let mut order: Vec<Key> = (0..).zip(&rows).map(|(number, row)| Key::new(id(row), number)).collect();
    order.sort_unstable_by(|left, right| left.cmp(right).then_with(|| old_id(left).cmp(old_id(right))));
    let mut new_number = vec![0; rows.len()];
    for (new, key) in (0..).zip(&order) {
        if let Some(slot) = new_number.get_mut(key.number as usize) {
            *slot = new;
        }
    }
    let twice = order
        .iter()
        .zip(order.iter().skip(1))
        .find(|(left, right)| left.cmp(right) == Ordering::Equal && old_id(left) == old_id(right));
    match twice {
        Some((key, _)) => Err(old_id(key).to_string()),
        None => Ok((order.iter().filter_map(old_row).copied().collect(), new_number)),
    }
}

/// An id's first bytes as a number, which as a rule decides the order without a look at the text.
struct Key {
    prefix: u64,
    number: u32,
}

impl Key {
    fn new(id: &str, number: u32) -> Self {
        let mut prefix = [0; 8];
        for (to, from) in prefix.iter_mut().zip(id.bytes()) {
            *to = from;
        }
        Self { prefix: u64::from_be_bytes(prefix), number }
    }

    fn cmp(&self, other: &Self) -> Ordering {
        self.prefix.cmp(&other.prefix)
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use super::{Error, Group, GroupId, Number, Person, PersonId, Snapshot};

    fn person(id: &str) -> Person {
        Person { id: id.into(), user_name: [id, "@example.com"].concat(), active: true, ..Person::default() }
    }

    fn group(id: &str) -> Group {
        Group { id: id.into(), name: ["Group ", id].concat(), bound: true }
    }

    #[test]
    fn the_order_in_which_a_source_is_read_does_not_matter() {
        let mut builder = Snapshot::builder();
        let (b, a) = (builder.person(&person("b")).unwrap(), builder.person(&person("a")).unwrap());
        let (y, x) = (builder.group(&group("y")).unwrap(), builder.group(&group("x")).unwrap());
        for (group, person) in [(y, b), (x, a), (y, a), (y, b)] {
            builder.member(group, person);
        }
        let snapshot = builder.complete().unwrap();
        let members =
            |id| snapshot.group(id).unwrap().members().map(|person| person.id()).collect::<Vec<_>>();
        assert_eq!(members("x"), ["a"]);
        assert_eq!(members("y"), ["a", "b"]);
        assert_eq!(snapshot.membership_count(), 3);
        assert_eq!(snapshot.person("b").unwrap().user_name(), "b@example.com");
        let (ben, team) = (snapshot.person("b").unwrap().number(), snapshot.group("y").unwrap().number());
        assert!(snapshot.group("y").unwrap().contains(ben));
        assert_eq!(snapshot.person_by_number(ben).unwrap().id(), "b");
        assert_eq!(snapshot.group_by_number(team).unwrap().id(), "y");
    }

    #[test]
    fn an_id_that_occurs_twice_is_refused() {
        let mut builder = Snapshot::builder();
        builder.person(&person("a")).unwrap();
        builder.person(&person("a")).unwrap();
        assert_eq!(builder.complete().unwrap_err(), Error::PersonTwice("a".into()));
        let mut builder = Snapshot::builder();
        builder.group(&group("g")).unwrap();
        builder.group(&group("g")).unwrap();
        assert_eq!(builder.complete().unwrap_err(), Error::GroupTwice("g".into()));
    }

    #[test]
    fn a_handle_of_another_snapshot_is_refused() {
        let mut builder = Snapshot::builder();
        builder.member(GroupId(Number::new(3)), PersonId(Number::new(4)));
        assert_eq!(builder.complete().unwrap_err(), Error::Membership);
    }

    #[test]
    fn f20_absent_and_empty_are_kept_apart() {
        let mut builder = Snapshot::builder();
        builder.person(&Person { given_name: Some("".into()), ..person("a") }).unwrap();
        let snapshot = builder.complete().unwrap();
        let ann = snapshot.person("a").unwrap();
        assert_eq!((ann.given_name(), ann.family_name()), (Some(""), None));
    }
}
