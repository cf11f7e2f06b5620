use alloc::{boxed::Box, format, string::ToString, vec::Vec};

use http::StatusCode;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Discovery, Endpoint, Evidence, Filters, Finding, Pages, Position, Profile, Writes};
use crate::{
    entropy::Seeded,
    scim::{
        Document, ErrorKind, Patch, Path, schema,
        service::{Access, Capabilities, Config, Filtering, Kind, MemoryStore, Service},
    },
    wire::{Response, Secret},
};

const BASE: &str = "https://example.org/scim";

fn endpoint() -> Endpoint {
    Endpoint::new(BASE, &Secret::new("s3cret".into())).unwrap()
}

fn service(capabilities: Capabilities, accounts: &[&str]) -> Service<MemoryStore> {
    let config = Config { base_url: BASE.into(), access: Access::Open, capabilities };
    let mut service = Service::new(config, MemoryStore::new(), Box::new(Seeded::new(1)));
    for name in accounts {
        let user = json!({"schemas": [schema::USER], "userName": name});
        service.add(Kind::User, Document::try_from(user).unwrap(), Timestamp::UNIX_EPOCH).unwrap();
    }
    service
}

fn discovered(capabilities: Capabilities, accounts: &[&str]) -> Profile {
    let mut service = service(capabilities, accounts);
    let mut discovery = Discovery::new(endpoint());
    while let Some(request) = discovery.request() {
        discovery.receive(&service.handle(&request, Timestamp::UNIX_EPOCH)).unwrap();
    }
    discovery.profile()
}

fn filtering(filtering: Filtering) -> Capabilities {
    Capabilities { filtering, ..Capabilities::default() }
}

#[test]
fn f41_an_empty_answer_is_believed_only_where_a_known_account_was_found() {
    for (played, accounts, expected) in [
        (Filtering::Whole, &["ann", "bob"][..], Filters::Proven),
        (Filtering::Whole, &[][..], Filters::Unproven),
        (Filtering::Ignored, &["ann", "bob"][..], Filters::Ignored),
        (Filtering::FindsNothing, &["ann"][..], Filters::FindNothing),
        (Filtering::Refused, &["ann"][..], Filters::Refused),
    ] {
        assert_eq!(discovered(filtering(played), accounts).filters, expected, "{played:?} {accounts:?}");
    }
}

#[test]
fn what_decided_stands_in_the_evidence() {
    let profile = discovered(Capabilities::default(), &["ann"]);
    let found = |finding| Evidence { finding, status: StatusCode::OK };
    let expected = [
        Finding::Configuration(true),
        Finding::ResourceTypes(true),
        Finding::Schemas(true),
        Finding::Account(true),
        Finding::Known(true),
        Finding::Stranger(true),
    ];
    assert_eq!(profile.evidence, expected.map(found));
    assert_eq!((profile.writes, profile.pages), (Writes::Patch, Pages::Index));
    assert_eq!(profile.declared.endpoints, ["/Users", "/Groups"]);
    assert_eq!(profile.declared.bulk, Some(true));
    assert!(profile.declared.schemas.iter().any(|urn| urn == schema::ENTERPRISE_USER));
}

#[test]
fn a_service_provider_that_says_that_it_takes_no_patch_is_written_by_put() {
    let profile = discovered(Capabilities { patch: false, ..Capabilities::default() }, &[]);
    assert_eq!(profile.writes, Writes::Put);
}

#[test]
fn without_discovery_documents_only_evidence_counts() {
    let mut discovery = Discovery::new(endpoint());
    let ann = r#"{"totalResults":1,"Resources":[{"id":"1","userName":"ann"}]}"#;
    let none = r#"{"totalResults":0}"#;
    for (status, body) in [(404, ""), (404, "<html>"), (200, "<html>"), (200, ann), (200, ann), (200, none)] {
        let mut response = Response::new(body.into());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        discovery.receive(&response).unwrap();
    }
    assert!(discovery.request().is_none());
    let profile = discovery.profile();
    assert_eq!((profile.filters, profile.writes), (Filters::Proven, Writes::Patch));
    assert_eq!(profile.evidence[2], Evidence { finding: Finding::Schemas(false), status: StatusCode::OK });
    assert_eq!(profile.declared.patch, None);
}

#[test]
fn one_that_knows_cursors_only_is_read_by_cursor() {
    let mut discovery = Discovery::new(endpoint());
    let refused = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"400","scimType":"invalidCursor"}"#;
    for (status, body) in [(404, ""), (404, ""), (404, ""), (400, refused)] {
        let mut response = Response::new(body.into());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        discovery.receive(&response).unwrap();
    }
    assert_eq!(discovery.request().unwrap().uri(), "https://example.org/scim/Users?cursor=&count=1");
    assert_eq!(discovery.profile().pages, Pages::Cursor);
}

