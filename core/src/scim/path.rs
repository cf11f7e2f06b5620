//! The path of a PATCH operation (RFC 7644 3.5.2): an attribute, a filter on its values, a sub-attribute.

use alloc::{borrow::Cow, boxed::Box, string::ToString};
use core::{fmt, str::FromStr};

use super::{
    AttributePath, Error, ErrorKind,
    filter::{Filter, Parser},
};

/// What a PATCH operation is about: `name.familyName`, `emails[type eq "work"].value`.
///
/// ```
/// use heap_identity::scim::Path;
/// let path: Path = r#"emails[type eq "work"].value"#.parse()?;
/// assert_eq!(path.attribute().to_string(), "emails.value");
/// assert_eq!(Path::member("7").to_string(), r#"members[value eq "7"]"#);
/// # Ok::<_, heap_identity::scim::Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
pub struct Path {
    attribute: AttributePath,
    filter: Option<Box<Filter>>,
}

impl Path {
    /// An attribute that the program itself names.
    pub const fn of(name: &'static str) -> Self {
        Self { attribute: AttributePath::of(name), filter: None }
    }

    /// A sub-attribute that the program itself names.
    pub const fn sub(name: &'static str, sub: &'static str) -> Self {
        Self { attribute: AttributePath::sub(name, sub), filter: None }
    }

    /// The member of a group with this id: members are removed by id, never by place (F23).
    pub fn member(id: &str) -> Self {
        Self::filtered(AttributePath::of("members"), Filter::equals(AttributePath::of("value"), id))
    }

    /// The values of an attribute that a filter chooses.
    pub(crate) fn filtered(attribute: AttributePath, filter: Filter) -> Self {
        Self { attribute, filter: Some(Box::new(filter)) }
    }

    /// The same with this sub-attribute.
    pub(crate) fn with_sub(mut self, sub: Option<Cow<'static, str>>) -> Self {
        self.attribute.sub = sub;
        self
    }

    /// The attribute, with the sub-attribute where the path ends in one.
    pub const fn attribute(&self) -> &AttributePath {
        &self.attribute
    }

    /// The filter that chooses among the attribute's values.
    pub fn filter(&self) -> Option<&Filter> {
        self.filter.as_deref()
    }

    fn parse(text: &str) -> Result<Self, Error> {
        let mut parser = Parser::new(text)?;
        let mut attribute = parser.attribute()?;
        if !parser.eat(b'[') {
            parser.end("the end of the path or `[`")?;
            return Ok(Self { attribute, filter: None });
        }
        let filter = parser.value_filter()?;
        if parser.eat(b'.') {
            let sub = parser.attribute()?;
            if attribute.sub.is_some() || sub.schema.is_some() || sub.sub.is_some() {
                return Err(parser.error("a path has one sub-attribute at most"));
            }
            attribute.sub = Some(sub.name);
        } else if attribute.sub.is_some() {
            return Err(parser.error("a filter stands on an attribute, not on a sub-attribute"));
        }
        parser.end("the end of the path or `.`")?;
        Ok(Self { attribute, filter: Some(Box::new(filter)) })
    }
}

impl From<AttributePath> for Path {
    fn from(attribute: AttributePath) -> Self {
        Self { attribute, filter: None }
    }
}

impl FromStr for Path {
    type Err = Error;

    /// Reads a path.
    ///
    /// # Errors
    /// `invalidPath` with the byte at which it is malformed, too long or too deep.
    fn from_str(text: &str) -> Result<Self, Error> {
        Self::parse(text).map_err(|error| error.with_kind(ErrorKind::InvalidPath))
    }
}

impl fmt::Display for Path {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(filter) = &self.filter else { return write!(f, "{}", self.attribute) };
        let whole = AttributePath { sub: None, ..self.attribute.clone() };
        write!(f, "{whole}[{filter}]")?;
        match &self.attribute.sub {
            Some(sub) => write!(f, ".{sub}"),
            None => Ok(()),
        }
    }
}

impl serde::Serialize for Path {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&self.to_string())
    }
}

#[cfg(test)]
mod tests {
    use alloc::string::ToString;

    use super::{ErrorKind, Path};

    #[test]
    fn a_path_is_printed_as_it_was_read() {
        for text in [
            "members",
            "name.familyName",
            "members[value eq \"a]b\"]",
            "addresses[type eq \"work\" and not (country eq \"US\")].streetAddress",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
            "urn:ietf:params:scim:schemas:core:2.0:User:emails[type eq \"work\"].value",
        ] {
            assert_eq!(text.parse::<Path>().unwrap().to_string(), text);
        }
    }

    #[test]
    fn a_malformed_path_is_refused() {
        for text in [
            "",
            "emails[type eq \"work\"]value",
            "emails[type eq \"work\"",
            "emails[]",
            "a b",
            "emails[type eq \"x\"].a.b",
            "emails.value[type eq \"x\"]",
            "emails[0]",
            "emails[type eq \"x\"] ",
        ] {
            assert_eq!(text.parse::<Path>().unwrap_err().kind, ErrorKind::InvalidPath, "{text}");
        }
    }

    #[test]
    fn f23_a_member_is_named_by_its_id_whatever_the_id_holds() {
        let path = Path::member("a\"] or value pr");
        assert_eq!(path.to_string().parse::<Path>().unwrap(), path);
    }
}
