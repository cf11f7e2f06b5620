//! Lists (RFC 7644 3.4.2): by an index where the filter has one, else resource by resource.

use alloc::{borrow::Cow, boxed::Box, vec::Vec};

use super::{
    Service,
    config::Filtering,
    query::Query,
    render::Rendered,
    rules::Rules,
    store::{IndexKey, Kind, Record, Store},
};
use crate::scim::{
    Document, Error, ErrorKind, Filter, ListResponse,
    filter::{CheckedFilter, Comparand, Node, Operator},
    json,
};

impl<S: Store, R: Rules> Service<S, R> {
    /// A page, as its body.
    pub(super) fn list(&self, kind: Kind, query: &Query) -> Result<Vec<u8>, Error> {
        let capabilities = &self.config.capabilities;
        let filter = match capabilities.filtering {
            Filtering::Whole => query.filter.as_ref(),
            Filtering::Ignored => None,
            Filtering::Refused if query.filter.is_some() => {
                return Err(Error::new(ErrorKind::InvalidFilter, "filters are not supported"));
            }
            Filtering::Refused => None,
        };
        let start = query.start_index.unwrap_or(1);
        let count = query.count.unwrap_or(capabilities.page_size_max).min(capabilities.page_size_max);
        let (total, records) = match filter {
            None => {
                let taken = usize::try_from(count).unwrap_or(usize::MAX);
                (self.store.count(kind), self.store.records(kind, start - 1).take(taken).collect())
            }
            Some(filter) => self.filtered(kind, filter, start, count)?,
        };
        let rendered: Vec<Rendered<'_, S>> =
            records.iter().map(|record| self.rendered(kind, record, &query.projection)).collect();
        let page = ListResponse {
            total_results: total,
            start_index: Some(start),
            items_per_page: Some(rendered.len() as u64),
            resources: rendered,
            ..ListResponse::default()
        };
        Ok(json::to_vec(&page))
    }

    /// How many resources meet the filter, and those of the page.
    fn filtered(
        &self,
        kind: Kind,
        filter: &Filter,
        start: u64,
        count: u64,
    ) -> Result<(u64, Vec<Cow<'_, Record>>), Error> {
        let checked = filter.check(self.described(kind))?;
        let with_memberships = mentions_memberships(filter);
        let key = filter.conjuncts().iter().find_map(|part| key(kind, part));
        let candidates: Box<dyn Iterator<Item = Cow<'_, Record>>> = match key {
            Some(Key::Id(id)) => Box::new(self.store.get(kind, id).into_iter()),
            Some(Key::Index(index)) => Box::new(self.store.find(kind, index).into_iter()),
            None => self.store.records(kind, 0),
        };
        let mut total = 0;
        let mut page = Vec::new();
        for record in candidates {
            if self.meets(kind, &checked, &record, with_memberships) {
                total += 1;
                if total >= start && total - start < count {
                    page.push(record);
                }
            }
        }
        Ok((total, page))
    }

    fn meets(&self, kind: Kind, filter: &CheckedFilter, record: &Record, with_memberships: bool) -> bool {
        if with_memberships {
            filter.matches(&self.whole(kind, record))
        } else {
            filter.matches(&record.document)
        }
    }

    /// The resource with its memberships: a copy, for what cannot do without.
    pub(super) fn whole(&self, kind: Kind, record: &Record) -> Document {
        let body = json::to_vec(&Rendered {
            members: true,
            ..self.rendered(kind, record, &super::render::Projection::Default)
        });
        let mut document = Document::from_slice(&body).unwrap_or_else(|_| record.document.clone());
        if document.get("members").and_then(|members| members.as_array()).is_some_and(Vec::is_empty) {
            document.remove("members");
        }
        document
    }
}

enum Key<'f> {
    Id(&'f str),
    Index(IndexKey<'f>),
}

/// The index that answers a part of a filter.
fn key(kind: Kind, part: &Node) -> Option<Key<'_>> {
    if let Node::Values { attribute, condition } = part {
        return match condition.as_ref() {
            Node::Compare { attribute: value, operator: Operator::Equal, value: Comparand::Text(id) }
                if kind == Kind::Group && attribute.is("members") && value.is("value") =>
            {
                Some(Key::Index(IndexKey::Member(id)))
            }
            _ => None,
        };
    }
    let Node::Compare { attribute, operator: Operator::Equal, value: Comparand::Text(text) } = part else {
        return None;
    };
    let members = attribute.is("members")
        || attribute.name() == "members" && attribute.sub_attribute() == Some("value");
    match kind {
        _ if attribute.is("id") => Some(Key::Id(text)),
        _ if attribute.is("externalId") => Some(Key::Index(IndexKey::ExternalId(text))),
        _ if attribute.is("displayName") => Some(Key::Index(IndexKey::DisplayName(text))),
        Kind::User if attribute.is("userName") => Some(Key::Index(IndexKey::UserName(text))),
        Kind::Group if members => Some(Key::Index(IndexKey::Member(text))),
        _ => None,
    }
}

fn mentions_memberships(filter: &Filter) -> bool {
    let mut found = false;
    filter.attributes(&mut |attribute| {
        found |= ["members", "groups"].iter().any(|name| attribute.name().eq_ignore_ascii_case(name));
    });
    found
}
