//! The store in memory: everything behind a number, indexed by what is looked up.

use alloc::{
    borrow::{Cow, ToOwned},
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    string::String,
    vec::Vec,
};

use jiff::Timestamp;

use super::store::{IndexKey, Kind, MemberChange, Record, Store, StoredMember, Version};
use crate::scim::{Document, Error, ErrorKind, text::fold};

/// The number of a resource: given once, in the order in which resources are made.
pub(super) type Slot = u32;
/// Resources by a text: several may have the same.
type Index = BTreeSet<(String, Slot)>;

/// A [`Store`] in memory.
#[derive(Clone, Debug, Default)]
pub struct MemoryStore {
    pub(super) version: u64,
    pub(super) last_slot: Slot,
    entries: BTreeMap<Slot, (Kind, Record)>,
    pub(super) ids: BTreeMap<String, Slot>,
    users: Table,
    groups: Table,
    /// (group, member), with the name for display that came with it.
    members: BTreeMap<(Slot, Slot), Option<Box<str>>>,
    /// (member, group).
    memberships: BTreeSet<(Slot, Slot)>,
    /// The ids of what was written since it was last asked, once somebody has asked.
    pub(super) written: Option<BTreeSet<String>>,
}

/// The resources of one type.
#[derive(Clone, Debug, Default)]
struct Table {
    /// In the order in which they were made: ascending.
    order: Vec<Slot>,
    user_names: Index,
    external_ids: Index,
    display_names: Index,
}

impl Table {
    /// Each index with the key that a document has in it.
    fn indexes(&mut self, document: &Document) -> [(&mut Index, Option<String>); 3] {
        [
            (&mut self.user_names, document.text("userName").map(fold)),
            (&mut self.external_ids, document.text("externalId").map(ToOwned::to_owned)),
            (&mut self.display_names, document.text("displayName").map(fold)),
        ]
    }

    fn insert(&mut self, slot: Slot, document: &Document) {
        for (index, key) in self.indexes(document) {
            index.extend(key.map(|key| (key, slot)));
        }
    }

    fn remove(&mut self, slot: Slot, document: &Document) {
        for (index, key) in self.indexes(document) {
            if let Some(key) = key {
                index.remove(&(key, slot));
            }
        }
    }
}

impl MemoryStore {
    /// An empty store.
    pub fn new() -> Self {
        Self::default()
    }

    const fn table(&self, kind: Kind) -> &Table {
        match kind {
            Kind::User => &self.users,
            Kind::Group => &self.groups,
        }
    }

    const fn table_mut(&mut self, kind: Kind) -> &mut Table {
        match kind {
            Kind::User => &mut self.users,
            Kind::Group => &mut self.groups,
        }
    }

    fn slot(&self, kind: Kind, id: &str) -> Option<Slot> {
        let slot = *self.ids.get(id)?;
        self.entries.get(&slot).filter(|(own, _)| *own == kind)?;
        Some(slot)
    }

    fn record(&self, slot: Slot) -> Option<Cow<'_, Record>> {
        self.entries.get(&slot).map(|(_, record)| Cow::Borrowed(record))
    }

    fn note_written(&mut self, id: &str) {
        if let Some(written) = &mut self.written {
            written.insert(id.to_owned());
        }
    }

    /// The numbers of the members of a change, or an error before anything is changed.
    fn slots(&self, members: &MemberChange) -> Result<Vec<Slot>, Error> {
        let unknown = || Error::new(ErrorKind::Internal, "a member to be added is not stored");
        members.add.iter().map(|(id, _)| self.ids.get(id).copied().ok_or_else(unknown)).collect()
    }

    /// Adds members without another version.
    pub(super) fn add_members(&mut self, group: &str, members: &MemberChange) -> Result<(), Error> {
        let joining = self.slots(members)?;
        if let Some(slot) = self.slot(Kind::Group, group) {
            self.apply(slot, members, &joining);
        }
        Ok(())
    }

    fn apply(&mut self, group: Slot, members: &MemberChange, joining: &[Slot]) {
        for id in &members.remove {
            if let Some(member) = self.ids.get(id) {
                self.members.remove(&(group, *member));
                self.memberships.remove(&(*member, group));
            }
        }
        for (member, (_, display)) in joining.iter().zip(&members.add) {
            self.members.insert((group, *member), display.as_deref().map(Into::into));
            self.memberships.insert((*member, group));
        }
    }
}

impl Store for MemoryStore {
    fn next_version(&mut self) -> Version {
        self.version += 1;
        Version(self.version)
    }

