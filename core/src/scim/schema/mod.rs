//! Schemas as data (RFC 7643 2.2, 7): what an attribute is, who may write it, how it is compared.
//!
//! The schemas of RFC 7643 8.7 are constants; others can be made at run time, so every text and list is a `Cow`.

mod discovery;
mod resource_type;
mod rfc7643;
mod urn;

use alloc::borrow::Cow;

pub(crate) use self::urn::URNS;
pub use self::urn::{
    BULK_REQUEST, BULK_RESPONSE, ENTERPRISE_USER, ERROR, GROUP, LIST_RESPONSE, PATCH_OP, RESOURCE_TYPE,
    SCHEMA, SEARCH_REQUEST, SERVICE_PROVIDER_CONFIG, USER,
};
pub(crate) use discovery::{resource_type, schema};
pub use resource_type::{Resolved, ResourceType};

/// The type of an attribute (RFC 7643 2.3).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Type {
    /// Text.
    String,
    /// `true` or `false`.
    Boolean,
    /// A number with a fraction.
    Decimal,
    /// A whole number.
    Integer,
    /// A date with a time.
    DateTime,
    /// A URI.
    Reference,
    /// Bytes in base64.
    Binary,
    /// Sub-attributes.
    Complex,
}

impl Type {
    /// Its name in a schema document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::String => "string",
            Self::Boolean => "boolean",
            Self::Decimal => "decimal",
            Self::Integer => "integer",
            Self::DateTime => "dateTime",
            Self::Reference => "reference",
            Self::Binary => "binary",
            Self::Complex => "complex",
        }
    }
}

/// Who may write an attribute, and when (RFC 7643 7).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Mutability {
    /// The service provider alone.
    ReadOnly,
    /// Anyone, at any time.
    ReadWrite,
    /// Anyone, once.
    Immutable,
    /// Anyone, and it is never shown.
    WriteOnly,
}

impl Mutability {
    /// Its name in a schema document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ReadOnly => "readOnly",
            Self::ReadWrite => "readWrite",
            Self::Immutable => "immutable",
            Self::WriteOnly => "writeOnly",
        }
    }
}

/// When an attribute is part of an answer (RFC 7643 7).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Returned {
    /// Always, whatever was asked for.
    Always,
    /// Never.
    Never,
    /// Unless it was left out on request.
    Default,
    /// When asked for.
    Request,
}

impl Returned {
    /// Its name in a schema document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Always => "always",
            Self::Never => "never",
            Self::Default => "default",
            Self::Request => "request",
        }
    }
}

/// Among which resources a value is unique (RFC 7643 7).
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Uniqueness {
    /// It need not be.
    None,
    /// Among those of one service provider and type.
    Server,
    /// Everywhere.
    Global,
}

impl Uniqueness {
    /// Its name in a schema document.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Server => "server",
            Self::Global => "global",
        }
    }
}

/// An attribute of a schema (RFC 7643 7).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Attribute {
    /// Its name, in the case in which it is written.
    pub name: Cow<'static, str>,
    /// Its type.
    pub kind: Type,
    /// Whether it has several values, in an array.
    pub multi_valued: bool,
    /// What it is for.
    pub description: Cow<'static, str>,
    /// Whether a resource must have it.
    pub required: bool,
    /// Values that are usual.
    pub canonical_values: &'static [&'static str],
    /// Whether its texts are compared with regard to case.
    pub case_exact: bool,
    /// Who may write it.
    pub mutability: Mutability,
    /// When it is shown.
    pub returned: Returned,
    /// Among which resources it is unique.
    pub uniqueness: Uniqueness,
    /// What a reference may refer to.
    pub reference_types: &'static [&'static str],
    /// Its sub-attributes, where it is complex.
    pub sub_attributes: Cow<'static, [Self]>,
}

impl Attribute {
    /// An attribute of a simple type, with the characteristics that RFC 7643 2.2 names as default.
    pub const fn simple(name: &'static str, kind: Type, description: &'static str) -> Self {
        Self::complex(name, &[], description).of_type(kind)
    }

    /// A text, compared without regard to case.
    pub const fn text(name: &'static str, description: &'static str) -> Self {
        Self::simple(name, Type::String, description)
    }

    /// An attribute with sub-attributes.
    pub const fn complex(
        name: &'static str,
        sub_attributes: &'static [Self],
        description: &'static str,
    ) -> Self {
        Self {
            name: Cow::Borrowed(name),
            kind: Type::Complex,
            multi_valued: false,
            description: Cow::Borrowed(description),
            required: false,
            canonical_values: &[],
            case_exact: false,
            mutability: Mutability::ReadWrite,
            returned: Returned::Default,
            uniqueness: Uniqueness::None,
            reference_types: &[],
            sub_attributes: Cow::Borrowed(sub_attributes),
        }
    }

    const fn of_type(mut self, kind: Type) -> Self {
        self.kind = kind;
        // References and binaries are compared with regard to case (RFC 7643 2.3.6, 2.3.7).
        self.case_exact = matches!(kind, Type::Reference | Type::Binary);
        self
    }

    /// With several values.
    #[must_use]
    pub const fn many(mut self) -> Self {
        self.multi_valued = true;
        self
    }

    /// That a resource must have.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Compared with regard to case.
    #[must_use]
    pub const fn case_exact(mut self) -> Self {
        self.case_exact = true;
        self
    }

    /// Compared without regard to case, whatever the type.
    #[must_use]
    pub(super) const fn any_case(mut self) -> Self {
        self.case_exact = false;
        self
    }

    /// That may be written as said.
    #[must_use]
    pub const fn mutability(mut self, mutability: Mutability) -> Self {
        self.mutability = mutability;
        self
    }

    /// Shown when said.
    #[must_use]
    pub const fn returned(mut self, returned: Returned) -> Self {
        self.returned = returned;
        self
    }

    /// Unique as said.
    #[must_use]
    pub const fn unique(mut self, uniqueness: Uniqueness) -> Self {
        self.uniqueness = uniqueness;
        self
    }

    /// With usual values.
    #[must_use]
    pub const fn canonical(mut self, values: &'static [&'static str]) -> Self {
        self.canonical_values = values;
        self
    }

    /// A reference to resources of these types.
    #[must_use]
    pub const fn refers_to(mut self, types: &'static [&'static str]) -> Self {
        self.reference_types = types;
        self
    }

    /// The sub-attribute with this name, compared without regard to case.
    pub fn sub_attribute(&self, name: &str) -> Option<&Self> {
        find(&self.sub_attributes, name)
    }
}

/// A schema (RFC 7643 7).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Schema {
    /// Its URN.
    pub id: Cow<'static, str>,
    /// Its name.
    pub name: Cow<'static, str>,
    /// What it is for.
    pub description: Cow<'static, str>,
    /// Its attributes, without the common ones of RFC 7643 3.1.
    pub attributes: Cow<'static, [Attribute]>,
}

impl Schema {
    /// A schema that the program itself knows.
    pub const fn new(
        id: &'static str,
        name: &'static str,
        description: &'static str,
        attributes: &'static [Attribute],
    ) -> Self {
        Self {
            id: Cow::Borrowed(id),
            name: Cow::Borrowed(name),
            description: Cow::Borrowed(description),
            attributes: Cow::Borrowed(attributes),
        }
    }

    /// The attribute with this name, compared without regard to case.
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        find(&self.attributes, name)
    }
}

fn find<'a>(attributes: &'a [Attribute], name: &str) -> Option<&'a Attribute> {
    attributes.iter().find(|attribute| attribute.name.eq_ignore_ascii_case(name))
}
