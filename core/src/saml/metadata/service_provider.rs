//! What a service provider says of itself (saml-metadata 2.4.4).

use alloc::{collections::BTreeSet, format, string::String, vec, vec::Vec};

use super::{
    Binding, Endpoint, IndexedEndpoint, MetadataError, Validity, endpoint::default_of, file::Entity, keys,
    keys::Keys, role, write,
};
use crate::{
    entropy::Entropy,
    pki::{self, Certificate, SigningKey},
    saml::{
        endpoint, identity_provider::new_id, name_id::NameIdFormat, names::PROTOCOL,
        service_provider::ServiceProvider,
    },
    xml::{Node, Writer},
};

/// A service provider, as metadata describe it.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct ServiceProviderMetadata {
    /// Its entity id.
    pub entity_id: String,
    /// Where it takes Responses.
    pub assertion_consumer: Vec<IndexedEndpoint>,
    /// Where it takes LogoutRequests and LogoutResponses.
    pub single_logout: Vec<Endpoint>,
    /// The kinds of NameID that it takes.
    pub name_id_formats: Vec<NameIdFormat>,
    /// The certificates of the keys that it signs requests with: two or more during a rollover.
    pub signing_certificates: Vec<Certificate>,
    /// The certificates of the keys to encrypt Assertions with.
    pub encryption_certificates: Vec<Certificate>,
    /// Whether it signs its AuthnRequests: one that is not signed is then not its own.
    pub authn_requests_signed: bool,
    /// Whether Assertions have to be signed themselves.
    pub want_assertions_signed: bool,
    /// The sets of attributes that it asks for.
    pub attribute_consuming: Vec<AttributeConsumingService>,
    /// Until when this may be used.
    pub validity: Validity,
    /// Why a signing certificate of the file is not among the above.
    pub unusable_certificate: Option<pki::Error>,
}

/// A set of attributes that a service provider asks for (saml-metadata 2.4.4.1).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct AttributeConsumingService {
    /// Its number.
    pub index: u16,
    /// Whether it is meant where a request names none.
    pub is_default: Option<bool>,
    /// What the service is called.
    pub name: String,
    /// The language of the name, as `en`.
    pub language: String,
    /// The attributes.
    pub attributes: Vec<RequestedAttribute>,
}

/// One attribute of such a set (saml-metadata 2.4.4.2).
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub struct RequestedAttribute {
    /// Its name.
    pub name: String,
    /// How the name is to be read (saml-core 8.2).
    pub name_format: Option<String>,
    /// A name for people.
    pub friendly_name: Option<String>,
    /// Whether the service cannot do without.
    pub is_required: bool,
}

impl AttributeConsumingService {
    /// A set with this number and an English name.
    pub fn new(index: u16, name: &str, attributes: Vec<RequestedAttribute>) -> Self {
        Self { index, is_default: None, name: name.into(), language: "en".into(), attributes }
    }

    fn read(node: Node<'_>) -> Result<Self, MetadataError> {
        // pysaml2 writes an empty one where it was given none.
        let names = role::children(node, "ServiceName", |name| {
            Ok((name.text().unwrap_or_default().trim(), language(name)))
        })?;
        let first = names.first().ok_or_else(|| role::content(node, "a `ServiceName`", "none"))?;
        let (name, language) = names.iter().find(|(_, language)| *language == "en").unwrap_or(first);
        let attributes = role::children(node, "RequestedAttribute", RequestedAttribute::read)?;
        Ok(Self {
            index: role::index(node)?,
            is_default: role::boolean(node, "isDefault")?,
            name: (*name).into(),
            language: (*language).into(),
            attributes,
        })
    }

    fn write(&self, xml: &mut Writer) {
        let index = format!("{}", self.index);
        let mut attributes = vec![("index", index.as_str())];
        attributes.extend(self.is_default.map(|is| ("isDefault", write::boolean(is))));
        xml.start("md:AttributeConsumingService", &attributes).element(
            "md:ServiceName",
            &[("xml:lang", &self.language)],
            &self.name,
        );
        for attribute in &self.attributes {
            attribute.write(xml);
        }
        xml.end();
    }
}

