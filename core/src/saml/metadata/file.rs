//! A metadata file of the other side: read, and verified where a signature is asked for (saml-metadata 3).

use alloc::{
    string::{String, ToString},
    vec::Vec,
};

use jiff::Timestamp;

use super::{IdentityProviderMetadata, MetadataError, ServiceProviderMetadata, Validity, role};
use crate::{
    dsig::{self, ErrorKind},
    limits,
    pki::{Certificate, VerifyingKey},
    saml::{
        names::METADATA,
        report::{Finding, shown, shown_or_none},
    },
    xml::{self, Node},
};

/// A metadata file, and what is asked of it.
#[derive(Clone, Copy, Debug)]
pub struct MetadataFile<'a> {
    xml: &'a [u8],
    entity_id: Option<&'a str>,
    signers: Option<&'a [Certificate]>,
}

/// The entity that was chosen, and the validity of it and of all that is around it.
#[derive(Clone, Copy)]
pub(super) struct Entity<'t> {
    pub(super) node: Node<'t>,
    pub(super) validity: Validity,
}

impl<'a> MetadataFile<'a> {
    /// A file that holds one entity, and is trusted because of where it comes from.
    pub const fn new(xml: &'a [u8]) -> Self {
        Self { xml, entity_id: None, signers: None }
    }

    /// Of several entities in the file, the one with this entity id; of one, it must be this.
    #[must_use]
    pub const fn entity(self, entity_id: &'a str) -> Self {
        Self { entity_id: Some(entity_id), ..self }
    }

    /// The entity, or what is around it, must be signed with one of these keys: the federation's, or those that the
    /// other side named on another way. A key in the file itself is none of them (A46).
    #[must_use]
    pub const fn signed_by(self, certificates: &'a [Certificate]) -> Self {
        Self { signers: Some(certificates), ..self }
    }

    /// The entity as an identity provider.
    ///
    /// # Errors
    /// [`MetadataError`]: for a file that cannot be read, is not signed as asked, has expired, or holds no such entity.
    pub fn identity_provider(&self, now: Timestamp) -> Result<IdentityProviderMetadata, MetadataError> {
        self.read(now, IdentityProviderMetadata::read)
    }

    /// The entity as a service provider.
    ///
    /// # Errors
    /// As [`Self::identity_provider`].
    pub fn service_provider(&self, now: Timestamp) -> Result<ServiceProviderMetadata, MetadataError> {
        self.read(now, ServiceProviderMetadata::read)
    }

    /// The ids of all entities in the file, in its order: to choose from. Nothing is verified.
    ///
    /// # Errors
    /// [`MetadataError::Xml`] or [`MetadataError::Content`].
    pub fn entity_ids(&self) -> Result<Vec<String>, MetadataError> {
        let tree = xml::parse(self.xml)?;
        let mut entities = entities(tree.root())?.into_iter();
        entities.try_fold(Vec::new(), |mut ids, node| {
            ids.push(entity_id(node)?.to_string());
            Ok(ids)
        })
    }

    fn read<T>(
        &self,
        now: Timestamp,
        read: impl FnOnce(Entity<'_>) -> Result<T, MetadataError>,
    ) -> Result<T, MetadataError> {
        let tree = xml::parse(self.xml)?;
        if let Some(node) = tree.ambiguous_identifier() {
            let finding = Finding::new("IDs that occur once", "an ID that occurs again").at(node.position());
            return Err(MetadataError::Content(finding));
        }
        let node = self.choose(tree.root())?;
        self.verify(node)?;
        let own = role::entity_understood(node).and_then(|()| Validity::of(node))?;
        let validity = around(node)
            .try_fold(own, |validity, outer| Validity::of(outer).map(|outer| validity.within(outer)))?;
        if let Some(until) = validity.valid_until.filter(|until| *until <= now) {
            return Err(MetadataError::Expired(until));
        }
        read(Entity { node, validity })
    }

    fn choose<'t>(&self, root: Node<'t>) -> Result<Node<'t>, MetadataError> {
        let all = entities(root)?;
        let Some(wanted) = self.entity_id else {
            return match all.as_slice() {
                [only] => Ok(*only),
                [_, second, ..] => Err(several(root, "one entity", *second)),
                [] => Err(unknown(root, "an entity", None)),
            };
        };
        let mut found = all.iter().filter(|node| node.attribute("entityID") == Some(wanted));
        match (found.next(), found.next()) {
            (Some(only), None) => Ok(*only),
            (_, Some(second)) => Err(several(root, "one entity of this id", *second)),
            (None, _) => {
                Err(unknown(root, &shown(wanted), all.first().and_then(|node| node.attribute("entityID"))))
            }
        }
    }

    /// Whether the entity, or what is around it, is covered by a signature of a key that was asked for. The entity
    /// is the same node of the same tree; what is between is covered with it.
    fn verify(&self, entity: Node<'_>) -> Result<(), MetadataError> {
        let Some(signers) = self.signers else { return Ok(()) };
        let keys: Vec<VerifyingKey> =
            signers.iter().map(|certificate| certificate.public_key().clone()).collect();
        let mut first_error = None;
        for node in core::iter::once(entity).chain(around(entity)) {
            match dsig::verify(node, &keys, &dsig::Policy::strict()) {
                Ok(_covered) => return Ok(()),
                Err(error) if error.kind() == ErrorKind::NotSigned => {}
                Err(error) => first_error = first_error.or(Some(error)),
            }
        }
        Err(first_error.map_or(MetadataError::Unsigned, MetadataError::Signature))
    }
}

/// The elements around an entity, from the inside.
fn around(entity: Node<'_>) -> impl Iterator<Item = Node<'_>> {
    core::iter::successors(entity.parent(), |node| node.parent())
}

/// All entities: the root, or what is in it through `EntitiesDescriptor`s alone.
fn entities(root: Node<'_>) -> Result<Vec<Node<'_>>, MetadataError> {
    let (mut found, mut open) = (Vec::new(), Vec::from([root]));
    while let Some(node) = open.pop() {
        if node.is(METADATA, "EntityDescriptor") {
            found.push(node);
        } else if node.is(METADATA, "EntitiesDescriptor") {
            let inner: Vec<_> = node.elements().collect();
            open.extend(inner.into_iter().rev());
        } else if node == root {
            let expected = "`EntityDescriptor` or `EntitiesDescriptor` of saml-metadata as the root";
            return Err(role::content(root, expected, root.local_name()));
        }
    }
    Ok(found)
}

fn entity_id(node: Node<'_>) -> Result<&str, MetadataError> {
    let id = role::required(node, "entityID")?;
    if id.len() > limits::SAML_URI_BYTES_MAX {
        return Err(role::content(node, "an `entityID` of at most 1024 characters", id));
    }
    Ok(id)
}

impl<'t> Entity<'t> {
    pub(super) fn id(self) -> Result<&'t str, MetadataError> {
        entity_id(self.node)
    }
}

fn several(root: Node<'_>, expected: &str, second: Node<'_>) -> MetadataError {
    let found = shown_or_none(second.attribute("entityID"));
    MetadataError::SeveralEntities(
        Finding::new(expected, alloc::format!("another one, {found}")).at(root.position()),
    )
}

fn unknown(root: Node<'_>, expected: &str, first: Option<&str>) -> MetadataError {
    MetadataError::UnknownEntity(Finding::new(expected, shown_or_none(first)).at(root.position()))
}
