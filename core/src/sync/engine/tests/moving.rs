//! The directory moves on, processes end and networks lie while a plan is on its way: failures that the simulator found.

use alloc::{string::String, vec, vec::Vec};

use http::Method;
use jiff::{SignedDuration, Timestamp};

use super::{Fault, SCIM_ERROR, World, assert_settled, config, directory, engine};
use crate::{
    directory::{Change, Group, Person, Snapshot},
    sync::{ChangedUserName, Engine, Outcome, Poll, plan::Digest},
};

fn person(id: &str) -> Person {
    Person { id: id.into(), user_name: [id, "@x"].concat(), active: true, ..Person::default() }
}

fn left(person: &str) -> Change {
    Change::Left { group: "g1".into(), person: person.into() }
}

fn joined(person: &str) -> Change {
    Change::Joined { group: "g1".into(), person: person.into() }
}

/// Polls until a request whose method and path begin like this is to be sent, which is not answered.
pub(super) fn until_sent(world: &mut World, engine: &mut Engine, prefix: &str) -> super::super::Outgoing {
    for _ in 0..1000 {
        match engine.poll(world.now) {
            Poll::Persist(records) => world.journal.extend(records),
            Poll::Send(out) => {
                let path = out.request.uri().path().trim_start_matches("/scim/v2/acme");
                let sent = [out.request.method().as_str(), " ", path].concat();
                if sent.starts_with(prefix) {
                    return out;
                }
                let result = world.deliver(&out.request);
                engine.receive(out.id, result, world.now);
            }
            Poll::WaitUntil(at) | Poll::WaitForResponse { until: at } => world.now = at,
            Poll::Done(summary) => panic!("done before {prefix}: {summary:?}"),
        }
    }
    panic!("never sent: {prefix}");
}

fn later(world: &World, seconds: i64) -> Timestamp {
    world.now.checked_add(SignedDuration::from_secs(seconds)).unwrap()
}

#[test]
fn r32_who_returns_before_the_deactivation_is_sent_is_not_deactivated() {
    let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
    world.drive(&mut engine);
    engine.change(left("ann"));
    // The group is written first; meanwhile ann returns.
    let out = until_sent(&mut world, &mut engine, "PATCH /Groups");
    engine.change(joined("ann"));
    let result = world.deliver(&out.request);
    engine.receive(out.id, result, world.now);
    world.drive(&mut engine);
    assert_eq!(world.count("PATCH /Users"), 0, "{:?}", world.sent);
    assert_settled(&mut world, &mut engine, &["ann", "bob"]);
}

#[test]
fn d06_who_is_suspended_before_the_creation_is_sent_gets_no_account() {
    let mut world = World::new().fault(Method::POST, "/Users", Fault::Refused(429, "5", ""));
    let mut engine = engine(&["ann"]);
    let out = until_sent(&mut world, &mut engine, "POST /Users");
    engine.change(Change::PersonSet(Person { active: false, ..person("ann") }));
    let result = world.deliver(&out.request);
    engine.receive(out.id, result, world.now);
    world.drive(&mut engine);
    assert_eq!((world.users(), world.count("POST")), (vec![], 0));
}

#[test]
fn r29_r31_nothing_more_is_sent_about_a_group_that_is_unbound_or_unmanaged_meanwhile() {
    let unbound = Change::GroupSet(Group { id: "g1".into(), name: "Team".into(), bound: false });
    for change in [unbound, Change::GroupManagement(false)] {
        let (mut world, mut engine) = (World::new(), engine(&["ann"]));
        let out = until_sent(&mut world, &mut engine, "POST /Users");
        engine.change(change);
        let result = world.deliver(&out.request);
        engine.receive(out.id, result, world.now);
        world.drive(&mut engine);
        assert_eq!(world.count("POST /Groups"), 0, "{:?}", world.sent);
    }
}

