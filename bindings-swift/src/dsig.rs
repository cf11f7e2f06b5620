//! Signatures over XML: what is read of a document is what a signature covers, and nothing else.

use std::sync::Arc;

use heap_identity::{
    dsig::{self, Policy},
    pki::{self, Scheme},
    xml::{self, Node},
};

use crate::{
    error::HeapIdentityError,
    held::Held,
    mirror::mirror,
    pki::{Certificate, SigningKey},
};

mirror! {
    /// How a signature is made.
    from SignatureScheme of Scheme {
        /// RSA (PKCS#1 v1.5) with SHA-256.
        RsaSha256,
        /// RSA (PKCS#1 v1.5) with SHA-384.
        RsaSha384,
        /// RSA (PKCS#1 v1.5) with SHA-512.
        RsaSha512,
        /// RSA-PSS with SHA-256.
        RsaPssSha256,
        /// RSA-PSS with SHA-384.
        RsaPssSha384,
        /// RSA-PSS with SHA-512.
        RsaPssSha512,
        /// ECDSA on P-256 with SHA-256.
        EcdsaP256Sha256,
        /// ECDSA on P-384 with SHA-384.
        EcdsaP384Sha384,
        /// ECDSA on P-256 with SHA-384: for verification alone.
        EcdsaP256Sha384,
        /// ECDSA on P-384 with SHA-256: for verification alone.
        EcdsaP384Sha256,
        /// Ed25519.
        Ed25519,
        /// RSA (PKCS#1 v1.5) with SHA-1: for verification alone.
        LegacyRsaSha1,
    }
}

impl SignatureScheme {
    const fn core(self) -> Result<Scheme, pki::Error> {
        Ok(match self {
            Self::RsaSha256 => Scheme::RsaSha256,
            Self::RsaSha384 => Scheme::RsaSha384,
            Self::RsaSha512 => Scheme::RsaSha512,
            Self::RsaPssSha256 => Scheme::RsaPssSha256,
            Self::RsaPssSha384 => Scheme::RsaPssSha384,
            Self::RsaPssSha512 => Scheme::RsaPssSha512,
            Self::EcdsaP256Sha256 => Scheme::EcdsaP256Sha256,
            Self::EcdsaP384Sha384 => Scheme::EcdsaP384Sha384,
            Self::EcdsaP256Sha384 => Scheme::EcdsaP256Sha384,
            Self::EcdsaP384Sha256 => Scheme::EcdsaP384Sha256,
            Self::Ed25519 => Scheme::Ed25519,
            Self::LegacyRsaSha1 => Scheme::LegacyRsaSha1,
            Self::Other => return Err(pki::Error::SchemeMismatch),
        })
    }
}

/// What is tolerated of a signature. Nothing, unless it is said.
#[derive(Clone, Copy, Debug, Default, Eq, Hash, PartialEq, uniffi::Record)]
pub struct SignatureTolerance {
    /// Canonical forms that keep comments.
    #[uniffi(default = false)]
    pub comments: bool,
    /// SHA-1, for a signer that can do nothing else.
    #[uniffi(default = false)]
    pub legacy_sha1: bool,
}

impl From<SignatureTolerance> for Policy {
    fn from(given: SignatureTolerance) -> Self {
        let mut policy = Self::strict();
        policy.comments = given.comments;
        policy.legacy_sha1 = given.legacy_sha1;
        policy
    }
}

/// An attribute of an element.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct XmlAttribute {
    /// Its namespace; empty if it has none.
    pub namespace: String,
    /// Its name, without a prefix.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// An element, copied from the tree that a signature was verified over; the signature itself is left out.
#[derive(Debug, uniffi::Object)]
pub struct XmlElement(Held<Parts>);

#[derive(Debug)]
struct Parts {
    namespace: String,
    name: String,
    attributes: Vec<XmlAttribute>,
    text: Option<String>,
    elements: Vec<Arc<XmlElement>>,
}

impl XmlElement {
    /// `without` is what is not covered: the signature itself. The reader bounds how deep a document goes.
    fn of(node: Node<'_>, without: Node<'_>) -> Arc<Self> {
        let attributes = node.attributes().map(|attribute| XmlAttribute {
            namespace: attribute.namespace().to_owned(),
            name: attribute.local_name().to_owned(),
            value: attribute.value().to_owned(),
        });
        let elements = node.elements().filter(|child| *child != without);
        Arc::new(Self(Held::new(Parts {
            namespace: node.namespace().to_owned(),
            name: node.local_name().to_owned(),
            attributes: attributes.collect(),
            text: node.text().ok().map(Into::into),
            elements: elements.map(|child| Self::of(child, without)).collect(),
        })))
    }
}

#[uniffi::export]
impl XmlElement {
    /// Its namespace; empty if it has none.
    pub fn namespace(&self) -> String {
        self.0.namespace.clone()
    }

    /// Its name, without a prefix.
    pub fn name(&self) -> String {
        self.0.name.clone()
    }

