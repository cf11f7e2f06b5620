//! What keeps wrappers short: a class is a table of getters, a word is one of a table, and what changes is behind a lock.

use std::sync::{Mutex, MutexGuard, PoisonError};

use pyo3::Python;

/// The methods of a class around `self.0`: read-only properties, one a line, then any other methods.
///
/// `table!(Class { name: Type = |core| expression; … } methods…)`
macro_rules! table {
    ($class:ident { $($(#[$doc:meta])* $field:ident: $type:ty = |$core:ident| $value:expr;)* } $($rest:tt)*) => {
        #[pyo3::pymethods]
        impl $class {
            $($(#[$doc])*
            #[getter]
            fn $field(&self) -> $type {
                let $core = &self.0;
                $value
            })*

            $($rest)*
        }
    };
}

/// A function from the words that Python uses to the values of a core's enum.
macro_rules! words {
    ($($name:ident: $type:ty { $($word:literal => $value:expr),* $(,)? })*) => {
        $(pub(crate) fn $name(word: &str) -> pyo3::PyResult<$type> {
            match word {
                $($word => Ok($value),)*
                other => {
                    let words: &[&str] = &[$($word),*];
                    let expected = format!("expected one of {words:?}, found {other:?}");
                    Err(pyo3::exceptions::PyValueError::new_err(expected))
                }
            }
        })*
    };
}

pub(crate) use table;
pub(crate) use words;

/// What changes, shared by threads. Whoever works with it, or waits for it, does not hold the interpreter.
pub(crate) struct Shared<T>(Mutex<T>);

impl<T: Send> Shared<T> {
    pub(crate) const fn new(value: T) -> Self {
        Self(Mutex::new(value))
    }

    /// No Python code runs within `work`: it could wait for this lock.
    pub(crate) fn with<R: Send>(&self, py: Python<'_>, work: impl FnOnce(&mut T) -> R + Send) -> R {
        py.detach(|| work(&mut self.locked()))
    }

    /// For who has left the interpreter.
    pub(crate) fn locked(&self) -> MutexGuard<'_, T> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
