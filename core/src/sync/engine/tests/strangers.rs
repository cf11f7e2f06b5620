//! Answers that are none of Heap's own: a gateway's pages, and what only looks like an answer to what was asked.

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use http::Method;

use super::{Change, Engine, Fault, Group, Outcome, PAGE, Person, SCIM_ERROR, World, config, engine, names};
use crate::directory::Snapshot;

/// The first person has the role that is given for them, everybody else is an analyst.
fn with_roles(people: &[&str], first: &str) -> Snapshot {
    let mut builder = Snapshot::builder();
    let team = builder.group(&Group { id: "g1".into(), name: "Team".into(), bound: true }).unwrap();
    for (number, id) in people.iter().enumerate() {
        let role = Some(if number == 0 { first.into() } else { "Analyst".into() });
        let (id, user_name) = ((*id).into(), [id, "@x"].concat());
        let person =
            builder.person(&Person { id, user_name, active: true, role, ..Person::default() }).unwrap();
        builder.member(team, person);
    }
    builder.complete().unwrap()
}

fn roles(world: &mut World) -> Vec<String> {
    let list = world.read("/Users?count=1000");
    let word = |user: &serde_json::Value| {
        format!("{} {}", user["userName"].as_str().unwrap(), user["role"].as_str().unwrap_or("-"))
    };
    let mut roles: Vec<String> = list["Resources"].as_array().unwrap().iter().map(word).collect();
    roles.sort();
    roles
}

fn removed(person: &str) -> Change {
    Change::PersonRemoved { person: person.into() }
}

fn group_removed() -> Change {
    Change::GroupRemoved { group: "g1".into() }
}

#[test]
fn f06_r32_a_gateways_404_is_no_proof_that_an_account_is_gone() {
    for pages in [1, 50] {
        let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
        world.drive(&mut engine);
        for _ in 0..pages {
            world = world.fault(Method::PATCH, "/Users", Fault::Refused(404, "", PAGE));
        }
        engine.change(removed("ann"));
        let failed = world.drive(&mut engine).failed;
        assert_eq!(failed, usize::from(pages > 1));
        world.faults.clear();
        engine.reconcile();
        world.drive(&mut engine);
        assert_eq!(world.users(), ["ann@x inactive", "bob@x active"]);
    }
}

#[test]
fn f06_r30_a_gateways_404_is_no_proof_that_a_group_is_gone() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    world.drive(&mut engine);
    let mut world = world.fault(Method::DELETE, "/Groups", Fault::Refused(404, "", PAGE));
    engine.change(group_removed());
    assert_eq!(world.drive(&mut engine).failed, 0);
    assert!(world.teams().is_empty());
}

/// The group that `name` names at Heap, as JSON that no answer lives longer than.
fn team_as_it_is(world: &mut World, name: &str) -> &'static str {
    let list = world.read("/Groups?count=1000");
    let mut teams = list["Resources"].as_array().unwrap().iter();
    teams.find(|team| team["displayName"] == name).unwrap().to_string().leak()
}

#[test]
fn f06_r32_a_404_to_a_deactivation_is_asked_at_the_accounts_own_address() {
    for is_gone in [false, true] {
        let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
        world.drive(&mut engine);
        let path = ["/Users/", engine.account_of("ann").unwrap()].concat();
        let fault = Fault::Refused(404, "", SCIM_ERROR);
        world = world.fault(Method::PATCH, "/Users", fault.clone());
        if is_gone {
            world = world.fault(Method::GET, "/Users/", fault);
        }
        engine.change(removed("ann"));
        assert_eq!(world.drive(&mut engine).failed, 0);
        assert_eq!(world.count(&["GET ", &path].concat()), 1);
        assert_eq!(world.count(&["PATCH ", &path].concat()), if is_gone { 1 } else { 2 });
        assert_eq!(engine.account_of("ann").is_none(), is_gone);
        assert_eq!(world.users()[0], if is_gone { "ann@x active" } else { "ann@x inactive" });
    }
}

#[test]
fn f06_r30_a_404_to_a_groups_deletion_is_asked_at_its_own_address() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    world.drive(&mut engine);
    let mut world = world.fault(Method::DELETE, "/Groups", Fault::Refused(404, "", SCIM_ERROR));
    engine.change(group_removed());
    assert_eq!(world.drive(&mut engine).failed, 0);
    assert!(world.teams().is_empty());
    assert_eq!((world.count("GET /Groups/"), world.count("DELETE")), (1, 2));
}

