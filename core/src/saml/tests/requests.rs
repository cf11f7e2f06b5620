//! AuthnRequests, as the identity provider takes them (saml-profiles 4.1.4.1, A58).

use alloc::{format, string::String};

use super::{ACS, IDP, SP, edit, heap, key, now, to_form_value};
use crate::{
    entropy::Seeded,
    saml::{IdentityProvider, NameIdFormat, RequestError},
};

const SSO: &str = "https://sso.jumpcloud.com/saml2/heap";
const OTHER_ACS: &str = "https://heapanalytics.com/saml/finalize/1234568/";

fn idp() -> IdentityProvider {
    IdentityProvider::builder(IDP)
        .sso_url(SSO)
        .service_provider(SP, &[ACS, OTHER_ACS])
        .sign_with(key())
        .build()
}

fn request() -> String {
    heap().authn_request(SSO, now(), &mut Seeded::new(1)).unwrap().to_xml().unwrap()
}

fn refused(xml: &str) -> &'static str {
    idp().accept_post(&to_form_value(xml), None, now()).unwrap_err().code()
}

#[test]
fn a_request_by_redirect_and_one_by_post_are_the_same() {
    let mut request = heap().authn_request(SSO, now(), &mut Seeded::new(1)).unwrap();
    request.force_authn = true;
    request.name_id_format = Some(NameIdFormat::EmailAddress);
    let url = request.redirect_url(Some("state")).unwrap();
    let by_redirect = idp().accept_redirect(url.split_once('?').unwrap().1, now()).unwrap();
    let by_post =
        idp().accept_post(&to_form_value(&request.to_xml().unwrap()), Some("state"), now()).unwrap();
    for accepted in [by_redirect, by_post] {
        assert_eq!(accepted.id, request.id);
        assert_eq!((accepted.issuer.as_str(), accepted.acs_url.as_str()), (SP, ACS));
        assert_eq!(accepted.relay_state.as_deref(), Some("state"));
        assert!(accepted.force_authn && !accepted.is_passive);
        assert_eq!(accepted.name_id_format, Some(NameIdFormat::EmailAddress));
    }
}

#[test]
fn a_request_by_post_is_a_page_that_posts_itself() {
    let request = heap().authn_request(SSO, now(), &mut Seeded::new(1)).unwrap();
    let page = request.auto_post_page(None, "n").unwrap();
    assert!(page.contains("name=\"SAMLRequest\"") && page.contains(&format!("action=\"{SSO}\"")));
}

#[test]
fn a58_the_answer_goes_to_a_registered_address_only() {
    let wanted = |acs: &str| edit(&request(), &format!("AssertionConsumerServiceURL=\"{ACS}\""), acs);
    for acs in [
        "https://evil.example/acs",
        "javascript:alert(1)",
        "https://heapanalytics.com/saml/finalize/1234567",
        "",
    ] {
        let xml = wanted(&format!("AssertionConsumerServiceURL=\"{acs}\""));
        assert_eq!(refused(&xml), "saml.request.assertion_consumer_service", "{acs}");
    }
    for index in ["2", "x", "-1", ""] {
        let xml = wanted(&format!("AssertionConsumerServiceIndex=\"{index}\""));
        assert_eq!(refused(&xml), "saml.request.assertion_consumer_service", "{index}");
    }
    let both = wanted(&format!("AssertionConsumerServiceIndex=\"0\" AssertionConsumerServiceURL=\"{ACS}\""));
    assert_eq!(refused(&both), "saml.request.assertion_consumer_service");
    for (index, acs) in [("0", ACS), ("1", OTHER_ACS)] {
        let xml = wanted(&format!("AssertionConsumerServiceIndex=\"{index}\""));
        assert_eq!(idp().accept_post(&to_form_value(&xml), None, now()).unwrap().acs_url, acs);
    }
    let second = wanted(&format!("AssertionConsumerServiceURL=\"{OTHER_ACS}\""));
    assert_eq!(idp().accept_post(&to_form_value(&second), None, now()).unwrap().acs_url, OTHER_ACS);
    assert_eq!(
        idp().accept_post(&to_form_value(&wanted("")), None, now()).unwrap().acs_url,
        ACS,
        "the default"
    );
}

#[test]
fn each_way_in_which_a_request_can_be_wrong_has_its_code() {
    for (from, to, code) in [
        ("Version=\"2.0\"", "Version=\"1.1\"", "saml.request.version"),
        (">https://heapanalytics.com<", ">https://other.example<", "saml.request.issuer"),
        (
            "Destination=\"https://sso.jumpcloud.com/saml2/heap\"",
            "Destination=\"https://sso.jumpcloud.com/saml2/other\"",
            "saml.request.destination",
        ),
        ("bindings:HTTP-POST", "bindings:HTTP-Artifact", "saml.request.protocol_binding"),
        ("2026-03-01T10:00:30Z", "2026-03-01T10:01:31Z", "saml.request.issue_instant"),
        ("2026-03-01T10:00:30Z", "2026-03-01T09:54:30Z", "saml.request.issue_instant"),
        ("2026-03-01T10:00:30Z", "now", "saml.request.schema"),
        ("<saml:Issuer>", "<saml:Issuer>x</saml:Issuer><saml:Issuer>", "saml.request.schema"),
        ("<saml:Issuer>", "<saml:Issuer Format=\"x\">", "saml.request.issuer"),
        ("Version=", "ForceAuthn=\"yes\" Version=", "saml.request.schema"),
        ("</samlp:AuthnRequest>", "", "xml.missing_end_tag"),
    ] {
        assert_eq!(refused(&edit(&request(), from, to)), code, "{to}");
    }
    let logout = request().replace("AuthnRequest", "LogoutRequest");
    assert_eq!(refused(&logout), "saml.request.not_authn_request");
    assert_eq!(idp().accept_redirect("SAMLResponse=x", now()).unwrap_err().code(), "saml.binding.base64");
}

#[test]
fn a_response_in_the_query_is_no_request() {
    let request = heap().authn_request(SSO, now(), &mut Seeded::new(1)).unwrap();
    let url = request.redirect_url(None).unwrap().replace("SAMLRequest=", "SAMLResponse=");
    let error = idp().accept_redirect(url.split_once('?').unwrap().1, now()).unwrap_err();
    assert!(matches!(error, RequestError::NotAuthnRequest(_)), "{error}");
}

#[test]
fn a51_a_request_with_a_document_type_is_refused() {
    assert_eq!(refused(&format!("<!DOCTYPE x>{}", request())), "xml.doctype");
}

#[test]
fn a_request_is_not_sent_to_a_script() {
    assert!(heap().authn_request("javascript:alert(1)", now(), &mut Seeded::new(1)).is_err());
}
