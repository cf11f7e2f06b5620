use alloc::{
    borrow::ToOwned,
    boxed::Box,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Access, Capabilities, Config, Filtering, MemoryStore, Service, Store, TokenDigest, Tolerated};
use crate::{
    entropy::Seeded,
    scim::{ErrorKind, patch::Tolerance, schema},
    wire::{Request, Response, Secret},
};

mod bulk;
mod hostile;
mod lists;

const NOW: Timestamp = Timestamp::constant(1_772_359_200, 0);

struct Client(Service<MemoryStore>);

impl Client {
    fn new() -> Self {
        Self::with(Capabilities::default(), Access::Open)
    }

    fn with(capabilities: Capabilities, access: Access) -> Self {
        let config = Config { base_url: "https://h/scim/v2/demo".into(), access, capabilities };
        Self(Service::new(config, MemoryStore::new(), Box::new(Seeded::new(7))))
    }

    fn send(&mut self, method: Method, path: &str, headers: &[(&str, &str)], body: &[u8]) -> Response {
        let mut request = http::Request::builder().method(method).uri(format!("/scim/v2/demo{path}"));
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let request: Request = request.body(body.to_vec()).unwrap();
        self.0.handle(&request, NOW)
    }

    fn call(&mut self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let body = serde_json::to_vec(&body).unwrap();
        let response = self.send(method, path, &[("content-type", "application/scim+json")], &body);
        let value = if response.body().is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(response.body()).unwrap()
        };
        (response.status(), value)
    }

    fn get(&mut self, path: &str) -> Value {
        let (status, body) = self.call(Method::GET, path, Value::Null);
        assert_eq!(status, StatusCode::OK, "{body}");
        body
    }

    fn user(&mut self, name: &str) -> String {
        let (status, body) = self.call(
            Method::POST,
            "/Users",
            json!({"schemas": [schema::USER], "userName": name, "active": true}),
        );
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    fn group(&mut self, name: &str, members: &[&str]) -> String {
        let members: Vec<Value> = members.iter().map(|id| json!({ "value": id })).collect();
        let body = json!({"schemas": [schema::GROUP], "displayName": name, "members": members});
        let (status, body) = self.call(Method::POST, "/Groups", body);
        assert_eq!(status, StatusCode::CREATED, "{body}");
        body["id"].as_str().unwrap().to_owned()
    }

    fn patch(&mut self, path: &str, operations: Value) -> (StatusCode, Value) {
        self.call(Method::PATCH, path, json!({"schemas": [schema::PATCH_OP], "Operations": operations}))
    }

    fn members(&mut self, group: &str) -> Vec<String> {
        let body = self.get(&format!("/Groups/{group}"));
        let ids = body["members"].as_array().unwrap().iter();
        ids.map(|member| member["value"].as_str().unwrap().to_owned()).collect()
    }
}

fn refused(kind: ErrorKind, (status, body): (StatusCode, Value)) {
    assert_eq!(status, kind.status(), "{body}");
    assert_eq!(body["schemas"], json!([schema::ERROR]));
    assert_eq!(body["status"], kind.status().as_u16().to_string());
    assert_eq!(body["scimType"].as_str(), kind.scim_type());
    assert!(body["detail"].as_str().is_some_and(|detail| !detail.is_empty()));
}

