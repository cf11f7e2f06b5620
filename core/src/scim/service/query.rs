//! What a list or a read is asked for (RFC 7644 3.4.2, 3.9), in the query or in a search request.

use alloc::{
    borrow::Cow,
    format,
    string::{String, ToString},
    vec::Vec,
};

use serde_json::Value;

use super::{cursor::Cursor, render::Projection, sort::Sort};
use crate::scim::{Document, Error, ErrorKind, Filter};

/// The parameters.
#[derive(Debug, Default)]
pub(super) struct Query {
    pub(super) filter: Option<Filter>,
    /// From 1; less is 1 (RFC 7644 3.4.2.4).
    pub(super) start_index: Option<u64>,
    /// Less than 0 is 0 (RFC 7644 3.4.2.4).
    pub(super) count: Option<u64>,
    /// Where a list by cursor goes on (RFC 9865).
    pub(super) cursor: Option<Cursor>,
    pub(super) sort: Option<Sort>,
    pub(super) projection: Projection,
}

impl Query {
    /// Reads the query of an address. Parameters that are not known are passed over.
    ///
    /// # Errors
    /// `invalidFilter`, `invalidPath` for names of attributes, `invalidValue` for numbers.
    pub(super) fn of(text: &str, filtered: bool) -> Result<Self, Error> {
        let mut query = Self::default();
        let (mut only, mut without) = (None, None);
        let (mut sort_by, mut sort_order) = (None, None);
        for (name, value) in form_urlencoded::parse(text.as_bytes()) {
            match name.as_ref() {
                "filter" if filtered => query.filter = Some(value.parse()?),
                "startIndex" => query.start_index = Some(number(&name, &value)?.max(1)),
                "count" => query.count = Some(number(&name, &value)?),
                "cursor" => query.cursor = Some(value.parse()?),
                "sortBy" => sort_by = Some(value),
                "sortOrder" => sort_order = Some(value),
                "attributes" => only = Some(names(value.split(',').map(Cow::Borrowed))?),
                "excludedAttributes" => without = Some(names(value.split(',').map(Cow::Borrowed))?),
                _ => {}
            }
        }
        query.sort = Sort::of(sort_by.as_deref(), sort_order.as_deref())?;
        query.projection = Projection::of(only, without)?;
        query.checked()
    }

    /// Reads a search request (RFC 7644 3.4.3).
    ///
    /// # Errors
    /// As [`Query::of`], and `invalidSyntax`.
    pub(super) fn of_search(body: &Document) -> Result<Self, Error> {
        let integer = |name: &str| match body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(value) => match value.as_i64() {
                Some(number) => Ok(Some(u64::try_from(number).unwrap_or(0))),
                None => Err(not_a_number(name)),
            },
        };
        let list = |name: &str| match body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::Array(values)) => {
                names(values.iter().map(|name| Cow::Borrowed(name.as_str().unwrap_or_default()))).map(Some)
            }
            Some(_) => Err(Error::new(ErrorKind::InvalidSyntax, format!("`{name}` is not an array"))),
        };
        let text = |name: &str| match body.get(name) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text.as_str())),
            Some(_) => Err(Error::new(ErrorKind::InvalidSyntax, format!("`{name}` is not a text"))),
        };
        let query = Self {
            filter: text("filter")?.map(str::parse).transpose()?,
            start_index: integer("startIndex")?.map(|start| start.max(1)),
            count: integer("count")?,
            cursor: text("cursor")?.map(str::parse).transpose()?,
            sort: Sort::of(text("sortBy")?, text("sortOrder")?)?,
            projection: Projection::of(list("attributes")?, list("excludedAttributes")?)?,
        };
        query.checked()
    }

    fn checked(self) -> Result<Self, Error> {
        if self.cursor.is_some() && self.start_index.is_some() {
            let detail = "`cursor` and `startIndex` exclude each other (RFC 9865)";
            return Err(Error::new(ErrorKind::InvalidValue, detail));
        }
        Ok(self)
    }
}

fn number(name: &str, text: &str) -> Result<u64, Error> {
    let number: i64 = text.trim().parse().map_err(|_| not_a_number(name))?;
    Ok(u64::try_from(number).unwrap_or(0))
}

fn not_a_number(name: &str) -> Error {
    Error::new(ErrorKind::InvalidValue, format!("`{name}` is not a whole number"))
}

fn names<'n>(names: impl Iterator<Item = Cow<'n, str>>) -> Result<Vec<String>, Error> {
    let mut read = Vec::new();
    for name in names {
        let name = name.trim();
        if !name.is_empty() {
            // The name has to be one; it is compared as text afterwards.
            name.parse::<crate::scim::AttributePath>()?;
            read.push(name.to_string());
        }
    }
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::{ErrorKind, Query};

    #[test]
    fn numbers_below_the_range_are_its_beginning() {
        let query = Query::of("startIndex=0&count=-3", true).unwrap();
        assert_eq!((query.start_index, query.count), (Some(1), Some(0)));
    }

    #[test]
    fn what_cannot_be_read_is_refused() {
        for (text, kind) in [
            ("count=ten", ErrorKind::InvalidValue),
            ("filter=userName", ErrorKind::InvalidFilter),
            ("filter=userName+eq+%22", ErrorKind::InvalidFilter),
            ("attributes=a+b", ErrorKind::InvalidPath),
            ("attributes=a&excludedAttributes=b", ErrorKind::InvalidValue),
        ] {
            assert_eq!(Query::of(text, true).unwrap_err().kind, kind, "{text}");
        }
    }

    #[test]
    fn a_plus_is_a_space_and_an_escape_is_its_character() {
        let query = Query::of("filter=userName+eq+%22a%2Bb%22", true).unwrap();
        assert_eq!(alloc::format!("{}", query.filter.unwrap()), "userName eq \"a+b\"");
    }
}