#[test]
fn a_refused_token_ends_it_and_a_failure_lets_the_question_stand() {
    let mut discovery = Discovery::new(endpoint());
    let mut answer = |status: u16| {
        let mut response = Response::new(Vec::new());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        let refused = discovery.receive(&response).unwrap_err().kind;
        (refused, discovery.request().unwrap().uri().path().to_string())
    };
    let question = || "/scim/ServiceProviderConfig".to_string();
    assert_eq!(answer(401), (ErrorKind::Unauthorized, question()));
    assert_eq!(answer(403), (ErrorKind::Forbidden, question()));
    assert_eq!(answer(429), (ErrorKind::TooManyRequests, question()));
    assert_eq!(answer(503), (ErrorKind::Internal, question()));
}

#[test]
fn requests_are_those_of_rfc_7644_and_escape_what_they_carry() {
    let endpoint = endpoint();
    let line = |request: &crate::wire::Request| format!("{} {}", request.method(), request.uri());
    assert_eq!(line(&endpoint.delete(Kind::Group, "a/b?c")), format!("DELETE {BASE}/Groups/a%2Fb%3Fc"));
    assert_eq!(
        line(&endpoint.read(Kind::Group, "1", &["displayName", "members.value"])),
        format!("GET {BASE}/Groups/1?attributes=displayName%2Cmembers.value")
    );
    assert_eq!(
        line(&endpoint.list(Kind::Group, &Position::Cursor("a=b&c".into()), 5, false)),
        format!("GET {BASE}/Groups?cursor=a%3Db%26c&count=5&excludedAttributes=members")
    );
    let patch = endpoint.modify(Kind::User, "1", &Patch::new().replace(Path::of("active"), false));
    assert_eq!(patch.headers()["content-type"], "application/scim+json");
    assert_eq!(patch.headers()["authorization"], "Bearer s3cret");
    let body: Value = serde_json::from_slice(patch.body()).unwrap();
    assert_eq!(body["schemas"][0], schema::PATCH_OP);
    assert!(!format!("{endpoint:?}").contains("s3cret"));
}

#[test]
fn a_base_url_that_is_none_is_refused() {
    for url in ["", "example.org/scim", "ftp://x/y", "https://", "https://x/y?z=1", "https://x/y#z"] {
        let refused = Endpoint::new(url, &Secret::new("t".into())).unwrap_err();
        assert_eq!(refused.code(), "scim.client.base_url", "{url}");
    }
    let refused = Endpoint::new(BASE, &Secret::new("a b".into())).unwrap_err();
    assert_eq!(refused.code(), "wire.invalid_token");
}

fn document(value: Value) -> Document {
    Document::try_from(value).unwrap()
}

#[test]
fn f17_a_change_is_written_by_patch_then_with_a_list_then_by_put_of_the_version_that_was_read() {
    let before = document(json!({
        "schemas": [schema::GROUP], "id": "g", "displayName": "G", "members": [{"value": "1"}, {"value": "2"}],
        "meta": {"version": "W/\"7\""},
    }));
    let mut after = before.clone();
    after.set("members", json!([{"value": "2"}]));
    let profile = discovered(Capabilities::default(), &[]);
    let requests: Vec<_> = profile
        .ways()
        .iter()
        .map(|way| way.request(&endpoint(), Kind::Group, &before, &after).unwrap().unwrap())
        .collect();
    let body = |place: usize| -> Value { serde_json::from_slice(requests[place].body()).unwrap() };
    assert_eq!(body(0)["Operations"], json!([{"op": "remove", "path": "members[value eq \"1\"]"}]));
    let listed = json!([{"op": "remove", "path": "members", "value": [{"value": "1"}]}]);
    assert_eq!(body(1)["Operations"], listed);
    assert_eq!((requests[2].method().as_str(), &body(2)["members"]), ("PUT", &json!([{"value": "2"}])));
    assert_eq!(requests[2].headers()["if-match"], "W/\"7\"");
    for way in profile.ways() {
        assert!(way.request(&endpoint(), Kind::Group, &before, &before).unwrap().is_none());
    }
}

#[test]
fn only_an_answer_that_says_that_nothing_was_done_lets_another_way_be_tried() {
    let refused = |status: u16| Writes::is_refused_by(StatusCode::from_u16(status).unwrap());
    for status in [400, 405, 501] {
        assert!(refused(status), "{status}");
    }
    for status in [200, 204, 401, 404, 409, 412, 429, 500, 503] {
        assert!(!refused(status), "{status}");
    }
}
