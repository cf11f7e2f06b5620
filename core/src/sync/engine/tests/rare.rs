//! What takes several misfortunes at once: found by long runs of the simulator, and told here in a few lines.

use alloc::{borrow::Cow, string::String, vec::Vec};

use http::Method;

use super::{Fault, World, config, engine, moving::until_sent, names};
use crate::{
    directory::{Change, Group, Person, Snapshot},
    scim::service::Capabilities,
    sync::{
        Engine, EventName, TransportFailure,
        journal::{Entry, opened},
        state::Link,
    },
};

fn person(id: &str, user_name: &str, active: bool) -> Person {
    Person { id: id.into(), user_name: user_name.into(), active, ..Person::default() }
}

fn in_one_group(people: &[Person]) -> Snapshot {
    let mut builder = Snapshot::builder();
    let team = builder.group(&Group { id: "g1".into(), name: "Team".into(), bound: true }).unwrap();
    for person in people {
        let person = builder.person(person).unwrap();
        builder.member(team, person);
    }
    builder.complete().unwrap()
}

/// An account at the tenant, with `more` of its attributes as JSON.
fn account(user_name: &str, more: &str) -> String {
    let schema = "urn:ietf:params:scim:schemas:core:2.0:User";
    alloc::format!(r#"{{"schemas":["{schema}"],"userName":"{user_name}",{more}}}"#)
}

/// The next process, for a directory with these people: its journal has creations of unknown outcome, each by person and user name.
fn resumed(people: &[Person], lost: &[(&str, &str)]) -> Engine {
    let integration = config().integration();
    let entries = core::iter::once(opened(&integration)).chain(lost.iter().map(|(person, user_name)| {
        let (person, user_name) = ((*person).into(), (*user_name).into());
        Entry::UserIntent { person, user_name }
    }));
    let journal = entries.map(|entry| entry.record());
    Engine::resume(config(), &in_one_group(people), 7, journal).unwrap()
}

#[test]
fn r32_of_two_lost_creations_with_one_user_name_a_suspended_person_does_not_get_the_account() {
    let people = [person("u1", "ann@x", false), person("u2", "ann@x", true)];
    // The tenant has not kept the directory id: nothing but the name says whose this account is.
    let mut world = World::new().holds("/Users", &account("ann@x", r#""active":true"#));
    let mut engine = resumed(&people, &[("u1", "ann@x"), ("u2", "ann@x")]);
    world.drive(&mut engine);
    assert_eq!(world.users(), ["ann@x active"]);
    assert!(engine.account_of("u2").is_some() && engine.account_of("u1").is_none());
}

#[test]
fn r32_an_account_that_others_deactivate_meanwhile_is_not_put_back_inactive() {
    let mut world = World::of(Capabilities { patch: false, ..Capabilities::default() });
    let mut engine = engine(&["ann"]);
    world.drive(&mut engine);
    let id = engine.account_of("ann").unwrap();
    let inactive = account("ann@x", &alloc::format!(r#""id":"{id}","externalId":"ann","active":false"#));
    let inactive: &'static str = alloc::boxed::Box::leak(inactive.into_boxed_str());
    let mut world = world.fault(Method::GET, "/Users/", Fault::Instead(200, "", inactive));
    let renamed = Person { given_name: Some("Ann".into()), ..person("ann", "ann@x", true) };
    engine.change(Change::PersonSet(renamed));
    assert_eq!(world.drive(&mut engine).failed, 0);
    assert_eq!(world.users(), ["ann@x active"]);
}

#[test]
fn a_group_that_nobody_could_join_is_not_told_to_be_changed_and_ends_the_run() {
    const ELSEWHERE: &str = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","scimType":"uniqueness"}"#;
    let (mut world, mut engine) = (World::new(), engine(&["bob"]));
    world.drive(&mut engine);
    let _told = names(&mut engine);
    let mut world = (0..3)
        .fold(world, |world, _| world.fault(Method::POST, "/Users", Fault::Refused(409, "", ELSEWHERE)));
    engine.change(Change::PersonSet(person("ann", "ann@x", true)));
    engine.change(Change::Joined { group: "g1".into(), person: "ann".into() });
    let summary = world.drive(&mut engine);
    assert_eq!((summary.steps, summary.failed), (2, 2), "{:?}", world.sent);
    assert_eq!(world.count("POST /Users"), 2, "one for bob, one for ann");
    assert!(names(&mut engine).contains(&(EventName::GroupUpdateProvision, false)));
}

/// Runs until the answer to a creation is lost, at a tenant that keeps no directory id and takes no filter, and every look
/// through its list is answered by a proxy.
fn lost(world: &mut World, engine: &mut Engine, creation: &str, path: &'static str) {
    let mut out = until_sent(world, engine, creation);
    let mut body: serde_json::Value = serde_json::from_slice(out.request.body()).unwrap();
    let _dropped = body.as_object_mut().unwrap().remove("externalId");
    *out.request.body_mut() = serde_json::to_vec(&body).unwrap();
    let _lost = world.deliver(&out.request);
    world.faults.push((Method::GET, path, Fault::Refused(400, "", "")));
    let page = || (Method::GET, path, Fault::Refused(200, "", "<html>"));
    world.faults.extend(core::iter::repeat_with(page).take(6));
    engine.receive(out.id, Err(TransportFailure::OutcomeUnknown), world.now);
}

#[test]
fn f39_what_a_lost_creation_left_is_found_under_its_former_name_and_not_made_twice() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    lost(&mut world, &mut engine, "POST /Groups", "/Groups");
    assert_eq!(world.drive(&mut engine).failed, 1, "{:?}", world.sent);
    engine.change(Change::GroupSet(Group { id: "g1".into(), name: "Renamed".into(), bound: true }));
    world.drive(&mut engine);
    assert_eq!(world.teams().into_iter().collect::<Vec<_>>(), [("Renamed".into(), 1)]);
}

#[test]
fn f39_r22_a_person_who_was_renamed_after_a_lost_creation_keeps_its_account_and_gets_no_second_one() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    lost(&mut world, &mut engine, "POST /Users", "/Users");
    world.drive(&mut engine);
    engine.change(Change::PersonSet(person("ann", "renamed@x", true)));
    assert_eq!(world.drive(&mut engine).conflicts, 1);
    assert_eq!(world.users(), ["ann@x active"]);
}

#[test]
fn f39_a_name_that_the_directory_has_changed_since_does_not_give_a_person_what_is_anothers() {
    let mut world = World::new().holds("/Users", &account("old@x", r#""externalId":"else""#));
    let mut engine = resumed(&[person("u1", "new@x", true)], &[("u1", "old@x")]);
    assert_eq!(world.drive(&mut engine).failed, 0);
    assert_eq!(world.users(), ["new@x active", "old@x inactive"]);
}

#[test]
fn f39_of_two_accounts_with_a_persons_directory_id_the_one_with_the_name_that_was_sent_is_what_was_lost() {
    let shown = |name: &str| account(name, r#""externalId":"u1","active":false"#);
    // Others have made the first one.
    let mut world = World::new().holds("/Users", &shown("new@x")).holds("/Users", &shown("old@x"));
    let mut engine = resumed(&[person("u1", "new@x", true)], &[("u1", "old@x")]);
    world.drive(&mut engine);
    assert_eq!(world.users(), ["new@x inactive", "old@x active"]);
}

#[test]
fn r32_an_account_that_two_people_may_have_left_who_are_gone_is_deactivated() {
    let mut world = World::new().holds("/Users", &account("ann@x", r#""active":true"#));
    let mut engine = resumed(&[person("u3", "bob@x", true)], &[("u1", "ann@x"), ("u2", "ann@x")]);
    world.drive(&mut engine);
    assert_eq!(world.users(), ["ann@x inactive", "bob@x active"]);
}

#[test]
fn f06_what_is_gone_on_both_sides_is_asked_for_once_and_not_in_every_comparison() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    world.drive(&mut engine);
    // The process ends before the journal says that the group was deleted.
    let journal = world.journal.clone();
    engine.change(Change::GroupRemoved { group: "g1".into() });
    world.drive(&mut engine);
    let mut engine = Engine::resume(config(), &Snapshot::builder().complete().unwrap(), 7, journal).unwrap();
    for _ in 0..2 {
        world.drive(&mut engine);
        engine.reconcile();
    }
    assert_eq!(world.count("GET /Groups/"), 1, "{:?}", world.sent);
}

#[test]
fn f39_r22_an_account_that_shows_after_its_person_got_another_one_is_deactivated() {
    let mut world = World::new();
    let mut engine = resumed(&[person("u1", "new@x", true)], &[("u1", "old@x")]);
    world.drive(&mut engine);
    // The creation under the former name was done, and lists show it only now.
    let world = world.holds("/Users", &account("old@x", r#""externalId":"u1","active":true"#));
    let mut world = world.holds("/Users", &account("other@x", r#""externalId":"u1","active":true"#));
    for _ in 0..2 {
        let snapshot = in_one_group(&[person("u1", "new@x", true)]);
        let compacted = engine.compacted_journal();
        engine = Engine::resume(config(), &snapshot, 7, compacted).unwrap();
        world.drive(&mut engine);
        assert_eq!(world.users(), ["new@x active", "old@x inactive", "other@x active"]);
    }
}

#[test]
fn f39_groups_of_others_with_a_former_name_do_not_keep_a_renamed_group_from_being_made() {
    let group = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Former"}"#;
    let snapshot = |name: &str| {
        let mut builder = Snapshot::builder();
        let ann = builder.person(&person("ann", "ann@x", true)).unwrap();
        for (id, name) in [("g1", "Team"), ("g2", name)] {
            let group = builder.group(&Group { id: id.into(), name: name.into(), bound: true }).unwrap();
            builder.member(group, ann);
        }
        builder.complete().unwrap()
    };
    let mut world = World::new();
    world.drive(&mut engine(&["ann"]));
    let mut world = world.holds("/Groups", group).holds("/Groups", group);
    let intent = Entry::GroupIntent { group: "g2".into(), name: "Former".into() };
    let journal = world.journal.iter().cloned().chain([intent.record()]);
    let mut engine = Engine::resume(config(), &snapshot("New"), 7, journal).unwrap();
    assert_eq!(world.drive(&mut engine).failed, 0, "{:?}", world.sent);
    assert!(engine.team_of("g2").is_some_and(|team| engine.team_of("g1") != Some(team)));
    assert_eq!(world.teams().len(), 3, "{:?}", world.teams());
}

#[test]
fn r32_of_two_people_without_access_who_share_a_user_name_each_loses_the_account_with_their_id() {
    let held =
        |name: &str, person: &str| account(name, &alloc::format!(r#""externalId":"{person}","active":true"#));
    let mut world = World::new().holds("/Users", &held("ann@x", "u1")).holds("/Users", &held("bob@x", "u2"));
    // The state is lost, and the first one was renamed meanwhile.
    let people = [person("u1", "bob@x", false), person("u2", "bob@x", false)];
    let mut engine = resumed(&people, &[]);
    world.drive(&mut engine);
    assert_eq!(world.users(), ["ann@x inactive", "bob@x inactive"]);
}

#[test]
fn r32_an_account_that_a_late_request_made_after_the_persons_own_was_removed_is_deactivated() {
    let link = Link { remote: "gone".into(), user_name: "ann@x".into(), email: None, role_written: None };
    let linked = Entry::UserLinked { person: "u1".into(), link: Cow::Owned(link) };
    let journal = [opened(&config().integration()).record(), linked.record()];
    let mut world = World::new().holds("/Users", &account("ann@x", r#""externalId":"u1","active":true"#));
    let suspended = in_one_group(&[person("u1", "ann@x", false)]);
    let mut engine = Engine::resume(config(), &suspended, 7, journal).unwrap();
    world.drive(&mut engine);
    assert_eq!(world.users(), ["ann@x inactive"]);
}

#[test]
fn d12_an_account_that_is_adopted_while_a_creation_under_another_name_is_open_is_stored_before_it_is_written()
{
    let people = [person("u1", "ann@new", true)];
    let mut world = World::new().holds("/Users", &account("ann@new", r#""active":false"#));
    let mut engine = resumed(&people, &[("u1", "ann@old")]);
    let _adoption = until_sent(&mut world, &mut engine, "PATCH /Users");
    assert!(world.journal.iter().any(|record| record.as_line().contains("user_linked")));
}

#[test]
fn r29_a_group_that_is_bound_again_while_lists_come_late_is_not_made_twice() {
    let people = [person("u1", "ann@x", true)];
    let capabilities = Capabilities { listed_late: 4, ..Capabilities::default() };
    let (mut world, mut engine) = (World::of(capabilities), resumed(&people, &[]));
    world.drive(&mut engine);
    for bound in [false, true] {
        engine.change(Change::GroupSet(Group { id: "g1".into(), name: "Team".into(), bound }));
        if bound {
            // The list does not show the group yet.
            engine.reconcile();
        }
        world.drive(&mut engine);
    }
    assert_eq!(world.count("POST /Groups"), 1);
}
