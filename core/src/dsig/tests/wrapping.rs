//! Signature wrapping (XSW): the signed element is moved, and a forged one stands where it was. Each by its number.

use super::*;

/// The signed Assertion, and the same without its signature.
fn original() -> (String, String) {
    let document = signed();
    let assertion = part(&document, "<s:Assertion", "</s:Assertion>");
    (assertion.into(), assertion.replace(signature(&document), ""))
}

/// A forged Assertion with something inside.
fn forged(content: &str) -> String {
    format!(
        r#"<s:Assertion ID="evil"><s:Issuer>idp</s:Issuer>{content}<s:NameID>eve</s:NameID></s:Assertion>"#
    )
}

/// Every element of the document: only what was signed is covered, wherever it stands.
fn covered(document: &str) -> Vec<String> {
    let tree = parse(document.as_bytes()).unwrap();
    let all = tree.root().descendants().filter(|node| judge(*node).is_ok());
    all.map(|node| node.attribute("ID").unwrap().into()).collect()
}

#[test]
fn a01_a_forged_response_around_the_signed_one_is_not_covered() {
    let signed = sign(&response(ASSERTION), "r", &rsa()).unwrap();
    let document = signed.replacen("</p:Response>", "", 1).replacen(
        "<p:Response",
        "<p:Response ID=\"evil\" xmlns:p=\"urn:p\"><p:Response",
        1,
    );
    let document = format!("{document}</p:Response></p:Response>");
    assert_eq!(verdict(&document, "evil"), Err(NotSigned));
    assert_eq!(covered(&document), ["r"]);
    // The signature moved to the forged one still names the other.
    let moved = signed.replace(signature(&signed), "");
    let document =
        format!("<p:Response xmlns:p=\"urn:p\" ID=\"evil\">{}{moved}</p:Response>", signature(&signed));
    assert_eq!(verdict(&document, "evil"), Err(ForeignReference));
    assert!(covered(&document).is_empty());
}

#[test]
fn a02_a_detached_signature_covers_nothing() {
    let (_, bare) = original();
    let signature = String::from(signature(&signed()));
    for content in
        [format!("{signature}{bare}"), format!("{bare}{signature}"), format!("{}{bare}", forged(&signature))]
    {
        assert!(covered(&response(&content)).is_empty(), "{content}");
    }
    assert_eq!(verdict(&response(&format!("{}{bare}", forged(&signature))), "evil"), Err(ForeignReference));
}

#[test]
fn a03_a_forged_assertion_before_the_signed_one_is_not_covered() {
    let document = response(&format!("{}{}", forged(""), original().0));
    assert_eq!(verdict(&document, "evil"), Err(NotSigned));
    assert_eq!(covered(&document), ["a"]);
}

#[test]
fn a04_a_forged_assertion_around_the_signed_one_is_not_covered() {
    let document = response(&forged(&original().0));
    assert_eq!(verdict(&document, "evil"), Err(NotSigned));
    assert_eq!(covered(&document), ["a"]);
}

#[test]
fn a05_changed_values_are_not_covered_by_the_original_elsewhere() {
    let (_, bare) = original();
    let changed = changed("ann", "eve");
    // The same identifier twice: nothing may be referenced.
    let document = changed.replacen("</p:Response>", &format!("{bare}</p:Response>"), 1);
    assert_eq!(verdict(&document, "a"), Err(AmbiguousIdentifier));
    // Another one on the changed element: the reference names the original.
    let document = document.replacen("ID=\"a\"", "ID=\"evil\"", 1);
    assert_eq!(verdict(&document, "evil"), Err(ForeignReference));
    assert!(covered(&document).is_empty());
}

#[test]
fn a06_the_original_inside_the_signature_refuses_it() {
    let (_, bare) = original();
    let document =
        changed("</ds:Signature>", &format!("{bare}</ds:Signature>")).replacen("ID=\"a\"", "ID=\"evil\"", 1);
    assert_eq!(verdict(&document, "evil"), Err(UnexpectedContent));
    assert_eq!(verdict(&changed("</ds:Signature>", "x</ds:Signature>"), "a"), Err(UnexpectedContent));
}

