//! Filters (RFC 7644 3.4.2.2).

use std::sync::Arc;

use heap_identity::scim;

use super::{ResourceKind, document};
use crate::{error::HeapIdentityError, held::Held, mirror::mirror};

mirror! {
    /// How an attribute is compared.
    into FilterOperator of scim::filter::Operator {
        /// `co`
        Contains,
        /// `ew`
        EndsWith,
        /// `eq`
        Equal,
        /// `ge`
        GreaterOrEqual,
        /// `gt`
        Greater,
        /// `le`
        LessOrEqual,
        /// `lt`
        Less,
        /// `ne`
        NotEqual,
        /// `sw`
        StartsWith,
    }
}

/// What an attribute is compared with.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Enum)]
pub enum FilterValue {
    /// Nothing.
    Null,
    /// A boolean.
    Boolean {
        /// The boolean.
        value: bool,
    },
    /// A whole number from 0 up.
    Number {
        /// The number.
        value: u64,
    },
    /// A text, as it is: it is escaped where it is written.
    Text {
        /// The text.
        value: String,
    },
}

impl From<FilterValue> for scim::filter::Comparand {
    fn from(value: FilterValue) -> Self {
        match value {
            FilterValue::Null => Self::Null,
            FilterValue::Boolean { value } => Self::from(value),
            FilterValue::Number { value } => Self::from(value),
            FilterValue::Text { value } => Self::Text(value),
        }
    }
}

/// A filter.
#[derive(Debug, uniffi::Object)]
#[uniffi::export(Display, Eq)]
pub struct Filter(pub(crate) Held<scim::Filter>);

impl core::fmt::Display for Filter {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        self.0.fmt(f)
    }
}

impl PartialEq for Filter {
    fn eq(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }
}

impl Eq for Filter {}

#[uniffi::export]
impl Filter {
    /// Reads a filter.
    #[uniffi::constructor]
    pub fn new(text: &str) -> Result<Self, HeapIdentityError> {
        Ok(Self(Held::new(text.parse()?)))
    }

    /// A comparison of an attribute, such as `userName` or `name.familyName`.
    #[uniffi::constructor]
    pub fn comparing(
        attribute: &str,
        operator: FilterOperator,
        value: FilterValue,
    ) -> Result<Self, HeapIdentityError> {
        let attribute = attribute.parse()?;
        Ok(Self(Held::new(scim::Filter::compare(
            attribute,
            operator.into(),
            scim::filter::Comparand::from(value),
        ))))
    }

    /// Whether an attribute has a value.
    #[uniffi::constructor]
    pub fn present(attribute: &str) -> Result<Self, HeapIdentityError> {
        Ok(Self(Held::new(scim::Filter::present(attribute.parse()?))))
    }

    /// Both.
    pub fn and(&self, other: Arc<Self>) -> Arc<Self> {
        Arc::new(Self(Held::new((*self.0).clone().and((*other.0).clone()))))
    }

    /// One of the two, or both.
    pub fn or(&self, other: Arc<Self>) -> Arc<Self> {
        Arc::new(Self(Held::new((*self.0).clone().or((*other.0).clone()))))
    }

    /// The opposite.
    pub fn negated(&self) -> Arc<Self> {
        Arc::new(Self(Held::new((*self.0).clone().negate())))
    }

    /// The names of the attributes that it asks for.
    pub fn attributes(&self) -> Vec<String> {
        let mut names = Vec::new();
        self.0.attributes(&mut |attribute| names.push(attribute.to_string()));
        names
    }

    /// Refuses a filter that does not fit the schema.
    pub fn check(&self, kind: ResourceKind) -> Result<(), HeapIdentityError> {
        self.0.check(&kind.into())?;
        Ok(())
    }

    /// Whether it matches a resource, given as JSON. A filter that does not fit the schema is refused.
    pub fn matches(&self, resource: &str, kind: ResourceKind) -> Result<bool, HeapIdentityError> {
        let resource = document(resource)?;
        Ok(self.0.check(&kind.into())?.matches(&resource))
    }
}
