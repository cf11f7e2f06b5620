//! One connection after the other, one thread each: a request comes in, something may go wrong, an answer goes out.

use std::{
    collections::BTreeMap,
    io::{self, BufReader, Write},
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::{Duration, Instant},
};

use http::{Method, Request, Response};
use socket2::SockRef;
use ureq::Agent;

use crate::{
    args::Args,
    fault::{Dice, Fault},
    message,
};

/// How old a stale answer is at most: service providers that are eventually consistent are so within moments.
const STALE_SECONDS: u64 = 2;

/// The proxy, shared by the threads of its connections.
pub struct Relay {
    args: Args,
    agent: Agent,
    chance: Mutex<Chance>,
}

struct Chance {
    dice: Dice,
    counts: BTreeMap<&'static str, u64>,
    /// What each GET was answered with last.
    answers: BTreeMap<String, (Instant, Response<Vec<u8>>)>,
}

/// What becomes of the connection.
enum Then {
    Close,
    Keep,
    Reset,
}

impl Relay {
    pub fn new(args: Args) -> Self {
        let agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).proxy(None);
        let chance = Chance { dice: Dice::new(args.seed), counts: BTreeMap::new(), answers: BTreeMap::new() };
        Self { args, agent: agent.build().into(), chance: Mutex::new(chance) }
    }

    /// Serves until the process ends.
    pub fn run(self, listener: &TcpListener) {
        let relay = Arc::new(self);
        for stream in listener.incoming().flatten() {
            let relay = Arc::clone(&relay);
            // A connection that fails is the other side's concern.
            thread::spawn(move || drop(relay.serve(stream)));
        }
    }

    fn serve(&self, mut stream: TcpStream) -> io::Result<()> {
        stream.set_nodelay(true)?;
        let mut reader = BufReader::new(stream.try_clone()?);
        while let Some(request) = message::read(&mut reader, &self.args.to)? {
            match self.answer(request, &mut stream)? {
                Then::Keep => {}
                Then::Close => return stream.shutdown(Shutdown::Both),
                // Without lingering, closing is a reset.
                Then::Reset => return SockRef::from(&stream).set_linger(Some(Duration::ZERO)),
            }
        }
        Ok(())
    }

    fn answer(&self, request: Request<Vec<u8>>, stream: &mut TcpStream) -> io::Result<Then> {
        if request.uri().path() == "/faults" {
            let counts = self.chance.lock().map(|chance| serde_json::to_vec(&chance.counts)).ok();
            let body = counts.and_then(Result::ok).unwrap_or_default();
            return written(stream, &Response::new(body));
        }
        let fault = self.fault();
        match fault {
            Fault::None => written(stream, &self.forward(&request)),
            Fault::Drop { is_sent } => {
                self.forward_if(is_sent, &request);
                Ok(Then::Close)
            }
            Fault::Reset { is_sent } => {
                if let Some(response) = self.forward_if(is_sent, &request) {
                    let bytes = message::bytes(&response, response.body().len());
                    stream.write_all(bytes.get(..bytes.len() / 2).unwrap_or_default())?;
                }
                Ok(Then::Reset)
            }
            Fault::Late { is_request } => {
                let early = (!is_request).then(|| self.forward(&request));
                thread::sleep(self.args.hold);
                written(stream, &early.unwrap_or_else(|| self.forward(&request)))
            }
            Fault::Duplicate { is_second } => {
                let (first, second) = (self.forward(&request), self.forward(&request));
                written(stream, if is_second { &second } else { &first })
            }
            Fault::Overtaken { milliseconds } => {
                thread::sleep(Duration::from_millis(milliseconds));
                written(stream, &self.forward(&request))
            }
            Fault::Throttled { is_date } => written(stream, &message::throttled(is_date)),
            Fault::Page { status, is_sent } => {
                self.forward_if(is_sent, &request);
                written(stream, &message::page(status))
            }
            Fault::Truncated { is_length_right } => {
                let mut response = self.forward(&request);
                let length = response.body().len();
                response.body_mut().truncate(length / 2);
                let said = if is_length_right { length / 2 } else { length };
                stream.write_all(&message::bytes(&response, said))?;
                Ok(if is_length_right { Then::Keep } else { Then::Close })
            }
            Fault::Stale => {
                written(stream, &self.earlier(&request).unwrap_or_else(|| self.forward(&request)))
            }
            Fault::Unauthorized => written(stream, &message::unauthorized()),
        }
    }

    /// Decides what goes wrong with the next request.
    fn fault(&self) -> Fault {
        let Ok(mut chance) = self.chance.lock() else { return Fault::None };
        let is_faulty = (chance.dice.below(100) as u64) < self.args.percent;
        let fault = if is_faulty { Fault::of(self.args.profile, &mut chance.dice) } else { Fault::None };
        *chance.counts.entry(fault.name()).or_default() += 1;
        fault
    }

    fn forward_if(&self, is_sent: bool, request: &Request<Vec<u8>>) -> Option<Response<Vec<u8>>> {
        is_sent.then(|| self.forward(request))
    }

    fn forward(&self, request: &Request<Vec<u8>>) -> Response<Vec<u8>> {
        let answered = if request.body().is_empty() {
            self.agent.run(request.clone().map(|_| ()))
        } else {
            self.agent.run(request.clone())
        };
        let read = answered.and_then(|response| {
            let (parts, mut body) = response.into_parts();
            Ok(Response::from_parts(parts, body.read_to_vec()?))
        });
        let Ok(response) = read else { return message::page(502) };
        if let (Ok(mut chance), &Method::GET) = (self.chance.lock(), request.method()) {
            let answers = &mut chance.answers;
            answers.retain(|_, (at, _)| at.elapsed().as_secs() < STALE_SECONDS);
            answers.entry(request.uri().to_string()).or_insert_with(|| (Instant::now(), response.clone()));
        }
        response
    }

    /// An answer that the same request had a moment ago.
    fn earlier(&self, request: &Request<Vec<u8>>) -> Option<Response<Vec<u8>>> {
        let chance = self.chance.lock().ok().filter(|_| request.method() == Method::GET)?;
        let (at, response) = chance.answers.get(&request.uri().to_string())?;
        (at.elapsed().as_secs() < STALE_SECONDS).then(|| response.clone())
    }
}

fn written(stream: &mut TcpStream, response: &Response<Vec<u8>>) -> io::Result<Then> {
    stream.write_all(&message::bytes(response, response.body().len()))?;
    Ok(Then::Keep)
}
