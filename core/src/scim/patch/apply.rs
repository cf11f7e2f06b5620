//! Applying a PATCH (RFC 7644 3.5.2): in order, all or nothing.

use alloc::{borrow::Cow, format, string::String, vec::Vec};

use serde_json::{Map, Value};

use super::{
    Dialect, Op, Operation, Patch, Tolerance,
    dialect::Leniency,
    place::Place,
    value::{self, invalid, mutability},
};
use crate::scim::{
    Document, Error, ErrorKind, Path, document,
    filter::Filter,
    schema::{Attribute, Mutability, ResourceType},
};

/// What applying a PATCH did.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct Applied {
    /// Whether the resource is another than before.
    pub changed: bool,
    /// What was tolerated on the way.
    pub tolerated: Vec<Tolerance>,
}

impl Patch {
    /// Applies the operations in order. On an error the document is as it was.
    ///
    /// # Errors
    /// The kinds of RFC 7644 3.5.2 and 3.12: `invalidPath`, `noTarget`, `mutability`, `invalidValue`, `invalidFilter`;
    /// the text says which operation.
    pub fn apply(&self, to: &mut Document, kind: &ResourceType, dialect: &Dialect) -> Result<Applied, Error> {
        let mut work = Work { document: to.clone(), kind, leniency: Leniency::new(dialect) };
        for (index, operation) in self.operations.iter().enumerate() {
            work.operation(operation).map_err(|error| Error {
                detail: Cow::Owned(format!("operation {}: {}", index + 1, error.detail)),
                ..error
            })?;
        }
        let changed = work.document != *to;
        *to = work.document;
        Ok(Applied { changed, tolerated: work.leniency.used() })
    }
}

/// The copy that operations work on.
pub(super) struct Work<'w> {
    pub(super) document: Document,
    pub(super) kind: &'w ResourceType,
    pub(super) leniency: Leniency<'w>,
}

