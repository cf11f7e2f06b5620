//! Schemas as data.

use std::borrow::Cow;

use heap_identity::scim::{
    AttributePath as Path,
    schema::{self, Mutability, Resolved as Found, Returned, Type, Uniqueness},
};
use pyo3::{
    FromPyObject, PyAny, PyErr, PyRef, PyResult, pyclass, pymethods,
    types::{PyAnyMethods, PyString},
};

use super::{filter::Attributed, kind_of};
use crate::table::{table, words};

words! {
    type_of: Type {
        "string" => Type::String,
        "boolean" => Type::Boolean,
        "decimal" => Type::Decimal,
        "integer" => Type::Integer,
        "dateTime" => Type::DateTime,
        "reference" => Type::Reference,
        "binary" => Type::Binary,
        "complex" => Type::Complex,
    }
    mutability_of: Mutability {
        "readOnly" => Mutability::ReadOnly,
        "readWrite" => Mutability::ReadWrite,
        "immutable" => Mutability::Immutable,
        "writeOnly" => Mutability::WriteOnly,
    }
    returned_of: Returned {
        "always" => Returned::Always,
        "never" => Returned::Never,
        "default" => Returned::Default,
        "request" => Returned::Request,
    }
    uniqueness_of: Uniqueness {
        "none" => Uniqueness::None,
        "server" => Uniqueness::Server,
        "global" => Uniqueness::Global,
    }
}

/// An attribute of a schema (RFC 7643 7).
///
/// One with the characteristics that RFC 7643 2.2 names as default; references and binaries are compared with case.
#[pyclass(frozen, eq, module = "heap_identity.scim.schema")]
#[derive(Clone, PartialEq)]
pub(crate) struct Attribute(schema::Attribute);

