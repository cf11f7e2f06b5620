//! Genuine Responses as the identity providers of the market shape them: prefixes, default namespaces, signatures with
//! a PrefixList or a default namespace, repeated attributes, typed values, sub-second times. The shapes are those of
//! their public documentation and of samples that service providers publish; the values are ours.

use alloc::{format, string::String, vec::Vec};

use base64::{Engine, engine::general_purpose::STANDARD};
use ring::digest::{SHA256, digest};

use super::{ACS, EMAIL, Expected, IDP, SP, VerifiedAssertion, key, verify};
use crate::xml::{
    c14n::{Canonicalization, Method},
    parse,
};

const P: &str = "urn:oasis:names:tc:SAML:2.0:protocol";
const A: &str = "urn:oasis:names:tc:SAML:2.0:assertion";
const XS: &str = "http://www.w3.org/2001/XMLSchema";
const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";
const DS: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Signs the element `id` behind its Issuer, as another stack would write it: `prefix` is that of the signature (with
/// its colon, or none), `inclusive` the PrefixList.
fn sign_as(xml: &str, id: &str, prefix: &str, inclusive: &str) -> String {
    let p = prefix;
    let prefixes: Vec<&str> = inclusive.split_ascii_whitespace().collect();
    let tree = parse(xml.as_bytes()).unwrap();
    let element = tree.root().descendants().find(|node| node.attribute("ID") == Some(id)).unwrap();
    let at = element.elements().next().unwrap().range().end;
    let mut canonical = Vec::new();
    let form = Canonicalization::new(Method::Exclusive);
    form.with_prefixes(&prefixes).element(element, None, &mut canonical).unwrap();
    let value = STANDARD.encode(digest(&SHA256, &canonical));
    let exclusive = "http://www.w3.org/2001/10/xml-exc-c14n#";
    let list = match inclusive {
        "" => String::new(),
        list => format!("<ec:InclusiveNamespaces xmlns:ec=\"{exclusive}\" PrefixList=\"{list}\"/>"),
    };
    let declaration =
        if p.is_empty() { "xmlns".into() } else { format!("xmlns:{}", p.trim_end_matches(':')) };
    let signature = format!(
        "<{p}Signature {declaration}=\"{DS}\"><{p}SignedInfo>\n<{p}CanonicalizationMethod Algorithm=\"{exclusive}\"/>\
         <{p}SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#rsa-sha256\"/>\
         <{p}Reference URI=\"#{id}\"><{p}Transforms><{p}Transform Algorithm=\"{DS}enveloped-signature\"/>\
         <{p}Transform Algorithm=\"{exclusive}\">{list}</{p}Transform></{p}Transforms>\
         <{p}DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/><{p}DigestValue>{value}</{p}DigestValue>\
         </{p}Reference></{p}SignedInfo><{p}SignatureValue>\nVALUE\n</{p}SignatureValue>\
         <{p}KeyInfo><{p}X509Data><{p}X509Certificate>{}</{p}X509Certificate></{p}X509Data></{p}KeyInfo></{p}Signature>",
        key().certificate().to_base64()
    );
    let whole = format!("{}{signature}{}", &xml[..at], &xml[at..]);
    let tree = parse(whole.as_bytes()).unwrap();
    let signed_info = tree.root().descendants().filter(|node| node.is(DS, "SignedInfo"));
    let signed_info =
        signed_info.filter(|node| node.elements().any(|it| it.attribute("URI") == Some(&format!("#{id}"))));
    let mut canonical = Vec::new();
    form.element(signed_info.last().unwrap(), None, &mut canonical).unwrap();
    let value = STANDARD.encode(key().sign(key().default_scheme(), &canonical).unwrap());
    whole.replacen("VALUE", &value, 1)
}

#[track_caller]
fn accepted(vendor: &str, xml: &str) -> VerifiedAssertion {
    let login = match verify(xml, Expected::Unsolicited) {
        Ok(login) => login,
        Err(rejection) => panic!("{vendor}: {}", rejection.report()),
    };
    assert_eq!(login.subject(), EMAIL, "{vendor}");
    login
}

/// A Response with the prefixes and values of a shape: `p` and `a` are the prefixes with their colons.
struct Shape<'a> {
    p: &'a str,
    a: &'a str,
    response: &'a str,
    response_issuer: &'a str,
    assertion: &'a str,
    name_id: &'a str,
    data: &'a str,
    authn: &'a str,
    context: &'a str,
    attributes: &'a str,
}

