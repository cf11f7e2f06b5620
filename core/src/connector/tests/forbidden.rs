//! The table of transitions is what an application does: each pair of a state and an action is tried, the allowed and the forbidden.

use alloc::string::ToString;

use super::{
    Application, ApplicationError, Details, Part, Scope, Seeded, Settings, State, Unreachable, Vec,
    application, credentials, managed, now, tenant,
};
use crate::connector::{Action, Concluded, Verification};

/// An application in a state, and the verification that is under way there.
fn in_state(state: State) -> (Application, Option<Verification>) {
    let mut one = application();
    let mut verification = None;
    match state {
        State::Created => {}
        State::Bookmark => one.save_bookmark("https://heapanalytics.com").unwrap(),
        State::SsoConfigured => one.save_sso("12345".parse().unwrap()).unwrap(),
        State::Activating => {
            one.save_sso("12345".parse().unwrap()).unwrap();
            let begun = one.activate(credentials("first"), Scope::ReadOnly, &mut Seeded::new(1), now());
            verification = Some(begun.unwrap());
        }
        State::Managed => one = managed(&mut tenant()),
        State::Reauthorising => {
            one = managed(&mut tenant());
            let begun =
                one.update_credentials(credentials("first"), Scope::ReadOnly, &mut Seeded::new(1), now());
            verification = Some(begun.unwrap());
        }
        State::Deleted => drop(one.delete(now()).unwrap()),
    }
    one.events();
    assert_eq!(one.state(), state);
    (one, verification)
}

/// A verification that has ended, as the table's two actions about it want it; one of another application where none is under way.
fn ended(verification: Option<Verification>, works: bool) -> Concluded {
    let verification = verification.or_else(|| in_state(State::Activating).1).unwrap();
    let mut tenant = tenant();
    verification
        .run(|request| if works { Ok(tenant.handle(&request, now())) } else { Err(Unreachable::Dns) }, now)
}

/// Does what the action stands for, by the one method for it.
fn attempt(
    one: &mut Application,
    action: Action,
    verification: Option<Verification>,
) -> Result<(), ApplicationError> {
    let remove = |one: &mut Application, part| {
        let removal = one.removal(part)?;
        one.remove(removal, now()).map(drop)
    };
    let (wanted, scope, mut random) = (credentials("first"), Scope::ReadOnly, Seeded::new(3));
    match action {
        Action::EditDetails => one.edit(Details::new("Heap 2")),
        Action::ChangeIdpUrl => one.change_idp_url(),
        Action::SaveBookmark => one.save_bookmark("https://heapanalytics.com/login"),
        Action::DeactivateBookmark => remove(one, Part::Bookmark),
        Action::SaveSso => one.save_sso("777".parse().unwrap()),
        Action::DeactivateSso => remove(one, Part::Sso),
        Action::SaveSettings => {
            one.save_settings(Settings { group_management: false, ..Settings::default() }, now())
        }
        Action::Activate => one.activate(wanted, scope, &mut random, now()).map(drop),
        Action::UpdateCredentials => one.update_credentials(wanted, scope, &mut random, now()).map(drop),
        Action::AcceptVerification => one.conclude(ended(verification, true), now()).map(drop),
        Action::RefuseVerification => one.conclude(ended(verification, false), now()).map(drop),
        Action::DeactivateIdentityManagement => remove(one, Part::IdentityManagement),
        Action::Delete => one.delete(now()).map(drop),
    }
}

/// Everything of an application but the number of its events.
fn stored(one: &Application) -> serde_json::Value {
    let mut stored: serde_json::Value = serde_json::from_slice(&one.to_json()).unwrap();
    stored["told"].take();
    stored
}

#[test]
fn every_forbidden_transition_is_refused_with_its_rule_and_what_to_do_first_and_changes_nothing() {
    let mut tried = 0;
    for state in State::ALL {
        for action in Action::ALL {
            let Err(expected) = state.after(*action) else { continue };
            let (mut one, verification) = in_state(*state);
            let before = stored(&one);
            let refused = attempt(&mut one, *action, verification).unwrap_err();
            let ApplicationError::Forbidden(forbidden) = refused else {
                panic!("{state:?} {action:?}: {refused}")
            };
            assert_eq!(forbidden, expected);
            let text = forbidden.to_string();
            assert!(text.contains(&alloc::format!("({}): {}", forbidden.rule, forbidden.first)), "{text}");
            assert!(forbidden.rule.starts_with('R') && !forbidden.first.is_empty(), "{text}");
            assert!(text.contains(action.name()) && text.contains(state.name()), "{text}");
            assert_eq!(stored(&one), before, "{state:?} {action:?}");
            assert!(one.events().iter().all(|event| event.error.is_some() || event.resource.is_some()));
            tried += 1;
        }
    }
    assert_eq!(tried, State::ALL.len() * Action::ALL.len() - super::super::transitions::TRANSITIONS.len());
}

#[test]
fn every_allowed_transition_leads_where_the_table_says() {
    for state in State::ALL {
        for action in Action::ALL {
            let Ok(expected) = state.after(*action) else { continue };
            let (mut one, verification) = in_state(*state);
            attempt(&mut one, *action, verification).unwrap();
            assert_eq!(one.state(), expected, "{state:?} {action:?}");
        }
    }
}

#[test]
fn every_state_is_stored_and_restored_as_it_is() {
    for state in State::ALL {
        let (one, _) = in_state(*state);
        let restored = Application::from_json(&one.to_json()).unwrap();
        assert_eq!((restored.state(), stored(&restored)), (*state, stored(&one)));
        // The number of its events, too: no event of its later life has the id of an earlier one.
        assert_eq!(restored.told, one.told);
    }
}

#[test]
fn r41_an_attempt_that_a_rule_forbids_is_told_with_the_rule() {
    for (state, action) in [
        (State::Created, Action::SaveSettings),
        (State::Created, Action::Activate),
        (State::SsoConfigured, Action::UpdateCredentials),
        (State::Managed, Action::Activate),
        (State::Reauthorising, Action::UpdateCredentials),
    ] {
        let (mut one, verification) = in_state(state);
        let forbidden = attempt(&mut one, action, verification).unwrap_err();
        let told: Vec<_> = one.events().into_iter().filter_map(|event| event.error).collect();
        assert_eq!(told, [forbidden.to_string()]);
    }
}
