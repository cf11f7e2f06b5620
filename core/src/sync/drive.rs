use alloc::vec::Vec;
use core::convert::Infallible;

use jiff::Timestamp;

use super::{Engine, Poll, Record, Summary, TransportFailure};
use crate::wire::{Request, Response};

/// What a blocking driver gives the engine: a clock, a store, a connection.
pub trait Driver {
    /// Why the driver itself cannot go on, such as a full disk.
    type Error;

    /// The wall clock.
    fn now(&mut self) -> Timestamp;

    /// Stores records durably, in order.
    ///
    /// # Errors
    /// The records are not stored; the engine must not go on.
    fn persist(&mut self, records: Vec<Record>) -> Result<(), Self::Error>;

    /// Sends a request and waits for the answer.
    ///
    /// # Errors
    /// Why there is none.
    fn send(&mut self, request: Request) -> Result<Response, TransportFailure>;

    /// Waits until a time.
    fn sleep_until(&mut self, at: Timestamp);
}

/// The whole of a blocking driver: polls until the engine is done, with one request at a time.
///
/// # Errors
/// What the driver's store reports. The engine has given those records away: go on with `Engine::resume` from what was stored.
pub fn drive<D: Driver>(engine: &mut Engine, driver: &mut D) -> Result<Summary, D::Error> {
    loop {
        match engine.poll(driver.now()) {
            Poll::Persist(records) => driver.persist(records)?,
            Poll::Send(out) => {
                let result = driver.send(out.request);
                let now = driver.now();
                engine.receive(out.id, result, now);
            }
            Poll::WaitUntil(at) | Poll::WaitForResponse { until: at } => driver.sleep_until(at),
            Poll::Done(summary) => return Ok(summary),
        }
    }
}

/// A driver for another side in the same process, such as [`heap::Tenant`](crate::heap::Tenant): the journal is kept in memory,
/// and waiting moves the clock.
#[derive(Debug)]
pub struct InMemory<F> {
    /// The clock. It moves only when the engine waits, or when it is set.
    pub now: Timestamp,
    /// What the engine persisted so far.
    pub journal: Vec<Record>,
    send: F,
}

impl<F: FnMut(Request, Timestamp) -> Result<Response, TransportFailure>> InMemory<F> {
    /// A driver whose clock starts at `now`, and whose requests go to `send`.
    pub const fn new(now: Timestamp, send: F) -> Self {
        Self { now, journal: Vec::new(), send }
    }
}

impl<F: FnMut(Request, Timestamp) -> Result<Response, TransportFailure>> Driver for InMemory<F> {
    type Error = Infallible;

    fn now(&mut self) -> Timestamp {
        self.now
    }

    fn persist(&mut self, records: Vec<Record>) -> Result<(), Infallible> {
        self.journal.extend(records);
        Ok(())
    }

    fn send(&mut self, request: Request) -> Result<Response, TransportFailure> {
        (self.send)(request, self.now)
    }

    fn sleep_until(&mut self, at: Timestamp) {
        self.now = at;
    }
}
