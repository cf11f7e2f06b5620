//! The worker side of a yardstick: one JSON request a line on standard input, one JSON answer a line on standard
//! output. The runner keeps all workers alive and asks them in turn for short slices, so that what is compared is
//! measured side by side.
//!
//! ```text
//! {"cmd":"caps"}                               -> {"name":…, "cases":[{"op","input"}…]}
//! {"cmd":"check","op":…,"input":…}             -> {"ok":bool, …}
//! {"cmd":"run","op":…,"input":…,"ms":n}        -> {"op","input","us","n"}
//! ```
//!
//! An `op` that ends in `@2` is the same operation on two threads; its `us` is wall time by all operations done.
#![allow(clippy::disallowed_methods, reason = "a benchmark measures time, on two threads too")]

use std::hint::black_box;
use std::io::{BufRead, Write};
use std::path::PathBuf;
use std::sync::{Arc, Barrier};
use std::time::{Duration, Instant};
use std::{env, fs, io, thread};

use serde_json::{Value, json};

/// Why a request cannot be answered.
pub type Failure = Box<dyn std::error::Error + Send + Sync>;

/// What an operation gives back, for the check.
#[derive(Debug, Default)]
pub struct Outcome {
    /// Signatures that were verified.
    pub signatures: usize,
    /// The signed document.
    pub signed: Option<String>,
    /// Who was logged in.
    pub name_id: Option<String>,
    /// How many attribute values were read.
    pub values: Option<usize>,
}

/// What is measured.
pub type Operation = Box<dyn FnMut() -> Result<Outcome, Failure>>;

/// Makes an operation on a document, for one thread.
pub type Factory = Arc<dyn Fn(&[u8]) -> Result<Operation, Failure> + Send + Sync>;

/// One operation on one input.
pub struct Case {
    /// The operation's name in the protocol.
    pub op: &'static str,
    /// The input's name in the manifest.
    pub input: String,
    /// Which file of the input it works on: `file`, `unsigned`, `template`.
    pub source: &'static str,
    /// Whether it must refuse the input's tampered twin.
    pub refuses_tampered: bool,
    /// Makes the operation.
    pub factory: Factory,
}

impl std::fmt::Debug for Case {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Case({} {})", self.op, self.input)
    }
}

/// The folder of inputs with its manifest.
#[derive(Debug)]
pub struct Inputs {
    folder: PathBuf,
    manifest: Value,
}

impl Inputs {
    /// The folder that the first argument or the environment variable `variable` names.
    ///
    /// # Errors
    /// None is named, or its `manifest.json` cannot be read.
    pub fn load(variable: &str) -> Result<Self, Failure> {
        let folder = env::args().nth(1).or_else(|| env::var(variable).ok());
        let folder = PathBuf::from(folder.ok_or_else(|| format!("name the folder of inputs in {variable}"))?);
        let manifest = serde_json::from_slice(&fs::read(folder.join("manifest.json"))?)?;
        Ok(Self { folder, manifest })
    }

    /// The names of all inputs.
    pub fn names(&self) -> Vec<String> {
        self.all().map(|(name, _)| name.clone()).collect()
    }

    /// What the manifest says about an input.
    pub fn entry(&self, input: &str) -> Value {
        self.all().find(|(name, _)| *name == input).map(|(_, entry)| entry.clone()).unwrap_or_default()
    }

