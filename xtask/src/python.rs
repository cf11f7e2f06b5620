//! The Python package: built and installed as a user would, then tested.

use std::{path::PathBuf, process::Command};

use crate::steps::{Outcome, Steps};

const ENVIRONMENT: &str = "target/python";
/// The oldest Python that `bindings-python/pyproject.toml` names, and an environment of its own for it.
const OLDEST: &str = "3.10";
const OLDEST_ENVIRONMENT: &str = "target/python-oldest";
/// What stubtest is wrong about.
const NOT_SO: &str = "--allowlist=bindings-python/stubtest.txt";

/// Installs the package into an environment of its own and runs its tests, the type checker and the check of the
/// stubs against the compiled module.
pub(crate) fn test(steps: &mut Steps) -> Outcome {
    install(steps)?;
    steps.run("pytest", &mut module(steps, &["pytest", "--quiet", "bindings-python"]))?;
    let example =
        ["build", "--quiet", "--package", "heap-identity", "--features", "attacks", "--example", "attacks"];
    steps.run("attacks", &mut steps.command("cargo", &example))?;
    steps.run(
        "pytest -m attacks",
        &mut module(steps, &["pytest", "--quiet", "-m", "attacks", "bindings-python"]),
    )?;
    let configuration = "--config-file=bindings-python/pyproject.toml";
    steps.run(
        "mypy",
        &mut module(
            steps,
            &[
                "mypy",
                configuration,
                "bindings-python/python",
                "bindings-python/tests",
                "bindings-python/benches",
            ],
        ),
    )?;
    let configuration = "--mypy-config-file=bindings-python/pyproject.toml";
    steps.run("stubtest", &mut module(steps, &["mypy.stubtest", configuration, NOT_SO, "heap_identity"]))?;
    test_with_the_oldest(steps)
}

/// The same tests with the oldest Python, where the machine has one.
fn test_with_the_oldest(steps: &mut Steps) -> Outcome {
    let name = format!("python{OLDEST}");
    let Some(program) = path_of(steps, &name) else {
        steps.note(&format!("{name} was not found, so it is NOT known whether the package works with it"));
        return Ok(());
    };
    install_into(steps, OLDEST_ENVIRONMENT, &program)?;
    let mut pytest = module_of(steps, OLDEST_ENVIRONMENT, &["pytest", "--quiet", "bindings-python"]);
    steps.run(&format!("pytest with {name}"), &mut pytest)
}

/// Where the oldest Python is.
fn path_of(steps: &Steps, name: &str) -> Option<String> {
    let mut ask = steps.command(name, &["-c", "import sys; print(sys.executable)"]);
    // Where pyenv answers to the name, it wants to be told the version once more.
    let told = ask.env("PYENV_VERSION", OLDEST).output().ok().filter(|told| told.status.success())?;
    Some(String::from_utf8(told.stdout).ok()?.trim().to_owned())
}

/// What Python adds to the cost of the core, beside a worker of Rust's own.
pub(crate) fn bench(steps: &mut Steps) -> Outcome {
    install(steps)?;
    let worker =
        ["build", "--quiet", "--release", "--package", "heap-identity-benches", "--bin", "saml_worker"];
    steps.run("worker", &mut steps.command("cargo", &worker))?;
    let script = ["bindings-python/benches/cost.py", "target/release/saml_worker"];
    steps.run("cost", &mut steps.command(interpreter(steps, ENVIRONMENT), &script))
}

/// The tests that need a browser, which must be there.
pub(crate) fn test_in_browser(steps: &mut Steps) -> Outcome {
    install(steps)?;
    steps.run(
        "pytest -m browser",
        &mut module(steps, &["pytest", "--quiet", "-m", "browser", "bindings-python"]),
    )
}

/// The command is killed while it works against the service providers of others, and behind a faulty proxy.
pub(crate) fn kill_the_command(steps: &mut Steps) -> Outcome {
    install(steps)?;
    steps.run("interop command", &mut steps.command("python3", &["core/tests/interop/command.py"]))
}

fn interpreter(steps: &Steps, environment: &str) -> PathBuf {
    steps.path(environment).join("bin/python")
}

fn module(steps: &Steps, arguments: &[&str]) -> Command {
    module_of(steps, ENVIRONMENT, arguments)
}

fn module_of(steps: &Steps, environment: &str, arguments: &[&str]) -> Command {
    let mut command = steps.command(interpreter(steps, environment), &["-m"]);
    command.args(arguments);
    command
}

fn install(steps: &mut Steps) -> Outcome {
    install_into(steps, ENVIRONMENT, "python3")
}

fn install_into(steps: &mut Steps, environment: &str, program: &str) -> Outcome {
    // `pip` comes last when an environment is made: without it the attempt before was cut short.
    if !interpreter(steps, environment).with_file_name("pip").exists() {
        let mut create = steps.command(program, &["-m", "venv", environment]);
        steps.run("python environment", &mut create).map_err(|error| {
            format!("{error}; Python {OLDEST} or later with its venv module is needed (Debian: python3-venv)")
        })?;
    }
    let arguments = ["pip", "install", "--quiet", "--disable-pip-version-check", "./bindings-python[test]"];
    steps.run("pip install", &mut module_of(steps, environment, &arguments))
}
