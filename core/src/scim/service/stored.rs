//! A store in memory at rest: each resource as a value of its own, so that a caller's store writes only what has changed.

use alloc::{collections::BTreeSet, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{
    memory::{MemoryStore, Slot},
    store::{Kind, MemberChange, Record, Store, Version},
};
use crate::scim::{Document, Error};

/// A resource at rest, with the members of a group.
#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct StoredResource {
    kind: Kind,
    /// Its place in the order in which resources were made.
    number: Slot,
    version: u64,
    document: Document,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    members: Vec<(String, Option<String>)>,
}

impl MemoryStore {
    /// The number of the last write.
    pub(crate) const fn last_version(&self) -> u64 {
        self.version
    }

    /// The ids of all resources; from now on what is written is noted.
    pub(crate) fn all_ids(&mut self) -> Vec<String> {
        self.written = Some(BTreeSet::new());
        self.ids.keys().cloned().collect()
    }

    /// The ids of what was written or removed since this or [`Self::all_ids`] was called last.
    pub(crate) fn written_ids(&mut self) -> BTreeSet<String> {
        self.written.as_mut().map(core::mem::take).unwrap_or_default()
    }

    /// A resource; `None` when it is gone.
    pub(crate) fn at_rest(&self, id: &str) -> Option<StoredResource> {
        let number = *self.ids.get(id)?;
        let (kind, record) =
            [Kind::User, Kind::Group].into_iter().find_map(|kind| Some((kind, self.get(kind, id)?)))?;
        let record = record.into_owned();
        let members = self.members(id);
        let members =
            members.map(|member| (member.id.into_owned(), member.display.map(|name| name.into_owned())));
        let (version, members) = (record.version.0, members.collect());
        Some(StoredResource { kind, number, version, document: record.document, members })
    }

    /// The store in which these are the resources, after `last_version` writes. Who was removed is no member any more.
    ///
    /// # Errors
    /// Two resources with one id or one number.
    pub(crate) fn from_rest(last_version: u64, mut resources: Vec<StoredResource>) -> Result<Self, Error> {
        resources.sort_by_key(|resource| resource.number);
        let mut store = Self::default();
        store.version = last_version;
        let mut groups = Vec::new();
        for StoredResource { kind, number, version, document, members } in resources {
            let record = Record { document, version: Version(version) };
            let id = String::from(record.id());
            if number <= store.last_slot || store.ids.contains_key(&id) {
                let twice = "two of the stored resources have one id or one number";
                return Err(Error::new(crate::scim::ErrorKind::Internal, twice));
            }
            store.last_slot = number - 1;
            store.put(kind, record, &MemberChange::default())?;
            groups.push((id, members));
        }
        for (group, members) in groups {
            let add = members.into_iter().filter(|(id, _)| store.ids.contains_key(id)).collect();
            store.add_members(&group, &MemberChange { add, remove: Vec::new() })?;
        }
        Ok(store)
    }
}
