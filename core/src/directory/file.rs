//! A directory as a JSON file: `{"users": […], "groups": […], "groupManagement"?}`.

use alloc::{
    collections::BTreeMap,
    format,
    string::{String, ToString},
    vec::Vec,
};

use core::{fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{MapAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::value::RawValue;

use super::{Error, Group, Person, Snapshot};

/// A directory file that cannot be used: where, and what was expected there.
#[derive(Clone, Debug, Eq, PartialEq, thiserror::Error)]
#[error("line {line}: {expected}")]
pub struct FileError {
    /// The line, counted from 1.
    pub line: usize,
    /// What was expected and what was found.
    pub expected: String,
}

impl FileError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        "directory.file"
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    users: Vec<FileUser>,
    groups: Vec<FileGroup>,
    #[serde(default = "yes")]
    group_management: bool,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct FileUser {
    id: String,
    user_name: String,
    given_name: Option<String>,
    family_name: Option<String>,
    email: Option<String>,
    role: Option<String>,
    active: bool,
}

#[derive(Deserialize)]
struct FileGroup {
    id: String,
    name: String,
    #[serde(default = "yes")]
    bound: bool,
    members: Vec<String>,
}

const fn yes() -> bool {
    true
}

/// Reads a directory file, whole: whoever or whatever is not in it is gone at the identity provider (D1).
///
/// `{"users": [{"id", "userName", "active", "givenName"?, "familyName"?, "email"?, "role"?}],
/// "groups": [{"id", "name", "members": [user id], "bound"?}], "groupManagement"?}`; `bound` and `groupManagement` are
/// true where they are absent. Other keys are passed over, and named to `ignored` by their path.
///
/// # Errors
/// [`FileError`] with the line, for JSON that is malformed or of another shape, an id that is empty or occurs twice, and a
/// member who is not among the users.
///
/// ```
/// use heap_identity::directory::snapshot_from_json;
/// let text = r#"{"users": [{"id": "u1", "userName": "ann@example.com", "active": true}],
///                "groups": [{"id": "g1", "name": "Analysts", "members": ["u2"]}]}"#;
/// let error = snapshot_from_json(text, |_| ()).unwrap_err();
/// assert_eq!(error.to_string(), "line 2: group `g1` has the member `u2`; expected the id of one of the users");
/// ```
pub fn snapshot_from_json(text: &str, mut ignored: impl FnMut(&str)) -> Result<Snapshot, FileError> {
    let text = without_mark(text);
    let mut json = serde_json::Deserializer::from_str(text);
    let read = serde_ignored::deserialize(&mut json, |path| ignored(&path.to_string()));
    let Object(file): Object<File> =
        read.and_then(|file| json.end().map(|()| file)).map_err(|error| malformed(&error))?;
    let lines = Lines { text };
    build(&file).map_err(|(place, expected)| FileError { line: lines.of(place).unwrap_or(1), expected })
}

/// A text without the byte order mark that editors put first; a parser may pass over it (RFC 8259 8.1).
pub(crate) fn without_mark(text: &str) -> &str {
    text.strip_prefix('\u{feff}').unwrap_or(text)
}

/// What is read out of an object alone: a derived `Deserialize` takes a list of the fields' values, too.
pub(crate) struct Object<T>(pub(crate) T);

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Object<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(ObjectVisitor(PhantomData))
    }
}

struct ObjectVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for ObjectVisitor<T> {
    type Value = Object<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<Self::Value, A::Error> {
        T::deserialize(MapAccessDeserializer::new(map)).map(Object)
    }
}

fn malformed(error: &serde_json::Error) -> FileError {
    let what = expectation(error);
    FileError { line: error.line(), expected: format!("{what} (column {})", error.column()) }
}

/// What was expected, without the place, which stands at the end, and without the value that was found, which may be somebody's.
pub(crate) fn expectation(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let what = text.rsplit_once(" at line ").map_or(text.as_str(), |(what, _)| what);
    what.rsplit_once(", expected ")
        .map_or_else(|| what.to_string(), |(_, expected)| format!("expected {expected}"))
}

/// Where in the file a mistake stands.
#[derive(Clone, Copy)]
enum Place {
    User(usize),
    Group(usize),
    Member(usize, usize),
}

fn build(file: &File) -> Result<Snapshot, (Place, String)> {
    let mut builder = Snapshot::builder();
    builder.group_management(file.group_management);
    let mut people = BTreeMap::new();
    for (index, user) in file.users.iter().enumerate() {
        let wrong = |expected: String| (Place::User(index), expected);
        if user.id.is_empty() || user.user_name.is_empty() {
            return Err(wrong("a user has an empty `id` or `userName`; expected a text".into()));
        }
        let number = builder.person(&person(user)).map_err(|error| wrong(error.to_string()))?;
        if people.insert(user.id.as_str(), number).is_some() {
            return Err(wrong(format!("user id `{}` occurs twice; expected each id once", user.id)));
        }
    }
    let mut groups = BTreeMap::new();
    for (index, group) in file.groups.iter().enumerate() {
        let wrong = |expected: String| (Place::Group(index), expected);
        if group.id.is_empty() || group.name.is_empty() {
            return Err(wrong("a group has an empty `id` or `name`; expected a text".into()));
        }
        let value = Group { id: group.id.clone(), name: group.name.clone(), bound: group.bound };
        let number = builder.group(&value).map_err(|error| wrong(error.to_string()))?;
        if groups.insert(group.id.as_str(), number).is_some() {
            return Err(wrong(format!("group id `{}` occurs twice; expected each id once", group.id)));
        }
        for (position, member) in group.members.iter().enumerate() {
            let Some(person) = people.get(member.as_str()) else {
                let expected = format!(
                    "group `{}` has the member `{member}`; expected the id of one of the users",
                    group.id
                );
                return Err((Place::Member(index, position), expected));
            };
            builder.member(number, *person);
        }
    }
    builder.complete().map_err(|error: Error| (Place::User(0), error.to_string()))
}

