//! SCIM 2.0: resources and messages, filters, PATCH, and both ends of the protocol.

pub(crate) mod client;
pub(crate) mod filter;
pub(crate) mod listing;
pub(crate) mod message;
pub(crate) mod patch;
pub(crate) mod resource;
pub(crate) mod schema;
pub(crate) mod service;

use heap_identity::scim::{Document, service::Kind};
use pyo3::{FromPyObject, PyAny, PyErr, PyResult};

use crate::{convert::Body, error::Raise, table::words};

words! {
    kind_of: Kind { "User" => Kind::User, "Group" => Kind::Group }
}

/// A resource as an argument: a dictionary, or JSON as text or bytes.
pub(crate) struct Resource(pub(crate) Document);

impl<'py> FromPyObject<'_, 'py> for Resource {
    type Error = PyErr;

    fn extract(object: pyo3::Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let Body(body) = object.extract()?;
        Document::from_slice(&body).map(Self).raise(object.py())
    }
}
