//! What the command line asks for.

use std::ffi::OsString;

use heap_identity::wire::Secret;
use lexopt::{Arg, Parser, ValueExt};

pub const HELP: &str = "\
Serves the Heap tenant `demo` at http://127.0.0.1:PORT/scim/v2/demo, with SSO configured and SCIM enabled.

usage: serve --port PORT --token TOKEN [--second-account]

  --port PORT    where it listens, on the loopback interface alone
  --token TOKEN  the bearer token that SCIM clients send
  --second-account
                 another userName or email makes a second account, which is Heap's rule; without it the account
                 is renamed, as RFC 7644 has it and testers of the protocol expect
  -h, --help     prints this";

pub struct Args {
    pub port: u16,
    pub token: Secret,
    pub second_account: bool,
}

/// `None` where help is asked for.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Option<Args>, lexopt::Error> {
    let (mut port, mut token, mut second_account) = (None, None, false);
    let mut parser = Parser::from_iter(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("port") => port = Some(parser.value()?.parse()?),
            Arg::Long("token") => token = Some(Secret::new(parser.value()?.string()?)),
            Arg::Long("second-account") => second_account = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    match (port, token) {
        (Some(port), Some(token)) => Ok(Some(Args { port, token, second_account })),
        _ => Err("--port and --token are needed".into()),
    }
}