    /// What the manifest says of all inputs.
    pub fn text(&self, field: &str) -> String {
        self.manifest.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    /// A file of the folder.
    ///
    /// # Errors
    /// It cannot be read.
    pub fn read(&self, file: &str) -> Result<Vec<u8>, Failure> {
        fs::read(self.folder.join(file)).map_err(|error| format!("{file}: {error}").into())
    }

    /// The file of an input that the manifest lists under `which`.
    ///
    /// # Errors
    /// There is none, or it cannot be read.
    pub fn source(&self, input: &str, which: &str) -> Result<Vec<u8>, Failure> {
        let entry = self.entry(input);
        let file = entry.get(which).and_then(Value::as_str);
        self.read(file.ok_or_else(|| format!("{input} has no file {which}"))?)
    }

    fn all(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.manifest.get("inputs").and_then(Value::as_object).into_iter().flatten()
    }
}

/// Answers requests until the input ends.
///
/// # Errors
/// Standard input or output fails, or a request is none.
pub fn serve(name: &str, inputs: &Inputs, cases: &[Case]) -> Result<(), Failure> {
    let mut output = io::stdout();
    for line in io::stdin().lock().lines() {
        let request: Value = serde_json::from_str(&line?)?;
        let text = |field: &str| request.get(field).and_then(Value::as_str).unwrap_or_default();
        let op = text("op");
        let case =
            cases.iter().find(|case| case.op == op.trim_end_matches("@2") && case.input == text("input"));
        let ms = Duration::from_millis(request.get("ms").and_then(Value::as_u64).unwrap_or(200));
        let answer = match (text("cmd"), case) {
            ("caps", _) => {
                let all: Vec<_> =
                    cases.iter().map(|case| json!({"op": case.op, "input": case.input})).collect();
                json!({"name": name, "cases": all})
            }
            ("check", Some(case)) => {
                check(case, inputs).unwrap_or_else(|error| json!({"ok": false, "why": error.to_string()}))
            }
            ("run", Some(case)) => {
                run(case, inputs, op, ms).unwrap_or_else(|error| json!({"error": error.to_string()}))
            }
            _ => json!({"ok": false, "why": "no such case", "error": "no such case"}),
        };
        writeln!(output, "{answer}")?;
        output.flush()?;
    }
    Ok(())
}

/// Once on the document, on its tampered twin, and on those of which one signature is spoilt.
fn check(case: &Case, inputs: &Inputs) -> Result<Value, Failure> {
    let once = |bytes: &[u8]| (case.factory)(bytes).and_then(|mut operation| operation());
    let outcome = once(&inputs.source(&case.input, case.source)?)?;
    let entry = inputs.entry(&case.input);
    if case.refuses_tampered && once(&inputs.source(&case.input, "bad")?).is_ok() {
        return Err("accepts the tampered document".into());
    }
    for (found, expected) in
        [("name_id", outcome.name_id.clone().map(Value::from)), ("values", outcome.values.map(Value::from))]
    {
        if expected.is_some_and(|expected| entry.get(found) != Some(&expected)) {
            return Err(format!("a wrong {found}").into());
        }
    }
    let mut noticed = Vec::new();
    for (which, file) in entry.get("probes").and_then(Value::as_object).into_iter().flatten() {
        if case.refuses_tampered && once(&inputs.read(file.as_str().unwrap_or_default())?).is_err() {
            noticed.push(which);
        }
    }
    let signatures = if noticed.is_empty() { outcome.signatures } else { noticed.len() };
    let noticed = if noticed.is_empty() { Value::Null } else { json!(noticed) };
    Ok(json!({
        "ok": true, "sigs": signatures, "noticed": noticed, "values": outcome.values,
        "name_id": outcome.name_id, "rejects_tampered": case.refuses_tampered, "signed": outcome.signed,
    }))
}

fn run(case: &Case, inputs: &Inputs, op: &str, slice: Duration) -> Result<Value, Failure> {
    let bytes = inputs.source(&case.input, case.source)?;
    let (us, n) = if op.ends_with("@2") {
        (on_two_threads(case, &bytes, slice)?, 0)
    } else {
        on_one_thread(case, &bytes, slice)?
    };
    Ok(json!({"op": op, "input": case.input, "us": us, "n": n}))
}

/// The median of samples of at least 20 microseconds, and how many operations they were.
fn on_one_thread(case: &Case, bytes: &[u8], slice: Duration) -> Result<(f64, u32), Failure> {
    let mut operation = (case.factory)(bytes)?;
    black_box(operation()?);
    let start = Instant::now();
    black_box(operation()?);
    let once = start.elapsed().max(Duration::from_nanos(1));
    let batch = u32::try_from(20_000 / once.as_nanos().max(1) + 1)?;
    let end = Instant::now() + slice;
    let mut samples = Vec::new();
    while samples.is_empty() || Instant::now() < end {
        let start = Instant::now();
        for _ in 0..batch {
            black_box(operation()?);
        }
        samples.push(start.elapsed().as_secs_f64() * 1e6 / f64::from(batch));
    }
    samples.sort_by(f64::total_cmp);
    let median = samples.get(samples.len() / 2).copied().unwrap_or_default();
    Ok((median, batch * u32::try_from(samples.len())?))
}

/// Microseconds of wall time by all operations that two threads did.
fn on_two_threads(case: &Case, bytes: &[u8], slice: Duration) -> Result<f64, Failure> {
    let barrier = Arc::new(Barrier::new(2));
    let work = || -> Result<f64, Failure> {
        let warm = (case.factory)(bytes).and_then(|mut operation| operation().map(|_| operation));
        barrier.wait();
        let mut operation = warm?;
        let start = Instant::now();
        let mut done = 0_u32;
        while start.elapsed() < slice {
            black_box(operation()?);
            done += 1;
        }
        Ok(f64::from(done) / start.elapsed().as_secs_f64())
    };
    let (one, other) = thread::scope(|scope| {
        let threads = [scope.spawn(work), scope.spawn(work)];
        let [one, other] = threads.map(|thread| thread.join().unwrap_or_else(|_| Err("panicked".into())));
        (one, other)
    });
    Ok(1e6 / (one? + other?))
}
