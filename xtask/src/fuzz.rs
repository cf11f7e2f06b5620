//! Fuzzing, by cargo-fuzz.

use std::fs;

use crate::steps::{Outcome, Steps};

const SECONDS: u32 = 60;

/// Fuzzes every target, or the one that is named, for a number of seconds.
pub(crate) fn fuzz(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    let (names, seconds) = read(arguments)?;
    let known = targets(steps)?;
    if let Some(unknown) = names.iter().find(|name| !known.iter().any(|known| known == *name)) {
        return Err(format!("there is no target `{unknown}`; there are {}", known.join(", ")));
    }
    let installed = steps.command("cargo", &["fuzz", "--version"]).output();
    if !installed.is_ok_and(|output| output.status.success()) {
        return Err("cargo-fuzz was not found; `cargo install --locked cargo-fuzz` brings it".to_owned());
    }
    for target in known.iter().filter(|target| names.is_empty() || names.contains(&target.as_str())) {
        // What is found is kept in the corpus; the seeds are ours and stay as they are.
        let corpus = format!("fuzz/corpus/{target}");
        fs::create_dir_all(steps.path(&corpus)).map_err(|error| format!("{corpus}: {error}"))?;
        let mut command = steps.command("cargo", &["fuzz", "run", target]);
        command.args([&corpus, &format!("fuzz/seeds/{target}"), "--"]);
        command.arg(format!("-dict=fuzz/dictionaries/{target}.dict"));
        command.arg(format!("-max_total_time={seconds}"));
        command.args(["-timeout=10", "-print_funcs=0", "-verbosity=0"]);
        // The sanitizers are unstable options, which the stable compiler takes when it is told that we know.
        command.env("RUSTC_BOOTSTRAP", "1");
        steps.run(&format!("fuzz {target}"), &mut command)?;
    }
    Ok(())
}

/// The names of targets and the seconds for each.
fn read<'a>(arguments: &[&'a str]) -> Result<(Vec<&'a str>, u32), String> {
    match arguments {
        [] => Ok((Vec::new(), SECONDS)),
        ["--seconds", number, rest @ ..] => {
            let seconds =
                number.parse().map_err(|_| format!("expected a number of seconds; found {number}"))?;
            Ok((read(rest)?.0, seconds))
        }
        [name, rest @ ..] if !name.starts_with('-') => {
            let (mut names, seconds) = read(rest)?;
            names.push(name);
            Ok((names, seconds))
        }
        other => Err(format!("expected targets and --seconds N; found {}", other.join(" "))),
    }
}

fn targets(steps: &Steps) -> Result<Vec<String>, String> {
    let folder = fs::read_dir(steps.path("fuzz/fuzz_targets")).map_err(|error| format!("fuzz: {error}"))?;
    let files = folder.filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    let mut names: Vec<String> =
        files.filter_map(|name| Some(name.strip_suffix(".rs")?.to_owned())).collect();
    names.sort();
    Ok(names)
}