impl Work<'_> {
    fn operation(&mut self, operation: &Operation) -> Result<(), Error> {
        match (&operation.path, operation.op, &operation.value) {
            (Some(path), Op::Remove, value) => self.remove(path, value.as_ref()),
            (Some(path), op, Some(value)) => self.write_path(op, path, value.clone()),
            (None, op, Some(Value::Object(map))) => self.write_object(op, map),
            _ => Err(Error::new(
                ErrorKind::InvalidValue,
                "without a path the value is an object of attributes",
            )),
        }
    }

    /// An `add` or `replace` without path: every attribute of the object is one operation.
    fn write_object(&mut self, op: Op, map: &Map<String, Value>) -> Result<(), Error> {
        for (name, value) in map {
            if let Some(urn) = self.extension(name) {
                let Value::Object(inner) = value else {
                    return Err(invalid(name, "is an extension: its value is an object"));
                };
                for (name, value) in inner {
                    self.write(op, &Place::in_extension(self.kind, &urn, name), None, value.clone())?;
                }
                continue;
            }
            if name.eq_ignore_ascii_case(&self.kind.schema.id)
                && self.leniency.allows(Tolerance::ExtensionName)
            {
                let Value::Object(inner) = value else {
                    return Err(invalid(name, "is a schema: its value is an object"));
                };
                for (name, value) in inner {
                    self.write_path(op, &name.parse()?, value.clone())?;
                }
                continue;
            }
            let path: Path = name.parse()?;
            let tolerance = match (path.filter(), path.attribute().schema(), path.attribute().sub_attribute())
            {
                (Some(_), _, _) => Some(Tolerance::PathAsName),
                (None, Some(_), _) => Some(Tolerance::ExtensionName),
                (None, None, Some(_)) => Some(Tolerance::DottedName),
                (None, None, None) => None,
            };
            if tolerance.is_some_and(|tolerance| !self.leniency.allows(tolerance)) {
                return Err(invalid(name, "is a path; without `path` the value has names of attributes"));
            }
            let place = Place::of(self.kind, &self.document, path.attribute())?;
            if place.is_read_only()
                && place.get(&self.document) != Some(value)
                && place.name != "id"
                && self.leniency.allows(Tolerance::ReadOnlyIgnored)
            {
                continue;
            }
            self.write_path(op, &path, value.clone())?;
        }
        Ok(())
    }

    /// The URN, where a name is that of an extension of the type or of the resource.
    fn extension(&self, name: &str) -> Option<String> {
        let known = self.kind.extension(name).map(|extension| extension.id.clone().into_owned());
        known.or_else(|| Place::is_listed(&self.document, name).then(|| name.into()))
    }

    /// The URN, where a path is that of an extension as a whole.
    pub(super) fn whole_extension(&self, path: &Path) -> Option<String> {
        if path.filter().is_some() { None } else { self.extension(&format!("{}", path.attribute())) }
    }

    fn write_path(&mut self, op: Op, path: &Path, value: Value) -> Result<(), Error> {
        // The URN of an extension is a path, too.
        if let Some(urn) = self.whole_extension(path) {
            return self.write_object(op, &Map::from_iter([(urn, value)]));
        }
        let place = Place::of(self.kind, &self.document, path.attribute())?;
        self.write(op, &place, path.filter(), value)
    }

    fn write(
        &mut self,
        op: Op,
        place: &Place<'_>,
        filter: Option<&Filter>,
        value: Value,
    ) -> Result<(), Error> {
        if place.is_read_only() {
            // Writing what is there changes nothing.
            return if place.get(&self.document) == Some(&value) { Ok(()) } else { Err(place.read_only()) };
        }
        if value::is_unassigned(&value) && place.is_required() {
            return Err(invalid(&place.name, "is required"));
        }
        match (filter, place.attribute) {
            (Some(filter), _) => self.write_filtered(op, place, filter, value),
            (None, None) => self.write_unknown(op, place, value),
            (None, Some(attribute)) if place.sub.is_some() => self.write_sub(place, attribute, value),
            (None, Some(attribute)) if attribute.multi_valued => self.write_many(op, place, attribute, value),
            (None, Some(attribute)) => self.write_one(place, attribute, value),
        }
    }

    /// An attribute with one value. Sub-attributes that are not given stay (RFC 7644 3.5.2.3).
    fn write_one(&mut self, place: &Place<'_>, attribute: &Attribute, value: Value) -> Result<(), Error> {
        let value = value::one(attribute, value, &mut self.leniency)?;
        if attribute.mutability == Mutability::Immutable
            && place.get(&self.document).is_some_and(|there| *there != value)
        {
            return Err(mutability(&place.name, "cannot be changed once it is set"));
        }
        match (place.get_mut(&mut self.document), value) {
            (_, Value::Null) => place.remove(&mut self.document),
            (Some(Value::Object(there)), Value::Object(map)) => {
                value::merge(Some(attribute), there, map, true)?;
                if there.is_empty() {
                    place.remove(&mut self.document);
                }
            }
            (_, Value::Object(mut map)) => {
                map.retain(|_, value| !value.is_null());
                place.set(&mut self.document, Value::Object(map));
            }
            (_, value) => place.set(&mut self.document, value),
        }
        Ok(())
    }

    /// An attribute with several values: `add` unites, `replace` sets (F21), an empty list empties (F24).
    fn write_many(
        &mut self,
        op: Op,
        place: &Place<'_>,
        attribute: &Attribute,
        value: Value,
    ) -> Result<(), Error> {
        let new =
            if value.is_null() { Vec::new() } else { value::many(attribute, value, &mut self.leniency)? };
        let mut values = match op {
            Op::Add => place.values(&self.document),
            _ => Vec::new(),
        };
        let touched = value::union(attribute, &mut values, new)?;
        value::settle_primary(attribute, &mut values, &touched)?;
        if place.name == "schemas" && !values.iter().any(|urn| urn == self.kind.schema.id.as_ref()) {
            return Err(invalid("schemas", "does not name the schema of the resource"));
        }
        place.set_values(&mut self.document, values);
        Ok(())
    }

    /// An attribute that no schema describes, but the resource has.
    fn write_unknown(&mut self, op: Op, place: &Place<'_>, value: Value) -> Result<(), Error> {
        match (op, place.get_mut(&mut self.document), value) {
            (_, _, Value::Null) => place.remove(&mut self.document),
            (Op::Add, Some(Value::Array(there)), Value::Array(new)) => {
                let new: Vec<Value> = new.into_iter().filter(|value| !there.contains(value)).collect();
                there.extend(new);
            }
            (Op::Add, Some(Value::Object(there)), Value::Object(new)) => {
                value::merge(None, there, new, false)?;
            }
            (_, _, value) => place.set(&mut self.document, value),
        }
        Ok(())
    }

    /// A sub-attribute: of the one value, or of each value there is.
    fn write_sub(&mut self, place: &Place<'_>, attribute: &Attribute, value: Value) -> Result<(), Error> {
        let mut values = place.values(&self.document);
        if values.is_empty() {
            if attribute.multi_valued {
                return Err(Error::new(
                    ErrorKind::NoTarget,
                    format!("`{}` has no value to be changed", place.name),
                ));
            }
            values.push(Value::Object(Map::new()));
        }
        let all: Vec<usize> = (0..values.len()).collect();
        self.set_sub(place, attribute, &mut values, &all, value)?;
        place.set_values(&mut self.document, values);
        Ok(())
    }

    /// Sets the sub-attribute of a path in some of the values.
    fn set_sub(
        &mut self,
        place: &Place<'_>,
        attribute: &Attribute,
        values: &mut [Value],
        which: &[usize],
        value: Value,
    ) -> Result<(), Error> {
        let Some((name, sub)) = &place.sub else { return Ok(()) };
        let value = match sub {
            Some(sub) => value::whole(sub, value, &mut self.leniency)?,
            None => value,
        };
        for index in which {
            if let Some(Value::Object(map)) = values.get_mut(*index) {
                value::merge(
                    Some(attribute),
                    map,
                    Map::from_iter([(name.clone().into_owned(), value.clone())]),
                    true,
                )?;
            }
        }
        value::settle_primary(attribute, values, which)
    }

    /// The values that a filter chooses; RFC 7644 3.5.2.3: none is `noTarget`.
    fn write_filtered(
        &mut self,
        op: Op,
        place: &Place<'_>,
        filter: &Filter,
        value: Value,
    ) -> Result<(), Error> {
        let attribute = place.attribute.ok_or_else(|| place.unknown())?;
        let checked = filter.check_values(Some(attribute))?;
        let mut values = place.values(&self.document);
        let mut found: Vec<usize> = values
            .iter()
            .enumerate()
            .filter(|(_, value)| checked.matches_value(value))
            .map(|(index, _)| index)
            .collect();
        if found.is_empty() {
            let made = filter.example().filter(|_| attribute.multi_valued);
            let made = made.filter(|_| self.leniency.allows(Tolerance::MissingTarget));
            let made = made.ok_or_else(|| {
                Error::new(ErrorKind::NoTarget, format!("no value of `{}` meets the filter", place.name))
            })?;
            found.push(values.len());
            values.push(value::one(attribute, Value::Object(made), &mut self.leniency)?);
        }
        if place.sub.is_some() {
            self.set_sub(place, attribute, &mut values, &found, value)?;
        } else {
            self.set_values(op, attribute, &mut values, &found, value)?;
        }
        values.retain(|value| !value::is_unassigned(value));
        place.set_values(&mut self.document, values);
        Ok(())
    }

    /// Writes whole values: `add` merges into them, `replace` puts the new one in their place.
    fn set_values(
        &mut self,
        op: Op,
        attribute: &Attribute,
        values: &mut [Value],
        which: &[usize],
        value: Value,
    ) -> Result<(), Error> {
        let value = value::one(attribute, value, &mut self.leniency)?;
        for index in which {
            let Some(there) = values.get_mut(*index) else { continue };
            match (there, &value) {
                (Value::Object(there), Value::Object(new)) => {
                    value::merge(Some(attribute), there, new.clone(), true)?;
                    if op == Op::Replace {
                        there
                            .retain(|name, _| document::get(new, name).is_some_and(|value| !value.is_null()));
                    }
                }
                (there, value) => *there = value.clone(),
            }
        }
        value::settle_primary(attribute, values, which)
    }
}
