//! The floors of the core: data and calls go down only (DESIGN.md), and the crate stays without std and unsafe code.
#![cfg(test)]

mod source;

use source::{File, Token, files, reads, tokens};

/// Every module of the crate with its floor.
const FLOORS: &[(&str, u8)] = &[
    ("connector", 5),
    ("heap", 4),
    ("saml", 3),
    ("sync", 3),
    ("dsig", 2),
    ("scim", 2),
    ("xmlenc", 2),
    ("directory", 1),
    ("pki", 1),
    ("xml", 1),
    ("entropy", 0),
    ("limits", 0),
    ("wire", 0),
];

fn floor(module: &str) -> Option<u8> {
    FLOORS.iter().find(|(name, _)| *name == module).map(|(_, floor)| *floor)
}

#[test]
fn every_module_uses_only_floors_below_its_own() {
    let broken: Vec<String> = files("core/src", &[".rs"]).iter().flat_map(broken_rules).collect();
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

#[test]
fn a53_the_crate_is_without_std_and_without_unsafe_code() {
    let root =
        files("core/src", &["lib.rs"]).into_iter().find(|file| file.path == "core/src/lib.rs").unwrap();
    let tokens = tokens(&root.text);
    let has = |pattern: &[&str]| (0..tokens.len()).any(|at| reads(&tokens, at, pattern));
    assert!(has(&["#", "!", "[", "no_std", "]"]));
    assert!(has(&["#", "!", "[", "forbid", "(", "unsafe_code", ")", "]"]));
}

#[test]
fn the_check_sees_each_way_of_going_up_or_sideways() {
    let planted: &[(&str, &str)] = &[
        ("core/src/xml/reader.rs", "use crate::saml::Login;"),
        ("core/src/xml.rs", "use crate::{limits::DEPTH, dsig};"),
        ("core/src/saml/idp.rs", "fn f() { let plan = crate::sync::Plan::empty(); }"),
        ("core/src/saml/idp.rs", "use super::super::heap;"),
        ("core/src/saml/idp.rs", "mod inner { use super::super::super::sync::Plan; }"),
        ("core/src/wire.rs", "use super::{entropy};"),
        ("core/src/wire.rs", "format!(\"{}\", crate::xml::NAME);"),
        ("core/src/wire.rs", "use crate::*;"),
        ("core/src/wire.rs", "use std::collections::HashMap;"),
        ("core/src/wire.rs", "extern crate std;"),
        ("core/src/novel/mod.rs", "fn f() {}"),
        ("core/src/wire.rs", "use crate::novel;"),
        ("core/src/lib.rs", "pub mod novel;"),
    ];
    for (path, text) in planted {
        let found = broken_rules(&File { path: (*path).to_owned(), text: (*text).to_owned() });
        assert_eq!(found.len(), 1, "{path}: {text}: {found:?}");
    }
}

#[test]
fn the_check_lets_pass_what_goes_down_or_stays_inside() {
    let fine: &[(&str, &str)] = &[
        ("core/src/saml/idp.rs", "use crate::{dsig::{sign, Policy}, saml::Report, wire}; use super::report;"),
        (
            "core/src/saml/idp.rs",
            "pub(crate) fn f() { super::super::xml::parse() } mod tests { use super::f; }",
        ),
        (
            "core/src/heap/tenant.rs",
            "use crate::saml; // crate::connector in a comment\nconst A: &str = \"crate::sync\";",
        ),
        ("core/src/lib.rs", "pub mod wire; pub use crate::wire::Secret; extern crate alloc;"),
    ];
    for (path, text) in fine {
        let found = broken_rules(&File { path: (*path).to_owned(), text: (*text).to_owned() });
        assert!(found.is_empty(), "{path}: {found:?}");
    }
}

/// What the file breaks, one sentence each.
fn broken_rules(file: &File) -> Vec<String> {
    let tokens = tokens(&file.text);
    let modules = module_path(&file.path);
    let mut broken: Vec<String> = words(&tokens, "std")
        .map(|at| format!("{}:{}: uses std; use core or alloc", file.path, tokens[at].line))
        .collect();
    let Some(own) = modules.first() else {
        let declared = words(&tokens, "mod").filter_map(|at| tokens.get(at + 1));
        let unknown = declared.filter(|name| floor(&name.text).is_none());
        broken.extend(unknown.map(|name| format!("{}: module {} has no floor", file.path, name.text)));
        return broken;
    };
    let Some(own_floor) = floor(own) else {
        broken.push(format!("{}: module {own} has no floor", file.path));
        return broken;
    };
    for (target, line) in edges(&tokens, &modules) {
        let at = format!("{}:{line}", file.path);
        match floor(&target) {
            _ if target == *own => {}
            None => broken.push(format!("{at}: crate::{target} is no module with a floor")),
            Some(floor) if floor >= own_floor => {
                broken.push(format!("{at}: {own} (floor {own_floor}) uses {target} (floor {floor})"));
            }
            Some(_) => {}
        }
    }
    broken
}

/// `core/src/saml/idp.rs` is the module `saml::idp`; the crate's root is empty.
fn module_path(path: &str) -> Vec<String> {
    let inner = path.strip_prefix("core/src/").unwrap().strip_suffix(".rs").unwrap();
    let inner = inner.strip_suffix("/mod").unwrap_or(inner);
    inner.split('/').filter(|part| *part != "lib").map(str::to_owned).collect()
}

/// The modules of the crate's root that the tokens name, by `crate::` or by as many `super::` as lead there.
fn edges(tokens: &[Token], file_module: &[String]) -> Vec<(String, usize)> {
    let mut found = Vec::new();
    // One entry for each open brace: whether a `mod name` opened it.
    let mut braces: Vec<bool> = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        let starts_path = at.checked_sub(1).is_none_or(|before| tokens[before].text != ":");
        match token.text.as_str() {
            "{" => braces.push(at >= 2 && tokens[at - 2].text == "mod"),
            "}" => drop(braces.pop()),
            "crate" if reads(tokens, at + 1, &[":", ":"]) => found.extend(named(tokens, at + 3)),
            "super" if starts_path => {
                let depth = file_module.len() + braces.iter().filter(|is_module| **is_module).count();
                let climbed =
                    (0..).take_while(|step| reads(tokens, at + 3 * step, &["super", ":", ":"])).count();
                if climbed >= depth {
                    found.extend(named(tokens, at + 3 * climbed));
                }
            }
            _ => {}
        }
    }
    found
}

/// The first name of each path that begins at `at`: one, or several in braces.
fn named(tokens: &[Token], at: usize) -> Vec<(String, usize)> {
    let entry = |token: &Token| (token.text.clone(), token.line);
    let Some(first) = tokens.get(at).filter(|token| token.text == "{") else {
        return tokens.get(at).map(entry).into_iter().collect();
    };
    let mut depth = 0;
    let mut found = Vec::new();
    let mut before = first;
    for token in &tokens[at..] {
        match token.text.as_str() {
            "{" => depth += 1,
            "}" => depth -= 1,
            _ if depth == 1 && ["{", ","].contains(&before.text.as_str()) => found.push(entry(token)),
            _ => {}
        }
        if depth == 0 {
            break;
        }
        before = token;
    }
    found
}

fn words<'t>(tokens: &'t [Token], word: &'static str) -> impl Iterator<Item = usize> + 't {
    (0..tokens.len()).filter(move |at| tokens[*at].text == word)
}
