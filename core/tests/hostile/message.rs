//! A genuine Response in parts, each of which a row may change, and signatures of any shape over it.

use std::fmt::Write as _;

use base64::{Engine, prelude::BASE64_STANDARD};
use heap_identity::{
    dsig,
    pki::SigningKey,
    xml::{
        c14n::{Canonicalization, Method},
        parse,
    },
};
use ring::digest::{SHA256, digest};

pub const IDP: &str = "https://sso.jumpcloud.com/saml2/heap";
pub const SP: &str = "https://heapanalytics.com";
pub const ACS: &str = "https://heapanalytics.com/saml/finalize/1234567/";
pub const NOW: &str = "2026-03-01T10:00:30Z";
pub const EMAIL: &str = "alice@example.com";
pub const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
pub const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

macro_rules! key {
    ($name:literal) => {
        SigningKey::from_pem(
            include_str!(concat!("../vectors/keys/", $name, ".key.pem")),
            include_str!(concat!("../vectors/keys/", $name, ".cert.pem")),
        )
        .unwrap()
    };
}

/// The key of the identity provider.
pub fn idp_key() -> SigningKey {
    key!("rsa2048")
}

/// A key that was the identity provider's once, or an attacker's.
pub fn other_key() -> SigningKey {
    key!("rsa2048-other")
}

pub fn elliptic_key() -> SigningKey {
    key!("p256")
}

/// A Response: what stands between the tags of SAML's frame. [`Message::default`] is genuine and unsolicited.
pub struct Message {
    /// In front of the Response.
    pub before: String,
    pub response: String,
    pub response_issuer: String,
    pub extensions: String,
    pub status: String,
    pub assertion: String,
    pub issuer: String,
    pub name_id: String,
    pub confirmations: String,
    pub conditions: String,
    pub advice: String,
    pub authn: String,
    pub attributes: String,
    /// Behind the Assertion.
    pub after: String,
}

impl Default for Message {
    fn default() -> Self {
        let bearer = "urn:oasis:names:tc:SAML:2.0:cm:bearer";
        Self {
            before: String::new(),
            response: format!(
                "ID=\"_r\" Version=\"2.0\" IssueInstant=\"2026-03-01T10:00:00Z\" Destination=\"{ACS}\""
            ),
            response_issuer: format!("<saml:Issuer>{IDP}</saml:Issuer>"),
            extensions: String::new(),
            status: "<samlp:Status><samlp:StatusCode Value=\"urn:oasis:names:tc:SAML:2.0:status:Success\"/></samlp:Status>".into(),
            assertion: "ID=\"_a\" Version=\"2.0\" IssueInstant=\"2026-03-01T10:00:00Z\"".into(),
            issuer: format!("<saml:Issuer>{IDP}</saml:Issuer>"),
            name_id: format!("<saml:NameID>{EMAIL}</saml:NameID>"),
            confirmations: format!("<saml:SubjectConfirmation Method=\"{bearer}\"><saml:SubjectConfirmationData Recipient=\"{ACS}\" NotOnOrAfter=\"2026-03-01T10:05:00Z\"/></saml:SubjectConfirmation>"),
            conditions: format!("<saml:Conditions NotBefore=\"2026-03-01T09:59:00Z\" NotOnOrAfter=\"2026-03-01T10:05:00Z\"><saml:AudienceRestriction><saml:Audience>{SP}</saml:Audience></saml:AudienceRestriction></saml:Conditions>"),
            advice: String::new(),
            authn: "<saml:AuthnStatement AuthnInstant=\"2026-03-01T09:58:00Z\" SessionIndex=\"_s\"><saml:AuthnContext><saml:AuthnContextClassRef>urn:oasis:names:tc:SAML:2.0:ac:classes:PasswordProtectedTransport</saml:AuthnContextClassRef></saml:AuthnContext></saml:AuthnStatement>".into(),
            attributes: "<saml:AttributeStatement><saml:Attribute Name=\"groups\"><saml:AttributeValue>a</saml:AttributeValue></saml:Attribute></saml:AttributeStatement>".into(),
            after: String::new(),
        }
    }
}

