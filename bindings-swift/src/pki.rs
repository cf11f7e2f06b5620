//! Keys and certificates.

use std::{sync::Arc, time::SystemTime};

use heap_identity::pki;

use crate::{
    convert::{date, instant},
    error::HeapIdentityError,
    held::Held,
    mirror::mirror,
};

mirror! {
    /// What kind of key it is.
    from KeyType of pki::KeyType {
        /// RSA.
        Rsa,
        /// ECDSA on P-256.
        P256,
        /// ECDSA on P-384.
        P384,
        /// Ed25519.
        Ed25519,
    }
}

/// An X.509 certificate.
#[derive(Debug, uniffi::Object)]
#[uniffi::export(Eq, Hash)]
pub struct Certificate(pub(crate) Held<pki::Certificate>);

impl Certificate {
    pub(crate) fn of(certificate: pki::Certificate) -> Arc<Self> {
        Arc::new(Self(Held::new(certificate)))
    }
}

impl PartialEq for Certificate {
    fn eq(&self, other: &Self) -> bool {
        *self.0 == *other.0
    }
}

impl Eq for Certificate {}

impl core::hash::Hash for Certificate {
    fn hash<H: core::hash::Hasher>(&self, state: &mut H) {
        self.0.der().hash(state);
    }
}

#[uniffi::export]
impl Certificate {
    /// Reads a certificate in PEM.
    #[uniffi::constructor]
    pub fn new(pem: &str) -> Result<Self, HeapIdentityError> {
        Ok(Self(Held::new(pki::Certificate::from_pem(pem)?)))
    }

    /// Reads a certificate in DER.
    #[uniffi::constructor]
    pub fn from_der(der: Vec<u8>) -> Result<Self, HeapIdentityError> {
        Ok(Self(Held::new(pki::Certificate::from_der(&der)?)))
    }

    /// The certificate in PEM.
    pub fn pem(&self) -> String {
        self.0.to_pem()
    }

    /// The certificate in DER.
    pub fn der(&self) -> Vec<u8> {
        self.0.der().to_vec()
    }

    /// The certificate in base64, as XML carries it.
    pub fn base64(&self) -> String {
        self.0.to_base64()
    }

    /// What kind of key it certifies.
    pub fn key_type(&self) -> KeyType {
        self.0.public_key().key_type().into()
    }

    /// Whose certificate it is.
    pub fn subject(&self) -> String {
        self.0.subject()
    }

    /// The serial number, in hexadecimal.
    pub fn serial(&self) -> String {
        self.0.serial().to_owned()
    }

    /// The SHA-256 of the certificate, for people to compare.
    pub fn sha256_fingerprint(&self) -> String {
        self.0.sha256_fingerprint()
    }

    /// The first moment of its validity.
    pub fn not_before(&self) -> SystemTime {
        date(self.0.not_before())
    }

    /// The last moment of its validity.
    pub fn not_after(&self) -> SystemTime {
        date(self.0.not_after())
    }

    /// Whether it is within its dates.
    pub fn is_valid(&self, at: SystemTime) -> Result<bool, HeapIdentityError> {
        Ok(self.0.is_valid_at(instant(at)?))
    }
}

/// A private key with its certificate. It is not printed and cannot be exported.
#[derive(Debug, uniffi::Object)]
pub struct SigningKey(pub(crate) Held<pki::SigningKey>);

#[uniffi::export]
impl SigningKey {
    /// Reads a private key that is not encrypted, and its certificate, both in PEM.
    #[uniffi::constructor]
    pub fn new(key_pem: &str, certificate_pem: &str) -> Result<Self, HeapIdentityError> {
        Ok(Self(Held::new(pki::SigningKey::from_pem(key_pem, certificate_pem)?)))
    }

    /// Reads a private key that is not encrypted, and its certificate, both in DER.
    #[uniffi::constructor]
    pub fn from_der(key_der: Vec<u8>, certificate_der: Vec<u8>) -> Result<Self, HeapIdentityError> {
        Ok(Self(Held::new(pki::SigningKey::from_der(&key_der, &certificate_der)?)))
    }

    /// The certificate.
    pub fn certificate(&self) -> Arc<Certificate> {
        Certificate::of(self.0.certificate().clone())
    }
}

/// A private RSA key that decrypts Assertions, with its certificate. It is not printed and cannot be exported.
#[derive(Debug, uniffi::Object)]
pub struct DecryptionKey(pub(crate) Held<pki::DecryptionKey>);

#[uniffi::export]
impl DecryptionKey {
    /// Reads a private key that is not encrypted, and its certificate, both in PEM. A library that was built without
    /// `aws-lc-rs` cannot decrypt and says so.
    #[uniffi::constructor]
    pub fn new(key_pem: &str, certificate_pem: &str) -> Result<Self, HeapIdentityError> {
        Ok(Self(Held::new(pki::DecryptionKey::from_pem(key_pem, certificate_pem)?)))
    }

    /// Reads a private key that is not encrypted, and its certificate, both in DER.
    #[uniffi::constructor]
    pub fn from_der(key_der: Vec<u8>, certificate_der: Vec<u8>) -> Result<Self, HeapIdentityError> {
        Ok(Self(Held::new(pki::DecryptionKey::from_der(&key_der, &certificate_der)?)))
    }

    /// The certificate, for the identity provider to encrypt to.
    pub fn certificate(&self) -> Arc<Certificate> {
        Certificate::of(self.0.certificate().clone())
    }
}
