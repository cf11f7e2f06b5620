//! A filter against a schema (D24): what each name means, and whether the comparison is defined.

use alloc::{borrow::ToOwned, boxed::Box, format, vec::Vec};

use jiff::{Timestamp, civil};

use super::{
    Comparand, Filter, Node, Operator,
    evaluate::{CheckedFilter, Condition, Target, Test},
};
use crate::scim::{
    AttributePath, Error, ErrorKind,
    schema::{Attribute, Resolved, ResourceType, Type},
    text::Needle,
};

impl Filter {
    /// Checks the filter against the schema of a type of resource, and prepares it to be evaluated.
    ///
    /// A name that the schema does not have is no error: such an attribute has no value (RFC 7644 3.4.2.1), unless a
    /// resource holds one under that name.
    ///
    /// # Errors
    /// `invalidFilter` when a comparison is not defined: the value is not of the attribute's type, an order of
    /// booleans or binaries, a part of what is no text, a complex attribute without `value`.
    pub fn check(&self, kind: &ResourceType) -> Result<CheckedFilter, Error> {
        Names::Of(kind).condition(&self.0).map(CheckedFilter)
    }

    /// The same for a filter that stands in brackets behind `attribute`: its names are sub-attributes.
    pub(crate) fn check_values(&self, attribute: Option<&Attribute>) -> Result<CheckedFilter, Error> {
        Names::Within(attribute).condition(&self.0).map(CheckedFilter)
    }
}

/// Where names are looked up.
#[derive(Clone, Copy)]
enum Names<'s> {
    Of(&'s ResourceType),
    Within(Option<&'s Attribute>),
}

impl Names<'_> {
    /// The recursion is as deep as the parser allows.
    fn condition(self, node: &Node) -> Result<Condition, Error> {
        Ok(match node {
            Node::And(parts) => Condition::And(self.conditions(parts)?),
            Node::Or(parts) => Condition::Or(self.conditions(parts)?),
            Node::Not(part) => Condition::Not(Box::new(self.condition(part)?)),
            Node::Present(attribute) => Condition::Present(self.target(attribute).0),
            Node::Compare { attribute, operator, value } => {
                let (mut target, leaf) = self.target(attribute);
                let kind = match leaf {
                    // Null is no value at all, with parts or without (RFC 7643 2.5).
                    leaf if *value == Comparand::Null => leaf,
                    Some(leaf) if leaf.kind == Type::Complex => {
                        // Without a sub-attribute the value of a complex attribute is meant (RFC 7644 3.4.2.2).
                        let value = leaf
                            .sub_attribute("value")
                            .ok_or_else(|| undefined(attribute, "has no `value`"))?;
                        target.sub = Some(value.name.clone().into_owned());
                        Some(value)
                    }
                    leaf => leaf,
                };
                Condition::Compare(target, *operator, test(attribute, kind, *operator, value)?)
            }
            Node::Values { attribute, condition } => {
                let (target, leaf) = self.target(attribute);
                if leaf.is_some_and(|leaf| leaf.kind != Type::Complex && !leaf.multi_valued) {
                    return Err(undefined(
                        attribute,
                        "has one value without parts, so nothing can stand in brackets",
                    ));
                }
                Condition::Values(target, Box::new(Names::Within(leaf).condition(condition)?))
            }
        })
    }

    fn conditions(self, parts: &[Node]) -> Result<Vec<Condition>, Error> {
        parts.iter().map(|part| self.condition(part)).collect()
    }

    /// Where the values of an attribute stand, and what the schema says of them.
    fn target(&self, path: &AttributePath) -> (Target, Option<&Attribute>) {
        match self {
            Self::Of(kind) => match kind.resolve(path) {
                Some(Resolved::Attribute { extension, attribute, sub }) => {
                    let own = |attribute: &Attribute| attribute.name.clone().into_owned();
                    let target = Target {
                        extension: extension.map(Into::into),
                        name: own(attribute),
                        sub: sub.map(own),
                    };
                    (target, Some(sub.unwrap_or(attribute)))
                }
                Some(Resolved::Extension(extension)) => {
                    (Target { extension: None, name: extension.id.clone().into_owned(), sub: None }, None)
                }
                None => (
                    unknown(path, path.schema().filter(|urn| !urn.eq_ignore_ascii_case(&kind.schema.id))),
                    None,
                ),
            },
            Self::Within(attribute) => {
                let sub = attribute.and_then(|attribute| attribute.sub_attribute(path.name()));
                // The values of a simple attribute are called `value` (RFC 7643 2.4).
                let own = attribute.filter(|attribute| attribute.kind != Type::Complex);
                (unknown(path, None), sub.or(own))
            }
        }
    }
}