#[test]
fn d02_an_approval_is_void_when_the_directory_moves_on() {
    let ids: Vec<String> = (0..30).map(|id| alloc::format!("p{id:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let (mut world, mut engine) = (World::new(), engine(&ids));
    world.drive(&mut engine);
    ids[..12].iter().for_each(|id| engine.change(left(id)));
    let Outcome::AwaitingApproval { digest, .. } = world.drive(&mut engine).outcome else {
        panic!("no trip")
    };
    engine.change(joined("p00"));
    let _void = engine.approve(digest);
    let Outcome::AwaitingApproval { digest: other, .. } = world.drive(&mut engine).outcome else {
        panic!("a plan that nobody has seen was carried out")
    };
    assert_ne!(digest, other);
    engine.approve(other).unwrap();
    world.drive(&mut engine);
    assert_eq!(world.users().iter().filter(|user| user.ends_with("inactive")).count(), 11);
}

/// A plan that waits for approval, of twelve deactivations among thirty.
fn waiting(world: &mut World, ids: &[&str]) -> (Engine, Digest) {
    let mut engine = engine(ids);
    world.drive(&mut engine);
    ids[..12].iter().for_each(|id| engine.change(left(id)));
    let digest = awaited(world, &mut engine);
    (engine, digest)
}

fn awaited(world: &mut World, engine: &mut Engine) -> Digest {
    let outcome = world.drive(engine).outcome;
    let Outcome::AwaitingApproval { digest, .. } = outcome else { panic!("{outcome:?}") };
    digest
}

#[test]
fn d02_an_approval_is_spent_by_the_plan_that_it_was_given_for_even_if_the_same_is_planned_again() {
    let ids: Vec<String> = (0..30).map(|id| alloc::format!("p{id:02}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    // The directory moves on, and back.
    let mut world = World::new();
    let (mut engine, _) = waiting(&mut world, &ids);
    engine.reconcile();
    let digest = awaited(&mut world, &mut engine);
    engine.approve(digest).unwrap();
    engine.change(joined("p00"));
    assert_ne!(awaited(&mut world, &mut engine), digest);
    engine.change(left("p00"));
    assert_eq!(awaited(&mut world, &mut engine), digest);
    // Approved, and given up before anything was sent.
    for give_up in [Engine::dismiss, Engine::cancel] {
        let mut world = World::new();
        let (mut engine, _) = waiting(&mut world, &ids);
        engine.reconcile();
        let digest = awaited(&mut world, &mut engine);
        engine.approve(digest).unwrap();
        give_up(&mut engine);
        world.drive(&mut engine);
        engine.reconcile();
        awaited(&mut world, &mut engine);
        assert_eq!(world.users().iter().filter(|user| user.ends_with("inactive")).count(), 0);
    }
}

#[test]
fn r32_an_account_whose_person_is_deleted_during_its_creation_is_deactivated() {
    let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
    let out = until_sent(&mut world, &mut engine, "POST /Users");
    engine.change(Change::PersonRemoved { person: "ann".into() });
    let result = world.deliver(&out.request);
    engine.receive(out.id, result, world.now);
    world.drive(&mut engine);
    assert_eq!(world.users(), ["ann@x inactive", "bob@x active"]);
}

#[test]
fn d12_an_account_whose_person_is_deleted_after_a_crash_is_found_and_deactivated() {
    let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
    let out = until_sent(&mut world, &mut engine, "POST /Users");
    let _lost = world.deliver(&out.request);
    let mut second = Engine::resume(config(), &directory(&["bob"]), 8, world.journal.clone()).unwrap();
    world.drive(&mut second);
    assert_eq!(world.users(), ["ann@x inactive", "bob@x active"]);
}

#[test]
fn d12_an_account_that_is_adopted_is_in_the_journal_before_it_is_written() {
    let ann =
        r#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"ann@x","active":false}"#;
    let (mut world, mut engine) = (World::new().holds("/Users", ann), engine(&["ann"]));
    let _sent = until_sent(&mut world, &mut engine, "PATCH /Users");
    assert!(
        world.journal.iter().any(|record| record.as_line().contains("user_linked")),
        "{:?}",
        world.journal
    );
}

#[test]
fn d12_a_journal_that_is_compacted_during_a_creation_keeps_its_intent() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    let _sent = until_sent(&mut world, &mut engine, "POST /Users");
    let records = engine.compacted_journal();
    assert!(records.iter().any(|record| record.as_line().contains("user_intent")), "{records:?}");
}

#[test]
fn f39_a_creation_that_was_given_up_in_doubt_is_looked_for_before_it_is_tried_again() {
    let mut world = World::new().fault(Method::POST, "/Users", Fault::AnswerLost);
    let mut engine = engine(&["ann"]);
    let out = until_sent(&mut world, &mut engine, "POST /Users");
    for _ in 0..5 {
        world = world.fault(Method::GET, "/Users", Fault::Refused(500, "", ""));
    }
    let result = world.deliver(&out.request);
    engine.receive(out.id, result, world.now);
    world.drive(&mut engine);
    engine.change(Change::PersonSet(person("ann")));
    world.drive(&mut engine);
    assert_eq!(world.count("POST /Users"), 0, "{:?}", world.sent);
    assert_settled(&mut world, &mut engine, &["ann"]);
}

#[test]
fn f27_a_deactivation_that_was_given_up_in_doubt_is_not_taken_for_undone() {
    let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
    world.drive(&mut engine);
    for _ in 0..6 {
        world = world.fault(Method::PATCH, "/Users", Fault::AnswerLost);
    }
    engine.change(left("ann"));
    assert_eq!(world.drive(&mut engine).failed, 1);
    engine.change(joined("ann"));
    world.drive(&mut engine);
    assert_settled(&mut world, &mut engine, &["ann", "bob"]);
}

#[test]
fn a_page_for_people_is_not_the_answer_to_a_write() {
    let page = || Fault::Refused(200, "", "<html>Please log in</html>");
    let (mut world, mut engine) = (World::new(), engine(&["ann", "bob"]));
    world.drive(&mut engine);
    let world = world.fault(Method::PATCH, "/Users", page()).fault(Method::PATCH, "/Groups", page());
    let mut world = world.fault(Method::DELETE, "/Groups", page());
    engine.change(left("ann"));
    world.drive(&mut engine);
    assert_eq!(
        (world.users(), world.teams()["Team"]),
        (vec!["ann@x inactive".into(), "bob@x active".into()], 1)
    );
    engine.change(Change::GroupRemoved { group: "g1".into() });
    world.drive(&mut engine);
    assert!(world.teams().is_empty());
}

#[test]
fn r31_groups_are_read_before_their_management_begins() {
    let (mut world, mut first) = (World::new(), engine(&["ann"]));
    world.drive(&mut first);
    let mut builder = Snapshot::builder();
    builder.group_management(false);
    let (ann, team) = (
        builder.person(&person("ann")).unwrap(),
        Group { id: "g1".into(), name: "Team".into(), bound: true },
    );
    let team = builder.group(&team).unwrap();
    builder.member(team, ann);
    let mut second =
        Engine::resume(config(), &builder.complete().unwrap(), 8, world.journal.clone()).unwrap();
    world.drive(&mut second);
    second.change(Change::GroupManagement(true));
    world.drive(&mut second);
    assert_eq!(world.count("POST /Groups"), 1, "{:?}", world.sent);
    assert_settled(&mut world, &mut second, &["ann"]);
}

#[test]
fn f08_a_pause_that_heap_asks_for_holds_for_everything_and_also_with_503() {
    for (status, asked, waited) in [(429, "7200", 3600), (503, "90", 90), (429, "90", 90)] {
        let world = World::new().fault(Method::POST, "/Users", Fault::Refused(status, asked, ""));
        let (mut world, mut engine) = (world, engine(&["ann", "bob"]));
        let out = until_sent(&mut world, &mut engine, "POST /Users");
        let (result, until) = (world.deliver(&out.request), later(&world, waited));
        engine.receive(out.id, result, world.now);
        let _next = until_sent(&mut world, &mut engine, "");
        assert!(world.now >= until, "{status} {asked}: {} is before {until}", world.now);
    }
}

#[test]
fn f08_the_answer_to_a_request_that_was_given_up_asks_for_a_pause_as_well() {
    let world = World::new().fault(Method::GET, "/Users", Fault::Refused(429, "90", ""));
    let (mut world, mut engine) = (world, engine(&["ann"]));
    let out = until_sent(&mut world, &mut engine, "GET /Users");
    let Poll::WaitForResponse { until } = engine.poll(world.now) else { panic!("does not wait") };
    world.now = until;
    let Poll::WaitUntil(_again) = engine.poll(world.now) else { panic!("the request is not given up") };
    let (result, until) = (world.deliver(&out.request), later(&world, 90));
    engine.receive(out.id, result, world.now);
    let _next = until_sent(&mut world, &mut engine, "");
    assert!(world.now >= until, "{} is before {until}", world.now);
}

#[test]
fn a_clock_that_jumps_back_does_not_make_a_lost_answer_awaited_for_ever() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    let _lost = until_sent(&mut world, &mut engine, "GET /Users");
    world.now = later(&world, -86_400);
    let Poll::WaitForResponse { until } = engine.poll(world.now) else { panic!("does not wait") };
    assert!(until <= later(&world, 60), "{until}");
}

#[test]
fn r22_the_old_account_stays_until_the_new_one_is_there() {
    let mut config = config();
    config.changed_user_name = ChangedUserName::Replace;
    let (mut world, mut engine) = (World::new(), Engine::new(config, &directory(&["ann"]), 7));
    world.drive(&mut engine);
    let mut world = world.fault(Method::POST, "/Users", Fault::Refused(400, "", SCIM_ERROR));
    engine.change(Change::PersonSet(Person { user_name: "ann@new".into(), ..person("ann") }));
    world.drive(&mut engine);
    assert_eq!(world.users(), ["ann@x active"]);
    engine.reconcile();
    world.drive(&mut engine);
    assert_eq!(world.users(), ["ann@new active", "ann@x inactive"]);
}

#[test]
fn r22_a_user_name_that_changes_during_the_creation_is_a_change_of_address() {
    let (mut world, mut engine) = (World::new(), engine(&["ann"]));
    let out = until_sent(&mut world, &mut engine, "POST /Users");
    engine.change(Change::PersonSet(Person { user_name: "ann@new".into(), ..person("ann") }));
    let result = world.deliver(&out.request);
    engine.receive(out.id, result, world.now);
    assert_eq!(world.drive(&mut engine).conflicts, 1);
    assert_eq!(world.users(), ["ann@x active"]);
}
