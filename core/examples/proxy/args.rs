//! What the command line asks for.

use std::{ffi::OsString, time::Duration};

use lexopt::{Arg, Parser, ValueExt};

use crate::fault::Profile;

pub const HELP: &str = "\
A proxy that misbehaves as networks and gateways do, for trying SCIM clients. See README.md beside it.

usage: proxy --to ORIGIN [--port PORT] [--profile NAME] [--percent N] [--seed N] [--hold-ms N]

  --to ORIGIN     where requests go, such as http://127.0.0.1:8080
  --port PORT     where it listens, on the loopback interface alone; a free one is taken if it is 0 (default)
  --profile NAME  what goes wrong (default mixed): drop-request, drop-answer, late, duplicate, reorder, throttle, errors,
                  truncate, reset, stale, unauthorized, html, mixed
  --percent N     of how many requests in a hundred it goes wrong (default 30)
  --seed N        other numbers let other requests go wrong
  --hold-ms N     how long `late` holds a request or an answer (default 15000)
  -h, --help      prints this

It prints its own origin, and counts at /faults how often what went wrong.";

pub struct Args {
    pub to: String,
    pub port: u16,
    pub profile: Profile,
    pub percent: u64,
    pub seed: u64,
    pub hold: Duration,
}

/// `None` where help is asked for.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Option<Args>, lexopt::Error> {
    let mut to = None;
    let mut parsed = Args {
        to: String::new(),
        port: 0,
        profile: Profile::Mixed,
        percent: 30,
        seed: 1,
        hold: Duration::from_secs(15),
    };
    let mut parser = Parser::from_iter(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("to") => to = Some(parser.value()?.string()?),
            Arg::Long("port") => parsed.port = parser.value()?.parse()?,
            Arg::Long("profile") => parsed.profile = parser.value()?.parse()?,
            Arg::Long("percent") => parsed.percent = parser.value()?.parse()?,
            Arg::Long("seed") => parsed.seed = parser.value()?.parse()?,
            Arg::Long("hold-ms") => parsed.hold = Duration::from_millis(parser.value()?.parse()?),
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    let to = to.ok_or("--to is missing")?;
    Ok(Some(Args { to: to.trim_end_matches('/').into(), ..parsed }))
}
