//! An application put to use: what is configured once is what single sign-on does, and what provisioning does.

#![allow(clippy::unwrap_used, reason = "a test panics where its world is not as it should be")]

use std::collections::BTreeSet;

use heap_identity::{
    Config, Engine, Group, Person, Plan, Secret, SigningKey, Snapshot, Tenant,
    connector::{Application, ApplicationError, Details, Part, Settings, SignOn, Sso, State},
    directory::Denial,
    drive,
    entropy::Seeded,
    heap::{
        AttributeMapping, AttributeSource, Property, Role,
        tenant::{SsoSettings, Teammate},
    },
    sync::{InMemory, Step},
};
use jiff::Timestamp;
use proptest::prelude::{any, prop, prop_assert_eq, proptest};

const NOW: Timestamp = Timestamp::constant(1_772_359_200, 0);

fn application(idp_url: Option<&str>) -> Application {
    Application::new("heap", Details::new("Heap"), idp_url).unwrap()
}

fn put_to_use(application: &Application) -> Result<SignOn, ApplicationError> {
    let key = SigningKey::from_pem(
        include_str!("vectors/keys/rsa2048.key.pem"),
        include_str!("vectors/keys/rsa2048.cert.pem"),
    );
    application.sign_on(key.unwrap())
}

/// Ann is an analyst and does growth, Bob does growth, Cat is an analyst and suspended, Dan is in no group at all.
fn directory() -> Snapshot {
    let mut builder = Snapshot::builder();
    let groups = [("analysts", "Analysts"), ("growth", "Growth"), ("board", "Board")]
        .map(|(id, name)| builder.group(&Group { id: id.into(), name: name.into(), bound: false }).unwrap());
    for (id, active, in_groups) in
        [("ann", true, &[0, 1][..]), ("bob", true, &[1]), ("cat", false, &[0]), ("dan", true, &[])]
    {
        let person = Person {
            id: id.into(),
            user_name: format!("{id}@example.com"),
            family_name: (id == "ann").then(|| "Lee".into()),
            active,
            ..Person::default()
        };
        let person = builder.person(&person).unwrap();
        in_groups
            .iter()
            .filter_map(|group: &usize| groups.get(*group))
            .for_each(|group| builder.member(*group, person));
    }
    builder.complete().unwrap()
}

/// A tenant with an account for everybody, which trusts the application.
fn tenant(application: &Application, heap_id: &str) -> Tenant {
    let mut tenant = Tenant::new("demo".parse().unwrap(), heap_id.parse().unwrap(), Box::new(Seeded::new(1)));
    for person in directory().people() {
        tenant.add_teammate(Teammate::new(person.user_name()), NOW).unwrap();
    }
    let pem = put_to_use(application).unwrap().certificate_pem();
    tenant.configure_sso(SsoSettings::new(&pem, application.idp_url()).unwrap());
    tenant
}

fn posted(sign_on: &SignOn, view: &Snapshot, person: &str) -> Vec<u8> {
    let response = sign_on.launch(view, person, NOW, &mut Seeded::new(2)).unwrap();
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(response.form_fields(None))
        .finish()
        .into_bytes()
}

#[test]
fn r04_r05_the_configuration_that_is_saved_is_what_people_are_logged_in_with() {
    let mut one = application(None);
    let mut attributes = AttributeMapping::default();
    attributes.set("tenant", AttributeSource::Constant("heap-YOUR_ID".into()));
    attributes.set("family", AttributeSource::Property(Property::FamilyName));
    attributes.set("groups", AttributeSource::Groups);
    one.configure_sso(Sso::new("12345".parse().unwrap()).with_attributes(attributes).unwrap()).unwrap();
    one.bind_groups(["analysts", "growth"], &directory()).unwrap();
    // It was stored and restored, and the tenant is another one now: the attributes stay, filled in anew.
    let mut one = Application::from_json(&one.to_json()).unwrap();
    one.save_sso("777".parse().unwrap()).unwrap();
    let (sign_on, view) = (put_to_use(&one).unwrap(), one.view(&directory()));
    let form = posted(&sign_on, &view, "ann");
    assert!(tenant(&one, "12345").finish_login(&form, NOW).is_err());
    let session = tenant(&one, "777").finish_login(&form, NOW).unwrap();
    assert_eq!(session.assertion.attribute("tenant"), ["heap-777"]);
    assert_eq!(session.assertion.attribute("family"), ["Lee"]);
    assert_eq!(session.assertion.attribute("groups"), ["Analysts", "Growth"]);
    // Bob has no family name: the attribute is left out, not sent empty.
    let session = tenant(&one, "777").finish_login(&posted(&sign_on, &view, "bob"), NOW).unwrap();
    assert!(session.assertion.attributes().iter().all(|sent| sent.name != "family"));
}

#[test]
fn r02_the_idp_url_that_was_given_at_creation_is_the_issuer_of_every_login() {
    let mut one = application(Some("https://idp.example.com/sso/7"));
    one.save_sso("12345".parse().unwrap()).unwrap();
    one.bind_groups(["growth"], &directory()).unwrap();
    let sign_on = put_to_use(&one).unwrap();
    assert_eq!(sign_on.metadata().entity_id, "https://idp.example.com/sso/7");
    let form = posted(&sign_on, &one.view(&directory()), "bob");
    let session = tenant(&one, "12345").finish_login(&form, NOW).unwrap();
    assert_eq!(session.assertion.issuer(), "https://idp.example.com/sso/7");
    let pem = sign_on.certificate_pem();
    let mut other = tenant(&one, "12345");
    other.configure_sso(SsoSettings::new(&pem, "https://sso.jumpcloud.com/saml2/heap").unwrap());
    assert!(other.finish_login(&form, NOW).is_err());
}

