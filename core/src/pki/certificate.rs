//! X.509 certificates as configured holders of a key.

use alloc::{format, string::String, string::ToString, sync::Arc, vec::Vec};
use core::fmt::{self, Write};

use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use ring::digest::{SHA256, digest};
use rustls_pki_types::{CertificateDer, pem::PemObject};
use x509_cert::der::Decode;

use super::{Error, VerifyingKey};

/// An X.509 certificate: a public key with a name and a time. Copies are cheap.
///
/// Neither its signature nor its issuer is checked: it is trusted because it was configured (A46).
#[derive(Clone, Eq, PartialEq)]
pub struct Certificate(Arc<Parsed>);

#[derive(Eq, PartialEq)]
struct Parsed {
    der: Vec<u8>,
    key: VerifyingKey,
    subject: String,
    serial: String,
    fingerprint: String,
    not_before: Timestamp,
    not_after: Timestamp,
}

impl Certificate {
    /// Reads the one certificate of a PEM text (RFC 7468); other sections are passed over.
    ///
    /// # Errors
    /// [`Error::CertificatePem`], [`Error::SeveralCertificates`], or as [`from_der`](Self::from_der).
    pub fn from_pem(pem: &str) -> Result<Self, Error> {
        let mut certificates = CertificateDer::pem_slice_iter(pem.as_bytes());
        let first = certificates.next().and_then(Result::ok).ok_or(Error::CertificatePem)?;
        if certificates.next().is_some() {
            return Err(Error::SeveralCertificates);
        }
        Self::from_der(&first)
    }

    /// Reads a certificate in DER.
    ///
    /// # Errors
    /// [`Error::Certificate`], [`Error::UnsupportedKey`], [`Error::KeySize`].
    pub fn from_der(der: &[u8]) -> Result<Self, Error> {
        let certificate = x509_cert::Certificate::from_der(der).map_err(|_| Error::Certificate)?;
        let tbs = certificate.tbs_certificate();
        let time = |time: x509_cert::time::Time| {
            let seconds = i64::try_from(time.to_unix_duration().as_secs()).map_err(|_| Error::Certificate)?;
            Timestamp::from_second(seconds).map_err(|_| Error::Certificate)
        };
        Ok(Self(Arc::new(Parsed {
            der: der.into(),
            key: VerifyingKey::from_spki(tbs.subject_public_key_info())?,
            subject: tbs.subject().to_string(),
            serial: hexadecimal(tbs.serial_number().as_bytes()),
            fingerprint: hexadecimal(digest(&SHA256, der).as_ref()),
            not_before: time(tbs.validity().not_before)?,
            not_after: time(tbs.validity().not_after)?,
        })))
    }

    /// The public key.
    pub fn public_key(&self) -> &VerifyingKey {
        &self.0.key
    }

    /// The subject as RFC 4514 writes it.
    pub fn subject(&self) -> String {
        self.0.subject.clone()
    }

    /// The serial number, in hexadecimal with colons.
    pub fn serial(&self) -> &str {
        &self.0.serial
    }

    /// When validity begins.
    pub fn not_before(&self) -> Timestamp {
        self.0.not_before
    }

    /// The last second of validity.
    pub fn not_after(&self) -> Timestamp {
        self.0.not_after
    }

    /// Whether `now` is within the validity (RFC 5280 4.1.2.5: both ends included).
    pub fn is_valid_at(&self, now: Timestamp) -> bool {
        self.not_before() <= now && now <= self.not_after()
    }

    /// SHA-256 of the DER, in hexadecimal with colons, as OpenSSL and administration pages show it.
    pub fn sha256_fingerprint(&self) -> String {
        self.0.fingerprint.clone()
    }

    /// The DER.
    pub fn der(&self) -> &[u8] {
        &self.0.der
    }

    /// The DER in base64, in one line, as `ds:X509Certificate` and SAML metadata carry it.
    pub fn to_base64(&self) -> String {
        BASE64_STANDARD.encode(self.der())
    }

    /// The certificate in PEM (RFC 7468).
    pub fn to_pem(&self) -> String {
        let base64 = self.to_base64();
        let lines = base64.as_bytes().chunks(64).map(|line| core::str::from_utf8(line).unwrap_or_default());
        let body: Vec<_> = lines.collect();
        format!("-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n", body.join("\n"))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate")
            .field("subject", &self.0.subject)
            .field("sha256", &self.0.fingerprint)
            .finish_non_exhaustive()
    }
}

fn hexadecimal(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len() * 3);
    for (index, byte) in bytes.iter().enumerate() {
        let colon = if index == 0 { "" } else { ":" };
        // Writing into a string does not fail.
        let _ = write!(text, "{colon}{byte:02X}");
    }
    text
}
