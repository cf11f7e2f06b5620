//! Reading JSON without losing anything (D25): one visitor for any value, and one that gives a typed value where
//! the shape fits and the value as it is where it does not.

use alloc::{
    borrow::{Cow, ToOwned},
    format,
    string::String,
    vec::Vec,
};
use core::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Number, Value};

use super::{Error, ErrorKind};

/// Reads a whole body.
///
/// The text of the decoder's errors is safe to pass on: every value is accepted as some shape first, so that no
/// message of serde's repeats a value.
pub(crate) fn from_slice<'de, T: Deserialize<'de>>(bytes: &'de [u8]) -> Result<T, Error> {
    serde_json::from_slice(bytes).map_err(|error| Error::new(ErrorKind::InvalidSyntax, format!("{error}")))
}

/// Any value, as it is.
pub(crate) struct Any;

impl<'de> DeserializeSeed<'de> for Any {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        match Read::<Never>::deserialize(deserializer)? {
            Read::Other(value) => Ok(value),
            Read::Typed(never) => match never {},
        }
    }
}

/// The members of an object, as they are.
///
/// # Errors
/// Keys that are equal, also but for their case: no reader could say which one counts (D25).
pub(crate) fn object<'de, A: MapAccess<'de>>(mut access: A) -> Result<Map<String, Value>, A::Error> {
    let mut map = Map::new();
    while let Some(name) = access.next_key::<String>()? {
        let value = access.next_value_seed(Any)?;
        if map.insert(name, value).is_some() {
            return Err(twice());
        }
    }
    if any_twice(&map) { Err(twice()) } else { Ok(map) }
}

/// The elements of an array, as they are.
pub(crate) fn array<'de, A: SeqAccess<'de>>(mut access: A) -> Result<Vec<Value>, A::Error> {
    let mut values = Vec::new();
    while let Some(value) = access.next_element_seed(Any)? {
        values.push(value);
    }
    Ok(values)
}

pub(crate) fn twice<E: de::Error>() -> E {
    E::custom("an attribute is given twice (names are compared without regard to case)")
}

/// Whether two names are equal but for their case.
pub(crate) fn any_twice(map: &Map<String, Value>) -> bool {
    // Comparing each with each is quicker for the few names of a usual object, and quadratic for a hostile one.
    const FEW: usize = 24;
    if map.len() <= FEW {
        let mut names = map.keys();
        while let Some(name) = names.next() {
            if names.clone().any(|other| other.eq_ignore_ascii_case(name)) {
                return true;
            }
        }
        return false;
    }
    let mut names: Vec<String> = map.keys().map(|name| name.to_ascii_lowercase()).collect();
    names.sort_unstable();
    names.windows(2).any(|pair| matches!(pair, [a, b] if a == b))
}

/// A value of the expected shape, or whatever else stood there.
#[derive(Debug)]
pub(crate) enum Read<T> {
    Typed(T),
    Other(Value),
}

/// A type that can be read from some shapes of JSON; every shape it does not name is kept as it is.
pub(crate) trait Shape: Sized {
    fn text(_: &str) -> Option<Self> {
        None
    }

    fn boolean(_: bool) -> Option<Self> {
        None
    }

    fn number(_: u64) -> Option<Self> {
        None
    }

    fn object<'de, A: MapAccess<'de>>(access: A) -> Result<Read<Self>, A::Error> {
        object(access).map(|map| Read::Other(Value::Object(map)))
    }

    fn array<'de, A: SeqAccess<'de>>(access: A) -> Result<Read<Self>, A::Error> {
        array(access).map(|values| Read::Other(Value::Array(values)))
    }
}

enum Never {}

impl Shape for Never {}

impl Shape for String {
    fn text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }
}

impl Shape for bool {
    fn boolean(value: bool) -> Option<Self> {
        Some(value)
    }
}

impl Shape for u64 {
    fn number(value: u64) -> Option<Self> {
        Some(value)
    }
}

/// A schema's URN: the usual ones are not copied.
impl Shape for Cow<'static, str> {
    fn text(text: &str) -> Option<Self> {
        let known = super::schema::URNS.iter().find(|urn| **urn == text);
        Some(known.map_or_else(|| Cow::Owned(text.to_owned()), |urn| Cow::Borrowed(*urn)))
    }
}

