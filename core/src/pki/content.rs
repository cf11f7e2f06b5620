//! Content keys: AES-GCM with a key of its own for each content.

use alloc::vec::Vec;

use ring::aead::{AES_128_GCM, AES_256_GCM, Aad, Algorithm, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom, SystemRandom};
use zeroize::Zeroizing;

use super::Error;

/// Ciphers for content. Each proves that the content was not changed; one that does not (CBC) is an oracle (A59).
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum ContentCipher {
    /// AES-GCM with a key of 128 bits.
    Aes128Gcm,
    /// AES-GCM with a key of 256 bits.
    Aes256Gcm,
}

impl ContentCipher {
    const fn algorithm(self) -> &'static Algorithm {
        match self {
            Self::Aes128Gcm => &AES_128_GCM,
            Self::Aes256Gcm => &AES_256_GCM,
        }
    }
}

/// A key for one content.
pub(crate) struct ContentKey {
    cipher: ContentCipher,
    bytes: Zeroizing<Vec<u8>>,
}

impl ContentKey {
    /// A key that nobody has used. The system's randomness, not an argument: a key that could be guessed would be an
    /// open letter (D28).
    pub(crate) fn generate(cipher: ContentCipher) -> Result<Self, Error> {
        let mut bytes = Zeroizing::new(Vec::new());
        bytes.resize(cipher.algorithm().key_len(), 0);
        SystemRandom::new().fill(&mut bytes).map_err(|_| Error::Encryption)?;
        Ok(Self { cipher, bytes })
    }

    /// A key as it was transported; its length is judged by [`open`](Self::open), as part of the one failure.
    pub(crate) const fn transported(cipher: ContentCipher, bytes: Zeroizing<Vec<u8>>) -> Self {
        Self { cipher, bytes }
    }

    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// The initialisation vector, the ciphertext, the tag (xmlenc-core1 5.2.4).
    pub(crate) fn seal(&self, content: &[u8]) -> Result<Vec<u8>, Error> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).map_err(|_| Error::Encryption)?;
        let mut sealed = content.to_vec();
        self.key()?
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), Aad::empty(), &mut sealed)
            .map_err(|_| Error::Encryption)?;
        Ok([nonce.as_slice(), &sealed].concat())
    }

    /// The content of what [`seal`](Self::seal) gives. All failures are one (A59).
    pub(crate) fn open(&self, sealed: &[u8]) -> Result<Vec<u8>, Error> {
        let (nonce, sealed) = sealed.split_at_checked(NONCE_LEN).ok_or(Error::Decryption)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| Error::Decryption)?;
        let mut content = sealed.to_vec();
        let opened = self.key().and_then(|key| {
            key.open_in_place(nonce, Aad::empty(), &mut content)
                .map(|opened| opened.len())
                .map_err(|_| Error::Decryption)
        });
        content.truncate(opened.map_err(|_| Error::Decryption)?);
        Ok(content)
    }

    fn key(&self) -> Result<LessSafeKey, Error> {
        let key = UnboundKey::new(self.cipher.algorithm(), &self.bytes);
        key.map(LessSafeKey::new).map_err(|_| Error::Decryption)
    }
}
