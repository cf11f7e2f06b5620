//! What is tolerated beyond RFC 7644 3.5.2, as data: each tolerance has a name and is reported when it is used.

use alloc::vec::Vec;

/// A deviation from RFC 7644 3.5.2 that is met in real clients.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
#[non_exhaustive]
pub enum Tolerance {
    /// `Add`, `REPLACE`: the name of an operation in another case (Entra ID).
    OperationCase,
    /// `"False"` for `false` (Entra ID, OneLogin).
    TextBoolean,
    /// `name.familyName` as a name in an operation without path (Entra ID).
    DottedName,
    /// `urn:…:User:department` as a name in an operation without path (Entra ID).
    ExtensionName,
    /// `emails[type eq "work"].value` as a name in an operation without path (Entra ID).
    PathAsName,
    /// A `remove` that lists the values to be removed (Entra ID, JumpCloud).
    RemovalByValue,
    /// A single value for an attribute that has several (Okta, OneLogin).
    SingleValue,
    /// A bare text for the one value of an attribute that has parts, as a manager's id (Entra ID).
    BareValue,
    /// A filter that finds nothing makes the value that it asks for (Entra ID).
    MissingTarget,
    /// A read-only attribute beside others is passed over (Okta sends `schemas` and `meta`), but not an `id` of another
    /// resource.
    ReadOnlyIgnored,
}

impl Tolerance {
    /// Every tolerance.
    pub const ALL: &'static [Self] = &[
        Self::OperationCase,
        Self::TextBoolean,
        Self::DottedName,
        Self::ExtensionName,
        Self::PathAsName,
        Self::RemovalByValue,
        Self::SingleValue,
        Self::BareValue,
        Self::MissingTarget,
        Self::ReadOnlyIgnored,
    ];

    /// The stable code by which it is reported.
    pub const fn code(self) -> &'static str {
        match self {
            Self::OperationCase => "scim.tolerated.operation_case",
            Self::TextBoolean => "scim.tolerated.text_boolean",
            Self::DottedName => "scim.tolerated.dotted_name",
            Self::ExtensionName => "scim.tolerated.extension_name",
            Self::PathAsName => "scim.tolerated.path_as_name",
            Self::RemovalByValue => "scim.tolerated.removal_by_value",
            Self::SingleValue => "scim.tolerated.single_value",
            Self::BareValue => "scim.tolerated.bare_value",
            Self::MissingTarget => "scim.tolerated.missing_target",
            Self::ReadOnlyIgnored => "scim.tolerated.read_only_ignored",
        }
    }
}

/// A way of writing PATCH: the RFC and what is tolerated beyond it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Dialect {
    /// Its name.
    pub name: &'static str,
    /// What it tolerates.
    pub tolerances: &'static [Tolerance],
}

impl Dialect {
    /// RFC 7644 alone.
    pub const STRICT: Self = Self { name: "strict", tolerances: &[] };
    /// What Microsoft Entra ID sends.
    pub const ENTRA: Self = Self {
        name: "entra",
        tolerances: &[
            Tolerance::OperationCase,
            Tolerance::TextBoolean,
            Tolerance::DottedName,
            Tolerance::ExtensionName,
            Tolerance::PathAsName,
            Tolerance::RemovalByValue,
            Tolerance::BareValue,
            Tolerance::MissingTarget,
        ],
    };
    /// What Okta sends.
    pub const OKTA: Self =
        Self { name: "okta", tolerances: &[Tolerance::SingleValue, Tolerance::ReadOnlyIgnored] };
    /// What OneLogin sends.
    pub const ONELOGIN: Self =
        Self { name: "onelogin", tolerances: &[Tolerance::SingleValue, Tolerance::TextBoolean] };
    /// What JumpCloud sends. It publishes no messages; a service provider that takes them says that members leave in a
    /// list, as Entra ID's do (uni-moni's guide "SSO setup: JumpCloud").
    pub const JUMPCLOUD: Self = Self { name: "jumpcloud", tolerances: &[Tolerance::RemovalByValue] };
    /// All that is known and contradicts no rule of the RFC: a filter without a match stays `noTarget` (3.5.2.3).
    /// See [`Patch::in_any_dialect`](super::Patch::in_any_dialect).
    pub const TOLERANT: Self = Self {
        name: "tolerant",
        tolerances: &[
            Tolerance::OperationCase,
            Tolerance::TextBoolean,
            Tolerance::DottedName,
            Tolerance::ExtensionName,
            Tolerance::PathAsName,
            Tolerance::RemovalByValue,
            Tolerance::SingleValue,
            Tolerance::BareValue,
            Tolerance::ReadOnlyIgnored,
        ],
    };
}

/// A dialect in use: answers whether something is tolerated, and remembers that it was needed.
#[derive(Clone, Debug)]
pub(crate) struct Leniency<'d> {
    dialect: &'d Dialect,
    used: Vec<Tolerance>,
}

impl<'d> Leniency<'d> {
    pub(crate) const fn new(dialect: &'d Dialect) -> Self {
        Self { dialect, used: Vec::new() }
    }

    pub(crate) fn allows(&mut self, tolerance: Tolerance) -> bool {
        let allowed = self.dialect.tolerances.contains(&tolerance);
        if allowed && !self.used.contains(&tolerance) {
            self.used.push(tolerance);
        }
        allowed
    }

    pub(crate) fn used(self) -> Vec<Tolerance> {
        self.used
    }
}

#[cfg(test)]
mod tests {
    use super::Tolerance;

    #[test]
    fn every_tolerance_has_its_own_code() {
        for (index, tolerance) in Tolerance::ALL.iter().enumerate() {
            assert!(Tolerance::ALL[..index].iter().all(|other| other.code() != tolerance.code()));
        }
    }
}
