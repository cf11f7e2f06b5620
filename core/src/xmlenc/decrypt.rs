//! Decryption: from an element that holds an `EncryptedData` to the element that was encrypted.

use alloc::{collections::BTreeMap, string::String, vec::Vec};

use super::structure::{Structure, fail};
use super::{Error, ErrorKind};
use crate::pki::{ContentKey, DecryptionKey};
use crate::xml::{self, Node, Tree, Writer, parse};

/// An element that was decrypted. Nothing says who wrote it (A35).
///
/// Its text is parsed to a tree of its own: a signature in it that was made before it was encrypted is verified there, and
/// what is read is read there.
pub struct Decrypted {
    document: String,
    is_self_contained: bool,
}

impl Decrypted {
    /// The text to parse: the element as it was encrypted; or, where that uses namespaces which are declared around the
    /// encrypted element, inside an element that declares those (xmlenc-core1 4.4).
    pub fn document(&self) -> &str {
        &self.document
    }

    /// Whether the element declares all namespaces that it uses. If not, a signature over the ciphertext does not cover
    /// its whole meaning: only one of its own does.
    pub const fn is_self_contained(&self) -> bool {
        self.is_self_contained
    }

    /// The element in the tree of [`document`](Self::document); `None` when it is not exactly one.
    pub fn element<'t>(&self, tree: &'t Tree<'t>) -> Option<Node<'t>> {
        let root = tree.root();
        if self.is_self_contained {
            return Some(root);
        }
        let mut elements = root.elements();
        let first = elements.next().filter(|_| root.has_only_elements());
        if elements.next().is_some() { None } else { first }
    }
}

/// It was encrypted for a reason: only its size is shown.
impl core::fmt::Debug for Decrypted {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Decrypted")
            .field("bytes", &self.document.len())
            .field("is_self_contained", &self.is_self_contained)
            .finish()
    }
}

/// Decrypts the element that `host` (such as a `saml:EncryptedAssertion`) holds, with the first of `keys` that can.
///
/// `host` has one `xenc:EncryptedData` of type `Element`; the `xenc:EncryptedKey`s are in its `ds:KeyInfo` or behind it.
///
/// # Errors
/// [`Error`]: what is wrong with the structure or its algorithms, which everybody can see; and for all that needs a
/// key to see, [`ErrorKind::Decryption`] alone (A59).
pub fn decrypt(host: Node<'_>, keys: &[DecryptionKey]) -> Result<Decrypted, Error> {
    let structure = Structure::read(host)?;
    let failed = || fail(ErrorKind::Decryption, host);
    let content = content(&structure, keys).ok_or_else(failed)?;
    let text = String::from_utf8(content).map_err(|_| failed())?;
    if needs_context(&text, host) {
        return Ok(Decrypted { document: in_context(&text, host)?, is_self_contained: false });
    }
    Ok(Decrypted { document: text, is_self_contained: true })
}

/// Tries every key on everything that was wrapped. Why one does not fit is not kept.
fn content(structure: &Structure, keys: &[DecryptionKey]) -> Option<Vec<u8>> {
    let pairs = structure.keys.iter().flat_map(|wrapped| keys.iter().map(move |key| (wrapped, key)));
    pairs.into_iter().find_map(|(wrapped, key)| {
        let bytes = key.unwrap_key(wrapped.transport, &wrapped.value, &wrapped.label).ok()?;
        ContentKey::transported(structure.cipher, bytes).open(&structure.value).ok()
    })
}

/// Whether a prefix is not declared inside, or the root is in no namespace although there is a default one around.
fn needs_context(text: &str, host: Node<'_>) -> bool {
    match parse(text.as_bytes()) {
        Ok(tree) if tree.root().namespace().is_empty() => {
            host.namespaces_in_scope().any(|(prefix, _)| prefix.is_empty())
        }
        Ok(_) => false,
        Err(error) => error.kind() == xml::ErrorKind::UnboundPrefix,
    }
}

/// The text inside an element that declares what is declared around `host`. What closes that element too early leaves a
/// second root behind, which no parser of ours reads.
fn in_context(text: &str, host: Node<'_>) -> Result<String, xml::Error> {
    let declared: BTreeMap<String, &str> = host
        .namespaces_in_scope()
        .map(|(prefix, namespace)| match prefix {
            "" => ("xmlns".into(), namespace),
            prefix => (alloc::format!("xmlns:{prefix}"), namespace),
        })
        .collect();
    let attributes: Vec<_> = declared.iter().map(|(name, namespace)| (name.as_str(), *namespace)).collect();
    let mut writer = Writer::new();
    let around = writer.start(CONTEXT, &attributes).end();
    let mut document = core::mem::take(around).finish()?;
    document.truncate(document.len() - END.len());
    document.push_str(text);
    document.push_str(END);
    Ok(document)
}

const CONTEXT: &str = "context";
const END: &str = "</context>";
