//! Schemas as data (RFC 7643 2.2, 7): what an attribute is, who may write it, how it is compared.
//!
//! The schemas of RFC 7643 8.7 are constants; others can be made at run time, so every text and list is a `Cow`.

mod discovery;
mod rfc7643;
mod urn;

use alloc::{borrow::Cow, format, vec::Vec};

pub(crate) use self::urn::URNS;
pub use self::urn::{
    ENTERPRISE_USER, ERROR, GROUP, LIST_RESPONSE, PATCH_OP, RESOURCE_TYPE, SCHEMA, SEARCH_REQUEST,
    SERVICE_PROVIDER_CONFIG, USER,
};
pub(crate) use discovery::{resource_type, schema};

use super::AttributePath;

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

/// A type of resource: its schema, its extensions, its endpoint (RFC 7643 6).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct ResourceType {
    /// Its name: `User`.
    pub name: Cow<'static, str>,
    /// Its endpoint: `/Users`.
    pub endpoint: Cow<'static, str>,
    /// Its core schema.
    pub schema: Schema,
    /// Its extensions, all optional.
    pub extensions: Vec<Schema>,
}

/// What a name means for a type of resource.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Resolved<'t> {
    /// An attribute, of the core schema or of an extension.
    Attribute {
        /// The extension's URN.
        extension: Option<&'t str>,
        /// The attribute.
        attribute: &'t Attribute,
        /// The sub-attribute, where the name has one.
        sub: Option<&'t Attribute>,
    },
    /// An extension as a whole.
    Extension(&'t Schema),
}

impl ResourceType {
    /// The User with the enterprise extension.
    pub fn user() -> Self {
        Self {
            name: Cow::Borrowed("User"),
            endpoint: Cow::Borrowed("/Users"),
            schema: rfc7643::USER_SCHEMA,
            extensions: Vec::from([rfc7643::ENTERPRISE_USER_SCHEMA]),
        }
    }

    /// The Group.
    pub fn group() -> Self {
        Self {
            name: Cow::Borrowed("Group"),
            endpoint: Cow::Borrowed("/Groups"),
            schema: rfc7643::GROUP_SCHEMA,
            extensions: Vec::new(),
        }
    }

    /// With one more attribute in the core schema.
    #[must_use]
    pub fn with_attribute(mut self, attribute: Attribute) -> Self {
        self.schema.attributes.to_mut().push(attribute);
        self
    }

    /// The attribute of the core schema with this name, or the common one (RFC 7643 3.1).
    pub fn attribute(&self, name: &str) -> Option<&Attribute> {
        self.schema.attribute(name).or_else(|| find(rfc7643::COMMON, name))
    }

    /// The extension with this URN.
    pub fn extension(&self, urn: &str) -> Option<&Schema> {
        self.extensions.iter().find(|extension| extension.id.eq_ignore_ascii_case(urn))
    }

    /// What a name means here; `None` when there is no such schema, attribute or sub-attribute.
    pub fn resolve(&self, path: &AttributePath) -> Option<Resolved<'_>> {
        let (extension, attribute) = match path.schema() {
            None => (None, self.attribute(path.name())?),
            Some(urn) if urn.eq_ignore_ascii_case(&self.schema.id) => (None, self.attribute(path.name())?),
            Some(urn) => match self.extension(urn) {
                Some(extension) => (Some(extension.id.as_ref()), extension.attribute(path.name())?),
                // The URN of an extension reads like an attribute of a shorter URN.
                None if path.sub.is_none() => {
                    return self.extension(&format!("{urn}:{}", path.name())).map(Resolved::Extension);
                }
                None => return None,
            },
        };
        let sub = match path.sub_attribute() {
            None => None,
            Some(name) => Some(attribute.sub_attribute(name)?),
        };
        Some(Resolved::Attribute { extension, attribute, sub })
    }
}

#[cfg(test)]
mod tests {
    use super::{Resolved, ResourceType, Type};

    fn resolve(name: &str) -> Option<alloc::string::String> {
        let user = ResourceType::user();
        Some(match user.resolve(&name.parse().unwrap())? {
            Resolved::Extension(schema) => schema.name.to_string(),
            Resolved::Attribute { extension, attribute, sub } => alloc::format!(
                "{}{}{}",
                if extension.is_some() { "+" } else { "" },
                attribute.name,
                sub.map_or("", |sub| &sub.name)
            ),
        })
    }

    use alloc::string::ToString;

    #[test]
    fn a_name_is_resolved_in_every_way_it_may_be_written() {
        let enterprise = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
        assert_eq!(resolve("USERNAME").as_deref(), Some("userName"));
        assert_eq!(resolve("name.familyname").as_deref(), Some("namefamilyName"));
        assert_eq!(
            resolve("urn:ietf:params:scim:schemas:core:2.0:user:meta.created").as_deref(),
            Some("metacreated")
        );
        assert_eq!(resolve(&alloc::format!("{enterprise}:manager.value")).as_deref(), Some("+managervalue"));
        assert_eq!(resolve(enterprise).as_deref(), Some("EnterpriseUser"));
        for name in ["noSuch", "name.noSuch", "department", "urn:x:y", "userName.value"] {
            assert_eq!(resolve(name), None, "{name}");
        }
    }

    #[test]
    fn the_characteristics_that_decide_comparison_are_those_of_rfc_7643_section_8_7() {
        let user = ResourceType::user();
        for (name, case_exact) in
            [("id", true), ("externalId", true), ("userName", false), ("displayName", false)]
        {
            assert_eq!(user.attribute(name).unwrap().case_exact, case_exact, "{name}");
        }
        assert_eq!(user.attribute("active").unwrap().kind, Type::Boolean);
        assert_eq!(
            user.attribute("x509Certificates").unwrap().sub_attribute("value").unwrap().kind,
            Type::Binary
        );
    }
}
