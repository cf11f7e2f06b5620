//! The grammar of RFC 7644 3.4.2.2, by recursive descent, with the byte of every error.
//!
//! Precedence: brackets and parentheses, `not`, `and`, `or`. Where the grammar has one space, several are taken.

use alloc::{boxed::Box, format, string::String, vec::Vec};

use super::{AttributePath, Comparand, Error, Filter, Node, Operator};
use crate::{
    limits::{SCIM_FILTER_BYTES_MAX, SCIM_FILTER_DEPTH_MAX},
    scim::ErrorKind,
};

/// What is left of a filter or path.
pub(crate) struct Parser<'t> {
    text: &'t str,
    at: usize,
    depth: usize,
    /// Within brackets, where only sub-attributes of one attribute stand.
    bracketed: bool,
}

pub(crate) fn too_long() -> Error {
    Error::new(
        ErrorKind::InvalidFilter,
        format!("longer than {SCIM_FILTER_BYTES_MAX} bytes; ask in several requests"),
    )
}

pub(crate) fn malformed_name() -> Error {
    Error::new(
        ErrorKind::InvalidFilter,
        "expected the name of an attribute, as in `userName` or `name.familyName`",
    )
}

impl<'t> Parser<'t> {
    pub(crate) fn new(text: &'t str) -> Result<Self, Error> {
        if text.len() > SCIM_FILTER_BYTES_MAX {
            Err(too_long())
        } else {
            Ok(Self { text, at: 0, depth: 0, bracketed: false })
        }
    }

    /// A whole filter, up to what cannot belong to it.
    pub(crate) fn filter(&mut self) -> Result<Filter, Error> {
        self.spaces();
        let node = self.or()?;
        self.spaces();
        Ok(Filter(node))
    }

    /// The condition of a value path and its closing bracket.
    pub(crate) fn value_filter(&mut self) -> Result<Filter, Error> {
        if self.bracketed {
            return Err(self.error("brackets stand in no brackets"));
        }
        self.bracketed = true;
        let filter = self.nested(b']', "`and`, `or` or `]`").map(Filter);
        self.bracketed = false;
        filter
    }

    fn or(&mut self) -> Result<Node, Error> {
        self.chain("or", Self::and, Node::Or)
    }

    fn and(&mut self) -> Result<Node, Error> {
        self.chain("and", Self::term, Node::And)
    }

    fn chain(
        &mut self,
        word: &str,
        part: fn(&mut Self) -> Result<Node, Error>,
        whole: fn(Vec<Node>) -> Node,
    ) -> Result<Node, Error> {
        let first = part(self)?;
        if !self.eat_word(word) {
            return Ok(first);
        }
        let mut parts = Vec::from([first, part(self)?]);
        while self.eat_word(word) {
            parts.push(part(self)?);
        }
        Ok(whole(parts))
    }

    fn term(&mut self) -> Result<Node, Error> {
        if self.eat(b'(') {
            return self.nested(b')', "`and`, `or` or `)`");
        }
        let start = self.at;
        if self.word().eq_ignore_ascii_case("not") {
            self.spaces();
            if self.eat(b'(') {
                return Ok(Node::Not(Box::new(self.nested(b')', "`and`, `or` or `)`")?)));
            }
        }
        self.at = start;
        self.expression()
    }

    /// What stands in parentheses or brackets, and their end.
    fn nested(&mut self, close: u8, expected: &str) -> Result<Node, Error> {
        self.depth += 1;
        if self.depth > SCIM_FILTER_DEPTH_MAX {
            return Err(self.error(format!("nested deeper than {SCIM_FILTER_DEPTH_MAX}")));
        }
        let node = self.filter()?.0;
        if !self.eat(close) {
            return Err(self.error(format!("expected {expected}")));
        }
        self.depth -= 1;
        Ok(node)
    }

