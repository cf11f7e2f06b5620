//! What a tenant may play.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};
use core::num::NonZeroU32;

use http::{Method, StatusCode};
use serde_json::{Value, json};

use super::{Heap, Variants};
use crate::scim::service::{Capabilities, Filtering, Removal, Throttle};

fn playing(capabilities: Capabilities) -> Heap {
    Heap::new(Variants { capabilities, ..Variants::default() })
}

#[test]
fn a_tenant_can_play_small_pages_no_filter_and_no_patch() {
    let capabilities = Capabilities {
        page_size_max: 1,
        filtering: Filtering::Ignored,
        patch: false,
        ..Capabilities::default()
    };
    let mut heap = Heap::new(Variants { capabilities, ..Variants::default() });
    let ann = heap.ann();
    heap.post(json!({"userName": "bob@x.org", "emails": []}));
    let (_, page) = heap.call(Method::GET, "/Users?filter=userName+eq+%22nobody%22&count=10", Value::Null);
    assert_eq!((&page["totalResults"], page["Resources"].as_array().unwrap().len()), (&json!(2), 1));
    assert_eq!(heap.replace(&ann, "active", json!(false)).0, StatusCode::NOT_IMPLEMENTED);
}

#[test]
fn f42_a_delete_may_leave_an_inactive_account() {
    let mut heap = Heap::new(Variants { removal: Removal::Deactivate, ..Variants::default() });
    let ann = heap.ann();
    assert_eq!(heap.call(Method::DELETE, &format!("/Users/{ann}"), Value::Null).0, StatusCode::NO_CONTENT);
    assert_eq!(heap.call(Method::GET, &format!("/Users/{ann}"), Value::Null).1["active"], false);
}

#[test]
fn a_tenant_may_put_off_every_so_manieth_request() {
    let throttle = Throttle { every: NonZeroU32::new(2).unwrap(), retry_after_seconds: 1 };
    let capabilities = Capabilities { throttle: Some(throttle), ..Capabilities::default() };
    let mut heap = Heap::new(Variants { capabilities, ..Variants::default() });
    let mut status = || heap.call(Method::GET, "/Users", Value::Null).0.as_u16();
    assert_eq!([status(), status(), status(), status()], [200, 429, 200, 429]);
}

#[test]
fn a_tenant_may_take_no_delete() {
    let mut heap = Heap::new(Variants { removal: Removal::Refused, ..Variants::default() });
    let ann = heap.ann();
    let path = format!("/Users/{ann}");
    assert_eq!(heap.call(Method::DELETE, &path, Value::Null).0, StatusCode::NOT_IMPLEMENTED);
    assert_eq!(heap.call(Method::GET, &path, Value::Null).1["active"], true);
}

#[test]
fn a_tenant_may_take_no_put() {
    let mut heap = playing(Capabilities { put: false, ..Capabilities::default() });
    let ann = heap.ann();
    let (status, _) = heap.call(Method::PUT, &format!("/Users/{ann}"), json!({"userName": "ann@x.org"}));
    assert_eq!(status, StatusCode::NOT_IMPLEMENTED);
}

#[test]
fn f41_a_filter_may_find_nothing_whatever_there_is() {
    let capabilities = Capabilities { filtering: Filtering::FindsNothing, ..Capabilities::default() };
    let mut heap = playing(capabilities);
    heap.ann();
    let found = |(_, page): (StatusCode, Value)| page["totalResults"].as_u64();
    assert_eq!(
        found(heap.call(Method::GET, "/Users?filter=userName+eq+%22ann@x.org%22", Value::Null)),
        Some(0)
    );
    assert_eq!(found(heap.call(Method::GET, "/Users", Value::Null)), Some(1));
}

fn group(heap: &mut Heap, members: &[String]) -> String {
    let members: Vec<Value> = members.iter().map(|id| json!({"value": id})).collect();
    let group = json!({"schemas": [crate::scim::schema::GROUP], "displayName": "G", "members": members});
    heap.call(Method::POST, "/Groups", group).1["id"].as_str().unwrap().to_owned()
}

