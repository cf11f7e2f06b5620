//! The content models of the SAML schemas, as far as a Response and an AuthnRequest reach (saml-schema-protocol-2.0,
//! saml-schema-assertion-2.0).
//!
//! Read it beside the schemas: one static an element, in document order. Where the schema allows anything
//! ([`Content::Foreign`]), D20 says what is allowed here.

use super::names::{ASSERTION, PROTOCOL, SIGNATURE};

/// One element of the schemas.
pub(super) struct Model {
    pub(super) namespace: &'static str,
    pub(super) name: &'static str,
    pub(super) attributes: &'static [Attribute],
    /// `anyAttribute namespace="##other"`, or any attribute at all.
    pub(super) foreign_attributes: bool,
    pub(super) content: Content,
}

/// An attribute without namespace.
pub(super) struct Attribute {
    pub(super) name: &'static str,
    pub(super) kind: Kind,
    pub(super) required: bool,
}

/// What the value of an attribute is.
#[derive(Clone, Copy, Eq, PartialEq)]
pub(super) enum Kind {
    Text,
    /// `xs:ID`: one word.
    Id,
    /// `xs:dateTime`.
    Time,
    /// `xs:boolean`.
    Boolean,
}

/// What an element holds.
pub(super) enum Content {
    /// Elements in this order.
    Sequence(&'static [Slot]),
    /// Text only.
    Text,
    /// Text only, or foreign content (`xs:anyType` of an AttributeValue).
    Value,
    /// Whatever D20 allows.
    Foreign,
    /// The signature's own: `dsig` knows its content model.
    Signature,
    /// Of XML Encryption: `xmlenc` knows its content model.
    Encrypted,
}

/// A place in a sequence: one of some elements, so many times.
pub(super) struct Slot {
    pub(super) one_of: &'static [&'static Model],
    pub(super) required: bool,
    pub(super) repeated: bool,
}

const fn one(one_of: &'static [&'static Model]) -> Slot {
    Slot { one_of, required: true, repeated: false }
}
const fn maybe(one_of: &'static [&'static Model]) -> Slot {
    Slot { one_of, required: false, repeated: false }
}
const fn any(one_of: &'static [&'static Model]) -> Slot {
    Slot { one_of, required: false, repeated: true }
}
const fn some(one_of: &'static [&'static Model]) -> Slot {
    Slot { one_of, required: true, repeated: true }
}

const fn must(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind, required: true }
}
const fn may(name: &'static str, kind: Kind) -> Attribute {
    Attribute { name, kind, required: false }
}

const fn protocol(name: &'static str, attributes: &'static [Attribute], content: Content) -> Model {
    Model { namespace: PROTOCOL, name, attributes, foreign_attributes: false, content }
}
const fn assertion(name: &'static str, attributes: &'static [Attribute], content: Content) -> Model {
    Model { namespace: ASSERTION, name, attributes, foreign_attributes: false, content }
}
/// An element of a type that allows attributes of other namespaces as well.
const fn open(name: &'static str, attributes: &'static [Attribute], content: Content) -> Model {
    Model { namespace: ASSERTION, name, attributes, foreign_attributes: true, content }
}

/// NameIDType and IDNameQualifiers (saml-core 2.2.2, 2.2.3).
const QUALIFIED_NAME: &[Attribute] = &[
    may("NameQualifier", Kind::Text),
    may("SPNameQualifier", Kind::Text),
    may("Format", Kind::Text),
    may("SPProvidedID", Kind::Text),
];

// saml-core 3.3.3, 3.2.2
pub(super) static RESPONSE: Model = protocol(
    "Response",
    &[
        must("ID", Kind::Id),
        may("InResponseTo", Kind::Text),
        must("Version", Kind::Text),
        must("IssueInstant", Kind::Time),
        may("Destination", Kind::Text),
        may("Consent", Kind::Text),
    ],
    Content::Sequence(&[
        maybe(&[&ISSUER]),
        maybe(&[&DS_SIGNATURE]),
        maybe(&[&EXTENSIONS]),
        one(&[&STATUS]),
        any(&[&ASSERTION_ELEMENT, &ENCRYPTED_ASSERTION]),
    ]),
);
static DS_SIGNATURE: Model = Model {
    namespace: SIGNATURE,
    name: "Signature",
    attributes: &[may("Id", Kind::Id)],
    foreign_attributes: false,
    content: Content::Signature,
};
static EXTENSIONS: Model = protocol("Extensions", &[], Content::Foreign);
static STATUS: Model = protocol(
    "Status",
    &[],
    Content::Sequence(&[one(&[&STATUS_CODE]), maybe(&[&STATUS_MESSAGE]), maybe(&[&STATUS_DETAIL])]),
);
static STATUS_CODE: Model =
    protocol("StatusCode", &[must("Value", Kind::Text)], Content::Sequence(&[maybe(&[&STATUS_CODE])]));
static STATUS_MESSAGE: Model = protocol("StatusMessage", &[], Content::Text);
static STATUS_DETAIL: Model = protocol("StatusDetail", &[], Content::Foreign);

