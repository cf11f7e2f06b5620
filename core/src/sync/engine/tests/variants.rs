//! Tenants that cannot do everything, or do it in their own way: what the engine finds out, and how it goes on.

use alloc::{format, string::String, vec, vec::Vec};

use http::Method;
use jiff::SignedDuration;

use super::{Capabilities, Fault, SCIM_ERROR, World, assert_settled, config, directory, engine, names};
use crate::{
    directory::{Change, Group, Person, Snapshot},
    sync::{Engine, EventName, Outcome, Poll, engine::TransportFailure},
};

fn left(person: &str) -> Change {
    Change::Left { group: "g1".into(), person: person.into() }
}

fn renamed() -> Change {
    Change::GroupSet(Group { id: "g1".into(), name: "Renamed".into(), bound: true })
}

fn without_patch() -> World {
    let capabilities = Capabilities { patch: false, ..Capabilities::default() };
    World::of(capabilities)
}

fn without_members_in_reads() -> World {
    let capabilities = Capabilities { members_in_reads: false, ..Capabilities::default() };
    World::of(capabilities)
}

fn members(world: &World) -> Vec<usize> {
    use crate::scim::service::{Kind, Store};
    let store = world.service.store();
    let ids: Vec<String> = store.records(Kind::Group, 0).map(|record| record.id().into()).collect();
    ids.iter().map(|id| store.members(id).count()).collect()
}

fn person_with_role() -> Snapshot {
    let mut builder = Snapshot::builder();
    let role = Some("Analyst".into());
    let ann = Person { id: "ann".into(), user_name: "ann@x".into(), active: true, role, ..Person::default() };
    let ann = builder.person(&ann).unwrap();
    let team = builder.group(&Group { id: "g1".into(), name: "Team".into(), bound: true }).unwrap();
    builder.member(team, ann);
    builder.complete().unwrap()
}

#[test]
fn f28_a_tenant_without_patch_is_written_by_put() {
    let (mut world, mut engine) = (without_patch(), engine(&["ann", "bob"]));
    world.drive(&mut engine);
    world.sent.clear();
    engine.change(left("ann"));
    engine.change(renamed());
    assert_eq!(world.drive(&mut engine).failed, 0);
    assert_eq!(world.users(), ["ann@x inactive", "bob@x active"]);
    assert_eq!(world.teams().into_iter().collect::<Vec<_>>(), [("Renamed".into(), 1)]);
    let verbs: Vec<&str> = world.sent.iter().filter_map(|sent| sent.split('/').next()).collect();
    assert_eq!(verbs, ["PATCH ", "GET ", "PUT ", "GET ", "PUT "], "{:?}", world.sent);
}

#[test]
fn f22_a_version_that_has_moved_on_is_read_again_before_it_is_put_back() {
    let (mut world, mut engine) = (without_patch(), engine(&["ann", "bob"]));
    world.drive(&mut engine);
    world.sent.clear();
    let mut world = world.fault(Method::PUT, "/Groups", Fault::Refused(412, "", ""));
    engine.change(left("ann"));
    assert_eq!(world.drive(&mut engine).failed, 0);
    assert_eq!((world.count("GET /Groups"), world.count("PUT /Groups")), (2, 2), "{:?}", world.sent);
    assert_eq!(members(&world), [1]);
}

#[test]
fn f13_f14_where_members_are_not_told_what_was_sent_is_remembered() {
    let (mut world, mut first) = (without_members_in_reads(), engine(&["ann", "bob"]));
    assert_eq!(world.drive(&mut first).outcome, Outcome::Finished);
    let journal = world.journal.clone();
    let mut second = Engine::resume(config(), &directory(&["ann", "bob"]), 8, journal.clone()).unwrap();
    assert_eq!(world.drive(&mut second).steps, 0, "a second run is idle");
    let mut third = Engine::resume(config(), &directory(&["bob"]), 9, journal).unwrap();
    assert_eq!(world.drive(&mut third).failed, 0);
    assert_eq!(
        (members(&world), world.users()),
        (vec![1], vec!["ann@x inactive".into(), "bob@x active".into()])
    );
}

