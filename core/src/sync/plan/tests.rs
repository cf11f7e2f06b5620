use alloc::{string::String, string::ToString, vec::Vec};

use super::{ConflictKind, Guards, Plan, Reason, Step, Trip, UserVerb};
use crate::{
    directory::{Change, Group, Person, Snapshot},
    sync::{
        ChangedUserName,
        state::{Account, Desired, GroupLink, Id, Ledger, Link, Remote, State, Team},
    },
};

/// A directory, a ledger and a tenant, in a few words: person `ann` has the user name `ann@x`, her account the id `r-ann`; group
/// `team` is called `Team`, and its team has the id `t-team`.
#[derive(Default)]
struct World {
    people: Vec<Person>,
    groups: Vec<(Group, Vec<&'static str>)>,
    ledger: Ledger,
    remote: Remote,
    is_unmanaged: bool,
}

fn person(id: &str) -> Person {
    Person { id: id.into(), user_name: [id, "@x"].concat(), active: true, ..Person::default() }
}

fn account(id: &str) -> Account {
    Account {
        id: ["r-", id].concat().into(),
        user_name: [id, "@x"].concat(),
        external_id: Some(id.into()),
        active: true,
        ..Account::default()
    }
}

fn team(id: &str, name: &str, members: &[&str]) -> Team {
    let members = members.iter().map(|member| ["r-", member].concat().into()).collect();
    Team { id: ["t-", id].concat().into(), name: name.into(), external_id: None, members, ..Team::default() }
}

impl World {
    fn person(mut self, person: Person) -> Self {
        self.people.push(person);
        self
    }

