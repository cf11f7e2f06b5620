use alloc::{
    string::{String, ToString},
    vec::Vec,
};
use core::fmt;

use serde::{Serialize, Serializer};

/// How much a finding matters.
#[derive(Clone, Copy, Debug, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Severity {
    /// Logins or provisioning fail.
    Error,
    /// Somebody is affected, or will be.
    Warning,
    /// It may be meant so.
    Notice,
}

impl Severity {
    /// Its name.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
            Self::Notice => "notice",
        }
    }
}

/// What one kind of finding says whatever the values are.
struct Row {
    code: &'static str,
    severity: Severity,
    title: &'static str,
    action: &'static str,
    rule: &'static str,
}

macro_rules! kinds {
    ($($kind:ident: $severity:ident, $code:literal, $rule:literal, $title:literal, $action:literal;)*) => {
        /// The kinds of findings, in the order in which an administrator would put them right.
        #[derive(Clone, Copy, Debug, Eq, Hash, Ord, PartialEq, PartialOrd)]
        #[non_exhaustive]
        pub enum FindingKind {
            $(#[doc = $title] $kind,)*
        }

        impl FindingKind {
            /// Every kind, in order.
            pub const ALL: &'static [Self] = &[$(Self::$kind),*];

            const fn row(self) -> Row {
                match self {
                    $(Self::$kind => Row {
                        code: concat!("doctor.", $code),
                        severity: Severity::$severity,
                        title: $title,
                        action: $action,
                        rule: $rule,
                    },)*
                }
            }
        }
    };
}

kinds! {
    RemovedHereOnly: Error, "removed_here_only", "R44",
        "the application is deleted, and Heap still relies on it",
        "at Heap, disable SCIM provisioning and single sign-on in the account settings: until then everybody but Admins is locked out";
    SsoMissing: Error, "sso.missing", "R4",
        "SSO is not configured at the identity provider",
        "save the SSO configuration with the Heap ID that Heap's account settings show";
    SsoMissingAtHeap: Error, "sso.missing_at_heap", "R6",
        "SSO is not configured at Heap",
        "at Heap, enter the certificate and the IdP URL in the account settings, and save";
    CertificateNotValid: Error, "certificate.not_valid", "R6",
        "a signing certificate is not within its dates",
        "give the identity provider a new key, and Heap its certificate right after the switch; have an Admin with a password at hand";
    CertificateExpires: Warning, "certificate.expires", "R6",
        "a signing certificate ends soon",
        "plan the rollover: export the new certificate, switch, and paste it into Heap's account settings right after";
    CertificateOther: Error, "certificate.other_key", "R6",
        "Heap holds the certificate of another key than the identity provider signs with",
        "download certificate.pem from the application and paste the whole of it into Heap's account settings";
    IdpUrl: Error, "sso.idp_url", "R2, R6",
        "Heap's remote login URL is not the IdP URL",
        "at Heap, enter the IdP URL as the remote login URL; the IdP URL itself cannot be changed (R3)";
    EntityId: Error, "sso.entity_id", "R2, R6",
        "Heap expects another issuer than the identity provider's entity id",
        "at Heap, save the SSO settings anew with the IdP URL";
    AcsUrl: Error, "sso.acs_url", "R4",
        "assertions are sent to another tenant's address",
        "save the SSO configuration with the Heap ID that Heap's account settings show";
    ConnectionFails: Error, "sso.connection", "R7",
        "the test of the connection fails",
        "look up the code, put it right, and test the connection again before anybody is locked out";
    ScimBeforeSso: Error, "scim.before_sso", "R14",
        "SCIM is enabled before SSO is configured on both sides",
        "configure SSO on both sides first; until then disable SCIM at Heap, or nobody can add teammates (R20)";
    ScimMissingAtHeap: Error, "scim.missing_at_heap", "R15, R18",
        "accounts are managed here, and SCIM is not enabled at Heap",
        "at Heap, enable SCIM provisioning, choose the default role, and update the credentials here with the new token";
    NotActivated: Warning, "scim.not_activated", "R18, R20",
        "SCIM is enabled at Heap, and identity management is not active here",
        "activate identity management with the base URL and the token: until then nobody can add or remove teammates";
    BaseUrl: Error, "scim.base_url", "R17",
        "the base URL is not that of the tenant",
        "update the credentials with the base URL that Heap's account settings show";
    TokenMissing: Error, "scim.token_missing", "R16",
        "the token is missing",
        "give the token back from where secrets are kept, or make a new one at Heap and update the credentials";
    TokenRefused: Error, "scim.token_refused", "R19",
        "the token is refused",
        "make a new token at Heap and update the credentials with it; saving does not touch the token";
    Unverified: Warning, "scim.unverified", "R18, R19",
        "new credentials are not verified yet",
        "drive the verification to its end and conclude it, or abandon it; until then the former credentials hold, if there are any";
    VerificationFailed: Error, "scim.verification", "R18",
        "the credentials could not be verified",
        "remove the cause that is named, and verify again";
    TestLeftOver: Warning, "scim.test_left_over", "R18",
        "test resources of a verification are still at Heap",
        "remove the test user and the test group with these ids or names at Heap";
    GroupsUnsupported: Error, "groups.unsupported", "R24",
        "group management is on, and Heap's SCIM has no groups",
        "turn group management off, or ask Heap for a plan with groups";
    GroupsNotManaged: Notice, "groups.not_managed", "R24, R31",
        "group management is off while groups are bound",
        "turn group management on if teams at Heap should follow the bound groups; access does not depend on it";
    NoGroupBound: Error, "access.no_group_bound", "R12",
        "no group is bound to the application, so everybody is denied",
        "bind a group of people who are to use Heap";
    GroupGone: Warning, "access.group_gone", "R30",
        "a bound group is not in the directory",
        "unbind it, or bind the group that has replaced it";
    GroupEmpty: Warning, "access.group_empty", "R25",
        "a bound group has no active members",
        "add people to it, or unbind it; an empty group is not created at Heap";
    AdminsOnly: Error, "access.admins_only", "R11",
        "Admins alone would be able to log in",
        "add the people who use Heap to a bound group before SSO is enforced: it is mandatory for all but Admins";
    LockedOut: Warning, "access.locked_out", "R11, R12",
        "accounts at Heap belong to nobody with access, and are locked out by SSO",
        "add these people to a bound group, or let provisioning deactivate their accounts";
    NoAdmin: Warning, "access.no_admin", "R11",
        "no account at Heap is an active Admin: nobody could log in with a password if SSO fails",
        "at Heap, make somebody an Admin before SSO is enforced";
    NamesDoNotMeet: Error, "people.names_do_not_meet", "R13, R22",
        "the NameID and the userName of people will not meet, so their logins find no account",
        "put the addresses of these people right in the directory";
    NamesDifferInCase: Notice, "people.names_differ_in_case", "R13",
        "the NameID and the userName of people differ in upper and lower case",
        "make the two the same in the directory; until then they are taken for one";
    ForeignAccount: Error, "people.foreign_account", "R23",
        "people have a Heap account in another organisation",
        "have their accounts there deleted; they are made again here with the next run";
    UnknownRole: Error, "people.unknown_role", "R15, R21",
        "the directory gives a role that Heap may not have",
        "correct the role in the directory, or make it at Heap and name it among the tenant's own roles";
}

impl FindingKind {
    /// The stable code.
    pub const fn code(self) -> &'static str {
        self.row().code
    }

    /// How much it matters.
    pub const fn severity(self) -> Severity {
        self.row().severity
    }

    /// What is wrong.
    pub const fn title(self) -> &'static str {
        self.row().title
    }

    /// What to do.
    pub const fn action(self) -> &'static str {
        self.row().action
    }

    /// The rules that it is about.
    pub const fn rule(self) -> &'static str {
        self.row().rule
    }
}