#[test]
fn f13_a_write_whose_answer_was_lost_is_written_once_more_where_members_are_not_told() {
    let (mut world, mut first) = (without_members_in_reads(), engine(&["ann", "bob"]));
    world.drive(&mut first);
    first.change(left("ann"));
    // It arrives, and the process ends.
    loop {
        match first.poll(world.now) {
            Poll::Persist(records) => world.journal.extend(records),
            Poll::Send(out) if out.request.method() == Method::PATCH => {
                let _lost = world.deliver(&out.request);
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    // The directory thinks better of it.
    let journal = world.journal.clone();
    let mut second = Engine::resume(config(), &directory(&["ann", "bob"]), 8, journal).unwrap();
    world.drive(&mut second);
    assert_eq!(members(&world), [2]);
}

#[test]
fn f11_f13_after_a_lost_journal_members_that_are_not_told_are_replaced_once_with_approval() {
    let (mut world, mut first) = (without_members_in_reads(), engine(&["ann", "bob"]));
    world.drive(&mut first);
    let mut second = engine(&["bob"]);
    let Outcome::AwaitingApproval { digest, trips } = world.drive(&mut second).outcome else {
        panic!("whoever is in the group may lose it unseen")
    };
    assert_eq!(trips.len(), 1);
    second.approve(digest).unwrap();
    assert_eq!(world.drive(&mut second).failed, 0);
    assert_eq!(members(&world), [1]);
    second.reconcile();
    assert_eq!(world.drive(&mut second).steps, 0);
}

#[test]
fn d08_a_role_that_the_schema_lacks_is_told_once_and_not_sent_again() {
    let mut world = World::new().fault(Method::POST, "/Users", Fault::Refused(400, "", SCIM_ERROR));
    let mut engine = Engine::new(config(), &person_with_role(), 7);
    assert_eq!(world.drive(&mut engine).failed, 0);
    let told = names(&mut engine).into_iter().filter(|(_, worked)| !worked).count();
    assert_eq!((world.count("POST /Users"), told), (2, 1));
    engine.reconcile();
    assert_eq!(world.drive(&mut engine).steps, 0);
    let refused = Fault::Refused(400, "", r#"{"scimType":"invalidValue"}"#);
    let mut world = World::new().fault(Method::POST, "/Users", refused);
    let mut engine = Engine::new(config(), &person_with_role(), 7);
    assert_eq!(world.drive(&mut engine).failed, 2, "a role that does not exist is another matter");
}

#[test]
fn f10_a_tenant_that_takes_fewer_members_is_given_fewer() {
    let ids: Vec<String> = (0..30).map(|id| format!("p{id:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let too_many = || Fault::Refused(413, "", SCIM_ERROR);
    let mut world = World::new().fault(Method::POST, "/Groups", too_many());
    let mut engine = engine(&ids[..20]);
    assert_eq!(world.drive(&mut engine).failed, 0);
    // 20 were refused: 10 in the creation, 10 in a PATCH.
    assert_eq!((world.count("POST /Groups"), world.count("PATCH /Groups")), (2, 1));
    let mut world = world.fault(Method::PATCH, "/Groups", too_many());
    for id in &ids[20..] {
        let person =
            Person { id: (*id).into(), user_name: format!("{id}@x"), active: true, ..Person::default() };
        engine.change(Change::PersonSet(person));
        engine.change(Change::Joined { group: "g1".into(), person: (*id).into() });
    }
    world.sent.clear();
    assert_eq!(world.drive(&mut engine).failed, 0);
    assert_eq!((world.count("PATCH /Groups"), members(&world)), (3, vec![30]), "10 refused, then 5 and 5");
}

#[test]
fn a_tenant_that_pages_by_cursor_alone_is_read_by_cursor() {
    let capabilities = Capabilities { page_size_max: 2, ..Capabilities::default() };
    let mut world = World::of(capabilities);
    let people = ["ann", "bob", "cat", "dan", "eve"];
    world.drive(&mut engine(&people));
    world.sent.clear();
    let mut world = world.fault(Method::GET, "/Users", Fault::Refused(400, "", SCIM_ERROR));
    let mut again = engine(&people);
    assert_eq!(world.drive(&mut again).failed, 0);
    assert_eq!(world.count("GET /Users"), 4, "one by index, three by cursor");
    assert_eq!((world.count("POST"), world.count("PATCH")), (0, 0));
}

#[test]
fn f33_a_list_by_cursor_that_tells_no_total_is_not_compared() {
    let end = r#"{"schemas": ["urn:ietf:params:scim:api:messages:2.0:ListResponse"], "Resources": []}"#;
    let mut world = World::new();
    for _ in 0..20 {
        world = world.fault(Method::GET, "/Users", Fault::Refused(200, "", end));
    }
    let summary = world.drive(&mut engine(&["ann"]));
    assert!(matches!(summary.outcome, Outcome::Unreadable { .. }), "{summary:?}");
    assert_eq!(world.count("POST"), 0);
}

#[test]
fn f35_groups_that_cannot_be_read_with_their_members_are_read_one_by_one() {
    let (mut world, mut first) = (World::new(), engine(&["ann", "bob"]));
    world.drive(&mut first);
    for _ in 0..3 {
        world = world.fault(Method::GET, "/Groups", Fault::Refused(504, "", ""));
    }
    world.sent.clear();
    let mut second = engine(&["ann", "bob"]);
    assert_eq!(world.drive(&mut second).failed, 0);
    let team = second.team_of("g1").unwrap();
    assert_eq!(world.count(&["GET /Groups/", team].concat()), 1, "{:?}", world.sent);
    assert_settled(&mut world, &mut second, &["ann", "bob"]);
}

#[test]
fn d03_a_group_of_another_integration_is_a_conflict() {
    let taken = r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:Group"],"displayName":"Team","externalId":"other-7"}"#;
    let (mut world, mut engine) = (World::new().holds("/Groups", taken), engine(&["ann"]));
    assert_eq!(world.drive(&mut engine).conflicts, 1);
    assert_eq!((members(&world), world.count("PATCH"), world.count("POST /Groups")), (vec![0], 0, 0));
}

#[test]
fn f30_a_group_that_was_renamed_while_the_journal_was_lost_is_renamed_and_not_made_twice() {
    let (mut world, mut first) = (World::new(), engine(&["ann"]));
    world.drive(&mut first);
    let mut builder = Snapshot::builder();
    let ann = Person { id: "ann".into(), user_name: "ann@x".into(), active: true, ..Person::default() };
    let ann = builder.person(&ann).unwrap();
    let team = builder.group(&Group { id: "g1".into(), name: "Renamed".into(), bound: true }).unwrap();
    builder.member(team, ann);
    let mut second = Engine::new(config(), &builder.complete().unwrap(), 8);
    world.drive(&mut second);
    assert_eq!(world.teams().into_iter().collect::<Vec<_>>(), [("Renamed".into(), 1)]);
    assert_eq!(second.team_of("g1"), first.team_of("g1"));
}

#[test]
fn what_is_under_way_when_the_work_is_cancelled_is_noted_and_nothing_more_is_begun() {
    let (mut world, mut first) = (World::new(), engine(&["ann", "bob", "cat"]));
    while world.count("POST") == 0 {
        match first.poll(world.now) {
            Poll::Persist(records) => world.journal.extend(records),
            Poll::Send(out) => {
                world.sent.push(format!("{} {}", out.request.method(), out.request.uri().path()));
                if out.request.method() == Method::POST {
                    first.cancel();
                }
                let result = world.deliver(&out.request);
                first.receive(out.id, result, world.now);
            }
            other => panic!("{other:?}"),
        }
    }
    let summary = world.drive(&mut first);
    assert_eq!((summary.outcome, world.count("POST"), world.users().len()), (Outcome::Cancelled, 1, 1));
    // Here it goes on, and elsewhere from the journal.
    let people = ["ann", "bob", "cat"];
    let mut second = Engine::resume(config(), &directory(&people), 8, world.journal.clone()).unwrap();
    first.reconcile();
    world.drive(&mut first);
    assert_settled(&mut world, &mut first, &people);
    world.drive(&mut second);
    assert_settled(&mut world, &mut second, &people);
}

#[test]
fn progress_says_how_much_is_done_and_how_long_the_rest_takes() {
    let (mut world, mut engine) = (World::new(), engine(&["ann", "bob", "cat"]));
    assert_eq!(engine.progress(world.now), None);
    while world.count("POST") < 2 {
        match engine.poll(world.now) {
            Poll::Persist(records) => world.journal.extend(records),
            Poll::Send(out) => {
                world.sent.push(format!("{} {}", out.request.method(), out.request.uri().path()));
                let result = world.deliver(&out.request);
                if out.request.method() == Method::POST {
                    world.now = world.now.checked_add(SignedDuration::from_secs(30)).unwrap();
                }
                engine.receive(out.id, result, world.now);
            }
            other => panic!("{other:?}"),
        }
    }
    let progress = engine.progress(world.now).unwrap();
    assert_eq!((progress.done, progress.total, progress.per_minute()), (2, 4, Some(2.0)));
    assert_eq!(progress.time_left(), Some(SignedDuration::from_secs(60)));
}

#[test]
fn without_faults_a_person_is_one_write_a_group_one_write_a_chunk_and_reads_are_pages() {
    let ids: Vec<String> = (0..250).map(|id| format!("p{id:03}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let (mut world, mut first) = (World::new(), engine(&ids));
    world.drive(&mut first);
    let counts = ["GET", "POST /Users", "POST /Groups", "PATCH /Groups", "PATCH /Users"];
    let count = |world: &World| counts.map(|what| world.count(what));
    assert_eq!(count(&world), [2, 250, 1, 2, 0], "250 members in chunks of 100");
    world.sent.clear();
    let mut second = engine(&ids);
    world.drive(&mut second);
    assert_eq!(count(&world), [4, 0, 0, 0, 0], "3 pages of users, 1 of groups");
    world.sent.clear();
    second.change(left("p000"));
    second.change(left("p001"));
    world.drive(&mut second);
    assert_eq!(count(&world), [0, 0, 0, 1, 2]);
}

#[test]
fn r19_a_token_that_expires_pauses_the_run_until_it_is_replaced() {
    let mut world = World::new().fault(Method::POST, "/Groups", Fault::Refused(401, "", ""));
    let mut engine = engine(&["ann"]);
    assert!(matches!(world.drive(&mut engine).outcome, Outcome::TokenRefused { .. }));
    let sent = world.sent.len();
    assert!(matches!(world.drive(&mut engine).outcome, Outcome::TokenRefused { .. }));
    assert_eq!(world.sent.len(), sent, "nothing is sent in between");
    assert!(names(&mut engine).contains(&(EventName::GroupCreateProvision, false)));
    engine.reauthorise(super::token()).unwrap();
    world.drive(&mut engine);
    assert_settled(&mut world, &mut engine, &["ann"]);
}

#[test]
fn r23_somebody_with_an_account_in_another_organisation_is_reported_each_time_and_left() {
    let foreign = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409","scimType":"uniqueness"}"#;
    let mut world = World::new().fault(Method::POST, "/Users", Fault::Refused(409, "", foreign));
    let mut engine = engine(&["ann"]);
    assert_eq!(world.drive(&mut engine).failed, 2, "the account, and the group that would be empty (R25)");
    let errors: Vec<String> = engine.events().filter_map(|event| event.error).collect();
    assert!(errors.iter().any(|error| error.contains("(R23)")), "{errors:?}");
    assert!(world.users().is_empty());
    engine.receive(super::super::RequestId(999), Err(TransportFailure::NotSent), world.now);
}
