//! A certificate that a key signs itself (feature `self-signed`): what SAML asks for, since trust comes from
//! configuration and not from who issued it.

use core::time::Duration;

use jiff::Timestamp;
use rcgen::{CertificateParams, DistinguishedName, DnType, IsCa, KeyPair, KeyUsagePurpose, date_time_ymd};
use rustls_pki_types::{PrivatePkcs8KeyDer, pem::PemObject};

use super::{Certificate, Error};

/// A certificate for the holder of a private key, signed by that key: the `certificate.pem` of an identity provider that
/// has no other (R6). `common_name` is what administration pages show; the validity is from `not_before` to
/// `not_after`, to the second. The serial number is made of the public key.
///
/// `key_pem` is the key in PKCS#8, not encrypted; `openssl genpkey -algorithm RSA -pkeyopt rsa_keygen_bits:2048` makes one.
///
/// ```
/// use heap_identity::pki::{SigningKey, self_signed};
/// # let key_pem = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/keys/rsa2048.key.pem"));
/// let (from, until) = ("2026-03-01T00:00:00Z".parse()?, "2029-03-01T00:00:00Z".parse()?);
/// let certificate = self_signed(key_pem, "sso.example.com", from, until)?;
/// assert_eq!(certificate.subject(), "CN=sso.example.com");
/// let key = SigningKey::from_pem(key_pem, &certificate.to_pem())?;
/// # assert_eq!(key.certificate(), &certificate);
/// # Ok::<(), Box<dyn core::error::Error>>(())
/// ```
///
/// # Errors
/// [`Error::KeyPem`] and [`Error::Key`] for a key that cannot be read, [`Error::Validity`] for times in the wrong order or
/// before 1970, those of [`Certificate::from_der`] for a key that cannot be used here, [`Error::Signing`] when the backend
/// fails.
pub fn self_signed(
    key_pem: &str,
    common_name: &str,
    not_before: Timestamp,
    not_after: Timestamp,
) -> Result<Certificate, Error> {
    let since_1970 = |time: Timestamp| u64::try_from(time.as_second()).map_err(|_| Error::Validity);
    let (from, until) = (since_1970(not_before)?, since_1970(not_after)?);
    if from >= until {
        return Err(Error::Validity);
    }
    let key = PrivatePkcs8KeyDer::from_pem_slice(key_pem.as_bytes()).map_err(|_| Error::KeyPem)?;
    let pair = KeyPair::try_from(&key).map_err(|_| Error::Key)?;
    let mut params = CertificateParams::default();
    params.not_before = date_time_ymd(1970, 1, 1) + Duration::from_secs(from);
    params.not_after = date_time_ymd(1970, 1, 1) + Duration::from_secs(until);
    params.distinguished_name = DistinguishedName::new();
    params.distinguished_name.push(DnType::CommonName, common_name);
    params.is_ca = IsCa::ExplicitNoCa;
    params.key_usages.push(KeyUsagePurpose::DigitalSignature);
    let certificate = params.self_signed(&pair).map_err(|_| Error::Signing)?;
    Certificate::from_der(certificate.der())
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::{Error, self_signed};
    use crate::pki::{KeyType, Scheme, SigningKey};

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn r06_a_key_of_each_kind_gets_a_certificate_that_verifies_what_it_signs() {
        for (key, kind) in [
            (include_str!("../../tests/vectors/keys/rsa2048.key.pem"), KeyType::Rsa),
            (include_str!("../../tests/vectors/keys/p256.key.pem"), KeyType::P256),
            (include_str!("../../tests/vectors/keys/p384.key.pem"), KeyType::P384),
        ] {
            let (from, until) = (at("2026-03-01T10:00:00Z"), at("2056-03-01T10:00:00Z"));
            let made = self_signed(key, "Zoë's provider", from, until).unwrap();
            assert_eq!((made.not_before(), made.not_after()), (from, until));
            assert_eq!(made.public_key().key_type(), kind);
            assert!(made.subject().contains("provider"), "{}", made.subject());
            let pair = SigningKey::from_pem(key, &made.to_pem()).unwrap();
            let scheme: Scheme = pair.default_scheme();
            let signature = pair.sign(scheme, b"x").unwrap();
            assert_eq!(made.public_key().verify(scheme, b"x", &signature), Ok(()));
        }
    }

    #[test]
    fn a_certificate_that_is_never_valid_and_a_key_that_is_none_are_refused() {
        let key = include_str!("../../tests/vectors/keys/p256.key.pem");
        let (early, late) = (at("2026-03-01T10:00:00Z"), at("2026-03-01T10:00:01Z"));
        let code = |key: &str, from, until| self_signed(key, "x", from, until).map(|_| ());
        assert_eq!(code(key, late, early), Err(Error::Validity));
        assert_eq!(code(key, early, early), Err(Error::Validity));
        assert_eq!(code(key, at("1969-12-31T23:59:59Z"), late), Err(Error::Validity));
        assert_eq!(code("no key", early, late), Err(Error::KeyPem));
        assert_eq!(code(key, early, late), Ok(()));
    }
}
