//! Private keys. They are read together with their certificate, which tells the type and proves the pair.

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use ring::rand::SystemRandom;
use ring::signature::{self, EcdsaKeyPair, EcdsaSigningAlgorithm, Ed25519KeyPair, KeyPair};
use rustls_pki_types::{PrivateKeyDer, pem::PemObject};
use x509_cert::der::asn1::{AnyRef, OctetStringRef, UintRef};
use x509_cert::der::{Error as DerError, Reader, SliceReader};
use zeroize::{Zeroize, Zeroizing};

use super::rsa::RsaPair;
use super::{Certificate, Error, KeyType, Scheme};

/// A private key with its certificate. It is not printed and cannot be exported; copies share the key.
#[derive(Clone)]
pub struct SigningKey {
    pair: Arc<Pair>,
    certificate: Certificate,
}

enum Pair {
    Rsa(RsaPair),
    Ecdsa(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

impl SigningKey {
    /// Reads a private key (PKCS#8, PKCS#1 or SEC 1, not encrypted) and its certificate, both in PEM.
    ///
    /// # Errors
    /// [`Error::KeyPem`], [`Error::Key`], those of [`Certificate::from_pem`], and [`Error::KeyMismatch`] when the
    /// certificate is of another key.
    pub fn from_pem(key_pem: &str, certificate_pem: &str) -> Result<Self, Error> {
        let certificate = Certificate::from_pem(certificate_pem)?;
        let mut key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).map_err(|_| Error::KeyPem)?;
        let pair = Pair::from_der(&key, &certificate);
        key.zeroize();
        Ok(Self { pair: Arc::new(pair?), certificate })
    }

    /// Reads a private key (PKCS#8, PKCS#1 or SEC 1, not encrypted) and its certificate, both in DER.
    ///
    /// # Errors
    /// [`Error::Key`], those of [`Certificate::from_der`], and [`Error::KeyMismatch`] when the certificate is of
    /// another key.
    pub fn from_der(key_der: &[u8], certificate_der: &[u8]) -> Result<Self, Error> {
        let certificate = Certificate::from_der(certificate_der)?;
        let key = PrivateKeyDer::try_from(key_der).map_err(|_| Error::Key)?;
        let pair = Pair::from_der(&key, &certificate)?;
        Ok(Self { pair: Arc::new(pair), certificate })
    }

    /// The certificate.
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The scheme that this key signs with by default: SHA-256 with RSA (PKCS#1 v1.5) and P-256, SHA-384 with P-384, Ed25519.
    pub fn default_scheme(&self) -> Scheme {
        match self.certificate.public_key().key_type() {
            KeyType::Rsa => Scheme::RsaSha256,
            KeyType::P256 => Scheme::EcdsaP256Sha256,
            KeyType::P384 => Scheme::EcdsaP384Sha384,
            KeyType::Ed25519 => Scheme::Ed25519,
        }
    }

    /// Signs `message`.
    ///
    /// # Errors
    /// [`Error::SchemeMismatch`] when the scheme is for another type of key, or for verification alone;
    /// [`Error::Signing`] when the backend fails.
    pub fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, Error> {
        if scheme.key_type() != self.certificate.public_key().key_type() {
            return Err(Error::SchemeMismatch);
        }
        let random = SystemRandom::new();
        match &*self.pair {
            Pair::Rsa(pair) => pair.sign(scheme, message),
            Pair::Ecdsa(_) if scheme != self.default_scheme() => Err(Error::SchemeMismatch),
            Pair::Ecdsa(pair) => Ok(pair.sign(&random, message).map_err(|_| Error::Signing)?.as_ref().into()),
            Pair::Ed25519(pair) => Ok(pair.sign(message).as_ref().into()),
        }
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

impl Pair {
    /// Reads the key as one of the certificate's type, and compares the two.
    fn from_der(key: &PrivateKeyDer<'_>, certificate: &Certificate) -> Result<Self, Error> {
        let public = certificate.public_key();
        match public.key_type() {
            KeyType::Rsa => {
                let pair = RsaPair::from_der(key)?;
                if pair.public_key() != public.bytes() {
                    return Err(Error::KeyMismatch);
                }
                Ok(Self::Rsa(pair))
            }
            KeyType::P256 => Self::ecdsa(&signature::ECDSA_P256_SHA256_FIXED_SIGNING, key, public.bytes()),
            KeyType::P384 => Self::ecdsa(&signature::ECDSA_P384_SHA384_FIXED_SIGNING, key, public.bytes()),
            KeyType::Ed25519 => {
                let PrivateKeyDer::Pkcs8(key) = key else { return Err(Error::KeyMismatch) };
                // OpenSSL writes version 1, without the public key (D29); it is computed, and compared here.
                let pair = Ed25519KeyPair::from_pkcs8_maybe_unchecked(key.secret_pkcs8_der())
                    .map_err(|_| Error::Key)?;
                if pair.public_key().as_ref() != public.bytes() {
                    return Err(Error::KeyMismatch);
                }
                Ok(Self::Ed25519(pair))
            }
        }
    }

    /// The public half comes from the certificate, since the key need not hold it (D29); ring compares the two.
    fn ecdsa(
        algorithm: &'static EcdsaSigningAlgorithm,
        key: &PrivateKeyDer<'_>,
        public: &[u8],
    ) -> Result<Self, Error> {
        let scalar = match key {
            PrivateKeyDer::Pkcs8(key) => {
                pkcs8_content(key.secret_pkcs8_der()).and_then(|content| sec1_scalar(&content))
            }
            PrivateKeyDer::Sec1(key) => sec1_scalar(key.secret_sec1_der()),
            _ => return Err(Error::KeyMismatch),
        };
        let scalar = scalar.map_err(|_| Error::Key)?;
        EcdsaKeyPair::from_private_key_and_public_key(algorithm, &scalar, public, &SystemRandom::new())
            .map(Self::Ecdsa)
            .map_err(|_| Error::KeyMismatch)
    }
}

/// The `privateKey` of a `PrivateKeyInfo` (RFC 5208 5).
fn pkcs8_content(der: &[u8]) -> Result<Zeroizing<Vec<u8>>, DerError> {
    SliceReader::new(der)?.sequence(|fields| {
        fields.decode::<UintRef<'_>>()?;
        fields.decode::<AnyRef<'_>>()?;
        let content = Zeroizing::new(fields.decode::<&OctetStringRef>()?.as_bytes().to_vec());
        while !fields.is_finished() {
            fields.decode::<AnyRef<'_>>()?;
        }
        Ok(content)
    })
}

/// The `privateKey` of an `ECPrivateKey` (RFC 5915 3).
fn sec1_scalar(der: &[u8]) -> Result<Zeroizing<Vec<u8>>, DerError> {
    SliceReader::new(der)?.sequence(|fields| {
        fields.decode::<UintRef<'_>>()?;
        let scalar = Zeroizing::new(fields.decode::<&OctetStringRef>()?.as_bytes().to_vec());
        while !fields.is_finished() {
            fields.decode::<AnyRef<'_>>()?;
        }
        Ok(scalar)
    })
}
