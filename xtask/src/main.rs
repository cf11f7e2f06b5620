//! What can be run in this repository. `cargo xtask` lists it.
#![allow(
    clippy::std_instead_of_alloc,
    clippy::std_instead_of_core,
    reason = "a program for the developer's machine has the standard library"
)]

mod fuzz;
mod interop;
mod python;
mod rust;
mod simulate;
mod steps;
mod swift;
mod swift_judged;

use std::{env, process::ExitCode};

use steps::{Outcome, Steps};

/// One thing that can be run.
struct Task {
    name: &'static str,
    arguments: &'static str,
    help: &'static str,
    run: fn(&mut Steps, &[&str]) -> Outcome,
}

const TASKS: &[Task] = &[
    Task {
        name: "test",
        arguments: "[rust|python|swift|aws-lc-rs]",
        help: "every test: Rust, then Python, then Swift; or one of them",
        run: test,
    },
    Task {
        name: "msrv",
        arguments: "",
        help: "what users build, with the oldest Rust that Cargo.toml names (rustup brings it)",
        run: rust::oldest,
    },
    Task {
        name: "bench",
        arguments: "[--python | --peers [--samael]]",
        help: "verification of a signed Response against the floor under it, as a ratio; what Python adds; or beside other libraries",
        run: rust::bench,
    },
    Task {
        name: "docs",
        arguments: "",
        help: "rewrite the tables in core/docs: rules, attacks and failures with their tests, checks, states, languages",
        run: rust::docs,
    },
    Task {
        name: "fuzz",
        arguments: "[TARGET]... [--seconds N]",
        help: "fuzz every target or those that are named, 60 seconds each unless told otherwise",
        run: fuzz::fuzz,
    },
    Task {
        name: "simulate",
        arguments: "[--seeds N|--seed N|--planted]",
        help: "the sync engine against bad luck: many seeds, one as a story, or with mistakes planted in the engine",
        run: simulate::simulate,
    },
    Task {
        name: "interop",
        arguments: "[SUBJECT]...",
        help: "against other programs, which it installs: differential, saml, scim, command, swift, browser (Debian, root)",
        run: interop::interop,
    },
    Task {
        name: "swift-bindings",
        arguments: "[--check]",
        help: "rewrite the generated Swift sources; or prove that the committed ones are current",
        run: swift::bindings,
    },
    Task {
        name: "swift-sanitize",
        arguments: "",
        help: "the Swift tests under the thread sanitizer",
        run: swift::sanitize,
    },
    Task {
        name: "swift-measure",
        arguments: "",
        help: "one verification in Swift beside one in Rust, as a ratio; for a quiet machine",
        run: swift::measure,
    },
    Task {
        name: "swift-install",
        arguments: "",
        help: "put Swift into target/swift (Debian, root; about a minute)",
        run: swift::install,
    },
];

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let arguments: Vec<&str> = arguments.iter().map(String::as_str).collect();
    let Some((name, rest)) = arguments.split_first() else {
        list();
        return ExitCode::SUCCESS;
    };
    let Some(task) = TASKS.iter().find(|task| task.name == *name) else {
        eprintln!("there is no task `{name}`\n");
        list();
        return ExitCode::from(2);
    };
    let mut steps = Steps::in_repository();
    let outcome = (task.run)(&mut steps, rest);
    steps.summary();
    match outcome {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            eprintln!("cargo xtask {name}: {reason}");
            ExitCode::FAILURE
        }
    }
}

fn list() {
    println!("cargo xtask TASK:");
    for task in TASKS {
        println!("  {:<34} {}", format!("{} {}", task.name, task.arguments), task.help);
    }
}

fn test(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    match arguments {
        [] => {
            rust::test(steps)?;
            simulate::test(steps)?;
            python::test(steps)?;
            swift::test(steps)
        }
        ["rust"] => {
            rust::test(steps)?;
            simulate::test(steps)
        }
        ["python"] => python::test(steps),
        ["swift"] => swift::test(steps),
        ["aws-lc-rs"] => rust::test_with_aws_lc(steps),
        other => {
            Err(format!("expected nothing, rust, python, swift or aws-lc-rs; found {}", other.join(" ")))
        }
    }
}