#[test]
fn a_user_lives_from_post_to_delete() {
    let mut client = Client::new();
    let body = json!({"schemas": [schema::USER], "id": "mine", "userName": "ann", "name": {"GIVENNAME": "Ann"}, "password": "x", "shoeSize": 39});
    let response = client.send(
        Method::POST,
        "/Users",
        &[("content-type", "application/json; charset=utf-8")],
        &serde_json::to_vec(&body).unwrap(),
    );
    assert_eq!(response.status(), StatusCode::CREATED);
    let user: Value = serde_json::from_slice(response.body()).unwrap();
    let id = user["id"].as_str().unwrap().to_owned();
    assert_eq!(response.headers()["location"], format!("https://h/scim/v2/demo/Users/{id}"));
    assert_eq!((&user["name"], &user["shoeSize"]), (&json!({"givenName": "Ann"}), &json!(39)));
    assert_eq!(user["meta"]["location"], format!("https://h/scim/v2/demo/Users/{id}"));
    assert_eq!(response.headers()["etag"].to_str().unwrap(), user["meta"]["version"]);
    assert_ne!(id, "mine");
    assert_eq!(client.get(&format!("/Users/{id}")), user);

    let put = json!({"schemas": [schema::USER], "userName": "ann", "title": "T"});
    let (status, after) = client.call(Method::PUT, &format!("/Users/{id}"), put);
    assert_eq!((status, &after["title"], after.get("name")), (StatusCode::OK, &json!("T"), None));
    assert_eq!(after["meta"]["created"], user["meta"]["created"]);

    let (status, after) =
        client.patch(&format!("/Users/{id}"), json!([{"op": "replace", "path": "active", "value": false}]));
    assert_eq!((status, &after["active"]), (StatusCode::OK, &json!(false)));
    assert_eq!(client.call(Method::DELETE, &format!("/Users/{id}"), Value::Null).0, StatusCode::NO_CONTENT);
    refused(ErrorKind::NotFound, client.call(Method::GET, &format!("/Users/{id}"), Value::Null));
    refused(ErrorKind::NotFound, client.call(Method::DELETE, &format!("/Users/{id}"), Value::Null));
}

#[test]
fn f38_a_password_is_neither_stored_nor_shown() {
    let mut client = Client::new();
    let id = client.user("ann");
    let (status, body) =
        client.patch(&format!("/Users/{id}"), json!([{"op": "add", "path": "password", "value": "x"}]));
    assert_eq!((status, body.get("password")), (StatusCode::OK, None));
    assert!(!format!("{:?}", client.0.store()).contains("password"));
}

/// RFC 7644 3.3: read-only attributes of a request are ignored; RFC 7643 8.7.1: the manager's name is one.
#[test]
fn a_read_only_part_of_an_attribute_is_not_taken() {
    let mut client = Client::new();
    let manager = json!({"value": "7", "displayName": "Boss"});
    let user =
        json!({"schemas": [schema::USER], "userName": "a", schema::ENTERPRISE_USER: {"manager": manager}});
    let (status, made) = client.call(Method::POST, "/Users", user);
    assert_eq!((status.as_u16(), &made[schema::ENTERPRISE_USER]["manager"]), (201, &json!({"value": "7"})));
}

#[test]
fn f31_a_user_name_in_another_case_is_the_same_account() {
    let mut client = Client::new();
    client.user("ann@example.com");
    let again = json!({"schemas": [schema::USER], "userName": "ANN@Example.com"});
    refused(ErrorKind::Uniqueness, client.call(Method::POST, "/Users", again));
    assert_eq!(client.get("/Users?filter=userName+eq+%22ANN@EXAMPLE.COM%22")["totalResults"], 1);
    let bob = client.user("bob");
    let operations = json!([{"op": "replace", "path": "userName", "value": "Ann@example.com"}]);
    refused(ErrorKind::Uniqueness, client.patch(&format!("/Users/{bob}"), operations));
    // One's own name in another case is no conflict.
    let operations = json!([{"op": "replace", "path": "userName", "value": "BOB"}]);
    assert_eq!(client.patch(&format!("/Users/{bob}"), operations).0, StatusCode::OK);
}

#[test]
fn a_request_without_the_token_learns_nothing() {
    let token = Secret::new("s3cret".into());
    let mut client = Client::with(Capabilities::default(), Access::Bearer(TokenDigest::of(&token)));
    for headers in [
        &[][..],
        &[("authorization", "Bearer s3cre")],
        &[("authorization", "Basic s3cret")],
        &[("authorization", "Bearer ")],
    ] {
        for path in ["/Users", "/nothing", "/ServiceProviderConfig"] {
            let response = client.send(Method::GET, path, headers, b"");
            assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
            assert_eq!(response.headers()["www-authenticate"], "Bearer realm=\"scim\"");
        }
    }
    assert_eq!(
        client.send(Method::GET, "/Users", &[("authorization", "bearer s3cret")], b"").status(),
        StatusCode::OK
    );
    let mut closed = Client::with(Capabilities::default(), Access::Closed);
    assert_eq!(
        closed.send(Method::GET, "/Users", &[("authorization", "Bearer s3cret")], b"").status(),
        StatusCode::UNAUTHORIZED
    );
}

