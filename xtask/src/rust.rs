//! The Rust half of the tests, and what is generated from Rust sources.

use crate::{
    python,
    steps::{Outcome, Steps},
};

/// The features that add something and change nothing, so that they are tested with everything else.
const OPTIONAL: &str = "heap-identity/attacks,heap-identity/self-signed";

/// Formatting, lints, tests, doctests and the rendered documentation of the whole workspace.
pub(crate) fn test(steps: &mut Steps) -> Outcome {
    steps.cargo("format", &["fmt", "--all", "--check"])?;
    let clippy = ["clippy", "--workspace", "--all-targets", "--features", OPTIONAL, "--", "-D", "warnings"];
    steps.cargo("clippy", &clippy)?;
    steps.cargo("rust tests", &["test", "--workspace", "--features", OPTIONAL])?;
    let mut rustdoc =
        steps.command("cargo", &["doc", "--package", "heap-identity", "--no-deps", "--features", OPTIONAL]);
    steps.run("rustdoc", rustdoc.env("RUSTDOCFLAGS", "-D warnings"))
}

/// The same verdicts with AWS-LC as the backend of RSA, and decryption, which only it has. Beside `test`, since its first
/// build takes a C compiler one to two minutes; what does not touch keys is not run again.
pub(crate) fn test_with_aws_lc(steps: &mut Steps) -> Outcome {
    let features = ["--package", "heap-identity", "--features", "aws-lc-rs"];
    let clippy = [&["clippy"], features.as_slice(), &["--all-targets", "--", "-D", "warnings"]].concat();
    steps.cargo("clippy with AWS-LC", &clippy)?;
    let tests = ["--lib", "--test", "published", "--test", "sign_on", "--test", "heap_rules"];
    steps.cargo("tests with AWS-LC", &[&["test"], features.as_slice(), &tests].concat())
}

/// Builds what users build with the oldest Rust that Cargo.toml names, which rustup brings. What tests and generators need on
/// top may want a newer one.
pub(crate) fn oldest(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    if !arguments.is_empty() {
        return Err("msrv takes no arguments".to_owned());
    }
    let oldest = env!("CARGO_PKG_RUST_VERSION");
    let install = ["toolchain", "install", oldest, "--profile=minimal", "--no-self-update"];
    if let Err(reason) = steps.run("oldest Rust", &mut steps.command("rustup", &install)) {
        steps
            .note(&format!("Rust {oldest} cannot be had, so it is NOT known whether it is enough: {reason}"));
        return Ok(());
    }
    let mut check = steps.command("rustup", &["run", oldest, "cargo", "check", "--target-dir=target/msrv"]);
    check.args([
        "--package=heap-identity",
        "--package=heap-identity-python",
        "--package=heap-identity-swift",
    ]);
    check.args(["--features", OPTIONAL, "--lib"]);
    // Cargo has named its own toolchain to what it runs.
    check.env_remove("RUSTC").env_remove("RUSTDOC").env_remove("RUSTUP_TOOLCHAIN");
    steps.run("check with the oldest Rust", &mut check)
}

/// Rewrites the tables in `core/docs`: the tests that hold them true write them when asked to.
pub(crate) fn docs(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    if !arguments.is_empty() {
        return Err("docs takes no arguments".to_owned());
    }
    let mut command = steps.command(
        "cargo",
        &[
            "test",
            "--package=heap-identity",
            "--test=rules",
            "--test=connector",
            "--test=checks",
            "--test=parity",
        ],
    );
    steps.run("tables", command.env("REWRITE_TABLES", "1"))
}

/// Measures verification against its floor; and with `--peers` beside other libraries, in a workspace of their own.
pub(crate) fn bench(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    match arguments {
        [] => steps.cargo("bench", &["bench", "--package", "heap-identity-benches", "--bench", "verify"]),
        ["--peers", options @ ..] if matches!(options, [] | ["--samael"]) => {
            let mut run = vec!["run", "--release", "--locked", "--manifest-path", "benches/peers/Cargo.toml"];
            run.extend(options.iter().flat_map(|_| ["--features", "samael"]));
            steps.cargo("peers", &run)
        }
        ["--python"] => python::bench(steps),
        other => Err(format!("expected nothing, --python or --peers [--samael]; found {}", other.join(" "))),
    }
}