// saml-core 2.3.3
pub(super) static ASSERTION_ELEMENT: Model = assertion(
    "Assertion",
    &[must("Version", Kind::Text), must("ID", Kind::Id), must("IssueInstant", Kind::Time)],
    Content::Sequence(&[
        one(&[&ISSUER]),
        maybe(&[&DS_SIGNATURE]),
        maybe(&[&SUBJECT]),
        maybe(&[&CONDITIONS]),
        maybe(&[&ADVICE]),
        any(&[&STATEMENT, &AUTHN_STATEMENT, &AUTHZ_DECISION_STATEMENT, &ATTRIBUTE_STATEMENT]),
    ]),
);
static ENCRYPTED_ASSERTION: Model = assertion("EncryptedAssertion", &[], Content::Encrypted);
static ISSUER: Model = assertion("Issuer", QUALIFIED_NAME, Content::Text);
static ADVICE: Model = assertion("Advice", &[], Content::Foreign);

// saml-core 2.4
static SUBJECT: Model = assertion(
    "Subject",
    &[],
    Content::Sequence(&[maybe(&[&BASE_ID, &NAME_ID, &ENCRYPTED_ID]), any(&[&SUBJECT_CONFIRMATION])]),
);
static BASE_ID: Model = assertion("BaseID", QUALIFIED_NAME, Content::Foreign);
static NAME_ID: Model = assertion("NameID", QUALIFIED_NAME, Content::Text);
static ENCRYPTED_ID: Model = assertion("EncryptedID", &[], Content::Foreign);
static SUBJECT_CONFIRMATION: Model = assertion(
    "SubjectConfirmation",
    &[must("Method", Kind::Text)],
    Content::Sequence(&[maybe(&[&BASE_ID, &NAME_ID, &ENCRYPTED_ID]), maybe(&[&SUBJECT_CONFIRMATION_DATA])]),
);
static SUBJECT_CONFIRMATION_DATA: Model = open(
    "SubjectConfirmationData",
    &[
        may("NotBefore", Kind::Time),
        may("NotOnOrAfter", Kind::Time),
        may("Recipient", Kind::Text),
        may("InResponseTo", Kind::Text),
        may("Address", Kind::Text),
    ],
    Content::Foreign,
);

// saml-core 2.5
static CONDITIONS: Model = assertion(
    "Conditions",
    &[may("NotBefore", Kind::Time), may("NotOnOrAfter", Kind::Time)],
    Content::Sequence(&[any(&[&CONDITION, &AUDIENCE_RESTRICTION, &ONE_TIME_USE, &PROXY_RESTRICTION])]),
);
/// Of an abstract type: any extension may stand here, with whatever it brings.
static CONDITION: Model = open("Condition", &[], Content::Foreign);
static AUDIENCE_RESTRICTION: Model =
    assertion("AudienceRestriction", &[], Content::Sequence(&[some(&[&AUDIENCE])]));
static AUDIENCE: Model = assertion("Audience", &[], Content::Text);
static ONE_TIME_USE: Model = assertion("OneTimeUse", &[], Content::Sequence(&[]));
static PROXY_RESTRICTION: Model =
    assertion("ProxyRestriction", &[may("Count", Kind::Text)], Content::Sequence(&[any(&[&AUDIENCE])]));

// saml-core 2.7
static STATEMENT: Model = open("Statement", &[], Content::Foreign);
static AUTHN_STATEMENT: Model = assertion(
    "AuthnStatement",
    &[
        must("AuthnInstant", Kind::Time),
        may("SessionIndex", Kind::Text),
        may("SessionNotOnOrAfter", Kind::Time),
    ],
    Content::Sequence(&[maybe(&[&SUBJECT_LOCALITY]), one(&[&AUTHN_CONTEXT])]),
);
static SUBJECT_LOCALITY: Model = assertion(
    "SubjectLocality",
    &[may("Address", Kind::Text), may("DNSName", Kind::Text)],
    Content::Sequence(&[]),
);
static AUTHN_CONTEXT: Model = assertion(
    "AuthnContext",
    &[],
    Content::Sequence(&[
        one(&[&AUTHN_CONTEXT_CLASS_REF, &AUTHN_CONTEXT_DECL, &AUTHN_CONTEXT_DECL_REF]),
        maybe(&[&AUTHN_CONTEXT_DECL, &AUTHN_CONTEXT_DECL_REF]),
        any(&[&AUTHENTICATING_AUTHORITY]),
    ]),
);
static AUTHN_CONTEXT_CLASS_REF: Model = assertion("AuthnContextClassRef", &[], Content::Text);
static AUTHN_CONTEXT_DECL: Model = open("AuthnContextDecl", &[], Content::Foreign);
static AUTHN_CONTEXT_DECL_REF: Model = assertion("AuthnContextDeclRef", &[], Content::Text);
static AUTHENTICATING_AUTHORITY: Model = assertion("AuthenticatingAuthority", &[], Content::Text);
static ATTRIBUTE_STATEMENT: Model =
    assertion("AttributeStatement", &[], Content::Sequence(&[some(&[&ATTRIBUTE, &ENCRYPTED_ATTRIBUTE])]));