fn language(node: Node<'_>) -> &str {
    let mut attributes = node.attributes();
    let language = attributes.find(|it| it.local_name() == "lang" && !it.namespace().is_empty());
    language.map_or("en", |language| language.value())
}

impl RequestedAttribute {
    /// An attribute by its name.
    pub fn new(name: &str, is_required: bool) -> Self {
        Self { name: name.into(), name_format: None, friendly_name: None, is_required }
    }

    fn read(node: Node<'_>) -> Result<Self, MetadataError> {
        Ok(Self {
            name: role::required(node, "Name")?.into(),
            name_format: node.attribute("NameFormat").map(Into::into),
            friendly_name: node.attribute("FriendlyName").map(Into::into),
            is_required: role::boolean(node, "isRequired")?.unwrap_or(false),
        })
    }

    fn write(&self, xml: &mut Writer) {
        let mut attributes = vec![("Name", self.name.as_str())];
        attributes.extend(self.name_format.as_deref().map(|format| ("NameFormat", format)));
        attributes.extend(self.friendly_name.as_deref().map(|name| ("FriendlyName", name)));
        attributes.push(("isRequired", write::boolean(self.is_required)));
        xml.element("md:RequestedAttribute", &attributes, "");
    }
}

impl ServiceProviderMetadata {
    /// A service provider that takes Responses at one address, over HTTP-POST.
    pub fn new(entity_id: &str, acs_url: &str) -> Self {
        Self {
            entity_id: entity_id.into(),
            assertion_consumer: vec![IndexedEndpoint::new(Endpoint::new(Binding::Post, acs_url), 0)],
            single_logout: Vec::new(),
            name_id_formats: Vec::new(),
            signing_certificates: Vec::new(),
            encryption_certificates: Vec::new(),
            authn_requests_signed: false,
            want_assertions_signed: true,
            attribute_consuming: Vec::new(),
            validity: Validity::default(),
            unusable_certificate: None,
        }
    }

    /// The address that takes Responses where a request names none; over HTTP-POST, which is what logins travel by.
    ///
    /// # Errors
    /// [`MetadataError::NoEndpoint`], or an address that nothing may be sent to (A58).
    pub fn default_acs_url(&self) -> Result<&str, MetadataError> {
        let post: Vec<_> = self.post_endpoints().collect();
        let default = default_of(&post, |endpoint| endpoint.is_default);
        usable(default.copied())
    }

    /// The address that takes Responses under this number, over HTTP-POST.
    ///
    /// # Errors
    /// As [`Self::default_acs_url`].
    pub fn acs_url(&self, index: u16) -> Result<&str, MetadataError> {
        usable(self.post_endpoints().find(|endpoint| endpoint.index == index))
    }

    /// The addresses that take Responses over HTTP-POST and to which something may be sent, the default first: what
    /// an identity provider registers.
    pub fn acs_urls(&self) -> Vec<&str> {
        let default = self.default_acs_url().ok();
        let others = self.post_endpoints().map(|endpoint| endpoint.endpoint.location.as_str());
        let others = others.filter(|url| Some(*url) != default && endpoint::check(url).is_ok());
        default.into_iter().chain(others).collect()
    }

    fn post_endpoints(&self) -> impl Iterator<Item = &IndexedEndpoint> {
        self.assertion_consumer.iter().filter(|endpoint| endpoint.endpoint.binding == Binding::Post)
    }

    /// The XML, unsigned.
    ///
    /// # Errors
    /// [`MetadataError::NoEndpoint`] without an address for Responses, and what XML cannot carry.
    pub fn to_xml(&self) -> Result<String, MetadataError> {
        self.document(None)
    }

