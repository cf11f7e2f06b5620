use alloc::vec::Vec;

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