#[test]
fn f33_pages_are_whole_and_do_not_overlap() {
    let mut client = Client::new();
    for number in 0..7 {
        client.user(&format!("u{number}"));
    }
    let mut page = |query: &str| {
        let body = client.get(&format!("/Users?{query}"));
        let names: Vec<String> = body["Resources"]
            .as_array()
            .unwrap()
            .iter()
            .map(|user| user["userName"].as_str().unwrap().into())
            .collect();
        (
            body["totalResults"].as_u64().unwrap(),
            body["startIndex"].as_u64().unwrap(),
            body["itemsPerPage"].as_u64().unwrap(),
            names.join(" "),
        )
    };
    assert_eq!(page("startIndex=1&count=3"), (7, 1, 3, "u0 u1 u2".into()));
    assert_eq!(page("startIndex=4&count=3"), (7, 4, 3, "u3 u4 u5".into()));
    assert_eq!(page("startIndex=7&count=3"), (7, 7, 1, "u6".into()));
    assert_eq!(page("startIndex=8"), (7, 8, 0, String::new()));
    assert_eq!(page("count=0"), (7, 1, 0, String::new()));
    assert_eq!(page("startIndex=-5&count=1"), (7, 1, 1, "u0".into()));
    assert_eq!(page("filter=userName+sw+%22u%22&startIndex=6&count=9"), (7, 6, 2, "u5 u6".into()));
}

#[test]
fn a_page_is_no_larger_than_the_service_gives() {
    let mut client = Client::with(Capabilities { page_size_max: 2, ..Capabilities::default() }, Access::Open);
    for number in 0..3 {
        client.user(&format!("u{number}"));
    }
    for query in ["", "?count=50", "?filter=userName+pr"] {
        let body = client.get(&format!("/Users{query}"));
        assert_eq!((&body["totalResults"], body["Resources"].as_array().unwrap().len()), (&json!(3), 2));
    }
    assert_eq!(client.get("/ServiceProviderConfig")["filter"]["maxResults"], 2);
}

#[test]
fn every_index_gives_what_looking_at_all_gives() {
    let mut client = Client::new();
    let (ann, bob) = (client.user("ann"), client.user("bob"));
    client.patch(
        &format!("/Users/{ann}"),
        json!([{"op": "add", "value": {"externalId": "E1", "displayName": "Ann"}}]),
    );
    let group = client.group("Team", &[&ann]);
    for (path, filter, id) in [
        ("/Users", format!("id eq \"{ann}\""), &ann),
        ("/Users", "userName eq \"ANN\"".into(), &ann),
        ("/Users", "userName eq \"bob\" and active eq true".into(), &bob),
        ("/Users", "externalId eq \"E1\"".into(), &ann),
        ("/Users", "displayName eq \"ann\"".into(), &ann),
        ("/Users", format!("groups.value eq \"{group}\""), &ann),
        ("/Groups", "displayName eq \"team\"".into(), &group),
        ("/Groups", format!("members eq \"{ann}\""), &group),
        ("/Groups", format!("members[value eq \"{ann}\"]"), &group),
        ("/Groups", format!("members.value sw \"{ann}\""), &group),
    ] {
        let encoded: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        let body = client.get(&format!("{path}?filter={encoded}"));
        assert_eq!((&body["totalResults"], &body["Resources"][0]["id"]), (&json!(1), &json!(id)), "{filter}");
    }
    for filter in ["userName eq \"ann\" and active eq false", "externalId eq \"e1\"", "id eq \"x\""] {
        let encoded: String = form_urlencoded::byte_serialize(filter.as_bytes()).collect();
        assert_eq!(client.get(&format!("/Users?filter={encoded}"))["totalResults"], 0, "{filter}");
    }
}

