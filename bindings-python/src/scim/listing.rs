//! When a list that is read page by page is whole.

use heap_identity::scim::client::{self, Position, Progress};
use pyo3::{FromPyObject, IntoPyObject, PyRef, PyResult, Python, pyclass, pymethods};

use super::message::ListResponse;
use crate::{error::Raise, table::Shared};

/// Where a page begins: at an index from 1, or at a cursor.
#[derive(FromPyObject, IntoPyObject)]
pub(super) enum At {
    Index(u64),
    Cursor(String),
}

impl From<At> for Position {
    fn from(at: At) -> Self {
        match at {
            At::Index(index) => Self::Index(index),
            At::Cursor(cursor) => Self::Cursor(cursor),
        }
    }
}

impl From<Position> for At {
    fn from(position: Position) -> Self {
        match position {
            Position::Index(index) => Self::Index(index),
            Position::Cursor(cursor) => Self::Cursor(cursor),
        }
    }
}

/// A list that is read page by page: the next page starts after what was received, not after what was asked for (F33).
///
/// By index until the service provider gives a cursor; `by_cursor` for one that knows cursors only (RFC 9865).
#[pyclass(frozen, module = "heap_identity.scim.client")]
pub(crate) struct Listing(Shared<client::Listing>);

const fn word(progress: Progress) -> &'static str {
    match progress {
        Progress::Again => "again",
        Progress::Complete => "complete",
        Progress::More => "more",
    }
}

#[pymethods]
impl Listing {
    #[new]
    #[pyo3(signature = (*, by_cursor=false))]
    fn new(by_cursor: bool) -> Self {
        let listing = if by_cursor { client::Listing::by_cursor() } else { client::Listing::new() };
        Self(Shared::new(listing))
    }

    /// Where the next page begins: an index from 1, or a cursor.
    #[getter]
    fn position(&self, py: Python<'_>) -> At {
        self.0.with(py, |listing| listing.position()).into()
    }

    /// Whether as many distinct ids were seen as `totalResults` says (F33).
    #[getter]
    fn is_complete(&self, py: Python<'_>) -> bool {
        self.0.with(py, |listing| listing.is_complete())
    }

    /// Whether a resource was seen.
    #[pyo3(signature = (id))]
    fn has(&self, py: Python<'_>, id: &str) -> bool {
        self.0.with(py, |listing| listing.has(id))
    }

    /// Takes a page. `again`: it ended without being whole and starts anew from the first page.
    ///
    /// Raises `InvalidInput` (`scim.client.never_complete`) after the last attempt.
    #[pyo3(signature = (page))]
    fn page(&self, py: Python<'_>, page: PyRef<'_, ListResponse>) -> PyResult<&'static str> {
        let page = &page.0;
        let progress = self.0.with(py, |listing| {
            let ids = page.resources.iter().map(|resource| resource.text("id").unwrap_or_default());
            listing.page(page.total_results, page.next_cursor.as_deref(), ids)
        });
        progress.map(word).raise(py)
    }

    /// Begins again, when a page cannot be read or its cursor has expired. Raises as `page`.
    fn again(&self, py: Python<'_>) -> PyResult<&'static str> {
        self.0.with(py, client::Listing::again).map(word).raise(py)
    }

    fn __repr__(&self, py: Python<'_>) -> String {
        let is_complete = if self.is_complete(py) { "True" } else { "False" };
        format!("Listing(is_complete={is_complete})")
    }
}
