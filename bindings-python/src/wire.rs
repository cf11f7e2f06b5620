//! HTTP as values.

use heap_identity::wire;
use http::{HeaderName, HeaderValue, Method, StatusCode, Uri};
use pyo3::{Bound, PyResult, Python, pyclass, pymethods, types::PyBytes};

use crate::error::wrong;

/// An HTTP request with its whole body. Its headers may hold the token, so its repr does not show them.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Request(pub(crate) wire::Request);

#[pymethods]
impl Request {
    #[new]
    #[pyo3(signature = (*, method, url, headers=Vec::new(), body=Vec::new()))]
    fn new(method: &str, url: &str, headers: Vec<(String, String)>, body: Vec<u8>) -> PyResult<Self> {
        let mut request = wire::Request::new(body);
        *request.method_mut() = Method::from_bytes(method.as_bytes()).map_err(wrong)?;
        *request.uri_mut() = url.parse::<Uri>().map_err(wrong)?;
        request.headers_mut().extend(parsed(headers)?);
        Ok(Self(request))
    }

    #[getter]
    fn method(&self) -> &str {
        self.0.method().as_str()
    }

    #[getter]
    fn url(&self) -> String {
        self.0.uri().to_string()
    }

    #[getter]
    fn headers(&self) -> Vec<(&str, String)> {
        written(self.0.headers())
    }

    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.body())
    }

    // Its headers may hold the token, so they are not shown.
    fn __repr__(&self) -> String {
        format!("Request({} {})", self.0.method(), self.0.uri().path())
    }
}

/// An HTTP response with its whole body.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Response(pub(crate) wire::Response);

#[pymethods]
impl Response {
    #[new]
    #[pyo3(signature = (*, status, headers=Vec::new(), body=Vec::new()))]
    fn new(status: u16, headers: Vec<(String, String)>, body: Vec<u8>) -> PyResult<Self> {
        let mut response = wire::Response::new(body);
        *response.status_mut() = StatusCode::from_u16(status).map_err(wrong)?;
        response.headers_mut().extend(parsed(headers)?);
        Ok(Self(response))
    }

    #[getter]
    fn status(&self) -> u16 {
        self.0.status().as_u16()
    }

    #[getter]
    fn headers(&self) -> Vec<(&str, String)> {
        written(self.0.headers())
    }

    #[getter]
    fn body<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.body())
    }

    fn __repr__(&self) -> String {
        format!("Response({}, {} bytes)", self.0.status().as_u16(), self.0.body().len())
    }
}

fn parsed(headers: Vec<(String, String)>) -> PyResult<Vec<(HeaderName, HeaderValue)>> {
    let parse = |(name, value): (String, String)| {
        Ok((name.parse::<HeaderName>().map_err(wrong)?, value.parse::<HeaderValue>().map_err(wrong)?))
    };
    headers.into_iter().map(parse).collect()
}

/// A value that is not text is shown as well as it can be.
fn written(headers: &http::HeaderMap) -> Vec<(&str, String)> {
    let written =
        |(name, value): (_, &HeaderValue)| (name, String::from_utf8_lossy(value.as_bytes()).into_owned());
    headers.iter().map(|(name, value)| written((name.as_str(), value))).collect()
}
