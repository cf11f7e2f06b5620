//! What is told of each attempt (R38-R41, D13), modelled on the identity provider's Directory Insights.

use alloc::string::String;

use jiff::Timestamp;
use serde::Serialize;

/// The names of events.
#[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum EventName {
    /// A group was created at Heap, or not (R40).
    GroupCreateProvision,
    /// A group was deleted at Heap, or not (R40).
    GroupDeleteProvision,
    /// A group was changed at Heap, or not (R40).
    GroupUpdateProvision,
    /// The integration was verified and went into service, or not (R38).
    IdmIntegrationActivate,
    /// The integration was deactivated (R38, D13).
    IdmIntegrationDelete,
    /// The integration's credentials were replaced, or not (R38, D13).
    IdmIntegrationReauth,
    /// The integration's configuration was changed (R38, D13).
    IdmIntegrationUpdate,
    /// An account was created at Heap, or not (R39).
    UserCreateProvision,
    /// An account was deleted at Heap, or not (R39, D13).
    UserDeleteProvision,
    /// An account was made inactive, or not (R39, D13).
    UserDeprovision,
    /// Looking an account up ran into a problem (R39).
    UserLookupProvision,
    /// An account was changed at Heap, or not (R39).
    UserUpdateProvision,
}

impl EventName {
    /// Every name.
    pub const ALL: &'static [Self] = &[
        Self::GroupCreateProvision,
        Self::GroupDeleteProvision,
        Self::GroupUpdateProvision,
        Self::IdmIntegrationActivate,
        Self::IdmIntegrationDelete,
        Self::IdmIntegrationReauth,
        Self::IdmIntegrationUpdate,
        Self::UserCreateProvision,
        Self::UserDeleteProvision,
        Self::UserDeprovision,
        Self::UserLookupProvision,
        Self::UserUpdateProvision,
    ];

    /// The name as it stands in an event.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::GroupCreateProvision => "group_create_provision",
            Self::GroupDeleteProvision => "group_delete_provision",
            Self::GroupUpdateProvision => "group_update_provision",
            Self::IdmIntegrationActivate => "idm_integration_activate",
            Self::IdmIntegrationDelete => "idm_integration_delete",
            Self::IdmIntegrationReauth => "idm_integration_reauth",
            Self::IdmIntegrationUpdate => "idm_integration_update",
            Self::UserCreateProvision => "user_create_provision",
            Self::UserDeleteProvision => "user_delete_provision",
            Self::UserDeprovision => "user_deprovision",
            Self::UserLookupProvision => "user_lookup_provision",
            Self::UserUpdateProvision => "user_update_provision",
        }
    }
}

/// An attempt and how it ended: one event per outcome of a step, whatever the number of requests (D13, R41).
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// What was attempted.
    #[serde(rename = "event_type")]
    pub name: EventName,
    /// When the outcome was known.
    pub timestamp: Timestamp,
    /// The directory id of the person or group; `None` for the integration itself.
    pub resource: Option<String>,
    /// How many requests the attempt took.
    pub attempts: u32,
    /// Why it failed; `None` where it worked. Addresses in it are masked.
    #[serde(rename = "error_message")]
    pub error: Option<String>,
}

/// Masks what looks like an address in a text of the other side: `ann@example.com` becomes `a…@example.com`.
pub(crate) fn masked(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text
        .split_inclusive(|c: char| c.is_whitespace() || matches!(c, '"' | '\'' | '`' | '<' | '>' | ',' | ';'))
    {
        match word.split_once('@') {
            Some((local, domain)) => {
                out.extend(local.chars().next());
                out.push_str("…@");
                out.push_str(domain);
            }
            None => out.push_str(word),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeSet;

    use super::{EventName, masked};

    #[test]
    fn r38_r39_r40_event_names_are_the_documented_ones() {
        let names: BTreeSet<_> = EventName::ALL.iter().map(|name| name.as_str()).collect();
        assert_eq!(names.len(), EventName::ALL.len());
        for name in EventName::ALL {
            assert_eq!(serde_json::to_value(name).unwrap(), name.as_str());
        }
        assert!(names.contains("idm_integration_reauth") && names.contains("user_deprovision"));
    }

    #[test]
    fn addresses_in_texts_of_the_other_side_are_masked() {
        assert_eq!(masked("user \"ann@example.com\" exists"), "user \"a…@example.com\" exists");
        assert_eq!(masked("nothing to hide"), "nothing to hide");
    }
}
