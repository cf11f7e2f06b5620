"""Heap's profile from Python: what would lock people out is told before it does."""

from datetime import timedelta

import pytest

from conftest import ACS, HEAP, IDP, NOW, SSO_URL, pem
from heap_identity import Certificate, Group, IdentityProvider, InvalidInput, NameId, Person, Snapshot, Tenant
from heap_identity.heap import (
    ACS_URL_TEMPLATE, ENTITY_ID, AttributeMapping, AttributeSource, HeapId, JoinCheck, Prerequisites, Role, Rollover, SsoSettings,
    TenantName, fill_template, test_connection as tried,
)


def directory() -> Snapshot:
    ann = Person(id="u1", user_name="ann", email="ann@example.com", given_name="Ann")
    bob = Person(id="u2", user_name="bob@example.com", email="Ann@example.com")
    groups = [Group(id="g1", name="Analysts"), Group(id="g2", name="Private", bound=False)]
    return Snapshot.of(people=[ann, bob], groups=groups, memberships=[("g1", "u1"), ("g2", "u1"), ("g1", "u2")])


def settings(certificate: str = "rsa2048.cert", url: str = SSO_URL) -> SsoSettings:
    return SsoSettings(certificate_pem=pem(certificate), remote_login_url=url)


def test_r04_the_template_is_filled_in_and_a_placeholder_left_over_is_refused() -> None:
    assert fill_template(heap_id="1234") == fill_template(ACS_URL_TEMPLATE, heap_id=HeapId("1234")) == HeapId("1234").acs_url == ACS
    assert TenantName("demo").scim_base_url == f"{ENTITY_ID}/scim/v2/demo" and ENTITY_ID == HEAP
    for left in (lambda: fill_template("https://a/your-id/", heap_id="1"), lambda: HeapId("YOUR_ID")):
        with pytest.raises(InvalidInput) as refused:
            left()
        assert refused.value.code == "heap.placeholder_left"
    assert str(HeapId("1234")) == "1234" and len({HeapId("1"), HeapId("1")}) == 1


def test_roles_are_heaps_own_or_the_tenants() -> None:
    assert Role("read-only") == Role("Read-Only") and not Role("admin").is_custom and Role("Growth").is_custom
    assert [role.name for role in Role.default()] == Tenant.default_roles()


def test_r05_attributes_are_constants_properties_and_groups() -> None:
    mapping = AttributeMapping({
        "tenant": AttributeSource.constant("heap-YOUR_ID"),
        "firstName": AttributeSource.property("given_name"),
        "lastName": AttributeSource.property("family_name"),
        "groups": AttributeSource.groups(),
    })
    said = mapping.filled(heap_id="1234").attributes_of(directory=directory(), person="u1")
    assert said == {"tenant": ["heap-1234"], "firstName": ["Ann"], "groups": ["Analysts"]}
    assert mapping.names() == ["tenant", "firstName", "lastName", "groups"] and mapping.rows()[1] == ["firstName", {"property": "given_name"}]
    assert mapping.attributes_of(directory=directory(), person="nobody") == {}
    with pytest.raises(ValueError, match="expected one of"):
        AttributeSource.property("shoe_size")  # type: ignore[arg-type]


def test_r07_a_set_up_is_tried_before_anybody_is_locked_out(idp: IdentityProvider) -> None:
    works = tried(identity_provider=idp, acs_url=ACS, settings=settings(), heap_id="1234", subject="ann@example.com", now=NOW)
    assert works and works.warnings == [] and works.code is None
    other = settings("rsa2048-other.cert")
    fails = tried(identity_provider=idp, acs_url=ACS, settings=other, heap_id="1234", subject="ann@example.com", now=NOW)
    assert not fails and fails.code == "saml.signature_value" and "rolled its key over" in (fails.problem or "")
    assert fails.report and fails.report.failed and fails.report.failed.code == fails.code and fails.begun_by_heap is False
    name = NameId("ann", format="urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified")
    unnamed = tried(identity_provider=idp, acs_url=ACS, settings=settings(), heap_id="1234", subject=name, now=NOW)
    assert unnamed.code == "heap.connection.name_id" and unnamed.report is None


def test_a_tenant_shows_its_settings() -> None:
    tenant = Tenant(name="acme", heap_id="1234")
    assert tenant.sso_settings is None
    tenant.configure_sso(certificate_pem=pem("rsa2048.cert"), remote_login_url=SSO_URL)
    shown = tenant.sso_settings
    assert shown and (shown.remote_login_url, shown.idp_entity_id, shown.logout_landing_url) == (SSO_URL, IDP, None)
    assert shown.certificate == settings().certificate


def test_r13_r22_who_would_not_find_their_account_is_named() -> None:
    told = {(person, issue.code) for person, issue in JoinCheck().directory(directory())}
    assert told == {
        ("u1", "heap.join.user_name_no_address"), ("u1", "heap.join.shared"), ("u2", "heap.join.different"), ("u2", "heap.join.shared")
    }
    ann = Person(id="u1", user_name="ann@example.com", email="Ann@example.com")
    [case] = JoinCheck().person(ann)
    assert case.code == "heap.join.case" and not case.breaks_login and str(case) == case.message
    assert "heap.join.changed_address" in [issue.code for issue in JoinCheck(accounts={"u1": "old@example.com"}).person(ann)]


def test_a_rollover_says_when_logins_fail_and_what_to_do() -> None:
    old, new = (Certificate.from_pem(pem(name)) for name in ("rsa2048.cert", "p256.cert"))
    rollover = Rollover(signing=old, held=old)
    rollover.idp_signs_with(new, at=NOW)
    rollover.heap_holds(new, at=NOW + timedelta(hours=2))
    plan = rollover.plan(now=NOW - timedelta(days=30))
    [outage] = plan.outages
    assert (outage.begin, outage.until) == (NOW, NOW + timedelta(hours=2)) and str(outage).startswith("logins fail from")
    actions = [step.action for step in plan.steps]
    assert actions.index("have_admin_ready") < actions.index("switch") < actions.index("replace_at_heap") < actions.index("test_connection")
    assert plan.steps[0].fingerprint == new.sha256_fingerprint and str(plan.steps[0]) in str(plan)
    assert Rollover.renew_from(old) == old.not_after - timedelta(days=30)


def test_r08_d15_everything_that_is_missing_is_told_at_once() -> None:
    missing = Prerequisites(heap_plan="growth", idp_administrator=True).missing("single_sign_on")
    assert [one.code for one in missing] == [
        "heap.missing.business_plan", "heap.missing.heap_id", "heap.missing.heap_administrator", "heap.missing.idp_sso_package"
    ]
    there = Prerequisites(heap_plan="premier", heap_id="1234", heap_administrator=True, idp_administrator=True, idp_sso_package=True)
    assert there.missing("single_sign_on") == [] and [str(one) for one in there.missing("identity_management")] != []
