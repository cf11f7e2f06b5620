//! Any resource, lossless, with names that are compared without regard to case.

use alloc::{string::String, vec::Vec};

use serde::{Deserialize, Deserializer, Serialize, Serializer, de::MapAccess};
use serde_json::{Map, Value};

use super::{
    Error,
    json::{self, Read, Shape},
};

/// A resource or message of any kind, as it came.
///
/// Names are looked up without regard to case (RFC 7643 2.1). Integers are kept as `i64` or `u64`, other numbers as
/// `f64`, everything else as it was (D25).
///
/// ```
/// use heap_identity::scim::Document;
/// let user = Document::from_slice(br#"{"USERNAME": "ann", "favourite": [1, 2]}"#)?;
/// assert_eq!(user.text("userName"), Some("ann"));
/// assert!(Document::from_slice(br#"{"userName": "ann", "username": "bob"}"#).is_err());
/// # Ok::<_, heap_identity::scim::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Document(Map<String, Value>);

impl Document {
    /// An empty document.
    pub fn new() -> Self {
        Self(Map::new())
    }

    /// Reads a body.
    ///
    /// # Errors
    /// `invalidSyntax` when it is not one JSON object, is nested too deeply, or gives a name twice, also but for its
    /// case (D25).
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Error> {
        json::from_slice(bytes)
    }

    /// The body.
    pub fn to_vec(&self) -> Vec<u8> {
        json::to_vec(self)
    }

    /// The value of a top-level attribute, or of an extension by its URN.
    pub fn get(&self, name: &str) -> Option<&Value> {
        get(&self.0, name)
    }

    /// The same, to be changed.
    pub fn get_mut(&mut self, name: &str) -> Option<&mut Value> {
        get_mut(&mut self.0, name)
    }

    /// The value of a top-level attribute that is a text.
    pub fn text(&self, name: &str) -> Option<&str> {
        self.get(name)?.as_str()
    }

    /// Sets a top-level attribute under the name it already has, or under this one, and gives the value it had.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) -> Option<Value> {
        set(&mut self.0, name, value.into())
    }

    /// Removes a top-level attribute and gives its value.
    pub fn remove(&mut self, name: &str) -> Option<Value> {
        remove(&mut self.0, name)
    }

    /// A typed resource is an object whose names are strings: it is always a document.
    fn typed(resource: &impl Serialize) -> Self {
        match serde_json::to_value(resource) {
            Ok(Value::Object(map)) => Self(map),
            _ => Self::new(),
        }
    }

    /// The attributes as a map.
    pub const fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    /// The attributes as a map to be changed.
    pub(crate) const fn as_map_mut(&mut self) -> &mut Map<String, Value> {
        &mut self.0
    }

    /// The attributes.
    pub fn into_map(self) -> Map<String, Value> {
        self.0
    }
}

impl From<super::User> for Document {
    fn from(user: super::User) -> Self {
        Self::typed(&user)
    }
}

impl From<super::Group> for Document {
    fn from(group: super::Group) -> Self {
        Self::typed(&group)
    }
}

impl TryFrom<Value> for Document {
    type Error = Error;

    /// Takes a JSON value.
    ///
    /// # Errors
    /// `invalidSyntax` when it is not an object, or gives a name twice but for its case, at any depth.
    fn try_from(value: Value) -> Result<Self, Error> {
        use super::ErrorKind::InvalidSyntax;
        use serde::de::IntoDeserializer;
        Self::deserialize(value.into_deserializer())
            .map_err(|error: serde_json::Error| Error::new(InvalidSyntax, alloc::format!("{error}")))
    }
}

impl Shape for Document {
    fn object<'de, A: MapAccess<'de>>(access: A) -> Result<Read<Self>, A::Error> {
        json::object(access).map(|map| Read::Typed(Self(map)))
    }
}

impl<'de> Deserialize<'de> for Document {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match Read::deserialize(deserializer)? {
            Read::Typed(this) => Ok(this),
            Read::Other(_) => Err(serde::de::Error::custom("the message is not a JSON object")),
        }
    }
}

impl Serialize for Document {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

/// The key under which an attribute stands: usually its own name, at worst in another case.
fn key<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m str> {
    map.keys().find(|key| key.eq_ignore_ascii_case(name)).map(String::as_str)
}

/// An attribute of an object, its name compared without regard to case.
pub(crate) fn get<'m>(map: &'m Map<String, Value>, name: &str) -> Option<&'m Value> {
    map.get(name)
        .or_else(|| map.iter().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value))
}

pub(crate) fn get_mut<'m>(map: &'m mut Map<String, Value>, name: &str) -> Option<&'m mut Value> {
    map.iter_mut().find(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

pub(crate) fn set(map: &mut Map<String, Value>, name: &str, value: Value) -> Option<Value> {
    match get_mut(map, name) {
        Some(there) => Some(core::mem::replace(there, value)),
        None => map.insert(name.into(), value),
    }
}

pub(crate) fn remove(map: &mut Map<String, Value>, name: &str) -> Option<Value> {
    let key: String = key(map, name)?.into();
    map.remove(&key)
}

#[cfg(test)]
mod tests {
    use alloc::{format, string::String};

    use super::{super::ErrorKind, Document};

    #[test]
    fn d25_a_document_comes_out_as_it_went_in() {
        let text = r#"{"a":[3,1,{"x":null}],"b":18446744073709551615,"c":-9223372036854775808,"d":0.5,"e":"","f":{},"urn:x:2.0:U":{"k":true}}"#;
        assert_eq!(Document::from_slice(text.as_bytes()).unwrap().to_vec(), text.as_bytes());
    }

    #[test]
    fn d25_names_equal_but_for_case_are_refused_at_any_depth() {
        for text in [r#"{"a":1,"A":2}"#, r#"{"x":[{"a":1,"A":2}]}"#, r#"{"a":1,"a":1}"#] {
            assert_eq!(
                Document::from_slice(text.as_bytes()).unwrap_err().kind,
                ErrorKind::InvalidSyntax,
                "{text}"
            );
        }
        let many: String = (0..100).map(|index| format!("\"name{index}\":0,")).collect();
        assert!(Document::from_slice(format!("{{{many}\"last\":0}}").as_bytes()).is_ok());
        assert!(Document::from_slice(format!("{{{many}\"NAME7\":0}}").as_bytes()).is_err());
    }

    #[test]
    fn what_is_not_one_object_is_refused_without_repeating_it() {
        for text in ["", "null", "[]", "\"secret\"", "{} {}", "<html>secret</html>", "{\"secret\":", "7"] {
            let error = Document::from_slice(text.as_bytes()).unwrap_err();
            assert_eq!(error.kind, ErrorKind::InvalidSyntax);
            assert!(!format!("{error}").contains("secret"), "{error}");
        }
    }

    #[test]
    fn depth_is_bounded() {
        let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
        assert_eq!(Document::from_slice(deep.as_bytes()).unwrap_err().kind, ErrorKind::InvalidSyntax);
    }

    #[test]
    fn setting_keeps_the_name_that_is_there() {
        let mut document = Document::from_slice(br#"{"USERNAME":"a"}"#).unwrap();
        document.set("userName", "b");
        document.set("title", "t");
        assert_eq!(document.to_vec(), br#"{"USERNAME":"b","title":"t"}"#);
        assert_eq!(document.remove("username").unwrap(), "b");
    }
}
