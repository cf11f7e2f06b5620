//! Which test proves which rule, attack or failure: the tables in `core/docs` say what the sources say.
//!
//! A test that proves one starts with its number, `r23_empty_groups_are_not_created`; with several where it proves
//! several, `a15_a16_…`. `cargo xtask docs` rewrites the tables.
#![cfg(test)]

extern crate alloc;

mod source;

use alloc::collections::BTreeMap;
use core::fmt::Write as _;
use std::{env, fs, path::Path};

use source::{File, Token, files, reads, tokens};

/// One table: its file in `core/docs`, its letter, its heading and what it is about.
struct Table {
    document: &'static str,
    letter: char,
    heading: &'static str,
    about: &'static str,
    /// Lines of a number and a title, in order; an indented line below one says why it cannot apply here.
    promises: &'static str,
}

/// A line of a table before its tests are known.
struct Promise {
    number: String,
    title: &'static str,
    /// Why it cannot apply here, whatever a test shows.
    reason: Option<&'static str>,
}

const TABLES: &[Table] = &[
    Table {
        document: "RULES.md",
        letter: 'R',
        heading: "Rules and their tests",
        about: "What an identity provider and Heap promise each other (JumpCloud: \"Integrate with Heap\").",
        promises: include_str!("promises/rules.txt"),
    },
    Table {
        document: "THREATS.md",
        letter: 'A',
        heading: "Attacks on SAML and their tests",
        about: "Ways in which a SAML stack was fooled or felled, and the test that shows that this one is not.",
        promises: include_str!("promises/attacks.txt"),
    },
    Table {
        document: "FAILURES.md",
        letter: 'F',
        heading: "Failures of provisioning and their tests",
        about: "Ways in which provisioning went wrong elsewhere, and the test that shows what is right instead.",
        promises: include_str!("promises/failures.txt"),
    },
];

#[test]
fn the_tables_in_core_docs_are_current() {
    let proofs = proofs(&files("", &[".rs", ".py", ".swift"]));
    for table in TABLES {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs").join(table.document);
        let current = render(table, &proofs);
        if env::var_os("REWRITE_TABLES").is_some() {
            fs::write(&path, &current).unwrap();
        }
        let committed = fs::read_to_string(&path).unwrap_or_default();
        assert!(committed == current, "core/docs/{} is stale: run `cargo xtask docs`", table.document);
    }
}

#[test]
fn the_promises_are_numbered_without_a_gap() {
    for (table, count) in TABLES.iter().zip([44, 59, 42]) {
        let numbers: Vec<String> = promises(table).into_iter().map(|promise| promise.number).collect();
        let expected: Vec<String> =
            (1..=count).map(|number| format!("{}{number:02}", table.letter)).collect();
        assert_eq!(numbers, expected);
    }
}

#[test]
fn a_test_that_names_a_number_which_does_not_exist_is_a_mistake() {
    let known: Vec<String> = TABLES.iter().flat_map(promises).map(|promise| promise.number).collect();
    let unknown: Vec<_> = proofs(&files("", &[".rs", ".py", ".swift"]))
        .into_iter()
        .filter(|(number, _)| !known.contains(number))
        .collect();
    assert!(unknown.is_empty(), "{unknown:?}");
}

#[test]
fn tests_are_found_in_every_language_and_other_functions_are_not() {
    let file = |path: &str, text: &str| File { path: path.into(), text: text.into() };
    let found = proofs(&[
        file(
            "a.rs",
            "#[test]\nfn r01_f02_both() {} fn r03_helper() {} #[test] #[ignore] fn r04_not_run() {}",
        ),
        file("b.rs", "proptest! { #[test] fn a15_in_a_macro(x in 0..9) {} } // #[test] fn r05_comment() {}"),
        file("c.py", "def test_r06_python() -> None: ...\ndef r07_helper(): ...\n"),
        file("d.swift", "  @Test func r08_swift() throws {}\n  func r09_helper() {}\n"),
    ]);
    let numbers: Vec<&str> = found.keys().map(String::as_str).collect();
    assert_eq!(numbers, ["A15", "F02", "R01", "R06", "R08"]);
    assert_eq!(found["R01"], ["`r01_f02_both` (a.rs)"]);
    assert_eq!(found["R06"], ["`test_r06_python` (c.py)"]);
}

