//! Both ends, set up as an administrator would: the application at the identity provider, and an embedded Heap tenant with
//! things in it that are not ours.

use heap_identity::{
    connector::{Application, Credentials, Details, Scope, Settings, SignOn},
    directory::Snapshot,
    entropy::Seeded,
    heap::{
        Role, Tenant,
        tenant::{SsoSettings, Teammate},
    },
    pki::SigningKey,
};
use jiff::Timestamp;

const HEAP_ID: &str = "1234567890";

/// What Heap holds that no directory gave it: it must be the same at the end.
pub const VISITOR: &str = "visitor@of-another-making.example";
pub const BOARD: &str = "Board of another making";

/// Both ends.
pub struct Heap {
    pub tenant: Tenant,
    pub application: Application,
    pub sign_on: SignOn,
    /// What was done, in words, with the rule that asks for it.
    pub walk: Vec<String>,
}

/// The administrator's walk: SSO at both ends, then identity management. The tenant holds an unmanaged user, an unmanaged group, and
/// a group with the name of one of the directory's.
pub fn set_up(directory: &Snapshot, now: Timestamp) -> Result<Heap, Box<dyn std::error::Error>> {
    let mut random = Seeded::new(2018);
    let mut tenant = Tenant::new("demo".parse()?, HEAP_ID.parse()?, Box::new(Seeded::new(2018)));
    in_use_before(&mut tenant, directory, now)?;

    let mut application = Application::new("heap", Details::new("Heap"), None)?;
    application.save_sso(HEAP_ID.parse()?)?;
    let key = SigningKey::from_pem(
        include_str!("../../tests/vectors/keys/rsa2048.key.pem"),
        include_str!("../../tests/vectors/keys/rsa2048.cert.pem"),
    )?;
    let sign_on = application.sign_on(key)?;
    let idp_url = application.idp_url().to_string();
    let mut walk = vec![format!("R2, R4  the application is made: {idp_url}, for the Heap ID {HEAP_ID}")];

    let settings = SsoSettings::new(&sign_on.certificate_pem(), &idp_url)?;
    sign_on.test_connection(&settings, &HEAP_ID.parse()?, VISITOR, now, &mut random)?;
    tenant.configure_sso(settings);
    walk.push(
        "R6, R7  Heap has its certificate and its URL; the connection was tested before SSO is enforced"
            .into(),
    );

    bind(&mut application, directory)?;
    walk.push(format!(
        "R12     {} groups are bound: who is in none of them is denied",
        application.bound_groups().count()
    ));

    let token = tenant.enable_scim(Role::Consumer, &mut random)?.bearer_token;
    let mut settings = Settings::default();
    settings.group_management = directory.has_group_management();
    application.save_settings(settings, now)?;
    let credentials = Credentials::new(tenant.base_url(), token)?;
    let verification = application.activate(credentials, Scope::Everything, &mut random, now)?;
    let concluded = verification.run(|request| Ok(tenant.handle(&request, now)), || now);
    application.conclude(concluded, now)??;
    walk.push(
        "R14-R18 SCIM is enabled, and its base URL and token verified with a test user and a test group"
            .into(),
    );
    Ok(Heap { tenant, application, sign_on, walk })
}

/// Binds the groups that the directory says are bound (R12).
pub fn bind(
    application: &mut Application,
    directory: &Snapshot,
) -> Result<(), heap_identity::connector::ApplicationError> {
    let bound: Vec<&str> =
        directory.groups().filter(|group| group.is_bound()).map(|group| group.id()).collect();
    application.bind_groups(bound, directory)
}

fn in_use_before(
    tenant: &mut Tenant,
    directory: &Snapshot,
    now: Timestamp,
) -> Result<(), Box<dyn std::error::Error>> {
    let visitor = tenant.add_teammate(Teammate::new(VISITOR), now)?;
    tenant.add_team(BOARD, [visitor.as_str()], now)?;
    let namesake = directory.groups().find(|group| group.is_bound() && group.members().next().is_some());
    if let Some(group) = namesake {
        tenant.add_team(group.name(), [visitor.as_str()], now)?;
    }
    Ok(())
}
