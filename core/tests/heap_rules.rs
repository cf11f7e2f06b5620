//! The engine against the embedded tenant: rules that take both sides to see.

#![allow(clippy::unwrap_used, reason = "a test panics where its world is not as it should be")]

use heap_identity::{
    Change, Config, Engine, Group, Person, Secret, Snapshot, Tenant, drive,
    entropy::Seeded,
    heap::{
        Role,
        tenant::{SsoSettings, Teammate, Variants},
    },
    sync::{ChangedUserName, EventName, InMemory, Outcome, Summary},
};
use jiff::Timestamp;

const NOW: Timestamp = Timestamp::constant(1_772_359_200, 0);

struct World {
    tenant: Tenant,
    token: Secret,
    engine: Option<Engine>,
}

fn person(id: &str) -> Person {
    Person { id: id.into(), user_name: format!("{id}@example.com"), active: true, ..Person::default() }
}

/// A directory with one bound group that holds everybody.
fn directory(people: &[Person]) -> Snapshot {
    let mut builder = Snapshot::builder();
    let team = builder.group(&Group { id: "g1".into(), name: "Team".into(), bound: true }).unwrap();
    for one in people {
        let number = builder.person(one).unwrap();
        builder.member(team, number);
    }
    builder.complete().unwrap()
}

impl World {
    fn new(variants: Variants) -> Self {
        let mut tenant =
            Tenant::new("acme".parse().unwrap(), "12345".parse().unwrap(), Box::new(Seeded::new(1)));
        tenant = tenant.playing(variants);
        tenant.add_teammate(Teammate::new("visitor@example.com"), NOW).unwrap();
        let certificate = include_str!("vectors/keys/rsa2048.cert.pem");
        tenant.configure_sso(SsoSettings::new(certificate, "https://sso.jumpcloud.com/saml2/heap").unwrap());
        let token = tenant.enable_scim(Role::Consumer, &mut Seeded::new(2)).unwrap().bearer_token;
        Self { tenant, token, engine: None }
    }

    fn with(people: &[Person]) -> Self {
        let mut world = Self::new(Variants::default());
        world.start(people);
        world
    }

    fn config(&self) -> Config {
        Config::new(self.tenant.base_url(), self.token.clone()).unwrap()
    }

    fn start(&mut self, people: &[Person]) -> Summary {
        self.engine = Some(Engine::new(self.config(), &directory(people), 3));
        self.run()
    }

    fn engine(&mut self) -> &mut Engine {
        self.engine.as_mut().unwrap()
    }

    fn run(&mut self) -> Summary {
        let tenant = &mut self.tenant;
        let mut driver = InMemory::new(NOW, |request, now| Ok(tenant.handle(&request, now)));
        drive(self.engine.as_mut().unwrap(), &mut driver).unwrap()
    }

    /// `ann@example.com active`, in the order in which the accounts were made.
    fn users(&self) -> Vec<String> {
        let active = |user: &heap_identity::scim::Document| user.get("active") == Some(&true.into());
        let word = |active| if active { "active" } else { "inactive" };
        self.tenant
            .users()
            .map(|user| format!("{} {}", user.text("userName").unwrap(), word(active(&user))))
            .collect()
    }

    fn failures(&mut self) -> Vec<(EventName, String)> {
        self.engine().events().filter_map(|event| Some((event.name, event.error?))).collect()
    }

    fn assert_idle(&mut self) {
        let before = self.engine().writes();
        self.engine().reconcile();
        assert_eq!(self.run().outcome, Outcome::Finished);
        assert_eq!(self.engine().writes(), before);
    }
}

#[test]
fn r20_r32_accounts_are_added_and_ended_by_the_identity_provider_alone() {
    let mut world = World::with(&[person("ann"), person("bob")]);
    assert!(world.tenant.add_teammate(Teammate::new("eve@example.com"), NOW).is_err());
    let ann = world.engine().account_of("ann").unwrap().to_string();
    assert!(world.tenant.remove_teammate(&ann, NOW).is_err());
    world.engine().change(Change::PersonRemoved { person: "ann".into() });
    world.run();
    let expected = ["visitor@example.com active", "ann@example.com inactive", "bob@example.com active"];
    assert_eq!(world.users(), expected);
    world.assert_idle();
}

