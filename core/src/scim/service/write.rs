//! Writes: create, replace, modify, delete (RFC 7644 3.3, 3.5, 3.6).

use alloc::{borrow::Cow, collections::BTreeMap, format, string::String, vec::Vec};

use jiff::Timestamp;
use serde_json::Value;

use super::{
    Service,
    incoming::{self, Incoming, Members, Membership},
    rules::{Change, Removal, Rules},
    store::{IndexKey, Kind, MemberChange, Record, Store},
};
use crate::scim::{
    Document, Error, ErrorKind,
    patch::{Dialect, Leniency, Op, Operation, Patch, Tolerance},
    text::fold,
};

/// What a write did.
#[derive(Debug)]
pub(super) struct Written {
    /// The resource to show, by its id.
    pub(super) id: String,
    /// Whether the answer shows it: the members of a group are not repeated for a change of members.
    pub(super) shown: bool,
    /// What was tolerated.
    pub(super) tolerated: Vec<Tolerance>,
}

/// What a PATCH comes to.
pub(super) enum Patched {
    /// A change of members and nothing else.
    Members(MemberChange),
    /// The resource as it is to be.
    Resource(Incoming),
}

impl<S: Store, R: Rules> Service<S, R> {
    pub(super) fn create(&mut self, kind: Kind, body: Document, now: Timestamp) -> Result<Written, Error> {
        let mut leniency = Leniency::new(&Dialect::TOLERANT);
        let Incoming { mut document, members } =
            Incoming::read(body, kind, self.described(kind), &mut leniency)?;
        self.rules.create(kind, &mut document)?;
        let members = match members {
            Membership::Whole(members) => members,
            Membership::Unsaid | Membership::Delta(_) => Members::new(),
        };
        let id = self.insert(kind, document, members, None, now)?;
        Ok(Written { id, shown: true, tolerated: leniency.used() })
    }

    /// Stores a new resource and gives its id. `apart_from` is the account that it is separated from, where it is:
    /// the two may share what is otherwise unique.
    fn insert(
        &mut self,
        kind: Kind,
        document: Document,
        members: Members,
        apart_from: Option<&str>,
        now: Timestamp,
    ) -> Result<String, Error> {
        self.check_unique(kind, &document, apart_from)?;
        let id = self.new_id()?;
        let members = incoming::difference(&self.store, &id, members)?;
        let version = self.store.next_version();
        let record = Record::create(document, kind, &id, &self.config.base_url, version, now);
        self.store.put(kind, record, &members)?;
        self.made_late(kind, &id);
        Ok(id)
    }

    /// A random UUID (RFC 9562 5.4).
    ///
    /// # Errors
    /// When the source of randomness gives ids that are taken, time and again.
    fn new_id(&mut self) -> Result<String, Error> {
        const TRIES: usize = 8;
        for _ in 0..TRIES {
            let mut bytes = [0; 16];
            self.entropy.fill(&mut bytes);
            let id = uuid(u128::from_be_bytes(bytes));
            if self.store.get(Kind::User, &id).is_none() && self.store.get(Kind::Group, &id).is_none() {
                return Ok(id);
            }
        }
        Err(Error::new(ErrorKind::Internal, "the source of randomness repeats itself"))
    }

