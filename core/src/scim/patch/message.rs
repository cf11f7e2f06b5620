//! The PATCH message as it is built and read.

use alloc::{borrow::Cow, format, string::ToString, vec::Vec};

use serde::ser::{Serialize, SerializeMap, Serializer};
use serde_json::{Map, Value};

use super::dialect::{Dialect, Leniency, Tolerance};
use crate::{
    limits::SCIM_PATCH_OPERATIONS_MAX,
    scim::{Document, Error, ErrorKind, Path, document, json, schema},
};

/// What an operation does.
#[derive(Clone, Copy, Debug, Eq, Hash, PartialEq)]
pub enum Op {
    /// Adds values (RFC 7644 3.5.2.1).
    Add,
    /// Removes values (RFC 7644 3.5.2.2).
    Remove,
    /// Replaces values (RFC 7644 3.5.2.3).
    Replace,
}

impl Op {
    /// Every operation.
    pub const ALL: &'static [Self] = &[Self::Add, Self::Remove, Self::Replace];

    /// Its name on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Add => "add",
            Self::Remove => "remove",
            Self::Replace => "replace",
        }
    }

    fn named(name: &str, leniency: &mut Leniency<'_>) -> Option<Self> {
        let exact = Self::ALL.iter().find(|op| op.name() == name);
        let other = || {
            let op = Self::ALL.iter().find(|op| op.name().eq_ignore_ascii_case(name))?;
            leniency.allows(Tolerance::OperationCase).then_some(op)
        };
        exact.or_else(other).copied()
    }
}

/// One operation of a PATCH.
#[derive(Clone, Debug, PartialEq)]
pub struct Operation {
    /// What is done.
    pub op: Op,
    /// To what; to the resource itself where absent.
    pub path: Option<Path>,
    /// With what.
    pub value: Option<Value>,
}

/// A PATCH request: operations in order, applied all or not at all.
///
/// ```
/// use heap_identity::scim::{Path, Patch};
/// let patch = Patch::new().replace(Path::of("active"), true).remove(Path::member("7"));
/// assert_eq!(Patch::from_slice(&patch.to_vec())?, patch);
/// # Ok::<_, heap_identity::scim::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Patch {
    /// The operations, in order.
    pub operations: Vec<Operation>,
}

impl Patch {
    /// A PATCH without operations, to be filled.
    pub const fn new() -> Self {
        Self { operations: Vec::new() }
    }

    /// Adds to an attribute.
    #[must_use]
    pub fn add(self, path: impl Into<Path>, value: impl Into<Value>) -> Self {
        self.with(Op::Add, Some(path.into()), Some(value.into()))
    }

    /// Replaces an attribute.
    #[must_use]
    pub fn replace(self, path: impl Into<Path>, value: impl Into<Value>) -> Self {
        self.with(Op::Replace, Some(path.into()), Some(value.into()))
    }

    /// Removes an attribute, or the values that a path's filter finds.
    #[must_use]
    pub fn remove(self, path: impl Into<Path>) -> Self {
        self.with(Op::Remove, Some(path.into()), None)
    }

    /// Adds the members with these ids to a group.
    #[must_use]
    pub fn add_members<'a>(self, ids: impl IntoIterator<Item = &'a str>) -> Self {
        let member = |id: &str| Value::Object(Map::from_iter([("value".into(), id.into())]));
        let members: Vec<Value> = ids.into_iter().map(member).collect();
        self.add(Path::of("members"), members)
    }

    /// Removes the members with these ids from a group, one operation each.
    #[must_use]
    pub fn remove_members<'a>(self, ids: impl IntoIterator<Item = &'a str>) -> Self {
        ids.into_iter().fold(self, |patch, id| patch.remove(Path::member(id)))
    }

    fn with(mut self, op: Op, path: Option<Path>, value: Option<Value>) -> Self {
        self.operations.push(Operation { op, path, value });
        self
    }

    /// Reads a body, strictly.
    ///
    /// # Errors
    /// `invalidSyntax` when it is not a PATCH message or has too many operations; `invalidPath` for a malformed path;
    /// `invalidValue` where an `add` or `replace` has no value; `noTarget` where a `remove` has no path.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Error> {
        Self::read(bytes, &Dialect::STRICT).map(|(patch, _)| patch)
    }

    /// Reads a body in a dialect, and says what was tolerated.
    ///
    /// # Errors
    /// As [`Patch::from_slice`].
    pub fn read(bytes: &[u8], dialect: &Dialect) -> Result<(Self, Vec<Tolerance>), Error> {
        let mut body = Document::from_slice(bytes)?;
        let Some(Value::Array(operations)) = body.remove("Operations") else {
            return Err(Error::new(
                ErrorKind::InvalidSyntax,
                "the message has no array `Operations` (RFC 7644 3.5.2)",
            ));
        };
        let mut leniency = Leniency::new(dialect);
        let patch = Self::from_operations(operations, &mut leniency)?;
        Ok((patch, leniency.used()))
    }

    fn from_operations(operations: Vec<Value>, leniency: &mut Leniency<'_>) -> Result<Self, Error> {
        if operations.is_empty() || operations.len() > SCIM_PATCH_OPERATIONS_MAX {
            return Err(Error::new(
                ErrorKind::InvalidSyntax,
                format!(
                    "a PATCH has 1 to {SCIM_PATCH_OPERATIONS_MAX} operations; this one has {}",
                    operations.len()
                ),
            ));
        }
        let mut patch = Self { operations: Vec::with_capacity(operations.len()) };
        for (index, operation) in operations.into_iter().enumerate() {
            let operation = Operation::read(operation, leniency).map_err(|error| Error {
                detail: Cow::Owned(format!("operation {}: {}", index + 1, error.detail)),
                ..error
            })?;
            patch.operations.push(operation);
        }
        Ok(patch)
    }

    /// The body.
    pub fn to_vec(&self) -> Vec<u8> {
        json::to_vec(self)
    }
}

