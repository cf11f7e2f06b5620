mod forbidden;
mod orders;

use alloc::{boxed::Box, format, string::String, vec::Vec};

use jiff::Timestamp;

use super::{
    Application, ApplicationError, Catalogue, CatalogueError, Credentials, Details, Part, Scope, Settings,
    State, Unreachable,
};
use crate::{
    directory::{Group, Person, Snapshot},
    entropy::Seeded,
    heap::{Role, Tenant, tenant::SsoSettings},
    sync::EventName,
    wire::Secret,
};

pub(super) const BASE_URL: &str = "https://heapanalytics.com/scim/v2/demo";

pub(super) fn now() -> Timestamp {
    "2026-03-01T10:00:00Z".parse().unwrap()
}

pub(super) fn tenant() -> Tenant {
    let mut tenant = Tenant::new("demo".parse().unwrap(), "12345".parse().unwrap(), Box::new(Seeded::new(1)));
    let certificate = include_str!("../../tests/vectors/keys/rsa2048.cert.pem");
    tenant.configure_sso(SsoSettings::new(certificate, "https://sso.jumpcloud.com/saml2/heap").unwrap());
    tenant.enable_scim_with_token(Role::Analyst, Secret::new("first".into())).unwrap();
    tenant
}

pub(super) fn application() -> Application {
    Application::new("heap", Details::new("Heap"), None).unwrap()
}

pub(super) fn credentials(token: &str) -> Credentials {
    Credentials::new(BASE_URL, Secret::new(token.into())).unwrap()
}

pub(super) fn managed(tenant: &mut Tenant) -> Application {
    let mut application = application();
    application.save_sso("12345".parse().unwrap()).unwrap();
    let verification =
        application.activate(credentials("first"), Scope::Everything, &mut Seeded::new(1), now()).unwrap();
    let concluded = verification.run(|request| Ok(tenant.handle(&request, now())), now);
    application.conclude(concluded, now()).unwrap().unwrap();
    application.events();
    application
}

pub(super) fn directory() -> Snapshot {
    let mut builder = Snapshot::builder();
    let person =
        Person { id: "u1".into(), user_name: "ann@example.com".into(), active: true, ..Person::default() };
    let ann = builder.person(&person).unwrap();
    for id in ["g1", "g2"] {
        let group =
            builder.group(&Group { id: id.into(), name: format!("Group {id}"), bound: false }).unwrap();
        builder.member(group, ann);
    }
    builder.complete().unwrap()
}

fn updated(application: &mut Application, tenant: &mut Tenant, token: &str) -> bool {
    let verification = application
        .update_credentials(credentials(token), Scope::ReadOnly, &mut Seeded::new(2), now())
        .unwrap();
    let concluded = verification.run(|request| Ok(tenant.handle(&request, now())), now);
    application.conclude(concluded, now()).unwrap().is_ok()
}

fn token(application: &Application) -> String {
    application.expose_token().unwrap().expose().into()
}

#[test]
fn r01_an_application_has_a_label_and_may_be_hidden() {
    let mut application = application();
    let details =
        Details { description: Some("Analytics".into()), shown: false, ..Details::new("Heap (EU)") };
    application.edit(details.clone()).unwrap();
    assert_eq!(application.details(), &details);
    application.edit(Details::new("Heap")).unwrap();
    assert!(application.details().shown && application.details().description.is_none());
    let unnamed = Application::new("heap", Details::new(" "), None).unwrap_err();
    assert_eq!(unnamed.code(), "connector.empty_label");
}

#[test]
fn r02_r03_the_idp_url_is_given_at_creation_or_never() {
    let mut application = application();
    assert_eq!(application.idp_url(), "https://sso.jumpcloud.com/saml2/heap");
    let own = Application::new("heap", Details::new("Heap"), Some("https://idp.example.com/sso/7")).unwrap();
    assert_eq!(own.idp_url(), "https://idp.example.com/sso/7");
    let error = application.change_idp_url().unwrap_err();
    assert!(format!("{error}").contains("delete the application and make it anew"), "{error}");
}

