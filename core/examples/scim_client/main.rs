//! Drives a SCIM service provider through the life of a user and of a group, and says step by step what was seen.
//!
//! usage: scim_client BASE_URL TOKEN

#![expect(unreachable_pub, reason = "the modules of an example are private")]

mod http;
mod life;

use std::{env, error::Error, process::ExitCode};

use heap_identity::{
    scim::client::{Discovery, Endpoint, Profile},
    wire::Secret,
};

use crate::{http::Http, life::Life};

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [base_url, token] = arguments.as_slice() else {
        eprintln!("usage: scim_client BASE_URL TOKEN");
        return ExitCode::from(2);
    };
    match run(base_url, token) {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("scim_client: {error}");
            ExitCode::from(2)
        }
    }
}

/// Gives the number of steps that failed.
fn run(base_url: &str, token: &str) -> Result<usize, Box<dyn Error>> {
    let endpoint = Endpoint::new(base_url, &Secret::new(token.into()))?;
    let http = Http::new();
    let profile = discover(&endpoint, &http)?;
    println!("writes {:?}, filters {:?}, pages {:?}", profile.writes, profile.filters, profile.pages);
    for evidence in &profile.evidence {
        println!("  {} {}", evidence.status.as_u16(), evidence.finding.code());
    }
    let mut life = Life::new(endpoint, http, profile);
    life.live();
    println!("{} passed, {} failed", life.passed, life.failed);
    Ok(life.failed)
}

fn discover(endpoint: &Endpoint, http: &Http) -> Result<Profile, Box<dyn Error>> {
    let mut discovery = Discovery::new(endpoint.clone());
    while let Some(request) = discovery.request() {
        discovery.receive(&http.send(request)?)?;
    }
    Ok(discovery.profile())
}
