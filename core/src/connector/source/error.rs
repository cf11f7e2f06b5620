use alloc::string::String;

use crate::directory;

/// Why a source is no directory.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum SourceError {
    /// What was read contradicts itself.
    #[error(transparent)]
    Directory(#[from] directory::Error),
    /// Something was not read to its end: people would look as if they were gone (F02, F04).
    #[error("{what} is not complete: {found} of {expected} read; read it again before anything is concluded")]
    Incomplete {
        /// What was not read.
        what: String,
        /// How many were read.
        found: u64,
        /// How many there are.
        expected: u64,
    },
    /// A body or a file is of another form.
    #[error("{what}, line {line}: {expected}")]
    Malformed {
        /// What was read.
        what: &'static str,
        /// The line, counted from 1.
        line: usize,
        /// What was expected there.
        expected: String,
    },
    /// Something was not read at all.
    #[error("{0} was not read; read it before anything is concluded")]
    Missing(String),
    /// Something came twice in a list of pages, so the list has changed while it was read, and something else may have been passed
    /// over (F33); or `skip` was not sent.
    #[error("{0} changed while being read, or the pages do not follow `skip`; read everything again")]
    Moved(String),
    /// A membership names somebody or something that was not read.
    #[error("group `{group}` has the member `{member}`, who is not among the people; read both again")]
    UnknownMember {
        /// The group's id.
        group: String,
        /// The member's id.
        member: String,
    },
}

impl SourceError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Directory(error) => error.code(),
            Self::Incomplete { .. } => "connector.source_incomplete",
            Self::Malformed { .. } => "connector.source_malformed",
            Self::Missing(_) => "connector.source_missing",
            Self::Moved(_) => "connector.source_moved",
            Self::UnknownMember { .. } => "connector.source_unknown_member",
        }
    }
}
