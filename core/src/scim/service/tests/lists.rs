use alloc::{format, string::String, vec::Vec};
use core::num::NonZeroU32;

use http::Method;
use serde_json::{Value, json};

use super::{super::Throttle, Access, Capabilities, Client};
use crate::scim::{ErrorKind, schema};

impl Client {
    fn named(&mut self, path: &str) -> Vec<String> {
        names(&self.get(path))
    }
}

fn names(list: &Value) -> Vec<String> {
    let name = |user: &Value| user["userName"].as_str().or(user["displayName"].as_str()).unwrap().into();
    list["Resources"].as_array().unwrap().iter().map(name).collect()
}

fn people() -> Client {
    let mut client = Client::new();
    for (name, title) in [("bob", Some("Z")), ("Ann", None), ("carl", Some("a")), ("Dora", Some("M"))] {
        let body = json!({"schemas": [schema::USER], "userName": name, "title": title,
            "emails": [{"value": "x"}, {"value": format!("{name}@h"), "primary": true}]});
        assert_eq!(client.call(Method::POST, "/Users", body).0, 201);
    }
    client
}

#[test]
fn a_list_is_sorted_by_the_rules_of_the_attribute() {
    let mut client = people();
    assert_eq!(client.named("/Users?sortBy=userName"), ["Ann", "bob", "carl", "Dora"]);
    assert_eq!(client.named("/Users?sortBy=emails&sortOrder=descending"), ["Dora", "carl", "bob", "Ann"]);
    // Without a value: last when ascending, first when descending (RFC 7644 3.4.2.3).
    assert_eq!(client.named("/Users?sortBy=title"), ["carl", "Dora", "bob", "Ann"]);
    assert_eq!(client.named("/Users?sortBy=title&sortOrder=descending"), ["Ann", "bob", "Dora", "carl"]);
    assert_eq!(client.named("/Users?sortBy=userName&startIndex=2&count=2"), ["bob", "carl"]);
    assert_eq!(client.named("/Users?sortBy=userName&filter=title+pr"), ["bob", "carl", "Dora"]);
    for path in ["/Users?sortBy=noSuch", "/Users?sortBy=name", "/Users?sortBy=userName&sortOrder=up"] {
        assert_eq!(client.call(Method::GET, path, Value::Null).0, 400, "{path}");
    }
}

#[test]
fn a_search_at_the_root_is_over_every_type() {
    let mut client = people();
    client.group("ann", &[]);
    let (_, all) = client.call(Method::POST, "/.search", json!({"count": 3, "startIndex": 3}));
    assert_eq!(
        (&all["totalResults"], names(&all)),
        (&json!(5), ["carl", "Dora", "ann"].map(Into::into).into())
    );
    let search = json!({"filter": "userName eq \"ann\" or displayName eq \"ann\"", "sortBy": "userName"});
    let (_, found) = client.call(Method::POST, "/.search", search);
    assert_eq!(names(&found), ["Ann", "ann"]);
    let (_, found) = client.call(Method::POST, "/.search", json!({"filter": "displayName eq \"ann\""}));
    assert_eq!(names(&found), ["ann"]);
    super::refused(
        ErrorKind::InvalidFilter,
        client.call(Method::POST, "/.search", json!({"filter": "id gt true"})),
    );
}

#[test]
fn cursors_lead_through_a_list_once() {
    let mut client = people();
    for query in ["", "&sortBy=userName", "&filter=userName+pr"] {
        let (mut seen, mut cursor) = (Vec::new(), String::new());
        loop {
            let page = client.get(&format!("/Users?count=3&cursor={cursor}{query}"));
            assert_eq!((&page["totalResults"], &page["startIndex"]), (&json!(4), &Value::Null));
            seen.extend(names(&page));
            match page["nextCursor"].as_str() {
                Some(next) => cursor = next.into(),
                None => break,
            }
        }
        seen.sort();
        assert_eq!(seen, ["Ann", "Dora", "bob", "carl"], "{query}");
    }
}

