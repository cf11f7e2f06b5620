//! How the sources of the whole workspace may look: short files, short functions, nothing left unfinished.
#![cfg(test)]

mod source;

use source::{File, files, reads, tokens};

const FILE_LINES_MAX: usize = 600;
const FUNCTION_LINES_MAX: usize = 70;
/// Written by a generator, checked for being current by `cargo xtask swift-bindings --check`.
const GENERATED: &[&str] = &["bindings-swift/Sources/HeapIdentity/HeapIdentity.swift"];
const UNFINISHED_MACROS: &[&str] = &["todo", "unimplemented", "dbg"];
/// In two halves, so that this file passes its own test.
const UNFINISHED_WORDS: [[&str; 2]; 2] = [["TO", "DO"], ["FIX", "ME"]];

#[test]
fn the_sources_are_tidy() {
    let files = files("", &[".rs", ".py", ".pyi", ".swift", ".sh", ".toml"]);
    assert!(files.iter().any(|file| file.path == "xtask/src/main.rs"), "the whole workspace is read");
    let ours = files.iter().filter(|file| !GENERATED.contains(&file.path.as_str()));
    let untidy: Vec<String> = ours.flat_map(untidy).collect();
    assert!(untidy.is_empty(), "\n{}", untidy.join("\n"));
}

#[test]
fn each_untidiness_is_seen() {
    let long_function = format!("fn long() {{\n{}}}", "    step();\n".repeat(FUNCTION_LINES_MAX - 1));
    let in_a_macro =
        format!("proptest! {{ fn long(a in 0..9) {{\n{}}} }}", "    step();\n".repeat(FUNCTION_LINES_MAX));
    let [note, fix] = UNFINISHED_WORDS;
    let planted: &[(&str, String)] = &[
        ("a.rs", long_function.clone()),
        ("a.rs", in_a_macro),
        ("a.rs", "fn a() { todo!() }".into()),
        ("a.rs", "fn a() { dbg!(1); }".into()),
        ("a.rs", "fn a() { core::unimplemented!() }".into()),
        ("a.rs", format!("// {}: later", note.concat())),
        ("a.py", format!("# {}", fix.concat())),
        ("a.swift", "let a = 1\n".repeat(FILE_LINES_MAX + 1)),
    ];
    for (path, text) in planted {
        let found = untidy(&File { path: (*path).into(), text: text.clone() });
        assert_eq!(found.len(), 1, "{path}: {found:?}");
    }
    let longest_allowed = long_function.replacen("    step();\n", "", 1);
    let fine: &[(&str, String)] = &[
        ("a.rs", longest_allowed),
        (
            "a.rs",
            "trait A { fn a(f: fn(u8) -> u8); }\n// todo_list is a name, todo! in a comment is text".into(),
        ),
        ("a.py", "a = 1\n".repeat(FILE_LINES_MAX)),
    ];
    for (path, text) in fine {
        let found = untidy(&File { path: (*path).into(), text: text.clone() });
        assert!(found.is_empty(), "{path}: {found:?}");
    }
}

/// What is untidy in a file, one sentence each.
fn untidy(file: &File) -> Vec<String> {
    let path = &file.path;
    let mut found = Vec::new();
    let lines = file.text.lines().count();
    if lines > FILE_LINES_MAX {
        found.push(format!("{path}: {lines} lines, at most {FILE_LINES_MAX}"));
    }
    for (number, line) in (1..).zip(file.text.lines()) {
        let mut words = line.split(|character: char| !character.is_alphanumeric() && character != '_');
        if words.any(|word| UNFINISHED_WORDS.iter().any(|halves| halves.concat() == word)) {
            found.push(format!("{path}:{number}: says that it is unfinished"));
        }
    }
    if path.ends_with(".rs") {
        found.extend(untidy_rust(file));
    }
    found
}

fn untidy_rust(file: &File) -> Vec<String> {
    let tokens = tokens(&file.text);
    let mut found = Vec::new();
    for (at, token) in tokens.iter().enumerate() {
        if UNFINISHED_MACROS.contains(&token.text.as_str()) && reads(&tokens, at + 1, &["!"]) {
            found.push(format!("{}:{}: {}! is for drafts", file.path, token.line, token.text));
        }
        let Some(name) = tokens.get(at + 1).filter(|name| token.text == "fn" && name.is_word()) else {
            continue;
        };
        let lines = last_line(&tokens[at..]).map_or(0, |last| last - token.line + 1);
        if lines > FUNCTION_LINES_MAX {
            let at = format!("{}:{}", file.path, token.line);
            found.push(format!("{at}: {} has {lines} lines, at most {FUNCTION_LINES_MAX}", name.text));
        }
    }
    found
}

/// The line of the brace that closes the function which starts the tokens; none if it has no body.
fn last_line(tokens: &[source::Token]) -> Option<usize> {
    let mut depth = 0_usize;
    for token in tokens {
        match token.text.as_str() {
            ";" if depth == 0 => return None,
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => {
                depth = depth.checked_sub(1)?;
                if depth == 0 && token.text == "}" {
                    return Some(token.line);
                }
            }
            _ => {}
        }
    }
    None
}
