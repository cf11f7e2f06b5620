//! A login that did not come about: said by the identity provider, understood by the service provider.

use alloc::{string::String, vec::Vec};

use super::{ACS, Check, Expected, IDP, SP, certificate, heap, key, now, other_key, to_form_value, verify};
use crate::{
    dsig,
    entropy::Seeded,
    saml::{
        AcceptedRequest, ClaimedFailure, FailureResponse, IdentityProvider, LoginFailure, NameId,
        NameIdFormat, Policy, RedirectKind, RequestedAuthnContext, ServiceProvider, binding,
        metadata::ServiceProviderMetadata,
        names::{HTTP_POST, PASSWORD_PROTECTED_TRANSPORT, PROTOCOL},
    },
    xml,
};

const SSO: &str = "https://sso.jumpcloud.com/saml2/heap";

fn idp() -> IdentityProvider {
    let mut metadata = ServiceProviderMetadata::new(SP, ACS);
    metadata.signing_certificates.push(other_key().certificate().clone());
    IdentityProvider::builder(IDP).sso_url(SSO).register(metadata).sign_with(key()).build()
}

/// The request of a service provider, accepted; `change` may ask for more.
fn accepted(sp: &ServiceProvider, change: impl FnOnce(&mut crate::saml::AuthnRequest)) -> AcceptedRequest {
    let mut request = sp.authn_request(SSO, now(), &mut Seeded::new(4)).unwrap();
    change(&mut request);
    let url = request.redirect_url(None).unwrap();
    idp().accept_redirect(url.split_once('?').unwrap().1, now()).unwrap()
}

fn declined(request: &AcceptedRequest, failure: LoginFailure, message: Option<&str>) -> FailureResponse {
    idp().decline(request, failure, message, now(), &mut Seeded::new(5)).unwrap()
}

fn claimed(xml: &str) -> Option<ClaimedFailure> {
    heap().claimed_failure(&to_form_value(xml))
}

#[test]
fn each_failure_is_understood_as_it_was_meant_and_logs_nobody_in() {
    let request = accepted(&heap(), |_| ());
    for failure in [
        LoginFailure::AuthnFailed,
        LoginFailure::NoPassive,
        LoginFailure::NoAuthnContext,
        LoginFailure::InvalidNameIdPolicy,
        LoginFailure::RequestDenied,
        LoginFailure::RequestUnsupported,
        LoginFailure::UnknownPrincipal,
        LoginFailure::UnsupportedBinding,
        LoginFailure::VersionMismatch,
        LoginFailure::Requester,
        LoginFailure::Responder,
    ] {
        let response = declined(&request, failure, Some("not today"));
        assert_eq!(response.acs_url(), ACS);
        let said = claimed(response.xml()).unwrap();
        assert_eq!((said.failure, said.message.as_deref()), (failure, Some("not today")));
        assert_eq!(said.in_response_to.as_deref(), Some(request.id.as_str()));
        assert_eq!(said.issuer.as_deref(), Some(IDP));
        assert!(failure.code().starts_with("saml.failure."));
        assert_eq!(verify(response.xml(), Expected::Unsolicited).unwrap_err().failed(), Check::Status);
    }
}

#[test]
fn the_codes_of_saml_are_two_levels() {
    let response = declined(&accepted(&heap(), |_| ()), LoginFailure::NoPassive, None);
    let tree = xml::parse(response.xml().as_bytes()).unwrap();
    let codes: Vec<_> = tree.root().descendants().filter(|node| node.is(PROTOCOL, "StatusCode")).collect();
    let values: Vec<_> = codes.iter().filter_map(|code| code.attribute("Value")).collect();
    assert_eq!(
        values,
        ["urn:oasis:names:tc:SAML:2.0:status:Responder", "urn:oasis:names:tc:SAML:2.0:status:NoPassive"]
    );
}

#[test]
fn a10_a_failure_is_signed_only_for_a_sender_who_is_proven() {
    let unsigned = declined(&accepted(&heap(), |_| ()), LoginFailure::RequestDenied, None);
    assert!(!unsigned.xml().contains("Signature"));
    let signing = heap().sign_requests_with(other_key());
    let request = accepted(&signing, |_| ());
    assert!(request.is_authenticated);
    let signed = declined(&request, LoginFailure::RequestDenied, None);
    let tree = xml::parse(signed.xml().as_bytes()).unwrap();
    let keys = [certificate().public_key().clone()];
    assert!(dsig::verify(tree.root(), &keys, &dsig::Policy::strict()).is_ok());
}

