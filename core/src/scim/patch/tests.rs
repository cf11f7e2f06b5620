use alloc::{format, vec};

use serde_json::{Value, json};

use super::{Applied, Dialect, Patch, Tolerance};
use crate::scim::{
    Document, Error, ErrorKind,
    schema::{self, ResourceType},
};

fn apply(
    resource: &mut Document,
    kind: &ResourceType,
    operations: Value,
    dialect: &Dialect,
) -> Result<Applied, Error> {
    let body = serde_json::to_vec(&json!({ "Operations": operations })).unwrap();
    Patch::read(&body, dialect)?.0.apply(resource, kind, dialect)
}

fn document(value: Value) -> Document {
    Document::try_from(value).unwrap()
}

/// The resource after the operations, or the kind of the error, with the resource as it was.
fn outcome(
    kind: &ResourceType,
    before: Value,
    operations: Value,
    dialect: &Dialect,
) -> Result<Value, ErrorKind> {
    let mut resource = document(before.clone());
    match apply(&mut resource, kind, operations, dialect) {
        Ok(_) => Ok(Value::Object(resource.into_map())),
        Err(error) => {
            assert_eq!(Value::Object(resource.into_map()), before);
            Err(error.kind)
        }
    }
}

fn group(operations: Value, dialect: &Dialect) -> Result<Value, ErrorKind> {
    let before = json!({"displayName": "g", "members": [{"value": "1"}, {"value": "2"}, {"value": "3"}]});
    outcome(&ResourceType::group(), before, operations, dialect)
}

fn user(operations: Value, dialect: &Dialect) -> Result<Value, ErrorKind> {
    let before =
        json!({"userName": "u", "active": true, "emails": [{"value": "a", "type": "work", "primary": true}]});
    outcome(&ResourceType::user(), before, operations, dialect)
}

#[test]
fn a_failing_operation_undoes_those_before_it() {
    let operations =
        json!([{"op": "replace", "path": "displayName", "value": "x"}, {"op": "remove", "path": "noSuch"}]);
    assert_eq!(group(operations, &Dialect::STRICT), Err(ErrorKind::InvalidPath));
}

#[test]
fn f20_replacing_another_attribute_leaves_the_members() {
    let after = group(json!([{"op": "replace", "value": {"displayName": "x"}}]), &Dialect::STRICT).unwrap();
    assert_eq!(after["members"].as_array().unwrap().len(), 3);
}

#[test]
fn f20_an_unknown_attribute_is_refused_and_never_taken_for_another() {
    for operations in [
        json!([{"op": "replace", "path": "memberz", "value": []}]),
        json!([{"op": "replace", "value": {"memberz": []}}]),
        json!([{"op": "remove", "path": "members.noSuch"}]),
        json!([{"op": "add", "path": "urn:x:Y:members", "value": []}]),
    ] {
        assert_eq!(group(operations, &Dialect::TOLERANT), Err(ErrorKind::InvalidPath));
    }
}

#[test]
fn f21_replacing_members_keeps_none_of_the_old() {
    let after =
        group(json!([{"op": "replace", "path": "members", "value": [{"value": "9"}]}]), &Dialect::STRICT)
            .unwrap();
    assert_eq!(after["members"], json!([{"value": "9"}]));
}

#[test]
fn f23_the_member_that_is_named_is_removed_wherever_it_stands() {
    let operations = json!([{"op": "remove", "path": "members[value eq \"1\"]"}, {"op": "remove", "path": "members[value eq \"2\"]"}]);
    assert_eq!(group(operations, &Dialect::STRICT).unwrap()["members"], json!([{"value": "3"}]));
}

#[test]
fn f24_replacing_members_with_none_empties_the_group() {
    let after = group(json!([{"op": "replace", "path": "members", "value": []}]), &Dialect::STRICT).unwrap();
    assert_eq!(after.get("members"), None);
}

