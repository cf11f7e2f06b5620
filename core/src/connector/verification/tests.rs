mod service_providers;

use alloc::{boxed::Box, format, string::ToString, vec, vec::Vec};

use http::{Method, StatusCode};
use jiff::Timestamp;

use super::{Begun, Concluded, Exchange, NotVerified, Scope, Unreachable, Verification};
use crate::{
    connector::Credentials,
    entropy::Seeded,
    heap::{Role, Tenant, tenant::SsoSettings},
    sync::EventName,
    wire::{Request, Response, Secret},
};

const BASE_URL: &str = "https://heapanalytics.com/scim/v2/demo";
const TOKEN: &str = "the-token";

fn now() -> Timestamp {
    "2026-03-01T10:00:00Z".parse().unwrap()
}

fn tenant() -> Tenant {
    let mut tenant = Tenant::new("demo".parse().unwrap(), "12345".parse().unwrap(), Box::new(Seeded::new(1)));
    let certificate = include_str!("../../../tests/vectors/keys/rsa2048.cert.pem");
    tenant.configure_sso(SsoSettings::new(certificate, "https://sso.jumpcloud.com/saml2/heap").unwrap());
    tenant.enable_scim_with_token(Role::Analyst, Secret::new(TOKEN.into())).unwrap();
    tenant
}

fn verification(base_url: &str, token: &str, scope: Scope) -> Verification {
    verifying(base_url, token, scope, true)
}

fn verifying(base_url: &str, token: &str, scope: Scope, groups: bool) -> Verification {
    let credentials = Credentials::new(base_url, Secret::new(token.into())).unwrap();
    let begun = Begun { application: "heap".into(), revision: 1 };
    Verification::new(
        credentials,
        EventName::IdmIntegrationActivate,
        groups,
        scope,
        begun,
        &mut Seeded::new(7),
    )
}

/// How many accounts and groups the tenant has.
fn resources(tenant: &mut Tenant) -> Vec<u64> {
    let count = |tenant: &mut Tenant, endpoint: &str| {
        let request = http::Request::builder()
            .uri(format!("{BASE_URL}/{endpoint}"))
            .header("authorization", format!("Bearer {TOKEN}"))
            .body(Vec::new())
            .unwrap();
        let response = tenant.handle(&request, now());
        serde_json::from_slice::<serde_json::Value>(response.body()).unwrap()["totalResults"]
            .as_u64()
            .unwrap()
    };
    vec![count(tenant, "Users"), count(tenant, "Groups")]
}

fn run(verification: Verification, send: impl FnMut(Request) -> Result<Response, Unreachable>) -> Concluded {
    verification.run(send, now)
}

fn answer(status: u16, body: &str) -> Response {
    http::Response::builder().status(status).body(body.as_bytes().to_vec()).unwrap()
}

#[test]
fn r18_activation_verifies_against_the_tenant_and_leaves_nothing_behind() {
    let mut tenant = tenant();
    let mut seen = Vec::new();
    let concluded = run(verification(BASE_URL, TOKEN, Scope::Everything), |request| {
        seen.push((request.method().clone(), request.uri().path().rsplit('/').next().unwrap().to_string()));
        Ok(tenant.handle(&request, now()))
    });
    let verified = concluded.found.unwrap();
    assert_eq!((verified.groups, verified.deletes_users), (Some(true), Some(true)));
    assert!(concluded.left_over.is_empty());
    assert_eq!(resources(&mut tenant), [0, 0]);
    assert_eq!(seen.iter().filter(|(method, _)| method == Method::POST).count(), 2);
    // D13: the test user is the one account that is deleted.
    assert!(
        concluded
            .events
            .iter()
            .any(|event| event.name == EventName::UserDeleteProvision && event.error.is_none())
    );
}

#[test]
fn r18_a_verification_that_reads_only_writes_nothing() {
    let mut tenant = tenant();
    let concluded = run(verification(BASE_URL, TOKEN, Scope::ReadOnly), |request| {
        assert_eq!(request.method(), Method::GET);
        Ok(tenant.handle(&request, now()))
    });
    assert_eq!(concluded.found.unwrap().deletes_users, None);
}

#[test]
fn r18_each_reason_is_told_exactly() {
    let mut tenant = tenant();
    let found =
        run(verification(BASE_URL, "another-token", Scope::Everything), |r| Ok(tenant.handle(&r, now())));
    assert!(matches!(found.found, Err(NotVerified::TokenRefused { .. })), "{:?}", found.found);
    let html = "<html><body>Welcome</body></html>";
    let cases: [(u16, &str, &str); 5] = [
        (200, html, "connector.not_scim"),
        (404, html, "connector.wrong_tenant"),
        (403, "", "connector.forbidden_token"),
        (503, html, "connector.unavailable"),
        (302, "", "connector.not_scim"),
    ];
    for (status, body, code) in cases {
        let found = run(verification(BASE_URL, TOKEN, Scope::Everything), |_| Ok(answer(status, body))).found;
        assert_eq!(found.unwrap_err().code(), code, "{status}");
    }
    for reason in [Unreachable::Dns, Unreachable::Tls, Unreachable::TimedOut, Unreachable::Connection] {
        let found = run(verification(BASE_URL, TOKEN, Scope::Everything), |_| Err(reason)).found;
        assert!(found.unwrap_err().to_string().contains(&reason.to_string()));
    }
}

