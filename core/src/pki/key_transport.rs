//! RSA keys that carry content keys (RFC 8017 7.1, RSAES-OAEP): the certificate's half wraps, the private half unwraps.
//!
//! ring has no RSA encryption: without the feature `aws-lc-rs` every call here is [`Error::NeedsAwsLc`].

use alloc::{sync::Arc, vec::Vec};
use core::fmt;

use rustls_pki_types::{PrivateKeyDer, pem::PemObject};
use zeroize::{Zeroize, Zeroizing};

use super::{Certificate, Error, KeyType};

/// RSA-OAEP with one hash for the label and for MGF1. SHA-1 is no weakness here: OAEP does not need a hash without
/// collisions (RFC 8017 7.1, note in B.1).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum KeyTransport {
    /// SHA-1 twice: what every implementation of XML Encryption has.
    OaepSha1,
    /// SHA-256 twice.
    OaepSha256,
    /// SHA-384 twice.
    OaepSha384,
    /// SHA-512 twice.
    OaepSha512,
}

/// A private RSA key that decrypts, with the certificate that others encrypt for. It is not printed and cannot be
/// exported; copies share the key.
#[derive(Clone)]
pub struct DecryptionKey {
    key: Arc<backend::PrivateKey>,
    certificate: Certificate,
}

impl DecryptionKey {
    /// Reads an RSA private key (PKCS#8 or PKCS#1, not encrypted, 2048 to 8192 bits) and its certificate, both in PEM.
    ///
    /// # Errors
    /// [`Error::NeedsAwsLc`] without the feature `aws-lc-rs`; [`Error::KeyPem`], [`Error::Key`],
    /// [`Error::UnsupportedKey`] for a key that is not RSA, those of [`Certificate::from_pem`], and
    /// [`Error::KeyMismatch`] when the certificate is of another key.
    pub fn from_pem(key_pem: &str, certificate_pem: &str) -> Result<Self, Error> {
        let certificate = Certificate::from_pem(certificate_pem)?;
        let mut key = PrivateKeyDer::from_pem_slice(key_pem.as_bytes()).map_err(|_| Error::KeyPem)?;
        let read = Self::read(&key, certificate);
        key.zeroize();
        read
    }

    /// Reads the same in DER.
    ///
    /// # Errors
    /// As [`from_pem`](Self::from_pem), but for PEM.
    pub fn from_der(key_der: &[u8], certificate_der: &[u8]) -> Result<Self, Error> {
        let key = PrivateKeyDer::try_from(key_der).map_err(|_| Error::Key)?;
        Self::read(&key, Certificate::from_der(certificate_der)?)
    }

    fn read(key: &PrivateKeyDer<'_>, certificate: Certificate) -> Result<Self, Error> {
        if certificate.public_key().key_type() != KeyType::Rsa {
            return Err(Error::UnsupportedKey);
        }
        let private = match key {
            PrivateKeyDer::Pkcs8(key) => backend::PrivateKey::from_pkcs8(key.secret_pkcs8_der()),
            PrivateKeyDer::Pkcs1(key) => backend::PrivateKey::from_pkcs8(&pkcs8_of(key.secret_pkcs1_der())?),
            _ => return Err(Error::KeyMismatch),
        }?;
        if !private.is_of(certificate.public_key().bytes()) {
            return Err(Error::KeyMismatch);
        }
        Ok(Self { key: Arc::new(private), certificate })
    }

    /// The certificate that others encrypt for.
    pub const fn certificate(&self) -> &Certificate {
        &self.certificate
    }

    /// The content key that was wrapped for this key. All failures are one (A59).
    pub(crate) fn unwrap_key(
        &self,
        transport: KeyTransport,
        wrapped: &[u8],
        label: &[u8],
    ) -> Result<Zeroizing<Vec<u8>>, Error> {
        self.key.unwrap_key(transport, wrapped, label)
    }
}

impl fmt::Debug for DecryptionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DecryptionKey").field("certificate", &self.certificate).finish_non_exhaustive()
    }
}

impl Certificate {
    /// Wraps a content key for the holder of this certificate.
    pub(crate) fn wrap_key(&self, transport: KeyTransport, key: &[u8]) -> Result<Vec<u8>, Error> {
        if self.public_key().key_type() != KeyType::Rsa {
            return Err(Error::UnsupportedKey);
        }
        backend::wrap_key(self, transport, key)
    }
}

/// PKCS#1 as PKCS#8 (RFC 5208 5): version 0, the algorithm rsaEncryption, the key in an octet string.
fn pkcs8_of(pkcs1: &[u8]) -> Result<Zeroizing<Vec<u8>>, Error> {
    const ALGORITHM: [u8; 18] = [2, 1, 0, 0x30, 13, 6, 9, 0x2A, 0x86, 0x48, 0x86, 0xF7, 0x0D, 1, 1, 1, 5, 0];
    // Two bytes of length are DER from 256 bytes on; no RSA key of 2048 bits is shorter.
    let length = |bytes: usize| u16::try_from(bytes).ok().filter(|short| *short > 255).ok_or(Error::Key);
    let key = length(pkcs1.len())?.to_be_bytes();
    let all = length(ALGORITHM.len() + 4 + pkcs1.len())?.to_be_bytes();
    let parts: [&[u8]; 6] = [&[0x30, 0x82], &all, &ALGORITHM, &[4, 0x82], &key, pkcs1];
    Ok(Zeroizing::new(parts.concat()))
}

