//! The administrator's walk, as an API: the application from the catalogue entry to its removal, and the sign-on itself.

mod application;
mod catalogue;
mod doctor;
mod identity_management;
mod import;
mod removal;
mod sign_on;
mod source;
mod sso;
mod stored;
#[cfg(test)]
mod tests;
mod transitions;
mod verification;

pub use application::{Application, ApplicationError, Details};
pub use catalogue::{Catalogue, CatalogueError};
pub use doctor::{Diagnosis, Finding, FindingKind, Known, Severity, SsoAtHeap, doctor};
pub use identity_management::{Credentials, Settings};
pub use import::{
    Import, ImportCandidate, ImportError, ImportList, ImportResult, ImportStatus, Mode, View, whole_list,
};
pub use removal::{Deleted, Part, Removal};
pub use sign_on::{Answer, SignOn, SignOnError};
pub use source::{
    JumpCloud, Page, RoleSource, SourceError, UnknownRole, snapshot_from_csv, snapshot_from_scim,
    unknown_roles, with_roles,
};
pub use sso::Sso;
pub use transitions::{Action, Forbidden, State};
pub use verification::{Concluded, Exchange, NotVerified, Scope, Unreachable, Verification, Verified};
