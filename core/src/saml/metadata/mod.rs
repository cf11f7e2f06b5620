//! Metadata: what each side tells the other about itself in a file (saml-metadata 2.0, with errata).
//!
//! What one side says is a value, [`IdentityProviderMetadata`] or [`ServiceProviderMetadata`], which writes itself as
//! XML, signed or not. A [`MetadataFile`] is what came from the other side: one entity, or a federation's many, of
//! which one is chosen by its entity id. It is read from the nodes that a signature covers, where one is asked for.
//!
//! A file configures trust and nothing else: a signature over metadata never proves a message (A11).
//!
//! ```
//! use heap_identity::{Certificate, entropy::Seeded, pki::SigningKey, saml::{ServiceProvider, Policy, metadata::*}};
//! # let key_pem = include_str!("../../../tests/vectors/keys/rsa2048.key.pem");
//! # let (old, new) = (include_str!("../../../tests/vectors/keys/rsa2048.cert.pem"), include_str!("../../../tests/vectors/keys/p256.cert.pem"));
//! # let now = "2026-03-01T10:00:00Z".parse()?;
//! let mut idp = IdentityProviderMetadata::new("https://sso.jumpcloud.com/saml2/heap");
//! idp.single_sign_on.push(Endpoint::new(Binding::Redirect, "https://sso.jumpcloud.com/saml2/heap"));
//! // Two certificates while the key is rolled over: whoever reads the file trusts both.
//! idp.signing_certificates = vec![Certificate::from_pem(old)?, Certificate::from_pem(new)?];
//! let key = SigningKey::from_pem(key_pem, old)?;
//! let file = idp.to_signed_xml(&key, &mut Seeded::new(1))?;
//!
//! let trusted = [key.certificate().clone()];
//! let read = MetadataFile::new(file.as_bytes()).signed_by(&trusted).identity_provider(now)?;
//! let trust = read.trust()?;
//! assert_eq!((trust.entity_id.as_str(), trust.certificates.len()), (idp.entity_id.as_str(), 2));
//! # let _ = ServiceProvider::new("https://heapanalytics.com", "https://heapanalytics.com/saml/finalize/1/", vec![trust], Policy::strict());
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```

mod endpoint;
mod error;
mod file;
mod identity_provider;
mod keys;
mod role;
mod service_provider;
mod validity;
mod write;

#[cfg(test)]
mod tests;

pub use endpoint::{Binding, Endpoint, IndexedEndpoint};
pub use error::MetadataError;
pub use file::MetadataFile;
pub use identity_provider::IdentityProviderMetadata;
pub use service_provider::{AttributeConsumingService, RequestedAttribute, ServiceProviderMetadata};
pub use validity::Validity;