#[test]
fn what_is_no_failure_or_for_somebody_else_is_not_read_as_one() {
    let response = declined(&accepted(&heap(), |_| ()), LoginFailure::AuthnFailed, None);
    assert!(claimed(&response.xml().replace("1234567", "7654321")).is_none());
    assert!(claimed(super::RESPONSE).is_none(), "a success");
    assert!(claimed("<a/>").is_none());
    // A code of somebody else's is whose fault it is, and no more.
    let foreign = response.xml().replace("urn:oasis:names:tc:SAML:2.0:status:AuthnFailed", "urn:x:locked");
    assert_eq!(claimed(&foreign).unwrap().failure, LoginFailure::Responder);
}

#[test]
fn a_login_that_is_not_what_was_asked_for_is_declined_with_its_reason() {
    let classes =
        ["urn:oasis:names:tc:SAML:2.0:ac:classes:Password", PASSWORD_PROTECTED_TRANSPORT, "urn:mfa"];
    let check = |change: fn(&mut crate::saml::AuthnRequest)| {
        let request = accepted(&heap(), change);
        let login = request.login(NameId::email("ann@example.com"), now());
        request.allows(&login, &classes)
    };
    assert_eq!(check(|_| ()), Ok(()));
    assert_eq!(check(|request| request.name_id_format = Some(NameIdFormat::EmailAddress)), Ok(()));
    assert_eq!(check(|request| request.name_id_format = Some(NameIdFormat::Unspecified)), Ok(()));
    assert_eq!(
        check(|request| request.name_id_format = Some(NameIdFormat::Persistent)),
        Err(LoginFailure::InvalidNameIdPolicy)
    );
    let exactly = |class: &str| Some(RequestedAuthnContext::exactly(Vec::from([String::from(class)])));
    assert_eq!(
        check(|request| {
            let class = Vec::from([String::from("urn:mfa")]);
            request.authn_context = Some(RequestedAuthnContext::exactly(class));
        }),
        Err(LoginFailure::NoAuthnContext)
    );
    use crate::saml::Comparison::{Better, Exact, Maximum, Minimum};
    let [password, transport, mfa] = classes;
    for (comparison, asked, met) in [
        (Exact, transport, true),
        (Exact, password, false),
        (Minimum, password, true),
        (Minimum, transport, true),
        (Minimum, mfa, false),
        (Maximum, mfa, true),
        (Maximum, password, false),
        (Better, password, true),
        (Better, transport, false),
        (Better, "urn:unknown", false),
    ] {
        let mut context = exactly(asked).unwrap();
        context.comparison = comparison;
        assert_eq!(context.is_met_by(transport, &classes), met, "{comparison:?} {asked}");
    }
}

#[test]
fn a47_a_service_provider_that_signs_its_requests_is_believed_only_signed() {
    let mut metadata = ServiceProviderMetadata::new(SP, ACS);
    metadata.signing_certificates.push(other_key().certificate().clone());
    metadata.authn_requests_signed = true;
    let idp = IdentityProvider::builder(IDP).sso_url(SSO).register(metadata).sign_with(key()).build();
    let wanting = IdentityProvider::builder(IDP)
        .sso_url(SSO)
        .service_provider(SP, &[ACS])
        .want_authn_requests_signed()
        .sign_with(key())
        .build();
    assert!(wanting.metadata().want_authn_requests_signed);
    let unsigned = heap().authn_request(SSO, now(), &mut Seeded::new(4)).unwrap();
    let form = |request: &crate::saml::AuthnRequest| request.form_fields(None).unwrap().remove(0).1;
    let code = |idp: &IdentityProvider, value: &str| {
        idp.accept_post(value, None, now()).map_err(|error| error.code())
    };
    assert_eq!(code(&idp, &form(&unsigned)).unwrap_err(), "saml.request.not_signed");
    assert_eq!(code(&wanting, &form(&unsigned)).unwrap_err(), "saml.request.not_signed");
    let sp = ServiceProvider::new(SP, ACS, Vec::new(), Policy::strict()).sign_requests_with(other_key());
    assert!(sp.metadata().authn_requests_signed);
    let signed = sp.authn_request(SSO, now(), &mut Seeded::new(4)).unwrap();
    assert!(code(&idp, &form(&signed)).unwrap().is_authenticated);
    let by_another = heap().sign_requests_with(key()).authn_request(SSO, now(), &mut Seeded::new(4)).unwrap();
    assert_eq!(code(&idp, &form(&by_another)).unwrap_err(), "saml.request.signature");
    // A signed request says where it goes (saml-bindings 3.5.5.2).
    let nowhere = super::edit(&signed.to_xml().unwrap(), &alloc::format!(" Destination=\"{SSO}\""), "");
    let nowhere = dsig::sign(&nowhere, &signed.id, &other_key()).unwrap();
    assert_eq!(code(&idp, &to_form_value(&nowhere)).unwrap_err(), "saml.request.destination");
}

