//! A proxy that misbehaves as networks and gateways do, for trying SCIM clients. See README.md.

#![expect(clippy::disallowed_methods, reason = "an example has a clock, sockets and threads")]
#![expect(unreachable_pub, reason = "the modules of an example are private")]

mod args;
mod fault;
mod message;
mod relay;

use std::{
    net::{Ipv4Addr, TcpListener},
    process::ExitCode,
};

use crate::relay::Relay;

fn main() -> ExitCode {
    let args = match args::parse(std::env::args_os()) {
        Ok(Some(args)) => args,
        Ok(None) => {
            println!("{}", args::HELP);
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            eprintln!("proxy: {error}; see --help");
            return ExitCode::from(2);
        }
    };
    let bound = TcpListener::bind((Ipv4Addr::LOCALHOST, args.port));
    match bound.and_then(|listener| Ok((listener.local_addr()?, listener))) {
        Ok((address, listener)) => {
            println!("http://{address}");
            Relay::new(args).run(&listener);
            ExitCode::SUCCESS
        }
        Err(error) => {
            eprintln!("proxy: port {}: {error}", args.port);
            ExitCode::FAILURE
        }
    }
}
