use alloc::{collections::BTreeMap, format, string::ToString};

use super::{RoleSource, SourceError, with_roles};
use crate::{
    directory::{self, Person, Snapshot},
    scim::{Document, Group, User},
};

/// A directory from the users and groups of any SCIM service provider, all of them: a [`Listing`](crate::scim::client::Listing) of each says
/// when its pages are whole, whatever totals they tell (F33). No group is bound: which ones are is the application's
/// ([`Application::bind_groups`](crate::connector::Application::bind_groups)). A role from an attribute is that of a top-level text, such as
/// `title`.
///
/// # Errors
/// [`SourceError::Missing`] for a resource without an id and for a group whose members were left out, which is not the same as a
/// group without members (F13); [`SourceError::UnknownMember`]; an id that occurs twice.
///
/// ```
/// use heap_identity::{connector::{RoleSource, snapshot_from_scim}, scim::{Group, ListResponse, User}};
/// let users = ListResponse::<User>::from_slice(
///     br#"{"totalResults": 1, "Resources": [{"id": "1", "userName": "ann@example.com", "active": true, "title": "Analyst"}]}"#,
/// )?;
/// let groups = ListResponse::<Group>::from_slice(
///     br#"{"totalResults": 1, "Resources": [{"id": "7", "displayName": "Team", "members": [{"value": "1"}]}]}"#,
/// )?;
/// let directory = snapshot_from_scim(users.resources, groups.resources, &RoleSource::Attribute("title".into()))?;
/// assert_eq!(directory.person("1").and_then(|person| person.role()), Some("Analyst"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn snapshot_from_scim(
    users: impl IntoIterator<Item = User>,
    groups: impl IntoIterator<Item = Group>,
    roles: &RoleSource,
) -> Result<Snapshot, SourceError> {
    let mut builder = Snapshot::builder();
    let mut numbers = BTreeMap::new();
    for user in users {
        let role = match roles {
            RoleSource::Attribute(name) => Document::from(user.clone()).text(name).map(ToString::to_string),
            _ => None,
        };
        let id = user.id.ok_or_else(|| SourceError::Missing("the id of a user".into()))?;
        let name = user.name.unwrap_or_default();
        let emails = user.emails.unwrap_or_default();
        let primary = emails.iter().find(|email| email.primary == Some(true)).or_else(|| emails.first());
        let person = Person {
            id: id.clone(),
            user_name: user.user_name,
            // RFC 7643 4.1.1 leaves open what an absent `active` means; nobody is deactivated for it.
            active: user.active != Some(false),
            given_name: name.given_name,
            family_name: name.family_name,
            email: primary.and_then(|email| email.value.clone()),
            role,
        };
        let number = builder.person(&person)?;
        numbers.insert(id, number);
    }
    for group in groups {
        let id = group.id.ok_or_else(|| SourceError::Missing("the id of a group".into()))?;
        let members =
            group.members.ok_or_else(|| SourceError::Missing(format!("the members of group `{id}`")))?;
        let number =
            builder.group(&directory::Group { id: id.clone(), name: group.display_name, bound: false })?;
        for member in members.iter().filter(|member| member.kind.as_deref() != Some("Group")) {
            let person = numbers.get(&member.value).ok_or_else(|| SourceError::UnknownMember {
                group: id.clone(),
                member: member.value.to_string(),
            })?;
            builder.member(number, *person);
        }
    }
    Ok(with_roles(&builder.complete()?, roles)?)
}
