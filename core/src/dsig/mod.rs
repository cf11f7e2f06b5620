//! XML signatures (XML-DSig 1.1, as SAML profiles them): enveloped, one reference, keys from configuration.
//!
//! [`verify`] reads a `ds:Signature` strictly, checks it, and gives [`Covered`], which nothing else makes.
//! [`sign`] writes one. [`explain`] shows what was hashed when a digest does not match. What is refused, and why, is in [`ErrorKind`].

mod algorithm;
mod error;
mod explain;
mod sign;
mod structure;
mod verify;

#[cfg(test)]
mod tests;

pub(crate) use algorithm::{scheme_from_uri, uri_of_scheme};
pub use error::{Error, ErrorKind};
pub use explain::{Cause, Difference, Explanation, explain};
pub use sign::{sign, sign_with};
pub use verify::{Covered, Policy, signature_of, verify};

/// The namespace of XML-DSig.
pub(crate) const DS: &str = "http://www.w3.org/2000/09/xmldsig#";
