//! The Rust half of the tests, and what is generated from Rust sources.

use crate::steps::{Outcome, Steps};

/// Formatting, lints, tests, doctests and the rendered documentation of the whole workspace.
pub(crate) fn test(steps: &mut Steps) -> Outcome {
    steps.cargo("format", &["fmt", "--all", "--check"])?;
    steps.cargo("clippy", &["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])?;
    steps.cargo("rust tests", &["test", "--workspace"])?;
    let mut rustdoc = steps.command("cargo", &["doc", "--package", "heap-identity", "--no-deps"]);
    steps.run("rustdoc", rustdoc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Rewrites the tables in `core/docs`: the test that holds them true writes them when asked to.
pub(crate) fn docs(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    if !arguments.is_empty() {
        return Err("docs takes no arguments".to_owned());
    }
    let mut command = steps
        .command("cargo", &["test", "--package", "heap-identity", "--test", "rules", "--test", "connector"]);
    steps.run("tables", command.env("REWRITE_TABLES", "1"))
}

/// Measures verification against its floor.
pub(crate) fn bench(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    if !arguments.is_empty() {
        return Err("bench takes no arguments".to_owned());
    }
    steps.cargo("bench", &["bench", "--package", "heap-identity-benches", "--bench", "verify"])
}