    /// The XML, signed with `key`.
    ///
    /// # Errors
    /// As [`Self::to_xml`], and a signature that cannot be made.
    pub fn to_signed_xml(
        &self,
        key: &SigningKey,
        entropy: &mut dyn Entropy,
    ) -> Result<String, MetadataError> {
        let id = new_id(entropy);
        write::sign(&self.document(Some(&id))?, &id, key)
    }

    fn document(&self, id: Option<&str>) -> Result<String, MetadataError> {
        if self.assertion_consumer.is_empty() {
            return Err(MetadataError::NoEndpoint("AssertionConsumerService"));
        }
        write::document(&self.entity_id, &self.validity, id, |xml| self.write(xml))
    }

    fn write(&self, xml: &mut Writer) {
        let attributes = [
            ("AuthnRequestsSigned", write::boolean(self.authn_requests_signed)),
            ("WantAssertionsSigned", write::boolean(self.want_assertions_signed)),
            ("protocolSupportEnumeration", PROTOCOL),
        ];
        xml.start("md:SPSSODescriptor", &attributes);
        keys::write(xml, "signing", &self.signing_certificates);
        keys::write(xml, "encryption", &self.encryption_certificates);
        for endpoint in &self.single_logout {
            endpoint.write(xml, "md:SingleLogoutService");
        }
        for format in &self.name_id_formats {
            xml.element("md:NameIDFormat", &[], format.uri());
        }
        for endpoint in &self.assertion_consumer {
            endpoint.write(xml, "md:AssertionConsumerService");
        }
        for service in &self.attribute_consuming {
            service.write(xml);
        }
        xml.end();
    }

    pub(super) fn read(entity: Entity<'_>) -> Result<Self, MetadataError> {
        let role = role::only(entity.node, "SPSSODescriptor")?;
        role::understood(role, &["AssertionConsumerService", "AttributeConsumingService"])?;
        let keys = Keys::read(role)?;
        let flag = |name| Ok::<_, MetadataError>(role::boolean(role, name)?.unwrap_or(false));
        let mut numbers = BTreeSet::new();
        let assertion_consumer = role::children(role, "AssertionConsumerService", |node| {
            let endpoint = IndexedEndpoint::read(node)?;
            if numbers.insert(endpoint.index) {
                return Ok(endpoint);
            }
            // A request that names this number would be answered at one or the other.
            Err(role::content(node, "an `index` of its own", &format!("{}", endpoint.index)))
        })?;
        Ok(Self {
            entity_id: entity.id()?.into(),
            assertion_consumer,
            single_logout: role::endpoints(role, "SingleLogoutService")?,
            name_id_formats: role::name_id_formats(role)?,
            signing_certificates: keys.signing,
            encryption_certificates: keys.encryption,
            authn_requests_signed: flag("AuthnRequestsSigned")?,
            want_assertions_signed: flag("WantAssertionsSigned")?,
            attribute_consuming: role::children(
                role,
                "AttributeConsumingService",
                AttributeConsumingService::read,
            )?,
            validity: Validity::of(role)?.within(entity.validity),
            unusable_certificate: keys.unusable,
        })
    }
}

fn usable(endpoint: Option<&IndexedEndpoint>) -> Result<&str, MetadataError> {
    let missing = MetadataError::NoEndpoint("AssertionConsumerService over HTTP-POST of this number");
    let location = endpoint.map(|endpoint| endpoint.endpoint.location.as_str()).ok_or(missing)?;
    endpoint::check(location)?;
    Ok(location)
}

impl ServiceProvider {
    /// What this service provider says of itself: its address for Responses, by HTTP-POST, and its key if it has one.
    pub fn metadata(&self) -> ServiceProviderMetadata {
        let mut metadata = ServiceProviderMetadata::new(self.entity_id(), self.acs_url());
        metadata.name_id_formats = vec![NameIdFormat::EmailAddress];
        if let Some(key) = &self.signing_key {
            metadata.signing_certificates.push(key.certificate().clone());
            metadata.authn_requests_signed = true;
        }
        metadata
    }
}
