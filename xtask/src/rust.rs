//! The Rust half of the tests, and what is generated from Rust sources.

use crate::steps::{Outcome, Steps};

/// The feature that adds a module and changes nothing, so that it is tested with everything else.
const ATTACKS: &str = "heap-identity/attacks";

/// Formatting, lints, tests, doctests and the rendered documentation of the whole workspace.
pub(crate) fn test(steps: &mut Steps) -> Outcome {
    steps.cargo("format", &["fmt", "--all", "--check"])?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--features", ATTACKS, "--", "-D", "warnings"];
    steps.cargo("clippy", &clippy)?;
    steps.cargo("rust tests", &["test", "--workspace", "--features", ATTACKS])?;
    let mut rustdoc =
        steps.command("cargo", &["doc", "--package", "heap-identity", "--no-deps", "--features", ATTACKS]);
    steps.run("rustdoc", rustdoc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// Rewrites the tables in `core/docs`: the test that holds them true writes them when asked to.
pub(crate) fn docs(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    if !arguments.is_empty() {
        return Err("docs takes no arguments".to_owned());
    }
    let mut command = steps.command(
        "cargo",
        &["test", "--package", "heap-identity", "--test", "rules", "--test", "connector", "--test", "checks"],
    );
    steps.run("tables", command.env("REWRITE_TABLES", "1"))
}

/// Measures verification against its floor.
pub(crate) fn bench(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    if !arguments.is_empty() {
        return Err("bench takes no arguments".to_owned());
    }
    steps.cargo("bench", &["bench", "--package", "heap-identity-benches", "--bench", "verify"])
}
