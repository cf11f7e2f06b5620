//! Directories.

use serde_json::json;

/// Ann and Bob are Analysts; Cat is suspended (D6), Dan is in no bound group (R12), and a group is empty (R25).
pub(crate) const TWO_TEAMS: &str = r#"{"users": [
    {"id": "u1", "userName": "ann@example.com", "givenName": "Ann", "familyName": "Ek", "active": true, "role": "Analyst"},
    {"id": "u2", "userName": "bob@example.com", "active": true},
    {"id": "u3", "userName": "cat@example.com", "active": false},
    {"id": "u4", "userName": "dan@example.com", "active": true}],
  "groups": [
    {"id": "g1", "name": "Analysts", "members": ["u1", "u2", "u3"]},
    {"id": "g2", "name": "Nobody", "members": []},
    {"id": "g3", "name": "Not bound", "bound": false, "members": ["u4"]}]}"#;

/// The same without Bob.
pub(crate) const WITHOUT_BOB: &str = r#"{"users": [
    {"id": "u1", "userName": "ann@example.com", "givenName": "Ann", "familyName": "Ek", "active": true, "role": "Analyst"}],
  "groups": [{"id": "g1", "name": "Analysts", "members": ["u1"]}, {"id": "g2", "name": "Nobody", "members": []}]}"#;

/// Nobody at all.
pub(crate) const EMPTY: &str = r#"{"users": [], "groups": []}"#;

/// Two groups with one name.
pub(crate) const ONE_NAME_TWICE: &str = r#"{"users": [{"id": "u1", "userName": "ann@example.com", "active": true}],
  "groups": [{"id": "g1", "name": "Analysts", "members": ["u1"]}, {"id": "g2", "name": "Analysts", "members": ["u1"]}]}"#;

/// Ann alone.
pub(crate) fn ann(user_name: &str, email: &str) -> String {
    let ann = json!({"id": "u1", "userName": user_name, "email": email, "active": true});
    json!({"users": [ann], "groups": [{"id": "g1", "name": "Analysts", "members": ["u1"]}]}).to_string()
}
