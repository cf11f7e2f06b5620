//! Signatures over XML: what is read of a document is what a signature covers, and nothing else.

use std::sync::Arc;

use heap_identity::{
    dsig::{self, Policy},
    pki::VerifyingKey,
    xml::{
        self, Node,
        c14n::{Canonicalization, Method},
    },
};
use pyo3::{Bound, PyRef, PyResult, Python, pyclass, pyfunction, types::PyBytes};

use crate::{
    error::{Raise, wrong},
    pki::{Certificate, SigningKey, scheme_of, scheme_word},
    table::{table, words},
};

words! {
    method_of: Method {
        "exclusive" => Method::Exclusive,
        "inclusive10" => Method::Inclusive10,
        "inclusive11" => Method::Inclusive11,
    }
}

/// An element of a document, copied from the tree that a signature was verified over; the signature itself is left out.
#[pyclass(frozen, module = "heap_identity")]
#[derive(Clone)]
pub(crate) struct Element(Arc<Parts>);

struct Parts {
    namespace: String,
    name: String,
    /// Namespace, name and value.
    attributes: Vec<(String, String, String)>,
    text: Option<String>,
    elements: Vec<Element>,
}

impl Element {
    /// `without` is what is not covered: the signature itself.
    fn of(node: Node<'_>, without: Node<'_>) -> Self {
        let attributes = node.attributes().map(|attribute| {
            (attribute.namespace().into(), attribute.local_name().into(), attribute.value().into())
        });
        let elements = node.elements().filter(|child| *child != without);
        Self(Arc::new(Parts {
            namespace: node.namespace().into(),
            name: node.local_name().into(),
            attributes: attributes.collect(),
            text: node.text().ok().map(Into::into),
            elements: elements.map(|child| Self::of(child, without)).collect(),
        }))
    }
}

table!(Element {
    namespace: &str = |parts| &parts.namespace;
    /// Its local name.
    name: &str = |parts| &parts.name;
    /// Namespace, local name and value of each.
    attributes: Vec<(String, String, String)> = |parts| parts.attributes.clone();
    /// What it holds, where that is text alone.
    text: Option<&str> = |parts| parts.text.as_deref();
    elements: Vec<Element> = |parts| parts.elements.clone();
}
    /// The value of an attribute without namespace.
    fn attribute(&self, name: &str) -> Option<&str> {
        let mut attributes = self.0.attributes.iter();
        attributes.find(|(namespace, own, _)| namespace.is_empty() && own == name).map(|(.., value)| value.as_str())
    }

    fn __repr__(&self) -> String {
        format!("Element({:?}, {} elements)", self.0.name, self.0.elements.len())
    }
);

/// An element that a signature of a configured key covers: the only door to what a document says.
///
/// What is above or beside the element is not covered.
#[pyclass(frozen, get_all, module = "heap_identity")]
pub(crate) struct Covered {
    element: Element,
    /// Which of the certificates has the key.
    key_index: usize,
    scheme: &'static str,
}

#[pyo3::pymethods]
impl Covered {
    fn __repr__(&self) -> String {
        format!(
            "Covered({}, key_index={}, scheme={:?})",
            self.element.__repr__(),
            self.key_index,
            self.scheme
        )
    }
}

/// What was hashed for a signature. It is no verdict and opens no content: `verify_xml` does.
#[pyclass(frozen, module = "heap_identity")]
pub(crate) struct Explanation(dsig::Explanation);

table!(Explanation {
    /// Whether the digest of `canonical` is the one in the signature.
    matches: bool = |explanation| explanation.matches();
    /// Where it is not: how the other side must have written the same element; `None` where its content was changed.
    suspicion: Option<String> = |explanation| explanation.suspicion().map(|cause| cause.to_string());
}
    /// The bytes that are hashed: the sender's document, which may hold personal data.
    #[getter]
    fn canonical<'py>(&self, py: Python<'py>) -> Bound<'py, PyBytes> {
        PyBytes::new(py, self.0.canonical())
    }

    /// The first byte that differs from what the other side hashed, and why most likely; `None` where nothing does.
    fn compare(&self, theirs: &[u8]) -> Option<(usize, String)> {
        let difference = self.0.compare(theirs)?;
        Some((difference.offset(), difference.cause().to_string()))
    }

    fn __repr__(&self) -> String {
        format!("{:?}", self.0)
    }
);

const fn policy(comments: bool, legacy_sha1: bool) -> Policy {
    let mut policy = Policy::strict();
    policy.comments = comments;
    policy.legacy_sha1 = legacy_sha1;
    policy
}

