//! Makes the attack corpus of one genuine Response, one JSON object a line, to be sent to a service provider by any
//! other program. See `--help`.

use std::{env, error::Error, fs, io, process::ExitCode};

use heap_identity::{
    pki::SigningKey,
    saml::attacks::{Genuine, Message},
};
use lexopt::{Arg, Parser, ValueExt};
use serde_json::json;

const HELP: &str = "\
Reads the form value `SAMLResponse` of a genuine Response and writes each attack that can be made of it as one line:
{\"id\", \"cve\": [text], \"title\", \"must_refuse\": bool, \"after_genuine\": bool, \"saml_response\", \"relay_state\", \"query\"}

usage: attacks --victim NAME_ID [--idp KEY CERTIFICATE] [--attacker KEY CERTIFICATE] < form-value > attacks

  --victim NAME_ID            who the attacker wants to be
  --idp KEY CERTIFICATE       the key that signed the Response, as PEM files: for what the attacker finds signed
  --attacker KEY CERTIFICATE  a key that nobody trusts, as PEM files
  -h, --help                  prints this";

#[derive(Default)]
struct Args {
    victim: Option<String>,
    idp: Option<SigningKey>,
    attacker: Option<SigningKey>,
}

fn main() -> ExitCode {
    let done = parse(env::args_os()).and_then(|args| match args {
        Some(args) => run(&args),
        None => {
            println!("{HELP}");
            Ok(())
        }
    });
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("attacks: {error}; see --help");
            ExitCode::FAILURE
        }
    }
}

/// `None` where help is asked for.
fn parse(args: env::ArgsOs) -> Result<Option<Args>, Box<dyn Error>> {
    let mut parsed = Args::default();
    let mut parser = Parser::from_iter(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("victim") => parsed.victim = Some(parser.value()?.string()?),
            Arg::Long("idp") => parsed.idp = Some(key(&mut parser)?),
            Arg::Long("attacker") => parsed.attacker = Some(key(&mut parser)?),
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected().into()),
        }
    }
    Ok(Some(parsed))
}

fn key(parser: &mut Parser) -> Result<SigningKey, Box<dyn Error>> {
    let mut read = || Ok::<_, Box<dyn Error>>(fs::read_to_string(parser.value()?)?);
    Ok(SigningKey::from_pem(&read()?, &read()?)?)
}

fn run(args: &Args) -> Result<(), Box<dyn Error>> {
    let victim = args.victim.as_deref().ok_or("--victim is needed")?;
    let mut genuine = Genuine::from_form_value(&io::read_to_string(io::stdin())?, victim)?;
    if let Some(key) = &args.idp {
        genuine = genuine.idp_key(key);
    }
    if let Some(key) = &args.attacker {
        genuine = genuine.attacker_key(key);
    }
    for attack in genuine.attacks() {
        let (saml_response, relay_state, query) = match attack.message {
            Message::Form { saml_response, relay_state } => (Some(saml_response), relay_state, None),
            Message::Query(query) => (None, None, Some(query)),
            _ => continue,
        };
        let line = json!({
            "id": attack.id,
            "cve": attack.cve,
            "title": attack.title,
            "must_refuse": attack.must_refuse,
            "after_genuine": attack.after_genuine,
            "saml_response": saml_response,
            "relay_state": relay_state,
            "query": query,
        });
        println!("{line}");
    }
    Ok(())
}
