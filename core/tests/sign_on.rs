//! A person logs in: the application at the identity provider, the browser, the embedded tenant.

#![allow(clippy::unwrap_used, reason = "a test panics where its world is not as it should be")]

use heap_identity::{
    connector::{SignOn, SignOnError},
    directory::{Denial, Group, Person, Snapshot},
    entropy::Seeded,
    heap::{
        AttributeMapping, AttributeSource, Role, Tenant,
        tenant::{LoginRefused, SsoSettings, Teammate},
    },
    pki::SigningKey,
    saml::{IdentityProvider, LoginFailure, NameId},
    wire::Request,
};
use jiff::{SignedDuration, Timestamp};

const IDP_URL: &str = "https://sso.jumpcloud.com/saml2/heap";
const NOW: Timestamp = Timestamp::constant(1_772_359_200, 0);

/// Ann has access, Bob is in no bound group, Cat is suspended, Dan has no address.
fn directory() -> Snapshot {
    let mut builder = Snapshot::builder();
    let bound = builder.group(&Group { id: "g1".into(), name: "Analysts".into(), bound: true }).unwrap();
    let unbound = builder.group(&Group { id: "g2".into(), name: "Others".into(), bound: false }).unwrap();
    for (id, name, group, active) in [
        ("ann", "ann@example.com", bound, true),
        ("bob", "bob@example.com", unbound, true),
        ("cat", "cat@example.com", bound, false),
        ("dan", "dan", bound, true),
        ("eve", "eve@example.com", bound, true),
    ] {
        let person = Person { id: id.into(), user_name: name.into(), active, ..Person::default() };
        let person = builder.person(&person).unwrap();
        builder.member(group, person);
    }
    builder.complete().unwrap()
}

fn application(heap_id: &str) -> SignOn {
    let key = SigningKey::from_pem(
        include_str!("vectors/keys/rsa2048.key.pem"),
        include_str!("vectors/keys/rsa2048.cert.pem"),
    );
    SignOn::new(IDP_URL, key.unwrap(), heap_id.parse().unwrap())
}

/// A tenant with accounts for Ann and, inactive ones apart, nobody else of the directory.
fn tenant(heap_id: &str) -> Tenant {
    let mut tenant = Tenant::new("demo".parse().unwrap(), heap_id.parse().unwrap(), Box::new(Seeded::new(1)));
    tenant.add_teammate(Teammate::new("Ann@example.com"), NOW).unwrap();
    let settings = SsoSettings::new(&application(heap_id).certificate_pem(), IDP_URL).unwrap();
    tenant.configure_sso(settings);
    tenant
}

