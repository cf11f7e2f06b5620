import base64
import json
from collections.abc import Callable
from datetime import datetime, timedelta, timezone
from random import Random
from urllib.parse import urlencode, urlsplit
from xml.etree import ElementTree

import pytest

from conftest import ACS, HEAP, IDP, NOW, SSO_URL, pem
from heap_identity import (
    Certificate,
    Check,
    Expected,
    IdentityProvider,
    InvalidInput,
    Refused,
    Rejection,
    ReplayCache,
    ServiceProvider,
    SigningKey,
    Tenant,
    Trust,
)

UNSOLICITED = Expected.unsolicited()
ASSERTION = "urn:oasis:names:tc:SAML:2.0:assertion"


def login(idp: IdentityProvider, now: datetime = NOW) -> str:
    response = idp.respond(
        subject="ada@example.com", audience=HEAP, acs_url=ACS, now=now, attributes={"firstName": ["Ada"], "role": ["Analyst"]}
    )
    return response.form_fields(relay_state="/reports")["SAMLResponse"]


def test_r09_a_login_from_the_portal_is_verified(idp: IdentityProvider, sp: ServiceProvider, replay: ReplayCache) -> None:
    verified = sp.verify(saml_response=login(idp), expected=UNSOLICITED, now=NOW, replay=replay)
    assert (verified.subject, verified.issuer) == ("ada@example.com", IDP)
    assert verified.attributes == {"firstName": ["Ada"], "role": ["Analyst"]}
    assert verified.authn_instant == NOW
    assert verified.not_on_or_after == NOW + timedelta(minutes=5)
    assert verified.not_on_or_after.tzinfo is timezone.utc
    assert [outcome.check for outcome in verified.report.outcomes] == Check.all()
    assert {outcome.status for outcome in verified.report.outcomes} <= {"passed", "not_applicable"}
    assert len(replay) == 1


def test_r05_an_attribute_says_what_people_call_it_and_how_its_name_is_to_be_read(
    idp: IdentityProvider, sp: ServiceProvider, replay: ReplayCache
) -> None:
    name, basic = "urn:oid:2.5.4.42", "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
    response = idp.respond(
        subject="ada@example.com", audience=HEAP, acs_url=ACS, now=NOW, attributes={name: ["Ada"], "role": ["Analyst"]},
        friendly_names={name: "givenName"}, name_formats={name: basic},
    )  # fmt: skip
    attributes = [element.attrib for element in ElementTree.fromstring(response.xml).iter(f"{{{ASSERTION}}}Attribute")]
    assert {"Name": name, "FriendlyName": "givenName", "NameFormat": basic} in attributes
    assert {"Name": "role", "NameFormat": basic} in attributes
    form_value = response.form_fields()["SAMLResponse"]
    verified = sp.verify(saml_response=form_value, expected=UNSOLICITED, now=NOW, replay=replay)
    assert verified.friendly_names == {name: "givenName"}
    assert verified.name_formats == {name: basic, "role": basic}


def test_r10_a_login_that_heap_asked_for_is_verified(idp: IdentityProvider, sp: ServiceProvider, replay: ReplayCache) -> None:
    request = sp.authn_request(sso_url=SSO_URL, now=NOW)
    asked = idp.accept_redirect(raw_query=urlsplit(request.redirect_url(relay_state="/reports")).query, now=NOW)
    assert (asked.id, asked.issuer, asked.acs_url, asked.relay_state) == (request.id, HEAP, ACS, "/reports")
    response = idp.respond(
        subject="ada@example.com", audience=asked.issuer, acs_url=asked.acs_url, in_response_to=asked.id, now=NOW
    )
    form = response.form_fields(relay_state=asked.relay_state)
    assert ServiceProvider.claimed_request(saml_response=form["SAMLResponse"]) == request.id
    expected = Expected.answer_to(request_id=request.id, idp_entity_id=IDP)
    assert sp.verify(saml_response=form["SAMLResponse"], expected=expected, now=NOW, replay=replay).subject == "ada@example.com"
    assert form["RelayState"] == "/reports"


def test_a54_a_login_is_used_once(idp: IdentityProvider, sp: ServiceProvider, replay: ReplayCache) -> None:
    form_value = login(idp)
    sp.verify_unspent(saml_response=form_value, expected=UNSOLICITED, now=NOW).spend(replay)
    with pytest.raises(Rejection) as refused:
        sp.verify(saml_response=form_value, expected=UNSOLICITED, now=NOW, replay=replay)
    assert refused.value.code == "saml.replay"


