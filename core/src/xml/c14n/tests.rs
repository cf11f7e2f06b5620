use alloc::{format, string::String, vec::Vec};

use proptest::prelude::*;

use super::{Canonicalization, Method};
use crate::xml::{Error, ErrorKind, Node, parse};

fn document(form: Canonicalization<'_>, text: &str) -> String {
    let mut output = Vec::new();
    form.document(&parse(text.as_bytes()).unwrap(), &mut output).unwrap();
    String::from_utf8(output).unwrap()
}

/// The canonical form of the first element of this local name.
fn element(form: Canonicalization<'_>, text: &str, name: &str) -> Result<String, Error> {
    let tree = parse(text.as_bytes()).unwrap();
    let node = tree.root().descendants().find(|node| node.local_name() == name).unwrap();
    let mut output = Vec::new();
    form.element(node, None, &mut output)?;
    Ok(String::from_utf8(output).unwrap())
}

const ALL: [Method; 3] = [Method::Exclusive, Method::Inclusive10, Method::Inclusive11];
const EXCLUSIVE: Canonicalization<'_> = Canonicalization::new(Method::Exclusive);
const INCLUSIVE: Canonicalization<'_> = Canonicalization::new(Method::Inclusive10);
const INCLUSIVE11: Canonicalization<'_> = Canonicalization::new(Method::Inclusive11);

/// Canonical XML 1.0, 3.1, without its document type declaration.
const INSTRUCTIONS: &str = "<?xml version=\"1.0\"?>\n\n<?xml-stylesheet   href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n\n\n\n\
    <doc>Hello, world!<!-- Comment 1 --></doc>\n\n<?pi-without-data     ?>\n\n<!-- Comment 2 -->\n\n<!-- Comment 3 -->\n";

#[test]
fn w3c_c14n_3_1_instructions_comments_and_outside_of_the_document_element() {
    let without = "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello, world!</doc>\n<?pi-without-data?>";
    let with = "<?xml-stylesheet href=\"doc.xsl\"\n   type=\"text/xsl\"   ?>\n<doc>Hello, world!<!-- Comment 1 --></doc>\n\
        <?pi-without-data?>\n<!-- Comment 2 -->\n<!-- Comment 3 -->";
    for method in ALL {
        assert_eq!(document(Canonicalization::new(method), INSTRUCTIONS), without);
        assert_eq!(document(Canonicalization::new(method).with_comments(), INSTRUCTIONS), with);
    }
}

#[test]
fn w3c_c14n_3_2_white_space_in_content_stays() {
    let text = "<doc>\n   <clean>   </clean>\n   <dirty>   A   B   </dirty>\n   <mixed>\n      A\n      <clean>   </clean>\n      B\n      \
        <dirty>   A   B   </dirty>\n      C\n   </mixed>\n</doc>";
    assert_eq!(document(INCLUSIVE, text), text);
}

#[test]
fn w3c_c14n_3_3_start_and_end_tags() {
    // Without the declaration that gives e9 a default attribute.
    let text = r#"<doc>
   <e1   />
   <e2   ></e2>
   <e3   name = "elem3"   id="elem3"   />
   <e4   name="elem4"   id="elem4"   ></e4>
   <e5 a:attr="out" b:attr="sorted" attr2="all" attr="I'm"
      xmlns:b="http://www.ietf.org"
      xmlns:a="http://www.w3.org"
      xmlns="http://example.org"/>
   <e6 xmlns="" xmlns:a="http://www.w3.org">
      <e7 xmlns="http://www.ietf.org">
         <e8 xmlns="" xmlns:a="http://www.w3.org">
            <e9 xmlns="" xmlns:a="http://www.ietf.org"/>
         </e8>
      </e7>
   </e6>
</doc>"#;
    let canonical = r#"<doc>
   <e1></e1>
   <e2></e2>
   <e3 id="elem3" name="elem3"></e3>
   <e4 id="elem4" name="elem4"></e4>
   <e5 xmlns="http://example.org" xmlns:a="http://www.w3.org" xmlns:b="http://www.ietf.org" attr="I'm" attr2="all" b:attr="sorted" a:attr="out"></e5>
   <e6 xmlns:a="http://www.w3.org">
      <e7 xmlns="http://www.ietf.org">
         <e8 xmlns="">
            <e9 xmlns:a="http://www.ietf.org"></e9>
         </e8>
      </e7>
   </e6>
</doc>"#;
    assert_eq!(document(INCLUSIVE, text), canonical);
    assert_eq!(document(INCLUSIVE11, text), canonical);
}

