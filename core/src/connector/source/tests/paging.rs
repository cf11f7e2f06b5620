//! JumpCloud's pages as they come when somebody changes the directory meanwhile, or when a page is not what was asked for.

use alloc::{
    format,
    string::{String, ToString},
    vec::Vec,
};

use super::{JumpCloud, Page, RoleSource, SourceError};
use crate::directory::Snapshot;

/// A page of users with these ids.
fn users(total: u64, ids: &[&str]) -> Vec<u8> {
    let one = |id: &&str| format!(r#"{{"_id": "{id}", "username": "{id}"}}"#);
    let all: Vec<String> = ids.iter().map(one).collect();
    format!(r#"{{"totalCount": {total}, "results": [{}]}}"#, all.join(",")).into_bytes()
}

/// A page of edges to users with the numbers in a range.
fn edges(kind: &str, numbers: impl Iterator<Item = usize>) -> Vec<u8> {
    let all: Vec<String> =
        numbers.map(|n| format!(r#"{{"to": {{"id": "{n}", "type": "{kind}"}}}}"#)).collect();
    format!("[{}]", all.join(",")).into_bytes()
}

/// Two people, one bound group, and nothing read of its members yet.
fn begun(limit: usize) -> JumpCloud {
    let mut jumpcloud = JumpCloud::new(RoleSource::None, limit);
    assert_eq!(jumpcloud.users(&users(2, &["1", "2"])), Ok(Page::Last));
    jumpcloud.groups(br#"[{"id": "g", "name": "Team"}]"#).unwrap();
    jumpcloud
}

fn with_members(members: &[u8]) -> Result<Snapshot, SourceError> {
    let mut jumpcloud = begun(100);
    jumpcloud.bound_groups(&bound("g")).unwrap();
    jumpcloud.members("g", members).unwrap();
    jumpcloud.snapshot()
}

fn bound(group: &str) -> Vec<u8> {
    format!(r#"[{{"to": {{"id": "{group}", "type": "user_group"}}}}]"#).into_bytes()
}

#[test]
fn f33_short_and_empty_pages_of_users_end_nothing_before_the_total_is_reached() {
    let mut jumpcloud = JumpCloud::new(RoleSource::None, 100);
    assert_eq!(jumpcloud.users(&users(3, &["1"])), Ok(Page::Next { skip: 1 }));
    assert_eq!(jumpcloud.users(&users(3, &["2"])), Ok(Page::Next { skip: 2 }));
    // An empty page in between: nothing follows, and there is no directory.
    assert_eq!(jumpcloud.users(&users(3, &[])), Ok(Page::Last));
    jumpcloud.groups(b"[]").unwrap();
    jumpcloud.bound_groups(b"[]").unwrap();
    assert!(matches!(jumpcloud.snapshot(), Err(SourceError::Incomplete { found: 2, expected: 3, .. })));
}

#[test]
fn f33_a_list_of_users_that_shrinks_while_it_is_read_is_no_directory() {
    // `1` is deleted after the first page, so `3` moves to the place of `2`, which was read.
    let mut jumpcloud = JumpCloud::new(RoleSource::None, 2);
    assert_eq!(jumpcloud.users(&users(4, &["1", "2"])), Ok(Page::Next { skip: 2 }));
    assert_eq!(jumpcloud.users(&users(3, &["4"])), Ok(Page::Next { skip: 3 }));
    assert_eq!(jumpcloud.users(&users(3, &[])), Ok(Page::Last));
    jumpcloud.groups(b"[]").unwrap();
    jumpcloud.bound_groups(b"[]").unwrap();
    assert!(matches!(jumpcloud.snapshot(), Err(SourceError::Incomplete { found: 3, expected: 4, .. })));
}

#[test]
fn f34_pages_that_go_round_in_a_circle_end() {
    let mut jumpcloud = JumpCloud::new(RoleSource::None, 2);
    assert_eq!(jumpcloud.users(&users(u64::MAX, &["1", "2"])), Ok(Page::Next { skip: 2 }));
    assert_eq!(jumpcloud.users(&users(u64::MAX, &["1", "2"])), Ok(Page::Last));

    let full = |kind| edges(kind, 0..2);
    let mut jumpcloud = begun(2);
    assert_eq!(jumpcloud.members("g", &full("user")), Ok(Page::Next { skip: 2 }));
    let moved = jumpcloud.members("g", &full("user")).unwrap_err();
    assert_eq!(moved.code(), "connector.source_moved");
    assert_eq!(jumpcloud.bound_groups(&full("user_group")), Ok(Page::Next { skip: 2 }));
    assert!(matches!(jumpcloud.bound_groups(&full("user_group")), Err(SourceError::Moved(_))));
    assert!(matches!(jumpcloud.groups(br#"[{"id": "g", "name": "Team"}]"#), Err(SourceError::Moved(_))));
}

#[test]
fn f33_somebody_who_comes_twice_says_that_another_may_be_missing() {
    let mut jumpcloud = begun(2);
    jumpcloud.bound_groups(&bound("g")).unwrap();
    // Somebody was put in front, so that the second member comes again, and the new one never does.
    assert_eq!(jumpcloud.members("g", &edges("user", 1..3)), Ok(Page::Next { skip: 2 }));
    assert!(matches!(jumpcloud.members("g", &edges("user", 2..3)), Err(SourceError::Moved(_))));
    assert!(matches!(jumpcloud.snapshot(), Err(SourceError::Moved(what)) if what.contains("`g`")));
}

#[test]
fn a_page_of_a_hundred_is_full_whatever_limit_was_asked_for() {
    for (limit, count, is_last) in [(1000, 99, true), (1000, 100, false), (1000, 101, false), (0, 1, false)] {
        let mut jumpcloud = JumpCloud::new(RoleSource::None, limit);
        let page = jumpcloud.members("g", &edges("user", 0..count)).unwrap();
        assert_eq!(page == Page::Last, is_last, "{count} of {limit}");
    }
}

#[test]
fn f04_the_end_of_each_list_is_waited_for() {
    let full = |kind| edges(kind, 1..3);
    let mut jumpcloud = begun(2);
    jumpcloud.bound_groups(b"[]").unwrap();
    jumpcloud.members("g", &full("user")).unwrap();
    assert!(matches!(jumpcloud.snapshot(), Err(SourceError::Missing(what)) if what.contains("members")));

    let mut jumpcloud = begun(1);
    jumpcloud.groups(b"[]").unwrap();
    jumpcloud.members("g", b"[]").unwrap();
    jumpcloud.bound_groups(&bound("g")).unwrap();
    assert!(matches!(jumpcloud.snapshot(), Err(SourceError::Missing(what)) if what.contains("bound")));
}

#[test]
fn r30_a_bound_group_that_was_not_listed_is_not_taken_for_deleted() {
    let mut jumpcloud = begun(100);
    jumpcloud.members("g", b"[]").unwrap();
    jumpcloud.bound_groups(&bound("passed-over")).unwrap();
    assert_eq!(
        jumpcloud.snapshot().unwrap_err().to_string(),
        "the bound group `passed-over` was not read; read it before anything is concluded"
    );
}

#[test]
fn f04_a_member_who_is_not_among_the_users_is_no_member_less() {
    assert_eq!(with_members(&edges("user", 1..3)).unwrap().membership_count(), 2);
    assert!(matches!(with_members(&edges("user", 3..4)), Err(SourceError::UnknownMember { .. })));
    // A group or a device in the list is no user.
    assert_eq!(with_members(&edges("user_group", 7..9)).unwrap().membership_count(), 0);
}

#[test]
fn whether_somebody_is_suspended_is_said_or_the_page_is_refused() {
    for (fields, refused) in [
        (r#""suspended": "true""#, "expected `suspended` as true or false"),
        (r#""state": "ACTIVATED", "suspended": 1"#, "expected `suspended` as true or false"),
        (r#""activated": "no""#, "expected `activated` as true or false"),
        (r#""state": 3"#, "expected `state` as a text"),
    ] {
        let body = format!(r#"{{"totalCount": 1, "results": [{{"_id": "1", "username": "a", {fields}}}]}}"#);
        let error = JumpCloud::new(RoleSource::None, 100).users(body.as_bytes()).unwrap_err();
        assert_eq!(error.to_string(), format!("a page of users, line 1: {refused}"));
    }
}

#[test]
fn a_page_that_is_malformed_is_told_without_what_stands_in_it() {
    let told = |body: &[u8]| JumpCloud::new(RoleSource::None, 100).users(body).unwrap_err().to_string();
    let start = "a page of users, line 1: ";
    assert_eq!(
        told(br#"{"totalCount": "ann@example.com", "results": []}"#),
        [start, "expected u64"].concat()
    );
    assert_eq!(told(br#"{"results": []}"#), [start, "missing field `totalCount`"].concat());
    assert_eq!(told(b"<html>ann@example.com"), [start, "expected value"].concat());
    // A page of another endpoint.
    assert!(told(br#"[{"id": "g", "name": "Team"}]"#).starts_with(start));
}