def test_r10_r13_heap_begins_a_login_and_the_person_has_an_account(idp: IdentityProvider) -> None:
    tenant = Tenant(name="acme", heap_id="1234")
    tenant.configure_sso(certificate_pem=idp.certificate.to_pem(), remote_login_url=SSO_URL)
    account = tenant.add_teammate(email="ada@example.com", now=NOW, role="Analyst")
    asked = idp.accept_redirect(raw_query=urlsplit(tenant.begin_login(now=NOW, page="/reports")).query, now=NOW)
    response = idp.respond(
        subject="ada@example.com", audience=asked.issuer, acs_url=asked.acs_url, in_response_to=asked.id, now=NOW
    )
    form = urlencode(response.form_fields(relay_state=asked.relay_state)).encode()
    session = tenant.finish_login(form=form, now=NOW)
    assert (session.account, session.user_name, session.role, session.page) == (account, "ada@example.com", "Analyst", "/reports")
    assert session.assertion.subject == "ada@example.com" and "ada@" not in repr(session)
    with pytest.raises(Refused) as late:
        tenant.finish_login(form=form, now=NOW)
    assert late.value.code.startswith("saml.")
    with pytest.raises(Rejection):
        tenant.finish_login(form=urlencode({"SAMLResponse": login(idp)[::-1]}).encode(), now=NOW)


def test_a_rejection_has_code_message_and_report(idp: IdentityProvider, sp: ServiceProvider, replay: ReplayCache) -> None:
    forged = base64.b64encode(base64.b64decode(login(idp)).replace(b"ada@", b"eve@")).decode()
    with pytest.raises(Rejection) as refused:
        sp.verify(saml_response=forged, expected=UNSOLICITED, now=NOW, replay=replay)
    error = refused.value
    assert error.code == error.failed.code == "saml.signature_digest"
    assert error.code in str(error)
    failed = [outcome for outcome in error.report.outcomes if outcome.status == "failed"]
    assert [outcome.check for outcome in failed] == [error.failed]
    assert json.loads(error.report.to_json())["failed"] == error.code
    assert error.code in str(error.report)
    assert len(replay) == 0, "a forged login uses nothing up"


def test_a_key_that_is_not_configured_verifies_nothing(idp: IdentityProvider, replay: ReplayCache) -> None:
    other = Trust(entity_id=IDP, certificates=[Certificate.from_pem(pem("rsa2048-other.cert"))])
    sp = ServiceProvider(entity_id=HEAP, acs_url=ACS, trusted=[other])
    with pytest.raises(Rejection) as refused:
        sp.verify(saml_response=login(idp), expected=UNSOLICITED, now=NOW, replay=replay)
    assert refused.value.code == "saml.signature_value"


def test_local_mistakes_have_another_type_and_a_code(idp: IdentityProvider) -> None:
    with pytest.raises(InvalidInput) as mismatch:
        SigningKey.from_pem(key_pem=pem("rsa2048.key"), certificate_pem=pem("rsa2048-other.cert"))
    assert mismatch.value.code.startswith("pki.")
    assert isinstance(mismatch.value, ValueError)
    with pytest.raises(InvalidInput) as unregistered:
        idp.respond(subject="ada@example.com", audience=HEAP, acs_url="https://elsewhere.example/", now=NOW)
    assert unregistered.value.code == "saml.unregistered"


def test_a_naive_datetime_is_refused(idp: IdentityProvider) -> None:
    with pytest.raises(ValueError, match="aware"):
        login(idp, now=datetime(2026, 3, 1, 10, 0))


def test_another_time_zone_means_the_same_instant(idp: IdentityProvider, sp: ServiceProvider, replay: ReplayCache) -> None:
    tokyo = NOW.astimezone(timezone(timedelta(hours=9)))
    verified = sp.verify(saml_response=login(idp, now=tokyo), expected=UNSOLICITED, now=NOW, replay=replay)
    assert verified.authn_instant == NOW


def test_randomness_is_an_argument_and_its_failure_is_a_failure(idp: IdentityProvider) -> None:
    def respond(random: Callable[[int], bytes]) -> str:
        return idp.respond(subject="ada@example.com", audience=HEAP, acs_url=ACS, now=NOW, random=random).xml

    def broken(count: int) -> bytes:
        raise OSError("no randomness")

    assert respond(Random(7).randbytes) == respond(Random(7).randbytes) != respond(Random(8).randbytes)
    with pytest.raises(ValueError, match="gave 0 bytes instead of 64"):
        respond(lambda count: b"")
    with pytest.raises(OSError, match="no randomness"):
        respond(broken)


def test_nothing_personal_or_secret_is_in_a_repr(idp: IdentityProvider, sp: ServiceProvider, replay: ReplayCache) -> None:
    verified = sp.verify(saml_response=login(idp), expected=UNSOLICITED, now=NOW, replay=replay)
    key = SigningKey.from_pem(key_pem=pem("rsa2048.key"), certificate_pem=pem("rsa2048.cert"))
    shown = repr([idp, sp, replay, verified, verified.report, verified.report.outcomes, key, UNSOLICITED])
    assert "ada@example.com" not in shown
    assert "PRIVATE" not in shown


def test_classes_are_frozen(idp: IdentityProvider) -> None:
    with pytest.raises(AttributeError):
        idp.entity_id = "https://elsewhere.example"  # type: ignore[misc]


def test_checks_are_the_same_in_every_language() -> None:
    codes = [check.code for check in Check.all()]
    assert len(set(codes)) == len(codes) > 30
    assert all(check.clause and check.title for check in Check.all())
