//! The tenant against the directory, read off the tenant itself: people, activity, names, groups, memberships.

use std::collections::{BTreeMap, BTreeSet};

use heap_identity::{heap::Tenant, scim::Document};
use serde_json::Value;

use crate::{
    model::Model,
    tenant::{BOARD, VISITOR},
};

/// What the tenant holds, by user name and group name.
struct Held {
    users: BTreeMap<String, Document>,
    groups: BTreeMap<String, BTreeSet<String>>,
    /// User names and group names that occur more than once.
    doubles: Vec<String>,
}

impl Held {
    fn by(tenant: &Tenant) -> Self {
        let (mut users, mut names, mut doubles) = (BTreeMap::new(), BTreeMap::new(), Vec::new());
        for user in tenant.users() {
            let name = user.text("userName").unwrap_or_default().to_lowercase();
            names.insert(user.text("id").unwrap_or_default().to_string(), name.clone());
            if users.insert(name.clone(), user).is_some() {
                doubles.push(format!("user `{name}` is there twice"));
            }
        }
        let mut groups = BTreeMap::new();
        for group in tenant.groups() {
            let name = group.text("displayName").unwrap_or_default().to_string();
            let members = group.get("members").and_then(Value::as_array).into_iter().flatten();
            let members =
                members.filter_map(|member| names.get(member.get("value")?.as_str()?).cloned()).collect();
            if groups.insert(name.clone(), members).is_some() {
                doubles.push(format!("group `{name}` is there twice"));
            }
        }
        Self { users, groups, doubles }
    }
}

/// Every difference in words; none when both sides are equal.
pub fn differences(model: &Model, tenant: &Tenant) -> Vec<String> {
    let held = Held::by(tenant);
    let mut found = held.doubles.clone();
    people(model, &held, &mut found);
    if model.group_management {
        groups(model, &held, &mut found);
    }
    match held.users.get(VISITOR) {
        Some(visitor) if visitor.get("active") == Some(&true.into()) => {}
        _ => found.push("the unmanaged user was touched".into()),
    }
    if held.groups.get(BOARD).is_none_or(|members| !members.contains(VISITOR)) {
        found.push("the unmanaged group was touched".into());
    }
    found
}

fn people(model: &Model, held: &Held, found: &mut Vec<String>) {
    let mut wanted = BTreeSet::new();
    for (id, person) in model.wanted().iter().filter_map(|id| model.people.get_key_value(*id)) {
        let name = person.user_name.to_lowercase();
        let Some(user) = held.users.get(&name) else {
            found.push(format!("person {id} has no account"));
            continue;
        };
        let named = |part| user.get("name").and_then(|name| name.get(part)).and_then(Value::as_str);
        if user.get("active") != Some(&true.into()) {
            found.push(format!("person {id} is inactive"));
        }
        if named("givenName") != person.given_name.as_deref()
            || named("familyName") != person.family_name.as_deref()
        {
            found.push(format!("person {id} has another name"));
        }
        if person.role.is_some() && user.text("role") != person.role.as_deref() {
            found.push(format!("person {id} has another role"));
        }
        wanted.insert(name);
    }
    for name in model.ever.values().map(|name| name.to_lowercase()).filter(|name| !wanted.contains(name)) {
        if held.users.get(&name).is_some_and(|user| user.get("active") == Some(&true.into())) {
            found.push(format!("account `{name}` is active and should not be"));
        }
    }
}

/// A group that is empty at one side equals one that is not there at the other (D5).
fn groups(model: &Model, held: &Held, found: &mut Vec<String>) {
    for (id, group) in model.groups.iter().filter(|(_, group)| group.bound) {
        let ids = model.members.get(id).into_iter().flatten();
        // Who never had access has no account, and so is a member at one side only (D6).
        let names = ids.filter_map(|id| model.people.get(id)).map(|person| person.user_name.to_lowercase());
        let wanted: BTreeSet<String> = names.filter(|name| held.users.contains_key(name)).collect();
        let is = held.groups.get(&group.name).cloned().unwrap_or_default();
        if wanted != is {
            let (missing, surplus) = (wanted.difference(&is).count(), is.difference(&wanted).count());
            found.push(format!("group `{}` lacks {missing} members and has {surplus} too many", group.name));
        }
    }
    let names: BTreeSet<&str> = model.groups.values().map(|group| group.name.as_str()).collect();
    for name in held.groups.keys().filter(|name| *name != BOARD && !names.contains(name.as_str())) {
        found.push(format!("group `{name}` is not in the directory"));
    }
}