#[test]
fn r03_an_idp_url_that_could_never_be_put_right_is_not_taken() {
    for (name, url) in [
        ("heap", Some("http://idp.example.com/sso")),
        ("heap", Some("idp.example.com/sso")),
        ("heap", Some("javascript:alert(1)")),
        ("heap", Some("https://idp.example.com/s so")),
        ("heap", Some("")),
        ("heap eu", None),
        ("heap/eu", None),
        ("heap?", None),
        ("", None),
        ("", Some("https://idp.example.com/sso")),
    ] {
        let error = Application::new(name, Details::new("Heap"), url).unwrap_err();
        assert_eq!(error.code(), "connector.address", "{name} {url:?}");
    }
    assert!(Application::new("Heap (EU)", Details::new("Heap"), Some("http://localhost:8080/sso")).is_ok());
}

#[test]
fn r42_a_bookmark_is_the_address_of_a_page() {
    let mut application = application();
    for address in ["javascript:alert(1)", "data:text/html,x", "heapanalytics.com", ""] {
        assert_eq!(application.save_bookmark(address).unwrap_err().code(), "connector.address", "{address}");
    }
    assert_eq!(application.state(), State::Created);
    application.save_bookmark("http://intranet/heap").unwrap();
}

#[test]
fn d08_the_role_does_not_take_the_place_of_another_attribute() {
    let mut application = managed(&mut tenant());
    let settings = |name: &str| Settings { role_attribute: name.into(), ..Settings::default() };
    for name in
        ["", "userName", "USERNAME", "active", "externalId", "name.givenName", "a b", "1st", "urn:x:y"]
    {
        let refused = application.save_settings(settings(name), now()).unwrap_err();
        assert_eq!(refused.code(), "connector.role_attribute", "{name}");
        // R41: the attempt is told.
        let told = application.events().pop().unwrap();
        assert!(told.name == EventName::IdmIntegrationUpdate && told.error.is_some());
    }
    application.save_settings(settings("heapRole"), now()).unwrap();
    assert_eq!(application.sync_config().unwrap().mapping.role, "heapRole");
}

#[test]
fn r12_only_groups_that_are_bound_to_the_application_give_access() {
    let (mut application, directory) = (application(), directory());
    let allowed = |application: &Application| {
        matches!(application.view(&directory).access("u1"), crate::directory::Access::Granted { .. })
    };
    assert!(!allowed(&application));
    application.bind_groups(["g2"], &directory).unwrap();
    assert!(allowed(&application));
    let error = application.bind_groups(["g9"], &directory).unwrap_err();
    assert!(matches!(error, ApplicationError::NoSuchGroup(id) if id == "g9"));
    assert!(allowed(&application));
}

#[test]
fn r14_identity_management_waits_for_sso() {
    let mut application = application();
    let refused = application.activate(credentials("first"), Scope::Everything, &mut Seeded::new(1), now());
    assert!(matches!(refused, Err(ApplicationError::Forbidden(forbidden)) if forbidden.rule == "R14"));
    // R41: the attempt is an event all the same.
    let events = application.events();
    assert_eq!(events[0].name, EventName::IdmIntegrationActivate);
    assert!(events[0].error.as_deref().unwrap().contains("save the SSO configuration"));
}

#[test]
fn r16_the_token_is_not_stored_and_not_printed() {
    let application = managed(&mut tenant());
    let stored = application.to_json();
    assert!(!String::from_utf8_lossy(&stored).contains("first"));
    assert!(!format!("{application:?}").contains("first"));
    let mut restored = Application::from_json(&stored).unwrap();
    assert_eq!(restored.state(), State::Managed);
    assert_eq!(restored.sync_config().unwrap_err().code(), "connector.token_missing");
    assert_eq!(
        restored.restore_token(Secret::new("to ken".into())).unwrap_err().code(),
        "wire.invalid_token"
    );
    restored.restore_token(Secret::new("first".into())).unwrap();
    assert_eq!(restored.sync_config().unwrap().base_url, BASE_URL);
    let unmanaged = self::application().restore_token(Secret::new("first".into())).unwrap_err();
    assert_eq!(unmanaged.code(), "connector.not_active");
}

