//! Which endpoint a request is for (RFC 7644 3.2).

use alloc::{borrow::Cow, string::String};

use http::Method;
use percent_encoding::percent_decode_str;

use super::store::Kind;
use crate::scim::{Error, ErrorKind};

/// What a request asks for.
#[derive(Clone, Debug, Eq, PartialEq)]
pub(super) enum Route {
    Create(Kind),
    Read(Kind, String),
    Replace(Kind, String),
    Modify(Kind, String),
    Delete(Kind, String),
    List(Kind),
    ListAll,
    Search(Kind),
    SearchAll,
    Bulk,
    Configuration,
    ResourceTypes(Option<String>),
    Schemas(Option<String>),
}

/// A request that no endpoint takes, with the methods that one would.
#[derive(Debug)]
pub(super) struct Refused {
    pub(super) error: Error,
    pub(super) allow: Option<&'static str>,
}

impl Route {
    /// The endpoint of a path below the base URL.
    pub(super) fn of(method: &Method, path: &str) -> Result<Self, Refused> {
        let mut segments = path.split('/').filter(|segment| !segment.is_empty());
        let first = segments.next().unwrap_or_default();
        let second = segments.next().map(decoded).transpose()?;
        if segments.next().is_some() {
            return Err(not_found());
        }
        let kind = match first {
            "Users" => Kind::User,
            "Groups" => Kind::Group,
            "ServiceProviderConfig" if second.is_none() => return only_get(method, Self::Configuration),
            "ResourceTypes" => return only_get(method, Self::ResourceTypes(second)),
            "Schemas" => return only_get(method, Self::Schemas(second)),
            ".search" if second.is_none() => return only_post(method, Self::SearchAll),
            "Bulk" if second.is_none() => return only_post(method, Self::Bulk),
            "" => return only_get(method, Self::ListAll),
            "Me" => return Err(not_implemented(first)),
            _ => return Err(not_found()),
        };
        match (second, method.as_str()) {
            (None, "GET") => Ok(Self::List(kind)),
            (None, "POST") => Ok(Self::Create(kind)),
            (None, _) => Err(not_allowed("GET, POST")),
            (Some(id), "POST") if id == ".search" => Ok(Self::Search(kind)),
            (Some(id), _) if id == ".search" => Err(not_allowed("POST")),
            (Some(id), "GET") => Ok(Self::Read(kind, id)),
            (Some(id), "PUT") => Ok(Self::Replace(kind, id)),
            (Some(id), "PATCH") => Ok(Self::Modify(kind, id)),
            (Some(id), "DELETE") => Ok(Self::Delete(kind, id)),
            (Some(_), _) => Err(not_allowed("GET, PUT, PATCH, DELETE")),
        }
    }
}

fn decoded(segment: &str) -> Result<String, Refused> {
    percent_decode_str(segment).decode_utf8().map(Cow::into_owned).map_err(|_| not_found())
}

fn only_get(method: &Method, route: Route) -> Result<Route, Refused> {
    if method == Method::GET { Ok(route) } else { Err(not_allowed("GET")) }
}

fn only_post(method: &Method, route: Route) -> Result<Route, Refused> {
    if method == Method::POST { Ok(route) } else { Err(not_allowed("POST")) }
}

fn not_found() -> Refused {
    Refused { error: Error::new(ErrorKind::NotFound, "there is no such endpoint"), allow: None }
}

fn not_allowed(allow: &'static str) -> Refused {
    let detail = alloc::format!("the endpoint takes {allow}");
    Refused { error: Error::new(ErrorKind::MethodNotAllowed, detail), allow: Some(allow) }
}

fn not_implemented(endpoint: &str) -> Refused {
    let detail = alloc::format!("/{endpoint} is not supported; /ServiceProviderConfig says what is");
    Refused { error: Error::new(ErrorKind::NotImplemented, detail), allow: None }
}

#[cfg(test)]
mod tests {
    use super::{ErrorKind, Kind, Method, Route};

    #[test]
    fn endpoints_are_those_of_rfc_7644_section_3_2() {
        assert_eq!(Route::of(&Method::GET, "/Users").unwrap(), Route::List(Kind::User));
        assert_eq!(
            Route::of(&Method::PATCH, "/Groups/a%2Fb").unwrap(),
            Route::Modify(Kind::Group, "a/b".into())
        );
        assert_eq!(Route::of(&Method::POST, "/Users/.search").unwrap(), Route::Search(Kind::User));
        assert_eq!(Route::of(&Method::GET, "/").unwrap(), Route::ListAll);
        for (method, path, kind) in [
            (Method::POST, "/", ErrorKind::MethodNotAllowed),
            (Method::GET, "/users", ErrorKind::NotFound),
            (Method::GET, "/Users/1/2", ErrorKind::NotFound),
            (Method::GET, "/Users/%ff", ErrorKind::NotFound),
            (Method::DELETE, "/Users", ErrorKind::MethodNotAllowed),
            (Method::POST, "/Users/1", ErrorKind::MethodNotAllowed),
            (Method::POST, "/Schemas", ErrorKind::MethodNotAllowed),
            (Method::GET, "/Me", ErrorKind::NotImplemented),
            (Method::GET, "/.search", ErrorKind::MethodNotAllowed),
            (Method::GET, "/Bulk", ErrorKind::MethodNotAllowed),
        ] {
            assert_eq!(Route::of(&method, path).unwrap_err().error.kind, kind, "{method} {path}");
        }
    }
}