/// Canonical XML 1.0 1.1: double quotes, one space, sorted attributes. What already stands so is copied whole; everything
/// else must come out the same.
#[test]
fn a_start_tag_that_stands_in_canonical_form_comes_out_as_one_that_does_not() {
    let canonical = r#"<a b="1" c="x > 'y'"><d e="2"></d></a>"#;
    for written in [
        canonical,
        r#"<a  b="1" c="x > 'y'"><d e="2"></d></a>"#,
        "<a b=\"1\"\nc=\"x > 'y'\"><d\te=\"2\"></d></a>",
        r#"<a b="1" c="x > 'y'" ><d e="2" ></d ></a>"#,
        r#"<a b='1' c="x > 'y'"><d e='2'></d></a>"#,
        r#"<a b = "1" c= "x > 'y'"><d e ="2"></d></a>"#,
        r#"<a c="x > 'y'" b="1"><d e="2"></d></a>"#,
        r#"<a b="1" c="x &gt; &#39;y&apos;"><d e="&#50;"></d></a>"#,
        "<a b=\"1\" c=\"x\n>\t'y'\"><d e=\"2\"></d></a>",
        r#"<a b="1" c="x > 'y'"><d e="2"/></a>"#,
        r#"<a xmlns:unused="urn:u" b="1" c="x > 'y'"><d xmlns="" e="2"></d></a>"#,
    ] {
        let exclusive = Canonicalization::new(Method::Exclusive);
        assert_eq!(element(exclusive, written, "a").as_deref(), Ok(canonical), "{written}");
    }
}

/// XML 1.0 2.11 and Canonical XML 1.0 2.3: line ends first, then what a text must not hold as it is.
#[test]
fn a_text_that_needs_nothing_comes_out_as_one_that_needs_something() {
    for (written, canonical) in [
        ("plain ]] ' \"", "plain ]] ' \""),
        ("a > b", "a &gt; b"),
        ("a ]]&gt; b", "a ]]&gt; b"),
        ("a\r\nb\rc", "a\nb\nc"),
        ("a > b\r\n> c", "a &gt; b\n&gt; c"),
        ("a\rb&#13;c", "a\nb&#xD;c"),
        ("a<![CDATA[<&>]]>b", "a&lt;&amp;&gt;b"),
        ("<![CDATA[]]>a<![CDATA[]]>", "a"),
        ("a<!-- -->b<?p?>c", "ab<?p?>c"),
        ("\u{1F600} > \u{E9}", "\u{1F600} &gt; \u{E9}"),
    ] {
        let form = Canonicalization::new(Method::Exclusive);
        let expected = format!("<a>{canonical}</a>");
        assert_eq!(element(form, &format!("<a>{written}</a>"), "a"), Ok(expected), "{written:?}");
    }
}

#[test]
fn w3c_c14n_3_4_character_modifications_and_references() {
    // Without the attributes of type ID and NMTOKENS.
    let text = "<doc>\n   <text>First line&#x0d;&#10;Second line</text>\n   <value>&#x32;</value>\n   \
        <compute><![CDATA[value>\"0\" && value<\"10\" ?\"valid\":\"error\"]]></compute>\n   \
        <compute expr='value>\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"'>valid</compute>\n   \
        <norm attr=' &apos;   &#x20;&#13;&#xa;&#9;   &apos; '/>\n</doc>";
    let canonical = "<doc>\n   <text>First line&#xD;\nSecond line</text>\n   <value>2</value>\n   \
        <compute>value&gt;\"0\" &amp;&amp; value&lt;\"10\" ?\"valid\":\"error\"</compute>\n   \
        <compute expr=\"value>&quot;0&quot; &amp;&amp; value&lt;&quot;10&quot; ?&quot;valid&quot;:&quot;error&quot;\">valid</compute>\n   \
        <norm attr=\" '    &#xD;&#xA;&#x9;   ' \"></norm>\n</doc>";
    assert_eq!(document(INCLUSIVE, text), canonical);
}