#[test]
fn f13_a_tenant_may_leave_members_out_of_reads() {
    let mut heap = playing(Capabilities { members_in_reads: false, ..Capabilities::default() });
    let ann = heap.ann();
    let id = group(&mut heap, &[ann]);
    let (_, read) = heap.call(Method::GET, &format!("/Groups/{id}"), Value::Null);
    assert_eq!((read["displayName"].as_str(), read.get("members")), (Some("G"), None));
}

#[test]
fn f10_f16_a_tenant_may_take_few_members_in_a_patch_and_none_without_a_path() {
    let limits =
        Capabilities { members_per_patch_max: Some(1), pathless_patch: false, ..Capabilities::default() };
    let mut heap = playing(limits);
    let (ann, id) = (heap.ann(), group(&mut heap, &[]));
    let bob = heap.post(json!({"userName": "bob@x.org", "emails": []})).1["id"].as_str().unwrap().to_owned();
    let mut patch = |operations: Value| {
        heap.call(Method::PATCH, &format!("/Groups/{id}"), json!({"Operations": operations})).0.as_u16()
    };
    let add = |ids: &[&String]| {
        let values: Vec<Value> = ids.iter().map(|id| json!({"value": id})).collect();
        json!([{"op": "add", "path": "members", "value": values}])
    };
    assert_eq!(patch(add(&[&ann, &bob])), 400);
    assert_eq!(patch(json!([{"op": "replace", "value": {"displayName": "H"}}])), 400);
    assert_eq!(patch(json!([{"op": "replace", "path": "displayName", "value": "H"}])), 200);
    assert_eq!(patch(add(&[&ann])), 204);
    assert_eq!(patch(add(&[&bob])), 204);
    assert_eq!(heap.tenant.groups().next().unwrap().get("members").unwrap().as_array().unwrap().len(), 2);
}

#[test]
fn a_new_resource_may_come_into_lists_late() {
    let mut heap = playing(Capabilities { listed_late: 2, ..Capabilities::default() });
    let ann = heap.ann();
    assert_eq!(heap.call(Method::GET, &format!("/Users/{ann}"), Value::Null).0, StatusCode::OK);
    let mut listed = || heap.call(Method::GET, "/Users", Value::Null).1["totalResults"].as_u64();
    assert_eq!([listed(), listed()], [Some(0), Some(1)]);
}

#[test]
fn a_changed_resource_may_be_read_as_it_was_for_a_while() {
    let mut heap = playing(Capabilities { stale_reads: 3, ..Capabilities::default() });
    let ann = heap.ann();
    let path = format!("/Users/{ann}");
    let name = "/Users?filter=active+eq+true";
    assert_eq!(heap.replace(&ann, "active", json!(false)).0, StatusCode::OK);
    assert_eq!(heap.call(Method::GET, &path, Value::Null).1["active"], true);
    assert_eq!(heap.call(Method::GET, name, Value::Null).1["Resources"][0]["active"], true);
    assert_eq!(heap.tenant.users().next().unwrap().get("active"), Some(&json!(false)));
    heap.call(Method::GET, &path, Value::Null);
    assert_eq!(heap.call(Method::GET, &path, Value::Null).1["active"], false);
    assert_eq!(heap.call(Method::GET, name, Value::Null).1["totalResults"], 0);
}

#[test]
fn f14_a_group_may_show_the_members_that_it_had_and_a_removed_account_may_still_be_listed() {
    let mut heap = playing(Capabilities { stale_reads: 2, ..Capabilities::default() });
    let ann = heap.ann();
    let id = group(&mut heap, &[]);
    let path = format!("/Groups/{id}");
    let join = json!([{"op": "add", "path": "members", "value": [{"value": ann}]}]);
    assert_eq!(heap.call(Method::PATCH, &path, json!({"Operations": join})).0, StatusCode::NO_CONTENT);
    assert_eq!(heap.call(Method::GET, &path, Value::Null).1["members"], json!([]));
    heap.call(Method::GET, "/Users", Value::Null);
    assert_eq!(heap.call(Method::GET, &path, Value::Null).1["members"][0]["value"], ann);
    assert_eq!(heap.call(Method::DELETE, &format!("/Users/{ann}"), Value::Null).0, StatusCode::NO_CONTENT);
    let mut listed = || heap.call(Method::GET, "/Users", Value::Null).1["totalResults"].as_u64();
    assert_eq!([listed(), listed(), listed()], [Some(1), Some(1), Some(0)]);
}
