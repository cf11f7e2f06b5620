//! What identity providers send and standards allow, however odd it looks.

use base64::{Engine, prelude::BASE64_STANDARD};
use heap_identity::xml::c14n::Method;
use serde_json::json;

use super::{CERTIFICATE, Case};
use crate::{
    message::{ACS, EMAIL, IDP, Message, SP, Scope, Style, elliptic_key, idp_key, replace, signed},
    misdirected::answer,
};

type Change = fn(&mut Message);

const XSI: &str = "http://www.w3.org/2001/XMLSchema-instance";

/// Of content: what may be said otherwise.
const CONTENT: &[(&str, Scope, Change)] = &[
    ("no Destination on an unsigned Response", Scope::Assertion, |m| {
        replace(&mut m.response, &format!(" Destination=\"{ACS}\""), "");
    }),
    ("no Issuer of the Response", Scope::Assertion, |m| m.response_issuer.clear()),
    // saml-profiles 4.1.4.2 demands one there, and D17 takes it where it is present: the Assertion has its own.
    ("no Issuer of a signed Response", Scope::Response, |m| m.response_issuer.clear()),
    ("no Issuer of a Response that is signed with its Assertion", Scope::Both, |m| m.response_issuer.clear()),
    ("Issuers that say they are entities", Scope::Both, |m| {
        let format = "<saml:Issuer Format=\"urn:oasis:names:tc:SAML:2.0:nameid-format:entity\">";
        replace(&mut m.issuer, "<saml:Issuer>", format);
        replace(&mut m.response_issuer, "<saml:Issuer>", format);
    }),
    ("times ahead by less than the skew", Scope::Both, |m| {
        replace(&mut m.response, "10:00:00", "10:01:30");
        replace(&mut m.assertion, "10:00:00", "10:01:30");
        replace(&mut m.conditions, "09:59:00", "10:01:30");
        replace(&mut m.authn, "09:58:00", "10:01:30");
    }),
    ("times over by less than the skew", Scope::Both, |m| {
        replace(&mut m.confirmations, "10:05:00", "09:59:31");
        replace(&mut m.conditions, "10:05:00", "09:59:31");
    }),
    ("times to the nanosecond and beyond", Scope::Both, |m| {
        replace(&mut m.response, "10:00:00", "10:00:00.1234567");
        replace(&mut m.assertion, "10:00:00", "10:00:00.123456789012");
        replace(&mut m.conditions, "10:05:00", "10:05:00.0");
    }),
    ("times with an offset", Scope::Both, |m| {
        replace(&mut m.conditions, "10:05:00Z", "12:05:00+02:00");
    }),
    ("Conditions without times", Scope::Assertion, |m| {
        replace(
            &mut m.conditions,
            " NotBefore=\"2026-03-01T09:59:00Z\" NotOnOrAfter=\"2026-03-01T10:05:00Z\"",
            "",
        );
    }),
    ("the right confirmation behind two others", Scope::Assertion, |m| {
        let late = m.confirmations.replace("10:05:00", "08:00:00");
        let other = m.confirmations.replace("1234567", "7654321");
        m.confirmations = late + &other + &m.confirmations;
    }),
    ("a confirmation of another method without data", Scope::Both, |m| {
        m.confirmations +=
            "<saml:SubjectConfirmation Method=\"urn:oasis:names:tc:SAML:2.0:cm:sender-vouches\"/>";
    }),
    ("a confirmation that names who confirms", Scope::Both, |m| {
        replace(
            &mut m.confirmations,
            "<saml:SubjectConfirmationData",
            "<saml:NameID>proxy</saml:NameID><saml:SubjectConfirmationData",
        );
    }),
    ("an address and a foreign attribute in the confirmation", Scope::Both, |m| {
        replace(
            &mut m.confirmations,
            " Recipient",
            " Address=\"192.0.2.1\" xmlns:x=\"urn:x\" x:y=\"z\" Recipient",
        );
    }),
    ("several audiences", Scope::Both, |m| {
        replace(
            &mut m.conditions,
            "<saml:Audience>",
            "<saml:Audience>https://other.example</saml:Audience><saml:Audience>",
        );
    }),
    ("several AudienceRestrictions that all name us", Scope::Both, |m| {
        let start = m.conditions.find("<saml:AudienceR").unwrap();
        let more = m.conditions[start..]
            .replace("<saml:Audience>", "<saml:Audience>urn:x</saml:Audience><saml:Audience>");
        m.conditions = m.conditions.replace("</saml:Conditions>", &more);
    }),
    ("an audience on a line of its own", Scope::Assertion, |m| {
        m.conditions = m.conditions.replace(SP, &format!("\n  {SP}\n"));
    }),
    ("one time only, and not by way of others", Scope::Both, |m| {
        replace(
            &mut m.conditions,
            "</saml:Cond",
            "<saml:OneTimeUse/><saml:ProxyRestriction Count=\"0\"><saml:Audience>urn:x</saml:Audience></saml:ProxyRestriction></saml:Cond",
        );
    }),
    ("Advice that nobody need understand", Scope::Both, |m| {
        m.advice = "<saml:Advice><saml:AssertionIDRef>_x</saml:AssertionIDRef><x xmlns=\"urn:x\">y</x></saml:Advice>".into();
    }),
    ("Extensions that nobody need understand", Scope::Both, |m| {
        m.extensions = "<samlp:Extensions><x:y xmlns:x=\"urn:x\"><x:z/></x:y></samlp:Extensions>".into();
    }),
    ("a second status code, a message and a detail", Scope::Both, |m| {
        m.status = "<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"><samlp:StatusCode Value=\"urn:x\"/></samlp:StatusCode><samlp:StatusMessage>all well</samlp:StatusMessage><samlp:StatusDetail><x xmlns=\"urn:x\"/></samlp:StatusDetail></samlp:Status>".into();
    }),
    ("consent", Scope::Both, |m| m.response += " Consent=\"urn:oasis:names:tc:SAML:2.0:consent:obtained\""),
    ("a session that ends and a place", Scope::Both, |m| {
        replace(
            &mut m.authn,
            "SessionIndex",
            "SessionNotOnOrAfter=\"2026-03-01T18:00:00.000Z\" SessionIndex",
        );
        replace(
            &mut m.authn,
            "<saml:AuthnContext>",
            "<saml:SubjectLocality Address=\"2001:db8::1\" DNSName=\"x.example\"/><saml:AuthnContext>",
        );
    }),
    ("a way of authentication by declaration", Scope::Both, |m| {
        m.authn = "<saml:AuthnStatement AuthnInstant=\"2026-03-01T09:58:00Z\"><saml:AuthnContext><saml:AuthnContextDeclRef>urn:x</saml:AuthnContextDeclRef><saml:AuthenticatingAuthority>urn:y</saml:AuthenticatingAuthority></saml:AuthnContext></saml:AuthnStatement>".into();
    }),
    ("statements in any order and of every kind", Scope::Both, |m| {
        let decision = "<saml:AuthzDecisionStatement Resource=\"urn:x\" Decision=\"Permit\"><saml:Action Namespace=\"urn:y\">read</saml:Action></saml:AuthzDecisionStatement>";
        m.authn = format!("{}{decision}{}", m.attributes, m.authn);
    }),
    ("no attributes", Scope::Both, |m| m.attributes.clear()),
    ("values of every kind", Scope::Both, |m| {
        let value = format!(
            "<saml:AttributeValue xmlns:xsi=\"{XSI}\" xsi:nil=\"true\"/><saml:AttributeValue xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns:xsi=\"{XSI}\" xsi:type=\"xs:integer\">7</saml:AttributeValue><saml:AttributeValue xml:space=\"preserve\" xml:lang=\"de\"> ü </saml:AttributeValue><saml:AttributeValue><x xmlns=\"urn:x\"><y>z</y></x></saml:AttributeValue><saml:AttributeValue><saml:NameID>opaque</saml:NameID></saml:AttributeValue>"
        );
        replace(&mut m.attributes, "<saml:AttributeValue>", &format!("{value}<saml:AttributeValue>"));
    }),
    ("an attribute in several statements", Scope::Both, |m| m.attributes = m.attributes.repeat(3)),
    ("a name in CDATA", Scope::Both, |m| {
        m.name_id = format!("<saml:NameID><![CDATA[{EMAIL}]]></saml:NameID>");
    }),
    ("a name in CDATA, text and references", Scope::Both, |m| {
        m.name_id = "<saml:NameID>al<![CDATA[ice]]>&#64;example&#x2e;com</saml:NameID>".into();
    }),
    ("comments between elements", Scope::Both, |m| {
        m.before = "<!-- a -->".into();
        m.status = m.status.replace("<samlp:StatusCode", "<!-- b --><samlp:StatusCode");
        m.authn += "<!-- c -->";
    }),
    ("an instruction outside of the document element", Scope::Both, |m| m.before = "<?x y?>\n".into()),
    ("the prefix xml declared as what it is", Scope::Both, |m| {
        m.response += " xmlns:xml=\"http://www.w3.org/XML/1998/namespace\"";
        m.assertion += " xmlns:xml=\"http://www.w3.org/XML/1998/namespace\"";
    }),
    ("namespaces that nobody uses", Scope::Both, |m| {
        m.assertion += " xmlns:a=\"urn:a\" xmlns:xs=\"http://www.w3.org/2001/XMLSchema\" xmlns=\"urn:b\"";
    }),
    ("apostrophes and white space in tags", Scope::Both, |m| {
        m.assertion = "\n ID = '_a'\tVersion='2.0'\r\n IssueInstant='2026-03-01T10:00:00Z' ".into();
    }),
    ("indented", Scope::Both, |m| {
        for part in [&mut m.status, &mut m.confirmations, &mut m.conditions, &mut m.authn, &mut m.attributes]
        {
            *part = part.replace("><saml", ">\r\n\t<saml").replace("></saml", ">\n</saml");
            part.insert_str(0, "\n  ");
        }
    }),
    ("a schema location and a type of our own element", Scope::Both, |m| {
        m.response += &format!(
            " xmlns:xsi=\"{XSI}\" xsi:schemaLocation=\"urn:oasis:names:tc:SAML:2.0:protocol p.xsd\""
        );
        m.assertion += " xsi:type=\"saml:AssertionType\"";
    }),
];

