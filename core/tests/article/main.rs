//! JumpCloud's article "Integrate with Heap", section by section and on both sides of the wire: what its reader does by hand in
//! two consoles is done here through the library, against an embedded Heap. Numbers such as R14 are the rules of
//! `core/docs/RULES.md`.

#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test panics where its world is not as it should be"
)]
#![expect(unreachable_pub, reason = "the modules of a test are private")]

mod world;

use heap_identity::{
    connector::{
        Application, ApplicationError, Credentials, Details, FindingKind, ImportList, ImportStatus, Known,
        Mode, Part, Scope, Settings, Sso, SsoAtHeap, State, View, doctor, whole_list,
    },
    directory::Denial,
    heap::{
        AttributeMapping, AttributeSource, Goal, HeapId, HeapPlan, Missing, Prerequisites, Role,
        tenant::{SsoSettings, Teammate},
    },
    saml::metadata::ServiceProviderMetadata,
    sync::Outcome,
    wire::Secret,
};

use crate::world::{NOW, World, id};

const IDP_URL: &str = "https://sso.jumpcloud.com/saml2/heap";

#[test]
fn an_administrator_walks_from_the_catalogue_to_the_removal() {
    let world = &mut World::new();
    prerequisites(world);
    creating_the_application(world);
    configuring_sso_at_jumpcloud(world);
    configuring_sso_at_heap(world);
    authorizing_user_sso_access(world);
    validating_sso(world);
    let token = configuring_identity_management_at_heap(world);
    configuring_identity_management_at_jumpcloud(world, &token);
    the_first_provisioning(world);
    attribute_mappings(world);
    suspension_and_return(world);
    group_provisioning_and_syncing(world);
    group_deletion(world);
    disabling_group_management(world);
    importing_users(world, &token);
    updating_the_token(world);
    directory_insights(world);
    deactivating_the_integration(world);
    deleting_the_application(world);
}

/// Heap has been in use for a while: Root administers it, Bob was added by hand, and there is a team "Growth".
fn prerequisites(world: &mut World) {
    let mut root = Teammate::new("root@example.com");
    root.role = Some(Role::Admin);
    world.heap.add_teammate(root, NOW).unwrap();
    for colleague in ["bob@example.com", "old@example.com", "ill@example.com"] {
        world.heap.add_teammate(Teammate::new(colleague), NOW).unwrap();
    }
    let bob = id(&world.account("bob@example.com"));
    world.heap.add_team("Growth", [bob.as_str()], NOW).unwrap();
    // R23: Eve has an account in another organisation.
    world.heap.foreign_account("eve@example.com");

    // R8, R14: everything is there, and SSO has to come first.
    let mut have = Prerequisites::new(HeapPlan::Premier);
    have.heap_id = Some("12345".parse().unwrap());
    (have.heap_administrator, have.idp_administrator, have.idp_sso_package) = (true, true, true);
    assert!(have.missing(Goal::SingleSignOn).is_empty());
    assert_eq!(have.missing(Goal::IdentityManagement), [Missing::SsoFirst]);
}

fn creating_the_application(world: &mut World) {
    // R1, R2: a label, a description, a place in the portal; the IdP URL is the default.
    let mut details = Details::new("Heap");
    details.description = Some("Product analytics".into());
    let mut application = Application::new("heap", details, None).unwrap();
    assert_eq!(application.idp_url(), IDP_URL);
    // R3: it is not editable.
    let refused = application.change_idp_url().unwrap_err();
    assert!(refused.to_string().contains("delete the application and make it anew"), "{refused}");
    world.catalogue.add(application).unwrap();
}

fn configuring_sso_at_jumpcloud(world: &mut World) {
    // R4: YOUR_ID is replaced with the Heap ID, or nothing is saved.
    assert!("YOUR_ID".parse::<HeapId>().is_err());
    // R5: two attributes beside the NameID.
    let mut attributes = AttributeMapping::default();
    attributes.set("groups", AttributeSource::Groups);
    attributes.set("tenant", AttributeSource::Constant("heap-YOUR_ID".into()));
    let sso = Sso::new("12345".parse().unwrap()).with_attributes(attributes).unwrap();
    world.application().configure_sso(sso).unwrap();
    assert_eq!(world.application().state(), State::SsoConfigured);
    let acs_url = world.application().sso().unwrap().acs_url();
    assert_eq!(acs_url, "https://heapanalytics.com/saml/finalize/12345/");

    // Both sides' metadata say the same as the fields that are copied by hand.
    let ours = world.sign_on().metadata();
    assert_eq!((ours.entity_id.as_str(), ours.signing_certificates.len()), (IDP_URL, 1));
    let theirs = ServiceProviderMetadata::new("https://heapanalytics.com", &acs_url);
    assert_eq!(theirs.default_acs_url().unwrap(), acs_url);
}

