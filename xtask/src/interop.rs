//! The comparisons with other people's programs (`core/tests/interop`), and the installation of what they need.
//!
//! What cannot be installed is a failure: a comparison that is passed over proves nothing.

use std::{
    fs,
    path::PathBuf,
    process::{Command, Stdio},
};

use crate::{
    python,
    steps::{Outcome, Steps},
    swift,
};

const HOME: &str = "target/interop";
const SCRIPTS: &str = "core/tests/interop";

/// One subject: its name, what it needs, and what it runs.
struct Subject {
    name: &'static str,
    /// Debian's packages, each with a file that is there once it is installed.
    debian: &'static [(&'static str, &'static str)],
    /// An environment of Python and what is installed in it; none for a script that sees to that by itself.
    python: Option<Environment>,
    /// The packages of `partners/package.json`.
    npm: bool,
    scripts: &'static [&'static [&'static str]],
    /// What is run besides, and counts as one.
    task: Option<fn(&mut Steps) -> Outcome>,
}

/// A folder in `target`, and the file of pinned packages from PyPI.
#[derive(Clone, Copy)]
struct Environment {
    folder: &'static str,
    requirements: &'static str,
}

const PARTNERS: Environment =
    Environment { folder: "target/interop/partners", requirements: "partners/requirements.txt" };
const SCIM: Environment =
    Environment { folder: "target/interop-scim/python", requirements: "scim-requirements.txt" };

const SUBJECTS: &[Subject] = &[
    Subject {
        name: "differential",
        debian: &[
            ("valgrind", "/usr/bin/valgrind"),
            ("xmlsec1", "/usr/bin/xmlsec1"),
            ("cmake", "/usr/bin/cmake"),
        ],
        python: None,
        npm: false,
        scripts: &[
            &["run.py", "--count", "10000", "canonical", "wellformed"],
            &["run.py", "--count", "1000", "signatures", "encryption", "metadata", "cost"],
        ],
        task: None,
    },
    Subject {
        name: "saml",
        debian: &[
            ("xmlsec1", "/usr/bin/xmlsec1"),
            ("python3-lasso", "/usr/lib/python3/dist-packages/lasso.py"),
            ("ruby-saml", "/usr/share/doc/ruby-saml/copyright"),
            ("simplesamlphp", "/usr/share/simplesamlphp/lib/_autoload.php"),
            ("php-cli", "/usr/bin/php"),
            ("php-xml", "/usr/share/doc/php-xml/copyright"),
            ("php-mbstring", "/usr/share/doc/php-mbstring/copyright"),
        ],
        python: Some(PARTNERS),
        npm: true,
        scripts: &[&["partners/run.py"]],
        task: None,
    },
    Subject {
        name: "scim",
        debian: &[],
        python: Some(SCIM),
        npm: false,
        scripts: &[&["scim.py"]],
        task: None,
    },
    Subject {
        name: "history",
        debian: &[],
        python: None,
        npm: false,
        scripts: &[&["history.py"]],
        task: None,
    },
    Subject {
        name: "command",
        debian: &[],
        python: Some(SCIM),
        npm: false,
        scripts: &[],
        task: Some(python::kill_the_command),
    },
    Subject {
        name: "swift",
        debian: &[],
        python: Some(SCIM),
        npm: false,
        scripts: &[],
        task: Some(|steps| swift::provision(steps, &SCIM.interpreter(steps))),
    },
    Subject {
        name: "browser",
        debian: &[("chromium", "/usr/bin/chromium"), ("chromium-driver", "/usr/bin/chromedriver")],
        python: Some(PARTNERS),
        npm: false,
        scripts: &[&["partners/browser.py"]],
        task: Some(python::test_in_browser),
    },
];

/// Runs every subject, or those that are named, and ends with the line `N passed, N failed`.
pub(crate) fn interop(steps: &mut Steps, arguments: &[&str]) -> Outcome {
    if let Some(unknown) = arguments.iter().find(|name| SUBJECTS.iter().all(|subject| subject.name != **name))
    {
        let names: Vec<&str> = SUBJECTS.iter().map(|subject| subject.name).collect();
        return Err(format!("there is no subject `{unknown}`; there are {}", names.join(", ")));
    }
    let (mut passed, mut failed, mut broken) = (0, 0, Vec::new());
    for subject in SUBJECTS.iter().filter(|it| arguments.is_empty() || arguments.contains(&it.name)) {
        let installed = install(steps, subject);
        for script in subject.scripts {
            match installed.clone().and_then(|()| run(steps, subject, script)) {
                Ok((right, wrong)) => (passed, failed) = (passed + right, failed + wrong),
                Err(reason) => {
                    failed += 1;
                    broken.push(reason);
                }
            }
        }
        if let Some(task) = subject.task {
            match installed.and_then(|()| task(steps)) {
                Ok(()) => passed += 1,
                Err(reason) => {
                    failed += 1;
                    broken.push(reason);
                }
            }
        }
    }
    println!("\n{passed} passed, {failed} failed");
    if failed == 0 && passed > 0 {
        Ok(())
    } else {
        Err(format!("not everything agrees\n{}", broken.join("\n")))
    }
}

impl Environment {
    fn interpreter(self, steps: &Steps) -> PathBuf {
        steps.path(self.folder).join("bin/python")
    }

