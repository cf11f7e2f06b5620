"""Metadata, single logout, requests that wait, encryption, and signatures over any XML."""

import base64
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from conftest import ACS, HEAP, IDP, NOW, SSO_URL, pem
from heap_identity import (
    Certificate,
    Check,
    DecryptionKey,
    Endpoint,
    Expected,
    IdentityProvider,
    IdentityProviderMetadata,
    InvalidInput,
    LogoutMessage,
    LogoutPartner,
    LogoutRejection,
    Metadata,
    NameId,
    PendingRequests,
    Policy,
    Refused,
    Rejection,
    ReplayCache,
    ServiceProvider,
    ServiceProviderMetadata,
    SigningKey,
    SingleLogout,
    Trust,
    content_security_policy,
    explain_xml,
    sign_xml,
    verify_xml,
)

ANN = NameId("ann@example.com")


def key(name: str) -> SigningKey:
    return SigningKey.from_pem(key_pem=pem(f"{name}.key"), certificate_pem=pem(f"{name}.cert"))


def respond(idp: IdentityProvider, **more: str) -> str:
    response = idp.respond(subject="ann@example.com", audience=HEAP, acs_url=ACS, now=NOW, **more)  # type: ignore[arg-type]
    return response.form_fields()["SAMLResponse"]


def test_d21_a_pending_request_is_answered_once_and_not_too_late(idp: IdentityProvider, sp: ServiceProvider) -> None:
    pending = PendingRequests(capacity=2, lifetime=timedelta(minutes=10))
    request = sp.authn_request(sso_url=SSO_URL, now=NOW, force_authn=True)
    pending.open(id=request.id, idp_entity_id=IDP, now=NOW, relay_state="/reports")
    value = respond(idp, in_response_to=request.id)
    claimed = ServiceProvider.claimed_request(saml_response=value)
    assert claimed == request.id and request.force_authn
    waiting = pending.find(claimed, now=NOW)
    sp.verify(saml_response=value, expected=waiting.expected, now=NOW, replay=ReplayCache(capacity=1))
    assert pending.take(claimed, now=NOW).relay_state == "/reports" and len(pending) == 0
    with pytest.raises(Refused) as again:
        pending.take(claimed, now=NOW)
    assert again.value.code == "saml.pending_unknown"
    pending.open(id="_late", idp_entity_id=IDP, now=NOW)
    with pytest.raises(Refused) as late:
        pending.find("_late", now=NOW + timedelta(minutes=10))
    assert late.value.code == "saml.pending_expired"


@pytest.mark.parametrize(("outcome", "code"), [("replayed", "saml.replay"), ("full", "saml.replay_guard")])
def test_d22_a_store_of_the_callers_decides_whether_a_login_is_the_first(
    idp: IdentityProvider, sp: ServiceProvider, outcome: str, code: str
) -> None:
    value, expected = respond(idp), Expected.unsolicited()
    unspent = sp.verify_unspent(saml_response=value, expected=expected, now=NOW)
    recorded = unspent.recorded
    assert recorded.issuer == IDP and recorded.until > NOW
    assert unspent.spend_recorded("recorded").id == recorded.assertion_id
    with pytest.raises(ValueError, match="spent already"):
        unspent.spend_recorded("recorded")
    with pytest.raises(Rejection) as refused:
        sp.verify_unspent(saml_response=value, expected=expected, now=NOW).spend_recorded(outcome)  # type: ignore[arg-type]
    assert refused.value.code == code


