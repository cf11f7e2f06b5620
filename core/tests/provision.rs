//! The main job as a user runs it: `cargo run --example provision`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test panics where its world is not as it should be"
)]

use std::{
    path::PathBuf,
    process::{Command, Output},
};

use serde_json::Value;

fn provision(arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO"));
    command.args(["run", "--quiet", "--example", "provision", "--"]).args(arguments);
    command.current_dir(env!("CARGO_MANIFEST_DIR")).output().unwrap()
}

/// A file of its own for each test.
fn file(name: &str, text: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    std::fs::write(&path, text).unwrap();
    path
}

fn summary(output: &Output) -> Value {
    let text = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{text}");
    serde_json::from_slice(&output.stdout).unwrap()
}

#[test]
fn the_history_of_a_real_organisation_ends_without_differences_and_a_second_run_is_idle() {
    let summary = summary(&provision(&["--json"]));
    assert_eq!((&summary["differences"], &summary["second_run_writes"]), (&0.into(), &0.into()));
    assert_eq!((&summary["failed_steps"], &summary["conflicts"]), (&0.into(), &0.into()));
    // What the history's own description says of its last moment.
    assert_eq!(
        (&summary["users"], &summary["groups"], &summary["memberships"]),
        (&1509.into(), &774.into(), &6281.into())
    );
    // Everybody who was ever there has exactly one account.
    assert_eq!(summary["requests"]["create_user"], 2961);
    assert_eq!(summary["events"]["user_create_provision"], 2961);
    assert!(summary["tripped_guards"].as_u64().unwrap() > 0);
    assert_eq!(summary["logins"].as_array().unwrap().len(), 3);
    assert!(summary["seconds"].is_number());
}

#[test]
fn a_directory_of_ones_own_is_provisioned_by_the_same_rules() {
    let path = file(
        "own.json",
        r#"{"users": [
            {"id": "u1", "userName": "ann@example.com", "givenName": "Ann", "familyName": "Ek", "active": true, "role": "Analyst"},
            {"id": "u2", "userName": "bob@example.com", "givenName": null, "familyName": null, "active": true},
            {"id": "u3", "userName": "cat@example.com", "active": false},
            {"id": "u4", "userName": "dan@example.com", "active": true}],
          "groups": [
            {"id": "g1", "name": "Analysts", "members": ["u1", "u2", "u3"]},
            {"id": "g2", "name": "Nobody", "members": []},
            {"id": "g3", "name": "Suspended only", "members": ["u3"]},
            {"id": "g4", "name": "Not bound", "bound": false, "members": ["u4"]}]}"#,
    );
    let summary = summary(&provision(&["--directory", path.to_str().unwrap(), "--json"]));
    assert_eq!((&summary["differences"], &summary["second_run_writes"]), (&0.into(), &0.into()));
    // R12, D6: Cat is suspended and Dan in no bound group. R25, D6: two groups have nobody who counts; R26: one is taken over.
    assert_eq!(summary["requests"]["create_user"], 2);
    assert_eq!(summary["requests"].get("create_group"), None);
    assert_eq!(summary["events"]["group_update_provision"], 1);
}

#[test]
fn r31_d07_without_group_management_groups_are_neither_read_nor_written() {
    let path = file(
        "unmanaged.json",
        r#"{"users": [{"id": "u1", "userName": "ann@example.com", "active": true}],
            "groups": [{"id": "g1", "name": "Analysts", "members": ["u1"]}], "groupManagement": false}"#,
    );
    let summary = summary(&provision(&["--directory", path.to_str().unwrap(), "--json"]));
    let requests: Vec<&String> = summary["requests"].as_object().unwrap().keys().collect();
    assert_eq!(requests, ["create_user", "list_users"]);
    assert_eq!(summary["differences"], 0);
}

#[test]
fn a_bad_file_gets_one_clear_error_with_file_and_line_and_status_2() {
    for (name, text, line, expected) in [
        ("torn.json", "{\"users\": [\n  {\"id\": \"u1\"", 2, "EOF"),
        (
            "missing.json",
            "{\"users\": [\n{\"id\": \"u1\", \"userName\": \"a\"}], \"groups\": []}",
            2,
            "missing field `active`",
        ),
        (
            "member.json",
            "{\"users\": [],\n\"groups\": [\n{\"id\": \"g\", \"name\": \"G\", \"members\": [\"u9\"]}]}",
            3,
            "expected the id of one of the users",
        ),
    ] {
        let path = file(name, text);
        let output = provision(&["--directory", path.to_str().unwrap(), "--json"]);
        let error = String::from_utf8_lossy(&output.stderr);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0), "{error}");
        assert!(error.contains(&format!("{name}: line {line}: ")) && error.contains(expected), "{error}");
        assert_eq!(error.lines().count(), 1, "{error}");
    }
    for arguments in [&["--directory", "no/such/file.json"][..], &["--no-such-option"], &["--directory"]] {
        let output = provision(arguments);
        assert_eq!((output.status.code(), output.stdout.len()), (Some(2), 0));
        assert_eq!(String::from_utf8_lossy(&output.stderr).lines().count(), 1);
    }
}