fn promises(table: &Table) -> Vec<Promise> {
    let mut promises: Vec<Promise> = Vec::new();
    for line in table.promises.lines() {
        match (line.strip_prefix("    "), line.split_once(' ')) {
            (Some(reason), _) => promises.last_mut().unwrap().reason = Some(reason),
            (None, Some((number, title))) => {
                promises.push(Promise { number: number.to_owned(), title, reason: None });
            }
            (None, None) => {}
        }
    }
    promises
}

fn render(table: &Table, proofs: &BTreeMap<String, Vec<String>>) -> String {
    let mut rows = String::new();
    let (mut proven, mut all, mut reasons) = (0, 0, 0);
    for Promise { number, title, reason } in promises(table) {
        let tests = proofs.get(&number);
        (proven, all) = (proven + usize::from(tests.is_some()), all + 1);
        reasons += usize::from(reason.is_some());
        let tests = tests.into_iter().flatten().map(String::as_str);
        let cell: Vec<&str> = reason.into_iter().chain(tests).collect();
        let cell = if cell.is_empty() { "open".to_owned() } else { cell.join("<br>") };
        writeln!(rows, "| {number} | {title} | {cell} |").unwrap();
    }
    let Table { heading, about, .. } = table;
    let unable = if reasons == 0 { String::new() } else { format!("; {reasons} cannot apply, and says why") };
    format!(
        "# {heading}\n\n{about}\nA test that proves one starts with its number; `cargo xtask docs` writes this table, \
         and a test holds it current.\n\n{proven} of {all} have a test{unable}.\n\n\
         | | what | tests |\n|---|---|---|\n{rows}"
    )
}

/// For each number the tests whose names begin with it.
fn proofs(files: &[File]) -> BTreeMap<String, Vec<String>> {
    let mut proofs: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for file in files {
        for name in tests(file) {
            for number in numbers(&name) {
                proofs.entry(number).or_default().push(format!("`{name}` ({})", file.path));
            }
        }
    }
    proofs
}

/// `a15_a16_void` begins with A15 and A16.
fn numbers(name: &str) -> Vec<String> {
    let name = name.strip_prefix("test_").unwrap_or(name);
    let number = |part: &str| -> Option<String> {
        let (letter, digits) = (part.get(..1)?, part.get(1..)?);
        let is_number = digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit());
        (["r", "a", "f"].contains(&letter) && is_number).then(|| part.to_uppercase())
    };
    name.split('_').map_while(number).collect()
}

fn tests(file: &File) -> Vec<String> {
    let named_after = |line: &str, mark: &str| -> Option<String> {
        let (_, rest) = line.split_once(mark)?;
        Some(rest.split('(').next()?.to_owned())
    };
    match file.path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("rs") => rust_tests(&tokens(&file.text)),
        Some("py") => file
            .text
            .lines()
            .filter_map(|line| named_after(line, "def "))
            .filter(|name| name.starts_with("test_"))
            .collect(),
        Some("swift") => {
            let marked = file.text.lines().filter(|line| line.trim_start().starts_with("@Test"));
            marked.filter_map(|line| named_after(line, "func ")).collect()
        }
        _ => Vec::new(),
    }
}

/// Functions with the attribute `test` that are not ignored.
fn rust_tests(tokens: &[Token]) -> Vec<String> {
    let functions = (0..tokens.len()).filter(|at| tokens[*at].text == "fn");
    let is_test = |at: &usize| {
        let ends_before = |token: &Token| ["{", "}", ";"].contains(&token.text.as_str());
        let start = tokens[..*at].iter().rposition(ends_before).map_or(0, |position| position + 1);
        let has = |pattern: &[&str]| (start..*at).any(|from| reads(tokens, from, pattern));
        has(&["#", "[", "test", "]"]) && !has(&["#", "[", "ignore"])
    };
    functions.filter(is_test).filter_map(|at| tokens.get(at + 1)).map(|name| name.text.clone()).collect()
}
