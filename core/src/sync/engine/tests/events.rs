//! Which attempts are told, and how often: each once, whatever ended it (R39-R41, D13).

use alloc::vec::Vec;

use super::{
    Change, Engine, EventName, Fault, Method, Outcome, Person, Poll, SCIM_ERROR, World, config, directory,
    engine, names,
};

/// Drives until the engine waits or is done.
fn drive_to_a_pause(world: &mut World, engine: &mut Engine) {
    loop {
        match engine.poll(world.now) {
            Poll::Persist(records) => world.journal.extend(records),
            Poll::Send(out) => {
                let result = world.deliver(&out.request);
                engine.receive(out.id, result, world.now);
            }
            _ => return,
        }
    }
}

#[test]
fn r41_a_creation_whose_answer_was_lost_is_told_once_it_is_found() {
    let world = World::new().fault(Method::POST, "/Users", Fault::AnswerLost);
    let (mut world, mut engine) = (world.fault(Method::POST, "/Groups", Fault::AnswerLost), engine(&["ann"]));
    world.drive(&mut engine);
    let told = [(EventName::UserCreateProvision, true), (EventName::GroupCreateProvision, true)];
    assert_eq!(names(&mut engine), told);
}

#[test]
fn r41_a_creation_that_a_crash_left_open_is_told_by_the_next_run() {
    let mut world = World::new().fault(Method::POST, "/Users", Fault::AnswerLost);
    let mut first = engine(&["ann"]);
    drive_to_a_pause(&mut world, &mut first);
    assert!(names(&mut first).is_empty(), "nothing is known of it yet");
    let mut second = Engine::resume(config(), &directory(&["ann"]), 8, world.journal.clone()).unwrap();
    world.drive(&mut second);
    let told = [(EventName::UserCreateProvision, true), (EventName::GroupCreateProvision, true)];
    assert_eq!(names(&mut second), told);
}

#[test]
fn r41_a_step_that_the_directory_overtakes_is_told_if_it_was_tried() {
    let (mut world, mut engine) =
        (World::new().fault(Method::POST, "/Users", Fault::NotSent), engine(&["ann", "bob"]));
    drive_to_a_pause(&mut world, &mut engine);
    let renamed = Person {
        id: "ann".into(),
        user_name: "ann@x".into(),
        given_name: Some("Ann".into()),
        active: true,
        ..Person::default()
    };
    engine.change(Change::PersonSet(renamed));
    world.drive(&mut engine);
    let of_ann: Vec<_> = engine
        .events()
        .filter(|event| super::about(event) == Some("ann"))
        .map(|event| (event.name, event.error))
        .collect();
    assert_eq!(of_ann.len(), 2, "{of_ann:?}");
    assert!(of_ann[0].1.as_deref().unwrap().contains("planned anew"), "{of_ann:?}");
    assert_eq!(of_ann[1], (EventName::UserCreateProvision, None));
}

#[test]
fn r41_what_was_tried_when_the_run_was_cancelled_is_told() {
    let (mut world, mut engine) =
        (World::new().fault(Method::POST, "/Users", Fault::NotSent), engine(&["ann", "bob"]));
    drive_to_a_pause(&mut world, &mut engine);
    drop(names(&mut engine));
    engine.cancel();
    assert_eq!(world.drive(&mut engine).outcome, Outcome::Cancelled);
    // What was not begun is no attempt.
    assert_eq!(names(&mut engine), [(EventName::UserCreateProvision, false)]);
}

#[test]
fn r39_a_look_up_is_told_when_it_runs_into_a_problem_and_only_then() {
    for (refused, expected) in [(0, &[][..]), (2, &[false])] {
        let (mut world, mut engine) = (World::new(), engine(&["ann"]));
        // The reading of the tenant comes first.
        let Poll::Persist(records) = engine.poll(world.now) else { panic!("no journal") };
        world.journal.extend(records);
        for _ in 0..2 {
            let Poll::Send(out) = engine.poll(world.now) else { panic!("no reading") };
            let result = world.deliver(&out.request);
            engine.receive(out.id, result, world.now);
        }
        world = world.fault(Method::POST, "/Users", Fault::AnswerLost);
        for _ in 0..refused {
            world = world.fault(Method::GET, "/Users", Fault::Refused(403, "", SCIM_ERROR));
        }
        world.drive(&mut engine);
        let told = names(&mut engine);
        let outcomes = |of: EventName| -> Vec<bool> {
            told.iter().filter(|(name, _)| *name == of).map(|(_, worked)| *worked).collect()
        };
        assert_eq!(outcomes(EventName::UserLookupProvision), expected, "{told:?}");
        assert_eq!(outcomes(EventName::UserCreateProvision).len(), 1, "{told:?}");
    }
}
