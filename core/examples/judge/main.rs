//! Answers questions, one JSON object a line, so that other programs can judge the library. See `--help`.

#![expect(unreachable_pub, reason = "the modules of an example are private")]

mod lines;
mod scim;

use std::process::ExitCode;

use lexopt::{Arg, Parser};

const HELP: &str = "\
Reads one JSON object a line and answers each with one line.

usage: judge SUBJECT < questions > answers

  filter  {\"id\", \"resource\", \"filter\"} -> {\"id\", \"got\": true | false | \"error:<scimType>\"}
  patch   {\"id\", \"before\", \"patch\"} -> {\"id\", \"got\": resource | \"error:<scimType>\"}

A line that is no question is answered with {\"error\"}, and the next is read.";

/// A subject: its name, and what answers one line.
const SUBJECTS: &[(&str, lines::Answer)] = &[("filter", scim::filter), ("patch", scim::patch)];

fn main() -> ExitCode {
    let answer = match subject() {
        Ok(Some(answer)) => answer,
        Ok(None) => {
            println!("{HELP}");
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("judge: {error}; see --help");
            return ExitCode::from(2);
        }
    };
    match lines::serve(&mut std::io::stdin().lock(), &mut std::io::stdout().lock(), answer) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("judge: {error}");
            ExitCode::FAILURE
        }
    }
}

/// What answers, by the name on the command line; `None` where help is asked for.
fn subject() -> Result<Option<lines::Answer>, lexopt::Error> {
    let mut parser = Parser::from_env();
    let mut subject = None;
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Value(name) if subject.is_none() => {
                let known = SUBJECTS.iter().find(|(own, _)| name == *own);
                let (_, answer) = known.ok_or_else(|| format!("there is no subject {name:?}"))?;
                subject = Some(*answer);
            }
            other => return Err(other.unexpected()),
        }
    }
    subject.map(Some).ok_or_else(|| "a subject is missing".into())
}
