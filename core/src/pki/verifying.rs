//! Public keys and the signature schemes that they verify.

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use ring::signature::{self, UnparsedPublicKey, VerificationAlgorithm};
use x509_cert::der::asn1::{ObjectIdentifier, UintRef};
use x509_cert::der::{Encode, Reader, SliceReader};
use x509_cert::spki::SubjectPublicKeyInfoOwned;

use super::Error;

const RSA: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.113549.1.1.1");
const EC: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.2.1");
const P256: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.2.840.10045.3.1.7");
const P384: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.132.0.34");
const ED25519: ObjectIdentifier = ObjectIdentifier::new_unwrap("1.3.101.112");

/// The types of keys that are supported.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeyType {
    /// RSA, 2048 to 8192 bits.
    Rsa,
    /// ECDSA on the curve P-256.
    P256,
    /// ECDSA on the curve P-384.
    P384,
    /// Ed25519.
    Ed25519,
}

/// Signature schemes. ECDSA signatures are r and s in fixed length, as XML-DSig has them.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Scheme {
    /// RSASSA-PKCS1-v1_5 with SHA-256.
    RsaSha256,
    /// RSASSA-PKCS1-v1_5 with SHA-384.
    RsaSha384,
    /// RSASSA-PKCS1-v1_5 with SHA-512.
    RsaSha512,
    /// RSASSA-PSS with SHA-256 and a salt of 32 bytes.
    RsaPssSha256,
    /// RSASSA-PSS with SHA-384 and a salt of 48 bytes.
    RsaPssSha384,
    /// RSASSA-PSS with SHA-512 and a salt of 64 bytes.
    RsaPssSha512,
    /// ECDSA on P-256 with SHA-256.
    EcdsaP256Sha256,
    /// ECDSA on P-384 with SHA-384.
    EcdsaP384Sha384,
    /// ECDSA on P-256 with SHA-384: for verification alone.
    EcdsaP256Sha384,
    /// ECDSA on P-384 with SHA-256: for verification alone.
    EcdsaP384Sha256,
    /// Ed25519 (RFC 8032).
    Ed25519,
    /// RSASSA-PKCS1-v1_5 with SHA-1: for verification alone.
    LegacyRsaSha1,
}

impl Scheme {
    /// The type of key that this scheme takes.
    pub const fn key_type(self) -> KeyType {
        match self {
            Self::RsaSha256 | Self::RsaSha384 | Self::RsaSha512 | Self::LegacyRsaSha1 => KeyType::Rsa,
            Self::RsaPssSha256 | Self::RsaPssSha384 | Self::RsaPssSha512 => KeyType::Rsa,
            Self::EcdsaP256Sha256 | Self::EcdsaP256Sha384 => KeyType::P256,
            Self::EcdsaP384Sha384 | Self::EcdsaP384Sha256 => KeyType::P384,
            Self::Ed25519 => KeyType::Ed25519,
        }
    }

    /// What this scheme's URI means with such a key: for ECDSA it names the hash, and the key has the curve (RFC 9231
    /// 2.3.6). `None` when the scheme is for other keys.
    pub fn with_key(self, key_type: KeyType) -> Option<Self> {
        let meant = match (self, key_type) {
            (Self::EcdsaP256Sha256 | Self::EcdsaP384Sha256, KeyType::P256) => Self::EcdsaP256Sha256,
            (Self::EcdsaP256Sha256 | Self::EcdsaP384Sha256, KeyType::P384) => Self::EcdsaP384Sha256,
            (Self::EcdsaP384Sha384 | Self::EcdsaP256Sha384, KeyType::P256) => Self::EcdsaP256Sha384,
            (Self::EcdsaP384Sha384 | Self::EcdsaP256Sha384, KeyType::P384) => Self::EcdsaP384Sha384,
            _ => self,
        };
        (meant.key_type() == key_type).then_some(meant)
    }