impl Message {
    pub fn assertion(&self) -> String {
        let Self { assertion, issuer, name_id, confirmations, conditions, advice, authn, attributes, .. } =
            self;
        format!(
            "<saml:Assertion {assertion}>{issuer}[_a]<saml:Subject>{name_id}{confirmations}</saml:Subject>{conditions}{advice}{authn}{attributes}</saml:Assertion>"
        )
    }

    /// The document; `[_r]` and `[_a]` stand where signatures go.
    pub fn xml(&self) -> String {
        self.around(&self.assertion())
    }

    /// The document, with other content than its Assertion.
    pub fn around(&self, content: &str) -> String {
        let Self { before, response, response_issuer, extensions, status, after, .. } = self;
        format!(
            "{before}<samlp:Response xmlns:samlp=\"urn:oasis:names:tc:SAML:2.0:protocol\" xmlns:saml=\"urn:oasis:names:tc:SAML:2.0:assertion\" {response}>{response_issuer}[_r]{extensions}{status}{content}{after}</samlp:Response>"
        )
    }
}

/// Replaces the first occurrence, which must be there.
pub fn replace(text: &mut String, from: &str, to: &str) {
    assert!(text.contains(from), "{from} is not in {text}");
    *text = text.replacen(from, to, 1);
}

/// What is signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub enum Scope {
    Nothing,
    Assertion,
    Response,
    Both,
}