#[test]
fn w3c_c14n_3_6_utf8() {
    assert_eq!(
        document(INCLUSIVE, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<doc>&#169;</doc>"),
        "<doc>\u{A9}</doc>"
    );
}

/// Exclusive XML Canonicalization 1.0, 2.2: an element in two surroundings.
const FIRST: &str = r#"<n0:local xmlns:n0="foo:bar" xmlns:n3="ftp://example.org"><n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n0:local>"#;
const SECOND: &str = r#"<n2:pdu xmlns:n1="http://example.com" xmlns:n2="http://foo.example" xml:lang="fr" xml:space="retain"><n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"/></n1:elem2></n2:pdu>"#;

#[test]
fn w3c_exc_c14n_2_2_the_surroundings_do_not_matter_exclusively() {
    let canonical = r#"<n1:elem2 xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>"#;
    assert_eq!(element(EXCLUSIVE, FIRST, "elem2").unwrap(), canonical);
    assert_eq!(element(EXCLUSIVE, SECOND, "elem2").unwrap(), canonical);
    let first = r#"<n1:elem2 xmlns:n0="foo:bar" xmlns:n1="http://example.net" xmlns:n3="ftp://example.org" xml:lang="en"><n3:stuff></n3:stuff></n1:elem2>"#;
    assert_eq!(element(INCLUSIVE, FIRST, "elem2").unwrap(), first);
    let second = r#"<n1:elem2 xmlns:n1="http://example.net" xmlns:n2="http://foo.example" xml:lang="en" xml:space="retain"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>"#;
    assert_eq!(element(INCLUSIVE, SECOND, "elem2").unwrap(), second);
}

#[test]
fn a50_prefixes_of_the_list_are_treated_inclusively() {
    let list = |prefixes| element(EXCLUSIVE.with_prefixes(prefixes), FIRST, "elem2").unwrap();
    assert_eq!(
        list(&["n0"]),
        r#"<n1:elem2 xmlns:n0="foo:bar" xmlns:n1="http://example.net" xml:lang="en"><n3:stuff xmlns:n3="ftp://example.org"></n3:stuff></n1:elem2>"#
    );
    assert_eq!(
        list(&["n3", "absent"]),
        r#"<n1:elem2 xmlns:n1="http://example.net" xmlns:n3="ftp://example.org" xml:lang="en"><n3:stuff></n3:stuff></n1:elem2>"#
    );
    let text = r#"<a xmlns="urn:d" xmlns:p="urn:p"><p:b><p:c xmlns=""><d/></p:c></p:b></a>"#;
    assert_eq!(
        element(EXCLUSIVE.with_prefixes(&["#default"]), text, "b").unwrap(),
        r#"<p:b xmlns="urn:d" xmlns:p="urn:p"><p:c xmlns=""><d></d></p:c></p:b>"#
    );
    assert_eq!(element(EXCLUSIVE, text, "b").unwrap(), r#"<p:b xmlns:p="urn:p"><p:c><d></d></p:c></p:b>"#);
}

#[test]
fn canonical_xml_1_1_inherits_no_id_and_joins_bases() {
    let text = r#"<a xml:id="i" xml:lang="en"><b xml:space="default" z="1" xmlns:p="urn:p" p:y=""/></a>"#;
    assert_eq!(
        element(INCLUSIVE, text, "b").unwrap(),
        r#"<b xmlns:p="urn:p" z="1" xml:id="i" xml:lang="en" xml:space="default" p:y=""></b>"#
    );
    assert_eq!(
        element(INCLUSIVE11, text, "b").unwrap(),
        r#"<b xmlns:p="urn:p" z="1" xml:lang="en" xml:space="default" p:y=""></b>"#
    );
    let based = r#"<a xml:base="http://x/"><b/></a>"#;
    assert_eq!(element(INCLUSIVE, based, "b").unwrap(), r#"<b xml:base="http://x/"></b>"#);
    assert_eq!(element(INCLUSIVE11, based, "b").unwrap(), r#"<b xml:base="http://x/"></b>"#);
    // Canonical XML 1.1, 3.8, without its document type declaration, and what 2.4 says of an empty result.
    let subset = r#"<doc xmlns="http://www.ietf.org" xmlns:w3c="http://www.w3.org" xml:base="something/else"><e1><e2 xmlns="" xml:id="abc" xml:base="bar/" xml:space="preserve"><e3 id="E3" xml:base="foo"/></e2></e1></doc>"#;
    let e3 = r#"<e3 xmlns:w3c="http://www.w3.org" id="E3" xml:base="something/bar/foo" xml:space="preserve"></e3>"#;
    assert_eq!(element(INCLUSIVE11, subset, "e3").unwrap(), e3);
    let up = r#"<a xml:base="abc/"><b xml:base="../"/></a>"#;
    assert_eq!(element(INCLUSIVE11, up, "b").unwrap(), "<b></b>");
    let long = format!("<a xml:base='{0}/'><b xml:base='{0}'/></a>", "x".repeat(2_048));
    assert_eq!(element(INCLUSIVE11, &long, "b").unwrap_err().kind(), ErrorKind::InheritedBase);
    assert_eq!(element(INCLUSIVE11, based, "a").unwrap(), r#"<a xml:base="http://x/"><b></b></a>"#);
}

#[test]
fn a_declaration_of_the_prefix_xml_is_never_written() {
    // Canonical XML 1.0 2.3, "Namespace Axis": the node of `xml` is ignored where it is what it always is.
    let text = r#"<a xmlns:xml="http://www.w3.org/XML/1998/namespace" xml:lang="en"><b xml:space="default"></b></a>"#;
    let written = r#"<a xml:lang="en"><b xml:space="default"></b></a>"#;
    for form in [EXCLUSIVE, EXCLUSIVE.with_prefixes(&["xml"]), INCLUSIVE, INCLUSIVE11] {
        assert_eq!(element(form, text, "a").unwrap(), written);
    }
}

#[test]
fn namespace_names_are_escaped_as_attributes_are() {
    // Canonical XML 1.0 2.3, "Namespace Nodes". libxml2 writes the bare `&`, which is not well-formed.
    let text = r#"<p:a xmlns:p="urn:x?a&amp;b"></p:a>"#;
    assert_eq!(document(EXCLUSIVE, text), text);
    assert_eq!(document(INCLUSIVE, text), text);
}

#[test]
fn one_element_can_be_left_out_and_what_is_not_inside_changes_nothing() {
    let tree = parse(b"<a xmlns:p='urn:p'>1<p:b><c/></p:b>2<p:d/></a>").unwrap();
    let nodes: Vec<Node<'_>> = tree.root().descendants().collect();
    let written = |node: usize, without: usize| {
        let mut output = Vec::new();
        EXCLUSIVE
            .element(nodes[node], Some(nodes[without]), &mut output)
            .map(|()| String::from_utf8(output).unwrap())
    };
    assert_eq!(written(0, 1).unwrap(), r#"<a>12<p:d xmlns:p="urn:p"></p:d></a>"#);
    assert_eq!(written(3, 1).unwrap(), r#"<p:d xmlns:p="urn:p"></p:d>"#);
    let twin = parse(b"<a xmlns:p='urn:p'>1<p:b><c/></p:b>2<p:d/></a>").unwrap();
    let mut output = Vec::new();
    EXCLUSIVE.element(nodes[1], Some(twin.root().elements().next().unwrap()), &mut output).unwrap();
    assert_eq!(output, br#"<p:b xmlns:p="urn:p"><c></c></p:b>"#);
}

#[test]
fn a15_a16_nothing_written_is_an_error() {
    let tree = parse(b"<a>x</a>").unwrap();
    let mut output = Vec::new();
    let error = EXCLUSIVE.element(tree.root(), Some(tree.root()), &mut output).unwrap_err();
    assert_eq!((error.kind(), output.len()), (ErrorKind::NothingCanonical, 0));
}

#[test]
fn deep_documents_do_not_exhaust_the_stack() {
    let text = format!("{}{}", "<a xmlns='urn:1'><a xmlns='urn:2'>".repeat(256), "</a>".repeat(512));
    for method in ALL {
        assert_eq!(document(Canonicalization::new(method), &text), text.replace('\'', "\""));
    }
}

#[test]
fn long_runs_arrive_whole_in_the_sink() {
    let long = "0123456789".repeat(3_000);
    let text = format!("<a  b='{long}'>{long}<c>{long}&gt;</c></a >");
    assert_eq!(document(INCLUSIVE, &text), format!("<a b=\"{long}\">{long}<c>{long}&gt;</c></a>"));
}

/// Documents with what canonicalization is about, from a few letters.
fn generated() -> impl Strategy<Value = String> {
    let name = prop_oneof![Just("a"), Just("p:a"), Just("q:b"), Just("b")];
    let attribute = prop_oneof![
        Just(" x='1'"),
        Just(" p:x = \"&lt;&quot;\""),
        Just("\n q:y='\"&#9;'"),
        Just(" xmlns='urn:1'"),
        Just(" xmlns=''"),
        Just(" xmlns:p='urn:2'"),
        Just(" xmlns:q='urn:3'"),
        Just(" xml:lang='en'"),
        Just(" a='&amp;\r\n'"),
        Just("  "),
    ];
    let text = prop_oneof![
        Just("t"),
        Just("&gt;>"),
        Just("<![CDATA[<&]]>"),
        Just("\r\n"),
        Just("&#13;é😀"),
        Just("<!-- c -->"),
        Just("<?p  d ?>")
    ];
    let leaf = text.prop_map(String::from);
    let tree = leaf.prop_recursive(5, 40, 4, move |inner| {
        (
            name.clone(),
            proptest::collection::vec(attribute.clone(), 0..4),
            proptest::collection::vec(inner, 0..4),
        )
            .prop_map(|(name, attributes, content)| {
                format!("<{name}{}>{}</{name}>", attributes.concat(), content.concat())
            })
    });
    tree.prop_map(|content| format!("<r xmlns:p='urn:p' xmlns:q='urn:q'>{content}</r>"))
}

proptest! {
    #[test]
    fn the_canonical_form_of_the_canonical_form_is_itself(text in generated()) {
        // Attributes may be there twice; such a document is refused and says nothing here.
        prop_assume!(parse(text.as_bytes()).is_ok());
        for method in ALL {
            for form in [Canonicalization::new(method), Canonicalization::new(method).with_comments()] {
                let once = document(form, &text);
                prop_assert_eq!(document(form, &once), once);
            }
        }
    }
}