#[cfg(feature = "aws-lc-rs")]
mod backend {
    use alloc::{vec, vec::Vec};

    use aws_lc_rs::encoding::AsDer;
    use aws_lc_rs::rsa::{
        OAEP_SHA1_MGF1SHA1, OAEP_SHA256_MGF1SHA256, OAEP_SHA384_MGF1SHA384, OAEP_SHA512_MGF1SHA512,
        OaepAlgorithm, OaepPrivateDecryptingKey, OaepPublicEncryptingKey, PrivateDecryptingKey,
        PublicEncryptingKey,
    };
    use x509_cert::der::{Decode, Encode};
    use zeroize::{Zeroize, Zeroizing};

    use super::{Certificate, Error, KeyTransport};

    pub(super) struct PrivateKey {
        key: OaepPrivateDecryptingKey,
        /// `SubjectPublicKeyInfo` in DER.
        public: Vec<u8>,
    }

    impl PrivateKey {
        pub(super) fn from_pkcs8(der: &[u8]) -> Result<Self, Error> {
            let key = PrivateDecryptingKey::from_pkcs8(der).map_err(|_| Error::Key)?;
            let public = key.public_key().as_der().map_err(|_| Error::Key)?.as_ref().into();
            Ok(Self { key: OaepPrivateDecryptingKey::new(key).map_err(|_| Error::Key)?, public })
        }

        /// Whether the public half is this `RSAPublicKey`, with which its `SubjectPublicKeyInfo` ends.
        pub(super) fn is_of(&self, public: &[u8]) -> bool {
            self.public.ends_with(public)
        }

        pub(super) fn unwrap_key(
            &self,
            transport: KeyTransport,
            wrapped: &[u8],
            label: &[u8],
        ) -> Result<Zeroizing<Vec<u8>>, Error> {
            let mut output = Zeroizing::new(vec![0; self.key.min_output_size()]);
            let opened = self.key.decrypt(algorithm(transport), wrapped, &mut output, Some(label));
            let length = opened.map_err(|_| Error::Decryption)?.len();
            let mut key = Zeroizing::new(Vec::with_capacity(length));
            key.extend_from_slice(output.get(..length).unwrap_or_default());
            output.zeroize();
            Ok(key)
        }
    }

    pub(super) fn wrap_key(
        certificate: &Certificate,
        transport: KeyTransport,
        key: &[u8],
    ) -> Result<Vec<u8>, Error> {
        let certificate =
            x509_cert::Certificate::from_der(certificate.der()).map_err(|_| Error::Certificate)?;
        let info = certificate.tbs_certificate().subject_public_key_info();
        let public = info.to_der().map_err(|_| Error::Certificate)?;
        let public = PublicEncryptingKey::from_der(&public).map_err(|_| Error::UnsupportedKey)?;
        let public = OaepPublicEncryptingKey::new(public).map_err(|_| Error::UnsupportedKey)?;
        let mut output = vec![0; public.ciphertext_size()];
        let wrapped = public.encrypt(algorithm(transport), key, &mut output, None);
        wrapped.map(|wrapped| wrapped.to_vec()).map_err(|_| Error::Encryption)
    }

    const fn algorithm(transport: KeyTransport) -> &'static OaepAlgorithm {
        match transport {
            KeyTransport::OaepSha1 => &OAEP_SHA1_MGF1SHA1,
            KeyTransport::OaepSha256 => &OAEP_SHA256_MGF1SHA256,
            KeyTransport::OaepSha384 => &OAEP_SHA384_MGF1SHA384,
            KeyTransport::OaepSha512 => &OAEP_SHA512_MGF1SHA512,
        }
    }
}

#[cfg(not(feature = "aws-lc-rs"))]
mod backend {
    use alloc::vec::Vec;

    use zeroize::Zeroizing;

    use super::{Certificate, Error, KeyTransport};

    /// There is none in this build.
    pub(super) enum PrivateKey {}

    impl PrivateKey {
        pub(super) const fn from_pkcs8(_: &[u8]) -> Result<Self, Error> {
            Err(Error::NeedsAwsLc)
        }

        pub(super) const fn is_of(&self, _: &[u8]) -> bool {
            match *self {}
        }

        pub(super) const fn unwrap_key(
            &self,
            _: KeyTransport,
            _: &[u8],
            _: &[u8],
        ) -> Result<Zeroizing<Vec<u8>>, Error> {
            match *self {}
        }
    }

    pub(super) const fn wrap_key(_: &Certificate, _: KeyTransport, _: &[u8]) -> Result<Vec<u8>, Error> {
        Err(Error::NeedsAwsLc)
    }
}
