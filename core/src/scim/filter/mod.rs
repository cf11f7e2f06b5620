//! Filters (RFC 7644 3.4.2.2): read, printed, checked against a schema (D24), evaluated.

mod check;
mod evaluate;
mod parse;
mod print;
#[cfg(test)]
mod tests;

use alloc::{
    boxed::Box,
    string::{String, ToString},
    vec::Vec,
};
use core::str::FromStr;

use serde_json::{Map, Number, Value};

pub(crate) use check::date;
pub(crate) use parse::{Parser, malformed_name, too_long};

pub use evaluate::CheckedFilter;

use super::{AttributePath, Error};

/// A condition on resources.
///
/// ```
/// use heap_identity::scim::{AttributePath, Filter};
/// let filter: Filter = r#"userName eq "ann" and not (emails[type eq "work" and value pr])"#.parse()?;
/// assert_eq!(filter.to_string(), r#"userName eq "ann" and not (emails[type eq "work" and value pr])"#);
/// let by_name = Filter::equals(AttributePath::of("userName"), "o\"neil");
/// assert_eq!(by_name.to_string(), r#"userName eq "o\"neil""#);
/// # Ok::<_, heap_identity::scim::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Filter(pub(crate) Node);

impl Eq for Filter {}

/// The shape of a filter. `And` and `Or` have two parts or more, so a long chain is not deep.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Node {
    And(Vec<Self>),
    Or(Vec<Self>),
    Not(Box<Self>),
    Present(AttributePath),
    Compare {
        attribute: AttributePath,
        operator: Operator,
        value: Comparand,
    },
    /// `attribute[…]`: one value of the attribute meets the whole condition.
    Values {
        attribute: AttributePath,
        condition: Box<Self>,
    },
}

/// How an attribute is compared.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Operator {
    /// `co`: contains.
    Contains,
    /// `ew`: ends with.
    EndsWith,
    /// `eq`: equal.
    Equal,
    /// `ge`: greater or equal.
    GreaterOrEqual,
    /// `gt`: greater.
    Greater,
    /// `le`: less or equal.
    LessOrEqual,
    /// `lt`: less.
    Less,
    /// `ne`: not equal.
    NotEqual,
    /// `sw`: starts with.
    StartsWith,
}

impl Operator {
    /// Every operator with its keyword.
    pub const ALL: &'static [(Self, &'static str)] = &[
        (Self::Contains, "co"),
        (Self::EndsWith, "ew"),
        (Self::Equal, "eq"),
        (Self::GreaterOrEqual, "ge"),
        (Self::Greater, "gt"),
        (Self::LessOrEqual, "le"),
        (Self::Less, "lt"),
        (Self::NotEqual, "ne"),
        (Self::StartsWith, "sw"),
    ];

    /// The keyword.
    pub fn keyword(self) -> &'static str {
        Self::ALL.iter().find(|(own, _)| *own == self).map_or("", |(_, keyword)| keyword)
    }

    /// Whether it asks for an order: not defined for booleans and binaries.
    pub const fn is_order(self) -> bool {
        matches!(self, Self::GreaterOrEqual | Self::Greater | Self::LessOrEqual | Self::Less)
    }

    /// Whether it looks at parts of a text.
    pub const fn is_partial(self) -> bool {
        matches!(self, Self::Contains | Self::EndsWith | Self::StartsWith)
    }
}

/// What an attribute is compared with: any JSON value but arrays and objects.
#[derive(Clone, Debug, PartialEq)]
pub enum Comparand {
    /// `null`: unassigned.
    Null,
    /// `true` or `false`.
    Boolean(bool),
    /// A number.
    Number(Number),
    /// A text.
    Text(String),
}

impl From<&Comparand> for Value {
    fn from(value: &Comparand) -> Self {
        match value {
            Comparand::Null => Self::Null,
            Comparand::Boolean(value) => (*value).into(),
            Comparand::Number(number) => Self::Number(number.clone()),
            Comparand::Text(text) => text.as_str().into(),
        }
    }
}

impl From<&str> for Comparand {
    fn from(text: &str) -> Self {
        Self::Text(text.to_string())
    }
}