def test_metadata_are_made_signed_read_and_trusted(idp: IdentityProvider) -> None:
    metadata = IdentityProviderMetadata(
        entity_id=IDP,
        single_sign_on=[Endpoint(binding="redirect", location=SSO_URL)],
        signing_certificates=[idp.certificate, Certificate.from_pem(pem("p256.cert"))],
        single_logout=[Endpoint(binding="post", location=SSO_URL + "/logout")],
        valid_until=NOW + timedelta(days=7),
        cache_duration=timedelta(hours=6),
    )
    signer = key("rsa2048")
    xml = metadata.to_signed_xml(key=signer).encode()
    read = Metadata(xml, entity_id=IDP, signed_by=[signer.certificate]).identity_provider(now=NOW)
    assert read == metadata and Metadata(xml).entity_ids() == [IDP]
    assert read.trust().certificates == metadata.signing_certificates
    assert (read.sso_url(), read.cache_duration) == (SSO_URL, timedelta(hours=6))
    assert read.refresh_by(fetched=NOW) == NOW + timedelta(hours=6)
    assert read.logout_partner().endpoint.binding == "post"
    for moment, code in [(timedelta(hours=6), "saml.metadata.stale"), (timedelta(days=7), "saml.metadata.expired")]:
        with pytest.raises(InvalidInput) as over:
            read.check_validity(fetched=NOW, now=NOW + moment)
        assert over.value.code == code
    with pytest.raises(InvalidInput) as unsigned:
        Metadata(metadata.to_xml().encode(), signed_by=[signer.certificate]).identity_provider(now=NOW)
    assert unsigned.value.code == "saml.metadata.unsigned"


def test_an_identity_provider_registers_a_service_provider_by_its_metadata() -> None:
    described = ServiceProviderMetadata(
        entity_id=HEAP, acs_url=ACS, other_acs_urls=[ACS + "x"], requested_attributes=[("role", False)]
    )
    read = Metadata(described.to_xml().encode()).service_provider(now=NOW)
    assert read.acs_urls == [ACS, ACS + "x"] and read.acs_url(index=1) == ACS + "x"
    assert read.requested_attributes == [("role", False)] and read.want_assertions_signed
    idp = IdentityProvider(entity_id=IDP, key=key("rsa2048"), registered=[read])
    assert respond(idp)
    with pytest.raises(InvalidInput) as unregistered:
        idp.respond(subject="ann@example.com", audience="https://other.example", acs_url=ACS, now=NOW)
    assert unregistered.value.code == "saml.unregistered"


def test_a_declined_request_says_why(idp: IdentityProvider, sp: ServiceProvider) -> None:
    request = sp.authn_request(sso_url=SSO_URL, now=NOW, is_passive=True)
    asked = idp.accept_redirect(raw_query=urlsplit(request.redirect_url()).query, now=NOW)
    assert asked.is_passive and not asked.is_authenticated and asked.refusal(subject=ANN) is None
    declined = idp.decline(request=asked, failure="saml.failure.no_passive", message="ask the person", now=NOW)
    value = declined.form_fields()["SAMLResponse"]
    with pytest.raises(Rejection) as refused:
        expected = Expected.answer_to(request_id=request.id, idp_entity_id=IDP)
        sp.verify(saml_response=value, expected=expected, now=NOW, replay=ReplayCache(capacity=1))
    assert refused.value.code == "saml.status"
    failure = sp.claimed_failure(saml_response=value)
    assert failure is not None
    assert (failure.code, failure.in_response_to, failure.message) == ("saml.failure.no_passive", request.id, "ask the person")


def test_a_request_is_signed_with_the_request_key_and_asks_for_a_way_of_authentication(idp: IdentityProvider) -> None:
    own = key("p256")
    signing = ServiceProvider(entity_id=HEAP, acs_url=ACS, trusted=[], request_key=own)
    described = signing.metadata()
    assert described.authn_requests_signed and described.signing_certificates == [own.certificate]
    registered = IdentityProvider(
        entity_id=IDP, key=key("rsa2048"), sso_url=SSO_URL, registered=[described], want_authn_requests_signed=True
    )
    request = signing.authn_request(sso_url=SSO_URL, now=NOW, authn_context=["urn:x:mfa"])
    asked = registered.accept_redirect(raw_query=urlsplit(request.redirect_url()).query, now=NOW)
    assert asked.is_authenticated and asked.authn_context == ("exact", ["urn:x:mfa"])
    assert asked.refusal(subject=ANN) == "saml.failure.no_authn_context"
    form = request.form_fields(relay_state="x")
    by_form = registered.accept_post(saml_request=form["SAMLRequest"], relay_state=form["RelayState"], now=NOW)
    assert by_form.is_authenticated and by_form.relay_state == "x"
    assert "n0nce" in request.auto_post_page(nonce="n0nce")
    assert "n0nce" in content_security_policy(nonce="n0nce")