pub fn cases() -> Vec<Case> {
    let of_content = CONTENT.iter().map(|(name, scope, change)| {
        let mut message = Message::default();
        change(&mut message);
        Case::new(name, &signed(&message, *scope))
    });
    of_content.chain(styles()).chain(carried()).collect()
}

fn styles() -> Vec<Case> {
    let own = || Style::of(idp_key());
    let data = own().key_info;
    let mut xml = Message::default().xml();
    // Some stacks make IDs that begin with a digit, which is no xs:ID.
    let styled = |name: &str, style: &Style, scope: Scope| Case::new(name, &style.sign(&xml, scope));
    let inclusive = Style {
        method: Method::Inclusive10,
        method_uri: "http://www.w3.org/TR/2001/REC-xml-c14n-20010315",
        ..own()
    };
    let inclusive11 =
        Style { method: Method::Inclusive11, method_uri: "http://www.w3.org/2006/12/xml-c14n11", ..own() };
    let elliptic = include_str!("../vectors/keys/p256.cert.pem");
    let many = "<ds:KeyName>k</ds:KeyName><ds:KeyValue><ds:RSAKeyValue><ds:Modulus>AQAB</ds:Modulus><ds:Exponent>AQAB</ds:Exponent></ds:RSAKeyValue></ds:KeyValue><ds:X509Data><ds:X509SubjectName>CN=x</ds:X509SubjectName><ds:X509IssuerSerial><ds:X509IssuerName>CN=x</ds:X509IssuerName><ds:X509SerialNumber>1</ds:X509SerialNumber></ds:X509IssuerSerial></ds:X509Data>";
    let mut cases = vec![
        styled("a signature without prefix", &Style { prefix: "", ..own() }, Scope::Both),
        styled("a signature of another prefix", &Style { prefix: "dsig:", ..own() }, Scope::Both),
        styled("a PrefixList", &Style { listed: "xs xsi saml #default", ..own() }, Scope::Both),
        styled("a PrefixList over lines", &Style { listed: "\n xs\n samlp\n", ..own() }, Scope::Both),
        styled("inclusive canonical form", &inclusive, Scope::Both),
        styled("inclusive canonical form 1.1", &inclusive11, Scope::Response),
        styled("base64 with Java's line ends", &Style { line_end: "&#13;\n", ..own() }, Scope::Both),
        styled("base64 over lines", &Style { line_end: "\n", ..own() }, Scope::Assertion),
        styled("no KeyInfo", &Style { key_info: String::new(), ..own() }, Scope::Both),
        styled("much KeyInfo", &Style { key_info: format!("{many}{data}"), ..own() }, Scope::Both),
        styled("the certificates of a chain", &Style { key_info: data.repeat(2), ..own() }, Scope::Both),
        styled(
            "KeyInfo of another certificate",
            &Style { key_info: Style::of(elliptic_key()).key_info, ..own() },
            Scope::Both,
        ),
        styled("an elliptic curve", &Style::of(elliptic_key()), Scope::Both).with("cert", elliptic),
        styled("keys of two kinds are configured", &Style::of(elliptic_key()), Scope::Both)
            .with("cert", json!([CERTIFICATE, elliptic])),
        styled(
            "a reference of a type, with an Id",
            &Style {
                signed_info: vec![(
                    "<ds:Reference ",
                    "<ds:Reference Id=\"ref\" Type=\"http://www.w3.org/2000/09/xmldsig#Object\" ".into(),
                )],
                ..own()
            },
            Scope::Assertion,
        ),
        styled("a certificate that has expired", &own(), Scope::Both)
            .with("cert", include_str!("../vectors/keys/rsa2048-expired.cert.pem")),
    ];
    let without_prefix = Style { prefix: "", ..own() };
    xml = xml.replace("<saml:Assertion ", "<saml:Assertion xmlns=\"urn:oasis:names:tc:SAML:2.0:assertion\" ");
    let (before, inside) = xml.split_at(xml.find("<saml:Assertion ").unwrap());
    let (inside, after) = inside.split_at(inside.find("</samlp:Response>").unwrap());
    let inside = inside.replace("<saml:", "<").replace("</saml:", "</");
    cases.push(Case::new(
        "an Assertion without prefixes",
        &without_prefix.sign(&[before, &inside, after].concat(), Scope::Both),
    ));
    cases
}

