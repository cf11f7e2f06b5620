//! A directory as JSON, and as two CSV texts: any text is a directory or an error that names a line of it; and what is read is
//! written as JSON and read again as the same.
#![no_main]

use heap_identity::{
    connector::{SourceError, snapshot_from_csv},
    directory::{Diff, Snapshot, snapshot_from_json},
};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    if let Ok(directory) = snapshot_from_json(&text, |_| ()) {
        check(&directory);
    }
    // The people's text, an empty line, the memberships' text.
    let (people, memberships) = text.split_once("\n\n").unwrap_or((&text, "groupId,groupName,userId\n"));
    match snapshot_from_csv(people, memberships) {
        Ok(directory) => check(&directory),
        Err(SourceError::Malformed { line, .. }) => {
            let lines = people.split(['\n', '\r']).count().max(memberships.split(['\n', '\r']).count());
            assert!((1..=lines).contains(&line), "line {line} of {lines}");
        }
        Err(_) => {}
    }
});

fn check(directory: &Snapshot) {
    let written = heap_identity_fuzz::directory_json(directory);
    let again = snapshot_from_json(&written, |_| ()).expect("our own directory");
    assert!(Diff::between(directory, &again).is_empty(), "{written}");
}
