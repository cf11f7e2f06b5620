//! Signatures that do not prove what the message says: made by others, over something else, by methods that prove nothing.

use heap_identity::dsig;

use super::{Case, Hostile};
use crate::message::{
    DS, EXCLUSIVE, Message, Scope, Style, elliptic_key, idp_key, other_key, replace, signed,
};

const SHAPE: &str = "saml.signature_shape";
const ALGORITHM: &str = "saml.signature_algorithm";
const REFERENCE: &str = "saml.signature_reference";
const VALUE: &str = "saml.signature_value";
const DIGEST: &str = "saml.signature_digest";
const FOREIGN: &str = "saml.foreign_content";

/// What the key of the identity provider signs as it stands: SignedInfo with one thing written otherwise.
const SIGNED_INFO: &[(&str, &str, &str, &str)] = &[
    ("RSA with SHA-1", ALGORITHM, "2001/04/xmldsig-more#rsa-sha256", "2000/09/xmldsig#rsa-sha1"),
    ("RSA with MD5", ALGORITHM, "xmldsig-more#rsa-sha256", "xmldsig-more#rsa-md5"),
    ("a digest by SHA-1", ALGORITHM, "2001/04/xmlenc#sha256", "2000/09/xmldsig#sha1"),
    ("an HMAC with the public key", ALGORITHM, "xmldsig-more#rsa-sha256", "xmldsig-more#hmac-sha256"),
    ("a method that does not exist", ALGORITHM, "xmldsig-more#rsa-sha256", "xmldsig-more#none"),
    (
        "canonical form with comments",
        ALGORITHM,
        "xml-exc-c14n#\"/><ds:Sig",
        "xml-exc-c14n#WithComments\"/><ds:Sig",
    ),
    (
        "a transform that keeps comments",
        ALGORITHM,
        "xml-exc-c14n#\"/></ds:Tr",
        "xml-exc-c14n#WithComments\"/></ds:Tr",
    ),
    (
        "a transform by XPath",
        ALGORITHM,
        "xml-exc-c14n#\"/></ds:Tr",
        "TR/1999/REC-xpath-19991116\"><ds:XPath>not(ancestor::x)</ds:XPath></ds:Transform></ds:Tr",
    ),
    (
        "a transform by XPath filter",
        ALGORITHM,
        "2001/10/xml-exc-c14n#\"/></ds:Tr",
        "2002/06/xmldsig-filter2\"/></ds:Tr",
    ),
    (
        "a transform by XSLT",
        ALGORITHM,
        "2001/10/xml-exc-c14n#\"/></ds:Tr",
        "TR/1999/REC-xslt-19991116\"><stylesheet xmlns=\"http://www.w3.org/1999/XSL/Transform\"/></ds:Transform></ds:Tr",
    ),
    (
        "a transform by base64",
        ALGORITHM,
        "2001/10/xml-exc-c14n#\"/></ds:Tr",
        "2000/09/xmldsig#base64\"/></ds:Tr",
    ),
    ("a reference to the whole document", REFERENCE, "URI=\"#_a\"", "URI=\"\""),
    ("a reference to elsewhere", REFERENCE, "URI=\"#_a\"", "URI=\"https://evil.example/x\""),
    ("a reference by XPointer", REFERENCE, "URI=\"#_a\"", "URI=\"#xpointer(id('_a'))\""),
    ("a reference to a file", REFERENCE, "URI=\"#_a\"", "URI=\"file:///etc/passwd\""),
    ("a reference to the Response", REFERENCE, "URI=\"#_a\"", "URI=\"#_r\""),
    ("a reference without URI", SHAPE, " URI=\"#_a\"", ""),
    ("two references", REFERENCE, "</ds:SignedInfo>", "<ds:Reference URI=\"#_r\"/></ds:SignedInfo>"),
    ("a transform beside the list", ALGORITHM, "<ds:Transforms>", "<ds:Transform/><ds:Transforms>"),
    (
        "a cut HMAC length",
        SHAPE,
        "rsa-sha256\"/>",
        "rsa-sha256\"><ds:HMACOutputLength>8</ds:HMACOutputLength></ds:SignatureMethod>",
    ),
    ("a comment in the digest", SHAPE, "</ds:DigestValue>", "<!-- x --></ds:DigestValue>"),
    ("two digests", SHAPE, "<ds:DigestValue>", "<ds:DigestValue>AAAA</ds:DigestValue><ds:DigestValue>"),
    ("a digest of nothing", SHAPE, "</ds:DigestValue>", "AAAA</ds:DigestValue>"),
    ("a foreign element in SignedInfo", SHAPE, "<ds:SignatureMethod", "<x/><ds:SignatureMethod"),
];

