//! The example `sync` as a user runs it, against the example `serve`: over HTTP, with its files, and killed at any moment.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::disallowed_methods,
    reason = "a test panics where its world is not as it should be, and has processes to wait for"
)]

mod faults;
mod files;
mod history;
mod programs;

use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use programs::{Ended, Server, Sync};

/// A tenant that has what the directory says, and what has brought it there.
fn provisioned(name: &str) -> (Server, Sync) {
    let server = Server::start();
    let sync = Sync::new(name, &server.base_url);
    sync.directory(files::TWO_TEAMS);
    assert_eq!(sync.run(&[]).status, 0);
    (server, sync)
}

#[test]
fn a_tenant_is_brought_to_the_directory_and_a_second_run_writes_nothing() {
    let server = Server::start();
    let sync = Sync::new("first", &server.base_url);
    sync.directory(files::TWO_TEAMS);
    let first = sync.run(&[]);
    assert_eq!((first.status, &first.summary["outcome"]), (0, &"equal".into()), "{}", first.error);
    // Two people in bound groups and one group with somebody in it: one write each (R12, R25).
    assert_eq!(first.summary["writes"], 3);
    let second = sync.run(&[]);
    assert_eq!((second.status, &second.summary["writes"]), (0, &0.into()));
    // No more reads than pages.
    assert_eq!(second.summary["requests"], serde_json::json!({"list_users": 1, "list_groups": 1}));
}

#[test]
fn r32_who_is_gone_since_the_last_run_is_deactivated() {
    let (_server, sync) = provisioned("gone");
    sync.directory(files::WITHOUT_BOB);
    let run = sync.run(&[]);
    assert_eq!((run.status, &run.summary["events"]["user_deprovision"]["succeeded"]), (0, &1.into()));
}

#[test]
fn d02_a_guard_holds_a_plan_back_until_it_is_approved_by_its_digest() {
    let (_server, sync) = provisioned("held");
    sync.directory(files::EMPTY);
    let held = sync.run(&[]);
    assert_eq!((held.status, &held.summary["outcome"]), (3, &"held".into()));
    assert_eq!(
        (&held.summary["writes"], &held.summary["held"]["trips"][0]["guard"]),
        (&0.into(), &"empty_source".into())
    );
    let digest = held.summary["held"]["digest"].as_str().unwrap();
    let other = "0".repeat(64);
    let reason = |run: &Ended| run.summary["reason"].as_str().unwrap_or_default().to_owned();
    assert!(!reason(&held).contains("another plan"), "{}", reason(&held));
    let wrong = sync.run(&["--approve", &other]);
    assert_eq!((wrong.status, &wrong.summary["writes"]), (3, &0.into()));
    assert!(
        reason(&wrong).contains("--approve") && reason(&wrong).contains("another plan"),
        "{}",
        reason(&wrong)
    );
    assert_eq!(sync.run(&["--approve", digest]).status, 0);
    assert_eq!(sync.run(&[]).summary["writes"], 0);
}

#[test]
fn a_conflict_alone_is_told_as_one_and_needs_no_second_reading() {
    let server = Server::start();
    let sync = Sync::new("conflict", &server.base_url);
    sync.directory(files::ONE_NAME_TWICE);
    assert_eq!(sync.run(&[]).status, 3);
    let again = sync.run(&[]);
    assert_eq!((again.status, &again.summary["writes"], &again.summary["rounds"]), (3, &0.into(), &1.into()));
    assert_eq!(again.summary["reason"], "conflicts left as they are: 1");
}

#[test]
fn r22_d10_a_changed_email_alone_replaces_no_account_and_what_does_is_told() {
    let server = Server::start();
    let sync = Sync::new("email", &server.base_url);
    let run = |user_name: &str, email: &str| {
        sync.directory(&files::ann(user_name, email));
        sync.run(&["--replace-changed-user-names"])
    };
    assert_eq!(run("ann@old.example", "ann@old.example").status, 0);
    let changed = run("ann@old.example", "ann@new.example");
    assert_eq!((changed.status, &changed.summary["writes"]), (3, &0.into()));
    let told = changed.summary["failures"][0]["error_message"].as_str().unwrap();
    assert!(told.contains("change it back, or change the user name too"), "{told}");
    assert_eq!(run("ann@old.example", "ann@old.example").status, 0);
    let replaced = run("ann@new.example", "ann@new.example");
    assert_eq!((replaced.status, &replaced.summary["requests"]["create_user"]), (0, &1.into()));
}