#[test]
fn r22_a_changed_user_name_makes_no_second_account() {
    let mut world = World::with(&[person("ann")]);
    world.engine().change(Change::PersonSet(Person { user_name: "ann@new.example".into(), ..person("ann") }));
    assert_eq!(world.run().conflicts, 1);
    assert_eq!(world.users(), ["visitor@example.com active", "ann@example.com active"]);
    let told = world.failures();
    assert_eq!(told.len(), 1);
    assert!(
        told.iter().all(|(name, reason)| *name == EventName::UserUpdateProvision && reason.contains("R22"))
    );
    world.assert_idle();
}

#[test]
fn r22_a_replacement_is_made_only_by_explicit_policy() {
    let mut world = World::new(Variants::default());
    let mut config = world.config();
    config.changed_user_name = ChangedUserName::Replace;
    world.engine = Some(Engine::new(config, &directory(&[person("ann"), person("bob")]), 3));
    world.run();
    world.engine().change(Change::PersonSet(Person { user_name: "ann@new.example".into(), ..person("ann") }));
    assert_eq!(world.run().failed, 0);
    let expected = [
        "visitor@example.com active",
        "ann@example.com inactive",
        "bob@example.com active",
        "ann@new.example active",
    ];
    assert_eq!(world.users(), expected);
    let team = world.tenant.groups().next().unwrap();
    assert_eq!(team.get("members").unwrap().as_array().unwrap().len(), 2);
    world.assert_idle();
}

#[test]
fn r23_a_person_of_another_organisation_is_reported_until_the_account_there_is_gone() {
    let mut world = World::new(Variants::default());
    world.tenant.foreign_account("ann@example.com");
    let summary = world.start(&[person("ann"), person("bob")]);
    assert_eq!(summary.failed, 1);
    let told = world.failures();
    assert!(
        told.iter().any(|(name, reason)| *name == EventName::UserCreateProvision && reason.contains("(R23)"))
    );
    assert!(told.iter().all(|(_, reason)| !reason.contains("ann@example.com")), "an address is not masked");
    assert_eq!(world.users(), ["visitor@example.com active", "bob@example.com active"]);
    assert!(world.tenant.foreign_account_deleted("ann@example.com"));
    world.engine().reconcile();
    assert_eq!(world.run().failed, 0);
    assert!(world.users().contains(&"ann@example.com active".to_string()));
    world.assert_idle();
}

#[test]
fn d08_a_tenant_that_drops_the_role_is_written_to_once() {
    let mut variants = Variants::default();
    variants.drops_role = true;
    variants.drops_external_id = true;
    let mut world = World::new(variants);
    world.start(&[Person { role: Some("Analyst".into()), ..person("ann") }]);
    world.assert_idle();
}

#[test]
fn r15_d08_a_role_of_the_directory_wins_and_an_absent_one_is_heaps() {
    let mut world = World::with(&[Person { role: Some("Analyst".into()), ..person("ann") }, person("bob")]);
    let roles = |world: &World| -> Vec<Role> {
        world.tenant.users().map(|user| world.tenant.role_of(user.text("id").unwrap()).unwrap()).collect()
    };
    assert_eq!(roles(&world), [Role::ReadOnly, Role::Analyst, Role::Consumer]);
    // An administrator changes both within Heap: the directory has a say in one of them.
    for id in ["ann", "bob"] {
        let account = world.engine().account_of(id).unwrap().to_string();
        world.tenant.set_role(&account, &Role::Admin, NOW).unwrap();
    }
    world.engine().reconcile();
    world.run();
    assert_eq!(roles(&world), [Role::ReadOnly, Role::Analyst, Role::Admin]);
    world.assert_idle();
}

#[test]
fn f11_r33_what_a_lost_journal_cannot_find_again_by_id_or_name_is_nobodys() {
    let mut keeps_no_id = Variants::default();
    keeps_no_id.drops_external_id = true;
    let mut world = World::new(keeps_no_id);
    world.start(&[person("ann"), person("bob")]);
    let renamed = Person { user_name: "ann@new.example".into(), ..person("ann") };
    // The journal is lost: Bob is found by his user name, Ann's old account looks like anybody's.
    assert_eq!(world.start(&[renamed, person("bob")]).failed, 0);
    let expected = [
        "visitor@example.com active",
        "ann@example.com active",
        "bob@example.com active",
        "ann@new.example active",
    ];
    assert_eq!(world.users(), expected);
    world.assert_idle();
}

#[test]
fn r16_the_token_is_in_no_event_plan_or_journal() {
    let mut world = World::with(&[person("ann")]);
    let token = world.token.expose().to_string();
    let journal = world.engine().compacted_journal();
    assert!(journal.iter().all(|record| !record.as_line().contains(&token)));
    let engine = format!("{:?}", world.engine());
    assert!(!engine.contains(&token));
}
