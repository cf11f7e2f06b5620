use alloc::{
    string::{String, ToString},
    vec,
    vec::Vec,
};

use http::StatusCode;
use jiff::Timestamp;

use super::{Finding, FindingKind, Known, Severity, SsoAtHeap, doctor};
use crate::{
    connector::{
        Application, NotVerified, Part, Scope, Settings, Verified,
        tests::{BASE_URL, application, credentials, directory, managed, now, tenant},
    },
    directory::{Group, Person, Snapshot},
    entropy::Seeded,
    heap::{ConnectionProblem, HeapId, tenant::SsoSettings},
    pki::Certificate,
    saml::NameIdFormat,
    scim::{
        User,
        client::{Discovery, Endpoint},
    },
    wire::{Response, Secret},
};

const CERTIFICATE: &str = include_str!("../../../tests/vectors/keys/rsa2048.cert.pem");
const EXPIRED: &str = include_str!("../../../tests/vectors/keys/rsa2048-expired.cert.pem");
const OTHER: &str = include_str!("../../../tests/vectors/keys/rsa2048-other.cert.pem");

/// Both sides of a set-up, as they should be: Ann has access by the group `g1`, and Heap's Admin is `root`.
struct World {
    application: Application,
    certificate: Certificate,
    settings: SsoSettings,
    heap_id: HeapId,
    directory: Snapshot,
    accounts: Vec<User>,
    verification: Result<Verified, NotVerified>,
    left_over: Vec<String>,
    now: Timestamp,
}

fn account(id: &str, user_name: &str, role: &str) -> User {
    let mut account = User::new(user_name.into());
    account.id = Some(id.into());
    account.active = Some(true);
    account.extra.insert("role".into(), role.into());
    account
}

impl World {
    fn healthy() -> Self {
        let (mut application, directory) = (managed(&mut tenant()), directory());
        application.bind_groups(["g1"], &directory).unwrap();
        Self {
            application,
            certificate: Certificate::from_pem(CERTIFICATE).unwrap(),
            settings: SsoSettings::new(CERTIFICATE, "https://sso.jumpcloud.com/saml2/heap").unwrap(),
            heap_id: "12345".parse().unwrap(),
            directory,
            accounts: vec![
                account("1", "Ann@example.com", "Analyst"),
                account("2", "root@heap.example", "Admin"),
            ],
            verification: Ok(Verified { groups: Some(true), deletes_users: Some(true) }),
            left_over: Vec::new(),
            now: now(),
        }
    }

    fn known(&self) -> Known<'_> {
        Known {
            certificate: Some(&self.certificate),
            directory: Some(&self.directory),
            sso: Some(SsoAtHeap::On(&self.settings)),
            heap_id: Some(&self.heap_id),
            scim_enabled: Some(true),
            base_url: Some(BASE_URL),
            verification: Some(&self.verification),
            left_over: &self.left_over,
            accounts: Some(&self.accounts),
            ..Known::default()
        }
    }

    fn findings(&self) -> Vec<Finding> {
        doctor(&self.application, &self.known(), self.now).findings
    }

    /// Binds groups of a directory that has people in them.
    fn bound(&mut self, groups: &[&str], directory: Snapshot) {
        self.directory = directory;
        self.application.bind_groups(groups.iter().copied(), &self.directory).unwrap();
    }

    /// The state before identity management.
    fn without_identity_management(&mut self) {
        let removal = self.application.removal(Part::IdentityManagement).unwrap();
        self.application.remove(removal, self.now).unwrap();
    }
}

/// Id, user name, email, role, and whether they are active.
type Row = (&'static str, &'static str, Option<&'static str>, Option<&'static str>, bool);

/// Ann and others in one bound group `g1`.
fn people(people: &[Row]) -> Snapshot {
    let mut builder = Snapshot::builder();
    let group = builder.group(&Group { id: "g1".into(), name: "Team".into(), bound: false }).unwrap();
    for (id, user_name, email, role, active) in people {
        let person = Person {
            id: (*id).into(),
            user_name: (*user_name).into(),
            email: email.map(Into::into),
            role: role.map(Into::into),
            active: *active,
            ..Person::default()
        };
        let person = builder.person(&person).unwrap();
        builder.member(group, person);
    }
    builder.complete().unwrap()
}