#[test]
fn r18_a_refused_activation_says_why_and_activates_nothing() {
    let mut application = application();
    application.save_sso("12345".parse().unwrap()).unwrap();
    let verification =
        application.activate(credentials("first"), Scope::Everything, &mut Seeded::new(1), now()).unwrap();
    let concluded = verification.run(|_| Err(Unreachable::Dns), now);
    let reason = application.conclude(concluded, now()).unwrap().unwrap_err();
    assert_eq!(reason.code(), "connector.unreachable");
    assert_eq!(application.state(), State::SsoConfigured);
    assert!(application.sync_config().is_err());
    let failed = application.events().pop().unwrap();
    assert!(failed.name == EventName::IdmIntegrationActivate && failed.error.is_some());
}

#[test]
fn r19_saving_never_touches_the_token_and_an_update_verifies() {
    let mut tenant = tenant();
    let mut application = managed(&mut tenant);
    application.save_settings(Settings { group_management: false, ..Settings::default() }, now()).unwrap();
    assert_eq!(token(&application), "first");
    assert!(!updated(&mut application, &mut tenant, "wrong"));
    assert_eq!((token(&application).as_str(), application.state()), ("first", State::Managed));
    let new = tenant.renew_token(&mut Seeded::new(9)).unwrap().bearer_token;
    assert!(updated(&mut application, &mut tenant, new.expose()));
    assert_eq!(token(&application), new.expose());
    let told: Vec<_> =
        application.events().into_iter().map(|event| (event.name, event.error.is_some())).collect();
    let expected = [
        (EventName::IdmIntegrationUpdate, false),
        (EventName::IdmIntegrationReauth, true),
        (EventName::IdmIntegrationReauth, false),
    ];
    assert_eq!(told, expected);
}

#[test]
fn r41_a_verification_that_is_no_longer_awaited_is_told_with_what_it_did() {
    let (mut tenant, mut application) = (tenant(), application());
    application.save_sso("12345".parse().unwrap()).unwrap();
    let verification =
        application.activate(credentials("first"), Scope::Everything, &mut Seeded::new(1), now()).unwrap();
    application.abandon_verification(now()).unwrap();
    assert_eq!(application.state(), State::SsoConfigured);
    let concluded = verification.run(|request| Ok(tenant.handle(&request, now())), now);
    let refused = application.conclude(concluded, now()).unwrap_err();
    assert!(matches!(refused, ApplicationError::Forbidden(forbidden) if forbidden.rule == "R18, R19"));
    let told: Vec<_> =
        application.events().into_iter().map(|event| (event.name, event.error.is_none())).collect();
    let expected = [
        (EventName::IdmIntegrationActivate, false),
        (EventName::UserCreateProvision, true),
        (EventName::GroupCreateProvision, true),
        (EventName::GroupDeleteProvision, true),
        (EventName::UserDeleteProvision, true),
        (EventName::IdmIntegrationActivate, false),
    ];
    assert_eq!(told, expected);
    assert!(application.sync_config().is_err());
}

#[test]
fn r18_a_verification_of_another_application_is_not_taken_for_ones_own() {
    let mut tenant = tenant();
    let mut begun = |name: &str, token: &str| {
        let mut one = Application::new(name, Details::new("Heap"), None).unwrap();
        one.save_sso("12345".parse().unwrap()).unwrap();
        let scope = Scope::ReadOnly;
        let verification = one.activate(credentials(token), scope, &mut Seeded::new(1), now()).unwrap();
        (one, verification.run(|request| Ok(tenant.handle(&request, now())), now))
    };
    let ((mut one, _own), (_, other)) = (begun("heap", "wrong"), begun("other", "first"));
    assert!(matches!(one.conclude(other, now()), Err(ApplicationError::Overtaken)));
    assert_eq!(one.state(), State::Activating);
    assert!(one.expose_token().is_none());
    // R41: that attempt is told as one that failed.
    assert!(one.events().pop().unwrap().error.unwrap().contains("begin again"));
}

