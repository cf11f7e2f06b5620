//! Directories out of SCIM service providers that leave things out, and the roles that are given afterwards.

use alloc::{string::ToString, vec, vec::Vec};

use super::{JumpCloud, RoleSource, SourceError, snapshot_from_csv, snapshot_from_scim, with_roles};
use crate::{
    directory::Snapshot,
    heap::Role,
    scim::{Group, User},
};

fn users(json: &str) -> Vec<User> {
    json.lines().map(|line| User::from_slice(line.trim().as_bytes()).unwrap()).collect()
}

fn groups(json: &str) -> Vec<Group> {
    json.lines().map(|line| Group::from_slice(line.trim().as_bytes()).unwrap()).collect()
}

fn read(people: &str, teams: &str) -> Result<Snapshot, SourceError> {
    snapshot_from_scim(users(people), groups(teams), &RoleSource::None)
}

#[test]
fn r32_who_is_inactive_there_is_suspended_here_and_who_says_nothing_is_not() {
    let directory = read(
        r#"{"id": "1", "userName": "ann", "active": false}
           {"id": "2", "userName": "bob", "active": true}
           {"id": "3", "userName": "cat"}"#,
        "",
    );
    let active: Vec<bool> = directory.unwrap().people().map(|person| person.is_active()).collect();
    assert_eq!(active, [false, true, true]);
}

#[test]
fn the_primary_address_is_the_email_and_without_one_the_first() {
    let directory = read(
        r#"{"id": "1", "userName": "ann", "emails": [{"value": "a@home.example"}, {"value": "a@work.example", "primary": true}]}
           {"id": "2", "userName": "bob", "emails": [{"value": "b@home.example"}, {"value": "b@work.example"}]}"#,
        "",
    )
    .unwrap();
    let emails: Vec<_> = directory.people().map(|person| person.email().unwrap().to_string()).collect();
    assert_eq!(emails, ["a@work.example", "b@home.example"]);
}

#[test]
fn f04_a_member_who_is_not_among_the_users_is_refused_and_a_group_within_a_group_passed_over() {
    let ann = r#"{"id": "1", "userName": "ann"}"#;
    let team =
        r#"{"id": "g", "displayName": "Team", "members": [{"value": "1"}, {"value": "h", "type": "Group"}]}"#;
    let directory = read(ann, team).unwrap();
    assert_eq!(directory.membership_count(), 1);
    // R12: which groups are bound is the application's.
    assert!(directory.groups().all(|group| !group.is_bound()));
    let unknown = read(ann, r#"{"id": "g", "displayName": "Team", "members": [{"value": "2"}]}"#);
    assert!(
        matches!(unknown, Err(SourceError::UnknownMember { group, member }) if (&*group, &*member) == ("g", "2"))
    );
}

#[test]
fn f33_a_resource_that_comes_twice_or_without_an_id_is_refused() {
    let ann = r#"{"id": "1", "userName": "ann"}"#;
    let twice = read(&[ann, ann].join("\n"), "").unwrap_err();
    assert_eq!(twice.code(), "directory.person_twice");
    let team = r#"{"id": "g", "displayName": "Team", "members": []}"#;
    assert_eq!(read(ann, &[team, team].join("\n")).unwrap_err().code(), "directory.group_twice");
    for (people, teams) in
        [(r#"{"userName": "ann"}"#, ""), (ann, r#"{"displayName": "Team", "members": []}"#)]
    {
        assert_eq!(read(people, teams).unwrap_err().code(), "connector.source_missing");
    }
}

#[test]
fn r21_a_custom_attribute_comes_before_a_field_of_that_name_and_an_empty_one_gives_no_role() {
    let person = |id: &str, value: &str| {
        let attributes = alloc::format!(r#"[{{"name": "jobTitle", "value": "{value}"}}]"#);
        alloc::format!(
            r#"{{"_id": "{id}", "username": "{id}", "jobTitle": "Analyst", "attributes": {attributes}}}"#
        )
    };
    let (own, empty) = (person("1", "Architect"), person("2", ""));
    let body = alloc::format!(r#"{{"totalCount": 2, "results": [{own}, {empty}]}}"#);
    let mut jumpcloud = JumpCloud::new(RoleSource::Attribute("jobTitle".into()), 100);
    jumpcloud.users(body.as_bytes()).unwrap();
    jumpcloud.groups(b"[]").unwrap();
    jumpcloud.bound_groups(b"[]").unwrap();
    let directory = jumpcloud.snapshot().unwrap();
    let role = |id: &str| directory.person(id).unwrap().role();
    assert_eq!((role("1"), role("2")), (Some("Architect"), None));
}

#[test]
fn roles_change_nothing_else_of_a_directory() {
    let people = "id,userName,active,role,givenName\nu1,ann,false,Growth,Ann\nu2,bob,true,,\n";
    let memberships = "groupId,groupName,userId,bound\ng1,Team,u1,true\ng2,Empty,,false\n";
    let directory = snapshot_from_csv(people, memberships).unwrap().seen_by(|group| group == "g1", false);
    let constant = with_roles(&directory, &RoleSource::Constant(Role::Consumer)).unwrap();
    assert!(constant.people().all(|person| person.role() == Some("Consumer")));
    let restored = with_roles(&constant, &RoleSource::None).unwrap();
    assert!(restored.people().all(|person| person.role().is_none()));
    for changed in [constant, restored] {
        assert!(!changed.has_group_management());
        let ann = changed.person("u1").unwrap();
        assert_eq!((ann.given_name(), ann.is_active()), (Some("Ann"), false));
        let bound: Vec<_> = changed.groups().map(|group| (group.id(), group.is_bound())).collect();
        assert_eq!((bound, changed.membership_count()), (vec![("g1", true), ("g2", false)], 1));
    }
}
