//! Types of resources, and what a name means for one (RFC 7643 6, RFC 7644 3.10).

use alloc::{borrow::Cow, format, vec::Vec};

use super::{Attribute, Schema, find, rfc7643};
use crate::scim::AttributePath;

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
    use super::{super::Type, Resolved, ResourceType};

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
