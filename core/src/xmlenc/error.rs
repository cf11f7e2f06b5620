//! Why something cannot be decrypted or encrypted.

use crate::pki;
use crate::xml::{self, Position};

/// Something that cannot be decrypted or encrypted: why, and where.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[error("{kind} ({position})")]
pub struct Error {
    kind: ErrorKind,
    position: Position,
}

impl Error {
    pub(super) const fn new(kind: ErrorKind, position: Position) -> Self {
        Self { kind, position }
    }

    /// The reason.
    pub const fn kind(&self) -> ErrorKind {
        self.kind
    }

    /// Where in the document: the element that is at fault.
    pub const fn position(&self) -> Position {
        self.position
    }

    /// The stable code of the reason.
    pub const fn code(&self) -> &'static str {
        self.kind.code()
    }
}

impl From<xml::Error> for Error {
    fn from(error: xml::Error) -> Self {
        Self { kind: ErrorKind::Xml(error.kind()), position: error.position() }
    }
}

impl From<pki::Error> for Error {
    fn from(error: pki::Error) -> Self {
        Self { kind: ErrorKind::Pki(error), position: Position::default() }
    }
}

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $message:literal;)+) => {
        /// Why something cannot be decrypted or encrypted.
        #[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[doc = $doc])+ #[error($message)] $name,)+
            /// The document, or a value in it, is not as XML has to be.
            #[error("{0}")]
            Xml(xml::ErrorKind),
            /// Encryption failed in [`pki`].
            #[error("{0}")]
            Pki(pki::Error),
        }

        impl ErrorKind {
            /// Every kind that carries nothing, in the order of this list.
            pub const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The stable code of this kind.
            pub const fn code(&self) -> &'static str {
                match self {
                    $(Self::$name => $code,)+
                    Self::Xml(kind) => kind.code(),
                    Self::Pki(error) => error.code(),
                }
            }
        }
    };
}

kinds! {
    /// A child is missing, in the wrong place, twice, or unknown.
    UnexpectedContent = "xmlenc.unexpected_content", "a child of the encrypted element is missing, repeated, unknown or out of order";
    /// An attribute that XML Encryption does not have there.
    UnexpectedAttribute = "xmlenc.unexpected_attribute", "an attribute that does not belong on this element of XML Encryption";
    /// A required attribute is missing.
    MissingAttribute = "xmlenc.missing_attribute", "the attribute `Algorithm` or `URI` is missing";
    /// What was encrypted is not said to be an element (saml-core 2.2.4).
    Type = "xmlenc.type", "the type of what was encrypted is not `Element`";
    /// A `CipherReference`, or a `RetrievalMethod` that names nothing beside it (A48).
    ExternalReference = "xmlenc.external_reference", "a reference to something that is not inside the encrypted element";
    /// There is no `EncryptedKey`.
    NoEncryptedKey = "xmlenc.no_encrypted_key", "there is no encrypted key; put it inside KeyInfo or beside EncryptedData";
    /// More than [`XMLENC_KEYS_MAX`](crate::limits::XMLENC_KEYS_MAX) encrypted keys.
    TooManyKeys = "xmlenc.too_many_keys", "more than 4 encrypted keys; encrypt for the one that receives";
    /// A cipher in CBC mode: who may try often enough can read what it hides (A59).
    Cbc = "xmlenc.cbc", "CBC is refused, since it does not prove that the content is unchanged; encrypt with AES-GCM";
    /// RSA with PKCS#1 v1.5 padding: who may try often enough can read what it hides (A59).
    Rsa15 = "xmlenc.rsa_1_5", "RSA with PKCS#1 v1.5 padding is refused; encrypt the key with RSA-OAEP";
    /// Another algorithm that is not on the list.
    UnsupportedAlgorithm = "xmlenc.unsupported_algorithm", "an algorithm that is not supported; use AES-GCM with 128 or 256 bits, and RSA-OAEP whose digest and MGF1 have the same hash";
    /// A value that is not base64 (RFC 4648 4; white space between is allowed).
    Base64 = "xmlenc.base64", "a value of the encrypted element is not base64";
    /// Whatever else goes wrong: one error for all, since each detail would help to guess the content (A59).
    Decryption = "xmlenc.decryption", "it cannot be decrypted: it was encrypted for none of the configured keys, or it was changed";
}