    /// PUT. Attributes that are not named are cleared, but for members (F20).
    pub(super) fn replace(
        &mut self,
        kind: Kind,
        id: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Written, Error> {
        let mut leniency = Leniency::new(&Dialect::TOLERANT);
        let incoming =
            Incoming::read(Document::from_slice(body)?, kind, self.described(kind), &mut leniency)?;
        let id = self.change(kind, id, incoming, now)?;
        Ok(Written { id, shown: true, tolerated: leniency.used() })
    }

    /// PATCH, in whatever dialect it is (D24).
    pub(super) fn modify(
        &mut self,
        kind: Kind,
        id: &str,
        body: &[u8],
        now: Timestamp,
    ) -> Result<Written, Error> {
        let (patched, tolerated) = Patch::in_any_dialect(body, |patch, dialect| {
            self.config.capabilities.check(patch)?;
            self.patched(patch, dialect, kind, id)
        })?;
        self.store_patched(kind, id, patched, tolerated, now)
    }

    /// What a PATCH makes of a resource; nothing is stored yet.
    pub(super) fn patched(
        &self,
        patch: &Patch,
        dialect: &Dialect,
        kind: Kind,
        id: &str,
    ) -> Result<(Patched, Vec<Tolerance>), Error> {
        let (members, rest) = match kind {
            Kind::Group => self.membership(id, patch),
            Kind::User => (None, Cow::Borrowed(patch)),
        };
        if let Some(members) = &members {
            incoming::check(&self.store, id, members)?;
        }
        let record = self.store.get(kind, id).ok_or_else(|| super::no_such(kind))?;
        let (incoming, tolerated) = match members {
            Some(members) if rest.operations.is_empty() => {
                return Ok((Patched::Members(members), Vec::new()));
            }
            Some(members) => {
                let mut document = record.document.clone();
                let applied = rest.apply(&mut document, self.described(kind), dialect)?;
                let incoming = Incoming::stored(document, kind, self.described(kind))?;
                (Incoming { members: Membership::Delta(members), ..incoming }, applied.tolerated)
            }
            None => {
                let mut document = self.whole(kind, &record);
                let applied = rest.apply(&mut document, self.described(kind), dialect)?;
                let mut incoming = Incoming::stored(document, kind, self.described(kind))?;
                if matches!((kind, &incoming.members), (Kind::Group, Membership::Unsaid)) {
                    // After a PATCH no members are none.
                    incoming.members = Membership::Whole(Members::new());
                }
                (incoming, applied.tolerated)
            }
        };
        Ok((Patched::Resource(incoming), tolerated))
    }

    pub(super) fn store_patched(
        &mut self,
        kind: Kind,
        id: &str,
        patched: Patched,
        tolerated: Vec<Tolerance>,
        now: Timestamp,
    ) -> Result<Written, Error> {
        match patched {
            Patched::Members(members) => {
                if !members.is_empty() {
                    let version = self.store.next_version();
                    self.changes_late(kind, id);
                    self.store.change_members(id, &members, version, now)?;
                }
                Ok(Written { id: id.into(), shown: false, tolerated })
            }
            Patched::Resource(incoming) => {
                let id = self.change(kind, id, incoming, now)?;
                Ok(Written { id, shown: true, tolerated })
            }
        }
    }

    /// The members that a PATCH adds and removes by their ids, and its other operations: these do not need the
    /// members, whatever their number. `None` and the whole PATCH where members are written in another way.
    fn membership<'p>(&self, group: &str, patch: &'p Patch) -> (Option<MemberChange>, Cow<'p, Patch>) {
        let mut wanted: BTreeMap<String, Option<Option<String>>> = BTreeMap::new();
        let mut rest = Patch::new();
        for operation in &patch.operations {
            if !names_members(operation) {
                rest.operations.push(operation.clone());
            } else if delta(operation, &mut wanted).is_none() {
                return (None, Cow::Borrowed(patch));
            }
        }
        let mut change = MemberChange::default();
        for (id, joins) in wanted {
            match (joins, self.store.is_member(group, &id)) {
                (Some(display), false) => change.add.push((id, display)),
                (None, true) => change.remove.push(id),
                _ => {}
            }
        }
        (Some(change), Cow::Owned(rest))
    }

    /// Stores a changed resource under the rules, and gives the id under which it is now.
    fn change(&mut self, kind: Kind, id: &str, incoming: Incoming, now: Timestamp) -> Result<String, Error> {
        let Incoming { document: mut after, members } = incoming;
        let before = self.found(kind, id)?;
        for name in ["id", "meta"] {
            if let Some(value) = before.document.get(name) {
                after.set(name, value.clone());
            }
        }
        after.remove("groups");
        if self.rules.change(kind, &before.document, &mut after)? == Change::Separate {
            return self.insert(kind, after, Members::new(), Some(id), now);
        }
        let name = |document: &Document| document.text("userName").map(fold);
        if name(&before.document) != name(&after) {
            self.check_unique(kind, &after, Some(id))?;
        }
        let members = match members {
            Membership::Whole(wanted) => incoming::difference(&self.store, id, wanted)?,
            Membership::Delta(change) => change,
            Membership::Unsaid => MemberChange::default(),
        };
        if after == before.document && members.is_empty() {
            return Ok(id.into());
        }
        let mut record = Record { document: after, version: before.version };
        record.stamp(self.store.next_version(), now);
        self.changes_late(kind, id);
        self.store.put(kind, record, &members)?;
        Ok(id.into())
    }

