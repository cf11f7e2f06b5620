//! Attacks on the signature itself, each by its number; `wrapping` has those on where it stands.

use super::*;

#[test]
fn a23_a_canonicalization_with_comments_needs_a_policy() {
    let tree = parse(vector!("dsig/with-comments.xml").as_bytes()).unwrap();
    assert_eq!(judge(with_id(&tree, "_a1")), Err(WithComments));
    assert!(verify(with_id(&tree, "_a1"), &keys(), &Policy::strict().with_comments()).is_ok());
    // A reference `#ID` leaves comments out before any transform (XML-DSig 4.4.3.3), so they are never hashed.
    let without = vector!("dsig/with-comments.xml").replacen("<!-- a comment -->", "", 1);
    let tree = parse(without.as_bytes()).unwrap();
    assert!(verify(with_id(&tree, "_a1"), &keys(), &Policy::strict().with_comments()).is_ok());
}

#[test]
fn a09_key_info_holds_descriptions_of_keys_only() {
    for hidden in [
        "<s:Assertion ID='b'/>",
        "<ds:X509Data><s:Assertion/></ds:X509Data>",
        "<ds:Object/>",
        "<ds:Signature/>",
        "<ds:RetrievalMethod URI='http://x/'/>",
    ] {
        let document = changed("<ds:KeyInfo>", &format!("<ds:KeyInfo>{hidden}"));
        assert_eq!(verdict(&document, "a"), Err(KeyInfo), "{hidden}");
    }
    assert_eq!(verdict(&changed("<ds:KeyInfo>", "<ds:KeyInfo><ds:KeyName>k</ds:KeyName>"), "a"), Ok(1));
    let document = signed();
    let key_info = part(&document, "<ds:KeyInfo>", "</ds:KeyInfo>");
    assert_eq!(verdict(&document.replace(key_info, ""), "a"), Ok(1));
}

#[test]
fn a10_a_digest_elsewhere_is_not_found() {
    let forged = sign(&response(&ASSERTION.replace("ann", "eve")), "a", &attacker()).unwrap();
    let digest = part(&forged, "<ds:DigestValue>", "</ds:DigestValue>");
    let smuggled = format!("<s:Issuer>idp</s:Issuer><p:Extensions xmlns:ds=\"{DS}\">{digest}</p:Extensions>");
    let document = changed("ann", "eve").replacen("<s:Issuer>idp</s:Issuer>", &smuggled, 1);
    assert_eq!(verdict(&document, "a"), Err(DigestMismatch));
    assert_eq!(
        verdict(&changed("<ds:DigestValue>", &format!("{digest}<ds:DigestValue>")), "a"),
        Err(UnexpectedContent)
    );
}

#[test]
fn a11_a_signature_over_something_else_proves_nothing_about_a_response() {
    let metadata = sign("<m:E xmlns:m='urn:m' ID='m'><m:F/></m:E>", "m", &rsa()).unwrap();
    let document = response(&metadata);
    assert_eq!(verdict(&document, "r"), Err(NotSigned));
    let tree = parse(document.as_bytes()).unwrap();
    let covered = verify(with_id(&tree, "m"), &keys(), &Policy::strict()).unwrap();
    assert!(covered.node().is("urn:m", "E"));
}

#[test]
fn a14_a_reserved_prefix_does_not_hide_the_signature() {
    for (from, to) in
        [("<ds:Signature ", "<ds:Signature xml:xmlns='urn:x' "), (" ID=\"a\"", " xmlns:xml='urn:x' ID=\"a\"")]
    {
        assert!(parse(changed(from, to).as_bytes()).is_err(), "{to}");
    }
}

#[test]
fn a17_only_an_unprefixed_id_is_referenced() {
    let prefixed = changed(" ID=\"a\"", " s:ID=\"a\"");
    let tree = parse(prefixed.as_bytes()).unwrap();
    assert_eq!(judge(tree.root().elements().nth(1).unwrap()), Err(MissingIdentifier));
    assert_eq!(verdict(&changed(" ID=\"a\"", " s:ID=\"a\" ID=\"b\""), "b"), Err(ForeignReference));
    assert_eq!(verdict(&changed(" URI=", " s:URI='#b' URI="), "a"), Err(UnexpectedAttribute));
}

