//! How provisioning fails elsewhere, and what happens here instead.

use alloc::{format, string::String, vec::Vec};

use http::Method;
use jiff::Timestamp;

use super::{Capabilities, World, config, directory, engine};
use crate::{
    directory::{Change, Group, Person, Snapshot},
    sync::{Driver, Engine, EventName, Outcome, Record, Review, TransportFailure, drive},
    wire::{Request, Response},
};

const OTHERS: &str =
    r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Others","members":[]}"#;

fn people(count: usize) -> Vec<String> {
    (0..count).map(|id| format!("p{id:02}")).collect()
}

fn ids(people: &[String]) -> Vec<&str> {
    people.iter().map(String::as_str).collect()
}

fn unbound() -> Change {
    Change::GroupSet(Group { id: "g1".into(), name: "Team".into(), bound: false })
}

fn without_group_management(person: &str) -> Snapshot {
    let mut builder = Snapshot::builder();
    builder.group_management(false);
    let user_name = [person, "@x"].concat();
    let person = Person { id: person.into(), user_name, active: true, ..Person::default() };
    let person = builder.person(&person).unwrap();
    let team = builder.group(&Group { id: "g1".into(), name: "Team".into(), bound: true }).unwrap();
    builder.member(team, person);
    builder.complete().unwrap()
}

#[test]
fn f01_groups_that_were_never_ours_stay_whatever_the_directory_says() {
    let (mut world, mut engine) = (World::new().holds("/Groups", OTHERS), engine(&["ann"]));
    world.drive(&mut engine);
    engine.change(Change::GroupRemoved { group: "g1".into() });
    world.drive(&mut engine);
    engine.reconcile();
    world.drive(&mut engine);
    assert_eq!(world.teams().into_iter().collect::<Vec<_>>(), [(String::from("Others"), 0)]);
    assert_eq!((world.count("DELETE"), world.count("PATCH /Groups")), (1, 0));
}

#[test]
fn f04_f05_a_source_that_lacks_most_people_needs_an_approval_and_nobody_is_ever_deleted() {
    let people = people(30);
    let (mut world, mut first) = (World::new(), engine(&ids(&people)));
    world.drive(&mut first);
    world.sent.clear();
    let journal = world.journal.clone();
    let mut second = Engine::resume(config(), &directory(&ids(&people[..10])), 8, journal).unwrap();
    let Outcome::AwaitingApproval { digest, trips } = world.drive(&mut second).outcome else {
        panic!("no guard tripped")
    };
    let codes: Vec<String> = trips.iter().map(|trip| format!("{trip:?}")).collect();
    assert!(codes[0].starts_with("Deactivations") && codes[1].starts_with("MembersRemoved"), "{codes:?}");
    assert_eq!((world.count("PATCH"), world.count("DELETE")), (0, 0));
    second.approve(digest).unwrap();
    world.drive(&mut second);
    assert_eq!((world.users().len(), world.count("DELETE")), (30, 0), "accounts are deactivated and stay");
}

#[test]
fn f07_without_group_management_accounts_alone_are_written_and_the_plan_says_so() {
    let mut config = config();
    config.review = Review::Always;
    let mut engine = Engine::new(config, &without_group_management("ann"), 7);
    let mut world = World::new().holds("/Groups", OTHERS);
    let Outcome::AwaitingApproval { digest, .. } = world.drive(&mut engine).outcome else {
        panic!("no review")
    };
    let plan = engine.plan().unwrap();
    assert_eq!((plan.counts().users_created, plan.counts().groups_created), (1, 0));
    engine.approve(digest).unwrap();
    world.drive(&mut engine);
    assert_eq!(
        (world.count("GET /Groups"), world.count("POST /Groups"), world.count("POST /Users")),
        (0, 0, 1)
    );
}