static ATTRIBUTE: Model = open(
    "Attribute",
    &[must("Name", Kind::Text), may("NameFormat", Kind::Text), may("FriendlyName", Kind::Text)],
    Content::Sequence(&[any(&[&ATTRIBUTE_VALUE])]),
);
static ATTRIBUTE_VALUE: Model = open("AttributeValue", &[], Content::Value);
static ENCRYPTED_ATTRIBUTE: Model = assertion("EncryptedAttribute", &[], Content::Foreign);
static AUTHZ_DECISION_STATEMENT: Model = assertion(
    "AuthzDecisionStatement",
    &[must("Resource", Kind::Text), must("Decision", Kind::Text)],
    Content::Sequence(&[some(&[&ACTION]), maybe(&[&EVIDENCE])]),
);
static ACTION: Model = assertion("Action", &[must("Namespace", Kind::Text)], Content::Text);
static EVIDENCE: Model = assertion("Evidence", &[], Content::Foreign);

// saml-core 3.4.1, 3.2.1
pub(super) static AUTHN_REQUEST: Model = protocol(
    "AuthnRequest",
    &[
        must("ID", Kind::Id),
        must("Version", Kind::Text),
        must("IssueInstant", Kind::Time),
        may("Destination", Kind::Text),
        may("Consent", Kind::Text),
        may("ForceAuthn", Kind::Boolean),
        may("IsPassive", Kind::Boolean),
        may("ProtocolBinding", Kind::Text),
        may("AssertionConsumerServiceIndex", Kind::Text),
        may("AssertionConsumerServiceURL", Kind::Text),
        may("AttributeConsumingServiceIndex", Kind::Text),
        may("ProviderName", Kind::Text),
    ],
    Content::Sequence(&[
        maybe(&[&ISSUER]),
        maybe(&[&DS_SIGNATURE]),
        maybe(&[&EXTENSIONS]),
        maybe(&[&SUBJECT]),
        maybe(&[&NAME_ID_POLICY]),
        maybe(&[&CONDITIONS]),
        maybe(&[&REQUESTED_AUTHN_CONTEXT]),
        maybe(&[&SCOPING]),
    ]),
);
static NAME_ID_POLICY: Model = protocol(
    "NameIDPolicy",
    &[may("Format", Kind::Text), may("SPNameQualifier", Kind::Text), may("AllowCreate", Kind::Boolean)],
    Content::Sequence(&[]),
);
static REQUESTED_AUTHN_CONTEXT: Model = protocol(
    "RequestedAuthnContext",
    &[may("Comparison", Kind::Text)],
    Content::Sequence(&[some(&[&AUTHN_CONTEXT_CLASS_REF, &AUTHN_CONTEXT_DECL_REF])]),
);
static SCOPING: Model = protocol(
    "Scoping",
    &[may("ProxyCount", Kind::Text)],
    Content::Sequence(&[maybe(&[&IDP_LIST]), any(&[&REQUESTER_ID])]),
);
static IDP_LIST: Model =
    protocol("IDPList", &[], Content::Sequence(&[some(&[&IDP_ENTRY]), maybe(&[&GET_COMPLETE])]));
static IDP_ENTRY: Model = protocol(
    "IDPEntry",
    &[must("ProviderID", Kind::Text), may("Name", Kind::Text), may("Loc", Kind::Text)],
    Content::Sequence(&[]),
);
static GET_COMPLETE: Model = protocol("GetComplete", &[], Content::Text);
static REQUESTER_ID: Model = protocol("RequesterID", &[], Content::Text);

// saml-core 3.7.1, 3.7.2
pub(super) static LOGOUT_REQUEST: Model = protocol(
    "LogoutRequest",
    &[
        must("ID", Kind::Id),
        must("Version", Kind::Text),
        must("IssueInstant", Kind::Time),
        may("Destination", Kind::Text),
        may("Consent", Kind::Text),
        may("NotOnOrAfter", Kind::Time),
        may("Reason", Kind::Text),
    ],
    Content::Sequence(&[
        maybe(&[&ISSUER]),
        maybe(&[&DS_SIGNATURE]),
        maybe(&[&EXTENSIONS]),
        one(&[&BASE_ID, &NAME_ID, &ENCRYPTED_ID]),
        any(&[&SESSION_INDEX]),
    ]),
);
static SESSION_INDEX: Model = protocol("SessionIndex", &[], Content::Text);
pub(super) static LOGOUT_RESPONSE: Model = protocol(
    "LogoutResponse",
    &[
        must("ID", Kind::Id),
        may("InResponseTo", Kind::Text),
        must("Version", Kind::Text),
        must("IssueInstant", Kind::Time),
        may("Destination", Kind::Text),
        may("Consent", Kind::Text),
    ],
    Content::Sequence(&[maybe(&[&ISSUER]), maybe(&[&DS_SIGNATURE]), maybe(&[&EXTENSIONS]), one(&[&STATUS])]),
);
