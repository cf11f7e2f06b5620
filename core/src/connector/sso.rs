use crate::heap::{AttributeMapping, HeapId, InvalidName};

/// The SSO configuration of an application: Heap's template, filled in for one tenant (R4, R5).
///
/// What is the same for every tenant is Heap's profile: the entity id, the address of its assertion consumer service, NameIDs as
/// email addresses (R13). Keys are not part of it: one is given when it is put to use
/// ([`Application::sign_on`](super::Application::sign_on)).
///
/// ```
/// use heap_identity::{connector::Sso, heap::{AttributeMapping, AttributeSource}};
/// let mut attributes = AttributeMapping::default();
/// attributes.set("tenant", AttributeSource::Constant("heap-YOUR_ID".into()));
/// let sso = Sso::new("12345".parse()?).with_attributes(attributes)?;
/// assert_eq!(sso.acs_url(), "https://heapanalytics.com/saml/finalize/12345/");
/// # Ok::<_, heap_identity::heap::InvalidName>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Sso {
    heap_id: HeapId,
    /// As they were written, with their `YOUR_ID`.
    template: AttributeMapping,
    attributes: AttributeMapping,
}

impl Sso {
    /// The configuration for a tenant, without attributes: the NameID is enough for Heap.
    pub fn new(heap_id: HeapId) -> Self {
        Self { heap_id, template: AttributeMapping::default(), attributes: AttributeMapping::default() }
    }

    /// The same, whose assertions say more of a person (R5). Every `YOUR_ID` in a constant becomes the Heap ID (R4).
    ///
    /// # Errors
    /// [`InvalidName::Placeholder`] when one is left over.
    pub fn with_attributes(self, template: AttributeMapping) -> Result<Self, InvalidName> {
        let attributes = template.filled(&self.heap_id)?;
        Ok(Self { template, attributes, ..self })
    }

    /// The same for another tenant.
    pub(super) fn for_tenant(&self, heap_id: HeapId) -> Result<Self, InvalidName> {
        Self::new(heap_id).with_attributes(self.template.clone())
    }

    /// The tenant's Heap ID.
    pub const fn heap_id(&self) -> &HeapId {
        &self.heap_id
    }

    /// Where assertions are sent.
    pub fn acs_url(&self) -> alloc::string::String {
        self.heap_id.acs_url()
    }

    /// The attributes of the assertions.
    pub const fn attributes(&self) -> &AttributeMapping {
        &self.attributes
    }

    /// The attributes as they were written.
    pub(super) const fn template(&self) -> &AttributeMapping {
        &self.template
    }
}