/// An element that can be put back as it was, when another element of its array is of no known shape.
pub(crate) trait Element: Shape {
    fn restore(self) -> Value;
}

impl Element for Cow<'static, str> {
    fn restore(self) -> Value {
        Value::String(self.into_owned())
    }
}

impl<T: Element> Shape for Vec<T> {
    fn array<'de, A: SeqAccess<'de>>(mut access: A) -> Result<Read<Self>, A::Error> {
        let mut typed = Self::new();
        while let Some(element) = access.next_element::<Read<T>>()? {
            match element {
                Read::Typed(element) => typed.push(element),
                Read::Other(value) => {
                    let mut values: Vec<Value> = typed.into_iter().map(T::restore).collect();
                    values.push(value);
                    while let Some(value) = access.next_element_seed(Any)? {
                        values.push(value);
                    }
                    return Ok(Read::Other(Value::Array(values)));
                }
            }
        }
        Ok(Read::Typed(typed))
    }
}

impl<'de, T: Shape> Deserialize<'de> for Read<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ReadVisitor(PhantomData))
    }
}

struct ReadVisitor<T>(PhantomData<T>);

impl<'de, T: Shape> Visitor<'de> for ReadVisitor<T> {
    type Value = Read<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Read<T>, E> {
        Ok(Read::Other(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Read<T>, E> {
        Ok(T::boolean(value).map_or(Read::Other(Value::Bool(value)), Read::Typed))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Read<T>, E> {
        Ok(Read::Other(Value::Number(value.into())))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Read<T>, E> {
        Ok(T::number(value).map_or_else(|| Read::Other(Value::Number(value.into())), Read::Typed))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Read<T>, E> {
        let number = Number::from_f64(value).ok_or_else(|| E::custom("a number is not finite"))?;
        Ok(Read::Other(Value::Number(number)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Read<T>, E> {
        Ok(T::text(text).map_or_else(|| Read::Other(Value::String(text.to_owned())), Read::Typed))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, access: A) -> Result<Read<T>, A::Error> {
        T::array(access)
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Read<T>, A::Error> {
        T::object(access)
    }
}

/// The name of an object's member: one that the reader knows, or another.
pub(crate) enum Key<F> {
    Known(F),
    Other(String),
}

/// Reads a name without copying the known ones.
pub(crate) struct Keys<F>(pub(crate) fn(&str) -> Option<F>);

impl<'de, F> DeserializeSeed<'de> for Keys<F> {
    type Value = Key<F>;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Key<F>, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl<F> Visitor<'_> for Keys<F> {
    type Value = Key<F>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an attribute name")
    }

    fn visit_str<E>(self, name: &str) -> Result<Key<F>, E> {
        Ok((self.0)(name).map_or_else(|| Key::Other(name.to_owned()), Key::Known))
    }
}

/// The visits of a visitor that takes no scalars: serde's own would repeat the value in their message.
macro_rules! refuse_scalars {
    ($message:expr) => {
        fn visit_bool<E: serde::de::Error>(self, _: bool) -> Result<Self::Value, E> {
            Err(E::custom($message))
        }

        fn visit_i64<E: serde::de::Error>(self, _: i64) -> Result<Self::Value, E> {
            Err(E::custom($message))
        }

        fn visit_u64<E: serde::de::Error>(self, _: u64) -> Result<Self::Value, E> {
            Err(E::custom($message))
        }

        fn visit_f64<E: serde::de::Error>(self, _: f64) -> Result<Self::Value, E> {
            Err(E::custom($message))
        }

        fn visit_str<E: serde::de::Error>(self, _: &str) -> Result<Self::Value, E> {
            Err(E::custom($message))
        }
    };
}
pub(crate) use refuse_scalars;

/// Writes a message whose names are strings, which JSON can always carry.
pub(crate) fn to_vec<T: serde::Serialize>(message: &T) -> Vec<u8> {
    serde_json::to_vec(message).unwrap_or_default()
}
