//! Why metadata cannot be used.

use jiff::Timestamp;

use crate::{
    dsig, pki,
    saml::{endpoint::EndpointError, report::Finding},
    xml,
};

/// Why metadata cannot be read, trusted, used or written.
#[derive(Clone, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum MetadataError {
    /// It is not XML, or a value cannot be written as XML.
    #[error("the metadata is not an XML document: {0}")]
    Xml(#[from] xml::Error),
    /// It is not what saml-metadata says.
    #[error("the metadata does not follow saml-metadata 2.0: {0}")]
    Content(Finding),
    /// No entity of this entity id is in the file.
    #[error("the entity is not in the metadata: {0}")]
    UnknownEntity(Finding),
    /// The file holds several entities, and none or several have the id that was asked for.
    #[error("the metadata holds more than one such entity: {0}; name one by its entity id")]
    SeveralEntities(Finding),
    /// The entity is no identity provider, or no service provider, of SAML 2.0.
    #[error("the entity does not have the role that is wanted: {0}")]
    Role(Finding),
    /// The file is not signed although a signature was asked for.
    #[error(
        "neither the entity nor what is around it carries a signature; fetch the signed file, or compare it by hand"
    )]
    Unsigned,
    /// The signature does not hold.
    #[error("the signature of the metadata does not hold: {0}")]
    Signature(dsig::Error),
    /// The metadata were valid until this moment.
    #[error("the metadata were valid until {0}; fetch the current file")]
    Expired(Timestamp),
    /// The metadata may be kept until this moment, after which they have to be fetched again.
    #[error("the metadata may be kept until {0}; fetch the file again")]
    Stale(Timestamp),
    /// No certificate that can be used for signing.
    #[error("no signing certificate that can be used{}", hint(*.0))]
    NoSigningCertificate(Option<pki::Error>),
    /// No endpoint of the kind and binding that is needed.
    #[error("no {0} in the metadata")]
    NoEndpoint(&'static str),
    /// An endpoint to which nothing may be sent (A58).
    #[error("an address of the metadata cannot be used: {0}")]
    Endpoint(#[from] EndpointError),
}

fn hint(reason: Option<pki::Error>) -> alloc::string::String {
    reason.map_or_else(alloc::string::String::new, |reason| alloc::format!(": {reason}"))
}

impl MetadataError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Xml(error) => error.code(),
            Self::Content(_) => "saml.metadata.content",
            Self::UnknownEntity(_) => "saml.metadata.unknown_entity",
            Self::SeveralEntities(_) => "saml.metadata.several_entities",
            Self::Role(_) => "saml.metadata.role",
            Self::Unsigned => "saml.metadata.unsigned",
            Self::Signature(error) => error.code(),
            Self::Expired(_) => "saml.metadata.expired",
            Self::Stale(_) => "saml.metadata.stale",
            Self::NoSigningCertificate(_) => "saml.metadata.no_signing_certificate",
            Self::NoEndpoint(_) => "saml.metadata.no_endpoint",
            Self::Endpoint(error) => error.code(),
        }
    }
}
