"""The administrator's walk from Python."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from conftest import ACS, HEAP, NOW, pem
from heap_identity import (
    Engine, Expected, Group, InvalidInput, Person, Refused, ReplayCache, Request, Response, ServiceProvider, SigningKey, Snapshot,
    Tenant, Trust,
)
from heap_identity.connector import (
    Application, Catalogue, Concluded, Credentials, Details, ImportList, JumpCloud, NotVerified, RoleSource, Settings, Sso,
    Verification, Verified, doctor, snapshot_from_csv, snapshot_from_scim, state_after, unknown_roles, whole_list,
    with_roles,
)
from heap_identity.heap import AttributeMapping, AttributeSource, SsoSettings
from heap_identity.scim import ListResponse, User

IDP_URL = "https://sso.jumpcloud.com/saml2/heap"


def key() -> SigningKey:
    return SigningKey.from_pem(key_pem=pem("rsa2048.key"), certificate_pem=pem("rsa2048.cert"))


def directory() -> Snapshot:
    ann, bob = (Person(id=id, user_name=f"{name}@example.com", email=f"{name}@example.com") for id, name in (("u1", "ann"), ("u2", "bob")))
    return Snapshot.of(people=[ann, bob], groups=[Group(id="g1", name="Analysts", bound=False)], memberships=[("g1", "u1")])


def tenant() -> Tenant:
    heap = Tenant(name="acme", heap_id="1234")
    heap.configure_sso(certificate_pem=pem("rsa2048.cert"), remote_login_url=IDP_URL)
    heap.enable_scim_with_token(default_role="Analyst", bearer_token="chosen")
    return heap


def configured() -> Application:
    application = Application("heap", details=Details("Heap"))
    application.save_sso("1234")
    return application


def driven(verification: Verification, answer: Callable[[Request], Response]) -> Concluded:
    while not isinstance(next := verification.poll(), Concluded):
        verification.receive(response=answer(next), now=NOW)
    return next


def at(heap: Tenant) -> Callable[[Request], Response]:
    return lambda request: heap.handle(request=request, now=NOW)


def managed(heap: Tenant) -> Application:
    application = configured()
    verification = application.activate(Credentials(base_url=heap.base_url, bearer_token="chosen"), now=NOW)
    assert isinstance(application.conclude(driven(verification, at(heap)), now=NOW), Verified)
    return application


def test_what_a_rule_forbids_changes_nothing_and_says_what_to_do_first() -> None:
    application = Application("heap", details=Details("Heap"))
    assert (application.state, application.idp_url, application.has_sso) == ("created", IDP_URL, False)
    with pytest.raises(Refused, match="R14") as early:
        application.activate(Credentials(base_url="https://heapanalytics.com/scim/v2/acme", bearer_token="t"), now=NOW)
    assert early.value.code == "connector.forbidden" and application.state == "created"
    with pytest.raises(Refused, match="R3"):
        application.change_idp_url()
    assert state_after("created", "save_sso") == "sso_configured"
    with pytest.raises(Refused, match="identity management needs SSO"):
        state_after("created", "activate")
    with pytest.raises(Refused) as unnamed:
        Application("heap", details=Details(" "))
    assert unnamed.value.code == "connector.empty_label"
    assert [event["event_type"] for event in application.events()] == ["idm_integration_activate"] and application.events() == []


def test_r18_r19_credentials_are_verified_before_they_hold() -> None:
    heap = tenant()
    application = managed(heap)
    assert application.state == "managed" and application.base_url == heap.base_url and heap.users() == [] == heap.groups()
    update = application.update_credentials(Credentials(base_url=heap.base_url, bearer_token="wrong"), now=NOW, scope="read_only")
    assert "reauthorising" in repr(application) and application.has_identity_management
    concluded = driven(update, at(heap))
    found = application.conclude(concluded, now=NOW)
    assert isinstance(found, NotVerified) and not found and found.code == "connector.token_refused" and str(found) == found.message
    assert application.state == "managed" and application.expose_token() == "chosen"
    with pytest.raises(Refused) as again:
        application.conclude(concluded, now=NOW)
    assert again.value.code == "connector.overtaken" and concluded.left_over == []
    application.update_credentials(Credentials(base_url=heap.base_url, bearer_token="new"), now=NOW)
    application.abandon_verification(now=NOW)
    assert application.state == "managed" and application.events()[-1]["event_type"] == "idm_integration_reauth"
    lost = application.update_credentials(Credentials(base_url=heap.base_url, bearer_token="new"), now=NOW)
    lost.receive(failure="dns", now=NOW)
    concluded = driven(lost, at(heap))
    assert concluded.found == application.conclude(concluded, now=NOW) and "cannot be resolved" in str(concluded.found)


def test_r16_an_application_is_stored_without_its_token() -> None:
    application = managed(tenant())
    stored = application.to_json()
    restored = Application.from_json(stored)
    assert b"chosen" not in stored and restored.state == "managed" and restored.expose_token() is None
    with pytest.raises(Refused) as missing:
        restored.sync_config()
    assert missing.value.code == "connector.token_missing"
    restored.restore_token(bearer_token="chosen")
    config = restored.sync_config()
    shown = repr(restored) + repr(config) + repr(Credentials(base_url=config.base_url, bearer_token="chosen"))
    assert config.bearer_token == "chosen" and "chosen" not in shown
    with pytest.raises(Refused) as refused:
        Application.from_json({"version": 9})
    assert refused.value.code == "connector.stored"


def test_r12_r24_one_view_is_for_single_sign_on_and_provisioning() -> None:
    application = managed(tenant())
    application.bind_groups(["g1"], directory=directory())
    assert application.bound_groups == ["g1"] and application.why("u1", directory=directory()) == ["Analysts"]
    with pytest.raises(Refused) as denied:
        application.why("u2", directory=directory())
    assert denied.value.code == "directory.no_bound_group"
    with pytest.raises(Refused) as unknown:
        application.bind_groups(["g9"], directory=directory())
    assert unknown.value.code == "connector.no_such_group" and application.bound_groups == ["g1"]
    application.save_settings(Settings(group_management=False, role_attribute="heapRole"), now=NOW)
    view, config = application.view(directory()), application.sync_config()
    assert not view.group_management and view.access("u1") and not view.access("u2")
    Engine(base_url=config.base_url, bearer_token=config.bearer_token, role_attribute=config.role_attribute, directory=view)
    assert config.role_attribute == "heapRole" == application.settings.role_attribute


def test_r05_r09_r10_people_sign_on_through_the_application() -> None:
    heap, application = tenant(), configured()
    attributes = AttributeMapping({"tenant": AttributeSource.constant("heap-YOUR_ID"), "groups": AttributeSource.groups()})
    application.configure_sso(Sso(heap_id="1234", attributes=attributes))
    application.bind_groups(["g1"], directory=directory())
    sign_on, view = application.sign_on(key()), application.view(directory())
    assert (sign_on.certificate_pem, sign_on.metadata().entity_id) == (key().certificate.to_pem(), IDP_URL)
    launched = sign_on.launch(directory=view, person="u1", now=NOW)
    assert launched.acs_url == ACS == Sso(heap_id="1234").acs_url
    heaps = ServiceProvider(entity_id=HEAP, acs_url=ACS, trusted=[Trust(entity_id=IDP_URL, certificates=[sign_on.certificate])])
    verified = heaps.verify(
        saml_response=launched.form_fields()["SAMLResponse"], expected=Expected.unsolicited(), now=NOW, replay=ReplayCache(capacity=1)
    )
    assert dict(verified.attributes) == {"tenant": ["heap-1234"], "groups": ["Analysts"]}
    asked = heap.begin_login(now=NOW, page="/app").split("?", 1)[1]
    answer = sign_on.answer(raw_query=asked, directory=view, person="u1", now=NOW)
    assert answer.relay_state and answer.response.acs_url == ACS
    for person in ("u2", "nobody"):
        with pytest.raises(Refused):
            sign_on.launch(directory=view, person=person, now=NOW)
    settings = heap.sso_settings
    assert settings and sign_on.test_connection(settings=settings, heap_id="1234", email="ann@example.com", now=NOW)


def test_r42_r44_a_removal_is_described_confirmed_and_says_what_remains() -> None:
    application = managed(tenant())
    described = application.removal("identity_management")
    assert described.part == "identity_management" and "stay as they are" in described.consequence
    application.edit(Details("Heap EU", description="Analytics"))
    with pytest.raises(Refused) as overtaken:
        application.remove(described, now=NOW)
    assert overtaken.value.code == "connector.overtaken" and application.details == Details("Heap EU", description="Analytics")
    remains = application.remove(application.removal("identity_management"), now=NOW)
    assert remains and "token stays valid" in remains and application.state == "sso_configured"
    with pytest.raises(Refused, match="nothing"):
        application.removal("identity_management")


def test_r43_a_catalogue_deletes_what_was_counted() -> None:
    catalogue = Catalogue()
    heap = catalogue.add("heap", details=Details("Heap"))
    catalogue.add_stored(Application("other", details=Details("Other")).to_json())
    heap.save_sso("1234")
    same = catalogue.get("heap")
    assert same and same.state == "sso_configured" and catalogue.names() == ["heap", "other"] == [one.name for one in catalogue] and catalogue.get("none") is None
    with pytest.raises(Refused) as taken:
        catalogue.add("again", details=Details("Heap"), idp_url=IDP_URL)
    assert taken.value.code == "connector.url_taken"
    with pytest.raises(Refused) as miscounted:
        catalogue.delete(["heap"], entered=2, now=NOW)
    assert miscounted.value.code == "connector.count" and len(catalogue) == 2
    [deleted] = catalogue.delete(["heap"], entered=1, now=NOW)
    assert deleted.application == "heap" and "locked out" in deleted.remains[0]
    with pytest.raises(Refused) as gone:
        heap.save_sso("1234")
    assert gone.value.code == "connector.no_such_application"


def accounts(count: int = 1) -> list[User]:
    new = [User(user_name=f"new{n}@example.com", id=f"n{n}", active=True) for n in range(count)]
    known = User(user_name="ANN@example.com", id="a1", active=True)
    suspended = User(user_name="gone@example.com", id="s1", active=False)
    return [*new, known, suspended]


def test_r34_r37_people_at_heap_are_imported_into_the_directory() -> None:
    listed = ImportList.compare(accounts(), directory=directory())
    first, *_ = listed.view("new_users_first")
    assert (first.account, first.status) == ("n0", "new") and len(listed) == 3 and len(listed.view("new_users_only")) == 1
    imported = next(one for one in listed.view() if one.status == "imported")
    assert imported.person == "u1"
    with pytest.raises(Refused) as suspended:
        listed.select(["s1"])
    assert suspended.value.code == "connector.import_suspended"
    under_way = listed.select(["n0"])
    person = under_way.next_person()
    assert person and person.user_name == "new0@example.com" and person.id == "" and under_way.mode == "live"
    result = under_way.settle(person="u9")
    assert result.person == "u9" and "bound" in result.advice and under_way.progress == (1, 1) and under_way.results() == [result]
    assert under_way.next_person() is None
    job = ImportList.compare(accounts(100), directory=directory()).select(f"n{n}" for n in range(100))
    while job.next_person():
        job.settle(failure="no room")
    assert job.mode == "job" and "0 of 100" in (job.announcement() or "")


def test_f33_a_list_with_a_page_missing_is_none() -> None:
    def page(total: int, *ids: str) -> ListResponse:
        return ListResponse.from_json({"totalResults": total, "Resources": [{"id": id, "userName": id} for id in ids]})

    assert whole_list([page(3, "a", "b")]) is None
    whole = whole_list([page(3, "a", "b"), page(3, "c")])
    assert whole and [user.id for user in whole] == ["a", "b", "c"]


def test_a_directory_is_read_from_jumpcloud_whole_or_not_at_all() -> None:
    ann = {"_id": "u1", "username": "ann", "email": "ann@example.com", "activated": True, "suspended": False}
    reader = JumpCloud(roles=RoleSource.by_group([("6a", "Admin")]), limit=1)
    assert reader.users({"totalCount": 1, "results": [ann]}) is None
    assert reader.groups([{"id": "6a", "name": "Analysts"}]) == 1
    assert reader.groups([]) is None and reader.group_ids == ["6a"]
    assert reader.members("6a", [{"to": {"id": "u1", "type": "user"}}]) == 1 and reader.members("6a", []) is None
    assert reader.bound_groups([{"to": {"id": "6a", "type": "user_group"}}]) == 1 and reader.bound_groups(b"[]") is None
    read = reader.snapshot()
    person = read.person("u1")
    assert person and person.role == "Admin" and read.access("u1")
    with pytest.raises(InvalidInput) as missing:
        JumpCloud().snapshot()
    assert missing.value.code == "connector.source_missing"
    with pytest.raises(InvalidInput):
        JumpCloud().users(b"<html>")


def test_a_directory_is_read_from_csv_and_scim() -> None:
    people, memberships = "id,userName,active\nu1,ann@example.com,true\n", "groupId,groupName,userId\ng1,Analysts,u1\n"
    assert snapshot_from_csv(people=people, memberships=memberships).members("g1") == ["u1"]
    with pytest.raises(InvalidInput) as malformed:
        snapshot_from_csv(people="id\n", memberships=memberships)
    assert malformed.value.code == "connector.source_malformed"
    group: dict[str, Any] = {"id": "g1", "displayName": "Analysts", "members": [{"value": "u1"}]}
    scim = snapshot_from_scim(users=[User(user_name="ann@example.com", id="u1")], groups=[group])
    assert scim.members("g1") == ["u1"] and not scim.access("u1")
    with pytest.raises(InvalidInput) as unknown:
        snapshot_from_scim(users=[], groups=[group])
    assert unknown.value.code == "connector.source_unknown_member"


def test_d08_roles_that_heap_may_not_have_are_counted() -> None:
    people = [Person(id=str(n), user_name=str(n), role=role) for n, role in enumerate(["Growth", "Growth", "Admin", "Own"])]
    snapshot = Snapshot.of(people=people, groups=[], memberships=[])
    assert unknown_roles(snapshot, custom=["Own"]) == {"Growth": 2}
    assert unknown_roles(with_roles(snapshot, RoleSource.constant("Other"))) == {"Other": 4}


def test_the_doctor_finds_nothing_in_a_healthy_set_up_and_says_what_is_wrong_in_another() -> None:
    heap = tenant()
    heap.add_team(name="Everybody", now=NOW)
    application = managed(heap)
    application.bind_groups(["g1"], directory=directory())
    settings = heap.sso_settings
    assert settings
    known: dict[str, Any] = {
        "certificate": key().certificate, "sso": settings, "heap_id": "1234", "scim_enabled": True, "base_url": heap.base_url,
        "directory": directory(),
        "connection": application.sign_on(key()).test_connection(settings=settings, heap_id="1234", email="ann@example.com", now=NOW),
    }
    healthy = doctor(application, now=NOW, **known)
    assert healthy.is_healthy and healthy.findings == [] and "nothing is wrong" in str(healthy)
    other = SsoSettings(certificate_pem=pem("rsa2048-other.cert"), remote_login_url=IDP_URL)
    ill = doctor(application, now=NOW + timedelta(days=1), **{**known, "sso": other, "heap_id": "99"})
    codes = [finding.code for finding in ill]
    assert len(ill) == len(ill.findings) == len(codes)
    assert {"doctor.certificate.other_key", "doctor.sso.acs_url"} <= set(codes) and not ill.is_healthy
    assert [found["code"] for found in json.loads(ill.to_json())["findings"]] == codes
    worst = ill.findings[0]
    assert worst.severity == "error" and worst.action in str(worst) and worst.rule.startswith("R") and str(worst) in str(ill)
    assert doctor(application, now=NOW, sso=False).findings[0].code == "doctor.sso.missing_at_heap"
