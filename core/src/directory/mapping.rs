use alloc::string::String;

/// How attributes of the directory are called at Heap (R21).
///
/// `userName`, `name.givenName`, `name.familyName` and a group's `displayName` are SCIM's own names and fixed; the
/// place of Heap's role is not published, so it is part of the mapping (D8).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Mapping {
    /// The top-level attribute that carries Heap's role.
    pub role: String,
}

impl Default for Mapping {
    fn default() -> Self {
        Self { role: "role".into() }
    }
}

impl Mapping {
    /// The mapping with Heap's role in the top-level attribute `name`.
    pub fn with_role_attribute(name: &str) -> Self {
        Self { role: name.into() }
    }
}
