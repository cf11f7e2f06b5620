//! Filters as text: what is read again gives the same filter.

use alloc::{boxed::Box, string::String};
use core::fmt;

use super::{Comparand, Filter, Node};

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl fmt::Display for Node {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::And(parts) => chain(f, parts, " and ", |part| matches!(part, Self::And(_) | Self::Or(_))),
            Self::Or(parts) => chain(f, parts, " or ", |part| matches!(part, Self::Or(_))),
            Self::Not(part) => write!(f, "not ({part})"),
            Self::Present(attribute) => write!(f, "{attribute} pr"),
            Self::Compare { attribute, operator, value } => {
                write!(f, "{attribute} {} {value}", operator.keyword())
            }
            Self::Values { attribute, condition } => write!(f, "{attribute}[{condition}]"),
        }
    }
}

/// Parts with a word between them; those that would be read otherwise stand in parentheses.
fn chain(f: &mut fmt::Formatter<'_>, parts: &[Node], word: &str, grouped: fn(&Node) -> bool) -> fmt::Result {
    for (index, part) in parts.iter().enumerate() {
        if index > 0 {
            f.write_str(word)?;
        }
        if grouped(part) { write!(f, "({part})") } else { write!(f, "{part}") }?;
    }
    Ok(())
}

impl fmt::Display for Comparand {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Boolean(value) => write!(f, "{value}"),
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(&quoted(text)),
        }
    }
}

fn quoted(text: &str) -> Box<str> {
    // A string is always JSON.
    serde_json::to_string(text).unwrap_or_else(|_| String::from("\"\"")).into_boxed_str()
}