/// What anybody can write otherwise once the signature is made.
const SIGNATURE: &[(&str, &str, &str, &str)] = &[
    ("a second SignedInfo", SHAPE, "<ds:SignatureValue>", "<ds:SignedInfo/><ds:SignatureValue>"),
    ("an Object", SHAPE, "</ds:Signature>", "<ds:Object/></ds:Signature>"),
    (
        "an Assertion in an Object",
        FOREIGN,
        "</ds:Signature>",
        "<ds:Object><saml:Assertion/></ds:Object></ds:Signature>",
    ),
    ("an empty value", SHAPE, "<ds:SignatureValue>", "<ds:SignatureValue/><ds:SignatureValue>"),
    ("a value that is not base64", SHAPE, "<ds:SignatureValue>", "<ds:SignatureValue>!"),
    (
        "a second signature",
        "saml.schema",
        "</ds:Signature>",
        "</ds:Signature><ds:Signature xmlns:ds=\"http://www.w3.org/2000/09/xmldsig#\"/>",
    ),
    (
        "a reference to fetch a key",
        SHAPE,
        "<ds:X509Data>",
        "<ds:RetrievalMethod URI=\"https://evil.example/k\"/><ds:X509Data>",
    ),
    ("a changed name", DIGEST, "alice@", "admin@"),
    (
        "a changed time",
        DIGEST,
        "NotOnOrAfter=\"2026-03-01T10:05:00Z\"",
        "NotOnOrAfter=\"2027-03-01T10:05:00Z\"",
    ),
    ("a comment in the name", "saml.schema", "alice@", "alice@<!-- x -->"),
    ("an instruction in the name", "saml.schema", "alice@", "alice@<?x?>"),
];

pub fn cases() -> Vec<Hostile> {
    let mut cases = Vec::new();
    let unsigned = Message::default().xml();
    for (name, code, from, to) in SIGNED_INFO {
        let style = Style { signed_info: vec![(*from, (*to).to_owned())], ..Style::of(idp_key()) };
        cases.push((Case::new(name, &style.sign(&unsigned, Scope::Assertion)), *code));
    }
    for (name, code, from, to) in SIGNATURE {
        let style = Style { signature: vec![(*from, (*to).to_owned())], ..Style::of(idp_key()) };
        cases.push((Case::new(name, &style.sign(&unsigned, Scope::Assertion)), *code));
    }
    cases.extend(other_keys());
    cases.extend(beside());
    cases
}

