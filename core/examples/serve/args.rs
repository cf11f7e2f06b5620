//! What the command line asks for.

use std::ffi::OsString;

use heap_identity::wire::Secret;
use lexopt::{Arg, Parser, ValueExt};

pub const HELP: &str = "\
Serves the Heap tenant `demo` at http://127.0.0.1:PORT/scim/v2/demo, with SSO configured and SCIM enabled.

usage: serve --port PORT --token TOKEN

  --port PORT    where it listens, on the loopback interface alone
  --token TOKEN  the bearer token that SCIM clients send
  -h, --help     prints this";

pub struct Args {
    pub port: u16,
    pub token: Secret,
}

/// `None` where help is asked for.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Option<Args>, lexopt::Error> {
    let (mut port, mut token) = (None, None);
    let mut parser = Parser::from_iter(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("port") => port = Some(parser.value()?.parse()?),
            Arg::Long("token") => token = Some(Secret::new(parser.value()?.string()?)),
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    match (port, token) {
        (Some(port), Some(token)) => Ok(Some(Args { port, token })),
        _ => Err("--port and --token are needed".into()),
    }
}
