//! Versions in requests (RFC 7644 3.14, RFC 9110 13.1).

use http::{HeaderName, header};

use super::store::Version;
use crate::{
    scim::{Error, ErrorKind},
    wire::Request,
};

/// # Errors
/// `PreconditionFailed` when `If-Match` names other versions only (F22), or `If-None-Match` names this one.
pub(super) fn check(request: &Request, version: Version) -> Result<(), Error> {
    let expected = names(request, &header::IF_MATCH, version) != Some(false);
    let excluded = names(request, &header::IF_NONE_MATCH, version) == Some(true);
    if expected && !excluded {
        return Ok(());
    }
    let detail = "the resource has another version than the request expects; read it again";
    Err(Error::new(ErrorKind::PreconditionFailed, detail))
}

/// Whether a reader has this version already.
pub(super) fn is_unchanged(request: &Request, version: Version) -> bool {
    names(request, &header::IF_NONE_MATCH, version) == Some(true)
}

/// Whether a header names the version; `None` without the header. Weak tags compare by their text: a version is one
/// state of a resource.
fn names(request: &Request, header: &HeaderName, version: Version) -> Option<bool> {
    let value = request.headers().get(header)?.to_str().unwrap_or_default();
    let own = alloc::format!("\"{}\"", version.0);
    let tag = |tag: &str| tag == "*" || tag.strip_prefix("W/").unwrap_or(tag) == own;
    Some(value.split(',').any(|text| tag(text.trim())))
}