def test_an_assertion_is_encrypted_for_its_reader_alone(sp: ServiceProvider) -> None:
    reader = DecryptionKey.from_pem(key_pem=pem("rsa2048.key"), certificate_pem=pem("rsa2048.cert"))
    idp = IdentityProvider(entity_id=IDP, key=key("p256"), encrypt_for={HEAP: reader.certificate})
    value = respond(idp)
    assert b"ann@example.com" not in base64.b64decode(value)
    trusted = [Trust(entity_id=IDP, certificates=[idp.certificate])]
    heap = ServiceProvider(entity_id=HEAP, acs_url=ACS, trusted=trusted, decryption_keys=[reader])
    login = heap.verify(saml_response=value, expected=Expected.unsolicited(), now=NOW, replay=ReplayCache(capacity=1))
    assert login.name_id == ANN
    without = ServiceProvider(entity_id=HEAP, acs_url=ACS, trusted=trusted)
    with pytest.raises(Rejection):
        without.verify_unspent(saml_response=value, expected=Expected.unsolicited(), now=NOW)


def carried(message: LogoutMessage, field: str) -> dict[str, str]:
    """The message as it comes in at the other end: a query as it was sent, or the fields of a form."""
    if message.redirect_url is not None:
        return {"raw_query": urlsplit(message.redirect_url).query}
    assert message.form_fields is not None and message.form_action is not None
    state = {"relay_state": message.form_fields["RelayState"]} if "RelayState" in message.form_fields else {}
    return {"form_value": message.form_fields[field], **state}


@pytest.mark.parametrize("there", ["redirect", "post"])
@pytest.mark.parametrize("back", ["redirect", "post"])
@pytest.mark.parametrize("begins", ["heap", "idp"])
def test_a_logout_goes_there_and_back_over_each_binding_whoever_begins_it(there: str, back: str, begins: str) -> None:
    heap_key, idp_key = key("p256"), key("rsa2048")
    heap_url, idp_url = "https://heapanalytics.com/saml/logout/1234/", SSO_URL + "/logout"
    ends = {"heap": (HEAP, heap_url, heap_key), "idp": (IDP, idp_url, idp_key)}
    (first_id, first_url, first_key), (second_id, second_url, second_key) = ends[begins], *(
        end for name, end in ends.items() if name != begins
    )

    def end(own: tuple[str, str, SigningKey], partner: tuple[str, str, SigningKey], binding: str) -> SingleLogout:
        other = LogoutPartner(
            entity_id=partner[0],
            certificates=[partner[2].certificate],
            endpoint=Endpoint(binding=binding, location=partner[1]),
        )
        return SingleLogout(entity_id=own[0], url=own[1], key=own[2], partners=[other], policy=Policy.strict())

    first = end((first_id, first_url, first_key), (second_id, second_url, second_key), there)
    second = end((second_id, second_url, second_key), (first_id, first_url, first_key), back)
    request = first.request(partner=second_id, name_id=ANN, session_indexes=["_s1"], relay_state="x=1&y", now=NOW)
    replay = ReplayCache(capacity=8)
    verified = second.verify_request(now=NOW, replay=replay, **carried(request, "SAMLRequest"))
    assert (verified.id, verified.issuer, verified.name_id, verified.relay_state) == (request.id, first_id, ANN, "x=1&y")
    assert verified.ends(name_id=ANN, session_index="_s1") and not verified.ends(name_id=ANN, session_index="_s2")
    with pytest.raises(LogoutRejection) as again:
        second.verify_request(now=NOW, replay=replay, **carried(request, "SAMLRequest"))
    assert again.value.code == "saml.logout.replay" and again.value.report.failed == again.value.failed
    answer = second.answer(request=verified, status="partial", now=NOW)
    outcome = first.verify_response(
        request_id=request.id, partner=second_id, now=NOW, **carried(answer, "SAMLResponse")
    )
    assert (outcome.status, outcome.relay_state) == ("partial", "x=1&y")
    assert [it.check for it in outcome.report.outcomes] == Check.all_of_logout()
    assert "ann@" not in repr([request, verified, outcome, ANN])


