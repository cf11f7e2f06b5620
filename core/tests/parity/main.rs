//! What of the core Python and Swift have: the table in `core/docs/PARITY.md` says what the sources say.
//!
//! A public item is looked for in both languages by its name. `names.txt` says what has another name or is not there, and
//! why; `not_yet.txt` is what is still to come, and shrinks. `cargo xtask docs` rewrites the table and that list.
#![cfg(test)]
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::panic,
    unreachable_pub,
    reason = "a test panics where its world is not as it should be"
)]

extern crate alloc;

mod language;
mod names;
mod rust;
#[path = "../source/mod.rs"]
mod source;
mod table;

use std::{env, fs, path::Path};

use names::{Answer, Known, Names};
use source::{File, files};

const NAMES: &str = include_str!("names.txt");
const NOT_YET: &str = "tests/parity/not_yet.txt";
const TABLE: &str = "docs/PARITY.md";

/// The languages, in the order of the table's columns.
const LANGUAGES: [&str; 2] = ["python", "swift"];

#[test]
fn every_public_item_is_in_python_and_in_swift_or_the_table_says_why_not() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let not_yet = fs::read_to_string(root.join(NOT_YET)).unwrap_or_default();
    let items = rust::items(&files("core/src", &[".rs"]), "core/src");
    let surfaces = [
        language::python(&files("bindings-python/python/heap_identity", &[".pyi", "errors.py", "_types.py"])),
        language::swift(&files("bindings-swift/Sources/HeapIdentity", &[".swift"])),
    ];
    let names = Names::read(NAMES, &not_yet);
    let mut known = Known::new(&names, &items, &surfaces);
    let table = table::render(&items, &mut known);
    let came = known.came();
    if env::var_os("REWRITE_TABLES").is_some() {
        fs::write(root.join(TABLE), &table).unwrap();
        let left: Vec<&str> = not_yet.lines().filter(|line| !came.contains(line)).collect();
        fs::write(root.join(NOT_YET), left.iter().map(|line| format!("{line}\n")).collect::<String>())
            .unwrap();
    } else {
        assert!(
            came.is_empty(),
            "these have come; `cargo xtask docs` strikes them off core/{NOT_YET}:\n{}",
            came.join("\n")
        );
    }
    let holes = known.holes();
    assert!(
        holes.is_empty(),
        "these public items are not found in a language. Wrap them in bindings-python or bindings-swift; or say in \
         core/tests/parity/names.txt under which name they are there, or why they are not:\n{}",
        holes.join("\n")
    );
    let stale = known.stale();
    assert!(
        stale.is_empty(),
        "these lines of core/tests/parity/names.txt decide nothing or name nothing:\n{}",
        stale.join("\n")
    );
    let committed = fs::read_to_string(root.join(TABLE)).unwrap_or_default();
    assert!(committed == table, "core/{TABLE} is stale: run `cargo xtask docs`");
}

fn file(path: &str, text: &str) -> File {
    File { path: path.into(), text: text.into() }
}

#[test]
fn what_is_public_is_found_through_modules_uses_and_macros_and_nothing_else_is() {
    let lib =
        "mod hidden; pub mod open; pub use hidden::Shown; #[cfg(test)] mod tests; pub const LEVEL: u8 = 1;";
    let hidden = "pub struct Shown { pub field: u8, own: u8 } pub struct Unseen; impl Shown { pub fn act() {} fn rest() {} }
        impl core::fmt::Display for Shown { }";
    let open = "mod inner { pub fn call() {} pub(crate) fn kept() {} } pub use inner::call; use crate::hidden::Shown;
        impl Shown { pub const MOST: u8 = 2; } pub trait Acting { fn one(); }
        macro_rules! made { ($name:ident $word:literal) => { pub enum Made { $name } impl Made { pub const fn code() {} } } }
        made! { Kind \"kind\" }";
    let files = [file("a/lib.rs", lib), file("a/hidden.rs", hidden), file("a/open/mod.rs", open)];
    let found: Vec<String> = rust::items(&files, "a")
        .into_iter()
        .map(|item| format!("{} {}", item.path, item.members.into_iter().collect::<Vec<_>>().join(" ")))
        .collect();
    assert_eq!(
        found,
        ["LEVEL ", "Shown MOST act field", "open::Acting one", "open::Made code", "open::call "]
    );
}

#[test]
fn types_and_members_are_found_in_python_and_in_swift() {
    let stub = "class Key:\n    @staticmethod\n    def from_pem(\n        *, key_pem: str\n    ) -> Key: ...\n    size: int\n
def standing(now: int) -> None: ...\nclass Other: ...\n";
    let python = language::python(&[file("a.pyi", stub)]);
    let sources = "public struct Key {\n    public var size: Int\n    private let own: Int\n    public init(pem: String) {\n
        let inner = 1\n    }\n}\n/* open class Hidden {} */\npublic func standing(now: Date) {\n}\nextension Key {\n  public func acsUrl() {}\n}";
    let swift = language::swift(&[file("a.swift", sources)]);
    for (surface, member) in [(&python, "key_pem"), (&python, "size"), (&swift, "acs_url"), (&swift, "size")]
    {
        assert!(surface.has("Key", member), "{member}: {surface:?}");
    }
    assert!(python.has("", "standing") && swift.has("", "standing") && python.has_type("Other"));
    assert!(swift.has_by_convention("Key", "from_pem") && swift.has("Key", "new"));
    assert!(
        !swift.has("Key", "own")
            && !swift.has("Key", "inner")
            && !swift.has_type("Hidden")
            && !python.has("Other", "size")
    );
}

#[test]
fn an_item_without_a_row_is_a_hole_and_a_line_that_decides_nothing_is_stale() {
    let items = rust::items(
        &[file(
            "a/lib.rs",
            "pub mod keys { pub struct Key { pub size: u8, pub more: u8 } pub struct Lock; pub fn turn() {} }",
        )],
        "a",
    );
    let surfaces = [
        language::python(&[file("a.py", "class Key:\n    size: int\nclass Bolt:\n    pass\n")]),
        language::swift(&[file(
            "a.swift",
            "public struct Key {\n public var size: Int\n public var more: Int\n}\npublic func turn() {}",
        )]),
    ];
    let text = "python: by another name\n    keys::Lock = Bolt\nswift: of no use\n    keys::Lock\n    keys::Hinge\npython: wrong\n    keys::turn = Nothing\n";
    let names = Names::read(text, "swift keys::turn\n");
    let mut known = Known::new(&names, &items, &surfaces);
    let cells: Vec<Answer> =
        items.iter().flat_map(|item| [known.answer(0, item), known.answer(1, item)]).collect();
    assert_eq!(cells.len(), 6);
    assert_eq!(known.holes(), ["python keys::Key.more"]);
    assert_eq!(known.came(), ["swift keys::turn"]);
    assert_eq!(known.stale(), ["swift keys::Hinge", "python keys::turn: there is no `Nothing`"]);
}
