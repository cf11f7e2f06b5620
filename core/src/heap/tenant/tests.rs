use alloc::{borrow::ToOwned, boxed::Box, format, string::String, vec::Vec};

use http::{Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::{Credentials, Renaming, SsoSettings, Teammate, Tenant, TenantError, Variants};
use crate::{
    entropy::Seeded,
    heap::Role,
    scim::{
        schema,
        service::{Kind, Store},
    },
    wire::Secret,
};

mod stored;
mod variants;

const NOW: Timestamp = Timestamp::constant(1_772_359_200, 0);

struct Heap {
    tenant: Tenant,
    token: Option<Secret>,
}

/// What an administrator pastes into Heap's settings (R6).
fn settings() -> SsoSettings {
    let certificate = include_str!("../../../tests/vectors/keys/rsa2048.cert.pem");
    SsoSettings::new(certificate, "https://sso.jumpcloud.com/saml2/heap").unwrap()
}

fn tenant() -> Tenant {
    Tenant::new("demo".parse().unwrap(), "12345".parse().unwrap(), Box::new(Seeded::new(1)))
}

impl Heap {
    /// A tenant with SCIM on.
    fn new(variants: Variants) -> Self {
        let mut tenant = tenant().playing(variants);
        tenant.configure_sso(settings());
        let token = tenant.enable_scim(Role::Analyst, &mut Seeded::new(2)).unwrap().bearer_token;
        Self { tenant, token: Some(token) }
    }

    fn call(&mut self, method: Method, path: &str, body: Value) -> (StatusCode, Value) {
        let mut request = http::Request::builder().method(method).uri(format!("/scim/v2/demo{path}"));
        request = request.header("content-type", "application/scim+json");
        if let Some(token) = &self.token {
            request = request.header("authorization", format!("Bearer {}", token.expose()));
        }
        let response = self.tenant.handle(&request.body(serde_json::to_vec(&body).unwrap()).unwrap(), NOW);
        let body = response.body();
        (response.status(), if body.is_empty() { Value::Null } else { serde_json::from_slice(body).unwrap() })
    }

    fn post(&mut self, more: Value) -> (StatusCode, Value) {
        let mut user = json!({"schemas": [schema::USER], "userName": "ann@x.org", "externalId": "d1", "active": true,
            "emails": [{"value": "ann@x.org", "primary": true}]});
        user.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        self.call(Method::POST, "/Users", user)
    }

    fn ann(&mut self) -> String {
        let (status, user) = self.post(json!({}));
        assert_eq!(status, StatusCode::CREATED, "{user}");
        user["id"].as_str().unwrap().to_owned()
    }

    fn replace(&mut self, id: &str, path: &str, value: Value) -> (StatusCode, Value) {
        let operations = json!([{"op": "replace", "path": path, "value": value}]);
        self.call(Method::PATCH, &format!("/Users/{id}"), json!({"Operations": operations}))
    }
}

#[test]
fn r14_scim_cannot_be_enabled_before_sso_is_configured() {
    let mut tenant = tenant();
    let early = tenant.enable_scim(Role::Analyst, &mut Seeded::new(2));
    assert_eq!(early.unwrap_err(), TenantError::SsoNotConfigured);
    assert!(!tenant.scim_enabled());
    tenant.configure_sso(settings());
    assert!(tenant.enable_scim(Role::Analyst, &mut Seeded::new(2)).is_ok());
}

#[test]
fn r15_new_users_get_the_default_role_and_it_can_be_changed_later() {
    let mut heap = Heap::new(Variants::default());
    let ann = heap.ann();
    assert_eq!(heap.tenant.role_of(&ann), Some(Role::Analyst));
    heap.tenant.set_default_role(Role::Consumer);
    let (_, bob) = heap.post(json!({"userName": "bob@x.org", "emails": []}));
    assert_eq!(bob["role"], "Consumer");
    let (_, eve) = heap.post(json!({"userName": "eve@x.org", "emails": [], "role": "Architect"}));
    assert_eq!(eve["role"], "Architect");
    assert_eq!(heap.tenant.role_of(&ann), Some(Role::Analyst));
}

#[test]
fn r15_the_role_of_a_single_user_can_be_changed_on_both_sides() {
    let mut heap = Heap::new(Variants::default());
    let ann = heap.ann();
    heap.tenant.set_role(&ann, &Role::Admin, NOW).unwrap();
    assert_eq!(heap.call(Method::GET, &format!("/Users/{ann}"), Value::Null).1["role"], "Admin");
    assert_eq!(heap.replace(&ann, "role", json!("Read-Only")).0, StatusCode::OK);
    assert_eq!(heap.tenant.role_of(&ann), Some(Role::ReadOnly));
    assert_eq!(heap.tenant.set_role("nobody", &Role::Admin, NOW), Err(TenantError::NoSuchAccount));
}

#[test]
fn r16_the_token_is_shown_once_and_only_its_hash_is_kept() {
    let mut tenant = tenant();
    tenant.configure_sso(settings());
    let Credentials { client_id, bearer_token } =
        tenant.enable_scim(Role::Analyst, &mut Seeded::new(2)).unwrap();
    assert_eq!(tenant.client_id(), Some(client_id.as_str()));
    assert_eq!(tenant.enable_scim(Role::Analyst, &mut Seeded::new(3)).unwrap_err(), TenantError::ScimEnabled);
    // 32 bytes in base64.
    assert_eq!(bearer_token.expose().len(), 43);
    assert!(!format!("{tenant:?}").contains(bearer_token.expose()));
}

#[test]
fn r17_requests_go_below_the_base_url_with_the_token() {
    let mut heap = Heap::new(Variants::default());
    assert_eq!(heap.tenant.base_url(), "https://heapanalytics.com/scim/v2/demo");
    assert_eq!(heap.call(Method::GET, "/Users", Value::Null).0, StatusCode::OK);
    heap.token = Some(Secret::new("wrong".into()));
    assert_eq!(heap.call(Method::GET, "/Users", Value::Null).0, StatusCode::UNAUTHORIZED);
    heap.token = None;
    assert_eq!(heap.call(Method::GET, "/Users", Value::Null).0, StatusCode::UNAUTHORIZED);
}

#[test]
fn r19_a_new_token_ends_the_old_one() {
    let mut heap = Heap::new(Variants::default());
    let new = heap.tenant.renew_token(&mut Seeded::new(9)).unwrap().bearer_token;
    assert_eq!(heap.call(Method::GET, "/Users", Value::Null).0, StatusCode::UNAUTHORIZED);
    heap.token = Some(new);
    assert_eq!(heap.call(Method::GET, "/Users", Value::Null).0, StatusCode::OK);
    heap.tenant.disable_scim();
    assert_eq!(heap.call(Method::GET, "/Users", Value::Null).0, StatusCode::UNAUTHORIZED);
    assert_eq!(heap.tenant.renew_token(&mut Seeded::new(9)).unwrap_err(), TenantError::ScimDisabled);
}

#[test]
fn r20_teammates_are_added_and_removed_within_heap_only_while_scim_is_off() {
    let mut tenant = tenant();
    let ann = tenant.add_teammate(Teammate::new("ann@x.org"), NOW).unwrap();
    let bob = tenant.add_teammate(Teammate::new("bob@x.org"), NOW).unwrap();
    tenant.remove_teammate(&bob, NOW).unwrap();
    assert_eq!(tenant.remove_teammate(&bob, NOW), Err(TenantError::NoSuchAccount));
    tenant.configure_sso(settings());
    tenant.enable_scim(Role::Analyst, &mut Seeded::new(2)).unwrap();
    assert_eq!(
        tenant.add_teammate(Teammate::new("eve@x.org"), NOW),
        Err(TenantError::ManagedByIdentityProvider)
    );
    assert_eq!(tenant.remove_teammate(&ann, NOW), Err(TenantError::ManagedByIdentityProvider));
    assert_eq!(tenant.users().count(), 1);
    tenant.disable_scim();
    assert_eq!(tenant.remove_teammate(&ann, NOW), Ok(()));
}

#[test]
fn r22_another_user_name_or_email_makes_a_second_account_and_leaves_the_first() {
    for (path, value) in [
        ("userName", json!("new@x.org")),
        ("emails", json!([{"value": "new@x.org", "primary": true}])),
        ("emails[primary eq true].value", json!("new@x.org")),
    ] {
        let mut heap = Heap::new(Variants::default());
        let ann = heap.ann();
        let before = heap.call(Method::GET, &format!("/Users/{ann}"), Value::Null).1;
        let (status, second) = heap.replace(&ann, path, value);
        assert_eq!(status, StatusCode::OK, "{second}");
        assert_ne!(second["id"], json!(ann));
        assert_eq!(heap.call(Method::GET, &format!("/Users/{ann}"), Value::Null).1, before);
        assert_eq!(heap.tenant.users().count(), 2);
        // The first can still be deactivated, also where the two share a user name.
        assert_eq!(heap.replace(&ann, "active", json!(false)).1["active"], false);
    }
}

#[test]
fn r22_a_put_with_another_user_name_makes_a_second_account_too() {
    let mut heap = Heap::new(Variants::default());
    let ann = heap.ann();
    let body = json!({"schemas": [schema::USER], "userName": "new@x.org"});
    let (status, second) = heap.call(Method::PUT, &format!("/Users/{ann}"), body);
    assert_eq!((status, second["id"] == json!(ann)), (StatusCode::OK, false));
    let names: Vec<String> = heap.tenant.users().map(|user| user.text("userName").unwrap().into()).collect();
    assert_eq!(names, ["ann@x.org", "new@x.org"]);
}

#[test]
fn d09_a_user_name_that_differs_by_case_alone_is_the_same_account() {
    let mut heap = Heap::new(Variants::default());
    let ann = heap.ann();
    assert_eq!(heap.replace(&ann, "userName", json!("ANN@X.org")).1["id"], json!(ann));
    let (_, user) = heap.replace(&ann, "emails[primary eq true].value", json!("Ann@X.ORG"));
    assert_eq!(user["id"], json!(ann));
    assert_eq!(heap.tenant.users().count(), 1);
}

#[test]
fn r22_is_a_variant_that_a_tenant_can_be_without() {
    let mut heap = Heap::new(Variants { renaming: Renaming::InPlace, ..Variants::default() });
    let ann = heap.ann();
    let (_, user) = heap.replace(&ann, "userName", json!("new@x.org"));
    assert_eq!((user["id"].as_str(), &user["userName"]), (Some(ann.as_str()), &json!("new@x.org")));
}

#[test]
fn r23_a_person_of_another_organisation_is_refused_with_the_reason() {
    let mut heap = Heap::new(Variants::default());
    heap.tenant.foreign_account("Ann@x.org");
    for more in [json!({}), json!({"userName": "ann", "emails": [{"value": "ANN@X.ORG"}]})] {
        let (status, body) = heap.post(more);
        assert_eq!(status, StatusCode::CONFLICT);
        let detail = body["detail"].as_str().unwrap();
        assert!(detail.contains("another organisation") && detail.contains("deleted there"), "{detail}");
    }
    assert_eq!(heap.tenant.users().count(), 0);
    assert!(heap.tenant.foreign_account_deleted("ann@x.org"));
    assert_eq!(heap.post(json!({})).0, StatusCode::CREATED);
}

#[test]
fn r23_holds_for_the_second_account_of_a_changed_email_as_well() {
    let mut heap = Heap::new(Variants::default());
    let ann = heap.ann();
    heap.tenant.foreign_account("new@x.org");
    assert_eq!(heap.replace(&ann, "userName", json!("new@x.org")).0, StatusCode::CONFLICT);
    assert_eq!(heap.tenant.users().count(), 1);
}

#[test]
fn d08_a_tenant_may_accept_a_role_and_an_external_id_and_keep_neither() {
    let mut heap = Heap::new(Variants { drops_role: true, drops_external_id: true, ..Variants::default() });
    let (status, user) = heap.post(json!({"role": "Architect"}));
    assert_eq!((status, user.get("role"), user.get("externalId")), (StatusCode::CREATED, None, None));
    let id = user["id"].as_str().unwrap().to_owned();
    let operations = json!([{"op": "add", "value": {"role": "Architect", "externalId": "d1"}}]);
    let (status, user) = heap.call(Method::PATCH, &format!("/Users/{id}"), json!({"Operations": operations}));
    assert_eq!((status, user.get("role"), user.get("externalId")), (StatusCode::OK, None, None));
    assert_eq!(heap.tenant.role_of(&id), Some(Role::Analyst));
    // What an administrator gives within Heap is kept.
    heap.tenant.set_role(&id, &Role::Admin, NOW).unwrap();
    assert_eq!(heap.tenant.role_of(&id), Some(Role::Admin));
}

#[test]
fn a_tenant_is_filled_with_what_is_not_managed_and_can_be_looked_into() {
    let mut tenant = tenant();
    let ann =
        tenant.add_teammate(Teammate { role: Some(Role::Admin), ..Teammate::new("ann@x.org") }, NOW).unwrap();
    let team = tenant.add_team("Growth", [ann.as_str()], NOW).unwrap();
    assert!(matches!(tenant.add_team("x", ["nobody"], NOW), Err(TenantError::Refused(_))));
    let groups: Vec<_> = tenant.groups().collect();
    assert_eq!(groups[0].text("id"), Some(team.as_str()));
    assert_eq!(groups[0].get("members"), Some(&json!([{"value": ann}])));
    assert_eq!(tenant.role_of(&ann), Some(Role::Admin));
    assert_eq!(tenant.store().count(Kind::Group), 1);
}

#[test]
fn a_demonstration_chooses_the_token_and_the_address_but_not_before_sso() {
    let chosen = || Secret::new("s3cret".to_owned());
    let mut tenant = tenant().reached_at("http://127.0.0.1:8080/");
    assert_eq!(tenant.base_url(), "http://127.0.0.1:8080/scim/v2/demo");
    let early = tenant.enable_scim_with_token(Role::Analyst, chosen());
    assert_eq!(early.unwrap_err(), TenantError::SsoNotConfigured);
    tenant.configure_sso(settings());
    let unfit = tenant.enable_scim_with_token(Role::Analyst, Secret::new("a b".to_owned()));
    assert_eq!(unfit.unwrap_err().code(), "wire.invalid_token");
    assert!(!tenant.scim_enabled());
    tenant.enable_scim_with_token(Role::Analyst, chosen()).unwrap();
    let mut heap = Heap { tenant, token: Some(chosen()) };
    assert_eq!(heap.call(Method::GET, "/Users", Value::Null).0, StatusCode::OK);
    heap.token = Some(Secret::new("other".to_owned()));
    assert_eq!(heap.call(Method::GET, "/Users", Value::Null).0, StatusCode::UNAUTHORIZED);
}
