//! What the command line asks for.

use std::{ffi::OsString, path::PathBuf, time::Duration};

use heap_identity::sync::Digest;
use lexopt::{Arg, Parser, ValueExt};

pub const HELP: &str = "\
Brings a SCIM tenant to what a directory says, over HTTP, and stops when both are equal. See README.md beside it.

usage: sync DIRECTORY.json --base-url URL --token-env VAR --state FILE
            [--guards FILE|off] [--approve DIGEST] [--replace-changed-user-names] [--timeout SECONDS] [--json]

  DIRECTORY.json    the whole directory: {\"users\": [{\"id\", \"userName\", \"active\", \"givenName\"?, \"familyName\"?,
                    \"email\"?, \"role\"?}], \"groups\": [{\"id\", \"name\", \"members\": [user id], \"bound\"?}],
                    \"groupManagement\"?}
  --base-url URL    the base URL of the tenant, such as https://heapanalytics.com/scim/v2/acme
  --token-env VAR   the environment variable that holds the bearer token
  --state FILE      where it is kept what is ours at the tenant; made if it is not there. One process at a time uses it
  --guards FILE     how much a plan may take away without approval, as JSON; `off` for no bound
  --approve DIGEST  carries out the plan with this digest although it trips a guard
  --replace-changed-user-names
                    a changed user name deactivates the account and makes a new one; without it, it is reported. A changed
                    email alone is always reported: Heap cannot change it
  --timeout SECONDS how long the first answer is waited for (default 5); up to six times as long after time-outs
  --json            prints the summary as one JSON document, and no progress
  -h, --help        prints this

exit status: 0 the tenant equals the directory, 3 something was held back or failed, 2 bad usage or a bad file";

#[derive(Clone, Debug, Eq, PartialEq)]
pub enum GuardsFrom {
    Default,
    File(PathBuf),
    Off,
}

#[derive(Clone, Debug)]
pub struct Args {
    pub directory: PathBuf,
    pub base_url: String,
    pub token_env: String,
    pub state: PathBuf,
    pub guards: GuardsFrom,
    pub approve: Option<Digest>,
    pub replace_changed_user_names: bool,
    pub timeout: Duration,
    pub json: bool,
}

/// `None` where help is asked for.
pub fn parse(args: impl IntoIterator<Item = OsString>) -> Result<Option<Args>, lexopt::Error> {
    let (mut directory, mut base_url, mut token_env, mut state) = (None, None, None, None);
    let (mut guards, mut approve, mut timeout) = (GuardsFrom::Default, None, Duration::from_secs(5));
    let (mut replace_changed_user_names, mut json) = (false, false);
    let mut parser = Parser::from_iter(args);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Value(path) if directory.is_none() => directory = Some(PathBuf::from(path)),
            Arg::Long("base-url") => base_url = Some(parser.value()?.string()?),
            Arg::Long("token-env") => token_env = Some(parser.value()?.string()?),
            Arg::Long("state") => state = Some(PathBuf::from(parser.value()?)),
            Arg::Long("guards") => {
                let value = parser.value()?;
                let file = || GuardsFrom::File(PathBuf::from(&value));
                guards = if value == "off" { GuardsFrom::Off } else { file() };
            }
            Arg::Long("approve") => approve = Some(parser.value()?.parse()?),
            Arg::Long("replace-changed-user-names") => replace_changed_user_names = true,
            Arg::Long("timeout") => {
                timeout = Duration::from_secs(parser.value()?.parse::<u16>()?.max(1).into());
            }
            Arg::Long("json") => json = true,
            Arg::Long("help") | Arg::Short('h') => return Ok(None),
            other => return Err(other.unexpected()),
        }
    }
    let needed = |name: &'static str| lexopt::Error::from(format!("{name} is missing"));
    Ok(Some(Args {
        directory: directory.ok_or_else(|| needed("DIRECTORY.json"))?,
        base_url: base_url.ok_or_else(|| needed("--base-url"))?,
        token_env: token_env.ok_or_else(|| needed("--token-env"))?,
        state: state.ok_or_else(|| needed("--state"))?,
        guards,
        approve,
        replace_changed_user_names,
        timeout,
        json,
    }))
}