fn configuring_sso_at_heap(world: &mut World) {
    // R6: the downloaded certificate.pem, the remote login URL, the logout landing URL.
    let certificate_pem = world.sign_on().certificate_pem();
    let mut settings = SsoSettings::new(&certificate_pem, IDP_URL).unwrap();
    settings.logout_landing_url = Some("https://console.jumpcloud.com/userconsole".into());

    // R7: the connection is tested before anybody is locked out. A pasted certificate of another application would be told:
    let other = SsoSettings::new(include_str!("../vectors/keys/rsa2048-other.cert.pem"), IDP_URL).unwrap();
    let (sign_on, heap_id) = (world.sign_on(), "12345".parse().unwrap());
    let mut test = |settings: &SsoSettings| {
        sign_on.test_connection(settings, &heap_id, "root@example.com", NOW, &mut world.random)
    };
    assert_eq!(test(&other).unwrap_err().code(), "saml.signature_value");
    assert!(test(&settings).unwrap().warnings.is_empty());

    // R11: from now on SSO is mandatory, for all but Admins.
    world.heap.configure_sso(settings);
    let (bob, root) = (id(&world.account("bob@example.com")), id(&world.account("root@example.com")));
    assert!(!world.heap.may_use_password(&bob) && world.heap.may_use_password(&root));
}

fn authorizing_user_sso_access(world: &mut World) {
    // R12: users are implicitly denied.
    let refused = world.opens_heap_from_the_portal("bob").unwrap_err();
    assert!(refused.contains("no group that is bound"), "{refused}");
    world.bind(&["analysts", "growth", "trainees"]);
    let directory = world.directory();
    let application = world.application();
    assert_eq!(application.why("bob", &directory).unwrap(), ["Analysts", "Growth"]);
    assert_eq!(application.why("dan", &directory), Err(Denial::NoBoundGroup));
}

fn validating_sso(world: &mut World) {
    // IdP-initiated (R9), by email (R13), with the attributes (R5).
    let session = world.opens_heap_from_the_portal("bob").unwrap();
    assert_eq!((session.user_name.as_str(), session.page), ("bob@example.com", None));
    assert_eq!(session.assertion.attribute("groups"), ["Analysts", "Growth"]);
    assert_eq!(session.assertion.attribute("tenant"), ["heap-12345"]);
    // SP-initiated (R10): back to the page that was asked for.
    let session = world.logs_in_at_heap("bob", "/reports/7").unwrap();
    assert_eq!(session.page.as_deref(), Some("/reports/7"));
    // Who has access and no account is not logged in: that is what provisioning is for.
    let refused = world.opens_heap_from_the_portal("ann").unwrap_err();
    assert!(refused.contains("provision the person first"), "{refused}");
}

fn configuring_identity_management_at_heap(world: &mut World) -> Secret {
    // R15, R16: Heap asks for the default role and shows the token once.
    let shown = world.heap.enable_scim(Role::Analyst, &mut world.random).unwrap();
    assert!(world.heap.enable_scim(Role::Analyst, &mut world.random).is_err());
    assert!(!format!("{shown:?}").contains(shown.bearer_token.expose()));
    // R20: teammates are added and removed by the identity provider alone.
    assert!(world.heap.add_teammate(Teammate::new("new@example.com"), NOW).is_err());
    shown.bearer_token
}

fn configuring_identity_management_at_jumpcloud(world: &mut World, token: &Secret) {
    // R24: the check box "Enable management of User Groups and Group Membership in this application".
    world.application().save_settings(Settings::default(), NOW).unwrap();
    assert!(world.application().settings().group_management);

    // R17, R18: Activate verifies, and says why not: here the last part of the base URL is another tenant's.
    let accounts = world.accounts();
    let wrong = Credentials::new("https://heapanalytics.com/scim/v2/acne", token.clone()).unwrap();
    let begun = activates(world, wrong);
    assert_eq!(world.verifies(begun).unwrap_err().code(), "connector.wrong_tenant");
    assert_eq!(world.application().state(), State::SsoConfigured);
    let base_url = world.heap.base_url().to_string();
    let begun = activates(world, Credentials::new(&base_url, token.clone()).unwrap());
    let verified = world.verifies(begun).unwrap();
    assert_eq!((verified.groups, verified.deletes_users), (Some(true), Some(true)));
    // The test user and the test group are gone again.
    assert_eq!((world.accounts(), world.teams()), (accounts, vec!["Growth: bob".to_string()]));
    assert_eq!(world.application().state(), State::Managed);
    // R16: the token is in nothing that is stored or printed.
    let stored = String::from_utf8(world.application().to_json()).unwrap();
    assert!(
        !stored.contains(token.expose()) && !format!("{:?}", world.application()).contains(token.expose())
    );
}