/// The document with an enveloped signature over the element whose `ID` is `id`, with the key's default scheme.
///
/// Other schemes: `rsa-sha384`, `rsa-sha512`, `rsa-pss-sha256`, `rsa-pss-sha384`, `rsa-pss-sha512`. Raises `InvalidInput`
/// (`dsig....`).
#[pyfunction]
#[pyo3(signature = (xml, *, id, key, scheme=None))]
pub(crate) fn sign_xml(
    py: Python<'_>,
    xml: &str,
    id: &str,
    key: PyRef<'_, SigningKey>,
    scheme: Option<&str>,
) -> PyResult<String> {
    let scheme = scheme.map_or_else(|| Ok(key.0.default_scheme()), scheme_of)?;
    let key = &key.0;
    py.detach(|| dsig::sign_with(xml, id, key, scheme)).raise(py)
}

/// The canonical form of a document, or of the first element with this local name: what signatures are made over.
///
/// `prefixes` is the `InclusiveNamespaces PrefixList` of the exclusive form; `#default` is the default namespace. Raises
/// `InvalidInput` (`xml....`).
#[pyfunction]
#[pyo3(signature = (xml, *, method="exclusive", comments=false, prefixes=Vec::new(), element=None))]
#[expect(clippy::needless_pass_by_value, reason = "that is how an argument comes from Python")]
pub(crate) fn canonicalize_xml<'py>(
    py: Python<'py>,
    xml: &[u8],
    method: &str,
    comments: bool,
    prefixes: Vec<String>,
    element: Option<&str>,
) -> PyResult<Bound<'py, PyBytes>> {
    let prefixes: Vec<&str> = prefixes.iter().map(String::as_str).collect();
    let mut form = Canonicalization::new(method_of(method)?).with_prefixes(&prefixes);
    if comments {
        form = form.with_comments();
    }
    let written = py.detach(|| {
        let (tree, mut bytes) = (xml::parse(xml)?, Vec::new());
        let Some(name) = element else {
            return form.document(&tree, &mut bytes).map(|()| Some(bytes));
        };
        match tree.root().descendants().find(|node| node.local_name() == name) {
            Some(node) => form.element(node, None, &mut bytes).map(|()| Some(bytes)),
            None => Ok(None),
        }
    });
    match written.raise(py)? {
        Some(bytes) => Ok(PyBytes::new(py, &bytes)),
        None => Err(wrong(format!("there is no element {}", element.unwrap_or_default()))),
    }
}

/// The element with this `ID`, or the root.
fn chosen<'t>(root: Node<'t>, id: Option<&str>) -> Option<Node<'t>> {
    match id {
        None => Some(root),
        Some(id) => root.descendants().find(|node| node.attribute("ID") == Some(id)),
    }
}

fn no_element(id: Option<&str>) -> pyo3::PyErr {
    wrong(format!("no element has the ID {}", id.unwrap_or_default()))
}

/// Verifies the enveloped signature of the root, or of the element with this `ID`, under one of the certificates.
///
/// Keys in the document count for nothing (A46). `comments` tolerates canonicalizations that keep them; `legacy_sha1`
/// verifies SHA-1, for a signer that can do nothing else. Raises `InvalidInput` (`dsig....`).
#[pyfunction]
#[pyo3(signature = (xml, *, certificates, id=None, comments=false, legacy_sha1=false))]
#[expect(clippy::needless_pass_by_value, reason = "that is how an argument comes from Python")]
pub(crate) fn verify_xml(
    py: Python<'_>,
    xml: &[u8],
    certificates: Vec<PyRef<'_, Certificate>>,
    id: Option<&str>,
    comments: bool,
    legacy_sha1: bool,
) -> PyResult<Covered> {
    let keys: Vec<VerifyingKey> =
        certificates.iter().map(|certificate| certificate.0.public_key().clone()).collect();
    let verdict = py.detach(|| {
        let tree = match xml::parse(xml) {
            Ok(tree) => tree,
            Err(error) => return Some(Err(dsig::Error::from(error))),
        };
        let element = chosen(tree.root(), id)?;
        Some(dsig::verify(element, &keys, &policy(comments, legacy_sha1)).map(|covered| Covered {
            element: Element::of(covered.node(), covered.signature()),
            key_index: covered.key_index(),
            scheme: scheme_word(covered.algorithm()),
        }))
    });
    verdict.ok_or_else(|| no_element(id))?.raise(py)
}

/// Shows what is hashed for a signature, for the error that `dsig.digest_mismatch` is worth; no verdict.
#[pyfunction]
#[pyo3(signature = (xml, *, id=None, comments=false, legacy_sha1=false))]
pub(crate) fn explain_xml(
    py: Python<'_>,
    xml: &[u8],
    id: Option<&str>,
    comments: bool,
    legacy_sha1: bool,
) -> PyResult<Explanation> {
    let explained = py.detach(|| {
        let tree = match xml::parse(xml) {
            Ok(tree) => tree,
            Err(error) => return Some(Err(dsig::Error::from(error))),
        };
        Some(dsig::explain(chosen(tree.root(), id)?, &policy(comments, legacy_sha1)))
    });
    explained.ok_or_else(|| no_element(id))?.map(Explanation).raise(py)
}
