//! The body of an error (RFC 7644 3.12), as it is met and as we write it.

use alloc::{format, string::String, vec::Vec};

use serde_json::{Value, json};

use crate::scim::{Document, Error, ErrorKind, schema};

/// What an error body says, read with patience: each part may be missing.
#[derive(Clone, Debug, Default, Eq, PartialEq)]
#[non_exhaustive]
pub struct ErrorBody {
    /// The HTTP status, written as a text or a number.
    pub status: Option<u16>,
    /// The detail error keyword of RFC 7644 table 9.
    pub scim_type: Option<String>,
    /// A text for people. It may hold what the other side knows about a person: show it, do not log it unasked.
    pub detail: Option<String>,
}

impl ErrorBody {
    /// Reads a body; `None` when it is not a SCIM error: empty, HTML, or JSON of another kind.
    pub fn from_slice(bytes: &[u8]) -> Option<Self> {
        let document = Document::from_slice(bytes).ok()?;
        let body = Self {
            status: document.get("status").and_then(status),
            scim_type: document.text("scimType").map(Into::into),
            detail: document.text("detail").map(Into::into),
        };
        let marked = document.get("schemas").and_then(Value::as_array).is_some_and(|schemas| {
            schemas.iter().any(|urn| urn.as_str().is_some_and(|urn| urn.eq_ignore_ascii_case(schema::ERROR)))
        });
        (marked || body.scim_type.is_some() || body.status.is_some() && body.detail.is_some()).then_some(body)
    }

    /// The kind that its `scimType` names.
    pub fn kind(&self) -> Option<ErrorKind> {
        ErrorKind::from_scim_type(self.scim_type.as_deref()?)
    }

    /// The body. `status` is a text on the wire.
    pub fn to_vec(&self) -> Vec<u8> {
        let mut body = json!({ "schemas": [schema::ERROR] });
        if let Value::Object(map) = &mut body {
            let parts = [
                ("status", self.status.map(|status| format!("{status}"))),
                ("scimType", self.scim_type.clone()),
                ("detail", self.detail.clone()),
            ];
            for (name, part) in parts {
                if let Some(part) = part {
                    map.insert(name.into(), part.into());
                }
            }
        }
        crate::scim::json::to_vec(&body)
    }
}

impl From<&Error> for ErrorBody {
    fn from(error: &Error) -> Self {
        Self {
            status: Some(error.kind.status().as_u16()),
            scim_type: error.kind.scim_type().map(Into::into),
            detail: Some(format!("{error}")),
        }
    }
}

fn status(value: &Value) -> Option<u16> {
    match value {
        Value::String(text) => text.trim().parse().ok(),
        _ => value.as_u64()?.try_into().ok(),
    }
}

#[cfg(test)]
mod tests {
    use super::ErrorBody;
    use crate::scim::{Error, ErrorKind};

    #[test]
    fn a_body_is_read_whatever_its_status_is_written_as() {
        for status in ["\"409\"", "409"] {
            let text = alloc::format!(
                r#"{{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"STATUS":{status},"scimType":"uniqueness","detail":"taken"}}"#
            );
            let body = ErrorBody::from_slice(text.as_bytes()).unwrap();
            assert_eq!(
                (body.status, body.kind(), body.detail.as_deref()),
                (Some(409), Some(ErrorKind::Uniqueness), Some("taken"))
            );
        }
    }

    #[test]
    fn f32_a_conflict_without_a_scim_type_is_still_an_error_body() {
        let body = ErrorBody::from_slice(
            br#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:Error"],"status":"409"}"#,
        )
        .unwrap();
        assert_eq!((body.status, body.kind()), (Some(409), None));
    }

    #[test]
    fn what_is_no_scim_error_is_none() {
        for text in ["", "<html>502</html>", "[]", "{}", r#"{"userName":"a","detail":"x"}"#, "{\"status\":"] {
            assert_eq!(ErrorBody::from_slice(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn every_kind_survives_the_wire() {
        for kind in ErrorKind::ALL {
            let body = ErrorBody::from_slice(&ErrorBody::from(&Error::new(*kind, "why")).to_vec()).unwrap();
            assert_eq!(body.status, Some(kind.status().as_u16()));
            assert_eq!(body.scim_type.as_deref(), kind.scim_type());
        }
    }
}
