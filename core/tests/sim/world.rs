//! Time, the network between engine and tenant, and the durable journal.

use std::mem;

use heap_identity::{
    limits::SYNC_ANSWER_SECONDS,
    scim::service::Kind,
    sync::{Outgoing, RequestId, TransportFailure},
    wire::{Request, Response},
};
use http::{HeaderValue, Method, StatusCode, header};
use jiff::{SignedDuration, Timestamp, fmt::rfc2822};

use crate::{
    checker::{Checker, route},
    directory::Directory,
    faults::{Answer, Care, Fault, Faults, RetryAfter},
    random::Random,
    tenant::Tenant,
};

const SCIM_ERROR: &str = r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"404"}"#;

pub type Outcome = Result<Response, TransportFailure>;

/// A request on its way, or its answer.
struct Flight {
    id: RequestId,
    request: Request,
    /// When it arrives at the tenant, where that is not at once.
    arrives_at: Option<Timestamp>,
    /// When the answer arrives; never, where there is no time.
    answered_at: Option<Timestamp>,
    give_up_at: Timestamp,
    /// The engine waits for its answer no longer.
    is_given_up: bool,
    outcome: Outcome,
}

/// What the engine is handed.
pub struct Delivery {
    pub id: RequestId,
    pub request: Request,
    pub outcome: Outcome,
}

pub struct World {
    pub tenant: Tenant,
    pub now: Timestamp,
    pub random: Random,
    pub faults: Faults,
    pub journal: Vec<String>,
    pub checker: Checker,
    pub requests: usize,
    /// Writes that changed something.
    pub writes: usize,
    pub harmed: usize,
    flights: Vec<Flight>,
}

fn creates_a_group(request: &Request) -> bool {
    request.method() == Method::POST && request.uri().path().ends_with("/Groups")
}

fn later(now: Timestamp, milliseconds: i64) -> Timestamp {
    now.checked_add(SignedDuration::from_millis(milliseconds)).unwrap()
}

impl World {
    pub fn new(mut random: Random, directory: &Directory) -> Self {
        let now = "2026-03-01T10:00:00Z".parse().unwrap();
        let tenant = Tenant::random(&mut random, directory, now);
        let checker = Checker::new(&tenant);
        let faults = Faults::random(&mut random);
        let (journal, flights) = (Vec::new(), Vec::new());
        Self { tenant, now, random, faults, journal, checker, requests: 0, writes: 0, harmed: 0, flights }
    }

    fn milliseconds(&mut self, from: usize, to: usize) -> i64 {
        (from + self.random.below(to - from)) as i64
    }

    /// Takes a request on its way. Returns what happens to it, for the story.
    pub fn send(&mut self, out: Outgoing) -> Result<Fault, String> {
        self.requests += 1;
        let request = out.request;
        let care = match creates_a_group(&request) {
            false if self.tenant.traits.tells_members() || request.uri().path().contains("/Users") => {
                Care::None
            }
            false => Care::NotAccepted,
            true if self.tenant.traits.is_late() => Care::Answered,
            true => Care::NotTwice,
        };
        let fault = self.faults.next(&mut self.random, care);
        self.harmed += usize::from(!matches!(fault, Fault::None));
        let soon = self.milliseconds(0, 3000);
        let mut flight = Flight {
            id: out.id,
            request,
            arrives_at: None,
            answered_at: Some(later(self.now, soon)),
            give_up_at: out.give_up_at,
            is_given_up: false,
            outcome: Err(TransportFailure::OutcomeUnknown),
        };
        let never = self.random.chance(40);
        match &fault {
            Fault::NotSent => flight.outcome = Err(TransportFailure::NotSent),
            Fault::RequestLost | Fault::AnswerLost => {
                if matches!(fault, Fault::AnswerLost) {
                    let _lost = self.arrive(&flight.request)?;
                }
                flight.answered_at = flight.answered_at.filter(|_| !never);
            }
            Fault::Late => {
                let latest = if self.may_be_given_up(&flight.request) { 150_000 } else { 55_000 };
                let arrives_at = later(self.now, self.milliseconds(1, latest));
                flight.arrives_at = Some(arrives_at);
                flight.answered_at = Some(later(arrives_at, self.milliseconds(1, 100_000)));
            }
            Fault::Before(answer) => flight.outcome = Ok(self.instead(answer, &flight.request)),
            Fault::After(answer) => {
                let _replaced = self.arrive(&flight.request)?;
                flight.outcome = Ok(self.instead(answer, &flight.request));
            }
            Fault::Twice | Fault::Truncated | Fault::None => {
                if matches!(fault, Fault::Twice) {
                    let _first = self.arrive(&flight.request)?;
                }
                let mut response = self.arrive(&flight.request)?;
                if matches!(fault, Fault::Truncated) && !response.body().is_empty() {
                    let length = self.random.below(response.body().len());
                    response.body_mut().truncate(length.max(1));
                }
                flight.outcome = Ok(response);
            }
        }
        self.flights.push(flight);
        Ok(fault)
    }

