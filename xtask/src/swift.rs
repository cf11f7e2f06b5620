//! The Swift package: a toolchain is found or installed, sources are generated, tests are run.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::steps::{Outcome, Steps, in_ci};

const ROOT: &str = "target/swift";
const INSTALL: &str = "bindings-swift/install-swift.sh";
const PACKAGE: &str = "bindings-swift";
const SCRATCH: &str = "target/swift-build";
/// Holds the static library alone: with a shared one beside it the linker would take that.
const LINKED: &str = "target/swift-link";
const LIBRARY: &str = "libheap_identity_swift";
/// Where each generated file belongs, by its name.
const GENERATED: &[(&str, &str)] = &[
    ("HeapIdentity.swift", "bindings-swift/Sources/HeapIdentity"),
    ("HeapIdentityFFI.h", "bindings-swift/Sources/HeapIdentityFFI"),
    ("module.modulemap", "bindings-swift/Sources/HeapIdentityFFI"),
];

/// Proves that the generated sources are current, then builds and tests the package. Without Swift it says so and
/// goes on; in CI that is a failure.
pub(crate) fn test(steps: &mut Steps) -> Outcome {
    let Some(swift) = find(steps) else {
        let missing = "Swift was not found, so the Swift package was NOT built and NOT tested; `cargo xtask swift-install` \
                       puts one into target/swift (Debian, root), or put your own on PATH";
        if in_ci() {
            return Err(missing.to_owned());
        }
        steps.note(missing);
        return Ok(());
    };
    bindings(steps, &["--check"])?;
    link(steps)?;
    let run = |steps: &Steps, arguments: &[&str]| -> Command {
        let (program, before) = match &swift {
            Swift::OnPath => (PathBuf::from("swift"), None),
            Swift::InRoot(enter) => (enter.clone(), Some("swift")),
        };
        let mut command = steps.command(program, &[]);
        command.args(before).args(arguments).args(["--package-path", PACKAGE, "--scratch-path", SCRATCH]);
        command
    };
    steps.run("swift build", &mut run(steps, &["build", "--build-tests"]))?;
    steps.run("swift test", &mut run(steps, &["test", "--skip-build", "--disable-xctest"]))
}

/// Installs Swift into `target/swift`.
pub(crate) fn install(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    if !arguments.is_empty() {
        return Err("swift-install takes no arguments".to_owned());
    }
    let mut command = steps.command("bash", &[INSTALL, ROOT]);
    steps.run("swift toolchain", &mut command)
}

/// Generates the Swift sources from the built library; with `--check` compares instead of writing.
pub(crate) fn bindings(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    let check = match arguments {
        [] => false,
        ["--check"] => true,
        other => return Err(format!("expected --check or nothing; found {}", other.join(" "))),
    };
    let fresh = steps.path("target/swift-generated");
    generate(steps, &fresh)?;
    for (name, folder) in GENERATED {
        let new = read(&fresh.join(name))?;
        let committed = steps.path(folder).join(name);
        if !check {
            fs::create_dir_all(steps.path(folder)).map_err(|error| format!("{folder}: {error}"))?;
            fs::write(&committed, new).map_err(|error| format!("{}: {error}", committed.display()))?;
        } else if read(&committed).ok() != Some(new) {
            return Err(format!(
                "{folder}/{name} is not current; run `cargo xtask swift-bindings` and commit it"
            ));
        }
    }
    Ok(())
}

enum Swift {
    OnPath,
    InRoot(PathBuf),
}

fn find(steps: &Steps) -> Option<Swift> {
    let on_path = env::split_paths(&env::var_os("PATH")?).any(|folder| folder.join("swift").is_file());
    let enter = steps.path(ROOT).join("enter");
    if on_path { Some(Swift::OnPath) } else { enter.is_file().then_some(Swift::InRoot(enter)) }
}

fn generate(steps: &mut Steps, into: &Path) -> Outcome {
    let suffix = env::consts::DLL_EXTENSION;
    steps.cargo("swift library", &["build", "--package", "heap-identity-swift"])?;
    steps.cargo(
        "swift generator",
        &["build", "--package", "heap-identity-swift", "--features", "generate", "--bin", "generate-swift"],
    )?;
    let mut command = steps.command(steps.path("target/debug/generate-swift"), &[]);
    command.args(["--swift-sources", "--headers", "--modulemap", "--module-name", "HeapIdentityFFI"]);
    command.args(["--modulemap-filename", "module.modulemap"]);
    command.arg(steps.path(&format!("target/debug/{LIBRARY}.{suffix}"))).arg(into);
    steps.run("swift sources", &mut command)
}

/// Puts the static library where Package.swift looks for it. SwiftPM does not see it as an input: the program that
/// was linked with the one before must go.
fn link(steps: &Steps) -> Outcome {
    let folder = steps.path(LINKED);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let name = format!("{LIBRARY}.a");
    let built = steps.path("target/debug").join(&name);
    fs::copy(&built, folder.join(&name)).map_err(|error| format!("{}: {error}", built.display()))?;
    let stale = steps.path(SCRATCH).join("debug/HeapIdentityPackageTests.xctest");
    if stale.exists() {
        fs::remove_file(&stale).map_err(|error| format!("{}: {error}", stale.display()))?;
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
