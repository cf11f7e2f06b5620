//! What the targets and the seeds have in common: one identity provider, one service provider, one login.

use std::collections::BTreeMap;

use heap_identity::{
    connector::RoleSource,
    directory::{GroupView, PersonView, Snapshot},
    entropy::Seeded,
    heap::Role,
    pki::{Certificate, SigningKey},
    saml::{
        Attribute, IdentityProvider, Login, NameId, Policy, ReplayCache, ServiceProvider, SignScope, Trust,
        VerifiedAssertion,
        logout::{Delivered, Delivery, Logout, LogoutPartner, LogoutStatus, Outgoing, SingleLogout},
        metadata::{Binding, Endpoint, ServiceProviderMetadata},
    },
};
use jiff::Timestamp;
use serde_json::json;

/// The identity provider.
pub const IDP: &str = "https://sso.jumpcloud.com/saml2/heap";
const HEAP: &str = "https://heapanalytics.com";
/// The one address that takes logins.
pub const ACS: &str = "https://heapanalytics.com/saml/finalize/1234/";
const KEY: &str = include_str!("../../core/tests/vectors/keys/rsa2048.key.pem");
const CERTIFICATE: &str = include_str!("../../core/tests/vectors/keys/rsa2048.cert.pem");
/// Whom everything is about.
pub const SUBJECT: &str = "ada@example.com";
const ATTRIBUTE: Attribute<'_> = Attribute::new("role", &["Analyst", "Read & <Only>"]);

/// A user, as SCIM's targets have it.
pub const USER: &str = r#"{
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "id": "1", "userName": "ann", "active": true,
    "name": {"givenName": "Ann", "familyName": "Ott"}, "favourite": [1],
    "emails": [{"value": "ann@example.com", "type": "work", "primary": true}, {"value": "a@home.example", "type": "home"}]
}"#;
/// A group, as SCIM's targets have it.
pub const GROUP: &str = r#"{
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"], "id": "2", "displayName": "Sales", "members": []
}"#;

/// Roles by group, with precedence.
pub fn roles() -> RoleSource {
    RoleSource::ByGroup(vec![("1".into(), Role::Admin), ("2".into(), Role::Custom("Growth".into()))])
}

/// A directory, as its own file format has it.
pub fn directory_json(directory: &Snapshot) -> String {
    let user = |person: PersonView<'_>| {
        json!({"id": person.id(), "userName": person.user_name(), "active": person.is_active(), "role": person.role(),
               "givenName": person.given_name(), "familyName": person.family_name(), "email": person.email()})
    };
    let group = |group: GroupView<'_>| {
        let members: Vec<&str> = group.members().map(|member| member.id()).collect();
        json!({"id": group.id(), "name": group.name(), "bound": group.is_bound(), "members": members})
    };
    let users: Vec<_> = directory.people().map(user).collect();
    let groups: Vec<_> = directory.groups().map(group).collect();
    json!({"users": users, "groups": groups, "groupManagement": directory.has_group_management()}).to_string()
}

/// When everything happens.
pub fn now() -> Timestamp {
    Timestamp::from_second(1_772_359_200).expect("a time in 2026")
}

/// The one login that was ever signed, with its signature in one of three places.
pub fn signed_response(scope: SignScope) -> String {
    let key = SigningKey::from_pem(KEY, CERTIFICATE).expect("a key");
    let idp = IdentityProvider::builder(IDP).sign_with(key).sign_scope(scope).build();
    let attributes = [ATTRIBUTE];
    let mut login = Login::new(NameId::email(SUBJECT), HEAP, ACS, now());
    login.attributes = &attributes;
    let response = idp.respond(&login, now(), &mut Seeded::new(7)).expect("a response");
    response.xml().to_owned()
}

/// The identity provider that knows one service provider, which may sign its requests.
pub fn identity_provider() -> IdentityProvider {
    let mut registered = ServiceProviderMetadata::new(HEAP, ACS);
    registered.signing_certificates.push(certificate());
    let key = SigningKey::from_pem(KEY, CERTIFICATE).expect("a key");
    IdentityProvider::builder(IDP).sso_url(IDP).register(registered).sign_with(key).build()
}