fn activates(world: &mut World, credentials: Credentials) -> heap_identity::connector::Verification {
    let mut random = world.random.clone();
    world.application().activate(credentials, Scope::Everything, &mut random, NOW).unwrap()
}

fn the_first_provisioning(world: &mut World) {
    let (growth, summary) = (world.team_id("Growth"), world.synchronises());
    let expected = [
        "root@example.com active",
        "bob@example.com active",
        "old@example.com active",
        "ill@example.com active",
        "ann@example.com active",
        "cat@example.com active",
    ];
    assert_eq!(world.accounts(), expected);
    // R26: "Growth" is taken over, not made twice. R25: "Trainees" has nobody yet, and is not made.
    assert_eq!(world.teams(), ["Growth: bob cat", "Analysts: ann bob"]);
    assert_eq!(world.team_id("Growth"), growth);
    // R23: Eve is refused, and the report says what to do. R15: the others have the default role.
    assert_eq!((summary.outcome, summary.failed), (Outcome::Finished, 1));
    let refused = world.insights.iter().find_map(|event| event.error.clone().filter(|e| e.contains("(R23)")));
    assert!(refused.unwrap().contains("must be deleted there and made again here"));
    assert_eq!(world.heap.role_of(&id(&world.account("ann@example.com"))), Some(Role::Analyst));
    // Once the account elsewhere is gone, she has one here.
    assert!(world.heap.foreign_account_deleted("eve@example.com"));
    assert_eq!(world.compares_everything().0, Outcome::Finished);
    assert_eq!(world.teams(), ["Growth: bob cat", "Analysts: ann bob eve"]);
    // A second comparison writes nothing, and everybody can log in now.
    assert_eq!(world.compares_everything(), (Outcome::Finished, 0));
    assert!(world.opens_heap_from_the_portal("ann").is_ok());
    the_doctor_agrees(world);
}

/// Both sides are looked at together: what is left to say is who at Heap belongs to nobody in the directory.
fn the_doctor_agrees(world: &mut World) {
    let (sign_on, directory) = (world.sign_on(), world.directory());
    let accounts = world.lists_accounts().resources;
    let heap_id = "12345".parse().unwrap();
    let mut known = Known::default();
    known.certificate = Some(sign_on.certificate());
    known.directory = Some(&directory);
    known.sso = world.heap.sso_settings().map(SsoAtHeap::On);
    known.heap_id = Some(&heap_id);
    known.scim_enabled = Some(world.heap.scim_enabled());
    known.base_url = Some(world.heap.base_url());
    known.accounts = Some(&accounts);
    let diagnosis = doctor(world.catalogue.get("heap").unwrap(), &known, NOW);
    let found: Vec<FindingKind> = diagnosis.findings.iter().map(|finding| finding.kind).collect();
    // R25, R11: "Trainees" is empty; Old and Ill would be locked out.
    assert_eq!(found, [FindingKind::GroupEmpty, FindingKind::LockedOut], "{diagnosis}");
}

fn attribute_mappings(world: &mut World) {
    // R21: first name, last name and role are sent, each where Heap has it.
    let ann = world.person("ann");
    (ann.given_name, ann.family_name) = (Some("Anna".into()), Some("Lee".into()));
    ann.role = Some("Architect".into());
    assert_eq!(world.synchronises().failed, 0);
    let account = world.account("ann@example.com");
    let sent = (&account.get("name").unwrap()["givenName"], &account.get("name").unwrap()["familyName"]);
    assert_eq!(sent, (&"Anna".into(), &"Lee".into()));
    assert_eq!(world.heap.role_of(&id(&account)), Some(Role::Architect));

    // R22: a new user name would make a second account. It is reported and not sent.
    world.person("ann").user_name = "anna.lee@example.com".into();
    let (before, summary) = (world.accounts(), world.synchronises());
    assert_eq!((summary.conflicts, world.accounts()), (1, before));
    world.person("ann").user_name = "ann@example.com".into();
    world.synchronises();
    assert_eq!(world.compares_everything(), (Outcome::Finished, 0));
}

