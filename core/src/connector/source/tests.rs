mod csv;
mod paging;
mod scim;

use alloc::{
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use proptest::prelude::{any, prop, proptest};

use super::{
    JumpCloud, Page, RoleSource, SourceError, snapshot_from_csv, snapshot_from_scim, unknown_roles,
    with_roles,
};
use crate::{
    heap::Role,
    scim::{Group, Member, User},
};

/// Two people, one of them suspended, in the form of `Systemuserslist` and `Systemuserreturn` of JumpCloud's published client
/// (`TheJumpCloud/jcapi-python`, `jcapiv1/docs`); `_id` and `id` both come from the API.
const USERS: &[u8] = br#"{"totalCount": 2, "results": [
    {"_id": "5f01", "id": "5f01", "username": "ann@example.com", "email": "ann@example.com", "firstname": "Ann", "lastname": "Lee",
     "activated": true, "suspended": false, "state": "ACTIVATED", "jobTitle": "Analyst", "account_locked": false,
     "attributes": [{"name": "heapRole", "value": "Architect"}]},
    {"_id": "5f02", "id": "5f02", "username": "bob@example.com", "email": "bob@example.com", "firstname": "", "lastname": null,
     "activated": true, "suspended": true, "state": "SUSPENDED", "attributes": []}]}"#;
const GROUPS: &[u8] = br#"[{"id": "6a01", "name": "Analysts", "type": "user_group"},
    {"id": "6a02", "name": "Everybody", "type": "user_group"}]"#;

