//! A page of a list (RFC 7644 3.4.2, RFC 9865).

use alloc::{borrow::Cow, string::String, vec::Vec};
use core::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer, Serialize,
    de::{self, IgnoredAny, MapAccess, SeqAccess, Visitor},
    ser::SerializeMap,
};

use crate::scim::{
    Error,
    json::{self, Key, Keys, Read, refuse_scalars},
    schema,
};

/// A page of resources.
///
/// ```
/// use heap_identity::scim::{ListResponse, User};
/// let page: ListResponse<User> = ListResponse::from_slice(br#"{"totalResults": 1, "Resources": [{"userName": "ann"}]}"#)?;
/// assert_eq!(page.resources[0].user_name, "ann");
/// # Ok::<_, heap_identity::scim::Error>(())
/// ```
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ListResponse<T> {
    /// How many resources match, on all pages.
    pub total_results: u64,
    /// The index of the first resource of this page, from 1, as the service provider says it.
    pub start_index: Option<u64>,
    /// How many resources the service provider says are on this page.
    pub items_per_page: Option<u64>,
    /// The cursor of the next page (RFC 9865).
    pub next_cursor: Option<String>,
    /// The cursor of the page before (RFC 9865).
    pub previous_cursor: Option<String>,
    /// The resources of this page; none where the message has none.
    pub resources: Vec<T>,
}

impl<T> Default for ListResponse<T> {
    fn default() -> Self {
        Self {
            total_results: 0,
            start_index: None,
            items_per_page: None,
            next_cursor: None,
            previous_cursor: None,
            resources: Vec::new(),
        }
    }
}

impl<T: de::DeserializeOwned> ListResponse<T> {
    /// Reads a body.
    ///
    /// # Errors
    /// `invalidSyntax` when it is not a list: not one JSON object, without `totalResults`, a name twice, or a resource
    /// that cannot be read as `T`.
    pub fn from_slice(bytes: &[u8]) -> Result<Self, Error> {
        json::from_slice(bytes)
    }
}

impl<T: Serialize> ListResponse<T> {
    /// The body.
    pub fn to_vec(&self) -> Vec<u8> {
        json::to_vec(self)
    }
}

impl<T: Serialize> Serialize for ListResponse<T> {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("schemas", &[Cow::Borrowed(schema::LIST_RESPONSE)])?;
        map.serialize_entry("totalResults", &self.total_results)?;
        for (name, number) in [("startIndex", self.start_index), ("itemsPerPage", self.items_per_page)] {
            if let Some(number) = number {
                map.serialize_entry(name, &number)?;
            }
        }
        for (name, cursor) in [("nextCursor", &self.next_cursor), ("previousCursor", &self.previous_cursor)] {
            if let Some(cursor) = cursor {
                map.serialize_entry(name, cursor)?;
            }
        }
        map.serialize_entry("Resources", &self.resources)?;
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for ListResponse<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ListVisitor(PhantomData))
    }
}

#[derive(Clone, Copy)]
enum Field {
    TotalResults,
    StartIndex,
    ItemsPerPage,
    NextCursor,
    PreviousCursor,
    Resources,
}

fn field(name: &str) -> Option<Field> {
    const FIELDS: [(&str, Field); 6] = [
        ("totalResults", Field::TotalResults),
        ("Resources", Field::Resources),
        ("startIndex", Field::StartIndex),
        ("itemsPerPage", Field::ItemsPerPage),
        ("nextCursor", Field::NextCursor),
        ("previousCursor", Field::PreviousCursor),
    ];
    FIELDS.iter().find(|(own, _)| own.eq_ignore_ascii_case(name)).map(|(_, field)| *field)
}

