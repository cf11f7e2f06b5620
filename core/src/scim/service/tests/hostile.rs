use alloc::{format, string::String, vec};

use http::Method;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::Client;
use crate::scim::schema;

proptest! {
    #[test]
    fn whatever_the_bytes_are_the_answer_is_a_scim_message_and_a_refusal_changes_nothing(
        method in prop_oneof![Just(Method::GET), Just(Method::POST), Just(Method::PUT), Just(Method::PATCH), Just(Method::DELETE)],
        path in prop_oneof![Just("/Users"), Just("/Groups"), Just("/Users/ID"), Just("/Groups/GID"), Just("/Users/.search"), Just("/Schemas/x")],
        query in "[a-zA-Z=&%\"\\[\\]+().]{0,20}",
        body in prop_oneof![
            proptest::collection::vec(any::<u8>(), 0..40),
            json_body().prop_map(|value| serde_json::to_vec(&value).unwrap()),
        ],
    ) {
        let mut client = Client::new();
        let ann = client.user("ann");
        let group = client.group("g", &[&ann]);
        let before = format!("{:?}", client.0.store());
        let path = path.replace("GID", &group).replace("ID", &ann);
        let query: String = form_urlencoded::byte_serialize(query.as_bytes()).collect();
        let response = client.send(method, &format!("{path}?filter={query}"), &[("content-type", "application/scim+json")], &body);
        if !response.body().is_empty() {
            prop_assert!(serde_json::from_slice::<Value>(response.body()).is_ok());
        }
        if response.status().is_client_error() {
            prop_assert_eq!(format!("{:?}", client.0.store()), before);
        }
        prop_assert!(!response.status().is_server_error());
    }
}

/// Bodies that come near to what is taken.
fn json_body() -> impl Strategy<Value = Value> {
    let text = prop_oneof![
        Just(json!("members")),
        Just(json!("displayName")),
        Just(json!("userName")),
        Just(json!("emails[type eq \"work\"].value")),
        Just(json!("replace")),
        Just(json!("Add")),
        Just(json!("remove")),
        Just(json!(null)),
        Just(json!(true)),
        Just(json!([])),
        Just(json!([{"value": "x"}])),
        Just(json!({"active": "False"})),
        Just(json!("urn:ietf:params:scim:schemas:extension:enterprise:2.0:User")),
    ];
    let operation = (text.clone(), text.clone(), text.clone())
        .prop_map(|(op, path, value)| json!({"op": op, "path": path, "value": value}));
    prop_oneof![
        proptest::collection::vec(operation, 0..4).prop_map(|operations| json!({ "Operations": operations })),
        (text.clone(), text).prop_map(|(name, value)| json!({"schemas": [schema::USER, schema::GROUP], "userName": name, "displayName": "g", "members": value, "emails": value})),
    ]
}
