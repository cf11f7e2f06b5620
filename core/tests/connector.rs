//! The administrator's walk as a document: `core/docs/CONNECTOR.md` says what the table of transitions says.

#![allow(clippy::unwrap_used, reason = "a test panics where its world is not as it should be")]

use core::fmt::Write as _;
use std::{env, fs, path::Path};

use heap_identity::connector::{Action, FindingKind, State};

#[test]
fn the_diagram_in_core_docs_is_current() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/CONNECTOR.md");
    let current = render();
    if env::var_os("REWRITE_TABLES").is_some() {
        fs::write(&path, &current).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == current, "core/docs/CONNECTOR.md is stale: run `cargo xtask docs`");
}

fn render() -> String {
    let mut text = String::from(
        "# The application's states\n\n\
         What an administrator can do with an application, and when; and what the doctor finds. `cargo xtask docs` writes this\n\
         page from the tables in `core/src/connector/transitions.rs` and `core/src/connector/doctor/finding.rs`.\n\n\
         ```mermaid\nstateDiagram-v2\n    [*] --> Created\n",
    );
    for from in State::ALL {
        for action in Action::ALL {
            if let Ok(to) = from.after(*action) {
                if to != *from {
                    writeln!(text, "    {from:?} --> {to:?}: {}", action.name()).unwrap();
                }
            }
        }
    }
    text.push_str("    Deleted --> [*]\n```\n\n## What is forbidden, and what to do first\n\n");
    text.push_str("| while it is | one cannot | because of | do first |\n|---|---|---|---|\n");
    for state in State::ALL {
        for action in Action::ALL {
            if let Err(forbidden) = state.after(*action) {
                let (rule, first) = (forbidden.rule, forbidden.first);
                writeln!(text, "| {} | {} | {rule} | {first} |", state.name(), action.name()).unwrap();
            }
        }
    }
    text.push_str(
        "\n## What the doctor finds\n\nIn the order in which an administrator would put it right. A code is stable.\n\n\
         | code | severity | what is wrong | what to do | rule |\n|---|---|---|---|---|\n",
    );
    for kind in FindingKind::ALL {
        let (code, severity, rule) = (kind.code(), kind.severity().name(), kind.rule());
        writeln!(text, "| `{code}` | {severity} | {} | {} | {rule} |", kind.title(), kind.action()).unwrap();
    }
    text
}
