//! What is wrong with a set-up, seen from both sides at once.

use std::{sync::Arc, time::SystemTime};

use heap_identity::{
    connector::{self, SsoAtHeap},
    heap::tenant,
    scim::User,
};

use super::{application::Application, sign_on::ConnectionTest, verification::Concluded};
use crate::{
    convert::instant,
    directory::Snapshot,
    error::HeapIdentityError,
    heap::{heap_id, tenant::SsoSettings},
    mirror::mirror,
    pki::Certificate,
    saml::name_id::format,
    scim::client::ScimDiscovery,
};

mirror! {
    /// How much a finding matters.
    from Severity of connector::Severity {
        /// Logins or provisioning fail.
        Error,
        /// Somebody is affected, or will be.
        Warning,
        /// It may be meant so.
        Notice,
    }
}

/// Single sign-on at Heap's end.
#[derive(Clone, Debug, uniffi::Enum)]
pub enum SsoState {
    /// It is not configured.
    Off,
    /// It is configured, and mandatory for everybody but Admins.
    On {
        /// Heap's settings.
        settings: SsoSettings,
    },
}

/// What is known of both sides besides the application. What is not given is not known, and nothing is concluded from it.
#[derive(Clone, Debug, Default, uniffi::Record)]
pub struct KnownSetup {
    /// The certificate of the key that the identity provider signs with.
    #[uniffi(default = None)]
    pub certificate: Option<Arc<Certificate>>,
    /// The format in which the identity provider sends the NameID; an email address if not given.
    #[uniffi(default = None)]
    pub name_id_format: Option<String>,
    /// The directory, complete.
    #[uniffi(default = None)]
    pub directory: Option<Arc<Snapshot>>,
    /// Single sign-on at Heap's end.
    #[uniffi(default = None)]
    pub sso: Option<SsoState>,
    /// The Heap ID that Heap's settings show.
    #[uniffi(default = None)]
    pub heap_id: Option<String>,
    /// How the test of the connection ended.
    #[uniffi(default = None)]
    pub connection: Option<Arc<ConnectionTest>>,
    /// Whether SCIM provisioning is enabled at Heap.
    #[uniffi(default = None)]
    pub scim_enabled: Option<bool>,
    /// The SCIM base URL that Heap's settings show.
    #[uniffi(default = None)]
    pub base_url: Option<String>,
    /// How the last verification of the credentials ended.
    #[uniffi(default = None)]
    pub verification: Option<Arc<Concluded>>,
    /// What SCIM discovery found out.
    #[uniffi(default = None)]
    pub discovery: Option<Arc<ScimDiscovery>>,
    /// The accounts at Heap, all of them, each as JSON.
    #[uniffi(default = None)]
    pub accounts: Option<Vec<String>>,
    /// The tenant's own roles besides Heap's.
    #[uniffi(default = [])]
    pub custom_roles: Vec<String>,
    /// The directory ids of people whom Heap refuses for their account in another organisation.
    #[uniffi(default = [])]
    pub foreign: Vec<String>,
}

/// Something that is wrong.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct DoctorFinding {
    /// The stable code.
    pub code: String,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub title: String,
    /// What would be right.
    pub expected: String,
    /// What is there instead.
    pub found: String,
    /// Whom or what it is about.
    pub subjects: Vec<String>,
    /// What to do.
    pub action: String,
    /// The rules that it is about.
    pub rule: String,
}

/// What the doctor found, in the order in which to put it right; nothing of a healthy set-up.
#[derive(Clone, Debug, Eq, Hash, PartialEq, uniffi::Record)]
pub struct Diagnosis {
    /// The findings.
    pub findings: Vec<DoctorFinding>,
    /// The findings for people.
    pub text: String,
    /// The findings for machines.
    pub json: String,
}

/// Walks through both sides' configuration. Nothing is sent.
#[uniffi::export]
pub fn doctor(
    application: &Application,
    known: KnownSetup,
    now: SystemTime,
) -> Result<Diagnosis, HeapIdentityError> {
    let now = instant(now)?;
    let settings: Option<tenant::SsoSettings> = match &known.sso {
        Some(SsoState::On { settings }) => Some(settings.clone().try_into()?),
        _ => None,
    };
    let heap_id = known.heap_id.as_deref().map(heap_id).transpose()?;
    let profile = known.discovery.as_ref().map(|discovery| discovery.found());
    let accounts: Option<Vec<User>> = match &known.accounts {
        Some(accounts) => {
            let read = accounts.iter().map(|account| User::from_slice(account.as_bytes()));
            Some(read.collect::<Result<_, _>>()?)
        }
        None => None,
    };
    let custom_roles: Vec<&str> = known.custom_roles.iter().map(String::as_str).collect();
    let foreign: Vec<&str> = known.foreign.iter().map(String::as_str).collect();
    let mut told = connector::Known::default();
    told.certificate = known.certificate.as_ref().map(|certificate| &*certificate.0);
    told.name_id_format = format(known.name_id_format.as_deref());
    told.directory = known.directory.as_ref().map(|directory| &*directory.0);
    told.sso = match (&known.sso, &settings) {
        (Some(SsoState::Off), _) => Some(SsoAtHeap::Off),
        (_, settings) => settings.as_ref().map(SsoAtHeap::On),
    };
    told.heap_id = heap_id.as_ref();
    told.connection = known.connection.as_ref().map(|test| &*test.0);
    told.scim_enabled = known.scim_enabled;
    told.base_url = known.base_url.as_deref();
    told.verification = known.verification.as_ref().map(|concluded| &concluded.found);
    told.left_over = known.verification.as_ref().map_or(&[], |concluded| concluded.left_over.as_slice());
    told.profile = profile.as_ref();
    told.accounts = accounts.as_deref();
    told.custom_roles = &custom_roles;
    told.foreign = &foreign;
    application.with(|application| Ok(connector::doctor(application, &told, now).into()))
}

impl From<connector::Diagnosis> for Diagnosis {
    fn from(diagnosis: connector::Diagnosis) -> Self {
        let findings = diagnosis.findings.iter().map(|finding| DoctorFinding {
            code: finding.kind.code().to_owned(),
            severity: finding.severity.into(),
            title: finding.title.to_owned(),
            expected: finding.expected.clone(),
            found: finding.found.clone(),
            subjects: finding.subjects.clone(),
            action: finding.action.to_owned(),
            rule: finding.rule.to_owned(),
        });
        Self {
            findings: findings.collect(),
            text: diagnosis.to_string(),
            json: String::from_utf8_lossy(&diagnosis.to_json()).into_owned(),
        }
    }
}
