//! Any bytes as a certificate or a private key, in PEM and DER: refused, or one that works.
#![no_main]

use heap_identity::pki::{Certificate, SigningKey};
use libfuzzer_sys::fuzz_target;

const CERTIFICATE: &str = include_str!("../../core/tests/vectors/keys/p256.cert.pem");

fuzz_target!(|bytes: &[u8]| {
    let text = String::from_utf8_lossy(bytes);
    for certificate in [Certificate::from_der(bytes), Certificate::from_pem(&text)].into_iter().flatten() {
        assert_eq!(Certificate::from_pem(&certificate.to_pem()), Ok(certificate.clone()));
        assert!(!certificate.serial().is_empty() && certificate.sha256_fingerprint().len() == 95);
        let _ = (certificate.subject(), certificate.is_valid_at(certificate.not_after()));
        let _ = SigningKey::from_der(bytes, certificate.der());
    }
    let owner = Certificate::from_pem(CERTIFICATE).expect("a certificate");
    let keys = [SigningKey::from_pem(&text, CERTIFICATE), SigningKey::from_der(bytes, owner.der())];
    for key in keys.into_iter().flatten() {
        let scheme = key.default_scheme();
        let signature = key.sign(scheme, b"message").expect("a key that was read signs");
        assert_eq!(owner.public_key().verify(scheme, b"message", &signature), Ok(()));
    }
});