/// How a signature is written.
pub struct Style {
    pub key: SigningKey,
    /// Of its elements, with the colon.
    pub prefix: &'static str,
    pub method: Method,
    pub method_uri: &'static str,
    /// The PrefixList.
    pub listed: &'static str,
    /// The content of KeyInfo; none where it is empty.
    pub key_info: String,
    /// Base64 in lines that end like this.
    pub line_end: &'static str,
    /// What is written otherwise in SignedInfo, which is then signed as it stands.
    pub signed_info: Vec<(&'static str, String)>,
    /// What is written otherwise in the Signature, once it is made.
    pub signature: Vec<(&'static str, String)>,
}

impl Style {
    pub fn of(key: SigningKey) -> Self {
        let key_info = format!(
            "<ds:X509Data><ds:X509Certificate>{}</ds:X509Certificate></ds:X509Data>",
            key.certificate().to_base64()
        );
        Self {
            key,
            prefix: "ds:",
            method: Method::Exclusive,
            method_uri: EXCLUSIVE,
            listed: "",
            key_info,
            line_end: "",
            signed_info: Vec::new(),
            signature: Vec::new(),
        }
    }

    /// The document, signed; markers that are left are taken out.
    pub fn sign(&self, xml: &str, scope: Scope) -> String {
        let mut xml = xml.to_owned();
        if matches!(scope, Scope::Assertion | Scope::Both) {
            xml = self.sign_one(&xml, "_a");
        }
        if matches!(scope, Scope::Response | Scope::Both) {
            xml = self.sign_one(&xml, "_r");
        }
        without_markers(&xml)
    }

    fn sign_one(&self, xml: &str, id: &str) -> String {
        let marker = format!("[{id}]");
        assert!(xml.contains(&marker), "there is no {marker} in {xml}");
        let content = self.canonical(&without_markers(xml), |node| node.attribute("ID") == Some(id));
        let mut signed_info = self.signed_info(id, &self.base64(digest(&SHA256, &content).as_ref()));
        for (from, to) in &self.signed_info {
            replace(&mut signed_info, &self.prefixed(from), &self.prefixed(to));
        }
        let key_info = match self.key_info.as_str() {
            "" => String::new(),
            content => format!("<ds:KeyInfo>{content}</ds:KeyInfo>"),
        };
        let signature = self.prefixed(&format!(
            "<ds:Signature xmlns:ds=\"{DS}\">{signed_info}<ds:SignatureValue>VALUE</ds:SignatureValue>{key_info}</ds:Signature>"
        ));
        let whole = xml.replacen(&marker, &signature, 1);
        let message = self.canonical(&without_markers(&whole), |node| {
            let of = node.parent().and_then(|signature| signature.parent());
            node.is(DS, "SignedInfo") && of.and_then(|of| of.attribute("ID")) == Some(id)
        });
        let value = self.key.sign(self.key.default_scheme(), &message).unwrap();
        let mut whole = whole.replacen("VALUE", &self.base64(&value), 1);
        for (from, to) in &self.signature {
            replace(&mut whole, &self.prefixed(from), &self.prefixed(to));
        }
        whole
    }

    fn canonical(&self, xml: &str, which: impl Fn(&heap_identity::xml::Node<'_>) -> bool) -> Vec<u8> {
        let tree = parse(xml.as_bytes()).unwrap_or_else(|error| panic!("{error}: {xml}"));
        let node = tree.root().descendants().find(which).unwrap();
        let listed: Vec<&str> = self.listed.split_ascii_whitespace().collect();
        let mut bytes = Vec::new();
        let form = Canonicalization::new(self.method).with_prefixes(&listed);
        form.element(node, None, &mut bytes).unwrap();
        bytes
    }

    fn signed_info(&self, id: &str, digest_value: &str) -> String {
        let form = match self.listed {
            "" => format!("Algorithm=\"{}\"", self.method_uri),
            listed => format!(
                "Algorithm=\"{}\"><ec:InclusiveNamespaces xmlns:ec=\"{EXCLUSIVE}\" PrefixList=\"{listed}\"",
                self.method_uri
            ),
        };
        let close = |name: &str| match self.listed {
            "" => "/>".to_owned(),
            _ => format!("/></ds:{name}>"),
        };
        let scheme = match self.key.default_scheme() {
            heap_identity::pki::Scheme::EcdsaP256Sha256 => "ecdsa-sha256",
            _ => "rsa-sha256",
        };
        let mut text = String::new();
        write!(
            text,
            "<ds:SignedInfo><ds:CanonicalizationMethod {form}{}<ds:SignatureMethod Algorithm=\"http://www.w3.org/2001/04/xmldsig-more#{scheme}\"/>\
             <ds:Reference URI=\"#{id}\"><ds:Transforms><ds:Transform Algorithm=\"{DS}enveloped-signature\"/>\
             <ds:Transform {form}{}</ds:Transforms><ds:DigestMethod Algorithm=\"http://www.w3.org/2001/04/xmlenc#sha256\"/>\
             <ds:DigestValue>{digest_value}</ds:DigestValue></ds:Reference></ds:SignedInfo>",
            close("CanonicalizationMethod"),
            close("Transform"),
        )
        .unwrap();
        text
    }

    fn prefixed(&self, text: &str) -> String {
        let declaration = if self.prefix.is_empty() {
            "xmlns=\"".to_owned()
        } else {
            format!("xmlns:{}=\"", self.prefix.trim_end_matches(':'))
        };
        text.replace("xmlns:ds=\"", &declaration)
            .replace("<ds:", &format!("<{}", self.prefix))
            .replace("</ds:", &format!("</{}", self.prefix))
    }

    /// Base64, in lines of 64 if lines are wanted.
    fn base64(&self, bytes: &[u8]) -> String {
        let whole = BASE64_STANDARD.encode(bytes);
        if self.line_end.is_empty() {
            return whole;
        }
        let lines = whole.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap());
        lines.fold(self.line_end.to_owned(), |text, line| text + line + self.line_end)
    }
}

fn without_markers(xml: &str) -> String {
    xml.replace("[_r]", "").replace("[_a]", "")
}

/// The element `name` with all that is in it, by its first start tag and its last end tag.
pub fn cut_out<'a>(xml: &'a str, name: &str) -> &'a str {
    let end_tag = format!("</{name}>");
    let start = xml.find(&format!("<{name} ")).unwrap();
    &xml[start..xml.rfind(&end_tag).unwrap() + end_tag.len()]
}

/// The document, signed by the library's own hand.
pub fn signed(message: &Message, scope: Scope) -> String {
    let mut xml = without_markers(&message.xml());
    if matches!(scope, Scope::Assertion | Scope::Both) {
        xml = dsig::sign(&xml, "_a", &idp_key()).unwrap();
    }
    if matches!(scope, Scope::Response | Scope::Both) {
        xml = dsig::sign(&xml, "_r", &idp_key()).unwrap();
    }
    xml
}
