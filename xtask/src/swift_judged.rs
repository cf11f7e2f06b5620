//! What the Swift tests are judged by: Responses with the verdicts of Rust, the core's example `serve`, and uniffi's own
//! Python.

#![allow(
    clippy::disallowed_methods,
    reason = "D27 is about the core; a program that starts a server waits for it"
)]

use std::{
    env, fs,
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::PathBuf,
    process::{Child, Command},
    thread,
    time::Duration,
};

use crate::steps::{Outcome, Steps};

const RESPONSES: &str = "target/swift-vectors/saml.jsonl";
const PYTHON: &str = "target/uniffi-python";
/// As `Outside.swift` has it.
const TOKEN: &str = "swift-tests";

/// What was made and started for the tests; the server ends with it.
pub(crate) struct Judges {
    responses: PathBuf,
    port: u16,
    server: Child,
}

impl Drop for Judges {
    fn drop(&mut self) {
        // It may have ended by itself.
        drop(self.server.kill());
        drop(self.server.wait());
    }
}

impl Judges {
    /// Names them in the environment of the tests.
    pub(crate) fn tell<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command
            .env("HEAP_IDENTITY_SAML_VECTORS", &self.responses)
            .env("HEAP_IDENTITY_SERVE", format!("http://127.0.0.1:{}/scim/v2/demo", self.port))
    }
}

/// Makes the Responses, and starts the server.
pub(crate) fn judges(steps: &mut Steps) -> Result<Judges, String> {
    steps.cargo(
        "swift judges",
        &[
            "build",
            "--package=heap-identity",
            "--features=attacks",
            "--example=judge",
            "--example=attacks",
            "--example=serve",
        ],
    )?;
    responses(steps)?;
    let port = free_port()?;
    let mut serve = steps.command(steps.path("target/debug/examples/serve"), &[]);
    serve.args(["--port", &port.to_string(), "--token", TOKEN]);
    let server = serve.spawn().map_err(|error| format!("the example `serve`: {error}"))?;
    let judges = Judges { responses: steps.path(RESPONSES), port, server };
    for _ in 0..100 {
        if TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok() {
            return Ok(judges);
        }
        thread::sleep(Duration::from_millis(50));
    }
    Err(format!("the example `serve` does not listen on port {port}"))
}

/// Makes the Responses, of which one alone is for measuring.
pub(crate) fn responses(steps: &mut Steps) -> Outcome {
    let mut make = steps.command("python3", &["bindings-swift/Tests/make_saml_vectors.py"]);
    make.args(["target/debug/examples", "core/tests/vectors/keys", RESPONSES]);
    steps.run("swift responses", &mut make)
}

/// uniffi's Python of the same surface comes to the same verdicts. Its generator stands beside Swift's.
pub(crate) fn python(steps: &mut Steps, generator: &str, library: &str) -> Outcome {
    let file = format!("{library}.{}", env::consts::DLL_EXTENSION);
    let built = steps.path("target/debug").join(&file);
    let mut generate = steps.command(steps.path(generator), &["generate"]);
    generate.arg(&built).args(["--language", "python", "--no-format", "--out-dir", PYTHON]);
    steps.run("uniffi python", &mut generate)?;
    fs::copy(&built, steps.path(PYTHON).join(&file))
        .map_err(|error| format!("{}: {error}", built.display()))?;
    let mut test = steps.command("python3", &["-m", "unittest", "discover", "--start-directory"]);
    test.arg("bindings-swift/Tests/second_judge").env("PYTHONPATH", steps.path(PYTHON));
    test.env("HEAP_IDENTITY_SAML_VECTORS", steps.path(RESPONSES));
    steps.run("uniffi python test", &mut test)
}

fn free_port() -> Result<u16, String> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).and_then(|listener| listener.local_addr());
    listener.map(|address| address.port()).map_err(|error| format!("no free port: {error}"))
}