#[test]
fn a07_a_forged_assertion_in_extensions_is_not_covered() {
    let signature = String::from(signature(&signed()));
    let document = response(&format!("<p:Extensions>{}</p:Extensions>{}", forged(&signature), original().1));
    assert_eq!(verdict(&document, "evil"), Err(ForeignReference));
    assert!(covered(&document).is_empty());
    let document = response(&format!("<p:Extensions>{}</p:Extensions>{}", forged(""), original().0));
    assert_eq!(covered(&document), ["a"]);
}

#[test]
fn a08_an_object_refuses_the_signature() {
    let object = format!("<ds:Object>{}</ds:Object>", forged(""));
    assert_eq!(verdict(&changed("</ds:Signature>", &format!("{object}</ds:Signature>")), "a"), Err(Object));
    assert_eq!(verdict(&changed("<ds:SignedInfo>", "<ds:Object/><ds:SignedInfo>"), "a"), Err(Object));
    assert_eq!(verdict(&changed("<ds:Reference ", "<ds:Object/><ds:Reference "), "a"), Err(Object));
}

#[test]
fn a13_a_signature_in_another_namespace_by_any_spelling_is_none() {
    // One tree with expanded names: what one parser takes for `ds:Signature` is so for all.
    for (from, to) in [
        ("<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"", "<ds:Signature xmlns:ds=\"urn:x\""),
        (
            "<ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"",
            "<ds:Signature xmlns:ds=\"HTTP://www.w3.org/2000/09/xmldsig#\"",
        ),
    ] {
        assert_eq!(verdict(&changed(from, to), "a"), Err(NotSigned), "{to}");
    }
    let undeclared = changed(" xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"", "");
    assert_eq!(parse(undeclared.as_bytes()).unwrap_err().kind(), xml::ErrorKind::UnboundPrefix);
}

#[test]
fn a28_a_second_root_is_not_read() {
    for document in [format!("{}{}", signed(), forged("").replace("s:", "")), format!("<evil/>{}", signed())]
    {
        assert_eq!(parse(document.as_bytes()).unwrap_err().kind(), xml::ErrorKind::SecondRoot);
    }
}

#[test]
fn a31_the_first_of_two_assertions_is_not_covered_by_the_second() {
    let document =
        response(&format!("{}{}", ASSERTION.replace("\"a\"", "\"b\"").replace("ann", "eve"), original().0));
    assert_eq!((verdict(&document, "b"), verdict(&document, "a")), (Err(NotSigned), Ok(1)));
}

#[test]
fn a32_an_unsigned_response_is_not_covered_by_its_assertion() {
    let document = response(&format!("{}{}", forged(""), original().0));
    assert_eq!(verdict(&document, "r"), Err(NotSigned));
    assert_eq!(verdict(&document, "evil"), Err(NotSigned));
}

#[test]
fn a33_the_position_of_a_signature_does_not_decide_what_it_covers() {
    let (_, bare) = original();
    let signature = String::from(signature(&signed()));
    // At the Response's level the same signature is not one over the Response.
    let document = response(&format!("{signature}{bare}"));
    assert_eq!((verdict(&document, "r"), verdict(&document, "a")), (Err(ForeignReference), Err(NotSigned)));
    // Inside its element it may stand anywhere among the children.
    let last = original().1.replace("</s:Assertion>", &format!("{signature}</s:Assertion>"));
    assert_eq!(verdict(&response(&last), "a"), Ok(1));
    let deeper = original().1.replace("ann", &signature);
    assert_eq!(verdict(&response(&deeper), "a"), Err(NotSigned));
}

#[test]
fn a36_a_signature_inside_an_object_is_not_looked_for() {
    let document = signed();
    let hidden =
        format!("<ds:Signature xmlns:ds=\"{DS}\"><ds:Object>{}</ds:Object></ds:Signature>", original().0);
    assert_eq!(verdict(&response(&forged(&hidden)), "evil"), Err(Object));
    let around = document.replace(
        signature(&document),
        &format!("<ds:Object xmlns:ds=\"{DS}\">{}</ds:Object>", signature(&document)),
    );
    assert_eq!(verdict(&around, "a"), Err(NotSigned));
}

#[test]
fn a37_no_entity_stands_for_markup_or_text() {
    for spelled in ["&evil;", "an&n;", "&#60;s:NameID>eve"] {
        let document = changed("ann", spelled);
        assert!(
            parse(document.as_bytes()).is_err() || verdict(&document, "a") == Err(DigestMismatch),
            "{spelled}"
        );
    }
}

#[test]
fn a44_the_signature_of_another_element_does_not_count() {
    let other = sign(&response(&ASSERTION.replace("\"a\"", "\"b\"")), "b", &rsa()).unwrap();
    let document = signed();
    let exchanged = document.replace(signature(&document), signature(&other));
    assert_eq!(verdict(&exchanged, "a"), Err(ForeignReference));
    let named = exchanged.replace("#b", "#a");
    assert_eq!(verdict(&named, "a"), Err(SignatureMismatch));
}

#[test]
fn a45_what_is_not_well_formed_is_not_read() {
    for (from, to) in [
        ("<s:NameID>", "<x:y/><s:NameID>"),
        ("<s:NameID>", "<s:NameID xmlns:ns='1'>"),
        ("ann", "ann]]>"),
        ("ann", "\u{1}"),
    ] {
        assert!(parse(changed(from, to).as_bytes()).is_err(), "{to}");
    }
}

#[test]
fn a12_a_declaration_of_identifiers_refuses_the_document() {
    let document = format!("<!DOCTYPE p:Response [<!ATTLIST s:Assertion ID ID #IMPLIED>]>{}", signed());
    assert_eq!(parse(document.as_bytes()).unwrap_err().kind(), xml::ErrorKind::Doctype);
}

#[test]
fn a51_entities_are_neither_fetched_nor_expanded() {
    let laughs: String = (1..9).map(|n| format!("<!ENTITY l{n} '&l{m};&l{m};'>", m = n - 1)).collect();
    for declarations in
        ["<!ENTITY x SYSTEM 'file:///etc/passwd'>", "<!ENTITY % x SYSTEM 'http://x/'> %x;", &laughs]
    {
        let document = format!("<!DOCTYPE a [{declarations}]>{}", changed("ann", "&x;"));
        assert_eq!(parse(document.as_bytes()).unwrap_err().kind(), xml::ErrorKind::Doctype);
    }
    assert_eq!(parse(changed("ann", "&x;").as_bytes()).unwrap_err().kind(), xml::ErrorKind::UnknownEntity);
}

#[test]
fn a24_what_is_covered_is_the_element_itself_without_its_signature() {
    let document = signed();
    let tree = parse(document.as_bytes()).unwrap();
    let element = with_id(&tree, "a");
    let covered: Covered<'_> = verify(element, &keys(), &Policy::strict()).unwrap();
    assert_eq!((covered.node(), Some(covered.signature())), (element, signature_of(element)));
    let names: Vec<_> = covered.elements().map(Node::local_name).collect();
    assert_eq!(names, ["Issuer", "NameID"]);
    assert_eq!(covered.algorithm(), Scheme::RsaSha256);
}

#[test]
fn a18_an_identifier_that_is_there_twice_refuses_the_document() {
    let forged = r#"<s:Assertion ID="a"><s:NameID>eve</s:NameID></s:Assertion>"#;
    for attribute in [
        forged.into(),
        forged.replace("ID=", "Id="),
        forged.replace("ID=", "xml:id="),
        forged.replace("ID=", "s:ID="),
    ] {
        let document = changed("</p:Response>", &format!("{attribute}</p:Response>"));
        let tree = parse(document.as_bytes()).unwrap();
        assert_eq!(judge(tree.root().elements().nth(1).unwrap()), Err(AmbiguousIdentifier), "{attribute}");
    }
}