const ANN: Row = ("u1", "ann@example.com", None, None, true);

/// The one finding there is.
fn only(findings: Vec<Finding>, kind: FindingKind) -> Finding {
    let kinds: Vec<_> = findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [kind], "{findings:?}");
    findings.into_iter().next().unwrap()
}

fn changed<'a>(world: &'a World, change: impl FnOnce(&mut Known<'a>)) -> Vec<Finding> {
    let mut known = world.known();
    change(&mut known);
    doctor(&world.application, &known, world.now).findings
}

#[test]
fn a_healthy_set_up_has_no_findings_and_what_is_not_known_is_none() {
    let world = World::healthy();
    let diagnosis = doctor(&world.application, &world.known(), world.now);
    assert!(diagnosis.is_healthy(), "{diagnosis}");
    assert!(doctor(&world.application, &Known::default(), world.now).is_healthy());
}

#[test]
fn r44_a_removal_here_alone_is_found() {
    let mut world = World::healthy();
    world.application.delete(world.now).unwrap();
    let kinds: Vec<_> = world.findings().into_iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::RemovedHereOnly, FindingKind::RemovedHereOnly]);
    let both = changed(&world, |known| (known.sso, known.scim_enabled) = (Some(SsoAtHeap::Off), Some(false)));
    assert!(both.is_empty());
}

#[test]
fn r04_an_application_without_sso_is_found() {
    let mut world = World::healthy();
    world.application = application();
    only(changed(&world, |known| known.scim_enabled = Some(false)), FindingKind::SsoMissing);
}

#[test]
fn r06_heap_without_sso_is_found() {
    let mut world = World::healthy();
    world.without_identity_management();
    let found =
        changed(&world, |known| (known.sso, known.scim_enabled) = (Some(SsoAtHeap::Off), Some(false)));
    only(found, FindingKind::SsoMissingAtHeap);
}

#[test]
fn r06_a_certificate_that_has_ended_is_found() {
    let mut world = World::healthy();
    world.certificate = Certificate::from_pem(EXPIRED).unwrap();
    let finding = only(world.findings(), FindingKind::CertificateNotValid);
    assert!(finding.found.contains("the identity provider signs with"), "{finding}");
    assert!(finding.found.contains("until 2025-12-31T23:59:59Z"), "{finding}");
    (world.certificate, world.settings.certificate) = (world.settings.certificate, world.certificate);
    let finding = only(world.findings(), FindingKind::CertificateNotValid);
    assert!(finding.found.contains("what Heap holds"), "{finding}");
}

#[test]
fn r06_a_certificate_that_ends_soon_is_found_with_both_dates() {
    let mut world = World::healthy();
    world.now = "2099-12-01T23:59:58Z".parse().unwrap();
    assert!(world.findings().is_empty());
    world.now = "2099-12-02T00:00:00Z".parse().unwrap();
    let finding = only(world.findings(), FindingKind::CertificateExpires);
    assert!(finding.expected.contains("2099-12-01T23:59:59Z"), "{finding}");
    assert!(finding.found.contains("2099-12-31T23:59:59Z"), "{finding}");
    assert_eq!(finding.severity, Severity::Warning);
}

#[test]
fn r06_another_certificate_at_heap_is_found_by_its_fingerprint() {
    let mut world = World::healthy();
    world.settings.certificate = Certificate::from_pem(OTHER).unwrap();
    let finding = only(world.findings(), FindingKind::CertificateOther);
    assert!(finding.expected.contains(&world.certificate.sha256_fingerprint()));
    assert!(finding.found.contains(&world.settings.certificate.sha256_fingerprint()));
}

#[test]
fn r02_another_idp_url_at_heap_is_found() {
    let mut world = World::healthy();
    world.settings = SsoSettings::new(CERTIFICATE, "https://sso.jumpcloud.com/saml2/other").unwrap();
    let finding = only(world.findings(), FindingKind::IdpUrl);
    assert_eq!(finding.expected, "`https://sso.jumpcloud.com/saml2/heap`");
    assert_eq!(finding.found, "`https://sso.jumpcloud.com/saml2/other`");
}

