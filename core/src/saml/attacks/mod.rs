//! Known attacks on service providers, made from a genuine Response, to be aimed at one's own (feature `attacks`).
//!
//! Take a Response of an identity provider of your tests, best with Assertion and Response both signed; give its key
//! too, for the attacks that need something else signed by it, and any key of your own as the attacker's. Each
//! [`Attack`] says what it tries and in which form it is sent. A service provider that logs in the victim has a hole;
//! one that logs in anybody at all has one too, where the message [must be refused](Attack::must_refuse).
//!
//! ```
//! use heap_identity::saml::attacks::{Genuine, Message};
//! use heap_identity::{entropy::Seeded, pki::SigningKey, saml::*};
//! # let key_pem = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/keys/rsa2048.key.pem"));
//! # let certificate_pem = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/vectors/keys/rsa2048.cert.pem"));
//! let (idp_id, sp_id, acs_url) = ("https://idp.example", "https://sp.example", "https://sp.example/acs");
//! let now = "2026-03-01T10:00:00Z".parse()?;
//! let key = SigningKey::from_pem(key_pem, certificate_pem)?;
//! let certificate = key.certificate().clone();
//! let idp = IdentityProvider::builder(idp_id).sign_with(key).sign_scope(SignScope::Both).build();
//! let login = Login::new(NameId::email("alice@example.com"), sp_id, acs_url, now);
//! let response = idp.respond(&login, now, &mut Seeded::new(1))?;
//!
//! let sp = ServiceProvider::new(sp_id, acs_url, vec![Trust::new(idp_id, vec![certificate])], Policy::strict());
//! for attack in Genuine::from_xml(response.xml(), "admin@example.com")?.attacks() {
//!     let Message::Form { saml_response, .. } = &attack.message else { continue };
//!     let mut replay = ReplayCache::with_capacity(2);
//!     if attack.after_genuine {
//!         let genuine = to_form_value(response.xml());
//!         sp.verify(&Received { saml_response: &genuine, expected: Expected::Unsolicited }, now, &mut replay)?;
//!     }
//!     let received = Received { saml_response, expected: Expected::Unsolicited };
//!     match sp.verify(&received, now, &mut replay) {
//!         Err(rejection) => println!("{} {}: refused, {}", attack.id, attack.title, rejection.code()),
//!         Ok(login) => assert!(!attack.must_refuse && login.subject() == "alice@example.com", "{}", attack.id),
//!     }
//! }
//! # Ok::<(), Box<dyn core::error::Error>>(())
//! ```
//!
//! Of the list in `THREATS.md` two entries make no message: A43 is about genuine queries that are refused, A53 about
//! memory errors in parsers, which are a fuzzer's to find.

mod bindings;
mod catalog;
mod claims;
mod document;
mod hand;
mod signature;
mod text;
mod wrapping;

#[cfg(test)]
mod tests;

use alloc::{boxed::Box, string::String, vec::Vec};

use self::{
    catalog::{CATALOG, Entry},
    document::Document,
};
use super::binding::{self, BindingError};
use crate::{pki::SigningKey, xml};

/// One hostile message.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Attack {
    /// Its number in `THREATS.md`, `A01` to `A59`. One number may have several messages.
    pub id: &'static str,
    /// Advisories about it, if there are any.
    pub cve: &'static [&'static str],
    /// What it tries.
    pub title: &'static str,
    /// What to send.
    pub message: Message,
    /// The codes with which this library refuses it: one of them. Empty where there is nothing to refuse.
    pub codes: &'static [&'static str],
    /// Nobody may be logged in by it. Where this is false, something that the identity provider signed is in it: this
    /// library refuses it all the same, and a service provider that reads nothing else may log in that subject.
    pub must_refuse: bool,
    /// It is an attack once the genuine message has been sent: a replay.
    pub after_genuine: bool,
}