    fn get(&self, kind: Kind, id: &str) -> Option<Cow<'_, Record>> {
        self.record(self.slot(kind, id)?)
    }

    fn find(&self, kind: Kind, key: IndexKey<'_>) -> Vec<Cow<'_, Record>> {
        let table = self.table(kind);
        let (index, key) = match key {
            IndexKey::UserName(name) => (&table.user_names, fold(name)),
            IndexKey::ExternalId(id) => (&table.external_ids, id.to_owned()),
            IndexKey::DisplayName(name) => (&table.display_names, fold(name)),
            IndexKey::Member(id) => {
                return if kind == Kind::Group { self.groups_of(id).collect() } else { Vec::new() };
            }
        };
        let found = index.range((key.clone(), Slot::MIN)..=(key, Slot::MAX));
        found.filter_map(|(_, slot)| self.record(*slot)).collect()
    }

    fn count(&self, kind: Kind) -> u64 {
        self.table(kind).order.len() as u64
    }

    fn records(&self, kind: Kind, start: u64) -> Box<dyn Iterator<Item = Cow<'_, Record>> + '_> {
        let start = usize::try_from(start).unwrap_or(usize::MAX);
        let slots = self.table(kind).order.get(start..).unwrap_or_default();
        Box::new(slots.iter().filter_map(|slot| self.record(*slot)))
    }

    fn members(&self, group: &str) -> Box<dyn Iterator<Item = StoredMember<'_>> + '_> {
        let Some(group) = self.slot(Kind::Group, group) else { return Box::new(core::iter::empty()) };
        let members = self.members.range((group, Slot::MIN)..=(group, Slot::MAX));
        Box::new(members.filter_map(|((_, member), display)| {
            let (kind, record) = self.entries.get(member)?;
            let display = display.as_deref().map(Cow::Borrowed);
            Some(StoredMember { id: Cow::Borrowed(record.id()), kind: *kind, display })
        }))
    }

    fn is_member(&self, group: &str, id: &str) -> bool {
        let (Some(group), Some(member)) = (self.ids.get(group), self.ids.get(id)) else { return false };
        self.members.contains_key(&(*group, *member))
    }

    fn groups_of(&self, id: &str) -> Box<dyn Iterator<Item = Cow<'_, Record>> + '_> {
        let Some(member) = self.ids.get(id) else { return Box::new(core::iter::empty()) };
        let groups = self.memberships.range((*member, Slot::MIN)..=(*member, Slot::MAX));
        Box::new(groups.filter_map(|(_, group)| self.record(*group)))
    }

    fn put(&mut self, kind: Kind, record: Record, members: &MemberChange) -> Result<(), Error> {
        let joining = self.slots(members)?;
        self.note_written(record.id());
        let slot = match self.ids.get(record.id()) {
            Some(slot) => {
                let slot = *slot;
                if self.slot(kind, record.id()).is_none() {
                    return Err(Error::new(
                        ErrorKind::Internal,
                        "the id is that of a resource of another type",
                    ));
                }
                if let Some((_, old)) = self.entries.remove(&slot) {
                    self.table_mut(kind).remove(slot, &old.document);
                }
                slot
            }
            None => {
                let full = || Error::new(ErrorKind::Internal, "the store has given all its numbers");
                self.last_slot = self.last_slot.checked_add(1).ok_or_else(full)?;
                let slot = self.last_slot;
                self.ids.insert(record.id().into(), slot);
                self.table_mut(kind).order.push(slot);
                slot
            }
        };
        self.table_mut(kind).insert(slot, &record.document);
        self.entries.insert(slot, (kind, record));
        self.apply(slot, members, &joining);
        Ok(())
    }

    fn change_members(
        &mut self,
        group: &str,
        members: &MemberChange,
        version: Version,
        now: Timestamp,
    ) -> Result<(), Error> {
        let joining = self.slots(members)?;
        let slot = self.slot(Kind::Group, group);
        let Some((slot, (_, record))) = slot.and_then(|slot| Some((slot, self.entries.get_mut(&slot)?)))
        else {
            return Err(Error::new(ErrorKind::NotFound, "there is no such group"));
        };
        record.stamp(version, now);
        self.note_written(group);
        self.apply(slot, members, &joining);
        Ok(())
    }

    fn remove(&mut self, kind: Kind, id: &str) -> Result<bool, Error> {
        let Some(slot) = self.slot(kind, id) else { return Ok(false) };
        if let Some((_, record)) = self.entries.remove(&slot) {
            self.table_mut(kind).remove(slot, &record.document);
        }
        self.ids.remove(id);
        self.note_written(id);
        let order = &mut self.table_mut(kind).order;
        if let Ok(place) = order.binary_search(&slot) {
            order.remove(place);
        }
        let groups: Vec<Slot> =
            self.memberships.range((slot, Slot::MIN)..=(slot, Slot::MAX)).map(|(_, group)| *group).collect();
        for group in groups {
            self.memberships.remove(&(slot, group));
            self.members.remove(&(group, slot));
        }
        let members: Vec<Slot> = self
            .members
            .range((slot, Slot::MIN)..=(slot, Slot::MAX))
            .map(|((_, member), _)| *member)
            .collect();
        for member in members {
            self.members.remove(&(slot, member));
            self.memberships.remove(&(member, slot));
        }
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec, vec::Vec};

    use super::{Document, IndexKey, Kind, MemberChange, MemoryStore, Record, Store, Timestamp, Version};

    fn user(store: &mut MemoryStore, id: &str, name: &str) {
        let mut document = Document::new();
        document.set("userName", name);
        let version = store.next_version();
        let record = Record::create(document, Kind::User, id, "https://h", version, Timestamp::UNIX_EPOCH);
        store.put(Kind::User, record, &MemberChange::default()).unwrap();
    }

    fn group(store: &mut MemoryStore, id: &str, members: &[&str]) {
        let mut document = Document::new();
        document.set("displayName", id);
        let version = store.next_version();
        let record = Record::create(document, Kind::Group, id, "https://h", version, Timestamp::UNIX_EPOCH);
        let add = members.iter().map(|id| ((*id).into(), None)).collect();
        store.put(Kind::Group, record, &MemberChange { add, remove: vec![] }).unwrap();
    }

    #[test]
    fn an_index_follows_every_write() {
        let mut store = MemoryStore::new();
        user(&mut store, "1", "Ann");
        assert_eq!(store.find(Kind::User, IndexKey::UserName("ANN")).len(), 1);
        user(&mut store, "1", "Bea");
        assert_eq!(store.find(Kind::User, IndexKey::UserName("ann")).len(), 0);
        assert_eq!(store.find(Kind::User, IndexKey::UserName("bea")).len(), 1);
        store.remove(Kind::User, "1").unwrap();
        assert_eq!(store.find(Kind::User, IndexKey::UserName("bea")).len(), 0);
        assert_eq!(store.count(Kind::User), 0);
    }

    #[test]
    fn a_page_keeps_the_order_in_which_resources_were_made() {
        let mut store = MemoryStore::new();
        for number in 0..5 {
            user(&mut store, &format!("{number}"), "x");
        }
        store.remove(Kind::User, "1").unwrap();
        user(&mut store, "3", "changed");
        let ids: Vec<_> = store.records(Kind::User, 1).map(|record| record.id().to_owned()).collect();
        assert_eq!(ids, ["2", "3", "4"]);
        assert_eq!(store.records(Kind::User, u64::MAX).count(), 0);
    }

    use alloc::borrow::ToOwned;

    #[test]
    fn removing_a_user_ends_the_memberships_and_removing_a_group_leaves_the_users() {
        let mut store = MemoryStore::new();
        user(&mut store, "1", "a");
        user(&mut store, "2", "b");
        group(&mut store, "g", &["1", "2"]);
        store.remove(Kind::User, "1").unwrap();
        assert_eq!(store.members("g").map(|member| member.id.into_owned()).collect::<Vec<_>>(), ["2"]);
        store.remove(Kind::Group, "g").unwrap();
        assert_eq!((store.count(Kind::User), store.groups_of("2").count()), (1, 0));
    }

    #[test]
    fn a_membership_is_known_from_both_sides_and_forgotten_on_both() {
        let mut store = MemoryStore::new();
        user(&mut store, "1", "a");
        group(&mut store, "g", &["1"]);
        assert_eq!((store.members("g").count(), store.groups_of("1").count()), (1, 1));
        let change = MemberChange { add: vec![], remove: vec!["1".into()] };
        store.change_members("g", &change, Version(9), Timestamp::UNIX_EPOCH).unwrap();
        assert_eq!((store.members("g").count(), store.groups_of("1").count()), (0, 0));
        assert_eq!(store.get(Kind::Group, "g").unwrap().version, Version(9));
    }

    #[test]
    fn a_change_that_cannot_be_made_changes_nothing() {
        let mut store = MemoryStore::new();
        user(&mut store, "1", "a");
        group(&mut store, "g", &["1"]);
        let before = store.get(Kind::Group, "g").unwrap().into_owned();
        let change = MemberChange { add: vec![("nobody".into(), None)], remove: vec!["1".into()] };
        assert!(store.change_members("g", &change, Version(99), Timestamp::UNIX_EPOCH).is_err());
        assert!(store.is_member("g", "1"));
        assert_eq!(*store.get(Kind::Group, "g").unwrap(), before);
    }
}