table!(Attribute {
    /// Its name, in the case in which it is written.
    name: &str = |attribute| &attribute.name;
    r#type: &'static str = |attribute| attribute.kind.name();
    /// Whether it has several values, in an array.
    multi_valued: bool = |attribute| attribute.multi_valued;
    description: &str = |attribute| &attribute.description;
    /// Whether a resource must have it.
    required: bool = |attribute| attribute.required;
    /// Values that are usual.
    canonical_values: Vec<&'static str> = |attribute| attribute.canonical_values.to_vec();
    /// Whether its texts are compared with regard to case.
    case_exact: bool = |attribute| attribute.case_exact;
    /// Who may write it, and when.
    mutability: &'static str = |attribute| attribute.mutability.name();
    /// When it is part of an answer.
    returned: &'static str = |attribute| attribute.returned.name();
    /// Among which resources a value is unique.
    uniqueness: &'static str = |attribute| attribute.uniqueness.name();
    /// What a reference may refer to.
    reference_types: Vec<&'static str> = |attribute| attribute.reference_types.to_vec();
    /// Its sub-attributes, where it is complex.
    sub_attributes: Vec<Attribute> = |attribute| attributes(&attribute.sub_attributes);
}
    #[new]
    #[pyo3(signature = (
        *, name, r#type="string", description="", multi_valued=false, required=false, case_exact=None,
        mutability="readWrite", returned="default", uniqueness="none", sub_attributes=Vec::new()
    ))]
    #[expect(clippy::too_many_arguments, reason = "they are named arguments in Python")]
    fn new(
        name: String,
        r#type: &str,
        description: &str,
        multi_valued: bool,
        required: bool,
        case_exact: Option<bool>,
        mutability: &str,
        returned: &str,
        uniqueness: &str,
        sub_attributes: Vec<PyRef<'_, Self>>,
    ) -> PyResult<Self> {
        let mut attribute = schema::Attribute::simple("", type_of(r#type)?, "")
            .mutability(mutability_of(mutability)?)
            .returned(returned_of(returned)?)
            .unique(uniqueness_of(uniqueness)?);
        (attribute.name, attribute.description) = (Cow::Owned(name), Cow::Owned(description.to_owned()));
        (attribute.multi_valued, attribute.required) = (multi_valued, required);
        attribute.case_exact = case_exact.unwrap_or(attribute.case_exact);
        attribute.sub_attributes = sub_attributes.iter().map(|sub| sub.0.clone()).collect();
        Ok(Self(attribute))
    }

    /// The sub-attribute with this name, compared without regard to case.
    fn sub_attribute(&self, name: &str) -> Option<Self> {
        self.0.sub_attribute(name).cloned().map(Self)
    }

    fn __repr__(&self) -> String {
        format!("Attribute(name={:?}, type={:?})", self.0.name, self.0.kind.name())
    }
);

fn attributes(all: &[schema::Attribute]) -> Vec<Attribute> {
    all.iter().cloned().map(Attribute).collect()
}

/// A schema (RFC 7643 7).
#[pyclass(frozen, eq, module = "heap_identity.scim.schema")]
#[derive(Clone, PartialEq)]
pub(crate) struct Schema(schema::Schema);

table!(Schema {
    /// Its URN.
    id: &str = |schema| &schema.id;
    name: &str = |schema| &schema.name;
    description: &str = |schema| &schema.description;
    /// Its attributes, without the common ones of RFC 7643 3.1.
    attributes: Vec<Attribute> = |schema| attributes(&schema.attributes);
}
    /// The attribute with this name, compared without regard to case.
    fn attribute(&self, name: &str) -> Option<Attribute> {
        self.0.attribute(name).cloned().map(Attribute)
    }

    fn __repr__(&self) -> String {
        format!("Schema(id={:?})", self.0.id)
    }
);

/// What a name means for a type of resource: an attribute, or an extension as a whole, which has no `attribute`.
#[pyclass(frozen, get_all, module = "heap_identity.scim.schema")]
pub(crate) struct Resolved {
    /// The URN of the extension that it is of.
    extension: Option<String>,
    attribute: Option<Attribute>,
    /// The sub-attribute, where the name has one.
    sub: Option<Attribute>,
}

#[pymethods]
impl Resolved {
    fn __repr__(&self) -> String {
        let name = |attribute: &Option<Attribute>| {
            attribute.as_ref().map_or_else(|| "None".to_owned(), Attribute::__repr__)
        };
        format!("Resolved(attribute={}, sub={})", name(&self.attribute), name(&self.sub))
    }
}

/// A type of resource: its schema, its extensions, its endpoint (RFC 7643 6).
#[pyclass(frozen, eq, module = "heap_identity.scim.schema")]
#[derive(Clone, PartialEq)]
pub(crate) struct ResourceType(pub(super) schema::ResourceType);

table!(ResourceType {
    name: &str = |kind| &kind.name;
    /// Its endpoint, as `/Users`.
    endpoint: &str = |kind| &kind.endpoint;
    /// Its core schema.
    schema: Schema = |kind| Schema(kind.schema.clone());
    /// Its extensions, all optional.
    extensions: Vec<Schema> = |kind| kind.extensions.iter().cloned().map(Schema).collect();
}
    /// The User with the enterprise extension (RFC 7643 4.1, 4.3).
    #[staticmethod]
    fn user() -> Self {
        Self(schema::ResourceType::user())
    }

    /// The Group (RFC 7643 4.2).
    #[staticmethod]
    fn group() -> Self {
        Self(schema::ResourceType::group())
    }

    /// The same with one more attribute in the core schema.
    #[pyo3(signature = (attribute))]
    fn with_attribute(&self, attribute: PyRef<'_, Attribute>) -> Self {
        Self(self.0.clone().with_attribute(attribute.0.clone()))
    }

    /// The attribute of the core schema with this name, or the common one (RFC 7643 3.1).
    #[pyo3(signature = (name))]
    fn attribute(&self, name: &str) -> Option<Attribute> {
        self.0.attribute(name).cloned().map(Attribute)
    }

    /// The extension with this URN.
    #[pyo3(signature = (urn))]
    fn extension(&self, urn: &str) -> Option<Schema> {
        self.0.extension(urn).cloned().map(Schema)
    }

    /// What a name means here; `None` when there is no such schema, attribute or sub-attribute.
    #[pyo3(signature = (path))]
    fn resolve(&self, path: Attributed) -> Option<Resolved> {
        let path: &Path = &path.0;
        Some(match self.0.resolve(path)? {
            Found::Attribute { extension, attribute, sub } => Resolved {
                extension: extension.map(str::to_owned),
                attribute: Some(Attribute(attribute.clone())),
                sub: sub.cloned().map(Attribute),
            },
            Found::Extension(schema) => {
                Resolved { extension: Some(schema.id.clone().into_owned()), attribute: None, sub: None }
            }
        })
    }

    fn __repr__(&self) -> String {
        format!("ResourceType(name={:?})", self.0.name)
    }
);

/// A type of resource as an argument: `"User"`, `"Group"`, or one that was made.
pub(crate) struct Described(pub(crate) schema::ResourceType);

impl<'py> FromPyObject<'_, 'py> for Described {
    type Error = PyErr;

    fn extract(object: pyo3::Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if object.is_instance_of::<PyString>() {
            return Ok(Self(match kind_of(object.extract()?)? {
                heap_identity::scim::service::Kind::User => schema::ResourceType::user(),
                heap_identity::scim::service::Kind::Group => schema::ResourceType::group(),
            }));
        }
        Ok(Self(object.extract::<PyRef<'_, ResourceType>>()?.0.clone()))
    }
}

/// The URNs of RFC 7643 and RFC 7644, by the names that the core has for them.
pub(crate) const URNS: &[(&str, &str)] = &[
    ("USER", schema::USER),
    ("GROUP", schema::GROUP),
    ("ENTERPRISE_USER", schema::ENTERPRISE_USER),
    ("LIST_RESPONSE", schema::LIST_RESPONSE),
    ("PATCH_OP", schema::PATCH_OP),
    ("SEARCH_REQUEST", schema::SEARCH_REQUEST),
    ("BULK_REQUEST", schema::BULK_REQUEST),
    ("BULK_RESPONSE", schema::BULK_RESPONSE),
    ("ERROR", schema::ERROR),
    ("SERVICE_PROVIDER_CONFIG", schema::SERVICE_PROVIDER_CONFIG),
    ("RESOURCE_TYPE", schema::RESOURCE_TYPE),
    ("SCHEMA", schema::SCHEMA),
];
