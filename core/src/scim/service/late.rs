//! Late consistency, as a tenant may play it: lists miss what is new, and reads show what was, for some requests.

use alloc::{borrow::Cow, collections::BTreeMap, string::String, vec::Vec};

use serde_json::Value;

use super::{
    Service,
    rules::Rules,
    store::{Kind, Record, Store},
};

/// The resources that readers do not see as they are.
#[derive(Debug, Default)]
pub(super) struct Late(BTreeMap<String, Before>);

/// How a resource was, with its memberships in the document, and until which request readers see that.
#[derive(Debug)]
struct Before {
    until: u64,
    kind: Kind,
    /// `None` of a new one: lists leave it out, by its id it is found at once.
    record: Option<Record>,
}

impl Late {
    /// Forgets what readers see by now.
    pub(super) fn settle(&mut self, requests: u64) {
        self.0.retain(|_, before| before.until >= requests);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl<S: Store, R: Rules> Service<S, R> {
    /// A resource was made.
    pub(super) fn made_late(&mut self, kind: Kind, id: &str) {
        self.note(kind, id, None, self.config.capabilities.listed_late);
    }

    /// A resource is about to be changed or removed.
    pub(super) fn changes_late(&mut self, kind: Kind, id: &str) {
        let requests = self.config.capabilities.stale_reads;
        if requests == 0 {
            return;
        }
        let before = self.store.get(kind, id).map(|record| {
            let mut document = self.whole(kind, &record);
            if !self.config.capabilities.members_in_reads {
                document.remove("members");
            } else if kind == Kind::Group && document.get("members").is_none() {
                document.set("members", Vec::<Value>::new());
            }
            Record { document, version: record.version }
        });
        self.note(kind, id, before, requests);
    }

    /// What readers see already stays until its time has come.
    fn note(&mut self, kind: Kind, id: &str, record: Option<Record>, requests: u32) {
        if requests > 0 {
            let until = self.requests + u64::from(requests);
            self.late.0.entry(id.into()).or_insert(Before { until, kind, record });
        }
    }

    /// A resource as it is read by its id.
    pub(super) fn read(&self, kind: Kind, id: &str) -> Option<Cow<'_, Record>> {
        match self.late.0.get(id) {
            Some(Before { record: Some(record), kind: own, .. }) if *own == kind => {
                Some(Cow::Borrowed(record))
            }
            _ => self.store.get(kind, id),
        }
    }

    /// A resource as it stands in a list; `None` where the list leaves it out.
    pub(super) fn listed<'s>(&'s self, record: Cow<'s, Record>) -> Option<Cow<'s, Record>> {
        match self.late.0.get(record.id()) {
            None => Some(record),
            Some(before) => before.record.as_ref().map(Cow::Borrowed),
        }
    }

    /// Resources that are gone and still stand in lists.
    pub(super) fn still_listed(&self, kind: Kind) -> impl Iterator<Item = Cow<'_, Record>> {
        let of_kind = move |(id, before): (&String, &'_ Before)| {
            before.kind == kind && self.store.get(kind, id).is_none()
        };
        self.late
            .0
            .iter()
            .filter(move |entry| of_kind(*entry))
            .filter_map(|(_, before)| before.record.as_ref().map(Cow::Borrowed))
    }
}