#[test]
fn f30_a_404_to_a_rename_makes_no_second_group() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    world.drive(&mut engine);
    let mut world = world.fault(Method::PATCH, "/Groups", Fault::Refused(404, "", SCIM_ERROR));
    engine.change(Change::GroupSet(Group { id: "g1".into(), name: "New".into(), bound: true }));
    assert_eq!(world.drive(&mut engine).failed, 0);
    assert_eq!(world.teams().into_keys().collect::<Vec<_>>(), ["New"]);
}

#[test]
fn f27_a_group_that_is_answered_as_it_was_is_read_and_written_again_and_fails_in_the_end() {
    let dan = || Person { id: "dan".into(), user_name: "dan@x".into(), active: true, ..Person::default() };
    let changes = [
        vec![Change::PersonSet(dan()), Change::Joined { group: "g1".into(), person: "dan".into() }],
        vec![Change::Left { group: "g1".into(), person: "ann".into() }],
        vec![Change::GroupSet(Group { id: "g1".into(), name: "New".into(), bound: true })],
    ];
    for (changes, after) in changes.into_iter().zip([("Team", 3), ("Team", 1), ("New", 2)]) {
        for (times, failed) in [(1, 0), (50, 1)] {
            let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
            world.drive(&mut engine);
            let before = team_as_it_is(&mut world, "Team");
            for _ in 0..times {
                world = world.fault(Method::PATCH, "/Groups", Fault::Refused(200, "", before));
            }
            changes.iter().cloned().for_each(|change| engine.change(change));
            assert_eq!(world.drive(&mut engine).failed, failed);
            let (name, members) = if failed > 0 { ("Team", 2) } else { after };
            assert_eq!(world.teams(), [(name.into(), members)].into());
        }
    }
}

#[test]
fn f42_a_group_that_is_answered_without_its_inactive_accounts_is_not_written_again() {
    let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
    let bob = Person { id: "bob".into(), user_name: "bob@x".into(), active: false, ..Person::default() };
    engine.change(Change::GroupSet(Group { id: "g2".into(), name: "Other".into(), bound: true }));
    engine.change(Change::Joined { group: "g2".into(), person: "ann".into() });
    world.drive(&mut engine);
    engine.change(Change::PersonSet(bob));
    world.drive(&mut engine);
    let before = team_as_it_is(&mut world, "Other");
    let mut world = world.fault(Method::PATCH, "/Groups", Fault::Instead(200, "", before));
    world.sent.clear();
    engine.change(Change::Joined { group: "g2".into(), person: "bob".into() });
    assert_eq!(world.drive(&mut engine).failed, 0);
    assert_eq!((world.count("PATCH /Groups"), world.count("GET")), (1, 0));
}

#[test]
fn f39_a_group_whose_name_comes_out_otherwise_is_not_made_again_and_again() {
    // Nothing of what the tenant makes carries our id or the name that was sent.
    let made = |kept: &str| {
        format!(r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"{kept}"}}"#)
    };
    for (name, kept, creations) in [("Sales ", "Sales", 1), ("Sales", "sales", 1), ("Sales", "Other", 2)] {
        let (mut world, mut engine) = (World::new(), engine(&["ann"]));
        world.drive(&mut engine);
        world.sent.clear();
        let mut world = world.holds("/Groups", &made(kept));
        let answer = team_as_it_is(&mut world, kept);
        for _ in 0..50 {
            world = world.fault(Method::POST, "/Groups", Fault::Refused(201, "", answer));
        }
        engine.change(Change::GroupSet(Group { id: "g2".into(), name: name.into(), bound: true }));
        engine.change(Change::Joined { group: "g2".into(), person: "ann".into() });
        for _ in 0..3 {
            world.drive(&mut engine);
            engine.reconcile();
        }
        assert_eq!(world.count("POST /Groups"), creations, "{name}");
        assert_eq!(engine.team_of("g2").is_some(), kept != "Other");
    }
}

#[test]
fn f39_an_account_whose_name_comes_out_otherwise_is_not_made_again_and_again() {
    for (name, kept, creations) in [("bob @x", "bob@x", 1), ("bob@x", "other@x", 2)] {
        let (mut world, mut engine) = (World::new(), engine(&["ann"]));
        world.drive(&mut engine);
        world.sent.clear();
        let answer = format!(
            r#"{{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"u9","userName":"{kept}","active":true}}"#
        );
        let answer: &'static str = answer.leak();
        for _ in 0..50 {
            world = world.fault(Method::POST, "/Users", Fault::Refused(201, "", answer));
        }
        let bob = Person { id: "bob".into(), user_name: name.into(), active: true, ..Person::default() };
        engine.change(Change::PersonSet(bob));
        engine.change(Change::Joined { group: "g1".into(), person: "bob".into() });
        world.drive(&mut engine);
        assert_eq!(world.count("POST /Users"), creations, "{name}");
        assert_eq!(engine.account_of("bob"), (kept == "bob@x").then_some("u9"));
    }
}

