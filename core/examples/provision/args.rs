//! What the command line asks for.

use std::{ffi::OsString, path::PathBuf};

use lexopt::{Arg, Parser, ValueExt};

pub const HELP: &str = "\
Provisions an embedded Heap tenant from a directory, logs people in, and compares both sides.

usage: provision [--directory FILE] [--json]

  --directory FILE  a directory of your own, as JSON: {\"users\": [{\"id\", \"userName\", \"active\", \"givenName\"?,
                    \"familyName\"?, \"email\"?, \"role\"?}], \"groups\": [{\"id\", \"name\", \"members\": [user id],
                    \"bound\"?}], \"groupManagement\"?}. Without it: the history of a large open-source organisation.
  --json            prints the summary as JSON
  -h, --help        prints this

exit status: 0 both sides are equal, 1 they differ, 2 bad usage or a bad file";

#[derive(Debug, Default)]
pub struct Args {
    pub directory: Option<PathBuf>,
    pub json: bool,
    pub help: bool,
}

pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Args, lexopt::Error> {
    let mut parsed = Args::default();
    let mut parser = Parser::from_iter(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("directory") => parsed.directory = Some(parser.value()?.parse()?),
            Arg::Long("json") => parsed.json = true,
            Arg::Long("help") | Arg::Short('h') => parsed.help = true,
            other => return Err(other.unexpected()),
        }
    }
    Ok(parsed)
}