#[test]
fn r38_each_attempt_to_change_the_integration_is_told_by_its_name() {
    let mut tenant = tenant();
    let mut application = managed(&mut tenant);
    application.save_settings(Settings::default(), now()).unwrap();
    updated(&mut application, &mut tenant, "first");
    let removal = application.removal(Part::IdentityManagement).unwrap();
    application.remove(removal, now()).unwrap();
    let begun = application.activate(credentials("wrong"), Scope::ReadOnly, &mut Seeded::new(1), now());
    let concluded = begun.unwrap().run(|request| Ok(tenant.handle(&request, now())), now);
    application.conclude(concluded, now()).unwrap().unwrap_err();
    let told: Vec<_> =
        application.events().into_iter().map(|event| (event.name.as_str(), event.error.is_none())).collect();
    let expected = [
        ("idm_integration_update", true),
        ("idm_integration_reauth", true),
        ("idm_integration_delete", true),
        ("idm_integration_activate", false),
    ];
    assert_eq!(told, expected);
}

#[test]
fn r41_a_verification_that_a_crash_ended_is_told_when_it_is_given_up() {
    let mut application = managed(&mut tenant());
    let begun =
        application.update_credentials(credentials("second"), Scope::ReadOnly, &mut Seeded::new(2), now());
    drop(begun.unwrap());
    let mut restored = Application::from_json(&application.to_json()).unwrap();
    assert_eq!(restored.state(), State::Reauthorising);
    restored.abandon_verification(now()).unwrap();
    assert_eq!(restored.state(), State::Managed);
    let told = restored.events().pop().unwrap();
    assert!(told.name == EventName::IdmIntegrationReauth && told.error.is_some());
    assert!(restored.abandon_verification(now()).is_err());
}

#[test]
fn r24_r31_group_management_is_a_switch_that_the_directory_is_seen_through() {
    let mut application = managed(&mut tenant());
    assert!(application.view(&directory()).has_group_management());
    application.save_settings(Settings { group_management: false, ..Settings::default() }, now()).unwrap();
    assert!(!application.view(&directory()).has_group_management());
}

#[test]
fn r42_each_part_is_deactivated_on_its_own_after_a_confirmation() {
    let mut application = managed(&mut tenant());
    assert!(application.removal(Part::Sso).is_err());
    let removal = application.removal(Part::IdentityManagement).unwrap();
    // What was said of another application is no confirmation for this one.
    let mut other = managed(&mut tenant());
    other.name = "other".into();
    let of_other = other.removal(Part::IdentityManagement).unwrap();
    assert!(matches!(application.remove(of_other, now()), Err(ApplicationError::Overtaken)));
    application.events();
    // Somebody changes the application between the question and the answer.
    application.edit(Details::new("Heap 2")).unwrap();
    assert!(matches!(application.remove(removal, now()), Err(ApplicationError::Overtaken)));
    // R41: that attempt failed, and is told.
    let told = application.events().pop().unwrap();
    assert!(told.name == EventName::IdmIntegrationDelete && told.error.unwrap().contains("begin again"));
    let removal = application.removal(Part::IdentityManagement).unwrap();
    application.remove(removal, now()).unwrap();
    assert_eq!(application.state(), State::SsoConfigured);
    assert_eq!(application.events().pop().unwrap().name, EventName::IdmIntegrationDelete);
    let removal = application.removal(Part::Sso).unwrap();
    application.remove(removal, now()).unwrap();
    application.save_bookmark("https://heapanalytics.com").unwrap();
    let removal = application.removal(Part::Bookmark).unwrap();
    application.remove(removal, now()).unwrap();
    assert_eq!(application.state(), State::Created);
}

