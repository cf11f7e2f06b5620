//! Addresses that a login may be sent to (A58).

use http::Uri;

use crate::limits;

/// Why nothing may be sent to an address.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum EndpointError {
    /// Not an absolute address.
    #[error("expected an absolute address such as https://heapanalytics.com/saml/finalize/<HEAP_ID>/")]
    Malformed,
    /// Another scheme than `https`, or plain `http` to another machine.
    #[error("the address must begin with https:// (http:// is for this machine only)")]
    Scheme,
    /// A user name or a fragment, which a form or a redirect would lose or leak.
    #[error("the address holds a user name or a fragment")]
    UserOrFragment,
}

impl EndpointError {
    /// The stable code of this error.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Malformed => "saml.endpoint.malformed",
            Self::Scheme => "saml.endpoint.scheme",
            Self::UserOrFragment => "saml.endpoint.user_or_fragment",
        }
    }
}

/// Whether a login may be sent to `address`: `https`, or `http` on loopback for development.
pub(super) fn check(address: &str) -> Result<(), EndpointError> {
    if address.len() > limits::SAML_URI_BYTES_MAX || !address.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(EndpointError::Malformed);
    }
    if address.contains('#') {
        return Err(EndpointError::UserOrFragment);
    }
    let uri: Uri = address.parse().map_err(|_| EndpointError::Malformed)?;
    let scheme = uri.scheme_str().ok_or(EndpointError::Malformed)?;
    let authority = uri.authority().ok_or(EndpointError::Malformed)?;
    if authority.as_str().contains('@') {
        return Err(EndpointError::UserOrFragment);
    }
    let loopback = matches!(authority.host(), "localhost" | "127.0.0.1" | "[::1]");
    match scheme {
        _ if authority.host().is_empty() => Err(EndpointError::Malformed),
        "https" => Ok(()),
        "http" if loopback => Ok(()),
        _ => Err(EndpointError::Scheme),
    }
}

#[cfg(test)]
mod tests {
    use super::{EndpointError, check};

    #[test]
    fn https_and_loopback_are_endpoints() {
        for address in [
            "https://heapanalytics.com/saml/finalize/123/",
            "https://sp.example:8443/acs?tenant=1",
            "http://localhost:8080/acs",
            "http://127.0.0.1/acs",
            "http://[::1]:9/acs",
        ] {
            assert_eq!(check(address), Ok(()), "{address}");
        }
    }

    #[test]
    fn a58_a_login_is_not_sent_to_a_script_nor_over_plain_http() {
        for (address, error) in [
            ("javascript:alert(1)", EndpointError::Malformed),
            ("javascript://sp.example/%0aalert(1)", EndpointError::Scheme),
            ("data:text/html,x", EndpointError::Malformed),
            ("http://sp.example/acs", EndpointError::Scheme),
            ("http://localhost.evil.example/acs", EndpointError::Scheme),
            ("https://sp.example@evil.example/acs", EndpointError::UserOrFragment),
            ("https://sp.example/acs#x", EndpointError::UserOrFragment),
            ("https://sp.example/a b", EndpointError::Malformed),
            ("https:///acs", EndpointError::Malformed),
            ("//sp.example/acs", EndpointError::Malformed),
            ("/acs", EndpointError::Malformed),
            ("", EndpointError::Malformed),
        ] {
            assert_eq!(check(address), Err(error), "{address}");
        }
    }
}
