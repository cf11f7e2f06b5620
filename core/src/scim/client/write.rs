//! One change, in the ways in which service providers take it.

use http::{HeaderValue, StatusCode, header};
use serde_json::Value;

use super::{Endpoint, Profile, Writes};
use crate::{
    scim::{Document, Error, Patch, document, patch::Dialect, schema::ResourceType, service::Kind},
    wire::Request,
};

impl Profile {
    /// The ways to write a change, to be tried in this order while each is [refused](Writes::is_refused_by). What one
    /// change needed is not carried over to the next: a service provider may take some changes by PATCH and not others.
    pub const fn ways(&self) -> &'static [Writes] {
        match self.writes {
            Writes::Patch => &[Writes::Patch, Writes::ListedPatch, Writes::Put],
            Writes::ListedPatch => &[Writes::ListedPatch, Writes::Put],
            Writes::Put => &[Writes::Put],
        }
    }
}

impl Writes {
    /// The request that makes `after` of `before`, which was read with its id; `None` where they say the same.
    ///
    /// A PUT asks for the version that was read, where one was told: it must not undo what somebody else wrote (F22).
    ///
    /// # Errors
    /// When no PATCH brings the one to the other: see [`Patch::between`].
    pub fn request(
        self,
        endpoint: &Endpoint,
        kind: Kind,
        before: &Document,
        after: &Document,
    ) -> Result<Option<Request>, Error> {
        let described = match kind {
            Kind::User => ResourceType::user(),
            Kind::Group => ResourceType::group(),
        };
        let dialect = if self == Self::ListedPatch { Dialect::JUMPCLOUD } else { Dialect::STRICT };
        let patch = Patch::between(before, after, &described, &dialect)?;
        if patch.operations.is_empty() {
            return Ok(None);
        }
        let id = before.text("id").unwrap_or_default();
        if self != Self::Put {
            return Ok(Some(endpoint.modify(kind, id, &patch)));
        }
        let mut request = endpoint.replace(kind, id, after.to_vec());
        let version =
            before.get("meta").and_then(Value::as_object).and_then(|meta| document::get(meta, "version"));
        if let Some(Ok(version)) = version.and_then(Value::as_str).map(HeaderValue::from_str) {
            request.headers_mut().insert(header::IF_MATCH, version);
        }
        Ok(Some(request))
    }

    /// Whether an answer says that this way is not taken, so that nothing was changed and the next may be tried: 400, 405
    /// and 501 (F16, F17).
    pub const fn is_refused_by(status: StatusCode) -> bool {
        matches!(
            status,
            StatusCode::BAD_REQUEST | StatusCode::METHOD_NOT_ALLOWED | StatusCode::NOT_IMPLEMENTED
        )
    }
}
