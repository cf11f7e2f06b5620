//! Service providers that do less than the embedded tenant, or fail while the test is cleared away.

use super::{
    BASE_URL, Concluded, EventName, Method, Request, Response, Scope, TOKEN, Tenant, ToString, Unreachable,
    Vec, answer, now, resources, run, tenant, vec, verification,
};

/// Verifies against a tenant, but for the requests to which `instead` has another answer.
fn with(
    tenant: &mut Tenant,
    mut instead: impl FnMut(&Request) -> Option<Result<Response, Unreachable>>,
) -> Concluded {
    run(verification(BASE_URL, TOKEN, Scope::Everything), |request| {
        instead(&request).unwrap_or_else(|| Ok(tenant.handle(&request, now())))
    })
}

fn is_removal(request: &Request) -> bool {
    request.method() == Method::DELETE
}

fn of_users(request: &Request) -> bool {
    request.uri().path().contains("/Users/")
}

fn told(concluded: &Concluded) -> Vec<(EventName, bool)> {
    concluded.events.iter().map(|event| (event.name, event.error.is_none())).collect()
}

#[test]
fn r18_discovery_may_be_missing_and_may_not_be_something_else() {
    let (mut tenant, discovery) = (tenant(), "/ServiceProviderConfig");
    for status in [404, 501] {
        let concluded = with(&mut tenant, |request| {
            request.uri().path().ends_with(discovery).then(|| Ok(answer(status, "")))
        });
        assert!(concluded.found.is_ok(), "{status}: {:?}", concluded.found);
    }
    let concluded = with(&mut tenant, |request| {
        request.uri().path().ends_with(discovery).then(|| Ok(answer(200, r#"{"status": "up"}"#)))
    });
    assert_eq!(concluded.found.unwrap_err().code(), "connector.not_scim");
}

#[test]
fn r18_a_service_provider_that_is_busy_is_told_as_busy() {
    let concluded =
        with(&mut tenant(), |request| request.uri().path().ends_with("/Users").then(|| Ok(answer(429, ""))));
    assert_eq!(concluded.found.unwrap_err().code(), "connector.unavailable");
}

#[test]
fn d13_a_test_user_that_cannot_be_deleted_is_made_inactive_and_told_as_left() {
    for status in [405, 501] {
        let mut tenant = tenant();
        let concluded = with(&mut tenant, |request| {
            (is_removal(request) && of_users(request)).then(|| Ok(answer(status, "")))
        });
        let account = tenant.users().next().unwrap();
        assert_eq!(account.get("active"), Some(&false.into()), "{status}");
        assert_eq!(concluded.left_over, [account.text("id").unwrap()]);
        let expected = [(EventName::UserDeleteProvision, false), (EventName::UserDeprovision, true)];
        assert_eq!(told(&concluded)[3..], expected);
        assert_eq!(concluded.found.unwrap().deletes_users, Some(false));
    }
}

#[test]
fn r18_what_cannot_be_removed_is_told_by_id_and_makes_no_good_credentials_bad() {
    for status in [403, 500] {
        let mut tenant = tenant();
        let concluded = with(&mut tenant, |request| {
            (is_removal(request) || request.method() == Method::PATCH).then(|| Ok(answer(status, "")))
        });
        let left = [tenant.groups().next().unwrap(), tenant.users().next().unwrap()];
        let left: Vec<_> = left.iter().map(|one| one.text("id").unwrap().to_string()).collect();
        assert_eq!(concluded.left_over, left, "{status}");
        // Whether accounts can be deleted is not known: that was refused for another reason.
        assert_eq!(concluded.found.unwrap().deletes_users, None);
    }
}

#[test]
fn f41_a_group_that_an_empty_list_may_have_hidden_is_told_by_name() {
    let mut tenant = tenant();
    let mut lost = vec![()];
    let concluded = run(verification(BASE_URL, TOKEN, Scope::Everything), |request| {
        let (path, query) = (request.uri().path(), request.uri().query().unwrap_or_default());
        if path.ends_with("/Groups") && query.contains("filter") {
            return Ok(answer(200, r#"{"totalResults": 0, "Resources": []}"#));
        }
        let is_lost = path.ends_with("/Groups") && request.method() == Method::POST && lost.pop().is_some();
        let response = tenant.handle(&request, now());
        if is_lost { Err(Unreachable::TimedOut) } else { Ok(response) }
    });
    let left: Vec<_> = tenant.groups().map(|group| group.text("displayName").unwrap().to_string()).collect();
    assert_eq!((left.len(), resources(&mut tenant)[0]), (1, 0));
    assert_eq!(concluded.left_over, left);
    assert!(concluded.found.is_ok());
}

#[test]
fn r18_a_removal_whose_answer_is_lost_is_tried_again() {
    for is_done in [false, true] {
        let mut tenant = tenant();
        let mut lost = vec![(); 2];
        let concluded = run(verification(BASE_URL, TOKEN, Scope::Everything), |request| {
            if is_removal(&request) && lost.pop().is_some() {
                if is_done {
                    tenant.handle(&request, now());
                }
                return Err(Unreachable::TimedOut);
            }
            Ok(tenant.handle(&request, now()))
        });
        assert_eq!((resources(&mut tenant), concluded.left_over.len()), (vec![0, 0], 0), "{is_done}");
        assert!(told(&concluded).iter().all(|(_, worked)| *worked));
    }
}
