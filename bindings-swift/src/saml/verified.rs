//! A person who is logged in.

use std::{collections::HashMap, time::SystemTime};

use heap_identity::saml;

use super::report::Report;
use crate::{convert::date, held::Held, saml::name_id::NameId};

/// A person is logged in. There is no other way to one of these than a verification: to hold one is the proof.
#[derive(Debug, uniffi::Object)]
pub struct VerifiedAssertion(pub(crate) Held<saml::VerifiedAssertion>);

#[uniffi::export]
impl VerifiedAssertion {
    /// The ID of the Assertion.
    pub fn id(&self) -> String {
        self.0.id().to_owned()
    }

    /// The entity id of the identity provider.
    pub fn issuer(&self) -> String {
        self.0.issuer().to_owned()
    }

    /// The name of the person; at Heap the email address.
    pub fn subject(&self) -> String {
        self.0.subject().to_owned()
    }

    /// What kind of name that is.
    pub fn name_id_format(&self) -> String {
        self.0.name_id_format().uri().to_owned()
    }

    /// The whole name of the person.
    pub fn name_id(&self) -> NameId {
        self.0.name_id().clone().into()
    }

    /// The values of one attribute, by its name; none where nothing is said.
    pub fn attribute(&self, name: &str) -> Vec<String> {
        self.0.attribute(name).to_vec()
    }

    /// What else is said of the person.
    pub fn attributes(&self) -> HashMap<String, Vec<String>> {
        let attributes = self.0.attributes().iter();
        attributes.map(|attribute| (attribute.name.clone(), attribute.values.clone())).collect()
    }

    /// Names for people (FriendlyName) of the attributes that have one, by the name of the attribute.
    pub fn friendly_names(&self) -> HashMap<String, String> {
        let named = |it: &saml::ReceivedAttribute| Some((it.name.clone(), it.friendly_name.clone()?));
        self.0.attributes().iter().filter_map(named).collect()
    }

    /// How the names of the attributes are to be read where that is said, by the name of the attribute (saml-core 8.2).
    pub fn name_formats(&self) -> HashMap<String, String> {
        let named = |it: &saml::ReceivedAttribute| Some((it.name.clone(), it.name_format.clone()?));
        self.0.attributes().iter().filter_map(named).collect()
    }

    /// When the person was authenticated.
    pub fn authn_instant(&self) -> SystemTime {
        date(self.0.authn_instant())
    }

    /// How the person was authenticated (saml-authn-context).
    pub fn authn_context_class(&self) -> Option<String> {
        self.0.authn_context_class().map(str::to_owned)
    }

    /// The session at the identity provider.
    pub fn session_index(&self) -> Option<String> {
        self.0.session_index().map(str::to_owned)
    }

    /// When that session ends.
    pub fn session_not_on_or_after(&self) -> Option<SystemTime> {
        self.0.session_not_on_or_after().map(date)
    }

    /// Until when the Assertion could have been used.
    pub fn not_on_or_after(&self) -> SystemTime {
        date(self.0.not_on_or_after())
    }

    /// Every check, with the warnings that somebody should act on.
    pub fn report(&self) -> Report {
        self.0.report().into()
    }
}