#[test]
fn r02_another_entity_id_at_heap_is_found() {
    let mut world = World::healthy();
    world.settings.idp_entity_id = "https://idp.example.com".into();
    only(world.findings(), FindingKind::EntityId);
}

#[test]
fn r04_another_tenants_acs_is_found() {
    let mut world = World::healthy();
    world.heap_id = "99999".parse().unwrap();
    let finding = only(world.findings(), FindingKind::AcsUrl);
    assert!(finding.expected.contains("/99999/") && finding.found.contains("/12345/"), "{finding}");
}

#[test]
fn r07_a_failed_test_of_the_connection_is_found_by_its_code() {
    let problem = Err(ConnectionProblem::NameId);
    let world = World::healthy();
    let found = changed(&world, |known| known.connection = Some(&problem));
    assert_eq!(only(found, FindingKind::ConnectionFails).found, "`heap.connection.name_id`");
}

#[test]
fn r14_scim_before_sso_is_found() {
    let mut world = World::healthy();
    world.application = application();
    let kinds: Vec<_> = world.findings().into_iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::SsoMissing, FindingKind::ScimBeforeSso]);
    let found = changed(&World::healthy(), |known| known.sso = Some(SsoAtHeap::Off));
    let kinds: Vec<_> = found.into_iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::SsoMissingAtHeap, FindingKind::ScimBeforeSso]);
}

#[test]
fn r15_scim_that_is_off_at_heap_is_found() {
    let found = changed(&World::healthy(), |known| known.scim_enabled = Some(false));
    only(found, FindingKind::ScimMissingAtHeap);
}

#[test]
fn r20_scim_that_nobody_uses_is_found() {
    let mut world = World::healthy();
    world.without_identity_management();
    only(world.findings(), FindingKind::NotActivated);
}

#[test]
fn r17_another_base_url_is_found_and_a_slash_at_its_end_is_none() {
    let other = "https://heapanalytics.com/scim/v2/other";
    let finding =
        only(changed(&World::healthy(), |known| known.base_url = Some(other)), FindingKind::BaseUrl);
    assert!(finding.expected.contains(other), "{finding}");
    let slash = [BASE_URL, "/"].concat();
    assert!(changed(&World::healthy(), |known| known.base_url = Some(&slash)).is_empty());
}

#[test]
fn r16_a_token_that_was_not_restored_is_found() {
    let mut world = World::healthy();
    world.application = Application::from_json(&world.application.to_json()).unwrap();
    only(world.findings(), FindingKind::TokenMissing);
}

#[test]
fn r19_a_refused_token_is_found() {
    let mut world = World::healthy();
    for reason in [
        NotVerified::TokenRefused { step: "listing users" },
        NotVerified::Forbidden { step: "making a test user" },
    ] {
        world.verification = Err(reason);
        only(world.findings(), FindingKind::TokenRefused);
    }
}

#[test]
fn r19_credentials_that_are_not_verified_yet_are_found() {
    let mut world = World::healthy();
    let verification = world.application.update_credentials(
        credentials("second"),
        Scope::ReadOnly,
        &mut Seeded::new(3),
        world.now,
    );
    only(world.findings(), FindingKind::Unverified);
    drop(verification);
}

#[test]
fn r18_a_verification_that_failed_is_found_with_its_reason() {
    let mut world = World::healthy();
    world.verification = Err(NotVerified::WrongTenant { step: "listing users" });
    let finding = only(world.findings(), FindingKind::VerificationFailed);
    assert!(finding.found.contains("there is no tenant"), "{finding}");
}

#[test]
fn r18_what_a_verification_left_over_is_found() {
    let mut world = World::healthy();
    world.left_over.push("77".into());
    assert_eq!(only(world.findings(), FindingKind::TestLeftOver).subjects, ["77"]);
}

