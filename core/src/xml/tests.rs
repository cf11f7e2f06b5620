use alloc::{format, string::String, vec::Vec};

use super::ErrorKind::*;
use super::{Error, ErrorKind, Node, Position, parse};

/// Documents that are not accepted, and why. Those marked `(ours)` are well-formed XML that is refused on purpose.
const REFUSED: &[(&[u8], ErrorKind)] = &[
    // XML 1.0 2.1: one root element and nothing but white space, comments and instructions around it
    (b"", Empty),
    (b"  \n", Empty),
    (b"<?xml version='1.0'?>", Empty),
    (b"<!-- -->", Empty),
    (b"<a/><b/>", SecondRoot),
    (b"<a></a><a>", SecondRoot),
    (b"x<a/>", TextOutsideRoot),
    (b"<a/>x", TextOutsideRoot),
    (b"<a/>&#32;", TextOutsideRoot),
    (b"<a/><![CDATA[]]>", TextOutsideRoot),
    (b"&amp;<a/>", TextOutsideRoot),
    (b"\xEF\xBB\xBF\xEF\xBB\xBF<a/>", TextOutsideRoot),
    (b"<a>", MissingEndTag),
    (b"<a><b></b>", MissingEndTag),
    (b"<a></b>", MismatchedEndTag),
    (b"<a></A>", MismatchedEndTag),
    (b"<a></a x=''>", MismatchedEndTag),
    (b"<a></ a>", MismatchedEndTag),
    (b"<a></aa>", MismatchedEndTag),
    (b"<ab></a>", MismatchedEndTag),
    (b"</a>", MismatchedEndTag),
    (b"<a></a></a>", MismatchedEndTag),
    (b"<p:a xmlns:p='urn:p' xmlns:q='urn:p'></q:a>", MismatchedEndTag),
    // Markup that does not end, or is none
    (b"<", Unclosed),
    (b"<a", Unclosed),
    (b"<a b='>", Unclosed),
    (b"<a><!-- ", Unclosed),
    (b"<a><!-- -- </a>", Unclosed),
    (b"<a><![CDATA[x]]</a>", Unclosed),
    (b"<a><![cdata[x]]></a>", Unclosed),
    (b"<a><![CDAT[x]]></a>", Unclosed),
    (b"<a><?x </a>", Unclosed),
    (b"<a><!x></a>", Unclosed),
    (b"<a><!></a>", Unclosed),
    (b"<!-->", Unclosed),
    // 2.2 Char
    (b"<a>\x00</a>", ForbiddenCharacter),
    (b"<a\x00/>", ForbiddenCharacter),
    (b"<a>\x01</a>", ForbiddenCharacter),
    (b"<a b='\x1F'/>", ForbiddenCharacter),
    (b"<a><!--\x0B--></a>", ForbiddenCharacter),
    (b"<a>\xEF\xBF\xBE</a>", ForbiddenCharacter),
    (b"<a>\xEF\xBF\xBF</a>", ForbiddenCharacter),
    // 2.3 names
    (b"<1a/>", InvalidName),
    (b"<-a/>", InvalidName),
    (b"< a/>", InvalidName),
    (b"<a/ >", InvalidName),
    (b"<>x</>", InvalidName),
    (b"<a>< </a>", InvalidName),
    (b"<a <b/>", InvalidName),
    (b"<a\xC3\x97/>", InvalidName),
    (b"<a 1b=''/>", InvalidName),
    (b"<a =''/>", InvalidName),
    (b"<a&b/>", InvalidName),
    (b"<a/b/>", InvalidName),
    (b"<a:b:c xmlns:a='urn:a'/>", InvalidName),
    (b"<:a/>", InvalidName),
    (b"<a:/>", InvalidName),
    (b"<a xmlns:='urn:a'/>", InvalidName),
    (b"<a :b=''/>", InvalidName),
    // 2.4 character data, 2.5 comments, 2.6 instructions
    (b"<a>]]></a>", CdataEndInText),
    (b"<a>x > y]]>z</a>", CdataEndInText),
    (b"<a><![CDATA[]]>]]></a>", CdataEndInText),
    (b"<a><!-- -- --></a>", DoubleHyphen),
    (b"<a><!-- ---></a>", DoubleHyphen),
    (b"<a><?xml version='1.0'?></a>", InvalidDeclaration),
    (b"<a><?XML x?></a>", InvalidTarget),
    (b"<a><?xMl?></a>", InvalidTarget),
    (b"<a><??></a>", InvalidTarget),
    (b"<a><? x?></a>", InvalidTarget),
    (b"<a><?1x?></a>", InvalidTarget),
    (b"<a><?x:y z?></a>", InvalidTarget),
    // 2.8 declaration
    (b" <?xml version='1.0'?><a/>", InvalidDeclaration),
    (b"<!-- --><?xml version='1.0'?><a/>", InvalidDeclaration),
    (b"<a/><?xml version='1.0'?>", InvalidDeclaration),
    (b"<?xml?><a/>", InvalidDeclaration),
    (b"<?xml ?><a/>", InvalidDeclaration),
    (b"<?xml encoding='UTF-8'?><a/>", InvalidDeclaration),
    (b"<?xml version='1.0' standalone='maybe'?><a/>", InvalidDeclaration),
    (b"<?xml version='1.0' standalone='yes' encoding='UTF-8'?><a/>", InvalidDeclaration),
    (b"<?xml version='1.0'encoding='UTF-8'?><a/>", InvalidDeclaration),
    (b"<?xml version=1.0?><a/>", InvalidDeclaration),
    (b"<?xml version='1.0' x='y'?><a/>", InvalidDeclaration),
    (b"<?xml version='1.0' version='1.0'?><a/>", InvalidDeclaration),
    (b"<?xml version='2.0'?><a/>", UnsupportedVersion),
    (b"<?xml version='1.'?><a/>", UnsupportedVersion),
    (b"<?xml version=''?><a/>", UnsupportedVersion),
    (b"<?xml version='1.0' encoding='ISO-8859-1'?><a/>", UnsupportedEncoding),
    (b"<?xml version='1.0' encoding='UTF-16'?><a/>", UnsupportedEncoding),
    (b"\xFF\xFE<\x00a\x00/\x00>\x00", NotUtf8),
    (b"\xFE\xFF\x00<\x00a\x00/\x00>", NotUtf8),
    (b"<a>\xFF</a>", NotUtf8),
    (b"<a>\xC0\x80</a>", NotUtf8),
    (b"<a>\xED\xA0\x80</a>", NotUtf8),
    (b"<a>\xC3", NotUtf8),
    // A12, A51 (ours)
    (b"<!DOCTYPE a><a/>", Doctype),
    (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a>&b;</a>", Doctype),
    (b"<!DOCTYPE a [", Doctype),
    // 3.1 attributes
    (b"<a b='1'c='2'/>", MissingWhiteSpace),
    (b"<a b=''/c=''/>", MissingWhiteSpace),
    (b"<a b/>", MissingValue),
    (b"<a b=/>", MissingValue),
    (b"<a b=1/>", MissingValue),
    (b"<a b'1'/>", MissingValue),
    (b"<a b c='1'/>", MissingValue),
    (b"<a b='<'/>", LessThanInAttribute),
    (b"<a b='1' b='1'/>", DuplicateAttribute),
    (b"<a p:b='' q:b='' xmlns:p='urn:p' xmlns:q='urn:p'/>", DuplicateAttribute),
    (b"<a xmlns='urn:a' xmlns='urn:a'/>", DuplicateAttribute),
    (b"<a xmlns:p='urn:a' xmlns:p='urn:b'/>", DuplicateAttribute),
    // 4.1 references
    (b"<a>&nbsp;</a>", UnknownEntity),
    (b"<a b='&x;'/>", UnknownEntity),
    (b"<a xmlns='urn:&x;'/>", UnknownEntity),
    (b"<a>&</a>", InvalidReference),
    (b"<a>& </a>", InvalidReference),
    (b"<a>&amp</a>", InvalidReference),
    (b"<a>&a&amp;</a>", InvalidReference),
    (b"<a>& amp;</a>", InvalidReference),
    (b"<a>&;</a>", InvalidReference),
    (b"<a>&#0;</a>", InvalidReference),
    (b"<a>&#x1;</a>", InvalidReference),
    (b"<a>&#xD800;</a>", InvalidReference),
    (b"<a>&#xFFFF;</a>", InvalidReference),
    (b"<a>&#x110000;</a>", InvalidReference),
    (b"<a>&#-1;</a>", InvalidReference),
    (b"<a b='&'/>", InvalidReference),
    (b"<a b='&#0;'/>", InvalidReference),
    (b"<a>&amp", InvalidReference),
    // Namespaces in XML 1.0
    (b"<p:a/>", UnboundPrefix),
    (b"<a p:b=''/>", UnboundPrefix),
    (b"<a><b xmlns:p='urn:p'/><p:c/></a>", UnboundPrefix),
    (b"<a><b xmlns:p='urn:p'></b><c p:d=''/></a>", UnboundPrefix),
    (b"<xmlns:a/>", ReservedPrefix),
    (b"<xml:a/>", ReservedPrefix),
    (b"<a xmlns:xml='urn:x'/>", ReservedPrefix),
    (b"<a xmlns:xml=''/>", ReservedPrefix),
    (
        b"<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xmlns:xml='http://www.w3.org/XML/1998/namespace'/>",
        DuplicateAttribute,
    ),
    (b"<a xmlns:p='http://www.w3.org/XML/1998/namespace'/>", ReservedPrefix),
    (b"<a xmlns='http://www.w3.org/XML/1998/namespace'/>", ReservedPrefix),
    (b"<a xmlns:xmlns='urn:x'/>", ReservedPrefix),
    (b"<a xmlns:p='http://www.w3.org/2000/xmlns/'/>", ReservedPrefix),
    (b"<a xml:xmlns='urn:x'/>", ReservedPrefix), // (ours: A14)
    (b"<a xmlns:p=''/>", PrefixUndeclared),
    (b"<a xmlns:ns='1'/>", RelativeNamespace), // (ours: A15)
    (b"<a xmlns='relative/path'/>", RelativeNamespace),
    (b"<a xmlns='&#32;urn:x'/>", RelativeNamespace),
    (b"<a xmlns='urn:x y'/>", RelativeNamespace),
];

fn refusal(document: &[u8]) -> Option<ErrorKind> {
    parse(document).err().map(|error| error.kind())
}

#[test]
fn every_malformation_is_refused_for_its_own_reason() {
    for (document, kind) in REFUSED {
        assert_eq!(refusal(document), Some(*kind), "{}", String::from_utf8_lossy(document));
    }
}

#[test]
fn what_looks_wrong_but_is_well_formed_is_read() {
    for document in [
        "<a></a  >",
        "<a b = '1'\n\tc=\"2\" />",
        "<a b='>' c=\"'\" d='\"'/>",
        "<a>]] > ]]&gt; ></a>",
        "<a><![CDATA[ ]] > <b> & ]]></a>",
        "<a><![CDATA[]]]]>></a>",
        "<a><!----><!-- - - --><!-- <b> & --></a>",
        "<a><?x?><?x-y z > ' ? ?><?xmlx?></a>",
        "\u{FEFF}<?xml version=\"1.0\" encoding='utf-8' standalone = 'no' ?>\r\n<!-- --><?p?><a/><!-- --> <?q?>\n",
        "<?xml version='1.1'?><a/>",
        "<été à='1' _.-9='2'/>",
        "<a xmlns='urn:a'><b xmlns=''/></a>",
        "<a xmlns:p='urn:p'><p:b xmlns:p='urn:q' p:c='' c=''/></a>",
        "<a p:b='' b='' q:b='' xmlns:p='urn:p' xmlns:q='urn:q'/>",
        "<p:a xmlns='urn:p' xmlns:p='urn:p' p:b='' b=''/>",
        "<a xml:lang='en' xml:space='preserve' xml:base='x' xml:id='i'/>",
        "<a xmlns:xml='http://www.w3.org/XML/1998/namespace' xml:lang='en'/>",
        "<a>&#x10FFFF;&#9;\u{10FFFF}\u{85}\u{7F}</a>",
    ] {
        assert_eq!(refusal(document.as_bytes()), None, "{document}");
    }
}

#[test]
fn text_is_joined_decoded_and_its_line_ends_normalised() {
    let cases: [(&str, &str); 8] = [
        ("<a/>", ""),
        ("<a>plain</a>", "plain"),
        ("<a>1 &lt; 2 &amp;&amp; 3</a>", "1 < 2 && 3"),
        ("<a>x<![CDATA[<y>&amp;]]>z</a>", "x<y>&amp;z"),
        ("<a>\r\n1\r2\n&#13;3</a>", "\n1\n2\n\r3"),
        ("<a><![CDATA[1\r\n2\r]]></a>", "1\n2\n"),
        ("<a><![CDATA[]]></a>", ""),
        ("<a>&#x1F600;é</a>", "😀é"),
    ];
    for (document, text) in cases {
        assert_eq!(parse(document.as_bytes()).unwrap().root().text(), Ok(text), "{document}");
    }
}

#[test]
fn attribute_values_are_normalised() {
    // XML 1.0 3.3.3: literal white space becomes a space, referenced white space stays.
    let tree = parse(b"<a b='1\t2\n3\r\n4\r5&#9;&#10;&#13;&quot;&lt;'/>").unwrap();
    assert_eq!(tree.root().attribute("b"), Some("1 2 3 4 5\t\n\r\"<"));
}

#[test]
fn a21_a_comment_or_instruction_does_not_cut_a_text_but_refuses_it() {
    for document in
        ["<a>admin<!-- -->.evil</a>", "<a><!-- -->x</a>", "<a>x<?p?></a>", "<a>x<b/></a>", "<a><b/></a>"]
    {
        let tree = parse(document.as_bytes()).unwrap();
        let error = tree.root().text().unwrap_err();
        assert_eq!(error.kind(), NotPlainText, "{document}");
        assert_eq!(document.as_bytes()[error.position().offset as usize], b'<', "{document}");
    }
}

#[test]
fn a22_cdata_and_references_make_one_text() {
    let tree = parse(b"<a>us<![CDATA[er]]>&#64;<![CDATA[x]]>.y</a>").unwrap();
    assert_eq!(tree.root().text(), Ok("user@x.y"));
}

#[test]
fn a17_an_attribute_with_a_prefix_is_not_found_by_its_local_name() {
    let tree = parse(b"<a p:ID='1' xmlns:p='urn:p'><b p:ID='1' ID='2' xmlns:p='urn:p'/></a>").unwrap();
    assert_eq!(tree.root().attribute("ID"), None);
    assert_eq!(tree.root().elements().next().unwrap().attribute("ID"), Some("2"));
}

#[test]
fn a18_an_identifier_that_is_there_twice_is_noticed_whatever_its_name() {
    let ambiguous = |document: &str| parse(document.as_bytes()).unwrap().ambiguous_identifier().is_some();
    assert!(ambiguous("<a ID='1'><b ID='1'/></a>"));
    assert!(ambiguous("<a ID='1'><b><c Id='1'/></b></a>"));
    assert!(ambiguous("<a ID='1'><b xml:id='1'/></a>"));
    assert!(ambiguous("<a ID='1'><b AssertionID='1'/></a>"));
    assert!(ambiguous("<a ID='1'><b p:ID='1' xmlns:p='urn:p'/></a>"));
    assert!(ambiguous("<a id='2'><b z='' ID='&#49;' Id=' 1 '/></a>"));
    assert!(!ambiguous("<a ID='1'><b ID='2' Name='1'/><c id='3'/></a>"));
}

#[test]
fn a30_names_are_expanded_and_compared_by_namespace() {
    let tree =
        parse(b"<p:a xmlns:p='urn:p' xmlns='urn:d'><a/><b xmlns=''/><q:a xmlns:q='urn:p'/></p:a>").unwrap();
    let names: Vec<_> = tree.root().descendants().map(|node| (node.namespace(), node.local_name())).collect();
    assert_eq!(names, [("urn:p", "a"), ("urn:d", "a"), ("", "b"), ("urn:p", "a")]);
}

#[test]
fn the_tree_is_walked_by_elements_attributes_and_parents() {
    let tree = parse(b"<a> <b><c/>x</b><!-- --><d f='1' e='2'/> </a>").unwrap();
    let root = tree.root();
    let names = |nodes: Vec<Node<'_>>| {
        nodes.iter().map(|node| node.local_name().chars().next().unwrap()).collect::<String>()
    };
    assert_eq!(names(root.elements().collect()), "bd");
    assert_eq!(names(root.descendants().collect()), "abcd");
    let (b, d) = (root.only_element("", "b").unwrap(), root.only_element("", "d").unwrap());
    assert_eq!((b.parent(), root.parent()), (Some(root), None));
    assert_ne!(b, d);
    assert!(root.has_only_elements() && !b.has_only_elements());
    assert!(root.has_comment_or_instruction() && !b.has_comment_or_instruction());
    let attributes: Vec<_> = d.attributes().map(|found| (found.local_name(), found.value())).collect();
    assert_eq!(attributes, [("e", "2"), ("f", "1")]);
}