impl From<bool> for Comparand {
    fn from(value: bool) -> Self {
        Self::Boolean(value)
    }
}

impl From<u64> for Comparand {
    fn from(value: u64) -> Self {
        Self::Number(value.into())
    }
}

impl Filter {
    /// `attribute eq value`; a text is escaped as it has to be.
    pub fn equals(attribute: AttributePath, value: impl Into<Comparand>) -> Self {
        Self::compare(attribute, Operator::Equal, value)
    }

    /// `attribute operator value`.
    pub fn compare(attribute: AttributePath, operator: Operator, value: impl Into<Comparand>) -> Self {
        Self(Node::Compare { attribute, operator, value: value.into() })
    }

    /// `attribute pr`.
    pub const fn present(attribute: AttributePath) -> Self {
        Self(Node::Present(attribute))
    }

    /// `self and other`.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(Node::And(Vec::from([self.0, other.0])))
    }

    /// `self or other`.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(Node::Or(Vec::from([self.0, other.0])))
    }

    /// `not (self)`.
    #[must_use]
    pub fn negate(self) -> Self {
        Self(Node::Not(Box::new(self.0)))
    }

    /// The attribute and the value, where the filter is one `eq` with a text: what an index can answer.
    pub fn as_equality(&self) -> Option<(&AttributePath, &str)> {
        match &self.0 {
            Node::Compare { attribute, operator: Operator::Equal, value: Comparand::Text(text) } => {
                Some((attribute, text))
            }
            _ => None,
        }
    }

    /// The texts, where the filter is `attribute eq "…"`, or several of these joined by `or`.
    pub(crate) fn listed(&self, attribute: &str) -> Option<Vec<&str>> {
        let parts = match &self.0 {
            Node::Or(parts) => parts.as_slice(),
            one => core::slice::from_ref(one),
        };
        let text = |part: &'_ Node| match part {
            Node::Compare { attribute: own, operator: Operator::Equal, value: Comparand::Text(_) } => {
                own.is(attribute)
            }
            _ => false,
        };
        parts.iter().all(text).then(|| parts.iter().filter_map(Node::text).collect())
    }

    /// The parts that all have to hold.
    pub(crate) fn conjuncts(&self) -> &[Node] {
        match &self.0 {
            Node::And(parts) => parts,
            one => core::slice::from_ref(one),
        }
    }

    /// The value that a filter in brackets asks for, where it is equalities joined by `and`: the least that meets it.
    pub(crate) fn example(&self) -> Option<Map<String, Value>> {
        let parts = match &self.0 {
            Node::And(parts) => parts.as_slice(),
            one => core::slice::from_ref(one),
        };
        let mut value = Map::new();
        for part in parts {
            let Node::Compare { attribute, operator: Operator::Equal, value: comparand } = part else {
                return None;
            };
            value.insert(attribute.name().into(), comparand.into());
        }
        Some(value)
    }

    /// Calls `visit` with every attribute that is named outside of brackets.
    pub fn attributes<'f>(&'f self, visit: &mut dyn FnMut(&'f AttributePath)) {
        self.0.attributes(visit);
    }
}

impl Node {
    fn text(&self) -> Option<&str> {
        match self {
            Self::Compare { value: Comparand::Text(text), .. } => Some(text),
            _ => None,
        }
    }

    fn attributes<'f>(&'f self, visit: &mut dyn FnMut(&'f AttributePath)) {
        match self {
            Self::And(parts) | Self::Or(parts) => parts.iter().for_each(|part| part.attributes(visit)),
            Self::Not(part) => part.attributes(visit),
            Self::Present(attribute) | Self::Compare { attribute, .. } | Self::Values { attribute, .. } => {
                visit(attribute);
            }
        }
    }
}

impl FromStr for Filter {
    type Err = Error;

    /// Reads a filter.
    ///
    /// # Errors
    /// `invalidFilter` with the byte at which it is malformed, too long or too deep.
    fn from_str(text: &str) -> Result<Self, Error> {
        let mut parser = Parser::new(text)?;
        let filter = parser.filter()?;
        parser.end("`and`, `or` or the end of the filter")?;
        Ok(filter)
    }
}
