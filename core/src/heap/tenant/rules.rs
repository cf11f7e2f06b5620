//! Heap's rules about accounts: roles (R15), no renaming (R22), people of other organisations (R23).

use alloc::{collections::BTreeSet, string::String};

use serde_json::Value;

use super::{
    ROLE,
    variants::{Renaming, Variants},
};
use crate::{
    heap::Role,
    scim::{
        Document, Error, ErrorKind,
        service::{Change, Kind, Removal, Rules},
    },
};

/// The rules in force, and what they know.
#[derive(Debug)]
pub(super) struct HeapRules {
    pub(super) variants: Variants,
    pub(super) default_role: Role,
    /// E-mail addresses with an account in another organisation, in lower case.
    foreign: BTreeSet<String>,
    /// A change that an administrator makes within Heap: roles are theirs to give.
    pub(super) by_administrator: bool,
}

impl HeapRules {
    pub(super) const fn new(variants: Variants) -> Self {
        Self { variants, default_role: Role::ReadOnly, foreign: BTreeSet::new(), by_administrator: false }
    }

    pub(super) fn foreign_account(&mut self, email: &str) {
        self.foreign.insert(email.to_lowercase());
    }

    pub(super) fn foreign_account_deleted(&mut self, email: &str) -> bool {
        self.foreign.remove(&email.to_lowercase())
    }

    pub(super) const fn foreign_accounts(&self) -> &BTreeSet<String> {
        &self.foreign
    }

    /// # Errors
    /// 409 with the reason when the person has an account in another organisation (R23).
    fn check_foreign(&self, document: &Document) -> Result<(), Error> {
        let is_foreign =
            |name: Option<&str>| name.is_some_and(|name| self.foreign.contains(&name.to_lowercase()));
        if is_foreign(email(document)) || is_foreign(document.text("userName")) {
            return Err(Error::new(
                ErrorKind::Conflict,
                "this person has a Heap account in another organisation; it must be deleted there and made again here",
            ));
        }
        Ok(())
    }

    /// What the tenant does not keep of what it was sent.
    fn drop_attributes(&self, before: Option<&Document>, after: &mut Document) {
        let mut keep_old = |name: &str| match before.and_then(|before| before.get(name)) {
            Some(old) => drop(after.set(name, old.clone())),
            None => drop(after.remove(name)),
        };
        if self.variants.drops_external_id {
            keep_old("externalId");
        }
        if self.variants.drops_role && !self.by_administrator {
            keep_old(ROLE);
        }
    }
}

impl Rules for HeapRules {
    fn create(&mut self, kind: Kind, document: &mut Document) -> Result<(), Error> {
        self.drop_attributes(None, document);
        if kind == Kind::User {
            self.check_foreign(document)?;
            if !self.variants.drops_role && document.text(ROLE).is_none() {
                document.set(ROLE, self.default_role.name());
            }
        }
        Ok(())
    }

    fn change(&mut self, kind: Kind, before: &Document, after: &mut Document) -> Result<Change, Error> {
        self.drop_attributes(Some(before), after);
        if kind == Kind::Group || self.variants.renaming == Renaming::InPlace || !is_another(before, after) {
            return Ok(Change::InPlace);
        }
        self.check_foreign(after)?;
        Ok(Change::Separate)
    }

    fn delete(&mut self, kind: Kind, _: &Document) -> Result<Removal, Error> {
        Ok(if kind == Kind::User { self.variants.removal } else { Removal::Remove })
    }
}

/// Whether the account is another by Heap's lights: it has another `userName` or another email. Case alone makes no
/// other account (D9), and a first email changes none.
fn is_another(before: &Document, after: &Document) -> bool {
    let differ = |before: Option<&str>, after: Option<&str>| match (before, after) {
        (Some(before), Some(after)) => before.to_lowercase() != after.to_lowercase(),
        _ => false,
    };
    differ(before.text("userName"), after.text("userName")) || differ(email(before), email(after))
}

/// The email that Heap knows an account by: the primary one, else the first (R13).
fn email(document: &Document) -> Option<&str> {
    let emails = document.get("emails")?.as_array()?;
    let is_primary = |email: &&Value| email.get("primary") == Some(&Value::Bool(true));
    emails.iter().find(is_primary).or(emails.first())?.get("value")?.as_str()
}