#[test]
fn members_join_and_leave_one_by_one_and_at_once() {
    let mut client = Client::new();
    let ids: Vec<String> = (0..3).map(|number| client.user(&format!("u{number}"))).collect();
    let group = client.group("g", &[&ids[0]]);
    let path = format!("/Groups/{group}");
    let operations = json!([{"op": "add", "path": "members", "value": [{"value": ids[1]}, {"value": ids[0]}, {"value": ids[2]}]}, {"op": "remove", "path": format!("members[value eq \"{}\"]", ids[0])}]);
    assert_eq!(client.patch(&path, operations).0, StatusCode::NO_CONTENT);
    assert_eq!(client.members(&group), ids[1..]);
    let operations = json!([{"op": "replace", "path": "members", "value": [{"value": ids[0]}]}]);
    assert_eq!(client.patch(&path, operations).0, StatusCode::OK);
    assert_eq!(client.members(&group), ids[..1]);
    // Entra's list, and a removal of what is not there.
    let operations =
        json!([{"op": "Remove", "path": "members", "value": [{"value": ids[0]}, {"value": "nobody"}]}]);
    assert_eq!(client.patch(&path, operations).0, StatusCode::OK);
    assert_eq!(client.members(&group), Vec::<String>::new());
}

#[test]
fn f13_an_empty_group_says_so_and_a_service_that_hides_members_does_not() {
    let mut client = Client::new();
    let group = client.group("g", &[]);
    assert_eq!(client.get(&format!("/Groups/{group}"))["members"], json!([]));
    let mut hiding =
        Client::with(Capabilities { members_in_reads: false, ..Capabilities::default() }, Access::Open);
    let ann = hiding.user("ann");
    let group = hiding.group("g", &[&ann]);
    assert_eq!(hiding.get(&format!("/Groups/{group}")).get("members"), None);
    // What is hidden is not lost.
    hiding
        .patch(&format!("/Groups/{group}"), json!([{"op": "replace", "path": "displayName", "value": "h"}]));
    assert!(hiding.0.store().is_member(&group, &ann));
}

#[test]
fn f20_a_put_without_members_leaves_them_and_one_with_none_empties() {
    let mut client = Client::new();
    let ann = client.user("ann");
    let group = client.group("g", &[&ann]);
    let path = format!("/Groups/{group}");
    client.call(Method::PUT, &path, json!({"schemas": [schema::GROUP], "displayName": "h"}));
    assert_eq!(client.members(&group), vec![ann]);
    client.call(Method::PUT, &path, json!({"schemas": [schema::GROUP], "displayName": "h", "members": []}));
    assert_eq!(client.members(&group), Vec::<String>::new());
}