impl<'de, T: Deserialize<'de>> ListResponse<T> {
    fn read<A: MapAccess<'de>>(mut access: A) -> Result<Self, A::Error> {
        let mut list = Self::default();
        let mut seen = 0_u32;
        while let Some(name) = access.next_key_seed(Keys(field))? {
            let Key::Known(field) = name else {
                access.next_value::<IgnoredAny>()?;
                continue;
            };
            let bit = 1 << field as u32;
            if seen & bit != 0 {
                return Err(json::twice());
            }
            seen |= bit;
            match field {
                Field::TotalResults => {
                    list.total_results = typed(access.next_value()?)
                        .ok_or_else(|| de::Error::custom("`totalResults` is not a number of resources"))?;
                }
                Field::StartIndex => list.start_index = typed(access.next_value()?),
                Field::ItemsPerPage => list.items_per_page = typed(access.next_value()?),
                Field::NextCursor => list.next_cursor = typed(access.next_value()?),
                Field::PreviousCursor => list.previous_cursor = typed(access.next_value()?),
                Field::Resources => list.resources = access.next_value::<Resources<T>>()?.0,
            }
        }
        if seen & (1 << Field::TotalResults as u32) == 0 {
            return Err(de::Error::custom(NOT_A_LIST));
        }
        Ok(list)
    }
}

const NOT_A_LIST: &str = "the message is not a list: it has no `totalResults`";

/// Reads the whole message; anything but an object is refused without repeating it.
struct ListVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ListVisitor<T> {
    type Value = ListResponse<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a list response")
    }

    fn visit_map<A: MapAccess<'de>>(self, access: A) -> Result<Self::Value, A::Error> {
        ListResponse::read(access)
    }

    refuse_scalars!(NOT_A_LIST);
}

/// The resources of a page; `null` is unassigned (RFC 7643 2.5): none.
struct Resources<T>(Vec<T>);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Resources<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(ResourcesVisitor(PhantomData))
    }
}

struct ResourcesVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ResourcesVisitor<T> {
    type Value = Resources<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an array of resources")
    }

    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(Resources(Vec::new()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Self::Value, A::Error> {
        let mut resources = Vec::new();
        while let Some(resource) = access.next_element()? {
            resources.push(resource);
        }
        Ok(Resources(resources))
    }

    refuse_scalars!("`Resources` is not an array");
}

fn typed<T>(read: Read<T>) -> Option<T> {
    match read {
        Read::Typed(value) => Some(value),
        Read::Other(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::ListResponse;
    use crate::scim::{Document, User};

    #[test]
    fn a_list_is_read_with_names_in_any_case() {
        let page: ListResponse<User> = ListResponse::from_slice(
            br#"{"schemas":[],"TOTALRESULTS":7,"startindex":3,"itemsPerPage":1,"resources":[{"userName":"a"}],"x":{}}"#,
        )
        .unwrap();
        assert_eq!((page.total_results, page.start_index, page.items_per_page), (7, Some(3), Some(1)));
        assert_eq!(page.resources[0].user_name, "a");
    }

    #[test]
    fn a_list_without_resources_is_empty() {
        for text in [r#"{"totalResults":0}"#, r#"{"totalResults":0,"Resources":null}"#] {
            let page: ListResponse<User> = ListResponse::from_slice(text.as_bytes()).unwrap();
            assert!(page.resources.is_empty());
        }
    }

    #[test]
    fn f41_what_is_no_list_is_not_taken_for_an_empty_one() {
        for text in [
            "{}",
            r#"{"Resources":[]}"#,
            "[]",
            "null",
            "\"secret\"",
            r#"{"totalResults":"secret"}"#,
            r#"{"totalResults":1,"Resources":{"secret":1}}"#,
            r#"{"totalResults":1,"Resources":"secret"}"#,
            r#"{"totalResults":1,"Resources":[{"id":"secret"}]}"#,
            r#"{"totalResults":1,"totalresults":2}"#,
        ] {
            let error = ListResponse::<User>::from_slice(text.as_bytes()).unwrap_err();
            assert!(!format!("{error}").contains("secret"), "{error}");
        }
    }

    #[test]
    fn a_list_of_documents_comes_out_as_it_went_in() {
        let text = br#"{"schemas":["urn:ietf:params:scim:api:messages:2.0:ListResponse"],"totalResults":1,"startIndex":1,"itemsPerPage":1,"Resources":[{"a":[1]}]}"#;
        assert_eq!(ListResponse::<Document>::from_slice(text).unwrap().to_vec(), text);
    }
}