#[test]
fn f33_a_cursor_into_a_list_that_has_moved_is_expired_and_leaves_nobody_out() {
    let mut client = people();
    let page = client.get("/Users?count=2&cursor=");
    let cursor = page["nextCursor"].as_str().unwrap();
    let first = page["Resources"][0]["id"].as_str().unwrap();
    client.call(Method::DELETE, &format!("/Users/{first}"), Value::Null);
    let path = format!("/Users?count=2&cursor={cursor}");
    super::refused(ErrorKind::ExpiredCursor, client.call(Method::GET, &path, Value::Null));
}

#[test]
fn a_cursor_that_was_not_given_is_refused() {
    let mut client = people();
    for cursor in ["x", "MA", "MDp4", "LTE6eA", "%FF"] {
        let path = format!("/Users?cursor={cursor}");
        super::refused(ErrorKind::InvalidCursor, client.call(Method::GET, &path, Value::Null));
    }
    let both = client.call(Method::GET, "/Users?cursor=&startIndex=1", Value::Null);
    super::refused(ErrorKind::InvalidValue, both);
}

#[test]
fn a_rate_limit_puts_off_every_so_manieth_request() {
    let throttle = Throttle { every: NonZeroU32::new(3).unwrap(), retry_after_seconds: 7 };
    let capabilities = Capabilities { throttle: Some(throttle), ..Capabilities::default() };
    let mut client = Client::with(capabilities, Access::Open);
    let mut answer = || client.send(Method::GET, "/Users", &[], b"");
    assert_eq!([answer().status(), answer().status()], [200, 200]);
    let refused = answer();
    assert_eq!((refused.status().as_u16(), &refused.headers()["retry-after"]), (429, &"7".parse().unwrap()));
    assert_eq!(answer().status(), 200);
}

#[test]
fn what_is_listed_late_is_found_by_its_id_at_once() {
    let capabilities = Capabilities { listed_late: 2, ..Capabilities::default() };
    let mut client = Client::with(capabilities, Access::Open);
    let id = client.user("ann");
    assert_eq!(client.get(&format!("/Users/{id}"))["userName"], "ann");
    assert_eq!(client.get("/Users?filter=userName+eq+%22ann%22")["totalResults"], 0);
    assert_eq!(client.get("/Users")["totalResults"], 1);
}

#[test]
fn a_service_with_patch_alone_refuses_put() {
    let capabilities = Capabilities { put: false, ..Capabilities::default() };
    let mut client = Client::with(capabilities, Access::Open);
    let id = client.user("ann");
    let body = json!({"schemas": [schema::USER], "userName": "ann"});
    assert_eq!(client.call(Method::PUT, &format!("/Users/{id}"), body).0, 501);
}

#[test]
fn f14_a_removal_that_is_answered_with_nothing_is_seen_by_reading_again() {
    let mut client = Client::new();
    let ann = client.user("ann");
    let group = client.group("Sales", &[&ann]);
    let remove = json!([{"op": "remove", "path": format!("members[value eq \"{ann}\"]")}]);
    let (status, body) = client.patch(&format!("/Groups/{group}"), remove);
    assert_eq!((status.as_u16(), body), (204, Value::Null));
    assert_eq!(client.get(&format!("/Groups/{group}"))["members"], json!([]));
}

#[test]
fn a_change_of_members_is_answered_with_the_attributes_that_are_asked_for() {
    let mut client = Client::new();
    let ann = client.user("ann");
    let group = client.group("Sales", &[]);
    let body = json!({"Operations": [{"op": "add", "path": "members", "value": [{ "value": ann }]}]});
    let path = format!("/Groups/{group}?attributes=displayName");
    let (status, body) = client.call(Method::PATCH, &path, body);
    assert_eq!((status.as_u16(), &body["displayName"], body.get("members")), (200, &json!("Sales"), None));
}

/// RFC 7644 3.4.2.1: a query against the server root is over every type.
#[test]
fn the_root_lists_every_type() {
    let mut client = people();
    client.group("team", &[]);
    assert_eq!(client.named("/?sortBy=id&count=0"), [] as [&str; 0]);
    assert_eq!(client.get("/")["totalResults"], 5);
    assert_eq!(client.named("?filter=displayName+eq+%22team%22"), ["team"]);
}