/// The groups that give access, or why there is none.
type Why = Result<&'static [&'static str], Denial>;

#[test]
fn r12_one_answer_says_why_who_is_logged_in_and_who_has_an_account() {
    let directory = directory();
    let mut one = application(None);
    one.save_sso("12345".parse().unwrap()).unwrap();
    let none = Err(Denial::NoBoundGroup);
    let cases: [(&[&str], &[&str], [Why; 2]); 3] = [
        (&[], &[], [none, none]),
        (&["analysts", "growth"], &["ann", "bob"], [Ok(&["Analysts", "Growth"]), Ok(&["Growth"])]),
        // R29: "Growth" is unbound, and what it gave is gone.
        (&["analysts", "board"], &["ann"], [Ok(&["Analysts"]), none]),
    ];
    for (bound, may, [ann, bob]) in cases {
        one.bind_groups(bound.iter().copied(), &directory).unwrap();
        let why = |person: &str| one.why(person, &directory);
        assert_eq!(why("ann"), ann.map(|groups| groups.iter().map(ToString::to_string).collect()));
        assert_eq!(why("bob"), bob.map(|groups| groups.iter().map(ToString::to_string).collect()));
        assert_eq!(why("cat"), Err(Denial::Suspended));
        assert_eq!(why("dan"), Err(Denial::NoBoundGroup));
        assert_eq!(why("nobody"), Err(Denial::Unknown));

        let view = one.view(&directory);
        let planned = accounts_planned(&view);
        let sign_on = put_to_use(&one).unwrap();
        for person in ["ann", "bob", "cat", "dan", "nobody"] {
            let launched = sign_on.launch(&view, person, NOW, &mut Seeded::new(2));
            let is_allowed = may.contains(&person);
            assert_eq!((launched.is_ok(), planned.contains(person)), (is_allowed, is_allowed), "{person}");
        }
    }
}

proptest! {
    #[test]
    fn r12_r32_single_sign_on_and_provisioning_answer_alike_whatever_the_directory(
        active in prop::collection::vec(any::<bool>(), 1..6),
        members in prop::collection::vec(prop::sample::subsequence(vec![0_usize, 1, 2, 3, 4], 0..=5), 3),
        bound in prop::sample::subsequence(vec!["0", "1", "2"], 0..=3),
        group_management in any::<bool>(),
    ) {
        let mut builder = Snapshot::builder();
        let people: Vec<_> = active.iter().enumerate().map(|(n, active)| {
            let person = Person { id: format!("p{n}"), user_name: format!("p{n}@example.com"), active: *active, ..Person::default() };
            builder.person(&person).unwrap()
        }).collect();
        for (n, members) in members.iter().enumerate() {
            // Whether the directory itself calls a group bound does not matter: the application's view does.
            let group = builder.group(&Group { id: n.to_string(), name: format!("G{n}"), bound: n == 0 }).unwrap();
            members.iter().filter_map(|member| people.get(*member)).for_each(|person| builder.member(group, *person));
        }
        let directory = builder.complete().unwrap();
        let mut one = application(None);
        one.save_sso("12345".parse().unwrap()).unwrap();
        let mut settings = Settings::default();
        settings.group_management = group_management;
        one.save_settings(settings, NOW).unwrap();
        one.bind_groups(bound, &directory).unwrap();
        let (view, sign_on) = (one.view(&directory), put_to_use(&one).unwrap());
        let planned = accounts_planned(&view);
        for person in directory.people() {
            let may = one.why(person.id(), &directory).is_ok();
            prop_assert_eq!(planned.contains(person.id()), may);
            prop_assert_eq!(sign_on.launch(&view, person.id(), NOW, &mut Seeded::new(2)).is_ok(), may);
        }
    }
}

/// For whom provisioning would make an account in an empty tenant.
fn accounts_planned(view: &Snapshot) -> BTreeSet<String> {
    let mut empty = Tenant::new("demo".parse().unwrap(), "12345".parse().unwrap(), Box::new(Seeded::new(1)));
    empty.configure_sso(
        SsoSettings::new(
            include_str!("vectors/keys/rsa2048.cert.pem"),
            "https://sso.jumpcloud.com/saml2/heap",
        )
        .unwrap(),
    );
    empty.enable_scim_with_token(Role::Analyst, Secret::new("token".into())).unwrap();
    let mut config = Config::new(empty.base_url(), Secret::new("token".into())).unwrap();
    config.review = heap_identity::sync::Review::Always;
    let mut engine = Engine::new(config, view, 1);
    let mut driver = InMemory::new(NOW, |request, now| Ok(empty.handle(&request, now)));
    drive(&mut engine, &mut driver).unwrap();
    let users = |step: &Step| match step {
        Step::User(step) => Some(step.person.clone()),
        _ => None,
    };
    engine.plan().map(Plan::steps).unwrap_or_default().iter().filter_map(users).collect()
}

#[test]
fn r42_nobody_is_logged_in_by_an_application_without_sso() {
    let mut one = application(None);
    assert!(matches!(put_to_use(&one), Err(ApplicationError::SsoNotConfigured)));
    one.save_sso("12345".parse().unwrap()).unwrap();
    assert!(put_to_use(&one).is_ok());
    let removal = one.removal(Part::Sso).unwrap();
    one.remove(removal, NOW).unwrap();
    assert_eq!(one.state(), State::Created);
    assert!(matches!(put_to_use(&one), Err(ApplicationError::SsoNotConfigured)));
    one.save_bookmark("https://heapanalytics.com/login").unwrap();
    assert!(matches!(put_to_use(&one), Err(ApplicationError::SsoNotConfigured)));
}
