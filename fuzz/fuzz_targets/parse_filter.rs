//! A filter from the other side: read, printed, checked against the schema, evaluated.
#![no_main]

use std::sync::LazyLock;

use heap_identity::scim::{Document, Filter, schema::ResourceType};
use libfuzzer_sys::fuzz_target;

const ANN: &[u8] = br#"{
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "ann", "active": true,
    "name": {"givenName": "Ann", "familyName": "Ott"}, "emails": [{"value": "ann@example.com", "type": "work"}],
    "meta": {"created": "2026-01-02T03:04:05Z"}, "loginCount": 7
}"#;

static PERSON: LazyLock<Document> = LazyLock::new(|| Document::from_slice(ANN).expect("a document"));
static USER: LazyLock<ResourceType> = LazyLock::new(ResourceType::user);

fuzz_target!(|text: &str| {
    let Ok(filter) = text.parse::<Filter>() else { return };
    let printed = filter.to_string();
    let again: Filter = printed.parse().expect("what is printed can be read");
    assert_eq!(again, filter, "printing keeps the meaning: {printed}");
    let Ok(checked) = filter.check(&USER) else { return };
    let negated = filter.negate().check(&USER).expect("a filter that fits the schema does so negated");
    assert_ne!(
        checked.matches(&PERSON),
        negated.matches(&PERSON),
        "either a filter holds or its negation: {printed}"
    );
});
