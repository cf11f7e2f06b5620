//! Everything that a Response must satisfy, one name each, in the order in which it is looked at.

/// What a report goes through: a list of checks, each once and in order.
pub trait Checklist: Copy + Eq + Ord + core::fmt::Debug + 'static {
    /// Every check once, in order.
    const ALL: &'static [Self];

    /// Its place in [`Checklist::ALL`].
    fn index(self) -> usize;

    /// The stable code of this check, and of its failure.
    fn code(self) -> &'static str;

    /// Where the rule is written down.
    fn clause(self) -> &'static str;

    /// What must hold, in plain words.
    fn title(self) -> &'static str;
}

/// Writes an enum and its tables from one list, so that no check can miss a code, a clause or a title.
macro_rules! checks {
    ($(#[$about:meta])* $list:ident { $($name:ident $code:literal $clause:literal $title:literal)* }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum $list {
            $(#[doc = $title] #[doc = concat!("(", $clause, ").")] $name,)*
        }

        impl $list {
            /// Every check once, in order.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code of this check, and of its failure.
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }

            /// Where the rule is written down.
            pub const fn clause(self) -> &'static str {
                match self { $(Self::$name => $clause,)* }
            }

            /// What must hold, in plain words.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)* }
            }
        }

        impl $crate::saml::Checklist for $list {
            const ALL: &'static [Self] = Self::ALL;

            fn index(self) -> usize {
                self as usize
            }

            fn code(self) -> &'static str {
                self.code()
            }

            fn clause(self) -> &'static str {
                self.clause()
            }

            fn title(self) -> &'static str {
                self.title()
            }
        }
    };
}
pub(super) use checks;

