//! What the benchmarks have in common: signed logins, and the floor under their verification.
#![allow(clippy::std_instead_of_core, reason = "a program has the standard library")]

pub mod worker;

use std::error::Error;

use heap_identity::{
    entropy::Seeded,
    pki::{Scheme, SigningKey, VerifyingKey},
    saml::{
        Attribute, Expected, IdentityProvider, Login, NameId, Policy, Received, Rejection, ReplayCache,
        ServiceProvider, Trust, VerifiedAssertion, to_form_value,
    },
};
use jiff::Timestamp;
use ring::digest::{Digest, SHA256, digest};

const IDP: &str = "https://sso.jumpcloud.com/saml2/heap";
const HEAP: &str = "https://heapanalytics.com";
const ACS: &str = "https://heapanalytics.com/saml/finalize/1234/";
const KEY: &str = include_str!("../../core/tests/vectors/keys/rsa2048.key.pem");
const CERTIFICATE: &str = include_str!("../../core/tests/vectors/keys/rsa2048.cert.pem");
/// About as long as the SignedInfo of a Response.
const SIGNED_INFO_BYTES: usize = 800;

/// A signed Response of a size, its service provider, and what no verification can do without.
#[derive(Debug)]
pub struct Verification {
    /// The XML.
    pub xml: String,
    form_value: String,
    service_provider: ServiceProvider,
    now: Timestamp,
    key: VerifyingKey,
    signed: Vec<u8>,
    signature: Vec<u8>,
}

impl Verification {
    /// A login with so many attributes, its Assertion signed with RSA-2048 and SHA-256.
    ///
    /// # Errors
    /// What kept the login from being signed.
    pub fn with_attributes(count: usize) -> Result<Self, Box<dyn Error>> {
        let now = Timestamp::from_second(1_772_359_200)?;
        let key = SigningKey::from_pem(KEY, CERTIFICATE)?;
        let names: Vec<String> = (0..count).map(|number| format!("attribute-{number}")).collect();
        let attributes: Vec<Attribute<'_>> =
            names.iter().map(|name| Attribute::new(name, &["a value of middling length"])).collect();
        let mut login = Login::new(NameId::email("ada@example.com"), HEAP, ACS, now);
        login.attributes = &attributes;
        let idp = IdentityProvider::builder(IDP).sign_with(key.clone()).build();
        let xml = idp.respond(&login, now, &mut Seeded::new(7))?.xml().to_owned();
        let trust = Trust::new(IDP, vec![key.certificate().clone()]);
        let signed = vec![b'a'; SIGNED_INFO_BYTES];
        Ok(Self {
            form_value: to_form_value(&xml),
            xml,
            service_provider: ServiceProvider::new(HEAP, ACS, vec![trust], Policy::strict()),
            now,
            key: key.certificate().public_key().clone(),
            signature: key.sign(Scheme::RsaSha256, &signed)?,
            signed,
        })
    }

    /// Ours: from the form's field to a verified login, replay guard included.
    ///
    /// # Errors
    /// [`Rejection`] when the login is refused, which a benchmark must not go on from.
    pub fn ours(&self) -> Result<VerifiedAssertion, Rejection> {
        let received = Received { saml_response: &self.form_value, expected: Expected::Unsolicited };
        self.service_provider.verify(&received, self.now, &mut ReplayCache::with_capacity(1))
    }

    /// The floor: ring's check of one RSA signature, and SHA-256 over the same bytes.
    pub fn floor(&self) -> (bool, Digest) {
        let holds = self.key.verify(Scheme::RsaSha256, &self.signed, &self.signature).is_ok();
        (holds, digest(&SHA256, self.xml.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::Verification;

    #[test]
    fn what_is_measured_succeeds() {
        let verification = Verification::with_attributes(10).unwrap();
        assert_eq!(verification.ours().unwrap().attributes().len(), 10);
        assert!(verification.floor().0);
    }
}
