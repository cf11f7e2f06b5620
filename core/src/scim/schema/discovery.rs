//! Schemas and resource types as the documents of `/Schemas` and `/ResourceTypes` (RFC 7643 6, 7).

use alloc::{format, vec::Vec};

use serde_json::{Value, json};

use super::{Attribute, ResourceType, Schema, Type, urn};

/// The document of a schema.
pub(crate) fn schema(schema: &Schema, base_url: &str) -> Value {
    json!({
        "schemas": [urn::SCHEMA],
        "id": schema.id,
        "name": schema.name,
        "description": schema.description,
        "attributes": attributes(&schema.attributes),
        "meta": { "resourceType": "Schema", "location": format!("{base_url}/Schemas/{}", schema.id) },
    })
}

/// The document of a resource type.
pub(crate) fn resource_type(kind: &ResourceType, base_url: &str) -> Value {
    let extensions: Vec<Value> = kind
        .extensions
        .iter()
        .map(|extension| json!({ "schema": extension.id, "required": false }))
        .collect();
    json!({
        "schemas": [urn::RESOURCE_TYPE],
        "id": kind.name,
        "name": kind.name,
        "endpoint": kind.endpoint,
        "description": kind.schema.description,
        "schema": kind.schema.id,
        "schemaExtensions": extensions,
        "meta": { "resourceType": "ResourceType", "location": format!("{base_url}/ResourceTypes/{}", kind.name) },
    })
}

fn attributes(attributes: &[Attribute]) -> Vec<Value> {
    attributes.iter().map(attribute).collect()
}

/// The depth is that of the schema: sub-attributes have none of their own (RFC 7643 2.3.8).
fn attribute(attribute: &Attribute) -> Value {
    let mut document = json!({
        "name": attribute.name,
        "type": attribute.kind.name(),
        "multiValued": attribute.multi_valued,
        "description": attribute.description,
        "required": attribute.required,
        "mutability": attribute.mutability.name(),
        "returned": attribute.returned.name(),
    });
    let Value::Object(map) = &mut document else { return document };
    if attribute.kind == Type::Complex {
        map.insert("subAttributes".into(), attributes(&attribute.sub_attributes).into());
        return document;
    }
    map.insert("caseExact".into(), attribute.case_exact.into());
    map.insert("uniqueness".into(), attribute.uniqueness.name().into());
    if !attribute.canonical_values.is_empty() {
        map.insert("canonicalValues".into(), json!(attribute.canonical_values));
    }
    if attribute.kind == Type::Reference {
        map.insert("referenceTypes".into(), json!(attribute.reference_types));
    }
    document
}

#[cfg(test)]
mod tests {
    use super::{ResourceType, schema};

    #[test]
    fn a_schema_document_describes_every_attribute_as_rfc_7643_section_7_asks() {
        let document = schema(&ResourceType::user().schema, "https://h/scim");
        let attributes = document["attributes"].as_array().unwrap();
        let user_name = attributes.iter().find(|attribute| attribute["name"] == "userName").unwrap();
        assert_eq!((&user_name["uniqueness"], &user_name["required"]), (&"server".into(), &true.into()));
        assert_eq!(
            document["meta"]["location"],
            "https://h/scim/Schemas/urn:ietf:params:scim:schemas:core:2.0:User"
        );
        for attribute in attributes {
            for key in ["name", "type", "multiValued", "description", "required", "mutability", "returned"] {
                assert!(attribute.get(key).is_some(), "{attribute} {key}");
            }
        }
    }
}