    fn instead(&self, answer: &Answer, request: &Request) -> Response {
        // What a resource's own address says of it is true.
        let may_be_own_word = request.method() != Method::GET && self.requests % 2 == 0;
        let (status, body, retry_after) = match answer {
            Answer::TooMany(retry_after) => (429, "slow down", *retry_after),
            Answer::ServerError(status, retry_after) => (*status, "<html>error</html>", *retry_after),
            Answer::Html => (200, "<html>Please log in to the Wi-Fi</html>", RetryAfter::None),
            Answer::Page(status @ (404 | 410)) if may_be_own_word => (*status, SCIM_ERROR, RetryAfter::None),
            Answer::Page(status) => (*status, "<html>default backend</html>", RetryAfter::None),
            Answer::Accepted(body) => (200, *body, RetryAfter::None),
            Answer::Unauthorized => (401, "", RetryAfter::None),
        };
        let mut response = Response::new(body.into());
        *response.status_mut() = StatusCode::from_u16(status).unwrap();
        let value = match retry_after {
            RetryAfter::None => return response,
            RetryAfter::Seconds(seconds) => seconds.to_string(),
            RetryAfter::Date(seconds) => {
                let date = later(self.now, seconds * 1000);
                rfc2822::DateTimePrinter::new().timestamp_to_rfc9110_string(&date).unwrap()
            }
        };
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_str(&value).unwrap());
        response
    }

    /// A request reaches the tenant.
    fn arrive(&mut self, request: &Request) -> Result<Response, String> {
        let before = self.checker.before_arrival(request, &self.tenant);
        let response = self.tenant.handle(request, self.now);
        self.writes += usize::from(request.method() != Method::GET && response.status().is_success());
        self.checker.arrived(request, &response, before, &self.tenant)?;
        Ok(response)
    }

    /// The engine is asked what to do next: here it gives up answers, at the latest after as long as it waits for one, also where
    /// the clock has jumped back since.
    pub fn polled(&mut self) {
        let now = self.now;
        let longest = later(now, SYNC_ANSWER_SECONDS * 1000);
        for flight in &mut self.flights {
            flight.give_up_at = flight.give_up_at.min(longest);
            flight.is_given_up |= flight.give_up_at <= now;
        }
    }

    /// Lets time go on until `until`, or until an answer arrives.
    pub fn advance(&mut self, until: Timestamp) -> Result<Option<Delivery>, String> {
        loop {
            let times = self.flights.iter().enumerate();
            let next =
                times.filter_map(|(n, flight)| Some((flight.arrives_at.or(flight.answered_at)?, n))).min();
            let Some((at, number)) = next.filter(|(at, _)| *at <= until) else {
                self.now = self.now.max(until);
                return Ok(None);
            };
            self.now = self.now.max(at);
            if self.flights[number].arrives_at.take().is_some() {
                self.arrive_late(number)?;
                continue;
            }
            let flight = self.flights.remove(number);
            self.checker.answered(&flight.request, &flight.outcome, !flight.is_given_up, self.now);
            let Flight { id, request, outcome, .. } = flight;
            return Ok(Some(Delivery { id, request, outcome }));
        }
    }

    /// Somebody else changes something at Heap. Returns what, for the story.
    pub fn other_hands(&mut self, directory: &Directory) -> Result<String, String> {
        self.checker.unmanaged_are_untouched(&self.tenant)?;
        let (what, team) = self.tenant.by_other_hands(&mut self.random, directory, self.now);
        self.checker.by_other_hands(&self.tenant, team);
        Ok(what)
    }

    /// Whether the clock may jump. The answer to the creation of a group is not given up by it where lists come late: that would
    /// be an answer lost.
    pub fn may_jump(&self, seconds: i64) -> bool {
        let then = later(self.now, seconds * 1000);
        let is_given_up = |flight: &Flight| creates_a_group(&flight.request) && flight.give_up_at <= then;
        !(self.tenant.traits.is_late() && self.flights.iter().any(is_given_up))
    }

    /// The clock jumps; what is under way takes as long as before, and what is late arrives before.
    pub fn jump(&mut self, seconds: i64) -> Result<(), String> {
        self.arrive_all()?;
        let by = SignedDuration::from_secs(seconds);
        self.now = self.now.checked_add(by).unwrap();
        for flight in &mut self.flights {
            flight.answered_at = flight.answered_at.map(|at| at.checked_add(by).unwrap());
        }
        self.checker.clock_jumped();
        Ok(())
    }

    /// Whether a request may arrive after its answer was given up, and something else was done in its place. A group would be there
    /// twice then, and members that nobody tells be others than anybody knows: no client could avoid that.
    fn may_be_given_up(&self, request: &Request) -> bool {
        route(request).0 == Kind::User || !creates_a_group(request) && self.tenant.traits.tells_members()
    }

    /// Whatever is still on its way arrives.
    pub fn arrive_all(&mut self) -> Result<(), String> {
        for number in 0..self.flights.len() {
            if self.flights[number].arrives_at.take().is_some() {
                self.arrive_late(number)?;
            }
        }
        Ok(())
    }

    fn arrive_late(&mut self, number: usize) -> Result<(), String> {
        let flight = &self.flights[number];
        let is_given_up = flight.is_given_up || flight.answered_at.is_none();
        let request = flight.request.clone();
        let response = self.arrive(&request)?;
        if is_given_up {
            self.checker.arrived_late(&request, &response);
        }
        self.flights[number].outcome = Ok(response);
        Ok(())
    }

    /// The process ends. What it had sent arrives, some of it when the next one is at work; answers find nobody.
    pub fn crash(&mut self) -> Result<(), String> {
        for mut flight in mem::take(&mut self.flights) {
            if flight.arrives_at.is_some() {
                if self.may_be_given_up(&flight.request) {
                    flight.answered_at = None;
                    self.flights.push(flight);
                } else {
                    let _nobody = self.arrive(&flight.request)?;
                }
            }
        }
        self.tenant.settle(self.now);
        self.checker.crashed();
        Ok(())
    }
}
