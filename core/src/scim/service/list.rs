//! Lists (RFC 7644 3.4.2): by an index where the filter has one, else resource by resource.

use alloc::{borrow::Cow, boxed::Box, vec::Vec};

use super::{
    Service,
    config::Filtering,
    query::Query,
    render::Rendered,
    rules::Rules,
    sort::{Order, Sort, SortKey},
    store::{IndexKey, Kind, Record, Store},
};
use crate::scim::{
    Document, Error, ErrorKind, Filter, ListResponse,
    filter::{CheckedFilter, Comparand, Node, Operator},
    json,
};

/// A resource that was found, with its type: a search may be over all of them.
type Found<'s> = (Kind, Cow<'s, Record>);

impl<S: Store, R: Rules> Service<S, R> {
    /// A page, as its body.
    pub(super) fn list(&self, kinds: &[Kind], query: &Query) -> Result<Vec<u8>, Error> {
        let size = query.count.unwrap_or(u64::MAX).min(self.config.capabilities.page_size_max);
        let start = query.start_index.unwrap_or(1);
        let (total, found, next_cursor) = match &query.cursor {
            None => {
                let (total, found) = self.page(kinds, query, start, size)?;
                (total, found, None)
            }
            Some(cursor) => {
                // The resource before the page is read, too: it tells whether the list is still the same.
                let (total, found) =
                    self.page(kinds, query, cursor.given().max(1), size + u64::from(cursor.given() > 0))?;
                let ids = found.iter().map(|(_, record)| record.id());
                let found = found.get(cursor.check(ids)?..).unwrap_or_default().to_vec();
                let last = found.last().map(|(_, record)| record.id());
                let next = last.and_then(|last| cursor.next(found.len() as u64, total, last));
                (total, found, next)
            }
        };
        let rendered: Vec<Rendered<'_, S>> =
            found.iter().map(|(kind, record)| self.rendered(*kind, record, &query.projection)).collect();
        let page = ListResponse {
            total_results: total,
            start_index: query.cursor.is_none().then_some(start),
            items_per_page: Some(rendered.len() as u64),
            next_cursor,
            resources: rendered,
            ..ListResponse::default()
        };
        Ok(json::to_vec(&page))
    }

    /// How many resources match, and those of the page.
    fn page(
        &self,
        kinds: &[Kind],
        query: &Query,
        start: u64,
        count: u64,
    ) -> Result<(u64, Vec<Found<'_>>), Error> {
        let filter = match self.config.capabilities.filtering {
            Filtering::Whole => query.filter.as_ref(),
            Filtering::Ignored => None,
            Filtering::FindsNothing if query.filter.is_some() => return Ok((0, Vec::new())),
            Filtering::FindsNothing => None,
            Filtering::Refused if query.filter.is_some() => {
                return Err(Error::new(ErrorKind::InvalidFilter, "filters are not supported"));
            }
            Filtering::Refused => None,
        };
        let taken = usize::try_from(count).unwrap_or(usize::MAX);
        let skipped = usize::try_from(start - 1).unwrap_or(usize::MAX);
        if let ([kind], None, None, true) = (kinds, filter, &query.sort, self.late.is_empty()) {
            let records = self.store.records(*kind, start - 1).take(taken);
            return Ok((self.store.count(*kind), records.map(|record| (*kind, record)).collect()));
        }
        let matching = self.matching(kinds, filter)?;
        let Some(sort) = &query.sort else {
            let mut total = 0;
            let mut page = Vec::new();
            for found in matching {
                total += 1;
                if total >= start && total - start < count {
                    page.push(found);
                }
            }
            return Ok((total, page));
        };
        let orders: Vec<(Kind, Order<'_>)> = self.orders(kinds, sort)?;
        let mut all: Vec<(SortKey, Found<'_>)> = matching
            .map(|(kind, record)| {
                let order = orders.iter().find(|(own, _)| *own == kind);
                let key = order.map_or(SortKey::Absent, |(_, order)| order.key(&record.document));
                (key, (kind, record))
            })
            .collect();
        all.sort_by(|(a, _), (b, _)| sort.compare(a, b));
        let total = all.len() as u64;
        Ok((total, all.into_iter().skip(skipped).take(taken).map(|(_, found)| found).collect()))
    }

    /// What each type is sorted by. In a search over several types one without the attribute stands at the end.
    fn orders(&self, kinds: &[Kind], sort: &Sort) -> Result<Vec<(Kind, Order<'_>)>, Error> {
        let order = |kind: &Kind| Ok((*kind, sort.order(self.described(*kind))?));
        let (known, mut refused): (Vec<_>, Vec<_>) =
            kinds.iter().map(order).partition(|order: &Result<_, Error>| order.is_ok());
        match refused.pop() {
            Some(Err(error)) if known.is_empty() => Err(error),
            _ => known.into_iter().collect(),
        }
    }

    /// The resources that meet the filter. In a search over several types one whose schema refuses the filter has none
    /// that does.
    fn matching<'s>(
        &'s self,
        kinds: &[Kind],
        filter: Option<&Filter>,
    ) -> Result<Box<dyn Iterator<Item = Found<'s>> + 's>, Error> {
        let mut all: Box<dyn Iterator<Item = Found<'s>> + 's> = Box::new(core::iter::empty());
        let mut refused = None;
        let mut known = 0;
        for kind in kinds.iter().copied() {
            let found: Box<dyn Iterator<Item = Cow<'s, Record>> + 's> = match filter {
                None => self.all(kind),
                Some(filter) => match filter.check(self.described(kind)) {
                    Ok(checked) => self.filtered(kind, filter, checked),
                    Err(error) => {
                        refused = refused.or(Some(error));
                        continue;
                    }
                },
            };
            known += 1;
            all = Box::new(all.chain(found.map(move |record| (kind, record))));
        }
        match refused {
            Some(error) if known == 0 => Err(error),
            _ => Ok(all),
        }
    }

    fn filtered<'s>(
        &'s self,
        kind: Kind,
        filter: &Filter,
        checked: CheckedFilter,
    ) -> Box<dyn Iterator<Item = Cow<'s, Record>> + 's> {
        let with_memberships = mentions_memberships(filter);
        let key = filter.conjuncts().iter().find_map(|part| key(kind, part));
        let candidates: Box<dyn Iterator<Item = Cow<'s, Record>> + 's> =
            // An index knows resources as they are, not as they are read.
            match key.filter(|_| self.late.is_empty()) {
                Some(Key::Id(id)) => Box::new(self.store.get(kind, id).into_iter()),
                Some(Key::Index(index)) => Box::new(self.store.find(kind, index).into_iter()),
                None => self.all(kind),
            };
        Box::new(candidates.filter(move |record| self.meets(kind, &checked, record, with_memberships)))
    }

    /// Every resource of a type, as lists show it.
    fn all<'s>(&'s self, kind: Kind) -> Box<dyn Iterator<Item = Cow<'s, Record>> + 's> {
        if self.late.is_empty() {
            return self.store.records(kind, 0);
        }
        let listed = self.store.records(kind, 0).filter_map(|record| self.listed(record));
        Box::new(listed.chain(self.still_listed(kind)))
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