fn person(user: &FileUser) -> Person {
    Person {
        id: user.id.clone(),
        user_name: user.user_name.clone(),
        active: user.active,
        given_name: user.given_name.clone(),
        family_name: user.family_name.clone(),
        email: user.email.clone(),
        role: user.role.clone(),
    }
}

/// Finds the line of a place by reading the file once more, which only a mistake makes necessary.
struct Lines<'t> {
    text: &'t str,
}

#[derive(Deserialize)]
struct RawFile<'t> {
    #[serde(borrow)]
    users: Vec<&'t RawValue>,
    #[serde(borrow)]
    groups: Vec<&'t RawValue>,
}

#[derive(Deserialize)]
struct RawGroup<'t> {
    #[serde(borrow)]
    members: Vec<&'t RawValue>,
}

impl Lines<'_> {
    fn of(&self, place: Place) -> Option<usize> {
        let file: RawFile<'_> = serde_json::from_str(self.text).ok()?;
        let raw = match place {
            Place::User(index) => *file.users.get(index)?,
            Place::Group(index) => *file.groups.get(index)?,
            Place::Member(index, position) => {
                let group: RawGroup<'_> = serde_json::from_str(file.groups.get(index)?.get()).ok()?;
                *group.members.get(position)?
            }
        };
        // The raw value is a part of the text: its address tells how many bytes stand before it.
        let before = (raw.get().as_ptr() as usize).checked_sub(self.text.as_ptr() as usize)?;
        Some(1 + self.text.as_bytes().get(..before)?.iter().filter(|byte| **byte == b'\n').count())
    }
}

#[cfg(test)]
mod tests {
    use alloc::{string::ToString, vec::Vec};

    use super::snapshot_from_json;

    const GOOD: &str = r#"{
 "users": [
  {"id": "u1", "userName": "ann@example.com", "givenName": "Ann", "familyName": null, "active": true, "role": "Analyst"},
  {"id": "u2", "userName": "bob@example.com", "active": false, "shoeSize": 43}
 ],
 "groups": [
  {"id": "g1", "name": "Team", "members": ["u2",
    "u1"]}
 ]
}"#;

    #[test]
    fn a_file_becomes_a_snapshot_and_unknown_keys_are_named() {
        let mut ignored = Vec::new();
        let snapshot = snapshot_from_json(GOOD, |path| ignored.push(path.to_string())).unwrap();
        assert_eq!(ignored, ["users.1.shoeSize"]);
        let ann = snapshot.person("u1").unwrap();
        assert_eq!((ann.given_name(), ann.family_name(), ann.role()), (Some("Ann"), None, Some("Analyst")));
        assert!(!snapshot.person("u2").unwrap().is_active());
        assert!(snapshot.group("g1").unwrap().is_bound() && snapshot.has_group_management());
        assert_eq!(snapshot.membership_count(), 2);
    }

    #[test]
    fn each_mistake_is_told_with_its_line() {
        for (from, to, line, expected) in [
            ("\"active\": false, ", "", 4, "missing field `active`"),
            ("\"active\": true", "\"active\": \"yes\"", 3, "expected a boolean"),
            ("\"u2\",\n", "\"u2\",", 8, ""),
            ("\"id\": \"u2\"", "\"id\": \"u1\"", 4, "user id `u1` occurs twice"),
            ("    \"u1\"]", "    \"u9\"]", 8, "has the member `u9`"),
            ("\"id\": \"g1\"", "\"id\": \"\"", 7, "empty `id`"),
            ("\"groups\"", "\"teams\"", 10, "missing field `groups`"),
            (" ]\n}", " ]\n}}", 10, "trailing characters"),
        ] {
            let text = GOOD.replace(from, to);
            assert_ne!(text, GOOD);
            match snapshot_from_json(&text, |_| ()) {
                Err(error) => {
                    assert_eq!(error.line, line, "{error}");
                    assert!(error.expected.contains(expected), "{error}");
                }
                Ok(_) => assert!(expected.is_empty(), "accepted although: {expected}"),
            }
        }
    }

    #[test]
    fn a_mistake_does_not_repeat_what_stands_there() {
        for value in ["\"ann@example.com, expected at line 1\"", "7", "[\"ann@example.com\"]"] {
            let text = GOOD.replace("\"active\": true", &["\"active\": ", value].concat());
            let error = snapshot_from_json(&text, |_| ()).unwrap_err().to_string();
            assert!(error.starts_with("line 3: expected a boolean (column"), "{error}");
        }
    }

    #[test]
    fn a_byte_order_mark_is_passed_over() {
        let text = ["\u{feff}", GOOD].concat();
        assert!(snapshot_from_json(&text, |_| ()).is_ok());
        let error = snapshot_from_json(&text.replace("\"u1\"]", "\"u9\"]"), |_| ()).unwrap_err();
        assert_eq!(error.line, 8, "{error}");
    }

    #[test]
    fn a_list_is_no_directory() {
        for text in ["[]", "[[], []]", "[[], [], true]"] {
            let error = snapshot_from_json(text, |_| ()).unwrap_err();
            assert!(error.expected.contains("expected an object"), "{error}");
        }
    }

    #[test]
    fn deeply_nested_json_is_refused_and_not_followed() {
        let text = "[".repeat(100_000);
        assert!(snapshot_from_json(&text, |_| ()).is_err());
    }
}