#[test]
fn r24_a_service_provider_without_groups_is_told_where_group_management_is_on() {
    let mut tenant = tenant();
    for (method, status) in [
        (Method::GET, 404),
        (Method::GET, 405),
        (Method::GET, 501),
        (Method::POST, 404),
        (Method::POST, 405),
        (Method::POST, 501),
    ] {
        let concluded = run(verification(BASE_URL, TOKEN, Scope::Everything), |request| {
            if request.uri().path().ends_with("/Groups") && request.method() == method {
                return Ok(answer(status, ""));
            }
            Ok(tenant.handle(&request, now()))
        });
        let status = StatusCode::from_u16(status).unwrap();
        assert_eq!(concluded.found, Err(NotVerified::GroupsUnsupported { status }), "{method}");
        // R18: the test user is gone again, and nothing else was made.
        assert_eq!((resources(&mut tenant), concluded.left_over.len()), (vec![0, 0], 0), "{method} {status}");
    }
}

#[test]
fn r24_without_group_management_no_group_is_asked_for_and_none_is_made() {
    let mut tenant = tenant();
    let concluded = run(verifying(BASE_URL, TOKEN, Scope::Everything, false), |request| {
        assert!(!request.uri().path().contains("/Groups"), "{} {}", request.method(), request.uri());
        Ok(tenant.handle(&request, now()))
    });
    let verified = concluded.found.unwrap();
    assert_eq!((verified.groups, verified.deletes_users), (None, Some(true)));
    assert_eq!(resources(&mut tenant), [0, 0]);
}

#[test]
fn a_lost_answer_leaves_no_test_resource_behind() {
    for lost in 0..8 {
        let mut tenant = tenant();
        let mut sent = 0;
        let concluded = run(verification(BASE_URL, TOKEN, Scope::Everything), |request| {
            sent += 1;
            let response = tenant.handle(&request, now());
            if sent - 1 == lost { Err(Unreachable::TimedOut) } else { Ok(response) }
        });
        let left: u64 = resources(&mut tenant).iter().sum();
        let told = concluded.left_over.len();
        assert!(left <= told as u64, "answer {lost} was lost: {left} left, {told} told");
    }
}

#[test]
fn r39_r41_a_test_user_that_is_found_after_a_lost_answer_is_told_as_created() {
    for fault in [Err(Unreachable::TimedOut), Ok(answer(502, "<html>")), Ok(answer(201, "<html>"))] {
        let mut tenant = tenant();
        let mut faults = vec![fault.clone(), fault];
        let concluded = run(verification(BASE_URL, TOKEN, Scope::Everything), |request| {
            let response = tenant.handle(&request, now());
            if request.method() == Method::POST {
                return faults.pop().unwrap_or(Ok(response));
            }
            Ok(response)
        });
        assert!(concluded.found.is_ok() && concluded.left_over.is_empty(), "{:?}", concluded.found);
        assert_eq!(resources(&mut tenant), [0, 0]);
        let told: Vec<_> = concluded.events.iter().map(|e| (e.name, e.error.is_none())).collect();
        let expected = [
            (EventName::UserCreateProvision, true),
            (EventName::GroupCreateProvision, true),
            (EventName::GroupDeleteProvision, true),
            (EventName::UserDeleteProvision, true),
        ];
        assert_eq!(told, expected);
    }
}

#[test]
fn r39_a_look_up_with_a_problem_is_told_and_what_may_be_left_is_named() {
    let mut tenant = tenant();
    let concluded = run(verification(BASE_URL, TOKEN, Scope::Everything), |request| {
        let response = tenant.handle(&request, now());
        if request.method() == Method::POST {
            return Err(Unreachable::TimedOut);
        }
        Ok(if request.uri().query().is_some_and(|q| q.contains("filter")) {
            answer(403, "")
        } else {
            response
        })
    });
    assert_eq!(concluded.found.unwrap_err().code(), "connector.forbidden_token");
    assert!(concluded.left_over[0].starts_with("heap-identity-test-"), "{:?}", concluded.left_over);
    let told: Vec<_> = concluded.events.iter().map(|e| (e.name, e.error.is_none())).collect();
    assert_eq!(told, [(EventName::UserLookupProvision, false), (EventName::UserCreateProvision, false)]);
}

#[test]
fn what_a_verification_found_stays_what_it_found() {
    let mut verification = verification(BASE_URL, TOKEN, Scope::Everything);
    verification.receive(Err(Unreachable::Dns), now());
    for _ in 0..2 {
        let Exchange::Done(concluded) = verification.poll() else { panic!("it goes on") };
        assert!(concluded.found.is_err());
    }
    let mut tenant = tenant();
    let mut verification = self::verification(BASE_URL, TOKEN, Scope::ReadOnly);
    while let Exchange::Send(request) = verification.poll() {
        verification.receive(Ok(tenant.handle(&request, now())), now());
    }
    // An answer that comes late.
    verification.receive(Err(Unreachable::Dns), now());
    let Exchange::Done(concluded) = verification.poll() else { panic!("it goes on") };
    assert!(concluded.found.is_ok());
}

#[test]
fn r16_a_verification_and_its_requests_do_not_print_the_token() {
    let mut tenant = tenant();
    let mut verification = verification(BASE_URL, TOKEN, Scope::Everything);
    loop {
        let exchange = verification.poll();
        assert!(!format!("{exchange:?} {verification:?}").contains(TOKEN));
        let Exchange::Send(request) = exchange else { break };
        verification.receive(Ok(tenant.handle(&request, now())), now());
    }
}

#[test]
fn a_driver_that_never_gets_an_answer_comes_to_an_end() {
    let mut tenant = tenant();
    let mut sent = 0;
    let concluded = run(verification(BASE_URL, TOKEN, Scope::Everything), |request| {
        sent += 1;
        let response = tenant.handle(&request, now());
        if request.method() == Method::POST { Err(Unreachable::TimedOut) } else { Ok(response) }
    });
    assert!(sent < 20, "{sent} requests");
    drop(concluded);
}