impl Shape<'_> {
    fn xml(&self) -> String {
        let Shape { p, a, response, response_issuer, assertion, name_id, data, authn, context, attributes } =
            self;
        format!(
            "<{p}Response {response} ID=\"_r1\" Version=\"2.0\" IssueInstant=\"2026-03-01T10:00:00.123Z\" Destination=\"{ACS}\">\
             {response_issuer}<{p}Status><{p}StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></{p}Status>\
             <{a}Assertion {assertion} ID=\"_a1\" IssueInstant=\"2026-03-01T10:00:00.123Z\" Version=\"2.0\"><{a}Issuer>{IDP}</{a}Issuer>\
             <{a}Subject><{a}NameID {name_id}>{EMAIL}</{a}NameID><{a}SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:bearer\">\
             <{a}SubjectConfirmationData {data} NotOnOrAfter=\"2026-03-01T10:05:00.123Z\" Recipient=\"{ACS}\"/></{a}SubjectConfirmation></{a}Subject>\
             <{a}Conditions NotBefore=\"2026-03-01T09:55:00.123Z\" NotOnOrAfter=\"2026-03-01T11:00:00.123Z\"><{a}AudienceRestriction>\
             <{a}Audience>{SP}</{a}Audience></{a}AudienceRestriction></{a}Conditions>\
             <{a}AuthnStatement AuthnInstant=\"2026-03-01T09:58:00.000Z\" {authn}>{context}</{a}AuthnStatement>\
             {attributes}</{a}Assertion></{p}Response>"
        )
    }
}

fn class(a: &str, class: &str) -> String {
    format!(
        "<{a}AuthnContext><{a}AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:{class}</{a}AuthnContextClassRef></{a}AuthnContext>"
    )
}

const EMAIL_FORMAT: &str = "Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress\"";

