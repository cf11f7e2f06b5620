use alloc::{collections::BTreeSet, format, string::String, vec, vec::Vec};

use proptest::{collection, option, prelude::*, sample::select};
use serde_json::{Map, Value, json};

use super::{Dialect, Patch, between::same};
use crate::scim::{Document, ErrorKind, schema::ResourceType};

const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

fn document(value: Value) -> Document {
    Document::try_from(value).unwrap()
}

/// The operations as text, for people to judge.
fn between(
    kind: &ResourceType,
    before: &Value,
    after: &Value,
    dialect: &Dialect,
) -> Result<String, ErrorKind> {
    let patch = Patch::between(&document(before.clone()), &document(after.clone()), kind, dialect);
    let patch = patch.map_err(|error| error.kind)?;
    let body: Value = serde_json::from_slice(&patch.to_vec()).unwrap();
    Ok(format!("{}", body["Operations"]))
}

/// A text that is often the same in two resources.
fn text() -> impl Strategy<Value = Value> {
    select(vec![json!("a"), json!("b"), json!("c\"]\\ d"), json!("\u{e9}")])
}

/// An object with some of these names.
fn object(names: &'static [&'static str]) -> impl Strategy<Value = Option<Value>> {
    collection::vec(option::of(text()), names.len()).prop_map(|values| {
        let pairs = names.iter().zip(values).filter_map(|(name, value)| Some(((*name).into(), value?)));
        let map: Map<String, Value> = pairs.collect();
        (!map.is_empty()).then_some(Value::Object(map))
    })
}

/// Values with a type each, no two the same one (RFC 7643 2.4), at most one of them primary.
fn values() -> impl Strategy<Value = Option<Value>> {
    let one = (text(), select(vec!["work", "home", "other"]), option::of(text()));
    (collection::vec(one, 0..4), 0..6_usize).prop_map(|(all, primary)| {
        let mut seen = BTreeSet::new();
        let mut values = Vec::new();
        for (place, (value, kind, display)) in all.into_iter().enumerate() {
            if seen.insert((format!("{value}"), kind)) {
                let mut one = json!({ "value": value, "type": kind });
                if let Some(display) = display {
                    one["display"] = display;
                }
                if place == primary {
                    one["primary"] = true.into();
                }
                values.push(one);
            }
        }
        (!values.is_empty()).then_some(Value::Array(values))
    })
}

prop_compose! {
    fn user()(
        name in object(&["givenName", "familyName", "formatted"]),
        enterprise in object(&["department", "division", "costCenter"]),
        emails in values(),
        phones in values(),
        texts in object(&["displayName", "title", "nickName", "externalId"]),
        active in option::of(any::<bool>()),
        unknown in text(),
    ) -> Document {
        let mut user = json!({ "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": "u" });
        let parts = [("name", name), ("emails", emails), ("phoneNumbers", phones), ("active", active.map(Value::Bool))];
        let texts = texts.and_then(|texts| texts.as_object().cloned()).unwrap_or_default();
        let map = user.as_object_mut().unwrap();
        map.extend(texts);
        map.extend(parts.into_iter().filter_map(|(name, value)| Some((name.into(), value?))));
        map.insert("favourite".into(), unknown);
        if let Some(enterprise) = enterprise {
            user[ENTERPRISE] = enterprise;
            user["schemas"].as_array_mut().unwrap().push(ENTERPRISE.into());
        }
        document(user)
    }
}

prop_compose! {
    fn group()(members in collection::btree_map(0..12_u8, option::of(text()), 0..12), name in text()) -> Document {
        let members = members.into_iter().map(|(id, display)| match display {
            Some(display) => json!({ "value": format!("id-{id}"), "display": display }),
            None => json!({ "value": format!("id-{id}") }),
        });
        let members: Vec<Value> = members.collect();
        document(json!({ "displayName": name, "members": members }))
    }
}

/// The law, in two dialects, for the whole and for its chunks.
fn arrives(
    kind: &ResourceType,
    before: &Document,
    after: &Document,
    chunk: usize,
) -> Result<(), TestCaseError> {
    for dialect in [Dialect::STRICT, Dialect::ENTRA] {
        let patch = Patch::between(before, after, kind, &dialect).unwrap();
        let read = |patch: &Patch| Patch::read(&patch.to_vec(), &dialect).unwrap().0;
        let mut reached = before.clone();
        if !patch.operations.is_empty() {
            read(&patch).apply(&mut reached, kind, &dialect).unwrap();
        }
        prop_assert!(is(&reached, after), "{patch:?}");
        let mut reached = before.clone();
        for chunk in patch.chunks(chunk) {
            read(&chunk).apply(&mut reached, kind, &dialect).unwrap();
        }
        prop_assert!(is(&reached, after));
        prop_assert!(Patch::between(after, after, kind, &dialect).unwrap().operations.is_empty());
    }
    Ok(())
}

