//! What can be wrong with a key or a certificate.

/// A key or certificate that cannot be used, or a signature that does not hold.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// No such PEM section, or broken base64 inside.
    #[error(
        "no PEM section `CERTIFICATE` that can be read; paste the certificate with its BEGIN and END lines"
    )]
    CertificatePem,
    /// More than one certificate where one is expected.
    #[error("more than one certificate; give the signing certificate alone, without its chain")]
    SeveralCertificates,
    /// Not an X.509 certificate (RFC 5280 4.1), or bytes behind it.
    #[error("not an X.509 certificate in DER")]
    Certificate,
    /// No PEM section with a private key.
    #[error("no PEM section with an unencrypted private key; `openssl pkcs8 -topk8 -nodes` makes one")]
    KeyPem,
    /// A private key that cannot be read.
    #[error(
        "a private key that cannot be read as PKCS#8, PKCS#1 or SEC 1; `openssl pkcs8 -topk8 -nodes` converts it"
    )]
    Key,
    /// A type of key other than RSA, P-256, P-384, Ed25519.
    #[error("an unsupported type of key; use RSA, ECDSA on P-256 or P-384, or Ed25519")]
    UnsupportedKey,
    /// RSA below 2048 or above 8192 bits (D29).
    #[error("an RSA key of less than 2048 or more than 8192 bits")]
    KeySize,
    /// The certificate is of another key.
    #[error("the certificate does not belong to the private key; configure the pair that was made together")]
    KeyMismatch,
    /// A certificate that would not be valid at any time, or begins before 1970.
    #[error("a certificate must be valid from a time after 1970 to a later one; compare the two times")]
    Validity,
    /// The key cannot be used with this signature scheme.
    #[error("the signature scheme is not of this type of key")]
    SchemeMismatch,
    /// The signature is not of this message by this key.
    #[error("the signature does not hold under this key")]
    Signature,
    /// The system gave no randomness, or the key cannot sign.
    #[error("signing failed: the system gave no randomness, or the RSA key has more than 4096 bits")]
    Signing,
    /// Encryption and decryption need the feature `aws-lc-rs` (D23).
    #[error("this build can neither encrypt nor decrypt; build with the feature `aws-lc-rs`")]
    NeedsAwsLc,
    /// The system gave no randomness, or the key does not fit.
    #[error("encryption failed: the system gave no randomness, or the key does not fit")]
    Encryption,
    /// Whatever is wrong: one error for all, since each detail would help to guess the content (A59).
    #[error("decryption failed")]
    Decryption,
}

impl Error {
    /// Every error, in the order of their declaration.
    pub const ALL: &'static [Self] = &[
        Self::CertificatePem,
        Self::SeveralCertificates,
        Self::Certificate,
        Self::KeyPem,
        Self::Key,
        Self::UnsupportedKey,
        Self::KeySize,
        Self::KeyMismatch,
        Self::Validity,
        Self::SchemeMismatch,
        Self::Signature,
        Self::Signing,
        Self::NeedsAwsLc,
        Self::Encryption,
        Self::Decryption,
    ];

    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::CertificatePem => "pki.certificate_pem",
            Self::SeveralCertificates => "pki.several_certificates",
            Self::Certificate => "pki.certificate",
            Self::KeyPem => "pki.key_pem",
            Self::Key => "pki.key",
            Self::UnsupportedKey => "pki.unsupported_key",
            Self::KeySize => "pki.key_size",
            Self::KeyMismatch => "pki.key_mismatch",
            Self::Validity => "pki.validity",
            Self::SchemeMismatch => "pki.scheme_mismatch",
            Self::Signature => "pki.signature",
            Self::Signing => "pki.signing",
            Self::NeedsAwsLc => "pki.needs_aws_lc_rs",
            Self::Encryption => "pki.encryption",
            Self::Decryption => "pki.decryption",
        }
    }
}