impl Serialize for FindingKind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// One thing that is wrong. It names no person but by directory id, and holds no secret.
#[derive(Clone, Debug, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Finding {
    /// What kind it is; its code in JSON.
    #[serde(rename = "code")]
    pub kind: FindingKind,
    /// How much it matters.
    pub severity: Severity,
    /// What is wrong.
    pub title: &'static str,
    /// What was expected.
    pub expected: String,
    /// What was found.
    pub found: String,
    /// The ids whom or what it is about: people and groups by directory id, accounts by their id at Heap.
    pub subjects: Vec<String>,
    /// What to do.
    pub action: &'static str,
    /// The rules that it is about.
    pub rule: &'static str,
}

/// How many ids a text names; the others are counted.
const SUBJECTS_SHOWN: usize = 3;

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { kind, severity, title, expected, found, subjects, action, rule } = self;
        write!(f, "{}: {title}\n  expected {expected}\n  found {found}", severity.name())?;
        if !subjects.is_empty() {
            let shown: Vec<&str> = subjects.iter().take(SUBJECTS_SHOWN).map(String::as_str).collect();
            write!(f, ": {}", shown.join(", "))?;
            let more = subjects.len().saturating_sub(SUBJECTS_SHOWN);
            if more > 0 {
                write!(f, " and {more} more")?;
            }
        }
        write!(f, "\n  {action} [{}, {rule}]", kind.code())
    }
}

/// What the doctor found, in the order in which to put it right: for people as text, for machines as JSON.
#[derive(Clone, Debug, Default, Eq, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Diagnosis {
    /// The findings; none of a healthy set-up.
    pub findings: Vec<Finding>,
}

impl Diagnosis {
    /// Whether nothing is wrong.
    pub fn is_healthy(&self) -> bool {
        self.findings.is_empty()
    }

    /// Whether there is a finding of a kind.
    pub fn has(&self, kind: FindingKind) -> bool {
        self.findings.iter().any(|finding| finding.kind == kind)
    }

    /// The findings as JSON.
    pub fn to_json(&self) -> Vec<u8> {
        // Strings and lists of them always have a JSON form.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

impl fmt::Display for Diagnosis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.is_healthy() {
            return f.write_str("nothing is wrong with what is known of both sides\n");
        }
        self.findings.iter().try_for_each(|finding| writeln!(f, "{finding}"))
    }
}

/// Findings as they are made.
#[derive(Debug, Default)]
pub(super) struct Findings {
    all: Vec<Finding>,
}

impl Findings {
    pub(super) fn add(&mut self, kind: FindingKind, expected: &str, found: &str) {
        self.add_about(kind, expected, found, Vec::new());
    }

    pub(super) fn add_about(
        &mut self,
        kind: FindingKind,
        expected: &str,
        found: &str,
        subjects: Vec<String>,
    ) {
        self.all.push(Finding {
            kind,
            severity: kind.severity(),
            title: kind.title(),
            expected: expected.to_string(),
            found: found.to_string(),
            subjects,
            action: kind.action(),
            rule: kind.rule(),
        });
    }
}

impl From<Findings> for Diagnosis {
    fn from(mut findings: Findings) -> Self {
        findings.all.sort_by_key(|finding| finding.kind);
        Self { findings: findings.all }
    }
}