checks! {
    /// One thing that a Response must satisfy before anybody is logged in.
    ///
    /// The variants stand in the order in which they are checked; the first that fails ends the verification.
    /// The last two belong to [`Unspent::spend`](super::Unspent::spend).
    ///
    /// ```
    /// use heap_identity::saml::Check;
    /// assert_eq!(Check::Audience.code(), "saml.audience");
    /// assert_eq!(Check::Audience.clause(), "saml-core 2.5.1.4");
    /// ```
    Check {
    FormValue "saml.form_value" "saml-bindings 3.5.4"
        "The form value is base64 of a message that is not too large"
    Doctype "saml.doctype" "saml-bindings 3.5, A51"
        "There is no document type declaration"
    Limits "saml.limits" "limits.rs"
        "The document stays within the bounds on depth, nodes, attributes and namespaces"
    WellFormed "saml.well_formed" "XML 1.0, Namespaces in XML 1.0"
        "The document is well-formed XML with namespaces, in UTF-8"
    UniqueIds "saml.unique_ids" "saml-core 1.3.4"
        "No two elements share an ID"
    Response "saml.response" "saml-core 3.3.3"
        "The message is a Response"
    Version "saml.version" "saml-core 3.2.2, 2.3.3"
        "Response and Assertion are of version 2.0"
    ForeignContent "saml.foreign_content" "D20"
        "Content from elsewhere carries no ID, no SAML message, no Assertion and no signature"
    Schema "saml.schema" "saml-schema-protocol-2.0, saml-schema-assertion-2.0"
        "Elements and attributes are those of the SAML schemas, in their order and number"
    Status "saml.status" "saml-core 3.2.2.2"
        "The identity provider reports success"
    NotEncrypted "saml.not_encrypted" "saml-core 2.3.4"
        "Nothing in the message is encrypted but the Assertion as a whole, and none beside a readable one"
    OneAssertion "saml.one_assertion" "saml-profiles 4.1.4.2"
        "The Response holds exactly one Assertion"
    DecryptionKey "saml.decryption_key" "saml-core 2.3.4, D23"
        "There is a key to decrypt the encrypted Assertion with"
    EncryptionShape "saml.encryption_shape" "saml-core 2.2.4, xmlenc-core1 3"
        "The encrypted Assertion has the one shape that SAML allows"
    EncryptionAlgorithm "saml.encryption_algorithm" "xmlenc-core1 5, A59"
        "The algorithms of the encryption are allowed"
    Decryption "saml.decryption" "xmlenc-core1 4.4, A59"
        "The encrypted Assertion can be decrypted (positions in it are counted from its own beginning)"
    Unsolicited "saml.unsolicited" "saml-profiles 4.1.5"
        "A Response that nobody asked for is allowed"
    IdentityProvider "saml.identity_provider" "saml-profiles 4.1.4.3"
        "The Assertion claims to come from the identity provider that was expected, and that one is trusted"
    Signed "saml.signed" "saml-profiles 4.1.4.5"
        "What must be signed carries a signature of its own"
    SignatureShape "saml.signature_shape" "saml-core 5.4, xmldsig-core 4"
        "The signature has the one shape that SAML allows"
    SignatureAlgorithm "saml.signature_algorithm" "saml-core 5.4.1"
        "The algorithms of the signature are allowed"
    SignatureReference "saml.signature_reference" "saml-core 5.4.2"
        "The signature refers to the element that it stands in"
    SignatureValue "saml.signature_value" "xmldsig-core 3.2.2"
        "The signature was made with a key that is configured for the identity provider"
    SignatureDigest "saml.signature_digest" "xmldsig-core 3.2.1"
        "What was signed has not been changed"
    Certificate "saml.certificate" "saml-profiles 4.1.4.3"
        "The configured certificate of the signing key is within its dates"
    Destination "saml.destination" "saml-bindings 3.5.5.2"
        "The Response was sent to this assertion consumer service"
    ResponseInResponseTo "saml.response_in_response_to" "saml-core 3.2.2"
        "The Response answers the request that was sent, or none if none was sent"
    ResponseIssuer "saml.response_issuer" "saml-profiles 4.1.4.2"
        "The issuer of the Response, where it is named, is the identity provider"
    IssueInstant "saml.issue_instant" "saml-core 3.2.2, 2.3.3"
        "Response and Assertion were not made in the future"
    Issuer "saml.issuer" "saml-profiles 4.1.4.2"
        "The issuer of the Assertion is the identity provider, named as an entity"
    Subject "saml.subject" "saml-profiles 4.1.4.2"
        "The Assertion has a Subject"
    NameId "saml.name_id" "saml-core 2.2.3"
        "The Subject is named by a NameID that is not blank"
    Bearer "saml.bearer" "saml-profiles 4.1.4.2"
        "A bearer SubjectConfirmation with SubjectConfirmationData is there"
    Recipient "saml.recipient" "saml-profiles 4.1.4.3"
        "The bearer confirmation was made for this assertion consumer service"
    ConfirmationNotBefore "saml.confirmation_not_before" "saml-profiles 4.1.4.2"
        "The bearer confirmation has no NotBefore"
    ConfirmationNotOnOrAfter "saml.confirmation_not_on_or_after" "saml-profiles 4.1.4.3"
        "The bearer confirmation can still be used"
    InResponseTo "saml.in_response_to" "saml-profiles 4.1.4.3"
        "The bearer confirmation answers the request that was sent, or none if none was sent"
    Conditions "saml.conditions" "saml-core 2.5.1"
        "The Assertion has Conditions, and all of them are understood"
    NotBefore "saml.not_before" "saml-core 2.5.1.2"
        "The Assertion is already valid"
    NotOnOrAfter "saml.not_on_or_after" "saml-core 2.5.1.2"
        "The Assertion is still valid"
    Audience "saml.audience" "saml-core 2.5.1.4"
        "Every AudienceRestriction names this service provider, and there is at least one"
    AuthnStatement "saml.authn_statement" "saml-profiles 4.1.4.2, saml-core 2.7.2"
        "The Assertion says when and how the person was authenticated, and not in the future"
    Session "saml.session" "saml-profiles 4.1.4.3"
        "The session at the identity provider has not ended"
    Replay "saml.replay" "saml-profiles 4.1.4.5"
        "The Assertion has not been used before"
    ReplayGuard "saml.replay_guard" "saml-profiles 4.1.4.5"
        "The use of the Assertion could be recorded"
    }
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::Check;

    #[test]
    fn codes_are_distinct_and_dotted() {
        let codes: BTreeSet<_> = Check::ALL.iter().map(|check| check.code()).collect();
        assert_eq!(codes.len(), Check::ALL.len());
        for code in codes {
            let name = code.strip_prefix("saml.").unwrap();
            assert!(name.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_'), "{code}");
        }
    }

    #[test]
    fn checks_are_listed_in_the_order_of_their_variants() {
        assert!(Check::ALL.is_sorted());
    }
}