fn suspension_and_return(world: &mut World) {
    // R32: who is suspended at the identity provider is deactivated at Heap, and may not log in from either end.
    let account = id(&world.account("bob@example.com"));
    world.person("bob").active = false;
    world.synchronises();
    assert!(world.accounts().contains(&"bob@example.com inactive".to_string()));
    let refused = world.logs_in_at_heap("bob", "/").unwrap_err();
    assert!(refused.contains("suspended"), "{refused}");
    // Back again: the same account.
    world.person("bob").active = true;
    world.synchronises();
    assert_eq!(id(&world.account("bob@example.com")), account);
    assert!(world.opens_heap_from_the_portal("bob").is_ok());
}

fn group_provisioning_and_syncing(world: &mut World) {
    // R25, R27: the first trainee makes the team.
    world.joins("trainees", "dan");
    world.synchronises();
    assert_eq!(world.teams()[2], "Trainees: dan");
    // R28: a new name is carried over, and the team stays the same one.
    let team = world.team_id("Trainees");
    world.groups.get_mut("trainees").unwrap().0 = "Interns".into();
    world.synchronises();
    assert_eq!(world.team_id("Interns"), team);
    // R29: a group that is unbound is left as it is, and its members are deactivated, unless another bound group holds them: Bob
    // is an analyst, too.
    world.bind(&["analysts", "trainees"]);
    world.synchronises();
    assert_eq!(world.teams()[0], "Growth: bob cat");
    assert!(world.accounts().contains(&"cat@example.com inactive".to_string()));
    assert!(world.accounts().contains(&"bob@example.com active".to_string()));
}

fn group_deletion(world: &mut World) {
    // R30: a group deleted at the identity provider is deleted at Heap, and its members are deactivated.
    world.groups.remove("trainees");
    world.synchronises();
    assert_eq!(world.teams(), ["Growth: bob cat", "Analysts: ann bob eve"]);
    assert!(world.accounts().contains(&"dan@example.com inactive".to_string()));
}

fn disabling_group_management(world: &mut World) {
    // R31: groups and memberships are left as they are; identities go on being managed.
    let mut off = Settings::default();
    off.group_management = false;
    world.application().save_settings(off, NOW).unwrap();
    world.leaves("analysts", "eve");
    world.joins("analysts", "dan");
    world.synchronises();
    assert_eq!(world.teams()[1], "Analysts: ann bob eve");
    assert!(world.accounts().contains(&"eve@example.com inactive".to_string()));
    assert!(world.accounts().contains(&"dan@example.com active".to_string()));
    world.application().save_settings(Settings::default(), NOW).unwrap();
    world.synchronises();
    assert_eq!(world.teams()[1], "Analysts: ann bob dan");
    world.hears();
}

fn importing_users(world: &mut World, token: &Secret) {
    world.heap_suspends("ill@example.com", token);
    // R34: Heap's accounts beside the directory, the new ones first. R35: who is suspended at Heap is not imported.
    let accounts = whole_list([world.lists_accounts()]).unwrap();
    let list = ImportList::compare(accounts, &world.directory());
    let new: Vec<&str> =
        list.view(View::NewUsersOnly).iter().map(|candidate| candidate.user_name.as_str()).collect();
    assert_eq!(new, ["old@example.com", "root@example.com"]);
    let ill = list.view(View::All).into_iter().find(|one| one.user_name == "ill@example.com").unwrap();
    assert_eq!(ill.status, ImportStatus::Suspended);

    // R36: fewer than a hundred come live, one by one.
    let old = id(&world.account("old@example.com"));
    let mut import = list.select([old.as_str()]).unwrap();
    assert_eq!(import.mode(), Mode::Live);
    while let Some(mut person) = import.next_person() {
        person.id = "old".into();
        world.people.insert(person.id.clone(), person);
        // R37: they are managed once a bound group holds them, and not before.
        assert!(import.settle(Ok("old".into())).unwrap().advice().contains("bound to the application"));
    }
    let from = world.insights.len();
    world.synchronises();
    assert!(world.told_since(from).is_empty());
    world.joins("analysts", "old");
    world.synchronises();
    // The account that was there is theirs now.
    assert_eq!(world.told_since(from), [("user_update_provision", true), ("group_update_provision", true)]);
    assert_eq!(world.teams()[1], "Analysts: ann bob dan old");
}

