use alloc::{collections::BTreeMap, format, string::ToString};

use super::{RoleSource, SourceError, with_roles};
use crate::{
    directory::{self, Person, Snapshot},
    scim::{Document, Group, User},
};

/// A directory from the users and groups of any SCIM service provider, all of them. No group is bound: which ones are is the
/// application's ([`Application::bind_groups`](crate::connector::Application::bind_groups)). A role from an attribute is that of a top-level
/// text, such as `title`.
///
/// # Errors
/// [`SourceError::Missing`] for a resource without an id and for a group whose members were left out, which is not the same as a
/// group without members (F13); [`SourceError::UnknownMember`].
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
