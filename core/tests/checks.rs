//! The table of checks in `core/docs/CHECKS.md` says what the sources say; `cargo xtask docs` rewrites it.
#![cfg(test)]
#![allow(clippy::unwrap_used, reason = "a test panics where its world is not as it should be")]

use core::fmt::Write as _;
use std::{env, fs, path::Path};

use heap_identity::saml::{Check, Checklist, logout::LogoutCheck};

#[test]
fn the_table_of_checks_is_current() {
    let mut table = String::from(
        "# The checks\n\nWhat a verdict lists, each once and in this order. A code is stable: log it, count it, search for it. \
         `cargo xtask docs` writes this\npage, and a test holds it current. What a person can do about a failure is in the \
         hint of the report.\n",
    );
    section::<Check>(&mut table, "A Response", "ServiceProvider::verify");
    section::<LogoutCheck>(&mut table, "A message of single logout", "SingleLogout::verify_request");
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/CHECKS.md");
    if env::var_os("REWRITE_TABLES").is_some() {
        fs::write(&path, &table).unwrap();
    }
    let committed = fs::read_to_string(&path).unwrap_or_default();
    assert!(committed == table, "core/docs/CHECKS.md is stale: run `cargo xtask docs`");
}

fn section<C: Checklist>(table: &mut String, heading: &str, by: &str) {
    write!(
        table,
        "\n## {heading}\n\n`{by}`\n\n| code | what must hold | where it is written |\n|---|---|---|\n"
    )
    .unwrap();
    for check in C::ALL {
        writeln!(table, "| `{}` | {} | {} |", check.code(), check.title(), check.clause()).unwrap();
    }
}

#[test]
fn no_two_checks_of_any_list_share_a_code() {
    let logins = Check::ALL.iter().map(|check| check.code());
    let mut codes: Vec<_> = logins.chain(LogoutCheck::ALL.iter().map(|check| check.code())).collect();
    let count = codes.len();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), count);
}
