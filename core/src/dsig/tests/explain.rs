use alloc::{format, string::String, vec::Vec};

use base64::{Engine, prelude::BASE64_STANDARD};
use ring::digest::{SHA256, digest};

use super::*;
use crate::dsig::{Cause, Explanation, explain};

const ELEMENT: &str = "<a:A xmlns:a=\"urn:a\" ID=\"i\">\n <a:B>é &amp; 1</a:B>\n</a:A>";

/// The element with a signature whose digest is that of `hashed`.
fn signed_as(element: &str, hashed: &[u8]) -> String {
    let document = sign(element, "i", &rsa()).unwrap();
    let (start, end) =
        (document.find("<ds:DigestValue>").unwrap() + 16, document.find("</ds:DigestValue>").unwrap());
    let digest = BASE64_STANDARD.encode(digest(&SHA256, hashed));
    format!("{}{digest}{}", &document[..start], &document[end..])
}

fn explained(document: &str) -> Explanation {
    explain(parse(document.as_bytes()).unwrap().root(), &Policy::strict()).unwrap()
}

#[test]
fn what_verifies_is_explained_as_the_same() {
    let explanation = explained(&sign(ELEMENT, "i", &rsa()).unwrap());
    assert_eq!(explanation.canonical(), ELEMENT.as_bytes());
    assert!(explanation.matches());
    assert_eq!((explanation.suspicion(), explanation.compare(ELEMENT.as_bytes())), (None, None));
}

#[test]
fn the_first_difference_is_told_with_its_likely_cause() {
    let explanation = explained(&sign(ELEMENT, "i", &rsa()).unwrap());
    let differs = |from: &str, to: &str| {
        let theirs = ELEMENT.replace(from, to);
        let difference = explanation.compare(theirs.as_bytes()).unwrap();
        let common = ELEMENT.bytes().zip(theirs.bytes()).take_while(|(one, other)| one == other).count();
        assert_eq!(difference.offset(), common);
        difference.cause()
    };
    assert_eq!(differs("é", "é<!-- c -->"), Cause::Comments);
    assert_eq!(differs("\n ", ""), Cause::WhiteSpace);
    assert_eq!(differs("\n", "\r\n"), Cause::LineEnds);
    assert_eq!(differs("\n", "&#xD;\n"), Cause::LineEnds);
    assert_eq!(differs(" ID", " xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" ID"), Cause::Namespaces);
    assert_eq!(differs("é", "\u{FFFD}"), Cause::Encoding);
    assert_eq!(differs("<a:A", "\u{FEFF}<a:A"), Cause::Encoding);
    assert_eq!(differs("ID=\"i\"", "ID='i'"), Cause::NotCanonical);
    assert_eq!(differs("&amp;", "&#38;"), Cause::NotCanonical);
    assert_eq!(differs(" 1", " 2"), Cause::Content);
    assert_eq!(differs("</a:A>", ""), Cause::Content);
    let latin1: Vec<u8> = ELEMENT.chars().map(|c| c as u8).collect();
    assert_eq!(explanation.compare(&latin1).unwrap().cause(), Cause::Encoding);
}

#[test]
fn the_digest_alone_tells_how_the_other_side_wrote_the_element() {
    let with_comment = ELEMENT.replace("é", "é<!-- c -->");
    for (element, hashed, suspicion) in [
        (ELEMENT, ELEMENT.replace('\n', "\r\n"), Some(Cause::LineEnds)),
        (ELEMENT, ELEMENT.replace('\n', "&#xD;\n"), Some(Cause::LineEnds)),
        (ELEMENT, ELEMENT.replace("\n ", "").replace('\n', ""), Some(Cause::WhiteSpace)),
        (ELEMENT, format!("\u{FEFF}{ELEMENT}"), Some(Cause::Encoding)),
        (with_comment.as_str(), with_comment.clone(), Some(Cause::Comments)),
        (ELEMENT, ELEMENT.replace('1', "2"), None),
    ] {
        let explanation = explained(&signed_as(element, hashed.as_bytes()));
        assert!(!explanation.matches(), "{hashed}");
        assert_eq!(explanation.suspicion(), suspicion, "{hashed}");
    }
    let unused = ELEMENT.replace(" ID", " xmlns:b=\"urn:b\" ID");
    assert_eq!(explained(&signed_as(&unused, unused.as_bytes())).suspicion(), Some(Cause::Namespaces));
    let quoted = ELEMENT.replace('"', "'");
    assert_eq!(explained(&signed_as(&quoted, quoted.as_bytes())).suspicion(), Some(Cause::NotCanonical));
}

#[test]
fn an_explanation_prints_nothing_of_the_document() {
    let explanation = explained(&signed_as(ELEMENT, b"x"));
    let text = format!("{explanation:?} {}", explanation.compare(b"<secret/>").unwrap());
    assert!(!text.contains("urn:a") && !text.contains("secret"), "{text}");
}

#[test]
fn a_signature_that_cannot_be_read_is_not_explained() {
    let tree = parse(ELEMENT.as_bytes()).unwrap();
    assert_eq!(explain(tree.root(), &Policy::strict()).unwrap_err().kind(), NotSigned);
}