/// An attribute that the schema does not have, by the name that was given.
fn unknown(path: &AttributePath, extension: Option<&str>) -> Target {
    let sub = path.sub_attribute().map(ToOwned::to_owned);
    Target { extension: extension.map(ToOwned::to_owned), name: path.name().to_owned(), sub }
}

fn undefined(path: &AttributePath, why: &str) -> Error {
    Error::new(ErrorKind::InvalidFilter, format!("`{path}` {why}"))
}

/// What a value is held against.
fn test(
    path: &AttributePath,
    leaf: Option<&Attribute>,
    operator: Operator,
    value: &Comparand,
) -> Result<Test, Error> {
    let kind = leaf.map(|leaf| leaf.kind);
    let case_exact = leaf.is_some_and(|leaf| leaf.case_exact);
    let equality = matches!(operator, Operator::Equal | Operator::NotEqual);
    let text = matches!(kind, None | Some(Type::String | Type::Reference | Type::Binary | Type::DateTime));
    match value {
        Comparand::Null if equality => Ok(Test::Null),
        Comparand::Boolean(value) if equality && matches!(kind, None | Some(Type::Boolean)) => {
            Ok(Test::Boolean(*value))
        }
        Comparand::Number(number)
            if !operator.is_partial() && matches!(kind, None | Some(Type::Integer | Type::Decimal)) =>
        {
            Ok(Test::Number(number.clone()))
        }
        Comparand::Text(text) if kind == Some(Type::DateTime) && !operator.is_partial() => match date(text) {
            Some(date) => Ok(Test::Date(date)),
            None => Err(undefined(
                path,
                "is a date and is compared with what is none, as \"2011-05-13T04:42:34Z\" is",
            )),
        },
        Comparand::Text(_) if kind == Some(Type::Binary) && operator.is_order() => {
            Err(undefined(path, "has no order"))
        }
        Comparand::Text(value) if text => Ok(Test::Text(Needle::new(value, case_exact))),
        _ => Err(mismatch(path, kind, operator)),
    }
}

fn mismatch(path: &AttributePath, kind: Option<Type>, operator: Operator) -> Error {
    let kind = kind.map_or("of no known type", Type::name);
    let operator = operator.keyword();
    undefined(path, &format!("is {kind}: `{operator}` with a value of this type is not defined for it"))
}

/// An `xsd:dateTime` (RFC 7643 2.3.5); without an offset it is UTC.
pub(crate) fn date(text: &str) -> Option<Timestamp> {
    // A date alone is none (RFC 7643 2.3.5: a date and a time).
    if !text.contains(['T', 't']) {
        return None;
    }
    text.parse::<Timestamp>().ok().or_else(|| {
        let local: civil::DateTime = text.parse().ok()?;
        jiff::tz::Offset::UTC.to_timestamp(local).ok()
    })
}

#[cfg(test)]
mod tests {
    use super::{ErrorKind, Filter, ResourceType, date};

    #[test]
    fn d24_comparisons_that_are_not_defined_are_refused_before_a_resource_is_seen() {
        for text in [
            "active gt true",
            "active co true",
            "active eq \"true\"",
            "userName eq true",
            "userName eq 5",
            "userName gt null",
            "x509Certificates.value gt \"aa\"",
            "x509Certificates gt \"aa\"",
            "meta.created gt \"yesterday\"",
            "meta.created gt 5",
            "name eq \"x\"",
            "addresses eq \"x\"",
            "userName[value eq \"x\"]",
            "emails[primary gt true]",
        ] {
            let filter: Filter = text.parse().unwrap();
            assert_eq!(
                filter.check(&ResourceType::user()).unwrap_err().kind,
                ErrorKind::InvalidFilter,
                "{text}"
            );
        }
    }

    #[test]
    fn a_date_without_an_offset_is_utc() {
        assert_eq!(date("2011-05-13T04:42:34"), date("2011-05-13T04:42:34Z"));
        assert_eq!(date("2011-05-13T04:42:34.5+01:00"), date("2011-05-13T03:42:34.500Z"));
        assert_eq!(date("2011-05-13"), None);
    }
}
