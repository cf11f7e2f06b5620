//! Answers questions, one JSON object a line, so that other programs can judge the library. See `--help`.

#![expect(unreachable_pub, reason = "the modules of an example are private")]

mod lines;
mod saml;
mod scim;

use std::process::ExitCode;

use lexopt::{Arg, Parser};

const HELP: &str = "\
Reads one JSON object a line and answers each with one line.

usage: judge SUBJECT < questions > answers

  filter  {\"id\", \"resource\", \"filter\"} -> {\"id\", \"got\": true | false | \"error:<scimType>\"}
  patch   {\"id\", \"before\", \"patch\"} -> {\"id\", \"got\": resource | \"error:<scimType>\"}
  saml    {\"session\", \"kind\": \"response\", \"response\": form value, \"cert\": PEM | [PEM], \"idp_entity_id\",
           \"sp_entity_id\", \"acs\", \"now\", \"in_response_to\": text | null}
            -> {\"ok\", \"name_id\", \"attributes\": {name: [values]}, \"reject\": code | null, \"report\"}
          {\"kind\": \"authn_request\", \"query\": query | form, \"request_binding\": \"redirect\" | \"post\", \"signed\",
           \"cert\", \"sp_entity_id\", \"acs\", \"sso_url\", \"now\"} -> {\"ok\", \"issuer\", \"acs\", \"id\", \"reject\"}
  issue   {\"key\": PEM, \"cert\": PEM, \"idp_entity_id\", \"sp_entity_id\", \"acs\", \"now\", \"in_response_to\",
           \"name_id\", \"attributes\", \"sign\": \"assertion\" | \"response\" | \"both\"} -> {\"response\": form value}

A line that is no question is answered with {\"error\"}, and the next is read.";

/// Answers one line, and may remember what came before.
type Answer = Box<dyn FnMut(&[u8]) -> Result<serde_json::Value, lines::Failure>>;

/// A subject: its name, and what makes an answerer of lines.
type Subject = (&'static str, fn() -> Answer);

const SUBJECTS: &[Subject] = &[
    ("filter", || Box::new(scim::filter)),
    ("patch", || Box::new(scim::patch)),
    ("saml", || {
        let mut judge = saml::Judge::default();
        Box::new(move |line| judge.answer(line))
    }),
    ("issue", || Box::new(saml::issue)),
];

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
fn subject() -> Result<Option<Answer>, lexopt::Error> {
    let mut parser = Parser::from_env();
    let mut subject = None;
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            Arg::Value(name) if subject.is_none() => {
                let known = SUBJECTS.iter().find(|(own, _)| name == *own);
                let (_, answer) = known.ok_or_else(|| format!("there is no subject {name:?}"))?;
                subject = Some(answer());
            }
            other => return Err(other.unexpected()),
        }
    }
    subject.map(Some).ok_or_else(|| "a subject is missing".into())
}
