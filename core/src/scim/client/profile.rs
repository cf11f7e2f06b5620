//! What was found out about a service provider, with the evidence for it.

use alloc::vec::Vec;

use http::StatusCode;

use super::Declared;

/// How resources are changed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Writes {
    /// By PATCH, strictly as RFC 7644 3.5.2 has it, one path an operation (F16).
    Patch,
    /// By PATCH whose removals list the values that leave, as Entra ID and JumpCloud write it.
    ListedPatch,
    /// By PUT alone: a resource is read, changed here, and put back whole.
    Put,
}

/// How far an answer to a filter is believed (F41).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Filters {
    /// What is there was found, and what is not there was not: an empty answer means that there is none.
    Proven,
    /// What is not there was found, too: a filter is passed over.
    Ignored,
    /// What is there was not found.
    FindNothing,
    /// A filter is refused.
    Refused,
    /// There was nothing to find: no answer is believed until a filter has found something.
    Unproven,
}

/// How lists are read.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Pages {
    /// By index (RFC 7644 3.4.2.4).
    Index,
    /// By cursor alone (RFC 9865).
    Cursor,
}

/// What an answer showed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Finding {
    /// The service provider's configuration was read, or is not there.
    Configuration(bool),
    /// Its types of resources were read, or are not there.
    ResourceTypes(bool),
    /// Its schemas were read, or are not there.
    Schemas(bool),
    /// A list has an account, which the filters are to find, or has none.
    Account(bool),
    /// A filter for an account that is there found it, or not.
    Known(bool),
    /// A filter for an account that is not there found nothing, or something all the same.
    Stranger(bool),
}

impl Finding {
    /// The stable code by which it is reported.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Configuration(true) => "scim.found.configuration",
            Self::Configuration(false) => "scim.found.no_configuration",
            Self::ResourceTypes(true) => "scim.found.resource_types",
            Self::ResourceTypes(false) => "scim.found.no_resource_types",
            Self::Schemas(true) => "scim.found.schemas",
            Self::Schemas(false) => "scim.found.no_schemas",
            Self::Account(true) => "scim.found.account",
            Self::Account(false) => "scim.found.no_account",
            Self::Known(true) => "scim.found.known_by_filter",
            Self::Known(false) => "scim.found.known_not_by_filter",
            Self::Stranger(true) => "scim.found.stranger_not_found",
            Self::Stranger(false) => "scim.found.stranger_found",
        }
    }
}

/// One answer: what it showed, and its status.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub struct Evidence {
    /// What it showed.
    pub finding: Finding,
    /// Its status.
    pub status: StatusCode,
}

/// What a service provider can do, what it says of itself, and the answers that show it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Profile {
    /// How resources are changed.
    pub writes: Writes,
    /// How far an answer to a filter is believed.
    pub filters: Filters,
    /// How lists are read.
    pub pages: Pages,
    /// What it says of itself.
    pub declared: Declared,
    /// The answers, in order.
    pub evidence: Vec<Evidence>,
}
