//! Keys and certificates.

use std::{sync::Arc, time::SystemTime};

use heap_identity::pki;

use crate::{convert::date, error::HeapIdentityError};

/// An X.509 certificate.
#[derive(Debug, uniffi::Object)]
pub struct Certificate(pub(crate) pki::Certificate);

#[uniffi::export]
impl Certificate {
    /// Reads a certificate in PEM.
    #[uniffi::constructor]
    pub fn new(pem: &str) -> Result<Self, HeapIdentityError> {
        Ok(Self(pki::Certificate::from_pem(pem)?))
    }

    /// The certificate in PEM.
    pub fn pem(&self) -> String {
        self.0.to_pem()
    }

    /// Whose certificate it is.
    pub fn subject(&self) -> String {
        self.0.subject()
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
}

/// A private key with its certificate. It is not printed and cannot be exported.
#[derive(Debug, uniffi::Object)]
pub struct SigningKey(pub(crate) pki::SigningKey);

#[uniffi::export]
impl SigningKey {
    /// Reads a private key that is not encrypted, and its certificate, both in PEM.
    #[uniffi::constructor]
    pub fn new(key_pem: &str, certificate_pem: &str) -> Result<Self, HeapIdentityError> {
        Ok(Self(pki::SigningKey::from_pem(key_pem, certificate_pem)?))
    }

    /// The certificate.
    pub fn certificate(&self) -> Arc<Certificate> {
        Arc::new(Certificate(self.0.certificate().clone()))
    }
}