#[test]
fn a19_there_is_one_of_everything_in_fixed_order() {
    let document = signed();
    let doubled = |start: &str, end: &str| {
        let once = part(&document, start, end);
        verdict(&document.replacen(once, &format!("{once}{once}"), 1), "a")
    };
    assert_eq!(doubled("<ds:SignedInfo>", "</ds:SignedInfo>"), Err(UnexpectedContent));
    assert_eq!(doubled("<ds:Reference ", "</ds:Reference>"), Err(SeveralReferences));
    assert_eq!(doubled("<ds:SignatureValue>", "</ds:SignatureValue>"), Err(UnexpectedContent));
    assert_eq!(doubled("<ds:KeyInfo>", "</ds:KeyInfo>"), Err(UnexpectedContent));
    assert_eq!(doubled("<ds:Transforms>", "</ds:Transforms>"), Err(UnexpectedContent));
    assert_eq!(doubled("<ds:DigestValue>", "</ds:DigestValue>"), Err(UnexpectedContent));
    assert_eq!(doubled("<ds:SignatureMethod ", "</ds:SignatureMethod>"), Err(UnexpectedContent));
    assert_eq!(doubled("<ds:Signature ", "</ds:Signature>"), Err(SeveralSignatures));
    let (info, value) = (
        part(&document, "<ds:SignedInfo>", "</ds:SignedInfo>"),
        part(&document, "<ds:SignatureValue>", "</ds:SignatureValue>"),
    );
    let swapped = document.replacen(&format!("{info}{value}"), &format!("{value}{info}"), 1);
    assert_eq!(verdict(&swapped, "a"), Err(UnexpectedContent));
}

#[test]
fn a20_a_comment_or_instruction_inside_the_signature_refuses_it() {
    for hidden in ["<!-- -->", "<?x?>"] {
        for place in ["<ds:DigestValue>", "<ds:SignatureValue>", "<ds:SignedInfo>", "</ds:X509Certificate>"] {
            assert_eq!(
                verdict(&changed(place, &format!("{place}{hidden}")), "a"),
                Err(CommentInSignature),
                "{place}"
            );
        }
    }
    let digest = part(&signed(), "<ds:DigestValue>", "</ds:DigestValue>").replace("</", "<ds:X/></");
    assert_eq!(
        verdict(&changed(part(&signed(), "<ds:DigestValue>", "</ds:DigestValue>"), &digest), "a"),
        Err(Xml(xml::ErrorKind::NotPlainText))
    );
}

#[test]
fn a21_a_comment_in_a_signed_value_does_not_pass_for_text() {
    // Canonicalization drops the comment, so the signature holds; the reader of the value refuses.
    let document = changed("ann", "an<!-- -->n");
    let tree = parse(document.as_bytes()).unwrap();
    let covered = verify(with_id(&tree, "a"), &keys(), &Policy::strict()).unwrap();
    assert_eq!(covered.elements().nth(1).unwrap().text().unwrap_err().kind(), xml::ErrorKind::NotPlainText);
}

#[test]
fn a22_cdata_and_references_are_hashed_and_read_as_the_same_text() {
    for spelled in ["<![CDATA[ann]]>", "a&#110;n", "a<![CDATA[n]]>&#x6E;"] {
        let document = changed("ann", spelled);
        let tree = parse(document.as_bytes()).unwrap();
        let covered = verify(with_id(&tree, "a"), &keys(), &Policy::strict()).unwrap();
        assert_eq!(covered.elements().nth(1).unwrap().text(), Ok("ann"), "{spelled}");
    }
}

#[test]
fn a29_spelling_that_changes_no_meaning_changes_no_verdict() {
    let document = signed().replace("<s:NameID>", "<s:NameID\n >").replace("</s:NameID>", "</s:NameID\t>");
    let document =
        document.replace(" xmlns:s=\"urn:s\" ID=\"a\"", " ID='a'   xmlns:s = 'urn:s' xmlns:unused='urn:u'");
    assert_eq!(verdict(&document, "a"), Ok(1));
    assert_eq!(verdict(&document.replace("</s:Issuer>\n", "</s:Issuer>"), "a"), Ok(1));
    assert_eq!(verdict(&document.replace("</s:NameID", " </s:NameID"), "a"), Err(DigestMismatch));
    assert_eq!(verdict(&document.replace("urn:s", "urn:t"), "a"), Err(DigestMismatch));
}

