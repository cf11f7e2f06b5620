//! Who may call: a bearer token (RFC 6750), of which only the hash is kept.

use alloc::{format, string::String};
use core::fmt;

use ring::digest;
use subtle::ConstantTimeEq;

use crate::wire::{self, Request, Secret};

/// The SHA-256 hash of a bearer token: enough to recognise the token, not to make it (R16).
#[derive(Clone)]
pub struct TokenDigest([u8; 32]);

impl TokenDigest {
    /// The hash of a token.
    pub fn of(token: &Secret) -> Self {
        Self(hash(token.expose().as_bytes()))
    }

    /// The hash in hexadecimal, to be stored.
    pub(crate) fn to_hex(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// A stored hash; `None` for what is none.
    pub(crate) fn from_hex(text: &str) -> Option<Self> {
        let mut bytes = [0; 32];
        if text.len() != 2 * bytes.len() || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        for (index, byte) in bytes.iter_mut().enumerate() {
            *byte = u8::from_str_radix(text.get(2 * index..2 * index + 2)?, 16).ok()?;
        }
        Some(Self(bytes))
    }

    /// Whether `token` has this hash, in a time that does not depend on where the two differ.
    pub fn matches(&self, token: &[u8]) -> bool {
        self.0.ct_eq(&hash(token)).into()
    }
}

impl fmt::Debug for TokenDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenDigest(..)")
    }
}

fn hash(bytes: &[u8]) -> [u8; 32] {
    let mut out = [0; 32];
    for (to, from) in out.iter_mut().zip(digest::digest(&digest::SHA256, bytes).as_ref()) {
        *to = *from;
    }
    out
}

/// Who may call a service.
#[derive(Clone, Debug)]
pub enum Access {
    /// Nobody.
    Closed,
    /// Who has the token.
    Bearer(TokenDigest),
    /// Everybody: the caller has checked already.
    Open,
}

impl Access {
    /// Whether a request may pass.
    pub(super) fn allows(&self, request: &Request) -> bool {
        match self {
            Self::Closed => false,
            Self::Bearer(digest) => wire::bearer_of(request).is_some_and(|token| digest.matches(token)),
            Self::Open => true,
        }
    }
}

#[cfg(test)]
mod tests {
    use alloc::format;

    use super::{Secret, TokenDigest};

    #[test]
    fn r16_the_token_cannot_be_read_back_and_is_recognised() {
        let digest = TokenDigest::of(&Secret::new("abc".into()));
        // FIPS 180-2, appendix B.1.
        assert_eq!(digest.0[..4], [0xba, 0x78, 0x16, 0xbf]);
        assert_eq!(format!("{digest:?}"), "TokenDigest(..)");
        assert!(digest.matches(b"abc") && !digest.matches(b"abd") && !digest.matches(b""));
    }
}
