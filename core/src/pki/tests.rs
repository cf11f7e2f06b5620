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
fn d29_the_limits_of_rsa_keys_are_the_same_with_every_backend() {
    let read = |key: &str, certificate: &str| SigningKey::from_pem(key, certificate).map(drop);
    assert_eq!(read(key!("rsa4096.key.pem"), key!("rsa4096.cert.pem")), Ok(()));
    assert_eq!(read(key!("rsa5120.key.pem"), key!("rsa5120.cert.pem")), Err(Error::Key));
    assert_eq!(read(key!("rsa2048-e3.key.pem"), key!("rsa2048-e3.cert.pem")), Err(Error::Key));
    for certificate in [key!("rsa5120.cert.pem"), key!("rsa2048-e3.cert.pem")] {
        let certificate = Certificate::from_pem(certificate).unwrap();
        assert_eq!(certificate.public_key().key_type(), KeyType::Rsa);
        let message = certificate.public_key().verify(Scheme::RsaSha256, b"message", &[1; 256]);
        assert_eq!(message, Err(Error::Signature));
    }
}

/// Both backends in one process. What is verified is ring's in either build; what differs is who reads and signs.
#[cfg(feature = "aws-lc-rs")]
#[test]
fn d29_aws_lc_reads_and_signs_as_ring_does() {
    use alloc::vec;
    use alloc::vec::Vec;
    use ring::{rand::SystemRandom, signature as ring_signature};
    use rustls_pki_types::{PrivateKeyDer, pem::PemObject};

    for (key, certificate) in [
        (key!("rsa2048.key.pem"), key!("rsa2048.cert.pem")),
        (key!("rsa4096.key.pem"), key!("rsa4096.cert.pem")),
    ] {
        let der = PrivateKeyDer::from_pem_slice(key.as_bytes()).unwrap();
        let rings = ring_signature::RsaKeyPair::from_pkcs8(der.secret_der()).unwrap();
        let ours = SigningKey::from_pem(key, certificate).unwrap();
        let mut signature = vec![0; rings.public().modulus_len()];
        for (scheme, encoding) in [
            (Scheme::RsaSha256, &ring_signature::RSA_PKCS1_SHA256),
            (Scheme::RsaSha384, &ring_signature::RSA_PKCS1_SHA384),
            (Scheme::RsaSha512, &ring_signature::RSA_PKCS1_SHA512),
        ] {
            rings.sign(encoding, &SystemRandom::new(), b"message", &mut signature).unwrap();
            assert_eq!(ours.sign(scheme, b"message").as_ref(), Ok(&signature), "{scheme:?}");
        }
        for scheme in [Scheme::RsaPssSha256, Scheme::RsaPssSha384, Scheme::RsaPssSha512] {
            let signature = ours.sign(scheme, b"message").unwrap();
            assert_eq!(ours.certificate().public_key().verify(scheme, b"message", &signature), Ok(()));
        }
    }
    // A key with a wrong bit: nothing is taken that ring refuses. (Ring does not look at the private exponent.)
    let certificate = Certificate::from_pem(key!("rsa2048.cert.pem")).unwrap();
    let der = PrivateKeyDer::from_pem_slice(key!("rsa2048.key.pem").as_bytes()).unwrap();
    for at in (0..der.secret_der().len()).step_by(7) {
        let mut changed: Vec<u8> = der.secret_der().into();
        changed[at] ^= 1;
        let rings = ring_signature::RsaKeyPair::from_pkcs8(&changed).is_ok();
        let ours = SigningKey::from_der(&changed, certificate.der());
        assert!(ours.is_err() || rings, "byte {at}");
    }
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

/// The other way round is tried with documents of xmlsec1 (`core/tests/vectors/dsig`).
#[test]
fn an_ecdsa_uri_names_the_hash_and_the_key_has_the_curve() {
    use KeyType::{P256, P384, Rsa};
    for (scheme, key, meant) in [
        (Scheme::EcdsaP256Sha256, P256, Some(Scheme::EcdsaP256Sha256)),
        (Scheme::EcdsaP256Sha256, P384, Some(Scheme::EcdsaP384Sha256)),
        (Scheme::EcdsaP384Sha384, P256, Some(Scheme::EcdsaP256Sha384)),
        (Scheme::EcdsaP384Sha256, P256, Some(Scheme::EcdsaP256Sha256)),
        (Scheme::EcdsaP384Sha384, Rsa, None),
        (Scheme::RsaSha256, P256, None),
        (Scheme::RsaSha256, Rsa, Some(Scheme::RsaSha256)),
    ] {
        assert_eq!(scheme.with_key(key), meant, "{scheme:?}, {key:?}");
    }
    let pair = SigningKey::from_pem(key!("p384.key.pem"), key!("p384.cert.pem")).unwrap();
    assert_eq!(pair.sign(Scheme::EcdsaP384Sha256, b""), Err(Error::SchemeMismatch));
    for length in [0, 95, 97, 192] {
        let signature = alloc::vec![1; length];
        let verdict = pair.certificate().public_key().verify(Scheme::EcdsaP384Sha256, b"", &signature);
        assert_eq!(verdict, Err(Error::Signature), "{length}");
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