    /// DELETE, under the rules.
    pub(crate) fn delete(&mut self, kind: Kind, id: &str, now: Timestamp) -> Result<(), Error> {
        let mut record = self.found(kind, id)?;
        match self.rules.delete(kind, &record.document)? {
            Removal::Refused => {
                let detail = "DELETE is not supported; deactivate the account instead";
                Err(Error::new(ErrorKind::NotImplemented, detail))
            }
            Removal::Remove => {
                self.changes_late(kind, id);
                self.store.remove(kind, id).map(drop)
            }
            Removal::Deactivate => {
                self.changes_late(kind, id);
                record.document.set("active", false);
                record.stamp(self.store.next_version(), now);
                self.store.put(kind, record, &MemberChange::default())
            }
        }
    }

    /// The resource, as a copy to be changed.
    fn found(&self, kind: Kind, id: &str) -> Result<Record, Error> {
        let record = self.store.get(kind, id).ok_or_else(|| super::no_such(kind))?;
        Ok(record.into_owned())
    }

    /// A `userName` belongs to one account, without regard to case (F31).
    fn check_unique(&self, kind: Kind, document: &Document, own: Option<&str>) -> Result<(), Error> {
        let (Kind::User, Some(name)) = (kind, document.text("userName")) else { return Ok(()) };
        let taken = self.store.find(Kind::User, IndexKey::UserName(name));
        if taken.iter().any(|record| Some(record.id()) != own) {
            return Err(Error::new(
                ErrorKind::Uniqueness,
                "there is a user with this `userName` (compared without regard to case); look it up and adopt it",
            ));
        }
        Ok(())
    }
}

/// Whether an operation is about members, in whatever way it says so.
fn names_members(operation: &Operation) -> bool {
    let is_members = |name: &str| name.to_ascii_lowercase().contains("members");
    match (&operation.path, &operation.value) {
        (Some(path), _) => is_members(path.attribute().name()),
        (None, Some(Value::Object(map))) => map.keys().any(|name| is_members(name)),
        (None, _) => true,
    }
}

/// Notes who joins (with a name for display) and who leaves, where an operation says so by ids.
fn delta(operation: &Operation, wanted: &mut BTreeMap<String, Option<Option<String>>>) -> Option<()> {
    let path = operation.path.as_ref().filter(|path| path.attribute().is("members"))?;
    match (operation.op, path.filter(), &operation.value) {
        (Op::Add, None, Some(Value::Array(values))) => {
            for value in values {
                let (id, display) = incoming::member(value)?;
                wanted.insert(id, Some(display));
            }
        }
        (Op::Remove, Some(filter), None) => {
            wanted.extend(filter.listed("value")?.into_iter().map(|id| (id.into(), None)));
        }
        _ => return None,
    }
    Some(())
}

/// A version 4 UUID of these bits.
fn uuid(bits: u128) -> String {
    let bits = bits & !(0xf << 76) & !(0x3 << 62) | 0x4 << 76 | 0x2 << 62;
    let digits = format!("{bits:032x}");
    let part = |from: usize, to: usize| digits.get(from..to).unwrap_or_default();
    format!("{}-{}-{}-{}-{}", part(0, 8), part(8, 12), part(12, 16), part(16, 20), part(20, 32))
}

#[cfg(test)]
mod tests {
    use super::uuid;

    #[test]
    fn an_id_is_a_uuid_of_version_4() {
        assert_eq!(uuid(0), "00000000-0000-4000-8000-000000000000");
        assert_eq!(uuid(u128::MAX), "ffffffff-ffff-4fff-bfff-ffffffffffff");
    }
}
