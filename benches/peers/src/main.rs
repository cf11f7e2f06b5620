//! Verification of the same signed Responses by the floor, by heap-identity and by peers, in one run: a table of
//! ratios to the floor. `cargo xtask bench --peers` runs it.
//!
//! Each contender works in a child process with bounded memory, since one of them needs memory by the square of the
//! document. The parent asks them in turn for short slices, so that whatever else the machine does meets all alike.

mod contenders;
mod documents;

use std::{
    env,
    error::Error,
    hint::black_box,
    io::{BufRead, BufReader, Write, stdin, stdout},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    time::{Duration, Instant},
};

use contenders::{CONTENDERS, contender};
use documents::DOCUMENTS;

pub type Failure = Box<dyn Error>;

const ROUNDS: usize = 61;
const SLICE: Duration = Duration::from_millis(10);
/// Address space of a contender, in KiB.
const MEMORY: u32 = 2 << 20;

fn main() -> Result<(), Failure> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        [] => compare(),
        [name, document] => serve(name, document),
        _ => Err("usage: heap-identity-peers".into()),
    }
}

/// The parent: a line for each document and contender.
fn compare() -> Result<(), Failure> {
    println!("{:26} {:16} {:>10} {:>9}   middle half", "document", "verified by", "µs", "x floor");
    for document in DOCUMENTS {
        let mut floor = Process::start("floor", document)?.ok_or("the floor does not stand")?;
        let mut others = Vec::new();
        for name in CONTENDERS.iter().filter(|name| **name != "floor") {
            match Process::start(name, document)? {
                Some(process) => others.push((name, process, Vec::new(), Vec::new())),
                None => println!("{document:26} {name:16} {:>10} {:>9}", "-", "refused"),
            }
        }
        let mut floors = Vec::new();
        for _ in 0..ROUNDS {
            for (_, process, times, ratios) in &mut others {
                let before = floor.slice()?;
                let time = process.slice()?;
                let between = (before + floor.slice()?) / 2.0;
                floors.push(between);
                times.push(time);
                ratios.push(time / between);
            }
        }
        println!("{document:26} {:16} {:>10.1} {:>9.2}", "floor", quantile(&mut floors, 2), 1.0);
        for (name, _, times, ratios) in &mut others {
            let (time, ratio) = (quantile(times, 2), quantile(ratios, 2));
            let (low, high) = (quantile(ratios, 1), quantile(ratios, 3));
            println!("{document:26} {name:16} {time:>10.1} {ratio:>9.2}   {low:.2}..{high:.2}");
        }
    }
    Ok(())
}

/// A quarter, the half or three quarters of the way through the sorted values.
fn quantile(values: &mut [f64], quarters: usize) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() * quarters / 4).copied().unwrap_or(f64::NAN)
}

/// The child: microseconds for one verification, for each line that comes.
fn serve(name: &str, document: &str) -> Result<(), Failure> {
    let document = documents::document(document)?;
    let verify = contender(name, &document)?;
    verify()?;
    println!("ready");
    for line in stdin().lines() {
        line?;
        let (begun, mut done) = (Instant::now(), 0_u32);
        while begun.elapsed() < SLICE {
            black_box(verify()?);
            done += 1;
        }
        println!("{}", begun.elapsed().as_secs_f64() * 1e6 / f64::from(done));
        stdout().flush()?;
    }
    Ok(())
}

/// A contender at work on one document.
struct Process {
    child: Child,
    requests: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Process {
    /// `None` when it does not accept the document, or not within its memory.
    fn start(name: &str, document: &str) -> Result<Option<Self>, Failure> {
        let mut child = Command::new("sh")
            .args(["-c", &format!("ulimit -v {MEMORY}; exec \"$0\" \"$@\"")])
            .arg(env::current_exe()?)
            .args([name, document])
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()?;
        let requests = child.stdin.take().ok_or("no input")?;
        let answers = BufReader::new(child.stdout.take().ok_or("no output")?);
        let mut process = Self { child, requests, answers };
        Ok((process.line()? == "ready").then_some(process))
    }

    fn slice(&mut self) -> Result<f64, Failure> {
        writeln!(self.requests)?;
        Ok(self.line()?.parse()?)
    }

    fn line(&mut self) -> Result<String, Failure> {
        let mut line = String::new();
        self.answers.read_line(&mut line)?;
        Ok(line.trim_end().to_owned())
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // Whatever it says: it is ours, and nobody asks it any more.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
