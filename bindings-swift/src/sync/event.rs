//! What is told of each attempt.

use std::time::SystemTime;

use heap_identity::sync;

use crate::{convert::date, mirror::mirror};

mirror! {
    /// What an event is about.
    from EventName of sync::EventName {
        /// A group was created at Heap, or not.
        GroupCreateProvision,
        /// A group was deleted at Heap, or not.
        GroupDeleteProvision,
        /// A group was changed at Heap, or not.
        GroupUpdateProvision,
        /// The integration was verified and went into service, or not.
        IdmIntegrationActivate,
        /// The integration was deactivated.
        IdmIntegrationDelete,
        /// The integration's credentials were replaced, or not.
        IdmIntegrationReauth,
        /// The integration's configuration was changed.
        IdmIntegrationUpdate,
        /// An account was created at Heap, or not.
        UserCreateProvision,
        /// An account was deleted at Heap, or not.
        UserDeleteProvision,
        /// An account was made inactive, or not.
        UserDeprovision,
        /// Looking an account up ran into a problem.
        UserLookupProvision,
        /// An account was changed at Heap, or not.
        UserUpdateProvision,
    }
}

/// The person or group that an event is about.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct EventResource {
    /// Its directory id.
    pub id: String,
    /// What it is.
    pub kind: String,
    /// What people call it; an address is masked.
    pub display_name: String,
}

/// What was to be changed; personal values are masked.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct EventChange {
    /// The attribute.
    pub field: String,
    /// Its value before.
    pub from: Option<String>,
    /// Its value after.
    pub to: Option<String>,
}

/// An attempt and how it ended.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Event {
    /// The event's id.
    pub id: String,
    /// The service that it is of.
    pub service: String,
    /// What was attempted.
    pub name: EventName,
    /// The name as Directory Insights has it, such as `user_create_provision`.
    pub event_type: String,
    /// When the outcome was known.
    pub timestamp: SystemTime,
    /// The person or group; none for the integration itself.
    pub resource: Option<EventResource>,
    /// What was to be changed.
    pub changes: Vec<EventChange>,
    /// How many requests the attempt took.
    pub attempts: u32,
    /// Why it failed.
    pub error: Option<String>,
}

impl From<sync::Event> for Event {
    fn from(event: sync::Event) -> Self {
        let changes = event.changes.into_iter().map(|change| EventChange {
            field: change.field.to_owned(),
            from: change.from,
            to: change.to,
        });
        Self {
            id: event.id,
            service: event.service.to_owned(),
            name: event.name.into(),
            event_type: event.name.as_str().to_owned(),
            timestamp: date(event.timestamp),
            resource: event.resource.map(|resource| EventResource {
                id: resource.id,
                kind: resource.kind.to_owned(),
                display_name: resource.display_name,
            }),
            changes: changes.collect(),
            attempts: event.attempts,
            error: event.error,
        }
    }
}
