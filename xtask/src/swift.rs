//! The Swift package: a toolchain is found or installed, sources are generated, tests are run.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use crate::{
    steps::{Outcome, Steps, in_ci},
    swift_judged::{judges, python, responses},
};

const ROOT: &str = "target/swift";
const INSTALL: &str = "bindings-swift/install-swift.sh";
const PACKAGE: &str = "bindings-swift";
const SCRATCH: &str = "target/swift-build";
const SANITIZED: &str = "target/swift-sanitize";
const MEASURED: &str = "target/swift-measure";
const ROUNDS: usize = 9;
/// What a verification in Swift may cost, in verifications in Rust.
const RATIO_MAX: f64 = 1.2;
const GENERATOR: &str = "target/debug/generate-swift";
/// One after the other: a test counts the handles of the whole process.
const TEST: &[&str] = &["test", "--skip-build", "--disable-xctest", "--no-parallel"];
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
    let judges = judges(steps)?;
    python(steps, GENERATOR, LIBRARY)?;
    link(steps, "debug", SCRATCH)?;
    steps.run("swift build", &mut swift.command(steps, SCRATCH, &["build", "--build-tests"]))?;
    let mut test = swift.command(steps, SCRATCH, TEST);
    steps.run("swift test", judges.tell(&mut test))?;
    let mut example = swift.command(steps, SCRATCH, &["run", "--skip-build", "heap-identity-swift"]);
    steps.run("swift example", &mut example)
}

/// Runs the tests under the thread sanitizer.
pub(crate) fn sanitize(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    if !arguments.is_empty() {
        return Err("swift-sanitize takes no arguments".to_owned());
    }
    let swift = find(steps).ok_or("Swift was not found; `cargo xtask swift-install` brings it")?;
    steps.cargo("swift library", &["build", "--package", "heap-identity-swift"])?;
    let judges = judges(steps)?;
    link(steps, "debug", SANITIZED)?;
    let sanitizer = "--sanitize=thread";
    steps.run("swift build", &mut swift.command(steps, SANITIZED, &["build", "--build-tests", sanitizer]))?;
    let mut test = swift.command(steps, SANITIZED, TEST);
    // A race that is found ends the tests with a failure.
    test.arg(sanitizer).env("TSAN_OPTIONS", "halt_on_error=1");
    steps.run("swift test", judges.tell(&mut test))
}

/// The example tool brings a directory to a service provider of others, over URLSession, with that provider's Python.
pub(crate) fn provision(steps: &mut Steps, python: &Path) -> Outcome {
    let swift = find(steps).ok_or("Swift was not found; `cargo xtask swift-install` brings it")?;
    steps.cargo("swift library", &["build", "--package", "heap-identity-swift"])?;
    link(steps, "debug", SCRATCH)?;
    let tool = "heap-identity-swift";
    steps.run("swift build", &mut swift.command(steps, SCRATCH, &["build", "--product", tool]))?;
    let program = steps.path(SCRATCH).join("debug").join(tool);
    let mut check = steps.command(python, &["core/tests/interop/swift.py"]);
    check.arg(steps.path("target/interop/swift"));
    if let Swift::InRoot(enter) = &swift {
        check.arg(enter);
    }
    steps.run("interop swift", check.arg(program))
}

