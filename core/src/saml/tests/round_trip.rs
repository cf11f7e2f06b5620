//! Both ends together: what our identity provider says, our service provider understands.

use alloc::{string::ToString, vec};

use super::{ACS, EMAIL, IDP, Policy, SP, Trust, certificate, heap, key, now, to_form_value};
use crate::{
    entropy::Seeded,
    saml::{
        Attribute, Expected, IdentityProvider, Login, NameId, NameIdFormat, PendingRequests, Received,
        ReplayCache, ServiceProvider, SignScope,
    },
};

const SSO: &str = "https://sso.jumpcloud.com/saml2/heap";

fn idp(sign: SignScope) -> IdentityProvider {
    IdentityProvider::builder(IDP)
        .sso_url(SSO)
        .service_provider(SP, &[ACS])
        .sign_with(key())
        .sign_scope(sign)
        .build()
}

#[test]
fn r09_a_login_that_begins_in_the_portal_arrives_whole() {
    let groups = ["Analysts", "R&D <1>"];
    let attributes = [Attribute::new("groups", &groups), Attribute::new("firstname", &["Zoë"])];
    let mut login = Login::new(NameId::email(EMAIL), SP, ACS, now());
    login.attributes = &attributes;
    login.session_index = Some("_session1");
    for sign in [SignScope::Assertion, SignScope::Response, SignScope::Both] {
        let response = idp(sign).respond(&login, now(), &mut Seeded::new(1)).unwrap();
        let fields = response.form_fields(None);
        assert_eq!(fields.len(), 1);
        let received = Received { saml_response: &fields[0].1, expected: Expected::Unsolicited };
        let verified = heap().verify(&received, now(), &mut ReplayCache::with_capacity(8)).unwrap();
        assert_eq!((verified.subject(), verified.issuer()), (EMAIL, IDP));
        assert_eq!(verified.name_id_format(), &NameIdFormat::EmailAddress);
        assert_eq!(verified.attribute("groups"), groups);
        assert_eq!(verified.attribute("firstname"), ["Zoë"]);
        assert_eq!(verified.attribute("absent"), [""; 0]);
        assert_eq!(verified.session_index(), Some("_session1"));
        assert_eq!(verified.authn_instant().as_second(), now().as_second());
    }
}

#[test]
fn an_attribute_says_how_its_name_is_to_be_read_and_what_people_call_it() {
    let mut department = Attribute::new("urn:oid:2.16.840.1.113730.3.1.2", &["Growth"]);
    department.friendly_name = Some("departmentNumber");
    let mut role = Attribute::new("role", &["Analyst"]);
    role.name_format = Some("urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified");
    let attributes = [department, role, Attribute::new("groups", &["a"])];
    let mut login = Login::new(NameId::email(EMAIL), SP, ACS, now());
    login.attributes = &attributes;
    let response = idp(SignScope::Assertion).respond(&login, now(), &mut Seeded::new(1)).unwrap();
    let verified = super::verify(response.xml(), Expected::Unsolicited).unwrap();
    let told: vec::Vec<_> = verified
        .attributes()
        .iter()
        .map(|it| (it.name_format.as_deref().unwrap().rsplit(':').next(), it.friendly_name.as_deref()))
        .collect();
    assert_eq!(
        told,
        [(Some("uri"), Some("departmentNumber")), (Some("unspecified"), None), (Some("basic"), None)]
    );
}

#[test]
fn r10_a_login_that_begins_at_heap_goes_there_and_back() {
    let (heap, idp) = (heap(), idp(SignScope::Assertion));
    let mut pending = PendingRequests::new(4, jiff::SignedDuration::from_mins(5));
    let mut entropy = Seeded::new(2);

    let request = heap.authn_request(SSO, now(), &mut entropy).unwrap();
    pending.open(&request.id, IDP, Some("/reports"), now()).unwrap();
    let url = request.redirect_url(Some("opaque & state")).unwrap();
    let (address, query) = url.split_once('?').unwrap();
    assert_eq!(address, SSO);

    let accepted = idp.accept_redirect(query, now()).unwrap();
    assert_eq!((accepted.issuer.as_str(), accepted.acs_url.as_str()), (SP, ACS));
    let response = idp.respond(&accepted.login(NameId::email(EMAIL), now()), now(), &mut entropy).unwrap();
    let fields = response.form_fields(accepted.relay_state.as_deref());
    assert_eq!(fields[1], ("RelayState", "opaque & state".to_string()));

    let claimed = ServiceProvider::claimed_request(&fields[0].1).unwrap();
    let waiting = pending.find(&claimed, now()).unwrap();
    let received = Received { saml_response: &fields[0].1, expected: waiting.expected() };
    let login = heap.verify(&received, now(), &mut ReplayCache::with_capacity(8)).unwrap();
    assert_eq!(login.subject(), EMAIL);
    assert_eq!(pending.take(&claimed, now()).unwrap().relay_state.as_deref(), Some("/reports"));
}

#[test]
fn a_login_from_one_end_is_refused_at_the_other_after_its_time() {
    let response = idp(SignScope::Assertion)
        .respond(&Login::new(NameId::email(EMAIL), SP, ACS, now()), now(), &mut Seeded::new(3))
        .unwrap();
    let received =
        Received { saml_response: &to_form_value(response.xml()), expected: Expected::Unsolicited };
    let late = now().checked_add(jiff::SignedDuration::from_mins(6)).unwrap();
    let rejection = heap().verify(&received, late, &mut ReplayCache::with_capacity(8)).unwrap_err();
    assert_eq!(rejection.code(), "saml.confirmation_not_on_or_after");
}

#[test]
fn a_service_provider_may_listen_on_loopback_for_development() {
    let acs = "http://localhost:8080/acs";
    let sp = ServiceProvider::new(SP, acs, vec![Trust::new(IDP, vec![certificate()])], Policy::strict());
    let idp = IdentityProvider::builder(IDP).sign_with(key()).build();
    let response =
        idp.respond(&Login::new(NameId::email(EMAIL), SP, acs, now()), now(), &mut Seeded::new(4)).unwrap();
    let received =
        Received { saml_response: &to_form_value(response.xml()), expected: Expected::Unsolicited };
    assert!(sp.verify(&received, now(), &mut ReplayCache::with_capacity(8)).is_ok());
}