#[test]
fn f27_what_is_accepted_without_being_shown_is_read_and_done_again() {
    for body in ["", r#"{"error":"session expired"}"#] {
        let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
        world.drive(&mut engine);
        for (method, path) in [(Method::PATCH, "/Users"), (Method::DELETE, "/Groups")] {
            world = world.fault(method, path, Fault::Refused(200, "", body));
        }
        engine.change(removed("ann"));
        engine.change(group_removed());
        let summary = world.drive(&mut engine);
        assert_eq!((summary.outcome, summary.failed), (Outcome::Finished, 0));
        assert_eq!(world.users(), ["ann@x inactive", "bob@x inactive"]);
        assert!(world.teams().is_empty());
    }
}

#[test]
fn f27_what_is_accepted_again_and_again_and_never_shown_fails() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    world.drive(&mut engine);
    for _ in 0..50 {
        world = world.fault(Method::DELETE, "/Groups", Fault::Refused(200, "", ""));
    }
    engine.change(group_removed());
    assert_eq!(world.drive(&mut engine).failed, 1);
    assert_eq!(world.count("DELETE"), 3);
}

#[test]
fn f27_looking_at_a_conflict_again_does_not_begin_the_count_of_proving_readings_anew() {
    let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
    world.drive(&mut engine);
    for _ in 0..50 {
        world = world.fault(Method::DELETE, "/Groups", Fault::Refused(200, "", ""));
        // Each plan has a step that seems to succeed, after which conflicts are planned again.
        world = world.fault(Method::PATCH, "/Users", Fault::Refused(204, "", ""));
    }
    let second = Person { id: "cid".into(), user_name: "bob@x".into(), active: true, ..Person::default() };
    engine.change(Change::GroupSet(Group { id: "g2".into(), name: "Other".into(), bound: true }));
    for person in ["bob", "cid"] {
        if person == "cid" {
            engine.change(Change::PersonSet(second.clone()));
        }
        engine.change(Change::Joined { group: "g2".into(), person: person.into() });
    }
    engine.change(removed("ann"));
    engine.change(group_removed());
    let summary = world.drive(&mut engine);
    assert_eq!((summary.failed, summary.conflicts > 0), (1, true));
    assert_eq!(world.count("DELETE"), 3);
}

#[test]
fn f14_a_tenant_that_answers_with_nothing_is_read_once_more_and_believed() {
    let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
    world.drive(&mut engine);
    let mut world = world.fault(Method::PATCH, "/Users", Fault::Instead(200, "", ""));
    world.sent.clear();
    engine.change(removed("ann"));
    assert_eq!(world.drive(&mut engine).failed, 0);
    assert_eq!((world.count("PATCH /Users"), world.count("GET /Users")), (1, 1));
}

#[test]
fn f39_the_answer_to_another_creation_is_not_taken_for_this_ones() {
    let other =
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"id":"other","userName":"bob@x"}"#;
    let mut world = World::new().fault(Method::POST, "/Users", Fault::Instead(201, "", other));
    let mut engine = engine(&["ann", "bob"]);
    assert_eq!(world.drive(&mut engine).failed, 0);
    assert_ne!(engine.account_of("ann"), Some("other"));
    super::assert_settled(&mut world, &mut engine, &["ann", "bob"]);
}

#[test]
fn a_page_of_a_gateway_in_place_of_a_list_does_not_change_how_lists_are_read() {
    let people: Vec<String> = (0..130).map(|id| format!("p{id:03}")).collect();
    let people: Vec<&str> = people.iter().map(String::as_str).collect();
    for status in [302, 400, 403] {
        let mut world = World::new().fault(Method::GET, "/Users", Fault::Refused(status, "", PAGE));
        assert_eq!(world.drive(&mut engine(&people)).outcome, Outcome::Finished, "{status}");
        assert_eq!(world.teams()["Team"], 130);
    }
    // Also where it was a service provider's own word, and pages by cursor do not come either: the next reading begins anew.
    let mut world = World::new().fault(Method::GET, "/Users", Fault::Refused(400, "", SCIM_ERROR));
    let mut world = world_that_refuses(&mut world, 1);
    let mut engine = engine(&people);
    assert!(matches!(world.drive(&mut engine).outcome, Outcome::Unreadable { .. }));
    engine.reconcile();
    assert_eq!(world.drive(&mut engine).outcome, Outcome::Finished);
}

