//! What is wrong with a set-up, seen from both sides at once, in the order in which an administrator would put it right.

mod access;
mod finding;
mod people;
mod provisioning;
mod sign_on;
#[cfg(test)]
mod tests;

use alloc::string::String;

use jiff::Timestamp;

pub use finding::{Diagnosis, Finding, FindingKind, Severity};

use self::finding::Findings;
use super::{
    application::Application,
    transitions::State,
    verification::{NotVerified, Verified},
};
use crate::{
    directory::Snapshot,
    heap::{ConnectionProblem, ConnectionWorks, HeapId, tenant::SsoSettings},
    pki::Certificate,
    saml::NameIdFormat,
    scim::{User, client::Profile},
};

/// Single sign-on at Heap's end.
#[derive(Clone, Copy, Debug)]
pub enum SsoAtHeap<'a> {
    /// It is not configured.
    Off,
    /// It is configured, and mandatory for everybody but Admins (R11).
    On(&'a SsoSettings),
}

/// What is known of both sides besides the application. What is `None` or empty is not known, and nothing is concluded from it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Known<'a> {
    /// The certificate of the key that the identity provider signs with.
    pub certificate: Option<&'a Certificate>,
    /// The format in which the identity provider sends the NameID.
    pub name_id_format: NameIdFormat,
    /// The directory, complete.
    pub directory: Option<&'a Snapshot>,
    /// Heap's SSO settings (R6).
    pub sso: Option<SsoAtHeap<'a>>,
    /// The Heap ID that Heap's settings show (R4).
    pub heap_id: Option<&'a HeapId>,
    /// What the test of the connection found (R7).
    pub connection: Option<&'a Result<ConnectionWorks, ConnectionProblem>>,
    /// Whether SCIM provisioning is enabled at Heap.
    pub scim_enabled: Option<bool>,
    /// The SCIM base URL that Heap's settings show (R17).
    pub base_url: Option<&'a str>,
    /// What the last verification of the credentials found (R18, R19).
    pub verification: Option<&'a Result<Verified, NotVerified>>,
    /// The test resources that it says may still be at Heap.
    pub left_over: &'a [String],
    /// What SCIM discovery found out.
    pub profile: Option<&'a Profile>,
    /// The accounts at Heap, all of them.
    pub accounts: Option<&'a [User]>,
    /// The tenant's own roles besides Heap's (R15).
    pub custom_roles: &'a [&'a str],
    /// The directory ids of people whom Heap refuses for their account in another organisation (R23).
    pub foreign: &'a [&'a str],
}

impl Default for Known<'_> {
    /// Nothing is known, and NameIDs are sent as email addresses (R13).
    fn default() -> Self {
        Self {
            certificate: None,
            name_id_format: NameIdFormat::EmailAddress,
            directory: None,
            sso: None,
            heap_id: None,
            connection: None,
            scim_enabled: None,
            base_url: None,
            verification: None,
            left_over: &[],
            profile: None,
            accounts: None,
            custom_roles: &[],
            foreign: &[],
        }
    }
}

impl<'a> Known<'a> {
    fn sso_settings(&self) -> Option<&'a SsoSettings> {
        match self.sso {
            Some(SsoAtHeap::On(settings)) => Some(settings),
            _ => None,
        }
    }
}

/// Walks through both sides' configuration. Nothing is sent; a healthy set-up has no findings.
///
/// ```
/// use heap_identity::connector::{Application, Details, FindingKind, Known, doctor};
/// let mut application = Application::new("heap", Details::new("Heap"), None)?;
/// application.save_sso("12345".parse()?)?;
/// let other = "99999".parse()?;
/// let mut known = Known::default();
/// known.heap_id = Some(&other);
/// let diagnosis = doctor(&application, &known, "2026-03-01T10:00:00Z".parse()?);
/// assert_eq!(diagnosis.findings[0].kind, FindingKind::AcsUrl);
/// assert!(diagnosis.to_string().contains("doctor.sso.acs_url"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn doctor(application: &Application, known: &Known<'_>, now: Timestamp) -> Diagnosis {
    let mut findings = Findings::default();
    if application.state() == State::Deleted {
        removed_here_only(known, &mut findings);
        return findings.into();
    }
    sign_on::check(application, known, now, &mut findings);
    provisioning::check(application, known, &mut findings);
    if application.state().has_sso() {
        let view = known.directory.map(|directory| application.view(directory));
        access::check(application, known, view.as_ref(), &mut findings);
        people::check(known, view.as_ref(), &mut findings);
    }
    findings.into()
}

/// Removal at one side alone (R44).
fn removed_here_only(known: &Known<'_>, findings: &mut Findings) {
    let left = [
        (known.sso_settings().is_some(), "SSO is still enforced there"),
        (known.scim_enabled == Some(true), "SCIM is still enabled there"),
    ];
    for (_, what) in left.iter().filter(|(is_left, _)| *is_left) {
        findings.add(FindingKind::RemovedHereOnly, "nothing of the integration left at Heap", what);
    }
}