/// In which form a message is sent to the assertion consumer service.
#[derive(Clone, Debug, Eq, PartialEq)]
#[non_exhaustive]
pub enum Message {
    /// By POST (saml-bindings 3.5).
    Form {
        /// The field `SAMLResponse`.
        saml_response: String,
        /// The field `RelayState`, where the attack is in it.
        relay_state: Option<String>,
    },
    /// In the query of a redirect (saml-bindings 3.4): everything after the `?`.
    Query(String),
}

/// The genuine Response that attacks are made from, and what an attacker may have.
#[derive(Clone, Debug)]
pub struct Genuine<'a> {
    document: Document,
    victim: &'a str,
    idp_key: Option<&'a SigningKey>,
    attacker_key: Option<&'a SigningKey>,
}

/// Why no attacks can be made from a message.
#[derive(Clone, Copy, Debug, thiserror::Error)]
#[non_exhaustive]
pub enum NotGenuine {
    /// The form value cannot be read.
    #[error(transparent)]
    FormValue(#[from] BindingError),
    /// It is not XML.
    #[error("the message is not an XML document: {0}")]
    Xml(#[from] xml::Error),
    /// Something is missing.
    #[error("the message has no {0}; take a Response with one readable, signed Assertion")]
    Missing(&'static str),
}

impl NotGenuine {
    /// The stable code of this error.
    pub const fn code(&self) -> &'static str {
        match self {
            Self::FormValue(error) => error.code(),
            Self::Xml(error) => error.code(),
            Self::Missing(_) => "saml.attacks.missing",
        }
    }
}

impl<'a> Genuine<'a> {
    /// From the XML of a Response; attacks try to log in as `victim`.
    ///
    /// # Errors
    /// [`NotGenuine`] when it is no Response with one Assertion that names its subject, or nothing is signed.
    pub fn from_xml(response: &str, victim: &'a str) -> Result<Self, NotGenuine> {
        let document = Document::read(response)?;
        Ok(Self { document, victim, idp_key: None, attacker_key: None })
    }

    /// From the value of the form's field `SAMLResponse`.
    ///
    /// # Errors
    /// As [`Genuine::from_xml`].
    pub fn from_form_value(saml_response: &str, victim: &'a str) -> Result<Self, NotGenuine> {
        let bytes = binding::from_form_value(saml_response)?;
        Self::from_xml(&String::from_utf8_lossy(&bytes), victim)
    }

    /// With the key that signed it: for what an attacker could have had signed, or find signed elsewhere.
    pub const fn idp_key(mut self, key: &'a SigningKey) -> Self {
        self.idp_key = Some(key);
        self
    }

    /// With a key that nobody trusts.
    pub const fn attacker_key(mut self, key: &'a SigningKey) -> Self {
        self.attacker_key = Some(key);
        self
    }

    /// Every attack that can be made of what is there, in the order of their numbers.
    pub fn attacks(&self) -> Attacks<'_> {
        Attacks(Box::new(CATALOG.iter().flat_map(|entry| self.made(entry))))
    }

    fn made(&self, entry: &'static Entry) -> impl Iterator<Item = Attack> + use<> {
        let messages: Vec<Message> = (entry.make)(self);
        messages.into_iter().map(|message| Attack {
            id: entry.id,
            cve: entry.cve,
            title: entry.title,
            message,
            codes: entry.codes,
            must_refuse: entry.must_refuse,
            after_genuine: entry.after_genuine,
        })
    }
}

/// The attacks, one after the other.
pub struct Attacks<'a>(Box<dyn Iterator<Item = Attack> + 'a>);

impl Iterator for Attacks<'_> {
    type Item = Attack;

    fn next(&mut self) -> Option<Attack> {
        self.0.next()
    }
}

impl core::fmt::Debug for Attacks<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.write_str("Attacks")
    }
}

impl Message {
    fn form(xml: &str) -> Self {
        Self::Form { saml_response: binding::to_form_value(xml), relay_state: None }
    }
}