/// How the document is carried, and what it answers.
fn carried() -> Vec<Case> {
    let xml = signed(&Message::default(), Scope::Both);
    let base64 = BASE64_STANDARD.encode(&xml);
    let lines = base64.as_bytes().chunks(76).map(|line| str::from_utf8(line).unwrap().to_owned() + "\r\n");
    let mut bare = answer();
    replace(&mut bare.response, " InResponseTo=\"_q\"", "");
    let declared = |declaration: &str| format!("{declaration}{xml}");
    vec![
        Case::new("base64 in lines of a mail", "").with("response", lines.collect::<String>()),
        Case::of_bytes("a byte order mark", declared("\u{FEFF}").as_bytes()),
        Case::new("a declaration", &declared("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n")),
        Case::new(
            "a declaration that stands alone",
            &declared("<?xml version='1.0' encoding='utf-8' standalone=\"no\" ?>"),
        ),
        Case::new("white space behind", &format!("{xml}\r\n\n")),
        Case::new("an answer that says so in the Assertion only", &signed(&bare, Scope::Both))
            .with("in_response_to", "_q"),
        Case::new("certificates before and after a rollover", &xml)
            .with("cert", json!([include_str!("../vectors/keys/rsa2048-other.cert.pem"), CERTIFICATE])),
        Case::new("by a binding that is not named", &xml).with("binding", json!(null)),
        Case::new("of a session without a name", &xml)
            .with("session", json!(null))
            .with("idp_entity_id", IDP),
    ]
}
