//! Writes a certificate that a key signs itself: the `certificate.pem` that Heap's settings ask for (R6). See `--help`.

use std::{error::Error, fs, process::ExitCode, time::SystemTime};

use heap_identity::pki::self_signed;
use jiff::{SignedDuration, Timestamp};
use lexopt::{Arg, Parser, ValueExt};

const HELP: &str = "\
Writes a certificate for a private key (PKCS#8, PEM), signed by that key, valid from now on.

usage: certificate KEY COMMON_NAME [--days N] > certificate.pem

  --days N    how long it is valid; 1095 unless said otherwise
  -h, --help  prints this

`openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048 -out key.pem` makes a key.";

fn main() -> ExitCode {
    match run(Parser::from_env()) {
        Ok(text) => {
            print!("{text}");
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("certificate: {error}; see --help");
            ExitCode::FAILURE
        }
    }
}

fn run(mut parser: Parser) -> Result<String, Box<dyn Error>> {
    let (mut values, mut days) = (Vec::new(), 1_095);
    while let Some(arg) = parser.next()? {
        match arg {
            Arg::Long("help") | Arg::Short('h') => return Ok(format!("{HELP}\n")),
            Arg::Long("days") => days = parser.value()?.parse()?,
            Arg::Value(value) if values.len() < 2 => values.push(value.string()?),
            other => return Err(other.unexpected().into()),
        }
    }
    let [key, common_name] = values.as_slice() else { return Err("expected KEY and COMMON_NAME".into()) };
    #[expect(clippy::disallowed_methods, reason = "the library has no clock; this is a program")]
    let since_1970 = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)?;
    let now = Timestamp::from_second(since_1970.as_secs().try_into()?)?;
    let until = now.checked_add(SignedDuration::from_hours(24 * days))?;
    Ok(self_signed(&fs::read_to_string(key)?, common_name, now, until)?.to_pem())
}
