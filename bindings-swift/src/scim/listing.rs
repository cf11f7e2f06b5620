//! A list that is read page by page until it is whole.

use std::sync::Mutex;

use heap_identity::scim::client;

use super::{ListPage, client::PagePosition};
use crate::{error::HeapIdentityError, held::Held, mirror::mirror, scim::document};

mirror! {
    /// Where a list stands.
    from ListProgress of client::Progress {
        /// It changed meanwhile: it is read from its beginning again.
        Again,
        /// It is whole.
        Complete,
        /// There is another page.
        More,
    }
}

/// A list that is read page by page until as many different resources were seen as there are said to be.
#[derive(Debug, uniffi::Object)]
pub struct ScimListing(Held<Mutex<client::Listing>>);

#[uniffi::export]
impl ScimListing {
    /// A list that is read by number, or by cursor.
    #[uniffi::constructor(default(by_cursor = false))]
    pub fn new(by_cursor: bool) -> Self {
        let listing = if by_cursor { client::Listing::by_cursor() } else { client::Listing::new() };
        Self(Held::guarded(listing))
    }

    /// Where the next page begins.
    pub fn position(&self) -> PagePosition {
        self.0.locked().position().into()
    }

    /// Whether the list is whole.
    pub fn is_complete(&self) -> bool {
        self.0.locked().is_complete()
    }

    /// Whether this resource was seen.
    pub fn has(&self, id: &str) -> bool {
        self.0.locked().has(id)
    }

    /// Takes a page. A resource without an id is refused.
    pub fn take(&self, page: ListPage) -> Result<ListProgress, HeapIdentityError> {
        let mut ids = Vec::with_capacity(page.resources.len());
        for resource in &page.resources {
            ids.push(document(resource)?.text("id").unwrap_or_default().to_owned());
        }
        let ids = ids.iter().map(String::as_str);
        Ok(self.0.locked().page(page.total_results, page.next_cursor.as_deref(), ids)?.into())
    }
}
