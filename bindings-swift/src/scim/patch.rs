//! PATCH (RFC 7644 3.5.2), with the deviations of real clients.

use std::sync::Arc;

use heap_identity::scim::{
    self,
    patch::{self, Dialect, Tolerance},
};

use super::{ResourceKind, document, json};
use crate::{error::HeapIdentityError, held::Held};

/// How a client writes PATCH.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum PatchDialect {
    /// As RFC 7644 has it.
    Strict,
    /// As Microsoft Entra ID does.
    Entra,
    /// As Okta does.
    Okta,
    /// As OneLogin does.
    OneLogin,
    /// As JumpCloud does.
    JumpCloud,
    /// As any of them does.
    Tolerant,
}

impl From<PatchDialect> for Dialect {
    fn from(dialect: PatchDialect) -> Self {
        match dialect {
            PatchDialect::Strict => Self::STRICT,
            PatchDialect::Entra => Self::ENTRA,
            PatchDialect::Okta => Self::OKTA,
            PatchDialect::OneLogin => Self::ONELOGIN,
            PatchDialect::JumpCloud => Self::JUMPCLOUD,
            PatchDialect::Tolerant => Self::TOLERANT,
        }
    }
}

/// What a PATCH made of a resource.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct PatchedResource {
    /// The resource, as JSON.
    pub resource: String,
    /// Whether it is another than before.
    pub changed: bool,
    /// The codes of the deviations from RFC 7644 that were tolerated.
    pub tolerated: Vec<String>,
}

fn codes(tolerated: &[Tolerance]) -> Vec<String> {
    tolerated.iter().map(|tolerance| tolerance.code().to_owned()).collect()
}

/// The stable codes of everything that is tolerated in some dialect.
#[uniffi::export]
pub fn all_tolerances() -> Vec<String> {
    codes(Tolerance::ALL)
}

/// A PATCH.
#[derive(Debug, uniffi::Object)]
pub struct Patch(pub(crate) Held<scim::Patch>);

#[uniffi::export]
impl Patch {
    /// Reads a message, as RFC 7644 has it unless a dialect is given.
    #[uniffi::constructor(default(dialect = None))]
    pub fn new(json: &str, dialect: Option<PatchDialect>) -> Result<Self, HeapIdentityError> {
        let dialect = dialect.unwrap_or(PatchDialect::Strict).into();
        Ok(Self(Held::new(scim::Patch::read(json.as_bytes(), &dialect)?.0)))
    }

    /// What leads from one resource to another, both given as JSON.
    #[uniffi::constructor(default(dialect = None))]
    pub fn between(
        before: &str,
        after: &str,
        kind: ResourceKind,
        dialect: Option<PatchDialect>,
    ) -> Result<Self, HeapIdentityError> {
        let (before, after) = (document(before)?, document(after)?);
        let dialect = dialect.unwrap_or(PatchDialect::Strict).into();
        Ok(Self(Held::new(scim::Patch::between(&before, &after, &kind.into(), &dialect)?)))
    }

    /// People who become members of a group, and members who are removed, by account id.
    #[uniffi::constructor]
    pub fn members(add: Vec<String>, remove: Vec<String>) -> Self {
        let mut patch = scim::Patch::new();
        if !add.is_empty() {
            patch = patch.add_members(add.iter().map(String::as_str));
        }
        if !remove.is_empty() {
            patch = patch.remove_members(remove.iter().map(String::as_str));
        }
        Self(Held::new(patch))
    }

    /// The message, as JSON.
    pub fn json(&self) -> String {
        String::from_utf8_lossy(&self.0.to_vec()).into_owned()
    }

    /// How many operations there are.
    pub fn operation_count(&self) -> u64 {
        self.0.operations.len() as u64
    }

    /// The same in several, each of which adds or removes so many values at most.
    pub fn chunks(&self, values_max: u32) -> Vec<Arc<Self>> {
        let chunks = (*self.0).clone().chunks(values_max as usize).into_iter();
        chunks.map(|chunk| Arc::new(Self(Held::new(chunk)))).collect()
    }

    /// Applies it to a resource, given as JSON: all of it or nothing.
    #[uniffi::method(default(dialect = None))]
    pub fn apply(
        &self,
        resource: &str,
        kind: ResourceKind,
        dialect: Option<PatchDialect>,
    ) -> Result<PatchedResource, HeapIdentityError> {
        let mut resource = document(resource)?;
        let dialect = dialect.unwrap_or(PatchDialect::Strict).into();
        let patch::Applied { changed, tolerated, .. } =
            self.0.apply(&mut resource, &kind.into(), &dialect)?;
        Ok(PatchedResource { resource: json(resource), changed, tolerated: codes(&tolerated) })
    }
}

/// Applies a message to a resource, both given as JSON, in whatever dialect it is.
#[uniffi::export]
pub fn patch_in_any_dialect(
    resource: &str,
    message: &str,
    kind: ResourceKind,
) -> Result<PatchedResource, HeapIdentityError> {
    let before = document(resource)?;
    let kind = kind.into();
    let apply = |patch: &scim::Patch, dialect: &Dialect| {
        let mut after = before.clone();
        let applied = patch.apply(&mut after, &kind, dialect)?;
        Ok(((after, applied.changed), applied.tolerated))
    };
    let ((after, changed), tolerated) = scim::Patch::in_any_dialect(message.as_bytes(), apply)?;
    Ok(PatchedResource { resource: json(after), changed, tolerated: codes(&tolerated) })
}