#[test]
fn r24_a_service_provider_without_groups_is_found() {
    let mut world = World::healthy();
    world.verification = Err(NotVerified::GroupsUnsupported { status: StatusCode::NOT_FOUND });
    only(world.findings(), FindingKind::GroupsUnsupported);
    world.verification = Ok(Verified::default());
    let endpoint = Endpoint::new(BASE_URL, &Secret::new("first".into())).unwrap();
    let mut discovery = Discovery::new(endpoint);
    discovery.receive(&Response::new(b"{}".to_vec())).unwrap();
    let types =
        br#"{"totalResults": 1, "Resources": [{"name": "User", "endpoint": "/Users", "schema": "u"}]}"#;
    discovery.receive(&Response::new(types.to_vec())).unwrap();
    let profile = discovery.profile();
    only(changed(&world, |known| known.profile = Some(&profile)), FindingKind::GroupsUnsupported);
}

#[test]
fn r31_bound_groups_without_their_management_are_found() {
    let mut world = World::healthy();
    let off = Settings { group_management: false, ..Settings::default() };
    world.application.save_settings(off, world.now).unwrap();
    assert_eq!(only(world.findings(), FindingKind::GroupsNotManaged).severity, Severity::Notice);
}

#[test]
fn r12_an_application_without_bound_groups_is_found() {
    let mut world = World::healthy();
    world.bound(&[], directory());
    world.accounts.retain(|account| account.user_name.starts_with("root"));
    only(world.findings(), FindingKind::NoGroupBound);
}

#[test]
fn r30_a_bound_group_that_is_gone_is_found() {
    let mut world = World::healthy();
    world.bound(&["g1", "g2"], directory());
    world.directory = people(&[ANN]);
    assert_eq!(only(world.findings(), FindingKind::GroupGone).subjects, ["g2"]);
}

#[test]
fn r25_a_bound_group_without_active_members_is_found() {
    let mut world = World::healthy();
    let mut builder = Snapshot::builder();
    let group = |id: &str| Group { id: id.into(), name: id.into(), bound: false };
    let (one, two) = (builder.group(&group("g1")).unwrap(), builder.group(&group("g2")).unwrap());
    for (id, group, active) in [("u1", one, true), ("u2", two, false)] {
        let user_name = if active { "ann@example.com" } else { "bob@example.com" };
        let person = Person { id: id.into(), user_name: user_name.into(), active, ..Person::default() };
        let person = builder.person(&person).unwrap();
        builder.member(group, person);
    }
    world.bound(&["g1", "g2"], builder.complete().unwrap());
    assert_eq!(only(world.findings(), FindingKind::GroupEmpty).subjects, ["g2"]);
}

#[test]
fn r11_admins_alone_is_found_when_nobody_else_has_access() {
    let mut world = World::healthy();
    world.bound(&["g1"], people(&[("u9", "zoe@example.com", None, None, true)]));
    assert_eq!(only(world.findings(), FindingKind::AdminsOnly).subjects, ["1"]);
    world.bound(&["g1"], people(&[]));
    let found = changed(&world, |known| known.accounts = None);
    let kinds: Vec<_> = found.into_iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::GroupEmpty, FindingKind::AdminsOnly]);
}

#[test]
fn r11_accounts_that_sso_locks_out_are_found() {
    let mut world = World::healthy();
    world.accounts.push(account("3", "zoe@example.com", "Consumer"));
    let mut inactive = account("4", "left@example.com", "Consumer");
    inactive.active = Some(false);
    world.accounts.push(inactive);
    assert_eq!(only(world.findings(), FindingKind::LockedOut).subjects, ["3"]);
}

#[test]
fn r11_a_tenant_without_an_admin_is_found() {
    let mut world = World::healthy();
    let root = world.accounts.pop().unwrap();
    only(world.findings(), FindingKind::NoAdmin);
    // A service provider that tells no roles says nothing of Admins.
    world.accounts[0].extra.clear();
    assert!(world.findings().is_empty());
    // Attributes are called the same in any case (RFC 7643 2.1).
    let mut shouted = root;
    shouted.extra.clear();
    shouted.extra.insert("ROLE".into(), "admin".into());
    world.accounts.push(shouted);
    assert!(world.findings().is_empty());
}

