//! RSA private keys, which two backends can hold: ring, or with the feature `aws-lc-rs` AWS-LC, which signs faster
//! where the processor has AVX-512 IFMA (D33). The rest of this module is ring's either way, and the limits are the same (D29).

use alloc::{vec, vec::Vec};

#[cfg(feature = "aws-lc-rs")]
use aws_lc_rs as backend;
#[cfg(not(feature = "aws-lc-rs"))]
use ring as backend;

use backend::rand::SystemRandom;
use backend::signature::{self, KeyPair, RsaEncoding, RsaKeyPair};
use rustls_pki_types::PrivateKeyDer;
use x509_cert::der::asn1::UintRef;
use x509_cert::der::{Reader, SliceReader};

use super::{Error, Scheme};

/// Bits of the largest modulus that signs: ring's limit.
const MODULUS_BITS_MAX: usize = 4096;
/// The smallest public exponent, in bytes: 65537 has three.
const EXPONENT_BYTES_MIN: usize = 3;

pub(super) struct RsaPair(RsaKeyPair);

impl RsaPair {
    /// Reads a key in PKCS#8 or PKCS#1.
    pub(super) fn from_der(key: &PrivateKeyDer<'_>) -> Result<Self, Error> {
        let pair = match key {
            PrivateKeyDer::Pkcs8(key) => RsaKeyPair::from_pkcs8(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => RsaKeyPair::from_der(key.secret_pkcs1_der()),
            _ => return Err(Error::KeyMismatch),
        };
        let pair = Self(pair.map_err(|_| Error::Key)?);
        if pair.is_within_limits() { Ok(pair) } else { Err(Error::Key) }
    }

    /// `RSAPublicKey` in DER.
    pub(super) fn public_key(&self) -> &[u8] {
        self.0.public_key().as_ref()
    }

    pub(super) fn sign(&self, scheme: Scheme, message: &[u8]) -> Result<Vec<u8>, Error> {
        let encoding = encoding_of(scheme).ok_or(Error::SchemeMismatch)?;
        let mut signature = vec![0; self.modulus_bytes()];
        let signed = self.0.sign(encoding, &SystemRandom::new(), message, &mut signature);
        signed.map_err(|_| Error::Signing)?;
        Ok(signature)
    }

    fn modulus_bytes(&self) -> usize {
        #[cfg(feature = "aws-lc-rs")]
        return self.0.public_modulus_len();
        #[cfg(not(feature = "aws-lc-rs"))]
        return self.0.public().modulus_len();
    }

    fn is_within_limits(&self) -> bool {
        let exponent_bytes = SliceReader::new(self.public_key()).and_then(|mut reader| {
            reader.sequence(|content| {
                content.decode::<UintRef<'_>>()?;
                Ok::<_, x509_cert::der::Error>(content.decode::<UintRef<'_>>()?.as_bytes().len())
            })
        });
        self.modulus_bytes() <= MODULUS_BITS_MAX / 8
            && exponent_bytes.is_ok_and(|bytes| bytes >= EXPONENT_BYTES_MIN)
    }
}

fn encoding_of(scheme: Scheme) -> Option<&'static dyn RsaEncoding> {
    match scheme {
        Scheme::RsaSha256 => Some(&signature::RSA_PKCS1_SHA256),
        Scheme::RsaSha384 => Some(&signature::RSA_PKCS1_SHA384),
        Scheme::RsaSha512 => Some(&signature::RSA_PKCS1_SHA512),
        Scheme::RsaPssSha256 => Some(&signature::RSA_PSS_SHA256),
        Scheme::RsaPssSha384 => Some(&signature::RSA_PSS_SHA384),
        Scheme::RsaPssSha512 => Some(&signature::RSA_PSS_SHA512),
        Scheme::EcdsaP256Sha256
        | Scheme::EcdsaP384Sha384
        | Scheme::EcdsaP256Sha384
        | Scheme::EcdsaP384Sha256 => None,
        Scheme::Ed25519 | Scheme::LegacyRsaSha1 => None,
    }
}