fn world_that_refuses(world: &mut World, pages: usize) -> World {
    let mut world = core::mem::replace(world, World::new());
    for _ in 0..pages {
        world = world.fault(Method::GET, "/Users", Fault::Refused(403, "", SCIM_ERROR));
    }
    world
}

#[test]
fn d08_a_role_that_somebody_cleared_is_drift_where_others_are_kept() {
    let people = ["ann", "bob", "cat"];
    let (mut world, mut engine) = (World::new(), Engine::new(config(), &with_roles(&people, "Analyst"), 7));
    world.drive(&mut engine);
    let cleared = engine.account_of("bob").map(String::from).unwrap();
    world.change(&cleared, r#"{"op":"remove","path":"role"}"#);
    engine.reconcile();
    let failed = world.drive(&mut engine).failed;
    assert_eq!(failed, 0, "{:?}", engine.events().map(|e| e.error).collect::<Vec<_>>());
    assert_eq!(roles(&mut world), ["ann@x Analyst", "bob@x Analyst", "cat@x Analyst"]);
}

#[test]
fn d08_a_role_that_a_gateway_kept_from_one_account_is_written_all_the_same() {
    let people = ["ann", "bob", "cat"];
    for (status, body) in [(400, PAGE), (413, PAGE), (400, SCIM_ERROR)] {
        let mut world = World::new().fault(Method::POST, "/Users", Fault::Refused(status, "", body));
        let mut engine = Engine::new(config(), &with_roles(&people, "Analyst"), 7);
        assert_eq!(world.drive(&mut engine).failed, 0);
        assert_eq!(roles(&mut world), ["ann@x Analyst", "bob@x Analyst", "cat@x Analyst"]);
    }
}

#[test]
fn d08_a_role_whose_writing_is_not_shown_is_written_again() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    world.drive(&mut engine);
    let mut world = world.fault(Method::PATCH, "/Users", Fault::Refused(200, "", "{}"));
    let journal = world.journal.clone();
    let mut engine = Engine::resume(config(), &with_roles(&["ann"], "Admin"), 8, journal).unwrap();
    assert_eq!(world.drive(&mut engine).failed, 0);
    assert_eq!(roles(&mut world), ["ann@x Admin"]);
}

#[test]
fn d08_a_role_that_heap_does_not_know_is_this_persons_alone() {
    let people = ["ann", "bob", "cat"];
    // Refused in the creation, and in the change that the comparison asks for.
    let mut world = World::new().fault(Method::POST, "/Users", Fault::Refused(400, "", SCIM_ERROR));
    for _ in 0..3 {
        world = world.fault(Method::PATCH, "/Users", Fault::Refused(400, "", SCIM_ERROR));
    }
    let mut engine = Engine::new(config(), &with_roles(&people, "Emperor"), 7);
    assert!(world.drive(&mut engine).failed > 0);
    let told: Vec<String> = engine.events().filter_map(|event| event.error).collect();
    assert!(told.iter().any(|error| error.contains("role `Emperor`")), "{told:?}");
    assert_eq!(roles(&mut world), ["ann@x -", "bob@x Analyst", "cat@x Analyst"]);
}

#[test]
fn d08_heaps_own_spelling_of_a_role_is_no_drift() {
    let people = ["ann", "bob"];
    let (mut world, mut engine) = (World::new(), Engine::new(config(), &with_roles(&people, "ANALYST"), 7));
    world.drive(&mut engine);
    let other = Engine::resume(config(), &with_roles(&people, "analyst"), 8, world.journal.clone());
    let mut engine = other.unwrap();
    assert_eq!(world.drive(&mut engine).steps, 0);
    assert!(names(&mut engine).is_empty());
}

#[test]
fn f39_a_group_that_a_gateway_refuses_is_looked_for_before_it_is_made_in_another_form() {
    let mut world = World::new();
    for fault in [Fault::Refused(413, "", PAGE), Fault::Refused(413, "", PAGE), Fault::Instead(413, "", PAGE)]
    {
        world = world.fault(Method::POST, "/Groups", fault);
    }
    let mut engine = engine(&["ann", "bob"]);
    assert_eq!(world.drive(&mut engine).failed, 0);
    assert_eq!(world.count("POST /Groups"), 3);
    super::assert_settled(&mut world, &mut engine, &["ann", "bob"]);
}
