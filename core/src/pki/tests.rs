use alloc::{format, string::String};

use super::{Certificate, Error, KeyType, Scheme, SigningKey};

macro_rules! key {
    ($name:literal) => {
        include_str!(concat!("../../tests/vectors/keys/", $name))
    };
}

#[test]
fn a_certificate_tells_subject_serial_validity_and_fingerprint() {
    // As `openssl x509 -noout -subject -nameopt RFC2253 -serial -dates -fingerprint -sha256` prints them.
    let certificate = Certificate::from_pem(key!("rsa2048.cert.pem")).unwrap();
    assert_eq!(certificate.subject(), "CN=RSA 2048 (public test key),O=heap-identity");
    assert_eq!(certificate.serial(), "01");
    assert_eq!(format!("{}", certificate.not_before()), "2020-01-01T00:00:00Z");
    assert_eq!(format!("{}", certificate.not_after()), "2099-12-31T23:59:59Z");
    assert_eq!(
        certificate.sha256_fingerprint(),
        "61:10:B3:DB:C1:0E:8A:B2:4E:A5:0B:1B:7C:0A:B9:8B:07:B6:46:BC:A6:E5:8E:29:D8:09:5A:97:78:1D:47:D6"
    );
    assert!(certificate.is_valid_at("2099-12-31T23:59:59Z".parse().unwrap()));
    assert!(!certificate.is_valid_at("2100-01-01T00:00:00Z".parse().unwrap()));
    assert!(!certificate.is_valid_at("2019-12-31T23:59:59Z".parse().unwrap()));
}

#[test]
fn a_certificate_is_written_as_it_was_read() {
    let certificate = Certificate::from_pem(key!("p384.cert.pem")).unwrap();
    assert_eq!(certificate.to_pem(), key!("p384.cert.pem"));
    assert_eq!(Certificate::from_der(certificate.der()), Ok(certificate.clone()));
}

#[test]
fn every_form_of_a_key_is_read_with_its_own_certificate() {
    for (key, certificate, key_type) in [
        (key!("rsa2048.key.pem"), key!("rsa2048.cert.pem"), KeyType::Rsa),
        (key!("rsa2048.pkcs1.pem"), key!("rsa2048.cert.pem"), KeyType::Rsa),
        (key!("p256.key.pem"), key!("p256.cert.pem"), KeyType::P256),
        (key!("p256.sec1.pem"), key!("p256.cert.pem"), KeyType::P256),
        (key!("p384.key.pem"), key!("p384.cert.pem"), KeyType::P384),
        (key!("ed25519.key.pem"), key!("ed25519.cert.pem"), KeyType::Ed25519),
    ] {
        let pair = SigningKey::from_pem(key, certificate).unwrap();
        let public = pair.certificate().public_key();
        assert_eq!((public.key_type(), pair.default_scheme().key_type()), (key_type, key_type));
        let signature = pair.sign(pair.default_scheme(), b"message").unwrap();
        assert_eq!(public.verify(pair.default_scheme(), b"message", &signature), Ok(()));
        assert_eq!(public.verify(pair.default_scheme(), b"massage", &signature), Err(Error::Signature));
    }
}

#[test]
fn every_form_of_a_key_is_read_in_der_as_in_pem() {
    use rustls_pki_types::{PrivateKeyDer, pem::PemObject};
    for (key, certificate) in [
        (key!("rsa2048.key.pem"), key!("rsa2048.cert.pem")),
        (key!("rsa2048.pkcs1.pem"), key!("rsa2048.cert.pem")),
        (key!("p256.key.pem"), key!("p256.cert.pem")),
        (key!("p256.sec1.pem"), key!("p256.cert.pem")),
        (key!("p384.key.pem"), key!("p384.cert.pem")),
        (key!("ed25519.key.pem"), key!("ed25519.cert.pem")),
    ] {
        let der = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let certificate = Certificate::from_pem(certificate).unwrap();
        let pair = SigningKey::from_der(der.secret_der(), certificate.der()).unwrap();
        let signature = pair.sign(pair.default_scheme(), b"message").unwrap();
        assert_eq!(certificate.public_key().verify(pair.default_scheme(), b"message", &signature), Ok(()));
    }
    let certificate = Certificate::from_pem(key!("p256.cert.pem")).unwrap();
    assert_eq!(SigningKey::from_der(b"", certificate.der()).unwrap_err(), Error::Key);
    assert_eq!(SigningKey::from_der(certificate.der(), certificate.der()).unwrap_err(), Error::Key);
    assert_eq!(SigningKey::from_der(b"", b"").unwrap_err(), Error::Certificate);
}

