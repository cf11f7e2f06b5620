//! What Heap is called: its entity id and the addresses of a tenant (D15).

use alloc::{format, string::String};
use core::{fmt, str::FromStr};

/// Heap's entity id as a SAML service provider: the same for every tenant, so the tenant is told by the ACS alone.
pub const ENTITY_ID: &str = "https://heapanalytics.com";

/// A text that is no Heap ID and no tenant's name.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidName {
    /// It would not stand in an address as one segment.
    #[error("expected 1 to 64 letters, digits, `-` or `_`, as Heap's settings show them")]
    Malformed,
    /// The template's placeholder was not replaced (R4).
    #[error("`YOUR_ID` is the template's placeholder; put the tenant's Heap ID in its place")]
    Placeholder,
}

impl InvalidName {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Malformed => "heap.malformed_name",
            Self::Placeholder => "heap.placeholder_left",
        }
    }
}

fn check(text: &str) -> Result<String, InvalidName> {
    let fits = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    match text {
        "YOUR_ID" => Err(InvalidName::Placeholder),
        _ if !(1..=64).contains(&text.len()) || !text.bytes().all(fits) => Err(InvalidName::Malformed),
        _ => Ok(text.into()),
    }
}

/// A tenant's Heap ID: what its ACS is made of.
///
/// ```
/// use heap_identity::heap::HeapId;
/// let id: HeapId = "12345".parse()?;
/// assert_eq!(id.acs_url(), "https://heapanalytics.com/saml/finalize/12345/");
/// # Ok::<_, heap_identity::heap::InvalidName>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct HeapId(String);

impl HeapId {
    /// The address at which the tenant takes SAML Responses: it ends in a slash.
    pub fn acs_url(&self) -> String {
        format!("{ENTITY_ID}/saml/finalize/{}/", self.0)
    }
}

impl FromStr for HeapId {
    type Err = InvalidName;

    /// Takes an id as Heap's settings show it.
    ///
    /// # Errors
    /// [`InvalidName`] for what cannot stand in an address, and for the template's placeholder (R4).
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        check(text).map(Self)
    }
}

impl fmt::Display for HeapId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The `[tenant]` of the SCIM base URL, which may be another value than the Heap ID (D15).
///
/// ```
/// use heap_identity::heap::TenantName;
/// let tenant: TenantName = "demo".parse()?;
/// assert_eq!(tenant.scim_base_url(), "https://heapanalytics.com/scim/v2/demo");
/// # Ok::<_, heap_identity::heap::InvalidName>(())
/// ```
#[derive(Clone, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
pub struct TenantName(String);

impl TenantName {
    /// The address below which the tenant's SCIM endpoints are (R17).
    pub fn scim_base_url(&self) -> String {
        format!("{ENTITY_ID}/scim/v2/{}", self.0)
    }
}

impl FromStr for TenantName {
    type Err = InvalidName;

    /// Takes a name as Heap's settings show it.
    ///
    /// # Errors
    /// [`InvalidName`] for what cannot stand in an address.
    fn from_str(text: &str) -> Result<Self, InvalidName> {
        check(text).map(Self)
    }
}

impl fmt::Display for TenantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::{HeapId, InvalidName};

    #[test]
    fn r04_a_placeholder_that_was_not_replaced_is_an_error() {
        assert_eq!("YOUR_ID".parse::<HeapId>(), Err(InvalidName::Placeholder));
    }

    #[test]
    fn a_name_that_would_leave_its_place_in_an_address_is_refused() {
        for text in ["", "a/b", "a?b", "..", "a b", "é", &"a".repeat(65)] {
            assert_eq!(text.parse::<HeapId>(), Err(InvalidName::Malformed), "{text}");
        }
    }
}
