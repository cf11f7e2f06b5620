//! XML Encryption 1.1 of one element, as SAML profiles it: AES-GCM, with its key carried by RSA-OAEP.
//!
//! [`encrypt`] writes an `xenc:EncryptedData` for the holder of a certificate; [`decrypt`] reads one under configured keys.
//! Encryption proves nothing about who wrote the content: whoever has the certificate can encrypt (A35). What is
//! refused, and why, is in [`ErrorKind`]. Both need the feature `aws-lc-rs`.

mod algorithm;
mod decrypt;
mod encrypt;
mod error;
mod structure;

#[cfg(test)]
mod tests;

pub use decrypt::{Decrypted, decrypt};
pub use encrypt::{encrypt, encrypt_with};
pub use error::{Error, ErrorKind};

/// The namespace of XML Encryption 1.0.
const XENC: &str = "http://www.w3.org/2001/04/xmlenc#";
/// The namespace of what XML Encryption 1.1 adds.
const XENC11: &str = "http://www.w3.org/2009/xmlenc11#";
/// The namespace of XML-DSig, of which `KeyInfo` and `DigestMethod` come.
const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
/// The namespace of what XML-DSig 1.1 adds.
const DS11: &str = "http://www.w3.org/2009/xmldsig11#";
/// The type of an encrypted element (xmlenc-core1 3.1).
const ELEMENT: &str = "http://www.w3.org/2001/04/xmlenc#Element";
