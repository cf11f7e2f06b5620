//! Serves the embedded Heap tenant over HTTP on this machine, for SCIM clients and testers. See `--help`.

#![expect(clippy::disallowed_methods, reason = "an example has a clock and a socket")]
#![expect(unreachable_pub, reason = "the modules of an example are private")]

mod args;
mod server;

use std::process::ExitCode;

use heap_identity::{
    entropy::Seeded,
    heap::{
        Role, Tenant,
        tenant::{Renaming, SsoSettings, Variants},
    },
};

const CERTIFICATE: &str = include_str!("../../tests/vectors/keys/rsa2048.cert.pem");
const IDP_URL: &str = "https://sso.jumpcloud.com/saml2/heap";
const HEAP_ID: &str = "1234567890";

fn main() -> ExitCode {
    let args = match args::parse(std::env::args_os()) {
        Ok(Some(args)) => args,
        Ok(None) => {
            println!("{}", args::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("serve: {error}; see --help");
            return ExitCode::from(2);
        }
    };
    let port = args.port;
    let served = tenant(args).and_then(|mut tenant| {
        println!("{}", tenant.base_url());
        Ok(server::run(port, move |request, now| tenant.handle(request, now))?)
    });
    match served {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("serve: {error}");
            ExitCode::FAILURE
        }
    }
}

/// The tenant as an administrator leaves it: SSO configured, then SCIM enabled (R14).
fn tenant(args: args::Args) -> Result<Tenant, Box<dyn std::error::Error>> {
    let origin = format!("http://127.0.0.1:{}", args.port);
    let mut variants = Variants::default();
    if !args.second_account {
        variants.renaming = Renaming::InPlace;
    }
    // Ids need not be secret; those of a demonstration are the same on every run.
    let tenant = Tenant::new("demo".parse()?, HEAP_ID.parse()?, Box::new(Seeded::new(1)));
    let mut tenant = tenant.reached_at(&origin).playing(variants);
    tenant.configure_sso(SsoSettings::new(CERTIFICATE, IDP_URL)?);
    tenant.enable_scim_with_token(Role::ReadOnly, args.token)?;
    Ok(tenant)
}
