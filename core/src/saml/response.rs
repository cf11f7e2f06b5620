//! The Response that an identity provider writes (saml-profiles 4.1.4.2), before it is signed.

use alloc::{format, string::String, vec};

use jiff::Timestamp;

use super::{
    identity_provider::{Attribute, Login},
    names::{
        ASSERTION, ATTRIBUTE_NAME_BASIC, ATTRIBUTE_NAME_URI, BEARER, PASSWORD_PROTECTED_TRANSPORT, PROTOCOL,
        SCHEMA, SCHEMA_INSTANCE, STATUS_SUCCESS, VERSION,
    },
    time,
};
use crate::{
    pki::Certificate,
    xml::{self, Writer},
    xmlenc,
};

/// What the identity provider adds to a login.
pub(super) struct Response<'a> {
    pub(super) issuer: &'a str,
    pub(super) response_id: &'a str,
    pub(super) assertion_id: &'a str,
    pub(super) issue_instant: Timestamp,
    pub(super) not_before: Timestamp,
    pub(super) not_on_or_after: Timestamp,
    pub(super) login: &'a Login<'a>,
}

impl Response<'_> {
    pub(super) fn to_xml(&self) -> Result<String, xml::Error> {
        let issue_instant = time::format(self.issue_instant);
        let mut attributes = vec![
            ("xmlns:samlp", PROTOCOL),
            ("ID", self.response_id),
            ("Version", VERSION),
            ("IssueInstant", issue_instant.as_str()),
            ("Destination", self.login.acs_url),
        ];
        attributes.extend(self.login.in_response_to.map(|id| ("InResponseTo", id)));
        let mut xml = Writer::new();
        xml.start("samlp:Response", &attributes)
            .element("saml:Issuer", &[("xmlns:saml", ASSERTION)], self.issuer)
            .start("samlp:Status", &[])
            .element("samlp:StatusCode", &[("Value", STATUS_SUCCESS)], "")
            .end();
        self.assertion(&mut xml, &issue_instant);
        xml.end();
        xml.finish()
    }

    /// It declares its own namespaces, so that it can be cut out and still be read.
    fn assertion(&self, xml: &mut Writer, issue_instant: &str) {
        let attributes = [
            ("xmlns:saml", ASSERTION),
            ("xmlns:xs", SCHEMA),
            ("xmlns:xsi", SCHEMA_INSTANCE),
            ("ID", self.assertion_id),
            ("Version", VERSION),
            ("IssueInstant", issue_instant),
        ];
        xml.start("saml:Assertion", &attributes).element("saml:Issuer", &[], self.issuer);
        self.subject(xml);
        self.conditions(xml);
        self.authn_statement(xml);
        self.attribute_statement(xml);
        xml.end();
    }

    fn subject(&self, xml: &mut Writer) {
        let not_on_or_after = time::format(self.not_on_or_after);
        let mut data = vec![("Recipient", self.login.acs_url), ("NotOnOrAfter", not_on_or_after.as_str())];
        data.extend(self.login.in_response_to.map(|id| ("InResponseTo", id)));
        xml.start("saml:Subject", &[]);
        self.login.subject.write(xml);
        xml.start("saml:SubjectConfirmation", &[("Method", BEARER)])
            .element("saml:SubjectConfirmationData", &data, "")
            .end()
            .end();
    }

    fn conditions(&self, xml: &mut Writer) {
        let (from, until) = (time::format(self.not_before), time::format(self.not_on_or_after));
        xml.start("saml:Conditions", &[("NotBefore", &from), ("NotOnOrAfter", &until)])
            .start("saml:AudienceRestriction", &[])
            .element("saml:Audience", &[], self.login.audience)
            .end()
            .end();
    }

    fn authn_statement(&self, xml: &mut Writer) {
        let instant = time::format(self.login.authn_instant);
        let end = self.login.session_not_on_or_after.map(time::format);
        let mut attributes = vec![("AuthnInstant", instant.as_str())];
        attributes.extend(self.login.session_index.map(|index| ("SessionIndex", index)));
        attributes.extend(end.as_deref().map(|end| ("SessionNotOnOrAfter", end)));
        let class = self.login.authn_context_class.unwrap_or(PASSWORD_PROTECTED_TRANSPORT);
        xml.start("saml:AuthnStatement", &attributes)
            .start("saml:AuthnContext", &[])
            .element("saml:AuthnContextClassRef", &[], class)
            .end()
            .end();
    }

    /// The schema wants at least one Attribute in a statement: without any, there is no statement.
    fn attribute_statement(&self, xml: &mut Writer) {
        if self.login.attributes.is_empty() {
            return;
        }
        xml.start("saml:AttributeStatement", &[]);
        for Attribute { name, values, name_format, friendly_name } in self.login.attributes {
            // No plain word has a colon: it is an `xs:Name` without (saml-core 8.2.3).
            let usual = if name.contains(':') { ATTRIBUTE_NAME_URI } else { ATTRIBUTE_NAME_BASIC };
            let mut attributes = vec![("Name", *name), ("NameFormat", name_format.unwrap_or(usual))];
            attributes.extend(friendly_name.map(|friendly| ("FriendlyName", friendly)));
            xml.start("saml:Attribute", &attributes);
            for value in *values {
                xml.element("saml:AttributeValue", &[("xsi:type", "xs:string")], value);
            }
            xml.end();
        }
        xml.end();
    }
}

/// The Response with its Assertion encrypted for the holder of a certificate (saml-core 2.3.4).
pub(super) fn encrypt(response: &str, certificate: &Certificate) -> Result<String, xmlenc::Error> {
    let tree = xml::parse(response.as_bytes())?;
    let Some(assertion) = tree.root().only_element(ASSERTION, "Assertion") else {
        return Ok(response.into());
    };
    let range = assertion.range();
    let text = |range| response.get(range).unwrap_or_default();
    let encrypted = xmlenc::encrypt(text(range.clone()), certificate)?;
    let (before, after) = (text(0..range.start), text(range.end..response.len()));
    Ok(format!(
        r#"{before}<saml:EncryptedAssertion xmlns:saml="{ASSERTION}">{encrypted}</saml:EncryptedAssertion>{after}"#
    ))
}