#[test]
fn a40_any_part_of_the_signature_can_be_missing() {
    let document = signed();
    let tree = parse(document.as_bytes()).unwrap();
    let signature = signature_of(with_id(&tree, "a")).unwrap();
    for node in signature.descendants() {
        let without = format!("{}{}", &document[..node.range().start], &document[node.range().end..]);
        let verdict = verdict(&without, "a");
        let is_description = ["KeyInfo", "X509Data", "X509Certificate"].contains(&node.local_name());
        assert_eq!(verdict.is_ok(), is_description, "{node:?}: {verdict:?}");
    }
    for attribute in [" Algorithm=", " URI="] {
        for (at, _) in document.match_indices(attribute) {
            let end = document[at + attribute.len() + 1..].find('"').unwrap() + at + attribute.len() + 2;
            let without = format!("{}{}", &document[..at], &document[end..]);
            assert_eq!(verdict(&without, "a"), Err(MissingAttribute), "{}", &document[at..end]);
        }
    }
}

#[test]
fn a46_the_key_in_the_message_is_not_used() {
    let forged = sign(&response(&ASSERTION.replace("ann", "eve")), "a", &attacker()).unwrap();
    assert_eq!(verdict(&forged, "a"), Err(SignatureMismatch));
    assert_eq!(verdict(vector!("dsig/another-key.xml"), "_a1"), Err(SignatureMismatch));
    let tree = parse(forged.as_bytes()).unwrap();
    let only_ec = &keys()[..1];
    assert_eq!(verify(with_id(&tree, "a"), only_ec, &Policy::strict()).unwrap_err().kind(), NoKey);
    assert_eq!(verify(with_id(&tree, "a"), &[], &Policy::strict()).unwrap_err().kind(), NoKey);
}