#[test]
fn r43_a_wrong_number_deletes_nothing() {
    let mut catalogue = Catalogue::new();
    catalogue.add(managed(&mut tenant())).unwrap();
    catalogue.add(Application::new("heap-eu", Details::new("Heap EU"), None).unwrap()).unwrap();
    for entered in [0, 1, 3] {
        let error = catalogue.delete(["heap", "heap-eu"], entered, now()).unwrap_err();
        assert!(matches!(error, CatalogueError::Count { selected: 2, .. }));
    }
    assert!(catalogue.delete(["heap", "nobody"], 2, now()).is_err());
    assert_eq!(catalogue.iter().count(), 2);
    catalogue.delete(["heap", "heap-eu"], 2, now()).unwrap();
    assert_eq!(catalogue.iter().count(), 0);
    // D14: identity management ended first, and that is told.
    assert_eq!(catalogue.events().pop().unwrap().name, EventName::IdmIntegrationDelete);
}

#[test]
fn r44_a_removal_says_what_remains_to_be_done_at_heap() {
    let application = managed(&mut tenant());
    let remains = application.removal(Part::IdentityManagement).unwrap().remains.unwrap();
    assert!(remains.contains("disable SCIM provisioning"), "{remains}");
    let mut catalogue = Catalogue::new();
    catalogue.add(application).unwrap();
    let deleted = catalogue.delete(["heap"], 1, now()).unwrap();
    assert_eq!(deleted[0].remains.len(), 2);
    assert!(deleted[0].remains[1].contains("locked out"));
}

#[test]
fn a_second_application_with_the_same_idp_url_is_refused() {
    let mut catalogue = Catalogue::new();
    catalogue.add(application()).unwrap();
    assert!(matches!(catalogue.add(application()), Err(CatalogueError::NameTaken(_))));
    let twin = Application::new("other", Details::new("Other"), Some("https://sso.jumpcloud.com/saml2/heap"));
    assert!(matches!(catalogue.add(twin.unwrap()), Err(CatalogueError::UrlTaken(_))));
}

#[test]
fn what_contradicts_the_rules_is_not_restored() {
    let bookmark = {
        let mut one = application();
        one.save_bookmark("https://heapanalytics.com").unwrap();
        one
    };
    for (application, from, to) in [
        (&managed(&mut tenant()), "\"heap_id\":\"12345\"", "\"heap_id\":null"),
        (&managed(&mut tenant()), "\"heap_id\":\"12345\"", "\"heap_id\":\"YOUR_ID\""),
        (&managed(&mut tenant()), "\"state\":\"managed\"", "\"state\":\"created\""),
        (&managed(&mut tenant()), "\"state\":\"managed\"", "\"state\":\"sso_configured\""),
        (&managed(&mut tenant()), "\"state\":\"managed\"", "\"state\":\"elsewhere\""),
        (&managed(&mut tenant()), "\"version\":1", "\"version\":2"),
        (&managed(&mut tenant()), "\"version\":1", "\"version\":1,\"token\":\"first\""),
        (&managed(&mut tenant()), "\"label\":\"Heap\"", "\"label\":\"\""),
        (&managed(&mut tenant()), "https://sso.", "http://sso."),
        (&managed(&mut tenant()), "https://heapanalytics.com/scim", "http://elsewhere.example/scim"),
        (&managed(&mut tenant()), "\"role_attribute\":\"role\"", "\"role_attribute\":\"userName\""),
        (&application(), "\"attributes\":[]", "\"attributes\":[[\"groups\",\"groups\"]]"),
        (&application(), "\"base_url\":null", "\"base_url\":\"https://heapanalytics.com/scim/v2/demo\""),
        (&application(), "\"state\":\"created\"", "\"state\":\"managed\""),
        (&bookmark, "\"bookmark\":\"https://heapanalytics.com\"", "\"bookmark\":null"),
        (&bookmark, "\"state\":\"bookmark\"", "\"state\":\"created\""),
    ] {
        let stored = String::from_utf8(application.to_json()).unwrap();
        assert!(stored.contains(from), "{stored}");
        let error = Application::from_json(stored.replace(from, to).as_bytes()).unwrap_err();
        assert_eq!(error.code(), "connector.stored", "{to}");
    }
    assert_eq!(Application::from_json(b"{}").unwrap_err().code(), "connector.stored");
}
