//! What Python and Rust spell differently: times, durations, documents, randomness.

use core::time::Duration;

use heap_identity::entropy::Entropy;
use jiff::{SignedDuration, Timestamp};
use pyo3::{
    Bound, FromPyObject, IntoPyObject, Py, PyAny, PyErr, PyResult, Python,
    exceptions::PyValueError,
    sync::PyOnceLock,
    types::{PyAnyMethods, PyBytes, PyBytesMethods, PyString},
};
use serde::Serialize;

use crate::error::wrong;

const MICROSECONDS: i64 = 1_000_000;
const SECONDS_A_DAY: i64 = 86_400;

/// An instant out of an aware `datetime`. A naive one is refused: it would mean another instant on another machine.
pub(crate) fn instant(datetime: &Bound<'_, PyAny>) -> PyResult<Timestamp> {
    if !datetime.is_instance(&epoch(datetime.py())?.get_type())? {
        return Err(PyErr::new::<pyo3::exceptions::PyTypeError, _>("expected a datetime"));
    }
    if datetime.call_method0("utcoffset")?.is_none() {
        return Err(PyValueError::new_err("expected an aware datetime, such as datetime.now(timezone.utc)"));
    }
    let microseconds = microseconds(&datetime.sub(epoch(datetime.py())?)?)?;
    Timestamp::from_microsecond(microseconds).map_err(wrong)
}

/// An instant as an aware `datetime` in UTC, to the microsecond.
pub(crate) fn datetime(py: Python<'_>, instant: Timestamp) -> PyResult<Bound<'_, PyAny>> {
    let since =
        class(py, "timedelta")?.call1((0, instant.as_second(), instant.subsec_nanosecond() / 1_000))?;
    epoch(py)?.add(since)
}

/// A duration out of a `timedelta` that is not negative.
pub(crate) fn duration(timedelta: &Bound<'_, PyAny>) -> PyResult<Duration> {
    let microseconds = u64::try_from(microseconds(timedelta)?);
    microseconds
        .map(Duration::from_micros)
        .map_err(|_| PyValueError::new_err("expected a duration from 0 up"))
}

fn microseconds(timedelta: &Bound<'_, PyAny>) -> PyResult<i64> {
    let part = |name: &str| timedelta.getattr(name)?.extract::<i64>();
    // At most 999,999,999 days: far from overflowing.
    Ok((part("days")? * SECONDS_A_DAY + part("seconds")?) * MICROSECONDS + part("microseconds")?)
}

/// Made once: every call has a time.
fn epoch(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static EPOCH: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let epoch = EPOCH.get_or_try_init(py, || {
        let utc = class(py, "timezone")?.getattr("utc")?;
        class(py, "datetime")?.call1((1970, 1, 1, 0, 0, 0, 0, utc)).map(Bound::unbind)
    })?;
    Ok(epoch.bind(py))
}

fn class<'py>(py: Python<'py>, name: &str) -> PyResult<Bound<'py, PyAny>> {
    py.import("datetime")?.getattr(name)
}

/// An instant as it is given to Python.
#[derive(Clone, Copy)]
pub(crate) struct When(pub(crate) Timestamp);

impl<'py> IntoPyObject<'py> for When {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        datetime(py, self.0)
    }
}

/// A duration as it is given to Python, to the microsecond.
#[derive(Clone, Copy)]
pub(crate) struct Span(pub(crate) SignedDuration);

impl<'py> IntoPyObject<'py> for Span {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        class(py, "timedelta")?.call1((0, self.0.as_secs(), self.0.subsec_micros()))
    }
}

/// What the core writes as JSON, as the dictionaries and lists that Python makes of it.
#[derive(Clone)]
pub(crate) struct Json<T>(pub(crate) T);

impl<'py, T: Serialize> IntoPyObject<'py> for Json<T> {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        let json = serde_json::to_vec(&self.0).map_err(wrong)?;
        py.import("json")?.getattr("loads")?.call1((PyBytes::new(py, &json),))
    }
}

/// JSON as an argument: text or bytes as they are, anything else as Python writes it.
pub(crate) struct Body(pub(crate) Vec<u8>);

