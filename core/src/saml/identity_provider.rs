//! The identity provider's end: from a login to a signed Response (saml-profiles 4.1.4.2).

use alloc::{format, string::String, vec, vec::Vec};
use core::time::Duration;

use jiff::{SignedDuration, Timestamp};

use super::{
    binding,
    endpoint::{self, EndpointError},
    metadata::{Binding, Endpoint, IndexedEndpoint, ServiceProviderMetadata},
    name_id::NameId,
    post_page,
    response::{self, Response},
};
use crate::{
    dsig,
    entropy::Entropy,
    pki::{self, Certificate, SigningKey},
    xml, xmlenc,
};

/// An identity provider that signs what it says. Without a key there is none: see [`IdentityProvider::builder`].
#[derive(Debug)]
pub struct IdentityProvider {
    pub(super) settings: Settings,
    pub(super) key: SigningKey,
}

/// Everything about an identity provider but its key.
#[derive(Debug)]
pub(super) struct Settings {
    pub(super) entity_id: String,
    pub(super) sso_url: Option<String>,
    pub(super) service_providers: Vec<ServiceProviderMetadata>,
    pub(super) want_authn_requests_signed: bool,
    sign: SignScope,
    valid_for: Duration,
    encrypt_for: Vec<(String, Certificate)>,
}

/// What of a Response is signed.
#[derive(Clone, Copy, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum SignScope {
    /// The Assertion, which is what Heap asks for.
    Assertion,
    /// The Response, which covers the Assertion.
    Response,
    /// Both.
    Both,
}

/// Builds an [`IdentityProvider`]; it can be built once it has a key.
#[derive(Debug)]
pub struct IdentityProviderBuilder<Key> {
    settings: Settings,
    key: Key,
}

/// A builder without key.
#[derive(Debug)]
pub struct NeedsKey(());

/// A person who has been authenticated, and for whom.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Login<'a> {
    /// Who it is.
    pub subject: NameId,
    /// The entity id of the service provider.
    pub audience: &'a str,
    /// The address that takes the Response.
    pub acs_url: &'a str,
    /// The ID of the request that is answered; none for a login that begins at the identity provider.
    pub in_response_to: Option<&'a str>,
    /// What else is said of the person.
    pub attributes: &'a [Attribute<'a>],
    /// When the person was authenticated.
    pub authn_instant: Timestamp,
    /// How (saml-authn-context); a password over TLS unless said otherwise.
    pub authn_context_class: Option<&'a str>,
    /// The session at the identity provider, for single logout.
    pub session_index: Option<&'a str>,
    /// When that session ends.
    pub session_not_on_or_after: Option<Timestamp>,
}

impl<'a> Login<'a> {
    /// A login that begins at the identity provider (R9), without attributes.
    pub const fn new(subject: NameId, audience: &'a str, acs_url: &'a str, authn_instant: Timestamp) -> Self {
        Self {
            subject,
            audience,
            acs_url,
            in_response_to: None,
            attributes: &[],
            authn_instant,
            authn_context_class: None,
            session_index: None,
            session_not_on_or_after: None,
        }
    }
}

/// An attribute of a person: text, one or more values.
#[derive(Clone, Copy)]
#[non_exhaustive]
pub struct Attribute<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its values.
    pub values: &'a [&'a str],
    /// How its name is to be read (saml-core 8.2); as a URI where it has a colon, else as a plain word, unless said
    /// otherwise.
    pub name_format: Option<&'a str>,
    /// What people call it, where its name is hard to read (saml-core 2.7.3.1).
    pub friendly_name: Option<&'a str>,
}

impl<'a> Attribute<'a> {
    /// An attribute by its name and values.
    ///
    /// ```
    /// use heap_identity::saml::Attribute;
    /// let mut department = Attribute::new("urn:oid:2.16.840.1.113730.3.1.2", &["Growth"]);
    /// department.friendly_name = Some("departmentNumber");
    /// ```
    pub const fn new(name: &'a str, values: &'a [&'a str]) -> Self {
        Self { name, values, name_format: None, friendly_name: None }
    }
}

/// The values are personal: only their number is shown.
impl core::fmt::Debug for Attribute<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "{} ({} values)", self.name, self.values.len())
    }
}

