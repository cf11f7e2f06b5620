//! The repository's own sources, as files and as Rust tokens, for the tests that hold its rules.

#![allow(dead_code, reason = "each test uses a part of it")]

use std::{fs, path::Path};

use proc_macro2::{Delimiter, TokenStream, TokenTree};

/// A file of the repository.
#[derive(Debug)]
pub(crate) struct File {
    /// From the repository's root, with `/` between its parts.
    pub(crate) path: String,
    pub(crate) text: String,
}

/// Every file below `folder` with one of these endings, sorted by path. What tools leave behind is not ours.
pub(crate) fn files(folder: &str, endings: &[&str]) -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut found = Vec::new();
    collect(&root.join(folder), root, endings, &mut found);
    found.sort_by(|left, right| left.path.cmp(&right.path));
    found
}

fn collect(folder: &Path, root: &Path, endings: &[&str], found: &mut Vec<File>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap();
        let left_by_tools = name.starts_with('.') || ["target", "corpus", "artifacts"].contains(&name);
        if path.is_dir() && !left_by_tools {
            collect(&path, root, endings, found);
        } else if endings.iter().any(|ending| name.ends_with(ending)) && path.is_file() {
            let text = fs::read_to_string(&path).unwrap();
            let path = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
            found.push(File { path, text });
        }
    }
}

/// One token of Rust: a word, a sign, a literal, or one end of a bracketed group.
#[derive(Debug)]
pub(crate) struct Token {
    pub(crate) text: String,
    pub(crate) line: usize,
}

impl Token {
    pub(crate) fn is_word(&self) -> bool {
        self.text.starts_with(|first: char| first.is_alphabetic() || first == '_')
    }
}

/// Every token of a Rust file in order, those inside macro calls too. Comments are not tokens; a literal's text is
/// empty, so that no rule takes it for code.
pub(crate) fn tokens(rust: &str) -> Vec<Token> {
    let mut flat = Vec::new();
    flatten(rust.parse().expect("Rust that lexes"), &mut flat);
    flat
}

fn flatten(stream: TokenStream, flat: &mut Vec<Token>) {
    for tree in stream {
        let line = tree.span().start().line;
        let mut push = |text: &str, line| flat.push(Token { text: text.to_owned(), line });
        match tree {
            TokenTree::Ident(word) => push(&word.to_string(), line),
            TokenTree::Punct(sign) => push(&sign.as_char().to_string(), line),
            TokenTree::Literal(_) => push("", line),
            TokenTree::Group(group) => {
                let (open, close) = match group.delimiter() {
                    Delimiter::Parenthesis => ("(", ")"),
                    Delimiter::Bracket => ("[", "]"),
                    Delimiter::Brace => ("{", "}"),
                    Delimiter::None => ("", ""),
                };
                push(open, line);
                flatten(group.stream(), flat);
                flat.push(Token { text: close.to_owned(), line: group.span_close().end().line });
            }
        }
    }
}

/// Whether the tokens from `at` on read like `pattern`.
pub(crate) fn reads(tokens: &[Token], at: usize, pattern: &[&str]) -> bool {
    tokens.get(at..).is_some_and(|rest| {
        rest.len() >= pattern.len()
            && rest.iter().zip(pattern).all(|(token, expected)| token.text == *expected)
    })
}