#[test]
fn f15_a_change_of_scope_is_carried_out_at_once() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    world.drive(&mut engine);
    world.sent.clear();
    engine.change(unbound());
    world.drive(&mut engine);
    assert_eq!((world.users(), world.sent.len()), (["ann@x inactive".into()].into(), 1));
}

#[test]
fn f19_to_let_a_group_go_and_to_delete_it_are_two_things() {
    for (change, teams) in [(unbound(), 1), (Change::GroupRemoved { group: "g1".into() }, 0)] {
        let (mut world, mut engine) = (World::new(), engine(&["ann"]));
        world.drive(&mut engine);
        engine.change(change);
        world.drive(&mut engine);
        assert_eq!((world.teams().len(), world.count("DELETE")), (teams, 1 - teams));
    }
}

#[test]
fn f26_what_was_found_out_of_a_tenant_is_found_out_again_by_the_next_process() {
    let capabilities = Capabilities { patch: false, ..Capabilities::default() };
    let (mut world, mut first) = (World::of(capabilities), engine(&["ann", "bob"]));
    world.drive(&mut first);
    for people in [["bob"], ["ann"]] {
        world.sent.clear();
        let journal = world.journal.clone();
        let mut next = Engine::resume(config(), &directory(&people), 8, journal).unwrap();
        assert_eq!(world.drive(&mut next).failed, 0);
        assert_eq!(world.count("PATCH"), 1, "one PATCH tells that there is none: {:?}", world.sent);
    }
}

#[test]
fn f29_a_group_that_exists_is_taken_over_by_a_step_that_can_be_reviewed() {
    let team =
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Team","members":[]}"#;
    let mut config = config();
    config.review = Review::Always;
    let mut engine = Engine::new(config, &directory(&["ann"]), 7);
    let mut world = World::new().holds("/Groups", team);
    let Outcome::AwaitingApproval { digest, .. } = world.drive(&mut engine).outcome else {
        panic!("no review")
    };
    let text = format!("{}", engine.plan().unwrap());
    assert!(text.contains("take over group `Team`") && text.contains("R26"), "{text}");
    engine.approve(digest).unwrap();
    world.drive(&mut engine);
    assert_eq!((world.count("POST /Groups"), world.teams()["Team"]), (0, 1));
}

#[test]
fn f36_whoever_is_left_out_is_told_with_the_reason() {
    let taken =
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@x","externalId":"7"}"#;
    let (mut world, mut engine) = (World::new().holds("/Users", taken), engine(&["ann"]));
    assert_eq!(world.drive(&mut engine).conflicts, 1);
    let told: Vec<_> = engine.events().filter(|event| event.error.is_some()).collect();
    let ann = told.iter().find(|event| event.name == EventName::UserCreateProvision).unwrap();
    assert_eq!(ann.resource.as_ref().unwrap().id, "ann");
    assert!(ann.error.as_ref().unwrap().contains("carries another directory id"));
}

/// A driver whose disk is full.
struct FullDisk {
    world: World,
}

impl Driver for FullDisk {
    type Error = &'static str;

    fn now(&mut self) -> Timestamp {
        self.world.now
    }

    fn persist(&mut self, records: Vec<Record>) -> Result<(), Self::Error> {
        if records.iter().any(|record| record.as_line().contains("_intent")) {
            return Err("the disk is full");
        }
        Ok(())
    }

    fn send(&mut self, request: Request) -> Result<Response, TransportFailure> {
        self.world.sent.push(String::from(request.method().as_str()));
        self.world.deliver(&request)
    }

    fn sleep_until(&mut self, at: Timestamp) {
        self.world.now = at;
    }
}

#[test]
fn f40_nothing_is_created_when_the_record_before_it_cannot_be_stored() {
    let mut driver = FullDisk { world: World::new() };
    assert_eq!(drive(&mut engine(&["ann"]), &mut driver), Err("the disk is full"));
    assert!(driver.world.sent.iter().all(|method| method == Method::GET.as_str()));
    assert!(driver.world.users().is_empty());
}
