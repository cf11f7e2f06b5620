//! Keys and certificates, in PEM and DER. Cryptography is ring's; RSA keys sign with AWS-LC under the feature
//! `aws-lc-rs`, and only then do they decrypt.
//!
//! A [`Certificate`] is a configured holder of a public key: no chain is built, no issuer asked, and validity is
//! for the caller to judge. A [`SigningKey`] is a private key with its certificate; a
//! [`DecryptionKey`] too. Signing (blinding, nonces) and encryption (content keys) take randomness from the system: the
//! one source of it that is not an argument (D28).

mod certificate;
mod content;
mod error;
mod key_transport;
mod rsa;
#[cfg(feature = "self-signed")]
mod self_signed;
mod signing;
mod verifying;

#[cfg(test)]
mod tests;

pub use certificate::Certificate;
pub use content::ContentCipher;
pub(crate) use content::ContentKey;
pub use error::Error;
pub use key_transport::{DecryptionKey, KeyTransport};
#[cfg(feature = "self-signed")]
pub use self_signed::self_signed;
pub use signing::SigningKey;
pub use verifying::{KeyType, Scheme, VerifyingKey};