def test_a24_what_is_read_of_a_document_is_what_the_signature_covers() -> None:
    signer = key("rsa2048")
    signed = sign_xml('<a ID="i" b="c"><d>1</d><e>2</e></a>', id="i", key=signer).encode()
    covered = verify_xml(signed, certificates=[Certificate.from_pem(pem("p256.cert")), signer.certificate])
    assert (covered.key_index, covered.scheme) == (1, signer.default_scheme) == (1, "rsa-sha256")
    assert [(child.name, child.text) for child in covered.element.elements] == [("d", "1"), ("e", "2")]
    assert covered.element.attribute("b") == "c" and covered.element.text is None
    changed = signed.replace(b"<d>1", b"<d> 1")
    with pytest.raises(InvalidInput) as mismatch:
        verify_xml(changed, certificates=[signer.certificate], id="i")
    assert mismatch.value.code == "dsig.digest_mismatch"
    explanation = explain_xml(changed, id="i")
    assert not explanation.matches
    assert explanation.compare(explain_xml(signed).canonical) is not None
    assert explain_xml(signed).matches and explain_xml(signed).canonical == b'<a ID="i" b="c"><d>1</d><e>2</e></a>'
    with pytest.raises(ValueError, match="no element has the ID"):
        verify_xml(signed, certificates=[signer.certificate], id="other")
    with pytest.raises(InvalidInput) as broken:
        verify_xml(b"<a", certificates=[signer.certificate])
    assert broken.value.code.startswith("xml.") or broken.value.code.startswith("dsig.")


def test_nothing_is_signed_with_sha1() -> None:
    signer = key("rsa2048")
    with pytest.raises(ValueError, match="expected one of"):
        sign_xml('<a ID="i"/>', id="i", key=signer, scheme="legacy-rsa-sha1")


def test_a_certificate_and_its_key_are_read_from_der_too() -> None:
    certificate = Certificate.from_pem(pem("rsa2048.cert"))
    assert Certificate.from_der(certificate.to_der()) == certificate
    assert certificate.key_type == "rsa" and certificate.is_valid_at(now=NOW) and certificate.serial
    lines = pem("rsa2048.key").strip().splitlines()[1:-1]
    again = SigningKey.from_der(key_der=base64.b64decode("".join(lines)), certificate_der=certificate.to_der())
    assert again.certificate == certificate


def test_a_masked_report_names_nobody_in_particular(idp: IdentityProvider) -> None:
    elsewhere = ServiceProvider(
        entity_id="https://other.example", acs_url=ACS, trusted=[Trust(entity_id=IDP, certificates=[idp.certificate])]
    )
    with pytest.raises(Rejection) as refused:
        elsewhere.verify_unspent(saml_response=respond(idp), expected=Expected.unsolicited(), now=NOW)
    report = refused.value.report
    assert refused.value.code == "saml.audience" and HEAP in str(report)
    assert HEAP not in str(report.masked()) and report.masked().failed == report.failed


def test_a_refused_request_is_answered_where_it_is_certain_whom_to_tell(idp: IdentityProvider, sp: ServiceProvider) -> None:
    request = sp.authn_request(sso_url=SSO_URL, now=NOW)
    query, later = request.redirect_url(relay_state="page").split("?", 1)[1], NOW + timedelta(days=1)
    with pytest.raises(InvalidInput) as error:
        idp.accept_redirect(raw_query=query, now=later)
    refused = idp.refused_redirect(raw_query=query, now=later)
    assert refused and error.value.code == "saml.request.issue_instant"
    assert (refused.id, refused.issuer, refused.acs_url, refused.relay_state) == (request.id, HEAP, ACS, "page")
    answer = idp.refuse(request=refused, now=later)
    assert answer.acs_url == ACS and request.id in answer.xml and "Signature" not in answer.xml
    assert idp.refused_redirect(raw_query=query, now=NOW) is None
    assert idp.refused_form(body="SAMLRequest=", now=later) is None
