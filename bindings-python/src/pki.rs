//! Keys and certificates.

use heap_identity::pki::{self, KeyType, Scheme};
use pyo3::{Bound, PyResult, Python, pyclass, types::PyBytes};

use crate::{
    convert::{Instant, When},
    error::Raise,
    table::{table, words},
};

words! {
    scheme_of: Scheme {
        "rsa-sha256" => Scheme::RsaSha256,
        "rsa-sha384" => Scheme::RsaSha384,
        "rsa-sha512" => Scheme::RsaSha512,
        "rsa-pss-sha256" => Scheme::RsaPssSha256,
        "rsa-pss-sha384" => Scheme::RsaPssSha384,
        "rsa-pss-sha512" => Scheme::RsaPssSha512,
        "ecdsa-p256-sha256" => Scheme::EcdsaP256Sha256,
        "ecdsa-p384-sha384" => Scheme::EcdsaP384Sha384,
        "ed25519" => Scheme::Ed25519,
    }
}

/// The same words back, with the one that is for verification alone.
pub(crate) const fn scheme_word(scheme: Scheme) -> &'static str {
    match scheme {
        Scheme::RsaSha256 => "rsa-sha256",
        Scheme::RsaSha384 => "rsa-sha384",
        Scheme::RsaSha512 => "rsa-sha512",
        Scheme::RsaPssSha256 => "rsa-pss-sha256",
        Scheme::RsaPssSha384 => "rsa-pss-sha384",
        Scheme::RsaPssSha512 => "rsa-pss-sha512",
        Scheme::EcdsaP256Sha256 => "ecdsa-p256-sha256",
        Scheme::EcdsaP384Sha384 => "ecdsa-p384-sha384",
        Scheme::Ed25519 => "ed25519",
        Scheme::LegacyRsaSha1 => "legacy-rsa-sha1",
        _ => "other",
    }
}

const fn key_type_word(key_type: KeyType) -> &'static str {
    match key_type {
        KeyType::Rsa => "rsa",
        KeyType::P256 => "p256",
        KeyType::P384 => "p384",
        KeyType::Ed25519 => "ed25519",
        _ => "other",
    }
}

/// An X.509 certificate.
#[pyclass(frozen, eq, module = "heap_identity")]
#[derive(Clone, PartialEq)]
pub(crate) struct Certificate(pub(crate) pki::Certificate);

table!(Certificate {
    /// The distinguished name (RFC 4514).
    subject: String = |certificate| certificate.subject();
    serial: &str = |certificate| certificate.serial();
    key_type: &'static str = |certificate| key_type_word(certificate.public_key().key_type());
    /// Of the DER, in hexadecimal with colons.
    sha256_fingerprint: String = |certificate| certificate.sha256_fingerprint();
    not_before: When = |certificate| When(certificate.not_before());
    not_after: When = |certificate| When(certificate.not_after());
}
    /// The first certificate of a PEM text. Raises `InvalidInput` (`pki....`) for what cannot be used.
    #[staticmethod]
    fn from_pem(py: Python<'_>, pem: &str) -> PyResult<Self> {
        pki::Certificate::from_pem(pem).map(Self).raise(py)
    }

    /// Raises `InvalidInput` (`pki....`) for what cannot be used.
    #[staticmethod]
    fn from_der(py: Python<'_>, der: &[u8]) -> PyResult<Self> {
        pki::Certificate::from_der(der).map(Self).raise(py)
    }

    /// As a file has it.
    fn to_pem(&self) -> String {
        self.0.to_pem()
    }

    /// As signatures and fingerprints have it.
    fn to_der<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.der())
    }

    /// Whether it is within its dates.
    #[pyo3(signature = (*, now))]
    fn is_valid_at(&self, now: Instant) -> bool {
        self.0.is_valid_at(now.0)
    }

    fn __repr__(&self) -> String {
        format!("Certificate(subject={:?}, not_after={})", self.0.subject(), self.0.not_after())
    }
);

/// A private key with its certificate: read from PEM or DER, and not given out again.
macro_rules! private_key {
    ($(#[$doc_of_class:meta])* $class:ident($key:ty) { $($more:tt)* }) => {
        $(#[$doc_of_class])*
        #[pyclass(frozen, module = "heap_identity")]
        pub(crate) struct $class(pub(crate) $key);

        table!($class {
            certificate: Certificate = |key| Certificate(key.certificate().clone());
            $($more)*
        }
            /// Of a private key that is not encrypted. Raises `InvalidInput`, also where the two do not belong together.
            #[staticmethod]
            #[pyo3(signature = (*, key_pem, certificate_pem))]
            fn from_pem(py: Python<'_>, key_pem: &str, certificate_pem: &str) -> PyResult<Self> {
                <$key>::from_pem(key_pem, certificate_pem).map(Self).raise(py)
            }

            /// As `from_pem`, of DER.
            #[staticmethod]
            #[pyo3(signature = (*, key_der, certificate_der))]
            fn from_der(py: Python<'_>, key_der: &[u8], certificate_der: &[u8]) -> PyResult<Self> {
                <$key>::from_der(key_der, certificate_der).map(Self).raise(py)
            }

            fn __repr__(&self) -> String {
                format!("{}(certificate={})", stringify!($class), self.certificate().__repr__())
            }
        );
    };
}

private_key!(
    /// A private key (RSA 2048-4096, P-256, P-384, Ed25519) with its certificate. It is not printed and cannot be exported.
    ///
    /// It is read from PKCS#8, PKCS#1 or SEC 1.
    SigningKey(pki::SigningKey) {
    default_scheme: &'static str = |key| scheme_word(key.default_scheme());
});
private_key!(
    /// A private RSA key that decrypts, with the certificate that others encrypt for. It is not printed and cannot be exported.
    ///
    /// It is read from PKCS#8 or PKCS#1.
    DecryptionKey(pki::DecryptionKey) {});
