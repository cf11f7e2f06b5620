//! What a service provider adds to the protocol: rules of its own about its accounts.

use super::store::Kind;
use crate::scim::{Document, Error};

/// What becomes of a changed resource.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Change {
    /// It takes the place of the one it was.
    InPlace,
    /// It becomes a resource of its own with a new id, and the one it was stays as it is.
    Separate,
}

/// What `DELETE` does.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Removal {
    /// The resource is gone.
    Remove,
    /// The user becomes inactive and stays.
    Deactivate,
    /// Nothing: it is refused with 501.
    Refused,
}

/// Rules of a service provider. They see resources that the protocol accepts, before anything is stored.
pub trait Rules {
    /// A resource is about to be made.
    ///
    /// # Errors
    /// What the client is told when the rules refuse.
    fn create(&mut self, kind: Kind, document: &mut Document) -> Result<(), Error> {
        let _ = (kind, document);
        Ok(())
    }

    /// A resource is about to be changed.
    ///
    /// # Errors
    /// What the client is told when the rules refuse.
    fn change(&mut self, kind: Kind, before: &Document, after: &mut Document) -> Result<Change, Error> {
        let _ = (kind, before, after);
        Ok(Change::InPlace)
    }

    /// A resource is about to be deleted.
    ///
    /// # Errors
    /// What the client is told when the rules refuse.
    fn delete(&mut self, kind: Kind, document: &Document) -> Result<Removal, Error> {
        let _ = (kind, document);
        Ok(Removal::Remove)
    }
}

/// No rules beyond the protocol.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standard;

impl Rules for Standard {}