#[test]
fn okta_declares_its_types_on_each_value_and_lists_their_prefix() {
    let value = format!("xmlns:xs=\"{XS}\" xmlns:xsi=\"{XSI}\" xsi:type=\"xs:string\"");
    let xml = Shape {
        p: "saml2p:",
        a: "saml2:",
        response: &format!("xmlns:saml2p=\"{P}\" xmlns:xs=\"{XS}\""),
        response_issuer: &format!("<saml2:Issuer xmlns:saml2=\"{A}\" Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">{IDP}</saml2:Issuer>"),
        assertion: &format!("xmlns:saml2=\"{A}\" xmlns:xs=\"{XS}\""),
        name_id: "Format=\"urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified\"",
        data: "",
        authn: "SessionIndex=\"id1700.5\"",
        context: &class("saml2:", "PasswordProtectedTransport"),
        attributes: &format!("<saml2:AttributeStatement><saml2:Attribute Name=\"groups\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified\"><saml2:AttributeValue {value}>Everyone</saml2:AttributeValue><saml2:AttributeValue {value}>R &amp; D</saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>"),
    }
    .xml();
    let both = sign_as(&sign_as(&xml, "_a1", "ds:", "xs"), "_r1", "ds:", "xs");
    assert_eq!(accepted("Okta", &both).attribute("groups"), ["Everyone", "R & D"]);
    accepted("Okta", &sign_as(&xml, "_a1", "ds:", "#default xs xsi"));
}

#[test]
fn entra_id_and_adfs_write_the_assertion_and_the_signature_without_prefix() {
    let claims = "http://schemas.xmlsoap.org/ws/2005/05/identity/claims";
    let attributes = |more: &str| {
        format!(
            "<AttributeStatement><Attribute Name=\"{claims}/emailaddress\"{more}><AttributeValue>{EMAIL}</AttributeValue></Attribute><Attribute Name=\"http://schemas.microsoft.com/ws/2008/06/identity/claims/groups\"><AttributeValue>g1</AttributeValue><AttributeValue>g2</AttributeValue></Attribute></AttributeStatement>"
        )
    };
    for (vendor, response, more, prefix) in [
        ("Entra ID", format!("xmlns:samlp=\"{P}\""), String::new(), ""),
        (
            "AD FS",
            format!("xmlns:samlp=\"{P}\" Consent=\"urn:oasis:names:tc:SAML:2.0:consent:unspecified\""),
            format!(
                " a:OriginalIssuer=\"{IDP}\" xmlns:a=\"http://schemas.xmlsoap.org/ws/2009/09/identity/claims\""
            ),
            "ds:",
        ),
    ] {
        let xml = Shape {
            p: "samlp:",
            a: "",
            response: &response,
            response_issuer: &format!("<Issuer xmlns=\"{A}\">{IDP}</Issuer>"),
            assertion: &format!("xmlns=\"{A}\""),
            name_id: EMAIL_FORMAT,
            data: "",
            authn: "SessionIndex=\"_a1\"",
            context: &class("", "Password"),
            attributes: &attributes(&more),
        }
        .xml();
        for message in
            [sign_as(&xml, "_a1", prefix, ""), sign_as(&sign_as(&xml, "_a1", prefix, ""), "_r1", prefix, "")]
        {
            let login = accepted(vendor, &message);
            assert_eq!(login.attribute(&format!("{claims}/emailaddress")), [EMAIL]);
            assert_eq!(login.attributes()[1].values, ["g1", "g2"]);
        }
    }
}

#[test]
fn google_and_jumpcloud_are_shaped_by_opensaml() {
    for (kind, scope) in [("xs:anyType", "_a1"), ("xs:string", "_r1")] {
        let xml = Shape {
            p: "saml2p:",
            a: "saml2:",
            response: &format!("xmlns:saml2p=\"{P}\""),
            response_issuer: &format!("<saml2:Issuer xmlns:saml2=\"{A}\">{IDP}</saml2:Issuer>"),
            assertion: &format!("xmlns:saml2=\"{A}\""),
            name_id: EMAIL_FORMAT,
            data: "",
            authn: "SessionIndex=\"_s1\" SessionNotOnOrAfter=\"2026-03-02T10:00:00.123Z\"",
            context: &class("saml2:", "unspecified"),
            attributes: &format!("<saml2:AttributeStatement><saml2:Attribute Name=\"firstname\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:basic\"><saml2:AttributeValue xmlns:xs=\"{XS}\" xmlns:xsi=\"{XSI}\" xsi:type=\"{kind}\">Zoë</saml2:AttributeValue></saml2:Attribute><saml2:Attribute Name=\"empty\"/></saml2:AttributeStatement>"),
        }
        .xml();
        let message = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"no\"?>{}",
            sign_as(&xml, scope, "ds:", "")
        );
        let login = accepted("Google, JumpCloud", &message);
        assert_eq!(
            (login.attribute("firstname"), login.attribute("empty").len()),
            (["Zoë".into()].as_slice(), 0)
        );
    }
}