fn updating_the_token(world: &mut World) {
    // Heap makes a new token, and the old one ends.
    let from = world.insights.len();
    let new = world.heap.renew_token(&mut world.random).unwrap().bearer_token;
    assert!(matches!(world.compares_everything().0, Outcome::TokenRefused { .. }));
    // R19: Save keeps settings and does not touch the token.
    world.application().save_settings(Settings::default(), NOW).unwrap();
    assert_ne!(world.application().expose_token().unwrap().expose(), new.expose());
    // Update verifies: a mistyped token changes nothing, the right one takes effect.
    let base_url = world.heap.base_url().to_string();
    for (token, holds) in [(Secret::new("mistyped".into()), false), (new.clone(), true)] {
        let credentials = Credentials::new(&base_url, token).unwrap();
        let mut random = world.random.clone();
        let begun =
            world.application().update_credentials(credentials, Scope::ReadOnly, &mut random, NOW).unwrap();
        assert_eq!(world.verifies(begun).is_ok(), holds);
        assert_eq!(world.application().expose_token().unwrap().expose() == new.expose(), holds);
    }
    assert_eq!(world.goes_on_with_the_new_token(), Outcome::Finished);
    // R38, R41: each attempt is told once.
    let expected = [
        ("user_lookup_provision", false),
        ("idm_integration_update", true),
        ("idm_integration_reauth", false),
        ("idm_integration_reauth", true),
    ];
    assert_eq!(world.told_since(from), expected);
}

fn directory_insights(world: &mut World) {
    // R38-R41: whatever was tried in this story is there, under the article's names, and failures say why.
    let count = |name: &str, worked: bool| {
        world.told_since(0).into_iter().filter(|told| *told == (name, worked)).count()
    };
    assert_eq!((count("idm_integration_activate", false), count("idm_integration_activate", true)), (1, 1));
    // Ann, Cat, Eve and Dan were created, and the test user of the activation; Eve was refused once.
    assert_eq!((count("user_create_provision", true), count("user_create_provision", false)), (5, 1));
    // Bob, Cat, Dan and Eve were deactivated; nobody but the test user was deleted (D13).
    assert_eq!((count("user_deprovision", true), count("user_delete_provision", true)), (4, 1));
    // Two teams, and the test group; Interns was deleted, and the test group.
    assert_eq!((count("group_create_provision", true), count("group_delete_provision", true)), (3, 2));
    assert!(count("user_update_provision", true) > 0 && count("group_update_provision", true) > 0);
    let told = serde_json::to_string(&world.insights).unwrap();
    assert!(!told.contains("ann@example.com"), "addresses are masked");
}

fn deactivating_the_integration(world: &mut World) {
    // D14: SSO stays as long as identity management needs it.
    assert!(matches!(world.application().removal(Part::Sso), Err(ApplicationError::Forbidden(_))));
    // R42: deactivated after a confirmation. R44: what remains to be done at Heap is said, and done.
    let accounts = world.accounts();
    let removal = world.application().removal(Part::IdentityManagement).unwrap();
    assert!(removal.consequence.contains("accounts and groups at Heap stay as they are"));
    let remains = world.application().remove(removal, NOW).unwrap().unwrap();
    assert!(remains.contains("disable SCIM provisioning"), "{remains}");
    world.heap.disable_scim();
    world.hears();
    assert_eq!(world.insights.last().unwrap().name.as_str(), "idm_integration_delete");
    // Nobody lost an account, and people still log in.
    assert_eq!(world.accounts(), accounts);
    assert!(world.application().sync_config().is_err());
    assert!(world.opens_heap_from_the_portal("ann").is_ok());
}

fn deleting_the_application(world: &mut World) {
    // R43: the number of applications is entered; a wrong one deletes nothing.
    assert!(world.catalogue.delete(["heap"], 2, NOW).is_err());
    let deleted = world.catalogue.delete(["heap"], 1, NOW).unwrap();
    assert!(world.catalogue.iter().next().is_none());
    // R44: until SSO is disabled at Heap too, everybody but Admins is locked out.
    assert!(deleted[0].remains[0].contains("disable single sign-on"), "{:?}", deleted[0].remains);
    let ann = id(&world.account("ann@example.com"));
    assert!(!world.heap.may_use_password(&ann));
    world.heap.disable_sso().unwrap();
    assert!(world.heap.may_use_password(&ann));
}
