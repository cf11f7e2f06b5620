//! `remove` (RFC 7644 3.5.2.2): attributes, the values that a filter chooses, and parts of them.

use alloc::vec::Vec;

use serde_json::Value;

use super::{
    Tolerance,
    apply::Work,
    place::Place,
    value::{self, mutability},
};
use crate::scim::{Error, ErrorKind, Path, document, schema::Mutability};

impl Work<'_> {
    /// `remove` (RFC 7644 3.5.2.2).
    pub(super) fn remove(&mut self, path: &Path, value: Option<&Value>) -> Result<(), Error> {
        if let Some(urn) = self.whole_extension(path) {
            Place::remove_extension(&mut self.document, &urn);
            return Ok(());
        }
        let place = Place::of(self.kind, &self.document, path.attribute())?;
        if place.is_read_only() {
            return Err(place.read_only());
        }
        if let Some(value) = value.filter(|value| !value.is_null()) {
            return self.remove_listed(&place, path, value);
        }
        let immutable =
            place.sub.as_ref().and_then(|(_, sub)| *sub).or(place.attribute.filter(|_| place.sub.is_none()));
        if path.filter().is_none() || place.sub.is_some() {
            if place.is_required() {
                return Err(mutability(&place.name, "is required and cannot be removed"));
            }
            if immutable.is_some_and(|attribute| attribute.mutability == Mutability::Immutable) {
                return Err(mutability(&place.name, "cannot be removed once it is set"));
            }
        }
        if path.filter().is_none() && place.sub.is_none() {
            place.remove(&mut self.document);
            return Ok(());
        }
        let checked = path.filter().map(|filter| filter.check_values(place.attribute)).transpose()?;
        let mut values = place.values(&self.document);
        let before = values.len();
        let mut touched = false;
        values.retain_mut(|value| {
            if checked.as_ref().is_some_and(|filter| !filter.matches_value(value)) {
                return true;
            }
            match (&place.sub, value) {
                (Some((name, _)), Value::Object(map)) => {
                    touched |= document::remove(map, name).is_some();
                    !map.is_empty()
                }
                (Some(_), _) => true,
                (None, _) => false,
            }
        });
        if touched || values.len() < before {
            place.set_values(&mut self.document, values);
        }
        Ok(())
    }

    /// A `remove` with a list of what to remove. Without this tolerance it must not be read as "remove all".
    fn remove_listed(&mut self, place: &Place<'_>, path: &Path, listed: &Value) -> Result<(), Error> {
        let many = place
            .attribute
            .filter(|attribute| attribute.multi_valued && path.filter().is_none() && place.sub.is_none());
        let (Some(attribute), true) = (many, self.leniency.allows(Tolerance::RemovalByValue)) else {
            return Err(Error::new(
                ErrorKind::InvalidSyntax,
                "a `remove` has no `value` (RFC 7644 3.5.2.2); choose by a filter in `path`",
            ));
        };
        let listed: Vec<Value> = match listed {
            Value::Array(listed) => listed.clone(),
            single => Vec::from([single.clone()]),
        };
        let listed: Vec<Value> = listed
            .into_iter()
            .map(|value| value::one(attribute, value, &mut self.leniency))
            .collect::<Result<_, _>>()?;
        let mut values = place.values(&self.document);
        values.retain(|value| !listed.iter().any(|listed| names(listed, value)));
        place.set_values(&mut self.document, values);
        Ok(())
    }
}

/// Whether a value is the one that a list names: by its `value`, else by all that is said.
fn names(listed: &Value, value: &Value) -> bool {
    match (listed, value) {
        (Value::Object(listed), Value::Object(value)) => match document::get(listed, "value") {
            Some(id) => document::get(value, "value") == Some(id),
            None => {
                !listed.is_empty()
                    && listed.iter().all(|(name, part)| document::get(value, name) == Some(part))
            }
        },
        _ => listed == value,
    }
}