fn jumpcloud(roles: RoleSource) -> JumpCloud {
    let mut jumpcloud = JumpCloud::new(roles, 100);
    assert_eq!(jumpcloud.users(USERS), Ok(Page::Last));
    assert_eq!(jumpcloud.groups(GROUPS), Ok(Page::Last));
    jumpcloud.members("6a01", br#"[{"to": {"id": "5f01", "type": "user"}, "attributes": null}]"#).unwrap();
    let all = br#"[{"to": {"id": "5f01", "type": "user"}}, {"to": {"id": "5f02", "type": "user"}}]"#;
    jumpcloud.members("6a02", all).unwrap();
    jumpcloud.bound_groups(br#"[{"to": {"id": "6a01", "type": "user_group"}}]"#).unwrap();
    jumpcloud
}

#[test]
fn r21_jumpclouds_users_and_groups_become_a_directory() {
    let directory = jumpcloud(RoleSource::Attribute("heapRole".into())).snapshot().unwrap();
    let (ann, bob) = (directory.person("5f01").unwrap(), directory.person("5f02").unwrap());
    assert_eq!(
        (ann.user_name(), ann.given_name(), ann.family_name()),
        ("ann@example.com", Some("Ann"), Some("Lee"))
    );
    assert_eq!((ann.role(), bob.role()), (Some("Architect"), None));
    assert_eq!((ann.is_active(), bob.is_active()), (true, false));
    assert_eq!((bob.given_name(), bob.family_name()), (None, None));
    let bound: Vec<_> = directory.groups().map(|group| (group.name(), group.is_bound())).collect();
    assert_eq!(bound, [("Analysts", true), ("Everybody", false)]);
}

#[test]
fn staged_and_not_yet_activated_people_are_not_active() {
    let cases = [
        (r#""state": "STAGED""#, false),
        (r#""state": "ACTIVATED""#, true),
        (r#""state": "ACTIVATED", "suspended": true"#, false),
        (r#""activated": false"#, false),
        (r#""activated": false, "state": "ACTIVATED""#, true),
        (r#""activated": true"#, true),
    ];
    for (fields, active) in cases {
        let body = format!(r#"{{"totalCount": 1, "results": [{{"_id": "1", "username": "a", {fields}}}]}}"#);
        let mut jumpcloud = JumpCloud::new(RoleSource::None, 100);
        jumpcloud.users(body.as_bytes()).unwrap();
        jumpcloud.groups(b"[]").unwrap();
        jumpcloud.bound_groups(b"[]").unwrap();
        assert_eq!(jumpcloud.snapshot().unwrap().person("1").unwrap().is_active(), active, "{fields}");
    }
}

#[test]
fn r21_the_role_comes_from_the_first_group_that_holds_the_person() {
    let roles = vec![("6a01".into(), Role::Admin), ("6a02".into(), Role::ReadOnly)];
    let directory = jumpcloud(RoleSource::ByGroup(roles)).snapshot().unwrap();
    assert_eq!(directory.person("5f01").unwrap().role(), Some("Admin"));
    assert_eq!(directory.person("5f02").unwrap().role(), Some("Read-Only"));
    let directory = jumpcloud(RoleSource::Constant(Role::Consumer)).snapshot().unwrap();
    assert!(directory.people().all(|person| person.role() == Some("Consumer")));
}

#[test]
fn d08_roles_that_heap_may_not_know_are_told_before_anything_is_sent() {
    let directory = jumpcloud(RoleSource::Attribute("jobTitle".into())).snapshot().unwrap();
    // `Analyst` is one of Heap's own.
    assert!(unknown_roles(&directory, &[]).is_empty());
    let directory = jumpcloud(RoleSource::Attribute("lastname".into())).snapshot().unwrap();
    let unknown = unknown_roles(&directory, &[]);
    assert_eq!((unknown[0].name.as_str(), unknown[0].people), ("Lee", 1));
}

/// JumpCloud's published examples, as they are: see `core/tests/vectors/jumpcloud/README.md`.
macro_rules! example {
    ($name:literal) => {
        include_str!(concat!("../../../tests/vectors/jumpcloud/", $name, ".json"))
    };
}

#[test]
fn jumpclouds_published_examples_are_read() {
    // Two of five users, who share one placeholder as their id: a page is read, and no directory is made of it (F04).
    let mut jumpcloud = JumpCloud::new(RoleSource::Attribute("jobTitle".into()), 2);
    assert_eq!(jumpcloud.users(example!("systemuserslist").as_bytes()), Ok(Page::Next { skip: 2 }));
    assert_eq!(jumpcloud.groups(format!("[{}]", example!("UserGroup")).as_bytes()), Ok(Page::Last));
    let edge = format!("[{}]", example!("GraphConnection"));
    // `type` is a placeholder there, and no kind that is asked for.
    assert_eq!(jumpcloud.members("id", edge.as_bytes()), Ok(Page::Last));
    let object = format!("[{}]", example!("GraphObjectWithPaths"));
    assert_eq!(jumpcloud.bound_groups(object.as_bytes()), Ok(Page::Last));
    assert!(matches!(jumpcloud.snapshot(), Err(SourceError::Incomplete { found: 1, expected: 5, .. })));
}

#[test]
fn r21_jumpclouds_published_examples_become_a_directory() {
    let mut jumpcloud = JumpCloud::new(RoleSource::Attribute("jobTitle".into()), 100);
    let users = format!(r#"{{"totalCount": 1, "results": [{}]}}"#, example!("systemuserreturn"));
    jumpcloud.users(users.as_bytes()).unwrap();
    jumpcloud.groups(format!("[{}]", example!("UserGroup")).as_bytes()).unwrap();
    let member = example!("GraphConnection").replace("\"id\": \"id\"", "\"id\": \"_id\"");
    let member = format!("[{}]", member.replace("\"type\": \"type\"", "\"type\": \"user\""));
    jumpcloud.members("id", member.as_bytes()).unwrap();
    jumpcloud.bound_groups(format!("[{}]", example!("GraphObjectWithPaths")).as_bytes()).unwrap();
    let directory = jumpcloud.snapshot().unwrap();
    let person = directory.person("_id").unwrap();
    assert_eq!(
        (person.user_name(), person.email(), person.given_name(), person.family_name(), person.role()),
        ("username", Some("email"), Some("firstname"), Some("lastname"), Some("jobTitle"))
    );
    // The example is activated and suspended: the suspension counts (R32).
    assert!(!person.is_active());
    let group = directory.group("id").unwrap();
    assert_eq!((group.name(), group.is_bound(), group.members().count()), ("name", true, 1));
}

#[test]
fn an_element_of_the_graph_without_an_id_is_refused() {
    let mut jumpcloud = JumpCloud::new(RoleSource::None, 100);
    let refused = jumpcloud.members("g", br#"[{"type": "user", "paths": []}]"#).unwrap_err();
    assert_eq!(
        refused.to_string(),
        "a page of members, line 1: expected each element with `to.id`, or with `id`"
    );
}

#[test]
fn f04_a_source_that_was_not_read_to_its_end_is_no_directory() {
    let one_of_two = br#"{"totalCount": 2, "results": [{"_id": "1", "username": "a"}]}"#;
    let mut partial = JumpCloud::new(RoleSource::None, 100);
    assert_eq!(partial.users(one_of_two), Ok(Page::Next { skip: 1 }));
    // The same person again, since somebody was added in front: the number is reached, and one is missing.
    assert_eq!(partial.users(one_of_two), Ok(Page::Last));
    assert!(matches!(partial.snapshot(), Err(SourceError::Incomplete { found: 1, expected: 2, .. })));

    let mut full_page = JumpCloud::new(RoleSource::None, 2);
    full_page.users(br#"{"totalCount": 0, "results": []}"#).unwrap();
    assert_eq!(full_page.groups(GROUPS), Ok(Page::Next { skip: 2 }));
    assert!(matches!(full_page.snapshot(), Err(SourceError::Missing(_))));

    let mut without_members = JumpCloud::new(RoleSource::None, 100);
    without_members.users(USERS).unwrap();
    without_members.groups(GROUPS).unwrap();
    without_members.bound_groups(b"[]").unwrap();
    assert_eq!(
        without_members.snapshot().unwrap_err().to_string(),
        "the members of group `6a01` was not read; read it before anything is concluded"
    );
}

#[test]
fn f13_a_group_whose_members_were_left_out_is_not_an_empty_group() {
    let mut user = User::new("ann".into());
    user.id = Some("1".into());
    let mut group = Group::new("Team".into());
    group.id = Some("g".into());
    assert!(matches!(
        snapshot_from_scim([user.clone()], [group.clone()], &RoleSource::None),
        Err(SourceError::Missing(_))
    ));
    group.members = Some(vec![Member::new("1".into())]);
    let directory = snapshot_from_scim([user], [group], &RoleSource::None).unwrap();
    assert_eq!(directory.membership_count(), 1);
    assert!(directory.person("1").unwrap().is_active());
}

#[test]
fn r21_d08_every_source_gives_roles_by_attribute_by_group_and_by_constant() {
    let user = |id: &str, title: Option<&str>| {
        let mut user = User::new(format!("{id}@example.com"));
        user.id = Some(id.into());
        user.extra.extend(title.map(|title| ("heapRole".into(), title.into())));
        user
    };
    let users = || [user("ann", Some("Architect")), user("bob", None)];
    let mut leads = Group::new("Leads".into());
    (leads.id, leads.members) = (Some("g".into()), Some(vec![Member::new("ann".into())]));
    let by_group = || RoleSource::ByGroup(vec![("g".into(), Role::Admin)]);
    let people = "id,userName,active,role\nann,ann@example.com,true,Architect\nbob,bob@example.com,true,\n";
    let csv = snapshot_from_csv(people, "groupId,groupName,userId\ng,Leads,ann\n").unwrap();
    for (roles, ann, bob) in [
        (RoleSource::Attribute("heapRole".into()), Some("Architect"), None),
        (by_group(), Some("Admin"), None),
        (RoleSource::Constant(Role::Consumer), Some("Consumer"), Some("Consumer")),
        (RoleSource::None, None, None),
    ] {
        let scim = snapshot_from_scim(users(), [leads.clone()], &roles).unwrap();
        for directory in [scim, with_roles(&csv, &roles).unwrap()] {
            let role = |id: &str| directory.person(id).unwrap().role();
            assert_eq!((role("ann"), role("bob")), (ann, bob), "{roles:?}");
            assert_eq!((directory.membership_count(), directory.group_count()), (1, 1));
        }
    }
}

#[test]
fn a_directory_is_read_from_two_csv_texts() {
    let people = "\u{feff}userName,id,active,familyName,Notes\r\nann@example.com,u1,TRUE,\"Lee, \"\"A\"\"\",x\r\nbob,u2,false,,\r\n";
    let memberships = "groupId,groupName,userId,bound\ng1,Team,u1,true\ng1,Team,u2,true\ng2,Empty,,false\n";
    let directory = snapshot_from_csv(people, memberships).unwrap();
    assert_eq!(directory.person("u1").unwrap().family_name(), Some("Lee, \"A\""));
    assert_eq!(directory.person("u2").unwrap().family_name(), None);
    assert!(!directory.person("u2").unwrap().is_active());
    assert_eq!(directory.group("g1").unwrap().members().count(), 2);
    assert!(!directory.group("g2").unwrap().is_bound());
}

#[test]
fn a_mistake_in_a_csv_text_is_told_with_its_line() {
    let people = "id,userName,active\nu1,ann,true\nu2,,true\n";
    let error = snapshot_from_csv(people, "groupId,groupName,userId\n").unwrap_err();
    assert_eq!(error.to_string(), "the people's CSV, line 3: expected a text in the column `userName`");
    let error =
        snapshot_from_csv("id,userName,active\nu1,ann,yes\n", "groupId,groupName,userId\n").unwrap_err();
    assert_eq!(
        error.to_string(),
        "the people's CSV, line 2: expected `true` or `false` in the column `active`"
    );
    let error = snapshot_from_csv("id,userName\n", "").unwrap_err();
    assert_eq!(error.to_string(), "the people's CSV, line 1: expected a header with the column `active`");
    let two_names = "groupId,groupName,userId\ng1,A,\ng1,B,\n";
    assert_eq!(
        snapshot_from_csv("id,userName,active\n", two_names).unwrap_err().code(),
        "connector.source_malformed"
    );
    let stranger =
        snapshot_from_csv("id,userName,active\n", "groupId,groupName,userId\ng1,A,u9\n").unwrap_err();
    assert_eq!(stranger.code(), "connector.source_unknown_member");
}

proptest! {
    #[test]
    fn any_bytes_are_a_page_or_an_error(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        let mut jumpcloud = JumpCloud::new(RoleSource::None, 100);
        let _ = (jumpcloud.users(&bytes), jumpcloud.groups(&bytes), jumpcloud.members("g", &bytes));
        let text = String::from_utf8_lossy(&bytes);
        let _ = snapshot_from_csv(&text, &text);
    }

    #[test]
    fn what_a_spreadsheet_writes_is_what_is_read(name in "[^\r\n\u{feff}]{1,20}") {
        let quoted = name.replace('"', "\"\"");
        let people = format!("id,userName,active\nu1,\"{quoted}\",true\n");
        let directory = snapshot_from_csv(&people, "groupId,groupName,userId\n").unwrap();
        assert_eq!(directory.person("u1").unwrap().user_name(), name);
    }
}
