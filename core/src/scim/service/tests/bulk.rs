use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Capabilities, Client};
use crate::scim::schema;

impl Client {
    fn bulk(&mut self, operations: Value) -> Vec<Value> {
        let body = json!({"schemas": [schema::BULK_REQUEST], "Operations": operations});
        let (status, body) = self.call(Method::POST, "/Bulk", body);
        assert_eq!(status, StatusCode::OK, "{body}");
        assert_eq!(body["schemas"], json!([schema::BULK_RESPONSE]));
        body["Operations"].as_array().unwrap().clone()
    }
}

use alloc::{format, vec::Vec};

fn post_user(bulk_id: &str, name: &str) -> Value {
    json!({"method": "POST", "path": "/Users", "bulkId": bulk_id,
        "data": {"schemas": [schema::USER], "userName": name}})
}

fn post_group(bulk_id: &str, name: &str, members: &[&str]) -> Value {
    let members: Vec<Value> = members.iter().map(|id| json!({ "value": format!("bulkId:{id}") })).collect();
    json!({"method": "POST", "path": "/Groups", "bulkId": bulk_id,
        "data": {"schemas": [schema::GROUP], "displayName": name, "members": members}})
}

fn statuses(answers: &[Value]) -> Vec<&str> {
    answers.iter().map(|answer| answer["status"].as_str().unwrap()).collect()
}

/// The last part of an address.
fn id(answer: &Value) -> &str {
    answer["location"].as_str().unwrap().rsplit('/').next().unwrap()
}

#[test]
fn a_group_may_name_a_user_that_a_later_operation_makes() {
    let mut client = Client::new();
    let answers = client.bulk(json!([post_group("g", "Sales", &["u"]), post_user("u", "ann")]));
    assert_eq!(statuses(&answers), ["201", "201"]);
    assert_eq!((&answers[0]["bulkId"], &answers[1]["bulkId"]), (&json!("g"), &json!("u")));
    assert_eq!(client.members(id(&answers[0])), [id(&answers[1])]);
}

#[test]
fn groups_that_name_each_other_in_a_circle_are_made() {
    let mut client = Client::new();
    let answers = client.bulk(json!([post_group("a", "A", &["b"]), post_group("b", "B", &["a"])]));
    assert_eq!(statuses(&answers), ["201", "201"]);
    let (a, b) = (id(&answers[0]), id(&answers[1]));
    assert_eq!((client.members(a), client.members(b)), (vec![b.into()], vec![a.into()]));
    let version = client.get(&format!("/Groups/{a}"))["meta"]["version"].clone();
    assert_eq!(answers[0]["version"], version);
}

use alloc::vec;

#[test]
fn of_a_circle_that_cannot_be_closed_nothing_stays() {
    let mut client = Client::new();
    client.user("ann");
    let mut ann = post_user("u", "ann");
    ann["data"]["x"] = json!({"value": "bulkId:g"});
    let answers = client.bulk(json!([post_group("g", "Sales", &["u"]), ann]));
    assert_eq!(statuses(&answers), ["409", "409"]);
    assert_eq!(client.get("/Groups")["totalResults"], 0);
    let unknown = client.bulk(json!([post_group("g", "Sales", &["nobody"])]));
    assert_eq!(statuses(&unknown), ["409"]);
    assert_eq!(client.get("/Groups")["totalResults"], 0);
}

#[test]
fn every_operation_is_answered_as_if_it_came_alone() {
    let mut client = Client::new();
    let (ann, bob) = (client.user("ann"), client.user("bob"));
    let answers = client.bulk(json!([
        {"method": "PATCH", "path": format!("/Users/{ann}"),
            "data": {"Operations": [{"op": "replace", "path": "active", "value": false}]}},
        {"method": "DELETE", "path": format!("/Users/{bob}")},
        {"method": "DELETE", "path": format!("/Users/{ann}"), "version": "W/\"0\""},
        post_user("u", "ANN"),
        {"method": "POST", "path": "/Users", "data": {"schemas": [schema::USER], "userName": "carl"}},
        {"method": "POST", "path": "/Bulk", "bulkId": "b", "data": {"Operations": []}},
        {"method": "GET", "path": "/Users"},
        {"path": "/Users"}
    ]));
    assert_eq!(statuses(&answers), ["200", "204", "412", "409", "400", "400", "400", "400"]);
    assert_eq!(answers[3]["response"]["scimType"], "uniqueness");
    assert_eq!(client.get(&format!("/Users/{ann}"))["active"], false);
    assert_eq!(client.get("/Users")["totalResults"], 1);
}

#[test]
fn after_so_many_errors_nothing_more_is_done() {
    let mut client = Client::new();
    let body = json!({"failOnErrors": 1, "Operations": [
        {"method": "DELETE", "path": "/Users/nobody"}, post_user("u", "ann")]});
    let (_, body) = client.call(Method::POST, "/Bulk", body);
    assert_eq!(body["Operations"].as_array().unwrap().len(), 1);
    assert_eq!(client.get("/Users")["totalResults"], 0);
}

#[test]
fn a_bulk_request_that_is_none_is_refused_as_a_whole() {
    let mut client = Client::new();
    let many: Vec<Value> = (0..=1000).map(|_| json!({})).collect();
    for (body, status) in [
        (json!({}), 400),
        (json!({"Operations": [7]}), 400),
        (json!({"failOnErrors": "x", "Operations": []}), 400),
        (json!({"Operations": [post_user("u", "a"), post_user("u", "b")]}), 400),
        (json!({"Operations": many}), 413),
    ] {
        assert_eq!(client.call(Method::POST, "/Bulk", body).0, status);
    }
    assert_eq!(client.get("/Users")["totalResults"], 0);
    let capabilities = Capabilities { bulk: false, ..Capabilities::default() };
    let mut client = Client::with(capabilities, super::Access::Open);
    assert_eq!(client.call(Method::POST, "/Bulk", json!({"Operations": []})).0, 501);
}
