//! The embedded Heap tenant, set up as an administrator would, with things in it that are not ours.

use heap_identity::{
    connector::SignOn,
    directory::Snapshot,
    entropy::Seeded,
    heap::{
        Role, Tenant,
        tenant::{SsoSettings, Teammate},
    },
    pki::SigningKey,
    wire::Secret,
};
use jiff::Timestamp;

const IDP_URL: &str = "https://sso.jumpcloud.com/saml2/heap";
const HEAP_ID: &str = "1234567890";

/// What Heap holds that no directory gave it: it must be the same at the end.
pub const VISITOR: &str = "visitor@of-another-making.example";
pub const BOARD: &str = "Board of another making";

/// Both ends of sign-on, and the token that SCIM showed once.
pub struct Heap {
    pub tenant: Tenant,
    pub application: SignOn,
    pub token: Secret,
}

/// A tenant with SSO and SCIM on. It holds an unmanaged user, an unmanaged group, and a group with the name of one of the
/// directory's.
pub fn set_up(directory: &Snapshot, now: Timestamp) -> Result<Heap, Box<dyn std::error::Error>> {
    let key = SigningKey::from_pem(
        include_str!("../../tests/vectors/keys/rsa2048.key.pem"),
        include_str!("../../tests/vectors/keys/rsa2048.cert.pem"),
    )?;
    let application = SignOn::new(IDP_URL, key, HEAP_ID.parse()?);
    let mut tenant = Tenant::new("demo".parse()?, HEAP_ID.parse()?, Box::new(Seeded::new(2018)));
    let visitor = tenant.add_teammate(Teammate::new(VISITOR), now)?;
    tenant.add_team(BOARD, [visitor.as_str()], now)?;
    let namesake = directory.groups().find(|group| group.is_bound() && group.members().next().is_some());
    if let Some(group) = namesake {
        tenant.add_team(group.name(), [visitor.as_str()], now)?;
    }
    tenant.configure_sso(SsoSettings::new(&application.certificate_pem(), IDP_URL)?);
    let token = tenant.enable_scim(Role::Consumer, &mut Seeded::new(2019))?.bearer_token;
    Ok(Heap { tenant, application, token })
}
