//! The name of an attribute in filters and paths (RFC 7644 3.10): `[URN ":"] name ["." sub-attribute]`.

use alloc::{borrow::Cow, string::ToString};
use core::{fmt, str::FromStr};

use super::{Error, ErrorKind, filter};

/// An attribute by name, with its schema and sub-attribute where they are given.
///
/// Two are equal when they are written the same but for case (RFC 7643 2.1).
///
/// ```
/// use heap_identity::scim::AttributePath;
/// let path: AttributePath = "urn:ietf:params:scim:schemas:core:2.0:User:name.familyName".parse()?;
/// assert_eq!((path.name(), path.sub_attribute()), ("name", Some("familyName")));
/// # Ok::<_, heap_identity::scim::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct AttributePath {
    pub(crate) schema: Option<Cow<'static, str>>,
    pub(crate) name: Cow<'static, str>,
    pub(crate) sub: Option<Cow<'static, str>>,
}

impl AttributePath {
    /// An attribute that the program itself names.
    pub const fn of(name: &'static str) -> Self {
        Self { schema: None, name: Cow::Borrowed(name), sub: None }
    }

    /// A sub-attribute that the program itself names.
    pub const fn sub(name: &'static str, sub: &'static str) -> Self {
        Self { schema: None, name: Cow::Borrowed(name), sub: Some(Cow::Borrowed(sub)) }
    }

    /// The URN of the schema, where it is given.
    pub fn schema(&self) -> Option<&str> {
        self.schema.as_deref()
    }

    /// The attribute's name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The sub-attribute's name, where one is meant.
    pub fn sub_attribute(&self) -> Option<&str> {
        self.sub.as_deref()
    }

    /// Whether this is a top-level attribute of the core schema with this name.
    pub fn is(&self, name: &str) -> bool {
        self.sub.is_none() && self.schema.is_none() && self.name.eq_ignore_ascii_case(name)
    }

    /// Reads the text of an attribute, which has been cut out of a filter or path.
    ///
    /// # Errors
    /// The byte at which a name is malformed.
    pub(crate) fn read(text: &str) -> Result<Self, usize> {
        // The URN has dots of its own (`2.0`); names have no colon: the last one ends the URN.
        let (schema, rest) = match text.rfind(':') {
            Some(colon) => (text.get(..colon), text.get(colon + 1..).unwrap_or_default()),
            None => (None, text),
        };
        let start = text.len() - rest.len();
        if schema.is_some_and(|urn| !is_urn(urn)) {
            return Err(0);
        }
        let (name, sub) = match rest.split_once('.') {
            Some((name, sub)) => (name, Some(sub)),
            None => (rest, None),
        };
        check_name(name).map_err(|at| start + at)?;
        if let Some(sub) = sub {
            check_name(sub).map_err(|at| start + name.len() + 1 + at)?;
        }
        let own = |text: &str| Cow::Owned(text.to_string());
        Ok(Self { schema: schema.map(own), name: own(name), sub: sub.map(own) })
    }
}

/// `ATTRNAME = ALPHA *(nameChar)`, and `$ref`, which RFC 7643 itself uses.
fn check_name(name: &str) -> Result<(), usize> {
    let valid = |(index, byte): (usize, u8)| {
        byte.is_ascii_alphabetic()
            || index == 0 && byte == b'$'
            || index > 0 && matches!(byte, b'-' | b'_' | b'0'..=b'9')
    };
    match name.bytes().enumerate().position(|at| !valid(at)) {
        Some(at) => Err(at),
        None if name.is_empty() || name == "$" => Err(0),
        None => Ok(()),
    }
}

/// A URI with a scheme, of the characters that RFC 3986 allows without brackets.
fn is_urn(text: &str) -> bool {
    let scheme = text.split(':').next().unwrap_or_default();
    let opens = scheme.bytes().next().is_some_and(|byte| byte.is_ascii_alphabetic());
    opens && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b":.-_~%/?#@!$&'*+,;=".contains(&byte))
}

impl FromStr for AttributePath {
    type Err = Error;

    /// Reads an attribute's name.
    ///
    /// # Errors
    /// `invalidPath` with the byte at which it is malformed.
    fn from_str(text: &str) -> Result<Self, Error> {
        if text.len() > crate::limits::SCIM_FILTER_BYTES_MAX {
            return Err(filter::too_long().with_kind(ErrorKind::InvalidPath));
        }
        Self::read(text).map_err(|at| filter::malformed_name().with_kind(ErrorKind::InvalidPath).at(at))
    }
}

impl fmt::Display for AttributePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(schema) = &self.schema {
            write!(f, "{schema}:")?;
        }
        f.write_str(&self.name)?;
        match &self.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

impl PartialEq for AttributePath {
    fn eq(&self, other: &Self) -> bool {
        let same = |a: &Option<Cow<'_, str>>, b: &Option<Cow<'_, str>>| match (a, b) {
            (Some(a), Some(b)) => a.eq_ignore_ascii_case(b),
            (None, None) => true,
            _ => false,
        };
        same(&self.schema, &other.schema)
            && self.name.eq_ignore_ascii_case(&other.name)
            && same(&self.sub, &other.sub)
    }
}

impl Eq for AttributePath {}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::AttributePath;

    #[test]
    fn a_name_is_printed_as_it_was_read() {
        for text in [
            "userName",
            "name.familyName",
            "members.$ref",
            "urn:ietf:params:scim:schemas:core:2.0:User:name.givenName",
            "a-b_1",
        ] {
            assert_eq!(text.parse::<AttributePath>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_malformed_name_is_refused_where_it_is() {
        for (text, at) in [
            ("", 0),
            ("1a", 0),
            ("a b", 1),
            ("name..x", 5),
            ("a.", 2),
            ("a.b.c", 3),
            (":a", 0),
            ("urn:x:", 6),
            ("é", 0),
            ("$", 0),
        ] {
            assert_eq!(text.parse::<AttributePath>().unwrap_err().position, Some(at), "{text}");
        }
    }
}