#[test]
fn a46_algorithms_off_the_list_are_refused_by_name() {
    let old = "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256";
    let sha256 = "http://www.w3.org/2001/04/xmlenc#sha256";
    for (from, to, kind) in [
        (old, "http://www.w3.org/2000/09/xmldsig#hmac-sha1", HmacAlgorithm),
        (old, "http://www.w3.org/2001/04/xmldsig-more#hmac-sha256", HmacAlgorithm),
        (old, "http://www.w3.org/2000/09/xmldsig#rsa-sha1", WeakAlgorithm),
        (old, "http://www.w3.org/2001/04/xmldsig-more#rsa-md5", WeakAlgorithm),
        (old, "http://www.w3.org/2000/09/xmldsig#dsa-sha1", WeakAlgorithm),
        (old, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha1", WeakAlgorithm),
        (old, "http://www.w3.org/2001/04/xmldsig-more#rsa-ripemd160", UnsupportedAlgorithm),
        (old, "", UnsupportedAlgorithm),
        (sha256, "http://www.w3.org/2000/09/xmldsig#sha1", WeakAlgorithm),
        (sha256, "http://www.w3.org/2001/04/xmldsig-more#md5", WeakAlgorithm),
        (sha256, "urn:none", UnsupportedAlgorithm),
        (sha256, "http://www.w3.org/2001/04/xmlenc#sha512", DigestLength),
    ] {
        assert_eq!(verdict(&changed(from, to), "a"), Err(kind), "{to}");
    }
    let document = changed("rsa-sha256\">", "rsa-sha256\"><ds:HMACOutputLength>1</ds:HMACOutputLength>");
    assert_eq!(verdict(&document, "a"), Err(UnexpectedContent));
}

#[test]
fn a47_no_signature_is_no_cover() {
    let document = signed();
    assert_eq!(verdict(&document.replace(signature(&document), ""), "a"), Err(NotSigned));
    assert_eq!(verdict(&document, "r"), Err(NotSigned));
    // Another namespace or name is no signature either.
    assert_eq!(verdict(&document.replace(DS, "urn:other"), "a"), Err(NotSigned));
}

#[test]
fn a48_a_reference_is_the_parent_by_its_id_and_nothing_else() {
    for (uri, kind) in [
        ("", ExternalReference),
        ("#", ExternalReference),
        ("a", ExternalReference),
        ("http://example.com/a.xml", ExternalReference),
        ("http://example.com/a.xml#a", ExternalReference),
        ("file:///etc/passwd", ExternalReference),
        ("#xpointer(/)", ExternalReference),
        ("#xpointer(id('a'))", ExternalReference),
        ("#%61", ExternalReference),
        ("# a", ExternalReference),
        ("#r", ForeignReference),
        ("#A", ForeignReference),
    ] {
        assert_eq!(verdict(&changed("URI=\"#a\"", &format!("URI=\"{uri}\"")), "a"), Err(kind), "{uri}");
    }
    let document = signed().replace("ID=\"a\"", "ID=\"a b\"").replace("#a", "#a b");
    assert_eq!(verdict(&document, "a b"), Err(InvalidIdentifier));
}

#[test]
fn a49_no_other_transform_and_no_other_order() {
    let document = signed();
    let enveloped = part(&document, "<ds:Transform A", "</ds:Transform>");
    let all = part(&document, "<ds:Transforms>", "</ds:Transforms>");
    let exclusive = &all["<ds:Transforms>".len() + enveloped.len()..all.len() - "</ds:Transforms>".len()];
    let other = |uri: &str| exclusive.replace("http://www.w3.org/2001/10/xml-exc-c14n#", uri);
    let transforms = |content: &[&str]| {
        document.replacen(all, &format!("<ds:Transforms>{}</ds:Transforms>", content.concat()), 1)
    };
    for uri in [
        "http://www.w3.org/TR/1999/REC-xslt-19991116",
        "http://www.w3.org/TR/1999/REC-xpath-19991116",
        "http://www.w3.org/2002/06/xmldsig-filter2",
        "http://www.w3.org/2000/09/xmldsig#base64",
        "http://www.w3.org/2000/09/xmldsig#enveloped-signature",
    ] {
        assert_eq!(verdict(&transforms(&[enveloped, &other(uri)]), "a"), Err(Transforms), "{uri}");
    }
    assert_eq!(verdict(&transforms(&[exclusive, enveloped]), "a"), Err(Transforms));
    assert_eq!(verdict(&transforms(&[exclusive]), "a"), Err(Transforms));
    assert_eq!(verdict(&transforms(&[enveloped, exclusive, exclusive]), "a"), Err(Transforms));
    assert_eq!(verdict(&transforms(&[]), "a"), Err(UnexpectedContent));
    let nested = enveloped.replace("></ds:Transform>", "><ds:XPath>1</ds:XPath></ds:Transform>");
    assert_eq!(verdict(&transforms(&[&nested, exclusive]), "a"), Err(UnexpectedContent));
    // An allowed change is noticed by the signature.
    assert_eq!(verdict(&transforms(&[enveloped]), "a"), Err(SignatureMismatch));
}

#[test]
fn a50_a_prefix_list_is_bounded_and_signed() {
    let document = vector!("dsig/prefix-list.xml");
    let list = |text: &str| {
        verdict(&document.replace("\"xs #default unused absent\"", &format!("\"{text}\"")), "_a1")
    };
    assert_eq!(list("xs #default unused absent"), Ok(1));
    assert_eq!(list("xs #default unused"), Err(SignatureMismatch));
    assert_eq!(list(&"p ".repeat(64)), Err(SignatureMismatch));
    assert_eq!(list(&"p ".repeat(65)), Err(PrefixList));
    assert_eq!(list("a:b"), Err(PrefixList));
    assert_eq!(list("&lt;"), Err(PrefixList));
    let inclusive = document.replace("xml-exc-c14n#\"><ec", "REC\"><ec");
    assert!(verdict(&inclusive, "_a1").is_err());
}

#[test]
fn a52_values_that_are_not_base64_are_refused() {
    let document = signed();
    let value = part(&document, "<ds:SignatureValue>", "</ds:SignatureValue>");
    let with = |text: &str| {
        verdict(&document.replacen(value, &format!("<ds:SignatureValue>{text}</ds:SignatureValue>"), 1), "a")
    };
    for text in ["", " ", "A", "AAA", "AAB=", "AA=A", "A-_A", "=AAA", "AAAA=", "AAAA\u{A0}", "%41AAA"] {
        assert_eq!(with(text), Err(Base64), "{text:?}");
    }
    assert_eq!(with("AAAA"), Err(SignatureMismatch));
    let spaced: Vec<_> = value["<ds:SignatureValue>".len()..].split_inclusive('+').collect();
    assert_eq!(
        verdict(&document.replacen(value, &format!("<ds:SignatureValue>{}", spaced.join(" \r\n\t")), 1), "a"),
        Ok(1)
    );
}

#[test]
fn attributes_that_xml_dsig_does_not_have_are_refused() {
    for name in [
        "Signature",
        "SignedInfo",
        "CanonicalizationMethod",
        "SignatureMethod",
        "Reference",
        "Transforms",
        "Transform",
        "DigestMethod",
        "DigestValue",
        "SignatureValue",
        "KeyInfo",
    ] {
        let document = signed();
        let found = [" ", ">"].iter().find_map(|end| document.find(&format!("<ds:{name}{end}")));
        let tag = found.unwrap() + "<ds:".len() + name.len();
        let document = format!("{} Evil=''{}", &document[..tag], &document[tag..]);
        assert_eq!(verdict(&document, "a"), Err(UnexpectedAttribute), "{name}");
    }
}

#[test]
fn a38_of_several_references_none_is_taken() {
    let document = signed();
    let reference = part(&document, "<ds:Reference ", "</ds:Reference>");
    for references in [
        format!("{reference}{}", reference.replace("#a", "#r")),
        format!("{}{reference}", reference.replace("#a", "#r")),
        format!("{reference}{reference}"),
    ] {
        let kind = verdict(&document.replacen(reference, &references, 1), "a").unwrap_err();
        assert!([SeveralReferences, ForeignReference].contains(&kind), "{kind}");
    }
}

#[test]
fn a39_a_signature_without_reference_or_value_is_none() {
    let document = signed();
    for (start, end) in [
        ("<ds:Reference ", "</ds:Reference>"),
        ("<ds:SignatureValue>", "</ds:SignatureValue>"),
        ("<ds:SignedInfo>", "</ds:SignedInfo>"),
    ] {
        assert_eq!(
            verdict(&document.replacen(part(&document, start, end), "", 1), "a"),
            Err(UnexpectedContent),
            "{start}"
        );
    }
}

#[test]
fn a15_the_digest_of_nothing_is_never_accepted() {
    // SHA-256 of the empty string, signed by the right key.
    let empty = BASE64_STANDARD.encode(ring::digest::digest(&ring::digest::SHA256, b""));
    let document = signed();
    let digest = part(&document, "<ds:DigestValue>", "</ds:DigestValue>");
    let void = document.replacen(digest, &format!("<ds:DigestValue>{empty}</ds:DigestValue>"), 1);
    let info = part(&void, "<ds:SignedInfo>", "</ds:SignedInfo>").replacen(
        "<ds:SignedInfo>",
        &format!("<ds:SignedInfo xmlns:ds=\"{DS}\">"),
        1,
    );
    let value = BASE64_STANDARD.encode(rsa().sign(Scheme::RsaSha256, info.as_bytes()).unwrap());
    let void = void.replacen(
        part(&void, "<ds:SignatureValue>", "</ds:SignatureValue>"),
        &format!("<ds:SignatureValue>{value}</ds:SignatureValue>"),
        1,
    );
    assert_eq!(verdict(&void, "a"), Err(DigestMismatch));
}

#[test]
fn a16_a_signature_over_nothing_stands_for_no_signed_info() {
    let document = signed();
    let value = BASE64_STANDARD.encode(rsa().sign(Scheme::RsaSha256, b"").unwrap());
    let golden = document.replacen(
        part(&document, "<ds:SignatureValue>", "</ds:SignatureValue>"),
        &format!("<ds:SignatureValue>{value}</ds:SignatureValue>"),
        1,
    );
    assert_eq!(verdict(&golden, "a"), Err(SignatureMismatch));
}

#[test]
fn an_ecdsa_signature_under_the_name_of_another_hash_does_not_hold() {
    let document = vector!("dsig/ecdsa-p256.xml");
    let p256 = keys().into_iter().next().unwrap();
    let verdict = |hash: &str| {
        let changed = document.replace("#ecdsa-sha256", hash);
        let tree = parse(changed.as_bytes()).unwrap();
        verify(with_id(&tree, "_a1"), core::slice::from_ref(&p256), &Policy::strict())
            .map(|covered| covered.key_index())
            .map_err(|error| error.kind())
    };
    assert_eq!(verdict("#ecdsa-sha256"), Ok(0));
    assert_eq!(verdict("#ecdsa-sha384"), Err(SignatureMismatch));
    // ring has no ECDSA with SHA-512.
    assert_eq!(verdict("#ecdsa-sha512"), Err(UnsupportedAlgorithm));
    assert_eq!(verdict("#ecdsa-sha224"), Err(UnsupportedAlgorithm));
    assert_eq!(verdict("#ecdsa-sha1"), Err(WeakAlgorithm));
}