#[test]
fn f25_what_entra_sends_is_refused_strictly_and_tolerated_by_name() {
    let kind = ResourceType::user();
    for (operation, expected) in [
        (json!({"op": "Replace", "path": "active", "value": false}), vec![Tolerance::OperationCase]),
        (json!({"op": "replace", "path": "active", "value": "False"}), vec![Tolerance::TextBoolean]),
        (json!({"op": "replace", "value": {"active": "FALSE"}}), vec![Tolerance::TextBoolean]),
        (
            json!({"op": "add", "value": {"name.familyName": "x", "active": false}}),
            vec![Tolerance::DottedName],
        ),
        (json!({"op": "add", "value": {"groups": [], "active": false}}), vec![Tolerance::ReadOnlyIgnored]),
        (
            json!({"op": "replace", "value": {schema::USER: {"active": false}}}),
            vec![Tolerance::ExtensionName],
        ),
    ] {
        let before = document(json!({"userName": "u", "active": true}));
        let body = serde_json::to_vec(&json!({ "Operations": [operation] })).unwrap();
        let mut resource = before.clone();
        let strict =
            Patch::from_slice(&body).and_then(|patch| patch.apply(&mut resource, &kind, &Dialect::STRICT));
        assert!(strict.is_err(), "{operation}");
        let (patch, mut tolerated) = Patch::read(&body, &Dialect::TOLERANT).unwrap();
        tolerated.extend(patch.apply(&mut resource, &kind, &Dialect::TOLERANT).unwrap().tolerated);
        assert_eq!(tolerated, expected, "{operation}");
        assert_eq!(resource.get("active"), Some(&Value::Bool(false)));
    }
}

#[test]
fn a_tolerant_reading_takes_no_id_of_another_resource_and_no_text_for_a_list() {
    let refused = |operation: Value| user(json!([operation]), &Dialect::TOLERANT).unwrap_err();
    let other = json!({"op": "replace", "value": {"id": "another", "title": "x"}});
    assert_eq!(refused(other), ErrorKind::Mutability);
    let text = json!({"op": "replace", "path": "emails", "value": "a@x.org"});
    assert_eq!(refused(text), ErrorKind::InvalidValue);
}

/// RFC 7643 8.7.1: `manager.displayName` is read-only.
#[test]
fn the_name_of_a_manager_is_the_service_providers() {
    let manager = json!({"value": "7", "displayName": "Boss"});
    let path = format!("{}:manager", schema::ENTERPRISE_USER);
    let operations = json!([{"op": "add", "path": path, "value": manager}]);
    assert_eq!(user(operations.clone(), &Dialect::STRICT), Err(ErrorKind::Mutability));
    let tolerant = user(operations, &Dialect::TOLERANT).unwrap();
    assert_eq!(tolerant[schema::ENTERPRISE_USER]["manager"], json!({"value": "7"}));
}

#[test]
fn a_removal_that_lists_members_never_removes_the_others() {
    let operations = json!([{"op": "remove", "path": "members", "value": [{"value": "2"}]}]);
    assert_eq!(group(operations.clone(), &Dialect::STRICT), Err(ErrorKind::InvalidSyntax));
    assert_eq!(
        group(operations, &Dialect::TOLERANT).unwrap()["members"],
        json!([{"value": "1"}, {"value": "3"}])
    );
    let none = json!([{"op": "remove", "path": "members", "value": []}]);
    assert_eq!(group(none, &Dialect::TOLERANT).unwrap()["members"].as_array().unwrap().len(), 3);
}

#[test]
fn the_id_of_a_member_cannot_be_changed() {
    for operation in [
        json!({"op": "replace", "path": "members[value eq \"1\"].value", "value": "9"}),
        json!({"op": "replace", "path": "members[value eq \"1\"]", "value": {"value": "9"}}),
        json!({"op": "remove", "path": "members.value"}),
    ] {
        assert_eq!(group(json!([operation]), &Dialect::STRICT), Err(ErrorKind::Mutability), "{operation}");
    }
}

#[test]
fn read_only_and_required_attributes_are_kept() {
    for operation in [
        json!({"op": "replace", "path": "id", "value": "x"}),
        json!({"op": "add", "path": "groups", "value": [{"value": "x"}]}),
        json!({"op": "remove", "path": "meta.version"}),
        json!({"op": "remove", "path": "userName"}),
        json!({"op": "remove", "path": "schemas"}),
    ] {
        assert_eq!(user(json!([operation]), &Dialect::STRICT), Err(ErrorKind::Mutability), "{operation}");
    }
    for value in [json!(null), json!([])] {
        let operation = json!({"op": "replace", "path": "userName", "value": value});
        assert_eq!(user(json!([operation]), &Dialect::STRICT), Err(ErrorKind::InvalidValue), "{operation}");
    }
}