    fn install(self, steps: &mut Steps) -> Outcome {
        let python = self.interpreter(steps);
        // `pip` comes last when an environment is made: without it the attempt before was cut short.
        if !python.with_file_name("pip").exists() {
            let mut create = steps.command("python3", &["-m", "venv", self.folder]);
            steps.run("interop environment", &mut create)?;
        }
        let mut install =
            steps.command(python, &["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        let requirements = format!("{SCRIPTS}/{}", self.requirements);
        steps.run("pip install", install.args(["-r", &requirements]))
    }
}

fn install(steps: &mut Steps, subject: &Subject) -> Outcome {
    let missing = subject.debian.iter().filter(|(_, file)| !PathBuf::from(file).exists());
    let missing: Vec<&str> = missing.map(|(package, _)| *package).collect();
    if !missing.is_empty() {
        let mut install = apt(steps, &["install", "--yes"]);
        if steps.run("apt-get install", install.args(&missing)).is_err() {
            steps.run("apt-get update", &mut apt(steps, &["update"]))?;
            let mut again = apt(steps, &["install", "--yes"]);
            steps.run("apt-get install", again.args(&missing))?;
        }
    }
    if let Some(environment) = subject.python {
        environment.install(steps)?;
    }
    if subject.npm { npm(steps) } else { Ok(()) }
}

fn apt(steps: &Steps, arguments: &[&str]) -> Command {
    let mut command = steps.command("apt-get", &["-qq"]);
    command.args(arguments).env("DEBIAN_FRONTEND", "noninteractive").stdout(Stdio::null());
    command
}

/// The pinned packages from npm, as the lock file has them.
fn npm(steps: &mut Steps) -> Outcome {
    let folder = format!("{HOME}/node");
    let failure = |error: std::io::Error| format!("{folder}: {error}");
    fs::create_dir_all(steps.path(&folder)).map_err(failure)?;
    let mut changed = !steps.path(&folder).join("node_modules").exists();
    for name in ["package.json", "package-lock.json"] {
        let wanted = fs::read(steps.path(SCRIPTS).join("partners").join(name)).map_err(failure)?;
        let place = steps.path(&folder).join(name);
        if fs::read(&place).ok().as_ref() != Some(&wanted) {
            fs::write(place, wanted).map_err(failure)?;
            changed = true;
        }
    }
    if !changed {
        return Ok(());
    }
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund", "--prefix", &folder];
    steps.run("npm ci", &mut steps.command("npm", &arguments))
}

/// Runs a script of a subject; its last line counts, and a script that has none counts as one.
fn run(steps: &mut Steps, subject: &Subject, words: &[&str]) -> Result<(u32, u32), String> {
    let python =
        subject.python.map_or_else(|| PathBuf::from("python3"), |environment| environment.interpreter(steps));
    let mut command = steps.command(python, &[]);
    let (script, arguments) = words.split_first().ok_or("a subject without a script")?;
    command.arg(format!("{SCRIPTS}/{script}")).args(arguments);
    let (ended, output) = steps.run_and_read(&format!("interop {}", subject.name), &mut command)?;
    let counted = output.lines().rev().find_map(counts);
    match (counted, ended) {
        (Some((passed, failed)), true) => Ok((passed, failed)),
        (Some((passed, failed)), false) => Ok((passed, failed.max(1))),
        (None, true) => Ok((1, 0)),
        (None, false) => Err(format!("{} failed", subject.name)),
    }
}

/// The numbers of a line `N passed, N failed`.
fn counts(line: &str) -> Option<(u32, u32)> {
    let (passed, failed) = line.split_once(" passed, ")?;
    Some((passed.parse().ok()?, failed.strip_suffix(" failed")?.parse().ok()?))
}
