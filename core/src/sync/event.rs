//! What is told of each attempt (R38-R41, D13), modelled on the identity provider's Directory Insights.

use alloc::{format, string::String, vec::Vec};

use jiff::Timestamp;
use serde::Serialize;

use super::plan::{Attribute, AttributeChange, GroupStep, GroupVerb};

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
    /// Looking an account up, or all of them, ran into a problem (R39).
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
///
/// Fields are called as in Directory Insights, as far as they are public; no sample of such an event is, so these are modelled on
/// it. What the integration knows besides (organization, application, who began it) is the caller's to add.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Event {
    /// 24 hexadecimal digits: seconds, then a number of this engine's own.
    pub id: String,
    /// The service that it is of.
    pub service: &'static str,
    /// What was attempted.
    #[serde(rename = "event_type")]
    pub name: EventName,
    /// When the outcome was known.
    pub timestamp: Timestamp,
    /// The person or group; `None` for the integration itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource: Option<EventResource>,
    /// What was to be changed; personal values are masked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<EventChange>,
    /// How many requests the attempt took.
    pub attempts: u32,
    /// Why it failed; `None` where it worked. Addresses in it are masked.
    #[serde(rename = "error_message")]
    pub error: Option<String>,
}

impl Event {
    /// An event whose id ends in `unique`, a number that the teller has not given before.
    pub(crate) fn new(unique: u64, name: EventName, now: Timestamp, error: Option<String>) -> Self {
        let seconds = u32::try_from(now.as_second()).unwrap_or_default();
        Self {
            id: format!("{seconds:08x}{unique:016x}"),
            service: "scim",
            name,
            timestamp: now,
            resource: None,
            changes: Vec::new(),
            attempts: 1,
            error,
        }
    }
}

/// Whom or what an event is about.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EventResource {
    /// The directory id.
    pub id: String,
    /// `user` or `user_group`.
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// The user name, masked, or the name of the group.
    #[serde(rename = "displayName")]
    pub display_name: String,
}

/// What was to be changed.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct EventChange {
    /// The attribute at Heap.
    pub field: &'static str,
    /// The value before; `None` where there was none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// The value after; `None` where there is none.
    pub to: Option<String>,
}

impl EventResource {
    pub(crate) fn user(id: &str, user_name: &str) -> Self {
        Self { id: id.into(), kind: "user", display_name: masked(user_name) }
    }

    pub(crate) fn group(id: &str, name: &str) -> Self {
        Self { id: id.into(), kind: "user_group", display_name: masked(name) }
    }
}

/// The changes of an account, masked: what kind of change it was can be seen, whose name it is cannot.
pub(crate) fn changes_of_user(changes: &[AttributeChange]) -> Vec<EventChange> {
    let change = |change: &AttributeChange| {
        let is_name = matches!(change.attribute, Attribute::FamilyName | Attribute::GivenName);
        let shown = |value: &Option<String>| match value {
            Some(value) if is_name => Some(value.chars().take(1).chain(['…']).collect()),
            other => other.clone(),
        };
        EventChange { field: change.attribute.name(), from: shown(&change.from), to: shown(&change.to) }
    };
    changes.iter().map(change).collect()
}

/// The changes of a group.
pub(crate) fn changes_of_group(step: &GroupStep) -> Vec<EventChange> {
    let mut changes = Vec::new();
    if step.renamed_from.is_some() || step.verb == GroupVerb::Create {
        let (from, to) = (step.renamed_from.as_deref().map(masked), Some(masked(&step.name)));
        changes.push(EventChange { field: "displayName", from, to });
    }
    if !step.add.is_empty() || !step.remove.is_empty() {
        let to = format!("{} added, {} removed", step.add.len(), step.remove.len());
        changes.push(EventChange { field: "members", from: None, to: Some(to) });
    }
    changes
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

    use serde_json::json;

    use super::{Attribute, AttributeChange, Event, EventName, EventResource, changes_of_user, masked};

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
    fn r41_an_event_has_the_known_fields_and_masks_what_is_personal() {
        let change = |attribute, to: &str| AttributeChange { attribute, from: None, to: Some(to.into()) };
        let event = Event {
            id: "69a40e20000000000000002a".into(),
            service: "scim",
            name: EventName::UserCreateProvision,
            timestamp: "2026-03-01T10:00:00Z".parse().unwrap(),
            resource: Some(EventResource::user("u1", "ann@example.com")),
            changes: changes_of_user(&[
                change(Attribute::Active, "true"),
                change(Attribute::FamilyName, "Example"),
            ]),
            attempts: 1,
            error: None,
        };
        let expected = json!({
            "id": "69a40e20000000000000002a", "service": "scim", "event_type": "user_create_provision",
            "timestamp": "2026-03-01T10:00:00Z",
            "resource": {"id": "u1", "type": "user", "displayName": "a…@example.com"},
            "changes": [{"field": "active", "to": "true"}, {"field": "name.familyName", "to": "E…"}],
            "attempts": 1, "error_message": null,
        });
        assert_eq!(serde_json::to_value(&event).unwrap(), expected);
    }

    #[test]
    fn addresses_in_texts_of_the_other_side_are_masked() {
        assert_eq!(masked("user \"ann@example.com\" exists"), "user \"a…@example.com\" exists");
        assert_eq!(masked("nothing to hide"), "nothing to hide");
    }
}