#[test]
fn one_value_is_primary_at_most() {
    let two = json!([{"value": "x", "primary": true}, {"value": "y", "primary": true}]);
    let operation = |op: &str, value: &Value| json!([{"op": op, "path": "emails", "value": value}]);
    assert_eq!(user(operation("add", &two), &Dialect::STRICT), Err(ErrorKind::InvalidValue));
    assert_eq!(user(operation("replace", &two), &Dialect::STRICT), Err(ErrorKind::InvalidValue));
    let after = user(json!([{"op": "add", "path": "emails", "value": [{"value": "b"}]}, {"op": "replace", "path": "emails[value eq \"b\"].primary", "value": true}]), &Dialect::STRICT).unwrap();
    assert_eq!(after["emails"], json!([{"value": "a", "type": "work"}, {"value": "b", "primary": true}]));
}

#[test]
fn f17_a_value_that_is_json_in_a_text_is_refused() {
    let operations = json!([{"op": "replace", "value": "{\"active\": false}"}]);
    for dialect in [Dialect::STRICT, Dialect::TOLERANT, Dialect::ENTRA] {
        assert_eq!(user(operations.clone(), &dialect), Err(ErrorKind::InvalidValue));
    }
}

#[test]
fn values_are_checked_against_their_type_at_any_depth() {
    for operation in [
        json!({"op": "replace", "path": "active", "value": 5}),
        json!({"op": "replace", "path": "userName", "value": true}),
        json!({"op": "add", "path": "emails", "value": [{"value": "x", "primary": "yes"}]}),
        json!({"op": "add", "path": "emails", "value": ["x"]}),
        json!({"op": "add", "path": "name", "value": "x"}),
    ] {
        assert_eq!(user(json!([operation]), &Dialect::STRICT), Err(ErrorKind::InvalidValue), "{operation}");
    }
}

#[test]
fn the_same_address_is_not_added_twice() {
    let after = user(
        json!([{"op": "add", "path": "emails", "value": [{"type": "work", "value": "a", "display": "A"}]}]),
        &Dialect::STRICT,
    );
    assert_eq!(
        after.unwrap()["emails"],
        json!([{"value": "a", "type": "work", "primary": true, "display": "A"}])
    );
}

#[test]
fn an_extension_is_named_in_schemas_while_it_has_values() {
    let urn = schema::ENTERPRISE_USER;
    let before = json!({"schemas": [schema::USER], "userName": "u"});
    let add = json!({"op": "add", "path": format!("{urn}:department"), "value": "D"});
    let after = outcome(&ResourceType::user(), before.clone(), json!([add]), &Dialect::STRICT).unwrap();
    assert_eq!((&after["schemas"][1], &after[urn]), (&json!(urn), &json!({"department": "D"})));
    for remove in
        [json!({"op": "remove", "path": urn}), json!({"op": "remove", "path": format!("{urn}:department")})]
    {
        assert_eq!(
            outcome(&ResourceType::user(), after.clone(), json!([remove]), &Dialect::STRICT).unwrap(),
            before
        );
    }
}

#[test]
fn entra_makes_the_value_that_its_filter_asks_for() {
    let operations = json!([{"op": "add", "path": "emails[type eq \"home\"].value", "value": "h"}]);
    assert_eq!(user(operations.clone(), &Dialect::TOLERANT), Err(ErrorKind::NoTarget));
    assert_eq!(
        user(operations, &Dialect::ENTRA).unwrap()["emails"][1],
        json!({"type": "home", "value": "h"})
    );
}

#[test]
fn applying_the_same_patch_again_changes_nothing() {
    let mut resource = document(json!({"userName": "u", "active": true}));
    let operations = json!([{"op": "replace", "path": "active", "value": false}, {"op": "add", "path": "emails", "value": [{"value": "a"}]}]);
    let mut changed =
        || apply(&mut resource, &ResourceType::user(), operations.clone(), &Dialect::STRICT).unwrap().changed;
    assert_eq!([changed(), changed()], [true, false]);
}
