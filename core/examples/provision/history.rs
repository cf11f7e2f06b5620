//! The history of an organisation, one moment a line.

use std::io::Read;

use flate2::read::GzDecoder;
use heap_identity::directory::{Change, Group, Person};
use jiff::Timestamp;
use serde::Deserialize;

/// What changed at one moment.
#[derive(Debug)]
pub struct Moment {
    pub at: Timestamp,
    pub changes: Vec<Change>,
}

#[derive(Deserialize)]
struct Line {
    at: Timestamp,
    changes: Vec<Op>,
}

#[derive(Deserialize)]
#[serde(rename_all = "snake_case", tag = "op")]
enum Op {
    UserAdd { user: String, username: String, first: String, last: String },
    UserRemove { user: String },
    GroupAdd { group: String, name: String },
    GroupRename { group: String, name: String },
    GroupRemove { group: String },
    MemberAdd { group: String, user: String },
    MemberRemove { group: String, user: String },
}

/// The history that comes with the example, oldest moment first.
pub fn load() -> Result<Vec<Moment>, Box<dyn std::error::Error>> {
    let mut text = String::new();
    GzDecoder::new(&include_bytes!("k8s-org-history.jsonl.gz")[..]).read_to_string(&mut text)?;
    text.lines().map(|line| Ok(moment(serde_json::from_str(line)?))).collect()
}

fn moment(line: Line) -> Moment {
    Moment { at: line.at, changes: line.changes.into_iter().map(change).collect() }
}

fn change(op: Op) -> Change {
    match op {
        Op::UserAdd { user, username, first, last } => Change::PersonSet(Person {
            id: user,
            user_name: username,
            active: true,
            given_name: Some(first),
            family_name: Some(last),
            ..Person::default()
        }),
        Op::UserRemove { user } => Change::PersonRemoved { person: user },
        Op::GroupAdd { group, name } | Op::GroupRename { group, name } => {
            Change::GroupSet(Group { id: group, name, bound: true })
        }
        Op::GroupRemove { group } => Change::GroupRemoved { group },
        Op::MemberAdd { group, user } => Change::Joined { group, person: user },
        Op::MemberRemove { group, user } => Change::Left { group, person: user },
    }
}