/// Equal, where members have no order and the schemas neither.
fn is(a: &Document, b: &Document) -> bool {
    let sorted = |document: &Document| {
        let mut map = document.as_map().clone();
        for name in ["members", "schemas"] {
            if let Some(Value::Array(values)) = map.get_mut(name) {
                values.sort_by_key(|value| format!("{value}"));
            }
        }
        Value::Object(map)
    };
    same(Some(&sorted(a)), Some(&sorted(b)))
}

proptest! {
    #[test]
    fn between_two_users_the_patch_leads_from_one_to_the_other(before in user(), after in user()) {
        arrives(&ResourceType::user(), &before, &after, 3)?;
    }

    #[test]
    fn between_two_groups_the_patch_leads_from_one_to_the_other(before in group(), after in group(), chunk in 1..5_usize) {
        arrives(&ResourceType::group(), &before, &after, chunk)?;
    }
}

#[test]
fn f16_only_what_differs_is_written_with_a_path_each() {
    let before = json!({"userName": "u", "title": "a", "name": {"givenName": "A", "familyName": "B"},
        "emails": [{"value": "x", "type": "work"}, {"value": "y", "type": "home"}]});
    let after = json!({"userName": "u", "name": {"givenName": "A", "familyName": "C"},
        "emails": [{"value": "z", "type": "work"}, {"value": "y", "type": "home"}]});
    assert_eq!(
        between(&ResourceType::user(), &before, &after, &Dialect::STRICT).unwrap(),
        concat!(
            r#"[{"op":"replace","path":"emails[type eq \"work\"].value","value":"z"},"#,
            r#"{"op":"replace","path":"name.familyName","value":"C"},{"op":"remove","path":"title"}]"#
        )
    );
}

#[test]
fn f22_f23_members_join_and_leave_by_id_even_when_all_leave() {
    let before = json!({"displayName": "g", "members": [{"value": "1"}, {"value": "2"}]});
    let after = json!({"displayName": "g", "members": [{"value": "3"}, {"value": "2"}]});
    let group = ResourceType::group();
    assert_eq!(
        between(&group, &before, &after, &Dialect::STRICT).unwrap(),
        r#"[{"op":"remove","path":"members[value eq \"1\"]"},{"op":"add","path":"members","value":[{"value":"3"}]}]"#
    );
    let nobody = json!({"displayName": "g", "members": []});
    assert_eq!(
        between(&group, &before, &nobody, &Dialect::ENTRA).unwrap(),
        r#"[{"op":"remove","path":"members","value":[{"value":"1"},{"value":"2"}]}]"#
    );
}

#[test]
fn f10_no_chunk_carries_more_members_than_it_may() {
    let ids: Vec<String> = (0..250).map(|id| format!("{id}")).collect();
    let patch = Patch::new().add_members(ids.iter().map(String::as_str)).remove_members(["x", "y"]);
    let sizes: Vec<usize> = patch
        .chunks(100)
        .iter()
        .map(|chunk| {
            let size =
                |value: &Option<Value>| value.as_ref().map_or(1, |value| value.as_array().unwrap().len());
            chunk.operations.iter().map(|operation| size(&operation.value)).sum()
        })
        .collect();
    assert_eq!(sizes, [100, 100, 52]);
}

#[test]
fn where_no_patch_leads_there_is_an_error() {
    let user = ResourceType::user();
    let refused =
        |before: Value, after: Value| between(&user, &before, &after, &Dialect::STRICT).unwrap_err();
    assert_eq!(refused(json!({"userName": "u"}), json!({"title": "t"})), ErrorKind::Mutability);
    assert_eq!(
        refused(json!({"userName": "u"}), json!({"userName": "u", "noSuch": 1})),
        ErrorKind::InvalidPath
    );
    assert_eq!(
        refused(json!({"userName": "u"}), json!({"userName": "u", "active": "yes"})),
        ErrorKind::InvalidValue
    );
}

#[test]
fn what_the_service_provider_alone_writes_is_left_to_it() {
    let before = json!({"userName": "u", "id": "1", "meta": {"version": "1"}, "groups": [{"value": "g"}]});
    let user = ResourceType::user();
    assert_eq!(between(&user, &before, &json!({"userName": "u"}), &Dialect::STRICT).unwrap(), "[]");
}
