//! Keys and certificates, in PEM and DER. Cryptography is ring's; RSA keys sign with AWS-LC under the feature
//! `aws-lc-rs`.
//!
//! A [`Certificate`] is a configured holder of a public key: no chain is built, no issuer asked, and validity is
//! for the caller to judge. A [`SigningKey`] is a private key with its certificate. Signing takes randomness from the
//! system inside ring (blinding, nonces): the one source of it that is not an argument (D28).

mod certificate;
mod error;
mod rsa;
mod signing;
mod verifying;

#[cfg(test)]
mod tests;

pub use certificate::Certificate;
pub use error::Error;
pub use signing::SigningKey;
pub use verifying::{KeyType, Scheme, VerifyingKey};