/// The query of a request that is wrong by this change.
fn query_with(from: &str, to: &str) -> String {
    let request = heap().authn_request(SSO, now(), &mut Seeded::new(4)).unwrap();
    let xml = super::edit(&request.to_xml().unwrap(), from, to);
    let url = binding::redirect_url(SSO, RedirectKind::Request, &xml, Some("state"));
    url.split_once('?').unwrap().1.into()
}

#[test]
fn what_is_wrong_with_a_request_is_told_to_the_service_provider_by_a_status_that_is_not_signed() {
    let artifact = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Artifact";
    let confirmation = "</saml:Issuer><saml:Subject><saml:NameID>x</saml:NameID><saml:SubjectConfirmation Method=\"x\"/></saml:Subject>";
    for (from, to, code, failure) in [
        ("Version=\"2.0\"", "Version=\"1.1\"", "saml.request.version", LoginFailure::VersionMismatch),
        (HTTP_POST, artifact, "saml.request.protocol_binding", LoginFailure::UnsupportedBinding),
        ("</saml:Issuer>", confirmation, "saml.request.subject", LoginFailure::RequestUnsupported),
        (
            "2026-03-01T10:00:30Z",
            "2026-03-01T09:00:00Z",
            "saml.request.issue_instant",
            LoginFailure::Requester,
        ),
        ("Version=", "ForceAuthn=\"yes\" Version=", "saml.request.schema", LoginFailure::Requester),
    ] {
        let query = query_with(from, to);
        let error = idp().accept_redirect(&query, now()).unwrap_err();
        assert_eq!(error.code(), code);
        let refused = idp().refused_redirect(&query, &error).unwrap();
        assert_eq!((refused.issuer.as_str(), refused.relay_state.as_deref()), (SP, Some("state")));
        let answer = idp().refuse(&refused, now(), &mut Seeded::new(5)).unwrap();
        assert_eq!(answer.acs_url(), ACS);
        assert!(!answer.xml().contains("Signature"));
        let said = claimed(answer.xml()).unwrap();
        assert_eq!((said.failure, said.in_response_to.as_deref()), (failure, Some(refused.id.as_str())));
    }
}

#[test]
fn a_request_that_must_be_signed_and_is_not_is_denied_over_either_binding() {
    let mut metadata = ServiceProviderMetadata::new(SP, ACS);
    metadata.authn_requests_signed = true;
    let idp = IdentityProvider::builder(IDP).sso_url(SSO).register(metadata).sign_with(key()).build();
    let request = heap().authn_request(SSO, now(), &mut Seeded::new(4)).unwrap();
    let fields = request.form_fields(None).unwrap();
    let form: String = form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let error = idp.accept_form(&form, now()).unwrap_err();
    let refused = idp.refused_form(&form, &error).unwrap();
    assert_eq!((refused.failure, refused.id), (LoginFailure::RequestDenied, request.id));
}

#[test]
fn a58_nobody_is_told_where_it_is_in_doubt_who_asked_or_where_the_answer_goes() {
    let version = "Version=\"1.1\"";
    for (from, to) in [
        ("saml/finalize/1234567/", "saml/finalize/7654321/"),
        (">https://heapanalytics.com<", ">https://other.example<"),
        ("Destination=\"https://sso", "Destination=\"https://other"),
    ] {
        let query = query_with(from, to);
        let error = idp().accept_redirect(&query, now()).unwrap_err();
        assert_eq!(error.failure(), None, "{to}");
        assert!(idp().refused_redirect(&query, &error).is_none());
    }
    // Of two things that are wrong the first is reported: the other must not lead the answer astray.
    let mismatch = idp().accept_redirect(&query_with("Version=\"2.0\"", version), now()).unwrap_err();
    for (from, to) in [
        ("saml/finalize/1234567/", "saml/finalize/7654321/"),
        (">https://heapanalytics.com<", ">https://other.example<"),
        (" ID=\"", " ID=\"\" Reason=\""),
    ] {
        assert!(idp().refused_redirect(&query_with(from, to), &mismatch).is_none(), "{to}");
    }
}
