//! The algorithms that are accepted, by their URIs: a list of what is allowed. All else is refused by name.

use ring::digest;

use super::{ErrorKind, Policy};
use crate::pki::Scheme;
use crate::xml::c14n::Method;

/// The enveloped-signature transform (XML-DSig 6.6.4).
pub(super) const ENVELOPED: &str = "http://www.w3.org/2000/09/xmldsig#enveloped-signature";
/// Exclusive canonicalization without comments; also the namespace of `InclusiveNamespaces`.
pub(super) const EXCLUSIVE: &str = "http://www.w3.org/2001/10/xml-exc-c14n#";

/// Signature schemes with their URIs (RFC 6931, RFC 9231). The first of a URI stands for it until the key is known
/// ([`Scheme::with_key`]).
const SCHEMES: [(Scheme, &str); 12] = [
    (Scheme::RsaSha256, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha256"),
    (Scheme::RsaSha384, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha384"),
    (Scheme::RsaSha512, "http://www.w3.org/2001/04/xmldsig-more#rsa-sha512"),
    (Scheme::RsaPssSha256, "http://www.w3.org/2007/05/xmldsig-more#sha256-rsa-MGF1"),
    (Scheme::RsaPssSha384, "http://www.w3.org/2007/05/xmldsig-more#sha384-rsa-MGF1"),
    (Scheme::RsaPssSha512, "http://www.w3.org/2007/05/xmldsig-more#sha512-rsa-MGF1"),
    (Scheme::EcdsaP256Sha256, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
    (Scheme::EcdsaP384Sha384, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"),
    (Scheme::EcdsaP384Sha256, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha256"),
    (Scheme::EcdsaP256Sha384, "http://www.w3.org/2001/04/xmldsig-more#ecdsa-sha384"),
    (Scheme::Ed25519, "http://www.w3.org/2021/04/xmldsig-more#eddsa-ed25519"),
    (Scheme::LegacyRsaSha1, "http://www.w3.org/2000/09/xmldsig#rsa-sha1"),
];

const CANONICALIZATIONS: [(Method, bool, &str); 6] = [
    (Method::Exclusive, false, EXCLUSIVE),
    (Method::Exclusive, true, "http://www.w3.org/2001/10/xml-exc-c14n#WithComments"),
    (Method::Inclusive10, false, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315"),
    (Method::Inclusive10, true, "http://www.w3.org/TR/2001/REC-xml-c14n-20010315#WithComments"),
    (Method::Inclusive11, false, "http://www.w3.org/2006/12/xml-c14n11"),
    (Method::Inclusive11, true, "http://www.w3.org/2006/12/xml-c14n11#WithComments"),
];

/// Digest algorithms.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
pub(super) enum Digest {
    /// SHA-256.
    Sha256,
    /// SHA-384.
    Sha384,
    /// SHA-512.
    Sha512,
    /// SHA-1, for verification where the policy allows it.
    LegacySha1,
}

const DIGESTS: [(Digest, &str); 4] = [
    (Digest::Sha256, "http://www.w3.org/2001/04/xmlenc#sha256"),
    (Digest::Sha384, "http://www.w3.org/2001/04/xmldsig-more#sha384"),
    (Digest::Sha512, "http://www.w3.org/2001/04/xmlenc#sha512"),
    (Digest::LegacySha1, "http://www.w3.org/2000/09/xmldsig#sha1"),
];

impl Digest {
    pub(super) fn from_uri(uri: &str, policy: &Policy) -> Result<Self, ErrorKind> {
        let found = DIGESTS.iter().find(|(_, known)| *known == uri).map(|(digest, _)| *digest);
        found.filter(|found| *found != Self::LegacySha1 || policy.legacy_sha1).ok_or_else(|| refusal(uri))
    }

    pub(super) fn uri(self) -> &'static str {
        DIGESTS.iter().find(|(digest, _)| *digest == self).map_or("", |(_, uri)| uri)
    }

    pub(super) fn algorithm(self) -> &'static digest::Algorithm {
        match self {
            Self::Sha256 => &digest::SHA256,
            Self::Sha384 => &digest::SHA384,
            Self::Sha512 => &digest::SHA512,
            Self::LegacySha1 => &digest::SHA1_FOR_LEGACY_USE_ONLY,
        }
    }

    /// The digest that goes with a scheme when we sign.
    pub(super) const fn beside(scheme: Scheme) -> Self {
        match scheme {
            Scheme::RsaSha384 | Scheme::RsaPssSha384 | Scheme::EcdsaP384Sha384 | Scheme::EcdsaP256Sha384 => {
                Self::Sha384
            }
            Scheme::RsaSha512 | Scheme::RsaPssSha512 => Self::Sha512,
            _ => Self::Sha256,
        }
    }
}

pub(crate) fn scheme_from_uri(uri: &str, policy: &Policy) -> Result<Scheme, ErrorKind> {
    let found = SCHEMES.iter().find(|(_, known)| *known == uri).map(|(scheme, _)| *scheme);
    found.filter(|found| *found != Scheme::LegacyRsaSha1 || policy.legacy_sha1).ok_or_else(|| refusal(uri))
}

pub(crate) fn uri_of_scheme(scheme: Scheme) -> &'static str {
    SCHEMES.iter().find(|(known, _)| *known == scheme).map_or("", |(_, uri)| uri)
}

/// The method, and whether comments are kept.
pub(super) fn canonicalization_from_uri(uri: &str) -> Option<(Method, bool)> {
    CANONICALIZATIONS
        .iter()
        .find(|(_, _, known)| *known == uri)
        .map(|(method, comments, _)| (*method, *comments))
}

/// Why an algorithm that is not on a list is refused.
pub(super) fn refusal(uri: &str) -> ErrorKind {
    let name = uri.rsplit('#').next().unwrap_or_default();
    if name.starts_with("hmac-") {
        ErrorKind::HmacAlgorithm
    } else if [
        "md5",
        "sha1",
        "rsa-md5",
        "rsa-sha1",
        "dsa-sha1",
        "ecdsa-sha1",
        "sha1-rsa-MGF1",
        "md5-rsa-MGF1",
    ]
    .contains(&name)
    {
        ErrorKind::WeakAlgorithm
    } else {
        ErrorKind::UnsupportedAlgorithm
    }
}