impl Operation {
    /// How many members of a group it adds, removes or puts in the place of others.
    pub(crate) fn members(&self) -> usize {
        let is_members = |path: &Path| path.attribute().name().eq_ignore_ascii_case("members");
        match (&self.path, &self.value) {
            (Some(path), _) if !is_members(path) => 0,
            (Some(_), Some(Value::Array(values))) => values.len(),
            (Some(_), _) => 1,
            (None, Some(Value::Object(map))) => {
                document::get(map, "members").and_then(Value::as_array).map_or(0, Vec::len)
            }
            (None, _) => 0,
        }
    }

    fn read(value: Value, leniency: &mut Leniency<'_>) -> Result<Self, Error> {
        let Value::Object(mut map) = value else {
            return Err(Error::new(ErrorKind::InvalidSyntax, "not an object"));
        };
        let op = match document::remove(&mut map, "op") {
            Some(Value::String(name)) => Op::named(&name, leniency),
            _ => None,
        };
        let op =
            op.ok_or_else(|| Error::new(ErrorKind::InvalidSyntax, "`op` is none of add, remove, replace"))?;
        let path = match document::remove(&mut map, "path") {
            None | Some(Value::Null) => None,
            Some(Value::String(path)) => Some(path.parse::<Path>()?),
            Some(_) => return Err(Error::new(ErrorKind::InvalidPath, "`path` is not a text")),
        };
        // `value: null` is a value: it unassigns (RFC 7643 2.5). No `value` is none.
        let value = document::remove(&mut map, "value");
        match (op, &path, &value) {
            (Op::Add | Op::Replace, _, None) => {
                Err(Error::new(ErrorKind::InvalidValue, "there is no `value`"))
            }
            (Op::Remove, None, _) => Err(Error::new(ErrorKind::NoTarget, "a `remove` has no `path`")),
            _ => Ok(Self { op, path, value }),
        }
    }
}

impl Serialize for Operation {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("op", self.op.name())?;
        if let Some(path) = &self.path {
            map.serialize_entry("path", &path.to_string())?;
        }
        if let Some(value) = &self.value {
            map.serialize_entry("value", value)?;
        }
        map.end()
    }
}

impl Serialize for Patch {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("schemas", &[schema::PATCH_OP])?;
        map.serialize_entry("Operations", &self.operations)?;
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::{ErrorKind, Patch, Path};

    fn refused(operations: &str) -> ErrorKind {
        Patch::from_slice(alloc::format!(r#"{{"Operations":{operations}}}"#).as_bytes()).unwrap_err().kind
    }

    #[test]
    fn a_patch_is_written_as_the_rfc_shows_it() {
        let patch = Patch::new()
            .add_members(["1", "2"])
            .remove_members(["3"])
            .replace(Path::sub("name", "givenName"), "A");
        let expected = concat!(
            r#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:PatchOp"],"Operations":["#,
            r#"{"op":"add","path":"members","value":[{"value":"1"},{"value":"2"}]},"#,
            r#"{"op":"remove","path":"members[value eq \"3\"]"},"#,
            r#"{"op":"replace","path":"name.givenName","value":"A"}]}"#
        );
        assert_eq!(patch.to_vec(), expected.as_bytes());
        assert_eq!(Patch::from_slice(expected.as_bytes()).unwrap(), patch);
    }

    #[test]
    fn a_malformed_message_is_refused_with_the_kind_that_the_rfc_names() {
        assert_eq!(Patch::from_slice(b"{}").unwrap_err().kind, ErrorKind::InvalidSyntax);
        assert_eq!(refused("[]"), ErrorKind::InvalidSyntax);
        assert_eq!(refused("[7]"), ErrorKind::InvalidSyntax);
        assert_eq!(refused(r#"[{"op":"move","path":"a","value":1}]"#), ErrorKind::InvalidSyntax);
        assert_eq!(refused(r#"[{"op":"Replace","path":"a","value":1}]"#), ErrorKind::InvalidSyntax);
        assert_eq!(refused(r#"[{"op":"add","path":"a b","value":1}]"#), ErrorKind::InvalidPath);
        assert_eq!(refused(r#"[{"op":"add","path":"a"}]"#), ErrorKind::InvalidValue);
        assert_eq!(refused(r#"[{"op":"remove"}]"#), ErrorKind::NoTarget);
    }

    #[test]
    fn names_of_the_message_are_read_without_regard_to_case() {
        assert!(Patch::from_slice(br#"{"operations":[{"OP":"add","Path":"a","VALUE":1}]}"#).is_ok());
    }
}