    fn group(mut self, id: &str, name: &str, bound: bool, members: &[&'static str]) -> Self {
        self.groups.push((Group { id: id.into(), name: name.into(), bound }, members.to_vec()));
        self
    }

    /// An account at Heap, ours or not.
    fn account(mut self, account: Account) -> Self {
        self.remote.put_account(account);
        self
    }

    fn linked(mut self, id: &str) -> Self {
        let user_name = [id, "@x"].concat();
        let link = Link { remote: ["r-", id].concat().into(), user_name, email: None, role_written: None };
        self.ledger.set_link(&Id::from(id), link);
        self
    }

    /// A person with an account of ours.
    fn known(self, id: &str) -> Self {
        self.person(person(id)).account(account(id)).linked(id)
    }

    fn team(mut self, team: Team) -> Self {
        self.remote.put_team(team);
        self
    }

    fn synced(mut self, id: &str, managed: bool) -> Self {
        self.ledger.set_group_link(&Id::from(id), GroupLink { remote: ["t-", id].concat().into(), managed });
        self
    }

    fn unmanaged(mut self) -> Self {
        self.is_unmanaged = true;
        self
    }

    fn state(self) -> State {
        let mut builder = Snapshot::builder();
        builder.group_management(!self.is_unmanaged);
        let handles: Vec<_> = self.people.iter().map(|person| builder.person(person).unwrap()).collect();
        for (group, members) in &self.groups {
            let number = builder.group(group).unwrap();
            for member in members {
                let position = self.people.iter().position(|person| person.id == *member).unwrap();
                builder.member(number, handles[position]);
            }
        }
        let mut state = State::new(Desired::from(&builder.complete().unwrap()), self.ledger);
        state.set_remote(self.remote);
        state
    }

    fn plan(self) -> Plan {
        Plan::of_everything(&self.state(), ChangedUserName::Report)
    }
}

/// Steps in a few words: `create ann`, `update team +ann -r-bob`, `conflict user_name_twice bob`.
fn words(plan: &Plan) -> Vec<String> {
    let verb = |value: serde_json::Value| value.as_str().unwrap().to_string();
    let step = |step: &Step| match step {
        Step::Conflict(conflict) => ["conflict ", conflict.kind.code(), " ", &conflict.id].concat(),
        Step::User(step) => [&verb(serde_json::to_value(step.verb).unwrap()), " ", &step.person].concat(),
        Step::Group(step) => {
            let add = step.add.iter().map(|member| [" +", &member.person].concat()).collect::<String>();
            let remove = step.remove.iter().map(|member| [" -", &member.remote].concat()).collect::<String>();
            let verb = verb(serde_json::to_value(step.verb).unwrap());
            [&verb, " ", &step.group, &add, &remove].concat()
        }
    };
    plan.steps().iter().map(step).collect()
}

#[test]
fn r12_who_is_in_no_bound_group_gets_no_account() {
    let world = World::default().person(person("ann")).person(person("bob")).person(person("cat"));
    let plan = world.group("team", "Team", true, &["ann"]).group("other", "Other", false, &["bob"]).plan();
    assert_eq!(words(&plan), ["create ann", "create team +ann"]);
}

#[test]
fn d06_a_suspended_person_is_never_created_and_keeps_memberships() {
    let suspended = Person { active: false, ..person("ann") };
    let plan = World::default().person(suspended.clone()).group("team", "Team", true, &["ann"]).plan();
    assert!(plan.is_empty());
    let world = World::default().person(suspended).account(account("ann")).linked("ann").known("bob");
    let world =
        world.group("team", "Team", true, &["ann", "bob"]).team(team("team", "Team", &["ann", "bob"]));
    assert_eq!(words(&world.synced("team", true).plan()), ["deactivate ann"]);
}

#[test]
fn r22_a_changed_user_name_is_reported_and_never_sent() {
    let renamed = || Person { user_name: "ann@new".into(), ..person("ann") };
    let world = || {
        let world = World::default().person(renamed()).account(account("ann")).linked("ann");
        world.group("team", "Team", true, &["ann"]).team(team("team", "Team", &["ann"])).synced("team", true)
    };
    assert_eq!(words(&world().plan()), ["conflict sync.user_name_changed ann"]);
    let replaced = Plan::of_everything(&world().state(), ChangedUserName::Replace);
    assert_eq!(words(&replaced), ["create ann", "deactivate ann", "update team +ann -r-ann"]);
}

#[test]
fn r22_d10_a_changed_email_is_reported_and_a_first_one_is_not() {
    let world = |before: Option<&str>| {
        let ann = Person { email: Some("ann@new".into()), ..person("ann") };
        let mut world = World::default().person(ann).account(account("ann")).linked("ann");
        let link = world.ledger.link("ann").unwrap().clone();
        world.ledger.set_link(&Id::from("ann"), Link { email: before.map(Into::into), ..link });
        world
            .group("team", "Team", true, &["ann"])
            .team(team("team", "Team", &["ann"]))
            .synced("team", true)
            .plan()
    };
    assert_eq!(words(&world(Some("ann@old"))), ["conflict sync.email_changed ann"]);
    assert!(world(Some("ANN@new")).is_empty());
    assert!(world(None).is_empty());
}

#[test]
fn d09_a_user_name_that_differs_by_case_is_the_same_account() {
    let ann = Person { user_name: "Ann@X".into(), ..person("ann") };
    let world = World::default().person(ann.clone()).account(account("ann")).linked("ann");
    let world = world.group("team", "Team", true, &["ann"]).team(team("team", "Team", &["ann"]));
    assert!(world.synced("team", true).plan().is_empty());
    let adopted =
        World::default().person(ann).account(account("ann")).group("team", "Team", true, &["ann"]).plan();
    assert_eq!(words(&adopted), ["adopt ann", "create team +ann"]);
}

#[test]
fn d03_an_account_is_adopted_only_if_it_is_one_and_nobody_elses() {
    let world = |external: Option<&str>| {
        let existing = Account { external_id: external.map(Into::into), ..account("ann") };
        World::default().person(person("ann")).account(existing).group("team", "Team", true, &["ann"])
    };
    assert_eq!(words(&world(None).plan()), ["adopt ann", "create team +ann"]);
    assert_eq!(words(&world(Some("ann")).plan()), ["adopt ann", "create team +ann"]);
    assert_eq!(words(&world(Some("other")).plan()), ["conflict sync.account_claimed ann"]);
    let double = Account { id: "r-2".into(), external_id: None, ..account("ann") };
    assert_eq!(words(&world(None).account(double).plan()), ["conflict sync.accounts_ambiguous ann"]);
}

#[test]
fn f37_adoption_writes_names_activity_and_a_given_role_only() {
    let ann = Person { given_name: Some("Ann".into()), role: Some("Analyst".into()), ..person("ann") };
    let existing = Account { user_name: "ANN@x".into(), active: false, external_id: None, ..account("ann") };
    let plan = World::default().person(ann).account(existing).group("team", "Team", true, &["ann"]).plan();
    let Step::User(step) = &plan.steps()[0] else { panic!("no user step") };
    let written: Vec<_> = step.changes.iter().map(|change| change.to.as_deref().unwrap()).collect();
    assert_eq!((step.verb, step.user_name.as_str()), (UserVerb::Adopt, "ANN@x"));
    assert_eq!(written, ["true", "Ann", "Analyst"]);
}

#[test]
fn a_person_who_comes_back_under_a_new_id_gets_the_old_account() {
    let ann = Person { user_name: "old@x".into(), ..person("ann") };
    let world =
        World::default().person(ann).account(Account { active: false, ..account("old") }).linked("old");
    let plan = world.group("team", "Team", true, &["ann"]).plan();
    assert_eq!(words(&plan), ["adopt ann", "create team +ann"]);
}

#[test]
fn two_people_with_one_user_name_are_a_conflict_of_the_second() {
    let second = Person { id: "bob".into(), ..person("ann") };
    let world =
        World::default().person(person("ann")).person(second).group("team", "Team", true, &["ann", "bob"]);
    assert_eq!(words(&world.plan()), ["create ann", "conflict sync.user_name_twice bob", "create team +ann"]);
}

#[test]
fn d08_a_role_is_written_only_if_the_directory_gives_one() {
    let world = |role: Option<&str>, dropped: bool| {
        let ann = Person { role: role.map(Into::into), ..person("ann") };
        let has = Account { role: Some("Consumer".into()), ..account("ann") };
        let mut world = World::default().person(ann).account(has).linked("ann");
        world.ledger.role_is_dropped = dropped;
        world
            .group("team", "Team", true, &["ann"])
            .team(team("team", "Team", &["ann"]))
            .synced("team", true)
            .plan()
    };
    assert!(world(None, false).is_empty());
    assert!(world(Some("Consumer"), false).is_empty());
    assert_eq!(words(&world(Some("Admin"), false)), ["update ann"]);
    assert!(world(Some("Admin"), true).is_empty());
}

#[test]
fn f20_a_name_that_the_directory_no_longer_has_is_cleared() {
    let has = Account { given_name: Some("Ann".into()), ..account("ann") };
    let world = World::default().person(person("ann")).account(has).linked("ann");
    let plan = world
        .group("team", "Team", true, &["ann"])
        .team(team("team", "Team", &["ann"]))
        .synced("team", true)
        .plan();
    let Step::User(step) = &plan.steps()[0] else { panic!("no user step") };
    assert_eq!((step.changes[0].from.as_deref(), step.changes[0].to.as_deref()), (Some("Ann"), None));
}

#[test]
fn r25_empty_groups_are_not_created() {
    let plan = World::default()
        .known("ann")
        .group("team", "Team", true, &["ann"])
        .group("empty", "Empty", true, &[])
        .plan();
    assert_eq!(words(&plan), ["create team +ann"]);
}

#[test]
fn d05_a_managed_group_that_becomes_empty_stays() {
    let world =
        World::default().known("ann").group("team", "Team", true, &[]).group("rest", "Rest", true, &["ann"]);
    let world = world.team(team("team", "Team", &["ann"])).synced("team", true);
    let plan = world.team(team("rest", "Rest", &["ann"])).synced("rest", true).plan();
    assert_eq!(words(&plan), ["update team -r-ann"]);
}

#[test]
fn r26_d04_a_group_of_the_same_name_is_taken_over_and_strangers_leave_it() {
    let world = World::default()
        .known("ann")
        .person(person("bob"))
        .account(Account { external_id: None, ..account("bob") });
    let world = world.account(account("visitor")).group("team", "Team", true, &["ann", "bob"]);
    let plan = world.team(team("team", "Team", &["bob", "visitor"])).plan();
    assert_eq!(words(&plan), ["adopt bob", "take_over team +ann -r-visitor"]);
}

#[test]
fn d09_a_group_name_that_matches_by_case_alone_is_a_conflict() {
    let world = World::default().known("ann").group("team", "Team", true, &["ann"]);
    assert_eq!(words(&world.team(team("x", "TEAM", &[])).plan()), ["conflict sync.group_name_case team"]);
    let world = World::default().known("ann").group("team", "Team", true, &["ann"]);
    let world = world.team(team("x", "Team", &[])).team(team("y", "Team", &[]));
    assert_eq!(words(&world.plan()), ["conflict sync.groups_ambiguous team"]);
    let world =
        World::default().known("ann").group("a", "Team", true, &["ann"]).group("b", "Team", true, &["ann"]);
    assert_eq!(words(&world.plan()), ["create a +ann", "conflict sync.group_name_twice b"]);
}

#[test]
fn r27_r28_a_rename_and_new_members_are_one_step_on_the_same_group() {
    let world = World::default().known("ann").known("bob").group("team", "Crew", true, &["bob"]);
    let world =
        world.group("rest", "Rest", true, &["ann"]).team(team("rest", "Rest", &["ann"])).synced("rest", true);
    let plan = world.team(team("team", "Team", &["ann"])).synced("team", true).plan();
    assert_eq!(words(&plan), ["update team +bob -r-ann"]);
    let Step::Group(step) = &plan.steps()[0] else { panic!("no group step") };
    assert_eq!((step.remote.as_deref(), step.renamed_from.as_deref()), (Some("t-team"), Some("Team")));
}

#[test]
fn r29_an_unbound_group_is_left_as_it_is_and_its_members_are_deactivated_unless_another_holds_them() {
    let world = World::default().known("ann").known("bob").group("team", "Team", false, &["ann", "bob"]);
    let world = world.team(team("team", "Team", &["ann", "bob", "visitor"])).synced("team", true);
    let world =
        world.group("rest", "Rest", true, &["bob"]).team(team("rest", "Rest", &["bob"])).synced("rest", true);
    assert_eq!(words(&world.plan()), ["deactivate ann", "release team"]);
}

#[test]
fn r29_a_released_group_is_neither_changed_nor_deleted_and_resumes_when_bound_again() {
    let released = |bound: bool| {
        let world = World::default().known("ann").group("team", "New name", bound, &["ann"]);
        let world = world
            .group("rest", "Rest", true, &["ann"])
            .team(team("rest", "Rest", &["ann"]))
            .synced("rest", true);
        world.team(team("team", "Team", &[])).synced("team", false)
    };
    assert!(released(false).plan().is_empty());
    assert_eq!(words(&released(true).plan()), ["take_over team +ann"]);
    let world = World::default().known("ann").group("rest", "Rest", true, &["ann"]).synced("team", false);
    let deleted =
        world.team(team("team", "Team", &[])).team(team("rest", "Rest", &["ann"])).synced("rest", true);
    assert!(deleted.plan().is_empty());
}

#[test]
fn r30_a_deleted_group_is_deleted_and_its_members_are_deactivated_unless_another_holds_them() {
    let world = World::default().known("ann").known("bob").group("rest", "Rest", true, &["bob"]);
    let world = world.team(team("rest", "Rest", &["bob"])).synced("rest", true);
    let plan = world.team(team("team", "Team", &["ann", "bob"])).synced("team", true).plan();
    assert_eq!(words(&plan), ["deactivate ann", "delete team"]);
}

#[test]
fn f39_a_copy_that_a_repeated_request_has_made_is_deleted_and_what_does_not_carry_our_id_is_not() {
    let carrying =
        |remote: &str, id: &str| Team { external_id: Some(id.into()), ..team(remote, "Team", &["ann"]) };
    let world = || World::default().known("ann").group("team", "Team", true, &["ann"]).synced("team", true);
    let plan = world().team(carrying("team", "team")).team(carrying("copy", "team")).plan();
    assert_eq!(words(&plan), ["delete team"]);
    let Step::Group(step) = &plan.steps()[0] else { panic!("not a group") };
    assert_eq!((step.remote.as_deref(), step.reason), (Some("t-copy"), Reason::MadeTwice));
    // Of another integration, or by hand; or ours was taken over, so that the other may be what it seems.
    assert!(world().team(carrying("team", "team")).team(carrying("other", "else")).plan().is_empty());
    assert!(world().team(team("team", "Team", &["ann"])).team(carrying("copy", "team")).plan().is_empty());
}

#[test]
fn r24_r31_d07_without_group_management_groups_are_left_and_identities_go_on() {
    let world = World::default().known("ann").person(person("bob")).known("cat").unmanaged();
    let world = world.group("team", "Team", true, &["ann", "bob"]).team(team("team", "Old", &["cat"]));
    let plan = world.synced("team", true).synced("gone", true).team(team("gone", "Gone", &[])).plan();
    assert_eq!(words(&plan), ["create bob", "deactivate cat"]);
}

#[test]
fn r32_who_is_suspended_deleted_or_in_no_bound_group_is_deactivated_with_the_reason() {
    let suspended = Person { active: false, ..person("bob") };
    let world = World::default().known("ann").person(suspended).account(account("bob")).linked("bob");
    let world = world.account(account("cat")).linked("cat").group("team", "Team", true, &["bob"]);
    let plan = world.team(team("team", "Team", &["bob"])).synced("team", true).plan();
    let reasons = plan.steps().iter().map(|step| match step {
        Step::User(step) => (step.verb, step.person.as_str(), step.reason),
        other => panic!("unexpected: {other:?}"),
    });
    let deactivate = UserVerb::Deactivate;
    let expected = [
        (deactivate, "ann", Reason::NoBoundGroup),
        (deactivate, "bob", Reason::Suspended),
        (deactivate, "cat", Reason::DeletedPerson),
    ];
    assert_eq!(reasons.collect::<Vec<_>>(), expected);
}

#[test]
fn r32_who_returns_gets_the_same_account() {
    let world = World::default().person(person("ann")).account(Account { active: false, ..account("ann") });
    let world =
        world.linked("ann").group("team", "Team", true, &["ann"]).team(team("team", "Team", &["ann"]));
    let plan = world.synced("team", true).plan();
    assert_eq!(words(&plan), ["activate ann"]);
    let Step::User(step) = &plan.steps()[0] else { panic!("no user step") };
    assert_eq!(step.remote.as_deref(), Some("r-ann"));
}

#[test]
fn r33_nothing_unmanaged_is_touched() {
    let stranger = Account { external_id: None, ..account("visitor") };
    let world = World::default().known("ann").account(stranger).team(team("board", "Board", &["visitor"]));
    // Bob is known to the directory and to Heap, but nothing binds him: his account is Heap's own.
    let world = world.person(person("bob")).account(Account { external_id: None, ..account("bob") });
    let plan = world
        .group("team", "Team", true, &["ann"])
        .team(team("team", "Team", &["ann"]))
        .synced("team", true)
        .plan();
    assert!(plan.is_empty());
}

#[test]
fn a_suspended_persons_account_is_not_left_open_when_its_link_is_lost() {
    let suspended = Person { active: false, ..person("ann") };
    let open = Account { external_id: None, ..account("ann") };
    let plan = World::default().person(suspended).account(open).group("team", "Team", true, &["ann"]).plan();
    assert_eq!(words(&plan)[..2], ["adopt ann", "deactivate ann"]);
}

#[test]
fn f12_what_is_gone_at_heap_is_made_anew() {
    let world = World::default().person(person("ann")).linked("ann").group("team", "Team", true, &["ann"]);
    assert_eq!(words(&world.synced("team", true).plan()), ["create ann", "create team +ann"]);
}

#[test]
fn the_work_of_a_change_is_planned_as_a_comparison_of_everything_would() {
    let world = World::default().known("ann").person(person("bob")).group("team", "Team", true, &["ann"]);
    let mut state = world.team(team("team", "Team", &["ann"])).synced("team", true).state();
    for change in [
        Change::Joined { group: "team".into(), person: "bob".into() },
        Change::Left { group: "team".into(), person: "ann".into() },
    ] {
        state.desired.apply(change);
    }
    let touched = state.desired.take_touched();
    let small = Plan::of_touched(&state, ChangedUserName::Report, &touched);
    assert_eq!(words(&small), ["deactivate ann", "create bob", "update team +bob -r-ann"]);
    assert_eq!(small, Plan::of_everything(&state, ChangedUserName::Report));
}

/// A plan that deactivates `lost` of 100 people, all in one group.
fn loss(lost: usize) -> Plan {
    let ids: Vec<String> = (0..100).map(|number| alloc::format!("p{number:03}")).collect();
    let mut world = World::default();
    for (number, id) in ids.iter().enumerate() {
        world = world.account(account(id)).linked(id);
        if number >= lost {
            world = world.person(person(id));
        }
    }
    let names: Vec<&str> = ids.iter().map(String::as_str).collect();
    world.remote.put_team(team("team", "Team", &names));
    world.groups.push((Group { id: "team".into(), name: "Team".into(), bound: true }, Vec::new()));
    let mut state = world.synced("team", true).state();
    for id in ids.iter().skip(lost) {
        state.desired.apply(Change::Joined { group: "team".into(), person: id.clone() });
    }
    Plan::of_everything(&state, ChangedUserName::Report)
}

#[test]
fn d02_guards_trip_beyond_their_limits_and_not_at_them() {
    let guards = Guards::default();
    assert_eq!(loss(10).tripped(&guards), []);
    assert_eq!(loss(11).tripped(&guards), [Trip::Deactivations { planned: 11, of: 100, allowed: 10 }]);
    let trips = loss(51).tripped(&guards);
    assert!(matches!(
        &trips[..],
        [Trip::Deactivations { .. }, Trip::MembersRemoved { planned: 51, of: 100, allowed: 50, .. }]
    ));
}

#[test]
fn f02_an_empty_source_never_passes_without_approval() {
    assert!(matches!(loss(100).tripped(&Guards::default())[0], Trip::EmptySource { of: 100 }));
    let one = World::default().account(account("ann")).linked("ann").plan();
    assert_eq!(one.tripped(&Guards::default()), [Trip::EmptySource { of: 1 }]);
}

#[test]
fn d02_deleting_more_groups_than_allowed_trips() {
    let mut world = World::default().known("ann").group("rest", "Rest", true, &["ann"]);
    world = world.team(team("rest", "Rest", &["ann"])).synced("rest", true);
    for id in ["a", "b", "c", "d"] {
        world = world.team(team(id, id, &[])).synced(id, true);
    }
    let trips = world.plan().tripped(&Guards::default());
    assert_eq!(trips, [Trip::GroupDeletions { planned: 4, of: 5, allowed: 3 }]);
}

#[test]
fn d02_the_digest_names_exactly_one_plan() {
    assert_eq!(loss(10).digest(), loss(10).digest());
    assert_ne!(loss(10).digest(), loss(11).digest());
    assert_eq!(loss(10).digest().to_string().parse(), Ok(loss(10).digest()));
    assert!("zz".parse::<super::Digest>().is_err());
}

#[test]
fn a_plan_reads_like_a_list_of_steps_with_reasons() {
    let ann = Person { given_name: Some("Ann".into()), ..person("ann") };
    let world =
        World::default().person(ann).account(account("visitor")).team(team("team", "Team", &["visitor"]));
    let text = world.group("team", "Team", true, &["ann"]).plan().to_string();
    assert_eq!(
        text,
        "  + create user `ann@x` (ann)
      active: `true`
      name.givenName: `Ann`
      because: a bound group holds this person (R12)
  = take over group `Team` (team)
      + member `ann@x` (ann)
      - member `visitor@x`: the directory's group does not hold this member (R27, D4)
      because: a group with this name exists at Heap and is taken over (R26)
Plan: users 1 to create, 0 to update, 0 to deactivate; groups 0 to create, 1 to update, 0 to release, 0 to delete; 0 conflicts."
    );
}

#[test]
fn every_conflict_has_its_own_code_and_says_what_to_do() {
    for (index, kind) in ConflictKind::ALL.iter().enumerate() {
        assert!(kind.code().starts_with("sync.") && kind.explanation().contains(';'));
        assert!(ConflictKind::ALL[..index].iter().all(|other| other.code() != kind.code()));
    }
}

/// Old is gone, and the person was hired again as new: the account is the same, and so is the membership.
fn hired_again() -> World {
    let again = Person { user_name: "old@x".into(), ..person("new") };
    let world = World::default().person(again).account(account("old")).linked("old");
    world.group("team", "Team", true, &["new"]).team(team("team", "Team", &["old"])).synced("team", true)
}

#[test]
fn r32_who_is_hired_again_under_a_new_id_gets_the_account_and_is_not_deactivated() {
    assert_eq!(words(&hired_again().plan()), ["adopt new"]);
}

#[test]
fn r27_who_is_hired_again_keeps_the_membership_in_a_plan_of_changes_too() {
    let mut state = World::default().known("old").group("team", "Team", true, &["old"]);
    state = state.team(team("team", "Team", &["old"])).synced("team", true);
    let mut state = state.state();
    state.desired.apply(Change::PersonRemoved { person: "old".into() });
    state.desired.apply(Change::PersonSet(Person { user_name: "old@x".into(), ..person("new") }));
    state.desired.apply(Change::Joined { group: "team".into(), person: "new".into() });
    let touched = state.desired.take_touched();
    let plan = Plan::of_touched(&state, ChangedUserName::Report, &touched);
    assert_eq!(words(&plan), ["adopt new"]);
}

#[test]
fn r27_who_gets_an_account_late_joins_all_groups_and_not_only_the_changed_one() {
    let world = World::default().person(person("ann")).known("bob");
    let world = world
        .group("one", "One", true, &["ann", "bob"])
        .team(team("one", "One", &["bob"]))
        .synced("one", true);
    let world =
        world.group("two", "Two", true, &["bob"]).team(team("two", "Two", &["bob"])).synced("two", true);
    let mut state = world.state();
    state.desired.apply(Change::Joined { group: "two".into(), person: "ann".into() });
    let touched = state.desired.take_touched();
    let plan = Plan::of_touched(&state, ChangedUserName::Report, &touched);
    assert_eq!(words(&plan), ["create ann", "update one +ann", "update two +ann"]);
}

#[test]
fn r22_r32_who_returns_under_a_taken_user_name_has_the_old_account_again() {
    let renamed = Person { user_name: "bob@x".into(), ..person("ann") };
    let away = Account { active: false, ..account("ann") };
    let world = World::default().person(renamed).account(away).linked("ann").known("bob");
    let world =
        world.group("team", "Team", true, &["ann", "bob"]).team(team("team", "Team", &["ann", "bob"]));
    let plan = Plan::of_everything(&world.synced("team", true).state(), ChangedUserName::Replace);
    assert_eq!(words(&plan), ["conflict sync.user_name_twice ann", "activate ann"]);
}

#[test]
fn d03_an_account_goes_to_the_other_person_of_its_name_when_its_owner_is_deleted() {
    let namesake = Person { user_name: "old@x".into(), ..person("new") };
    let world = World::default().known("old").person(namesake).group("team", "Team", true, &["old", "new"]);
    let mut state = world.team(team("team", "Team", &["old"])).synced("team", true).state();
    state.desired.apply(Change::PersonRemoved { person: "old".into() });
    let touched = state.desired.take_touched();
    let plan = Plan::of_touched(&state, ChangedUserName::Report, &touched);
    assert_eq!(words(&plan), ["adopt new"]);
}
