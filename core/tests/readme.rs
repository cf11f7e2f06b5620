//! What the READMEs show in Swift stands in a test, word for word. (Their Rust is doctests; their Python is run by pytest.)
#![cfg(test)]

mod source;

use source::files;

const TESTS: &str = "ReadmeTests.swift";

#[test]
fn the_swift_of_the_readmes_is_tested() {
    let tests = files("bindings-swift/Tests", &[TESTS]);
    let tested: Vec<&str> = tests.iter().flat_map(|file| lines(&file.text)).collect();
    for readme in files("", &["README.md"]) {
        for block in readme.text.split("\n```swift\n").skip(1) {
            let block = block.split("\n```").next().unwrap();
            let missing = lines(block).into_iter().find(|line| !tested.contains(line));
            assert!(missing.is_none(), "{}: not in {TESTS}: {missing:?}", readme.path);
        }
    }
}

/// Without the indentation, which a test has more of.
fn lines(text: &str) -> Vec<&str> {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect()
}
