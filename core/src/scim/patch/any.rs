//! A PATCH as it is met: nobody says which dialect a message is in.

use alloc::vec::Vec;

use super::{Dialect, Patch, Tolerance};
use crate::scim::Error;

impl Patch {
    /// Reads a body and does with it what `apply` does, strictly first and then with what is tolerated (D24). A message
    /// that names its operations in Entra ID's case is read as Entra ID means it, in the end: there a filter without a
    /// match asks for the value to be made.
    ///
    /// Gives what `apply` gave, and what was tolerated in reading and applying.
    ///
    /// # Errors
    /// That of the strict reading, unless the message was readable only with tolerance: then that of the tolerant one.
    pub fn in_any_dialect<T>(
        body: &[u8],
        mut apply: impl FnMut(&Self, &Dialect) -> Result<(T, Vec<Tolerance>), Error>,
    ) -> Result<(T, Vec<Tolerance>), Error> {
        let mut attempt = |(patch, read): (Self, Vec<Tolerance>), dialect: &Dialect| {
            let (done, applied) = apply(&patch, dialect)?;
            Ok((done, merged(read, applied)))
        };
        let strict = match Self::read(body, &Dialect::STRICT) {
            Ok(read) => match attempt(read, &Dialect::STRICT) {
                Ok(done) => return Ok(done),
                Err(error) => Some(error),
            },
            Err(_) => None,
        };
        let read = Self::read(body, &Dialect::TOLERANT)?;
        let is_entra = read.1.contains(&Tolerance::OperationCase);
        let tolerant = match attempt(read, &Dialect::TOLERANT) {
            Ok(done) => return Ok(done),
            Err(error) => error,
        };
        let entra = is_entra.then(|| attempt(Self::read(body, &Dialect::ENTRA)?, &Dialect::ENTRA));
        match entra {
            Some(Ok(done)) => Ok(done),
            _ => Err(strict.unwrap_or(tolerant)),
        }
    }
}

fn merged(mut first: Vec<Tolerance>, second: Vec<Tolerance>) -> Vec<Tolerance> {
    first.extend(second.into_iter().filter(|tolerance| !first.contains(tolerance)).collect::<Vec<_>>());
    first
}

#[cfg(test)]
mod tests {
    use alloc::{format, vec::Vec};

    use serde_json::json;

    use super::{Dialect, Error, Patch, Tolerance};
    use crate::scim::{Document, ErrorKind, schema::ResourceType};

    fn patched(operations: &str) -> Result<(Document, Vec<Tolerance>), Error> {
        let before = br#"{"schemas":["urn:ietf:params:scim:schemas:core:2.0:User"],"userName":"a"}"#;
        let before = Document::from_slice(before).unwrap();
        let body = format!("{{\"Operations\":[{operations}]}}");
        Patch::in_any_dialect(body.as_bytes(), |patch: &Patch, dialect: &Dialect| {
            let mut after = before.clone();
            let applied = patch.apply(&mut after, &ResourceType::user(), dialect)?;
            Ok((after, applied.tolerated))
        })
    }

    /// Microsoft, "SCIM 2.0 protocol compliance of the Microsoft Entra provisioning service": the work address of a user
    /// who has none comes as an `Add` by filter.
    #[test]
    fn a_filter_without_a_match_makes_the_value_for_entra_id_alone() {
        let operation = |op: &str| {
            format!(r#"{{"op":"{op}","path":"emails[type eq \"work\"].value","value":"a@x.org"}}"#)
        };
        for op in ["Add", "Replace"] {
            let (after, tolerated) = patched(&operation(op)).unwrap();
            assert_eq!(after.get("emails"), Some(&json!([{"type": "work", "value": "a@x.org"}])));
            assert_eq!(tolerated, [Tolerance::OperationCase, Tolerance::MissingTarget]);
        }
        for op in ["add", "replace"] {
            assert_eq!(patched(&operation(op)).unwrap_err().kind, ErrorKind::NoTarget);
        }
    }

    #[test]
    fn the_error_is_that_of_the_reading_that_came_furthest() {
        let refused = |operation: &str| patched(operation).unwrap_err().kind;
        assert_eq!(refused(r#"{"op":"move","path":"title","value":"x"}"#), ErrorKind::InvalidSyntax);
        assert_eq!(refused(r#"{"op":"Replace","path":"noSuch","value":"x"}"#), ErrorKind::InvalidPath);
        assert_eq!(refused(r#"{"op":"replace","path":"active","value":5}"#), ErrorKind::InvalidValue);
    }
}
