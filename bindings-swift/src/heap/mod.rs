//! Heap: its names, roles and rules, and an embedded tenant.

pub mod attributes;
pub mod profile;
pub mod rollover;
pub mod tenant;
pub mod variants;

use heap_identity::heap::{self, HeapId, InvalidName, TenantName};

use crate::error::HeapIdentityError;

/// A role at Heap.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum Role {
    /// May do everything.
    Admin,
    /// May define events and properties.
    Architect,
    /// May analyse.
    Analyst,
    /// May look at what others made.
    Consumer,
    /// May look.
    ReadOnly,
    /// A role of the tenant's own.
    Custom {
        /// Its name.
        name: String,
    },
}

#[uniffi::export]
impl Role {
    /// The role's name as Heap writes it.
    pub fn name(&self) -> String {
        heap::Role::from(self.clone()).name().to_owned()
    }
}

/// The role with this name.
#[uniffi::export]
pub fn role_named(name: &str) -> Role {
    heap::Role::from(name).into()
}

/// The entity id of Heap's service provider.
#[uniffi::export]
pub fn heap_entity_id() -> String {
    heap::ENTITY_ID.to_owned()
}

/// The address at Heap that takes Responses for the tenant with this Heap ID.
#[uniffi::export]
pub fn acs_url(heap_id: &str) -> Result<String, HeapIdentityError> {
    Ok(self::heap_id(heap_id)?.acs_url())
}

/// The base URL of Heap's SCIM service for the tenant of this name.
#[uniffi::export]
pub fn scim_base_url(tenant_name: &str) -> Result<String, HeapIdentityError> {
    Ok(self::tenant_name(tenant_name)?.scim_base_url())
}

/// The assertion consumer service URL out of the identity provider's template, with the Heap ID in the place of `YOUR_ID`;
/// the identity provider's own template if none is given.
#[uniffi::export(default(template = None))]
pub fn fill_acs_url_template(heap_id: &str, template: Option<String>) -> Result<String, HeapIdentityError> {
    let template = template.as_deref().unwrap_or(heap::ACS_URL_TEMPLATE);
    Ok(heap::fill_template(template, &self::heap_id(heap_id)?)?)
}

pub(crate) fn heap_id(text: &str) -> Result<HeapId, InvalidName> {
    text.parse()
}

pub(crate) fn tenant_name(text: &str) -> Result<TenantName, InvalidName> {
    text.parse()
}

impl From<Role> for heap::Role {
    fn from(role: Role) -> Self {
        match role {
            Role::Admin => Self::Admin,
            Role::Architect => Self::Architect,
            Role::Analyst => Self::Analyst,
            Role::Consumer => Self::Consumer,
            Role::ReadOnly => Self::ReadOnly,
            Role::Custom { name } => Self::Custom(name),
        }
    }
}

impl From<heap::Role> for Role {
    fn from(role: heap::Role) -> Self {
        match role {
            heap::Role::Admin => Self::Admin,
            heap::Role::Architect => Self::Architect,
            heap::Role::Analyst => Self::Analyst,
            heap::Role::Consumer => Self::Consumer,
            heap::Role::ReadOnly => Self::ReadOnly,
            other => Self::Custom { name: other.name().to_owned() },
        }
    }
}