    fn verification(self) -> &'static dyn VerificationAlgorithm {
        match self {
            Self::RsaSha256 => &signature::RSA_PKCS1_2048_8192_SHA256,
            Self::RsaSha384 => &signature::RSA_PKCS1_2048_8192_SHA384,
            Self::RsaSha512 => &signature::RSA_PKCS1_2048_8192_SHA512,
            Self::RsaPssSha256 => &signature::RSA_PSS_2048_8192_SHA256,
            Self::RsaPssSha384 => &signature::RSA_PSS_2048_8192_SHA384,
            Self::RsaPssSha512 => &signature::RSA_PSS_2048_8192_SHA512,
            Self::EcdsaP256Sha256 => &signature::ECDSA_P256_SHA256_FIXED,
            Self::EcdsaP384Sha384 => &signature::ECDSA_P384_SHA384_FIXED,
            Self::EcdsaP256Sha384 => &signature::ECDSA_P256_SHA384_ASN1,
            Self::EcdsaP384Sha256 => &signature::ECDSA_P384_SHA256_ASN1,
            Self::Ed25519 => &signature::ED25519,
            Self::LegacyRsaSha1 => &signature::RSA_PKCS1_2048_8192_SHA1_FOR_LEGACY_USE_ONLY,
        }
    }
}

/// A public key. It comes from configuration, by way of a [`Certificate`](super::Certificate), never from a message.
#[derive(Clone, Eq, PartialEq)]
pub struct VerifyingKey {
    key_type: KeyType,
    /// As ring takes it: `RSAPublicKey` in DER, an uncompressed point, 32 bytes.
    bytes: Arc<[u8]>,
}

impl VerifyingKey {
    /// The key of a `SubjectPublicKeyInfo` (RFC 5280 4.1.2.7).
    pub(super) fn from_spki(info: &SubjectPublicKeyInfoOwned) -> Result<Self, Error> {
        let bytes = info.subject_public_key.as_bytes().ok_or(Error::Certificate)?;
        let curve =
            info.algorithm.parameters.as_ref().and_then(|any| any.decode_as::<ObjectIdentifier>().ok());
        let (key_type, length) = match (info.algorithm.oid, curve) {
            (RSA, _) => (KeyType::Rsa, None),
            (EC, Some(P256)) => (KeyType::P256, Some(65)),
            (EC, Some(P384)) => (KeyType::P384, Some(97)),
            (ED25519, None) => (KeyType::Ed25519, Some(32)),
            _ => return Err(Error::UnsupportedKey),
        };
        match length {
            Some(length) if bytes.len() != length => return Err(Error::UnsupportedKey),
            None if !(2048..=8192).contains(&modulus_bits(bytes)?) => return Err(Error::KeySize),
            _ => {}
        }
        Ok(Self { key_type, bytes: bytes.into() })
    }

    /// The type of this key.
    pub const fn key_type(&self) -> KeyType {
        self.key_type
    }

    /// Checks a signature over `message`.
    ///
    /// # Errors
    /// [`Error::SchemeMismatch`] when the scheme is for another type of key, [`Error::Signature`] when it does not hold.
    pub fn verify(&self, scheme: Scheme, message: &[u8], signature: &[u8]) -> Result<(), Error> {
        if scheme.key_type() != self.key_type {
            return Err(Error::SchemeMismatch);
        }
        let key = UnparsedPublicKey::new(scheme.verification(), &self.bytes);
        let holds = match scheme {
            // ring takes these pairs of curve and hash in ASN.1 alone.
            Scheme::EcdsaP256Sha384 | Scheme::EcdsaP384Sha256 => {
                let half = if scheme.key_type() == KeyType::P256 { 32 } else { 48 };
                key.verify(message, &in_asn1(signature, half).ok_or(Error::Signature)?)
            }
            _ => key.verify(message, signature),
        };
        holds.map_err(|_| Error::Signature)
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

impl fmt::Debug for VerifyingKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("VerifyingKey").field(&self.key_type).finish()
    }
}

/// r and s, each of `half` bytes, as an `Ecdsa-Sig-Value` (RFC 3279 2.2.3).
fn in_asn1(signature: &[u8], half: usize) -> Option<Vec<u8>> {
    let (r, s) = signature.split_at_checked(half).filter(|(_, s)| s.len() == half)?;
    [UintRef::new(r).ok()?, UintRef::new(s).ok()?].to_der().ok()
}

/// The length of the modulus in an `RSAPublicKey` (RFC 8017 A.1.1).
fn modulus_bits(key: &[u8]) -> Result<usize, Error> {
    let mut reader = SliceReader::new(key).map_err(|_| Error::Certificate)?;
    let modulus = reader.sequence(|content| {
        let modulus: Vec<u8> = content.decode::<UintRef<'_>>()?.as_bytes().into();
        content.decode::<UintRef<'_>>()?;
        Ok::<_, x509_cert::der::Error>(modulus)
    });
    let modulus = modulus.map_err(|_| Error::Certificate)?;
    let zeros = modulus.first().map_or(0, |first| first.leading_zeros() as usize);
    Ok(modulus.len() * 8 - zeros)
}