#[test]
fn guards_can_be_given_by_a_file_and_switched_off() {
    let (_server, sync) = provisioned("guards");
    sync.directory(files::WITHOUT_BOB);
    let strict = sync.file("guards.json", r#"{"deactivations": {"count": 0, "percent": 0}}"#);
    let held = sync.run(&["--guards", &strict]);
    assert_eq!((held.status, &held.summary["held"]["trips"][0]["guard"]), (3, &"deactivations".into()));
    assert_eq!(sync.run(&["--guards", "off"]).status, 0);
}

/// What never reached the tenant needs no look for what came of it.
#[test]
fn what_was_not_sent_is_told_as_that_with_its_cause() {
    let plain = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = plain.local_addr().unwrap().port();
    thread::spawn(move || {
        for stream in plain.incoming() {
            let mut stream = stream.unwrap();
            drop(stream.read(&mut [0; 1024]));
            drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
        }
    });
    let closed = programs::free_port();
    let cases = [
        ("https://no-such-host.invalid".into(), "no-such-host.invalid is not known"),
        (format!("http://127.0.0.1:{closed}"), "no connection with 127.0.0.1"),
        (format!("https://127.0.0.1:{port}"), "no connection by TLS with 127.0.0.1"),
    ];
    thread::scope(|scope| {
        for (number, (origin, expected)) in (1..).zip(&cases) {
            scope.spawn(move || {
                let sync = Sync::new(&format!("unsent-{number}"), &format!("{origin}/scim/v2/acme"));
                sync.directory(files::TWO_TEAMS);
                let run = sync.run(&[]);
                let reason = run.summary["reason"].as_str().unwrap_or_default();
                assert_eq!(run.status, 3, "{}", run.error);
                assert!(reason.contains("could not be sent") && reason.contains(expected), "{reason}");
            });
        }
    });
}

#[test]
fn bad_usage_and_bad_files_are_told_in_one_line_before_anything_is_sent() {
    let server = Server::start();
    let sync = Sync::new("bad", &server.base_url);
    for (text, expected) in [
        (r#"{"users": ["#, "line 1"),
        (r#"{"users": [], "groups": [{"id": "g", "name": "G", "members": ["u9"]}]}"#, "`u9`"),
    ] {
        sync.directory(text);
        let run = sync.run(&[]);
        assert_eq!((run.status, run.error.lines().count()), (2, 1), "{}", run.error);
        assert!(run.error.contains("directory.json") && run.error.contains(expected), "{}", run.error);
    }
    sync.directory(files::TWO_TEAMS);
    for arguments in [
        &["--approve", "abc"][..],
        &["--guards", "no/such/file"],
        &["--no-such-option"],
        &["--token-env", "NO_SUCH_VARIABLE"],
        &["--base-url", "http://heapanalytics.com/scim/v2/acme"],
    ] {
        let run = sync.run(arguments);
        assert_eq!((run.status, run.error.lines().count()), (2, 1), "{arguments:?}: {}", run.error);
    }
    assert_eq!(sync.run(&[]).status, 0);
    let run = sync.run(&["--base-url", "http://127.0.0.1:9/scim/v2/other"]);
    assert_eq!(run.status, 2, "the state of another tenant");
    assert!(run.error.contains("scim/v2/demo") && run.error.contains("scim/v2/other"), "{}", run.error);
}

#[test]
fn a_state_that_is_another_file_is_refused_and_stays_as_it_is() {
    let server = Server::start();
    let sync = Sync::new("other-file", &server.base_url);
    sync.directory(files::TWO_TEAMS);
    for text in ["somebodys-token", "somebodys-token\n", files::TWO_TEAMS] {
        sync.state(text);
        let run = sync.run(&[]);
        assert_eq!((run.status, run.error.lines().count()), (2, 1), "{}", run.error);
        assert!(run.error.contains("state: this is no journal"), "{}", run.error);
        assert_eq!(sync.read_state(), text);
    }
    // A beginning of the first record is what a crash leaves of it.
    sync.state("{\"record\":\"opened\",\"ver");
    assert_eq!(sync.run(&[]).status, 0);
}

#[test]
fn what_lies_beside_the_state_is_not_overwritten() {
    let server = Server::start();
    let sync = Sync::new("beside", &server.base_url);
    sync.directory(files::TWO_TEAMS);
    let beside = ["state.lock", "state.new"].map(|name| sync.file(name, "somebody's"));
    assert_eq!(sync.run(&[]).status, 0);
    for path in beside {
        assert_eq!(std::fs::read_to_string(&path).unwrap_or_default(), "somebody's", "{path}");
    }
}

#[test]
fn d12_a_torn_last_line_of_the_state_is_passed_over_and_does_not_stay() {
    let (_server, sync) = provisioned("torn");
    let whole = sync.read_state();
    sync.state(&format!("{whole}{{\"record\":\"user_li"));
    let run = sync.run(&[]);
    assert_eq!((run.status, &run.summary["writes"]), (0, &0.into()), "{}", run.error);
    assert!(sync.read_state().lines().all(|line| line.ends_with('}')), "{}", sync.read_state());
    // Lost altogether, what is ours is found again by the ids that it carries (D3).
    sync.state("");
    let run = sync.run(&[]);
    assert_eq!(
        (run.status, &run.summary["requests"]["create_user"]),
        (0, &serde_json::Value::Null),
        "{}",
        run.error
    );
}
