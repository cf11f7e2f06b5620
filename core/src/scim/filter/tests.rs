use alloc::{
    boxed::Box,
    format,
    string::{String, ToString},
    vec,
    vec::Vec,
};

use proptest::prelude::*;

use super::{Comparand, Filter, Node, Operator};
use crate::scim::{AttributePath, Document, ErrorKind, schema::ResourceType};

fn holds(filter: &str, resource: &str) -> bool {
    let filter: Filter = filter.parse().unwrap();
    filter.check(&ResourceType::user()).unwrap().matches(&Document::from_slice(resource.as_bytes()).unwrap())
}

#[test]
fn precedence_is_brackets_not_and_or() {
    let text = |text: &str| text.parse::<Filter>().unwrap();
    assert_eq!(text("a pr or b pr and c pr"), text("a pr or (b pr and c pr)"));
    assert_ne!(text("a pr or b pr and c pr"), text("(a pr or b pr) and c pr"));
    assert_eq!(text("not (a pr) and b pr"), text("(not (a pr)) and b pr"));
}

#[test]
fn an_error_says_where_it_is() {
    for (text, at) in [
        ("", 0),
        ("userName", 8),
        ("userName is \"x\"", 9),
        ("userName eq x", 12),
        ("a pr and", 5),
        ("(a pr", 5),
        ("a pr)", 4),
        ("a eq \"x", 5),
        ("emails[a.b pr]", 7),
        ("a eq \"\\x\"", 5),
    ] {
        let error = text.parse::<Filter>().unwrap_err();
        assert_eq!((error.kind, error.position), (ErrorKind::InvalidFilter, Some(at)), "{text}: {error}");
    }
}

#[test]
fn depth_and_length_are_bounded() {
    let nested = |depth| format!("{}a pr{}", "(".repeat(depth), ")".repeat(depth));
    assert!(nested(32).parse::<Filter>().is_ok());
    assert!(nested(33).parse::<Filter>().is_err());
    assert!(nested(30_000).parse::<Filter>().is_err());
    assert!(format!("a eq \"{}\"", "x".repeat(64 * 1024)).parse::<Filter>().is_err());
}

#[test]
fn a_long_chain_is_not_deep() {
    let chain = ["a pr"; 5000].join(" or ");
    assert_eq!(chain.parse::<Filter>().unwrap().to_string(), chain);
}

#[test]
fn f31_user_names_are_equal_without_regard_to_case_and_ids_are_not() {
    assert!(holds("userName eq \"ANN@EXAMPLE.COM\"", r#"{"userName":"ann@example.com"}"#));
    assert!(!holds("externalId eq \"ABC\"", r#"{"externalId":"abc"}"#));
}

#[test]
fn an_absent_value_is_null() {
    assert!(holds("title eq null", "{}"));
    assert!(holds("title eq null", r#"{"title":null}"#));
    assert!(!holds("title eq null", r#"{"title":"x"}"#));
    assert!(holds("title ne null", r#"{"title":"x"}"#));
    assert!(holds("title ne \"x\"", "{}"));
    assert!(!holds("title pr", r#"{"title":""}"#));
    assert!(!holds("emails pr", r#"{"emails":[]}"#));
    assert!(!holds("emails pr", r#"{"emails":[{"value":""}]}"#));
}

#[test]
fn attributes_outside_of_the_schema_are_found_where_a_resource_has_them() {
    assert!(holds("role eq \"analyst\"", r#"{"role":"Analyst"}"#));
    assert!(!holds("role pr", "{}"));
    assert!(holds("urn:own:X:level gt 3", r#"{"urn:own:X":{"level":4}}"#));
    assert!(holds("schemas[value eq \"urn:x\"]", r#"{"schemas":["urn:x"]}"#));
}

#[test]
fn a_search_is_linear_in_the_text() {
    // A text that a naive search walks again from each of its characters.
    let resource = format!(r#"{{"title":"{}"}}"#, "a".repeat(1 << 20));
    let document = Document::from_slice(resource.as_bytes()).unwrap();
    let filter: Filter = format!("title co \"{}b\"", "a".repeat(1 << 15)).parse().unwrap();
    assert!(!filter.check(&ResourceType::user()).unwrap().matches(&document));
}

fn attribute() -> impl Strategy<Value = AttributePath> {
    ("(urn:x:2[.]0:U:)?[a-zA-Z][a-zA-Z0-9_-]{0,6}([.][a-z]{1,4})?").prop_map(|text| text.parse().unwrap())
}

fn comparand() -> impl Strategy<Value = Comparand> {
    prop_oneof![
        Just(Comparand::Null),
        any::<bool>().prop_map(Comparand::Boolean),
        any::<i64>().prop_map(|number| Comparand::Number(number.into())),
        any::<String>().prop_map(Comparand::Text),
    ]
}

fn node() -> impl Strategy<Value = Node> {
    let operator = (0..Operator::ALL.len()).prop_map(|index| Operator::ALL[index].0);
    let leaf = prop_oneof![
        attribute().prop_map(Node::Present),
        (attribute(), operator, comparand()).prop_map(|(attribute, operator, value)| Node::Compare {
            attribute,
            operator,
            value
        }),
    ];
    leaf.prop_recursive(5, 40, 4, |inner| {
        let parts = proptest::collection::vec(inner.clone(), 2..4);
        prop_oneof![
            parts.clone().prop_map(Node::And),
            parts.prop_map(Node::Or),
            inner.prop_map(|part| Node::Not(Box::new(part)))
        ]
    })
}

proptest! {
    #[test]
    fn what_is_printed_is_read_as_the_same_filter(node in node()) {
        let filter = Filter(node);
        prop_assert_eq!(filter.to_string().parse::<Filter>().unwrap(), filter);
    }

    #[test]
    fn no_text_makes_the_parser_fail_otherwise_than_by_an_error(text in any::<String>(), pieces in proptest::collection::vec(prop_oneof![Just("("), Just(")"), Just("["), Just("]"), Just("not"), Just(" "), Just("a"), Just("eq"), Just("\"x\""), Just("and"), Just("."), Just("\\")], 0..20)) {
        for text in [text, pieces.concat()] {
            if let Ok(filter) = text.parse::<Filter>() {
                prop_assert_eq!(filter.to_string().parse::<Filter>().unwrap(), filter);
            }
        }
    }
}

#[test]
fn equality_is_told_to_an_index() {
    let filter: Filter = "userName eq \"x\"".parse().unwrap();
    assert_eq!(
        filter.as_equality().map(|(attribute, text)| (attribute.is("USERNAME"), text)),
        Some((true, "x"))
    );
    let names: Vec<_> = {
        let mut names = Vec::new();
        "a pr and not (b[c pr])"
            .parse::<Filter>()
            .unwrap()
            .attributes(&mut |attribute| names.push(attribute.to_string()));
        names
    };
    assert_eq!(names, ["a", "b"]);
}
