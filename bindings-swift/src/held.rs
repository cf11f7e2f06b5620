//! What Swift holds by a handle, counted: a handle that is never freed is seen by a test.

use core::{
    ops::Deref,
    sync::atomic::{AtomicU64, Ordering},
};
use std::sync::{Mutex, MutexGuard, PoisonError};

static LIVE: AtomicU64 = AtomicU64::new(0);

/// How many objects of the library are held now; value types are not objects. For tests that look for leaks.
#[uniffi::export]
pub fn live_objects() -> u64 {
    LIVE.load(Ordering::Relaxed)
}

/// A value behind a handle.
#[derive(Debug)]
pub(crate) struct Held<T>(T);

impl<T> Held<T> {
    pub(crate) fn new(value: T) -> Self {
        LIVE.fetch_add(1, Ordering::Relaxed);
        Self(value)
    }
}

impl<T> Held<Mutex<T>> {
    pub(crate) fn guarded(value: T) -> Self {
        Self::new(Mutex::new(value))
    }

    /// The value for one task at a time. A task that panicked leaves the core's values whole.
    pub(crate) fn locked(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<T> Deref for Held<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.0
    }
}

impl<T> Drop for Held<T> {
    fn drop(&mut self) {
        LIVE.fetch_sub(1, Ordering::Relaxed);
    }
}
