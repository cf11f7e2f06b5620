//! Who verifies: from the document's text to "every signature holds", with the keys already read.

use base64::{Engine, prelude::BASE64_STANDARD};
use heap_identity::{
    dsig,
    pki::{Certificate, Scheme, VerifyingKey},
    xml::{
        self, Node,
        c14n::{Canonicalization, Method},
    },
};
use ring::digest::{SHA256, digest};

use crate::{Failure, documents::CERTIFICATE};

pub const CONTENDERS: &[&str] = &[
    "floor",
    "heap-identity",
    "bergshamra",
    #[cfg(feature = "samael")]
    "samael",
];

/// Verifies the document once, and fails if a signature does not hold.
pub type Verify<'d> = Box<dyn Fn() -> Result<(), Failure> + 'd>;

/// A contender by its name in [`CONTENDERS`], on a document.
pub fn contender<'d>(name: &str, document: &'d str) -> Result<Verify<'d>, Failure> {
    match name {
        "floor" => floor(document),
        "heap-identity" => ours(document),
        "bergshamra" => bergshamra(document),
        #[cfg(feature = "samael")]
        "samael" => samael(document),
        _ => Err(format!("there is no contender `{name}`").into()),
    }
}

fn key() -> Result<VerifyingKey, Failure> {
    Ok(Certificate::from_pem(CERTIFICATE)?.public_key().clone())
}

/// The elements that hold a signature: the Response, what is directly inside, or both.
fn signed(root: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    std::iter::once(root).chain(root.elements()).filter(|node| dsig::signature_of(*node).is_some())
}

/// What no verification can do without: ring's check of each signature value, and SHA-256 over the canonical bytes,
/// with both made before.
fn floor(document: &str) -> Result<Verify<'_>, Failure> {
    let tree = xml::parse(document.as_bytes())?;
    let exclusive = Canonicalization::new(Method::Exclusive);
    let mut all = Vec::new();
    for element in signed(tree.root()) {
        let signature = dsig::signature_of(element).ok_or("no signature")?;
        let part =
            |name: &str| signature.elements().find(|node| node.local_name() == name).ok_or("no such part");
        let (mut covered, mut signed_info) = (Vec::new(), Vec::new());
        exclusive.element(element, Some(signature), &mut covered)?;
        exclusive.element(part("SignedInfo")?, None, &mut signed_info)?;
        let value: String = part("SignatureValue")?.text()?.split_ascii_whitespace().collect();
        all.push((covered, signed_info, BASE64_STANDARD.decode(value)?));
    }
    let key = key()?;
    Ok(Box::new(move || {
        for (covered, signed_info, value) in &all {
            key.verify(Scheme::RsaSha256, signed_info, value)?;
            std::hint::black_box(digest(&SHA256, covered));
        }
        Ok(())
    }))
}

fn ours(document: &str) -> Result<Verify<'_>, Failure> {
    let keys = [key()?];
    Ok(Box::new(move || {
        let tree = xml::parse(document.as_bytes())?;
        for element in signed(tree.root()) {
            dsig::verify(element, &keys, &dsig::Policy::strict())?;
        }
        Ok(())
    }))
}

/// All signatures of the document, by its RustCrypto backend.
fn bergshamra(document: &str) -> Result<Verify<'_>, Failure> {
    use bergshamra::{DsigContext, KeysManager, keys::loader, verify_all};
    bergshamra::initialize_backend().ok();
    let mut keys = KeysManager::new();
    keys.add_key(loader::load_x509_cert_pem(CERTIFICATE.as_bytes()).map_err(|error| error.to_string())?);
    let context = DsigContext::new(keys);
    Ok(Box::new(move || {
        let results = verify_all(&context, document).map_err(|error| error.to_string())?;
        let hold =
            !results.is_empty() && results.iter().all(|result| result.all_reference_digests_verified());
        if hold { Ok(()) } else { Err("a signature does not hold".into()) }
    }))
}

/// Every signature, and the document cut down to what is signed, which is what its service provider stands on.
#[cfg(feature = "samael")]
fn samael(document: &str) -> Result<Verify<'_>, Failure> {
    use samael::crypto::{CertificateDer, Crypto, CryptoProvider, ReduceMode};
    let body: String = CERTIFICATE.lines().filter(|line| !line.starts_with("-----")).collect();
    let keys = vec![CertificateDer::from(BASE64_STANDARD.decode(body)?)];
    Ok(Box::new(move || {
        let reduced = Crypto::reduce_xml_to_signed(document, &keys, ReduceMode::default());
        reduced.map(drop).map_err(|error| error.to_string().into())
    }))
}
