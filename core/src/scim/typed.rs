//! Typed resources: structs of known attributes and everything else as it came.

use alloc::{borrow::Cow, string::String, vec::Vec};

use super::json::Shape;

/// A field of a typed resource: what it holds, and how it is told whether it is there.
pub(crate) trait Slot {
    type Value: Shape;
    const REQUIRED: bool;

    fn set(&mut self, value: Self::Value);
    fn value(&self) -> Option<&Self::Value>;
}

impl<T: Shape> Slot for Option<T> {
    type Value = T;
    const REQUIRED: bool = false;

    fn set(&mut self, value: T) {
        *self = Some(value);
    }

    fn value(&self) -> Option<&T> {
        self.as_ref()
    }
}

/// A required text.
impl Slot for String {
    type Value = Self;
    const REQUIRED: bool = true;

    fn set(&mut self, value: Self) {
        *self = value;
    }

    fn value(&self) -> Option<&Self> {
        Some(self)
    }
}

/// The `schemas`: absent and empty are one.
impl Slot for Vec<Cow<'static, str>> {
    type Value = Self;
    const REQUIRED: bool = false;

    fn set(&mut self, value: Self) {
        *self = value;
    }

    fn value(&self) -> Option<&Self> {
        (!self.is_empty()).then_some(self)
    }
}

/// Defines a struct of known attributes and `extra` for all others, with its lossless reader and writer.
///
/// A known attribute whose value has another shape than the field (a null, a number for a text) stays in `extra`
/// under its name, so nothing is lost and one odd value does not spoil a list.
macro_rules! attributes {
    ($(#[$doc:meta])* pub struct $type:ident { $($(#[$field_doc:meta])* $field:ident: $slot:ty = $name:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq)]
        #[non_exhaustive]
        pub struct $type {
            $($(#[$field_doc])* pub $field: $slot,)+
            /// Every other attribute, as it came; also a known one whose value is null or of an unexpected type.
            pub extra: serde_json::Map<alloc::string::String, serde_json::Value>,
        }

        const _: () = {
            use $crate::scim::{
                json::{self, Key, Keys, Read, Shape},
                typed::Slot,
            };

            #[allow(non_camel_case_types, reason = "one variant a field, under the field's name")]
            #[derive(Clone, Copy)]
            enum Field { $($field),+ }

            fn field(name: &str) -> Option<Field> {
                match name {
                    $($name => Some(Field::$field),)+
                    $(_ if name.eq_ignore_ascii_case($name) => Some(Field::$field),)+
                    _ => None,
                }
            }

            impl Shape for $type {
                fn object<'de, A: serde::de::MapAccess<'de>>(mut access: A) -> Result<Read<Self>, A::Error> {
                    let mut this = Self::default();
                    let mut seen = 0_u32;
                    while let Some(name) = access.next_key_seed(Keys(field))? {
                        match name {
                            Key::Known(field) => {
                                let bit = 1_u32 << field as u32;
                                if seen & bit != 0 {
                                    return Err(json::twice());
                                }
                                seen |= bit;
                                match field {
                                    $(Field::$field => match access.next_value()? {
                                        Read::Typed(value) => Slot::set(&mut this.$field, value),
                                        Read::Other(_) if <$slot as Slot>::REQUIRED => {
                                            return Err(serde::de::Error::custom(concat!("`", $name, "` is not a text")));
                                        }
                                        Read::Other(value) => drop(this.extra.insert($name.into(), value)),
                                    },)+
                                }
                            }
                            Key::Other(name) => {
                                if this.extra.insert(name, access.next_value_seed(json::Any)?).is_some() {
                                    return Err(json::twice());
                                }
                            }
                        }
                    }
                    $(if <$slot as Slot>::REQUIRED && seen & (1_u32 << Field::$field as u32) == 0 {
                        return Err(serde::de::Error::custom(concat!("`", $name, "` is missing")));
                    })+
                    if json::any_twice(&this.extra) { Err(json::twice()) } else { Ok(Read::Typed(this)) }
                }
            }

            impl<'de> serde::Deserialize<'de> for $type {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    match Read::deserialize(deserializer)? {
                        Read::Typed(this) => Ok(this),
                        Read::Other(_) => Err(serde::de::Error::custom(concat!("a ", stringify!($type), " is not an object"))),
                    }
                }
            }

            impl serde::Serialize for $type {
                fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                    use serde::ser::SerializeMap;
                    let mut map = serializer.serialize_map(None)?;
                    $(if let Some(value) = Slot::value(&self.$field) {
                        map.serialize_entry($name, value)?;
                    })+
                    for (name, value) in &self.extra {
                        let written = match field(name) {
                            $(Some(Field::$field) => Slot::value(&self.$field).is_some(),)+
                            None => false,
                        };
                        if !written {
                            map.serialize_entry(name, value)?;
                        }
                    }
                    map.end()
                }
            }
        };
    };
}
pub(crate) use attributes;
