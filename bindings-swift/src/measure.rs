//! Verifies the one Response of a file again and again, as `measure-verify` does in Swift, and prints the nanoseconds of one
//! verification: the best of several rounds, which the machine's other work disturbs the least.
#![allow(clippy::std_instead_of_core, reason = "a program has the standard library")]
#![expect(clippy::disallowed_methods, reason = "what is measured is time")]

use std::{env, error::Error, fs, time::Instant};

use heap_identity::{Certificate, Expected, Policy, Received, ReplayCache, ServiceProvider, Trust};

const ROUNDS: u32 = 10;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = env::args().collect();
    let [_, response, certificate, count] = words.as_slice() else {
        return Err("usage: measure-verify-rust RESPONSE CERTIFICATE COUNT".into());
    };
    let response = fs::read_to_string(response)?;
    let certificate = Certificate::from_pem(&fs::read_to_string(certificate)?)?;
    let count: u32 = count.parse()?;
    let trust = Trust::new("https://sso.jumpcloud.com/saml2/heap", vec![certificate]);
    let acs_url = "https://heapanalytics.com/saml/finalize/1234567/";
    let heap = ServiceProvider::new("https://heapanalytics.com", acs_url, vec![trust], Policy::strict());
    let now = "2026-03-01T10:00:00Z".parse()?;
    let received = Received { saml_response: response.trim(), expected: Expected::Unsolicited };
    let mut best = u128::MAX;
    for _ in 0..ROUNDS {
        let begun = Instant::now();
        for _ in 0..count {
            let login = heap.verify(&received, now, &mut ReplayCache::with_capacity(1))?;
            if login.subject() != "ann@example.com" {
                return Err("another subject".into());
            }
        }
        best = best.min(begun.elapsed().as_nanos() / u128::from(count));
    }
    println!("{best}");
    Ok(())
}
