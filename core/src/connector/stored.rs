//! An application at rest: everything but its token (R16).

use alloc::{collections::BTreeSet, string::String, vec::Vec};

use serde::{Deserialize, Serialize};

use super::{
    application::{Application, ApplicationError, Details},
    identity_management::{Credentials, IdentityManagement, Settings},
    sso::Sso,
    transitions::State,
};
use crate::{heap::AttributeMapping, wire::Secret};

#[derive(Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    version: u32,
    name: String,
    details: Details,
    idp_url: String,
    state: State,
    heap_id: Option<String>,
    #[serde(default)]
    attributes: AttributeMapping,
    bookmark: Option<String>,
    settings: Settings,
    base_url: Option<String>,
    bound_groups: BTreeSet<String>,
    revision: u64,
    told: u64,
}

/// Grows when an older library could misread what a newer one stored.
const VERSION: u32 = 1;

impl Application {
    /// The application as JSON, without its token: that is kept where secrets are kept (R16), and given back by
    /// [`Self::restore_token`]. Events that were not taken yet ([`Self::events`]) are not in it, either: they are stored where events are.
    pub fn to_json(&self) -> Vec<u8> {
        let stored = Stored {
            version: VERSION,
            name: self.name.clone(),
            details: self.details.clone(),
            idp_url: self.idp_url.clone(),
            state: self.state,
            heap_id: self.heap_id().map(|id| alloc::format!("{id}")),
            attributes: self.sso.as_ref().map(|sso| sso.template().clone()).unwrap_or_default(),
            bookmark: self.bookmark.clone(),
            settings: self.identity_management.settings.clone(),
            base_url: self.base_url().map(Into::into),
            bound_groups: self.bound_groups.clone(),
            revision: self.revision,
            told: self.told,
        };
        // Strings, numbers and lists of them always have a JSON form.
        serde_json::to_vec(&stored).unwrap_or_default()
    }

    /// Restores an application. A verification that was under way has ended with the process that drove it: nobody can conclude it any
    /// more, so [`Self::abandon_verification`] comes next.
    ///
    /// # Errors
    /// [`ApplicationError::Stored`] for what is no stored application, or one that the rules do not allow.
    pub fn from_json(json: &[u8]) -> Result<Self, ApplicationError> {
        let stored: Stored =
            serde_json::from_slice(json).map_err(|_| ApplicationError::Stored("malformed"))?;
        if stored.version != VERSION {
            return Err(ApplicationError::Stored("of a later version of this library"));
        }
        let heap_id = stored.heap_id.map(|id| id.parse()).transpose();
        let heap_id = heap_id.map_err(|_| ApplicationError::Stored("without a valid Heap ID"))?;
        let has_attributes = stored.attributes != AttributeMapping::default();
        let sso = heap_id.map(|id| Sso::new(id).with_attributes(stored.attributes)).transpose();
        let sso = sso.map_err(|_| ApplicationError::Stored("with a placeholder in its attributes"))?;
        let state = stored.state;
        let verified = stored.base_url.map(Credentials::without_token).transpose();
        let verified = verified.map_err(|_| ApplicationError::Stored("without a valid base URL"))?;
        stored.settings.check().map_err(|_| ApplicationError::Stored("without a valid role attribute"))?;
        let consistent = [
            (state.has_sso() == sso.is_some(), "in a state that its SSO configuration contradicts"),
            (sso.is_some() || !has_attributes, "with attributes of no SSO configuration"),
            (
                state.has_identity_management() == verified.is_some(),
                "in a state that its credentials contradict",
            ),
            (
                (state == State::Bookmark) == stored.bookmark.is_some(),
                "in a state that its bookmark contradicts",
            ),
        ];
        if let Some((_, what)) = consistent.iter().find(|(holds, _)| !holds) {
            return Err(ApplicationError::Stored(what));
        }
        let application = Self::new(&stored.name, stored.details, Some(&stored.idp_url));
        let mut application =
            application.map_err(|_| ApplicationError::Stored("without a label or an IdP URL"))?;
        application.state = state;
        application.sso = sso;
        application.bookmark = stored.bookmark;
        application.identity_management = IdentityManagement { settings: stored.settings, verified };
        application.bound_groups = stored.bound_groups;
        application.revision = stored.revision;
        application.told = stored.told;
        Ok(application)
    }

    /// Gives back the token of the verified credentials, after [`Self::from_json`].
    ///
    /// # Errors
    /// [`ApplicationError::NotActive`] when there are none, and a token that cannot stand in a header.
    pub fn restore_token(&mut self, token: Secret) -> Result<(), ApplicationError> {
        let verified = self.identity_management.verified.as_mut().ok_or(ApplicationError::NotActive)?;
        *verified = Credentials::new(&verified.base_url, token)?;
        Ok(())
    }

    /// The token of the verified credentials, to be kept where secrets are kept: asked for by name, never serialised.
    pub fn expose_token(&self) -> Option<&Secret> {
        self.identity_management.verified.as_ref()?.token.as_ref()
    }
}