/// Why there is no message to send.
#[derive(Clone, Copy, Debug, Eq, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum BuildError {
    /// The assertion consumer service has an address that nothing may be sent to (A58).
    #[error("the assertion consumer service URL cannot be used: {0}")]
    Endpoint(#[from] EndpointError),
    /// The service provider is not registered with this address.
    #[error(
        "the audience and the assertion consumer service URL are not those of a registered service provider"
    )]
    Unregistered,
    /// Something that must name somebody is blank.
    #[error("{0} is blank; give it a value")]
    Blank(&'static str),
    /// A value holds a character that XML cannot carry.
    #[error("a value cannot be written as XML: {0}")]
    Xml(#[from] xml::Error),
    /// The signature could not be made.
    #[error("the message could not be signed: {0}")]
    Signing(#[from] dsig::Error),
    /// The Assertion could not be encrypted.
    #[error("the assertion could not be encrypted: {0}")]
    Encryption(#[from] xmlenc::Error),
    /// The key failed.
    #[error("the message could not be signed: {0}")]
    Key(#[from] pki::Error),
}

impl BuildError {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Endpoint(error) => error.code(),
            Self::Unregistered => "saml.unregistered",
            Self::Blank(_) => "saml.blank",
            Self::Xml(error) => error.code(),
            Self::Signing(error) => error.code(),
            Self::Encryption(error) => error.code(),
            Self::Key(error) => error.code(),
        }
    }
}

impl IdentityProvider {
    /// Begins an identity provider with its entity id, such as `https://sso.jumpcloud.com/saml2/heap`.
    pub fn builder(entity_id: &str) -> IdentityProviderBuilder<NeedsKey> {
        let settings = Settings {
            entity_id: entity_id.into(),
            sso_url: None,
            service_providers: Vec::new(),
            want_authn_requests_signed: false,
            sign: SignScope::Assertion,
            valid_for: VALID_FOR,
            encrypt_for: Vec::new(),
        };
        IdentityProviderBuilder { settings, key: NeedsKey(()) }
    }

    /// The certificate that service providers must trust: the `certificate.pem` of R6.
    pub const fn certificate(&self) -> &Certificate {
        self.key.certificate()
    }

    /// A signed Response for a person who has been authenticated and authorised (R12 is the caller's to decide).
    ///
    /// # Errors
    /// [`BuildError`] when the login is not complete, is for an address that nothing may be sent to, or holds what
    /// XML cannot carry.
    pub fn respond(
        &self,
        login: &Login<'_>,
        now: Timestamp,
        entropy: &mut dyn Entropy,
    ) -> Result<SignedResponse, BuildError> {
        self.admit(login)?;
        let (response_id, assertion_id) = (new_id(entropy), new_id(entropy));
        let moved = |by| now.checked_add(by).unwrap_or(now);
        let valid_for = SignedDuration::try_from(self.settings.valid_for).unwrap_or(SignedDuration::MAX);
        let response = Response {
            issuer: &self.settings.entity_id,
            response_id: &response_id,
            assertion_id: &assertion_id,
            issue_instant: now,
            not_before: moved(-BACKDATED),
            not_on_or_after: moved(valid_for),
            login,
        };
        let mut xml = response.to_xml()?;
        // The inner signature first, since it is encrypted as well; the outer one covers what is sent.
        if matches!(self.settings.sign, SignScope::Assertion | SignScope::Both) {
            xml = dsig::sign(&xml, &assertion_id, &self.key)?;
        }
        if let Some((_, certificate)) = self.settings.encrypt_for.iter().find(|(id, _)| id == login.audience)
        {
            xml = response::encrypt(&xml, certificate)?;
        }
        if matches!(self.settings.sign, SignScope::Response | SignScope::Both) {
            xml = dsig::sign(&xml, &response_id, &self.key)?;
        }
        Ok(SignedResponse { xml, acs_url: login.acs_url.into() })
    }

    /// Whether a login is complete and may be sent to where it is for.
    fn admit(&self, login: &Login<'_>) -> Result<(), BuildError> {
        endpoint::check(login.acs_url)?;
        let named = [
            ("the NameID", login.subject.value.as_str()),
            ("the audience", login.audience),
            ("the ID of the request", login.in_response_to.unwrap_or("none")),
        ];
        let attributes =
            login.attributes.iter().map(|attribute| ("the name of an attribute", attribute.name));
        if let Some((what, _)) =
            named.into_iter().chain(attributes).find(|(_, value)| value.trim().is_empty())
        {
            return Err(BuildError::Blank(what));
        }
        let known = self.settings.service_providers.is_empty()
            || self.settings.service_providers.iter().any(|registered| {
                registered.entity_id == login.audience && registered.acs_urls().contains(&login.acs_url)
            });
        if known { Ok(()) } else { Err(BuildError::Unregistered) }
    }
}

/// Long enough for a slow browser, short enough that a stolen Response is worth little.
const VALID_FOR: Duration = Duration::from_secs(5 * 60);
/// For service providers whose clocks are behind and who allow nothing for it.
const BACKDATED: SignedDuration = SignedDuration::from_secs(60);

/// 160 random bits, as saml-core 1.3.4 advises, after a letter that an `xs:ID` may begin with.
pub(super) fn new_id(entropy: &mut dyn Entropy) -> String {
    let mut bytes = [0; 20];
    entropy.fill(&mut bytes);
    bytes.iter().fold(String::from("_"), |id, byte| id + &format!("{byte:02x}"))
}

impl IdentityProviderBuilder<NeedsKey> {
    /// The key that signs, with its certificate.
    pub fn sign_with(self, key: SigningKey) -> IdentityProviderBuilder<SigningKey> {
        IdentityProviderBuilder { settings: self.settings, key }
    }
}

impl<Key> IdentityProviderBuilder<Key> {
    /// What is signed; the Assertion unless said otherwise.
    pub fn sign_scope(mut self, sign: SignScope) -> Self {
        self.settings.sign = sign;
        self
    }

    /// How long an Assertion can be used; five minutes unless said otherwise.
    pub fn valid_for(mut self, valid_for: Duration) -> Self {
        self.settings.valid_for = valid_for;
        self
    }

    /// The address that takes requests: the Destination that they must name.
    pub fn sso_url(mut self, sso_url: &str) -> Self {
        self.settings.sso_url = Some(sso_url.into());
        self
    }

    /// Assertions for the service provider `entity_id` are encrypted for the holder of this certificate (saml-core 2.3.4),
    /// after they are signed. It needs the feature `aws-lc-rs` and an RSA key at the other side.
    pub fn encrypt_for(mut self, entity_id: &str, certificate: Certificate) -> Self {
        self.settings.encrypt_for.push((entity_id.into(), certificate));
        self
    }

    /// A service provider with the addresses that logins may be sent to; the first is the default, and each has the
    /// number of its place. Once one is registered, Responses are made for registered ones only; requests are taken
    /// from registered ones only.
    pub fn service_provider(self, entity_id: &str, acs_urls: &[&str]) -> Self {
        let mut metadata = ServiceProviderMetadata::new(entity_id, "");
        let endpoints = acs_urls.iter().map(|acs_url| Endpoint::new(Binding::Post, acs_url));
        metadata.assertion_consumer =
            (0..).zip(endpoints).map(|(index, endpoint)| IndexedEndpoint::new(endpoint, index)).collect();
        self.register(metadata)
    }

    /// A service provider as its metadata describe it: with its addresses by URL and by number, and with the keys that it
    /// signs its requests with.
    pub fn register(mut self, service_provider: ServiceProviderMetadata) -> Self {
        self.settings.service_providers.push(service_provider);
        self
    }

    /// Takes signed requests only, from whomever (saml-metadata 2.4.3: `WantAuthnRequestsSigned`).
    pub fn want_authn_requests_signed(mut self) -> Self {
        self.settings.want_authn_requests_signed = true;
        self
    }
}

impl IdentityProviderBuilder<SigningKey> {
    /// The identity provider.
    pub fn build(self) -> IdentityProvider {
        IdentityProvider { settings: self.settings, key: self.key }
    }
}

/// A Response that is signed, and the address that it is for.
#[derive(Clone)]
pub struct SignedResponse {
    xml: String,
    acs_url: String,
}

impl SignedResponse {
    /// The XML.
    pub fn xml(&self) -> &str {
        &self.xml
    }

    /// The address that takes it.
    pub fn acs_url(&self) -> &str {
        &self.acs_url
    }

    /// The fields of the form that carries it, with the RelayState as it came with the request.
    pub fn form_fields(&self, relay_state: Option<&str>) -> Vec<(&'static str, String)> {
        let mut fields = vec![("SAMLResponse", binding::to_form_value(&self.xml))];
        fields.extend(relay_state.map(|relay_state| ("RelayState", relay_state.into())));
        fields
    }

    /// A page that posts the form by itself, with a button where there is no JavaScript. Serve it with the header
    /// [`content_security_policy`](super::content_security_policy) of the same nonce, fresh for each page.
    pub fn auto_post_page(&self, relay_state: Option<&str>, nonce: &str) -> String {
        post_page::page(&self.acs_url, &self.form_fields(relay_state), nonce)
    }
}

/// It is a login: who reads it in a log could use it.
impl core::fmt::Debug for SignedResponse {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "SignedResponse({} bytes for {})", self.xml.len(), self.acs_url)
    }
}