/// Verifies one small Response in Swift and in Rust, both built for release, and prints the ratio.
pub(crate) fn measure(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    if !arguments.is_empty() {
        return Err("swift-measure takes no arguments".to_owned());
    }
    let swift = find(steps).ok_or("Swift was not found; `cargo xtask swift-install` brings it")?;
    steps.cargo("release", &["build", "--release", "--package=heap-identity-swift", "--features=measure"])?;
    steps.cargo(
        "examples",
        &["build", "--package=heap-identity", "--features=attacks", "--example=judge", "--example=attacks"],
    )?;
    responses(steps)?;
    link(steps, "release", MEASURED)?;
    let release = ["build", "--configuration=release", "--product=measure-verify"];
    steps.run("swift build", &mut swift.command(steps, MEASURED, &release))?;
    let programs = [
        steps.path(MEASURED).join("release/measure-verify"),
        steps.path("target/release/measure-verify-rust"),
    ];
    let mut rounds: Vec<[f64; 2]> = Vec::new();
    // In turns, so that what disturbs the one disturbs the other.
    for _ in 0..ROUNDS {
        let mut round = [0.0; 2];
        for (program, nanoseconds) in programs.iter().zip(&mut round) {
            let arguments =
                ["target/swift-vectors/response.txt", "core/tests/vectors/keys/rsa2048.cert.pem", "500"];
            let mut command = swift.program(steps, program, &arguments);
            let (ended, output) = steps.run_and_read("verify", &mut command)?;
            let read = output.trim().parse().ok().filter(|_| ended);
            *nanoseconds = read.ok_or_else(|| format!("{} says {output}", program.display()))?;
        }
        rounds.push(round);
    }
    let in_swift = median(rounds.iter().map(|[swift, _]| *swift));
    let in_rust = median(rounds.iter().map(|[_, rust]| *rust));
    let ratio = median(rounds.iter().map(|[swift, rust]| swift / rust));
    // Linux alone tells it by a file.
    let load = fs::read_to_string("/proc/loadavg").unwrap_or_default();
    println!(
        "\none verification, medians of {ROUNDS} rounds: {in_swift} ns in Swift, {in_rust} ns in Rust, ratio {ratio:.3} \
         (at most {RATIO_MAX}); load {load}"
    );
    if ratio > RATIO_MAX { Err("a verification in Swift costs too much".to_owned()) } else { Ok(()) }
}

fn median(numbers: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = numbers.collect();
    sorted.sort_by(f64::total_cmp);
    sorted.get(sorted.len() / 2).copied().unwrap_or(f64::NAN)
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

impl Swift {
    /// `swift` with a package of ours and a place of its own for what it builds.
    fn command(&self, steps: &Steps, scratch: &str, arguments: &[&str]) -> Command {
        let (word, rest) = arguments.split_first().unwrap_or((&"--version", &[]));
        let mut command = self.program(steps, Path::new("swift"), &[word]);
        command.args(["--package-path", PACKAGE, "--scratch-path", scratch]).args(rest);
        command
    }

    /// A program, where the libraries of Swift are.
    fn program(&self, steps: &Steps, program: &Path, arguments: &[&str]) -> Command {
        let mut command = match self {
            Self::OnPath => steps.command(program, &[]),
            Self::InRoot(enter) => {
                let mut command = steps.command(enter, &[]);
                command.arg(program);
                command
            }
        };
        command.args(arguments);
        command
    }
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
    let mut command = steps.command(steps.path(GENERATOR), &[]);
    command.args(["--swift-sources", "--headers", "--modulemap", "--module-name", "HeapIdentityFFI"]);
    command.args(["--modulemap-filename", "module.modulemap"]);
    command.arg(steps.path(&format!("target/debug/{LIBRARY}.{suffix}"))).arg(into);
    steps.run("swift sources", &mut command)
}

/// Puts the static library of a profile where Package.swift looks for it. SwiftPM does not see it as an input: the programs
/// that were linked with the one before must go.
fn link(steps: &Steps, profile: &str, scratch: &str) -> Outcome {
    let folder = steps.path(LINKED);
    fs::create_dir_all(&folder).map_err(|error| format!("{}: {error}", folder.display()))?;
    let name = format!("{LIBRARY}.a");
    let built = steps.path("target").join(profile).join(&name);
    fs::copy(&built, folder.join(&name)).map_err(|error| format!("{}: {error}", built.display()))?;
    for program in ["HeapIdentityPackageTests.xctest", "heap-identity-swift", "measure-verify"] {
        let stale = steps.path(scratch).join(profile).join(program);
        if stale.exists() {
            fs::remove_file(&stale).map_err(|error| format!("{}: {error}", stale.display()))?;
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