fn form(fields: &[(&'static str, String)]) -> Vec<u8> {
    form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish().into_bytes()
}

#[test]
fn r06_heap_takes_the_exported_certificate_and_the_idp_url() {
    let pem = application("12345").certificate_pem();
    assert!(pem.starts_with("-----BEGIN CERTIFICATE-----\n") && pem.ends_with("-----END CERTIFICATE-----\n"));
    let tenant = tenant("12345");
    let settings = tenant.sso_settings().unwrap();
    assert_eq!(settings.remote_login_url, IDP_URL);
    assert_eq!(settings.certificate.to_pem(), pem);
    assert!(SsoSettings::new("MIIC without its lines", IDP_URL).is_err());
}

#[test]
fn r05_an_assertion_carries_the_attributes_that_are_mapped_in_both_flows() {
    let mut mapping = AttributeMapping::default();
    mapping.set("groups", AttributeSource::Groups);
    mapping.set("source", AttributeSource::Constant("portal".into()));
    let (application, mut tenant) = (application("12345").with_attributes(mapping), tenant("12345"));
    let portal = application.launch(&directory(), "ann", NOW, &mut Seeded::new(2)).unwrap();
    let url = tenant.begin_login(None, NOW, &mut Seeded::new(3)).unwrap();
    let (_, query) = url.split_once('?').unwrap();
    let answer = application.answer(query, &directory(), "ann", NOW, &mut Seeded::new(4)).unwrap();
    for response in [portal, answer.response] {
        let session = tenant.finish_login(&form(&response.form_fields(None)), NOW).unwrap();
        assert_eq!(session.assertion.attribute("groups"), ["Analysts"]);
        assert_eq!(session.assertion.attribute("source"), ["portal"]);
    }
}

#[test]
fn r07_the_connection_is_tested_before_sso_is_enforced() {
    let (application, heap_id) = (application("12345"), "12345".parse().unwrap());
    let settings = SsoSettings::new(&application.certificate_pem(), IDP_URL).unwrap();
    let test = |settings: &SsoSettings| {
        application.test_connection(settings, &heap_id, "admin@example.com", NOW, &mut Seeded::new(5))
    };
    assert!(test(&settings).unwrap().warnings.is_empty());
    let other = SsoSettings::new(include_str!("vectors/keys/rsa2048-other.cert.pem"), IDP_URL).unwrap();
    assert_eq!(test(&other).unwrap_err().code(), "saml.signature_value");
}

#[test]
fn r09_r13_a_user_is_logged_in_from_the_portal_by_email() {
    let (application, mut tenant) = (application("12345"), tenant("12345"));
    let response = application.launch(&directory(), "ann", NOW, &mut Seeded::new(2)).unwrap();
    assert_eq!(response.acs_url(), "https://heapanalytics.com/saml/finalize/12345/");
    let session = tenant.finish_login(&form(&response.form_fields(None)), NOW).unwrap();
    assert_eq!(
        (session.assertion.subject(), session.user_name.as_str()),
        ("ann@example.com", "Ann@example.com")
    );
    assert_eq!((session.role, session.page), (Role::ReadOnly, None));
}

#[test]
fn r10_a_login_that_heap_begins_returns_to_the_page_that_was_asked_for() {
    let (application, mut tenant) = (application("12345"), tenant("12345"));
    let url = tenant.begin_login(Some("/reports/7"), NOW, &mut Seeded::new(3)).unwrap();
    let (address, query) = url.split_once('?').unwrap();
    assert_eq!(address, IDP_URL);
    let answer = application.answer(query, &directory(), "ann", NOW, &mut Seeded::new(4)).unwrap();
    let fields = answer.response.form_fields(answer.relay_state.as_deref());
    let mut request = Request::new(form(&fields));
    *request.method_mut() = http::Method::POST;
    *request.uri_mut() = answer.response.acs_url().parse().unwrap();
    let response = tenant.handle(&request, NOW);
    assert_eq!(
        (response.status().as_u16(), &response.headers()["location"]),
        (303, &"/reports/7".parse().unwrap())
    );
    // The request was used up: the same answer logs nobody in again.
    assert_eq!(tenant.handle(&request, NOW).status(), 403);
}

#[test]
fn r11_a_password_is_for_admins_once_sso_is_on() {
    let mut tenant = Tenant::new("demo".parse().unwrap(), "12345".parse().unwrap(), Box::new(Seeded::new(1)));
    let ann = tenant.add_teammate(Teammate::new("ann@example.com"), NOW).unwrap();
    let mut admin = Teammate::new("root@example.com");
    admin.role = Some(Role::Admin);
    let root = tenant.add_teammate(admin, NOW).unwrap();
    assert!(tenant.may_use_password(&ann) && tenant.may_use_password(&root));
    tenant.configure_sso(SsoSettings::new(&application("12345").certificate_pem(), IDP_URL).unwrap());
    assert!(!tenant.may_use_password(&ann) && tenant.may_use_password(&root));
    assert!(!tenant.may_use_password("nobody"));
}

#[test]
fn r12_nobody_outside_of_a_bound_group_gets_an_assertion() {
    let (application, directory) = (application("12345"), directory());
    for (person, expected) in
        [("bob", Denial::NoBoundGroup), ("cat", Denial::Suspended), ("nobody", Denial::Unknown)]
    {
        let refused = application.launch(&directory, person, NOW, &mut Seeded::new(2)).unwrap_err();
        assert!(matches!(refused, SignOnError::Denied(denial) if denial == expected), "{person}");
        let query = tenant("12345").begin_login(None, NOW, &mut Seeded::new(3)).unwrap();
        let query = query.split_once('?').unwrap().1;
        assert!(application.answer(query, &directory, person, NOW, &mut Seeded::new(4)).is_err());
    }
}

#[test]
fn r13_who_has_no_address_cannot_be_named() {
    let refused = application("12345").launch(&directory(), "dan", NOW, &mut Seeded::new(2)).unwrap_err();
    assert_eq!(refused.code(), "connector.no_address");
}

#[test]
fn a_person_without_an_account_is_not_logged_in() {
    let (application, mut tenant) = (application("12345"), tenant("12345"));
    let response = application.launch(&directory(), "eve", NOW, &mut Seeded::new(2)).unwrap();
    let refused = tenant.finish_login(&form(&response.form_fields(None)), NOW).unwrap_err();
    assert!(matches!(refused, LoginRefused::NoAccount), "{refused}");
}

#[test]
fn a57_a_response_for_one_tenant_does_not_log_in_to_another() {
    let response = application("12345").launch(&directory(), "ann", NOW, &mut Seeded::new(2)).unwrap();
    let refused = tenant("99999").finish_login(&form(&response.form_fields(None)), NOW).unwrap_err();
    assert!(matches!(refused, LoginRefused::Rejected(_)), "{refused}");
    assert!(tenant("12345").finish_login(&form(&response.form_fields(None)), NOW).is_ok());
}

#[test]
fn a54_a_response_logs_in_once_also_when_the_tenant_was_stored_in_between() {
    let (application, mut tenant) = (application("12345"), tenant("12345"));
    let mut lines: std::collections::BTreeMap<_, _> = tenant.export().into_iter().collect();
    let response = application.launch(&directory(), "ann", NOW, &mut Seeded::new(2)).unwrap();
    let fields = form(&response.form_fields(None));
    tenant.finish_login(&fields, NOW).unwrap();
    lines.extend(tenant.take_changes().into_iter().filter_map(|(key, line)| Some((key, line?))));
    for _ in 0..2 {
        let mut restored = Tenant::restore(lines, Box::new(Seeded::new(3))).unwrap();
        assert_eq!(restored.finish_login(&fields, NOW).unwrap_err().code(), "saml.replay");
        lines = restored.export().into_iter().collect();
    }
}

#[test]
fn a54_a_response_logs_in_once_and_not_after_its_time() {
    let (application, mut tenant) = (application("12345"), tenant("12345"));
    let response = application.launch(&directory(), "ann", NOW, &mut Seeded::new(2)).unwrap();
    let fields = form(&response.form_fields(None));
    assert!(tenant.finish_login(&fields, NOW).is_ok());
    assert_eq!(tenant.finish_login(&fields, NOW).unwrap_err().code(), "saml.replay");
    let later = NOW + SignedDuration::from_mins(10);
    let stale = application.launch(&directory(), "ann", NOW, &mut Seeded::new(9)).unwrap();
    assert!(tenant.finish_login(&form(&stale.form_fields(None)), later).is_err());
}

#[test]
fn an_answer_to_a_request_that_waits_no_longer_is_refused() {
    let (application, mut tenant) = (application("12345"), tenant("12345"));
    let url = tenant.begin_login(None, NOW, &mut Seeded::new(3)).unwrap();
    let query = url.split_once('?').unwrap().1;
    let later = NOW + SignedDuration::from_mins(4);
    let answer = application.answer(query, &directory(), "ann", later, &mut Seeded::new(4)).unwrap();
    let fields = form(&answer.response.form_fields(None));
    let refused = tenant.finish_login(&fields, NOW + SignedDuration::from_mins(11)).unwrap_err();
    assert_eq!(refused.code(), "saml.pending_expired");
}

#[test]
fn a_form_without_exactly_one_response_is_refused() {
    let mut tenant = tenant("12345");
    for body in ["", "RelayState=x", "SAMLResponse=a&SAMLResponse=b"] {
        assert!(matches!(tenant.finish_login(body.as_bytes(), NOW), Err(LoginRefused::Form)), "{body}");
    }
}

#[test]
fn d21_the_word_of_the_identity_provider_that_a_login_failed_ends_the_wait_for_it() {
    let mut tenant = tenant("12345");
    let url = tenant.begin_login(None, NOW, &mut Seeded::new(3)).unwrap();
    let acs_url = "https://heapanalytics.com/saml/finalize/12345/";
    let key = include_str!("vectors/keys/rsa2048.key.pem");
    let certificate = include_str!("vectors/keys/rsa2048.cert.pem");
    let idp = IdentityProvider::builder(IDP_URL)
        .sso_url(IDP_URL)
        .service_provider("https://heapanalytics.com", &[acs_url])
        .sign_with(SigningKey::from_pem(key, certificate).unwrap())
        .build();
    let request = idp.accept_redirect(url.split_once('?').unwrap().1, NOW).unwrap();
    let failed = idp.decline(&request, LoginFailure::AuthnFailed, None, NOW, &mut Seeded::new(4)).unwrap();
    let refused = tenant.finish_login(&form(&failed.form_fields(None)), NOW).unwrap_err();
    assert_eq!(refused.code(), "saml.status");
    let login = request.login(NameId::email("ann@example.com"), NOW);
    let late = idp.respond(&login, NOW, &mut Seeded::new(5)).unwrap();
    let refused = tenant.finish_login(&form(&late.form_fields(None)), NOW).unwrap_err();
    assert_eq!(refused.code(), "saml.pending_unknown");
}