    /// Its attributes.
    pub fn attributes(&self) -> Vec<XmlAttribute> {
        self.0.attributes.clone()
    }

    /// The value of an attribute without namespace.
    pub fn attribute(&self, name: &str) -> Option<String> {
        let mut attributes = self.0.attributes.iter();
        let found = attributes.find(|it| it.namespace.is_empty() && it.name == name);
        found.map(|attribute| attribute.value.clone())
    }

    /// What it holds, where that is text alone.
    pub fn text(&self) -> Option<String> {
        self.0.text.clone()
    }

    /// The elements in it.
    pub fn elements(&self) -> Vec<Arc<Self>> {
        self.0.elements.clone()
    }
}

/// An element that a signature of a configured key covers: the only door to what a document says. What is above or beside
/// the element is not covered.
#[derive(Clone, Debug, uniffi::Record)]
pub struct CoveredElement {
    /// The element.
    pub element: Arc<XmlElement>,
    /// Which of the certificates has the key, from 0.
    pub key_index: u64,
    /// How the signature was made.
    pub scheme: SignatureScheme,
}

/// Where the bytes that two sides hashed begin to differ.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct HashedDifference {
    /// The first byte that differs.
    pub offset: u64,
    /// Why, most likely.
    pub cause: String,
}

/// What was hashed for a signature. It is no verdict and opens no content.
#[derive(Debug, uniffi::Object)]
pub struct SignatureExplanation(Held<dsig::Explanation>);

#[uniffi::export]
impl SignatureExplanation {
    /// Whether the digest of `canonical` is the one in the signature.
    pub fn matches(&self) -> bool {
        self.0.matches()
    }

    /// Where it is not: how the other side must have written the same element; none where its content was changed.
    pub fn suspicion(&self) -> Option<String> {
        self.0.suspicion().map(|cause| cause.to_string())
    }

    /// The bytes that are hashed: the sender's document, which may hold personal data.
    pub fn canonical(&self) -> Vec<u8> {
        self.0.canonical().to_vec()
    }

    /// How the bytes differ from those that the other side hashed; none where they do not.
    pub fn compare(&self, theirs: Vec<u8>) -> Option<HashedDifference> {
        let difference = self.0.compare(&theirs)?;
        Some(HashedDifference { offset: difference.offset() as u64, cause: difference.cause().to_string() })
    }
}

/// The document with an enveloped signature over the element whose `ID` is given; by the key's own scheme unless another is
/// given.
#[uniffi::export(default(scheme = None))]
pub fn sign_xml(
    xml: &str,
    id: &str,
    key: &SigningKey,
    scheme: Option<SignatureScheme>,
) -> Result<String, HeapIdentityError> {
    let scheme = scheme.map_or_else(|| Ok(key.0.default_scheme()), SignatureScheme::core)?;
    Ok(dsig::sign_with(xml, id, &key.0, scheme)?)
}

/// Verifies the enveloped signature of the root, or of the element with this `ID`, under one of the certificates. Keys in the
/// document count for nothing.
#[uniffi::export(default(id = None, tolerance = None))]
pub fn verify_xml(
    xml: Vec<u8>,
    certificates: Vec<Arc<Certificate>>,
    id: Option<String>,
    tolerance: Option<SignatureTolerance>,
) -> Result<CoveredElement, HeapIdentityError> {
    let keys: Vec<_> = certificates.iter().map(|certificate| certificate.0.public_key().clone()).collect();
    let tree = xml::parse(&xml)?;
    let element = chosen(tree.root(), id.as_deref())?;
    let covered = dsig::verify(element, &keys, &tolerance.unwrap_or_default().into())?;
    Ok(CoveredElement {
        element: XmlElement::of(covered.node(), covered.signature()),
        key_index: covered.key_index() as u64,
        scheme: covered.algorithm().into(),
    })
}

/// Shows what is hashed for a signature, when the digest does not match: no verdict.
#[uniffi::export(default(id = None, tolerance = None))]
pub fn explain_xml(
    xml: Vec<u8>,
    id: Option<String>,
    tolerance: Option<SignatureTolerance>,
) -> Result<Arc<SignatureExplanation>, HeapIdentityError> {
    let tree = xml::parse(&xml)?;
    let element = chosen(tree.root(), id.as_deref())?;
    let explanation = dsig::explain(element, &tolerance.unwrap_or_default().into())?;
    Ok(Arc::new(SignatureExplanation(Held::new(explanation))))
}

/// The element with this `ID`, or the root.
fn chosen<'t>(root: Node<'t>, id: Option<&str>) -> Result<Node<'t>, HeapIdentityError> {
    let Some(id) = id else { return Ok(root) };
    let found = root.descendants().find(|node| node.attribute("ID") == Some(id));
    found.ok_or_else(|| {
        HeapIdentityError::invalid("swift.element_id", &format_args!("no element has the ID {id}"))
    })
}
