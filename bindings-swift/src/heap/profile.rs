//! Whether a set-up at Heap will work, before it counts.

use std::{collections::HashMap, time::SystemTime};

use heap_identity::{heap, saml};

use crate::{
    convert::{Random, instant},
    directory::{Person, Snapshot},
    error::HeapIdentityError,
    heap::{heap_id, tenant::SsoSettings},
    mirror::mirror,
    saml::identity_provider::IdentityProvider,
};

/// A dry run of a login from the portal and of one that Heap begins, for an administrator with this address: nobody is
/// logged in. It gives what somebody should act on before it no longer works.
#[uniffi::export]
pub fn test_connection(
    identity_provider: &IdentityProvider,
    acs_url: &str,
    settings: SsoSettings,
    heap_id: &str,
    email: &str,
    now: SystemTime,
) -> Result<Vec<String>, HeapIdentityError> {
    let (settings, heap_id) = (settings.try_into()?, self::heap_id(heap_id)?);
    let connection = heap::Connection {
        identity_provider: &identity_provider.0,
        acs_url,
        settings: &settings,
        heap_id: &heap_id,
    };
    let mut random = Random::default();
    let tested = connection.test(&saml::NameId::email(email), instant(now)?, &mut random);
    Ok(random.made(tested)??.warnings)
}

/// What stands between a person's account at Heap and their login.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct JoinIssue {
    /// The stable code.
    pub code: String,
    /// What is wrong, and what to do.
    pub message: String,
    /// Whether the login does not find the account, or another one.
    pub breaks_login: bool,
}

impl From<heap::JoinIssue> for JoinIssue {
    fn from(issue: heap::JoinIssue) -> Self {
        Self { code: issue.code().to_owned(), message: issue.to_string(), breaks_login: issue.breaks_login() }
    }
}

/// A person whose account and login may not find each other.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct PersonJoinIssue {
    /// The person's directory id.
    pub person: String,
    /// What is wrong.
    pub issue: JoinIssue,
}

/// How people and accounts are joined.
#[derive(Clone, Debug, Default, Eq, PartialEq, uniffi::Record)]
pub struct JoinCheck {
    /// The format in which the NameID is sent; an email address if not given.
    #[uniffi(default = None)]
    pub name_id_format: Option<String>,
    /// The addresses of accounts that are there, by the directory id of their people.
    #[uniffi(default = None)]
    pub accounts: Option<HashMap<String, String>>,
}

impl From<JoinCheck> for heap::JoinCheck {
    fn from(given: JoinCheck) -> Self {
        let mut check = Self::default();
        if let Some(format) = given.name_id_format {
            check.name_id_format = saml::NameIdFormat::from_uri(&format);
        }
        check.accounts.extend(given.accounts.unwrap_or_default());
        check
    }
}

/// What is wrong with one person.
#[uniffi::export(default(check = None))]
pub fn join_issues_of_person(person: Person, check: Option<JoinCheck>) -> Vec<JoinIssue> {
    let check = heap::JoinCheck::from(check.unwrap_or_default());
    check.person(&person.into()).into_iter().map(Into::into).collect()
}

/// What is wrong with the people of a directory.
#[uniffi::export(default(check = None))]
pub fn join_issues(directory: &Snapshot, check: Option<JoinCheck>) -> Vec<PersonJoinIssue> {
    let check = heap::JoinCheck::from(check.unwrap_or_default());
    let issues = check.directory(&directory.0).into_iter();
    issues.map(|(person, issue)| PersonJoinIssue { person, issue: issue.into() }).collect()
}

mirror! {
    /// What a tenant of Heap has paid for.
    into HeapPlan of heap::HeapPlan {
        /// Free.
        Free,
        /// Growth.
        Growth,
        /// Business, with SSO.
        Business,
        /// Premier, with SSO and SCIM.
        Premier,
    }
}

mirror! {
    /// What is to be set up.
    into Goal of heap::Goal {
        /// Single sign-on.
        SingleSignOn,
        /// Identity management by SCIM.
        IdentityManagement,
    }
}

/// What is there before a set-up begins.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Prerequisites {
    /// What the tenant has paid for.
    pub heap_plan: HeapPlan,
    /// The tenant's Heap ID.
    #[uniffi(default = None)]
    pub heap_id: Option<String>,
    /// A Heap user with administrator permissions takes part.
    #[uniffi(default = false)]
    pub heap_administrator: bool,
    /// An administrator of the identity provider takes part.
    #[uniffi(default = false)]
    pub idp_administrator: bool,
    /// The identity provider's SSO package, or SSO à la carte.
    #[uniffi(default = false)]
    pub idp_sso_package: bool,
    /// SSO is configured already.
    #[uniffi(default = false)]
    pub sso_configured: bool,
}

/// Something that is missing before a set-up begins.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct MissingPrerequisite {
    /// The stable code.
    pub code: String,
    /// What is missing, and what to do.
    pub message: String,
}

/// What is missing for a goal.
#[uniffi::export]
pub fn missing_prerequisites(
    goal: Goal,
    prerequisites: Prerequisites,
) -> Result<Vec<MissingPrerequisite>, HeapIdentityError> {
    let mut there = heap::Prerequisites::new(prerequisites.heap_plan.into());
    there.heap_id = prerequisites.heap_id.as_deref().map(heap_id).transpose()?;
    there.heap_administrator = prerequisites.heap_administrator;
    there.idp_administrator = prerequisites.idp_administrator;
    there.idp_sso_package = prerequisites.idp_sso_package;
    there.sso_configured = prerequisites.sso_configured;
    let missing = there.missing(goal.into()).into_iter();
    Ok(missing
        .map(|missing| MissingPrerequisite { code: missing.code().to_owned(), message: missing.to_string() })
        .collect())
}