#[test]
fn r13_r22_names_that_will_not_meet_are_found_for_each_reason() {
    let mut world = World::healthy();
    let bob = ("u2", "bob", Some("bob@example.com"), None, true);
    let cat = ("u3", "cat@example.com", Some("cat@example.org"), None, true);
    world.bound(&["g1"], people(&[ANN, bob, cat]));
    let findings = world.findings();
    let about: Vec<_> = findings.iter().map(|finding| (finding.kind, finding.subjects.clone())).collect();
    let expected = ["u2", "u3"].map(|person| (FindingKind::NamesDoNotMeet, vec![String::from(person)]));
    assert_eq!(about, expected);
    assert!(!findings[0].to_string().contains("bob@"), "{}", findings[0]);

    let mut renamed = World::healthy();
    renamed.accounts[0].external_id = Some("u1".into());
    renamed.bound(&["g1"], people(&[("u1", "ann@new.example", None, None, true)]));
    let kinds: Vec<_> = renamed.findings().into_iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, [FindingKind::AdminsOnly, FindingKind::NamesDoNotMeet]);

    let persistent = changed(&World::healthy(), |known| known.name_id_format = NameIdFormat::Persistent);
    only(persistent, FindingKind::NamesDoNotMeet);
}

#[test]
fn r13_names_that_differ_in_case_are_found_and_break_nothing() {
    let mut world = World::healthy();
    world.bound(&["g1"], people(&[("u1", "ann@example.com", Some("Ann@example.com"), None, true)]));
    assert_eq!(only(world.findings(), FindingKind::NamesDifferInCase).severity, Severity::Notice);
}

#[test]
fn r23_accounts_in_other_organisations_are_found() {
    let found = changed(&World::healthy(), |known| known.foreign = &["u1"]);
    assert_eq!(only(found, FindingKind::ForeignAccount).subjects, ["u1"]);
}

#[test]
fn r15_r21_roles_that_heap_may_not_have_are_found() {
    let mut world = World::healthy();
    world.bound(&["g1"], people(&[("u1", "ann@example.com", None, Some("Growth`\n"), true)]));
    let finding = only(world.findings(), FindingKind::UnknownRole);
    assert_eq!(finding.found, "`Growth`, of 1 people");
    let own = changed(&world, |known| known.custom_roles = &["Growth`\n"]);
    assert!(own.is_empty());
    // Nothing is sent of somebody without access.
    world.bound(&["g1"], people(&[ANN, ("u2", "bob@example.com", None, Some("Growth"), false)]));
    assert!(world.findings().is_empty());
}

#[test]
fn findings_come_in_the_order_in_which_to_put_them_right_as_text_and_as_json() {
    let mut world = World::healthy();
    world.settings = SsoSettings::new(OTHER, "https://sso.jumpcloud.com/saml2/other").unwrap();
    world.verification = Err(NotVerified::TokenRefused { step: "listing users" });
    world.accounts.pop();
    let mut known = world.known();
    known.foreign = &["u1", "u2", "u3", "u4", "u5"];
    let diagnosis = doctor(&world.application, &known, world.now);
    let expected = [
        FindingKind::CertificateOther,
        FindingKind::IdpUrl,
        FindingKind::TokenRefused,
        FindingKind::NoAdmin,
        FindingKind::ForeignAccount,
    ];
    let kinds: Vec<_> = diagnosis.findings.iter().map(|finding| finding.kind).collect();
    assert_eq!(kinds, expected);
    let text = diagnosis.to_string();
    assert!(text.contains("u1, u2, u3 and 2 more"), "{text}");
    let json: serde_json::Value = serde_json::from_slice(&diagnosis.to_json()).unwrap();
    let last = &json["findings"][4];
    assert_eq!(last["code"], "doctor.people.foreign_account");
    assert_eq!((&last["severity"], &last["rule"]), (&"error".into(), &"R23".into()));
    assert_eq!(last["subjects"].as_array().unwrap().len(), 5);
}

#[test]
fn every_kind_has_a_code_of_its_own_and_says_what_to_do() {
    let mut codes: Vec<_> = FindingKind::ALL.iter().map(|kind| kind.code()).collect();
    codes.sort_unstable();
    codes.dedup();
    assert_eq!(codes.len(), FindingKind::ALL.len());
    assert!(FindingKind::ALL.iter().all(|kind| !kind.action().is_empty() && kind.rule().starts_with('R')));
    assert!(FindingKind::ALL.is_sorted());
}