#[test]
fn onelogin_and_ping_declare_everything_on_the_root_or_on_the_statement() {
    let xml = Shape {
        p: "samlp:",
        a: "saml:",
        response: &format!("xmlns:saml=\"{A}\" xmlns:samlp=\"{P}\""),
        response_issuer: &format!("<saml:Issuer>{IDP}</saml:Issuer>"),
        assertion: &format!("xmlns:xs=\"{XS}\" xmlns:xsi=\"{XSI}\""),
        name_id: EMAIL_FORMAT,
        data: "",
        authn: "SessionNotOnOrAfter=\"2026-03-02T10:00:30Z\" SessionIndex=\"_f00\"",
        context: &class("saml:", "PasswordProtectedTransport"),
        attributes: "<saml:AttributeStatement><saml:Attribute NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:basic\" Name=\"memberOf\"><saml:AttributeValue xsi:type=\"xs:string\"/></saml:Attribute></saml:AttributeStatement>",
    }
    .xml();
    assert_eq!(accepted("OneLogin", &sign_as(&xml, "_a1", "ds:", "")).attribute("memberOf"), [""]);
    let ping = xml.replace(
        "<saml:AttributeStatement>",
        &format!("<saml:AttributeStatement xmlns:xs=\"{XS}\" xmlns:xsi=\"{XSI}\">"),
    );
    accepted("Ping", &sign_as(&ping, "_r1", "ds:", "samlp saml xs"));
}

#[test]
fn keycloak_repeats_an_attribute_for_each_value() {
    let role = |role: &str| {
        format!(
            "<saml:Attribute FriendlyName=\"role\" Name=\"Role\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:basic\"><saml:AttributeValue xmlns:xs=\"{XS}\" xmlns:xsi=\"{XSI}\" xsi:type=\"xs:string\">{role}</saml:AttributeValue></saml:Attribute>"
        )
    };
    let xml = Shape {
        p: "samlp:",
        a: "saml:",
        response: &format!("xmlns:samlp=\"{P}\" xmlns:saml=\"{A}\""),
        response_issuer: &format!("<saml:Issuer>{IDP}</saml:Issuer>"),
        assertion: &format!("xmlns=\"{A}\""),
        name_id: EMAIL_FORMAT,
        data: "",
        authn: "SessionIndex=\"4d5e::0b2f\" SessionNotOnOrAfter=\"2026-03-01T20:00:00.123Z\"",
        context: &class("saml:", "unspecified"),
        attributes: &format!(
            "<saml:AttributeStatement>{}{}</saml:AttributeStatement>",
            role("viewer"),
            role("admin")
        ),
    }
    .xml();
    let both = sign_as(&sign_as(&xml, "_a1", "dsig:", ""), "_r1", "dsig:", "");
    assert_eq!(accepted("Keycloak", &both).attribute("Role"), ["viewer", "admin"]);
}

#[test]
fn shibboleth_sends_names_by_oid_a_name_id_as_a_value_and_where_the_browser_was() {
    let xml = Shape {
        p: "saml2p:",
        a: "saml2:",
        response: &format!("xmlns:saml2p=\"{P}\""),
        response_issuer: &format!("<saml2:Issuer xmlns:saml2=\"{A}\">{IDP}</saml2:Issuer>"),
        assertion: &format!("xmlns:saml2=\"{A}\" xmlns:xs=\"{XS}\""),
        name_id: &format!("Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:transient\" NameQualifier=\"{IDP}\" SPNameQualifier=\"{SP}\""),
        data: "Address=\"192.0.2.7\"",
        authn: "SessionIndex=\"_s\"",
        context: &format!("<saml2:SubjectLocality Address=\"192.0.2.7\"/>{}", class("saml2:", "PasswordProtectedTransport")),
        attributes: &format!("<saml2:AttributeStatement><saml2:Attribute FriendlyName=\"eduPersonTargetedID\" Name=\"urn:oid:1.3.6.1.4.1.5923.1.1.1.10\" NameFormat=\"urn:oasis:names:tc:SAML:2.0:attrname-format:uri\"><saml2:AttributeValue><saml2:NameID Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:persistent\" NameQualifier=\"{IDP}\">opaque</saml2:NameID></saml2:AttributeValue></saml2:Attribute></saml2:AttributeStatement>"),
    }
    .xml();
    let login = accepted("Shibboleth", &sign_as(&xml, "_r1", "ds:", "xs"));
    assert_eq!(login.attribute("urn:oid:1.3.6.1.4.1.5923.1.1.1.10"), ["opaque"]);
    assert_eq!(login.attributes()[0].friendly_name.as_deref(), Some("eduPersonTargetedID"));
}