#[test]
fn f22_a_write_that_expects_another_version_is_refused() {
    let mut client = Client::new();
    let id = client.user("ann");
    let path = format!("/Users/{id}");
    let version = client.get(&path)["meta"]["version"].as_str().unwrap().to_owned();
    let body = serde_json::to_vec(&json!({"Operations": [{"op": "replace", "path": "title", "value": "T"}]}))
        .unwrap();
    let headers = [("content-type", "application/scim+json"), ("if-match", version.as_str())];
    assert_eq!(
        client.send(Method::GET, &path, &[("if-none-match", &version)], b"").status(),
        StatusCode::NOT_MODIFIED
    );
    assert_eq!(client.send(Method::PATCH, &path, &headers, &body).status(), StatusCode::OK);
    assert_eq!(client.send(Method::PATCH, &path, &headers, &body).status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(client.send(Method::DELETE, &path, &headers, b"").status(), StatusCode::PRECONDITION_FAILED);
    assert_eq!(
        client.send(Method::DELETE, &path, &[("if-match", "*")], b"").status(),
        StatusCode::NO_CONTENT
    );
}

#[test]
fn a_write_that_changes_nothing_makes_no_version() {
    let mut client = Client::new();
    let id = client.user("ann");
    let path = format!("/Users/{id}");
    let before = client.get(&path);
    client.patch(&path, json!([{"op": "replace", "path": "active", "value": true}]));
    assert_eq!(client.get(&path), before);
}

#[test]
fn f25_a_dialect_is_tolerated_and_reported() {
    let mut client = Client::new();
    let id = client.user("ann");
    let body =
        serde_json::to_vec(&json!({"Operations": [{"op": "Replace", "path": "active", "value": "False"}]}))
            .unwrap();
    let response = client.send(
        Method::PATCH,
        &format!("/Users/{id}"),
        &[("content-type", "application/scim+json")],
        &body,
    );
    assert_eq!(response.status(), StatusCode::OK);
    let reported = response.extensions().get::<Tolerated>().unwrap();
    assert_eq!(reported.0, [Tolerance::OperationCase, Tolerance::TextBoolean]);
    assert_eq!(client.get(&format!("/Users/{id}"))["active"], false);
}

#[test]
fn f35_members_can_be_left_out_of_an_answer() {
    let mut client = Client::new();
    let ann = client.user("ann");
    let group = client.group("g", &[&ann]);
    for path in [format!("/Groups/{group}"), "/Groups".into()] {
        let body = client.get(&format!("{path}?excludedAttributes=members"));
        let group = body.get("Resources").map_or(&body, |resources| &resources[0]);
        assert_eq!((group.get("members"), &group["displayName"]), (None, &json!("g")));
    }
    let body = client.get(&format!("/Groups/{group}?attributes=members.value"));
    assert_eq!(body["members"], json!([{"value": ann}]));
    assert_eq!((body.get("displayName"), body["id"].as_str()), (None, Some(group.as_str())));
    let body = client.get(&format!("/Users/{ann}?attributes=USERNAME,meta.version"));
    assert_eq!(
        (&body["userName"], body["meta"].as_object().unwrap().len(), body.get("active")),
        (&json!("ann"), 1, None)
    );
}

#[test]
fn a_search_is_a_list_by_post() {
    let mut client = Client::new();
    client.user("ann");
    client.user("bob");
    let search = json!({"schemas": [schema::SEARCH_REQUEST], "filter": "userName eq \"bob\"", "attributes": ["userName"], "count": 5});
    let (status, body) = client.call(Method::POST, "/Users/.search", search);
    assert_eq!(
        (status, &body["Resources"][0]["userName"], body["Resources"][0].get("active")),
        (StatusCode::OK, &json!("bob"), None)
    );
    refused(
        ErrorKind::InvalidFilter,
        client.call(Method::POST, "/Users/.search", json!({"filter": "userName"})),
    );
}

#[test]
fn what_cannot_be_done_gets_the_status_and_the_type_of_the_rfc() {
    let mut client = Client::new();
    let id = client.user("ann");
    let user = |more: Value| {
        let mut body = json!({"schemas": [schema::USER], "userName": "bob"});
        body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        body
    };
    for (kind, method, path, body) in [
        (ErrorKind::NotFound, Method::GET, "/nothing", json!(null)),
        (ErrorKind::MethodNotAllowed, Method::DELETE, "/Users", json!(null)),
        (ErrorKind::InvalidSyntax, Method::POST, "/Bulk", json!({})),
        (ErrorKind::InvalidSyntax, Method::POST, "/Users", json!([])),
        (ErrorKind::InvalidSyntax, Method::POST, "/Users", json!({"userName": "bob"})),
        (
            ErrorKind::InvalidSyntax,
            Method::POST,
            "/Users",
            json!({"schemas": [schema::GROUP], "userName": "bob"}),
        ),
        (
            ErrorKind::InvalidSyntax,
            Method::POST,
            "/Users",
            json!({"schemas": [schema::USER], "userName": "bob", "USERNAME": "b"}),
        ),
        (ErrorKind::InvalidValue, Method::POST, "/Users", json!({"schemas": [schema::USER]})),
        (ErrorKind::InvalidValue, Method::POST, "/Users", user(json!({"userName": " "}))),
        (ErrorKind::InvalidValue, Method::POST, "/Users", user(json!({"active": 5}))),
        (
            ErrorKind::InvalidValue,
            Method::POST,
            "/Users",
            user(json!({"emails": [{"value": "a", "primary": true}, {"value": "b", "primary": true}]})),
        ),
        (
            ErrorKind::InvalidValue,
            Method::POST,
            "/Groups",
            json!({"schemas": [schema::GROUP], "displayName": "g", "members": [{"value": "nobody"}]}),
        ),
        (ErrorKind::InvalidFilter, Method::GET, "/Users?filter=active+gt+true", json!(null)),
        (ErrorKind::InvalidValue, Method::GET, "/Users?count=x", json!(null)),
        (ErrorKind::Forbidden, Method::GET, "/Schemas?filter=id+pr", json!(null)),
        (ErrorKind::InvalidSyntax, Method::PATCH, "/Users/ID", json!({})),
        (
            ErrorKind::InvalidPath,
            Method::PATCH,
            "/Users/ID",
            json!({"Operations": [{"op": "remove", "path": "x y"}]}),
        ),
        (
            ErrorKind::Mutability,
            Method::PATCH,
            "/Users/ID",
            json!({"Operations": [{"op": "replace", "path": "id", "value": "x"}]}),
        ),
        (ErrorKind::NoTarget, Method::PATCH, "/Users/ID", json!({"Operations": [{"op": "remove"}]})),
    ] {
        refused(kind, client.call(method, &path.replace("ID", &id), body));
    }
    assert_eq!(client.0.store().count(super::Kind::User), 1);
    assert_eq!(client.0.store().count(super::Kind::Group), 0);
}

#[test]
fn a_body_of_another_type_or_size_is_refused() {
    let mut client = Client::new();
    let body = br#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a"}"#;
    for headers in [&[][..], &[("content-type", "text/plain")], &[("content-type", "application/jsonx")]] {
        assert_eq!(
            client.send(Method::POST, "/Users", headers, body).status(),
            StatusCode::UNSUPPORTED_MEDIA_TYPE
        );
    }
    let large = vec![b' '; crate::limits::SCIM_BODY_BYTES_MAX + 1];
    let response = client.send(Method::POST, "/Users", &[("content-type", "application/scim+json")], &large);
    assert_eq!(response.status(), StatusCode::PAYLOAD_TOO_LARGE);
}

#[test]
fn what_a_service_cannot_do_is_refused_and_said_beforehand() {
    let capabilities =
        Capabilities { patch: false, filtering: Filtering::Refused, ..Capabilities::default() };
    let mut client = Client::with(capabilities, Access::Open);
    let id = client.user("ann");
    refused(
        ErrorKind::NotImplemented,
        client.patch(&format!("/Users/{id}"), json!([{"op": "remove", "path": "title"}])),
    );
    refused(ErrorKind::InvalidFilter, client.call(Method::GET, "/Users?filter=userName+pr", Value::Null));
    let config = client.get("/ServiceProviderConfig");
    assert_eq!(
        (&config["patch"]["supported"], &config["filter"]["supported"]),
        (&json!(false), &json!(false))
    );
}

#[test]
fn discovery_describes_what_is_served() {
    let mut client = Client::new();
    let types = client.get("/ResourceTypes");
    assert_eq!(types["totalResults"], 2);
    for kind in types["Resources"].as_array().unwrap() {
        assert_eq!(client.get(&format!("/ResourceTypes/{}", kind["name"].as_str().unwrap())), *kind);
        let schema = client.get(&format!("/Schemas/{}", kind["schema"].as_str().unwrap()));
        assert!(!schema["attributes"].as_array().unwrap().is_empty());
    }
    assert_eq!(client.get("/Schemas")["totalResults"], 3);
    refused(ErrorKind::NotFound, client.call(Method::GET, "/Schemas/urn:none", Value::Null));
}

#[test]
fn a_request_below_another_base_is_not_found() {
    let mut client = Client::new();
    for path in ["/scim/v2/demoX/Users", "/scim/v2/other/Users", "/Users"] {
        let request = http::Request::get(path).body(Vec::new()).unwrap();
        assert_eq!(client.0.handle(&request, NOW).status(), StatusCode::NOT_FOUND, "{path}");
    }
}

#[test]
fn a_rename_and_a_change_of_members_go_together_or_not_at_all() {
    let mut client = Client::new();
    let (ann, bob) = (client.user("ann"), client.user("bob"));
    let group = client.group("g", &[&ann]);
    let path = format!("/Groups/{group}");
    let operations = |id: &str| {
        json!([{"op": "replace", "path": "displayName", "value": "h"}, {"op": "add", "path": "members", "value": [{"value": id}]},
            {"op": "remove", "path": format!("members[value eq \"{ann}\"]")}])
    };
    refused(ErrorKind::InvalidValue, client.patch(&path, operations("nobody")));
    assert_eq!(
        (client.get(&path)["displayName"].clone(), client.members(&group)),
        (json!("g"), vec![ann.clone()])
    );
    let (status, body) = client.patch(&path, operations(&bob));
    assert_eq!((status, &body["displayName"]), (StatusCode::OK, &json!("h")));
    assert_eq!(client.members(&group), [bob]);
}