#[test]
fn equal_elements_of_two_trees_are_not_the_same_element() {
    let (one, other) = (parse(b"<a/>").unwrap(), parse(b"<a/>").unwrap());
    assert_eq!(one.root(), one.root());
    assert_ne!(one.root(), other.root());
}

#[test]
fn errors_and_elements_tell_their_place() {
    let error: Error = parse("<a>\n é<b></a>".as_bytes()).unwrap_err();
    assert_eq!(error.position(), Position { line: 2, column: 6, offset: 10 });
    let tree = parse("\u{FEFF}<a>\n <b/></a>".as_bytes()).unwrap();
    assert_eq!(tree.root().elements().next().unwrap().position(), Position { line: 2, column: 2, offset: 8 });
}

#[test]
fn a52_bounds_are_errors() {
    let nested = |depth: usize| format!("{}{}", "<a>".repeat(depth), "</a>".repeat(depth));
    assert_eq!(refusal(nested(512).as_bytes()), None);
    assert_eq!(refusal(nested(513).as_bytes()), Some(TooDeep));
    let wide = |count: usize| format!("<a {}/>", (0..count).map(|n| format!("b{n}='' ")).collect::<String>());
    assert_eq!(refusal(wide(256).as_bytes()), None);
    assert_eq!(refusal(wide(257).as_bytes()), Some(TooManyAttributes));
    let many = format!("<a>{}</a>", "<b/>".repeat(500_000));
    assert_eq!(refusal(many.as_bytes()), Some(TooManyNodes));
    let spaces = |count: usize| {
        format!("<a>{}</a>", (0..count).map(|n| format!("<b xmlns='urn:{n}'/>")).collect::<String>())
    };
    assert_eq!(refusal(spaces(1_021).as_bytes()), None);
    assert_eq!(refusal(spaces(1_022).as_bytes()), Some(TooManyNamespaces));
    assert_eq!(refusal(format!("<{}/>", "a".repeat(1_025)).as_bytes()), Some(NameTooLong));
    assert_eq!(refusal(format!("<a>{}</a>", "x".repeat((4 << 20) + 1)).as_bytes()), Some(TextTooLong));
    assert_eq!(refusal(format!("<a b='{}'/>", "x".repeat((4 << 20) + 1)).as_bytes()), Some(TextTooLong));
    assert_eq!(refusal(format!("<a>{}</a>", " ".repeat(8 << 20)).as_bytes()), Some(TooLarge));
}

#[test]
fn a40_no_prefix_of_a_document_and_no_changed_byte_makes_the_reader_fail_otherwise() {
    let document =
        "<?xml version='1.0'?><p:a xmlns:p='urn:p' b='&lt;'><!-- c --><![CDATA[d]]>&#65;<?e f?></p:a>";
    for end in 0..document.len() {
        assert!(parse(&document.as_bytes()[..end]).is_err(), "{end}");
    }
    for at in 0..document.len() {
        for byte in [0, b'<', b'>', b'&', b'"', b'\'', b':', b'/', b'!', b'-', 0xFF] {
            let mut changed = Vec::from(document);
            changed[at] = byte;
            // Any verdict is right; a panic is not.
            if let Ok(tree) = parse(&changed) {
                assert!(tree.root().descendants().count() > 0);
            }
        }
    }
}