    fn expression(&mut self) -> Result<Node, Error> {
        let start = self.at;
        let attribute = self.attribute()?;
        if self.bracketed && (attribute.schema.is_some() || attribute.sub.is_some()) {
            self.at = start;
            return Err(self.error("within brackets stand names of sub-attributes alone"));
        }
        if self.eat(b'[') {
            if attribute.sub.is_some() {
                self.at = start;
                return Err(self.error("brackets stand behind an attribute, not behind a sub-attribute"));
            }
            return Ok(Node::Values { attribute, condition: Box::new(self.value_filter()?.0) });
        }
        self.some_spaces("a space and an operator")?;
        let start = self.at;
        let word = self.word();
        if word.eq_ignore_ascii_case("pr") {
            return Ok(Node::Present(attribute));
        }
        let Some((operator, _)) =
            Operator::ALL.iter().find(|(_, keyword)| keyword.eq_ignore_ascii_case(word))
        else {
            self.at = start;
            return Err(self.error("expected an operator: eq, ne, co, sw, ew, gt, ge, lt, le or pr"));
        };
        self.some_spaces("a space and a value")?;
        Ok(Node::Compare { attribute, operator: *operator, value: self.value()? })
    }

    /// The name of an attribute.
    pub(crate) fn attribute(&mut self) -> Result<AttributePath, Error> {
        let start = self.at;
        let text = self.take(|byte| !matches!(byte, b' ' | b'[' | b']' | b'(' | b')' | b'"'));
        AttributePath::read(text).map_err(|at| malformed_name().at(start + at))
    }

    fn value(&mut self) -> Result<Comparand, Error> {
        if self.rest().starts_with('"') {
            return self.string().map(Comparand::Text);
        }
        let start = self.at;
        let text = self.take(|byte| !matches!(byte, b' ' | b')' | b']'));
        match text {
            "null" => Ok(Comparand::Null),
            "true" => Ok(Comparand::Boolean(true)),
            "false" => Ok(Comparand::Boolean(false)),
            _ => match serde_json::from_str(text) {
                Ok(serde_json::Value::Number(number)) => Ok(Comparand::Number(number)),
                _ => {
                    self.at = start;
                    Err(self.error(
                        "expected a JSON value: a text in double quotes, a number, true, false or null",
                    ))
                }
            },
        }
    }

    /// A JSON string with its quotes.
    fn string(&mut self) -> Result<String, Error> {
        let bytes = self.rest().as_bytes();
        let mut end = 1;
        loop {
            match bytes
                .get(end..)
                .and_then(|tail| memchr::memchr2(b'"', b'\\', tail))
                .map(|found| end + found)
            {
                None => return Err(self.error("the text has no closing quote")),
                Some(at) if bytes.get(at) == Some(&b'"') => {
                    end = at + 1;
                    break;
                }
                Some(at) => end = at + 2,
            }
        }
        let text = self.rest().get(..end).and_then(|text| serde_json::from_str(text).ok());
        let text = text
            .ok_or_else(|| self.error("the text is not a JSON string: an escape or a control character"))?;
        self.at += end;
        Ok(text)
    }

    /// `and` or `or`, with the spaces around it.
    fn eat_word(&mut self, word: &str) -> bool {
        let start = self.at;
        if self.spaces() > 0 && self.word().eq_ignore_ascii_case(word) && self.spaces() > 0 {
            return true;
        }
        self.at = start;
        false
    }

    /// Takes the letters that follow.
    fn word(&mut self) -> &'t str {
        self.take(|byte| byte.is_ascii_alphabetic())
    }

    fn spaces(&mut self) -> usize {
        self.take(|byte| byte == b' ').len()
    }

    fn some_spaces(&mut self, expected: &str) -> Result<(), Error> {
        if self.spaces() > 0 { Ok(()) } else { Err(self.error(format!("expected {expected}"))) }
    }

    pub(crate) fn eat(&mut self, byte: u8) -> bool {
        let there = self.rest().as_bytes().first() == Some(&byte);
        self.at += usize::from(there);
        there
    }

    pub(crate) fn end(&self, expected: &str) -> Result<(), Error> {
        if self.rest().is_empty() { Ok(()) } else { Err(self.error(format!("expected {expected}"))) }
    }

    pub(crate) fn error(&self, detail: impl Into<alloc::borrow::Cow<'static, str>>) -> Error {
        Error::new(ErrorKind::InvalidFilter, detail).at(self.at)
    }

    fn rest(&self) -> &'t str {
        self.text.get(self.at..).unwrap_or_default()
    }

    /// Takes bytes while they are wanted. What is not wanted is ASCII, so the text is cut between characters.
    fn take(&mut self, wanted: impl Fn(u8) -> bool) -> &'t str {
        let rest = self.rest();
        let length = rest.bytes().position(|byte| !wanted(byte)).unwrap_or(rest.len());
        let taken = rest.get(..length).unwrap_or_default();
        self.at += taken.len();
        taken
    }
}