#[test]
fn sha1_is_for_verification_alone() {
    let pair = SigningKey::from_pem(key!("rsa2048.key.pem"), key!("rsa2048.cert.pem")).unwrap();
    assert_eq!(pair.sign(Scheme::LegacyRsaSha1, b"message"), Err(Error::SchemeMismatch));
}

#[test]
fn d29_an_ecdsa_key_without_its_public_half_is_read() {
    // SEQUENCE { INTEGER 1, OCTET STRING, [0] curve }: the SEC 1 form of p256.sec1.pem without [1].
    use base64::{Engine, prelude::BASE64_STANDARD};
    let base64: String = key!("p256.sec1.pem").lines().filter(|line| !line.starts_with('-')).collect();
    let whole = BASE64_STANDARD.decode(base64).unwrap();
    let short = [&[0x30, 49], &whole[2..51]].concat();
    let pem = format!(
        "-----BEGIN EC PRIVATE KEY-----\n{}\n-----END EC PRIVATE KEY-----\n",
        BASE64_STANDARD.encode(short)
    );
    assert!(SigningKey::from_pem(&pem, key!("p256.cert.pem")).is_ok());
}

#[test]
fn a_certificate_of_another_key_is_refused() {
    for (key, certificate) in [
        (key!("rsa2048.key.pem"), key!("rsa2048-other.cert.pem")),
        (key!("rsa2048-other.key.pem"), key!("rsa2048.cert.pem")),
        (key!("p256.sec1.pem"), key!("rsa2048.cert.pem")),
        (key!("rsa2048.pkcs1.pem"), key!("p256.cert.pem")),
        (key!("rsa2048.pkcs1.pem"), key!("ed25519.cert.pem")),
    ] {
        assert_eq!(SigningKey::from_pem(key, certificate).unwrap_err(), Error::KeyMismatch);
    }
    assert_eq!(SigningKey::from_pem(key!("p256.key.pem"), key!("ed25519.cert.pem")).unwrap_err(), Error::Key);
}

#[test]
fn what_is_no_key_or_certificate_is_refused_with_its_reason() {
    assert_eq!(Certificate::from_pem("").unwrap_err(), Error::CertificatePem);
    assert_eq!(Certificate::from_pem(key!("rsa2048.key.pem")).unwrap_err(), Error::CertificatePem);
    assert_eq!(Certificate::from_pem(key!("rsa1024.cert.pem")).unwrap_err(), Error::KeySize);
    let two = format!("{}{}", key!("rsa2048.cert.pem"), key!("p256.cert.pem"));
    assert_eq!(Certificate::from_pem(&two).unwrap_err(), Error::SeveralCertificates);
    assert_eq!(SigningKey::from_pem("", key!("rsa2048.cert.pem")).unwrap_err(), Error::KeyPem);
    let broken = "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n";
    for certificate in [key!("rsa2048.cert.pem"), key!("p256.cert.pem"), key!("ed25519.cert.pem")] {
        assert_eq!(SigningKey::from_pem(broken, certificate).unwrap_err(), Error::Key);
    }
}

#[test]
fn a40_no_cut_and_no_changed_byte_of_a_certificate_panics() {
    let certificate = Certificate::from_pem(key!("p256.cert.pem")).unwrap();
    let der = certificate.der();
    for end in 0..der.len() {
        assert_eq!(Certificate::from_der(&der[..end]), Err(Error::Certificate), "{end}");
    }
    assert_eq!(Certificate::from_der(&[der, &[0]].concat()), Err(Error::Certificate));
    for at in 0..der.len() {
        let mut changed = der.to_vec();
        changed[at] ^= 0x41;
        // Any verdict is right: nothing in a configured certificate is verified. It only must not be the same one.
        assert_ne!(Certificate::from_der(&changed), Ok(certificate.clone()));
    }
}

#[test]
fn a_scheme_of_another_type_of_key_is_refused_on_both_sides() {
    let pair = SigningKey::from_pem(key!("p256.key.pem"), key!("p256.cert.pem")).unwrap();
    for scheme in [Scheme::RsaSha256, Scheme::EcdsaP384Sha384, Scheme::Ed25519] {
        assert_eq!(pair.sign(scheme, b""), Err(Error::SchemeMismatch));
        assert_eq!(pair.certificate().public_key().verify(scheme, b"", b""), Err(Error::SchemeMismatch));
    }
}

#[test]
fn d36_a_signing_key_prints_its_certificate_only() {
    let pair = SigningKey::from_pem(key!("p256.key.pem"), key!("p256.cert.pem")).unwrap();
    let text = format!("{pair:?}");
    assert!(text.starts_with("SigningKey { certificate: Certificate { subject: \"CN=P-256"), "{text}");
}

#[test]
fn every_error_has_a_code_of_its_own() {
    let mut codes: alloc::vec::Vec<_> = Error::ALL.iter().map(Error::code).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), Error::ALL.len());
}
