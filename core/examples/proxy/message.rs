//! HTTP/1.1 by hand: what a client library would refuse to send is sent here on purpose.

use std::{
    io::{self, BufRead, Read},
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use http::{HeaderName, HeaderValue, Request, Response, StatusCode, header};
use jiff::{Timestamp, fmt::rfc2822};

/// Headers of an answer that are passed on.
const PASSED_ON: [HeaderName; 5] =
    [header::CONTENT_TYPE, header::ETAG, header::LOCATION, header::RETRY_AFTER, header::WWW_AUTHENTICATE];

const PAGE: &str = "<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body><h1>The service is not available</h1>\
                    <p>We are working on it. Try again later.</p></body></html>";

/// The next request of a connection; none at its end.
pub fn read(stream: &mut impl BufRead, origin: &str) -> io::Result<Option<Request<Vec<u8>>>> {
    let malformed = || io::Error::from(io::ErrorKind::InvalidData);
    let mut line = String::new();
    if stream.read_line(&mut line)? == 0 {
        return Ok(None);
    }
    let mut words = line.split_whitespace();
    let (method, target) = words.next().zip(words.next()).ok_or_else(malformed)?;
    let mut request = Request::builder().method(method).uri(format!("{origin}{target}"));
    let mut length = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        let value = HeaderValue::from_str(value.trim()).map_err(|_| malformed())?;
        match name.to_ascii_lowercase().as_str() {
            "content-length" => {
                length = value.to_str().ok().and_then(|text| text.parse().ok()).ok_or_else(malformed)?;
            }
            "host" | "connection" | "accept-encoding" => {}
            name => request = request.header(name, value),
        }
    }
    let mut body = Vec::new();
    stream.take(length).read_to_end(&mut body)?;
    request.body(body).map(Some).map_err(|_| malformed())
}

/// An answer as bytes; `length` is what its header says, whatever the body has.
pub fn bytes(response: &Response<Vec<u8>>, length: usize) -> Vec<u8> {
    let status = response.status();
    let mut head = format!("HTTP/1.1 {} {}\r\n", status.as_u16(), status.canonical_reason().unwrap_or("-"));
    for (name, value) in response.headers().iter().filter(|(name, _)| PASSED_ON.contains(name)) {
        head.push_str(&format!("{name}: {}\r\n", value.to_str().unwrap_or_default()));
    }
    if status != StatusCode::NO_CONTENT {
        head.push_str(&format!("content-length: {length}\r\n"));
    }
    head.push_str("\r\n");
    [head.as_bytes(), response.body()].concat()
}

/// What a gateway shows to people.
pub fn page(status: u16) -> Response<Vec<u8>> {
    answer(status, &[(header::CONTENT_TYPE, "text/html; charset=utf-8".into())], PAGE)
}

pub fn unauthorized() -> Response<Vec<u8>> {
    answer(401, &[(header::WWW_AUTHENTICATE, "Bearer error=\"invalid_token\"".into())], "")
}

/// Come back in a second or two.
pub fn throttled(is_date: bool) -> Response<Vec<u8>> {
    let later = || {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() + Duration::from_secs(2);
        let at = i64::try_from(since.as_secs()).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
        rfc2822::DateTimePrinter::new()
            .timestamp_to_rfc9110_string(&at.unwrap_or_default())
            .unwrap_or_default()
    };
    let value = if is_date { later() } else { "1".into() };
    answer(429, &[(header::RETRY_AFTER, value)], "")
}

fn answer(status: u16, headers: &[(HeaderName, String)], body: &str) -> Response<Vec<u8>> {
    let mut response = Response::new(body.as_bytes().to_vec());
    *response.status_mut() = StatusCode::from_u16(status).unwrap_or_default();
    for (name, value) in headers {
        if let Ok(value) = value.parse() {
            response.headers_mut().insert(name, value);
        }
    }
    response
}