/// A request of that service provider: as XML, in a query and in a form.
pub fn authn_request(signed: bool) -> [(&'static str, String); 3] {
    let mut heap = service_provider();
    if signed {
        heap = heap.sign_requests_with(SigningKey::from_pem(KEY, CERTIFICATE).expect("a key"));
    }
    let request = heap.authn_request(IDP, now(), &mut Seeded::new(7)).expect("a request");
    let url = request.redirect_url(Some("state")).expect("an address");
    let fields = request.form_fields(Some("state")).expect("a form");
    // Of what base64 has, a form escapes three characters.
    let escaped = |value: &str| value.replace('+', "%2B").replace('/', "%2F").replace('=', "%3D");
    let form: Vec<_> = fields.iter().map(|(name, value)| format!("{name}={}", escaped(value))).collect();
    let query = url.split_once('?').map_or("", |(_, query)| query).to_owned();
    [("xml", request.to_xml().expect("XML")), ("query", query), ("form", form.join("&"))]
}

/// The ID of the request for logout whose answer Heap awaits.
pub const LOGOUT_REQUEST: &str = "_request";
const HEAP_LOGOUT: &str = "https://heapanalytics.com/saml/logout/1234/";

/// Both ends of single logout: Heap's, and the identity provider's, whose messages come to Heap in the query.
pub fn single_logout() -> (SingleLogout, SingleLogout) {
    single_logout_over(Binding::Redirect)
}

fn single_logout_over(binding: Binding) -> (SingleLogout, SingleLogout) {
    let key = || SigningKey::from_pem(KEY, CERTIFICATE).expect("a key");
    let partner = |entity_id, binding, url| {
        vec![LogoutPartner::new(entity_id, vec![certificate()], Endpoint::new(binding, url))]
    };
    let heap = SingleLogout::new(HEAP, HEAP_LOGOUT, key(), partner(IDP, Binding::Redirect, IDP));
    let idp = SingleLogout::new(IDP, IDP, key(), partner(HEAP, binding, HEAP_LOGOUT));
    (heap, idp)
}

/// What the identity provider sends of logouts: a request and an answer, as a query and as the value of a form.
pub fn logout_messages() -> Vec<(&'static str, String)> {
    let mut messages = Vec::new();
    for (binding, names) in [
        (Binding::Redirect, ["request-query", "response-query"]),
        (Binding::Post, ["request-form", "response-form"]),
    ] {
        let (heap, idp) = single_logout_over(binding);
        let logout = Logout::new(NameId::email(SUBJECT), vec!["_session".into()]);
        let request =
            idp.request(HEAP, &logout, Some("state"), now(), &mut Seeded::new(7)).expect("a request");
        let asked = heap.request(IDP, &logout, None, now(), &mut Seeded::new(8)).expect("a request");
        let asked_for = carried(&asked);
        let mut replay = ReplayCache::with_capacity(1);
        let mut verified =
            idp.verify_request(&Delivered::Redirect(&asked_for), now(), &mut replay).expect("a logout");
        verified.id = LOGOUT_REQUEST.into();
        let answer = idp.answer(&verified, &LogoutStatus::Complete, now(), &mut Seeded::new(9));
        messages.extend(names.into_iter().zip([carried(&request), carried(&answer.expect("an answer"))]));
    }
    messages
}

/// The query, or the value of the form's field.
fn carried(outgoing: &Outgoing) -> String {
    match &outgoing.delivery {
        Delivery::Redirect(url) => url.split_once('?').map_or("", |(_, query)| query).to_owned(),
        Delivery::Post(form) => form.fields().first().map_or_else(String::new, |(_, value)| value.clone()),
        _ => String::new(),
    }
}

/// The certificate of the only key that anything was signed with.
pub fn certificate() -> Certificate {
    Certificate::from_pem(CERTIFICATE).expect("a certificate")
}

/// The service provider that is lied to.
pub fn service_provider() -> ServiceProvider {
    ServiceProvider::new(HEAP, ACS, vec![Trust::new(IDP, vec![certificate()])], Policy::strict())
}

/// Panics unless this is the login that was signed, to the last value: everything else is a forgery.
pub fn assert_is_the_login(verified: &VerifiedAssertion) {
    assert_eq!(verified.subject(), SUBJECT);
    assert_eq!(verified.issuer(), IDP);
    assert_eq!(verified.authn_instant(), now());
    let attributes = verified.attributes().iter().map(|it| (it.name.as_str(), it.values.as_slice()));
    let values: Vec<String> = ATTRIBUTE.values.iter().map(ToString::to_string).collect();
    let signed = BTreeMap::from([(ATTRIBUTE.name, values.as_slice())]);
    assert_eq!(attributes.collect::<BTreeMap<_, _>>(), signed);
}
