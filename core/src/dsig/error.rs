//! Why an element is not covered by a signature, or was not signed.

use crate::pki;
use crate::xml::{self, Position};

/// An element that is not covered by a valid signature, or cannot be signed: why, and where.
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

macro_rules! kinds {
    ($($(#[doc = $doc:literal])+ $name:ident = $code:literal, $message:literal;)+) => {
        /// Why an element is not covered by a signature, or was not signed.
        #[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
        #[non_exhaustive]
        pub enum ErrorKind {
            $($(#[doc = $doc])+ #[error($message)] $name,)+
            /// The document, or a value in it, is not as XML has to be.
            #[error("{0}")]
            Xml(xml::ErrorKind),
            /// Signing failed in [`pki`].
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
    /// No `ds:Signature` among the element's children (A47).
    NotSigned = "dsig.not_signed", "the element has no signature of its own; it must be signed";
    /// More than one `ds:Signature` among the children.
    SeveralSignatures = "dsig.several_signatures", "the element has more than one signature; expected exactly one";
    /// Two elements of the document have the same identifier (A18).
    AmbiguousIdentifier = "dsig.ambiguous_identifier", "an identifier that another element of the document has too";
    /// No unprefixed `ID` on the signature's parent (A17).
    MissingIdentifier = "dsig.missing_identifier", "the element has no `ID` attribute that a reference can name";
    /// `ID` holds a character that no identifier has.
    InvalidIdentifier = "dsig.invalid_identifier", "the element's `ID` is not a name";
    /// A child is missing, in the wrong place, twice, or unknown (A06, A10, A19).
    UnexpectedContent = "dsig.unexpected_content", "a child of the signature is missing, repeated, unknown or out of order";
    /// An attribute that XML-DSig does not have there.
    UnexpectedAttribute = "dsig.unexpected_attribute", "an attribute that does not belong on this element of the signature";
    /// A required attribute is missing.
    MissingAttribute = "dsig.missing_attribute", "the attribute `Algorithm` or `URI` is missing";
    /// A comment or processing instruction inside `ds:Signature` (A20, D18).
    CommentInSignature = "dsig.comment_in_signature", "a comment or processing instruction inside the signature";
    /// `ds:Object` (A08, A36).
    Object = "dsig.object", "the signature holds a ds:Object; only enveloped signatures are accepted";
    /// Content of `ds:KeyInfo` that is not a description of a key (A09).
    KeyInfo = "dsig.key_info", "ds:KeyInfo holds something else than names, values and certificates of keys";
    /// More than one `ds:Reference` (A38).
    SeveralReferences = "dsig.several_references", "the signature has more than one reference; expected exactly one";
    /// `URI` is empty or points out of the document (A48).
    ExternalReference = "dsig.external_reference", "the reference is not of the form `#ID`";
    /// `URI` names another element than the signature's parent (A01-A05).
    ForeignReference = "dsig.foreign_reference", "the reference names another element than the one that holds the signature";
    /// Transforms other than those of D19 (A49).
    Transforms = "dsig.transforms", "transforms other than enveloped-signature and then at most one canonicalization";
    /// A canonicalization that keeps comments, where the policy does not allow it (A23).
    WithComments = "dsig.with_comments", "a canonicalization with comments; sign without";
    /// The PrefixList is too long or holds something else than prefixes (A50).
    PrefixList = "dsig.prefix_list", "the PrefixList has more than 64 entries or one that is no prefix";
    /// MD5 or SHA-1, in digest or signature.
    WeakAlgorithm = "dsig.weak_algorithm", "MD5 and SHA-1 are refused; sign with SHA-256 or better";
    /// A message authentication code: whoever can check one can make one (A46).
    HmacAlgorithm = "dsig.hmac_algorithm", "HMAC is refused: it needs a shared secret, and the public key is none";
    /// Another algorithm that is not on the list.
    UnsupportedAlgorithm = "dsig.unsupported_algorithm", "an algorithm that is not supported; use RSA or ECDSA with SHA-256, and exclusive canonicalization";
    /// A value that is not base64 (RFC 4648 4; white space between is allowed).
    Base64 = "dsig.base64", "a value of the signature is not base64";
    /// The digest has not the length of its algorithm.
    DigestLength = "dsig.digest_length", "the digest has not the length of its algorithm";
    /// The element is not what was signed.
    DigestMismatch = "dsig.digest_mismatch", "the element was changed after it was signed, or the signer canonicalized it otherwise";
    /// No configured key made this signature.
    SignatureMismatch = "dsig.signature_mismatch", "the signature was made by none of the configured keys, or its algorithms were changed; compare the certificates";
    /// No configured key is of the type that the signature's algorithm takes.
    NoKey = "dsig.no_key", "no configured key is of the type of this signature; configure the signer's certificate (ECDSA is P-256 with SHA-256, or P-384 with SHA-384)";
    /// Signing: there is no element with this `ID`.
    UnknownIdentifier = "dsig.unknown_identifier", "no element of the document has the `ID` that is to be signed";
    /// Signing: the element is signed already, or is empty.
    NotSignable = "dsig.not_signable", "the element is empty or has a signature already";
}
