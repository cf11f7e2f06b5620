//! Heap's roles. How `role` spells them on the wire is not published (D8): any other text is a custom role.

use alloc::{borrow::ToOwned, string::String};
use core::fmt;

/// What a person may do in Heap.
///
/// ```
/// use heap_identity::heap::Role;
/// assert_eq!(Role::from("read-only"), Role::ReadOnly);
/// assert_eq!(Role::from("Growth"), Role::Custom("Growth".into()));
/// ```
#[derive(Clone, Debug, Eq, Hash, PartialEq)]
#[non_exhaustive]
pub enum Role {
    /// Everything, and a password beside SSO (R11).
    Admin,
    /// Definitions for all.
    Architect,
    /// Analyses.
    Analyst,
    /// Dashboards of others.
    Consumer,
    /// Reading.
    ReadOnly,
    /// A role of the tenant's own.
    Custom(String),
}

impl Role {
    /// The roles that every tenant has.
    pub const DEFAULT: &'static [Self] =
        &[Self::Admin, Self::Architect, Self::Analyst, Self::Consumer, Self::ReadOnly];

    /// Its name.
    pub fn name(&self) -> &str {
        match self {
            Self::Admin => "Admin",
            Self::Architect => "Architect",
            Self::Analyst => "Analyst",
            Self::Consumer => "Consumer",
            Self::ReadOnly => "Read-Only",
            Self::Custom(name) => name,
        }
    }
}

impl From<&str> for Role {
    fn from(text: &str) -> Self {
        let known = Self::DEFAULT.iter().find(|role| role.name().eq_ignore_ascii_case(text));
        known.cloned().unwrap_or_else(|| Self::Custom(text.to_owned()))
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

#[cfg(test)]
mod tests {
    use super::Role;

    #[test]
    fn every_role_is_found_by_its_name() {
        for role in Role::DEFAULT {
            assert_eq!(Role::from(role.name()), *role);
        }
    }
}