impl<'py> FromPyObject<'_, 'py> for Body {
    type Error = PyErr;

    fn extract(object: pyo3::Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if let Ok(bytes) = object.cast::<PyBytes>() {
            return Ok(Self(bytes.as_bytes().to_vec()));
        }
        let text: String = match object.cast::<PyString>() {
            Ok(text) => text.extract()?,
            Err(_) => object.py().import("json")?.getattr("dumps")?.call1((object,))?.extract()?,
        };
        Ok(Self(text.into_bytes()))
    }
}

/// Any value that JSON has, as an argument.
pub(crate) struct Value(pub(crate) serde_json::Value);

impl<'py> FromPyObject<'_, 'py> for Value {
    type Error = PyErr;

    fn extract(object: pyo3::Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let text: String = object.py().import("json")?.getattr("dumps")?.call1((object,))?.extract()?;
        serde_json::from_str(&text).map(Self).map_err(wrong)
    }
}

/// The word that the core's JSON has for one of its values.
pub(crate) fn word(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(word)) => word,
        _ => "other".to_owned(),
    }
}

/// The texts of any iterable of them.
pub(crate) fn texts(iterable: Option<&Bound<'_, PyAny>>) -> PyResult<Vec<String>> {
    let Some(iterable) = iterable else { return Ok(Vec::new()) };
    iterable.try_iter()?.map(|text| text?.extract()).collect()
}

/// Randomness from a callable like `os.urandom`. When it fails, so does what needed it.
pub(crate) struct Random<'py> {
    source: Bound<'py, PyAny>,
    failed: Option<PyErr>,
}

impl<'py> Random<'py> {
    /// `source`, or `os.urandom`.
    pub(crate) fn from(py: Python<'py>, source: Option<Bound<'py, PyAny>>) -> PyResult<Self> {
        let source = match source {
            Some(source) => source,
            None => py.import("os")?.getattr("urandom")?,
        };
        Ok(Self { source, failed: None })
    }

    /// `count` bytes, drawn now: for work during which no Python code may run.
    pub(crate) fn drawn(py: Python<'py>, source: Option<Bound<'py, PyAny>>, count: usize) -> PyResult<Drawn> {
        let mut bytes = vec![0; count];
        Self::from(py, source)?.draw(&mut bytes)?;
        Ok(Drawn(bytes))
    }

    /// What was made with this randomness, unless some of it was missing.
    pub(crate) fn made<T>(self, made: T) -> PyResult<T> {
        self.failed.map_or(Ok(made), Err)
    }

    fn draw(&self, out: &mut [u8]) -> PyResult<()> {
        let bytes = self.source.call1((out.len(),))?;
        let bytes = bytes.cast::<PyBytes>()?.as_bytes();
        if bytes.len() != out.len() {
            let message =
                format!("the source of randomness gave {} bytes instead of {}", bytes.len(), out.len());
            return Err(PyValueError::new_err(message));
        }
        out.copy_from_slice(bytes);
        Ok(())
    }
}

impl Entropy for Random<'_> {
    fn fill(&mut self, out: &mut [u8]) {
        if let Err(error) = self.draw(out) {
            self.failed.get_or_insert(error);
        }
    }
}

/// Randomness that was drawn beforehand.
pub(crate) struct Drawn(Vec<u8>);

impl Drawn {
    /// The same as a number.
    pub(crate) fn number(mut self) -> u64 {
        u64::from_le_bytes(self.bytes())
    }
}

impl Entropy for Drawn {
    /// Whoever draws says how much is needed; with less, this would not be random, so it is a bug and stops.
    fn fill(&mut self, out: &mut [u8]) {
        assert!(self.0.len() >= out.len(), "more randomness is needed than was drawn");
        out.copy_from_slice(&self.0.split_off(self.0.len() - out.len()));
    }
}

/// An aware `datetime` as an argument.
pub(crate) struct Instant(pub(crate) Timestamp);

impl<'py> FromPyObject<'_, 'py> for Instant {
    type Error = PyErr;

    fn extract(object: pyo3::Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        instant(&object).map(Self)
    }
}