fn other_keys() -> Vec<Hostile> {
    let genuine = Message::default();
    let unsigned = genuine.xml();
    let own = Style::of(idp_key());
    let as_if = Style { key_info: own.key_info.clone(), ..Style::of(other_key()) };
    let mut changed = signed(&genuine, Scope::Both);
    replace(&mut changed, "<samlp:Status>", "<samlp:Status> ");
    let mut other_outside = own.sign(&unsigned, Scope::Assertion);
    replace(&mut other_outside, "</saml:Issuer><samlp:Status>", "</saml:Issuer>[_r]<samlp:Status>");
    let mut other_inside =
        dsig::sign(&unsigned.replace("[_r]", "").replace("[_a]", ""), "_a", &other_key()).unwrap();
    other_inside = dsig::sign(&other_inside, "_r", &idp_key()).unwrap();
    let transforms =
        "<ds:Transform Algorithm=\"http://www.w3.org/2000/09/xmldsig#enveloped-signature\"/>".repeat(5_000);
    let many = Style {
        signed_info: vec![("</ds:Transforms>", transforms + "</ds:Transforms>")],
        ..Style::of(idp_key())
    };
    vec![
        (Case::new("no signature", &own.sign(&unsigned, Scope::Nothing)), "saml.signed"),
        (
            Case::new(
                "the key of an attacker, brought along",
                &Style::of(other_key()).sign(&unsigned, Scope::Both),
            ),
            VALUE,
        ),
        (
            Case::new(
                "the key of an attacker, under the trusted certificate",
                &as_if.sign(&unsigned, Scope::Both),
            ),
            VALUE,
        ),
        (
            Case::new("a key of another kind", &Style::of(elliptic_key()).sign(&unsigned, Scope::Assertion)),
            VALUE,
        ),
        (
            Case::new("a stale certificate is configured", &signed(&genuine, Scope::Both))
                .with("cert", include_str!("../vectors/keys/rsa2048-other.cert.pem")),
            VALUE,
        ),
        (
            Case::new("no certificate is configured", &signed(&genuine, Scope::Both))
                .with("cert", serde_json::Value::Null),
            VALUE,
        ),
        (
            Case::new(
                "a Response signed by another around an Assertion signed by us",
                &Style::of(other_key()).sign(&other_outside, Scope::Response),
            ),
            VALUE,
        ),
        (Case::new("an Assertion signed by another inside a Response signed by us", &other_inside), VALUE),
        (Case::new("a signed Response with white space more", &changed), DIGEST),
        (Case::new("5,000 transforms", &many.sign(&unsigned, Scope::Assertion)), ALGORITHM),
    ]
}

/// Content that was never signed, added to what was.
const BESIDE: &[(&str, &str, &str, &str)] = &[
    (
        "an encrypted Assertion beside the signed one",
        "saml.not_encrypted",
        "</samlp:Response>",
        "<saml:EncryptedAssertion><x xmlns=\"\"/></saml:EncryptedAssertion></samlp:Response>",
    ),
    (
        "an encrypted Assertion before the signed one",
        "saml.not_encrypted",
        "<saml:Assertion",
        "<saml:EncryptedAssertion><x xmlns=\"\"/></saml:EncryptedAssertion><saml:Assertion",
    ),
    (
        "an ID on a foreign element",
        FOREIGN,
        "<samlp:Status>",
        "<samlp:Extensions><x xmlns=\"\" id=\"_x\"/></samlp:Extensions><samlp:Status>",
    ),
    (
        "the same ID as xml:id",
        "saml.unique_ids",
        "<samlp:Status>",
        "<samlp:Extensions><x xmlns=\"\" xml:id=\"_a\"/></samlp:Extensions><samlp:Status>",
    ),
    ("an ID of another namespace", FOREIGN, "<samlp:Response ", "<samlp:Response samlp:ID=\"_x\" "),
    ("Response and Assertion of one ID", "saml.unique_ids", "\"_r\"", "\"_a\""),
    (
        "a Status in the Extensions",
        FOREIGN,
        "<samlp:Status>",
        "<samlp:Extensions><samlp:Status/></samlp:Extensions><samlp:Status>",
    ),
];

fn beside() -> Vec<Hostile> {
    let genuine = signed(&Message::default(), Scope::Assertion);
    let edited = BESIDE.iter().map(|(name, code, from, to)| {
        let mut xml = genuine.clone();
        replace(&mut xml, from, to);
        (Case::new(name, &xml), *code)
    });
    let whole = include_str!("../vectors/xmlenc/gcm256-mgf1p.xml");
    let metadata = format!(
        "<md:EntityDescriptor xmlns:md=\"urn:oasis:names:tc:SAML:2.0:metadata\" xmlns:ds=\"{DS}\" xmlns:ec=\"{EXCLUSIVE}\" ID=\"_a\"/>"
    );
    let inclusive = "http://www.w3.org/TR/2001/REC-xml-c14n-20010315";
    let listed = Style { listed: "xs", method_uri: inclusive, ..Style::of(idp_key()) };
    let others = [
        (Case::new("an encrypted Assertion without a key", whole), "saml.decryption_key"),
        (
            Case::new(
                "a PrefixList of another method",
                &listed.sign(&Message::default().xml(), Scope::Assertion),
            ),
            SHAPE,
        ),
        (Case::new("metadata in place of a Response", &metadata), "saml.response"),
    ];
    edited.chain(others).collect()
}
