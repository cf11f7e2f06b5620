//! Runs commands one after the other, and says what is run and how long it took.
#![allow(clippy::disallowed_methods, reason = "D27 is about the core; here the clock is what is asked for")]

use std::{
    env,
    ffi::OsStr,
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::{Command, Stdio},
    time::{Duration, Instant},
};

/// Nothing, or why it cannot go on.
pub(crate) type Outcome = Result<(), String>;

/// The commands run so far, with what each took.
pub(crate) struct Steps {
    root: PathBuf,
    started: Instant,
    taken: Vec<(String, Duration, bool)>,
    notes: Vec<String>,
}

impl Steps {
    /// Steps whose commands run in the root of the repository.
    pub(crate) fn in_repository() -> Self {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).to_owned();
        Self { root, started: Instant::now(), taken: Vec::new(), notes: Vec::new() }
    }

    /// A path from the root of the repository.
    pub(crate) fn path(&self, relative: &str) -> PathBuf {
        self.root.join(relative)
    }

    /// A command that runs in the root of the repository.
    pub(crate) fn command(&self, program: impl AsRef<OsStr>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.args(arguments).current_dir(&self.root);
        command
    }

    /// Runs Cargo with these arguments as the step `name`.
    pub(crate) fn cargo(&mut self, name: &str, arguments: &[&str]) -> Outcome {
        let mut command = self.command("cargo", arguments);
        self.run(name, &mut command)
    }

    /// Runs `command` as the step `name`.
    pub(crate) fn run(&mut self, name: &str, command: &mut Command) -> Outcome {
        let shown = shown(command, &self.root);
        println!("\n== {name}: {shown}");
        let begun = Instant::now();
        let status = command.status().map_err(|error| format!("`{shown}` cannot be started: {error}"))?;
        let taken = begun.elapsed();
        println!("== {name}: {:.1} s", taken.as_secs_f64());
        self.taken.push((name.to_owned(), taken, status.success()));
        if status.success() { Ok(()) } else { Err(format!("{name} failed ({status}): {shown}")) }
    }

    /// Runs `command` as the step `name`, showing its output line by line, and gives it back: whether it succeeded, and
    /// what it wrote.
    pub(crate) fn run_and_read(
        &mut self,
        name: &str,
        command: &mut Command,
    ) -> Result<(bool, String), String> {
        let shown = shown(command, &self.root);
        println!("\n== {name}: {shown}");
        let begun = Instant::now();
        let failure = |error: io::Error| format!("`{shown}` cannot be run: {error}");
        let mut child = command.stdout(Stdio::piped()).spawn().map_err(failure)?;
        let mut output = String::new();
        for line in child.stdout.take().into_iter().flat_map(|stdout| BufReader::new(stdout).lines()) {
            let line = line.map_err(failure)?;
            println!("{line}");
            output.push_str(&line);
            output.push('\n');
        }
        let success = child.wait().map_err(failure)?.success();
        let taken = begun.elapsed();
        println!("== {name}: {:.1} s", taken.as_secs_f64());
        self.taken.push((name.to_owned(), taken, success));
        Ok((success, output))
    }

    /// Says something loudly, now and in the summary.
    pub(crate) fn note(&mut self, text: &str) {
        println!("\n!! {text}");
        self.notes.push(text.to_owned());
    }

    /// Prints what was run and how long each step took.
    pub(crate) fn summary(&self) {
        println!("\n== summary");
        for (name, taken, success) in &self.taken {
            let outcome = if *success { "ok" } else { "FAILED" };
            println!("{:>8.1} s  {outcome:<6}  {name}", taken.as_secs_f64());
        }
        println!("{:>8.1} s  in all", self.started.elapsed().as_secs_f64());
        for note in &self.notes {
            println!("!! {note}");
        }
    }
}

/// Whether the environment says that this runs unattended.
pub(crate) fn in_ci() -> bool {
    env::var_os("CI").is_some_and(|value| !value.is_empty() && value != "false")
}

/// A command as a person would type it in the root of the repository.
fn shown(command: &Command, root: &Path) -> String {
    let words = core::iter::once(command.get_program()).chain(command.get_args());
    let root = format!("{}/", root.display());
    words.map(|word| word.to_string_lossy().replace(&root, "")).collect::<Vec<_>>().join(" ")
}
